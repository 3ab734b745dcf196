"""A name server on loopback, UDP and TCP, whose zones are a dictionary; it can fail, be silent and truncate.

    DnsServer({"harbour.example": {"TXT": ["v=spf1 -all"], "MX": ["10 mx.harbour.example."]}})

A TXT text longer than 255 octets is sent in several strings, as DNS does. Names that are not there do not exist.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zones = dict[str, dict[str, list[str]]]


class DnsServer:
    """Use as a context manager. `broken` names get SERVFAIL, `silent` ones no answer; `asked` counts what came."""

    def __init__(
        self, zones: Zones, *, broken: tuple[str, ...] = (), silent: tuple[str, ...] = (), truncate: bool = False
    ) -> None:
        self.zones, self.broken, self.silent, self.truncate = zones, broken, silent, truncate
        self.asked: list[str] = []
        self._udp, self._tcp = _pair()
        self.port = self._udp.getsockname()[1]

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def __enter__(self) -> DnsServer:
        for work in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._tcp.shutdown(socket.SHUT_RDWR)
        self._tcp.close()
        # a thread in recvfrom() holds the port until something comes
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wake:
            wake.sendto(b"", self.address)

    def _serve_udp(self) -> None:
        with self._udp:
            while True:
                data, client = self._udp.recvfrom(4096)
                if not data:
                    return
                answer = self._answer(data, truncate=self.truncate)
                if answer is not None:
                    self._udp.sendto(answer, client)

    def _serve_tcp(self) -> None:
        while True:
            try:
                sock, _ = self._tcp.accept()
            except OSError:
                return
            with sock, contextlib.suppress(OSError, struct.error):
                (length,) = struct.unpack(">H", sock.recv(2))
                answer = self._answer(sock.recv(length), truncate=False)
                if answer is not None:
                    sock.sendall(struct.pack(">H", len(answer)) + answer)

    def _answer(self, data: bytes, *, truncate: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        if name in self.silent:
            return None
        reply: Any = dns.message.make_response(query)
        if name in self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.zones:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif truncate:
            reply.flags |= dns.flags.TC
        elif texts := self.zones[name].get(kind):
            written = [_quoted(text) for text in texts] if kind == "TXT" else texts
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *written))
        return bytes(reply.to_wire(max_size=65535))


def _pair() -> tuple[socket.socket, socket.socket]:
    """One port for both; a port that is free for UDP may be somebody's for TCP."""
    for _ in range(50):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(("127.0.0.1", udp.getsockname()[1]))
        except OSError:
            udp.close()
    raise OSError("no port is free for both UDP and TCP")


def _quoted(text: str) -> str:
    parts = [text[at : at + 255] for at in range(0, max(len(text), 1), 255)]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
