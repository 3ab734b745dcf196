"""The cells of one row into a `SubscriberRow`, or the reason why not.

Pure but for the list of time zones, which comes from the installed IANA database. Invariant: every reason is one
sentence about this row; what is wrong in a column the operator filled in is told, never silently replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from digest.audience.headers import STATE_FIELDS, Layout
from digest.errors import AddressError
from digest.model.address import EmailAddress, Mailbox, has_control
from digest.model.subscriber import SubscriberRow

MAX_NAME = 200
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for a formula (OWASP, CSV injection)

_MARKS = ("=", "'")  # a name that begins so is looked at closely


@dataclass(frozen=True, slots=True)
class Left:
    """A row that says its person has left: refused, and any earlier row of the same person with it."""

    key: str
    reason: str


class RowError(Exception):
    """Why a cell cannot be used; becomes the reason of the row."""


RowReader = Callable[[int, list[str]], "SubscriberRow | Left | str"]
_Preferences = tuple[str, str, tuple[str, ...] | None, str]


def row_reader(layout: Layout, delimiter: str) -> RowReader:
    """A function from (line, cells) to a row, to somebody who left, or to the reason why neither."""
    column, width = layout.columns["email"], layout.width
    name_columns = [at for at in map(layout.columns.get, ("name", "first_name", "last_name")) if at is not None]
    if "name" in layout.columns:
        name_columns = name_columns[:1]
    preferences = _preference_reader([layout.columns.get(name) for name in _PREFERENCES])
    state_columns = [(name, layout.columns[name]) for name in STATE_FIELDS if name in layout.columns]

    def read(line: int, cells: list[str]) -> SubscriberRow | Left | str:
        if width and len(cells) > width and any(cell.strip() for cell in cells[width:]):
            return (
                f'it has {len(cells)} cells where the header has {width}: a cell with "{delimiter}" in it needs quotes'
            )
        if column >= len(cells):
            return "it ends before the column of the address"
        try:
            address, key, name = _address(cells[column])
            name = _name(cells, name_columns) or name
            locale, timezone, topics, frequency = preferences(cells)
        except RowError as error:
            return str(error)
        for field, at in state_columns:
            if at < len(cells) and (why := _left(field, cells[at].strip())):
                return Left(key, why)
        return SubscriberRow(address, key, name, locale, timezone, topics, frequency, line)

    return read


def _address(cell: str) -> tuple[str, str, str]:
    """(address, key, the name beside it if the cell is `Name <address>`)."""
    try:
        parsed = EmailAddress.parse(cell)
    except AddressError as error:
        return _odd_address(cell.strip(), error)
    text = f"{parsed.local}@{parsed.domain}"
    if text[0] == "=":
        raise RowError("its address is a spreadsheet formula")
    if text[0] == "'" and text.count("'") == 1:
        parsed = EmailAddress.parse(text[1:])  # how spreadsheets mark a cell as text
        text = str(parsed)
    return text, (text if text.islower() else parsed.key), ""


def _odd_address(cell: str, error: AddressError) -> tuple[str, str, str]:
    if len(re.findall(r"@[\w-]+\.", cell)) > 1 and re.search(r"[\s,;/|]", cell):
        raise RowError("it holds more than one address: give each its own row")
    wrapped = re.fullmatch(r"""(?i)mailto:(.*)|="([^"]*)"|'(.*)'|'(=.*)""", cell)
    try:
        mailbox = Mailbox.parse((wrapped[wrapped.lastindex or 1] or "") if wrapped else cell)
    except AddressError as inner:
        if cell.startswith("="):
            raise RowError("its address is a spreadsheet formula") from None
        why = inner.why if wrapped or cell.endswith(">") else error.why
        raise RowError(f"its address cannot be used: {why}") from None
    return str(mailbox.address), mailbox.address.key, _checked_name(mailbox.name)


def _name(cells: Sequence[str], columns: Sequence[int]) -> str:
    if len(columns) == 1:
        name = cells[columns[0]].strip() if columns[0] < len(cells) else ""
    else:
        name = " ".join([part for at in columns if at < len(cells) and (part := cells[at].strip())])
    if name.isascii() and name.isprintable() and name[:1] not in _MARKS and len(name) <= MAX_NAME:
        return name
    return _checked_name(name)


def _checked_name(name: str) -> str:
    if name[:1] == "'" and name[1:2] in FORMULA:
        name = name[1:]
    if name.startswith("="):
        raise RowError("its name begins with = like a spreadsheet formula")
    if has_control(name):
        what = "a line break" if "\n" in name or "\r" in name else "a control or direction-changing character"
        raise RowError(f"its name holds {what}")
    if len(name) > MAX_NAME:
        raise RowError(f"its name is longer than {MAX_NAME} characters")
    return name


_PREFERENCES = ("locale", "timezone", "topics", "frequency")


def _preference_reader(columns: Sequence[int | None]) -> Callable[[list[str]], _Preferences]:
    """Locale, time zone, topics and frequency; remembered, because a list holds few combinations of them."""
    if not any(at is not None for at in columns):
        return lambda cells: ("", "", None, "every")
    seen: dict[tuple[str, ...], _Preferences] = {}

    def read(cells: list[str]) -> _Preferences:
        count = len(cells)
        key = tuple([cells[at] if at is not None and at < count else "" for at in columns])
        found = seen.get(key)
        if found is None:
            found = parse_locale(key[0]), parse_timezone(key[1]), parse_topics(key[2]), parse_frequency(key[3])
            if len(seen) < 100_000:
                seen[key] = found
        return found

    return read


_LOCALE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?", re.ASCII)
_LANGUAGES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "francais": "fr",
    "spanish": "es", "español": "es", "espanol": "es", "portuguese": "pt", "português": "pt", "italian": "it",
    "italiano": "it", "dutch": "nl", "nederlands": "nl", "polish": "pl", "polski": "pl", "swedish": "sv",
    "svenska": "sv", "irish": "ga", "gaeilge": "ga", "arabic": "ar", "العربية": "ar", "hindi": "hi", "हिन्दी": "hi",
    "हिंदी": "hi", "japanese": "ja", "日本語": "ja", "chinese": "zh", "中文": "zh", "russian": "ru", "русский": "ru",
    "hebrew": "he", "עברית": "he", "korean": "ko", "한국어": "ko", "turkish": "tr", "türkçe": "tr",
}  # fmt: skip


def parse_locale(cell: str) -> str:
    """A BCP 47 tag of language, script and region (RFC 5646 section 2.1), from the ways people write one."""
    text = cell.strip()
    if not text:
        return ""
    lowered = text.lower()
    if lowered in _LANGUAGES:
        return _LANGUAGES[lowered]
    match = _LOCALE.fullmatch(lowered.partition(".")[0].replace("_", "-"))
    if not match:
        raise RowError(f"its language {_shown(text)} is not a tag such as en, pt-BR or zh-Hant")
    parts = [match[1], (match[2] or "").title(), (match[3] or "").upper()]
    return "-".join(part for part in parts if part)


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def parse_timezone(cell: str) -> str:
    """An IANA name, with its own capitals."""
    text = cell.strip()
    if not text:
        return ""
    name = _zones().get(text.lower().replace(" ", "_"))
    if name is None:
        raise RowError(f"its time zone {_shown(text)} is not a name such as Europe/Dublin")
    return name


def parse_topics(cell: str) -> tuple[str, ...] | None:
    """Topics separated by ; | or a comma, each once; None (all of them) for an empty cell."""
    topics = [topic for topic in (piece.strip() for piece in re.split(r"[;|,]", cell)) if topic]
    for topic in topics:
        if has_control(topic) or len(topic) > 100 or topic.startswith("="):
            raise RowError(f"its topic {_shown(topic)} is not a plain word")
    once: dict[str, str] = {}
    for topic in topics:
        once.setdefault(topic.casefold(), topic)
    return tuple(once.values()) or None


_FREQUENCIES = {
    "every": ("every", "every issue", "all", "each", "always", "immediately", "alle", "jede", "immer", "tous", "toutes",
              "chaque", "todos", "todas", "tutti", "tutte", "alla"),
    "daily": ("daily", "every day", "day", "täglich", "quotidien", "quotidienne", "chaque jour", "diario", "diaria",
              "diariamente", "quotidiano", "giornaliero", "diário", "dagelijks", "codziennie", "dagligen", "daglig"),
    "weekly": ("weekly", "every week", "week", "once a week", "wöchentlich", "hebdomadaire", "semanal", "settimanale",
               "semanalmente", "wekelijks", "co tydzień", "tygodniowo", "varje vecka", "veckovis", "ukentlig"),
    "monthly": ("monthly", "every month", "month", "once a month", "monatlich", "mensuel", "mensuelle", "mensual",
                "mensile", "mensal", "maandelijks", "co miesiąc", "miesięcznie", "månadsvis", "varje månad",
                "månedlig"),
}  # fmt: skip
_FREQUENCY = {word: name for name, words in _FREQUENCIES.items() for word in words}


def parse_frequency(cell: str) -> str:
    """`every` (also for an empty cell), `daily`, `weekly` or `monthly`."""
    text = " ".join(cell.casefold().split())
    if not text:
        return "every"
    name = _FREQUENCY.get(text)
    if name is None:
        raise RowError(f"its frequency {_shown(cell.strip())} is none of every, daily, weekly, monthly")
    return name


_GONE = {
    "unsubscribed", "cleaned", "blocklisted", "blacklisted", "bounced", "complained", "inactive", "disabled", "deleted",
    "archived", "pending", "unconfirmed", "removed", "opted out", "nonsubscribed", "abgemeldet", "désabonné",
    "désinscrit", "baja", "cancelado", "disiscritto", "uitgeschreven", "wypisany", "avregistrerad",
}  # fmt: skip
_NO = {"false", "no", "0", "n", "nein", "non", "nee", "nie", "nej", "não", "nao"}


def _left(field: str, cell: str) -> str:
    """Why a cell of a state column says that the person must not be mailed, or ""."""
    lowered = cell.casefold()
    if not lowered:
        return ""
    if field == "status" and lowered in _GONE:
        return f"its status is {_shown(cell)}"
    if field == "subscribed" and lowered in _NO:
        return "it says that the person is not subscribed"
    if field == "disabled" and lowered not in _NO:
        return "it says that the person does not want e-mail"
    if field == "ended":
        return f"it says that the person left ({_shown(cell)})"
    return ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")
