// Which view is shown, and when it is drawn again.
import { h, watchTips } from "./dom.js";
import { bytes, clock, count, duration } from "./format.js";
import { Store } from "./store.js";
import { cellView } from "./cell.js";
import { machineView } from "./machine.js";

const REFRESH_MS = 2000, TICK_MS = 1000;
const $ = (id) => document.getElementById(id);
const store = new Store(() => soon());
const options = { hours: null, only: null };

function route() {
    const match = location.hash.match(/^#\/machine\/(.+)$/);
    if (!match) return null;
    try { return decodeURIComponent(match[1]); } catch { return match[1]; }
}

function foot() {
    const queue = store.queue;
    if (!queue) return [];
    const sinks = queue.sinks.map((sink) => h("span", null, h("b", null, sink.sink), " ",
        h("span", { class: sink.linked ? "" : "bad" }, sink.linked ? "linked" : "not linked"),
        sink.pending_rows ? `, ${count(sink.pending_rows)} rows owed, oldest ${duration(sink.oldest_s)}` : ", nothing owed",
        sink.dead_letters ? h("span", { class: "bad" }, `, ${count(sink.dead_letters)} dead letters`) : "",
        sink.trouble ? h("span", { class: "bad" }, `: ${sink.trouble}`) : ""));
    return [h("span", null, h("b", null, "Store"), ` ${count(queue.store.rows)} rows, ${bytes(queue.store.bytes)}`, queue.store.trouble ? h("span", { class: "bad" }, `: ${queue.store.trouble}`) : ""),
        ...(sinks.length ? sinks : [h("span", null, "No sink is configured; everything stays in the store")]),
        h("span", null, h("a", { href: "/metrics" }, "metrics"), " · ", h("a", { href: "/healthz" }, "health"))];
}

function drawHead() {
    const { gateway } = store;
    const live = store.isLive();
    $("place").textContent = [gateway.enterprise, gateway.site, gateway.area, gateway.gateway].filter(Boolean).join(" · ");
    $("live").dataset.live = live ? "yes" : "no";
    $("live").textContent = live ? "live" : "not live";
    $("clock").textContent = clock(store.now());
    document.body.classList.toggle("stale", !live && store.started);
    $("alarm").hidden = (live && !gateway.configuration) || !store.started;
    const wanted = live ? `Configuration: ${gateway.configuration}` : store.live.answers ? "Events are interrupted; trying again. Numbers are up to 2 s old."
        : `The gateway does not answer since ${clock(store.live.since)}. What is shown is old; trying again.`;
    if (!$("alarm").hidden && $("alarm").textContent !== wanted) $("alarm").textContent = wanted;
}

// Redrawing must not take away what someone holds: focus, open details, scroll.
function keep(draw) {
    const main = $("main");
    const focused = main.contains(document.activeElement) ? document.activeElement.dataset.machine ?? document.activeElement.id : null;
    const open = new Set([...main.querySelectorAll("details[open]")].map((details) => details.id));
    const tables = new Map([...main.querySelectorAll(".scroll[id]")].map((each) => [each.id, each.scrollLeft]));
    main.replaceChildren(...draw());
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const [id, left] of tables) { const each = document.getElementById(id); if (each) each.scrollLeft = left; }
    if (focused) (main.querySelector(`[data-machine="${CSS.escape(focused)}"]`) ?? document.getElementById(focused))?.focus({ preventScroll: true });
}

function draw() {
    drawHead();
    if (!store.started) return;
    if ($("tip").hidden || !document.querySelector("[data-tip]:hover")) {
        const name = route();
        const width = document.documentElement.clientWidth;
        keep(() => name === null ? cellView(store, { ...options, show: (word) => { options.only = word; draw(); } }) : machineView(store, name, { ...options, width, pick: (hours) => { options.hours = hours; draw(); } }));
        document.title = name === null ? "spindled" : `${name} · spindled`;
    }
    $("foot").replaceChildren(...foot());
}

let waiting = false;
function soon() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; if (!document.hidden) draw(); }, 120);
}

async function visit() {
    store.focus = route();
    soon();
    await store.want(store.focus);
}

async function start() {
    watchTips($("tip"));
    await store.refresh();
    await store.want(route());
    store.started = store.machines.length > 0 || store.live.answers;
    draw();
    document.body.dataset.ready = "yes";
    addEventListener("hashchange", () => { visit(); scrollTo(0, 0); });
    addEventListener("resize", soon);
    document.addEventListener("visibilitychange", soon);
    setInterval(async () => { await store.refresh(); if (!store.started && store.live.answers) store.started = true; if (store.live.answers) visit(); }, REFRESH_MS);
    setInterval(soon, TICK_MS);
    store.listen();
}

start();
