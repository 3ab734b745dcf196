"""Whatever stands in an article, an issue or a subscriber's row, the page keeps its shape: property tests, two parsers.

A sample by default; two thousand strings under DIGEST_PROOF=1.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from render_samples import ADA, THEME, issue, item

from digest.model import Image, Issue, Recipient, Site
from digest.render import Rendition, Templates, render_issue
from digest.render.issue import compile_here
from digest.render.segments import Values, show

PROOF = os.environ.get("DIGEST_PROOF") == "1"
EXAMPLES = 500 if PROOF else 12
pytestmark = [pytest.mark.slow] if PROOF else []
NASTY = (
    "<", ">", "&", '"', "'", "</p>", "<script>", "</script>", "</style>", "</title>", "</td></tr></table>", "<!--",
    "-->", "<!--[if mso]>", "<![endif]-->", "<!--[if !mso]><!-->", "<![CDATA[", "]]>", "javascript:alert(1)", "{{ x }}",
    "{% x %}", "{# x #}", "zqabcdefghv0z", "&lt;b&gt;", "&#60;", "&#x3c;", "\x00", "\x1b", "\u2028", "\u202e", "\ud800",
    "\ufeff", "=\r\n", "\r\n.\r\n", "\nBcc: x@y.example", "\\", "`", "$(x)", "<mj-raw>", "</mj-text>", " onerror=x ",
    "/>", "{", "}", "<svg/onload=x>", "नि", "👩\u200d👧", "مر",
)  # fmt: skip
HOSTILE = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=6)), min_size=1, max_size=5).map("".join)
TEMPLATES = ("briefing", "list", "magazine", "letter")
OWN = """<mjml lang="{{ lang }}" dir="{{ dir }}"><mj-head><mj-title>{{ issue.subject }}</mj-title></mj-head><mj-body>
<mj-section background-url="{{ items[0].image.url }}"><mj-column>
<mj-text><p title="{{ items[0].title }}">{{ items[0].title }} {{ slot("name")|default("x")|upper }}</p>
<a href="https://a.example/?q={{ items[0].title|urlencode }}&amp;n={{ slot('name') }}"
 title="{{ slot('name')|title }}">x</a>
</mj-text><mj-image src="{{ items[0].image.url }}" alt="{{ items[0].image.alt }}" href="{{ items[0].url }}" />
<mj-button href="{{ slot('unsubscribe_url') }}">{{ items[0].summary }}</mj-button>
{% shown_if has("name") and not topic("x") %}<mj-text>{{ slot("name") }}{{ items[0].title }}</mj-text>{% endshown_if %}
</mj-column></mj-section></mj-body></mjml>
"""


class Skeleton(HTMLParser):
    """Tags, names of attributes and comments, without any text or value."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.bones: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bones.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.bones.append(tag)

    def handle_comment(self, data: str) -> None:
        self.bones.append(("comment", data.split(">")[0] if data.startswith("[if") else "", Skeleton(data).bones))


def tree(html: str) -> Any:
    """Elements as lxml nests them."""

    def bones(node: Any) -> Any:
        if not isinstance(node.tag, str):
            return "comment"
        return node.tag, tuple(sorted(node.attrib)), tuple(bones(child) for child in node)

    return bones(
        lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    )


def one_line(word: str) -> str:
    """A note's blank lines are meant to make paragraphs."""
    return word.replace("\r", " ").replace("\n", " ")


def made_of(word: str) -> Issue:
    lead = item(1, title=word, summary=word, authors=(word, word), source_title=word, tags=(word,), section=word,
                image=Image("https://harbour.example/i.png", 900, 600, word))  # fmt: skip
    whole = item(2, title=word, url=None, summary="", body=(word, word), authors=(word,), source_title=word)
    return issue(lead, replace(lead, article_id=3), whole, title=word, preheader=word, intro=one_line(word),
                 in_this_issue=word, site=Site(word, "https://harbour.example", word))  # fmt: skip


@lru_cache(maxsize=8)
def calm(template: str) -> tuple[Any, Any]:
    html = render_issue(made_of("calm"), template=template, theme=THEME, locale="en").html(ADA)
    return Skeleton(html).bones, tree(html)


@pytest.mark.parametrize("template", TEMPLATES)
@given(word=HOSTILE)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_string_of_an_issue_changes_the_shape(template: str, word: str) -> None:
    """In every text of an issue at once, in every built-in template: tags, attributes and comments stay the same."""
    html = render_issue(made_of(f"x{word}x"), template=template, theme=THEME, locale="en").html(ADA)
    assert (Skeleton(html).bones, tree(html)) == calm(template)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder: Path = tmp_path_factory.mktemp("own")
    (folder / "own.mjml").write_text(OWN, encoding="utf-8")
    (folder / "own.txt").write_text("{{ items[0].title }} {{ slot('name') }}\n", encoding="utf-8")
    return Templates((folder,))


@given(word=HOSTILE, name=HOSTILE)
@settings(max_examples=EXAMPLES * 3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_string_in_any_context_of_a_template_changes_the_shape(own: Templates, word: str, name: str) -> None:
    """Text, attribute, title, link, part of one, picture, background, block, filtered slot; article's and reader's."""
    shapes = []
    for text, reader in (("calm", "Ada"), (f"x{word}x", f"x{name}x")):
        made = compile_here(made_of(text), template="own", theme=THEME, locale="en", templates=own)
        person: Recipient = replace(ADA, name=reader)
        html = show(made.rich, Values(person, plain_rendition().links))
        assert f"zq{made.nonce}" not in html
        shapes.append((Skeleton(html).bones, tree(html)))
    assert shapes[0] == shapes[1]


@lru_cache(maxsize=1)
def plain_rendition() -> Rendition:
    return render_issue(issue(), theme=THEME, locale="en")


def names_in(head: str) -> list[str]:
    return [line.split(":")[0] for line in head.split("\r\n") if line[:1] not in (" ", "\t")]


@given(name=HOSTILE)
@settings(max_examples=EXAMPLES * 3, deadline=None)
def test_no_name_of_a_reader_adds_a_line_or_a_header(name: str) -> None:
    """Headers keep their names and number, lines their length, whatever stands in a subscriber's row."""
    rendition = plain_rendition()
    calm_names = names_in(rendition.headers(ADA).removesuffix("\r\n"))
    data = rendition.fill(replace(ADA, name=name)).data
    assert names_in(data.partition(b"\r\n\r\n")[0].decode("ascii")) == calm_names
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in data.split(b"\r\n"))
