"""A small IMAP server on loopback: enough of RFC 9051 for a client that searches, fetches, marks and moves by UID.

Behaves as a server and not as our client expects: it answers FETCH with literals, names the last message for `n:*`,
takes quoted folder names in modified UTF-7, and counts MOVE and UIDPLUS as extensions that may be missing.
"""

from __future__ import annotations

import contextlib
import re
import socketserver
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Stored:
    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    day: str = "23-Nov-2026"


@dataclass
class ImapServer:
    """`folders` by encoded name. `log` holds the commands that came, without passwords."""

    password: str = "secret"
    capabilities: tuple[str, ...] = ("MOVE", "UIDPLUS")
    validity: int = 11
    slow_s: float = 0.0
    drip: bool = False
    cut_after_fetch: int = -1
    folders: dict[str, list[Stored]] = field(default_factory=lambda: {"INBOX": []})
    log: list[str] = field(default_factory=list)
    next_uid: int = 1

    def deliver(self, raw: bytes, folder: str = "INBOX", *, day: str = "23-Nov-2026") -> int:
        self.folders[folder].append(Stored(self.next_uid, raw, day=day))
        self.next_uid += 1
        return self.next_uid - 1

    @property
    def url(self) -> str:
        return f"imap://bounces%40makers.example@127.0.0.1:{self.port}/INBOX"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def flags(self, uid: int) -> set[str]:
        return next(one.flags for one in self.folders["INBOX"] if one.uid == uid)

    def uids(self, folder: str = "INBOX") -> list[int]:
        return [one.uid for one in self.folders[folder]]

    def __enter__(self) -> ImapServer:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    _Conversation(outer, self.rfile, self.wfile).run()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Conversation:
    def __init__(self, server: ImapServer, rfile: Any, wfile: Any) -> None:
        self.server, self.rfile, self.wfile = server, rfile, wfile
        self.folder, self.fetched, self.known = "", 0, False

    def say(self, line: bytes | str) -> None:
        data = line.encode() if isinstance(line, str) else line
        if self.server.drip:
            for byte in data:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.wfile.write(data + b"\r\n")
            self.wfile.flush()

    def run(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline(65536):
            tag, _, rest = line.decode().strip().partition(" ")
            name = rest.split(" ")[0].upper()
            self.server.log.append("LOGIN" if name == "LOGIN" else rest)
            time.sleep(self.server.slow_s)
            if name == "LOGOUT":
                self.say("* BYE")
                self.say(f"{tag} OK done")
                return
            answer = self.answer(name, rest)
            if answer is None:
                return
            self.say(f"{tag} {answer} done")

    def answer(self, name: str, rest: str) -> str | None:
        if name == "CAPABILITY":
            self.say(f"* CAPABILITY IMAP4rev1 {' '.join(self.server.capabilities)}")
            return "OK"
        if name == "LOGIN":
            self.known = rest.split(" ")[-1].strip('"') == self.server.password
            return "OK" if self.known else "NO [AUTHENTICATIONFAILED] wrong password"
        if not self.known:
            return "BAD not yet"
        if name == "SELECT":
            return self.select(rest.partition(" ")[2].strip('"'))
        if name == "UID":
            _, command, arguments = rest.split(" ", 2)
            return self.uid(command.upper(), arguments)
        return "BAD unknown"

    def select(self, folder: str) -> str:
        if folder not in self.server.folders:
            return "NO no such mailbox"
        self.folder = folder
        self.say(f"* {len(self.here)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] fine")
        return "OK [READ-WRITE]"

    @property
    def here(self) -> list[Stored]:
        return self.server.folders[self.folder]

    def uid(self, command: str, arguments: str) -> str | None:
        if command == "SEARCH":
            low = int(re.search(r"UID (\d+):\*", arguments)[1])  # type: ignore[index]
            since = re.search(r"SINCE (\S+)", arguments)
            found = [one for one in self.here if one.uid >= low] or self.here[-1:]
            found = [one for one in found if not since or time.strptime(one.day, "%d-%b-%Y") >= time.strptime(
                since[1], "%d-%b-%Y")]  # fmt: skip
            self.say("* SEARCH " + " ".join(str(one.uid) for one in found))
            return "OK"
        numbers, _, rest = arguments.partition(" ")
        chosen = [one for one in self.here if one.uid in {int(number) for number in numbers.split(",")}]
        return getattr(self, command.lower())(chosen, rest.strip())  # type: ignore[no-any-return]

    def fetch(self, chosen: list[Stored], rest: str) -> str | None:
        if self.fetched == self.server.cut_after_fetch:
            return None
        self.fetched += 1
        limit = int(re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", rest)[1])  # type: ignore[index]
        for one in chosen:
            body = one.raw[:limit]
            head = f"* {self.here.index(one) + 1} FETCH (UID {one.uid} BODY[]<0> {{{len(body)}}}\r\n"
            self.say(head.encode() + body + b")")
        return "OK"

    def store(self, chosen: list[Stored], rest: str) -> str:
        flags = set(re.findall(r"\\\w+", rest))
        for one in chosen:
            one.flags |= flags
        return "OK"

    def copy(self, chosen: list[Stored], rest: str) -> str:
        folder = rest.strip('"')
        if folder not in self.server.folders:
            return "NO [TRYCREATE] no such mailbox"
        for one in chosen:
            self.server.folders[folder].append(Stored(one.uid, one.raw, set(one.flags)))
        return "OK"

    def move(self, chosen: list[Stored], rest: str) -> str:
        answer = self.copy(chosen, rest)
        if answer == "OK":
            for one in chosen:
                self.here.remove(one)
        return answer

    def expunge(self, chosen: list[Stored], rest: str) -> str:
        for one in chosen:
            if "\\Deleted" in one.flags:
                self.here.remove(one)
        return "OK"
