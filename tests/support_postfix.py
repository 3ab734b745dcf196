"""Postfix's smtp-sink on loopback: an SMTP server that is not ours, whose files say what it was given.

The tools come from Debian's package, unpacked into a cache folder; nothing is installed and no daemon runs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support_smtp import Received, message_id_of


def postfix_tools(cache: Path) -> Path | None:
    """The unpacked Debian package, or None where apt cannot give it. `cache` is kept between runs."""
    root = cache / "postfix"
    if (root / "usr/sbin/smtp-sink").exists():
        return root
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return None
    cache.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(["apt-get", "download", "postfix"], cwd=cache, capture_output=True)
    packages = sorted(cache.glob("postfix_*.deb"))
    if fetched.returncode or not packages:
        return None
    subprocess.run(["dpkg", "-x", str(packages[-1]), str(root)], check=True)
    return root


def need_lane(name: str, why: str) -> None:
    """Skip the test with `why`, or fail it where `DIGEST_REQUIRE_LANES` asks for that lane."""
    if name in os.environ.get("DIGEST_REQUIRE_LANES", "").replace(",", " ").split():
        pytest.fail(f"lane {name} is required: {why}")
    pytest.skip(why)


@dataclasses.dataclass(frozen=True, slots=True)
class PostfixSink:
    """A running smtp-sink: `received()` reads what it dumped, one file a message."""

    port: int
    directory: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def received(self) -> list[Received]:
        return [read_dump(path.read_bytes()) for path in sorted((self.directory / "dump").iterdir())]

    def await_messages(self, count: int, *, seconds: float = 5.0) -> list[Received]:
        """`received()`, once there are `count` (smtp-sink closes a file a moment after its 250)."""
        end = time.monotonic() + seconds
        while len(list((self.directory / "dump").iterdir())) < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.received()


@contextlib.contextmanager
def postfix_sink(*arguments: str) -> Iterator[PostfixSink]:
    """Start smtp-sink on a free loopback port; skips (or fails, see `need_lane`) where it cannot be had.

    Its folder is not pytest's `tmp_path`: smtp-sink gives up root before it writes, and pytest's are closed to others.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "digest-tests"
    root = postfix_tools(cache)
    if root is None:
        need_lane("postfix", "smtp-sink is missing: apt-get could not download Debian's postfix package")
        raise AssertionError
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="smtp-sink-") as folder:
        directory = Path(folder)
        directory.chmod(0o755)
        (directory / "dump").mkdir()
        (directory / "dump").chmod(0o777)
        command = [str(root / "usr/sbin/smtp-sink"), *user, "-R", folder, "-d", "dump/m.", *arguments]
        environment = {**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")}
        process = subprocess.Popen([*command, f"127.0.0.1:{port}", "100"], env=environment, cwd=folder)
        try:
            _await_port(port, process)
            yield PostfixSink(port, directory)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "smtp-sink ended at once"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("smtp-sink does not listen")


def read_dump(raw: bytes) -> Received:
    """One file of `smtp-sink -d`: X-*-Args lines, a Received header of its own, the data with bare LF, a blank line."""
    head: dict[bytes, list[bytes]] = {}
    rest = raw
    while match := re.match(rb"(X-[A-Za-z-]+): ?(.*)\n", rest):
        head.setdefault(match[1], []).append(match[2])
        rest = rest[match.end() :]
    rest = re.sub(rb"\AReceived:.*\n(?:[ \t].*\n)*", b"", rest)
    data = rest.removesuffix(b"\n").replace(b"\n", b"\r\n")
    sender = head[b"X-Mail-Args"][0].decode().split(">")[0].lstrip("<")
    recipients = tuple(args.decode().split(">")[0].lstrip("<") for args in head[b"X-Rcpt-Args"])
    return Received(sender, recipients, data, message_id_of(data))


@dataclasses.dataclass(frozen=True, slots=True)
class PostfixMta:
    """A running Postfix that accepts everything from loopback and discards it; `sent()` is what its log says."""

    port: int
    directory: Path

    def sent(self) -> list[str]:
        """Recipients of the messages it has discarded, in order; each line is one delivery."""
        text = (self.directory / "log").read_text()
        return re.findall(r"to=<([^>]+)>.* status=sent", text)

    def await_sent(self, count: int, *, seconds: float = 60.0) -> list[str]:
        end = time.monotonic() + seconds
        while len(sent := self.sent()) < count and time.monotonic() < end:
            time.sleep(0.1)
        return sent


_MAIN_CF = """
compatibility_level = 3.6
queue_directory = {queue}
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
data_directory = {folder}/data
mail_owner = uucp
setgid_group = news
myhostname = relay.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
default_transport = discard:
relay_transport = discard:
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
max_idle = 1s
alias_maps =
alias_database =
local_recipient_maps =
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH
{tls}
"""
_MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
_QUEUES = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"]


@contextlib.contextmanager
def postfix_mta(certificate: Path | None = None, key: Path | None = None) -> Iterator[PostfixMta]:
    """Postfix itself with a discard transport: queue, cleanup, log and all. Nothing leaves the machine.

    Needs root (its daemons run as another user); skips where that, or the package, cannot be had.
    """
    unpacked = postfix_tools(Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "digest-tests")
    if unpacked is None or os.getuid() != 0:
        need_lane("postfix", "a real Postfix needs Debian's package and root")
        raise AssertionError
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder = Path(name)
        port = _lay_out(folder, unpacked, certificate, key)
        root = folder / "root"
        environment = {**os.environ, "LD_LIBRARY_PATH": f"{root}/usr/lib/postfix", "MAIL_CONFIG": str(folder / "conf")}
        command = [f"{root}/usr/lib/postfix/sbin/master", "-c", str(folder / "conf"), "-d"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            _await_port(port, process)
            if certificate:
                _await_starttls(port, folder)
            yield PostfixMta(port, folder)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _await_starttls(port: int, folder: Path) -> None:
    """A smtpd that came up before tlsmgr does without TLS, and ends with its connection or soon after."""
    for _ in range(100):
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                return
        time.sleep(0.2)
    raise AssertionError(f"Postfix offers no STARTTLS: {(folder / 'log').read_text()[-2000:]}")


def _lay_out(folder: Path, unpacked: Path, certificate: Path | None, key: Path | None) -> int:
    """Programs, configuration and queue where the unprivileged daemons can reach them."""
    folder.chmod(0o755)
    shutil.copytree(unpacked / "usr", folder / "root/usr", symlinks=True)
    queue = folder / "queue"
    for name in [*_QUEUES, "maildrop", "public", "pid"]:
        (queue / name).mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "conf").mkdir()
    for name in _QUEUES:
        shutil.chown(queue / name, "uucp")
    shutil.chown(folder / "data", "uucp")
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        shutil.chown(queue / name, "uucp", "news")
        (queue / name).chmod(mode)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    tls = f"smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_security_level = may"
    main = _MAIN_CF.format(root=folder / "root", folder=folder, queue=queue, tls=tls if certificate else "")
    (folder / "conf/main.cf").write_text(main)
    (folder / "conf/master.cf").write_text(_MASTER_CF.format(port=port))
    return port
