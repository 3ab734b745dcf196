"""The words that pages put around an article, by language, and the grammar of one such line. Pure.

To add a language: add its words to the tables below; nothing else knows them. Does not decide where the article is:
`read_line` says what a line would mean if it were page furniture; `copied` decides, and only at the edges.
Invariant: a line is furniture only as a whole, so no sentence that merely mentions views or comments ever is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from digest.gather.dates import MONTHS, read_date
from digest.gather.words import clean_line

# The first and last line of a page copied whole, as screen readers hear them (Wix writes both into every page).
TOP = ("top of page", "seitenanfang", "haut de page", "parte superior de la página", "início da página",
       "topo da página", "inizio pagina", "bovenkant van de pagina", "skip to content", "skip to main content",
       "zum inhalt springen", "aller au contenu", "saltar al contenido", "ir al contenido",
       "pular para o conteúdo", "vai al contenuto")  # fmt: skip
BOTTOM = ("bottom of page", "seitenende", "bas de page", "parte inferior de la página", "fim da página",
          "final da página", "fondo pagina", "onderkant van de pagina")  # fmt: skip

_UNITS = {
    "views": "views?|reads?|aufrufe?n?|ansichten|vues?|lectures?|vistas?|visitas?|visualizaci(?:ón|ones)|lecturas?|"
    "visualizaç(?:ão|ões)|leituras?|visualizzazion[ei]|letture|weergaven?|visninge?[rn]?|visningar|"
    "wyświetle(?:nie|nia|ń)|"
    "görüntüle(?:n)?me|просмотр(?:а|ов)?|مشاهد(?:ة|ات)|閲覧|次浏览|浏览|조회수?",
    "comments": "comments?|repl(?:y|ies)|responses?|kommentare?n?|antwort(?:en)?|commentaires?|réponses?|"
    "comentarios?|respuestas?|"
    "comentários?|respostas?|comment[oi]|rispost[ae]|reacties?|kommentarer|komentarz[ey]?|komentarzy|yorum|"
    "комментари(?:й|я|ев)|تعليق(?:ات)?|コメント|条评论|评论|댓글|टिप्पणि(?:याँ|यां)|टिप्पणी",
    "reactions": "likes?|claps?|reactions?|hearts?|gefällt mir(?:-angaben)?|j[’']aime|mentions? j[’']aime|me gusta|"
    "curtidas?|gostos?|mi piace|vind ik leuks?|いいね|좋아요|إعجاب",
    "": "shares?|mal geteilt|partages?|(?:veces )?compartido|compartidos|compartilhamentos?|condivision[ei]|"
    "keer gedeeld|"
    "followers?|abonnenten|abonnés?|seguidores",
}
_NO_COMMENT_WORDS = (
    "no comments?(?: yet)?|keine kommentare|noch keine kommentare|aucun commentaire|pas de commentaires?|"
    "sin comentarios|ningún comentario|nenhum comentário|sem comentários|nessun commento|geen reacties"
)
_NUMBER = (
    r"(?P<n>\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+|\d+(?:[.,]\d+)?)\s*(?P<scale>k|m|tsd\.?|mio\.?|mil|mln|тыс\.?|万|만)?"
)
_UNIT = "(?:" + "|".join(f"(?P<{field or 'other'}>{words})" for field, words in _UNITS.items()) + ")"
_LETTER_AHEAD = r"(?![^\W\d_])"
_NUMBER_UNIT = re.compile(rf"{_NUMBER}\s*{_UNIT}{_LETTER_AHEAD}", re.I)
_UNIT_NUMBER = re.compile(rf"{_UNIT}\s*[:(]?\s*{_NUMBER}\s*\)?{_LETTER_AHEAD}", re.I)
_NO_COMMENTS = re.compile(rf"(?P<comments>{_NO_COMMENT_WORDS}){_LETTER_AHEAD}", re.I)
_BETWEEN = re.compile(r"[\s,;/&·•|\-–—]*(?:(?:and|und|et|y|e|en)\s+)?")
_SCALES = {
    "k": 1000,
    "tsd": 1000,
    "mil": 1000,
    "тыс": 1000,
    "m": 10**6,
    "mio": 10**6,
    "mln": 10**6,
    "万": 10**4,
    "만": 10**4,
}

_READ_TIME = re.compile(
    r"(?:(?:estimated )?reading time|lesezeit|lesedauer|temps de lecture|lecture|tiempo de lectura|lectura de|"
    r"tempo de leitura|"
    r"leitura de|tempo di lettura|leestijd)?\s*:?\s*(?:ca\.|~|about)?\s*\d{1,3}\s*(?:min(?:ute|uti|uto|uten|"
    r"utos|utes|uut|uten)?s?)\.?"
    r"(?:\s*(?:read(?:ing time)?|lesezeit|lesedauer|de lecture|de lectura|de leitura|di lettura|leestijd|leestid))?",
    re.I,
)
_HAS_READ_WORD = re.compile(r"read|les|lect|leit|lett|leest|min\.?$", re.I)
_AGO = re.compile(
    r"(?:\d{1,3}|an?|one)\s*(?:s|sec|m|min|h|hr|d|w|mo|y|seconds?|minutes?|hours?|days?|weeks?|months?|"
    r"years?)\.?\s+ago|\d{1,2}[hdw]|"
    r"vor\s+\w+\s+(?:sekunden?|minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)|"
    r"il y a\s+\w+\s+\w+|hace\s+\w+\s+\w+|há\s+\w+\s+\w+|\w+\s+\w+\s+fa|\d+\s+\w+\s+geleden|yesterday|today|"
    r"gestern|heute|hier|ayer|ontem|ieri",
    re.I,
)
_DATE_PREFIX = re.compile(
    r"(?:(?:last )?updated|published|posted|modified|created|written|date|veröffentlicht|aktualisiert|erstellt|"
    r"geändert|publié|mis à jour|"
    r"publicado|actualizado|actualización|atualizado|pubblicato|aggiornato|gepubliceerd|bijgewerkt)(?:\s+(?:on|"
    r"at|am|le|el|em|il|op))?\s*[:：]?\s*",
    re.I,
)
_UPDATED = re.compile(
    r"(?:last )?updated|modified|aktualisiert|geändert|mis à jour|actuali|atuali|aggiorn|bijgewerkt", re.I
)
_DAY_ONLY = re.compile(r"(?:([^\W\d_]{3,10})\.?\s+\d{1,2}|\d{1,2}\.?\s+(?:de\s+)?([^\W\d_]{3,10})\.?)", re.I)

_BYLINE = re.compile(
    r"(?:(?:written|posted|published|words|story|text|texte|texto|testo|geschrieben|verfasst|écrit|rédigé|"
    r"escrito|publicado|scritto|door)\s+)?"
    r"(?P<word>by|von|par|por|di|door|av|af|od|przez|tarafından|автор|от|بقلم|كتبه|लेखक|द्वारा|作者|文|撰文|著者|글|"
    r"author|autor(?:in|a)?|auteure?|autrice|autore|auteur|writer|words|text)(?P<mark>\s*[:：]\s*|\s+)(?P<names>\S.*)",
    re.I,
)
_NAME_SPLIT = re.compile(r"\s*(?:,|;|&|\s(?:and|und|et|y|e|en|og|och|i|ve|и|و)\s)\s*")
_PARTICLES = frozenset(
    ["de", "da", "do", "dos", "das", "del", "della", "der", "den", "di", "du", "van", "von", "zu", "la", "le", "el",
     "al", "bin", "ibn", "bint", "ben", "ter", "ten", "af", "av", "y", "e", "st.", "dr.", "of", "the"]
)  # fmt: skip
_NOT_NAMES = frozenset(
    ["the", "a", "an", "this", "that", "these", "those", "our", "your", "my", "all", "far", "now", "then", "contrast",
     "comparison"]
)  # fmt: skip

# Whole lines, in lower case, without closing marks. Buttons and menus of the platforms people copy from.
_LINE_WORDS = (
    # sharing and reacting
    "share|share this|share this post|share on facebook|share on twitter|share on x|share on linkedin|"
    "share via email|tweet|"
    "pin it|pin|print|print this|copy link|link copied|email|email this|e-mail|facebook|twitter|linkedin|"
    "pinterest|reddit|"
    "whatsapp|telegram|tumblr|mastodon|bluesky|x|instagram|youtube|tiktok|like|like this|like loading|"
    "loading|likes|liked|"
    "save|bookmark|listen|clap|more|see more|show more|view more|follow|following|unfollow|subscribe|"
    "subscribed|sign up|"
    "sign in|log in|log in / sign up|login|log out|register|join|join now|get started|open in app|get app|"
    "menu|search|"
    "close|back|next|previous|previous post|next post|reply|edit|delete|report|flag|quote|link|copy|solved|"
    "back to top|"
    "home|about|about us|contact|contact us|blog|news|posts|all posts|articles|events|gallery|shop|store|"
    "forum|members|more actions|"
    "press enter to view image in full size|zoom image|advertisement|sponsored|ad|member-only story|"
    "featured|top highlight|"
    "write|notifications|your library|profile|stories|stats|be the first to like this|use app|donate|"
    "archive|archives|"
    "post not marked as liked|post liked|view post|edit post|delete post|"
    # German
    "teilen|drucken|gefällt mir|gefällt mir wird geladen|wird geladen|anmelden|abmelden|registrieren|"
    "abonnieren|folgen|menü|"
    "suche|suchen|start|startseite|über uns|über mich|kontakt|beiträge|alle beiträge|neuigkeiten|aktuelles|"
    "impressum|datenschutz|"
    "antworten|speichern|merken|schließen|zurück|weiter|mehr|mehr anzeigen|link kopieren|nach oben|"
    "zum seitenanfang|anzeige|"
    # French
    "partager|imprimer|j'aime|j’aime|chargement|connexion|se connecter|s'inscrire|s’inscrire|inscription|"
    "s'abonner|s’abonner|suivre|"
    "accueil|à propos|contactez-nous|tous les posts|tous les articles|rechercher|recherche|répondre|"
    "enregistrer|fermer|retour|"
    "suivant|précédent|voir plus|plus|copier le lien|haut de la page|retour en haut|publicité|"
    "mentions légales|actualités|"
    # Spanish
    "compartir|imprimir|me gusta|cargando|iniciar sesión|registrarse|regístrate|suscribirse|suscríbete|"
    "seguir|inicio|acerca de|"
    "sobre nosotros|contacto|todas las entradas|todos los posts|buscar|responder|guardar|cerrar|volver|"
    "siguiente|anterior|ver más|más|"
    "copiar enlace|volver arriba|publicidad|noticias|menú|"
    # Portuguese
    "compartilhar|partilhar|curtir|gosto|gostar|carregando|a carregar|entrar|fazer login|iniciar sessão|"
    "cadastre-se|inscrever-se|"
    "assinar|início|página inicial|sobre|sobre nós|contato|contacto|todos os posts|pesquisar|guardar|salvar|"
    "fechar|voltar|"
    "próximo|ver mais|mais|copiar link|voltar ao topo|publicidade|notícias|"
    # Italian and Dutch
    "condividi|stampa|mi piace|caricamento|accedi|registrati|iscriviti|segui|chi siamo|contatti|"
    "tutti i post|cerca|rispondi|salva|"
    "chiudi|indietro|avanti|altro|torna su|delen|afdrukken|vind ik leuk|laden|inloggen|aanmelden|abonneren|"
    "volgen|over ons|alle posts|"
    "zoeken|beantwoorden|opslaan|sluiten|terug|volgende|vorige|meer|naar boven"
)
_LINES = frozenset(_LINE_WORDS.split("|"))
# From such a line on nothing belongs to the article: other posts, or what readers wrote.
_TAIL_WORDS = (
    "recent posts|recent articles|related|related posts|related articles|related stories|you might also like|"
    "you may also like|see all|"
    "more from|more from author|recommended from medium|recommended|suggested topics|related topics|"
    "keep reading|read next|read more|comments|"
    "leave a comment|leave a reply|add a comment|write a comment|write a comment...|post a comment|"
    "join the conversation|discussion|responses|"
    "aktuelle beiträge|ähnliche beiträge|verwandte beiträge|das könnte dich auch interessieren|"
    "das könnte sie auch interessieren|alle ansehen|"
    "kommentare|kommentar verfassen|kommentar schreiben|schreibe einen kommentar|"
    "posts récents|articles récents|articles similaires|sur le même thème|voir tout|commentaires|"
    "laisser un commentaire|rédigez un commentaire|"
    "entradas recientes|entradas relacionadas|artículos relacionados|ver todo|comentarios|deja un comentario|"
    "deja una respuesta|"
    "escribir un comentario|publicar un comentario|posts recentes|posts relacionados|artigos relacionados|"
    "ver tudo|comentários|"
    "deixe um comentário|deixe uma resposta|escreva um comentário|post recenti|articoli correlati|mostra tutti|"
    "commenti|lascia un commento|"
    "recente blogposts|gerelateerde berichten|alles weergeven|reacties|plaats een reactie"
)
TAIL_MARKERS = frozenset(_TAIL_WORDS.split("|"))
_REPLY_BOX = re.compile(
    r"(?:leave|add|write|post) a (?:comment|reply)|kommentar (?:verfassen|schreiben)|schreibe einen kommentar|"
    r"laisser un commentaire|"
    r"rédigez un commentaire|deja una? (?:comentario|respuesta)|escribir un comentario|"
    r"deixe um(?:a)? (?:comentário|resposta)|"
    r"escreva um comentário|lascia un commento|plaats een reactie",
    re.I,
)
_FOOTER = re.compile(
    r"(?:©|\(c\)|copyright\b).{0,120}|.{0,40}\ball rights reserved\.?.{0,40}|(?:proudly )?(?:powered|created|"
    r"made|built) (?:by|with) .{1,60}|"
    r"(?:stolz )?(?:erstellt mit|präsentiert von) .{1,60}|(?:propulsé par|créé avec|creado con|funciona con|"
    r"criado com|creato con) .{1,60}|"
    r"privacy policy(?: .{0,60})?|terms (?:of (?:service|use))?(?: .{0,60})?|cookie (?:policy|settings)",
    re.I,
)
_HASHTAGS = re.compile(r"(?:#[^\s#,]{2,40}[\s,]*)+")
_TAG_LINE = re.compile(
    r"(?:tags?|tagged(?: (?:as|with))?|labels?|categor(?:y|ies)|filed under|topics?|schlagw(?:ort|örter)|"
    r"kategorien?|étiquettes?|catégories?|"
    r"mots[- ]clés|etiquetas?|categorías?|categorias?|categorie|tag)\s*:\s*(?P<tags>.{1,200})",
    re.I,
)
_HANDLE = re.compile(r"[•·∙◦@]\s*(?P<name>[^•·|,;:!?]{2,40})")
_SEPARATORS = re.compile(r"\s*[·•∙|]\s*|\s+[\-–—/]\s+|\s{3,}|\t+")
_GLUED_READ_TIME = re.compile(r"(?<=[12]\d{3})(?=\d{1,2}\s*min)", re.I)
_EDGE_MARKS = " \t:.…!*_#<>→←▶»«›‹✓✔☰▼▲+"


@dataclass(frozen=True, slots=True)
class Meta:
    """What furniture says. `weak` lines (a bare number) count as furniture only next to stronger ones."""

    authors: tuple[str, ...] = ()
    handle: str = ""
    date: str = ""
    updated: str = ""
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None
    tags: tuple[str, ...] = ()
    weak: bool = False

    def merge(self, other: Meta) -> Meta:
        """This line's words first, the other's where this one is silent."""
        return Meta(
            self.authors or other.authors,
            self.handle or other.handle,
            self.date or other.date,
            self.updated or other.updated,
            other.views if self.views is None else self.views,
            other.comments if self.comments is None else self.comments,
            other.reactions if self.reactions is None else self.reactions,
            self.tags or other.tags,
            self.weak and other.weak,
        )


def read_line(line: str) -> Meta | None:
    """What `line` means as page furniture, or None when any part of it is something else."""
    if not line or len(line) > 240:
        return None
    whole = _segment(line)
    if whole is not None:
        return whole
    meta = Meta(weak=True)
    parts = [part for piece in _SEPARATORS.split(line) for part in _GLUED_READ_TIME.split(piece) if part.strip()]
    if len(parts) < 2:
        parts = _before_read_time(line)
    for part in parts:
        found = _segment(part)
        if found is None:
            return None
        meta = meta.merge(found)
    return meta if parts else None


def read_counters(text: str) -> Meta | None:
    """`text` as nothing but counters, glued or not: `1 view0 comments`, `1,204 views · 3 comments`, `Comments (3)`."""
    return _counters(text, _NUMBER_UNIT) or _counters(text, _UNIT_NUMBER)


def is_tail_marker(line: str) -> bool:
    return _bare(line) in TAIL_MARKERS


def is_reply_box(line: str) -> bool:
    return _REPLY_BOX.match(line.strip(_EDGE_MARKS)) is not None


def is_name(text: str) -> bool:
    """Whether `text` reads like a person's name: two to five words, each capitalised, caseless or a particle."""
    words = text.split()
    if (
        not 2 <= len(words) <= 5
        or len(text) > 60
        or any(char.isdigit() or char in '!?:;()[]{}<>/\\@#%&="' for char in text)
    ):
        return False
    if words[0].lower() in _NOT_NAMES or (text.endswith((".", ",")) and not re.search(r"\b\w\.$", text)):
        return False
    return all(word.lower() in _PARTICLES or not word[0].islower() for word in words) and words[0].lower() not in _LINES


def _segment(text: str) -> Meta | None:
    part = text.strip()
    bare = _bare(part)
    if not any(char.isalnum() for char in bare):
        return Meta(weak=True)
    if bare in _LINES or bare in TOP or bare in BOTTOM or _FOOTER.fullmatch(part) or _only_buttons(bare):
        return Meta()
    if re.fullmatch(r"[\d.,]{1,9}\s*[kKmM]?", part):
        return Meta(weak=True)
    counters = read_counters(part)
    if counters is not None:
        return counters
    if (_READ_TIME.fullmatch(part) and _HAS_READ_WORD.search(part)) or _AGO.fullmatch(part):
        return Meta()
    return _date(part) or _byline(part) or _tags(part)


def _bare(text: str) -> str:
    return " ".join(text.casefold().strip(_EDGE_MARKS).split())


def _only_buttons(bare: str) -> bool:
    words = bare.split()
    return 2 <= len(words) <= 8 and all(word.strip(",:/") in _LINES for word in words)


def _before_read_time(line: str) -> list[str]:
    """`Mar 3, 2023 2 min read` has no separator but the form of its second part."""
    match = re.search(rf"\s(?={_READ_TIME.pattern}$)", line, re.I)
    return [line[: match.start()], line[match.end() :]] if match else []


def _counters(text: str, pattern: re.Pattern[str]) -> Meta | None:
    found, at, line = Meta(), 0, text.strip()
    while at < len(line):
        match = _NO_COMMENTS.match(line, at) or pattern.match(line, at)
        if match is None:
            return None
        groups = match.groupdict()
        value = _number(groups["n"], groups.get("scale") or "") if groups.get("n") else 0
        for field in ("views", "comments", "reactions"):
            if groups.get(field):
                found = replace(found, **{field: value})  # type: ignore[arg-type]
        between = _BETWEEN.match(line, match.end())
        at = between.end() if between else match.end()
    return found if at else None


def _number(text: str, scale: str) -> int:
    factor = _SCALES.get(scale.lower().rstrip("."), 1)
    if re.fullmatch(r"\d{1,3}(?:[.,'’\s]\d{3})+", text) and factor == 1:
        return int(re.sub(r"\D", "", text))
    return (
        round(float(text.replace(",", ".").replace(" ", "")) * factor) if re.fullmatch(r"\d+(?:[.,]\d+)?", text) else 0
    )


def _date(part: str) -> Meta | None:
    prefix = _DATE_PREFIX.match(part)
    text = part[prefix.end() :] if prefix else part
    is_update = bool(prefix and _UPDATED.match(part))
    if read_date(text)[0] is not None and not text.isdigit():
        return Meta(updated=text) if is_update else Meta(date=text)
    day = _DAY_ONLY.fullmatch(text)  # this year's posts often show no year: furniture, but no date
    if day and (day[1] or day[2]).lower() in MONTHS:
        return Meta()
    return Meta() if prefix and _AGO.fullmatch(text) else None


def _byline(part: str) -> Meta | None:
    match = _BYLINE.fullmatch(part)
    if match is None or len(part) > 120:
        return None
    has_colon = match["mark"].strip() != ""
    names = tuple(clean_line(name) for name in _NAME_SPLIT.split(match["names"]) if name.strip())
    if not names or len(names) > 6:
        return None
    if all(is_name(name) for name in names) or (has_colon and all(_is_handle(name) for name in names)):
        return Meta(authors=names)
    return Meta(authors=names) if len(names) == 1 and _is_handle(names[0]) and names[0][0].isupper() else None


def _is_handle(name: str) -> bool:
    """One word, or a few without the marks of a sentence: what may stand after `By:` though it is no full name."""
    return (
        len(name) <= 50
        and len(name.split()) <= 4
        and name[-1] not in ".!?"
        and name.split()[0].lower() not in _NOT_NAMES
    )


def _tags(part: str) -> Meta | None:
    if _HASHTAGS.fullmatch(part):
        return Meta(tags=tuple(re.findall(r"#([^\s#,]+)", part)))
    match = _TAG_LINE.fullmatch(part)
    if match and part[-1] not in ".!?":
        return Meta(tags=tuple(clean_line(tag) for tag in re.split(r"[,;#]", match["tags"]) if tag.strip()))
    return None


def read_handle(line: str) -> str:
    """The poster's name after a bullet (`• name`), or ""."""
    match = _HANDLE.fullmatch(line.strip())
    return (
        match["name"].strip() if match and len(match["name"].split()) <= 4 and match["name"].strip()[-1] != "." else ""
    )
