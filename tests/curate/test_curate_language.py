# ruff: noqa: E501 - sentences of many languages read better unbroken
"""Language, direction, reading time, and cutting text between what readers see as characters."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate import detect_language, direction, reading_minutes
from digest.curate.scripts import clusters, width
from digest.curate.terms import terms, words

ARTICLES = json.loads((Path(__file__).parent / "articles.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", sorted(ARTICLES))
def test_articles_tell_their_language(lang: str) -> None:
    """Without a declaration each article's language is found, and a right declaration stands."""
    text = ARTICLES[lang]["text"]
    assert detect_language(text, None) == lang
    assert detect_language(text, lang.upper()) == lang


@pytest.mark.parametrize("lang", ["ar", "hi", "ja", "ko", "th", "ru", "el", "he"])
def test_a_declaration_that_the_script_disproves_is_not_believed(lang: str) -> None:
    """The "en-US" a site builder leaves on every page does not make Arabic English."""
    assert detect_language(ARTICLES[lang]["text"], "en-US") == lang


def test_declarations_are_normalised_and_short_texts_are_not_guessed() -> None:
    """en_ie becomes en-IE; three words without a declaration give None."""
    assert detect_language("Hello you", "en_ie") == "en-IE"
    assert detect_language("x" * 30, "zh-hant-tw") != "zh-Hant-TW"  # Latin letters cannot be Chinese
    assert detect_language("社区菜园", "zh-hant-tw") == "zh-Hant-TW"
    assert detect_language("Hello you", None) is None
    assert detect_language("", "und") is None
    assert detect_language("Hello you", "not a tag!") is None


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [("en", "Hello", "ltr"), (None, "مرحبا بالعالم", "rtl"), ("en", "שלום world שלום לכולם", "rtl"), ("ar", "2026", "rtl"),
     ("ar", "Only Latin here", "ltr"), ("az-Latn", "12", "ltr"), (None, "", "ltr"), ("fa", "", "rtl"), (None, "नमस्ते", "ltr")],
)  # fmt: skip
def test_direction_follows_the_script(lang: str | None, text: str, expected: str) -> None:
    """Letters decide; the language only where there are none."""
    assert direction(lang, text) == expected


def test_reading_time_is_at_least_a_minute_and_counts_unspaced_scripts_by_character() -> None:
    """238 words or 500 Chinese characters are a minute."""
    assert reading_minutes("", None) == 1
    assert reading_minutes("word " * 238 * 4, "en") == 4
    assert reading_minutes("mot é " * 119 * 4, "fr") == 4
    assert reading_minutes("字" * 2000, "zh") == 4


def test_words_keep_combining_marks_and_terms_drop_stop_words() -> None:
    """Hindi vowel signs do not split a word; English function words are no terms; Chinese comes in pairs."""
    assert words("पुस्तकालय की। किताबें") == ["पुस्तकालय", "की", "किताबें"]
    assert terms(words("The rowers were rowing the boats"), "en") == ["rower", "row", "boat"]
    assert terms(words("社区菜园"), "zh") == ["社区", "区菜", "菜园"]


@pytest.mark.parametrize("whole", ["é", "क्षि", "👩‍👩‍👧‍👦", "🇮🇪", "👍🏽", "각", "ก้ำ", "️⃣", "\r\n"])
def test_user_perceived_characters_stay_whole(whole: str) -> None:
    """A combining sequence, conjunct, flag, family emoji or syllable is one cluster."""
    assert list(clusters(whole)) == [whole]


def test_neighbours_are_told_apart() -> None:
    """Two flags are two clusters, and so are two letters."""
    assert list(clusters("🇮🇪🇫🇷ab")) == ["🇮🇪", "🇫🇷", "a", "b"]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_clusters_join_to_the_text(text: str) -> None:
    """Nothing is lost, and width is never below length."""
    assert "".join(clusters(text)) == text
    assert width(text) >= len(text)
