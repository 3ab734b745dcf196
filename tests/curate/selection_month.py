"""A labelled month of one community: a hundred articles, and which of them belong together.

The labels stand in `selection_month.json` beside the texts and were set when the texts were written: `copy_of` names
the article whose text this one repeats (whole with a note, or without 10 to 45 % of its sentences), `story` the matter
several articles tell of in their own words. Articles of one series, place or person with another content belong to
nothing: they are there to be confused.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.curate import CurateSettings, Draft, curate
from digest.curate.cluster import fold
from digest.curate.relate import groups, related
from digest.model import (
    Article,
    Author,
    Edits,
    EmailAddress,
    Issue,
    Mailbox,
    Period,
    Recipient,
    Sending,
    Site,
    StoredArticle,
)  # fmt: skip
from digest.render import RenderSettings, Theme, render_issue

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SOURCE_TITLES = {
    "paper": "Marrow Gazette",
    "forum": "The Weir forum",
    "council": "Town council",
    "makers": "Marrow makerspace",
    "harbour": "Harbour office",
    "neighbours": "Neighbours' blog",
}

Pairs = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Month:
    """`names` maps ids (from 1, by date) to the labels' names; pairs are (lower id, higher id)."""

    articles: tuple[StoredArticle, ...]
    names: dict[int, str]
    duplicates: Pairs
    related: Pairs


def load() -> Month:
    rows = json.loads((Path(__file__).parent / "selection_month.json").read_text(encoding="utf-8"))
    ids = {row["id"]: number for number, row in enumerate(rows, 1)}
    texts, stories = [], []
    for row in rows:
        texts.append((row["copy_of"] or row["id"], ids[row["id"]]))
        stories.append((row["story"] or row["copy_of"] or row["id"], ids[row["id"]]))
    duplicates = pairs_of(members(texts))
    return Month(
        tuple(_stored(ids[row["id"]], row) for row in rows),
        {number: name for name, number in ids.items()},
        duplicates,
        pairs_of(members(stories)) - duplicates,
    )


def members(labelled: Iterable[tuple[str, int]]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for label, number in labelled:
        found.setdefault(label, []).append(number)
    return list(found.values())


def pairs_of(groups: Iterable[Iterable[int]]) -> Pairs:
    """Every two members of one group."""
    return frozenset(pair for group in groups for pair in itertools.combinations(sorted(group), 2))


def _stored(number: int, row: dict) -> StoredArticle:  # type: ignore[type-arg]
    article = Article(
        source=row["source"],
        guid=row["id"],
        url=row["url"],
        title=row["title"],
        text=row["text"],
        authors=(Author(row["author"]),),
        published=datetime.fromisoformat(row["published"]),
        published_confidence="exact",
        language=row["language"],
        tags=tuple(row["tags"]),
        views=row["views"],
        comments=row["comments"],
    )
    return StoredArticle(number, article, datetime.fromisoformat(row["published"]), f"hash-{row['id']}")


def found_pairs(articles: Sequence[StoredArticle]) -> tuple[Pairs, Pairs]:
    """(duplicates, related) as curating finds them: fold first, group what is left, give each member its copies."""
    folded = fold(articles)
    kept = [one for one in articles if one.id not in folded]
    told: dict[int, list[int]] = {one.id: [one.id] for one in kept}
    for copy, keeper in folded.items():
        told[keeper].append(copy)
    grouped = groups([one.id for one in kept], related(kept))
    duplicates = pairs_of(told.values())
    together = pairs_of([number for keeper in group for number in told[keeper]] for group in grouped)
    return duplicates, together - duplicates


SETTINGS = CurateSettings(
    max_articles=14, max_per_author=2, half_life_days=30, boosts={"nature": 0.2}, sections="cluster", max_per_source=0.4
)


def draft_of(
    articles: Sequence[StoredArticle], settings: CurateSettings = SETTINGS, edits: Edits | None = None
) -> Draft:
    return curate(
        articles,
        settings=settings,
        now=NOW,
        source_titles=SOURCE_TITLES,
        digest_title="Marrow Monthly",
        site_name="Marrow",
        number=7,
        edits=edits,
    )


def rendered(articles: Sequence[StoredArticle]) -> bytes:
    """The whole issue as it would be stored, and one person's message of it."""
    draft = draft_of(articles)
    period = Period("2026-11-30T09:00@Europe/Dublin", NOW - timedelta(days=30), NOW)
    sending = Sending(
        sender=Mailbox("Marrow", EmailAddress.parse("digest@marrow.example")),
        date=NOW,
        list_id="monthly.marrow.example",
        message_id_domain="marrow.example",
        unsubscribe_email="leave@marrow.example",
    )
    issue = Issue(
        digest="monthly",
        title="Marrow Monthly",
        number=7,
        period=period,
        site=Site("Marrow", "https://marrow.example", "1 Ship Street, Marrow"),
        sending=sending,
        subject=draft.subject,
        preheader=draft.preheader,
        items=draft.items,
        minutes=draft.minutes,
        passed_over=len(draft.passed_over),
        in_this_issue=draft.in_this_issue,
        intro=draft.intro,
    )
    rendition = render_issue(issue, template="briefing", theme=Theme.from_settings(RenderSettings()), locale="en")
    reader = Recipient(
        delivery_id=1, subscriber_id=1, address="ada@mail.example", name="Ada", topics=(), tokens={"unsubscribe": "t"},
        message_id="m1",
    )  # fmt: skip
    told = "\n".join(f"{number}: {draft.explanations[number]}" for number in sorted(draft.explanations))
    return rendition.to_bytes() + repr(rendition.fill(reader)).encode() + told.encode()


if __name__ == "__main__":
    shuffled = list(load().articles)
    random.Random(int(sys.argv[1])).shuffle(shuffled)
    sys.stdout.write(hashlib.sha256(rendered(shuffled)).hexdigest())
