"""The built-in templates compile to what npm's mjml 4 makes of them, but for the differences listed here.

Needs Node and a folder with npm's mjml: DIGEST_NPM (or DIGEST_AXE) names what holds its node_modules. The list is also
in docs/templates.md, with the reason of each.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from digest.render import RenderSettings, Templates, Theme
from digest.render import issue as rendering
from digest.render.binding import Tokens
from digest.render.contract import Layout, contract
from digest.render.fixtures import FIXTURES
from digest.render.locale import language
from digest.render.mjml import compile_mjml, prepared

PLACES = (os.environ.get("DIGEST_NPM", ""), os.environ.get("DIGEST_AXE", ""))
FOLDER = next((place for place in PLACES if place and (Path(place) / "node_modules" / "mjml").is_dir()), "")
pytestmark = pytest.mark.skipif(
    not FOLDER or shutil.which("node") is None, reason="needs node, and npm's mjml in the folder that DIGEST_NPM names"
)
NODE = """
const mjml = require(process.argv[1] + '/node_modules/mjml'), compile = mjml.default || mjml;
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const made = compile(JSON.parse(line), {validationLevel: 'soft', fonts: {}});
  console.log(JSON.stringify({html: made.html, errors: made.errors.map(one => one.formattedMessage)}));
});
"""
LOGO = Theme.from_settings(RenderSettings(logo="https://a.example/l.png", logo_dark="https://a.example/d.png"))
PLAIN = Theme.from_settings(RenderSettings())
SHOWN = ("week", "forty", "arabic", "sections", "texts", "no-pictures", "note", "one")
Piece = tuple[Any, ...]


class Stream(HTMLParser):
    """Tags with attributes and parsed styles, texts, and what stands in Outlook's comments, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[Piece] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append(("open", tag, {name: self._value(name, value or "") for name, value in sorted(attrs)}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _value(self, name: str, value: str) -> str:
        if name == "style":
            return ";".join(
                sorted(re.sub(r"\s*:\s*", ":", " ".join(one.split())) for one in value.split(";") if one.strip())
            )
        return " ".join(value.split())

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append(("close", tag))

    def handle_data(self, data: str) -> None:
        if words := " ".join(data.split()):
            self.pieces.append(("text", words))

    def handle_comment(self, data: str) -> None:
        condition = re.match(r"\[if ([^\]]*)\]>", data)
        if condition is None:
            self.pieces.append(("comment", data.strip()))
        elif data[condition.end() :].strip() == "<!":
            self.pieces.append(("others", condition[1]))
        else:
            inside = re.sub(r"<!\[endif\]$", "", data[condition.end() :])
            self.pieces += [("outlook", condition[1]), *Stream(inside).pieces, ("outlook ends",)]


def without_css_blanks(pieces: list[Piece]) -> list[Piece]:
    """Blanks inside style elements: npm writes `margin:0`, mrml `margin: 0`."""
    out, in_style = [], False
    for piece in pieces:
        if piece[0] in ("open", "close") and piece[1] == "style":
            in_style = piece[0] == "open"
        out.append(("text", re.sub(r"\s*([:;{},])\s*", r"\1", piece[1])) if in_style and piece[0] == "text" else piece)
    return out


def changed(pieces: list[Piece], change: Any) -> list[Piece]:
    return [("open", piece[1], change(piece[1], dict(piece[2]))) if piece[0] == "open" else piece for piece in pieces]


def sorted_classes(pieces: list[Piece]) -> list[Piece]:
    """The order of class names, which means nothing, and an empty class attribute."""

    def change(tag: str, given: dict[str, str]) -> dict[str, str]:
        if "class" in given:
            given["class"] = " ".join(sorted(given["class"].split()))
        return {name: value for name, value in given.items() if (name, value) != ("class", "")}

    return changed(pieces, change)


def outlook_classes(pieces: list[Piece]) -> list[Piece]:
    """`-outlook` behind each css-class of Outlook's own tables: mrml adds it to the last. No rule of ours uses it."""

    def change(tag: str, given: dict[str, str]) -> dict[str, str]:
        if "-outlook" in given.get("class", ""):
            given["class"] = " ".join(sorted(name.removesuffix("-outlook") for name in given["class"].split()))
        return given

    return changed(pieces, change)


def vertical_align(pieces: list[Piece]) -> list[Piece]:
    """vertical-align as an attribute of cells, where HTML knows no such attribute: mrml writes it, nobody reads it."""

    def change(tag: str, given: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in given.items() if name != "vertical-align"}

    return changed(pieces, change)


DIFFERENCES = (without_css_blanks, sorted_classes, outlook_classes, vertical_align)


@pytest.fixture(scope="module")
def npm() -> Iterator[Any]:
    process = subprocess.Popen(["node", "-e", NODE, str(Path(FOLDER).resolve())],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip

    def compiled(source: str) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(source) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    yield compiled
    process.terminate()
    process.wait()


def source_of(template: str, name: str, theme: Theme) -> str:
    one, words = FIXTURES[name], language(FIXTURES[name].locale)
    with Tokens("abcdefgh", names=words.names(), locale=words.tag):
        made = Templates().environment.get_template(f"{template}.mjml")
        source = made.render(contract(one.issue, theme, words, Layout(9, 12_000)))
    return prepared(source, block_token=rendering._edges("abcdefgh"))


def streams(npm: Any, source: str) -> tuple[list[Piece], list[Piece]]:
    theirs = npm(source)
    assert theirs["errors"] == []
    return Stream(compile_mjml(source)).pieces, Stream(theirs["html"]).pieces


@pytest.mark.parametrize("template", ["briefing", "list", "magazine", "letter"])
def test_our_compiler_agrees_with_npms_but_for_the_listed_differences(npm: Any, template: str) -> None:
    """Tags, attributes, styles, texts and Outlook's comments are equal for every kind of issue, once those are out."""
    for number, name in enumerate(SHOWN):
        ours, theirs = streams(npm, source_of(template, name, LOGO if number % 2 else PLAIN))
        for difference in DIFFERENCES:
            ours, theirs = difference(ours), difference(theirs)
        lines = [[repr(piece) for piece in pieces] for pieces in (theirs, ours)]
        assert list(difflib.unified_diff(*lines, "npm", "ours", lineterm="", n=0)) == [], name


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_every_listed_difference_is_there(npm: Any, difference: Any) -> None:
    """A difference that has gone is to be taken from the list: without it, the streams are not equal."""
    ours, theirs = streams(npm, source_of("briefing", "week", LOGO))
    for other in DIFFERENCES:
        if other is not difference:
            ours, theirs = other(ours), other(theirs)
    assert ours != theirs
