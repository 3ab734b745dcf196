"""`digest articles`: looking at what was gathered, and marking it; alarms and near names elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support_cli import FRIDAY, Digest, publish

from digest.cli.articles import STATES
from digest.store.schema import ARTICLE_STATES
from support_world import World


@pytest.fixture
def lathe(world: World, digest: Digest) -> int:
    """The number of an article that the weekly has met and nobody was sent."""
    assert digest("gather").code == 0
    [found] = digest("articles", "list", "--search", "LATHE boat", "--json").data
    return int(found["id"])


def states(digest: Digest) -> dict[str, str]:
    return {one["title"]: one["states"]["weekly"] for one in digest("articles", "list", "--json").data}


def test_the_states_of_the_help_are_those_of_the_database() -> None:
    """`--state` offers exactly the decisions that a digest can make."""
    assert STATES == ARTICLE_STATES


def test_the_list_filters(world: World, digest: Digest, lathe: int) -> None:
    """Source, digest, state, date, words and limit each leave what they name and nothing else."""
    publish(world.feed, "An old kettle", at=FRIDAY - timedelta(days=60))
    digest("gather", at=FRIDAY + timedelta(hours=2))
    assert states(digest)["Six sheds by bicycle"] == "new"

    def count(*args: str) -> int:
        return len(digest("articles", "list", "--json", *args).data)

    assert (count(), count("--limit", "2"), count("--source", "blog"), count("--source", "stories")) == (3, 2, 3, 0)
    assert (count("--since", "30d"), count("--since", "2026-09-01"), count("--search", "nothing")) == (2, 3, 0)
    assert (count("--state", "known"), count("--state", "new", "--digest", "weekly")) == (1, 2)
    assert digest("articles", "list", "--since", "soon").code == 2
    wrong = digest("articles", "list", "--digest", "weekley")
    assert wrong.code == 2 and "did you mean 'weekly'?" in wrong.err


def test_show_and_explain(digest: Digest, lathe: int) -> None:
    """`show` has the fields and the text, `explain` the origin of every field and each digest's decision."""
    shown = digest("articles", "show", str(lathe))
    assert shown.code == 0 and "The lathe that came by boat" in shown.out and "began with a wet evening" in shown.out
    assert digest("articles", "show", str(lathe), "--json").data["article"]["title"] == "The lathe that came by boat"
    told = digest("articles", "explain", str(lathe))
    assert told.code == 0 and "from feed" in told.out and "known as   guid: " in told.out
    assert "weekly     new: eligible" in told.out
    assert digest("articles", "explain", str(lathe), "--json").data["fates"][0]["state"] == "new"
    missing = digest("articles", "show", "999")
    assert missing.code == 2 and "there is no article 999" in missing.err


def test_an_excluded_article_is_not_sent(world: World, digest: Digest, lathe: int) -> None:
    """An exclusion is said, recorded with its reason, and kept by the next issue; `include` undoes it."""
    done = digest("articles", "exclude", str(lathe), "--reason", "an advertisement")
    assert done.code == 0 and "weekly: excluded" in done.out
    assert "an advertisement" in digest("articles", "explain", str(lathe)).out
    assert "excluded already" in digest("articles", "exclude", str(lathe)).out
    sent = digest("send", "weekly", "--dry-run")
    assert "Six sheds" in sent.out and "lathe" not in sent.out
    back = digest("articles", "include", str(lathe))
    assert "weekly: new" in back.out and "not excluded" in digest("articles", "include", str(lathe)).out
    assert "lathe" in digest("send", "weekly", "--dry-run").out


def test_what_was_sent_says_so(digest: Digest, lathe: int) -> None:
    """Marking an article that an issue has consumed names that issue and changes nothing."""
    assert digest("send", "weekly", "--yes").code == 0
    marked = digest("articles", "exclude", str(lathe))
    assert marked.code == 0 and "weekly/1 has it already" in marked.out
    assert states(digest)["The lathe that came by boat"] == "consumed"


def test_a_pin_brings_back_what_was_known(world: World, digest: Digest, lathe: int) -> None:
    """A pin makes an old article eligible for the digest named, `unpin` takes it back; opposite marks are refused."""
    publish(world.feed, "An old kettle", at=FRIDAY - timedelta(days=60))
    digest("gather", at=FRIDAY + timedelta(hours=2))
    [old] = digest("articles", "list", "--search", "kettle", "--json").data
    number = str(old["id"])
    pinned = digest("articles", "pin", number, "--digest", "weekly", "--json")
    assert pinned.code == 0 and pinned.data["fates"][0]["state"] == "new" and pinned.data["marks"][0]["kind"] == "pin"
    refused = digest("articles", "exclude", number)
    assert refused.code == 1 and f"digest articles unpin {number} --digest weekly" in refused.err
    assert "weekly: known" in digest("articles", "unpin", number, "-d", "weekly").out


# --- small words elsewhere -----------------------------------------------------------------------------------------


def test_a_shrunken_list_is_said(world: World, digest: Digest) -> None:
    """After an issue, a list that lost most of its people is named by `subscribers list` and by `test --as`."""
    assert digest("send", "weekly", "--yes").code == 0
    world.people("ana@quay.example")
    listed = digest("subscribers", "list")
    assert listed.code == 0 and "members: " in listed.err and "ben@quay.example" in listed.out
    tried = digest("test", "weekly", "me@quay.example", "--as", "ben@quay.example", "--no-gather")
    assert tried.code == 0 and "members: " in tried.err


@pytest.mark.parametrize("args", [["test", "weekley", "me@quay.example"], ["send", "weekley", "--dry-run"]])
def test_a_digest_nearly_named(world: World, digest: Digest, args: list[str]) -> None:
    """A name that no digest has is answered with the nearest one, whichever command it was given to (exit 2)."""
    wrong = digest(*args)
    assert wrong.code == 2 and "did you mean" in wrong.err and "weekly" in wrong.err
