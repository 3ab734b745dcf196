"""Whether a model's summary says only what the article says. Pure; a refusal names every reason.

Does not better a text: it passes whole or not at all. Invariants: no number, name, quotation or address passes that is
not in the article; nothing passes that is not plain prose in the article's language within the budget.

Why this way: the check costs a third of a millisecond and needs no second model. Machine summaries rarely fail it (0
of 76 a number, 1 a name, measured on GPT-3's); people's fail it often, and half of those are real mistakes. So it is
strict with machines, and what it refuses wrongly costs nothing but the better wording: the extract stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from digest.curate.language import base_language, detect_language
from digest.curate.llm.numbers import is_stated, numbers
from digest.curate.scripts import SPACELESS, main_script, script_of, width
from digest.curate.sentences import is_balanced, split_sentences
from digest.curate.stopwords import STOP_WORDS
from digest.curate.summary.fitness import has_placeholder, is_whole
from digest.curate.terms import terms, words

MIN_SHARE = 0.6  # of a summary's content words, those the article has
MIN_SHARE_UNCASED = 0.75  # where names cannot be told by their capitals
MAX_NOVEL_RUN = 4  # characters in a row that no run of the article has, where words are not spaced
MIN_CHARS = 20

_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_MARKUP = re.compile(r"[<>{}\\`|~^]|\*\*|__|\]\(|^#|&[a-z#0-9]+;|^\s*(?:[-*•]|\d{1,2}[.)])\s", re.MULTILINE)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}:\S|\bwww\.|[\w.+-]+@[\w-]|(?:^|\s)@\w|(?<![\w.])/\w+/", re.IGNORECASE)
_HOST = re.compile(r"\b[\w-]{2,}(?:\.[\w-]{2,})*\.[^\W\d_]{2,}\b")
_SPOKEN_ADDRESS = re.compile(r"\b(?:dot|punto|point|punkt) (?:com|org|net|io)\b", re.IGNORECASE)
_TALK = re.compile(
    r"^(?:sure|certainly|of course|okay|here(?:'s| is| are)|summary|zusammenfassung|résumé|resumen|resumo|riassunto|"
    r"tl;?dr|note|answer|output|assistant|system)\b[^.!?]{0,40}[:,!]"
    r"|\b(?:as an ai|language model|i cannot|i can't|i am unable|i'm sorry|my instructions|system prompt|"
    r"ignore (?:all|any|the|previous)|previous instructions|the (?:article|text|author|passage) (?:says|states|"
    r"discusses|describes|explains|does not)|als ki|sprachmodell|en tant qu.ia|como (?:una )?ia)\b",
    re.IGNORECASE,
)
_ADVERTISING = re.compile(
    r"\b(?:click (?:here|on|the)|subscribe (?:to|now|today)|sign up (?:now|today|for|at)|buy now|call now|visit (?:us|our|"
    r"the (?:site|website|page|link))|log ?in (?:to|at|now)|download (?:now|it|the)|send (?:money|your|bitcoin)|"
    r"verify your|your (?:account|password)|limited offer|act now|don't miss|read more|klicken sie|jetzt (?:kaufen|"
    r"anmelden)|cliquez|abonnez-vous|haga clic|suscríbase|clique aqui|clicca qui)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    "“([^”]{1,600})”|„([^“”]{1,600})[“”]|«([^»]{1,600})»|»([^«]{1,600})«|「([^」]{1,600})」|『([^』]{1,600})』|"
    "\"([^\"]{1,600})\"|‹([^›]{1,600})›|(?<!\\w)[‘‚]([^’‘]{4,600})[’‘](?!\\w)|(?<!\\w)'([^']{4,600})'(?!\\w)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CASED = frozenset({"Latin", "Greek", "Cyrillic", "Armenian", "Georgian", ""})
_MIXABLE = frozenset({"", "Han", "Kana", "Hangul"})
_INFLECTED = frozenset(
    [
        "ru",
        "uk",
        "be",
        "bg",
        "sr",
        "mk",
        "pl",
        "cs",
        "sk",
        "sl",
        "hr",
        "fi",
        "et",
        "hu",
        "tr",
        "lt",
        "lv",
        "el",
        "ro",
        "ga",
        "eu",
        "hy",
        "is",
    ]
)
_SUFFIXES = ("'s", "’s", "s'", "s’", "'", "’")
# What a sentence may begin with though the article does not say it: words that name nobody and nothing.
_OPENERS = {
    "en": frozenset(
        ["the", "a", "an", "this", "that", "these", "those", "it", "its", "they", "their", "he", "she", "his", "her", "we", "our", "there", "here", "in", "on", "at", "by", "for", "from", "with", "after", "before", "during", "since", "until", "while", "when", "where", "as", "if", "although", "though", "because", "despite", "following", "under", "over", "about", "around", "between", "among", "through", "across", "into", "more", "most", "many", "some", "several", "all", "both", "each", "every", "another", "other", "no", "not", "only", "also", "even", "just", "now", "then", "today", "meanwhile", "however", "but", "and", "or", "so", "yet", "still", "instead", "once", "what", "why", "how", "who", "people", "residents", "officials", "organisers", "organizers", "volunteers", "members", "neighbours", "neighbors", "locals", "visitors", "readers", "researchers", "scientists", "experts", "critics", "supporters", "police", "authorities", "councillors", "students", "teachers", "parents", "families", "workers", "staff", "users", "developers", "fans", "players", "work", "plans", "repairs", "tickets", "entry", "doors"]
    ),
    "de": frozenset(["der", "die", "das", "ein", "eine", "einer", "eines", "dem", "den", "des", "im", "in", "am", "an", "auf", "aus", "bei", "mit", "nach", "seit", "von", "vom", "vor", "zu", "zum", "zur", "für", "über", "unter", "durch", "gegen", "ohne", "um", "als", "wenn", "weil", "während", "wie", "was", "wer", "wo", "und", "oder", "aber", "auch", "nun", "nur", "noch", "es", "er", "sie", "ihr", "ihre", "sein", "seine", "wir", "unser", "hier", "dort", "dazu", "damit", "danach", "dabei", "dafür", "insgesamt", "laut", "rund", "alle", "viele", "einige", "mehrere", "jeder", "menschen"]),
}  # fmt: skip


def grounded(
    summary: str, text: str, *, title: str = "", language: str | None = None, sentences: int = 2, max_chars: int = 280
) -> tuple[str, ...]:
    """Why `summary` must not be shown for the article `text` under `title`; empty when nothing speaks against it.

    `language` is the article's, detected when None. `max_chars` counts display width, as the extracts do.
    """
    lang = base_language(language or detect_language(text))
    source = _Source(f"{title}\n\n{text}", lang)
    said = unicodedata.normalize("NFC", summary.strip())
    form = [*_form(summary), *_budget(said, lang, sentences, max_chars)]
    if form:
        return tuple(form)
    said = unicodedata.normalize("NFKC", said)
    problems = (
        *_addresses(said, source), *_numbers(said, source), *_quotes(said, source), *_names(said, source),
        *_language(said, lang), *_overlap(said, source),
    )  # fmt: skip
    return tuple(dict.fromkeys(problems))


class _Source:
    """The article, taken apart once."""

    def __init__(self, text: str, language: str) -> None:
        plain = unicodedata.normalize("NFKC", _HIDDEN.sub("", text))
        self.language = language
        self.folded = _folded(plain)
        self.quoted = tuple(_folded(quote) for quote in _spans(plain))
        self.numbers = numbers(plain, language)
        found = [match[0] for match in _WORD.finditer(plain)]
        self.sequence = [_bare(word) for word in found]
        self.words = frozenset(self.sequence) | {part for word in self.sequence for part in word.split("-")}
        self.capital = frozenset(_bare(word) for word in found if word[:1].isupper())
        self.initials = frozenset(_initials(found))
        self.terms = frozenset(terms(words(plain), language))
        self.following: dict[str, set[str]] = {}
        for at, word in enumerate(self.sequence):
            self.following.setdefault(word, set()).update(self.sequence[at + 1 : at + 4])

    def has(self, word: str) -> bool:
        """The word itself, a possessive or plural of it, or, in a language that inflects names, another case of it."""
        if word in self.words or all(part in self.words for part in word.split("-")):
            return True
        if self.language in ("en", "fr", "es", "pt", "nl", "it") and (
            word + "s" in self.words or (word.endswith("s") and len(word) > 4 and word[:-1] in self.words)
        ):
            return True
        if self.language == "de" and (word.rstrip("sn") in self.words or f"{word}s" in self.words):
            return True
        return self.language in _INFLECTED and any(_same_stem(word, other) for other in self.words)


def _form(summary: str) -> Iterator[str]:
    """Plain prose: nothing hidden, no markup, no talk about the task, nothing that asks the reader to do something."""
    if _HIDDEN.search(summary) or any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") for c in summary):
        yield "it holds invisible or control characters"
    if _MARKUP.search(summary):
        yield "it holds markup"
    if match := _TALK.search(summary):
        yield f"it talks about itself (“{match[0].strip()}”)"
    if match := _ADVERTISING.search(summary):
        yield f"it addresses the reader (“{match[0].strip()}”)"
    if any(_mixes_scripts(word) for word in _WORD.findall(summary)):
        yield "a word of it mixes scripts"
    if has_placeholder(summary):
        yield "it holds a placeholder"


def _budget(said: str, language: str, sentences: int, max_chars: int) -> Iterator[str]:
    if len(said) < (MIN_CHARS if main_script(said) not in ("Han", "Kana", "Hangul") else MIN_CHARS // 3):
        yield "it is too short"
        return
    if width(said) > max_chars:
        yield f"it is too long ({width(said)} of {max_chars} characters)"
    spans = split_sentences(said, lang=language or None)
    if len(spans) > max(1, sentences):
        yield f"it has {len(spans)} sentences, {sentences} were asked for"
    if not spans or not is_whole(said[spans[-1][0] :], main_script(said)) or not is_balanced(said):
        yield "it does not end with a whole sentence"


def _addresses(said: str, source: _Source) -> Iterator[str]:
    if (match := _ADDRESS.search(said)) or (match := _SPOKEN_ADDRESS.search(said)):
        yield f"it holds an address (“{match[0].strip()}”)"
    for match in _HOST.finditer(said):
        if _folded(match[0]) not in source.folded:
            yield f"it holds the address {match[0]}, which is not in the article"


def _numbers(said: str, source: _Source) -> Iterator[str]:
    for number in numbers(said, source.language):
        if not is_stated(number, source.numbers):
            yield f"the number {number.written}{number.unit} is not in the article"


def _spans(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield next(group for group in match.groups() if group is not None)


def _quotes(said: str, source: _Source) -> Iterator[str]:
    """Longer quotations must be quotations there too; a word or three may be the article's own."""
    for quote in _spans(said):
        folded = _folded(quote).strip(" .,;:!?。、，")
        inside = any(folded in other for other in source.quoted)
        if not folded or inside:
            continue
        if len(folded.split()) > 3 or len(folded) > 40 or folded not in source.folded:
            yield f"the quotation “{quote[:60]}” is not in the article"


def _names(said: str, source: _Source) -> Iterator[str]:
    """Capitalised words must be the article's, and where two follow each other they must follow there as well."""
    if main_script(said) not in _CASED:
        yield from _foreign_words(said, source)
        return
    starts = {start for start, _ in split_sentences(said, lang=source.language or None)}
    before: tuple[str, int] | None = None
    for match in _WORD.finditer(said):
        word = match[0]
        if not any(map(str.isupper, word)):
            before = None
            continue
        bare = _bare(word)
        first = _opens(said, match.start(), starts)
        if not _may_stand(word, bare, source, first=first):
            yield f"the name {word} is not in the article"
        adjoining = before is not None and not said[before[1] : match.start()].strip()
        if adjoining and before is not None and not _follow(before[0], bare, source):
            yield f"“{said[before[1] - len(before[0]) : match.end()]}” do not belong together in the article"
        before = (bare, match.end()) if not (first and _is_opener(bare, source)) else None


def _opens(said: str, at: int, starts: set[int]) -> bool:
    """Whether a word is the first of a sentence, opening quotes and the like aside."""
    lead = at
    while lead and said[lead - 1] in "\"'“”„«»‹›‘’([¿¡—– ":
        if lead in starts:
            return True
        lead -= 1
    return at in starts or lead in starts or lead == 0


def _may_stand(word: str, bare: str, source: _Source, *, first: bool) -> bool:
    if source.has(bare):
        return True
    if word.isupper() and len(word) > 1 and bare in source.initials:
        return True
    if first:
        return _is_opener(bare, source) or bool(set(terms([bare], source.language)) & source.terms)
    if source.language == "de":  # every noun has a capital: a compound of the article's words, or a word of a compound
        return any(len(other) >= 5 and (other in bare or bare in other) for other in source.words if len(bare) >= 5)
    return False


def _is_opener(bare: str, source: _Source) -> bool:
    listed = STOP_WORDS.get(source.language, frozenset())
    return bare in listed or bare in _OPENERS.get(source.language, _OPENERS["en"])


def _follow(first: str, second: str, source: _Source) -> bool:
    """Within three words in the article: titles, initials and middle names may be left out."""
    for form in _forms(first, source):
        near = source.following.get(form, set())
        if any(other in near for other in _forms(second, source)):
            return True
    return first not in source.capital or (second in source.initials or first in source.initials)


def _forms(word: str, source: _Source) -> set[str]:
    forms = {word, f"{word}s", word.removesuffix("s")}
    if source.language in _INFLECTED:
        forms |= {other for other in source.words if _same_stem(word, other)}
    return forms


def _foreign_words(said: str, source: _Source) -> Iterator[str]:
    """Without capitals: every Latin word and every run of katakana must be the article's."""
    for word in re.findall(r"[A-Za-zÀ-ÿ][\w'’-]*", said):
        if _bare(word) not in source.words and _folded(word) not in source.folded:
            yield f"the name {word} is not in the article"
    for run in re.findall("[\u30a1-\u30fa\u30fc]{3,}", said):
        if run not in source.folded:
            yield f"the name {run} is not in the article"


def _language(said: str, language: str) -> Iterator[str]:
    found = base_language(detect_language(said)) if len(said) >= 60 else ""
    if found and language and found != language and {found, language} not in _NEAR:
        yield f"it is in another language ({found}, the article is in {language})"


_NEAR = [{"no", "da"}, {"no", "sv"}, {"id", "ms"}, {"hr", "sr"}, {"hr", "bs"}, {"sr", "bs"}, {"pt", "gl"}, {"es", "gl"},
         {"cs", "sk"}, {"hi", "mr"}, {"hi", "ne"}, {"ru", "bg"}, {"ru", "uk"}, {"nl", "af"}, {"es", "ca"}]  # fmt: skip


def _overlap(said: str, source: _Source) -> Iterator[str]:
    """Most of what it says is in the article's own words, and no stretch of it is all new."""
    script = main_script(said)
    if script in ("Han", "Kana", "Hangul") or script in SPACELESS:
        novel = _novel_run(said, source.folded)
        if len(novel) > MAX_NOVEL_RUN:
            yield f"“{novel}” is not in the article"
    found = terms(words(said), source.language)
    if not found:
        return
    new = [term not in source.terms for term in found]
    share = 1 - sum(new) / len(new)
    least = MIN_SHARE if script in _CASED else MIN_SHARE_UNCASED
    if share < least:
        yield f"only {share:.0%} of its words are the article's"
    elif script not in _CASED and script not in SPACELESS and any(a and b for a, b in pairwise(new)):
        yield "two words in a row are not in the article"


def _novel_run(said: str, folded: str) -> str:
    """The longest stretch none of whose pairs of characters the article has."""
    best = run = ""
    letters = [c for c in _folded(said) if c.isalnum() or script_of(c)]
    for a, b in pairwise(letters):
        if a + b in folded:
            run = ""
        else:
            run = (run or a) + b
            best = max(best, run, key=len)
    return best


def _mixes_scripts(word: str) -> bool:
    scripts = {script_of(c) for c in word}
    return len(scripts - _MIXABLE) > 1 or bool(
        scripts - _MIXABLE and scripts & (_MIXABLE - {""}) and "Latin" not in scripts
    )


def _bare(word: str) -> str:
    folded = word.casefold().replace("’", "'")
    for suffix in _SUFFIXES:
        if folded.endswith(suffix) and len(folded) > len(suffix) + 1:
            return folded.removesuffix(suffix)
    return folded


def _initials(found: Sequence[str]) -> Iterator[str]:
    """What the capitalised words that follow each other would be abbreviated to."""
    run = ""
    for word in found:
        if word[:1].isupper():
            run += word[0].casefold()
            for length in range(2, min(6, len(run)) + 1):
                yield run[-length:]
        elif word.casefold() not in ("of", "the", "and", "for", "de", "la", "und", "der", "des", "du", "et"):
            run = ""


def _same_stem(word: str, other: str) -> bool:
    """Two cases of one name: all but the last three letters are the same, and those are at least four."""
    shorter = min(len(word), len(other))
    shared = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), shorter)
    return shared >= 4 and max(len(word), len(other)) - shared <= 3


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[\"“”„«»‹›「」『』‘’‚']", "'", plain)
    return " ".join(plain.split())
