"""The words people wrote or forgot: subject, leftovers of templates and drafts, and the articles themselves.

Invariant: what an article legitimately says ("{{", "None of us") is not called a leftover: only what the template
added, and what the editor wrote, are judged by their characters.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.model import Item
from digest.render.preflight.page import squeezed
from digest.render.preflight.sample import Hits, Inspection

LONGEST_SUBJECT, MOST_ITEMS, LONGEST_TITLE = 70, 50, 200
_ONE = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55][\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = re.compile(f"{_ONE}(?:\u200d{_ONE})*")  # a family of three is one emoji
_OPEN_PLACE = re.compile(
    r"\{\{?[^{}]*\}?\}|\{%|%\}|(?<![\w%])%(?:s|d|\(\w+\)s)(?!\w)|\*\|[^|]*\|\*|\[(?:F?NAME|FIRST.?NAME|SUBJECT|TITLE)\]"
    r"|\$\{[^}]*\}|<%|\b(?:TODO|FIXME|undefined|NaN)\b|^None\b(?! of\b)|\b[Ll]orem ipsum\b"
)
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|<%=|\*\|[A-Z_]+\|\*|\$\{\w+\}")
_TODO = re.compile(r"\b(?:TODO|FIXME|XXX|TBD|TKTK)\b(?=[:,;\]\s.!-]|$)")
_NOTE = re.compile(r"\[(?:TODO|FIXME|TK)[^\]]*\]|\b(?:TODO|FIXME):|\bFIXME\b|\bTKTK?\b")
_MISSING = re.compile(r"(?<![\w'’-])(None|undefined|null|NaN|nan|\[object Object\])(?![\w'’-])(?! of\b)")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CHROME = re.compile(
    r"^(?:top|bottom) of page|\b\d+ ?views?\s?\d* ?comments?\b|\bwe use cookies\b|\baccept all cookies\b"
    r"|\bskip to (?:main )?content\b|\bsubscribe to our newsletter\b|\bshare this (?:post|article)\b"
    r"|\benable javascript\b|\blog in to (?:comment|reply)\b|\ball rights reserved\b|^\s*read more\s*$", re.IGNORECASE
)  # fmt: skip
_ENTITY = re.compile(
    r"&(?:amp;)?(?:nbsp|amp|lt|gt|quot|#\d+|#x[0-9a-f]+);|</?(?:p|br|div|span|a|b|i|em|strong)\b[^<>]*>", re.I
)
_ENDED = re.compile(r"[.!?…。！？।۔؟:;\"'’‘“”«»)\]」』]\s*$")
_CAMPAIGN = re.compile(r"utm_|fbclid|gclid|mc_", re.IGNORECASE)


def subject(look: Inspection) -> Hits:
    raw = look.sample.field("subject")
    shown = _decoded(raw)
    if not shown.strip():
        yield "subject-empty", "it is empty", "subject"
        return
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI for char in shown):
        yield "subject-control", "it holds a control or bidirectional character", "subject"
    elif shown != look.rendition.subject:
        yield "subject-differs", f"the header says {shown[:60]!r}", "header Subject"
    yield from _subject_words(look, shown.removeprefix("[test] "))


def _subject_words(look: Inspection, words: str) -> Hits:
    if len(words) > LONGEST_SUBJECT:
        yield "subject-long", f"{len(words)} characters", "subject"
    letters = [char for char in words if char.isalpha() and char.upper() != char.lower()]
    if len(letters) > 9 and sum(char.isupper() for char in letters) > 0.8 * len(letters):
        yield "subject-shouting", words[:60], "subject"
    if look.previous_subject and _same(words) == _same(look.previous_subject):
        yield "subject-repeated", "the last issue had this subject", "subject"
    emoji = _EMOJI.findall(words)
    if len(emoji) > 1 or (emoji and not any(char.isalnum() for char in words)):
        yield "subject-emoji", f"{len(emoji)} emoji", "subject"
    if (found := _OPEN_PLACE.search(words)) and not _quoted(look, found[0]):
        yield "subject-leftover", f"{found[0]!r}", "subject"
    if found := re.search(r"[!?]{3,}|\${2,}|€{2,}|£{2,}|!.*!.*!", words):
        yield "subject-punctuation", f"{found[0][:20]!r}", "subject"
    if re.match(r"(?:re|fwd?|aw|wg|tr|rv)\s*:", words, re.IGNORECASE):
        yield "subject-reply", words[:40], "subject"


def _quoted(look: Inspection, found: str) -> bool:
    """Whether a headline says it: then the subject quotes an article about templates."""
    return any(found in item.title for item in look.issue.items)


def _same(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(value)))
    except (LookupError, UnicodeDecodeError, ValueError):
        return value


def leftovers(look: Inspection) -> Hits:
    """What a template left behind, in either part."""
    nonce = f"zq{look.rendition.boundary.removeprefix('=_')}"
    for name, body in (("html", look.sample.html), ("text", look.sample.text), ("header", _head(look))):
        at = body.lower().find(nonce)
        if at >= 0:
            yield "left-token", f"{body[at : at + 24]!r}", f"{name} line {body.count(chr(10), 0, at) + 1}"
    for name, body in (("html", look.page.text), ("text", look.sample.text)):
        for found in _TEMPLATE.finditer(body):
            if found[0] not in look.issue_words:
                yield "left-template", f"{body[max(0, found.start() - 10) : found.end() + 20]!r}", name
                break
        for found in _TODO.finditer(body):
            if found[0] not in look.issue_words:
                yield "left-todo", f"{found[0]!r}", name
        if "lorem ipsum" in body.lower():
            yield "left-lorem", "lorem ipsum", name
        yield from _missing(look, name, body)


def _head(look: Inspection) -> str:
    return "\n".join(f"{name}: {value}" for name, value in look.sample.fields)


def _missing(look: Inspection, name: str, body: str) -> Hits:
    for found in _MISSING.finditer(body):
        around = body[max(0, found.start() - 12) : found.end() + 12]
        if found[0] not in look.issue_words:
            yield "left-none", f"{found[0]!r} in {around!r}", name
            return


def editor(look: Inspection) -> Hits:
    """What the editor wrote is judged as written; braces in it are a place left open."""
    for name, words in (("introduction", look.issue.intro), ("preheader", look.issue.preheader)):
        if (found := _TEMPLATE.search(words)) and not _quoted(look, found[0]):
            yield "left-template", f"{words[max(0, found.start() - 10) : found.end() + 20]!r}", name
        if found := _TODO.search(words):
            yield "left-todo", f"{words[found.start() : found.end() + 30]!r}", name


def items(look: Inspection) -> Hits:
    issue = look.issue
    if not issue.items:
        yield "item-none", "there are no articles", "issue"
    if len(issue.items) > MOST_ITEMS:
        yield "item-many", f"{len(issue.items)} articles", "issue"
    titles: dict[str, int] = {}
    links: dict[str, int] = {}
    for number, item in enumerate(issue.items, 1):
        place = f"item {number} {item.title[:40]!r}"
        yield from _one(look, item, place)
        same = _same(item.title)
        if same and titles.setdefault(same, number) != number:
            yield "item-repeated-title", f"item {titles[same]} has the same headline", place
        address = _canonical(item.url)
        if address and links.setdefault(address, number) != number:
            yield "item-repeated-link", f"item {links[address]} leads to the same address", place


def _one(look: Inspection, item: Item, place: str) -> Hits:
    title = squeezed(item.title)
    if not title:
        yield "item-title", "it has no title", place
    elif _MISSING.fullmatch(title):
        yield "item-unnamed", f"its title is {title!r}", place
    if len(title) > LONGEST_TITLE:
        yield "item-long-title", f"{len(title)} characters", place
    if not item.summary.strip() and not item.body and "no_fit" not in item.flags:
        yield "item-summary", "neither summary nor text", place
    if not item.url and not item.body:
        yield "item-link", "neither link nor text", place
    if item.published and item.published > look.issue.sending.date + timedelta(days=1):
        yield "date-future", f"it is dated {item.published:%Y-%m-%d}", place
    words = "\n".join([item.summary, *item.body[:3]])
    if found := _CHROME.search(words):
        yield "item-boilerplate", f"{found[0][:40]!r}", place
    if found := _NOTE.search(f"{item.title}\n{words}"):
        yield "left-todo", f"{found[0]!r}", place
    if found := _ENTITY.search(f"{item.title}\n{item.summary}"):
        yield "item-markup", f"{found[0]!r}", place
    if item.summary.strip() and not _ENDED.search(item.summary):
        yield "item-cut", f"it ends in {item.summary[-20:]!r}", place


def _canonical(url: str | None) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    query = urlencode([pair for pair in parse_qsl(parts.query) if not _CAMPAIGN.match(pair[0])])
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{query}"


def dates(look: Inspection) -> Hits:
    """The period's days, where they are printed as UTC's and the digest's zone has others."""
    from digest.render.locale import language

    issue = look.issue
    speaks = language(look.rendition.locale)
    right = speaks.days(issue.period.start, issue.period.end, issue.timezone)
    wrong = speaks.days(issue.period.start, issue.period.end, "UTC")
    if right == wrong:
        return
    for name, body in (("html", look.page.text), ("text", squeezed(look.sample.text))):
        if squeezed(wrong) in body and squeezed(right) not in body:
            yield "date-period", f"{wrong!r} is UTC's; in {issue.timezone} it is {right!r}", name


def theme_notes(look: Inspection) -> Hits:
    for note in look.theme.notes:
        if " on the dark " in note:  # the dark palette is derived, always; only a changed light one is news
            continue
        yield "theme-note", note, "theme"


CHECKS = (subject, leftovers, editor, items, dates, theme_notes)
