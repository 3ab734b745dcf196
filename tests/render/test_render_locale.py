"""Catalogues are complete and compiled, plurals and dates are the locale's."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from gettext import GNUTranslations

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from digest.errors import DigestError
from digest.render.locale import LANGUAGES, catalogues, categories, language
from digest.render.locale.en import MESSAGES

TRANSLATED = [code for code in LANGUAGES if code != "en"]
COUNTS = (*range(120), 999, 1000, 1001, 1_000_000, 1_000_001)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_each_language_has_its_catalogue() -> None:
    """What is offered is there, and what is there is offered."""
    assert catalogues.codes() == sorted(TRANSLATED)


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogues_are_complete(code: str) -> None:
    """Every id of English with its places, in each plural category that the language has; nothing is fuzzy."""
    catalogue = read_po(io.BytesIO(catalogues.path_of(code, "po").read_bytes()), locale=code)
    stored = {message.context: message for message in catalogue if message.id}
    assert set(stored) == set(MESSAGES)
    for key, english in MESSAGES.items():
        message = stored[key]
        assert not message.fuzzy
        if isinstance(english, str):
            assert message.string and places(message.string) == places(english), key
        else:
            assert len(message.string) == len(categories(Locale.parse(code))) and all(message.string), key
            assert places(message.string[-1]) == places(english["other"]), key


@pytest.mark.parametrize("code", TRANSLATED)
def test_compiled_catalogues_are_those_of_the_translators(code: str) -> None:
    """Bringing the .po up to date and compiling it changes neither file."""
    po = catalogues.path_of(code, "po").read_bytes()
    assert catalogues.written(catalogues.updated(code)) == po
    assert catalogues.compiled(po, code) == catalogues.path_of(code, "mo").read_bytes()


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_header_counts_as_babel_does(code: str) -> None:
    """Translators' tools read the plural rule in the header: it agrees with the one that renders."""
    with catalogues.path_of(code, "mo").open("rb") as file:
        header = GNUTranslations(file)
    own = language(code)
    for count in COUNTS:
        assert header.npgettext("stories", "{count} story", "{count} stories", count) == own.sentence("stories", count)


def test_plurals_are_the_locales_own() -> None:
    """Six forms in Arabic, one in Japanese; nought is plural in Portugal and singular in Brazil."""
    assert len({language("ar").sentence("stories", count) for count in (0, 1, 2, 3, 11)}) == 5
    assert {language("ja").sentence("stories", count) for count in COUNTS} == {"{count}本の記事"}
    assert language("pt-PT").sentence("stories", 0) == "{count} artigos"
    assert language("pt-BR").sentence("stories", 0) == "{count} artigo"


@pytest.mark.parametrize("code", LANGUAGES)
def test_dates_and_names_are_the_locales_own(code: str) -> None:
    """The days of a week name month and year in the language's way; a period of one day is one date."""
    own = language(code)
    start, end = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
    week = own.days(start, end, "Europe/Dublin")
    assert "2026" in week and week != own.days(datetime(2026, 11, 22, 9, tzinfo=UTC), end, "Europe/Dublin")
    assert code == "en" or week != language("en").days(start, end, "Europe/Dublin")
    assert own.joined(["A", "B"]) != "A B"


def test_an_unknown_locale_is_refused_with_an_example() -> None:
    """`xx-nonsense` is not a language; `pt-BR` falls back to `pt`."""
    with pytest.raises(DigestError, match="locale"):
        language("nonsense")
    assert language("pt-BR").sentence("unsubscribe") == language("pt").sentence("unsubscribe")
