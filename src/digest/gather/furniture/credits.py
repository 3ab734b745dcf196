"""Lines that say who made what is above or below them: a photo's credit, the sentence about an author. Pure.

Does not know where a line stands: an article may well end in `Photo: NAME`, and a sentence about a writer is one about
the author only below a byline with that name; `copied_head` and `copied_tail` decide that. Invariant: each pattern
matches the whole line.
"""

from __future__ import annotations

import re

from digest.gather.furniture.names import is_person
from digest.gather.furniture.plain import Pattern, either, plain

MAX_BIO_CHARS = 280
_PHOTO = either(
    r"(?:cover |header )?(?:photo(?:graph)?s?|pictures?|images?|illustrations?)(?: credits?| by| courtesy of)?|"
    r"photo(?:graph(?:y|er))? by",
    r"(?:titel|beitrags)?(?:foto|bild)s?|bilder|fotografie|abbildung|photographie|crédits? photos?|"
    r"fotos? de|fotografía|imagen|crédito da foto|imagem|immagine|fotografia|crediti foto|"
    r"beeld|fotograaf|zdjęci[ea]|fot\.|zdj\.|fotograf|kuva|fotoğraf|фото|снимок|الصورة|تصوير|صورة|फोटो|तस्वीर|"
    r"写真|撮影|画像|摄影|攝影|图片|圖片|사진",
)
# What may follow the name: the agency or the paper, a few words after a mark.
_CREDIT = Pattern(
    rf"(?:{_PHOTO})\s*[:：]\s*(?:©\s*)?(?P<name>[^:：/／|()]{{2,60}}?)"
    r"(?:\s*[/／|]\s*(?P<paper>[^:：.。!?]{1,40})|\s*\([^()]{1,40}\))?",
    re.I,
)
_LABELLED = re.compile(r"[^\W\d_]\S{0,24}(?:\s\S{1,24})?\s?[:：]\s?(?P<name>[^/／|,;(]{2,60})")
# After the name: what only a sentence about a person who writes says. The trade comes within a few words.
_WRITERS = (
    (r"\s+is\s+(?:an?|the|our|one of)\s+", r"journalist|reporter|writer|author|editor|columnist|correspondent|blogger"),
    (r"\s+ist\s+", r"\w*(?:journalist|reporter|autor|redakteur|schriftsteller|kolumnist|korrespondent|blogger)\w*"),
    (r"\s+est\s+", r"journaliste|reporter|auteure?|autrice|rédact\w+|chroniqueu\w+|correspondant\w*|écrivaine?"),
    (r"\s+es\s+", r"periodista|reporter[oa]|escritora?|autora?|redactora?|columnista|corresponsal|bloguer[oa]"),
    (r"\s+è\s+", r"giornalista|reporter|scrit\w+|aut(?:ore|rice)|redat\w+|corrispondente|blogger"),
    (r"\s+é\s+", r"jornalista|repórter|escritora?|autora?|redatora?|colunista|correspondente|blogueir[oa]"),
    (r"\s+is\s+", r"\w*(?:journalist|verslaggever|schrijver|auteur|redacteur|columnist|correspondent|blogger)e?"),
    (r"\s+(?:är|er)\s+", r"\w*(?:journalist|reporter|skribent|författare|forfatter|redaktör|redaktør|krönikör)"),
    (r"\s+jest\s+", r"dziennikar\w+|reporter\w*|pisar\w+|autor\w*|redaktor\w*|felietonist\w+"),
    (r"\s+[—–-]\s+", r"журналист\w*|репортёр|писатель\w*|автор|редактор|корреспондент\w*|колумнист\w*"),
)  # fmt: skip
_BIOS = (
    *(Pattern(rf"{copula}(?:\S+\s+){{0,6}}?(?:{trade})\b.*[.!]", re.I) for copula, trade in _WRITERS),
    Pattern(r"\s*は(?:フリー(?:ランス)?の)?(?:記者|ライター|ジャーナリスト|作家|編集者)(?:。|(?:で|として).*。)"),
)


def is_photo_credit(line: str) -> bool:
    """`Photo: NAME`, `Foto: NAME / PAPER`, `写真：NAME／PAPER`."""
    text = plain(line).strip()
    match = _CREDIT.fullmatch(text) if len(text) <= 120 else None
    if match is None or len((match["paper"] or "").split()) > 5:
        return False
    return is_person(line.strip()[match.start("name") : match.end("name")].strip())


def is_labelled(line: str) -> bool:
    """`Music: NAME`: a line of a list of who did what."""
    match = _LABELLED.match(plain(line)) if len(line) <= 120 else None
    return match is not None and is_person(line[match.start("name") : match.end("name")].strip())


def is_bio(line: str, name: str) -> bool:
    """`NAME is a freelance journalist who writes about towns.`: begins with the name and tells that it writes."""
    if len(line) > MAX_BIO_CHARS or not name or not line.startswith(name):
        return False
    rest = plain(line[len(name) :])
    return any(pattern.fullmatch(rest) is not None for pattern in _BIOS)
