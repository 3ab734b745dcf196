"""What templates see: an issue as read-only views, every string of it data.

    issue   subject, preheader, intro (str), intro_paragraphs, in_this_issue, sample, passed_over, extra
    digest  title, number, period (text), count, minutes, list_name
    site    name, url, postal_address
    items   each: title, title_derived, url (usable or None), summary, body (paragraphs), by (joined names), source,
            source_title, published, tags, language, dir, minutes, views, comments, reactions,
            image (url, alt, thumb and hero: its widths small and large) or None, flags,
            section (the heading it stands under, "" for none; those of one section follow each other);
            body and summary go on where a derived title stops, so that no sentence is read twice
    theme   light and dark palettes, font, logo (light, dark, width, alt) or None
    dir     `ltr` or `rtl`, with .start .end .opposite;   lang   the language tag
    layout  rich (how many rows with picture and summary), body_chars (how much text of an article without a link),
            thumb (width of a thumbnail)
    t(id, count=…, name=…)   a fixed sentence in the reader's language
    slot(name); topic(name), has(name), locale(tag)   see `binding`
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

THUMB_WIDTH = 144
HERO_WIDTH, HERO_HEIGHT = 536, 420
# What ends a sentence, and the quotes and brackets that close after it.
_ENDS = ".!?。！？।۔؟"
_ENDED = re.compile(rf"[{_ENDS}]*[\"'’”»)\]」]*\s*")


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
        "layout": View({
            "rich": layout.rich, "body_chars": layout.body_chars, "thumb": Length(THUMB_WIDTH),
        }),
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
        "image": _image(item.image),
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


def _image(image: Image | None) -> View | None:
    """The widths keep a tall picture low in clients that cannot crop; the others crop it to 3:2 at full width."""
    address = usable_link(image.url) if image else None
    if image is None or not address or not address.startswith(("https://", "http://")):
        return None
    thumb, hero = THUMB_WIDTH, HERO_WIDTH
    if image.width and image.height and image.height * 1.2 > image.width:
        thumb = max(64, min(thumb, round(THUMB_WIDTH * image.width / image.height)))
        hero = max(160, min(hero, round(HERO_HEIGHT * image.width / image.height)))
    return View({"url": address, "alt": clean(image.alt).strip(), "thumb": Length(thumb), "hero": Length(hero)})


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
