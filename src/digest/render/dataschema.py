"""The data templates see, as a JSON Schema: what `docs/template-data.schema.json` is written from.

Describes `contract`, whose views are read-only and whose strings are text from outside. Invariant (held by a test over
every fixture): each variable a template can see is described here, and nothing else is.

`SCHEMA` counts up when a name goes or changes its meaning; a name that is added leaves it as it is. A template may ask
`{% if schema == 1 %}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from digest.render.contract import SCHEMA
from digest.render.segments import SLOT_FILTERS, SLOTS
from digest.render.theme import Colour, Length, Theme

_ROWS = """
schema               1             the version of this contract
issue.subject        string        the subject line
issue.preheader      string        what inboxes show after the subject
issue.intro          string        the editor's note as it was written, in Markdown, "" for none
issue.intro_paragraphs strings     its paragraphs and items as plain words
issue.intro_blocks.kind string     paragraph, quote or list
issue.intro_blocks.level integer   in how many other lists a list stands
issue.intro_blocks.rows.number integer? of an item in a numbered list
issue.intro_blocks.rows.spans.text string words that look alike
issue.intro_blocks.rows.spans.url link? where they lead
issue.intro_blocks.rows.spans.strong boolean in bold
issue.intro_blocks.rows.spans.emphasis boolean in italics
issue.intro_blocks.rows.spans.line_break boolean a new line begins before them
issue.in_this_issue  string        the titles in one sentence, "" for none
issue.sample         boolean       a preview of old articles: say so
issue.passed_over    integer       articles that did not fit ("and 12 more")
issue.extra          map           further texts by name, for programs that make issues
digest.title         string        name of the publication
digest.number        integer?      number of the issue, null before it has one
digest.period        string        the days it covers, in the reader's language
digest.count         integer       how many articles
digest.minutes       integer       reading time of the whole, at least 1
digest.list_name     string        the list it goes to
site.name            string        who publishes
site.url             link?         their address
site.postal_address  string        where they can be reached by post
items.title          string        always there
items.title_derived  boolean       made of the text's first words, because there was no title
items.url            link?         null for an article that lives nowhere else: then show `body`
items.summary        string        whole sentences, "" for none
items.body           strings       paragraphs of the whole text, where it is carried
items.by             string        the authors, joined in the reader's language
items.source         string        name of the source in the configuration
items.source_title   string        name of the source as readers see it
items.published      time?         when it appeared; print it with |dateformat
items.tags           strings       as the source gives them
items.language       string?       BCP 47 tag: put it into lang="…" where it is not the issue's
items.dir            direction     of the article's own text
items.minutes        integer       reading time, at least 1
items.views          integer?      as counted at the source
items.comments       integer?      as counted at the source
items.reactions      integer?      as counted at the source
items.image.url      link          the picture's address
items.image.alt      string        what it shows, "" where nobody said
items.image.thumb    length        width of a small one
items.image.tile     length        width of one of two side by side
items.image.hero     length        width of a large one
items.image.bleed    length        width of one from edge to edge
items.pictured       boolean       it has a picture
items.flags          strings       what an editor or a check noted
items.section        string        the heading it stands under, "" for none; those of one section follow each other
dir                  direction     of the issue: .start .end .opposite give the sides
lang                 string        BCP 47 tag of the issue
layout.rich          integer       how many rows have room for picture and summary
layout.body_chars    integer       how many characters of a whole text
layout.thumb         length        width of a small picture
layout.tile          length        width of one of two side by side
layout.tile_height   length        its height at 3:2
layout.hero_height   length        height of a large picture at 3:2
layout.bleed_height  length        height of one from edge to edge at 3:2
"""
_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "1": {"const": SCHEMA},
    "link": {"type": "string", "format": "uri", "pattern": "^(https?://|mailto:)"},
    "time": {"type": "string", "format": "date-time"},
    "direction": {"enum": ["ltr", "rtl"]},
    "length": {"type": "string", "pattern": "^[0-9]+px$"},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
}
_MAYBE = ("items.image",)
_MANY = ("items", "issue.intro_blocks", "issue.intro_blocks.rows", "issue.intro_blocks.rows.spans")
FUNCTIONS = {
    "t": 't("min", count=item.minutes): a fixed sentence in the reader\'s language',
    "slot": f"slot(name): a value of each reader, one of {', '.join(SLOTS)}; filters: {', '.join(SLOT_FILTERS)}",
    "topic": 'topic("news"), in shown_if: the reader chose this topic, or chose none',
    "locale": 'locale("de"), in shown_if: the reader reads this language',
    "has": 'has("name"), in shown_if: this slot is not empty for the reader',
}


def data_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a template's variables."""
    root: dict[str, Any] = {"type": "object", "additionalProperties": False, "required": [], "properties": {}}
    for name, kind, about in _rows():
        _put(root, name.split("."), kind, about)
    root["properties"]["theme"] = _dataclass(Theme)
    root["required"].append("theme")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What a template of digest sees, version {SCHEMA}",
        "description": "Written by `make docs` from the program; do not edit. Beside these there are functions.",
        **root,
        "x-functions": FUNCTIONS,
    }


def schema_text() -> str:
    return json.dumps(data_schema(), indent=2, ensure_ascii=False) + "\n"


def _rows() -> Iterator[tuple[str, str, str]]:
    for line in _ROWS.strip().split("\n"):
        name, kind, about = line.split(maxsplit=2)
        yield name, kind, about


def _put(root: dict[str, Any], path: list[str], kind: str, about: str) -> None:
    """Add one row at its place, making the objects and lists on the way."""
    place, walked = root, []
    for step in path[:-1]:
        walked.append(step)
        whole = ".".join(walked)
        if step not in place["properties"]:
            made = {"type": "object", "additionalProperties": False, "required": [], "properties": {}}
            held = {"type": "array", "items": made} if whole in _MANY else made
            place["properties"][step] = {"anyOf": [made, {"type": "null"}]} if whole in _MAYBE else held
            place["required"].append(step)
        inner = place["properties"][step]
        place = inner.get("items") or inner.get("anyOf", [inner])[0]
    described = {"description": about, **_TYPES[kind.rstrip("?")]}
    if kind.endswith("?"):
        described = {"description": about, "anyOf": [_TYPES[kind.rstrip("?")], {"type": "null"}]}
    place["properties"][path[-1]] = described
    place["required"].append(path[-1])


def _dataclass(kind: type) -> dict[str, Any]:
    """The theme's tokens as they are declared."""
    hints = get_type_hints(kind)
    properties = {field.name: _token(hints[field.name]) for field in fields(kind)}
    return {
        "type": "object", "additionalProperties": False, "required": list(properties), "properties": properties,
    }  # fmt: skip


def _token(hint: Any) -> dict[str, Any]:
    options = [option for option in get_args(hint) if option is not type(None)]
    if type(None) in get_args(hint):
        return {"anyOf": [_token(options[0]), {"type": "null"}]}
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint)
    if getattr(hint, "__origin__", None) is tuple:
        return {"type": "array", "items": _token(options[0])}
    if hint is Colour:
        return {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
    if hint is Length:
        return _TYPES["length"]
    return {bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"}}.get(
        hint, {"type": "string"}
    )
