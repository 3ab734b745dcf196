"""An SMTP sink that answers late: it stands for a relay that is a long way off. Keeps nothing, counts messages.

    python benchmarks/delayed_sink.py --delay 0.02 [--no-chunking]     prints `port N`, ends when standard input does

The delay is that of each reply, so one exchange costs one round trip of that length; the time bytes need is not
modelled.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading

_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    delay_s, chunking = 0.0, True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.loop = transport, asyncio.get_running_loop()
        self.held, self.body, self.chunk = b"", False, 0
        self.say([b"220 delayed.test ESMTP"])

    def data_received(self, data: bytes) -> None:
        answers: list[bytes] = []
        self.held += data
        while self._take(answers):
            pass
        if answers:
            self.say(answers)

    def say(self, answers: list[bytes]) -> None:
        data = b"\r\n".join([*answers, b""])
        if self.delay_s:
            self.loop.call_later(self.delay_s, self.transport.write, data)
        else:
            self.transport.write(data)

    def _take(self, answers: list[bytes]) -> bool:
        """One command, chunk or body from what was read; False when more bytes are needed."""
        if self.chunk:
            eaten = min(self.chunk, len(self.held))
            self.held, self.chunk = self.held[eaten:], self.chunk - eaten
            if not self.chunk:
                answers.append(b"250 2.0.0 queued")
            return not self.chunk and bool(self.held)
        if self.body:
            end = self.held.find(_END)
            if end < 0:
                return False
            self.held, self.body = self.held[end + len(_END) :], False
            answers.append(b"250 2.0.0 queued")
            return True
        line, found, rest = self.held.partition(b"\r\n")
        if not found:
            return False
        self.held = rest
        self._answer(line[:4].upper(), line, answers)
        return True

    def _answer(self, verb: bytes, line: bytes, answers: list[bytes]) -> None:
        if verb == b"EHLO":
            chunking = [b"250-CHUNKING"] if self.chunking else []
            answers += [b"250-delayed.test", b"250-PIPELINING", *chunking, b"250 ENHANCEDSTATUSCODES"]
        elif verb == b"DATA":
            self.body, self.held = True, b"\r\n" + self.held
            answers.append(b"354 go on")
        elif verb == b"BDAT":
            self.chunk = int(line.split()[1])
        elif verb == b"QUIT":
            self.loop.call_later(self.delay_s, self.transport.close)
        else:
            answers.append({b"MAIL": b"250 2.1.0 ok", b"RCPT": b"250 2.1.5 ok"}.get(verb, b"250 2.0.0 ok"))


async def serve(delay_s: float, chunking: bool) -> None:
    Sink.delay_s, Sink.chunking = delay_s, chunking
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0, backlog=256)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    ended = asyncio.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--delay", type=float, default=0.02)
    parser.add_argument("--no-chunking", action="store_true")
    options = parser.parse_args()
    asyncio.run(serve(options.delay, not options.no_chunking))


if __name__ == "__main__":
    main()
