"""A rendered part as literals, slots and switches: what freezing stores and `fill` runs through.

    Piece = str                               bytes-to-be, escaped already
          | Fill(slot, context, operations)   one value of the recipient, escaped for where it stands
          | Switch(condition, pieces)         shown or hidden as a whole

Must not import Jinja2, MJML or Babel, and knows nothing about MIME. Invariant: pieces are values; the same pieces and
the same `Values` give the same text, on every machine and in every process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digest.errors import DigestError
from digest.model import Recipient
from digest.render.escaping import ESCAPES, clean

SLOTS = ("name", "address", "unsubscribe_url", "date", "locale", "timezone")
SLOT_FILTERS = ("default", "upper", "title", "urlencode", "dateformat")
Operation: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a block asks about a subscriber.

    `kind` is "topic" (subscribed to `argument`, or to everything), "locale" (theirs is `argument` or a regional form of
    it), "has" (the slot `argument` is not empty), or "all" and "any" of `parts`.
    """

    kind: str
    argument: str = ""
    negated: bool = False
    parts: tuple[Condition, ...] = ()

    def holds(self, values: Values) -> bool:
        return _ANSWERS[self.kind](self, values) is not self.negated

    def __str__(self) -> str:
        """As a template writes it."""
        if not self.parts:
            said = f'{self.kind}("{self.argument}")'
        else:
            inner = (f"({part})" if part.parts and not part.negated else str(part) for part in self.parts)
            said = (" and " if self.kind == "all" else " or ").join(inner)
        return f"not ({said})" if self.negated and self.parts else f"not {said}" if self.negated else said


def _topic(condition: Condition, values: Values) -> bool:
    topics = values.recipient.topics
    return topics is None or condition.argument in topics or condition.argument.casefold() in _folded(topics)


@lru_cache(maxsize=4096)  # lists hold few combinations of topics
def _folded(topics: tuple[str, ...]) -> frozenset[str]:
    return frozenset(topic.casefold() for topic in topics)


def _locale(condition: Condition, values: Values) -> bool:
    theirs, asked = _tag(values.recipient.locale), _tag(condition.argument)
    return theirs == asked or theirs.startswith(asked + "-")


@lru_cache(maxsize=1024)
def _tag(locale: str) -> str:
    return locale.replace("_", "-").lower()


_ANSWERS: dict[str, Callable[[Condition, Values], bool]] = {
    "topic": _topic,
    "locale": _locale,
    "has": lambda condition, values: bool(values[condition.argument]),
    "all": lambda condition, values: all(part.holds(values) for part in condition.parts),
    "any": lambda condition, values: any(part.holds(values) for part in condition.parts),
}


@dataclass(frozen=True, slots=True)
class Fill:
    """One slot. `operations` are the recorded filters, run in order; `context` names the escape of `escaping`."""

    slot: str
    context: str
    operations: tuple[Operation, ...] = ()

    def resolve(self, values: Values) -> str:
        value = values[self.slot]
        for operation in self.operations:
            value = _FILTERS[operation[0]](value, *operation[1:])
        return ESCAPES[self.context](value)


@dataclass(frozen=True, slots=True)
class Switch:
    condition: Condition
    pieces: tuple[Piece, ...]


Piece: TypeAlias = "str | Fill | Switch"
_Any = TypeVar("_Any")


class Values:
    """The slots of one recipient, computed when asked for. Made per message, so it is lean."""

    __slots__ = ("_known", "links", "recipient")

    def __init__(self, recipient: Recipient, links: Links) -> None:
        self.recipient, self.links = recipient, links
        self._known: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        value = self._known.get(name)
        if value is None:
            value = self._known[name] = _READERS[name](self)
        return value

    def token(self, purpose: str) -> str:
        """The ready token for `purpose`; an inert one in tests and previews."""
        recipient = self.recipient
        if self.links.test:
            return "test"
        token = recipient.tokens.get(purpose, "")
        if token:
            return token if token.isalnum() else quote(token, safe="-_")
        if recipient.subscriber_id == 0:
            return "preview"
        raise DigestError(
            f"a message without its {purpose} token cannot be made",
            where=f"delivery {recipient.delivery_id}",
            why="the recipient snapshot has none, and nobody may get mail they cannot unsubscribe from",
            try_="freeze the issue again, so that its snapshots carry tokens",
        )


@dataclass(frozen=True, slots=True)
class Links:
    """How per-recipient addresses are made. `unsubscribe` is the visible link with `{token}` in it.

    `date` is the scheduled instant, `test` makes every token inert.
    """

    unsubscribe: str
    message_id_domain: str
    sender: str
    date: datetime
    timezone: str = "UTC"
    test: bool = False


def _read_date(values: Values) -> str:
    zone = values.recipient.timezone or values.links.timezone
    try:
        return values.links.date.astimezone(ZoneInfo(zone)).isoformat()
    except (KeyError, ValueError, OSError):  # a subscriber's own zone may be anything
        return values.links.date.astimezone(ZoneInfo(values.links.timezone)).isoformat()


def _read_name(values: Values) -> str:
    name = values.recipient.name
    return " ".join((name if name.isprintable() else clean(name)).split())  # nothing printable is ever cleaned away


def _read_message_id(values: Values) -> str:
    if values.recipient.message_id:
        return values.recipient.message_id
    seed = f"{values.links.date.isoformat()}\0{values.links.sender}\0{values.recipient.address}"
    return "preview." + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_READERS: dict[str, Callable[[Values], str]] = {
    "name": _read_name,
    "address": lambda values: values.recipient.address,
    "locale": lambda values: values.recipient.locale,
    "timezone": lambda values: values.recipient.timezone,
    "date": _read_date,
    "unsubscribe_token": lambda values: values.token("unsubscribe"),
    "unsubscribe_url": lambda values: values.links.unsubscribe.replace("{token}", values["unsubscribe_token"]),
    "bounce_token": lambda values: values.token("bounce"),
    "message_id": _read_message_id,
}


def _dateformat(value: str, pattern: str, months: Sequence[str], days: Sequence[str]) -> str:
    """`pattern` in strftime's letters, with the names recorded in the issue's language when it was compiled."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    named = pattern.replace("%B", months[moment.month - 1]).replace("%A", days[moment.weekday()])
    return moment.strftime(named)


_FILTERS: dict[str, Callable[..., str]] = {
    "default": lambda value, other: value or other,
    "upper": str.upper,
    "title": str.title,
    "urlencode": lambda value: quote(value, safe=""),
    "dateformat": _dateformat,
}


def show(pieces: Iterable[Piece], values: Values) -> str:
    """The text one recipient sees."""
    return "".join(piece if isinstance(piece, str) else piece.resolve(values) for piece in visible(pieces, values))


def visible(pieces: Iterable[Piece], values: Values) -> Iterator[str | Fill]:
    """Literals and fills that stay once the switches are set for this recipient."""
    for piece in pieces:
        if not isinstance(piece, Switch):
            yield piece
        elif piece.condition.holds(values):
            yield from visible(piece.pieces, values)


def conditions(pieces: Iterable[Piece]) -> Iterator[Condition]:
    """Every condition that decides about these pieces, nested ones too, in order and with repeats."""
    for piece in pieces:
        if isinstance(piece, Switch):
            yield piece.condition
            yield from conditions(piece.pieces)


def merged(pieces: Iterable[_Any]) -> list[_Any]:
    """Neighbouring literals joined, empty ones dropped; what is no literal stays."""
    out: list[Any] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if literal := "".join(run):
            out.append(literal)
        run.clear()
        out.append(piece)
    if literal := "".join(run):
        out.append(literal)
    return out


def pieces_to_plain(pieces: Iterable[Piece]) -> list[Any]:
    """As JSON values: a string, `{"slot": …}` or `{"if": …}`."""
    return [_to_plain(piece) for piece in pieces]


def _to_plain(piece: Piece) -> Any:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Fill):
        return {"slot": piece.slot, "in": piece.context, "then": [list(operation) for operation in piece.operations]}
    return {"if": _asked(piece.condition), "show": pieces_to_plain(piece.pieces)}


def _asked(condition: Condition) -> list[Any]:
    """[kind, argument or the parts, negated]."""
    parts = [_asked(part) for part in condition.parts]
    return [condition.kind, parts or condition.argument, condition.negated]


def pieces_from_plain(data: Iterable[Any]) -> tuple[Piece, ...]:
    return tuple(_from_plain(item) for item in data)


def _from_plain(item: Any) -> Piece:
    if isinstance(item, str):
        return item
    if "slot" in item:
        return Fill(item["slot"], item["in"], tuple(_frozen(operation) for operation in item["then"]))
    return Switch(_condition(item["if"]), pieces_from_plain(item["show"]))


def _condition(asked: list[Any]) -> Condition:
    kind, what, negated = asked
    if isinstance(what, list):
        return Condition(kind, "", negated, tuple(_condition(part) for part in what))
    return Condition(kind, what, negated)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def slot_names(pieces: Iterable[Piece]) -> set[str]:
    """Every slot these pieces ask for, whichever way the switches stand."""
    names: set[str] = set()
    for piece in pieces:
        if isinstance(piece, Fill):
            names.add(piece.slot)
        elif isinstance(piece, Switch):
            names |= slot_names(piece.pieces)
    return names
