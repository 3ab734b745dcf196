"""Whether a model's summary says only what the article says. Pure; a refusal names every reason.

Does not better a text: it passes whole or not at all. Invariants: no number, name, quotation or address passes that is
not in the article; nothing passes that is not plain prose in the article's language within the budget.

Why this way: the check costs a few milliseconds and needs no second model. It reads words and not meanings, so it
is strict with what it can read; what it refuses wrongly costs nothing but the better wording: the extract stands. What
it cannot see is a sentence of the article's own words that puts them together wrongly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from digest.curate.language import base_language, detect_language
from digest.curate.llm.naming import CASED, wrong_days, wrong_names, wrong_numbers, wrong_quotations
from digest.curate.llm.source import QUOTED, WORD, Source, folded, hides
from digest.curate.scripts import SPACELESS, count_scripts, main_script, script_of, width
from digest.curate.sentences import is_balanced, split_sentences
from digest.curate.summary.fitness import has_placeholder, is_whole
from digest.curate.terms import terms, words

MIN_SHARE = 0.5  # of a summary's content words, those the article has
MIN_SHARE_UNCASED = 0.6  # where names cannot be told by their capitals
MAX_NOVEL_RUN = 9  # characters in a row that no run of the article has, where words are not spaced
MIN_CHARS = 20
MAX_CHARS = 4_000  # longer replies are not read

_MARKUP = re.compile(r"[<>{}\\`|~^]|\*\*|__|\]\(|^#|&[a-z#0-9]+;|^\s*(?:[-*•]|\d{1,2}[.)])\s", re.MULTILINE)
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:[^\s\d]|\bwww\.|[\w.+-]+@[\w-]|(?:^|[\s(])@\w|(?<![\w.])/\w+/|(?:^|\s)#\w|"
    r"\b(?:tel|fax|phone|telefon|tél|teléfono)\b[.:]?\s*[+\d(]|\+\d[\d ()-]{5,}|\b0\d(?:[ /-]?\d){7,}",
    re.IGNORECASE,
)
_HOST = re.compile(r"\b[\w-]{2,}(?:\.[\w-]{2,})*\.[^\W\d_]{2,}\b(?:/\S*)?")
_NO_HOSTS = re.compile(r"\.(?:js|py|rs|md|txt|toml|json|net|hr|uhr)$", re.IGNORECASE)  # "Node.js", "14.Uhr"
_SPOKEN_ADDRESS = re.compile(r"\w\s*[\[(]?\b(?:dot|punto|point|punkt|ponto|точка)\b[\])]?\s+[a-z]{2,}\b", re.IGNORECASE)
_TLD = re.compile(r"(?:com|org|net|io|example|info|de|fr|es|it|uk|eu|co|app|dev|me)$", re.IGNORECASE)
_TALK = re.compile(
    r"^(?:sure|certainly|of course|okay|here(?:'s| is| are)|summary|zusammenfassung|résumé|resumen|resumo|riassunto|"
    r"samenvatting|streszczenie|резюме|tl;?dr|note|answer|output|assistant|system|gerne|natürlich|hier (?:ist|die|"
    r"eine)|"
    r"voici|bien sûr|aquí (?:está|tiene|tienes)|claro|aqui está|ecco|certo|hier is|oto|вот|конечно)\b[^.!?]{0,60}[:,!]"
    r"|^(?:以下|これは|要約|摘要|总结|总之|概要|好的|ملخص|إليك|فيما يلي)"
    r"|\b(?:as an ai|language model|i cannot|i can't|i am unable|i'm sorry|my instructions|system prompt|"
    r"ignore (?:all|any|the|previous)|previous instructions|(?:the|this) (?:article|text|author|passage|piece|post|"
    r"story) "
    r"(?:says|states|discusses|describes|explains|does not|covers|is about|reports|summari[sz]es|tells)|"
    r"(?:der|dieser|dieses) (?:artikel|text|beitrag) (?:beschreibt|berichtet|handelt|erklärt|behandelt|schildert|"
    r"fasst)|"
    r"(?:l.|cet )article (?:décrit|explique|présente|parle|raconte|résume|traite)|(?:el|este) (?:artículo|"
    r"texto) (?:describe|"
    r"explica|habla|trata|cuenta|resume)|(?:o|este) (?:artigo|texto) (?:descreve|explica|fala|trata|conta|resume)|"
    r"(?:l.|quest.)(?:articolo|testo) (?:descrive|spiega|parla|racconta|tratta|riassume)|(?:dit|"
    r"het) artikel (?:beschrijft|"
    r"gaat|legt|vertelt)|(?:ten |w )?artyku[łl]\w* (?:opisuje|mówi|opowiada)|(?:эта |в )?стать[яе]\w* (?:описывает|"
    r"рассказывает|"
    r"говорится)|als ki|sprachmodell|en tant qu.ia|modèle de langage|como (?:una )?ia|modelo de (?:lenguaje|linguagem)|"
    r"modello linguistico|taalmodel|model językowy|языковая модель|in summary|in conclusion|zusammenfassend|en résumé|"
    r"en resumen|em resumo|in sintesi|samengevat|podsumowując)\b"
    r"|言語モデル|この記事|本記事|本文は|语言模型|这篇文章|本文(?:介绍|讲述|描述)|هذا المقال|هذه المقالة|نموذج لغوي",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\b(?:click (?:here|on|the|below)|subscribe (?:to|now|today)|sign up (?:now|today|for|at)|(?:buy|call|act|"
    r"order|book) now|"
    r"visit (?:us|our|the (?:site|website|page|link))|log ?in (?:to|at|now)|"
    r"(?:verify|confirm|enter|update|reset|share|send|provide)\w* (?:your|their|his|her|a|the)? ?"
    r"(?:\w+ )?(?:account|password|passcode|pin|card|identity|details|credentials)|limited offer|don't (?:miss|forget)|"
    r"read (?:more|on|the full)|(?:find out|learn) more|check (?:it )?out|please|klicken sie|jetzt (?:kaufen|"
    r"anmelden|lesen)|"
    r"haga clic|saiba mais|s'il vous plaît|por favor|per favore|alstublieft|alsjeblieft|nie przegap|не пропустите)\b|"
    r"ください|お見逃しなく|今すぐ|クリック|点击|立即|请(?!求|愿|教|客|假|来|到)|快来|الرجاء|يرجى|اضغط|اتصلوا|زوروا",
    re.IGNORECASE,
)
# A sentence that begins with a verb in the imperative, by language.
_TOLD = {
    language: re.compile(pattern, re.IGNORECASE)
    for language, pattern in {
        "en": r"(?:phone|call|ring|e-?mail|text|order|buy|donate|join|register|book|reserve|vote|sign|share|follow|"
        r"subscribe|"
        r"visit|download|install|click|reply|contact|tell|send|give|pay|transfer|wire|enter|confirm|verify|remember|"
        r"try|get|"
        r"grab|check|see|read|watch|come|bring|hurry|act|stop|help|support|take|make|let|go|use|claim|"
        r"write)\s+(?:the|your|our|"
        r"us|an?|now|here|today|this|that|these|it|them|me|him|her|all|every\w*|to|for (?:your|the))\b|do not |don.t ",
        "de": r"\w+e?n sie (?!be|sich)|(?:ruft?|meldet?|besucht?|klickt?|kauft?|bestellt?|spendet?|lies|lest|"
        r"schreibt?|kommt?|"
        r"verpasst?|holt?) (?:an|dich|euch|uns|die|das|den|hier|jetzt|dir|auf)\b",
        "fr": r"(?!assez\b|chez\b|rez\b)\w+ez(?:-\w+)?\s|ne \w+ez\s",
        "es": r"(?:llame|llama|visite|visita|compre|haga|envíe|reserve|escriba|descargue|done|dona|comparta|"
        r"apúntese|acuda|"
        r"consulte|pulse|regístrese|inscríbase|suscríbase|no se pierda|no te pierdas|contacte|telefonee)\s",
        "pt": r"(?:ligue|visite|compre|envie|reserve|escreva|descarregue|baixe|inscreva-se|doe|partilhe|compartilhe|"
        r"clique|"
        r"aceda|acesse|não perca|telefone|contacte|consulte)\s",
        "it": r"(?:chiama|chiamate|visita|visitate|comprate|cliccate|clicca|scrivete|scrivi|prenota|prenotate|"
        r"iscrivetevi|"
        r"iscriviti|donate|telefonate|non perdete|non perdere|scopri|scoprite)\s",
        "nl": r"(?:bel|koop|bestel|klik|bezoek|doneer|boek|schrijf|mis|meld)\s+(?:de|het|een|je|u|ons|nu|hier|dit|"
        r"naar)\b",
        "pl": r"(?:zadzwoń|kup|kliknij|odwiedź|zapisz|wpłać|napisz|zamów|pobierz|wyślij)(?:cie)?\s",
        "ru": r"[а-яё]{3,}(?:йте|ите|ьте)(?:сь)?\s",
        "sv": r"(?:ring|köp|klicka|besök|boka|anmäl)\s",
        "ar": r"(?:اتصل|سجل|اشتر|أرسل|احجز)\s",
    }.items()
}
_YOU = re.compile(
    r"\b(?:you|your|yours|yourself|dein|deine|deinen|dich|dir|euch|euer|eure|ihnen|vous|votre|vos|usted|ustedes|"
    r"vosotros|"
    r"você|vocês|voi|vostro|vostra|vostri|tuo|tua|jouw|jullie|uw|twój|twoje|wasz|wasze|ваш|ваша|ваши|вам|"
    r"вас)\b(?:\s+\w+)?",
    re.IGNORECASE,
)
_WE = re.compile(
    r"\b(?:we|our|ours|us|my|wir|unser\w*|nous|notre|nos|nosotros|nuestr\w+|nós|noss\w+|noi|nostr\w|wij|onze|"
    r"nasz\w*|мы|"
    r"наш\w*)\b(?:\s+\w+)?",
    re.IGNORECASE,
)
# A summary has no author: "I have prepared ..." speaks of the task. By language: "ja" is I in one and yes in another.
_I = {
    language: re.compile(pattern)
    for language, pattern in {
        "en": r"(?:^|[.:;,!?]\s+|\b(?:and|but|that|as|if|when|because|so)\s+)I\b(?:['’]\w+)?\s+[a-z]+",
        "de": r"\b[Ii]ch\s+\w+", "fr": r"\b[Jj](?:e\s+|['’])\w+", "es": r"\b[Yy]o\s+\w+", "pt": r"\b[Ee]u\s+\w+",
        "it": r"\b(?:[Ii]o|[Hh]o)\s+\w+", "nl": r"\b[Ii]k\s+\w+", "pl": r"\b[Jj]a\s+\w+", "ru": r"\b[Яя]\s+\w+",
        "sv": r"\b[Jj]ag\s+\w+", "da": r"\b[Jj]eg\s+\w+", "no": r"\b[Jj]eg\s+\w+", "ar": r"\bأنا\s+\w+",
        "zh": "我(?![们們国國方军校省市])", "ja": "(?:私|僕|わたし)(?:は|が|も)",
    }.items()
}  # fmt: skip
_REPEATS_TITLE = 0.85
_SURELY_SAME = 0.8  # of a reply's content words, those the article has
_MIXABLE = frozenset({"", "Han", "Kana", "Hangul"})
_NEAR = [{"no", "da"}, {"no", "sv"}, {"id", "ms"}, {"hr", "sr"}, {"hr", "bs"}, {"sr", "bs"}, {"pt", "gl"}, {"es", "gl"},
         {"cs", "sk"}, {"hi", "mr"}, {"hi", "ne"}, {"ru", "bg"}, {"ru", "uk"}, {"nl", "af"}, {"es", "ca"}]  # fmt: skip


def grounded(
    summary: str, text: str, *, title: str = "", language: str | None = None, sentences: int = 2, max_chars: int = 280
) -> tuple[str, ...]:
    """Why `summary` must not be shown for the article `text` under `title`; empty when nothing speaks against it.

    `language` is the article's, detected when None. `max_chars` counts display width, as the extracts do.
    """
    if len(summary) > MAX_CHARS:
        return (f"it is too long (more than {MAX_CHARS} characters)",)
    lang = base_language(language or detect_language(text))
    said = unicodedata.normalize("NFC", summary.strip())
    form = [*_form(summary.strip()), *_budget(said, lang, sentences, max_chars)]
    if form:
        return tuple(form)
    source = _source(title, text, lang)
    shown = unicodedata.normalize("NFKC", said)
    problems = (
        *_addresses(shown, source), *_orders(shown, source), *wrong_numbers(said, source),
        *wrong_quotations(shown, source), *wrong_names(shown, source), *wrong_days(shown, source),
        *_obeys(shown, source), *_scripts(shown, source), *_language(shown, source), *_overlap(shown, source),
        *_manners(shown, source, title),
    )  # fmt: skip
    return tuple(dict.fromkeys(problems))


@lru_cache(maxsize=4)
def _source(title: str, text: str, language: str) -> Source:
    return Source(title, text, language)


def _form(summary: str) -> Iterator[str]:
    """Plain prose: nothing hidden, no markup, no talk about the task, nothing that asks the reader to do something."""
    if hides(summary) or any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") for c in summary):
        yield "it holds invisible or control characters"
    if _MARKUP.search(summary):
        yield "it holds markup"
    if match := _TALK.search(summary):
        yield f"it talks about itself (“{match[0].strip()}”)"
    if match := _ADDRESSED.search(summary):
        yield f"it addresses the reader (“{match[0].strip()}”)"
    if any(_mixes_scripts(word) for word in WORD.findall(summary)):
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


def _addresses(said: str, source: Source) -> Iterator[str]:
    """None, not even the article's own: the title is the link, and an injected address is in the article too."""
    if match := _ADDRESS.search(said):
        yield f"it holds an address (“{match[0].strip()}”)"
    for match in _HOST.finditer(said):
        harmless = _NO_HOSTS.search(match[0]) or folded(match[0]) in source.title or _is_abbreviation(match[0])
        if not harmless:
            yield f"it holds the address {match[0]}"
    if (match := _SPOKEN_ADDRESS.search(said)) and _TLD.search(match[0]):
        yield f"it holds an address (“{match[0].strip()}”)"


def _orders(said: str, source: Source) -> Iterator[str]:
    """Reports tell what is; who tells the reader what to do is selling something, or obeys somebody."""
    spans = split_sentences(said, lang=source.language or None)
    own = QUOTED.sub(lambda match: " " * len(match[0]), said)
    for start, end in spans:
        told = _TOLD.get(source.language)
        if told and (match := told.match(own[start:end].lstrip())):
            yield f"it tells the reader what to do (“{match[0].strip()}”)"
    for match in _YOU.finditer(own):
        if folded(match[0]) not in source.folded:
            yield f"it addresses the reader (“{match[0]}”)"


def _obeys(said: str, source: Source) -> Iterator[str]:
    """A content word that the article has only where it tells a model what to say: it says what it was told to."""
    if obeyed := [term for term in terms(words(said), source.language) if term in source.told]:
        yield f"it follows an instruction in the article (“{obeyed[0]}”)"


def _is_abbreviation(found: str) -> bool:
    """ "z.B", "d.h", "e.g": letters with full stops, of which no part is as long as a name."""
    return "/" not in found and all(len(part) <= 2 for part in found.split("."))


def _scripts(said: str, source: Source) -> Iterator[str]:
    foreign = set(count_scripts(said, len(said))) - source.scripts
    if foreign:
        yield f"it has {', '.join(sorted(foreign))} letters, the article has none"


def _language(said: str, source: Source) -> Iterator[str]:
    """The detector costs half a second to load: what is in the article's own words is in its language."""
    language, own = source.language, terms(words(said), source.language)
    if own and sum(term in source.terms for term in own) >= _SURELY_SAME * len(own):
        return
    found = base_language(detect_language(said)) if len(said) >= 40 else ""
    if found and language and found != language and {found, language} not in _NEAR:
        yield f"it is in another language ({found}, the article is in {language})"


def _overlap(said: str, source: Source) -> Iterator[str]:
    """Most of what it says is in the article's own words, and no stretch of it is all new."""
    script = main_script(said)
    unspaced = script in ("Han", "Kana") or script in SPACELESS
    if unspaced:
        novel = _novel_run(said, source.folded)
        if len(novel) > MAX_NOVEL_RUN:
            yield f"“{novel}” is not in the article"
    found = terms(words(said), source.language)
    if not found:
        return
    new = [term not in source.terms and not source.is_related(term) for term in found]
    share = 1 - sum(new) / len(new)
    least = MIN_SHARE if script in CASED or unspaced else MIN_SHARE_UNCASED
    if share < least:
        yield f"only {share:.0%} of its words are the article's"
    elif script not in CASED and not unspaced and any(map(all, zip(new, new[1:], new[2:], strict=False))):
        yield "three words in a row are not in the article"


def _manners(said: str, source: Source, title: str) -> Iterator[str]:
    """No question, brackets, little pictures or "we" that the article does not have; more than the title."""
    own = QUOTED.sub(" ", said)
    if re.search("[?？؟]", own) and not re.search("[?？؟]", source.folded):
        yield "it asks a question"
    signs = [c for c in own if c in "[]【】" or (unicodedata.category(c) in ("So", "Sk") and c not in "°№©®™℃")]
    if any(c not in source.folded for c in signs):
        yield "it holds signs that are not prose"
    if "!" in own and "!" not in QUOTED.sub(" ", source.shown):
        yield "it exclaims"
    one = _I.get(source.language)
    if one and (match := one.search(own)) and folded(match[0]) not in source.folded:
        yield f"it speaks for somebody (“{match[0].strip()}”)"
    for match in _WE.finditer(own):
        if folded(match[0]) not in source.folded:
            yield f"it speaks for somebody (“{match[0]}”)"
    found, known = terms(words(said), source.language), set(terms(words(title), source.language))
    if found and sum(term in known for term in found) >= _REPEATS_TITLE * len(found):
        yield "it only repeats the title"


def _novel_run(said: str, known: str) -> str:
    """The longest stretch none of whose pairs of characters the article has."""
    best = run = ""
    letters = [c for c in folded(said) if c.isalnum() or script_of(c)]
    for a, b in pairwise(letters):
        if a + b in known:
            run = ""
        else:
            run = (run or a) + b
            best = max(best, run, key=len)
    return best


def _mixes_scripts(word: str) -> bool:
    """Look-alikes of another script inside a word; Japanese and Korean mix theirs with Latin as a matter of course."""
    found = {script_of(c) for c in word}
    return len(found - _MIXABLE) > 1 or bool(found & (_MIXABLE - {""}) and found - _MIXABLE - {"Latin"})
