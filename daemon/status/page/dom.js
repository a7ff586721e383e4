// Elements from words; text only ever becomes text.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name === "class") element.setAttribute("class", value);
        else if (name === "width%") element.style.width = `${value}%`;
        else if (name === "left%") element.style.left = `${value}%`;
        else if (name === "tip") element.dataset.tip = value;
        else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

export const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
export const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

// A section of the page with its heading.
export const card = (title, note, ...children) => h("section", { class: "card" },
    h("header", null, h("h2", null, title), note ? h("p", { class: "note" }, note) : null), ...children);

export const empty = (sentence) => h("p", { class: "empty" }, sentence);

export const fact = (name, value, note, extra) => h("div", { class: `fact ${extra ?? ""}` },
    h("dt", null, name), h("dd", null, value, note ? h("small", null, note) : null));

export function table(columns, rows, sentence) {
    if (!rows.length) return empty(sentence);
    return h("div", { class: "scroll", tabindex: "0" }, h("table", null,
        h("thead", null, h("tr", null, columns.map(([title, , right]) => h("th", { class: right && "n", scope: "col" }, title)))),
        h("tbody", null, rows.map((row) => h("tr", null,
            columns.map(([, value, right]) => h("td", { class: right && "n" }, value(row))))))));
}

// One tip for everything that has data-tip, for mouse and keyboard.
export function watchTips(tip) {
    const show = (target, x, y) => {
        tip.replaceChildren(...target.dataset.tip.split("\n").map((line) => h("span", null, line)));
        tip.hidden = false;
        const box = tip.getBoundingClientRect();
        tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - box.width - 8))}px`;
        tip.style.top = `${y + box.height + 24 > innerHeight ? y - box.height - 12 : y + 16}px`;
    };
    document.addEventListener("pointermove", (event) => {
        const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
        if (target) show(target, event.clientX, event.clientY);
        else tip.hidden = true;
    });
    document.addEventListener("focusin", (event) => {
        const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
        if (!target) return;
        const box = target.getBoundingClientRect();
        show(target, box.left, box.bottom);
    });
    document.addEventListener("focusout", () => { tip.hidden = true; });
}
