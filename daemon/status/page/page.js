"use strict";

async function refresh() {
    const answer = await fetch("/v1/machines");
    const { machines } = await answer.json();
    document.getElementById("cell").replaceChildren(...machines.map((machine) => {
        const line = document.createElement("p");
        line.textContent = `${machine.machine}: ${machine.linked ? machine.execution : "not linked"}`;
        return line;
    }));
}

refresh();
setInterval(refresh, 2000);
