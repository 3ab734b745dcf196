"""What reads like a person's name, and what like the name of an account. Pure."""

from __future__ import annotations

import re

from digest.gather.furniture.buttons import BUTTONS
from digest.gather.furniture.plain import bare, terms

_PARTICLES = frozenset(
    ["de", "da", "do", "dos", "das", "del", "della", "der", "den", "di", "du", "van", "von", "zu", "la", "le", "el",
     "al", "bin", "ibn", "bint", "ben", "ter", "ten", "af", "av", "y", "e", "st.", "dr.", "of", "the", "und", "ja",
     "heide", "van't", "'t", "’t", "vom", "zum", "zur", "las", "los", "i", "och", "og"]
)  # fmt: skip
_NOT_NAMES = frozenset(
    ["the", "a", "an", "this", "that", "these", "those", "our", "your", "my", "all", "far", "now", "then", "contrast",
     "comparison"]
)  # fmt: skip
# `d’Arcy`, `al-Khatib`, `dell’Orto`: small, then a capital.
_ELIDED = re.compile(r"(?:d|l|o|dell|dall|t|al|el|ad|ar|as|an|ibn)['’\-][A-ZÀ-ÖØ-Þ]")
# Words of grammar: where capitals do not tell (Arabic, Hindi, a headline in capitals), one of these means a phrase.
_OF_PHRASES = (
    terms(
        "in on at for with to from and or is are was were how why what when where who "
        "im am auf für mit wie warum was wann wo wer ist sind "
        "dans sur pour avec comment pourquoi quand où qui est sont des les une un "
        "en con para por cómo por qué cuándo dónde es son una un "
        "em com como quando onde é são uma um no na nel nella con per come perché quando dove è sono "
        "في من إلى على عن مع خلف عند بين بعد قبل تحت فوق أين كيف لماذا متى هل ما ماذا هذا هذه التي الذي كل لا "
        "का की के को में से पर ने और कहाँ कहां क्या क्यों कैसे कब अब तक है हैं था थी एक यह वह नहीं "
        "на с для о об как почему где когда кто что это у за под при от до из ve ile için nasıl neden nerede ne"
    )
    - _PARTICLES
)
_CJK_NAME = re.compile(
    r"[\u4e00-\u9fff々ヶ]{2,5}|[\u4e00-\u9fff々ヶ]{1,4}[ 　・][\u4e00-\u9fff々]{1,4}|"
    r"[\u4e00-\u9fff々ヶ]{1,3}[ 　]?(?:[\u3041-\u306d\u306f-\u3096]{2,4}|[\u30a1-\u30fa]{2,5})|"
    r"[\u30a1-\u30fa]{2,8}(?:[・ ][\u30a1-\u30faー]{2,10}){1,2}|[가-힣]{2,4}"
)
_ACCOUNT = re.compile(r"@?(?=[^\W\d_])[\w](?:[\w.\-]{0,38}\w)?")


def is_name(text: str) -> bool:
    """Whether `text` reads like a person's name: two to five words, each capitalised, caseless or a particle."""
    words = text.split()
    if (
        not 2 <= len(words) <= 5
        or len(text) > 60
        or any(char.isdigit() or char in '!?:;()[]{}<>/\\@#%&="。、，？！' for char in text)
    ):
        return False
    if words[0].lower() in _NOT_NAMES or (text.endswith((".", ",")) and not re.search(r"\b\w\.$", text)):
        return False
    if bare(text) in BUTTONS or bare(words[0]) in BUTTONS or any(word.lower() in _OF_PHRASES for word in words):
        return False
    return all(word.lower() in _PARTICLES or not word[0].islower() or _ELIDED.match(word) for word in words)


def is_caseless_name(text: str) -> bool:
    """A name in a script without spaces between its parts: a few signs and no particle of a phrase."""
    return _CJK_NAME.fullmatch(text) is not None and bare(text) not in BUTTONS


def is_person(text: str) -> bool:
    return is_name(text) or is_caseless_name(text)


def is_handle(name: str) -> bool:
    """One word, or a few without the marks of a sentence: what may stand after `By:` though it is no full name."""
    return (
        0 < len(name) <= 50
        and len(name.split()) <= 5
        and name[-1] not in "!?。！？"
        and (name[-1] != "." or re.search(r"\b\w\.$", name) is not None)
        and name.split()[0].lower() not in _NOT_NAMES
        and any(char.isalpha() for char in name)
        and "|" not in name
    )


def is_account(line: str) -> bool:
    """One word as forums name their members: `elodie.l`, `bego_n`, `@maeve`."""
    return _ACCOUNT.fullmatch(line) is not None and bare(line) not in BUTTONS
