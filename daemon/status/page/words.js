// Codes of the API in the operator's words; the order is that of daemon/model/code.def.
export const STATES = ["run", "wait", "hold", "ostop", "pstop", "done", "idle", "unavail"];
export const STATE_WORDS = {
    run: "Running", wait: "Waiting", hold: "Feed hold", ostop: "Optional stop", pstop: "Programmed stop",
    done: "Program done", idle: "Idle", unavail: "Not known",
};
export const REASONS = ["", "not scheduled", "planned stop", "no data", "fault", "setup", "maintenance", "bar change",
    "waiting", "tool", "loading", "minor stop", "stop without a reason", "operator"];
export const KIND_WORDS = {
    prod: "production", warmup: "warm-up", aux: "auxiliary", proveout: "prove-out", aircut: "air cut", rework: "rework",
};
export const STAGE_WORDS = { prototype: "Prototype", evt: "EVT", pilot: "Pilot", production: "Production" };
export const SEVERITIES = ["info", "notice", "warning", "alarm"];
export const PHASE_WORDS = {
    unknown: "wear not known yet", break_in: "running in", steady: "steady wear", accelerated: "wearing fast", worn: "worn out", broken: "broken",
};
export const THERMAL_STATES = ["cold", "warming", "stable", "cooling", "disturbed"];
export const FLAGS = [[1, "only partly seen"], [2, "gap in the data"], [4, "clock in doubt"], [8, "counter jumped"],
    [16, "override not 100 %"], [32, "first after setup"], [64, "first after a tool change"], [128, "cold spindle"],
    [256, "estimated"], [512, "change before freeze"], [1024, "corrected"], [2048, "alarm"],
    [4096, "resumed in mid-program"], [8192, "superseded"]];
export const CLASSES = ["partial", "complete", "aborted"];

// Where the seconds of a cycle go, in the order they are stacked.
export const PARTS = [["cut", "cutting"], ["noncut", "positioning"], ["tchg", "tool change"], ["probe", "probing"],
    ["aux", "auxiliary"], ["hold", "feed hold"], ["ostop", "optional stop"], ["pstop", "programmed stop"],
    ["wait", "waiting"], ["unknown", "not known"]];

export const flagWords = (flags) => flags > 0 ? FLAGS.filter(([bit]) => flags & bit).map(([, word]) => word) : [];

// The control's alarm goes over what the program does.
export function stateOf(machine) {
    if (machine.emergency_stop === true) return { key: "alarm", word: "Emergency stop" };
    if (!machine.linked) return { key: "unavail", word: "Not linked" };
    if (machine.alarm === true) return { key: "alarm", word: "Alarm" };
    const key = machine.state ?? "unavail";
    return { key, word: STATE_WORDS[key] ?? key };
}

// Worst first: what is wrong with the data, in one sentence.
export function qualityOf(machine, now) {
    for (const link of machine.links) {
        if (!link.linked) return { key: "bad", word: "No link", reason: link.trouble || "not connected yet" };
    }
    for (const link of machine.links) {
        const silent = link.last ? (now - Date.parse(link.last)) / 1000 : null;
        if (silent !== null && silent > 60) return { key: "warn", word: "Silent", reason: `nothing heard for ${Math.round(silent)} s` };
        if (Math.abs(link.clock_offset ?? 0) > 5) {
            return { key: "warn", word: "Clock", reason: `the machine's clock is ${Math.abs(link.clock_offset).toFixed(1)} s ${link.clock_offset > 0 ? "behind" : "ahead of"} ours` };
        }
        if (link.trouble) return { key: "warn", word: "Trouble", reason: link.trouble };
    }
    if (machine.reception.dropped > 0) return { key: "warn", word: "Not stored", reason: `${machine.reception.dropped} values could not be stored` };
    if (!machine.state || machine.state === "unavail") return { key: "warn", word: "No state", reason: "linked, but the machine's state is not known" };
    if (machine.reception.gap > 0) return { key: "note", word: "Had gaps", reason: `${machine.reception.gap} observations never came since the start` };
    return { key: "good", word: "Data good", reason: "every link stands and nothing is missing" };
}
