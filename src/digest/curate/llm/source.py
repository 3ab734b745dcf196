"""The article as the gate sees it: taken apart once, into everything a reply is compared with.

Must not judge. Invariants: what people cannot see is no part of it, and neither is a paragraph that talks to a model
instead of to readers: what stands there cannot vouch for a reply.
"""

# ruff: noqa: SIM905  # lists of words are read as words

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from digest.curate.llm.numbers import Stated, numbers, plain, same
from digest.curate.llm.ordinary import ends_in_noun, opens
from digest.curate.scripts import count_scripts
from digest.curate.sentences import split_sentences
from digest.curate.terms import terms, words

# Joiners (U+200C, U+200D) are spelling between letters of the scripts that have them, and hidden anywhere else.
_JOINERS = re.compile(
    "(?<=[\u0600-\u0dff\u1000-\u109f\u1780-\u17ff])[\u200c\u200d](?=[\u0600-\u0dff\u1000-\u109f\u1780-\u17ff])"
)
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|all|your|these|any)\b.{0,30}"
    r"\b(?:instructions?|prompts?|rules|text|context)\b|system prompt|(?:you are|act as) (?:now )?an? (?:ai|assistant|"
    r"language model|chatbot)|(?:ai|language) (?:models?|assistants?|tools?)\b.{0,40}\b(?:must|should|reading|"
    r"please)\b|"
    r"(?:^|\n)\s*(?:assistant|system|user)\s*:|\b(?:when|if|whoever|anyone) (?:you )?summari[sz]\w*|\byour summary\b|"
    r"\b(?:summary|answer|reply|output) (?:must|should|has to) (?:say|contain|include|mention|end|begin|start)\b|"
    r"\bnew instructions?\b|"
    r"\b(?:ignor|vergiss|vergess|missacht)\w*\b.{0,40}\b(?:anweisung|vorgabe|regel|instruktion)\w*|"
    r"\b(?:ignor|oubli|négli)\w*\b.{0,40}\b(?:instructions|consignes|directives)\b|"
    r"\b(?:ignor|olvid|omit)\w*\b.{0,40}\b(?:instrucciones|indicaciones|órdenes)\b|"
    r"\b(?:ignor|esque)\w*\b.{0,40}\b(?:instruções|ordens|indicações)\b|"
    r"\b(?:ignor|dimentic)\w*\b.{0,40}\b(?:istruzioni|indicazioni|ordini)\b|"
    r"\b(?:negeer|vergeet)\w*\b.{0,40}\b(?:instructies|opdracht\w*|aanwijzingen)\b|"
    r"\b(?:zignoruj|ignoruj|zapomnij|pomiń)\w*\b.{0,40}\b(?:instrukcj|polece)\w*|"
    r"\b(?:игнорируй|проигнорируй|забудь)\w*\b.{0,40}\b(?:инструкц|указани|команд)\w*|"
    r"(?:指示|命令|指令).{0,6}無視|(?:忽略|无视|無視).{0,12}(?:指令|指示|说明|要求|規則)|تجاهل.{0,40}(?:تعليمات|التعليمات|أوامر|الأوامر)",
    re.IGNORECASE,
)
# Instructions to whoever summarises, in two marks that a report about such machines seldom has together: machines are
# addressed (": ", "!", or first in the sentence with a comma), and what follows is an imperative of writing or leaving
# out; or such an imperative has the summary itself as its object.
_MACHINES = (
    r"(?:ai|a\.i\.|llms?|ia|ki|(?:chat)?bots?|robots?|robôs?|roboter|roboty|robotów|assistants?|assistent(?:en|es?)?|"
    r"asistentes?|assistentes?|(?:language |ai )?models?|sprachmodelle?|modèles?|modelos?|modelli|taalmodel(?:len)?|"
    r"summari[sz]ers?|asystenci|asystencie|bocie|boty|нейросет[ьи]|ии|боты?|робот(?:ы|ам)?|ассистенты?|модел[ьи])"
    r"(?:[ -](?:systems?|systeme|models?|modelle?|tools?|assistants?|assistent(?:en)?|bots?))?"
)
_WRITE = (
    r"(?:please |bitte |por favor |s'il vous plaît |пожалуйста,? )?(?:instead,? )?(?:ignore|disregard|forget|write|add|"
    r"mention|include|tell|answer|reply|report that|say that|say:|state that|claim that|summari[sz]e|repeat|recommend|"
    r"describe|output|ignorier(?:e|t|en)?|verg(?:iss|esst)|schreib(?:e|t|en)?|sagt?|antworte[nt]?|erwähne?[nt]?|nenn(?:e|t)|"
    r"behaupte[nt]?|füg(?:e|t|en)|ergänz(?:e|t|en)|empfiehl|empfehlt|fass(?:e|t|en)|écri(?:s|vez)|di(?:s|tes) que|"
    r"ajoute[zr]?|résume[zr]?|mentionne[zr]?|réponde?[sz]?|ignore[zr]|affirme[zr]?|indique[zr]?|recommande[zr]?|"
    r"oublie[zr]?|escrib(?:e|a|an)|di(?:ga|gan|gam) que|añad(?:e|a|an)|agregu?en?|resum(?:e|a|an|am)|"
    r"mencion(?:a|e|en|em)|respond(?:e|a|an|am)|afirm(?:a|e|en|em)|ignor(?:a|e|en|em)|recom(?:ienda|iende|enda|ende)|olvid(?:a|e|en)|"
    r"escrev(?:e|a|am)|acrescent(?:a|e|em)|esque(?:ce|ça|çam)|scriv(?:i|ete|a)|aggiung(?:i|ete)|riassum(?:i|ete)|"
    r"menziona(?:te)?|rispond(?:i|ete)|ignora(?:te)|dimentica(?:te)?|schrijf|zeg dat|vermeld|antwoord|negeer|vergeet|"
    r"vat|voeg|(?:na|za)pisz(?:cie)?|powiedz(?:cie)?|dodaj(?:cie)?|streść(?:cie)?|wspomnij(?:cie)?|odpowiedz(?:cie)?|"
    r"zignoruj(?:cie)?|pomiń(?:cie)?|(?:на|за)пиши(?:те)?|скажи(?:те)?|добавь(?:те)?|переска(?:жи|жите)|упомяни(?:те)?|"
    r"ответь(?:те)?|(?:про)?игнорируй(?:те)?|укажи(?:те)?|сообщи(?:те)?|забудь(?:те)?)\b"
)
_SUMMARY = (
    r"(?:summary|summaries|zusammenfassung|résumé|resumen|resumo|riassunto|samenvatting|streszczeni[aeu]|пересказ\w*|"
    r"резюме|изложени\w+|prompt)\b"
)
_INSTRUCTS = re.compile(
    rf"\b{_MACHINES}\s*(?:[:!—–]|\s-\s)\s*[\"“„«‹']?\s*(?:{_WRITE}|say\b|claim\b)|"
    rf"(?:^|[\"“„«‹(:]\s*)(?:\w+ )?{_MACHINES}\s*,\s*{_WRITE}|"
    rf"(?:^|[\"“„«‹(:.!]\s*){_WRITE}[^.!?]{{0,60}}\b{_SUMMARY}|"
    rf"(?:^|[\"“„«‹(:.!]\s*)(?:in|dans|en|no|na|nel|nella|w|в)\s+(?:\w+\s+)?{_SUMMARY},?\s+{_WRITE}"
    r"(?:\s*[,:]|\s+(?:that|que|che|dat)\b)|"
    r"(?:要約|要旨)(?:文)?(?:に|で)は?.{0,40}(?:書いて|書け|書くこと|述べて|加えて|入れて)|"
    r"(?:请|請|务必|必须).{0,8}(?:摘要|总结|概要)|(?:摘要|总结|概要)[中里]?(?:请|請|务必|必须)|"
    r"في (?:ال)?ملخص.{0,20}(?:اكتب|اذكر|أضف)|"
    r"(?:人工智[能慧]|机器人|機器人|\bAI|大?模型|助手)[：:，,！!、].{0,6}(?:写|寫|说|說|加|忽略|无视|回答|总结|提到)|"
    r"(?:人工知能|\bAI|ボット|ロボット|アシスタント|モデル)(?:へ|よ|は)?[：:、，！!].{0,40}(?:書け|書い|書き|加え|述べ|無視|答え|要約)|"
    r"(?:(?:ال)?ذكاء الاصطناعي|(?:ال)?روبوت(?:ات)?|(?:ال)?مساعد|نموذج)\s*[:،!,]\s*"
    r"(?:اكتب|قل|قولوا|أضف|أضيفوا|اذكر|لخص|تجاهل|أجب)",
    re.IGNORECASE,
)
QUOTED = re.compile(
    "“([^”]{1,600})”|„([^“”]{1,600})[“”]|«([^»]{1,600})»|»([^«]{1,600})«|「([^」]{1,600})」|『([^』]{1,600})』|"
    '"([^"]{1,600})"|‹([^›]{1,600})›|”([^”]{1,600})”|'
    "(?<!\\w)[‘‚]([^’‘]{4,600})[’‘](?!\\w)|(?<!\\w)'([^']{4,600})'(?!\\w)"
)
WORD = re.compile(r"[^\W\d_]+(?:['’‑-][^\W\d_]+)*")
_CAPITALS = re.compile(r"(?<![\w])[^\W\d_a-zß-öø-ÿ][\w'’‑-]*(?:[ \u00a0][^\W\d_a-zß-öø-ÿ][\w'’‑-]*)+")
INFLECTED = frozenset("ru uk be bg sr mk pl cs sk sl hr fi et hu tr lt lv el ro ga eu hy is".split())
_SUFFIXES = ("'s", "s'", "'")
_OWN_WORDS = 16  # characters before which such words are the sentence's own, not reported
_PARTICLES = frozenset("of the and for in at on von van der den de des del della di da do dos das du la le les el "
                       "los y e i "
                       "und zu zur zum im am et en upon a".split())  # fmt: skip
_YEARS = frozenset(map(float, range(1800, 2101)))
_NEAR = 50  # characters to either side of a number that may say what it counts


class Source:
    """The article, taken apart. `language` is a primary subtag or ""."""

    def __init__(self, title: str, text: str, language: str) -> None:
        for_readers, for_models = _sorted(text, language)
        visible = unhidden("\n\n".join([title, *for_readers]))
        shown = unicodedata.normalize("NFKC", visible)
        self.language = language
        self.title = folded(title)
        self.shown = shown
        self.folded = folded(shown)
        self.quotes = tuple((match.start(), folded(spoken(match))) for match in QUOTED.finditer(shown))
        self.numbers = numbers(visible, language)
        self.scripts = frozenset(count_scripts(shown, len(shown)))
        found = list(WORD.finditer(shown))
        self._take_words([match[0] for match in found])
        self._take_order(shown, found)
        self.in_names = frozenset(bare(word) for match in _CAPITALS.finditer(shown) for word in WORD.findall(match[0]))
        self._place(plain(visible))
        self.terms = frozenset(terms(words(shown), language))
        told = unicodedata.normalize("NFKC", unhidden("\n\n".join(for_models)))
        self.told = frozenset(terms(words(told), language)) - self.terms

    def _take_words(self, found: Sequence[str]) -> None:
        sequence = [bare(word) for word in found]
        self.words = frozenset(sequence) | {part for word in sequence for part in re.split("[-'‑]", word) if part}
        self.capital = frozenset(bare(word) for word in found if word[:1].isupper())
        self.lower = frozenset(bare(word) for word in found if word[:1].islower())
        self.initials = frozenset(_initials(found))
        self.nouns = frozenset(_german_nouns(found)) if self.language == "de" else frozenset()
        self.places: dict[str, list[int]] = {}
        for at, word in enumerate(sequence):
            self.places.setdefault(word, []).append(at)

    def _take_order(self, text: str, found: Sequence[re.Match[str]]) -> None:
        """What may follow each word as a part of one name: over small words and middle names, not over punctuation."""
        self.following: dict[str, set[str]] = {}
        for at, first in enumerate(found):
            near = self.following.setdefault(bare(first[0]), set())
            end = first.end()
            for second in found[at + 1 : at + 5]:
                between = text[end : second.start()]
                if between.strip(" \u00a0\n'’“”\"„«»‘-–&/.") or ("." in between and end - first.start() > 3):
                    break
                near.add(bare(second[0]))
                if not second[0][:1].isupper() and bare(second[0]) not in _PARTICLES:
                    break
                end = second.end()

    def _place(self, text: str) -> None:
        self.text = text

    def around(self, number: Stated) -> str:
        """What stands around the number wherever the article states it."""
        return " … ".join(
            self.text[max(0, one.start - _NEAR) : one.end + _NEAR] for one in self.numbers if same(number, one)
        )

    def counted(self, number: Stated, what: Callable[[str, str], list[str]]) -> Iterator[list[str]]:
        """What follows the number wherever the article states it, as `what` reads it."""
        for one in self.numbers:
            if same(number, one):
                yield what(self.text[one.end : one.end + _NEAR], self.language)

    def stated(self, number: Stated) -> Iterator[tuple[Stated, str]]:
        """The number wherever the article states it, and what follows it."""
        for one in self.numbers:
            if same(number, one):
                yield one, self.text[one.end : one.end + _NEAR]

    def unnamed(self, number: Stated, far: int, what: Callable[[str, str], list[str]]) -> Iterator[str]:
        """What stands before the number wherever the article leaves out what it counts: no unit, no noun, no year."""
        for one in self.numbers:
            if (
                same(number, one)
                and not (one.unit or one.values & _YEARS)
                and not what(self.text[one.end : one.end + _NEAR], self.language)
            ):
                yield self.text[max(0, one.start - far) : one.start]

    def has(self, word: str) -> bool:
        """The word itself, a possessive or plural of it, or, in a language that inflects names, another case of it."""
        if word in self.words:
            return True
        parts = [part for part in re.split("[-'‑]", word) if part]
        if len(parts) > 1 and all(part in self.words for part in parts):
            return any(joint.join(parts) in self.folded for joint in " -'") or "'" in word
        if self.language in ("en", "fr", "es", "pt", "nl", "it") and (
            f"{word}s" in self.words or (word.endswith("s") and len(word) > 4 and word[:-1] in self.words)
        ):
            return True
        if self.language == "de" and (word.rstrip("sn") in self.words or f"{word}s" in self.words):
            return True
        return self.language in INFLECTED and any(is_case_of(word, other, self.language) for other in self.words)

    def is_related(self, word: str) -> bool:
        """Whether an ordinary word of the article (one it writes small somewhere) has most of this one's letters."""
        least = 4 if len(word) <= 6 else 5
        return any(
            len(other) >= least and _shared(word, other) >= max(least, 0.6 * min(len(word), len(other)))
            for other in self.lower
        )

    def heads(self, word: str) -> bool:
        """German: a compound of which the article has the head, which says what a thing is; of places it names them."""
        return any(
            len(word) >= at + 5 and word[at:] in self.nouns and word[at:] not in _PLACE_HEADS
            for at in range(3, len(word) - 4)
        )

    def compounds_noun(self, word: str) -> bool:
        """German: the end of one of the article's compounds; a name is never that."""
        return len(word) >= 3 and any(len(other) >= len(word) + 3 and other.endswith(word) for other in self.words)

    def compounds(self, word: str) -> bool:
        """German: a part of one of the article's compounds, or a compound of its words and an ordinary noun."""
        for other in self.words:
            if len(word) >= 3 and len(other) >= len(word) + 3 and other.endswith(word):
                return True
            shared = _shared(word, other)
            if shared >= 4 and shared == len(word):
                return True
            if (shared >= 5 or shared == len(other) == 4) and ends_in_noun(word, word[:shared]):
                return True
        return False


_GERMAN_ARTICLES = frozenset("der die das den dem des ein eine einen einem einer eines".split())
_ADJECTIVE = re.compile(r"[^\W\d_A-ZÄÖÜ]{3,}e[nrsm]?")
_PLACE_HEADS = frozenset(
    "straße gasse allee platz damm ufer berg burg dorf bach wald brücke heim stadt kirchen hausen hofen".split()
)


def _sorted(text: str, language: str) -> tuple[list[str], list[str]]:
    """What is said to readers, and what to a model: sentences that talk to one, and what follows one that begins so."""
    readers: list[str] = []
    models: list[str] = []
    for part in re.split(r"\n\s*\n", text):
        if _instruction(part) is None:
            readers.append(part)
            continue
        kept: list[str] = []
        for start, end in split_sentences(part, lang=language or None):
            match = _instruction(part[start:end])
            if match and match.start() < _OWN_WORDS:
                models.append(part[start:])
                break
            if match:  # one that only reports such words goes alone
                models.append(HIDDEN.sub("", part[start:end])[match.start() :])
            else:
                kept.append(part[start:end])
        readers.append(" ".join(kept))
    return readers, models


def _instruction(text: str) -> re.Match[str] | None:
    seen = HIDDEN.sub("", text)
    return _TO_A_MODEL.search(seen) or _INSTRUCTS.search(seen)


def unhidden(text: str) -> str:
    """Without characters that nobody sees; joiners stay where they are spelling."""
    kept = _JOINERS.sub("\ue000", text)
    kept = HIDDEN.sub("", kept)
    return kept.replace("\ue000", "\u200c")


def hides(text: str) -> bool:
    return bool(HIDDEN.search(_JOINERS.sub("", text)))


def spoken(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)


def bare(word: str) -> str:
    """In lower case, without a possessive ending."""
    small = word.casefold().replace("’", "'")
    for suffix in _SUFFIXES:
        if small.endswith(suffix) and len(small) > len(suffix) + 1:
            return small.removesuffix(suffix)
    return small


def folded(text: str) -> str:
    """For comparing wordings: case, kinds of quotation marks, dashes and spaces do not count."""
    small = unicodedata.normalize("NFKC", text).casefold()
    small = re.sub("[\"“”„«»‹›「」『』‘’‚']", "'", small)
    return " ".join(re.sub("[‐‑–—]", "-", small).split())


def same_stem(word: str, other: str) -> bool:
    """Two cases of one name: all but the last three letters are the same, and those are at least four."""
    shared = _shared(word, other)
    return shared >= 4 and max(len(word), len(other)) - shared <= 3


_SLAVIC = frozenset("ru uk be bg sr mk pl cs sk sl hr".split())
_CASE_ENDINGS = frozenset(
    "а у ы и е я ю ь й о ом ой ою ем ей ею ого его ому ему ым им ых их ами ями ах ях ов ев ам ям ий ый ая яя ую юю "
    "ое ее ые ие "
    "ия ии ию ией a y i u e ę ą o em om ami ach owi ego emu ej ie ów ym im ich ych ymi imi iej ią ia ii ię ek ka ki "
    "ce ková "
    "ou ovi ům ách ech ů á é í ý".split()
) | {""}


def is_case_of(word: str, other: str, language: str) -> bool:
    """Two cases of one name, by the endings of the language where we know them."""
    if not same_stem(word, other):
        return False
    if language not in _SLAVIC:
        return True
    shared = _shared(word, other)
    return any(
        word[at:] in _CASE_ENDINGS and other[at:] in _CASE_ENDINGS for at in range(max(3, shared - 2), shared + 1)
    )


def _shared(word: str, other: str) -> int:
    shorter = min(len(word), len(other))
    return next((i for i in range(shorter) if word[i] != other[i]), shorter)


def _german_nouns(found: Sequence[str]) -> Iterator[str]:
    """What stands after an article, or after one and an adjective: "das Gerät", "einen neuen Motor"."""
    article = adjective = False
    for word in found:
        small = word.lower()
        if word[:1].isupper() and (article or adjective):
            yield bare(word)
        adjective = article and _ADJECTIVE.fullmatch(word) is not None and not opens(small, "de")
        article = small in _GERMAN_ARTICLES


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
