// What the page knows: asked once, then kept up by /v1/events.
import { time } from "./format.js";

const COLLECTIONS = {
    cycles: { measurement: "cycle", limit: 300, query: "" },
    states: { measurement: "state", limit: 8000, query: "" },
    segments: { measurement: "segment", limit: 1500, query: "" },
    tools: { measurement: "tool", limit: 400, query: "&newest=each" },
    thermal: { measurement: "thermal", limit: 800, query: "" },
    events: { measurement: "event", limit: 60, query: "" },
    gaps: { measurement: "gap", limit: 30, query: "" },
    charts: { measurement: "chart", limit: 300, query: "" },
    kpis: { measurement: "kpi", limit: 20, query: "" },
    quality: { measurement: "feature", limit: 200, query: "" },
    runs: { measurement: "run", limit: 20, query: "" },
};
const OF_OVERVIEW = ["cycles"];
const NAMES = { feature: "quality", capability: "quality", advice: "quality" };
for (const [name, { measurement }] of Object.entries(COLLECTIONS)) NAMES[measurement] = name;

export class Store {
    constructor(changed) {
        this.changed = changed;
        this.machines = [];
        this.gateway = {};
        this.queue = null;
        this.records = new Map(); // machine → collection → key → record
        this.loaded = new Set(); // "machine/collection" whose history was asked for; events alone are not all
        this.offset = 0; // the daemon's clock minus ours, ms
        this.heard = Date.now(); // when the machines were told
        this.live = { answers: false, events: false, since: Date.now() };
    }

    now() { return Date.now() + this.offset; }

    // Seconds that were told with the machines go on by this; a machine's own clock is not asked.
    age() { return Math.max(0, (Date.now() - this.heard) / 1000); }

    machine(name) { return this.machines.find((machine) => machine.machine === name); }

    // Oldest first.
    list(machine, collection) {
        const found = this.records.get(machine)?.get(collection);
        return found ? [...found.values()].sort((a, b) => a.at - b.at) : [];
    }

    has(machine, collection) { return this.loaded.has(`${collection}/${machine}`); }

    static key(record) {
        switch (record.measurement) {
        case "segment": return `${record.t}/${record.path}/${record.tool}/${record.seg}`;
        case "run": return record.run_seq;
        case "capability": return `capability/${record.feature}`;
        case "advice": return `advice/${record.feature}`;
        case "kpi": return `${record.window}/${record.from}`;
        case "tool": return record.tool;
        default: return `${record.t}/${record.path ?? ""}/${record.code ?? record.axis ?? record.metric ?? record.feature ?? ""}`;
        }
    }

    put(collection, record) {
        if (!this.records.has(record.machine)) this.records.set(record.machine, new Map());
        const all = this.records.get(record.machine);
        if (!all.has(collection)) all.set(collection, new Map());
        const map = all.get(collection);
        record.at = time(record.t);
        const key = Store.key(record);
        if (map.get(key)?.at > record.at) return;
        map.delete(key);
        if (!(record.measurement === "cycle" && record.flags & 8192)) map.set(key, record);
        const limit = COLLECTIONS[collection].limit;
        if (map.size > limit * 1.2) {
            const old = [...map.entries()].sort((a, b) => a[1].at - b[1].at).slice(0, map.size - limit);
            for (const [name] of old) map.delete(name);
        }
    }

    async ask(path) {
        const answer = await fetch(path, { signal: AbortSignal.timeout(8000) });
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        return answer.json();
    }

    async load(machine, collection) {
        const { limit, query } = COLLECTIONS[collection];
        const path = `/v1/machines/${encodeURIComponent(machine)}/${collection}?limit=${limit}${query}`;
        const rows = await this.ask(path);
        this.loaded.add(`${collection}/${machine}`);
        for (const row of rows.reverse()) this.put(collection, row);
    }

    lacks(machine) { return Object.keys(COLLECTIONS).some((collection) => !this.has(machine, collection)); }

    // Everything one view needs and does not have yet; what failed is asked for again.
    async want(machine) {
        if (this.wanting === machine) return;
        this.wanting = machine;
        await this.fill(machine);
        if (this.wanting === machine) this.wanting = undefined;
    }

    async fill(machine) {
        const names = machine ? [machine] : this.machines.map((each) => each.machine);
        const collections = machine ? Object.keys(COLLECTIONS) : OF_OVERVIEW;
        for (const name of names) {
            const missing = collections.filter((collection) => !this.has(name, collection));
            await Promise.allSettled(missing.map((collection) => this.load(name, collection)));
        }
        this.changed();
    }

    async refresh() {
        const sent = Date.now();
        try {
            const [answer, queue] = await Promise.all([this.ask("/v1/machines"), this.ask("/v1/queue")]);
            this.offset = time(answer.t) - (sent + Date.now()) / 2;
            this.heard = Date.now();
            this.machines = answer.machines;
            this.gateway = answer;
            this.queue = queue;
            this.set("answers", true);
        } catch {
            this.set("answers", false);
        }
        this.changed();
    }

    set(what, value) {
        const before = this.isLive();
        this.live[what] = value;
        if (this.isLive() !== before) this.live.since = Date.now();
    }

    isLive() { return this.live.answers && this.live.events; }

    // EventSource connects again by itself, but not after every kind of failure.
    listen() {
        const source = new EventSource("/v1/events");
        source.onopen = () => {
            const missed = this.wasOpen;
            this.wasOpen = true;
            this.set("events", true);
            if (missed) { this.records.clear(); this.loaded.clear(); this.want(this.focus); }
            this.changed();
        };
        source.onerror = () => {
            this.set("events", false);
            this.changed();
            if (source.readyState === EventSource.CLOSED) setTimeout(() => this.listen(), 3000);
        };
        for (const measurement of Object.keys(NAMES)) {
            source.addEventListener(measurement, (event) => {
                const record = JSON.parse(event.data);
                if (record.machine) this.put(NAMES[measurement], record);
                if (measurement === "cycle" || measurement === "state") this.soon();
                this.changed();
            });
        }
    }

    // State and cycle changed: ask at once instead of at the next turn.
    soon() {
        clearTimeout(this.soonTimer);
        this.soonTimer = setTimeout(() => this.refresh(), 150);
    }
}
