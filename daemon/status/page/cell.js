// The overview: every machine of the cell on one screen.
import { h, fact } from "./dom.js";
import { DASH, count, duration, known, percent, text } from "./format.js";
import { STAGE_WORDS, STATES, qualityOf, stateOf } from "./words.js";
import { spark, typicalOf } from "./charts.js";

const DENSE = 24; // more machines than this get small cards

export function badge(machine, now) {
    const quality = qualityOf(machine, now);
    return h("p", { class: "badge", "data-quality": quality.key }, h("b", null, quality.word), h("span", null, quality.reason));
}

export function state(machine) {
    const { key, word } = stateOf(machine);
    return h("span", { class: "state", "data-state": key }, word);
}

// Of the run that is on; without one, what the control's counter shows.
export const partsOf = ({ job, part_count: counter }) => known(job.parts) ? { parts: job.parts, target: job.target } : { parts: counter, target: null };

// The cycle that runs, against what is typical of its program.
export function progress(path, typical, age) {
    if (!path?.in_cycle) {
        const since = known(path?.elapsed) ? path.elapsed + age : null;
        return h("div", { class: "progress" }, h("p", { class: "figures" }, h("strong", null, known(since) ? duration(since) : DASH),
            h("span", null, known(since) ? "since the last cycle" : "no cycle yet")), h("div", { class: "bar" }));
    }
    const elapsed = path.elapsed + age;
    const share = typical ? Math.min(100, 100 * elapsed / typical.middle) : 0;
    return h("div", { class: "progress" },
        h("p", { class: "figures" }, h("strong", null, duration(elapsed)), h("span", null, typical ? `of about ${duration(typical.middle)}` : "typical time not known yet")),
        h("div", { class: `bar ${typical && elapsed > typical.middle + 3 * typical.spread ? "over" : ""}` }, h("i", { "width%": share })));
}

export function lastCycle(cycles, typical) {
    const last = cycles.at(-1);
    const change = last && typical && last.kind === "prod" ? last.ct / typical.middle - 1 : null;
    const tone = known(change) && Math.abs(last.ct - typical.middle) > 3 * typical.spread ? change > 0 ? "slow" : "fast" : "";
    return fact("Last cycle", last ? duration(last.ct) : DASH, known(change) ? percent(change) : null, tone);
}

function card(store, machine) {
    const cycles = store.list(machine.machine, "cycles"), path = machine.paths[0];
    const typical = typicalOf(cycles, path?.program ?? machine.program);
    const { parts, target } = partsOf(machine);
    const { job } = machine;
    return h("a", { class: "machine", href: `#/machine/${encodeURIComponent(machine.machine)}`, "data-state": stateOf(machine).key, "data-machine": machine.machine },
        h("div", { class: "title" }, h("h3", null, machine.machine), state(machine)),
        h("p", { class: "doing" }, h("span", null, "Program ", h("b", null, text(path?.program ?? machine.program))), h("span", null, "Tool ", h("b", null, text(path?.tool ?? machine.tool))),
            machine.paths.length > 1 && h("span", null, `${machine.paths.length} paths`)),
        progress(path, typical, store.age()),
        h("dl", { class: "facts" },
            fact("Parts", count(parts), known(target) ? `of ${count(target)}` : null),
            lastCycle(cycles, typical),
            fact("Typical", typical ? duration(typical.middle) : DASH)),
        spark(cycles),
        h("p", { class: "doing" }, known(job.part) && h("span", null, "Part ", h("b", null, job.part), job.op ? ` op ${job.op}` : ""),
            h("span", null, STAGE_WORDS[job.stage] ?? text(job.stage)), known(job.run) ? h("span", null, `run ${job.run}`) : h("span", null, "no run")),
        badge(machine, store.now()));
}

// One button for each state that is there, and one for doubtful data: pressed, it shows these machines alone.
const isDoubtful = (store, machine) => ["bad", "warn"].includes(qualityOf(machine, store.now()).key);

function choices(store) {
    const found = new Map();
    for (const machine of store.machines) {
        const { key, word } = stateOf(machine);
        found.set(word, { key, word, count: (found.get(word)?.count ?? 0) + 1, has: (each) => stateOf(each).word === word });
    }
    const order = ["alarm", ...STATES];
    const all = [...found.values()].sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
    const doubtful = store.machines.filter((machine) => isDoubtful(store, machine)).length;
    return doubtful ? [...all, { key: "doubtful", word: "Doubtful data", count: doubtful, has: (each) => isDoubtful(store, each) }] : all;
}

function filter(all, view) {
    return h("div", { class: "filter", role: "group", "aria-label": "Show only" }, all.map(({ key, word, count: n }) => {
        const button = h("button", { type: "button", "aria-pressed": String(view.only === word), id: `only-${word.replaceAll(" ", "-")}`, "data-state": key }, h("b", null, String(n)), ` ${word}`);
        button.addEventListener("click", () => view.show(view.only === word ? null : word));
        return button;
    }));
}

export function cellView(store, view) {
    if (!store.machines.length) {
        return [h("div", { class: "summary" }, h("h1", null, "No machine is configured")), h("p", { class: "empty" }, "Machines are named in spindled.yaml; spindled --manual tells how.")];
    }
    const all = choices(store), chosen = all.find(({ word }) => word === view.only);
    const shown = chosen ? store.machines.filter(chosen.has) : store.machines;
    const running = store.machines.filter((machine) => machine.state === "run" && machine.linked).length;
    const cells = Map.groupBy ? Map.groupBy(shown, (machine) => machine.cell) : shown.reduce((found, machine) => found.set(machine.cell, [...found.get(machine.cell) ?? [], machine]), new Map());
    const dense = store.machines.length > DENSE ? "dense" : "";
    return [
        h("div", { class: "summary" }, h("h1", null, `${running} of ${store.machines.length} running`), filter(all, view),
            !all.some(({ key }) => key === "doubtful") && h("p", { class: "note" }, "the data of all are good")),
        ...[...cells].map(([cell, machines]) => h("section", { class: "cell" }, h("h2", null, cell ? `Cell ${cell}` : "Machines"),
            h("div", { class: `machines ${dense}` }, machines.map((machine) => card(store, machine)))))];
}
