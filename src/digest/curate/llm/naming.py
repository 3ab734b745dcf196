"""Whether the names, numbers and quotations of a reply are the article's, and stand with what they stand with there.

Pure. Invariants: a capitalised word that the article does not have passes only where it names nobody (it opens a
sentence, or is a German noun); two names that follow each other follow there too; a number keeps its unit and the
thing it counts; a quotation is a quotation there, word for word.
"""

# ruff: noqa: SIM905  # lists of words are read as words

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from digest.curate.llm.numbers import CURRENCIES, ORDINAL, Stated, numbers, plain, same
from digest.curate.llm.numerals import NUMERALS, SCALES, UNITS
from digest.curate.llm.ordinary import is_calendar, is_german_noun, opens
from digest.curate.llm.source import INFLECTED, QUOTED, WORD, Source, bare, folded, is_case_of, same_stem, spoken
from digest.curate.scripts import main_script
from digest.curate.sentences import split_sentences
from digest.curate.stopwords import STOP_WORDS
from digest.curate.terms import terms, words

CASED = frozenset({"Latin", "Greek", "Cyrillic", "Armenian", "Georgian", ""})
_FAR = 20  # words between two that cannot be parts of one name
_BESIDE = 60  # characters to either side of a number in a reply that may say what it counts
_ELLIPSIS = 200  # characters before a number that nothing follows, where what it counts was named
# Words that count how often, so that what they follow counts no things: "11 times" may be eleven goals.
_TIMES = frozenset(
    "times mal male fois veces vez vezes volte volta keer maal raz razy раз раза gånger gang gange ganger".split()
)
_MEASURES = frozenset(
    "kwh mwh gwh kw mw gw gb mb tb hz khz mhz ghz kbit mbit gbit ph co kb dpi usd eur gbp am pm".split()
)
_LEADING = "\"'“”„«»‹›‘’([¿¡—–:; "
_DETERMINERS = frozenset("der die das den dem des ein eine einen einem einer eines kein keine keinen keiner ihr "
                         "ihre ihren "
                         "ihrer ihrem sein seine seinen seiner seinem diese dieser dieses diesen diesem jede jeder "
                         "jedes "
                         "jeden alle allen viele vielen mehrere mehreren einige einigen weitere weiteren wenige "
                         "zwei drei "
                         "vier fünf sechs acht zehn zum zur beim".split())  # fmt: skip


# German: a noun and no name stands after these. Not after "ein", "ihr" or "der": "ein Opel", "gab ihr Birkhahn
# die Hand", "der Nordpark der Stadt".
_POINTING = frozenset(
    f"{stem}{ending}" for stem in ("dies", "jed", "welch", "solch", "kein") for ending in ("e", "er", "es", "em", "en")
)


def wrong_numbers(said: str, source: Source) -> Iterator[str]:
    text = plain(said)
    stated = numbers(said, source.language)
    for place, number in enumerate(stated):
        if number.unit == ORDINAL and number.values <= {1.0, 2.0}:
            continue  # "came second", "first of all": too common to be a count
        around = source.around(number)
        if not around:
            yield f"the number {number.written} is not in the article"
            continue
        if not _is_measured(number, source):
            yield f"{number.written} is a number of something else in the article"
        before = stated[place - 1] if place else None
        between = text[before.end : number.start].strip() if before else ""
        if before and between in _PAIRING and not _may_follow(before, number, between, source):
            yield f"{before.written}{text[before.end : number.start]}{number.written} is not in the article"
        following = stated[place + 1].start if place + 1 < len(stated) else len(text)
        counted = _counted(text[number.end : following], source.language)
        if counted and not _is_year(number) and not _counts(counted, number, around, text, source):
            yield f"{number.written} is not the number of “{counted[0]}” in the article"


def _is_measured(number: Stated, source: Source) -> bool:
    """A number with a unit is no number of things: the article gives it a unit, too, or leaves out what it counts."""
    if not number.unit or number.unit in (ORDINAL, "%"):
        return True
    return any(
        one.unit or not _counted(after, source.language) or any(_is_unit(word, number.unit) for word in words(after))
        for one, after in source.stated(number)
    )


def _is_unit(word: str, unit: str) -> bool:
    """ "8 long hours", "140 Quadratmeter"."""
    return any(
        word == other or word == f"{other}s" or (len(other) >= 5 and word.endswith(other))
        for other, its in UNITS.items()
        if its == unit
    )


_PAIRING = ("-", "–", "—", "‑", "to", "bis", "à")


def _may_follow(first: Stated, second: Stated, between: str, source: Source) -> bool:
    """Scores and ranges: the two stand one after the other in the article as well, whatever is between them.

    "Grew from 12 in 2020 to 300" has no range: a year and a count are not the ends of one.
    """
    if between.isalpha() and _is_year(first) is not _is_year(second):
        return True
    return any(same(first, one) and same(second, other) for one, other in pairwise(source.numbers))


def _counted(after: str, language: str) -> list[str]:
    """What a number counts: the content terms that follow it without a word between them that carries no topic."""
    clause = re.split(r"[.,;:!?()“”„«»\"]|\s[–—-]\s", after, maxsplit=1)[0]
    found: list[str] = []
    for word in words(clause)[:4]:
        own = terms([word], language)
        if word in _TIMES:
            return found or [word]
        if own and word not in UNITS and word not in SCALES and word not in NUMERALS.get(language, {}):
            found += own[:1]
        elif found or not own:
            break
    return found


def _counts(counted: list[str], number: Stated, around: str, said: str, source: Source) -> bool:
    """Whether the article has the number with these terms, or with others that the reply has beside it; a term that
    is not in the article at all is another word for something, and proves nothing."""
    if number.unit != ORDINAL and any(term not in source.terms for term in counted):
        return True
    near = terms(words(around), source.language)
    if any(term in near or any(same_stem(term, other) for other in near) for term in counted):
        return True
    for before in source.unnamed(number, _ELLIPSIS, _counted):
        if any(_is_named(term, before, source) for term in counted):
            return True
    beside = set(terms(words(said[max(0, number.start - _BESIDE) : number.end + _BESIDE]), source.language))
    if number.unit in CURRENCIES or counted[0] in _TIMES:  # no number of what follows: "tickets at 8 € pay for it"
        beside = {term for term in beside if not any(map(str.isdigit, term))}
        return bool(beside & set(near))
    return any(beside & set(there) for there in source.counted(number, _counted))


def _is_named(term: str, before: str, source: Source) -> bool:
    """ "Forty boats were to leave, in the end it was nine": nine boats, named once and then left out."""
    return any(term == other or same_stem(term, other) for other in terms(words(before), source.language))


def _is_year(number: Stated) -> bool:
    return number.written.isdigit() and len(number.written) == 4 and 1800 <= int(number.written) <= 2100


def wrong_quotations(said: str, source: Source) -> Iterator[str]:
    """Longer quotations must be quotations there too; a word or three may be the article's own."""
    for match in QUOTED.finditer(said):
        quote = spoken(match)
        words_ = folded(quote).strip(" .,;:!?。、，…")
        if not words_:
            continue
        places = [at for at, other in source.quotes if words_ in other]
        short = len(words_.split()) <= 3 and len(words_) <= 40 and words_ in source.folded
        if not places and not short:
            yield f"the quotation “{quote[:60]}” is not in the article"


def wrong_names(said: str, source: Source) -> Iterator[str]:
    """Capitalised words must be the article's, and where two follow each other they must follow there as well."""
    if main_script(said) not in CASED:
        yield from _foreign_words(said, source)
        return
    starts = {start for start, _ in split_sentences(said, lang=source.language or None)}
    before: tuple[str, int] | None = None
    previous = ""
    for match in WORD.finditer(said):
        word = match[0]
        if not any(map(str.isupper, word)):
            before, previous = None, word.lower()
            continue
        first = _opens(said, match.start(), starts)
        small = _bare_in(word, source)
        owned = before is not None and said[before[1] - 2 : before[1]] in ("'s", "’s", "s'", "s’")
        adjoining = before is not None and not owned and not said[before[1] : match.start()].strip(" \u00a0")
        if not _may_stand(word, small, source, first=first, after=previous, adjoining=adjoining):
            yield f"the name {word} is not in the article"
        elif adjoining and before is not None and not _follow(before[0], small, source):
            yield f"“{said[before[1] - len(before[0]) : match.end()]}” do not belong together in the article"
        opener = first and _is_opener(small, source)
        before, previous = (None if opener else (small, match.end())), small


def _bare_in(word: str, source: Source) -> str:
    """In lower case; an elided article is taken off ("L'école", "dell'Olmo") unless the article has the whole."""
    small = bare(word)
    if small in source.words or "'" not in small:
        return small
    head, _, tail = small.partition("'")
    return tail if len(head) <= 5 and len(tail) > 2 else small


def _opens(said: str, at: int, starts: set[int]) -> bool:
    """Whether a word is the first of a sentence or follows a colon, opening quotes and the like aside."""
    lead = at
    while lead and said[lead - 1] in _LEADING:
        if lead in starts or said[lead - 1] in "“„«»「:—":
            return True
        lead -= 1
    return at in starts or lead in starts or lead == 0


def _may_stand(word: str, small: str, source: Source, *, first: bool, after: str, adjoining: bool) -> bool:
    if "-" in small and any(map(str.islower, re.split("[-‑]", word))):
        capital = [part for part in re.split("[-‑]", word) if any(map(str.isupper, part))]
        if all(source.has(bare(part)) for part in capital):  # "mid-January"
            return True
    if source.has(small) or (word.isupper() and len(word) > 1 and small in source.initials):
        return True
    if _is_number(small, source) or small in _MEASURES:
        return True  # its value is checked elsewhere
    if first and (_is_opener(small, source) or source.is_related(small)):
        return True
    if source.language == "de":
        apart = first or not adjoining or after in _DETERMINERS  # straight after a noun names stand: "Hochschule Xdorf"
        if apart and (source.compounds(small) or source.heads(small) or is_german_noun(small) or after in _POINTING):
            return True
        return source.compounds_noun(small) or (len(small) >= 5 and source.is_related(small))
    return word == "I"


def _is_number(small: str, source: Source) -> bool:
    known = NUMERALS.get(source.language, NUMERALS["en"])
    return all(part in known or part in SCALES for part in re.split("[-‑]", small))


def _is_opener(small: str, source: Source) -> bool:
    head = small.split("'")[0]
    listed = STOP_WORDS.get(source.language, frozenset())
    return small in listed or opens(small, source.language) or (head != small and opens(head, source.language))


def _follow(first: str, second: str, source: Source) -> bool:
    """Within three words in the article: titles, initials and middle names may be left out."""
    for form in _forms(first, source):
        near = source.following.get(form, set())
        if any(other in near for other in _forms(second, source)):
            return True
    if source.language == "de" and not {first, second} <= source.in_names:
        return True  # nouns
    if source.language == "de" and _ROLE.fullmatch(first) and _near_each_other(first, second, source):
        return True  # "Ottilie Renken, Projektleiterin" is "Projektleiterin Ottilie Renken"
    if source.language in INFLECTED:
        return not all(_forms(word, source) & source.capital for word in (first, second))
    return first not in source.capital or second in source.initials or first in source.initials


_ROLE = re.compile(r"\w{5,}(?:in|er|or|ist|eur|ent|ant|mann|frau|wart|chef)")


def _near_each_other(first: str, second: str, source: Source) -> bool:
    places = source.places.get(second, [])
    return any(abs(one - other) <= 8 for one in source.places.get(first, []) for other in places)


def _forms(word: str, source: Source) -> set[str]:
    forms = {word, f"{word}s", word.removesuffix("s")} | set(re.split("[-‑]", word))
    if source.language in INFLECTED:
        forms |= {other for other in source.words if is_case_of(word, other, source.language)}
    return forms


# A frequent surname and one or two characters, where a person may stand.
_SURNAMES = (
    "王李张劉刘陈陳杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_HAN_PERSON = re.compile(
    f"(?:^|[，。；：、“”！？]|[师长任员家授])([{_SURNAMES}][\u3400-\u9fff]{{1,2}})(?=把|说|表示|称|是|与|和|将|认为|介绍|回忆|透露|，)"
)
_TITLED_PERSON = re.compile(
    "([\u3400-\u9fff々]{1,4}(?:(?![のはがをにでともやへ])[ぁ-ん]){0,3}[\u3400-\u9fff]?)(?=さん|氏は|氏が|様|先生|女士)"
)
# Two characters and what makes a place, a house or a person of them.
_HAN_NAME = re.compile(
    "(?=([\u3400-\u9fff々\u30a1-\u30fc]{2}(?:小学校|中学校|高校|学校|大学|町|市|村|区|県|郡|省|县|路|街|镇|社区|公司|会社|さん|様|氏|"
    "先生|女士|小姐|教授|博士|町長|市長|村長|店|寺|神社|駅|站|山|川|河|湖|島|岛)))"
)


def _foreign_words(said: str, source: Source) -> Iterator[str]:
    """Without capitals: every Latin word and run of katakana must be the article's; so must what stands before the
    signs that make a place, a house or a person of it."""
    for word in re.findall(r"[A-Za-zÀ-ÿ][\w'’-]*", said):
        if bare(word) not in source.words and folded(word) not in source.folded:
            yield f"the name {word} is not in the article"
    for run in re.findall("[\u30a1-\u30fa\u30fc]{3,}", said):
        if run not in source.folded:
            yield f"the name {run} is not in the article"
    for name in (*_HAN_PERSON.findall(said), *_TITLED_PERSON.findall(said)):
        if name not in source.folded:
            yield f"the name {name} is not in the article"
    if source.language not in ("ja", "zh", "ko"):
        yield from _far_apart(said, source)
    for name in _HAN_NAME.findall(said):
        if name not in source.folded and any(c not in source.folded for c in name[:2]):
            yield f"the name {name} is not in the article"


def _far_apart(said: str, source: Source) -> Iterator[str]:
    """Two words side by side that the article has once each and far apart: a first name and another's last."""
    found = list(re.finditer(r"[^\W\d_]+", said))
    for one, two in pairwise(found):
        if said[one.end() : two.start()].strip(" \u00a0"):
            continue
        a, b = (source.places.get(bare(word[0]), []) for word in (one, two))
        if len(a) == len(b) == 1 and abs(a[0] - b[0]) > _FAR and terms(words(one[0]), source.language):
            yield f"“{said[one.start() : two.end()]}” do not belong together in the article"


# German ones are ordinary nouns by their capitals, and facts all the same.
_GERMAN_MONTHS = tuple("januar februar märz april mai juni juli august september oktober november dezember".split())
_GERMAN_CALENDAR = frozenset(
    (*_GERMAN_MONTHS, *"montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag jänner feber".split())
)
_OTHER_DAY = {"samstag": "sonnabend", "sonnabend": "samstag", "jänner": "januar", "feber": "februar"}


def _is_german_day(name: str, source: Source) -> bool:
    """The article has it, alone or in a compound ("Dienstagabend"), by its other name, or as a date in figures."""
    known = _OTHER_DAY.get(name, name)
    if source.words & {name, known, f"{name}s"}:
        return True
    if known not in _GERMAN_MONTHS:  # no compound has these by accident, as "Maisfeld" has the month of May
        return name in source.folded or known in source.folded
    return re.search(rf"\d\.\s?0?{_GERMAN_MONTHS.index(known) + 1}\.", source.folded) is not None


def wrong_days(said: str, source: Source) -> Iterator[str]:
    """Months and days of the week, which most languages write small."""
    for word in words(said):
        if is_calendar(word, source.language) and not source.has(word):
            yield f"{word} is not in the article"
        if source.language == "de" and word in _GERMAN_CALENDAR and not _is_german_day(word, source):
            yield f"{word} is not in the article"
    for day in re.findall("(?:星期|周|週|禮拜)[一二三四五六日天]|[月火水木金土日]曜日?", said):
        if day[-1] not in "日" and not re.search(f"(?:星期|周|週){day[-1]}|{day[:2]}", source.folded):
            yield f"{day} is not in the article"
