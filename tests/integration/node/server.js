// SPDX-License-Identifier: Apache-2.0
// modbus-serial's server on a port of the kernel's, which it prints. Units answer after different times, so that
// answers to requests that are out together come in another order. Reading only; holding 40 is refused.
"use strict";
const net = require("net");
const { ServerTCP } = require("modbus-serial");

const FLOAT_AT = 50;  // float32, high word first, one in every two registers up to 59
const REFUSED = 40;

const floats = Buffer.alloc(20);
for (let i = 0; i < 5; i++)
    floats.writeFloatBE((i + 1) * -1.25, 4 * i);

const pause = (unit) => new Promise((resolve) => setTimeout(resolve, unit === 2 ? 60 : Math.random() * 20));

function holding(address, unit) {
    if (address === REFUSED)
        throw { modbusErrorCode: 2, msg: "no such register" };
    if (address >= FLOAT_AT && address < FLOAT_AT + 10)
        return floats.readUInt16BE(2 * (address - FLOAT_AT));
    return (1000 * unit + address) & 0xffff;
}

const device = {
    getHoldingRegister: async (address, unit) => { const held = holding(address, unit); await pause(unit); return held; },
    getInputRegister: async (address, unit) => { await pause(unit); return (40000 + 100 * unit + address) & 0xffff; },
    getCoil: async (address, unit) => { await pause(unit); return (address + unit) % 3 === 0; },
    getDiscreteInput: async (address, unit) => { await pause(unit); return (address + unit) % 2 === 0; },
};

const finder = net.createServer().listen(0, "127.0.0.1", () => {
    const port = finder.address().port;
    finder.close(() => {
        const server = new ServerTCP(device, { host: "127.0.0.1", port, unitID: 255 });
        server.on("initialized", () => console.log(port));
    });
});
