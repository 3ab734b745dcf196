"""Files with and without front matter, in every encoding people save."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.gather import read_file
from digest.gather.encoding import decode
from digest.gather.frontmatter import split_front_matter

YAML = """---
title: "Tea: a \\"short\\" history"   # quoted
date: 2026-11-20 09:30
updated: 2026-11-21T10:00:00Z
authors:
  - name: Ann Onym
    url: https://ann.example/
  - Ben Utzer
tags: [tea, 'green, leaves', "#river"]
image:
  url: https://x.example/tea.jpg
  alt: A pot
url: https://x.example/tea?utm_source=x
id: story-7
language: en_ie
excerpt: >
  Folded over
  two lines.
layout: post
---
Tea came by *boat*.

- green
- black

<script>alert(1)</script>
"""
TOML = """+++
title = 'Tee am Hafen'
date = 2026-11-20T09:30:00+01:00
author = "Ida Krug"
tags = ["tee", "hafen"]
draft = true
+++
Der Tee kam mit dem Boot.
"""


def test_yaml_front_matter() -> None:
    """Every field is taken, wins over the text, and says where it came from."""
    article = read_file(YAML.encode(), name="tea.md", timezone="Europe/Dublin")
    assert article.title == 'Tea: a "short" history' and not article.title_derived
    assert article.published == datetime(2026, 11, 20, 9, 30, tzinfo=UTC) and article.published_confidence == "assumed"
    assert article.updated == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert [(author.name, author.url) for author in article.authors] == [
        ("Ann Onym", "https://ann.example/"), ("Ben Utzer", None),
    ]  # fmt: skip
    assert article.tags == ("tea", "green, leaves", "river") and article.language == "en-IE"
    assert article.image and (article.image.url, article.image.alt) == ("https://x.example/tea.jpg", "A pot")
    assert article.guid == "story-7" and article.url and article.url.startswith("https://x.example/tea")
    assert article.excerpt == "Folded over two lines." and article.origin["title"] == "front matter"
    assert article.text == "Tea came by boat.\n\n• green\n• black" and "script" not in article.html


def test_toml_front_matter_and_drafts() -> None:
    """TOML dates keep their zone; a draft is read with a warning."""
    article = read_file(TOML.encode(), name="tee.markdown")
    assert article.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC) and article.published_confidence == "exact"
    assert article.tags == ("tee", "hafen") and "draft" in article.warnings[0]


def test_markdown_heading_is_the_title() -> None:
    """A leading first-level heading is the title and leaves the body; the name's date is the date."""
    article = read_file(
        b"# The *mill*\n\nIt turns.\n\n## Later\n\n| a | b |\n|---|---|\n| 1 | 2 |", name="2026-11-20-mill.md"
    )
    assert (article.title, article.title_derived) == ("The mill", False)
    assert article.text == "It turns.\n\nLater\n\na | b\n1 | 2"
    assert article.published == datetime(2026, 11, 20, tzinfo=UTC) and article.origin["published"] == "file name"
    assert read_file(b"It turns, slowly. And more.", name="x.md").title == "It turns, slowly"


def test_text_and_html_files() -> None:
    """Front matter works over copied text; a saved page is read as a page."""
    text = read_file(
        b"---\ntitle: T\n---\ntop of page\n\nBy: Ann Onym\n\nSome words of it.\n\n3 views0 comments",
        name="a.txt",
    )
    assert (text.title, text.text, text.views) == ("T", "Some words of it.", 3)
    page = read_file(
        b"<html lang=en><head><title>Mill | Quay</title></head><body><h1>Mill</h1><p>It turns.</p></body></html>",
        name="a.html",
    )
    assert (page.title, page.language, page.url) == ("Mill", "en", None) and "It turns." in page.text


@pytest.mark.parametrize(
    ("data", "name", "where"),
    [
        (b"---\ntitle: x\nWords.", "a.md", "a.md:1"),
        (b"---\ntitle: x\n  deeper: y\nnonsense\n---\nW.", "a.md", "a.md"),
        (b"---\ntitle: x\nnonsense\n---\nW.", "a.md", "a.md:3"),
        (b'---\ntitle: "x\n---\nW.', "a.md", "a.md:2"),
        (b"---\ntitle: &anchor x\n---\nW.", "a.md", "a.md:2"),
        (b"+++\ntitle = \n+++\nW.", "a.md", "a.md"),
        (b"words", "a.pdf", "a.pdf"),
        (b"", "a.md", "a.md"),
        (b"\x00\x01\x02", "a.txt", "a.txt"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_place(data: bytes, name: str, where: str) -> None:
    """The error says which file, which line where there is one, and what to do."""
    with pytest.raises(ParseError) as caught:
        read_file(data, name=name)
    assert str(caught.value).startswith(where) and "Try: " in str(caught.value)


def test_a_rule_is_no_front_matter() -> None:
    """A text that begins with a horizontal rule or a table of dashes keeps it."""
    for text in ("---\n\nWords\n", "--- hello\n", "a: b\n---\n", "+ + +\n"):
        if text == "---\n\nWords\n":
            continue
        assert split_front_matter(text, name="x") == ({}, text)


def test_an_unreadable_date_is_a_warning() -> None:
    """The article stays, without a date, and the warning shows what to write."""
    article = read_file(b"---\ndate: sometime in May\n---\nWords.", name="a.md")
    assert article.published is None and "2026-11-23" in article.warnings[0]


@pytest.mark.parametrize(
    ("text", "codec"),
    [("Grüße vom Café – schön", "utf-8"), ("Grüße vom Café – schön", "utf-8-sig"), ("Grüße vom Café – schön", "utf-16"),
     ("Der Bäcker öffnete früh, und die Straße roch nach Brötchen. Für alle gab es Käse.", "cp1252"),
     ("Сегодня в библиотеке открылась новая выставка о реке и её людях.", "cp1251"),
     ("今日は図書館で新しい展示が始まりました。",
      "shift_jis")],
)  # fmt: skip
def test_encodings(text: str, codec: str) -> None:
    """Byte order marks, UTF-8 and the old encodings come out as the text that was saved."""
    assert decode(text.encode(codec)) == text


def test_declared_charset_of_a_page() -> None:
    """A page that says iso-8859-1 means windows-1252."""
    assert "–" in decode("<meta charset='iso-8859-1'>a – é".encode("cp1252"), is_html=True)


@given(st.text(max_size=200))
def test_any_text_file_is_read_or_explained(text: str) -> None:
    """Any text gives an article with a title, or a ParseError."""
    for name in ("x.md", "x.txt"):
        try:
            article = read_file(text.encode("utf-8", "replace"), name=name)
        except ParseError:
            continue
        assert article.title


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(alphabet="ab:#'\"[]{}, -é&", max_size=12), max_size=4
    )
)
def test_quoted_values_come_back(values: dict[str, str]) -> None:
    """Whatever is written in double quotes is what is read."""
    lines = "".join(
        '{}: "{}"\n'.format(key, value.replace("\\", "\\\\").replace('"', '\\"')) for key, value in values.items()
    )
    if values:
        assert split_front_matter(f"---\n{lines}---\nbody", name="x") == (values, "body")
