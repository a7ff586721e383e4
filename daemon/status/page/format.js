// Values as people read them. What is not known is a dash, never 0.
export const DASH = "–";

export const known = (value) => value !== null && value !== undefined && value !== "" && !Number.isNaN(value);

export function number(value, decimals = 1) {
    return known(value) && Number.isFinite(Number(value)) ? Number(value).toFixed(decimals) : DASH;
}

export function count(value) {
    return known(value) ? Math.round(value).toLocaleString("en").replaceAll(",", "\u2009") : DASH;
}

export const text = (value) => known(value) ? String(value) : DASH;

// 4.2 s, 3:05 min, 2 h 07, 3 d 4 h
export function duration(seconds) {
    if (!known(seconds) || !Number.isFinite(seconds)) return DASH;
    const s = Math.max(0, seconds);
    if (s < 99.95) return `${s.toFixed(1)}\u00a0s`;
    const whole = Math.round(s);
    const two = (n) => String(n).padStart(2, "0");
    if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}\u00a0min`;
    if (whole < 86400) return `${Math.floor(whole / 3600)}\u00a0h\u00a0${two(Math.floor(whole % 3600 / 60))}`;
    return `${Math.floor(whole / 86400)}\u00a0d\u00a0${Math.floor(whole % 86400 / 3600)}\u00a0h`;
}

const two = (n) => String(n).padStart(2, "0");

export function clock(ms, seconds = true) {
    if (!known(ms)) return DASH;
    const at = new Date(ms);
    return `${two(at.getHours())}:${two(at.getMinutes())}${seconds ? ":" + two(at.getSeconds()) : ""}`;
}

export function moment(ms) {
    if (!known(ms)) return DASH;
    const at = new Date(ms);
    const day = at.toDateString() === new Date().toDateString() ? "" : `${two(at.getDate())}.${two(at.getMonth() + 1)}. `;
    return day + clock(ms);
}

export const time = (rfc3339) => rfc3339 ? Date.parse(rfc3339) : null;

export function percent(part) {
    if (!known(part) || !Number.isFinite(part)) return DASH;
    const value = part * 100;
    return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${Math.abs(value).toFixed(1)} %`;
}

export function bytes(value) {
    if (!known(value)) return DASH;
    const units = ["B", "KiB", "MiB", "GiB"];
    let n = value, unit = 0;
    while (n >= 1024 && unit < 3) { n /= 1024; unit += 1; }
    return `${n.toFixed(unit && n < 100 ? 1 : 0)} ${units[unit]}`;
}

export function quantile(numbers, share) {
    const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
    if (!sorted.length) return null;
    const at = (sorted.length - 1) * share, low = Math.floor(at);
    return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

export const median = (numbers) => quantile(numbers, 0.5);
