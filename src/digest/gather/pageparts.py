"""What stands among an article's paragraphs and is not the article: captions, dates, offers, advice to read on. Pure.

Does not look for the article. Invariant: a run is only called furniture for its own words, its own place in the page
or the names of the elements around it, never for the site it stands on.

Why this way: publishing systems put these things inside the article's own element, where an extractor that looks at
elements as a whole must take or leave them together. To add a language: add its words to the lists below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from digest.gather.outline import INLINE, Run, folded

_IN_HOME = frozenset(["p", "li", "ul", "ol", "dl", "dt", "dd", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"])
_NEVER = frozenset(["comments", "share", "nav", "promotion", "author", "footer"])
_CAPTION_MARKS = re.compile(
    r"caption|copyright|image-?(?:annotation|credit|source|info|text)|photo-?(?:credit|source|by)|(?:^|[\s_-])credits?"
    r"(?:$|[\s_-])|bild(?:nachweis|unterschrift|quelle|text)|(?:^|[\s_-])legende?(?:$|[\s_-])|pie-?(?:de-)?foto|"
    r"didascalia|bijschrift",
    re.I,
)
_BOX_MARKS = re.compile(
    r"newsletter|subscribe|disclosure|disclaimer|(?:^|\s)(?:hidden|sr-only|visually-hidden|screen-reader-text)"
    r"(?:$|\s)|(?:^|[\s_-])(?:cta|promo|advert\w*|sponsor\w*|trust-?badge|read-?(?:more|also)|see-?also|rec-?(?:posts?|title)|related\w*|"
    r"news-?teasers?|likes-widget\w*)(?:$|[\s_-])",
    re.I,
)
# The paragraph between headline and text that says what it is about.
_LEAD_MARKS = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|leadtext|intro|introduction|introtext|teaser|teaser-?text|excerpt|chapo|chapeau|standfirst|"
    r"stand-first|dek|deck|summary|abstract|sub-?(?:title|headline|head)|bajada|copete|entradilla|sumario|vorspann|"
    r"anrisstext|einleitung|sommario|occhiello|catenaccio|item-description|article-description|linha-?fina|ingress|"
    r"perex|zajawka|header|heading)(?:$|[\s_-])|articleheader|teasertext|leadin",
    re.I,
)
# Advice to read something else. The colon or the shortness of the line is what makes it advice.
_READ_ON = re.compile(
    r"(?:(?:also )?read(?: more| also| next| the full \w+)?(?=:| more| also| next| the)|see also|"
    r"more (?:on|from|about) |related|recommended|you (?:may|might) (?:also )?like|don['’]t miss|"
    r"watch(?: also| more)?(?=:)|"
    r"lesen sie (?:hier|auch|mehr|dazu|weiter)|lies (?:auch|hier|mehr)|auch interessant|mehr (?:zum thema|dazu|lesen)|"
    r"mehr zu|weitere (?:artikel|beiträge|themen|informationen|infos|aktuelle \w+)|das könnte (?:sie|dich)|"
    r"empfohlene \w+|passend dazu|zum weiterlesen|siehe auch|lesetipps?|(?:à )?(?:lire|voir) (?:aussi|également)|"
    r"sur le même (?:sujet|thème)|articles? (?:liés?|similaires?)|lea (?:también|más|además)|leer (?:también|más)|"
    r"(?:te|le) puede interesar|mir[ae](?: también)?(?=\s*[:|])|vea también|"
    r"(?:contenido|noticias?|notas?|temas?) relacionad[oa]s?|"
    r"más sobre|leia (?:também|mais)|veja (?:também|mais)|saiba mais|leggi anche|(?:ti )?potrebbe(?:ro)? interessarti|"
    r"lees (?:ook|meer)|læs også|läs (?:också|mer|även)|les også|lue myös|czytaj (?:też|także|również|więcej)|"
    r"zobacz (?:też|także)|čtěte (?:také|více)|citește și|ayrıca okuyun|читайте (?:также|ещё)|читайте також|"
    r"смотрите также|διαβάστε (?:επίσης|ακόμα|ακόμη)|اقرأ أيضا|यह भी पढ़ें|関連記事|相关阅读)",
    re.I,
)
_ADVERT = re.compile(
    r"[\[(–—-]?\s*(?:anzeige|werbung|advertisement|advertorial|sponsored|publicidad|publicité|pubblicità|publicidade|"
    r"advertentie|annonce|annons|реклама|reklama)\b(?:\s*[,:|\])–—-].{0,60})?",
    re.I,
)
_CREDIT = re.compile(
    r"(?:©|\(c\)|fotos?\s*:|photos?\s*(?::|by\b|credit)|bild(?:er|quelle|nachweis)?\s*:|(?:titel|beitrags)bild\s*:|"
    r"imagen?\s*:|image\s*:|image credit|crédits?(?: photo)?\s*:|foto di\b|quelle\s*:\s*(?:dpa|afp|reuters|ap)\b|"
    r"abb(?:ildung|\.)\s*\d*\s*:|\w+ ?/ ?getty images|getty images)",
    re.I,
)
_DAY = (
    r"(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}\.?\s+\w{3,12}\.?,?\s+\d{4}|"
    r"\w{3,12}\.?\s+\d{1,2},?\s+\d{4})"
)
_DATE_LINE = re.compile(
    rf"(?:[\w äöüéèà]{{0,40}}:?\s*)?{_DAY}(?:\s*[,|·–-]?\s*(?:um |at |à |a las )?\d{{1,2}}[:.h]\d{{2}}.{{0,12}})?\.?",
    re.I,
)
_STAMP = re.compile(
    r"(?:last (?:modified|updated?)|updated(?: on)?|published(?: on)?|posted(?: on)?|"
    r"letzte (?:änderung|aktualisierung)|"
    r"(?:zuletzt )?aktualisiert(?: am)?|veröffentlicht|stand|erstellt|publié le|mis à jour|actualizado|publicado|"
    r"pubblicato|aggiornato|publicado em|atualizado|gepubliceerd|opublikowano)\b",
    re.I,
)
# Offers and good-byes that close an article.
_CLOSING = re.compile(
    r"newsletter|subscri(?:be|ption)|sign up|follow (?:us|the|me|@|\w+ on)|(?:like|join|find) us on|"
    r"download the .{0,40}app|"
    r"all rights reserved|terms (?:of|and)|copyright|©|share this|tell us what|we want to hear|letters? to the editor|"
    r"send us a|support (?:us|our|independent)|help us|donate|our standards|"
    r"abonnieren|anmelden|folge[nt]? (?:sie )?uns|alle rechte vorbehalten|unterstütze|spenden|teilen mit|"
    r"suscríb|síguenos|sigue (?:a|nuestr)|todos los derechos|compartir|hacer periodismo|"
    r"abonnez|suivez|tous droits|partagez|"
    r"iscriviti|seguici|tutti i diritti|inscreva|siga-nos|siga (?:o|a)|todos os direitos|assine|compartilhe|volg ons|"
    r"prenumerera|zapisz się|obserwuj|подпи[сш]|все права|フォロー|订阅|zurück zur|back to|retour à|volver a|torna a",
    re.I,
)


def is_furniture(run: Run) -> bool:
    """Whether the run's own words, or a caption's element, say that it is not the article."""
    text = run.text
    return run.caption or _ADVERT.fullmatch(text) is not None or (len(text) < 200 and _CREDIT.match(text) is not None)


def is_advice(run: Run, following: Run | None) -> bool:
    """Whether it tells to read something else: it says so, and it is a link, or a link is all that comes after it."""
    text = run.text
    if len(text) > 160 or not _READ_ON.match(text):
        return False
    return run.linked * 3 > len(text) or (len(text) < 60 and (following is None or is_link(following)))


def leads_away(run: Run) -> bool:
    """Whether a paragraph is nothing but a link with words of its own; an address, a source or a list's item is not."""
    text = run.text
    named = len(text.split()) > 3 and "://" not in text and "www." not in text and "@" not in text
    return named and is_link(run) and nearest_block(run) in ("p", "div", "section", "article", "strong", "figure")


def box_of(run: Run) -> str:
    """The name of the furniture this run stands in, "" where it stands in none. Names may lie: see `pagebody`."""
    if run.zone in _NEVER or (run.zone == "related" and run.linked * 2 > len(run.text)):
        return run.zone
    for marks in _marks(run):
        if marks and (_CAPTION_MARKS.search(marks) or _BOX_MARKS.search(marks)):
            return marks
    return ""


def is_lead(run: Run, summary: str) -> bool:
    """Whether a paragraph above the body is its summary: the page declares it (folded), or names its element so."""
    text = run.text
    if len(text) < 60 or run.linked * 3 > len(text) or run.caption or run.zone not in ("", "related"):
        return False
    fold = folded(text)
    declared = len(summary) > 40 and (fold.startswith(summary[:60]) or summary.startswith(fold[:60]))
    return declared or any(_LEAD_MARKS.search(marks) for marks in _marks(run))


def is_stamp(run: Run) -> bool:
    """Whether it is nothing but a date, as stands above and below articles."""
    text = run.text
    if len(text) > 90 or not any(char.isdigit() for char in text):
        return False
    return _DATE_LINE.fullmatch(text) is not None or _STAMP.match(text) is not None


def is_closing(run: Run) -> bool:
    """Whether it is an offer, a request or a legal line, as stands below articles."""
    text = run.text
    found = _CLOSING.search(text) if len(text) < 260 else None
    return found is not None and (found.start() < 60 or len(text) < 120)


def is_link(run: Run) -> bool:
    """A paragraph that is nothing but a link leads elsewhere."""
    seen = len(run.text)
    return seen > 0 and run.linked >= 0.8 * seen


def nearest_block(run: Run) -> str:
    """The tag of the block that the run's words stand in, "li" if that is inside a list's item."""
    element, is_tail = run.slots[0]
    node: Any = element.getparent() if is_tail else element
    while node is not None and node.tag in INLINE:
        node = node.getparent()
    if node is None:
        return ""
    parent = node.getparent()
    return "li" if parent is not None and parent.tag == "li" else str(node.tag)


def home_of(run: Run) -> Any:
    """The element in which the run's paragraph or list stands beside others."""
    element, is_tail = run.slots[0]
    node: Any = element.getparent() if is_tail else element
    while node is not None and (node.tag in INLINE or node.tag in _IN_HOME):
        node = node.getparent()
    return node


def _marks(run: Run) -> Iterator[str]:
    """Names of the run's own block and of what stands in it around the words, and of the block around it."""
    element, is_tail = run.slots[0]
    node: Any = element.getparent() if is_tail else element
    blocks = 0
    while node is not None and blocks < 2:
        if node.tag in ("body", "html", "main", "article"):
            return
        yield f"{node.get('class') or ''} {node.get('id') or ''}"
        blocks += node.tag not in INLINE
        node = node.getparent()
