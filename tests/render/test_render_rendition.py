"""`fill` is quick because it recognises, remembers and prepares; it must not be noticed in a single byte."""

from __future__ import annotations

import base64
import os
import pickle
import quopri
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as policy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_plain import plain_message
from render_samples import ADA, THEME, issue, item, sending

from digest.errors import DigestError
from digest.model import Message, Recipient
from digest.render import Condition, Fill, Part, Rendition, Switch, render_issue
from digest.render.escaping import ESCAPES
from digest.render.headers import header_pieces, links_for
from digest.render.locale import LANGUAGES, language
from digest.render.segments import SLOTS, Piece

PROOF = os.environ.get("DIGEST_PROOF") == "1"
EXAMPLES = 2_000 if PROOF else 40
pytestmark = [pytest.mark.slow] if PROOF else []
HOSTILE = (
    "Ada\r\nBcc: x@y.example", '"><script>', "From here", ".", ". Dot", "..", "=?utf-8?q?x?=", "a=b", "=3D", "O'Brien",
    "J. R. Smith", "  two  blanks ", "\t", "\x00", "\u202eevil", "\ud800", "नदी किनारे", "Zoë Ó Briain",
    "مريم", "👩\u200d👩\u200d👧\u200d👦", "x" * 75, "x" * 76, "x" * 41, "Ada " * 18 + "Ada", "é" * 40, "y" * 74 + ".z",
    "> quoted", "a,b", "a@b", "100%", "A&B", "<", "x ", "٣", "ﬁ", "Ada\u00a0Reader", "\ufeffAda",
    "a" * 20 + " " + "b" * 99, "\\", '"', "(c)", "a;b", "Ⅷ", "ß",
)  # fmt: skip
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc"])
ANY = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=30), st.text(PRINTABLE, max_size=250),
    st.text(st.sampled_from("Ada .=>F'&é水-_"), max_size=90), st.from_regex(r"\A[A-Za-z]{1,12}( [A-Z][a-z]{1,50})?\Z"),
)  # fmt: skip
LOCAL = st.one_of(st.sampled_from(["ada", "a.b+c", ".a", "zoë", "o'brien", "a=b", "x" * 64, "a&b", '"quoted"', "नदी"]),
                  st.from_regex(r"\A[a-z0-9._+-]{1,40}\Z"))  # fmt: skip
ADDRESSES = st.builds("{}@{}".format, LOCAL, st.sampled_from(["b.example", f"{'very-' * 11}long.example", "x.test"]))
TOKENS = st.one_of(st.from_regex(r"\A[A-Za-z0-9_-]{1,60}\Z"), st.sampled_from(["AQ", "t" * 200, "a.b~c", "a b/é", "é"]))
ZONES = st.sampled_from(["", "Asia/Tokyo", "America/St_Johns", "Nowhere/At_all", "../etc/passwd", "\n=é"])
TOPICS = st.one_of(st.none(), st.lists(st.sampled_from(["news", "boats", "ü"]), unique=True).map(tuple))
PEOPLE = st.builds(
    Recipient, st.just(7), st.sampled_from([0, 3]), ADDRESSES, name=ANY, timezone=ZONES, topics=TOPICS,
    locale=st.sampled_from(["", "é=", *LANGUAGES]), message_id=st.sampled_from(["", "m7", "m" * 80]),
    tokens=st.fixed_dictionaries({"unsubscribe": TOKENS, "bounce": TOKENS}),
)  # fmt: skip
LINKS = ("https://m.example/u/{token}", "mailto:leave@m.example?subject=unsubscribe%20{token}", "{token}",
         "https://m.example/?a=1&b={token}&c='x'", "https://m.example/" + "p" * 60 + "/{token}/{token}", "https://m.example/x",
         "https://m.example/u/{token}.é")  # fmt: skip


@st.composite
def operations(draw: Any) -> tuple[tuple[Any, ...], ...]:
    """Any of the slot filters, in any order, with the names of any language."""
    words = language(draw(st.sampled_from(LANGUAGES)))
    dates = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
    months = tuple(words.date(day, "MMMM", "UTC") for day in dates)
    days = tuple(words.date(datetime(2026, 6, day, tzinfo=UTC), "EEEE", "UTC") for day in range(1, 8))
    pattern = draw(st.sampled_from(["%A %d %B %Y", "%H:%M", "%B = %B ", "é%d"]))
    some = st.sampled_from([("default", "friend"), ("default", ""), ("upper",), ("title",), ("urlencode",),
                            ("dateformat", pattern, months, days)])  # fmt: skip
    return tuple(draw(st.lists(some, max_size=2)))


FILLS = st.builds(
    Fill, st.sampled_from([*SLOTS, "name", "name", "unsubscribe_token"]), st.sampled_from([*ESCAPES][:-1]),
    st.one_of(st.just(()), operations()),
)  # fmt: skip
LITERALS = st.one_of(
    st.sampled_from(["", "a", "ab", "\n", "=", ".", " \n", "<p>", "</p>\n", "水", "é" * 30]),
    st.text(st.one_of(st.sampled_from(" .=\n\tF>é水🌊"), PRINTABLE), max_size=200),
)
ASKED = st.one_of(
    st.builds(Condition, st.just("topic"), st.sampled_from(["news", "BOATS", "ü"]), st.booleans()),
    st.builds(Condition, st.just("has"), st.sampled_from(["name", "timezone", "locale"]), st.booleans()),
    st.builds(Condition, st.just("locale"), st.sampled_from(["de", "hi"]), st.booleans()),
)
CONDITIONS = st.recursive(ASKED, lambda inner: st.builds(
    Condition, st.sampled_from(["all", "any"]), st.just(""), st.booleans(),
    st.lists(inner, min_size=1, max_size=3).map(tuple)), max_leaves=4)  # fmt: skip
FLAT = st.lists(st.one_of(LITERALS, FILLS), max_size=8)
PIECES = st.recursive(
    FLAT.map(tuple),
    lambda inner: st.lists(st.one_of(LITERALS, FILLS, st.builds(Switch, CONDITIONS, inner)), max_size=6).map(tuple),
    max_leaves=6,
)
PARTS = st.builds(Part, st.sampled_from(["quoted-printable", "base64"]), PIECES)


@st.composite
def renditions(draw: Any) -> Rendition:
    """Real headers and any bodies, in any language."""
    tag = draw(st.sampled_from(LANGUAGES))
    bounce = draw(st.sampled_from([None, "b+{token}@bounce.m.example"]))
    source = issue(subject=draw(st.sampled_from(["Boats", "Bürgerblatt: नदी"])), sending=sending(
        bounce_address=bounce, test=draw(st.booleans()), public_url=draw(st.sampled_from([None, "https://m.example"]))
    ))  # fmt: skip
    links = replace(links_for(source), unsubscribe=draw(st.sampled_from(LINKS)))
    header = header_pieces(source, boundary="=_b", locale=tag)
    return Rendition(tag, "ltr", "t", source.subject, "=_b", links, header, draw(PARTS), draw(PARTS))


def same_as_plain(rendition: Rendition, people: list[Recipient]) -> None:
    for person in people:
        try:
            expected = plain_message(rendition, person)
        except DigestError:
            with pytest.raises(DigestError):
                rendition.fill(person)
            continue
        assert rendition.fill(person).data == expected
        assert rendition.headers(person).encode() + b"\r\n" == expected.partition(b"\r\n\r\n")[0] + b"\r\n" * 2


@given(renditions(), st.lists(PEOPLE, min_size=1, max_size=6))
@settings(max_examples=EXAMPLES)
def test_fill_is_byte_for_byte_the_plain_rendering(rendition: Rendition, people: list[Recipient]) -> None:
    """Any pieces, slots, filters and blocks, any people one after another: the bytes of encoding piece by piece."""
    same_as_plain(rendition, people + people)
    same_as_plain(Rendition.from_bytes(rendition.to_bytes()), people)


@given(renditions(), PEOPLE)
@settings(max_examples=EXAMPLES)
def test_both_bodies_decode_to_what_a_preview_shows(rendition: Rendition, person: Recipient) -> None:
    """Taken apart without our own code, the bodies are `text` and `html`, and every line keeps the rules of SMTP."""
    try:
        message = rendition.fill(person)
    except DigestError:
        return
    _, _, rest = message.data.partition(b"\r\n\r\n")
    bodies = [part.partition(b"\r\n\r\n")[2] for part in rest.split(b"--=_b")[1:3]]
    for part, data, shown in zip(
        (rendition.plain, rendition.rich), bodies, (rendition.text(person), rendition.html(person)), strict=True
    ):
        data = data.removesuffix(b"\r\n")
        decoded = base64.b64decode(data) if part.encoding == "base64" else quopri.decodestring(data)
        assert decoded.replace(b"\r\n", b"\n") == shown.encode()
        for line in data.split(b"\r\n"):
            assert len(line) <= 76
            assert line.isascii()
            assert not line.startswith(b".")
            assert not line.endswith((b" ", b"\t", b"\r"))
            assert b"\n" not in line


@pytest.mark.parametrize("tag", LANGUAGES)
def test_real_issues_in_every_language_are_the_plain_rendering(tag: str) -> None:
    """The built-in template, for every hostile name and several kinds of address, link and topic list."""
    for public in (None, f"https://{'long-' * 8}harbour.example/"):
        rendition = render_issue(issue(item(1), sending=sending(public_url=public)), theme=THEME, locale=tag)
        addresses = ("zoë@b.example", "o'b=c&d@b.example", "x" * 80 + "@b.example")
        people = [replace(ADA, name=name) for name in HOSTILE]
        same_as_plain(rendition, people + [replace(ADA, address=address) for address in addresses])


def with_parts(plain: Part, rich: Part) -> Rendition:
    source = issue()
    header = header_pieces(source, boundary="=_b", locale="en")
    return Rendition("en", "ltr", "t", source.subject, "=_b", links_for(source), header, plain, rich)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_every_context_of_every_common_value_is_the_plain_rendering(encoding: str) -> None:
    """Names, addresses and tokens just inside and just outside what is recognised, in every context at once."""
    slots = ("name", "address", "unsubscribe_url")
    part = Part(encoding, tuple(
        piece for slot in slots for context in [*ESCAPES][:-1] for piece in ("<p>", Fill(slot, context), "\n")
    ))  # fmt: skip
    people = [replace(ADA, name=name) for name in (*HOSTILE, "From", "From here", "Ada From", "a" * 40, "a" * 41)]
    people += [replace(ADA, name="n" * length) for length in range(50, 80)]
    people += [replace(ADA, name="n" * 20, address="a" * length + "@b.example") for length in range(30, 80)]
    people += [replace(ADA, address=f"{'a' * length}.x.y@b.example") for length in range(60, 80)]
    people += [replace(ADA, address=address) for address in ("a?b@x.test", "a'b@x.test", "a&b@x.test", "A%@x.test")]
    people += [
        replace(ADA, tokens={"unsubscribe": token}) for token in ("a.b~-_", "a b", "a=b", "é", "a/b", "x" * 99, "&")
    ]
    for unsubscribe in LINKS:
        rendition = with_parts(part, Part(encoding, part.pieces))
        same_as_plain(replace(rendition, links=replace(rendition.links, unsubscribe=unsubscribe)), people)


def test_a_new_combination_of_lengths_is_never_taken_for_an_old_one() -> None:
    """In base64 every pair of lengths from empty to nine, met in any order, decodes to its own values."""
    name, zone, locale = (Fill(slot, "text") for slot in ("name", "timezone", "locale"))
    part = Part("base64", ("a", name, "b", zone, "cd", name, name, "e", zone, "f" * 100, locale))
    people = [
        replace(ADA, name="n" * first, timezone="t" * second, locale="l" * (first * second % 4))
        for first in range(10)
        for second in range(10)
    ]
    same_as_plain(with_parts(part, replace(part)), people + people[::-7] + people[::3])


def test_more_ways_and_lengths_than_are_kept_still_fill_right() -> None:
    """Past the bounds of what is prepared (layouts, base64 sheets, remembered zones) nothing changes but the time."""
    operations: tuple[Any, ...] = ((), (("upper",),), (("default", "xy"),))
    slots = [Fill("name", context, one) for context in ("text", "plain", "url_part") for one in operations]
    switches = [Switch(Condition("topic", f"t{number}"), (f"{number}\n",)) for number in range(8)]
    pieces: tuple[Piece, ...] = (*slots, *switches, Fill("timezone", "text"), Fill("date", "text"))
    people = [
        replace(
            ADA,
            name="&é<"[: number % 4] * (number % 7),
            timezone=f"Z/{number}",
            topics=tuple(f"t{bit}" for bit in range(8) if number >> bit & 1),
        )
        for number in range(300)
    ]
    same_as_plain(with_parts(Part("quoted-printable", pieces), Part("base64", pieces)), people)


def test_more_combinations_of_lengths_than_sheets_still_fill_right() -> None:
    """Six values in base64 whose lengths vary on their own, in 486 ways: those that came late are right as well."""
    names = (Fill("name", "text"), Fill("name", "plain"))
    others = [Fill(slot, "text") for slot in ("address", "timezone", "locale", "unsubscribe_url")]
    part = Part("base64", ("<p>", *(piece for fill in (*names, *others) for piece in (fill, "-" * 4))))
    people = [
        replace(
            ADA,
            name="&" * (number // 243) + "n" * (number % 3),
            address="a" * (number // 3 % 3 + 1) + "@b.example",
            timezone="t" * (number // 9 % 3),
            locale="l" * (number // 27 % 3),
            tokens={"unsubscribe": "u" * (number // 81 % 3 + 1)},
        )
        for number in range(486)
    ]
    rendition = with_parts(Part("quoted-printable", ("x\n",)), part)
    same_as_plain(rendition, people + people[::-1])


def test_changing_a_rendition_forgets_what_was_prepared() -> None:
    """A copy with other bodies does not print the old ones."""
    rendition = render_issue(issue(), theme=THEME, locale="en")
    before = rendition.fill(ADA).data
    other = replace(rendition, rich=Part("quoted-printable", ("Other\n",)))
    assert b"\r\n\r\nOther\r\n" in other.fill(ADA).data
    assert rendition.fill(ADA).data == before


def test_messages_are_the_same_values_as_the_constructor_makes() -> None:
    """Equal, hashed, copied, pickled and refused assignment like any `Message`."""
    made = render_issue(issue(), theme=THEME, locale="en").fill(ADA)
    same = Message(7, "digest@harbour.example", "ada@mail.example", made.data, "m7@harbour.example", smtputf8=False)
    assert made == same
    assert hash(made) == hash(same)
    assert type(made) is Message
    assert pickle.loads(pickle.dumps(made)) == made
    assert replace(made, data=b"x").data == b"x"
    with pytest.raises(FrozenInstanceError):
        made.data = b"x"  # type: ignore[misc]


def test_the_standard_parser_reads_to_back_for_every_hostile_name() -> None:
    """One recipient, this address, whatever stands in the name."""
    rendition = render_issue(issue(), theme=THEME, locale="en")
    for name in HOSTILE:
        message: Any = message_from_bytes(rendition.fill(replace(ADA, name=name)).data, policy=policy)
        assert [address.addr_spec for address in message["To"].addresses] == [ADA.address], name
        assert message["Bcc"] is None
