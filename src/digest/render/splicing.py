"""Sections of pieces as one list of bytes with gaps: filling is a copy, one assignment to all gaps, and the join.

A `Layout` is the whole message for one way the switches stand. Its values are made once each, however many gaps they
fill. Quoted-printable keeps every value on lines of its own, so one sheet serves everybody. Base64 is encoded in
threes: what stands around a gap depends on how many bytes came before it, that is on each value's length modulo 3.
There is a sheet for every such combination that occurs, all literals in it encoded, and only the few bytes from one
whole triple to the next are encoded per message.

Must not import Jinja2, MJML or Babel. Invariant: the bytes are those of encoding piece after piece (`mime`).

Why this way: 28 KB with 16 slots take 1.9 us in quoted-printable, of which the join is 1.0, and 5.5 us in base64; a
loop over the pieces took 5 and 25 (benchmarks/bench_fill.py).
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias, TypeGuard

from digest.render.headers import to_header
from digest.render.mime import base64_lines, quoted_printable, quoted_printable_value
from digest.render.ready import Found, place_of
from digest.render.segments import Fill, Values, merged

Encode: TypeAlias = Callable[[Values], bytes]
Section: TypeAlias = "tuple[str, Iterable[str | Fill]]"
_KEPT_SHEETS = 243  # five values in any lengths, or more that vary together; a sheet holds some 6 KB
_KEPT_VALUES = 256


class Layout:
    """Sections in order, each an encoding ("" for headers) and the pieces of it that are visible."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._fills: dict[tuple[Fill, str], int] = {}
        self._sections = [
            (encoding, [self._piece(piece, encoding) for piece in merged(pieces)]) for encoding, pieces in sections
        ]
        self._makers = [(place_of(fill, encoding), _encoder(fill, encoding)) for fill, encoding in self._fills]
        self._in_threes = [at for (_, encoding), at in self._fills.items() if encoding == "base64"]
        self._sheets: dict[tuple[int, ...], _Sheet] = {}
        self._sheet = None if self._in_threes else _Sheet(self._sections, {}, len(self._makers))

    def _piece(self, piece: str | Fill, encoding: str) -> _Literal | int:
        if isinstance(piece, Fill):
            return self._fills.setdefault((piece, encoding), len(self._fills))
        data = piece.encode("utf-8")
        if encoding == "base64":
            return _phases(data)
        return quoted_printable(data) if encoding else data

    def filled(self, ready: Found, values: Values) -> bytes:
        """The message. `ready` holds what `place_of` finds; the rest of `values` is encoded here."""
        found = [encode(values) if (value := ready[at]) is None else value for at, encode in self._makers]
        sheet = self._sheet
        if sheet is None:
            rests = tuple([len(found[at]) % 3 for at in self._in_threes])
            sheet = self._sheets.get(rests) or self._sheet_for(rests)
            if sheet is None:
                return b"".join(self._without_sheet(found))
            for before, at, after in sheet.triples:
                data = before + found[at] + after
                found.append(b2a_base64(data, newline=False) + b"\r\n" if 0 < len(data) < 58 else base64_lines(data))
            for run in sheet.runs:
                found.append(_encoded(run, found))
        parts = sheet.parts.copy()
        parts[1::2] = sheet.pick(found)
        return b"".join(parts)

    def _sheet_for(self, rests: tuple[int, ...]) -> _Sheet | None:
        """None when there are enough: making one takes the time of thirty messages, so none is thrown away for it."""
        if len(self._sheets) >= _KEPT_SHEETS:
            return None
        lengths = dict(zip(self._in_threes, rests, strict=True))
        sheet = self._sheets[rests] = _Sheet(self._sections, lengths, len(self._makers))
        return sheet

    def _without_sheet(self, found: list[bytes]) -> Iterator[bytes]:
        """For lengths that come after the last sheet was made: only what stands between the values is ready."""
        lengths = {at: len(found[at]) for at in self._in_threes}
        for item in _flat(self._sections, lengths):
            if isinstance(item, bytes):
                yield item
            else:
                yield found[item] if isinstance(item, int) else _encoded(item, found)


_Phase: TypeAlias = tuple[bytes, bytes, bytes]
_Literal: TypeAlias = "bytes | tuple[_Phase, _Phase, _Phase]"
_Pieces: TypeAlias = "tuple[str, list[_Literal | int]]"
_Run: TypeAlias = "tuple[bytes | int, ...]"


class _Sheet:
    """`parts` with a gap at every odd place, `pick` to take the gaps' values from all values made for a message.

    Behind the `made` values come those of `triples` and `runs`, the stretches of base64 that hold one value or more.
    """

    def __init__(self, sections: list[_Pieces], lengths: dict[int, int], made: int) -> None:
        flat = list(_flat(sections, lengths))
        stretches = dict.fromkeys(item for item in flat if isinstance(item, tuple))
        self.triples = [run for run in stretches if _is_triple(run)]
        self.runs = [run for run in stretches if not _is_triple(run)]
        at = {run: made + number for number, run in enumerate((*self.triples, *self.runs))}
        self.parts: list[bytes] = []
        order: list[int] = []
        literal: list[bytes] = []
        for item in flat:
            if isinstance(item, bytes):
                literal.append(item)
                continue
            order.append(at[item] if isinstance(item, tuple) else item)
            self.parts += (_joined(literal), b"")
            literal = []
        self.parts.append(_joined(literal))
        self.pick = _picker(order)


def _flat(sections: list[_Pieces], lengths: dict[int, int]) -> Iterator[bytes | int | _Run]:
    for encoding, pieces in sections:
        yield from _in_threes(pieces, lengths) if encoding == "base64" else pieces  # type: ignore[misc]


def _encoded(run: _Run, found: list[bytes]) -> bytes:
    return base64_lines(b"".join([found[item] if isinstance(item, int) else item for item in run]))


def _joined(literals: list[bytes]) -> bytes:
    return literals[0] if len(literals) == 1 else b"".join(literals)  # base64 literals are shared between sheets


def _picker(order: list[int]) -> Callable[[list[bytes]], Iterable[bytes]]:
    if len(order) > 1:
        return itemgetter(*order)
    return lambda found: [found[at] for at in order]


def _is_triple(run: _Run) -> TypeGuard[tuple[bytes, int, bytes]]:
    return len(run) == 3 and isinstance(run[1], int) and isinstance(run[0], bytes) and isinstance(run[2], bytes)


def _phases(literal: bytes) -> tuple[_Phase, _Phase, _Phase]:
    """For 0, 1 and 2 bytes needed to complete what was pending: (those bytes, the encoded middle, the rest)."""
    phases = []
    for need in range(3):
        head, rest = literal[:need], literal[need:]
        whole = len(rest) // 3 * 3
        phases.append((head, base64_lines(rest[:whole]), rest[whole:]))
    return phases[0], phases[1], phases[2]


def _in_threes(pieces: list[_Literal | int], lengths: dict[int, int]) -> list[bytes | int | _Run]:
    """One base64 part: encoded literals, and the runs between them that wait for values.

    A run ends where a literal completes its last triple. Without a value in it, it is encoded here.
    """
    out: list[bytes | int | _Run] = []
    run: list[bytes | int] = []
    length = 0
    for piece in pieces:
        if isinstance(piece, int):
            run.append(piece)
            length += lengths[piece]
            continue
        assert not isinstance(piece, bytes)
        head, body, rest = piece[-length % 3]
        run.append(head)
        length += len(head)
        if length % 3:  # a literal too short to complete the triple
            continue
        out += (_run(run), body)
        run, length = [rest], len(rest)
    out.append(_run(run))
    return out


def _run(run: list[bytes | int]) -> bytes | _Run:
    """A lone value always as three, which is the quick way."""
    values = [at for at, item in enumerate(run) if isinstance(item, int)]
    if not values:
        return base64_lines(b"".join(run))  # type: ignore[arg-type]
    if len(values) > 1:
        return tuple(run)
    before, after = run[: values[0]], run[values[0] + 1 :]
    return (b"".join(before), run[values[0]], b"".join(after))  # type: ignore[arg-type]


def _encoder(fill: Fill, encoding: str) -> Encode:
    """How the value of `fill` becomes bytes in its place, for whoever is not `ready`."""
    if not encoding:
        return _to if fill.slot == "to" else _verbatim(fill.slot)
    encode = _body_encoder(fill, encoding)
    return _remembered(encode, fill.slot) if fill.slot in ("date", "locale", "timezone") else encode


def _body_encoder(fill: Fill, encoding: str) -> Encode:
    if encoding == "base64":
        return lambda values: fill.resolve(values).encode("utf-8")
    return lambda values: quoted_printable_value(fill.resolve(values))


def _to(values: Values) -> bytes:
    return to_header(values).encode("utf-8")


def _verbatim(slot: str) -> Encode:
    return lambda values: values[slot].encode("utf-8")


def _remembered(encode: Encode, slot: str) -> Encode:
    """These slots follow from one field with few values: a date costs 3 us, and there are some dozen time zones."""
    field = "timezone" if slot == "date" else slot
    known: dict[str, bytes] = {}

    def remembered(values: Values) -> bytes:
        key = getattr(values.recipient, field)
        value = known.get(key)
        if value is None:
            if len(known) >= _KEPT_VALUES:
                known.clear()
            value = known[key] = encode(values)
        return value

    return remembered
