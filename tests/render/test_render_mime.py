"""Splicing: what is put together from encoded pieces decodes to exactly the text, line by line within the rules."""

from __future__ import annotations

import base64
import quopri

from hypothesis import example, given
from hypothesis import strategies as st
from render_samples import ADA, PERIOD

from digest.model import Recipient
from digest.render.mime import base64_lines, better_encoding, folded, quoted_printable, quoted_printable_value
from digest.render.ready import ready_for
from digest.render.segments import Fill, Links, Values, show
from digest.render.splicing import Layout

LINKS = Links("https://m.example/u/{token}", "m.example", "digest@m.example", PERIOD.end)
TEXT = st.text(
    st.one_of(st.sampled_from(" .=\n\tFa>é水🌊"), st.characters(exclude_categories=["Cs", "Cc"])), max_size=300
)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
PIECES = st.lists(
    st.one_of(TEXT, st.sampled_from([Fill("name", "text"), Fill("address", "plain"), Fill("name", "plain_start")])),
    max_size=12,
)


def spliced(pieces: list[str | Fill], values: Values, encoding: str = "quoted-printable") -> bytes:
    return Layout([(encoding, pieces)]).filled(ready_for(LINKS)(values.recipient), values)


def assert_lines(data: bytes) -> None:
    for line in data.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith(b".")
        assert not line.endswith((b" ", b"\t"))
        assert b"\n" not in line
        assert b"\r" not in line
        assert line.isascii()


@given(TEXT)
def test_quoted_printable_decodes_to_what_went_in_and_keeps_every_line_rule(text: str) -> None:
    """For any text, decoding gives it back with CRLF for LF, and no line is long, dotted or blank-ended."""
    data = quoted_printable(text.encode())
    assert_lines(data)
    assert quopri.decodestring(data).replace(b"\r\n", b"\n") == text.encode()
    assert data == b"" or data.endswith(b"\r\n")


@given(TEXT)
@example("x" * 73 + "=")
@example("=" + "x" * 73)
def test_a_value_is_encoded_as_a_literal_would_be(text: str) -> None:
    """The quick way for values of one line makes the same bytes."""
    assert quoted_printable_value(text) == quoted_printable(text.encode())


@given(st.from_regex(r"\A[a-z][a-z/:. ]{0,200}[a-z]\Z"))
@example("x" * 75 + ".y")
@example("x" * 75)
@example("x" * 76)
def test_what_needs_no_encoding_is_folded_as_a_literal_would_be(text: str) -> None:
    """Lines break at the same columns, and a dot that comes to stand first is encoded."""
    assert folded(text.encode()) == quoted_printable(text.encode())


@given(st.binary(max_size=300))
def test_base64_lines_are_the_standard_encoding_in_lines_of_76(data: bytes) -> None:
    """Joined they are what the standard library writes; every line but the last is full; nothing makes nothing."""
    lines = base64_lines(data).split(b"\r\n")
    assert lines.pop() == b""
    assert b"".join(lines) == base64.b64encode(data)
    assert all(len(line) == 76 for line in lines[:-1])
    assert all(0 < len(line) <= 76 for line in lines)


@given(PIECES, NAMES)
def test_spliced_quoted_printable_equals_the_plain_rendering(pieces: list[str | Fill], name: str) -> None:
    """Any literals and values, in any order, decode to the text `show` gives."""
    values = Values(Recipient(0, 0, "a@b.example", name=name), LINKS)
    data = spliced(pieces, values)
    assert_lines(data)
    assert quopri.decodestring(data).replace(b"\r\n", b"\n").decode() == show(pieces, values)


@given(PIECES, NAMES)
def test_spliced_base64_equals_the_plain_rendering_in_every_phase(pieces: list[str | Fill], name: str) -> None:
    """Whatever number of bytes each piece leaves over, the lines are one valid base64 text of what `show` gives."""
    values = Values(Recipient(0, 0, "a@b.example", name=name), LINKS)
    data = spliced(pieces, values, "base64")
    assert_lines(data)
    assert base64.b64decode(data.replace(b"\r\n", b""), validate=True).decode() == show(pieces, values)


def test_a_value_that_starts_with_a_dot_never_starts_a_line_with_it() -> None:
    """SMTP transparency is never needed: a leading dot of a slot is encoded."""
    values = Values(Recipient(0, 0, "a@b.example", name=".forward"), LINKS)
    data = spliced(["Hi ", Fill("name", "text"), "\n"], values)
    assert b"\r\n=2Eforward=\r\n" in data


def test_the_smaller_encoding_is_chosen_by_script() -> None:
    """English stays readable quoted-printable; Hindi, which it would triple, becomes base64."""
    assert better_encoding("Plain words, and one café.\n" * 20) == "quoted-printable"
    assert better_encoding("नदी किनारे लालटेन\n" * 20) == "base64"


def test_operations_of_a_slot_run_at_fill_in_order() -> None:
    """`default` fills an empty value, `upper` and `dateformat` work on the recipient's own."""
    nameless = Values(Recipient(0, 0, "a@b.example"), LINKS)
    assert Fill("name", "text", (("default", "friend"), ("upper",))).resolve(nameless) == "FRIEND"
    assert Fill("name", "url_part", (("title",),)).resolve(Values(ADA, LINKS)) == "Ada%20Reader"
    months = ("Jan",) * 10 + ("November", "Dec")
    days = ("Monday",) * 7
    tokyo = Values(Recipient(0, 0, "a@b.example", timezone="Asia/Tokyo"), LINKS)
    when = Fill("date", "text", (("dateformat", "%A %d %B %H:%M", months, days),))
    assert when.resolve(tokyo) == "Monday 23 November 18:00"
