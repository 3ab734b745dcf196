"""What every test gets: no socket leaves the machine, property tests say their seed, a store on both engines."""

from __future__ import annotations

import ipaddress
import itertools
import os
import random
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from support_postgres import Cluster, NoPostgres, start_cluster

SEED_VARIABLE = "DIGEST_HYPOTHESIS_SEED"

# A run that anybody can repeat: chance explores under DIGEST_PROOF=1, where there is time to look at what it finds.
hypothesis.settings.register_profile(
    "digest", deadline=None, print_blob=True, derandomize=os.environ.get("DIGEST_PROOF") != "1"
)
hypothesis.settings.load_profile("digest")


# -- nothing leaves the machine --------------------------------------------------------------------------------------


class OffLoopback(RuntimeError):
    """Not an OSError on purpose: code under test must not be able to take it for an ordinary network failure."""


_guard = {"on": False}


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not _guard["on"]:
        return
    if event in ("socket.connect", "socket.sendto"):
        sock, address = args[0], args[1]
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise OffLoopback(f"a test tried to reach {address}")
    elif event == "socket.getaddrinfo" and args[0] and not _is_local_name(args[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"tests resolve no names (asked for {args[0]!r})")


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _is_local_name(host: str | bytes) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name == socket.gethostname() or name == "localhost":
        return True
    try:
        ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return True


sys.addaudithook(_audit)


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Python's sockets reach this machine only, in every test."""
    _guard["on"] = True
    yield
    _guard["on"] = False


# -- chance ----------------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """One seed for the whole run, also in xdist's processes; `--hypothesis-seed` wins."""
    if config.getoption("--hypothesis-seed", None) is None:
        seed = os.environ.setdefault(SEED_VARIABLE, str(random.SystemRandom().randrange(2**32)))
        hypothesis.core.global_force_seed = int(seed)
    else:
        os.environ[SEED_VARIABLE] = str(config.getoption("--hypothesis-seed"))


def pytest_report_header() -> str:
    return f"hypothesis: again with --hypothesis-seed={os.environ[SEED_VARIABLE]}"


# -- databases -------------------------------------------------------------------------------------------------------


def lane_is_required(lane: str) -> bool:
    """DIGEST_REQUIRE_LANES names lanes that must not be skipped, `postgres,browser`."""
    return lane in os.environ.get("DIGEST_REQUIRE_LANES", "").replace(",", " ").split()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A private server for this test process; skips with the reason when there is none, unless the lane is required."""
    try:
        cluster = start_cluster()
    except NoPostgres as missing:
        if lane_is_required("postgres"):
            pytest.fail(f"the lane postgres is required: {missing}")
        pytest.skip(str(missing))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> str:
    """A database with the schema, to be copied."""
    from digest.store import create_database

    postgres_cluster.execute("CREATE DATABASE digest_template")
    create_database(postgres_cluster.url_for("digest_template"))
    return "digest_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the schema, to be copied."""
    from digest.store import create_database

    path = tmp_path_factory.mktemp("template") / "digest.db"
    create_database(f"sqlite:///{path}")
    return path


_numbers = itertools.count(1)


@pytest.fixture
def new_sqlite(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """Makes the address of a fresh SQLite database, each time another, that only its owner may read."""

    def make() -> str:
        path = tmp_path / f"digest{next(_numbers)}.db"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture
def new_postgres(postgres_cluster: Cluster, postgres_template: str) -> Iterator[Callable[[], str]]:
    """Makes the address of a fresh PostgreSQL database, each time another; dropped afterwards."""
    made: list[str] = []

    def make() -> str:
        name = f"test{next(_numbers)}"
        postgres_cluster.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY file_copy")
        made.append(name)
        return postgres_cluster.url_for(name)

    yield make
    for name in made:
        postgres_cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


ENGINES = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
]


@pytest.fixture(params=ENGINES)
def new_url(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes fresh databases, once on each engine."""
    maker: Callable[[], str] = request.getfixturevalue(f"new_{request.param}")
    return maker


@pytest.fixture
def database_url(new_url: Callable[[], str]) -> str:
    """A fresh database, once on each engine."""
    return new_url()


@pytest.fixture
def store(database_url: str) -> Iterator[Any]:
    """An open store, once on each engine."""
    with _engine_of(database_url) as opened:
        yield opened


_engines: dict[str, tuple[Any, dict[str, Any]]] = {}


def _engine_of(url: str) -> Any:
    """A store whose SQLAlchemy engine is the one of the test before, pointed at another database.

    An engine of its own would compile every statement anew: 25 ms of each test's 40.
    """
    import sqlalchemy as sa

    from digest.store import Store
    from digest.store.database import Database

    database = Database(url)
    if database.dialect not in _engines:
        target: dict[str, Any] = {}

        @sa.event.listens_for(database.engine, "do_connect")
        def redirect(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
            positional, named = dialect.create_connect_args(target["url"])
            cargs[:] = positional
            cparams.update(named)

        _engines[database.dialect] = (database.engine, target)
    database.engine, target = _engines[database.dialect]
    database.engine.dispose()
    target["url"] = database.url
    return Store(database)
