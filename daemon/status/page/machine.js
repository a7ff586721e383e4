// One machine: what it does, did, and how well that is known.
import { card, empty, fact, h, table } from "./dom.js";
import { DASH, count, duration, known, median, moment, number, text } from "./format.js";
import { CLASSES, KIND_WORDS, PHASE_WORDS, SEVERITIES, STAGE_WORDS, THERMAL_STATES, flagWords } from "./words.js";
import { line, lives, runChart, seconds, timeline, typicalOf } from "./charts.js";
import { badge, lastCycle, partsOf, progress, state } from "./cell.js";

const HOUR = 3600e3;

const lastShift = (store, name) => store.list(name, "kpis").filter((kpi) => kpi.window === "shift" && known(kpi.from)).at(-1);
const hasShift = (store, name) => Boolean(lastShift(store, name));

// The shift as configured, when its sums are recorded; else hours.
function windowOf(store, name, hours) {
    const shift = lastShift(store, name);
    if (hours === "shift" && shift) return shift.from * 1000;
    return store.now() - (hours === "shift" ? 8 : hours) * HOUR;
}

function hero(store, machine, cycles, typical) {
    const path = machine.paths[0], { job } = machine;
    const { parts, target } = partsOf(machine);
    const since = known(path?.state_s) ? path.state_s + store.age() : null;
    return [
        h("a", { class: "back", href: "#/", id: "back" }, "← all machines"),
        h("div", { class: "hero" }, h("h1", null, machine.machine), state(machine), known(since) && h("span", { class: "note" }, `for ${duration(since)}`), badge(machine, store.now()),
            store.lacks(machine.machine) && h("span", { class: "note", role: "status" }, "reading the history …")),
        h("dl", { class: "now" },
            h("div", { class: "fact wide" }, h("dt", null, path?.in_cycle ? `Cycle ${text(path.cycle_no)}` : "Between cycles"), h("dd", null, progress(path, typical, store.age()))),
            lastCycle(cycles, typical),
            fact("Parts", count(parts), known(target) ? `of ${count(target)}` : known(job.run) ? "in this run" : "on the counter"),
            fact("Program", text(path?.program ?? machine.program)),
            fact("Tool", text(path?.tool ?? machine.tool)),
            fact("Spindle", known(path?.spindle_speed) ? `${count(path.spindle_speed)}` : DASH, known(path?.spindle_load) ? `1/min, load ${number(path.spindle_load, 0)} %` : "1/min"),
            fact("Feed", known(path?.feed) ? count(path.feed) : DASH, known(path?.feed_override) ? `mm/min, override ${number(path.feed_override, 0)} %` : "mm/min"))];
}

function timelineCard(store, name, view, width) {
    const states = store.list(name, "states").filter((each) => each.path === 1 || !each.path);
    const now = store.now(), age = states.length ? (now - states[0].at) / HOUR : 8;
    const hours = view.hours ?? (age < 1 ? 1 : "shift");
    const from = windowOf(store, name, hours);
    const pick = h("div", { class: "pick", role: "group", "aria-label": "How far back" }, [1, "shift", 24].map((choice) => {
        const word = choice !== "shift" ? `${choice} h` : hasShift(store, name) ? "Shift" : "8 h";
        const button = h("button", { type: "button", "aria-pressed": String(hours === choice), id: `hours-${choice}` }, word);
        button.addEventListener("click", () => view.pick(choice));
        return button;
    }));
    const inside = card("What the machine did", null, timeline(states, from, now, width));
    inside.querySelector("header").append(pick);
    return inside;
}

function cyclesCard(store, name, cycles, typical, width) {
    const recent = cycles.slice(-20).reverse();
    return card("Cycle times", typical ? `typical ${number(typical.middle, 2)} s, from ${typical.n} cycles; the band is where 99.7 % of such cycles lie, not a limit` : "seconds",
        runChart(cycles, store.list(name, "charts"), width),
        h("details", { id: "cycles-table" }, h("summary", null, "The last 20 as a table"), table([
            ["Ended", (c) => moment(c.at)], ["No", (c) => text(c.cycle_no), true], ["Kind", (c) => KIND_WORDS[c.kind] ?? c.kind], ["End", (c) => CLASSES[c.class] ?? DASH],
            ["Time, s", (c) => number(c.ct, 2), true], ["Cutting, s", (c) => number(c.cut, 2), true], ["Pause before, s", (c) => number(c.gap, 1), true],
            ["Parts", (c) => text(c.parts), true], ["Flags", (c) => flagWords(c.flags).join(", ") || DASH]], recent, "No cycle has ended yet.")));
}

const toolOrder = (a, b) => a.tool.localeCompare(b.tool, "en", { numeric: true });

function toolRow(tool) {
    const total = known(tool.limit) ? tool.limit : known(tool.used) && known(tool.rul_q95) ? tool.used + tool.rul_q95 : known(tool.used) && known(tool.remaining) ? tool.used + tool.remaining : null;
    const low = known(tool.rul_q05) ? tool.used + tool.rul_q05 : null, high = known(tool.rul_q95) ? tool.used + tool.rul_q95 : null;
    const whole = Math.max(total ?? 0, high ?? 0, tool.used ?? 0);
    const share = (value) => Math.max(0, Math.min(100, 100 * value / whole));
    const left = known(tool.rul_q50) ? tool.rul_q50 : tool.remaining, unit = tool.unit || "";
    const sentence = known(left) ? `${number(left, 0)} ${unit} left` + (known(tool.rul_q05) && known(tool.rul_q95) ? `, ${number(tool.rul_q05, 0)} to ${number(tool.rul_q95, 0)}` : "") : "what is left is not known";
    const worn = known(left) && whole ? left / whole : null;
    return h("div", { class: "tool" },
        h("div", { class: "head" }, h("b", null, `Tool ${tool.tool}`, tool.asset ? ` · ${tool.asset}` : ""), h("span", null, sentence)),
        whole && known(left) ? h("div", { class: `life ${worn <= 0 ? "over" : worn < 0.15 ? "worn" : ""}`, role: "img", "aria-label": `${number(tool.used, 0)} ${unit} used, ${sentence}`,
            tip: `Tool ${tool.tool}\n${number(tool.used, 0)} ${unit} used\n${sentence}\n${tool.source_name ? "from " + tool.source_name : ""}` },
        h("div", { class: "used", "width%": share(tool.used) }),
        known(low) && known(high) && h("div", { class: "interval", "left%": share(low), "width%": Math.max(share(high) - share(low), 0.6) }),
        known(tool.rul_q50) && h("div", { class: "middle", "left%": Math.min(share(tool.used + tool.rul_q50), 99.6) })) : h("div", { class: "life unknown", role: "img", "aria-label": "not known" }),
        h("small", null, [known(tool.used) ? `${number(tool.used, 0)} ${unit} used` : "use not known", known(tool.life_no) && `life ${tool.life_no}`, PHASE_WORDS[tool.phase_name] ?? tool.phase_name, known(tool.index) && `load index ${number(tool.index, 2)}`, known(tool.wear_um) && `wear ${number(tool.wear_um, 0)} µm`, known(tool.group_remaining) && `${tool.group} together: ${number(tool.group_remaining, 0)} ${unit} left`].filter(Boolean).join(" · ")),
        economyOf(tool) && h("small", { class: "economy" }, economyOf(tool)));
}

// What the machine may do alone: every tool record says it, the newest knows best.
function nightFacts(tool) {
    if (!known(tool.alone_h) && !known(tool.p_unattended) && !known(tool.p_unattended_low)) return null;
    const hours = (value) => known(value) ? duration(3600 * value) : "not known";
    const chance = (value, low) => [known(value) ? `${number(100 * value, 0)} %` : DASH, known(low) ? `at least ${number(100 * low, 0)} %` : null];
    const terms = [["tools", tool.lights_out_h], ["stock", tool.stock_h], ["coolant", tool.coolant_h], ["chips", tool.chips_h], ["drift", tool.drift_h]];
    const missing = (tool.alone_unknown || "").split(", ");
    const shown = terms.filter(([name, value]) => known(value) || missing.includes(name));
    const end = known(tool.alone_until_s) ? `Until ${moment(1000 * tool.alone_until_s)}, then ${tool.alone_by}. ` : "";
    return h("div", { id: "night" }, h("dl", { class: "facts" },
        fact(tool.alone_unknown ? "Runs alone at most" : "May run alone", known(tool.alone_h) ? duration(3600 * tool.alone_h) : "not known"),
        fact("No stop until then", ...chance(tool.p_alone, tool.p_alone_low)),
        fact(`No stop in ${duration(3600 * tool.unattended_h)}`, ...chance(tool.p_unattended, tool.p_unattended_low)),
        fact("Between stops", known(tool.mtbf_h) ? duration(3600 * tool.mtbf_h) : "none yet", known(tool.mtbf_low_h) ? `at worst ${duration(3600 * tool.mtbf_low_h)}` : null)),
        h("p", { class: "note" }, `${end}Lasts: ${shown.map(([name, value]) => `${name} ${hours(value)}`).join(" · ")}`));
}

// What it costs to change this edge too early or too late, and the speeds that pay.
function economyOf(tool) {
    return [known(tool.replace_at) && `replace at ${number(tool.replace_at, 0)} ${tool.unit || ""}`,
        known(tool.fastest_speed) && `most parts at ${number(tool.fastest_speed, 0)} 1/min`, known(tool.cheapest_speed) && `cheapest at ${number(tool.cheapest_speed, 0)} 1/min`,
        (known(tool.fastest_speed) || known(tool.cheapest_speed)) && known(tool.speed) && `runs at ${number(tool.speed, 0)}`,
        tool.left_lives > 0 && `thrown away ${number(tool.left_lives, 1)} lives${known(tool.left_cost) ? `, worth ${number(tool.left_cost, 0)}` : ""}`,
        tool.overrun > 0 && `${number(tool.overrun, 0)} parts with a spent edge`].filter(Boolean).join(" · ");
}

function toolsCard(store, name) {
    const tools = store.list(name, "tools").sort(toolOrder);
    const newest = [...tools].sort((a, b) => a.at - b.at).at(-1);
    return card("Tools", "used, and how far it may still go", newest && nightFacts(newest), tools.length ? h("div", { class: "tools" }, tools.map(toolRow)) : empty("Nothing is known of any tool's life yet."));
}

const LIVES_SHOWN = 6;

// A tool's visits by life and age; the index where most visits have one, else the load itself.
function livesOf(segments) {
    const key = 2 * segments.filter((segment) => known(segment.index)).length >= segments.length ? "index" : "load_mean";
    const found = new Map(); // life → age → values
    for (const segment of segments) {
        if (!known(segment[key]) || !known(segment.life_no) || !known(segment.age)) continue;
        if (!found.has(segment.life_no)) found.set(segment.life_no, new Map());
        const ages = found.get(segment.life_no);
        ages.set(segment.age, [...ages.get(segment.age) ?? [], segment[key]]);
    }
    const all = [...found].sort(([a], [b]) => a - b).slice(-LIVES_SHOWN);
    return { key, numbers: all.map(([life]) => life), lives: all.map(([life, ages]) => [...ages].sort(([a], [b]) => a - b)
        .map(([age, values]) => ({ x: age, y: median(values), tip: `Life ${life}, after ${age} parts\n${key === "index" ? `index ${number(median(values), 2)}` : `mean load ${number(median(values), 1)} %`}` }))) };
}

function toolLives(tool, segments, width) {
    const { key, numbers, lives: all } = livesOf(segments);
    const last = all.at(-1)?.at(-1)?.y, decimals = key === "index" ? 2 : 1, unit = key === "index" ? "" : " %";
    const words = key === "index" ? "index" : "mean load";
    return h("div", null, h("h3", null, `Tool ${tool}`, h("small", null, known(last) ? `life ${numbers.at(-1)} · ${words} ${number(last, decimals)}${unit}` : DASH)),
        lives(all, width, 132, { label: `Tool ${tool}, ${words} over the parts of its last ${all.length} lives, now ${number(last, decimals)}${unit}`, level: key === "index" ? 1 : null, none: "One visit so far." }));
}

function trendCard(store, name, width) {
    const segments = store.list(name, "segments").filter((segment) => known(segment.load_mean) && segment.tool && segment.tool !== "0"); // 0 is none
    const tools = [...new Set(segments.map((segment) => segment.tool))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const columns = Math.max(1, Math.floor((width + 22) / 245)), each = Math.floor((width - 22 * (columns - 1)) / columns);
    return card("Load of each tool, life over life", "index: against the fresh edge, 1 = fresh; coloured the edge in use, grey those before it",
        tools.length ? h("div", { class: "small-multiples" }, tools.map((tool) => toolLives(tool, segments.filter((segment) => segment.tool === tool), each)))
            : empty("No load was heard while a tool was in use."));
}

function heatCard(store, name, width) {
    const all = store.list(name, "thermal"), axes = [...new Set(all.map((each) => each.axis))];
    if (!axes.length) return card("Heat", null, empty("Nothing is known of the thermal state yet."));
    return card("Heat", "drift of the machine by heat, with its band", axes.map((axis) => {
        const rows = all.filter((each) => each.axis === axis), last = rows.at(-1);
        const drifts = rows.map((each) => ({ x: each.at, y: each.drift_um, u: each.drift_u, tip: `${moment(each.at)}\n${number(each.drift_um, 1)} ± ${number(each.drift_u, 1)} µm` }));
        const warm = rows.map((each) => ({ x: each.at, y: each.temp ?? each.theta, tip: `${moment(each.at)}\n${number(each.temp ?? each.theta, 1)} °C` }));
        const hasDrift = drifts.filter((point) => known(point.y)).length > 1;
        return h("div", null, h("h3", null, `${axis}: ${THERMAL_STATES[last.state] ?? "not known"}`),
            h("dl", { class: "facts" }, fact("Drift", known(last.drift_um) ? `${number(last.drift_um, 1)} µm` : DASH, known(last.drift_u) ? `± ${number(last.drift_u, 1)}` : null),
                fact("In 30 min", known(last.pred30_um) ? `${number(last.pred30_um, 1)} µm` : DASH), fact("Stable in", known(last.t_stable_s) ? duration(last.t_stable_s) : DASH),
                fact("Temperature", known(last.temp) ? `${number(last.temp, 1)} °C` : DASH), fact("Soaked", known(last.soak) ? `${number(100 * last.soak, 0)} %` : DASH),
                fact("Time constant", known(last.tau_s) ? duration(last.tau_s) : DASH),
                known(last.restart30_um) && fact("After a stop", [last.restart10_um, last.restart30_um, last.restart60_um, last.restart_night_um].map((um) => number(um, 1)).join(", "), "µm after 10, 30, 60 min, a night")),
            line(hasDrift ? drifts : warm, width, 140, { times: true, zero: hasDrift, label: hasDrift ? `Drift of ${axis}` : `Temperature of ${axis}` }),
            last.verdict && h("p", { class: "note" }, last.verdict));
    }));
}

function runCard(store, machine) {
    const { job } = machine;
    const advice = store.list(machine.machine, "quality");
    const capability = advice.filter((each) => each.measurement === "capability"), words = advice.filter((each) => each.measurement === "advice");
    const gate = store.list(machine.machine, "events").filter((event) => (event.code ?? "").startsWith("gate")).at(-1);
    return card("Run and gate", known(job.run) ? `run ${job.run}` : "no run was started",
        h("dl", { class: "facts" }, fact("Part", text(job.part), job.revision ? `rev ${job.revision}` : null), fact("Operation", text(job.op)), fact("Stage", STAGE_WORDS[job.stage] ?? DASH),
            fact("Lot", text(job.lot)), fact("Fixture", text(job.fixture)), fact("Parts", count(job.parts), known(job.target) ? `of ${count(job.target)}` : null),
            fact("Good", count(job.good)), fact("Started", job.started ? moment(Date.parse(job.started)) : DASH), fact("Gate", gate ? gate.text : "not judged")),
        known(job.run) && h("p", { class: "note" }, h("a", { href: `/v1/runs/${job.run}/report`, id: "report" }, "Report of this run")),
        capability.length > 0 && table([["Feature", (c) => c.feature], ["n", (c) => text(c.n), true], ["Ppk", (c) => number(c.ppk, 2), true], ["at least", (c) => number(c.ppk_lcb, 2), true]], capability, ""),
        words.length > 0 && h("ul", null, words.slice(-5).map((each) => h("li", null, each.text ?? each.feature))));
}

const RECEPTION = [["stored", "kept"], ["unchanged", "said nothing new"], ["waiting", "being packed"], ["dropped", "could not be stored"], ["gap", "never came"]];

function qualityCard(store, machine) {
    const { reception } = machine, whole = reception.observed + reception.gap || 1, now = store.now();
    return card("How good the data are", "every value heard is counted",
        table([["Link", (l) => l.address], ["State", (l) => l.linked ? `linked since ${moment(Date.parse(l.since))}` : `not linked: ${l.trouble || "no reason given"}`],
            ["Last heard", (l) => l.last ? duration((now - Date.parse(l.last)) / 1000) + " ago" : DASH, true], ["Answer time", (l) => known(l.latency_p99) ? `${number(1000 * l.latency_p99, 0)} ms` : DASH, true],
            ["Failed", (l) => count(l.timeouts + l.refused + l.malformed), true], ["Lost", (l) => count(l.lost), true], ["Clock", (l) => known(l.clock_offset) ? `${number(l.clock_offset, 2)} s` : DASH, true]],
        machine.links, "No link is configured."),
        h("h3", null, `${count(reception.observed)} values heard since the start`),
        h("div", { class: "ledger", role: "img", "aria-label": RECEPTION.map(([key, word]) => `${reception[key]} ${word}`).join(", ") }, RECEPTION.map(([key]) => reception[key] > 0 && h("i", { class: key, "width%": Math.max(100 * reception[key] / whole, 0.3) }))),
        h("p", { class: "note" }, RECEPTION.map(([key, word]) => `${count(reception[key])} ${word}`).join(" · ")),
        h("h3", null, "Gaps"), table([["When", (g) => moment(g.at)], ["Lasted", (g) => duration(g.dur), true], ["Observations", (g) => g.count >= 0 && known(g.count) ? count(g.count) : "not known", true], ["Reason", (g) => text(g.reason)]],
            store.list(machine.machine, "gaps").slice(-8).reverse(), "There was none."));
}

function eventsCard(store, name) {
    return card("Events", "newest first", h("div", { class: "events" }, table([["When", (e) => h("span", { class: "n" }, moment(e.at))],
        ["", (e) => h("span", { "data-severity": e.severity }, h("i", { class: "dot", "aria-hidden": "true" }), e.cleared ? "over" : SEVERITIES[e.severity] ?? "")],
        ["What", (e) => text(e.code)], ["Text", (e) => text(e.text)]], store.list(name, "events").slice(-15).reverse(), "Nothing has happened yet.")));
}

export function machineView(store, name, view) {
    const machine = store.machine(name);
    if (!machine) return [h("a", { class: "back", href: "#/" }, "← all machines"), h("h1", null, "No machine of this name"), h("p", { class: "empty" }, "It may have been renamed or taken out of the configuration.")];
    const cycles = store.list(name, "cycles"), typical = typicalOf(cycles, machine.paths[0]?.program ?? machine.program);
    // The cards' inside, in pixels: as the style sheet lays them out.
    const em = parseFloat(getComputedStyle(document.documentElement).fontSize), wide = view.width >= 62 * em;
    const gap = Math.min(Math.max(0.75 * em, view.width * 0.012), 1.5 * em), main = Math.min(view.width, 150 * em) - 2 * gap;
    const inner = (part) => Math.floor((wide ? part * (main + gap) - gap : main) - (view.width <= 40 * em ? 2 : 2.6) * em - 2);
    const place = (element, size) => { element.classList.add(size); return element; };
    return [...hero(store, machine, cycles, typical), h("div", { class: "grid" },
        timelineCard(store, name, view, inner(1)), cyclesCard(store, name, cycles, typical, inner(1)),
        place(card("Where the seconds went", "last cycles; the legend has the median", seconds(cycles, inner(0.5))), "half"),
        place(runCard(store, machine), "half"), trendCard(store, name, inner(1)),
        place(toolsCard(store, name), "half"), place(heatCard(store, name, inner(0.5)), "half"),
        place(qualityCard(store, machine), "half"), place(eventsCard(store, name), "half"))];
}
