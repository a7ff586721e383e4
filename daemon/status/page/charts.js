// Charts as SVG in pixels of their place, so that text keeps its size on every screen.
import { s, h, empty } from "./dom.js";
import { clock, duration, known, median, moment, number, quantile } from "./format.js";
import { CLASSES, KIND_WORDS, PARTS, REASONS, STAGE_WORDS, STATES, STATE_WORDS, flagWords } from "./words.js";

const LEFT = 52, RIGHT = 10;

const scale = (from, to, a, b) => (value) => a + (value - from) / (to - from || 1) * (b - a);

export function legend(entries) {
    return h("p", { class: "legend" }, entries.map(([mark, word]) => h("span", null,
        typeof mark === "string" ? s("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, s("rect", { width: 10, height: 10, rx: 2, class: mark })) : mark, word)));
}

function ticks(from, to, wanted) {
    const raw = (to - from) / wanted || 1, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
    const all = [];
    for (let value = Math.ceil(from / step) * step; value <= to + step / 1e6; value += step) all.push(value);
    return { all, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

function yAxis(range, y, width) {
    const { all, decimals } = ticks(range[0], range[1], 5);
    return all.map((value) => [
        s("line", { class: "grid-line", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
        s("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(Math.min(decimals, 3)))]);
}

const HOUR = 3600e3;
const STEPS = [60e3, 300e3, 600e3, 1800e3, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR];

function timeAxis(from, to, x, y, width) {
    const step = STEPS.find((each) => (to - from) / each <= width / 80) ?? 12 * HOUR;
    const zone = new Date(from).getTimezoneOffset() * 60e3;
    const marks = [];
    for (let at = Math.ceil((from - zone) / step) * step + zone; at <= to; at += step) {
        marks.push(s("text", { x: x(at), y, "text-anchor": x(at) > width - 24 ? "end" : x(at) < LEFT ? "start" : "middle" }, clock(at, false)));
    }
    return marks;
}

// ---- what the machine did: one row of rectangles -------------------------------------

const CELL = 1.5;

// One colour a place: what filled most of it. A shift has more states than a screen has pixels.
function fillPlaces(states, from, now, places) {
    const filled = Array.from({ length: places }, () => new Map());
    const totals = new Map();
    const each = (now - from) / places;
    for (const [index, state] of states.entries()) {
        const ends = Math.min(known(state.dur) ? state.at + state.dur * 1000 : states[index + 1]?.at ?? now, now);
        const begins = Math.max(state.at, from);
        if (ends <= begins) continue;
        const key = STATES[state.state] ?? "unavail";
        totals.set(key, (totals.get(key) ?? 0) + ends - begins);
        for (let place = Math.floor((begins - from) / each); place < places && from + place * each < ends; place++) {
            const part = Math.min(ends, from + (place + 1) * each) - Math.max(begins, from + place * each);
            filled[place].set(key, (filled[place].get(key) ?? 0) + part);
            if (part > 0.5 * each) filled[place].state = state;
        }
    }
    return { filled, totals };
}

function tipOf(run, each, from) {
    const begins = from + run.first * each, ends = from + (run.last + 1) * each;
    if (run.state) {
        const { state } = run, words = [STATE_WORDS[run.key], REASONS[state.reason], state.text].filter(Boolean);
        return `${words.join(" · ")}\n${moment(state.at)}, ${known(state.dur) ? duration(state.dur) : "until now"}`;
    }
    return `Mostly ${STATE_WORDS[run.key].toLowerCase()}\n${clock(begins)} to ${clock(ends)}`;
}

export function timeline(states, from, now, width) {
    const places = Math.max(1, Math.floor(width / CELL)), height = 44;
    const { filled, totals } = fillPlaces(states, from, now, places);
    const each = (now - from) / places, runs = [];
    for (const [place, parts] of filled.entries()) {
        const [key] = [...parts.entries()].sort((a, b) => b[1] - a[1])[0] ?? [null];
        const last = runs.at(-1);
        if (last && last.key === key) { last.last = place; if (last.state !== parts.state) last.state = null; }
        else runs.push({ key, first: place, last: place, state: parts.state });
    }
    const order = STATES.filter((key) => totals.has(key));
    const whole = [...totals.values()].reduce((a, b) => a + b, 0);
    const words = order.map((key) => `${STATE_WORDS[key]} ${duration(totals.get(key) / 1000)} (${Math.round(100 * totals.get(key) / whole)} %)`);
    if (!whole) return empty("Nothing was recorded in this time.");
    const step = width / places;
    return h("div", null,
        s("svg", { class: "chart", width, height: height + 22, viewBox: `0 0 ${width} ${height + 22}`, role: "img", "aria-label": `States: ${words.join(", ")}` },
            s("rect", { width, height, class: "s-none", rx: 4 }),
            runs.filter((run) => run.key).map((run) => s("rect", { class: `s-${run.key}`, x: run.first * step, width: (run.last - run.first + 1) * step + 0.3, height, tip: tipOf(run, each, from) })),
            timeAxis(from, now, scale(from, now, 0, width), height + 17, width)),
        legend(order.map((key, index) => [`s-${key}`, words[index]])));
}

// ---- cycle times, one point a cycle ---------------------------------------------------

export function typicalOf(cycles, program) {
    const times = cycles.filter((cycle) => cycle.kind === "prod" && cycle.class === 1 && cycle.flags === 0
        && (!program || cycle.program === program)).slice(-100).map((cycle) => cycle.ct);
    if (times.length < 5) return null;
    const middle = median(times);
    return { middle, spread: Math.max(1.4826 * median(times.map((time) => Math.abs(time - middle))), 1e-3), n: times.length };
}

export const cycleTip = (cycle) => [`Cycle ${cycle.cycle_no}: ${number(cycle.ct, 2)} s`,
    `${KIND_WORDS[cycle.kind] ?? cycle.kind}, ${CLASSES[cycle.class] ?? ""}, ended ${moment(cycle.at)}`,
    `${STAGE_WORDS[cycle.stage] ?? ""}${cycle.program ? ", program " + cycle.program : ""}`,
    ...flagWords(cycle.flags).map((word) => "⚑ " + word)].join("\n");

const shapes = {
    prod: (x, y, a) => s("circle", { cx: x, cy: y, r: 3.6, ...a }),
    warmup: (x, y, a) => s("path", { d: `M${x} ${y - 4.6}l4.4 7.6h-8.8z`, ...a }),
    aux: (x, y, a) => s("rect", { x: x - 3.4, y: y - 3.4, width: 6.8, height: 6.8, ...a }),
    proveout: (x, y, a) => s("path", { d: `M${x} ${y - 5}l5 5l-5 5l-5 -5z`, ...a }),
    aircut: (x, y, a) => s("circle", { cx: x, cy: y, r: 3.6, ...a }),
    rework: (x, y, a) => s("path", { d: `M${x} ${y + 4.6}l4.4 -7.6h-8.8z`, ...a }),
};

// Off the scale: an arrow at the edge, so that one long stop does not flatten the rest.
const beyond = (x, y, a) => s("path", { d: `M${x} ${y - 5}l4.5 6h-3v5h-3v-5h-3z`, ...a });

function classOf(cycle) {
    if (cycle.kind !== "prod" || cycle.class === 0) return "mark other";
    if (cycle.class === 2 || cycle.flags & 2048) return "mark bad";
    return cycle.flags > 0 ? "mark flagged" : "mark";
}

export function runChart(cycles, charts, width) {
    const shown = cycles.filter((cycle) => known(cycle.ct)).slice(-Math.max(40, Math.floor(width / 9)));
    if (!shown.length) return empty("No cycle has ended yet.");
    const height = 264, bottom = height - 40;
    const typical = typicalOf(cycles, shown.at(-1).program);
    const times = shown.map((cycle) => cycle.ct);
    const low = Math.min(quantile(times, 0.02), typical ? typical.middle - 4 * typical.spread : Infinity);
    const high = Math.max(quantile(times, 0.97), typical ? typical.middle + 4 * typical.spread : -Infinity);
    const room = Math.max((high - low) * 0.12, high * 0.004);
    const range = [Math.max(0, low - room), high + room];
    const y = scale(range[0], range[1], bottom, 14), x = scale(0, Math.max(shown.length - 1, 1), LEFT + 8, width - RIGHT - 8);
    const clip = (value) => Math.min(Math.max(y(value), 8), bottom + 4);
    const step = shown.length > 1 ? x(1) - x(0) : 20;
    const every = Math.ceil(90 / step);
    const alarms = charts.filter((chart) => chart.alarm > 0 && (chart.metric ?? "").startsWith("ct"));
    const places = alarms.map((chart) => [shown.findIndex((cycle) => cycle.at >= chart.at), chart]).filter(([index]) => index >= 0);
    const stages = [...new Set(shown.map((cycle) => cycle.stage))];
    return h("div", null,
        s("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
            "aria-label": `Times of the last ${shown.length} cycles, from ${number(Math.min(...times), 1)} to ${number(Math.max(...times), 1)} seconds` },
        yAxis(range, y, width),
        typical && s("rect", { class: "band", x: LEFT, width: width - LEFT - RIGHT, y: clip(typical.middle + 3 * typical.spread), height: Math.max(clip(typical.middle - 3 * typical.spread) - clip(typical.middle + 3 * typical.spread), 1) }),
        typical && s("line", { class: "middle", x1: LEFT, x2: width - RIGHT, y1: y(typical.middle), y2: y(typical.middle) }),
        s("path", { class: "thread", d: shown.map((cycle, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${clip(cycle.ct).toFixed(1)}`).join("") }),
        places.map(([index, chart]) => s("line", { class: "event", x1: x(index), x2: x(index), y1: 6, y2: bottom, tip: `Cycle time changed\nby ${number(chart.shift, 1)} sigma, noticed ${moment(chart.at)}` })),
        shown.map((cycle, i) => {
            const from = Math.max(x(i) - step / 2, LEFT), to = Math.min(x(i) + step / 2 + 0.4, width - RIGHT);
            return s("rect", { class: `g-${cycle.stage}`, x: from, width: to - from, y: bottom + 8, height: 4 });
        }),
        shown.map((cycle, i) => (y(cycle.ct) < 8 ? beyond : shapes[cycle.kind] ?? shapes.aux)(x(i), clip(cycle.ct), { class: classOf(cycle), tip: cycleTip(cycle) })),
        shown.map((cycle, i) => (shown.length - 1 - i) % every === 0 && s("text", { x: x(i), y: height - 8, "text-anchor": i === shown.length - 1 ? "end" : "middle" }, clock(cycle.at, false)))),
        legend([[dot("mark"), "production"], [dot("mark flagged"), "flagged"], [dot("mark bad"), "aborted or alarm"], [dot("mark other"), "warm-up, auxiliary, prove-out, partial"],
            ...stages.map((stage) => [`g-${stage}`, `stage ${STAGE_WORDS[stage] ?? stage}`])]));
}

const dot = (kind) => s("svg", { viewBox: "0 0 10 10", class: "chart", "aria-hidden": "true" }, s("circle", { cx: 5, cy: 5, r: 4, class: kind }));

export function spark(cycles) {
    const times = cycles.filter((cycle) => cycle.kind === "prod" && known(cycle.ct)).slice(-40).map((cycle) => cycle.ct);
    if (times.length < 3) return null;
    const middle = median(times), reach = Math.max(quantile(times.map((time) => Math.abs(time - middle)), 0.95), middle * 0.01);
    const y = (time) => Math.min(Math.max(15 - (time - middle) / reach * 11, 2), 28), x = scale(0, times.length - 1, 1, 99);
    return s("svg", { class: "spark", viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" },
        s("path", { class: "middle", d: "M0 15H100" }),
        s("path", { class: "line", d: times.map((time, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(time).toFixed(1)}`).join("") }));
}

// ---- where the seconds went ------------------------------------------------------------

export function seconds(cycles, width) {
    const shown = cycles.filter((cycle) => known(cycle.ct)).slice(-Math.max(8, Math.min(32, Math.floor(width / 22))));
    if (!shown.length) return empty("No cycle has ended yet.");
    const height = 226, bottom = height - 26;
    const range = [0, Math.max(...shown.map((cycle) => cycle.ct)) * 1.04];
    const y = scale(range[0], range[1], bottom, 10), step = (width - LEFT - RIGHT) / shown.length;
    const present = PARTS.filter(([key]) => shown.some((cycle) => cycle[key] > 0));
    const typical = (key) => median(shown.map((cycle) => cycle[key] ?? 0));
    const columns = shown.map((cycle, i) => {
        let base = 0;
        const tip = `Cycle ${cycle.cycle_no}: ${number(cycle.ct, 2)} s\n` + PARTS.filter(([key]) => cycle[key] > 0).map(([key, word]) => `${word} ${number(cycle[key], 1)} s`).join("\n");
        return s("g", { tip }, PARTS.map(([key]) => {
            const value = cycle[key];
            if (!(value > 0)) return null;
            const top = y(base + value), rect = s("rect", { class: `p-${key}`, x: LEFT + i * step + step * 0.12, width: step * 0.76, y: top, height: Math.max(y(base) - top, 0.5) });
            base += value;
            return rect;
        }));
    });
    return h("div", null,
        s("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Where the seconds of the last cycles went: " + present.map(([key, word]) => `${word} ${number(typical(key), 1)} s`).join(", ") },
            yAxis(range, y, width), columns,
            s("text", { x: LEFT, y: height - 6 }, `cycle ${shown[0].cycle_no}`),
            shown.length > 1 && s("text", { x: width - RIGHT, y: height - 6, "text-anchor": "end" }, `cycle ${shown.at(-1).cycle_no}`)),
        legend(present.map(([key, word]) => [`p-${key}`, `${word} ${number(typical(key), 1)} s`])));
}

// ---- one line over time or number, with an optional band --------------------------------

function rangeOf(values) {
    const low = Math.min(...values), high = Math.max(...values);
    const room = Math.max((high - low) * 0.1, Math.abs(high) * 0.01, 1e-6);
    return [low - room, high + room];
}

const pathOf = (points, x, y) => points.map((point, i) => `${i ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join("");

export function line(points, width, height, options = {}) {
    const real = points.filter((point) => known(point.x) && known(point.y) && Number.isFinite(point.y));
    if (real.length < 2) return empty(options.none ?? "Too little is known for a line yet.");
    const ys = real.flatMap((point) => known(point.u) ? [point.y - point.u, point.y + point.u] : [point.y]);
    const range = rangeOf(options.zero ? [...ys, 0] : ys);
    const y = scale(range[0], range[1], height - 22, 8), x = scale(real[0].x, real.at(-1).x, LEFT, width - RIGHT);
    const banded = real.filter((point) => known(point.u));
    const band = banded.length > 1 && "M" + [...banded.map((point) => [point.x, point.y + point.u]), ...banded.slice().reverse().map((point) => [point.x, point.y - point.u])]
        .map(([px, py]) => `${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join("L") + "Z";
    return s("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": options.label ?? "" },
        yAxis(range, y, width),
        options.zero && s("line", { class: "zero", x1: LEFT, x2: width - RIGHT, y1: y(0), y2: y(0) }),
        band && s("path", { class: "area", d: band }),
        s("path", { class: "line", d: pathOf(real, x, y) }),
        real.length <= 120 && real.map((point) => s("circle", { class: "mark", cx: x(point.x), cy: y(point.y), r: real.length > 40 ? 1.5 : 2.3, tip: point.tip })),
        options.times ? timeAxis(real[0].x, real.at(-1).x, x, height - 4, width)
            : [s("text", { x: LEFT, y: height - 4 }, options.first ?? ""), s("text", { x: width - RIGHT, y: height - 4, "text-anchor": "end" }, options.last ?? "")]);
}

// ---- the lives of one tool, one over the other ------------------------------------------

// `all` are lists of points, the life that lasts is the last and in colour.
export function lives(all, width, height, options) {
    const points = all.flat();
    if (points.length < 2) return empty(options.none);
    const range = rangeOf(known(options.level) ? [...points.map((point) => point.y), options.level] : points.map((point) => point.y));
    const longest = Math.max(...points.map((point) => point.x), 1);
    const y = scale(range[0], range[1], height - 22, 8), x = scale(0, longest, LEFT, width - RIGHT);
    const now = all.at(-1);
    return s("svg", { class: "chart lives", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": options.label },
        yAxis(range, y, width),
        known(options.level) && s("line", { class: "middle", x1: LEFT, x2: width - RIGHT, y1: y(options.level), y2: y(options.level) }),
        all.slice(0, -1).map((life) => s("path", { class: "past", d: pathOf(life, x, y) })),
        s("path", { class: "line", d: pathOf(now, x, y) }),
        all.map((life) => life.map((point) => s("circle", { class: life === now ? "mark" : "mark past", cx: x(point.x), cy: y(point.y), r: life === now ? 2.3 : 1.6, tip: point.tip }))),
        s("text", { x: LEFT, y: height - 4 }, "new"), s("text", { x: width - RIGHT, y: height - 4, "text-anchor": "end" }, `${longest} parts`));
}
