"""kill -9 between any two steps of making an issue: the next tick goes on at once, everybody gets it exactly once.

A forked child runs the tick and kills itself (SIGKILL: no handler, no `finally`, nothing is retired) at the boundary.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.model import DeliveryState, IssueState
from support_world import MONDAY, World, states, world

pytestmark = pytest.mark.chaos
FORK = multiprocessing.get_context("fork")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

# where, and whether the process dies before or after it; in the order in which an issue passes them
STEPS = [
    ("digest.pipeline.gathering:_keep", "before"),
    ("digest.store.articles:ArticleStore.save", "after"),
    ("digest.pipeline.gathering:_keep", "after"),
    ("digest.store.newness:Newness.enroll", "after"),
    ("digest.store.issues:IssueStore.plan", "after"),
    ("digest.store.issues:IssueStore.own", "after"),
    ("digest.store.issues:IssueStore.number", "after"),
    ("digest.pipeline.composing:draft", "after"),
    ("digest.pipeline.issuing:read_list", "before"),
    ("digest.store.audience:AudienceStore.sync_list", "after"),
    ("digest.store.issues:IssueStore.move", "after"),
    ("digest.pipeline.freezing:render", "after"),
    ("digest.store.freezing:_consume", "after"),
    ("digest.store.issues:IssueStore.freeze", "after"),
    ("digest.pipeline.sending:_begin", "after"),
    ("digest.store.ledger:IssueLedger.claim", "after"),
    ("digest.deliver.fleet:Fleet._put_on", "after"),
    ("digest.store.ledger:IssueLedger.commit", "after"),
    ("digest.deliver.fleet:Fleet.on_answer", "after"),
    ("digest.store.issues:IssueStore.finish", "before"),
    ("digest.store.issues:IssueStore.finish", "after"),
]  # fmt: skip
IN_DOUBT = {"Fleet.on_answer", "IssueLedger.commit"}  # the intent is durable and no outcome is
FEW = [STEPS[number] for number in (1, 6, 12, 13, 15, 18, 19)]


def die_at(place: str, when: str) -> None:
    """From here on this process ends at `place`, as by kill -9."""
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


def tick_and_die(place: World, where: str, when: str) -> None:
    def child() -> None:
        die_at(where, when)
        place.tick()

    process = FORK.Process(target=child)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL, f"{where} was never reached"


def check(place: World, where: str, when: str) -> None:
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE)
    tick_and_die(place, where, when)

    place.tick()  # at once: the clock has not moved, no lease has run out

    assert states(place.issues()) == ["done"], f"killed {when} {where}"
    copies = Counter(place.mailed())
    row = place.issues()[0]
    accounting = place.accounting(row)
    with place.workspace() as workspace:
        doubtful = [one.address for one in workspace.store.issues.deliveries(row.id, states=[DeliveryState.UNCERTAIN])]
        fates = [fate.state for one in workspace.store.articles.recent(["blog"], 9)
                 for fate in workspace.store.articles.fate(one.id)]  # fmt: skip
    everybody = {"ana@quay.example", "ben@quay.example", "cai@quay.example"}
    assert max(copies.values()) == 1, "somebody was mailed twice"
    assert everybody - set(copies) <= set(doubtful), "somebody was lost"
    assert len(doubtful) == (where.split(":")[1] in IN_DOUBT)
    assert accounting.adds_up() and accounting.waiting == 0 and accounting.candidates == 3
    assert (row.number, fates) == (1, ["consumed"])
    place.at(MONDAY + 6 * MINUTE).tick()
    assert (Counter(place.mailed()), len(place.issues())) == (copies, 1)


@pytest.mark.parametrize(("where", "when"), STEPS)
def test_a_kill_at_any_step_is_made_good_by_the_next_tick(
    tmp_path: Path, new_sqlite: Callable[[], str], where: str, when: str
) -> None:
    """Killed there, the very next tick finishes the issue: nobody twice, nobody lost, at most one named uncertain."""
    with world(tmp_path, new_sqlite()) as place:
        check(place, where, when)


@pytest.mark.postgres
@pytest.mark.parametrize(("where", "when"), STEPS if os.environ.get("DIGEST_PROOF") == "1" else FEW)
def test_a_kill_at_any_step_is_made_good_on_postgres(
    tmp_path: Path, new_postgres: Callable[[], str], where: str, when: str
) -> None:
    """The same on the other engine."""
    with world(tmp_path, new_postgres()) as place:
        check(place, where, when)


@pytest.mark.parametrize("where", ["digest.pipeline.gathering:_keep", "digest.store.newness:Newness.enroll"])
def test_a_kill_during_the_first_sight_still_makes_the_first_issue(
    tmp_path: Path, new_sqlite: Callable[[], str], where: str
) -> None:
    """A baseline that was cut short neither loses what was published since nor brings the archive."""
    with world(tmp_path, new_sqlite()) as place:
        place.feed.publish("Archive", MONDAY - timedelta(days=40))
        tick_and_die(place, where, "before")
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE).tick()

        with place.workspace() as workspace:
            content = workspace.store.issues.content(place.issues()[0].id)
        assert content is not None and [item.title for item in content.items] == ["Lamp night"]


@pytest.mark.parametrize("policy", ["hold", "resend"])
def test_who_was_in_doubt_is_named_or_gets_the_same_bytes_again(
    tmp_path: Path, new_sqlite: Callable[[], str], policy: str
) -> None:
    """Under `hold` the one reader in doubt gets nothing more; under `resend` the same Message-ID and bytes, once."""
    with world(tmp_path, new_sqlite()) as place:
        place.configure(extra=f'[delivery]\non_uncertain = "{policy}"\n')
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)
        tick_and_die(place, "digest.deliver.fleet:Fleet.on_answer", "after")
        (in_doubt,) = place.mailed()
        place.tick()

        received = [one for one in place.sink.messages if in_doubt in one.recipients]
        assert len({(one.message_id, one.data) for one in received}) == 1
        assert len(received) == (2 if policy == "resend" else 1)
        assert place.accounting(place.issues()[0]).uncertain == (0 if policy == "resend" else 1)
        assert place.issues()[0].state is IssueState.DONE


def test_a_reader_whose_message_always_ends_in_silence_is_not_mailed_for_ever(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    """Under `resend` three tries in doubt are enough: then the reader is named, and the issue is over."""
    with world(tmp_path, new_sqlite()) as place:
        place.configure(extra='[delivery]\non_uncertain = "resend"\n')
        place.people("ana@quay.example")
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)
        for _ in range(3):
            tick_and_die(place, "digest.deliver.fleet:Fleet.on_answer", "after")
        place.tick()

        assert len(place.mailed()) == 3
        assert place.accounting(place.issues()[0]).uncertain == 1
        assert states(place.issues()) == ["done"]
