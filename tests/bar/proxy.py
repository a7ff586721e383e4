# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that misbehaves while it runs: `mode` is "pass", "stall" (takes and keeps), "drop" (accepts and never
reads on), "reset" (resets what comes), "refuse" (nobody listens); `delay_s` each way, and `late` is the share of
segments that come late by `late_s`, as a lost one does that TCP sends again."""
import asyncio
import contextlib
import random
import socket
import struct
import threading


class Proxy:
    def __init__(self, port, delay_s=0.0, late=0.0, late_s=0.3):
        self.target, self.delay_s, self.late, self.late_s = port, delay_s, late, late_s
        self.mode, self.writers, self.server = "pass", set(), None
        self.luck = random.Random(7)
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.port = 0
        self._run(self._listen())

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _listen(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=65536)
        self.port = self.server.sockets[0].getsockname()[1]

    def set(self, mode):
        """"cut" resets what is connected now and goes on passing."""
        self._run(self._set(mode))

    async def _set(self, mode):
        if self.mode == "refuse" and mode != "refuse":
            await self._listen()
        if mode in ("cut", "reset", "refuse"):
            for writer in list(self.writers):
                self._reset(writer)
        if mode == "refuse" and self.mode != "refuse":
            self.server.close()
        self.mode = "pass" if mode == "cut" else mode

    @staticmethod
    def _reset(writer):
        with contextlib.suppress(OSError, AttributeError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _serve(self, reader, writer):
        self.writers.add(writer)
        if self.mode == "reset":
            self._reset(writer)
            return
        with contextlib.suppress(OSError):
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target, limit=65536)
            self.writers.add(far)
            await asyncio.gather(self._carry(reader, far), self._carry(far_reader, writer))
            self.writers.discard(far)
        self.writers.discard(writer)
        writer.transport.abort()

    async def _carry(self, reader, writer):
        """In order, each segment after its delay; the sender is not held up by the delay of those before."""
        line = asyncio.Queue(2000)

        async def deliver():
            with contextlib.suppress(OSError):
                while True:
                    due, data = await line.get()
                    await asyncio.sleep(max(0, due - self.loop.time()))
                    while self.mode in ("stall", "drop"):
                        await asyncio.sleep(0.05)
                    if not data:
                        break
                    writer.write(data)
                    await writer.drain()
            writer.close()

        carrier = asyncio.ensure_future(deliver())
        data = b"x"
        while data:
            while self.mode == "drop":
                await asyncio.sleep(0.05)
            try:
                data = await reader.read(1460 if self.late else 65536)
            except OSError:
                data = b""
            late_s = self.late_s if self.luck.random() < self.late else 0
            with contextlib.suppress(asyncio.QueueFull):
                line.put_nowait((self.loop.time() + self.delay_s + late_s, data))
            while line.qsize() > 1900 and not carrier.done():
                await asyncio.sleep(0.01)
        await carrier

    def close(self):
        self._run(self._set("reset"))
        self.server.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
