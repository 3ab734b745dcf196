"""Colours can be read, catalogues are complete."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import DigestError
from digest.render import RenderSettings, Theme
from digest.render.locale import LANGUAGES, language
from digest.render.theme import AA, Colour, Length, contrast

ENGLISH = import_module("digest.render.locale.en").MESSAGES


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_gives_readable_text_in_light_and_dark(accent: int) -> None:
    """Whatever the accent, all text pairs reach 4.5 to 1, and an adjustment is reported with its numbers."""
    theme = Theme.from_settings(RenderSettings(accent=f"#{accent:06x}"))
    for palette in (theme.light, theme.dark):
        surfaces = (palette.card, palette.tint)
        for text in (palette.text, palette.muted, palette.link):
            assert all(contrast(text, surface) >= AA for surface in surfaces)
        assert contrast(palette.on_accent, palette.accent) >= AA
        assert (palette.link == f"#{accent:06x}") or theme.notes


def test_contrast_is_wcags() -> None:
    """Known pairs: black on white is 21, and #767676 is the lightest grey that passes on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= AA > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("bad", ["red", "#fff", "#0b57d", "#0b57d0;}", "0b57d0", ""])
def test_colours_are_six_digits(bad: str) -> None:
    """Anything else is refused by name, because it would stand in source as it is."""
    with pytest.raises(DigestError):
        Colour(bad)


def test_lengths_and_logos_are_checked() -> None:
    """A length is whole pixels in range; a logo is a web address."""
    for bad in (-1, 3000, True):
        with pytest.raises(DigestError):
            Length(bad)
    for logo in ("logo.png", "javascript:x", "mailto:a@b.example"):
        with pytest.raises(DigestError, match="logo"):
            Theme.from_settings(RenderSettings(logo=logo))


@pytest.mark.parametrize("code", LANGUAGES)
def test_catalogues_are_complete(code: str) -> None:
    """Same ids and places as English, and each plural category that the language has."""
    messages = import_module(f"digest.render.locale.{code}").MESSAGES
    assert set(messages) == set(ENGLISH)
    categories = Locale.parse(code).plural_form.tags | {"other"}
    for key, message in messages.items():
        english = ENGLISH[key] if isinstance(ENGLISH[key], str) else ENGLISH[key]["other"]
        other = message if isinstance(message, str) else message["other"]
        assert set(re.findall(r"\{(\w+)\}", other)) == set(re.findall(r"\{(\w+)\}", english)), key
        if not isinstance(message, str):
            assert set(message) == categories, key


def test_an_unknown_locale_is_refused_with_an_example() -> None:
    """`xx-nonsense` is not a language; `pt-BR` falls back to `pt`."""
    with pytest.raises(DigestError, match="locale"):
        language("nonsense")
    assert language("pt-BR").sentence("unsubscribe") == language("pt").sentence("unsubscribe")
