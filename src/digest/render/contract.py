"""What templates see: an issue as read-only views, every string of it data.

    issue   subject, preheader, intro (str), intro_paragraphs, in_this_issue, sample, passed_over, extra
    digest  title, number, period (text), count, minutes, list_name
    site    name, url, postal_address
    items   each: title, title_derived, url (usable or None), summary, body (paragraphs), by (joined names), source,
            source_title, published, tags, language, dir, minutes, views, comments, reactions,
            image (url, alt, thumb: width of its thumbnail) or None, flags
    theme   light and dark palettes, font, logo (light, dark, width, alt) or None
    dir     `ltr` or `rtl`, with .start .end .opposite;   lang   the language tag
    layout  rich (how many rows with picture and summary), body_chars (how much text of an article without a link)
    t(id, count=…, name=…)   a fixed sentence in the reader's language
    slot(name), topic(name), has(name)   see `binding`
    filters beside Jinja2's own: dateformat, paragraphs, domain, number

Does not render. Invariant: links and images in here passed `escaping.usable_link`, so a hostile or broken address
costs the link, never the issue (DESIGN rule 13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from digest.model import Image, Issue, Item
from digest.render.binding import Outside, Raw, View, spliced
from digest.render.escaping import clean, usable_link
from digest.render.locale import Language
from digest.render.theme import Direction, Length, Theme

THUMB_WIDTH, THUMB_HEIGHT = 132, 88


@dataclass(frozen=True, slots=True)
class Layout:
    """How generous the email is: tried from the most to the least generous until it fits."""

    rich: int
    body_chars: int


def contract(issue: Issue, theme: Theme, language: Language, layout: Layout) -> dict[str, Any]:
    """The variables of a template."""
    return {
        "issue": _issue(issue),
        "digest": _digest(issue, language),
        "site": View({
            "name": clean(issue.site.name),
            "url": usable_link(issue.site.url),
            "postal_address": clean(issue.site.postal_address),
        }),
        "items": [_item(item, language) for item in issue.items],
        "theme": theme,
        "dir": Direction(language.direction),
        "lang": Raw(language.tag),
        "layout": View({"rich": layout.rich, "body_chars": layout.body_chars}),
        "t": _sentences(language),
        **_filters(issue, language),
    }  # fmt: skip


def _issue(issue: Issue) -> View:
    return View({
        "subject": clean(issue.subject),
        "preheader": clean(issue.preheader),
        "intro": clean(issue.intro),
        "intro_paragraphs": paragraphs(issue.intro),
        "in_this_issue": clean(issue.in_this_issue),
        "sample": issue.sample,
        "passed_over": issue.passed_over,
        "extra": {key: clean(value) for key, value in issue.extra.items()},
    })  # fmt: skip


def _digest(issue: Issue, language: Language) -> View:
    return View({
        "title": clean(issue.title),
        "number": issue.number,
        "period": language.days(issue.period.start, issue.period.end, issue.timezone),
        "count": len(issue.items),
        "minutes": max(1, issue.minutes),
        "list_name": clean(issue.list_name),
    })  # fmt: skip


def _item(item: Item, language: Language) -> View:
    return View({
        "title": clean(item.title),
        "title_derived": item.title_derived,
        "url": usable_link(item.url),
        "summary": clean(item.summary),
        "body": tuple(clean(paragraph) for paragraph in item.body),
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
        "image": _image(item.image),
        "flags": item.flags,
    })  # fmt: skip


def _image(image: Image | None) -> View | None:
    address = usable_link(image.url) if image else None
    if image is None or not address or not address.startswith(("https://", "http://")):
        return None
    width = THUMB_WIDTH
    if image.width and image.height and image.height > image.width * 1.2:
        width = max(60, round(THUMB_WIDTH * image.width / image.height))
    return View({"url": address, "alt": clean(image.alt).strip(), "thumb": Length(width)})


def _sentences(language: Language) -> Any:
    def t(key: str, **values: Any) -> Any:
        count = values.get("count")
        pattern = language.sentence(str(key), count)
        if count is not None:
            pattern = pattern.replace("{count} ", "{count}\N{NO-BREAK SPACE}")  # no line may end in a bare number
            values["count"] = language.number(count)
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
