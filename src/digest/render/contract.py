"""What templates see: an issue as read-only views, every string of it data.

    schema  1: the version of what follows; `dataschema` describes it, docs/template-data.schema.json publishes it
    issue   subject, preheader, intro (Markdown), intro_blocks (see `note`), intro_paragraphs (their words alone),
            in_this_issue, sample, passed_over, extra
    digest  title, number, period (text), count, minutes, list_name
    site    name, url, postal_address
    items   each: title, title_derived, url (usable or None), summary, body (paragraphs), by (joined names), source,
            source_title, published, tags, language, dir, minutes, views, comments, reactions,
            image (url, alt, and its widths: thumb, tile, hero, bleed) or None, pictured, flags,
            section (the heading it stands under, "" for none; those of one section follow each other);
            body and summary go on where a derived title stops, so that no sentence is read twice
    theme   light and dark palettes, font, heading_font, heading_weight, corner, width, column, gap, row, gutter,
            masthead, rule, logo (light, dark, width, alt) or None: see `theme`
    dir     `ltr` or `rtl`, with .start .end .opposite;   lang   the language tag
    layout  rich (how many rows with picture and summary), body_chars (how much text of an article without a link),
            thumb and tile (widths of pictures), tile_height, hero_height, bleed_height (their heights at 3:2)
    t(id, count=…, name=…)   a fixed sentence in the reader's language
    slot(name); topic(name), has(name), locale(tag)   see `binding`
    filters beside Jinja2's own: dateformat, paragraphs, domain, number, runs(name)

Does not render. Invariant: links and images in here passed `escaping.usable_link`, so a hostile or broken address
costs the link, never the issue (DESIGN rule 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from digest.model import Image, Issue, Item
from digest.render.binding import Outside, Raw, View, spliced
from digest.render.escaping import clean, usable_link
from digest.render.locale import Language
from digest.render.note import Block, read_note
from digest.render.theme import Direction, Length, Theme

SCHEMA = 1
THUMB_WIDTH = 144
TILE_GAP = 20
# How high a picture may be in clients that cannot crop: 3:2 and a bit for wide ones, no pillars for tall ones.
_HIGHEST = 0.8
# What ends a sentence, and the quotes and brackets that close after it.
_ENDS = ".!?。！？।۔؟"
_ENDED = re.compile(rf"[{_ENDS}]*[\"'’”»)\]」]*\s*")


@dataclass(frozen=True, slots=True)
class Layout:
    """How generous the email is: tried from the most to the least generous until it fits."""

    rich: int
    body_chars: int
    shown: int = 1_000_000  # articles; the rest is counted with those that did not fit, where the site has an address


def contract(issue: Issue, theme: Theme, language: Language, layout: Layout) -> dict[str, Any]:
    """The variables of a template."""
    items = _shown(issue, layout)
    return {
        "schema": SCHEMA,
        "issue": _issue(issue, hidden=len(issue.items) - len(items)),
        "digest": _digest(issue, language),
        "site": View({
            "name": clean(issue.site.name),
            "url": usable_link(issue.site.url),
            "postal_address": clean(issue.site.postal_address),
        }),
        "items": [_item(item, language, theme) for item in items],
        "theme": theme.spoken(language.tag),
        "dir": Direction(language.direction),
        "lang": Raw(language.tag),
        "layout": _layout(layout, theme),
        "t": _sentences(language),
        **_filters(issue, language),
    }  # fmt: skip


def _shown(issue: Issue, layout: Layout) -> tuple[Item, ...]:
    """The articles that stand in the email: never without those that can be read nowhere else."""
    if not usable_link(issue.site.url):
        return issue.items
    return tuple(item for at, item in enumerate(issue.items) if at < layout.shown or not usable_link(item.url))


def _layout(layout: Layout, theme: Theme) -> View:
    return View({
        "rich": layout.rich,
        "body_chars": layout.body_chars,
        "thumb": Length(THUMB_WIDTH),
        "tile": Length(_tile(theme)),
        "tile_height": Length(round(_tile(theme) / 1.5)),
        "hero_height": Length(round(int(theme.column.number) / 1.5)),
        "bleed_height": Length(round(int(theme.width.number) / 1.5)),
    })  # fmt: skip


def _tile(theme: Theme) -> int:
    return (int(theme.column.number) - TILE_GAP) // 2


def _issue(issue: Issue, *, hidden: int) -> View:
    note = read_note(issue.intro)
    return View({
        "subject": clean(issue.subject),
        "preheader": clean(issue.preheader),
        "intro": clean(issue.intro),
        "intro_paragraphs": tuple(row.text for block in note for row in block.rows),
        "intro_blocks": tuple(_block(block) for block in note),
        "in_this_issue": clean(issue.in_this_issue),
        "sample": issue.sample,
        "passed_over": issue.passed_over + hidden,
        "extra": {key: clean(value) for key, value in issue.extra.items()},
    })  # fmt: skip


def _block(block: Block) -> View:
    rows = tuple(
        View({"number": row.number, "spans": tuple(View(asdict(span)) for span in row.spans)}) for row in block.rows
    )
    return View({"kind": block.kind, "level": block.level, "rows": rows})


def _digest(issue: Issue, language: Language) -> View:
    return View({
        "title": clean(issue.title),
        "number": issue.number,
        "period": language.days(issue.period.start, issue.period.end, issue.timezone),
        "count": len(issue.items),
        "minutes": max(1, issue.minutes),
        "list_name": clean(issue.list_name),
    })  # fmt: skip


def _item(item: Item, language: Language, theme: Theme) -> View:
    summary, body = clean(item.summary), tuple(clean(paragraph) for paragraph in item.body)
    if item.title_derived:
        title = clean(item.title)
        summary = continued(title, summary)
        body = tuple(part for part in (continued(title, body[0]), *body[1:]) if part) if body else ()
    return View({
        "title": clean(item.title),
        "title_derived": item.title_derived,
        "url": usable_link(item.url),
        "summary": summary,
        "body": body,
        "by": language.joined([clean(name) for name in item.authors]),
        "source": clean(item.source),
        "source_title": clean(item.source_title),
        "published": item.published,
        "tags": tuple(clean(tag) for tag in item.tags),
        "language": item.language,
        "dir": Direction("rtl" if item.direction == "rtl" else "ltr"),
        "minutes": max(1, item.minutes),
        "views": item.views,
        "comments": item.comments,
        "reactions": item.reactions,
        "image": (image := _image(item.image, theme)),
        "pictured": image is not None,
        "flags": item.flags,
        "section": clean(item.section),
    })  # fmt: skip


def continued(title: str, text: str) -> str:
    """`text` from where `title` stops, when the title was made of its beginning; else `text`.

    A title that is a whole sentence leaves the sentences after it; one that stops in mid-sentence leaves the rest of
    that sentence after an ellipsis, as a newspaper runs on from its headline.
    """
    head = title.rstrip("…. ")
    if not head or text[: len(head)].casefold() != head.casefold():
        return text
    rest = text[len(head) :]
    if not title.endswith("…"):
        if head[-1] in _ENDS or rest[:1] in tuple(_ENDS):
            return _ENDED.sub("", rest, count=1)
        if rest[:1].isalnum():
            return text  # "Boat" is not the beginning of "Boats and ropes"
    rest = rest.lstrip(" …,;:–—-")
    return f"… {rest}" if rest else ""


def _image(image: Image | None, theme: Theme) -> View | None:
    """The widths keep a tall picture low in clients that cannot crop; the others crop it to 3:2 at full width."""
    address = usable_link(image.url) if image else None
    if image is None or not address or not address.startswith(("https://", "http://")):
        return None
    places = {
        "thumb": THUMB_WIDTH,
        "tile": _tile(theme),
        "hero": int(theme.column.number),
        "bleed": int(theme.width.number),
    }
    widths = {name: Length(_fitted(image, width)) for name, width in places.items()}
    return View({"url": address, "alt": clean(image.alt).strip(), **widths})


def _fitted(image: Image, width: int) -> int:
    if not image.width or not image.height or image.height <= _HIGHEST * image.width:
        return width
    return max(64, min(width, round(_HIGHEST * width * image.width / image.height)))


def _sentences(language: Language) -> Any:
    @lru_cache(maxsize=512)
    def worded(key: str, count: int | None) -> tuple[str, str]:
        pattern = language.sentence(key, count)
        if count is None:
            return pattern, ""
        pattern = pattern.replace("{count} ", "{count}\N{NO-BREAK SPACE}")  # no line may end in a bare number
        return pattern, language.number(count)

    def t(key: str, **values: Any) -> Any:
        count = values.get("count")
        pattern, number = worded(str(key), count)
        if count is not None:
            values["count"] = number
        return spliced(pattern, values)

    return t


def _filters(issue: Issue, language: Language) -> dict[str, Any]:
    """Filters that depend on the issue, as variables under private names; `binding` registers the filters once."""

    def dateformat(moment: datetime | None, pattern: str) -> str:
        return Outside(language.date(moment, str(pattern), issue.timezone)) if moment else Outside("")

    return {"_dateformat": dateformat, "_number": language.number}


def paragraphs(text: str) -> tuple[str, ...]:
    """`text` at its blank lines, without empty pieces."""
    return tuple(part.strip() for part in re.split(r"\n\s*\n", clean(text)) if part.strip())


def domain(address: str) -> str:
    """The host of a link as people say it: without `www.`."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def runs(items: Iterable[View], name: str) -> list[list[View]]:
    """Neighbours that agree in the attribute `name`, in order: unlike `groupby`, which sorts."""
    return [list(group) for _, group in groupby(items, key=lambda item: str(getattr(item, str(name))))]
