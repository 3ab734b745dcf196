"""The email's own words, dates and plurals in the reader's language.

One catalogue per language: message id -> sentence with `{places}`, or plural category (CLDR) -> sentence. English is
complete; a missing id falls back to it. Dates and plural rules come from Babel. Does not know templates or values.
Invariant (tested): every catalogue has the same ids and places as English and every plural category its language uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_skeleton, format_time
from babel.lists import format_list

from digest.errors import DigestError

Messages: TypeAlias = Mapping[str, "str | Mapping[str, str]"]
LANGUAGES = ("en", "de", "fr", "es", "pt", "ar", "hi", "ja")
_FORMATS = ("short", "medium", "long", "full")


class Language:
    """One locale: its tag (BCP 47), direction, sentences and date formats."""

    def __init__(self, tag: str) -> None:
        try:
            self._babel = Locale.parse(tag.replace("_", "-"), sep="-")
        except (UnknownLocaleError, ValueError) as error:
            raise DigestError(
                f"{tag!r} is not a locale", why=str(error), try_='use a language tag such as "en", "de-AT" or "ar"'
            ) from error
        self.tag = str(self._babel).replace("_", "-")
        self.direction: str = self._babel.text_direction
        self._messages = _messages(self._babel.language)

    def sentence(self, key: str, count: int | None = None) -> str:
        """The sentence for `key`, its places still in it. With `count`, the plural that belongs to it."""
        message = self._messages[key]
        if isinstance(message, str):
            return message
        category = self._babel.plural_form(count or 0)
        return message.get(category) or message["other"]

    def joined(self, names: Sequence[str]) -> str:
        """Names as one phrase: "A, B and C"."""
        return str(format_list(list(names), locale=self._babel)) if names else ""

    def number(self, value: int) -> str:
        from babel.numbers import format_decimal

        return str(format_decimal(value, locale=self._babel))

    def date(self, moment: datetime, pattern: str, zone: str) -> str:
        """`pattern`: short, medium, long, full, "time", "datetime", or a CLDR skeleton such as "MMMd"."""
        local = moment.astimezone(ZoneInfo(zone))
        if pattern in _FORMATS:
            return str(format_date(local.date(), pattern, locale=self._babel))
        if pattern == "time":
            return str(format_time(local, "short", tzinfo=local.tzinfo, locale=self._babel))
        if pattern == "datetime":
            return str(format_datetime(local, "medium", tzinfo=local.tzinfo, locale=self._babel))
        return str(format_skeleton(pattern, local, tzinfo=local.tzinfo, locale=self._babel))

    def days(self, start: datetime, end: datetime, zone: str) -> str:
        """The days of a period, as "16 – 23 November 2026". A period of one day is one date."""
        first, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (start, end))
        if first >= last or (end - start).total_seconds() <= 26 * 3600:
            return str(format_date(last, "long", locale=self._babel))
        return str(format_interval(first, last, skeleton="yMMMMd", locale=self._babel))

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Months from January, days from Monday."""
        months, days = self._babel.months["format"]["wide"], self._babel.days["format"]["wide"]
        return tuple(months[number] for number in range(1, 13)), tuple(days[number] for number in range(7))


@lru_cache(maxsize=64)
def language(tag: str) -> Language:
    """The language for a tag such as "de-AT"; unknown tags are a `DigestError`."""
    return Language(tag)


@lru_cache(maxsize=32)
def _messages(code: str) -> Messages:
    english: Messages = import_module(f"{__name__}.en").MESSAGES
    if code == "en" or code not in LANGUAGES:
        return english
    own: Messages = import_module(f"{__name__}.{code}").MESSAGES
    return {**english, **own}
