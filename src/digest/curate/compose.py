"""Candidates to the draft of an issue: fold what is told twice, choose, summarise, and find the issue's own words.

Does not read the database, a clock or the network, and changes nothing. Invariants: every candidate is chosen, folded
or passed over, and `explanations` says why; the same candidates, settings and `now` give an equal `Draft`, whatever
order the candidates came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.curate.cluster import fold
from digest.curate.language import detect_language, direction, reading_minutes
from digest.curate.select import Scored, choose, score
from digest.curate.sentences import paragraphs
from digest.curate.settings import CurateSettings
from digest.curate.subject import calm, clean, listing, make_preheader, make_subject
from digest.curate.summary.excerpt import summary_of
from digest.model import Article, Item, StoredArticle

BODY_CHARS = 1200


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
) -> Draft:
    """Draft an issue from eligible articles. `source_titles` maps a source's name to what readers call it."""
    folded = fold(candidates)
    by_id = {candidate.id: candidate for candidate in candidates}
    kept = [candidate for candidate in by_id.values() if candidate.id not in folded]
    scored = score(kept, settings=settings, now=now, source_titles=source_titles)
    choice = choose(scored, settings=settings)
    also = _also(folded, by_id, source_titles)
    items = tuple(_item(one, settings, source_titles, also.get(one.stored.id, ())) for one in choice.chosen)
    titles = [item.title for item in items]
    site = site_name or digest_title
    subject = make_subject(
        titles, pattern=settings.subject, number=number, site=site, last=last_subject, now=now
    ) or clean(digest_title)
    return Draft(
        items=items,
        subject=subject,
        preheader=make_preheader(
            titles, subject=subject, fixed=settings.preheader, fallback=items[0].summary if items else "", site=site
        ),
        in_this_issue=listing(titles),
        minutes=sum(item.minutes for item in items),
        passed_over=tuple(choice.left_out),
        folded=folded,
        explanations=_explanations(items, choice.left_out, folded, by_id),
    )


def _also(
    folded: Mapping[int, int], by_id: Mapping[int, StoredArticle], source_titles: Mapping[str, str]
) -> dict[int, tuple[str, ...]]:
    """For each kept article the readers' names of where else it stands."""
    names: dict[int, list[str]] = {}
    for duplicate, kept in sorted(folded.items()):
        source = by_id[duplicate].article.source
        names.setdefault(kept, []).append(source_titles.get(source) or source)
    return {kept: tuple(dict.fromkeys(found)) for kept, found in names.items()}


def _item(one: Scored, settings: CurateSettings, source_titles: Mapping[str, str], also: tuple[str, ...]) -> Item:
    article = one.stored.article
    text = article.text or article.excerpt
    language = detect_language(text or article.title, article.language)
    summary = summary_of(article, language=language, sentences=settings.sentences, max_chars=settings.max_chars)
    reasons = (*one.reasons, f"also on: {', '.join(also)}") if also else one.reasons
    return Item(
        article_id=one.stored.id,
        title=calm(article.title),
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
    return dict(sorted(found.items()))
