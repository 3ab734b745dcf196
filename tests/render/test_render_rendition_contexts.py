"""Ten thousand strings of any Unicode through every place of an email, read back by parsers that are not ours.

A sample by default, seeded like every property test of the project; ten thousand of each under DIGEST_PROOF=1.
"""

from __future__ import annotations

import os
import random
import re
import unicodedata
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default as policy
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from render_samples import ADA, THEME, issue, item

from digest.model import Image
from digest.render import Fill, Part, Rendition, render_issue
from digest.render.headers import header_pieces, links_for, to_header, unstructured
from digest.render.segments import Values

PROOF = os.environ.get("DIGEST_PROOF") == "1"
STRINGS = 10_000 if PROOF else 90
pytestmark = [pytest.mark.slow] if PROOF else []
AT_ONCE = 9  # as many articles as are shown with picture and summary
LEFT_OUT = {"Cs", "Cc", "Cn", "Co"}
MEAN = "<>&\"'=?.\\%#;{}[]()@:/ ￼�\u00a0\u200d\ufe0f\u0301\u00ad"
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ 0123456789", "äöüßéèñçøÅ ", "नदीकिनारेलालटेन्ं ा", "مرحباًبكمفيالنشرة ",
    "こんにちは世界編集部ー ", "👩‍👧🌊🏳️‍🌈❤️🇮🇪", MEAN,
)  # fmt: skip


def strings(count: int, *, purpose: str) -> list[str]:
    """Runs of scripts, of trouble and of anything at all, without blanks at the ends and what no email may carry."""
    chance = random.Random(f"{os.environ['DIGEST_HYPOTHESIS_SEED']} {purpose}")
    out: list[str] = []
    while len(out) < count:
        made = "".join(run(chance) for _ in range(chance.randint(1, 4)))
        kept = "".join(char for char in made if not unwanted(char)).strip()
        if kept:
            out.append(kept)
    return out


def run(chance: random.Random) -> str:
    size = chance.randint(1, 20)
    if chance.random() < 0.4:
        return "".join(chr(chance.randrange(0x110000)) for _ in range(size))
    return "".join(chance.choices(chance.choice(ALPHABETS), k=size))


def unwanted(char: str) -> bool:
    return (
        unicodedata.category(char) in LEFT_OUT
        or char in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


class Page(HTMLParser):
    """Texts between tags and values of attributes, in order, as a browser would decode them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html_of(data: bytes) -> str:
    message: Any = message_from_bytes(data, policy=policy)
    content: str = message.get_body(("html",)).get_payload(decode=True).decode()
    return content.replace("\r\n", "\n")


def test_titles_texts_alts_and_links_of_articles_read_back() -> None:
    """Each string as title, summary, alternative text and path of a link, from the message as sent."""
    titles, texts, alts, paths = (strings(STRINGS, purpose=name) for name in ("title", "text", "alt", "href"))
    paths = ["".join(char for char in path if not char.isspace() and char not in "\\\u00a0") for path in paths]
    for start in range(0, STRINGS, AT_ONCE):
        rows = list(zip(titles, texts, alts, paths, strict=True))[start : start + AT_ONCE]
        items = [
            item(number, title=title, summary=text, url=f"https://harbour.example/{number}/{path}",
                 image=Image(f"https://harbour.example/{number}.png", alt=alt))
            for number, (title, text, alt, path) in enumerate(rows)
        ]  # fmt: skip
        page = Page(html_of(render_issue(issue(*items), theme=THEME, locale="en").fill(ADA).data))
        for number, (title, text, alt, path) in enumerate(rows):
            assert title in page.texts
            assert text in page.texts
            assert alt in page.attributes["alt"]
            assert f"https://harbour.example/{number}/{path}" in page.attributes["href"]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_names_read_back_from_every_slot(encoding: str) -> None:
    """Each string as a reader's name: text, title, alternative text, part of a link, and the plain part."""
    source = issue()
    rich: tuple[str | Fill, ...] = (
        "<title>", Fill("name", "title"), "</title><p>", Fill("name", "text"), "</p>",
        '<img alt="', Fill("name", "attribute"), '"><a href="https://h.example/?n=', Fill("name", "url_part"),
        '">x</a>\n',
    )  # fmt: skip
    rendition = Rendition("en", "ltr", "t", source.subject, "=_b", links_for(source),
                          header_pieces(source, boundary="=_b", locale="en"),
                          Part(encoding, ("Hello ", Fill("name", "plain"), "\n")), Part(encoding, rich))  # fmt: skip
    for name in strings(STRINGS, purpose="name"):
        expected = " ".join(name.split())
        message: Any = message_from_bytes(rendition.fill(replace(ADA, name=name)).data, policy=policy)
        page = Page(message.get_body(("html",)).get_payload(decode=True).decode().replace("\r\n", "\n"))
        assert page.texts[:2] == [expected] * 2
        assert page.attributes["alt"] == [expected]
        assert unquote(page.attributes["href"][0].partition("?n=")[2]) == expected
        plain = message.get_body(("plain",)).get_payload(decode=True).decode()
        assert plain == f"Hello {expected}\r\n" if encoding == "quoted-printable" else f"Hello {expected}\n"


def read_back(value: str) -> str:
    """A header's value by the older decoder, which joins encoded words exactly (RFC 2047 section 6.2)."""
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def test_names_read_back_from_to() -> None:
    """Each string as the name in To: one mailbox, this name, lines of at most 78, nothing but ASCII."""
    links = links_for(issue())
    for name in strings(STRINGS, purpose="to"):
        written = f"To: {to_header(Values(replace(ADA, name=name), links))}\r\n"
        assert max(map(len, written.split("\r\n"))) <= 78
        parsed: Any = message_from_bytes((written + "\r\n").encode("ascii"), policy=policy)
        assert [mailbox.addr_spec for mailbox in parsed["to"].addresses] == [ADA.address]
        words, _, address = written.removeprefix("To: ").replace("\r\n", "").rpartition(" ")
        assert address == f"<{ADA.address}>"
        quoted = words.startswith('"')
        decoded = re.sub(r"\\(.)", r"\1", words[1:-1]) if quoted else read_back(words)
        assert decoded == " ".join(name.split())


def test_subjects_read_back() -> None:
    """Each string as a subject, by both decoders of the standard library, on lines of at most 78."""
    for subject in strings(STRINGS, purpose="subject"):
        written = f"Subject: {unstructured(subject, used=9, field='subject')}\r\n"
        assert max(map(len, written.split("\r\n"))) <= 78
        assert read_back(written.partition(": ")[2]) == subject
        parsed: Any = message_from_bytes((written + "\r\n").encode("ascii"), policy=policy)
        assert parsed["subject"] == subject
        assert not parsed["subject"].defects
