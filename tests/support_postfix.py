"""Postfix's smtp-sink on loopback: an SMTP server that is not ours, whose files say what it was given.

The tools come from Debian's package, unpacked into a cache folder; nothing is installed and no daemon runs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
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
