"""Lines that a source puts around every article ("Subscribe to our newsletter", an author's bio), found by repetition.

    clean_batch          one fetch: learn from it and from what is remembered, and clean its articles
    repeated_lines       which lines of several articles are the source's and not the article's
    without_boilerplate  one article without them, in its text and in its HTML alike

Pure; the caller keeps what is to be remembered. Invariants: only whole lines go, only at the edges of an article, and
never all that it has; a line goes when at least three articles, and nearly every third of the last thirty, carry the
very same one. Where only a title, a name or a number in it differs, it must read like furniture as well: "We raised
1,200 euros" may close every report, and says something new each time.

Why this way: what is remembered are the lines as they came, with the articles that carried them, because stored texts
are clean: without it the second fetch would find nothing repeated and put everything back. Articles are remembered by
a mark each, so that a feed that lists the same ten items for a week counts them once.
"""

from __future__ import annotations

import hashlib
import html as html_entities
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from digest.gather.chrome import read_line
from digest.gather.completing import key_of
from digest.gather.dates import MONTHS
from digest.model import Article

WINDOW = 30
MIN_ARTICLES = 3
MIN_SHARE = 0.3
MAX_LINE_CHARS = 600
FIRST, LAST = 3, 6
MAX_LINES = 400
MAX_TEXT_CHARS = 200

_TITLE, _NAME, _MONTH = "⟨title⟩", "⟨name⟩", "⟨month⟩"
_DIGITS = re.compile(r"\d+(?:[.,:/]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"https?://\S+")
_MARK = re.compile(r"^(?:•|\d{1,6}\.)\s+")
_PLACEHOLDER = re.compile("⟨[a-z]+⟩")
# What a line with a varying part must hold besides, wherever `chrome` does not know it as a whole.
_FURNITURE = re.compile(
    r"\b(?:subscri|newsletter|sign up|follow (?:us|me|him|her|them)|join (?:us|our)|read more|continue reading|"
    r"(?:first )?(?:appeared|published|posted) (?:first )?(?:on|in|at|by)|originally published|filed under|tagged|"
    r"share this|leave a (?:comment|reply)|comments?\b|views?\b|likes?\b|min(?:ute)?s? read|©|copyright|"
    r"all rights reserved|written by|author|"
    r"photo(?:s|graph)? (?:by|credit)|click here|view (?:this|the) post|in your browser|unsubscribe|donate|patreon|"
    r"abonnier|newsletter|folge(?:n sie)? uns|veröffentlicht|erschien|weiterlesen|kommentar|"
    r"abonnez|suivez|publié|lire la suite|commentaire|suscríb|síguenos|publicad|leer más|comentario|"
    r"inscrev|siga-nos|leia mais|comentário|iscriviti|seguici|pubblicat|leggi tutto|commenti|"
    r"volg ons|gepubliceerd|lees verder|reacties|подпис|опубликован|комментар|obserwuj|opublikowan|komentarz)",
    re.I,
)
# WordPress writes one line under every item of a feed, in the site's language: what stands before the title, and what
# between title and site. In a few languages the title comes first, or something follows the site.
_FOOTERS = (
    (r"(?:the|this) (?:post|article|entry|page|recipe|story)\b", r"(?:first appeared|appeared first) (?:on|in|at)\b"),
    (r"der (?:beitrag|artikel)\b", r"erschien (?:zuerst|zunächst) (?:auf|bei|in)\b"),
    (
        r"(?:la entrada|el artículo|la publicación|el cargo)\b",
        r"(?:se ha publicado primero|se publicó (?:primero|por primera vez)|aparece primero|apareció primero|"
        r"apareció por primera vez) en\b",
    ),
    (r"(?:l[’']article|le post|cet article)\b", r"est apparu en premier sur\b"),
    (
        r"(?:l[’']articolo|il post)\b",
        r"(?:proviene da|sembra essere il primo su|è apparso (?:per la prima volta|prima) su)\b",
    ),
    (
        r"o (?:post|artigo|conteúdo|cargo)\b",
        r"(?:aparece(?:u)? primeiro|surgiu primeiro|foi publicado primeiro) (?:em|no|na)\b",
    ),
    (r"(?:het bericht|het artikel|dit bericht)\b", r"verscheen (?:eerst|als eerste) op\b"),
    (r"inlägget\b", r"dök först upp på\b"),
    (r"(?:indlægget|innlegget)\b", r"(?:blev først udgivet på|blev først vist den|dukket først opp på)\b"),
    (r"(?:wpis|artykuł|post)\b", r"(?:pojawił się (?:poczatkowo|początkowo|najpierw) na|pochodzi z serwisu)\b"),
    (r"(?:запись|сообщение|статья)\b", r"(?:впервые появилась|появились сначала|сначала появилась)\b"),
    (r"(?:запис|допис)\b", r"(?:спершу|вперше) (?:з[’']явився|з[’']явиться|з[’']явилася)\b"),
    (r"příspěvek\b", r"(?:pochází z|se nejdříve objevil na|byl nejdříve publikován na)\b"),
    (r"(?:článok|príspevok)\b", r"(?:je zobrazený|sa zjavil ako prvý) na\b"),
    (r"(?:artikkeli|julkaisu)\b", r"(?:julkaistiin ensimmäisenä|ilmestyi (?:ensin|ensimmäisenä))\b"),
    (r"(?:a|az)\b", r"bejegyzés először\b.{1,200}?\bjelent meg\b", ".{0,20}"),
    (r"(?:articolul|postarea)\b", r"apare prima dată (?:în|pe)\b"),
    (r"(?:objava|prispevek|članak)\b", r"(?:pojavila se prvi puta|se je pojavil prvi|pojavljuje se prvo) na\b"),
    (r"публикацията\b", r"се появи за пръв път в\b"),
    (r"το άρθρο\b", r"εμφανίστηκε (?:πρώτα|αρχικά) στ\w{1,3}\b"),
    ("", r"yazısı ilk önce\b.{1,200}?\büzerinde ortaya çıktı\b", ".{0,20}"),
    (r"l[’']entrada\b", r"(?:ha aparegut|es va publicar|aparegué) (?:primer|per primera vegada) a\b"),
    (r"(?:postingan|pos)\b", r"(?:muncul|tampil) (?:pertama kali|pertama) (?:di|pada)\b"),
    (r"bài viết\b", r"(?:đã )?xuất hiện đầu tiên (?:vào ngày|trên|tại)\b"),
    (r"(?:ظهرت المقالة|المقالة|التدوينة)\b", r"(?:ظهرت )?أولا?[\u064b]?ا? (?:على|في)\b"),
    (r"הפוסט\b", r"הופיע לראשונה ב"),
    (r"نوشته\b", r"اولین بار در\b"),
    ("", "は.{1,200}?に最初に表示されました", "。?"),
    ("", "(?:最先|首先|最早)出[现現][在于於]"),
    ("", r"(?:게시물이|글은) .{1,200}?에 (?:처음|먼저) (?:등장|나타났)", ".{0,20}"),
)
_FIRST_APPEARED = tuple(
    (
        re.compile(middle, re.I),
        re.compile(f"{before}.{{1,320}}?{middle}{after[0] if after else '.{1,200}'}", re.I | re.S),
    )
    for before, middle, *after in _FOOTERS
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that articles of a source carried at an edge. `articles` are marks of those, `counted` whether it was
    ever found to be the source's: then it stays so while any of the last thirty articles has it."""

    text: str
    articles: tuple[str, ...] = ()
    counted: bool = False


class Remembered(Protocol):
    """A `Line` as it comes back from wherever it was kept."""

    @property
    def text(self) -> str: ...
    @property
    def articles(self) -> tuple[str, ...]: ...
    @property
    def counted(self) -> bool: ...


Lines = Mapping[str, Remembered]
"""What is remembered of one source: lines by what identifies them. Under `WINDOW_KEY` the articles last seen."""

WINDOW_KEY = "*"


@dataclass(frozen=True, slots=True)
class Edges:
    """What one article shows at its edges: `lines` by identity; `mark` and `writers` of the article itself."""

    mark: str
    writers: str
    lines: Mapping[str, str] = field(default_factory=dict)


def clean_batch(remembered: Lines, articles: Sequence[Article]) -> tuple[tuple[Article, ...], dict[str, Line]]:
    """The articles of one fetch without their source's repeated lines, and what to remember instead of `remembered`.

    Articles must be as the source gave them, not as they were stored.
    """
    folds = [_Fold(article) for article in articles]
    edges = [_edges_of(article, fold) for article, fold in zip(articles, folds, strict=True)]
    lines = _learned(remembered, edges)
    boilerplate = counted(lines)
    cleaned = (_without(article, boilerplate, fold) for article, fold in zip(articles, folds, strict=True))
    return tuple(cleaned), lines


def counted(lines: Lines) -> frozenset[str]:
    """The identities of the remembered lines that were found to be the source's."""
    return frozenset(key for key, line in lines.items() if line.counted)


def repeated_lines(articles: Iterable[Article]) -> frozenset[str]:
    """The identities of the lines that these articles of one source have in common."""
    return counted(_learned({}, [_edges_of(article, _Fold(article)) for article in articles]))


def without_boilerplate(article: Article, lines: frozenset[str]) -> Article:
    """`article` without the edge lines that `lines` identifies, and without "The post ... appeared first on ...".

    Unchanged where nothing would be left. `origin["repeated"]` says how many lines went.
    """
    return _without(article, lines, _Fold(article))


def _without(article: Article, lines: frozenset[str], fold: _Fold) -> Article:
    kept, gone = _split(article.text, fold, lines, linked=_FOOTER_LINK.search(article.html[-3000:]) is not None)
    if not gone or not _WORD.search(kept):
        return article
    raw = [" ".join(line.split()) for line in gone]
    count = f"{len(gone)} line{'s' if len(gone) > 1 else ''} of its source removed"
    return replace(
        article,
        text=kept,
        html=_html_without(article.html, {fold.plain(line) for line in gone}),
        excerpt=_excerpt_without(article.excerpt, raw),
        origin={**article.origin, "repeated": count},
    )


def _edges_of(article: Article, fold: _Fold) -> Edges:
    """The lines at the article's edges that may turn out to be its source's."""
    writers = ", ".join(sorted(author.name.casefold() for author in article.authors))
    found: dict[str, str] = {}
    for line in _edge_lines(_lines_of(article.text)):
        for key in fold.keys(line):
            found.setdefault(key, line)
    return Edges(_digest(key_of(article)), _digest(writers) if writers else "", found)


# -- learning ---------------------------------------------------------------------------------------------------------


def _learned(remembered: Lines, edges: Sequence[Edges]) -> dict[str, Line]:
    """What is remembered after these articles, the newest first, were seen as well."""
    now = {edge.mark: edge for edge in edges}
    seen = [name.partition(":") for name in remembered.get(WINDOW_KEY, Line("")).articles]
    # Oldest first; an article that is seen again moves to the end, so that a list's own items never fall out.
    window = [(mark, writers) for mark, _, writers in seen if mark not in now]
    window += [(mark, edge.writers) for mark, edge in reversed(now.items())]
    writers_of = dict(window[-max(WINDOW, len(now)) :])
    carriers: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for key, line in remembered.items():
        if key != WINDOW_KEY:
            texts[key] = line.text
            carriers[key] = [mark for mark in line.articles if mark in writers_of and mark not in now]
    for edge in now.values():
        for key, text in edge.lines.items():
            texts.setdefault(key, text[:MAX_TEXT_CHARS])
            carriers.setdefault(key, []).append(edge.mark)
    lines = {WINDOW_KEY: Line("", tuple(f"{mark}:{writers}" for mark, writers in writers_of.items()))}
    for key, found in carriers.items():
        if found:
            before = key in remembered and remembered[key].counted
            lines[key] = Line(texts[key], tuple(found), before or _is_repeated(found, writers_of))
    return _bounded(lines)


def _is_repeated(found: Sequence[str], writers_of: Mapping[str, str]) -> bool:
    """Among the last thirty, among all that are known, or among one author's, for a line that only hers carry."""
    recent = list(writers_of)[-WINDOW:]
    groups = [recent, list(writers_of)]
    writers = {writers_of[mark] for mark in found}
    if len(writers) == 1 and "" not in writers:
        groups.append([mark for mark, writer in writers_of.items() if writer in writers])
    for group in groups:
        count = len(set(found).intersection(group))
        if count >= MIN_ARTICLES and count >= MIN_SHARE * len(group):
            return True
    return False


def _bounded(lines: dict[str, Line]) -> dict[str, Line]:
    if len(lines) <= MAX_LINES:
        return lines
    worth = sorted(lines, key=lambda key: (key == WINDOW_KEY, lines[key].counted, len(lines[key].articles)))
    return {key: lines[key] for key in worth[-MAX_LINES:]}


# -- one line ---------------------------------------------------------------------------------------------------------


class _Fold:
    """Identities of the lines of one article: the words as they are, and with what varies taken out."""

    def __init__(self, article: Article) -> None:
        self.title = _folded(article.title)
        self._kept: dict[str, tuple[str, ...]] = {}
        self._names = [name for author in article.authors if len(name := _folded(author.name)) >= 4]

    def plain(self, line: str) -> str:
        return _folded(_MARK.sub("", line))

    def keys(self, line: str) -> tuple[str, ...]:
        """The exact line's, and, where it reads like furniture, that of its pattern; none for what is no line."""
        if line not in self._kept:
            self._kept[line] = self._keys(line)
        return self._kept[line]

    def _keys(self, line: str) -> tuple[str, ...]:
        plain = self.plain(line)
        if len(line) > MAX_LINE_CHARS or len("".join(_WORD.findall(plain))) < 4:
            return ()
        pattern = self._pattern(plain)
        keys = (f"={_digest(plain)}",)
        if pattern == plain or not _reads_like_furniture(pattern, line):
            return keys
        return (*keys, f"~{_digest(pattern)}")

    def _pattern(self, plain: str) -> str:
        if len(self.title) >= 4:
            plain = plain.replace(self.title, _TITLE)
        for name in self._names:
            plain = plain.replace(name, _NAME)
        plain = _WORD.sub(lambda word: _MONTH if word[0] in MONTHS else word[0], plain)
        return _DIGITS.sub("#", _ADDRESS.sub("⟨url⟩", plain))

    def is_footer(self, line: str, *, linked: bool) -> bool:
        """Whether it is the line that feeds append: it names this article's title, or links to both, as they do."""
        plain = self.plain(line)
        if len(plain) > 520 or not any(
            middle.search(plain) and whole.fullmatch(plain) for middle, whole in _FIRST_APPEARED
        ):
            return False
        return linked or (len(self.title) >= 4 and self.title.rstrip("….!?") in plain)


def _reads_like_furniture(pattern: str, line: str) -> bool:
    left = _WORD.findall(_PLACEHOLDER.sub("", pattern))
    if len("".join(left)) < 4:
        return False
    if _FURNITURE.search(pattern):
        return True
    found = read_line(line)
    return found is not None and not found.weak


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# -- removing ---------------------------------------------------------------------------------------------------------


def _lines_of(text: str) -> list[list[str]]:
    """Paragraphs of lines."""
    return [paragraph.split("\n") for paragraph in text.split("\n\n") if paragraph.strip()]


def _edge_lines(paragraphs: Sequence[Sequence[str]]) -> Iterator[str]:
    flat = [line for paragraph in paragraphs for line in paragraph if line.strip()]
    yield from (flat[at] for at in sorted(_edge(len(flat))))


def _edge(count: int) -> set[int]:
    return {*range(min(FIRST, count)), *range(max(0, count - LAST), count)}


def _split(text: str, fold: _Fold, lines: frozenset[str], *, linked: bool) -> tuple[str, list[str]]:
    """(the text that stays, the lines that go)."""
    paragraphs = _lines_of(text)
    count = sum(1 for paragraph in paragraphs for line in paragraph if line.strip())
    edge, at = _edge(count), -1
    kept, gone = [], []
    for paragraph in paragraphs:
        stays = []
        for line in paragraph:
            at += bool(line.strip())
            outermost = at == 0 or at >= count - 2
            if (at in edge and any(key in lines for key in fold.keys(line))) or (
                outermost and fold.is_footer(line, linked=linked)
            ):
                gone.append(line)
            else:
                stays.append(line)
        if stays:
            kept.append("\n".join(stays))
    return "\n\n".join(kept), gone


def _excerpt_without(excerpt: str, gone: Sequence[str]) -> str:
    for line in reversed(gone):
        shorter = excerpt.removesuffix(line).removeprefix(line).strip()
        excerpt = shorter or excerpt
    return excerpt


_BLOCKS = (
    "blockquote|br|caption|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|pre|p|table|tbody|td|tfoot|thead|th|tr|ul"
)
_REST = r'[^>"]*(?:"[^"]*"[^>"]*)*'
_BLOCK = re.compile(rf"(</?(?:{_BLOCKS})(?![a-z0-9]){_REST}>)")
_TAG = re.compile(rf"</?[a-z]{_REST}>")
_FOOTER_LINK = re.compile(r"<a [^>]*>[^<]{1,400}</a>[^<]{1,80}<a [^>]*>[^<]{1,200}</a>[^<]{0,40}(?:</p>)?\s*$")
_EMPTY = re.compile(
    rf"<(p|li|ul|ol|h[1-6]|blockquote|figcaption|div|a|b|em|i|strong|span|small|sub|sup|u)(?![a-z0-9]){_REST}>\s*(?:<br>\s*)*</\1>"
)


def _html_without(html: str, gone: set[str]) -> str:
    """The same lines out of the HTML: the words between two block tags, and then the elements that hold nothing."""
    if not html:
        return html
    parts = _BLOCK.split(html)
    texts = {at: _shown(parts[at]) for at in range(0, len(parts), 2)}
    filled = [at for at, text in texts.items() if text]
    # A table cell is no line of its own in the text, so the edge of the HTML may lie a little further in.
    edge = {filled[at] for at in _wider_edge(len(filled))}
    changed = False
    for at in edge:
        if _folded(_MARK.sub("", texts[at])) in gone:
            parts[at] = "".join(tag for tag in _TAG.findall(parts[at]) if not tag.startswith("<img"))
            changed = True
    if not changed:
        return html
    html = "".join(parts)
    for _ in range(6):  # as deep as empty elements stand in one another where anybody has seen it
        shorter = _EMPTY.sub("", html)
        if shorter == html:
            break
        html = shorter
    return html.strip()


def _wider_edge(count: int) -> set[int]:
    return {*range(min(3 * FIRST, count)), *range(max(0, count - 3 * LAST), count)}


def _shown(part: str) -> str:
    return " ".join(html_entities.unescape(_TAG.sub("", part)).split())
