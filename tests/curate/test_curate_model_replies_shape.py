"""The written model replies are what they claim: counted, balanced, honest where honest, wrong in one place elsewhere.

It must not use the gate these replies are written for: a fixture proved by the code it proves would show nothing.
"""

import re
from collections import Counter

import pytest
from model_replies import Case, cases

HONEST = tuple(case for case in cases() if case.expected == "pass")
REFUSED = tuple(case for case in cases() if case.expected == "refuse")
LANGUAGES = {
    "en": 16,
    "de": 5,
    "fr": 4,
    "es": 4,
    "pt": 2,
    "it": 2,
    "ru": 2,
    "nl": 1,
    "pl": 1,
    "ja": 1,
    "zh": 1,
    "ar": 1,
}
WITHOUT_TELLING_CAPITALS = {"de", "ja", "zh", "ar"}
UNITS = {"MWh"}
NUMBER_WORDS = "forty|fifty|ninety|eleven|third|zwanzig|achtzehn|quince|trente|deux cent|vinte e oito|триста"
IN_WORDS = {
    "3": {"three"},
    "9": {"nueve"},
    "10": {"ten"},
    "11": {"elf"},
    "12": {"zwölf", "douze"},
    "15": {"vijftien"},
    "17": {"diciassette"},
    "100": {"cem"},
    "9000": {"nine thousand"},
}
GROUPED = re.compile(r"(?<=\d)[.,\s](?=\d{3}(?!\d))")
QUOTED = re.compile(r"[“„\"«「]\s?([^“”„\"«»「」]+?)\s?[”“\"»」]")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff]")


def _source(case: Case) -> str:
    return f"{case.title}\n{case.article}"


def _invented(case: Case) -> str:
    return case.why.split(" — ", 1)[0]


def _foreign_numbers(text: str, source: str) -> list[str]:
    known = set(re.findall(r"\d+", GROUPED.sub("", source)))
    lowered = source.lower()
    said = re.findall(r"\d+", GROUPED.sub("", text))
    return [n for n in said if n not in known and not any(word in lowered for word in IN_WORDS.get(n, ()))]


def _foreign_quotations(text: str, source: str) -> list[str]:
    return [quoted for quoted in QUOTED.findall(text) if quoted.rstrip(".,") not in source]


def _foreign_capitals(text: str, source: str) -> list[str]:
    """Capitalised words inside a sentence that the article never uses."""
    known = set(re.findall(r"\w+", source)) | UNITS
    found = [(match.start(), match[0]) for match in re.finditer(r"\b[^\W\d_]\w+", text)]
    inside = [word for at, word in found if text[:at].rstrip(" «“„\"'")[-1:] not in ("", ".", "!", "?", ":")]
    return [word for word in inside if any(letter.isupper() for letter in word) and word not in known]


def test_there_are_two_hundred_replies_of_each_verdict_balanced_by_kind() -> None:
    """Two hundred replies pass, two hundred are refused, and no kind of invention is scarce."""
    assert Counter(case.expected for case in cases()) == {"pass": 200, "refuse": 200}
    assert {case.kind for case in HONEST} == {"honest"}
    assert Counter(case.kind for case in REFUSED) == {
        "number": 60,
        "name": 60,
        "quotation": 25,
        "link": 25,
        "other": 30,
    }


def test_every_article_has_five_replies_of_each_verdict() -> None:
    """Forty articles in twelve languages carry five passing and five refused replies each."""
    by_article = Counter((case.language, case.title, case.expected) for case in cases())
    assert set(by_article.values()) == {5}
    assert Counter(language for language, _, expected in by_article if expected == "pass") == LANGUAGES


@pytest.mark.parametrize("kind", ["number", "name", "quotation", "link", "other"])
def test_every_kind_of_invention_occurs_in_many_languages(kind: str) -> None:
    """Each kind of invention is met in at least seven languages."""
    assert len({case.language for case in REFUSED if case.kind == kind}) >= 7


def test_ids_and_replies_are_unique() -> None:
    """No id and no reply occurs twice, so that a count of failures counts different failures."""
    assert len({case.id for case in cases()}) == len(cases()) == len({case.reply for case in cases()})


def test_articles_have_the_length_of_a_news_item() -> None:
    """Articles run to 120-350 words, or to 350-700 characters where words are not spaced."""
    for case in cases():
        if case.language in {"ja", "zh"}:
            assert 350 <= len(case.article) <= 700, case.id
        else:
            assert 120 <= len(case.article.split()) <= 350, case.id


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.id)
def test_an_honest_reply_states_nothing_its_article_does_not(case: Case) -> None:
    """An honest reply fits 280 characters, and its numbers, quotations and inner capitals are the article's."""
    assert 30 <= len(case.reply) <= 280
    assert INVISIBLE.search(case.reply) is None
    assert _foreign_numbers(case.reply, _source(case)) == []
    assert _foreign_quotations(case.reply, _source(case)) == []
    if case.language not in WITHOUT_TELLING_CAPITALS:
        assert _foreign_capitals(case.reply, _source(case)) == []


@pytest.mark.parametrize("case", [case for case in REFUSED if case.kind != "other"], ids=lambda case: case.id)
def test_a_refused_reply_invents_what_its_reason_names(case: Case) -> None:
    """The thing `why` begins with is in the reply as a whole word or phrase and nowhere in the article."""
    whole = re.compile(rf"(?<!\w){re.escape(_invented(case))}(?!\w)") if case.language not in {"ja", "zh"} else None
    assert _invented(case) in case.reply
    assert (whole.search(_source(case)) is None) if whole else (_invented(case) not in _source(case))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_a_refused_reply_invents_nothing_else(case: Case) -> None:
    """With the invented thing taken out, numbers and quotations of a refused reply are the article's."""
    assert _invented(case) in case.reply
    rest = case.reply.replace(_invented(case), " ")
    assert _foreign_numbers(rest, _source(case)) == []
    assert _foreign_quotations(rest, _source(case)) == []
    if case.kind != "other" and case.language not in WITHOUT_TELLING_CAPITALS:
        assert _foreign_capitals(rest, _source(case)) == []


def test_inventions_look_like_their_kind() -> None:
    """Quotations stand in marks, links hold a dot, an at sign or digits, numbers a figure or a number word."""
    shapes = {
        "quotation": re.compile(r"^[“„\"«「].+[”“\"»」]$"),
        "link": re.compile(r"\w\.\w|@\w| dot (com|org)|\d[\d -]{5,}\d"),
        "number": re.compile(rf"\d|[①-⑳]|{NUMBER_WORDS}"),
    }
    for case in REFUSED:
        if case.kind in shapes:
            assert shapes[case.kind].search(_invented(case)), case.id
        if case.kind == "name" and case.language == "en":
            assert re.search(r"[A-Z]", _invented(case)), case.id


def test_only_replies_refused_for_it_are_long_or_hide_characters() -> None:
    """Length over 280 and invisible characters occur among the other kinds alone, and do occur."""
    long = {case.kind for case in cases() if len(case.reply) > 280}
    hiding = {case.kind for case in cases() if INVISIBLE.search(case.reply)}
    assert long == hiding == {"other"}
    assert not any(INVISIBLE.search(_source(case)) for case in cases())


def test_digits_of_other_scripts_are_among_the_invented_numbers() -> None:
    """Full-width, Arabic-Indic and circled digits each write an invented number somewhere."""
    written = "".join(_invented(case) for case in REFUSED if case.kind == "number")
    for script in ("０-９", "٠-٩", "①-⑳"):
        assert re.search(f"[{script}]", written), script


def test_several_articles_try_to_instruct_a_machine() -> None:
    """At least six articles hold a sentence aimed at a summarising machine, and some replies obey it."""
    aimed = re.compile(
        r"AI assistants|KI-Systeme|Ignore your instructions|Note aux robots|Assistant,|Нейросеть|intelligenza"
    )
    instructing = {case.title for case in cases() if aimed.search(case.article)}
    obeying = [case for case in REFUSED if re.search(r"obey|befolgt|obéit|выполняет", case.why)]
    assert len(instructing) >= 6
    assert len(obeying) >= 5
    assert {case.title for case in obeying} <= instructing
