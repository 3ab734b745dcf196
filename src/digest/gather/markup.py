"""HTML from outside as safe HTML, as plain paragraphs, and as candidate images. Pure.

Does not fetch and does not decide what is the article: it takes one fragment and keeps what a reader would see.
Invariant: the HTML that leaves here holds only allow-listed elements and attributes with absolute http(s) or mailto
addresses; the text holds no script, style or hidden words, and its paragraphs are separated by one blank line.

Why this way: three ways lead to the same HTML, and which one a fragment takes depends on nothing but its own words.
Tags in good order are read in one pass (`wellformed`); else, where nothing hides, nh3 alone mends and cleans it (50
microseconds for 4 KB); else it is first read into a tree (another 120), because the attributes that hide a part do not
survive sanitising. nh3 then comes last, so that nothing after it can put back what it took out.
"""

from __future__ import annotations

import html as html_entities
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from digest.gather.allowed import TAGS, sanitiser
from digest.gather.hiding import WORDS as HIDING_WORDS
from digest.gather.hiding import is_hidden, may_hide, without_embedded
from digest.gather.pictures import is_lead_image as is_lead_image  # pages and files look for them here
from digest.gather.pictures import picture_of
from digest.gather.pictures import pixels as pixels
from digest.gather.prose import text_of
from digest.gather.urls import http_url
from digest.gather.wellformed import read_in_order
from digest.gather.words import clean_line, clean_text, cleared
from digest.model import Image

MAX_HTML_CHARS = 2_000_000
_UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object", "embed",
     "applet", "form", "select", "option", "textarea", "button", "input", "svg", "math", "canvas", "audio",
     "video", "map", "frameset", "dialog", "nav", "noembed", "noframes", "xml", "plaintext", "datalist", "base",
     "param", "source", "track"]
)  # fmt: skip
# Boundaries that a reader sees and that the allow-list does not know: they become <div>, or their words would be glued.
_OTHER_BLOCKS = frozenset(
    ["address", "article", "aside", "center", "details", "fieldset", "footer", "header", "legend", "main", "section",
     "summary"]
)  # fmt: skip
# Elements whose tags alone are taken out, and two that nh3 takes out with what is in them.
_HARMLESS = TAGS | {"big", "dfn", "font", "label", "samp", "strike", "time", "tt", "var", "wbr", "script", "style"}
_TAG = re.compile(r"<[^>\"]*(?:\"[^\"]*\"[^>\"]*)*>")
_TAG_NAME = re.compile(r"<([a-z][\w:.-]*)")
_PLAIN = "A-Za-z0-9._~%+,-"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,250}(?=/|$)")
_PATH = re.compile(rf"/(?!/)[{_PLAIN}/]{{0,2000}}(?:[?][{_PLAIN}=&]{{1,2000}})?")
_ABSOLUTE = re.compile(_ORIGIN.pattern.removesuffix("(?=/|$)") + _PATH.pattern)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_IMAGE_TAG = re.compile(r"<img(?: [a-z]+=\"[^\"]*\")*>")
_NO_END = re.compile(r"<(?:source|track)\b[^<>]*>", re.I)  # libxml2 2.14 knows neither: the picture would be within
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile(r"<[a-zA-Z!/][^>]*>|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]{1,30});")


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of HTML, cleaned: `html` for mailing, `text` for reading and measuring, `images` in document order."""

    html: str
    text: str
    images: tuple[Image, ...] = ()


def looks_like_html(text: str) -> bool:
    """Whether there is a tag or an entity in it; plain prose with a lone `<` or `&` is not HTML."""
    return _MARKUP.search(text) is not None


def clean_fragment(source: str, base: str | None = None) -> Fragment:
    """Sanitised HTML and its text. Relative addresses are resolved against `base`, or dropped without one."""
    source = source[:MAX_HTML_CHARS]
    if not source.strip():
        return Fragment("", "")
    in_order = read_in_order(source, base)
    if in_order is None and len(rest := without_embedded(source)) < len(source):
        source = rest
        in_order = read_in_order(source, base)
    if in_order is not None:
        html, text, images = in_order
        return Fragment(html, text_of(html) if text is None else text, tuple(images[:50]))
    return _clean_with_care(source, base)


def _clean_with_care(source: str, base: str | None) -> Fragment:
    html = _sanitise_at_once(source, base)
    if html is None:
        html = _sanitise_by_tree(source, base)
    if html is None:
        text = clean_text(_MARKUP.sub(" ", source))
        return Fragment(paragraphs_html(text), text)
    return Fragment(html, text_of(html), _images_of(html))


def address(text: str | None, base: str | None = None) -> str | None:
    """`http_url`, without its work where nothing is odd: most addresses are absolute, or a path on the same host."""
    if not text:
        return None
    if _ABSOLUTE.fullmatch(text):
        return text
    if base and "/." not in text and _PATH.fullmatch(text):
        origin = _ORIGIN.match(base)
        if origin:
            return origin[0] + text
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return None
    return http_url(text, base)


def plain_fragment(text: str) -> Fragment:
    """Plain text in the same shape: its paragraphs, and the same as escaped HTML."""
    cleaned = clean_text(text)
    return Fragment(paragraphs_html(cleaned), cleaned)


def paragraphs_html(text: str) -> str:
    """Paragraphs separated by blank lines, as escaped `<p>` elements."""
    parts = [html_entities.escape(part, quote=False).replace("\n", "<br>") for part in text.split("\n\n") if part]
    return "\n".join(f"<p>{part}</p>" for part in parts)


def line_of(source: str, *, is_html: bool, max_chars: int = 500) -> str:
    """A title or a name: markup out, entities resolved, one clean line."""
    text = source[: max_chars * 20]
    if is_html and "<" in text and looks_like_html(text):
        text = clean_fragment(text).text
    elif is_html and "&" in text:
        text = html_entities.unescape(text)
    return clean_line(text, max_chars=max_chars)


def _sanitise_at_once(source: str, base: str | None) -> str | None:
    """Through nh3 alone; None when there is something in it that needs a closer look."""
    lowered = source.lower()
    if not _HARMLESS.issuperset(_TAG_NAME.findall(lowered)) or _may_hide(lowered):
        return None
    try:
        html = cleared(sanitiser(base).clean(source)).strip()
    except UnicodeEncodeError:  # half of a surrogate pair, as JSON may hold it
        return None
    # A picture that lost its address may have another one, under a name that only the tree can tell.
    return html if "<img" not in html or html.count("<img") == html.count(' src="http') else None


def _may_hide(lowered: str) -> bool:
    return any(word in lowered for word in HIDING_WORDS) and may_hide("".join(_TAG.findall(lowered)))


def _sanitise_by_tree(source: str, base: str | None) -> str | None:
    root = _parse(source)
    if root is None:
        return None
    _drop_unseen(root)
    for element in root.iter(*_OTHER_BLOCKS):
        element.tag = "div"
    _resolve(root, base)
    return _sanitise(root)


def _parse(source: str) -> Any:
    from lxml import etree

    visible = _NO_END.sub("", _UNREADABLE.sub("", source))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(b"<div>" + visible.encode("utf-8") + b"</div>", parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _drop_unseen(root: Any) -> None:
    doomed = [element for element in root.iter(*_UNSEEN) if element is not root]
    doomed += [element for element in _with_reasons()(root) if is_hidden(element.attrib)]
    for element in doomed:
        parent = element.getparent()
        if parent is not None:
            _keep_tail(element, parent)
            parent.remove(element)


@lru_cache(maxsize=1)
def _with_reasons() -> Any:
    from lxml import etree

    return etree.XPath(".//*[@hidden or @style or @class]")


def _keep_tail(element: Any, parent: Any) -> None:
    if not element.tail:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + element.tail
    else:
        parent.text = (parent.text or "") + element.tail
    element.tail = None


def _resolve(root: Any, base: str | None) -> None:
    for element in root.iter("a", "img", "blockquote", "q"):
        for name in ("href", "src", "cite"):
            value = element.get(name)
            if value is None:
                continue
            if name == "src" and value.startswith("data:"):
                value = element.get("data-src") or ""
            url = address(value, base)
            if url is not None:
                element.set(name, url)
            elif not value.strip().lower().startswith("mailto:"):
                del element.attrib[name]
    for image in [image for image in root.iter("img") if not image.get("src")]:
        lazy = http_url(image.get("data-src") or image.get("data-lazy-src") or "", base)
        if lazy:
            image.set("src", lazy)
        else:
            image.tag = "span"


def _sanitise(root: Any) -> str:
    from lxml import etree

    body = root.find("body")
    node = body if body is not None else root
    inner = html_entities.escape(node.text or "", quote=False) + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in node
    )
    cleaned = sanitiser(None).clean(inner).strip()
    if cleaned.startswith("<div>") and cleaned.endswith("</div>") and cleaned.count("<div") == 1:
        cleaned = cleaned[5:-6].strip()
    return cleaned


def _images_of(html: str) -> tuple[Image, ...]:
    tags = [tag for tag in _IMAGE_TAG.findall(html) if ' src="h' in tag.lower()] if "<img" in html else []
    return tuple(map(picture_of, tags[:50]))
