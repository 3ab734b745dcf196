# ruff: noqa: E501 - sentences of many languages read better unbroken
"""Language, direction, reading time, and cutting text between what readers see as characters."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate import detect_language, direction, english, language, reading_minutes
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


@pytest.fixture
def forgotten_detector() -> Iterator[None]:
    language._detector.cache_clear()
    yield
    language._detector.cache_clear()


@pytest.mark.usefixtures("forgotten_detector")
@pytest.mark.parametrize("error", [OSError("model is missing"), EOFError("cut short"), ImportError("no numpy")])
def test_a_broken_detector_costs_the_language_not_the_issue(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever loading py3langid raises, the language is unknown, said once; what needs no detector still works."""

    def rank(text: str) -> None:
        raise error

    broken = ModuleType("py3langid")
    broken.rank = rank  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "py3langid", broken)
    with caplog.at_level(logging.WARNING):
        assert detect_language(ARTICLES["en"]["text"], None) is None
        assert detect_language(ARTICLES["ru"]["text"], None) is None
    assert [type(error).__name__ in record.getMessage() for record in caplog.records] == [True]
    assert detect_language(ARTICLES["ru"]["text"], "ru") == "ru"
    assert detect_language(ARTICLES["th"]["text"], None) == "th"


def test_asking_for_help_loads_neither_splitter_nor_stemmer_nor_detector() -> None:
    """Importing the command line and the curating stage costs none of what a summary needs."""
    heavy = "{'sentencex', 'snowballstemmer', 'py3langid', 'numpy', 'Stemmer'}"
    script = f"import sys, digest.cli, digest.curate; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


_ROOTS = "hop gener past say die con ag eb univers sky bee tt y appl boy organ inter even inn cann proc e rel lo fail"
_ENDS = (
    "eed ing ied ies ed s 's ' 's' eedly ingly edly ational li ogi logist ly y e ll l ion tion sion ement ment ness ful "
    "ative ical ous us sses at bl iz er ator biliti iveness ousness alize ance ible ism"
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from((_ROOTS + " " + _ENDS).split()), min_size=1, max_size=4).map("".join),
        st.text(alphabet="abeilnosty'gré7_", min_size=1, max_size=12),
    )
)
def test_english_stems_are_those_of_snowball(word: str) -> None:
    """The quick stemmer gives the library's stem for every word."""
    import snowballstemmer

    assert english.stem(word) == snowballstemmer.stemmer("english").stemWord(word)


@pytest.mark.parametrize(
    "word", ["only", "skies", "dying", "evening", "succeed", "pasting", "sayyid", "yoyo", "added", "it's", "'tis"]
)
def test_english_exceptions_are_those_of_snowball(word: str) -> None:
    """The listed words, and those that end a rule early."""
    import snowballstemmer

    assert english.stem(word) == snowballstemmer.stemmer("english").stemWord(word)


def test_unspaced_terms_come_in_pairs_and_right_to_left_words_keep_their_order() -> None:
    """Japanese and Thai are compared by pairs of characters, Arabic and Hebrew word by word in logical order."""
    assert terms(words("図書館が開く"), "ja") == ["図書", "書館", "館が", "が開", "開く"]
    assert terms(words("ดอกไม้"), "th") == ["ดอ", "อก", "กไ", "ไม", "ม้"]
    assert words("בית הספר נפתח היום") == ["בית", "הספר", "נפתח", "היום"]
    assert terms(words("字"), "zh") == ["字"]


def test_terms_of_a_word_do_not_depend_on_what_was_seen_before() -> None:
    """A kept stem is the stem that would be made."""
    first = terms(words("The rowers rowed; rowing's fun, isn't it? " + "x" * 90), "en")
    assert (
        terms(words("The rowers rowed; rowing's fun, isn't it? " + "x" * 90), "en")
        == first
        == ["rower", "row", "row", "fun", "x" * 90]
    )
