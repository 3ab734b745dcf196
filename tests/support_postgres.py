"""A private PostgreSQL cluster from the server binaries that are installed, for tests and for scripts.

Listens on a socket in its own folder only, never on a port; refuses to go on unless the server that answers is the one
it started. Durability is switched off unless asked for: the contract tests kill clients, not the server.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


class NoPostgres(Exception):
    """PostgreSQL's server binaries are not installed."""


@dataclass
class Cluster:
    """A running server. `sockets` is the folder of its socket, `owner` the database superuser."""

    folder: Path
    sockets: Path
    owner: str
    process: subprocess.Popen[bytes] = field(repr=False)
    start: Callable[[], subprocess.Popen[bytes]] = field(repr=False)

    def url_for(self, dbname: str) -> str:
        """The address as it stands in a configuration file."""
        return f"postgresql://{self.owner}@/{dbname}?host={self.sockets}"

    def execute(self, sql: str, dbname: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement outside any transaction."""
        import psycopg

        with psycopg.connect(host=str(self.sockets), user=self.owner, dbname=dbname, autocommit=True) as connection:
            cursor = connection.execute(sql)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def restart(self, *, down_s: float = 0.0, once_down: Callable[[], object] = lambda: None) -> None:
        """Break every connection, roll back what was open, be away for `down_s`, and start again.

        Only from a thread that lives on: the server dies with the one that started it.
        """
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        once_down()
        time.sleep(down_s)
        self.process = self.start()
        _await(self)

    def stop(self) -> None:
        """End the server at once and remove its folder. Safe to call twice."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster(*, durable: bool = False) -> Cluster:
    """Start a server; `durable` keeps fsync on. Raises `NoPostgres` when the binaries are missing."""
    binaries = _binaries()
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-", dir=_place(durable=durable)))  # short: sockets take 107 bytes
    folder.chmod(0o755)
    data, sockets = folder / "data", folder / "run"
    for path in (data, sockets):
        path.mkdir(mode=0o700)
        if user:
            shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    _run_as(user, [str(binaries / "initdb"), "--no-sync", "--auth=trust", "--username=digest", "--encoding=UTF8",
                   "--locale=C", "--pgdata", str(data)])  # fmt: skip
    settings = {
        "listen_addresses": "", "unix_socket_directories": str(sockets), "max_connections": "60",
        "shared_buffers": "64MB", "log_min_messages": "fatal", "logging_collector": "off", "autovacuum": "off",
    }  # fmt: skip
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = (folder / "log").open("wb")

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            preexec_fn=_die_with_parent, **_identity(user),
        )  # fmt: skip

    cluster = Cluster(folder, sockets, "digest", start(), start)
    atexit.register(cluster.stop)
    try:
        _await(cluster)
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _binaries() -> Path:
    """The folder of `initdb` and `postgres`: what pg_config says, else the newest Debian one."""
    places = []
    if config := shutil.which("pg_config"):
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(Path(done.stdout.strip()))
    debian = Path("/usr/lib/postgresql")
    versions = [path for path in debian.glob("*") if re.fullmatch(r"\d+", path.name)] if debian.is_dir() else []
    places += [path / "bin" for path in sorted(versions, key=lambda path: int(path.name), reverse=True)]
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    raise NoPostgres("PostgreSQL's server binaries are not installed (Debian: postgresql)")


def _place(*, durable: bool) -> str | None:
    """Memory, where there is any: CREATE DATABASE takes 15 ms there and 280 ms on a disk."""
    memory = Path("/dev/shm")
    return str(memory) if not durable and memory.is_dir() and os.access(memory, os.W_OK) else None


def _die_with_parent() -> None:
    """A killed test run must not leave a server behind (Linux: PR_SET_PDEATHSIG)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _server_user() -> str:
    """The server refuses to run as root; then it runs as the package's own user."""
    if os.geteuid() != 0:
        return ""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("root has no other user to run PostgreSQL as")


def _identity(user: str) -> dict[str, object]:
    if not user:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _run_as(user: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_identity(user))  # type: ignore[call-overload]
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _await(cluster: Cluster, seconds: float = 30.0) -> None:
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        if cluster.process.poll() is not None:
            raise RuntimeError(f"postgres ended at once:\n{(cluster.folder / 'log').read_text()}")
        try:
            rows = cluster.execute("SHOW data_directory")
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        if rows != [(str(cluster.folder / "data"),)]:
            raise RuntimeError(f"another server answers on this socket: {rows}")
        return
