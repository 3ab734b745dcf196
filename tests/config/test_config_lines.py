"""The line scanner against tomllib: same keys, right lines."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.lines import locate


def paths_of(value, path=()):
    """Every key and index of what tomllib gives."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


HARD = '''\
"quoted key" = 1
top.dotted.'key' = "# not a remark"  # a remark = 2
[site]  # [not.a.table]
text = """first "quoted" line
[not.a.table]
last line"""""
raw = \'\'\'one
two = 2\'\'\'
when = 1979-05-27 07:32:00
"esc\\u0061ped" = true
[list.members]
topics = [
  "news",  # a, b
  [ "x" ],
  { a.b = 1, c = "}" },
]
[[old]]
a = 1
[old.sub]
b = 1
[[old]]
[[old.deep]]
c = { }
[ digest . "week ly" ]
summary = { sentences = 2, max_chars = 280 }
[a.b.c]
[a]
z = []
'''


def test_every_key_of_a_hard_document_has_the_line_where_it_stands():
    """Strings over several lines, remarks, inline tables, arrays of tables and odd keys all keep their lines."""
    found = locate(HARD)
    assert set(found) == set(paths_of(tomllib.loads(HARD)))
    assert found["top", "dotted", "key"] == 2
    assert found["site",] == 3
    assert found["site", "text"] == 4
    assert found["site", "raw"] == 7
    assert found["site", "when"] == 9
    assert found["site", "escaped"] == 10
    assert [found["list", "members", "topics", index] for index in range(3)] == [13, 14, 15]
    assert found["list", "members", "topics", 2, "c"] == 15
    assert found["old", 0, "sub", "b"] == 20
    assert found["old", 1, "deep", 0, "c"] == 23
    assert found["digest", "week ly", "summary", "max_chars"] == 25
    assert found["a", "b", "c"] == 26
    assert found["a",] == 27, "an explicit header wins over one implied by a sub-table"


def test_windows_line_ends_count_once():
    """CR LF is one line end."""
    assert locate("a = 1\r\nb = 2\r\n")["b",] == 2


@pytest.mark.parametrize("text", ["a = [1,", "a = ", "[a", "= 1", "a = {b", 'a = "', "[[x"])
def test_a_broken_document_ends_the_scan_quietly(text):
    """The scanner neither raises nor hangs on text that is not TOML."""
    assert isinstance(locate(text), dict)


NAMES = st.text(st.sampled_from("abcé.# ]=-_\"'"), min_size=0, max_size=4)
STRINGS = st.text(st.sampled_from("ab \"'#[]{}=,\n\\é"), max_size=8)
LEAVES = st.one_of(STRINGS, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), max_size=4)


class Writer:
    """Writes TOML in a random style and notes on which line it put each key."""

    def __init__(self, draw):
        self.draw, self.text, self.lines = draw, "", {}

    def choose(self, *options):
        return self.draw(st.sampled_from(options))

    def key(self, name):
        return name if name.isascii() and name.isalnum() else json.dumps(name, ensure_ascii=False)

    def note(self, path):
        self.lines[path] = self.text.count("\n") + 1

    def document(self, data):
        for name, table in data.items():
            self.text += self.choose("", "\n", "# a remark = 1\n")
            self.note((name,))
            self.text += f"[{self.key(name)}]{self.choose('', ' # remark')}\n"
            for key, value in table.items():
                self.pair((name, key), value)
                self.text += self.choose("\n", "  # [x]\n", "\n\n")

    def pair(self, path, value):
        self.note(path)
        self.text += f"{self.key(path[-1])}{self.choose('=', ' = ')}"
        self.value(path, value)

    def value(self, path, value):
        if isinstance(value, str):
            self.string(value)
        elif isinstance(value, list):
            self.text += "["
            for index, item in enumerate(value):
                self.text += self.choose("", "\n  ", " # remark ]\n")
                self.note((*path, index))
                self.value((*path, index), item)
                self.text += self.choose(",", ",\n", "\n,")
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{"
            for index, (key, item) in enumerate(value.items()):
                self.text += ", " if index else ""
                self.pair((*path, key), item)
            self.text += "}"
        else:
            self.text += str(value).lower()

    def string(self, value):
        escaped = value.replace("\\", "\\\\")
        if self.choose(True, False):
            self.text += '"""\n' + escaped.replace('"', '\\"') + '"""'
        elif "'" not in value and "\n" not in value and self.choose(True, False):
            self.text += f"'{value}'"
        else:
            self.text += json.dumps(value, ensure_ascii=False)


@st.composite
def written_documents(draw):
    data = draw(DOCUMENTS)
    writer = Writer(draw)
    writer.document(data)
    return data, writer.text, writer.lines


@settings(max_examples=80, deadline=None)
@given(written_documents())
def test_the_scanner_finds_exactly_the_keys_of_tomllib_where_they_stand(written):
    """For any document: the same paths as tomllib, each on the line where it was written."""
    data, text, lines = written
    assert tomllib.loads(text) == data, "the test's own writer is wrong"
    assert locate(text) == lines
