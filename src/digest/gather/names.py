"""People's names in what pages write where an author belongs: `Von Ann Onym und Ben Utzer, dpa | 3. Mai`. Pure.

Does not look at the page. Invariant: a name is a piece of the given text; nothing is composed except that `Onym, Ann`
becomes `Ann Onym`.

Why this way: the same words (a name, a role, an agency, a date) come in any order and any language, so what is surely
no name is cut off both ends and what is left has to read like names. `plausibility` grades that, because a page that
declares `admin` in one place often says the person's name in another.
"""

from __future__ import annotations

import re
import unicodedata

from digest.gather.words import clean_line

MAX_NAMES = 12
_BY_WORDS = (
    r"by|von|par|por|di|door|av|af|przez|autori?|autor(?:in|a|es|en|innen|ka)?|author\(?s?\)?|auteure?s?|autore|"
    r"autrice|skribent|författare|forfatter|kirjoittaja|text|texto|texte|testo|tekst|teksti|words|автор|авторы|текст|"
    r"от|від|yazan|yazar|tarafından|लेखक|द्वारा|بقلم|كتبه|كتب|מאת|"
    r"(?:verfasst|geschrieben|veröffentlicht|gespeichert|erstellt|eingestellt|gepostet|verantwortlich|redaktion|"
    r"hinzugefügt|recherchiert) von|(?:written|posted|published|submitted|story|words|text|reported|created|added|"
    r"contributed|article|authored|(?:view )?(?:all )?(?:posts|articles|stories|more)) by|(?:more|posts) from|"
    r"(?:alles|mehr|alle beiträge|alle artikel|beiträge|artikel|profil|profilbild) von|"
    r"(?:tous les )?articles (?:de|par)|(?:publié|rédigé|écrit|posté|proposé|propos recueillis) par|"
    r"(?:publicado|escrito|postado|redactado) por|(?:scritto|pubblicato|inserito) da|a cura di|"
    r"(?:geplaatst|geschreven|gepubliceerd) door|(?:skriven|publicerad) av|skrevet af|"
    r"(?:ein |eine |an? |une? )?(?:interview|gastbeitrag|beitrag|artikel|kommentar|essay|bericht|kolumne|analyse|"
    r"gastkommentar|review|guest post|report|reportage|opinion|column)(?: von| by| de| par| di)"
)
_BY = re.compile(rf"^\W{{0,3}}(?:{_BY_WORDS})(?!\w)(?:\s?[/*_:]?-?in(?:nen)?(?=\s*:))?\s*[:：\-–]?\s*", re.I)
_BY_TIGHT = re.compile(r"^\W{0,3}(?:作者|文字?|撰文|記者|记者|著者|執筆|글|기자|責任編輯|责任编辑)\s*[:：／/|]\s*")
_BY_END = re.compile(r"\s*(?:記者|记者|기자|による|著|님)$")
_LABEL_LATER = re.compile(r"[\s,;|/·•(]+[^\W\d_]{3,20}s?\s*[:：].*$")
_SEPARATED = re.compile(
    r"\s*[|•·∙●►»←→].*$|\s+[–—\-~]+\s+.*$|\s+/{1,2}\s+.*$|\s*[(\[{<][^)\]}>]*[)\]}>]?\W*$|…|\s+\.{2,}.*$"
)
_TAIL = re.compile(
    r"\s+@\w+.*$|\s+https?:.*$|\s+(?:[^\s@]+@[^\s@]+\.[^\s@]+).*$|"
    r"[\s,]+(?:am|on|le|el|em|il|at|vom|um|in|den|på|kl\.?|op|dnia)\s+(?:\d|[^\W\d_]{3,10}\.?,?\s+\d).*$|"
    r"[\s,]+(?:published|veröffentlicht|updated|aktualisiert|posted|publié|publicado|pubblicato|geplaatst|in:|vor)\b.*$|"
    r"[\s,]+\d{1,4}[.:/\-]\s?\d.*$|[\s,]+\d{1,2}\.?\s+[^\W\d_]{3,}.*$|[\s,]+(?:19|20)\d\d\b.*$|[\s,]+\d+\s+.*$",
    re.I,
)
_FOR_WHOM = re.compile(r"[\s,]+(?:for|für|from|aus|pour|para|per|voor)\s+(?:the\s+)?\S.*$", re.I)
_RIGHTS = re.compile(r"^(?:copyright|©|\(c\))\s*(?:©|\(c\))?\s*(?:by\s+)?(?:\d{4}\s+)?", re.I)
_MONTH_TAIL = re.compile(
    r"[\s,]+(?:jan|feb|m[aä]r|apr|ma[iy]|ju[nl]|aug|sep|o[kc]t|nov|de[cz]|mon|tue|wed|thu|fri|sat|sun)[^\W\d_]*\.?,?\s+"
    r"\d.*$",
    re.I,
)
_AGENCY = (
    r"(?:dpa|afp|reuters|apa|ap|afx|efe|sda|kna|epd|ansa|tass|upi|pa media|associated press|sid|dts|pti|ani|ians|"
    r"belga|anp|ntb|ritzau|tt)(?:[\-/]\w+)*"
)
_ROLE_WORDS = (
    r"chefredakteur(?:in)?|redakteur(?:in)?|redaktion(?:sleit\w+)?|volontär(?:in)?|journalist(?:in|e|a)?|reporter(?:in)?|"
    r"editor(?:[\s\-]in[\s\-]chief)?|staff(?:\s+\w+)?|senior \w+|contributing \w+|contributor|correspondent\w*|"
    r"korrespondent(?:in)?|freelance\w*|gastautor(?:in)?|fachautor(?:in)?|gründer(?:in)?|co-?founder|founder|ceo|cto|"
    r"ph\.?\s?d\.?|m\.?d\.?|mba|m\.?sc\.?|b\.?sc\.?|m\.?a\.?|b\.?a\.?|rn|esq\.?|writer|author|autor(?:in)?|auteur|"
    r"rédact\w+|redactor\w*|periodista|giornalista|redattore|columnist|kolumnist(?:in)?|guest \w+|news\w*|director\w*|"
    r"professor(?:in)?|manager(?:in)?|bureau\w*|politik|wirtschaft|sport|kultur"
)
_AGENCY_LAST = re.compile(rf"\s+(?:{_AGENCY})$", re.I)
_ROLE = re.compile(
    rf"\s*[,/]\s*(?:{_AGENCY})(?!\w).*$|\s*,\s*(?:(?:der|die|the|our|an?|is|ist)\s+)?(?:[\w\-]+\s+){{0,2}}?"
    rf"(?:{_ROLE_WORDS})(?!\w).*$|\s+(?:chefredakteur(?:in)?|redakteur(?:in)?|staff writer|senior editor|"
    r"contributing writer|correspondent|journalistin)$",
    re.I,
)
_SPLIT = re.compile(
    r"\s*(?:,|;|&|/|、|，|\s(?:and|und|et|y|e|en|og|och|ja|i|a|ve|и|та|و|और|with|mit|con|sowie|samt|plus)\s)\s*", re.I
)
_SPLIT_KEEPING = re.compile(r"\s*[;,&/、，]\s*")
_MACHINE = re.compile(
    r"^(?:admin\w*|administrat\w+|word ?press.*|webmaster|web ?admin\w*|root|user\d*|super ?user|guest|gast|drupal\w*|"
    r"joomla.*|typo3.*|none|null|undefined|nan|false|true|n/?a|default|test\w*|anonym\w*|unknown|unbekannt|editor|author|"
    r"autor(?:en|in)?|auteur|by|von|cms.*|system|owner|demo|nobody|onlineredaktion_?\w*|contributor|contributors|"
    r"staff|writer|team|hubspot.*|wix.*|contentful.*|api|bot|import\w*)$",
    re.I,
)
_NOTHING = re.compile(
    r"^(?:facebook|twitter|instagram|youtube|linkedin|pinterest|whatsapp|telegram|e-?mail|website|webseite|blog|home|"
    r"share|teilen|tweet|print|drucken|comments?|kommentare?|mehr|more|follow|folgen|profile?|uncategorized|"
    r"subscribe|newsletter|contact|kontakt|about|über|impressum|login|search|suche|menu|all posts|alle beiträge|"
    r"mehr (?:zum|über|lesen)\b.*|more about\b.*|about\b.*|link zu.*|"
    r"benutzername|username|über\b.*|view (?:all|profile|my)\b.*|(?:zur |zum |to )?(?:autoren?|author).*seite|"
    r"voir .*|ver (?:más|todo).*|copyright|foto\w*|photos?|bild\w*|credits?|quelle|source|published|published on|"
    r"advertisement|anzeige|werbung|sponsored|artikel|article|beitrag|interview|kommentar|datum|date|page|seite)$",
    re.I,
)
_NOT_A_NAME = re.compile(r"@|https?:|www\.|\.(?:jpe?g|png|gif|html?|php)\b|[{}<>|=_]{2}|\d{4}|\$")
_HOUSE = re.compile(
    r"redaktion|redacción|rédaction|redazione|redação|redactie|redaksjon|toimitus|редакц|editorial|newsroom|news desk|"
    r"\bstaff\b|\bteam\b|\bdesk\b|\bonline\b|webteam|agentur|agenc[ey]|agencia|pressestelle|presse\b|press\b|"
    r"\bgmbh\b|\be\.\s?v\.|\bag\b|\binc\b\.?|\bltd\b|foundation|stiftung|verlag|verband|institut|universit|ministeri|"
    r"departe?ment|ministry|behörde|bundes\w+|council|committee|commission|kommission|gesellschaft|verein|"
    r"society|collecti|kollektiv|magazin|zeitung|news|media|group|network|\.(?:de|com|at|ch|org|net|info|eu)\b",
    re.I,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = frozenset(
    ["de", "da", "do", "dos", "del", "della", "dello", "di", "du", "van", "von", "zu", "der",
     "den", "des", "la", "le", "las", "los", "el", "al", "bin", "ibn", "bint", "ben", "ter", "ten", "te",
     "af", "av", "y", "e", "st.", "dr.", "prof.", "ing.", "dipl.", "mag.", "phil.", "med.", "med", "rer.", "nat.",
     "pol.", "h.c.", "op", "'t", "i", "jr.", "sr.", "ap", "o"]
)  # fmt: skip
_TITLES = _words("dr prof mag ing dipl univ med mr mrs ms sir rev pater frau herr")
_PROSE = _words(
    """the a an this that these those our your my all far now then to in on at is was are it its we you he she they his
    her their for with from not but or what how why when where who will can has have more most new die das ein eine
    einer einem einen ist sind war wird werden im am auf für mit aus bei nach über unter nicht auch wie was warum wer
    wir sie er es ihr sich dem des zum zur vom un une les est sont dans pour sur avec pas qui que una las es son en
    para con se su il lo gli uno per con che non het een voor niet uma os as um é não att är som på ikke"""
)
_HANDLE = re.compile(r"[^\W_][\w.\-]{1,29}")


def people_in(text: str, *, declared: bool = False) -> tuple[str, ...]:
    """The names in a byline. Where the page declares an author (`declared`), a handle or a house name is one too."""
    line = _stripped(clean_line(text, max_chars=400))
    if not line or len(line) > 250 or _NOTHING.match(line):
        return ()
    names = _split(line)
    if names and len(names) <= MAX_NAMES and all(plausibility(name) >= 0.7 for name in names):
        return names
    if declared and len(line) <= 60 and plausibility(line) > 0:
        return (line,)
    return ()


def houses_in(text: str) -> tuple[str, ...]:
    """The desk, firm or agency in a byline (`Por Agencia Onym`)."""
    line = _stripped(clean_line(text, max_chars=400))
    return (line,) if plausibility(line) > 0 and is_house(line) else ()


def declared_people(text: str) -> tuple[str, ...]:
    """The names in a field meant for one: nothing is cut but what is no part of a name."""
    return people_in(text, declared=True)


def is_byline(text: str) -> bool:
    """Whether the line starts with a word that introduces an author."""
    return bool(_BY.match(text) or _BY_TIGHT.match(text))


def is_label(text: str) -> bool:
    """Whether the line is nothing but such a word (`Von`, `Author:`)."""
    return len(text) < 40 and not _unlabelled(text.strip() + " ").strip(" :：")


def is_machine(name: str) -> bool:
    """What programs write where a person belongs: `admin`, `WordPress`."""
    return bool(_MACHINE.match(name.strip()))


def is_house(name: str) -> bool:
    """A desk, a firm, an agency: somebody, but no person."""
    return bool(_HOUSE.search(name))


def plausibility(name: str) -> float:
    """How much `name` reads like a person's, from 0 (surely not) to 1: two to four capitalised words in a script that
    has capitals, a short run in one that has none.
    """
    if not name or len(name) > 60 or _NOT_A_NAME.search(name) or _MACHINE.match(name) or _NOTHING.match(name):
        return 0.0
    words = name.split()
    if not any(char.isalpha() for char in name) or name[-1] in "!?:;" or any(char in '?!"„“”#%*+=' for char in name):
        return 0.0
    if is_house(name):
        return 0.35
    cased = [word for word in words if word[0].isupper() or word[0].islower()]
    if not cased:
        return _caseless(name, words)
    if any(word.lower() in _PROSE for word in words[:1]) or any(
        word.islower() and word in _PROSE and word not in _PARTICLES for word in words
    ):
        return 0.1 if len(words) <= 5 else 0.0
    return _cased(words)


def _cased(words: list[str]) -> float:
    if len(words) == 1:
        return 0.65 if words[0][0].isupper() else 0.4 if _HANDLE.fullmatch(words[0]) else 0.0
    capitals = [_is_name_word(word) for word in words]
    particles = [word.lower().strip(",") in _PARTICLES for word in words]
    if any(char.isdigit() for char in "".join(words)):
        return 0.3 if len(words) <= 3 else 0.0
    if particles[-1] and words[-1][0].islower():
        return 0.2
    if all(capital or particle for capital, particle in zip(capitals, particles, strict=True)):
        return 1.0 if sum(capitals) <= 4 else 0.8 if len(words) <= 6 else 0.2
    return 0.45 if len(words) <= 3 else 0.0


def _is_name_word(word: str) -> bool:
    """`Onym`, `O'Hara`, `d'Arc`, `al-Said`, `J.`, `IJsbrand`, `al‑Masri`."""
    if len(word) > 1 and word[-1] == "." and len(word) > 6:
        return False
    return any(piece[:1].isupper() for piece in re.split(r"[-‐‑'’.]", word)) or not (
        word[0].isupper() or word[0].islower()
    )


def _caseless(name: str, words: list[str]) -> float:
    """Scripts without capitals: Chinese and Japanese names have two to six signs, others one to five words."""
    wide = unicodedata.east_asian_width(name[0]) == "W"
    if wide:
        return 0.9 if 2 <= len(name.replace(" ", "").replace("・", "")) <= 6 else 0.3 if len(name) <= 12 else 0.0
    return (0.65, 1.0, 1.0, 0.9, 0.7)[len(words) - 1] if len(words) <= 5 else 0.0


def _stripped(line: str) -> str:
    line = _unlabelled(_unlabelled(_RIGHTS.sub("", line)))
    line = _LABEL_LATER.sub("", line)
    line = _SEPARATED.sub("", line)
    line = _MONTH_TAIL.sub("", _TAIL.sub("", line))
    line = _BY_END.sub("", _ROLE.sub("", line))
    for tail in (_AGENCY_LAST, _FOR_WHOM):  # `Ann Onym for the Times`, but `Institute for Bridges` is whole
        person = tail.sub("", line)
        line = person if plausibility(person) == 1.0 else line
    line = line.strip(" ,;:-–—|/\"“”„'‘’*_")
    return line[:-1] if line.endswith(".") and not re.search(r"(?:^|[\s.])\w{1,2}\.$|\be\.\s?V\.$", line) else line


def _unlabelled(line: str) -> str:
    tight = _BY_TIGHT.match(line)
    return line[tight.end() :] if tight else _BY.sub("", line, count=1)


def _split(line: str) -> tuple[str, ...]:
    """One name or several. `Hans und Söhne GmbH` and `Bell and Howell` stay whole: their halves are no full names."""
    parts = [
        part.strip(" ,.;:") if not re.search(r"\b\w\.$", part) else part.strip(" ,;:") for part in _SPLIT.split(line)
    ]
    parts = [part for part in parts if part and not re.fullmatch(_AGENCY, part, re.I)]
    if len(parts) == 2 and "," in line and all(_surname_first(part) for part in parts):
        return (f"{parts[1]} {parts[0]}",)
    if len(parts) > 1 and any(part.lower() in _TITLES for part in parts):
        return (line,)
    if any(plausibility(part) == 1.0 for part in parts):  # `Ann Onym/XY-Z`: the second is the agency's sign
        parts = [part for part in parts if len(part) > 5 or not part.isupper()]
    return tuple(dict.fromkeys(parts))


def _surname_first(part: str) -> bool:
    return len(part.split()) == 1 and part[:1].isupper() and part.replace("-", "").isalpha()
