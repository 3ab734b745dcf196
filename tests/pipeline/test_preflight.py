"""Every issue is looked at before it goes out: errors hold it, whoever asked, until somebody decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import ConfigError
from digest.pipeline import steering
from digest.pipeline.issuing import find, make, named, plan, prospect
from digest.pipeline.preflighting import reachable
from support_world import MONDAY, World, states, world

MINUTE = timedelta(minutes=1)
EVERYBODY = Counter({"ana@quay.example": 1, "ben@quay.example": 1, "cai@quay.example": 1})
NO_WAY_OUT = '{% extends "@builtin/briefing.mjml" %}{% block footer %}{% endblock %}\n'
CORRECTED = '{% extends "@builtin/briefing.mjml" %}{% block footer %}{{ super() }}{% endblock %}\n'


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        (made.folder / "templates").mkdir()
        template(made, NO_WAY_OUT)
        made.tick()
        made.feed.publish("Boats on the green", MONDAY - timedelta(days=1))
        yield made.at(MONDAY + MINUTE)


def template(place: World, text: str) -> None:
    (place.folder / "templates" / "briefing.mjml").write_text(text)


def test_errors_hold_the_issue_and_say_what_to_do(place: World) -> None:
    """Nobody is mailed; the note names each rule with place and fix, how to accept it, and how to send all the same."""
    place.configure(extra='[notify]\nemail = "editors@quay.example"\n')
    place.tick()
    (row,) = place.issues()
    assert states([row]) == ["held(preflight)"]
    for words in ("unsubscribe-missing", "html-address", "accept = { ", "digest issue release weekly/1"):
        assert words in row.note
    assert place.mailed() == ["editors@quay.example"], "the operator, and nobody else"
    assert b"unsubscribe-missing" in place.sink.messages[0].data.replace(b"=\r\n", b"")


def test_a_corrected_template_is_sent_by_sending_again(place: World) -> None:
    """`digest send` looks again: what was corrected goes out, without a release."""
    place.tick()
    template(place, CORRECTED)
    with place.workspace() as workspace:
        made = make(workspace, plan(workspace, find(workspace, "weekly")), ask=True)
    assert (states(place.issues()), Counter(place.mailed())) == (["done"], EVERYBODY), made.row.note


def test_sending_again_without_correcting_holds_again(place: World) -> None:
    """Asking a second time is no acceptance."""
    place.tick()
    with place.workspace() as workspace:
        make(workspace, plan(workspace, find(workspace, "weekly")), ask=True)
    place.at(MONDAY + 10 * MINUTE).tick()
    assert (states(place.issues()), place.mailed()) == (["held(preflight)"], [])


def test_who_releases_a_held_issue_sends_it_all_the_same(place: World) -> None:
    """The person has seen the errors of this very issue; the next one is looked at again."""
    place.tick()
    with place.workspace() as workspace:
        make(workspace, steering.release(workspace, named(workspace, "weekly/1"), by="test"), ask=True)
    assert (states(place.issues()), Counter(place.mailed())) == (["done"], EVERYBODY)
    week = timedelta(days=7)
    place.feed.publish("Ropes on the green", MONDAY + week - timedelta(days=1))
    place.at(MONDAY + week + MINUTE).tick()
    assert states(place.issues()) == ["done", "held(preflight)"]


def test_releasing_an_issue_that_was_held_for_something_else_does_not_overrule_preflight(place: World) -> None:
    """Who let a late issue go on has not seen its errors."""
    place.at(MONDAY + timedelta(days=2)).tick()
    assert states(place.issues()) == ["held(late)"]
    with place.workspace() as workspace:
        made = make(workspace, steering.release(workspace, named(workspace, "weekly/1"), by="test"), ask=True)
    assert (states([made.row]), place.mailed()) == (["held(preflight)"], [])


def test_an_accepted_rule_holds_nothing(place: World) -> None:
    """With a reason in digest.toml; the others still hold."""
    reasons = 'unsubscribe-missing = "every reader has an account"\nhtml-address = "it stands in the letter head"'
    place.configure(extra=f'[preflight.accept]\nunsubscribe-missing = "{"x" * 9}"\n')
    place.tick()
    assert "html-address" in place.issues()[0].note
    assert "unsubscribe-missing" not in place.issues()[0].note
    place.configure(extra=f"[preflight.accept]\n{reasons}\n")
    with place.workspace() as workspace:
        make(workspace, plan(workspace, find(workspace, "weekly")), ask=True)
    assert Counter(place.mailed()) == EVERYBODY


@pytest.mark.parametrize(
    ("accept", "message"),
    [
        ('accept = { unsubscribe-mising = "x" }', "unsubscribe-missing"),
        ('accept = { image-many = "" }', "needs a reason"),
        ('accept = ["image-many"]', "must be a table"),
        ("accept = { image-many = true }", "must be text"),
    ],
)
def test_an_acceptance_names_a_rule_and_gives_a_reason(place: World, accept: str, message: str) -> None:
    """A misspelt rule or an empty reason is a mistake in the configuration, with its line."""
    place.configure(extra=f"[preflight]\n{accept}\n")
    with pytest.raises(ConfigError, match=message) as caught, place.workspace():
        pass
    assert caught.value.problems[0].line


def test_what_would_be_sent_shows_its_errors_before_anybody_is_asked(place: World) -> None:
    """The prospect carries every finding, with id, severity, rule, fix and place."""
    with place.workspace() as workspace:
        seen = prospect(workspace, find(workspace, "weekly"))
    found = {one.id: one for one in seen.findings}
    assert found["unsubscribe-missing"].severity == "error"
    assert all(one.why and one.fix and one.place and one.what for one in seen.findings)


def test_every_language_of_an_issue_is_looked_at(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that only Arabic readers would see holds the issue of all."""
    (place.folder / "subscribers.csv").write_text("email,locale\nana@quay.example,en\nben@quay.example,ar\n")
    template(place, CORRECTED.replace("{{ super() }}", '{% if lang == "en" %}{{ super() }}{% endif %}'))
    place.tick()
    (row,) = place.issues()
    assert states([row]) == ["held(preflight)"]
    assert "unsubscribe-missing" in row.note


def test_private_addresses_that_the_operator_allows_are_no_error(place: World) -> None:
    """Links to 127.0.0.1 go out where [fetch] allow_hosts says that readers get there; others stay an error."""
    template(place, CORRECTED)
    with place.workspace() as workspace:
        ours = reachable(workspace.config)
        assert ours("127.0.0.1", 8080)
        assert not ours("10.0.0.8", 80)
        assert not ours("wiki.local", 443)
    place.tick()
    assert states(place.issues()) == ["done"]
