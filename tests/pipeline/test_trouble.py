"""Disks that fill up, files that go missing, servers that stumble: nobody lost, nobody twice, the operator told."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.clock.tick import tick
from digest.errors import StoreError
from digest.model import DeliveryState, IssueState
from digest.pipeline import notifying
from digest.pipeline.issuing import find, make, named, plan
from support_world import MONDAY, FeedServer, World, states, world

FORK = multiprocessing.get_context("fork")
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
IN_FLIGHT = 10 * 2  # connections x window: what may be known to nobody when the ledger is cut off
EVERYBODY = {"ana@quay.example": 1, "ben@quay.example": 1, "cai@quay.example": 1}


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield made


def ready(place: World) -> World:
    """The due time, with one article."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    return place.at(MONDAY + MINUTE)


def in_child(act: Callable[[], Any]) -> Any:
    """What `act` returned in a process of its own."""
    answers = FORK.Queue()
    process = FORK.Process(target=lambda: answers.put(act()))
    process.start()
    answer = answers.get(timeout=60)
    process.join(10)
    return answer


def with_a_full_disk(place: World, spare: int) -> list[str]:
    """A tick whose files may grow by `spare` bytes beyond the database's size now."""

    def act() -> list[str]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        path = Path(place.database_url.removeprefix("sqlite:///"))
        limit = path.stat().st_size + spare
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return [step.what for step in place.tick()]

    answer: list[str] = in_child(act)
    return answer


@pytest.mark.parametrize("spare", [0, 4_000, 40_000, 120_000])
def test_a_full_disk_during_the_making_of_an_issue_loses_nobody(place: World, spare: int) -> None:
    """Wherever it fills up (gathering, freezing, sending), the run after it has room finishes: everybody once."""
    place.people(*(f"reader{number:03}@quay.example" for number in range(150)))
    ready(place)
    with_a_full_disk(place, spare)
    place.at(MONDAY + 6 * MINUTE).tick()
    place.at(MONDAY + 20 * MINUTE).tick()

    assert states(place.issues()) == ["done"]
    accounting = place.accounting(place.issues()[0])
    assert max(Counter(place.mailed()).values()) == 1
    assert accounting.accepted + accounting.uncertain == 150 and accounting.uncertain <= IN_FLIGHT
    assert accounting.accepted <= len(place.mailed()) <= accounting.accepted + accounting.uncertain


def test_a_database_that_refuses_at_the_freeze_does_not_hold_the_issue(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trouble of the machine passes by itself: the next tick sends, without an operator's release."""
    ready(place)
    from digest.store.issues import IssueStore

    def full(*_: object, **__: object) -> None:
        raise StoreError("the database cannot be written", why="disk full")

    with monkeypatch.context() as patched:
        patched.setattr(IssueStore, "freeze", full)
        assert [step.what for step in place.tick()] == ["failed"]
    place.at(MONDAY + 6 * MINUTE).tick()

    assert (states(place.issues()), Counter(place.mailed())) == (["done"], EVERYBODY)


def test_a_read_only_database_sends_nothing_and_is_told_once_a_day(
    place: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing can be written down, so nothing is mailed but one word to the operator, however often cron comes."""
    place.configure(extra='[notify]\nemail = "editors@quay.example"\n')
    ready(place)
    (tmp_path / "told").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "told"))

    def read_only_ticks() -> list[str]:
        whats = []
        for minute in (1, 6, 11):
            with place.at(MONDAY + minute * MINUTE).workspace() as workspace:
                with workspace.store.database.read() as connection:
                    connection.exec_driver_sql("PRAGMA query_only = ON")
                whats += [step.what for step in tick(workspace)]
        return whats

    assert set(read_only_ticks()) == {"failed"}
    assert place.mailed() == ["editors@quay.example"]
    place.at(MONDAY + 16 * MINUTE).tick()
    assert states(place.issues()) == ["done"]


def test_a_list_file_that_is_missing_at_the_freeze_is_waited_for(place: World) -> None:
    """A file that is being replaced postpones the issue by ten minutes and tells the operator; then it goes out."""
    place.configure(extra='[notify]\nemail = "editors@quay.example"\n')
    ready(place)
    csv = place.folder / "subscribers.csv"
    with place.workspace() as workspace:
        aside = csv.rename(place.folder / "aside.csv")
        assert [step.what for step in tick(workspace)] == ["waiting"]
    assert place.mailed() == ["editors@quay.example"]
    aside.rename(csv)
    assert states(place.issues()) == ["planned(preflight)"]
    assert [step.what for step in place.at(MONDAY + 6 * MINUTE).tick()] == ["waiting"]
    place.at(MONDAY + 12 * MINUTE).tick()

    assert states(place.issues()) == ["done"]
    assert place.mailed().count("ana@quay.example") == 1


def test_a_list_file_that_stays_missing_holds_the_issue(place: World) -> None:
    """After catch_up it is held, with the reason, and sends nothing."""
    ready(place)
    with place.workspace() as workspace:
        (place.folder / "subscribers.csv").unlink()
        tick(workspace)
        place.at(MONDAY + 25 * HOUR)
        tick(workspace)
        (row,) = workspace.store.issues.all()

    assert (states([row]), "subscribers.csv" in row.note) == (["held(preflight)"], True)
    assert place.mailed() == []


def test_a_relay_that_says_421_for_an_hour_loses_nobody(
    tmp_path: Path, new_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tick gives up politely, nobody's tries are used up, the operator hears once, and then all get it."""
    monkeypatch.setattr("digest.deliver.sending.backoff_s", lambda *_, **__: 0.0)
    busy = {"now": True}
    with world(tmp_path, new_sqlite(), refuse=lambda _: "421 4.3.2 try later" if busy["now"] else None) as place:
        ready(place)
        for minute in range(1, 61, 10):
            place.at(MONDAY + minute * MINUTE).tick()
        assert states(place.issues()) == ["sending"]
        busy["now"] = False
        place.at(MONDAY + 20 * HOUR).tick()
        place.at(MONDAY + 30 * HOUR).tick()

        assert (states(place.issues()), Counter(place.mailed())) == (["done"], EVERYBODY)


def test_a_connection_lost_after_every_dot_names_everybody_once(
    tmp_path: Path, new_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence after the dot is uncertain; under `resend` it is tried again, three times at most, the same bytes."""
    monkeypatch.setattr("digest.deliver.sending.backoff_s", lambda *_, **__: 0.0)
    with world(tmp_path, new_sqlite(), silent=True) as place:
        place.configure(extra='[delivery]\non_uncertain = "resend"\n')
        place.people("ana@quay.example", "ben@quay.example")
        ready(place)
        for minute in range(1, 60, 6):
            place.at(MONDAY + minute * MINUTE).tick()

        accounting = place.accounting(place.issues()[0])
        assert (accounting.uncertain, states(place.issues())) == (2, ["done"])
        assert set(Counter(place.mailed()).values()) == {3}
        assert len({(one.message_id, one.data) for one in place.sink.messages}) == 2


def test_everybody_skipped_is_an_issue_that_is_done(place: World) -> None:
    """All suppressed: nobody is mailed, everybody is accounted for, nothing waits."""
    with place.workspace() as workspace:
        for address in EVERYBODY:
            workspace.store.audience.suppress(address, "complaint", at=place.clock)
    ready(place).tick()

    accounting = place.accounting(place.issues()[0])
    assert (states(place.issues()), accounting.skipped, accounting.candidates) == (["done"], 3, 3)
    assert place.mailed() == []


def test_notices_that_cannot_be_sent_break_nothing_and_are_tried_again_for_what_is_held(place: World) -> None:
    """A webhook that is down: the tick goes on, and the operator hears of the held issue when it is up."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place.configure(extra=f'[notify]\nwebhook = "http://127.0.0.1:{port}/hook"\n')
    ready(place).at(MONDAY + timedelta(days=2)).tick()
    assert states(place.issues()) == ["held(late)"]
    with Hook(port) as hook:
        place.at(place.clock + 5 * MINUTE).tick()
        place.at(place.clock + 5 * MINUTE).tick()

    assert len([line for line in hook.bodies if '"held"' in line]) == 1


def test_a_source_that_fails_for_one_of_two_digests_costs_the_other_nothing(place: World) -> None:
    """The digest that needs it waits, the one that does not is sent."""
    with FeedServer() as other:
        place.configure(
            digest='sources = ["blog"]',
            extra=f'[source.oars]\nurl = "{other.url}/feed.xml"\n'
            '[digest.rowing]\nlist = "members"\nschedule = "every monday at 09:00"\nsources = ["oars"]\n',
        )
        ready(place)
        other.publish("Oar", MONDAY - HOUR)
        other.status = 500
        place.tick()

        assert {row.digest: str(row.state) for row in place.issues()} == {"weekly": "done", "rowing": "planned"}
        other.status = 200
        place.at(MONDAY + 12 * MINUTE).tick()
        assert {row.digest: str(row.state) for row in place.issues()} == {"weekly": "done", "rowing": "done"}


def test_an_issue_that_cannot_be_finished_does_not_stop_the_next_one(place: World) -> None:
    """A damaged rendition costs its own issue, loudly; the next period is made all the same."""
    ready(place)
    with place.workspace() as workspace:
        tick(workspace, stop=lambda: "signal" if place.sink.messages else "")
        with workspace.store.database.write() as connection:
            connection.exec_driver_sql("UPDATE issue_rendition SET data = x'00'")
    place.configure(digest='finish_within = "30d"')
    place.feed.publish("Next lamp", MONDAY + HOUR)
    steps = place.at(MONDAY + WEEK + MINUTE).tick()

    assert [step.what for step in steps] == ["failed", "made"]
    assert states(place.issues()) == ["sending", "done"]
    assert place.accounting(place.issues()[0]).refused == 0, "not a reader's fault"


def test_a_template_that_is_broken_holds_the_issue_with_its_line(place: World) -> None:
    """What only a person can mend is held, not retried; released after the mending it goes out."""
    from digest.pipeline import steering

    templates = place.folder / "templates"
    templates.mkdir()
    (templates / "briefing.mjml").write_text("{% if %}")
    ready(place).tick()
    assert states(place.issues()) == ["held(preflight)"]
    assert "briefing.mjml" in place.issues()[0].note
    (templates / "briefing.mjml").unlink()
    with place.workspace() as workspace:
        make(workspace, steering.release(workspace, named(workspace, "weekly/1"), by="test"), ask=True)

    assert (states(place.issues()), Counter(place.mailed())) == (["done"], EVERYBODY)


def test_a_released_issue_that_is_killed_before_its_freeze_is_not_held_again(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator's word outlives the process it was given to."""
    from digest.pipeline import steering

    ready(place).at(MONDAY + timedelta(days=2)).tick()
    monkeypatch.setattr("digest.pipeline.issuing.freeze", _cut_off)
    with place.workspace() as workspace, pytest.raises(KeyboardInterrupt):
        make(workspace, steering.release(workspace, named(workspace, "weekly/1"), by="test"), ask=True)
    monkeypatch.undo()
    place.at(place.clock + 5 * MINUTE).tick()

    assert (states(place.issues()), Counter(place.mailed())) == (["done"], EVERYBODY)


def test_an_extra_issue_that_was_cut_off_days_ago_is_held_not_sent(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three days after somebody asked for it, an issue outside the schedule is a surprise."""
    ready(place)
    monkeypatch.setattr("digest.pipeline.issuing.freeze", _cut_off)
    with place.workspace() as workspace, pytest.raises(KeyboardInterrupt):
        make(workspace, plan(workspace, find(workspace, "weekly", extra=True)), ask=True)
    monkeypatch.undo()
    place.at(MONDAY + timedelta(days=3)).tick()

    assert "held(late)" in states(place.issues())
    assert place.mailed() == []


@pytest.mark.postgres
@pytest.mark.slow
def test_postgres_restarted_in_mid_send_loses_nobody(tmp_path: Path) -> None:
    """The server goes away between two messages and comes back: what was on the wire is named, the rest goes on."""
    from digest.store import create_database
    from support_postgres import NoPostgres, start_cluster

    try:
        cluster = start_cluster()
    except NoPostgres as missing:
        pytest.skip(str(missing))
    try:
        cluster.execute("CREATE DATABASE mid_send")
        url = cluster.url_for("mid_send")
        create_database(url)
        with world(tmp_path, url) as place:
            place.people(*(f"reader{number:02}@quay.example" for number in range(20)))
            ready(place)
            cut = threading.Event()

            def drop_everybody(report: Any) -> None:
                if report.accepted == 7 and not cut.is_set():
                    cut.set()
                    cluster.execute("ALTER DATABASE mid_send ALLOW_CONNECTIONS false")
                    cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'mid_send'")

            with place.workspace() as workspace:
                steps = tick(workspace, progress=drop_everybody)
            assert steps[0].what == "failed"
            assert "accepted" in steps[0].error, "what is known and could not be written is named"
            cluster.execute("ALTER DATABASE mid_send ALLOW_CONNECTIONS true")
            place.at(MONDAY + 6 * MINUTE).tick()

            row = place.issues()[0]
            accounting = place.accounting(row)
            with place.workspace() as workspace:
                deliveries = list(workspace.store.issues.deliveries(row.id))
            doubtful = {one.address for one in deliveries if one.state is DeliveryState.UNCERTAIN}
            copies = Counter(place.mailed())
            assert row.state is IssueState.DONE and accounting.uncertain <= IN_FLIGHT
            assert max(copies.values()) == 1
            assert {one.address for one in deliveries} - set(copies) <= doubtful
    finally:
        cluster.stop()


def test_two_machines_of_one_name_do_not_bury_each_others_workers(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pid that is unknown here says nothing about a machine that only has the same host name."""
    from digest.pipeline import presence

    with place.workspace() as workspace:
        monkeypatch.setattr(presence, "this_host", lambda: "cloned another-boot pid:[1]")
        worker = workspace.store.workers.register("cloned another-boot pid:[1]", 999_999, "x", at=place.clock)
        monkeypatch.undo()
        monkeypatch.setattr(socket, "gethostname", lambda: "cloned")
        assert presence.recover(workspace).workers == 0
        assert workspace.store.workers.beat(worker, at=place.clock)


def test_a_notice_never_raises(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the issue it is about cannot be counted."""
    ready(place).tick()
    place.configure(extra='[notify]\nemail = "editors@quay.example"\n')
    from digest.store.issues import IssueStore

    def gone(*_: object) -> None:
        raise StoreError("the database does not answer")

    monkeypatch.setattr(IssueStore, "accounting", gone)
    with place.workspace() as workspace:
        notifying.about_issue(workspace, place.issues()[0])

    assert "editors@quay.example" in place.mailed()


def _cut_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


class Hook:
    """A webhook that remembers what it was told."""

    def __init__(self, port: int) -> None:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        self.bodies: list[str] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)

    def __enter__(self) -> Hook:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
