"""Plays a history against the real program, on loopback, with a simulated clock, and tells what was really mailed.

Real pipeline, real SQLite, a real HTTP server for feeds and pages, a real SMTP server. The driver knows which article
is which from the addresses and titles that the history itself made up.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from histories_language import Configure, Files, Gather, History, Page, Release, Serve, Shown, Tick
from histories_sites import Sites

from digest.clock.tick import tick
from digest.config import load_config
from digest.errors import BusyError
from digest.http import PublicHttp
from digest.model import DeliveryState, IssueRow, IssueState
from digest.pipeline import steering
from digest.pipeline.gathering import gather
from digest.pipeline.issuing import make
from digest.pipeline.workspace import Workspace
from digest.render.preflight import RULES
from digest.store import Store
from digest.store.database import Database
from support_smtp import Sink

FORK = multiprocessing.get_context("fork")
# The template of these histories shows titles and nothing else; what preflight makes of it is no part of them.
ACCEPTED = "[preflight.accept]\n" + "".join(
    f'{one.id} = "a test"\n' for one in RULES.values() if one.severity == "error"
)
OPERATOR = "editors@quay.example"
# Nothing here is about looks, and the built-in templates take most of an issue's time.
MJML = (
    "<mjml><mj-body><mj-section><mj-column>{% for item in items %}<mj-text><h2>{{ item.title }}</h2>{{ item.summary }}"
    "</mj-text>{% endfor %}<mj-text><a href=\"{{ slot('unsubscribe_url') }}\">Unsubscribe</a></mj-text>"
    "</mj-column></mj-section></mj-body></mjml>\n"
)
TEXT = (
    "{% for item in items %}\n{{ item.title }}\n\n{{ item.summary }}\n\n{% endfor %}\n"
    "Unsubscribe: {{ slot('unsubscribe_url') }}\n"
)
CRASHES = {
    "after fetch": ("digest.pipeline.gathering:_keep", "before"),
    "after store": ("digest.pipeline.gathering:_keep", "after"),
    "after newness": ("digest.store.newness:Newness.enroll", "after"),
    "after draft": ("digest.pipeline.composing:draft", "after"),
    "after render": ("digest.pipeline.freezing:render", "after"),
    "after freeze": ("digest.store.issues:IssueStore.freeze", "after"),
    "mid-send": ("digest.deliver.fleet:Fleet.on_answer", "after"),
    "before the end": ("digest.store.issues:IssueStore.finish", "before"),
}


# -- the community ---------------------------------------------------------------------------------------------------


@dataclass
class Register:
    """Which addresses and titles belong to which article."""

    links: dict[str, str] = field(default_factory=dict)
    titles: dict[str, set[str]] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)

    def learn(self, items: tuple[Shown, ...], host: str) -> None:
        for one in items:
            for link in (one.link, one.canonical):
                if link:
                    self.links[_plain(link.replace("{live}", host))] = one.truth
            self.titles.setdefault(_flat(one.title or ""), set()).add(one.truth)
            self.bodies[_flat(one.body)] = one.truth

    def truth(self, url: str | None, title: str, summary: str) -> str:
        """By address; by title where only one article has it; by the words of the summary."""
        if url and _plain(url) in self.links:
            return self.links[_plain(url)]
        owners = self.titles.get(_flat(title), set())
        if len(owners) == 1:
            return next(iter(owners))
        text = _flat(summary or title).rstrip("…. ")
        quoted = {truth for body, truth in self.bodies.items() if text and text in body}
        return next(iter(quoted)) if len(quoted) == 1 else f"unknown({title!r} {url})"


def _plain(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.netloc.removeprefix('www.').lower()}{parts.path.rstrip('/').lower()}" + (
        f"?{parts.query}" if re.match(r"(p|id|t)=", parts.query) else ""
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


@dataclass
class Mailed:
    """What one step of a history really sent."""

    issues: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)  # issue -> (truth, the item as mailed)
    faults: list[str] = field(default_factory=list)  # somebody got a copy too many or none
    told: list[str] = field(default_factory=list)  # what the operator was told, so far


class Community:
    """A folder with configuration and list, a database, the sites, the relay and the clock of one history."""

    def __init__(self, folder: Path, database_url: str, sites: Sites, sink: Sink) -> None:
        self.folder, self.database_url, self.sites, self.sink = folder, database_url, sites, sink
        self.clock = datetime(2026, 11, 18, tzinfo=UTC)
        self.register = Register()
        self.people: dict[str, str] = {}
        self._open: Workspace | None = None
        self._done: set[int] = set()
        self._failed: list[str] = []
        self._read = 0
        (folder / "articles").mkdir(exist_ok=True)
        (folder / "templates").mkdir(exist_ok=True)
        (folder / "templates" / "titles.mjml").write_text(MJML)
        (folder / "templates" / "titles.txt").write_text(TEXT)

    def play(self, history: History) -> dict[int, Mailed]:
        """Every step in order; what each tick and release mailed, by the number of its step."""
        mailed: dict[int, Mailed] = {}
        try:
            for number, step in enumerate(history.steps):
                self._take(step)
                if isinstance(step, Tick | Release):
                    mailed[number] = self._mailed()
        finally:
            self._close()
        return mailed

    def _take(self, step: Any) -> None:
        match step:
            case Serve():
                self.register.learn(step.content.items, self.sites.host)
                self.sites.serve(step)
            case Page():
                self.sites.statuses[step.truth] = step.status
            case Files():
                self.register.learn(step.content, self.sites.host)
                self._lay(step)
            case Configure():
                self._configure(step)
            case Gather():
                self._act(step, lambda workspace: gather(workspace))
            case Tick():
                self._act(step, self._tick)
            case Release():
                self.clock = step.at
                self._release(step)

    # what is done ---------------------------------------------------------------------------------------------------

    def _act(self, step: Gather | Tick, act: Callable[[Workspace], Any]) -> None:
        self.clock = step.at
        if step.crash:
            self._crash(act, *CRASHES[step.crash])
        if step.machines > 1:
            self._together(act, step.machines)
        act(self._workspace())  # after a crash or a race at once: the clock has not moved

    def _tick(self, workspace: Workspace) -> None:
        self._failed += [step.error for step in tick(workspace) if step.what == "failed"]

    def _crash(self, act: Callable[[Workspace], Any], place: str, when: str) -> None:
        """A process of its own does it, and is killed there."""

        def child() -> None:
            _die_at(place, when)
            act(self._workspace())

        self._close()
        process = FORK.Process(target=child)
        process.start()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL, f"{place} was never reached"

    def _together(self, act: Callable[[Workspace], Any], count: int) -> None:
        """Several processes do it at the same moment. A fault of one fails the history; being busy is no fault."""
        self._close()
        barrier, answers = FORK.Barrier(count), FORK.Queue()

        def child() -> None:
            workspace = self._workspace()
            barrier.wait(20)
            try:
                act(workspace)
                answers.put("")
            except BusyError:
                answers.put("")
            except BaseException as error:
                answers.put(f"{type(error).__name__}: {error}")

        processes = [FORK.Process(target=child) for _ in range(count)]
        for process in processes:
            process.start()
        found = [answers.get(timeout=60) for _ in processes]
        for process in processes:
            process.join(20)
        assert not any(found), found

    def _release(self, step: Release) -> None:
        workspace = self._workspace()
        held = [row for row in workspace.store.issues.open(step.digest) if row.state is IssueState.HELD]
        row = steering.release(workspace, max(held, key=lambda row: row.period.end), by="test")
        make(workspace, row, ask=True, accept_list=True)

    # its files ------------------------------------------------------------------------------------------------------

    def _lay(self, step: Files) -> None:
        for old in (self.folder / "articles").iterdir():
            old.unlink()
        for one in step.content:
            date = f"date: {one.date.isoformat()}\n" if one.date else ""
            text = f"---\ntitle: {one.title}\n{date}---\n\n{one.body}\n"
            (self.folder / "articles" / f"{one.truth}.md").write_text(text, encoding="utf-8")

    def _configure(self, step: Configure) -> None:
        self._close()
        self.people = dict(step.people)
        rows = "".join(f"{address},{frequency}\n" for address, frequency in step.people.items())
        (self.folder / "subscribers.csv").write_text(f"email,frequency\n{rows}", encoding="utf-8")
        sources = "".join(
            f"[source.{name}]\n"
            + (
                'path = "articles"\n'
                if feed == "files"
                else f'url = "http://{self.sites.host}/{feed}.xml"\nkind = "feed"\n'
            )
            + ("" if feed == "files" else f'enrich = "{step.enrich}"\n')
            for name, feed in step.sources.items()
        )
        digests = "".join(
            f'[digest.{name}]\nlist = "members"\ntemplate = "titles"\nmax_articles = 60\nsummary.max_chars = 400\n'
            + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
            for name, settings in step.digests.items()
        )
        (self.folder / "digest.toml").write_text(
            f'[site]\nname = "Quay"\nurl = "https://quay.example"\ntimezone = "Europe/Dublin"\n'
            f'from = "Quay <digest@quay.example>"\npostal_address = "1 Quay Street, Galway, Ireland"\n'
            f'[storage]\nurl = "{self.database_url}"\n[fetch]\nallow_hosts = ["127.0.0.1"]\n'
            f'[list.members]\ncsv = "subscribers.csv"\n[relay.main]\nurl = "{self.sink.url}"\n'
            f'[notify]\nemail = "{OPERATOR}"\n{ACCEPTED}{sources}{digests}',
            encoding="utf-8",
        )

    # the program ----------------------------------------------------------------------------------------------------

    def _workspace(self) -> Workspace:
        """One for all steps between two changes of the configuration, as `digest run` has."""
        if self._open is None:
            config = load_config(self.folder / "digest.toml", env={}, files=False)
            fetch = config.fetch
            http = PublicHttp(
                user_agent=fetch.user_agent,
                allow_hosts=fetch.allow_hosts,
                max_bytes=fetch.max_bytes,
                total_s=fetch.total_s,
                gap_s=0.0,  # no other than this test asks these sites
            )
            self._open = Workspace(config, _store(self.database_url), lambda: self.clock, http)
        return self._open

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    # what came of it ------------------------------------------------------------------------------------------------

    def _mailed(self) -> Mailed:
        store = self._workspace().store
        mailed = Mailed(faults=self._failed)
        self._failed = []
        fresh = [row for row in store.issues.all() if row.state is IssueState.DONE and row.id not in self._done]
        messages = [message_from_bytes(one.data, policy=default) for one in self.sink.messages[self._read :]]
        addressed = [(one.recipients[0], message) for one, message in
                     zip(self.sink.messages[self._read :], messages, strict=True)]  # fmt: skip
        for row in fresh:
            self._done.add(row.id)
            content = store.issues.content(row.id)
            assert content is not None
            name = row.digest if row.frequency == "every" else f"{row.digest}_{row.frequency}"
            truths = [(self.register.truth(item.url, item.title, item.summary), item) for item in content.items]
            mailed.issues.setdefault(name, []).extend(truths)
            mailed.faults += self._recipients(row, [item.title for item in content.items], addressed)
        expected = sum(len(self._readers(row)) for row in fresh)
        got = sum(1 for address, _ in addressed if address != OPERATOR)
        if got > expected:
            mailed.faults.append(f"{got} messages for {expected} readers of {len(fresh)} issues")
        self._read = len(self.sink.messages)
        mailed.told = [
            f"{message['subject']} {message.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]
            for message in (message_from_bytes(one.data, policy=default) for one in self.sink.messages
                            if OPERATOR in one.recipients)
        ]  # fmt: skip
        return mailed

    def _readers(self, row: IssueRow) -> set[str]:
        thinner = {one for one in self.people.values() if one} if "every day" in self._schedule(row) else set()
        if row.frequency == "every":
            return {address for address, frequency in self.people.items() if frequency not in thinner}
        return {address for address, frequency in self.people.items() if frequency == row.frequency}

    def _schedule(self, row: IssueRow) -> str:
        return self._workspace().digest(row.digest).schedule

    def _recipients(self, row: IssueRow, titles: list[str], addressed: list[tuple[str, Any]]) -> Iterator[str]:
        """Everybody on the list has this issue once, with all of its titles; whoever has not is named uncertain."""
        doubtful = {one.address for one in self._workspace().store.issues.deliveries(
            row.id, states=[DeliveryState.UNCERTAIN])}  # fmt: skip
        copies = Counter[str]()
        for address, message in addressed:
            text = _flat(message.get_body(("plain",)).get_content())
            if message["subject"] == row.subject and all(_flat(title) in text for title in titles):
                copies[address] += 1
        for reader in self._readers(row):
            if copies[reader] > 1:
                yield f"{reader} has {row.name} {copies[reader]} times"
            if copies[reader] == 0 and reader not in doubtful:
                yield f"{reader} does not have {row.name} with {titles}"


_engines: list[tuple[Any, dict[str, str]]] = []


def _store(url: str) -> Store:
    """A store over the engine of the history before, pointed at another file: its statements are compiled already."""
    import sqlalchemy as sa

    database = Database(url)
    if not _engines:
        target: dict[str, str] = {}
        _engines.append((database.engine, target))

        @sa.event.listens_for(database.engine, "do_connect")
        def redirect(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
            cargs[:], named = dialect.create_connect_args(target["url"])
            cparams.update(named)

    database.engine, target = _engines[0]
    target["url"] = database.url
    return Store(database)


def _die_at(place: str, when: str) -> None:
    """From here on this process ends at `place`, as by kill -9: no handler, no `finally`."""
    module_name, _, path = place.partition(":")
    owner: Any = importlib.import_module(module_name)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original = getattr(owner, name)

    def dying(*args: Any, **named: Any) -> Any:
        if when == "after":
            original(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)


@contextmanager
def community(template: Path) -> Iterator[Community]:
    """A community over a copy of an empty database; its servers live as long as the block.

    In memory where the system has a place for that: synchronous FULL on a shared disk is most of a history's time, and
    a killed process (unlike a power cut, which nothing here plays) loses nothing that it wrote.
    """
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="digest-history-", dir=place) as folder, Sites() as sites, Sink() as sink:
        shutil.copy(template, Path(folder) / "digest.db")
        yield Community(Path(folder), f"sqlite:///{folder}/digest.db", sites, sink)
