"""An SMTP server in a process of its own that writes down when each MAIL came, and when it was itself asleep.

Output: the port, then at the end of its input one line of JSON: {"mails": [[seconds, recipient's domain], ...],
"gaps": [[from, to], ...]}. In a gap the machine gave this process no time: what came then was stamped late.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

BEAT_S = 0.005
ASLEEP_S = 0.03
mails: list[tuple[float, str]] = []
gaps: list[tuple[float, float]] = []


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):  # a worker whose time is over leaves in the middle of a message
        await talk(reader, writer)
    writer.close()


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink ESMTP\r\n")
    mailed_at = 0.0
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(b"250-sink\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n")
        elif verb == b"MAIL":
            mailed_at = time.monotonic()
            writer.write(b"250 2.1.0 ok\r\n")
        elif verb == b"RCPT":
            mails.append((mailed_at, line.rpartition(b"@")[2].partition(b">")[0].decode()))
            writer.write(b"250 2.1.5 ok\r\n")
        elif verb == b"DATA":
            writer.write(b"354 go\r\n")
            while await reader.readline() not in (b".\r\n", b""):
                pass
            writer.write(b"250 2.0.0 taken\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 2.0.0 bye\r\n")
            break
        else:
            writer.write(b"250 2.0.0 ok\r\n")


async def beat() -> None:
    last = time.monotonic()
    while True:
        await asyncio.sleep(BEAT_S)
        now = time.monotonic()
        if now - last > ASLEEP_S:
            gaps.append((last, now))
        last = now


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    beating = asyncio.create_task(beat())
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    beating.cancel()
    print(json.dumps({"mails": mails, "gaps": gaps}))


if __name__ == "__main__":
    asyncio.run(main())
