"""Plays `dialogues/*.smtp`: what a server says and does, line by line, to a real client over a real socket.

? key: value         what must come out (see `test_deliver_dialogues`)
=== connection       the next client connection meets what follows; after the last one, a well-behaved sink
S: 220 ready         send a line                    S+ 25                send text without CRLF (\\r\\n may be written)
C: MAIL FROM:<*>*    the client must send this      BODY                 read a whole message, its dot included
UNTIL text           read until this was read       TAKE                 the server really keeps that message
CHUNK                read `BDAT n LAST` and all of its bytes (the message that TAKE keeps)
STALL                read nothing more, say nothing, until the client closes
DELAY 0.2            wait                           TLS                  answer a TLS handshake
DROP / RST           close politely / rudely        SINK                 behave well from here on
DRIP 0.1 text        send a line, a byte each 0.1 s, until the client has enough of it
GONE                 the client must close (QUIT allowed) and must not send a final dot
"""

from __future__ import annotations

import contextlib
import fnmatch
import socket
import struct
import time
from pathlib import Path

from support_smtp import Received, Sink, TlsMaterial, message_id_of, read_body


class Dialogue:
    def __init__(self, path: Path) -> None:
        self.expect: dict[str, str] = {}
        self.connections: list[list[str]] = []
        for line in path.read_text().splitlines():
            if line.startswith("? "):
                key, _, value = line[2:].partition(":")
                self.expect[key] = value.strip()
            elif line.startswith("==="):
                self.connections.append([])
            elif line.strip() and not line.startswith("#"):
                self.connections[-1].append(line)


class Player(Sink):
    """A sink whose first connections follow a script. `errors` says where the client left it."""

    def __init__(self, dialogue: Dialogue, tls: TlsMaterial | None = None) -> None:
        super().__init__()
        self.dialogue, self.material = dialogue, tls
        self.errors: list[str] = []
        self.finished = 0

    def handle(self, sock: socket.socket, number: int) -> None:
        sock.settimeout(5)
        try:
            if number < len(self.dialogue.connections):
                self._play(sock, number)
            else:
                self.serve(sock)
        except (OSError, AssertionError) as error:
            self.errors.append(f"connection {number + 1}: {type(error).__name__}: {error}")
        finally:
            sock.close()
            self.finished += 1

    def _play(self, sock: socket.socket, number: int) -> None:
        file = sock.makefile("rb")
        recipient, data = "", b""
        for line in self.dialogue.connections[number]:
            verb, _, rest = line.partition(" ")
            if verb == "S:":
                sock.sendall(f"{rest}\r\n".encode())
            elif verb == "S+":
                sock.sendall(rest.encode().decode("unicode_escape").encode())
            elif verb == "C:":
                said = file.readline().decode().rstrip("\r\n")
                assert fnmatch.fnmatchcase(said, rest), f"expected {rest!r}, the client said {said!r}"
                recipient = said[9:].split(">")[0] if said.startswith("RCPT TO:") else recipient
            elif verb == "BODY":
                found = read_body(file)
                assert found is not None, "the client closed before the dot"
                data = found
            elif verb == "CHUNK":
                data = _chunk(file)
            elif verb == "STALL":
                while sock.send(b"") == 0 and not _hung_up(sock):
                    time.sleep(0.02)
            elif verb == "TAKE":
                self.take(Received("", (recipient,), data, message_id_of(data)))
            elif verb == "UNTIL":
                _read_until(file, rest.encode())
            elif verb == "DELAY":
                time.sleep(float(rest))
            elif verb == "DRIP":
                _drip(sock, *rest.split(" ", 1))
            elif verb == "TLS":
                assert self.material is not None
                sock = self.material.server_context().wrap_socket(sock, server_side=True)
                file = sock.makefile("rb")
            elif verb == "GONE":
                left = _rest(file)
                assert left in (b"", b"QUIT\r\n"), f"the client went on: {left[-80:]!r}"
            elif verb == "SINK":
                self.serve(sock, greet=False)
                return
            elif verb == "RST":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                file.close()
                return
            elif verb == "DROP":
                file.close()
                return
            else:
                raise AssertionError(f"what is {line!r}?")


def _chunk(file: object) -> bytes:
    said = file.readline().decode().split()  # type: ignore[attr-defined]
    assert said[:1] == ["BDAT"] and said[2:] == ["LAST"], f"expected a last chunk, the client said {said}"
    data = bytes(file.read(int(said[1])))  # type: ignore[attr-defined]
    assert len(data) == int(said[1]), "the client closed within the chunk"
    return data


def _hung_up(sock: socket.socket) -> bool:
    """Without reading: a client that aborts while we have bytes of it unread resets the connection."""
    return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) or _state(sock) not in (1,)


def _state(sock: socket.socket) -> int:
    """1 is ESTABLISHED (Linux tcp(7), struct tcp_info)."""
    return int(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[0])


def _read_until(file: object, end: bytes) -> None:
    read = b""
    while not read.endswith(end):
        byte = file.read(1)  # type: ignore[attr-defined]
        assert byte, f"the client closed before {end!r}"
        read += byte


def _drip(sock: socket.socket, seconds: str, text: str) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for byte in f"{text}\r\n".encode():
            sock.sendall(bytes([byte]))
            time.sleep(float(seconds))


def _rest(file: object) -> bytes:
    """What the client still says before it closes; a reset is a close too."""
    try:
        return bytes(file.read())  # type: ignore[attr-defined]
    except ConnectionResetError:
        return b""
