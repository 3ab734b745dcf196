"""Fragments in good order: what is read in one pass is what the sanitiser and the tree would give, or nothing."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.allowed import ATTRIBUTES, TAGS, sanitiser
from digest.gather.hiding import may_hide
from digest.gather.markup import clean_fragment
from digest.gather.pictures import picture_of
from digest.gather.prose import text_of
from digest.gather.tagorder import AS_DIV, END, START, Order, order_of
from digest.gather.wellformed import read_in_order
from digest.gather.words import cleared

BASES = ["https://x.example/a/b", "https://X.example:443/a", None]
_NAMES = [*START, "br", "img", "hr", "wbr", "source", "col", "svg", "math", "form", "iframe", "object", "base"]
_ATTRIBUTES = [
    "",
    "",
    "",
    ' class="a b"',
    " id='x'",
    ' href="https://y.example/p?a=1&amp;b=2"',
    ' href="/p/q"',
    ' href="c d"',
    ' href="javascript:alert(1)"',
    ' HREF="JaVaScRiPt:alert(1)"',
    ' href="java&#115;cript:alert(1)"',
    ' href="#n1"',
    ' href="https://y.example/a?b=1&c=2" target="_blank" rel="noopener"',
    ' onclick="alert(1)"',
    " onload=x",
    ' lang="de"',
    ' src="https://y.example/p.jpg" alt="A &quot;b&quot; &lt;c&gt;" width="10"',
    ' src="p.png"',
    ' src="data:image/png,x"',
    ' style="display:none"',
    " style='color:red'",
    ' class="sr-only"',
    " hidden",
    ' data-src="z.png"',
    ' title="a > b"',
    ' title="\u00a0\u00ad"',
    ' dir="rtl" dir="ltr"',
    "/",
    " /",
    ' a="',
    " '",
    '="x"',
    ' href="https://xn--a.example/"',
    ' href="https://y..example/"',
    ' href="mailto:a@y.example"',
    ' href="//y.example/x"',
    ' href="/a/../b"',
    ' start="3"',
    ' title="</p><script>alert(1)</script>"',
    ' srcset="a 1x"',
    ' href="vbscript:x"',
    ' href=" https://y.example"',
]
_WORDS = [
    '<img src="https://y.example/p.jpg" alt="A &amp; B" width="300">',
    "<img class='x' src='/p.png' alt='' />",
    "word",
    "two  words",
    " ",
    "\n\n",
    "a & b",
    "AT&T",
    "&amp;",
    "&lt;script&gt;",
    "&nbsp;",
    "\u00a0",
    "&#8217;",
    "&#x27;",
    "&quot;",
    "&copy 1",
    "&copy;",
    "&foo;",
    "&#0;",
    "&#13;",
    "&#128;",
    "&#x301;",
    "e\u0301",
    "\u200b",
    "\u00ad",
    "\u3000",
    "\r\n",
    "\t",
    ">",
    "1 > 0",
    "<",
    "< b",
    "&#60;img src=x onerror=alert(1)&#62;",
    "&lt;b&gt;",
    "\u2019",
    "\u65e5\u672c",
    "•",
    "|",
    "\x00",
    "\x01",
    "\x02",
    "&ensp;",
    "&shy;",
    "&zwnj;",
    "&amp;lt;",
    "&ampx",
    "&;",
    "&#;",
    "&#xD800;",
    "&NotEqualTilde;",
    "\ufffe",
    "&#64976;",
    "&bsemi",
]
_tags = st.builds(
    lambda name, attributes: f"<{name}{attributes}>", st.sampled_from(_NAMES), st.sampled_from(_ATTRIBUTES)
)
_ends = st.sampled_from([f"</{name}>" for name in _NAMES])
_odd = st.sampled_from(
    [
        "<!-- c -->",
        "<!-->",
        "<!--->",
        "<!-- a --!> b -->",
        "<!DOCTYPE html>",
        "<?php x ?>",
        "<![CDATA[x]]>",
        "</>",
        "<3",
        "<P CLASS=x>",
        "</P >",
        "<script>if (a > b) x()</script>",
        "<style>p{}</style>",
        "<p/>",
        "<b\n>",
        "</b x>",
    ]
)
_loose = st.lists(st.one_of(_tags, _ends, _odd, st.sampled_from(_WORDS)), max_size=12).map("".join)


def _element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    usual = [
        "p",
        "p",
        "p",
        "div",
        "blockquote",
        "ul",
        "ol",
        "li",
        "li",
        "h2",
        "b",
        "em",
        "a",
        "span",
        "pre",
        "dl",
        "dt",
        "font",
        "section",
        "picture",
        "table",
        "tbody",
        "tr",
        "td",
    ]
    return st.builds(
        lambda name, attributes, words: f"<{name}{attributes}>{''.join(words)}</{name}>",
        st.sampled_from(usual),
        st.sampled_from(_ATTRIBUTES),
        st.lists(inside, max_size=4),
    )


_nested = st.lists(
    st.recursive(
        st.one_of(st.sampled_from(_WORDS), st.just("<br>"), st.just("<hr/>"), _odd, _tags), _element, max_leaves=12
    ),
    max_size=5,
).map("".join)
_within = st.one_of(_nested, _tags, st.sampled_from(["", " ", "\n", "x", "<!-- c -->", "<br>", "<p>y</p>"]))


def _table_of(cells: list[str], between: list[str]) -> str:
    """A table in good order, with something between its parts now and then."""
    a, b, c, d = between
    rows = "".join(f"<tr>{a}<td class='c'>{cell}</td>{b}<th colspan=\"2\">h</th></tr>" for cell in cells)
    return f"u<table>{c}<caption>t</caption><tbody>{d}{rows}</tbody></table>v"


_rarely = st.sampled_from(
    ["", "", "", "", "\n ", "<!-- c -->", "x", "&nbsp;", "<br>", "<b>z</b>", "<img src='/i.png'>"]
)
_tabled = st.builds(_table_of, st.lists(_within, min_size=1, max_size=3), st.tuples(*[_rarely] * 4).map(list))
FRAGMENTS = st.one_of(_nested, _loose, _tabled)


def hides_nothing(source: str) -> bool:
    return not may_hide(source.lower())


_SECTION = re.compile(rf"<(/?)(?:{'|'.join(AS_DIV)})(?=[\s/>])", re.I)


def by_sanitiser(source: str, base: str | None) -> str:
    return cleared(sanitiser(base).clean(_SECTION.sub(r"<\1div", source))).strip()


@settings(max_examples=200, deadline=None)
@given(FRAGMENTS, st.sampled_from(BASES))
def test_one_pass_gives_what_the_sanitiser_gives(source: str, base: str | None) -> None:
    """The HTML is nh3's, byte for byte, the text is what its HTML says, and every picture is in it."""
    found = read_in_order(source, base)
    if found is None or not hides_nothing(source):
        return
    html, text, images = found
    assert html == by_sanitiser(source, base)
    assert text is None or text == text_of(html)
    assert images == [picture_of(tag) for tag in re.findall(r"<img[^>]*>", html)]


_START_TAG = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>')


def assert_harmless(html: str) -> None:
    """Nothing but allowed elements and attributes, and addresses that load no code."""
    rest = _START_TAG.sub("", html)
    assert "<" not in rest and ">" not in rest
    for _, name, attributes in _START_TAG.findall(html):
        assert name in TAGS
        for attribute, value in re.findall(r' ([a-z]+)="([^"]*)"', attributes):
            assert attribute in ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())
            if attribute in ("href", "src", "cite"):
                assert re.match(r"\s*(?:https?:|mailto:)", value, re.I)


@settings(max_examples=150, deadline=None)
@given(FRAGMENTS, st.sampled_from(BASES))
def test_whatever_way_a_fragment_takes_it_comes_out_harmless(source: str, base: str | None) -> None:
    """No script, handler, style, form or address that runs survives `clean_fragment`."""
    html = clean_fragment(source, base).html
    assert_harmless(html)
    assert_harmless(clean_fragment(html).html)


@pytest.mark.parametrize(
    "hostile",
    [
        "<p><script>alert(1)</script></p>",
        "<p onclick='alert(1)'>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="&#x6A;avascript:alert(1)">x</a>',
        '<img src="x" onerror="alert(1)">',
        '<img src="https://y.example/a.png" onerror=alert(1)>',
        "<p>&lt;img src=x onerror=alert(1)&gt;</p>",
        '<p title="&lt;/p&gt;&lt;script&gt;">x</p>',
        '<p title="</p><script>alert(1)</script>">x</p>',
        "<script>x</script <p>y</p>",
        "<style>@import 'https://y.example'</style><p>x</p>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<!-- --!><img src=x onerror=alert(1)> -->",
        '<p a="><img src=x onerror=alert(1)>">x</p>',
        "<b a='>' onmouseover='alert(1)'>x</b>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mi><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mi></math>",
        "<form><input name=a></form><p>x</p>",
        '<p style="background:url(javascript:alert(1))">x</p>',
        "<scr<script>ipt>alert(1)</script>",
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "<p>x</p>" * 3 + "<iframe src=https://y.example></iframe>",
        "<font onclick='x()'>x</font>",
        '<font a="><script>alert(1)</script>">x</font>',
    ],
)
def test_hostile_fragments_are_harmless(hostile: str) -> None:
    """Known attacks come out as allowed markup only, and say nothing of what they would have run as HTML."""
    cleaned = clean_fragment(hostile, "https://x.example/")
    assert_harmless(cleaned.html)
    tags = re.sub(r' title="[^"]*"', "", cleaned.html)  # words that a reader may see, wherever they speak of scripts
    assert not re.search(r"<[^>]*(?:alert|onerror|onclick|javascript)", tags)


@pytest.mark.parametrize(
    ("source", "html", "text"),
    [
        (
            "<p class='x'>A &#8220;word&#8221;</p>\n\n<p>and  more</p>",
            "<p>A “word”</p>\n\n<p>and  more</p>",
            "A “word”\n\nand more",
        ),
        ("<ul><li>a</li><li>b</li></ul>x", "<ul><li>a</li><li>b</li></ul>x", "• a\n• b\n\nx"),
        ("<ol><li>a</li><li>b<br/>c</li></ol>", "<ol><li>a</li><li>b<br>c</li></ol>", "1. a\n2. b\nc"),
        ("<p>a<script>b>c</script> d</p>", "<p>a d</p>", "a d"),
        (
            "<table><tbody><tr><td class='n'>a</td> <td>b <b>c</b></td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td> <td>b <b>c</b></td></tr></tbody></table>",
            None,
        ),
        (
            "<section class='s'><header><h2>A</h2></header><p>b</p></section>",
            "<div><div><h2>A</h2></div><p>b</p></div>",
            "A\n\nb",
        ),
        ("a <span style='display: none'>b <i>c</i></span>d<br class='sr-only'>", "a d", "a d"),
        (
            '<p>R&amp;D &gt; x\u00a0y</p><a href="/q" rel="nofollow">z</a>',
            '<p>R&amp;D &gt; x&nbsp;y</p><a href="https://x.example/q">z</a>',
            "R&D > x y\n\nz",
        ),
    ],
)
def test_fragments_in_order_are_read_at_once(source: str, html: str, text: str) -> None:
    """The usual shapes of a body need neither the sanitiser as a whole nor a tree."""
    assert read_in_order(source, "https://x.example/") == (html, text, [])


@pytest.mark.parametrize(
    "source",
    [
        "<p>a<p>b</p></p>",
        "<b><i>a</b></i>",
        "<p>a",
        "a</p>",
        "<li>a</li>",
        "<a><span><a>x</a></span></a>",
        "<h2><h3>a</h3></h2>",
        "<p><ul></ul></p>",
        "<table><tr><td>a</td></tr></table>",
        "<table>a<tbody><tr><td>b</td></tr></tbody></table>",
        "<table><tbody><tr><td>b</td><br></tr></tbody></table>",
        "<table><tbody><tr>&nbsp;<td>b</td></tr></tbody></table>",
        "<table><tbody><tr hidden><td>b</td></tr></tbody></table>",
        "<p><section>a</section></p>",
        "<p/>",
        "a < b",
        "<pre>\na</pre>",
        "<img data-src='x.png'>",
        "&copy 1",
        "<dt>a</dt>",
    ],
)
def test_what_a_parser_would_mend_is_left_to_it(source: str) -> None:
    """Whatever is not just what a parser would build gets no answer."""
    assert read_in_order(source, None) is None


@given(st.lists(st.sampled_from([*START.values(), *END.values()]), max_size=14).map("".join))
def test_order_does_not_depend_on_what_was_met_before(letters: str) -> None:
    """The remembered verdicts are those of a walk through all of the letters."""
    written = {name: "div" if name in AS_DIV else name for name in START}
    names = {letter: f"<{written[name]}>" for name, letter in START.items()} | {
        letter: f"</{written[name]}>" for name, letter in END.items()
    }
    html = "".join(names[letter] for letter in letters)
    in_order = order_of(letters) is not Order.UNKNOWN
    if in_order and not any(f"<{name}" in html for name in ("script", "style", "pre")):
        shown = re.sub(r"</?(?:big|dfn|font|label|picture|samp|strike|time|tt|var)>", "", html)
        assert sanitiser(None).clean(html) == shown
    assert in_order == (order_of(letters) is not Order.UNKNOWN)


_SHOWN = """<p>Before.</p><figure><a href="https://y.example/f"><picture>
<source type="image/webp" srcset="https://y.example/1.webp 424w">
<img src="https://y.example/1.png" width="640" alt="A boat"></picture>{}</a></figure><p>After.</p>"""


@pytest.mark.parametrize(
    "embedded",
    [
        '<button type="button"><svg viewBox="0 0 2 2"><g><path d="M1"></path></g></svg></button>',
        '<iframe src="https://video.example/e" allowfullscreen></iframe>',
        "<noscript><img src='https://y.example/2.png'></noscript>",
        "<video controls><source src='/a.mp4'>No film here</video>",
        "<form action='/s'><input name=mail><p>Sign up</p></form>",
        "<svg><g>",
        "",
    ],
)
def test_pictures_of_several_forms_survive_what_is_embedded_beside_them(embedded: str) -> None:
    """Frames, films, drawings and forms go with what is in them; the picture and the words around stay."""
    cleaned = clean_fragment(_SHOWN.format(embedded), "https://x.example/")
    assert cleaned.text.startswith("Before.") and "Sign up" not in cleaned.text and "No film" not in cleaned.text
    assert [image.url for image in cleaned.images] == ["https://y.example/1.png"]
    assert embedded == "<svg><g>" or cleaned.text == "Before.\n\nAfter."


def test_taking_out_what_is_embedded_is_linear() -> None:
    """200 KB of starts without an end take no more than a moment."""
    started = time.process_time()
    for hostile in ("<svg><button>" * 15_000, "<svg " * 40_000, "<form>" + "<" * 200_000, "<svg>" * 20_000 + "</svg"):
        clean_fragment(hostile)
    assert time.process_time() - started < 4


def test_both_long_ways_keep_the_picture() -> None:
    """libxml2 takes <source> for an element with an end; the picture would be in it and go."""
    hidden = "<p style='display:none'>x</p>"
    cleaned = clean_fragment(hidden + _SHOWN.format(""), "https://x.example/")
    assert len(cleaned.images) == 1 and "display" not in cleaned.html
