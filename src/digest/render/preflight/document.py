"""The document as a whole: head, language and direction, tables, headings, preheader, order, and that it is closed.

Invariant: each function yields hits for one family of ids and looks at nothing else.
"""

from __future__ import annotations

import re
from itertools import pairwise

from digest.render.preflight.page import Node, squeezed
from digest.render.preflight.sample import Hits, Inspection

CLIP, NEAR, HEAVY = 98 * 1024, 80 * 1024, 500 * 1024
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
_OPENING = re.compile(r"<!--\[if [^\]>]*\]>(?:<!-->|<!--->)?")
_MODERN = re.compile(r"<!--\[if (?!!mso)[^\]>]*\]>(?!<!-->).*?<!\[endif\]-->|<!--.*?-->", re.DOTALL)
_OUTLOOK = re.compile(
    r"<!--\[if !mso[^\]>]*\]><!-->.*?<!--<!\[endif\]-->|<!--\[if [^\]>]*\]>|<!\[endif\]-->|<!--.*?-->", re.DOTALL
)
_RAW = re.compile(r"<(style|script|title|xml)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(r"<(/?)([A-Za-z][^\s/>]*)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_TABLE = re.compile(r"<table\b([^>]*)>", re.IGNORECASE)
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LTR = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{5,8})*")


def size(look: Inspection) -> Hits:
    count, wire = len(look.sample.html.encode("utf-8", "replace")), len(look.sample.data)
    if count > CLIP:
        yield "size-clip", f"{count / 1024:.1f} KiB of HTML for {look.sample.address}", "html"
    elif count > NEAR:
        yield "size-near", f"{count / 1024:.1f} KiB of HTML", "html"
    if wire > HEAVY:
        yield "size-message", f"the message has {wire / 1024:.0f} KiB", "message"


def closed(look: Inspection) -> Hits:
    html = look.sample.html
    opened = len(_OPENING.findall(html))
    ended = html.count("<![endif]")
    if opened != ended:
        yield "html-comments", f"{opened} conditional comments begin and {ended} end", "html"
        return
    if at := _unended_comment(html):
        yield "html-comments", "a comment does not end", f"html line {at}"
        return
    for name, view in (("mail programs", _MODERN.sub("", html)), ("Outlook for Windows", _OUTLOOK.sub("", html))):
        wrong = _left_open(_RAW.sub("", view))
        if wrong:
            yield "html-unclosed", f"{wrong} (as {name} read it)", f"html line {_line(html, wrong)}"
            return


def _unended_comment(html: str) -> int:
    """The line of the first comment without an end, or with another inside it, which means the same; 0 for none."""
    at = html.find("<!--")
    while at >= 0:
        end = html.find("-->", at + 2)
        if end < 0 or html.find("<!--", at + 4, end) >= 0:
            return html.count("\n", 0, at) + 1
        at = html.find("<!--", end + 3)
    return 0


def _left_open(html: str) -> str:
    stack: list[str] = []
    for found in _ELEMENT.finditer(html):
        name = found[2].lower()
        if found[1]:
            if not stack or stack[-1] != name:
                return f"</{name}> ends what is not open" if name not in stack else f"<{stack[-1]}> is not closed"
            stack.pop()
        elif name not in _VOID and not found[3].endswith("/"):
            stack.append(name)
    return f"<{stack[-1]}> is not closed" if stack else ""


def _line(html: str, wrong: str) -> int:
    name = re.search(r"</?(\w+)", wrong)
    at = html.rfind(f"<{name[1]}") if name else 0
    return html.count("\n", 0, max(0, at)) + 1


def head(look: Inspection) -> Hits:
    page, start = look.page, look.sample.html[:200].lstrip().lower()
    if not re.match(r"<!doctype html\s*(?:system \"about:legacy-compat\"\s*)?>", start):
        yield "html-doctype", "the document does not begin with <!doctype html>", "html line 1"
    titles = page.all("title")
    if not titles or not squeezed(titles[0].own_text):
        yield "html-title", "there is no title", "html head"
    metas = {(node.attrs.get("name") or node.attrs.get("http-equiv", "")).lower(): node for node in page.all("meta")}
    kind = metas["content-type"].attrs.get("content", "") if "content-type" in metas else ""
    charset = next((node.attrs["charset"] for node in page.all("meta") if "charset" in node.attrs), "") or kind
    if "utf-8" not in charset.lower():
        yield "html-charset", f"the declared encoding is {charset!r}", "html head"
    viewport = metas["viewport"].attrs.get("content", "").replace(" ", "").lower() if "viewport" in metas else ""
    if "width=device-width" not in viewport:
        yield "html-viewport", "there is no viewport for phones", "html head"
    elif re.search(r"user-scalable=(?:no|0)|maximum-scale=1(?:\.0*)?(?:,|$)", viewport):
        yield "html-viewport", "the reader may not zoom", "html head"
    for name in ("color-scheme", "supported-color-schemes"):
        if name not in metas:
            yield "html-color-scheme", f"<meta name={name!r}> is missing", "html head"
    if "refresh" in metas or page.all("base"):
        yield "html-refresh", "the head holds a refresh or a base", "html head"


def language(look: Inspection) -> Hits:
    wrappers = [node for node in look.page.nodes if node.attrs.get("role") == "article"][:1]
    expected = look.rendition.locale.split("-")[0].lower()
    for node in [*look.page.all("html"), *wrappers]:
        lang, direction = node.attrs.get("lang", "").strip(), node.attrs.get("dir", "").strip().lower()
        if not lang or lang.lower().startswith("und") or not _TAG.fullmatch(lang):
            yield "html-lang", f"lang is {lang!r}", node.place[:60]
        elif lang.split("-")[0].lower() != expected:
            yield "html-lang", f"lang is {lang!r}, the issue is rendered in {look.rendition.locale!r}", node.place[:60]
        if direction != look.rendition.direction:
            yield "html-dir", f"dir is {direction!r}, not {look.rendition.direction!r}", node.place[:60]


def directions(look: Inspection) -> Hits:
    """Runs of the other direction; `dir="auto"` lets the reader's program decide, which is right."""
    for node in look.page.nodes:
        if node.hidden or node.tag in ("title", "style") or not node.shown:
            continue
        text = node.own_text
        right = len(_RTL.findall(text)) if not text.isascii() else 0
        left = len(_LTR.findall(text))
        if node.direction in ("ltr", "") and right > 9 and right > 2 * left:
            yield "rtl-text", f"right-to-left text in an element that says {node.direction or 'nothing'}", node.place
        elif node.direction == "rtl" and left > 40 and left > 4 * right and not _isolated(node):
            yield "rtl-text", "left-to-right text in an element that says rtl", node.place


def _isolated(node: Node) -> bool:
    """The email's own sentences hold names and addresses; only whole paragraphs are worth a word."""
    return node.tag in ("a", "span") or len(node.own_text) < 80


def passages(look: Inspection) -> Hits:
    titles = {squeezed(item.title): item for item in look.issue.items}
    mine = look.rendition.locale.split("-")[0].lower()
    for node in look.page.all("h1", "h2", "h3", "h4"):
        item = titles.get(node.text)
        if item is None or not item.language or item.language.split("-")[0].lower() in (mine, "und", ""):
            continue
        if node.lang.split("-")[0].lower() != item.language.split("-")[0].lower():
            yield "lang-part", f"{item.title[:40]!r} is {item.language}, and marked {node.lang!r}", node.place


def tables(look: Inspection) -> Hits:
    for node in look.page.all("table"):
        if node.attrs.get("role") not in ("presentation", "none"):
            headed = any(inner.tag == "th" for inner in node.inside())
            if not headed:
                yield "table-role", "a layout table without role=presentation", node.place
    for comment in re.findall(r"<!--\[if [^\]]*\]>(.*?)<!\[endif\]-->", look.sample.html, re.DOTALL):
        for attributes in _TABLE.findall(comment):
            if not re.search(r"role=[\"']?(?:presentation|none)", attributes):
                yield "table-role", "a table for Outlook without role=presentation", f"html, <table{attributes[:60]}>"


def headings(look: Inspection) -> Hits:
    found = look.page.visible("h1", "h2", "h3", "h4", "h5", "h6")
    first = [node for node in found if node.tag == "h1"]
    if not first:
        yield "heading-none", "there is no h1", "html body"
    for node in first[1:]:
        yield "heading-many", "a second h1", node.place
    level = 0
    for node in found:
        if not node.name:
            yield "heading-empty", f"an empty {node.tag}", node.place
        here = int(node.tag[1])
        if here > level + 1 and (level or first):
            yield "heading-order", f"{node.tag} follows {f'h{level}' if level else 'nothing'}", node.place
        level = here
    seen: set[str] = set()
    for node in look.page.nodes:
        own = node.attrs.get("id")
        if own and own in seen:
            yield "html-id", f"the id {own!r} stands twice", node.place
        seen.add(own or "")


def preheader(look: Inspection) -> Hits:
    words = squeezed(look.issue.preheader)
    hidden = next((node for node in look.page.nodes if node.hidden and node.tag in ("div", "span", "p")
                   and (not node.parent or not node.parent.hidden) and squeezed(node.own_text)), None)  # fmt: skip
    shown = bool(words) and words in look.page.text
    if shown and not any(words in squeezed(f"{item.title} {item.summary}") for item in look.issue.items):
        yield "preheader-visible", "the preheader shows in the text", "preheader"
    elif hidden is not None and "mso-hide" not in hidden.attrs.get("style", ""):
        yield "preheader-visible", "Outlook for Windows shows it: mso-hide:all is missing", hidden.place[:80]
    if not words or (hidden is None and not shown):
        yield "preheader-missing", "there is no preheader", "preheader"
    elif not 40 <= len(words) <= 130:
        yield "preheader-length", f"it has {len(words)} characters", "preheader"
    if words and words.casefold() == squeezed(look.issue.subject).casefold():
        yield "preheader-same", "it repeats the subject", "preheader"


def order(look: Inspection) -> Hits:
    places = []
    text = look.page.text
    for number, item in enumerate(look.issue.items, 1):
        title = squeezed(item.title)
        at = [node.order for node in look.page.all("h1", "h2", "h3", "h4") if node.text == title] if title else []
        if len(at) == 1 and text:
            places.append((at[0], number))
    wrong = next((b for a, b in pairwise(places) if b[0] < a[0]), None)
    if wrong:
        yield "reading-order", f"item {wrong[1]} stands before the item it follows in the issue", f"item {wrong[1]}"


CHECKS = (closed, head, language, directions, passages, tables, headings, preheader, order)
