"""Two hundred and more named defects, each put into a clean issue the way it happens in life, with the id that must
find it.

Three places to spoil: what an editor or a source wrote (the issue is rendered again), what a template made (the pieces
of the rendition are changed), and what goes over the wire (the bytes of a filled message).
"""

# ruff: noqa: E501 - a table is read by rows
from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from hashlib import md5, sha256
from typing import Any

from render_samples import ADA, THEME, issue, item, sending

from digest.model import Issue, Item, Mailbox, Message, Recipient
from digest.render import Part, Rendition, render_issue
from digest.render.segments import Fill, Piece, Switch, merged

CLEAN_ITEMS = (
    item(1, title="Boat number one is dry again"),
    item(2, title="A rope is spliced in the dark", image=None),
    item(3, title="The lighthouse gets a smaller lamp"),
    item(4, title="Tar, and how to get it off again", image=None, comments=None),
)


@dataclass(frozen=True)
class Case:
    """What `preflight` is given."""

    issue: Issue
    rendition: Rendition
    samples: tuple[Recipient | Message, ...] = (ADA,)
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Defect:
    name: str
    found_as: str
    spoil: Callable[[Case], Case]


@lru_cache(maxsize=4)
def clean_case(locale: str = "en") -> Case:
    return _rendered(issue(*CLEAN_ITEMS), locale)


def _rendered(value: Issue, locale: str = "en") -> Case:
    rendition = render_issue(value, theme=THEME, locale=locale)
    return Case(value, replace(rendition, rich=Part(rendition.rich.encoding, _mailed(rendition.rich.pieces))))


def _mailed(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Without the blocks that tell a mail from the web page: what everybody is mailed, as one text to spoil."""
    out: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, Switch) or (piece.condition.kind, piece.condition.argument) != ("has", "address"):
            out.append(piece)
        elif not piece.condition.negated:
            out += _mailed(piece.pieces)
    return tuple(merged(out)) if all(isinstance(piece, (str, Fill)) for piece in out) else tuple(out)


# -- ways to spoil ----------------------------------------------------------------------------------------------------


def _swap(pieces: tuple[Piece, ...], old: str | re.Pattern[str], new: str, count: int) -> tuple[Piece, ...]:
    done = 0
    out: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and (count == 0 or done < count):
            pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
            piece, made = pattern.subn(lambda found: found.expand(new) if isinstance(old, re.Pattern) else new, piece,
                                       count=max(0, count - done) if count else 0)  # fmt: skip
            done += made
        out.append(piece)
    assert done, f"nothing to spoil: {old!r}"
    return tuple(out)


def html(old: str | re.Pattern[str], new: str, count: int = 1) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        part = case.rendition.rich
        changed = Part(part.encoding, _swap(part.pieces, old, new, count))
        return replace(case, rendition=replace(case.rendition, rich=changed))

    return spoil


def plain(old: str | re.Pattern[str], new: str, count: int = 1) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        part = case.rendition.plain
        changed = Part(part.encoding, _swap(part.pieces, old, new, count))
        return replace(case, rendition=replace(case.rendition, plain=changed))

    return spoil


def no_text(case: Case) -> Case:
    return replace(case, rendition=replace(case.rendition, plain=Part("quoted-printable", ("\n",))))


def unfilled(what: str, part: str = "rich") -> Callable[[Case], Case]:
    """The slots of a part become the fixed text `what`."""

    def spoil(case: Case) -> Case:
        pieces = getattr(case.rendition, part).pieces
        assert any(isinstance(piece, Fill) and piece.slot == "unsubscribe_url" for piece in pieces)
        made = tuple(what if isinstance(piece, Fill) and piece.slot == "unsubscribe_url" else piece for piece in pieces)
        changed = Part(getattr(case.rendition, part).encoding, made)
        return replace(case, rendition=replace(case.rendition, **{part: changed}))

    return spoil


def only_a_picture(case: Case) -> Case:
    """The template shows a poster and the way out."""
    head = "".join(piece for piece in case.rendition.rich.pieces if isinstance(piece, str)).split("<body")[0]
    leave = next(piece for piece in case.rendition.rich.pieces if getattr(piece, "slot", "") == "unsubscribe_url")
    pieces = (f'{head}<body><h1><img {_GOOD}></h1><a href="', leave, '">Unsubscribe</a></body></html>')
    return replace(case, rendition=replace(case.rendition, rich=Part("quoted-printable", pieces)))


def header(old: str | re.Pattern[str], new: str) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        data = case.rendition.fill(ADA).data
        head, rest = data.split(b"\r\n\r\n", 1)
        text = head.decode() + "\r\n"
        pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
        changed, made = pattern.subn(lambda _: new, text, count=1)
        assert made, f"nothing to spoil: {old!r}"
        return _as_message(case, changed.removesuffix("\r\n").encode() + b"\r\n\r\n" + rest)

    return spoil


def wire(old: bytes, new: bytes) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        data = case.rendition.fill(ADA).data
        assert old in data, f"nothing to spoil: {old!r}"
        return _as_message(case, data.replace(old, new, 1))

    return spoil


def _as_message(case: Case, data: bytes) -> Case:
    return replace(case, samples=(Message(1, "digest@harbour.example", ADA.address, data, "m7@harbour.example"),))


def drop(name: str) -> Callable[[Case], Case]:
    return header(re.compile(rf"^{name}:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.MULTILINE | re.IGNORECASE), "")


def words(**changes: Any) -> Callable[[Case], Case]:
    """Other words in the issue, rendered again."""
    return lambda case: _rendered(replace(case.issue, **changes))


def entry(number: int = 1, **changes: Any) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        items = list(case.issue.items)
        items[number] = replace(items[number], **changes)
        return _rendered(replace(case.issue, items=tuple(items)))

    return spoil


def items(*made: Item) -> Callable[[Case], Case]:
    return lambda case: _rendered(replace(case.issue, items=made))


def subject(text: str) -> Callable[[Case], Case]:
    return words(subject=text)


def given(**more: Any) -> Callable[[Case], Case]:
    return lambda case: replace(case, more=more)


def in_words(locale: str, *steps: Callable[[Case], Case]) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        made = _rendered(case.issue, locale)
        for step in steps:
            made = step(made)
        return made

    return spoil


def both(*steps: Callable[[Case], Case]) -> Callable[[Case], Case]:
    def spoil(case: Case) -> Case:
        for step in steps:
            case = step(case)
        return case

    return spoil


# -- fragments --------------------------------------------------------------------------------------------------------

_UNDER = "Two winters on the slip"  # in every summary
_BYLINE = '<span class="dg-two" dir="auto">By Nell Byrne</span>'
_BIG = "<!-- " + "x" * 1000 + " -->"


def after(fragment: str) -> Callable[[Case], Case]:
    """`fragment` stands at the end of the first row's summary."""
    return html(re.compile(r"(almost the right blue\.)"), r"\1 " + fragment)


def block(fragment: str) -> Callable[[Case], Case]:
    """`fragment` stands as a block of its own before the label "More in this issue"."""
    return html('<div class="dg-line"', fragment + '<div class="dg-line"')


def css(rules: str) -> Callable[[Case], Case]:
    return html("</head>", f"<style>{rules}</style></head>")


def image(attributes: str) -> Callable[[Case], Case]:
    return block(f"<img {attributes}>")


_GOOD = 'src="https://harbour.example/x.jpg" alt="A pier" width="300" style="height:auto;width:300px"'


def _good(**changes: str) -> str:
    out = _GOOD
    for name, value in changes.items():
        out = re.sub(rf' ?{name}="[^"]*"', f" {value}" if value else "", " " + out).strip()
    return out


_LINK = "display:inline-block;padding:11px 0;color:#0b57d0"


def link(href: str, text: str = "The tide tables of the bay", more: str = "") -> Callable[[Case], Case]:
    return block(f'<p style="font-size:16px;line-height:24px"><a href="{href}" style="{_LINK}"{more}>{text}</a></p>')


# -- the list ---------------------------------------------------------------------------------------------------------

_TABLE: tuple[tuple[str, str, Callable[[Case], Case]], ...] = (
    # size
    ("a template that grew to 110 KiB", "size-clip", block(_BIG * 110)),
    ("an inline comment of 99 KiB", "size-clip", block("<!-- " + "y" * 101_400 + " -->")),
    ("85 KiB of HTML", "size-near", block(_BIG * 70)),
    ("a plain part of half a megabyte", "size-message", plain("1. ", "word\n" * 110_000 + "1. ")),
    # the document
    ("a conditional comment that never ends", "html-comments", html("<![endif]--></td></tr></tbody>", "</td></tr></tbody>")),
    ("an end without its condition", "html-comments", block("<![endif]-->")),
    ("a comment that never ends", "html-comments", block("<!-- forgotten")),
    ("a table opened for Outlook only", "html-unclosed", block("<!--[if mso | IE]><table role=\"presentation\"><tr><td><![endif]-->")),
    ("a div that is not closed", "html-unclosed", block("<div>")),
    ("one </td> too many", "html-unclosed", block("</td>")),
    ("misnested inline tags", "html-unclosed", after("<b><i>blue</b></i>")),
    ("no doctype", "html-doctype", html("<!doctype html>", "")),
    ("a doctype of quirks mode", "html-doctype", html("<!doctype html>", '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN">')),
    ("no title", "html-title", html(re.compile("<title>.*?</title>"), "")),
    ("an empty title", "html-title", html(re.compile("<title>.*?</title>"), "<title> </title>")),
    ("no charset", "html-charset", html('<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">', "")),
    ("a wrong charset", "html-charset", html("charset=UTF-8", "charset=iso-8859-1")),
    ("no viewport", "html-viewport", html('<meta name="viewport" content="width=device-width, initial-scale=1">', "")),
    ("zooming forbidden", "html-viewport", html("initial-scale=1", "initial-scale=1, user-scalable=no")),
    ("no color-scheme", "html-color-scheme", html('<meta name="color-scheme" content="light dark" />', "")),
    ("no supported-color-schemes", "html-color-scheme", html('<meta name="supported-color-schemes" content="light dark" />', "")),
    ("no lang at all", "html-lang", html('lang="en"', "", 0)),
    ("lang und", "html-lang", html('lang="en"', 'lang="und"', 0)),
    ("lang of a country's name", "html-lang", html('lang="en"', 'lang="english_uk"', 0)),
    ("another language than the rendition's", "html-lang", html('lang="en"', 'lang="fr"', 0)),
    ("no dir on html", "html-dir", html('<html lang="en" dir="ltr"', '<html lang="en"')),
    ("no dir on the wrapper", "html-dir", html('role="article" lang="en" dir="ltr"', 'role="article" lang="en"')),
    ("right to left by mistake", "html-dir", html('<html lang="en" dir="ltr"', '<html lang="en" dir="rtl"')),
    ("an Arabic issue marked ltr", "html-dir", in_words("ar", html('dir="rtl"', 'dir="ltr"', 0))),
    ("one id twice", "html-id", block('<p id="top">a</p><p id="top">b</p>')),
    # language and direction
    ("an Arabic sentence in a left-to-right paragraph", "rtl-text", block('<p style="font-size:16px">هذه جملة طويلة بالعربية داخل نص إنجليزي.</p>')),
    ("a Hebrew heading without dir", "rtl-text", html("A rope is spliced in the dark", "החבל נשזר בחושך ליד המגדלור")),
    ("a German article without its lang", "lang-part", both(entry(1, language="de", title="Ein Seil wird im Dunkeln gespleißt"), html(' lang="de"', "", 0))),
    ("a Hindi article without its lang", "lang-part", both(entry(2, language="hi", title="एक छोटी लालटेन"), html(' lang="hi"', "", 0))),
    # tables
    ("a layout table without a role", "table-role", html('<table role="presentation"', "<table")),
    ("a table for Outlook without a role", "table-role", html('cellspacing="0" role="presentation" bgcolor="#ffffff"', 'cellspacing="0" bgcolor="#ffffff"')),
    ("every role gone", "table-role", html(' role="presentation"', "", 0)),
    # headings
    ("no h1", "heading-none", html(re.compile("<(/?)h1"), r"<\1div", 0)),
    ("no heading at all", "heading-none", html(re.compile("<(/?)h[12]"), r"<\1div", 0)),
    ("two h1", "heading-many", block("<h1 style=\"font-size:20px\">Another first</h1>")),
    ("h1 to h4", "heading-order", html(re.compile("<(/?)h2"), r"<\1h4", 0)),
    ("h2 before h1", "heading-order", html(re.compile('<h1 class'), "<h2 style=\"font-size:20px\">Before the first</h2><h1 class")),
    ("an empty heading", "heading-empty", block("<h2></h2>")),
    ("a heading of a blank", "heading-empty", block("<h2>&nbsp;</h2>")),
    # preheader
    ("no preheader", "preheader-missing", words(preheader="")),
    ("a preheader of blanks", "preheader-missing", html("Everything that came ashore this week, and what it was doing out there.", " ")),
    ("a preheader that shows", "preheader-visible", html("display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all", "font-size:16px")),
    ("a preheader repeated in the text", "preheader-visible", block("<p style=\"font-size:16px\">Everything that came ashore this week, and what it was doing out there.</p>")),
    ("a preheader that Outlook shows", "preheader-visible", html(";mso-hide:all", "")),
    ("a preheader of two words", "preheader-length", words(preheader="New boats")),
    ("a preheader of two hundred characters", "preheader-length", words(preheader="word " * 40)),
    ("a preheader that is the subject", "preheader-same", words(preheader="Boats, ropes and a very small lighthouse")),
    # order
    ("rows in another order than the text", "reading-order", both(
        html("A rope is spliced in the dark", "@@"), html("The lighthouse gets a smaller lamp", "A rope is spliced in the dark"),
        html("@@", "The lighthouse gets a smaller lamp"))),
    # images
    ("a picture over http", "image-https", html("https://harbour.example/img/1.jpg", "http://harbour.example/img/1.jpg")),
    ("an own http picture", "image-https", image(_good(src='src="http://pictures.example/a.png"'))),
    ("a data: picture", "image-embedded", image(_good(src='src="data:image/png;base64,iVBORw0KGgo="'))),
    ("a cid: picture", "image-embedded", image(_good(src='src="cid:logo@x"'))),
    ("a relative picture", "image-embedded", image(_good(src='src="/img/a.png"'))),
    ("a file: picture", "image-embedded", image(_good(src='src="file:///c:/a.png"'))),
    ("a picture without src", "image-embedded", image(_good(src=""))),
    ("no alt", "image-alt", image(_good(alt=""))),
    ("the hero's alt lost", "image-alt", html(' alt="A blue boat on trestles"', "")),
    ("an empty alt on a picture that alone is the link", "link-empty", block('<a href="https://harbour.example/x"><img src="https://harbour.example/x.jpg" alt="" width="300" height="200"></a>')),
    ("alt is a file name", "image-alt-poor", image(_good(alt='alt="IMG_2034.JPG"'))),
    ("alt says image", "image-alt-poor", image(_good(alt='alt="image"'))),
    ("alt of 400 characters", "image-alt-poor", image(_good(alt=f'alt="{"word " * 80}"'))),
    ("no width", "image-size", image('src="https://harbour.example/x.jpg" alt="A pier"')),
    ("width only in CSS", "image-size", image('src="https://harbour.example/x.jpg" alt="A pier" style="width:300px;height:auto"')),
    ("neither height nor auto", "image-size", image('src="https://harbour.example/x.jpg" alt="A pier" width="300"')),
    ("wider than the mail", "image-wide", image(_good(width='width="1200"'))),
    ("forty pictures", "image-many", block(f"<img {_GOOD}>" * 40)),
    ("an SVG", "image-format", image(_good(src='src="https://harbour.example/x.svg"'))),
    ("an AVIF", "image-format", image(_good(src='src="https://harbour.example/x.avif?w=3"'))),
    ("a HEIC from a phone", "image-format", image(_good(src='src="https://harbour.example/x.HEIC"'))),
    ("one big picture and no words", "image-only", only_a_picture),
    ("a picture of 3 MB", "image-heavy", given(image_bytes={"https://harbour.example/img/1.jpg": 3_000_000})),
    ("pictures of 1.5 MB together", "image-heavy", given(image_bytes={f"https://harbour.example/img/{n}.jpg": 750_000 for n in (1, 3)})),
    ("pictures of unknown weight", "image-bytes", given(image_bytes={})),
    ("a pixel that counts openings", "image-pixel", image('src="https://count.example/o.gif" alt="" width="1" height="1"')),
    ("a hidden pixel", "image-pixel", image('src="https://count.example/o.gif?u=7" alt="" width="1" height="1" style="display:none"')),
    # links
    ("javascript:", "link-scheme", link("javascript:void(0)")),
    ("a link to #", "link-scheme", link("#")),
    ("an empty href", "link-scheme", link("")),
    ("a relative link", "link-scheme", link("/boats/7")),
    ("a link without scheme", "link-scheme", link("www.harbour.example/boats")),
    ("a link with a blank in it", "link-scheme", link("https://harbour.example/a boat")),
    ("a doubled scheme", "link-scheme", link("https://https://harbour.example/a")),
    ("mailto without an address", "link-scheme", link("mailto:")),
    ("ftp", "link-scheme", link("ftp://harbour.example/a")),
    ("a plain http link", "link-plain-http", link("http://harbour.example/a")),
    ("a link without words", "link-empty", link("https://harbour.example/a", "")),
    ("a link of a no-break space", "link-empty", link("https://harbour.example/a", "&nbsp;")),
    ("click here", "link-vague", link("https://harbour.example/a", "Click here")),
    ("read more", "link-vague", link("https://harbour.example/a", "Read more »")),
    ("here", "link-vague", link("https://harbour.example/a", "here")),
    ("mehr", "link-vague", link("https://harbour.example/a", "Mehr lesen")),
    ("two neighbours to one place", "link-repeated", block('<p style="font-size:16px;line-height:24px"><a href="https://harbour.example/q" style="color:#0b57d0">The quay</a> <a href="https://harbour.example/q" style="color:#0b57d0">The quay plan</a></p>')),
    ("a picture and its caption as two links", "link-repeated", block(f'<p style="font-size:16px;line-height:24px"><a href="https://harbour.example/q"><img {_GOOD}></a><a href="https://harbour.example/q" style="color:#0b57d0">A pier</a></p>')),
    ("the same words to two places", "link-ambiguous", both(link("https://harbour.example/q"), link("https://harbour.example/r"))),
    ("the reader's address in a link", "link-private", link("https://harbour.example/a?who=ada@mail.example")),
    ("the reader's address, encoded", "link-private", link("https://harbour.example/a?who=ada%40mail.example")),
    ("a hash of the reader's address", "link-private", link("https://harbour.example/a?h=" + md5(b"ada@mail.example").hexdigest())),
    ("the reader's token on another link", "link-private", link("https://harbour.example/a?t=AQEtoken_-7")),
    ("the reader's address in a picture", "link-private", image(_good(src='src="https://harbour.example/x.gif?e=ada%40mail.example"'))),
    ("a link that says another site", "link-spoof", link("https://elsewhere.example/a", "https://bank.example/login")),
    ("a link that says www of another site", "link-spoof", link("https://elsewhere.example/a", "www.harbour.example")),
    ("bit.ly", "link-shortener", link("https://bit.ly/3xYz")),
    ("tinyurl", "link-shortener", link("https://tinyurl.com/abc")),
    ("localhost", "link-local", link("http://localhost:8000/a")),
    ("a private address", "link-local", link("https://192.168.1.4/a")),
    ("a staging host", "link-local", link("https://staging.harbour.example/a")),
    ("a link of 3,000 characters", "link-long", link("https://harbour.example/" + "a" * 3000)),
    ("fbclid", "link-tracking", link("https://harbour.example/a?fbclid=IwAR0")),
    ("mc_eid", "link-tracking", entry(1, url="https://harbour.example/b?mc_eid=77aa")),
    ("utm twice", "link-tracking", link("https://harbour.example/a?utm_source=x&amp;utm_source=y")),
    # unsubscribing
    ("no unsubscribe link", "unsubscribe-missing", html(re.compile(r'<a class="dg-mute" href="$'), '<span title="')),
    ("unsubscribe only in a comment", "unsubscribe-missing", both(unfilled("https://harbour.example/members"), html(">Unsubscribe<", ">Members<"))),
    ("unsubscribe in 1 px", "unsubscribe-hidden", html("display:inline-block;padding:11px 0;color:#556170;text-decoration:underline", "font-size:1px;color:#556170")),
    ("unsubscribe not displayed", "unsubscribe-hidden", html("display:inline-block;padding:11px 0;color:#556170;text-decoration:underline", "display:none")),
    ("unsubscribe in the colour of the paper", "unsubscribe-hidden", html("display:inline-block;padding:11px 0;color:#556170;text-decoration:underline", "color:#eef1f5")),
    ("unsubscribe without words", "unsubscribe-hidden", html(">Unsubscribe<", "><")),
    ("unsubscribe goes to #", "unsubscribe-dead", unfilled("#")),
    ("unsubscribe without its token", "unsubscribe-dead", unfilled("https://mail.harbour.example/u/")),
    ("unsubscribe with somebody else's token", "unsubscribe-dead", unfilled("https://mail.harbour.example/u/AQEsomebody")),
    ("unsubscribe with a place left open", "unsubscribe-dead", unfilled("https://mail.harbour.example/u/{token}")),
    # contrast
    ("light grey words", "contrast-light", html("color:#556170;font-size:14px;line-height:20px;text-align:left\"><span", "color:#b0b8c0;font-size:14px;line-height:20px;text-align:left\"><span")),
    ("grey on grey block", "contrast-light", block('<p style="font-size:16px;background-color:#888888;color:#666666">Words on grey</p>')),
    ("yellow words", "contrast-light", block('<p style="font-size:16px;color:#ffdd00">Words in yellow</p>')),
    ("a named colour", "contrast-light", block('<p style="font-size:16px;color:silver">Words in silver</p>')),
    ("rgb() words", "contrast-light", block('<p style="font-size:16px;color:rgb(200,200,200)">Words in rgb</p>')),
    ("a pale button", "contrast-light", html("background:#0b57d0;color:#ffffff", "background:#9ec5fe;color:#ffffff")),
    ("bgcolor and font colour", "contrast-light", block('<table role="presentation"><tr><td bgcolor="#dddddd"><font color="#aaaaaa" style="font-size:16px">Words</font></td></tr></table>')),
    ("dark words without a dark rule", "contrast-dark", html(re.compile(r'<h2 class="dg-text" ([^>]*)><a class="dg-text dg-tap"'), r'<h2 \1><a')),
    ("a summary without its class", "contrast-dark", html('<p class="dg-text dg-under"', "<p")),
    ("dark muted too dark", "contrast-dark", html(".dg-mute { color: #a9b2be", ".dg-mute { color: #444c55")),
    ("a white box in the dark", "contrast-dark", block('<p class="dg-text" style="font-size:16px;color:#1b1f24;background-color:#ffffff">A box</p>')),
    ("the card's dark rule lost", "contrast-dark", html(".dg-card, .dg-card > table { background: #1a1c1f !important; background-color: #1a1c1f !important; }", "")),
    ("Outlook's text override too dark", "contrast-outlook", html("[data-ogsc] .dg-text { color: #e2e9f0", "[data-ogsc] .dg-text { color: #3a3f44")),
    ("Outlook's background override white", "contrast-outlook", html("[data-ogsb] .dg-card, [data-ogsb] .dg-card > table { background: #1a1c1f !important; background-color: #1a1c1f", "[data-ogsb] .dg-card, [data-ogsb] .dg-card > table { background: #ffffff !important; background-color: #ffffff")),
    ("dark grey on black, inverted", "contrast-inverted", block('<p class="dg-text" style="font-size:30px;background-color:#101010;color:#606060">Words</p>')),
    ("pure black on pure white", "colour-pure", block('<p style="font-size:16px;color:#000000;background-color:#ffffff">Words</p>')),
    ("no dark rules", "dark-missing", html("prefers-color-scheme: dark", "prefers-contrast: more")),
    # sizes
    ("9 px", "text-small", block('<p style="font-size:9px">Small print</p>')),
    ("7 pt", "text-small", block('<p style="font-size:7pt">Small print</p>')),
    ("0.6 em", "text-small", block('<p style="font-size:16px"><span style="font-size:0.6em">Small print</span></p>')),
    ("a link 12 px high", "target-small", block('<div style="font-size:14px;line-height:12px"><a href="https://harbour.example/q" style="color:#0b57d0">The quay</a></div>')),
    ("a link on a line of 16 px", "target-small", block('<table role="presentation"><tr><td style="font-size:14px;line-height:16px"><a href="https://harbour.example/q" style="color:#0b57d0">The quay</a></td></tr></table>')),
    ("an icon of 16 px", "target-small", block('<div style="line-height:16px;font-size:0"><a href="https://harbour.example/q"><img src="https://harbour.example/i.png" alt="Quay" width="16" height="16"></a></div>')),
    # CSS
    ("flex", "css-unsupported", block('<div style="display:flex;font-size:16px">Words</div>')),
    ("grid", "css-unsupported", block('<div style="display: grid; gap: 4px;font-size:16px">Words</div>')),
    ("position", "css-unsupported", block('<div style="position:absolute;font-size:16px">Words</div>')),
    ("a variable", "css-unsupported", block('<div style="padding:var(--gap);font-size:16px">Words</div>')),
    ("rem", "css-unsupported", block('<div style="padding:1rem;font-size:16px">Words</div>')),
    ("calc", "css-unsupported", block('<div style="width:calc(100% - 2px);font-size:16px">Words</div>')),
    ("transform in a style element", "css-unsupported", css(".x { transform: rotate(2deg); }")),
    ("rgba text", "css-colour", block('<p style="font-size:16px;color:rgba(0,0,0,0.9)">Words</p>')),
    ("hsl", "css-colour", block('<p style="font-size:16px;color:hsl(210 20% 10%)">Words</p>')),
    ("bgcolor with three digits", "css-colour", block('<table role="presentation" bgcolor="#fff"><tr><td style="font-size:16px">Words</td></tr></table>')),
    ("eight digits", "css-colour", block('<p style="font-size:16px;color:#1b1f24ff">Words</p>')),
    ("@import of fonts", "css-import", css("@import url(https://fonts.example/css);")),
    ("a linked style sheet", "css-import", html("</head>", '<link rel="stylesheet" href="https://fonts.example/css"></head>')),
    ("a font face", "css-import", css('@font-face { font-family: "X"; src: url(https://fonts.example/x.woff2); }')),
    ("@supports in @media", "css-nested", css("@media (max-width: 400px) { @supports (display: grid) { .x { color: red; } } }")),
    ("20 KB of CSS", "css-large", css(".aaaaaaaaaaaa { padding: 0 } " * 700)),
    ("a brace missing", "css-broken", css("@media (max-width: 400px) { .x { color: #111111; }")),
    ("a brace too many", "css-broken", css(".x { color: #111111; } }")),
    ("a size without a unit", "css-broken", block('<p style="font-size:16">Words</p>')),
    ("a declaration without its colon", "css-broken", block('<p style="font-size:16px;color #111111">Words</p>')),
    ("words on a background picture alone", "css-background", block('<div style="background-image:url(https://harbour.example/bg.jpg);font-size:16px">Words</div>')),
    ("a gradient alone", "css-background", block('<div style="background:linear-gradient(#111111,#222222);font-size:16px">Words</div>')),
    # what mail programs throw away or distrust
    ("a script", "html-script", block("<script>var a=1</script>")),
    ("a linked script", "html-script", html("</head>", '<script src="https://harbour.example/a.js"></script></head>')),
    ("an iframe", "html-frame", block('<iframe src="https://harbour.example/map"></iframe>')),
    ("an embed", "html-frame", block('<embed src="https://harbour.example/a.swf">')),
    ("a form", "html-form", block('<form action="https://harbour.example/poll"><input name="a"></form>')),
    ("a button element", "html-form", block("<button>Vote</button>")),
    ("onclick", "html-handler", link("https://harbour.example/a", "The tide tables", ' onclick="x()"')),
    ("onerror", "html-handler", image(_good() + ' onerror="x()"')),
    ("expression()", "css-code", block('<p style="width:expression(alert(1));font-size:16px">Words</p>')),
    ("javascript: in CSS", "css-code", block('<p style="background:url(javascript:alert(1));font-size:16px">Words</p>')),
    ("a refresh", "html-refresh", html("</head>", '<meta http-equiv="refresh" content="0;url=https://x.example"></head>')),
    ("a base", "html-refresh", html("</head>", '<base href="https://harbour.example/"></head>')),
    ("a video", "html-media", block('<video src="https://harbour.example/a.mp4"></video>')),
    ("an inline SVG", "html-media", block('<svg width="10" height="10"><path d="M0 0"/></svg>')),
    # plain text
    ("no plain text", "text-missing", no_text),
    ("a headline missing in the text", "text-title", plain("A rope is spliced in the dark", "A rope")),
    ("an address missing in the text", "text-link", plain("https://harbour.example/boats/2?a=1&b=2", "")),
    ("an address cut in two", "text-link", plain("https://harbour.example/boats/3?a=1&b=2", "https://harbour.example/bo \nats/3?a=1&b=2")),
    ("no unsubscribe address in the text", "text-unsubscribe", unfilled("", "plain")),
    ("no postal address in the text", "text-address", plain("3 Pier Road, Cobh, Ireland", "")),
    ("no postal address in the HTML", "html-address", html("3 Pier Road, Cobh, Ireland", "")),
    ("no postal address configured", "html-address", lambda case: _rendered(replace(case.issue, site=replace(case.issue.site, postal_address="")))),
    ("a line of 200 columns", "text-width", plain("Two winters", "word " * 40 + "Two winters")),
    ("a line of text that lost its breaks", "text-width", plain(" \n", " ", 0)),
    ("a soft break before nothing", "text-flowed", plain("blue.\n", "blue. \n\n")),
    ("From at the start of a line", "text-flowed", plain("Two winters", "From the slip\nTwo winters")),
    ("not marked as flowed", "text-flowed", wire(b"; format=flowed; delsp=no", b"")),
    ("tags in the text", "text-markup", plain("Two winters", "<p>Two winters</p>")),
    ("entities in the text", "text-markup", plain("Two winters", "Two&nbsp;winters")),
    # subject
    ("no subject", "subject-empty", header(re.compile(r"Subject:[^\r]*"), "Subject: ")),
    ("a subject of 90 characters", "subject-long", subject("Boats and ropes and lamps and tar and everything else there is on the quay on a long Monday")),
    ("a shouting subject", "subject-shouting", subject("BOATS AND ROPES THIS WEEK")),
    ("the last subject again", "subject-repeated", given(previous_subject="Boats, ropes and a very small lighthouse")),
    ("the last subject in another case", "subject-repeated", given(previous_subject="boats, ropes and a very small LIGHTHOUSE ")),
    ("only emoji", "subject-emoji", subject("🚢🎉⚓")),
    ("five emoji", "subject-emoji", subject("🚢 Boats 🎉 and 🪢 ropes ⚓ now 🏮")),
    ("{title} left", "subject-leftover", subject("This week: {title}")),
    ("{{ name }} left", "subject-leftover", subject("{{ name }}, your boats")),
    ("%s left", "subject-leftover", subject("Boats of %s")),
    ("*|FNAME|* left", "subject-leftover", subject("*|FNAME|*, your boats")),
    ("None in the subject", "subject-leftover", subject("None and 3 more stories")),
    ("a working title", "subject-leftover", subject("TODO subject")),
    ("three exclamation marks", "subject-punctuation", subject("New boats!!! Come and see")),
    ("dollars", "subject-punctuation", subject("Win $$$ at the regatta")),
    ("a false answer", "subject-reply", subject("Re: your boat")),
    ("a false forward", "subject-reply", subject("Fwd: boats of the week")),
    ("a bidi override", "subject-control", header(re.compile(r"Subject:[^\r]*"), "Subject: =?utf-8?b?Qm9hdHMg4oCucm9wZXM=?=")),
    ("a header of another issue", "subject-differs", header(re.compile(r"Subject:[^\r]*"), "Subject: Last week's boats")),
    # leftovers
    ("a token of the binding", "left-token", lambda case: html(_UNDER, f"zq{case.rendition.boundary[2:]}v17z")(case)),
    ("a token in the text", "left-token", lambda case: plain(_UNDER, f"zq{case.rendition.boundary[2:]}s3z")(case)),
    ("{{ item.title }}", "left-template", html(_UNDER, "{{ item.title }}")),
    ("{% if %}", "left-template", html(_UNDER, "{% if x %}")),
    ("{{ in the text", "left-template", plain(_UNDER, "{{ item.summary }}")),
    ("{{ in the introduction", "left-template", words(intro="Hello {{ name }}, here we are.")),
    ("lorem in the HTML", "left-lorem", html(_UNDER, "Lorem ipsum dolor sit amet")),
    ("lorem in a summary", "left-lorem", entry(1, summary="Lorem ipsum dolor sit amet, consectetur.")),
    ("TODO in the introduction", "left-todo", words(intro="TODO: say something about the regatta.")),
    ("a note to the editor in a summary", "left-todo", entry(1, summary="[TODO] write this up. FIXME")),
    ("TODO in a template", "left-todo", html(_UNDER, "TODO")),
    ("example.com", "left-example", link("https://example.com/a")),
    ("www.example.org", "left-example", entry(1, url="https://www.example.org/a")),
    ("By None", "left-none", html(_BYLINE, '<span class="dg-two" dir="auto">By None</span>')),
    ("undefined", "left-none", html("Slipway diary", "undefined")),
    ("NaN min", "left-none", html(re.compile(r"4\smin"), "NaN min", 0)),
    ("a title None", "item-unnamed", entry(1, title="None")),
    ("None in the text", "left-none", plain("By Nell Byrne", "By None")),
    ("[object Object]", "left-none", html("Slipway diary", "[object Object]")),
    # headers
    ("no From", "header-from", drop("From")),
    ("a From without an address", "header-from", header(re.compile(r"From:[^\r]*"), "From: Harbour Notes")),
    ("no To", "header-to", drop("To")),
    ("no Date", "header-date", drop("Date")),
    ("a Date that is none", "header-date", header(re.compile(r"Date:[^\r]*"), "Date: yesterday")),
    ("a Date of last year", "header-date", header(re.compile(r"Date:[^\r]*"), "Date: Sun, 23 Nov 2025 09:00:00 +0000")),
    ("no Message-ID", "header-message-id", drop("Message-ID")),
    ("a Message-ID without a domain", "header-message-id", header(re.compile(r"Message-ID:[^\r]*"), "Message-ID: <m7>")),
    ("no MIME-Version", "header-mime", drop("MIME-Version")),
    ("no List-Unsubscribe", "header-unsubscribe", drop("List-Unsubscribe")),
    ("List-Unsubscribe without brackets", "header-unsubscribe", header(re.compile(r"List-Unsubscribe:[^\r]*\r\n [^\r]*"), "List-Unsubscribe: https://mail.harbour.example/u/x")),
    ("List-Unsubscribe over http", "header-unsubscribe", header("<https://mail.harbour.example/u/", "<http://mail.harbour.example/u/")),
    ("no List-Unsubscribe-Post", "header-one-click", drop("List-Unsubscribe-Post")),
    ("a misspelt one-click", "header-one-click", header("List-Unsubscribe=One-Click", "List-Unsubscribe=OneClick")),
    ("no List-Id", "header-list-id", drop("List-Id")),
    ("a List-Id without brackets", "header-list-id", header(re.compile(r"List-Id:[^\r]*\r\n [^\r]*"), "List-Id: Harbour Weekly")),
    ("no Auto-Submitted", "header-auto", drop("Auto-Submitted")),
    ("a header line of 1,200 bytes", "header-line", header("MIME-Version", "X-Long: " + "a" * 1200 + "\r\nMIME-Version")),
    ("a body line of 1,200 bytes", "header-line", wire(b"\r\n\r\n", b"\r\n\r\n" + b"a" * 1200 + b"\r\n")),
    ("raw UTF-8 in a header", "header-7bit", header("Harbour Notes", "Hafën Notes")),
    ("raw UTF-8 in the body", "header-7bit", wire(b"Two winters", "Twö winters".encode())),
    ("a bare line feed", "header-line", wire(b"MIME-Version", b"X-A: b\nMIME-Version")),
    ("Subject twice", "header-repeated", header("MIME-Version", "Subject: Another\r\nMIME-Version")),
    ("From twice", "header-repeated", header("MIME-Version", "From: x@harbour.example\r\nMIME-Version")),
    ("bounces go elsewhere", "header-alignment", lambda case: replace(case, rendition=replace(case.rendition, links=replace(case.rendition.links, sender="b+{token}@bounces.elsewhere.example")))),
    ("From a free mailbox", "header-alignment", lambda case: _rendered(replace(case.issue, sending=sending(sender=_mailbox("harbour@gmail.com"))))),
    ("HTML before text", "header-parts", wire(b"Content-Type: text/plain; charset=utf-8; format=flowed", b"Content-Type: text/html; charset=utf-8; format=flowed")),
    ("mixed instead of alternative", "header-parts", header("multipart/alternative", "multipart/mixed")),
    ("Content-Language of another", "header-language", header("Content-Language: en", "Content-Language: de")),
    ("the Date in another zone", "header-zone", header(re.compile(r"Date:[^\r]*"), "Date: Mon, 23 Nov 2026 18:00:00 +0900")),
    # dates
    ("days of another zone", "date-period", lambda case: zone_defect(case)),
    ("an article of next month", "date-future", entry(1, published=clean_case().issue.period.end + timedelta(days=30))),
    # items
    ("no articles", "item-none", items()),
    ("sixty articles", "item-many", items(*(item(n, title=f"Short story about boat {n}", image=None, summary="It floats.") for n in range(1, 61)))),
    ("a title of blanks", "item-title", entry(1, title="  ")),
    ("no summary", "item-summary", entry(1, summary="")),
    ("one headline twice", "item-repeated-title", entry(1, title="Boat number one is dry again")),
    ("one headline twice, in another case", "item-repeated-title", entry(2, title="BOAT number one is dry again!")),
    ("one article twice", "item-repeated-link", entry(1, url="https://harbour.example/boats/1?a=1&b=2")),
    ("one article twice, with a campaign", "item-repeated-link", entry(1, url="https://harbour.example/boats/1/?a=1&b=2&utm_source=z#top")),
    ("neither link nor text", "item-link", entry(1, url=None)),
    ("a headline of 260 characters", "item-long-title", entry(1, title="A very long story " * 15)),
    ("page furniture in a summary", "item-boilerplate", entry(1, summary="Top of page. Two winters on the slip.")),
    ("a cookie banner as summary", "item-boilerplate", entry(1, summary="We use cookies to improve your experience. Accept all.")),
    ("comment counter in a summary", "item-boilerplate", entry(1, summary="1 view0 comments Two winters on the slip.")),
    ("entities in a summary", "item-markup", entry(1, summary="Ropes &amp;amp; knots, and nothing else &nbsp; this week.")),
    ("tags in a summary", "item-markup", entry(1, summary="<p>Ropes and knots</p> this week.")),
    ("a summary that ends in mid-sentence", "item-cut", entry(1, summary="Two winters on the slip, one new keel, and paint that is")),
    ("the accent was moved", "theme-note", lambda case: replace(case, more={"theme": _pale()})),
)  # fmt: skip


# Written after the checks had passed the first list; 88 of these 92 were found at once.
_SITE = "https://harbour.example/"
_LATER: tuple[tuple[str, str, Callable[[Case], Case]], ...] = (
("comment eats body","html-comments",block("<!-- start of draft ")),
("mso if not closed in head","html-comments",html("</head>","<!--[if gte mso 9]><style>td{}</style></head>")),
("span unclosed in row","html-unclosed",after("<span>")),
("extra /div before footer","html-unclosed",html("</body>","</div></body>")),
("lang empty","html-lang",html('lang="en"','lang=""',0)),
("dir auto on html","html-dir",html('<html lang="en" dir="ltr"','<html lang="en" dir="auto"')),
("Persian summary unmarked","rtl-text",html("Two winters on the slip, one new keel, and paint that is almost the right blue.","دو زمستان روی سرسره و یک ته‌تیغهٔ نو و رنگی که تقریباً آبی است.")),
("role on one footer table","table-role",html('role="presentation" align="center" width="600"','align="center" width="600"')),
("h3 rows","heading-order",html(re.compile("<(/?)h2"),r"<\1h3",0)),
("title only spaces entities","html-title",html(re.compile("<title>.*?</title>"),"<title>&nbsp;</title>")),
("max scale 1","html-viewport",html("initial-scale=1","initial-scale=1,maximum-scale=1.0")),
("preheader in intro","preheader-visible",words(intro="Everything that came ashore this week, and what it was doing out there.")),
("protocol-relative img","image-embedded",image('src="//harbour.example/a.jpg" alt="Pier" width="300" height="200"')),
("webp->jxl","image-format",image('src="https://harbour.example/a.jxl" alt="Pier" width="300" height="200"')),
("alt DSC","image-alt-poor",image('src="https://harbour.example/a.jpg" alt="DSC_00412" width="300" height="200"')),
("alt photo.","image-alt-poor",image('src="https://harbour.example/a.jpg" alt="Photo" width="300" height="200"')),
("width 800px","image-wide",image('src="https://harbour.example/a.jpg" alt="Pier" width="800px" height="200"')),
("pixel via css","image-pixel",image('src="https://t.example/a.gif" alt="" style="width:1px;height:1px"')),
("pixel 0","image-pixel",image('src="https://t.example/a.gif" alt="" width=0 height=0 ')),
("tel link","link-scheme",link("tel:+353123")),
("data link","link-scheme",link("data:text/html,hi")),
("vbscript","link-scheme",link("vbscript:x")),
("template var in link","link-scheme",link("{{ url }}")),
("https no host","link-scheme",link("https:///a")),
("empty link svg icon","link-empty",link(_SITE,"<img src='https://harbour.example/i.png' alt='' width='24' height='24'>")),
("learn more","link-vague",link(_SITE + "q","Learn more…")),
("lire la suite","link-vague",link(_SITE + "q","Lire la suite →")),
("aria-label vague","link-vague",link(_SITE + "q","The quay",' aria-label="click here"')),
("case-different address","link-private",link(_SITE + "?e=ADA%40mail.example")),
("sha256","link-private",link(_SITE + "?h="+sha256(b"ada@mail.example").hexdigest())),
("base64 address","link-private",link(_SITE + "?h="+b64encode(b"ada@mail.example").decode())),
("10/8","link-local",link("http://10.0.0.5/a")),
(".local","link-local",link("https://printer.local/a")),
("127","link-local",link("http://127.0.0.1/a")),
("t.co","link-shortener",link("https://t.co/abc")),
("gclid","link-tracking",link(_SITE + "?gclid=1")),
("unsub 0 size","unsubscribe-hidden",html("display:inline-block;padding:11px 0;color:#556170;text-decoration:underline","font-size:0")),
("unsub visibility","unsubscribe-hidden",html("display:inline-block;padding:11px 0;color:#556170;text-decoration:underline","visibility:hidden")),
("unsub http other","unsubscribe-dead",unfilled("https://mail.harbour.example/unsubscribe")),
("unsub javascript","unsubscribe-dead",unfilled("javascript:history.back()")),
("opacity text","contrast-light",block('<p style="font-size:16px;color:#999">Words</p>')),
("class colour via style","contrast-light",both(css(".faint { color: #cccccc }"),block('<p class="faint" style="font-size:16px">Words</p>'))),
("td bg via class","contrast-light",both(css("td.box { background: #223344 }"),block('<table role="presentation"><tr><td class="box"><p style="font-size:16px;color:#333333">Words</p></td></tr></table>'))),
("dark class wrong","contrast-dark",html(".dg-text { color: #e2e9f0",".dg-text { color: #1b1f24")),
("dark card white","contrast-dark",html(".dg-card > table { background: #1a1c1f !important; background-color: #1a1c1f",".dg-card > table { background: #fafafa !important; background-color: #fafafa")),
("font tag small","text-small",block('<span style="font-size:x-small;">Words</span>')),
("75%","text-small",block('<p style="font-size:75%">Words here</p>')),
("shorthand font","text-small",block('<p style="font:10px Arial">Words here</p>')),
("tight icon row","target-small",block('<p style="font-size:13px;line-height:13px"><a href="https://harbour.example/q" style="color:#0b57d0">The quay</a></p>')),
("inline-flex","css-unsupported",block('<div style="display:inline-flex;font-size:16px">W</div>')),
("clamp","css-unsupported",block('<p style="font-size:clamp(14px,2vw,18px)">W</p>')),
("min()","css-unsupported",block('<p style="font-size:16px;width:min(100%,300px)">W</p>')),
("vw","css-unsupported",block('<p style="font-size:16px;padding:2vw">W</p>')),
("oklch","css-colour",block('<p style="font-size:16px;color:oklch(0.2 0 0)">W</p>')),
("4 digits","css-colour",block('<p style="font-size:16px;color:#123f">W</p>')),
("import string","css-import",css('@import "https://fonts.example/a.css";')),
("nested media","css-nested",css("@media screen { @media (max-width:400px) { .x { color:#111111 } } }")),
("css missing semicolon brace","css-broken",css(".x { color:#111111; .y { color:#222222; }")),
("behavior","css-code",block('<p style="behavior:url(a.htc);font-size:16px">W</p>')),
("object","html-frame",block('<object data="https://x.example/a"></object>')),
("select","html-form",block("<select><option>a</option></select>")),
("onload body","html-handler",html("<body ",'<body onload="x()" ')),
("audio","html-media",block('<audio src="https://x.example/a.mp3"></audio>')),
("title altered in text","text-title",plain("Tar, and how to get it off again","Tar and how to get it off again")),
("url with port lost","text-link",plain("https://harbour.example/boats/1?a=1&b=2","https://harbour.example/boats/1")),
("postal changed","text-address",plain("3 Pier Road","4 Pier Road")),
("postal in comment","html-address",html("3 Pier Road, Cobh, Ireland","<!-- 3 Pier Road, Cobh, Ireland -->")),
("br tags","text-markup",plain("1. ","1. <br/>")),
("numeric entity","text-markup",plain("Two winters","Two&#160;winters")),
("subject %d","subject-leftover",subject("Boats of {month} and ropes")),
("[FNAME]","subject-leftover",subject("[FNAME], new boats")),
("$!","subject-punctuation",subject("Boats ??? really")),
("AW:","subject-reply",subject("AW: Boote der Woche")),
("shout de","subject-shouting",subject("NEUE BOOTE IM HAFEN")),
("FIXME text","left-todo",plain("Two winters","FIXME Two winters")),
("lorem text","left-lorem",plain("Two winters","Lorem ipsum dolor")),
("mailchimp tag","left-template",html("Two winters on the slip","*|MC_PREVIEW|*")),
("${}","left-template",html("Two winters on the slip","${summary}")),
("null comments","left-none",html(re.compile("2\\scomments"),"null comments")),
("nan in text","left-none",plain(re.compile("4\\smin"),"nan min")),
("From without @","header-from",header(re.compile(r"From:[^\r]*"),"From: <>")),
("To undisclosed","header-to",header(re.compile(r"To:[^\r]*"),"To: undisclosed-recipients:;")),
("date empty","header-date",header(re.compile(r"Date:[^\r]*"),"Date: ")),
("mid spaces","header-message-id",header(re.compile(r"Message-ID:[^\r]*"),"Message-ID: <a b@harbour.example>")),
("LU empty","header-unsubscribe",header(re.compile(r"List-Unsubscribe:[^\r]*\r\n [^\r]*"),"List-Unsubscribe: <>")),
("auto no","header-auto",header("Auto-Submitted: auto-generated","Auto-Submitted: no")),
("list-id dotless","header-list-id",header("<weekly.harbour.example>","<weekly>")),
("Date twice","header-repeated",header("MIME-Version","Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version")),
("dup title punct","item-repeated-title",entry(2,title="Boat number one is dry again?")),
("www dup link","item-repeated-link",entry(1,url="https://www.harbour.example/boats/1?a=1&b=2")),
("body furniture","item-boilerplate",entry(1,url=None,summary="",body=("Skip to content","Two winters."))),
("undefined title", "item-unnamed",entry(1,title="undefined")),
)  # fmt: skip


def _mailbox(address: str) -> Any:
    from digest.model import EmailAddress

    return Mailbox("Harbour Notes", EmailAddress.parse(address))


def _pale() -> Any:
    from digest.render import RenderSettings, Theme

    return Theme.from_settings(RenderSettings(accent="#ffcc00"))


def zone_defect(case: Case) -> Case:
    """The template printed UTC days; the issue's readers live in Auckland, where the period ends a day later."""
    from datetime import UTC, datetime

    from digest.model import Period

    period = Period(
        "x@Pacific/Auckland", datetime(2026, 11, 15, 20, tzinfo=UTC), datetime(2026, 11, 22, 20, tzinfo=UTC)
    )
    made = _rendered(replace(case.issue, period=period, timezone="UTC"))
    return replace(made, issue=replace(made.issue, timezone="Pacific/Auckland"))


def defects() -> Iterator[Defect]:
    """The list the checks were first measured with."""
    for name, found_as, spoil in _TABLE:
        yield Defect(name, found_as, spoil)


def later_defects() -> Iterator[Defect]:
    """Other ways to make the same mistakes."""
    for name, found_as, spoil in _LATER:
        yield Defect(name, found_as, spoil)
