# ruff: noqa: E501 - sentences of many languages read better unbroken
"""Splitting text into sentences: whole, exact, and not fooled by abbreviations, quotations or scripts."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.sentences import is_balanced, iter_sentences, split_sentences

ARTICLES = json.loads((Path(__file__).parent / "articles.json").read_text(encoding="utf-8"))


def pieces(text: str, lang: str | None = None) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, lang=lang)]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", ["U.S. officials met in Geneva.", "They left early."]),
        ("en", ["He lives in the U.S.", "He is happy there."]),
        ("en", ["Officials from the U.S. Treasury and the U.N. Security Council agreed."]),
        ("en", ["The train leaves at 5 p.m. Monday.", "Bring water."]),
        ("en", ["She met Mr. Smith at 10 a.m.", "Then she left."]),
        ("en", ["The market shuts at 5 p.m.", "Traders pack up by the river."]),
        ("en", ["J. R. R. Tolkien and M. Dupont never met.", "Plan B.", "It works."]),
        ("en", ["“This is it. Really,” he said.", "We believed him."]),
        ("en", ['He wrote "Go. Now." in chalk.', "Nobody went."]),
        ("en", ["“Go!” he cried.", '"Open the gate."', "She did."]),
        ("en", ["Version 2.0.1 is out.", "It costs $5.5 million.", "No. 5 is here."]),
        ("en", ["Wait … what?", "Yes!", "(This is it.)", "Done."]),
        ("de", ["Dr. Müller kam am 3. Oktober z. B. nach Berlin.", "„Wir gehen. Jetzt“, sagte er.", "Er ging."]),
        ("fr", ["M. Dupont est parti.", "Il dit : « Allons-y. Maintenant. »", "Puis il revint."]),
        ("ru", ["А. С. Пушкин родился в Москве.", "«Идём! Скорее», — сказал он."]),
        ("hi", ["डॉ. शर्मा आए।", "क्या आप ठीक हैं?", "हाँ।"]),
        ("ur", ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔"]),
        ("ar", ["هذه الجملة الأولى.", "هل أنت بخير؟", "نعم."]),
        ("bn", ["এটি প্রথম বাক্য।", "এটি দ্বিতীয় বাক্য।"]),
        ("el", ["Τι κάνεις;", "Καλά είμαι."]),
        ("ko", ["안녕하세요.", "저는 학생입니다."]),
    ],
)
def test_known_sentences_come_back_whole(lang: str, expected: list[str]) -> None:
    """Joined by spaces, these sentences are found again exactly."""
    assert pieces(" ".join(expected), lang) == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("ja", ["彼は「行こう。」と言った。", "私は家に帰った。", "「寒いですね。本当に。」"]),
        ("zh", ["“我们走吧！”他说。", "然后走了。", "天气很好！"]),
    ],
)
def test_unspaced_scripts_split_at_their_own_full_stops(lang: str, expected: list[str]) -> None:
    """Chinese and Japanese sentences follow each other without a space, and quotations keep their verb."""
    assert pieces("".join(expected), lang) == expected
    assert pieces("".join(expected)) == expected  # the script is enough


def test_a_paragraph_break_always_ends_a_sentence() -> None:
    """No sentence reaches over a blank line, not even inside a quotation that never closes."""
    assert pieces("He said “we go\n\nhome” at last. Yes.\r\n\r\nNext one") == [
        "He said “we go",
        "home” at last.",
        "Yes.",
        "Next one",
    ]


def test_headings_and_list_items_on_their_own_lines_stand_alone() -> None:
    """A short line before a wrapped paragraph is not the start of its first sentence."""
    text = "What is new\nThe club has bought a second boat for the youngest rowers of\nthe town. It is blue.\n- one item.\n- another"
    assert pieces(text)[0] == "What is new"
    assert pieces(text)[1].endswith("rowers of\nthe town.")
    assert pieces(text)[-2:] == ["- one item.", "- another"]


def test_thai_comes_in_runs_of_phrases() -> None:
    """Thai is cut at spaces only, and no piece is a crumb."""
    text = ARTICLES["th"]["text"]
    assert len(pieces(text, "th")) >= 3
    assert "".join(pieces(text, "th")).replace(" ", "") == "".join(text.split())
    assert all(len(piece) >= 20 for piece in pieces(text, "th"))


@pytest.mark.parametrize("lang", sorted(ARTICLES))
def test_every_language_gives_balanced_sentences(lang: str) -> None:
    """No quotation is left open, and the text is not one lump."""
    found = pieces(ARTICLES[lang]["text"], lang)
    assert all(map(is_balanced, found)), found
    assert len(found) == (4 if lang == "th" else 6 if lang == "fa" else 5), found


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="Ab c.!?\n\r“”\"«»„()。！「」と说है।؟ا 5'…-ก", max_size=120),
    st.sampled_from([None, "en", "de", "ja", "zh", "hi", "th"]),
)
def test_spans_are_exact_ordered_and_lose_nothing(text: str, lang: str | None) -> None:
    """Whatever the text: trimmed, in order, within paragraphs, and only white space lies between them."""
    spans = split_sentences(text, lang=lang)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert text[at:start].strip() == ""
        assert text[start:end].strip() == text[start:end]
        assert "\n\n" not in text[start:end].replace(" ", "").replace("\r", "").replace("\t", "")
        at = end
    assert text[at:].strip() == ""


@pytest.mark.parametrize("good", ["“a”", "„a“", "»a«", "«a»", "a", 'x "y" (z)', "”a”", "「a『b』」", "it's"])
def test_balanced_quotations_are_recognised(good: str) -> None:
    """Every convention for quotation marks counts as closed."""
    assert is_balanced(good)


@pytest.mark.parametrize("bad", ["“a", "a”", '"a', "(a", "a)", "「a", "«a", "“a (b” c)"])
def test_unbalanced_quotations_are_recognised(bad: str) -> None:
    """An opener without closer, a closer without opener, and crossed pairs are not balanced."""
    assert not is_balanced(bad)


PHRASES = {
    "th": "ชาวบ้านเปิดสวนสาธารณะแห่งใหม่ริมแม่น้ำในวันเสาร์ เด็กๆปลูกต้นไม้ร้อยต้นตลอดแนวทางเดินหลังจากฝนตก",
    "lo": "ຊາວບ້ານເປີດສວນສາທາລະນະແຫ່ງໃໝ່ແຄມແມ່ນ້ຳໃນວັນເສົາ ເດັກນ້ອຍປູກຕົ້ນໄມ້ຮ້ອຍຕົ້ນຕາມທາງຍ່າງຫຼັງຈາກຝົນຕົກ",
    "km": "អ្នកភូមិបានបើកសួនសាធារណៈថ្មីនៅមាត់ទន្លេនៅថ្ងៃសៅរ៍ ក្មេងៗបានដាំដើមឈើមួយរយដើមតាមផ្លូវដើរក្រោយពេលភ្លៀង",
}


@pytest.mark.parametrize("lang", sorted(PHRASES))
def test_scripts_without_full_stops_are_cut_at_their_spaces_only(lang: str) -> None:
    """Thai, Lao and Khmer come in phrases, cut where the writer left a space, and never over a blank line."""
    first, second = PHRASES[lang].split(" ")
    assert pieces(PHRASES[lang], lang) == pieces(PHRASES[lang]) == [first, second]
    assert pieces(f"{first}\n\n{second}") == [first, second]


def test_a_long_paragraph_is_split_as_its_parts_are() -> None:
    """Where the window of the splitter ends leaves no trace."""
    sentence = "Dr. Keane met the crew at 5 p.m. Monday by the pier. “We go. Now,” she said to J. R. Molloy. "
    assert pieces(sentence * 300) == pieces(sentence) * 300
    assert pieces("社区菜园本周六正式向所有居民开放。" * 900, "zh") == ["社区菜园本周六正式向所有居民开放。"] * 900


def test_sentences_come_one_by_one_and_are_the_same() -> None:
    """Who wants one sentence gets the first of all of them."""
    text = ARTICLES["en"]["text"]
    assert next(iter_sentences(text, lang="en")) == split_sentences(text, lang="en")[0]
    assert list(iter_sentences(text, lang="en")) == split_sentences(text, lang="en")


@pytest.mark.parametrize(
    ("unit", "lang"),
    [("社区菜园本周六正式向所有居民开放。", "zh"), ("“", "en"), ("”", "sv"), ("“Go. ", "en"), ("a", "en"), ("[ ", "en"),
     ("Boats leave on Monday. ", "en"), ("\n ", "en"), ("ชุมชน ", "th"), ("U.S. ", "en"), ("1. ", "de")],
)  # fmt: skip
def test_time_grows_with_the_length_and_no_faster(unit: str, lang: str) -> None:
    """100,000 characters of anything take less than a second; where time grew with the square it took three."""
    size = 240_000 if lang == "zh" else 100_000
    text = (unit * size)[:size]
    started = time.process_time()
    spans = split_sentences(text, lang=lang)
    assert time.process_time() - started < 8
    assert not spans or spans[-1][1] >= len(text.rstrip())
