"""The editor's note in Markdown: blocks of words, in every template, as HTML and as plain text."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Recipient
from digest.render import RenderSettings, Theme, render_issue
from digest.render.escaping import clean
from digest.render.fixtures import fixture
from digest.render.note import Block, read_note

NOTE = """# Good morning

Dear *neighbours*, see **[the map](https://a.example/x?a=1&b=2)**; it rained,
and we read.  
Three things:

- The **ferry** goes at seven.
- Bring a lamp:
  1. oil
  2. wick
- Chess on Thursday.

> The river gives.

3. third
4. fourth
"""
READER = Recipient(1, 1, "ana@quay.example", message_id="m", tokens={"unsubscribe": "tok"})
TEMPLATES = ("briefing", "list", "magazine", "letter")


def words(blocks: tuple[Block, ...]) -> list[str]:
    return [row.text for block in blocks for row in block.rows]


def shown(note: str, template: str = "briefing", *, name: str = "week") -> tuple[lxml.html.HtmlElement, str]:
    made = fixture(name)
    theme = Theme.from_settings(RenderSettings())
    rendition = render_issue(replace(made.issue, intro=note), template=template, theme=theme, locale=made.locale)
    return lxml.html.document_fromstring(rendition.html(READER)), rendition.text(READER)


def test_a_note_is_blocks_of_words() -> None:
    """Headings, emphasis, links, breaks, lists within lists, quotes: what each row says and where it stands."""
    blocks = read_note(NOTE)
    assert [(block.kind, block.level, [row.number for row in block.rows]) for block in blocks] == [
        ("paragraph", 0, [None]), ("paragraph", 0, [None]), ("list", 0, [None, None]), ("list", 1, [1, 2]),
        ("list", 0, [None]), ("quote", 0, [None]), ("list", 0, [3, 4]),
    ]  # fmt: skip
    assert words(blocks)[1] == "Dear neighbours, see the map; it rained, and we read.\nThree things:"
    heading, text = blocks[0].rows[0], blocks[1].rows[0]
    assert all(span.strong for span in heading.spans)
    (link,) = [span for span in text.spans if span.url]
    assert (link.text, link.url, link.strong) == ("the map", "https://a.example/x?a=1&b=2", True)
    assert [span.text for span in text.spans if span.emphasis] == ["neighbours"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_prints_it(template: str) -> None:
    """As real lists, links and emphasis in HTML; as readable lines with whole addresses in plain text."""
    page, text = shown(NOTE, template)
    assert [item.text_content().strip() for item in page.iter("li")] == [
        "The ferry goes at seven.", "Bring a lamp:", "oil", "wick", "Chess on Thursday.", "third", "fourth",
    ]  # fmt: skip
    assert [one.get("start") for one in page.iter("ol")] == ["1", "3"]
    (link,) = [one for one in page.iter("a") if one.text_content() == "the map"]
    assert link.get("href") == "https://a.example/x?a=1&b=2" and "dg-link" in str(link.get("class"))
    lines = [line.rstrip() for line in text.splitlines()]
    for line in ("Good morning", "- The ferry goes at seven.", "1. oil", "The river gives.", "4. fourth"):
        assert line in lines, text[:900]
    assert "(https://a.example/x?a=1&b=2)" in text


@pytest.mark.parametrize("hostile", [
    "<script>alert(1)</script>", "[go](javascript:alert(1))", "![x](https://t.example/pixel.png)",
    "<img src=x onerror=alert(1)>", '[a](https://a.example "t" onclick=x)', "<https://a.example/\"onmouseover=x>",
    "[a]: data:text/html,x\n\n[a]", "<a href='https://a.example'>x</a>", "&lt;script&gt;alert(1)&lt;/script&gt;",
])  # fmt: skip
def test_nothing_pasted_is_more_than_words(hostile: str) -> None:
    """No element, picture, handler or foreign scheme comes from a note; tags typed into it stand there as typed."""
    page, _ = shown(f"Before.\n\n{hostile}\n\nAfter.")
    plain, _ = shown("Before.\n\nBetween.\n\nAfter.")
    for name in ("script", "img", "form", "iframe"):
        assert len(list(page.iter(name))) == len(list(plain.iter(name)))
    for element in page.iter():
        assert not [name for name in element.attrib if str(name).startswith("on")]
        assert not str(element.get("href", "")).lower().startswith(("javascript:", "data:", "vbscript:"))


@pytest.mark.parametrize("depth", [8, 30, 60, 400])
@pytest.mark.parametrize("mark", ["- ", "> ", "1. "])
def test_no_word_is_lost_in_the_deep(depth: int, mark: str) -> None:
    """Lists in lists and quotes in quotes: the innermost word is there, however deep the parser goes."""
    nested = "\n".join(f"{'   ' * level}{mark}step{level}" for level in range(depth))
    quoted = f"{mark * depth}innermost"
    assert "innermost" in " ".join(words(read_note(quoted)))
    found = " ".join(words(read_note(nested)))
    assert all(f"step{level}" in found for level in range(depth))


@given(st.lists(st.text(st.characters(categories=["L", "Nd", "P", "S", "Zs"]), max_size=40), max_size=6))
def test_plain_words_stay_as_they_are(lines: list[str]) -> None:
    """Letters and digits of any script come out in their order, whatever marks stand between them."""
    note = "\n\n".join(lines)
    kept = [char for char in "".join(words(read_note(note))) if char.isalpha()]
    given_ = [char for char in clean(note) if char.isalpha()]
    if not any(mark in note for mark in "&[]<>()\\`"):  # references, links and code have a meaning
        assert kept == given_


def test_right_to_left_lists_are_mirrored() -> None:
    """The room for the marks of a list is on the right in Arabic."""
    page, _ = shown("- واحد\n- اثنان", name="arabic")
    (styled,) = [str(one.get("style")) for one in page.iter("ul")]
    assert "padding:14px 26px 0 0" in styled.replace(" ;", ";")
