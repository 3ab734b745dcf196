"""The email's own words, dates and plurals in the reader's language.

English stands in `en`: id -> sentence with `{places}`, or its singular and plural. Each other language is a gettext
catalogue, `LANGUAGE/LC_MESSAGES/digest.po` for translators and `.mo` beside it for us; `catalogues` keeps the two in
step. A missing id falls back to English. Dates and plural rules come from Babel, for the very locale (Portugal counts
its zeros unlike Brazil), not from the catalogue's header. Does not know templates or values. Invariant (tested): every
catalogue has the same ids and places as English and every plural category its language uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_skeleton, format_time
from babel.lists import format_list

from digest.errors import DigestError
from digest.render.locale.en import MESSAGES

CATEGORIES = ("zero", "one", "two", "few", "many", "other")  # CLDR's, in the order that gettext numbers them
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
        self._catalogue = _catalogue(self._babel)

    def sentence(self, key: str, count: int | None = None) -> str:
        """The sentence for `key`, its places still in it. With `count`, the plural that belongs to it."""
        english = MESSAGES[key]
        if isinstance(english, str):
            return self._catalogue.pgettext(key, english)
        return self._catalogue.npgettext(key, english["one"], english["other"], count or 0)

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


def categories(locale: Locale) -> list[str]:
    """The plural categories of a language, in the order of `msgstr[0]`, `msgstr[1]` and so on."""
    tags = {*locale.plural_form.tags, "other"}
    return [category for category in CATEGORIES if category in tags]


def _catalogue(locale: Locale) -> NullTranslations:
    code = locale.language
    if code == "en" or code not in LANGUAGES:
        return NullTranslations()
    with (Path(__file__).parent / code / "LC_MESSAGES" / "digest.mo").open("rb") as file:
        found = GNUTranslations(file)
    numbered = categories(Locale.parse(code))

    def plural(count: int) -> int:
        category = locale.plural_form(count)
        return numbered.index(category if category in numbered else "other")

    found.plural = plural  # type: ignore[attr-defined]
    return found
