"""Candidates to the draft of an issue: fold what is told twice, choose, summarise, and find the issue's own words.

Does not read the database, a clock or the network, and changes nothing; a summariser that does is handed in.
Invariants: every candidate is chosen, folded or passed over, and `explanations` says why; the same candidates,
settings, edits and `now` give an equal `Draft`, whatever order the candidates came in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.curate.cluster import fold
from digest.curate.language import detect_language, direction, reading_minutes
from digest.curate.relate import groups, related
from digest.curate.sections import arrange, tidy
from digest.curate.select import Choice, Counts, Scored, choose, score
from digest.curate.sentences import paragraphs
from digest.curate.settings import CurateSettings
from digest.curate.subject import calm, clean, listing, make_preheader, make_subject
from digest.curate.summary.excerpt import summary_of
from digest.curate.wording import ENGLISH, Wording
from digest.model import Article, Edits, Image, Item, StoredArticle, Summary

BODY_CHARS = 1200


@dataclass(frozen=True, slots=True)
class Wanted:
    """One summary to write: the article, its extract (what is used when nothing better comes), and the budget."""

    stored: StoredArticle
    extract: Summary
    language: str | None
    sentences: int
    max_chars: int


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What an issue says of itself. `minutes` is the reading time of all its items."""

    subject: str
    preheader: str
    in_this_issue: str
    minutes: int


Summarizer = Callable[[Sequence[Wanted]], Sequence[Summary]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What an issue would be. The caller decides by `len(items)` whether it is enough.

    `passed_over` holds ids of eligible candidates that did not fit, best first; `folded` duplicate id -> kept id;
    `explanations` one sentence for every candidate; `minutes` the reading time of all items together.
    """

    items: tuple[Item, ...]
    subject: str
    preheader: str
    in_this_issue: str
    minutes: int
    passed_over: tuple[int, ...] = ()
    folded: Mapping[int, int] = field(default_factory=dict)
    explanations: Mapping[int, str] = field(default_factory=dict)
    intro: str = ""


def curate(
    candidates: Sequence[StoredArticle],
    *,
    settings: CurateSettings,
    now: datetime,
    source_titles: Mapping[str, str],
    digest_title: str,
    site_name: str,
    number: int | None,
    last_subject: str = "",
    baseline: Mapping[str, Sequence[Counts]] | None = None,
    edits: Edits | None = None,
    summarizer: Summarizer | None = None,
    wording: Wording = ENGLISH,
) -> Draft:
    """Draft an issue from eligible articles. `source_titles` maps a source's name to what readers call it.

    `baseline` are the counters of each source's recent articles (see `score`), `edits` an editor's decisions about
    this issue, `summarizer` may better the extracts of the chosen ones, `wording` has the issue's own few words in the
    digest's language.
    """
    edits = edits or Edits()
    by_id = {candidate.id: candidate for candidate in candidates if candidate.id not in edits.dropped}
    folded = _fold(tuple(by_id.values()), edits.pinned)
    kept = [candidate for candidate in by_id.values() if candidate.id not in folded]
    scored = score(kept, settings=settings, now=now, source_titles=source_titles, baseline=baseline)
    matters = _matters(scored, settings)
    choice = choose(scored, settings=settings, pinned=edits.pinned, matters=matters)
    items = _items(choice, settings, source_titles, _also(folded, by_id, source_titles), edits, summarizer)
    items = arrange(
        items, by=settings.sections, order=settings.section_order, matters=matters,
        fixed=max(1, sum(item.article_id in edits.pinned for item in items)),
    )  # fmt: skip
    items = tidy(_moved(items, edits.moves))
    words = retell(
        items, settings=settings, edits=edits, number=number, site_name=site_name, digest_title=digest_title, now=now,
        last_subject=last_subject, wording=wording,
    )  # fmt: skip
    dropped = {id_: "dropped by the editor" for id_ in (one.id for one in candidates) if id_ in edits.dropped}
    return Draft(
        items=items,
        subject=words.subject,
        preheader=words.preheader,
        in_this_issue=words.in_this_issue,
        minutes=words.minutes,
        passed_over=tuple(choice.left_out),
        folded=folded,
        explanations=dict(sorted((_explanations(items, choice.left_out, folded, by_id) | dropped).items())),
        intro=edits.intro.strip(),
    )


def retell(
    items: Sequence[Item],
    *,
    settings: CurateSettings,
    edits: Edits,
    number: int | None,
    site_name: str,
    digest_title: str,
    now: datetime,
    last_subject: str = "",
    wording: Wording = ENGLISH,
) -> OwnWords:
    """The issue's own words for these items: an editor's where there are any, else made from the titles."""
    titles = [item.title for item in items]
    site = site_name or digest_title
    subject = clean(edits.subject) or make_subject(
        titles, pattern=settings.subject, number=number, site=site, last=last_subject, now=now,
        wording=wording, calmed=True,
    ) or clean(digest_title)  # fmt: skip
    preheader = clean(edits.preheader) or make_preheader(
        titles, subject=subject, fixed=settings.preheader, fallback=items[0].summary if items else "", site=site,
        wording=wording, calmed=True,
    )  # fmt: skip
    in_this_issue = listing(titles, wording=wording, calmed=True)
    return OwnWords(subject, preheader, in_this_issue, sum(item.minutes for item in items))


def _fold(candidates: Sequence[StoredArticle], pinned: Sequence[int]) -> dict[int, int]:
    """Duplicates to the telling that stays; a pinned telling stays whatever speaks for the other."""
    folded = fold(candidates)
    for pin in pinned:
        kept = folded.pop(pin, None)
        if kept is not None and kept not in pinned:
            folded = {duplicate: pin if to == kept else to for duplicate, to in folded.items()} | {kept: pin}
    return folded


def _matters(scored: Sequence[Scored], settings: CurateSettings) -> list[tuple[int, ...]]:
    """Groups of related articles among the best ranked: those that have any chance to stand in the issue."""
    near = [one.stored for one in scored[: max(40, 4 * settings.max_articles)]]
    return groups([one.id for one in near], related(near)) if len(near) > 1 else []


def _items(
    choice: Choice,
    settings: CurateSettings,
    source_titles: Mapping[str, str],
    also: Mapping[int, tuple[str, ...]],
    edits: Edits,
    summarizer: Summarizer | None,
) -> tuple[Item, ...]:
    wanted = [_wanted(one, settings) for one in choice.chosen]
    ask = [one for one in wanted if one.stored.id not in edits.summaries and one.stored.article.text]
    better = dict(zip((one.stored.id for one in ask), summarizer(ask), strict=True)) if summarizer and ask else {}
    items = []
    for one, want in zip(choice.chosen, wanted, strict=True):
        summary = better.get(one.stored.id, want.extract)
        item = _item(one, summary, want.language, source_titles, also.get(one.stored.id, ()))
        items.append(_edited(item, edits))
    return tuple(items)


def _wanted(one: Scored, settings: CurateSettings) -> Wanted:
    article = one.stored.article
    language = detect_language(article.text or article.excerpt or article.title, article.language)
    extract = summary_of(article, language=language, sentences=settings.sentences, max_chars=settings.max_chars)
    return Wanted(one.stored, extract, language, settings.sentences, settings.max_chars)


def _edited(item: Item, edits: Edits) -> Item:
    """The item as the editor wants it: title, summary and image; what was changed is flagged."""
    changes: dict[str, object] = {}
    if title := clean(edits.titles.get(item.article_id, "")):
        changes |= {"title": title, "title_derived": False}
    if item.article_id in edits.summaries:
        changes |= {"summary": clean(edits.summaries[item.article_id]), "summary_source": "editor"}
    if item.article_id in edits.images:
        url = edits.images[item.article_id]
        changes["image"] = Image(url, alt=item.image.alt if item.image else "") if url else None
    return replace(item, **changes) if changes else item  # type: ignore[arg-type]


def _moved(items: Sequence[Item], moves: Sequence[tuple[int, int]]) -> tuple[Item, ...]:
    """Each move puts an article at a place (from 1), under the heading of the one it then follows."""
    placed = list(items)
    for article_id, place in moves:
        at = next((i for i, item in enumerate(placed) if item.article_id == article_id), None)
        if at is None:
            continue
        item = placed.pop(at)
        to = min(max(place, 1), len(placed) + 1) - 1
        section = placed[to - 1].section if to else ""
        placed.insert(to, replace(item, section=section))
    return tuple(placed)


def _also(
    folded: Mapping[int, int], by_id: Mapping[int, StoredArticle], source_titles: Mapping[str, str]
) -> dict[int, tuple[str, ...]]:
    """For each kept article the readers' names of where else it stands."""
    names: dict[int, list[str]] = {}
    for duplicate, kept in sorted(folded.items()):
        source = by_id[duplicate].article.source
        names.setdefault(kept, []).append(source_titles.get(source) or source)
    return {kept: tuple(dict.fromkeys(found)) for kept, found in names.items()}


def _item(
    one: Scored,
    summary: Summary,
    language: str | None,
    source_titles: Mapping[str, str],
    also: tuple[str, ...],
) -> Item:
    article = one.stored.article
    text = article.text or article.excerpt
    reasons = (*one.reasons, f"also on: {', '.join(also)}") if also else one.reasons
    return Item(
        article_id=one.stored.id,
        title=calm(article.title, "\n".join((text, *(f"by {author.name}" for author in article.authors)))),
        url=article.url,
        summary=clean(summary.text),
        summary_source=summary.source,
        title_derived=article.title_derived,
        authors=tuple(name for author in article.authors if (name := clean(author.name))),
        source=article.source,
        source_title=source_titles.get(article.source) or article.source,
        published=article.published,
        image=article.image,
        tags=article.tags,
        language=language,
        direction=direction(language, f"{article.title} {text[:600]}"),
        minutes=reading_minutes(article.text, language),
        views=article.views,
        comments=article.comments,
        reactions=article.reactions,
        body=_body(article),
        score=one.score,
        reasons=reasons,
        flags=summary.flags,
        also=also,
    )


def _body(article: Article) -> tuple[str, ...]:
    """An article without an address can only be read here: its first whole paragraphs, at least one."""
    if article.url is not None:
        return ()
    taken: list[str] = []
    used = 0
    for start, end in paragraphs(article.text):
        paragraph = " ".join(article.text[start:end].split())
        if taken and used + len(paragraph) > BODY_CHARS:
            break
        taken.append(paragraph)
        used += len(paragraph)
    return tuple(taken)


def _explanations(
    items: Sequence[Item],
    left_out: Mapping[int, str],
    folded: Mapping[int, int],
    by_id: Mapping[int, StoredArticle],
) -> dict[int, str]:
    found = {
        item.article_id: f"number {place} of {len(items)}: score {item.score:.2f}, {', '.join(item.reasons)}"
        for place, item in enumerate(items, 1)
    }
    found.update(left_out)
    found.update(
        {dup: f"folded into article {kept}, “{clean(by_id[kept].article.title)}”: the same text or address"
         for dup, kept in folded.items()}
    )  # fmt: skip
    return found
