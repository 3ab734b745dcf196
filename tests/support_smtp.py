"""Loopback SMTP servers for the tests of the whole project.

`Sink` accepts mail in this process and remembers it. `SinkProcess` is the same in another process, whose log survives a
`kill -9` of the sender: each accepted message is one fsynced line *before* its 250 leaves. (Postfix's own sink is in
`support_postfix`.) Run as a program: `python tests/support_smtp.py --port 0 --dir D` prints `port N`.

Nothing here imports `digest`: what these servers say about a run must not depend on the code under test.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import ipaddress
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from email.parser import BytesHeaderParser
from pathlib import Path

LOG_NAME = "accepted.tsv"
_SLOW_S = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Received:
    """One accepted message. `data` is without dot-stuffing and without the final dot; `mail_parameters` as sent."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    message_id: str
    mail_parameters: str = ""
    encrypted: bool = False
    login: tuple[str, str] | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class TlsMaterial:
    """A self-made certificate for localhost, 127.0.0.1 and ::1 and its key, as files."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path, *, names: tuple[str, ...] = ("localhost",), expired: bool = False) -> TlsMaterial:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
        now = datetime.datetime.now(datetime.UTC)
        end = now - datetime.timedelta(days=1) if expired else now + datetime.timedelta(days=30)
        addresses = [x509.IPAddress(ipaddress.ip_address(ip)) for ip in ("127.0.0.1", "::1") if "localhost" in names]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=60))
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName([*map(x509.DNSName, names), *addresses]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        folder.mkdir(parents=True, exist_ok=True)
        paths = folder / "certificate.pem", folder / "key.pem"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return cls(*paths)

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Verifies as usual, and trusts this certificate."""
        return ssl.create_default_context(cafile=str(self.certificate))


def no_refusal(recipient: str) -> str | None:
    return None


class Sink:
    """A threaded SMTP server on loopback. Use as a context manager; `messages` is what it has accepted.

    `refuse` gets each RCPT address and may return a reply line to send instead of 250. `delay_s` is slept before every
    reply. With `login` mail is taken only after AUTH. With `directory` each accepted message is a fsynced line in
    `accepted.tsv` and, with `keep`, an .eml file. With `silent` it hangs up instead of answering a message it took.
    `taken` counts without keeping when `remember` is False. While the file `slow_while` is there every reply takes
    half a second: so long something else may happen in the middle of a send, on a machine however busy.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        pipelining: bool = True,
        smtputf8: bool = True,
        eightbit: bool = True,
        size: int = 0,
        tls: TlsMaterial | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
        delay_s: float = 0.0,
        directory: Path | None = None,
        keep: bool = False,
        remember: bool = True,
        refuse: Callable[[str], str | None] = no_refusal,
        silent: bool = False,
        chunking: bool = False,
        mechanisms: str = "PLAIN LOGIN",
        slow_while: Path | None = None,
    ) -> None:
        self.pipelining, self.smtputf8, self.eightbit, self.size = pipelining, smtputf8, eightbit, size
        self.tls, self.implicit_tls, self.login, self.delay_s = tls, implicit_tls, login, delay_s
        self.directory, self.keep, self.remember, self.refuse = directory, keep, remember, refuse
        self.silent, self.chunking, self.mechanisms = silent, chunking, mechanisms
        self.slow_while = slow_while
        self.messages: list[Received] = []
        self.taken = 0
        self.connections = 0
        self.commands: list[str] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.host, self.port = self._listener.getsockname()
        self._log = None
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            self._log = os.open(directory / LOG_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def __enter__(self) -> Sink:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # shutdown wakes the thread that waits in accept(); close alone leaves it there
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def take(self, received: Received) -> None:
        """Accept for good: durable first, then visible."""
        with self._lock:
            self.taken += 1
            if self._log is not None:
                self._write(received)
            if self.remember:
                self.messages.append(received)

    def serve(self, sock: socket.socket, *, greet: bool = True) -> None:
        """One connection, to its end."""
        self._open.add(sock)
        try:
            _Session(self, sock).run(greet=greet)
        except (OSError, ValueError, ssl.SSLError):
            pass  # the client went away; what it completed was taken
        finally:
            self._open.discard(sock)
            sock.close()

    def handle(self, sock: socket.socket, number: int) -> None:
        """What connection `number` (from 0) meets; scripted servers put something else here."""
        self.serve(sock)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                number, self.connections = self.connections, self.connections + 1
            threading.Thread(target=self.handle, args=(sock, number), daemon=True).start()

    def _write(self, received: Received) -> None:
        assert self._log is not None and self.directory is not None
        if self.keep:
            (self.directory / f"{self.taken:07}.eml").write_bytes(received.data)
        lines = [f"{received.message_id}\t{rcpt}\t{received.sha256}\n" for rcpt in received.recipients]
        os.write(self._log, "".join(lines).encode())
        os.fsync(self._log)


class _Session:
    """One client at a `Sink`: reads a line, answers it; pipelined commands simply wait in the buffer."""

    def __init__(self, sink: Sink, sock: socket.socket) -> None:
        self.sink, self.sock = sink, sock
        self.encrypted = False
        self.logged_in: tuple[str, str] | None = None
        if sink.implicit_tls:
            assert sink.tls is not None
            self._encrypt()
        self.file = self.sock.makefile("rb")
        self._forget()

    def run(self, *, greet: bool) -> None:
        if greet:
            self.reply("220 sink.test ESMTP")
        while line := self.file.readline():
            text = line.decode("utf-8").rstrip("\r\n")
            self.sink.commands.append(text)
            verb = text.split(" ", 1)[0].upper()
            if verb == "QUIT":
                self.reply("221 2.0.0 bye")
                return
            handler = getattr(self, f"do_{verb.lower()}", None)
            self.reply("502 5.5.1 not known here") if handler is None else handler(text)

    def reply(self, *lines: str) -> None:
        slow = self.sink.slow_while is not None and self.sink.slow_while.exists()
        if slow or self.sink.delay_s:
            time.sleep(_SLOW_S if slow else self.sink.delay_s)
        code = lines[0][:3]
        marked = [f"{code}-{line[4:]}" for line in lines[:-1]] + [lines[-1]]
        self.sock.sendall("".join(f"{line}\r\n" for line in marked).encode())

    def do_ehlo(self, text: str) -> None:
        sink = self.sink
        offers = ["sink.test at your service"]
        offers += ["PIPELINING"] * sink.pipelining + ["8BITMIME"] * sink.eightbit + ["SMTPUTF8"] * sink.smtputf8
        offers += ["CHUNKING"] * sink.chunking
        offers += ["ENHANCEDSTATUSCODES", f"SIZE {sink.size}" if sink.size else "SIZE"]
        offers += ["STARTTLS"] * (sink.tls is not None and not self.encrypted)
        offers += [f"AUTH {sink.mechanisms}"] * (sink.login is not None)
        self._forget()
        self.reply(*(f"250 {offer}" for offer in offers))

    def do_helo(self, text: str) -> None:
        self.reply("250 sink.test")

    def do_noop(self, text: str) -> None:
        self.reply("250 2.0.0 ok")

    def do_rset(self, text: str) -> None:
        self._forget()
        self.reply("250 2.0.0 forgotten")

    def do_starttls(self, text: str) -> None:
        if self.sink.tls is None or self.encrypted:
            self.reply("454 4.7.0 not now")
            return
        self.reply("220 2.0.0 go ahead")
        self._encrypt()
        self.file = self.sock.makefile("rb")

    def do_auth(self, text: str) -> None:
        _, mechanism, *initial = text.split(" ")
        if mechanism.upper().startswith("SCRAM-"):
            self._scram(mechanism.upper(), _decode(initial[0]))
            return
        if mechanism.upper() == "PLAIN":
            _, user, password = _decode(initial[0]).split("\0")
        elif mechanism.upper() == "XOAUTH2":
            user, token, *_ = _decode(initial[0]).split("\1")
            user, password = user.removeprefix("user="), token.removeprefix("auth=Bearer ")
        else:
            user, password = self._asked("334 VXNlcm5hbWU6"), self._asked("334 UGFzc3dvcmQ6")
        if (user, password) == self.sink.login:
            self.logged_in = (user, password)
            self.reply("235 2.7.0 welcome")
        else:
            self.reply("535 5.7.8 wrong user or password")

    def do_mail(self, text: str) -> None:
        match = re.fullmatch(r"MAIL FROM:<([^<>]*)>(.*)", text, re.I)
        if self.sink.login is not None and self.logged_in is None:
            self.reply("530 5.7.0 log in first")
        elif match is None or self.sender is not None:
            self.reply("501 5.5.4 what?" if match is None else "503 5.5.1 one at a time")
        else:
            self.sender, self.parameters = match[1], match[2].strip()
            self.reply("250 2.1.0 ok")

    def do_rcpt(self, text: str) -> None:
        match = re.fullmatch(r"RCPT TO:<([^<>]+)>(.*)", text, re.I)
        if self.sender is None or match is None:
            self.reply("503 5.5.1 MAIL first" if self.sender is None else "501 5.1.3 what?")
        elif refusal := self.sink.refuse(match[1]):
            self.reply(refusal)
        else:
            self.recipients.append(match[1])
            self.reply("250 2.1.5 ok")

    def do_data(self, text: str) -> None:
        if not self.recipients:
            self.reply("503 5.5.1 RCPT first")
            return
        self.reply("354 end with a dot")
        data = read_body(self.file)
        if data is None:
            raise OSError("the client went away before the dot")
        self._take(data)

    def do_bdat(self, text: str) -> None:
        """RFC 3030: the chunk is read whatever becomes of it."""
        _, size, *last = text.split(" ")
        chunk = self.file.read(int(size))
        if len(chunk) < int(size):
            raise OSError("the client went away within a chunk")
        if not self.recipients:
            self.reply("503 5.5.1 RCPT first")
            return
        self.chunks.append(chunk)
        if last:
            self._take(b"".join(self.chunks))
        else:
            self.reply("250 2.0.0 and?")

    def _take(self, data: bytes) -> None:
        self.sink.take(self.received(data))
        if self.sink.silent:
            raise OSError("as asked: no answer to a message that was taken")
        self._forget()
        self.reply(f"250 2.0.0 taken as {self.sink.taken}")

    def received(self, data: bytes) -> Received:
        return Received(
            self.sender or "", tuple(self.recipients), data, message_id_of(data), self.parameters, self.encrypted,
            self.logged_in,
        )  # fmt: skip

    def _scram(self, mechanism: str, first: str) -> None:
        """RFC 5802 from the server's side, written from the RFC and not from the client."""
        assert self.sink.login is not None
        algorithm = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[mechanism]
        mac = lambda key, data: hmac.new(key, data, algorithm).digest()  # noqa: E731
        user, password = self.sink.login
        bare = first.removeprefix("n,,")
        nonce = bare.partition(",r=")[2] + "server"
        server_first = f"r={nonce},s={base64.b64encode(b'salt').decode()},i=4096"
        final = self._asked(f"334 {base64.b64encode(server_first.encode()).decode()}")
        without_proof, _, proof = final.partition(",p=")
        salted = hashlib.pbkdf2_hmac(algorithm, password.encode(), b"salt", 4096)
        stored = hashlib.new(algorithm, mac(salted, b"Client Key")).digest()
        signed = f"{bare},{server_first},{without_proof}".encode()
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), mac(stored, signed), strict=True))
        right = hashlib.new(algorithm, key).digest() == stored and without_proof == f"c=biws,r={nonce}"
        if not right or bare.partition(",")[0] != f"n={user.replace('=', '=3D').replace(',', '=2C')}":
            self.reply("535 5.7.8 wrong user or password")
            return
        signature = mac(mac(salted, b"Server Key"), signed)
        assert self._asked(f"334 {base64.b64encode(b'v=' + base64.b64encode(signature)).decode()}") == ""
        self.logged_in = (user, password)
        self.reply("235 2.7.0 welcome")

    def _asked(self, prompt: str) -> str:
        self.reply(prompt)
        return _decode(self.file.readline().decode().strip())

    def _encrypt(self) -> None:
        assert self.sink.tls is not None
        self.sink._open.discard(self.sock)
        self.sock = self.sink.tls.server_context().wrap_socket(self.sock, server_side=True)
        self.sink._open.add(self.sock)
        self.encrypted = True
        self._forget()

    def _forget(self) -> None:
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.chunks: list[bytes] = []
        self.parameters = ""


def read_body(file: object) -> bytes | None:
    """The data up to the line `.`, dot-stuffing undone; None when the client ends before it."""
    lines: list[bytes] = []
    while line := file.readline():  # type: ignore[attr-defined]
        if line == b".\r\n":
            return b"".join(lines)
        lines.append(line[1:] if line.startswith(b".") else line)
    return None


def message_id_of(data: bytes) -> str:
    headers = BytesHeaderParser().parsebytes(data.split(b"\r\n\r\n", 1)[0])
    return str(headers.get("Message-ID", "")).strip().strip("<>")


def _decode(text: str) -> str:
    return base64.b64decode(text).decode()


@dataclasses.dataclass(frozen=True, slots=True)
class LogLine:
    message_id: str
    recipient: str
    sha256: str


def read_log(directory: Path) -> list[LogLine]:
    """What a `Sink` with that directory has accepted, in order; a torn last line (killed in mid-write) is left out."""
    path = directory / LOG_NAME
    text = path.read_text() if path.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    return [LogLine(*line.split("\t")) for line in whole.splitlines()]


class SinkProcess:
    """A `Sink` in another process, ended with this one. `log()` is what it has accepted."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        command = [sys.executable, str(Path(__file__).resolve()), "--port", "0", "--dir", str(directory), *arguments]
        self._process = subprocess.Popen(
            [*command, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        assert first.startswith("port "), f"the sink did not start: {first!r}"
        self.port = int(first.split()[1])
        self.url = f"smtp://127.0.0.1:{self.port}"

    def log(self) -> list[LogLine]:
        return read_log(self.directory)

    def __enter__(self) -> SinkProcess:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, required=True, help="where accepted.tsv is written")
    parser.add_argument("--keep", action="store_true", help="write each message to an .eml file too")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before every reply")
    parser.add_argument(
        "--slow-while", type=Path, metavar="FILE", help="half a second before every reply, while it is there"
    )
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--chunking", action="store_true")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input does")
    options = parser.parse_args()
    sink = Sink(
        port=options.port, pipelining=not options.no_pipelining, chunking=options.chunking, delay_s=options.delay,
        directory=options.dir, keep=options.keep, remember=False, slow_while=options.slow_while,
    )  # fmt: skip
    with sink:
        print(f"port {sink.port}", flush=True)
        if options.until_eof:
            sys.stdin.read()
        else:
            threading.Event().wait()


if __name__ == "__main__":
    main()
