"""The path of this room: an issue and a template become a rendition.

    1 contract    the issue as views, every string of it data
    2 binding     templates print markup, and a token for each value
    3 mjml        source is checked and compiled; it holds no value
    4 contexts    tokens become escaped values and slots, by the place they landed in
    5 size        too big for Gmail (it cuts near 102 KB): the same again with fewer rich rows
    6 rendition   headers, plain text and HTML as pieces
    7 proof       filled for two sample people, read back by the standard library and compared

Reads templates, nothing else. Invariant: the same issue, templates, theme and locale give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar

from jinja2 import TemplateSyntaxError

from digest.errors import DigestError, TemplateError
from digest.model import Issue, to_plain
from digest.render import confined, proof
from digest.render.binding import Tokens, template_lines
from digest.render.contexts import html_pieces, nested, plain_flat
from digest.render.contract import Layout, contract
from digest.render.flowed import flow
from digest.render.headers import header_pieces, links_for
from digest.render.locale import Language, language
from digest.render.mime import better_encoding
from digest.render.mjml import MjmlFault, compile_mjml, prepared
from digest.render.places import Places
from digest.render.precheck.mistakes import OutOfTime
from digest.render.rendition import Part, Rendition
from digest.render.segments import Fill, Piece, Switch, pieces_from_plain
from digest.render.switching import ContextFault
from digest.render.templates import Templates
from digest.render.theme import Theme

# Gmail cuts a message near 102 KB of HTML; Ghost and others warn at 100. Slots may still add some hundred bytes.
MAX_HTML_BYTES = 96 * 1024
# An issue of up to ten articles shows them all with picture and summary; a longer one becomes a list after the eighth,
# because on a phone every picture is a screen. The others are for when that is still too big.
_FULL, _LONG = Layout(9, 12_000), Layout(7, 12_000)
_TIGHTER = (
    Layout(7, 4_000),
    Layout(5, 2_000),
    Layout(2, 1_000),
    *(Layout(0, 400, shown) for shown in (1_000_000, 60, 30, 15)),
)
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One compilation. `mjml` is the source with tokens, `html` what MJML made of it, `rich` and `plain` the pieces.

    `html_bytes` is the UTF-8 size of the HTML with every block shown and slots empty. `places`, where they were asked
    for: (offset in `mjml`, template file, line), in order; each holds up to the next.
    """

    mjml: str
    html: str
    rich: tuple[Piece, ...]
    plain: tuple[Piece, ...]
    html_bytes: int
    language: Language
    nonce: str
    places: tuple[tuple[int, str, int], ...] = ()


def render_issue(
    issue: Issue, *, template: str = "briefing", theme: Theme, locale: str, templates: Templates | None = None
) -> Rendition:
    """Compile `issue` once for one locale. Raises `TemplateError` (file and line where known) or `DigestError`."""
    compiled = compile_issue(issue, template=template, theme=theme, locale=locale, templates=templates)
    boundary = f"=_{compiled.nonce}"
    rendition = Rendition(
        locale=compiled.language.tag,
        direction=compiled.language.direction,
        template=template,
        subject=f"[test] {issue.subject}" if issue.sending.test else issue.subject,
        boundary=boundary,
        links=links_for(issue),
        header=header_pieces(issue, boundary=boundary, locale=compiled.language.tag),
        plain=Part(better_encoding(_literals(compiled.plain)), compiled.plain),
        rich=Part(better_encoding(_literals(compiled.rich)), compiled.rich),
        inline=theme.logo.files if theme.logo else (),
    )
    proof.check(rendition)
    return rendition


def compile_issue(
    issue: Issue,
    *,
    template: str = "briefing",
    theme: Theme,
    locale: str,
    templates: Templates | None = None,
    trace: bool = False,
) -> Compiled:
    """Templates to pieces, without headers and without proof: what a preview needs to show sources.

    An operator's own template is compiled in another process, with limits (`confined`). `trace`: with `places`.
    """
    templates = templates or _builtin_only()
    what = {"issue": issue, "template": template, "theme": theme, "locale": locale, "trace": trace}
    if not templates.own(template):
        return compile_here(templates=templates, **what)  # type: ignore[arg-type]
    made = confined.shared.compile(templates.dirs, **what)
    made["places"] = tuple((offset, file, line) for offset, file, line in made["places"])
    made["rich"], made["plain"] = pieces_from_plain(made["rich"]), pieces_from_plain(made["plain"])
    return Compiled(language=language(locale), **made)


def compile_here(
    issue: Issue, *, template: str, theme: Theme, locale: str, templates: Templates, trace: bool = False
) -> Compiled:
    """`compile_issue` in this process, whoever wrote the template."""
    source, _ = templates.read(f"{template}.mjml")
    templates.read(f"{template}.txt")
    words = language(locale)
    nonce = _nonce(issue, source, words.tag)
    compiled = None
    for layout in (_FULL if len(issue.items) <= 10 else _LONG, *_TIGHTER):
        data = contract(issue, theme, words, layout)
        compiled = _compile(templates, template, data, words, nonce, trace=trace)
        if compiled.html_bytes <= MAX_HTML_BYTES:
            return compiled
    assert compiled is not None
    raise TemplateError(
        f"the HTML is {compiled.html_bytes // 1024} KiB even in its shortest form",
        file=f"{template}.mjml",
        why=f"Gmail would cut it; the limit is {MAX_HTML_BYTES // 1024} KiB",
        try_="send fewer items (max_items), or make the template's rows smaller",
    )


@lru_cache(maxsize=1)
def _builtin_only() -> Templates:
    """Kept, because compiling the built-in templates takes 50 ms; changed files are noticed."""
    return Templates()


def _nonce(issue: Issue, source: str, locale: str) -> str:
    """Eight letters that occur in none of the inputs: derived from them, so that equal inputs give equal bytes."""
    text = json.dumps(to_plain(issue), ensure_ascii=False, sort_keys=True)
    data = f"{locale}\0{source}\0{text}".encode("utf-8", "surrogatepass")
    for attempt in range(1000):
        digits = hashlib.sha256(data + bytes([attempt % 256, attempt // 256])).hexdigest()[:8]
        nonce = digits.translate(str.maketrans("0123456789", "ghijklmnop"))
        if f"zq{nonce}" not in text and f"zq{nonce}" not in source:
            return nonce
    raise DigestError("no free token name", why="the issue holds a thousand of ours; somebody guessed the hash")


def _compile(
    templates: Templates, template: str, data: dict[str, Any], words: Language, nonce: str, *, trace: bool = False
) -> Compiled:
    rich_name, plain_name = f"{template}.mjml", f"{template}.txt"
    tokens = Tokens(nonce, names=words.names(), locale=words.tag)
    mjml = _run(partial(_generate, templates, rich_name, data, tokens), rich_name)
    locate = partial(_place, templates, rich_name, data, tokens, mjml)
    try:
        html = compile_mjml(prepared(mjml, block_token=_edges(nonce)))
        rich = html_pieces(html, tokens)
    except MjmlFault as fault:
        raise _mjml_error(fault, locate, rich_name) from fault
    except ContextFault as fault:
        raise _context_error(fault, mjml, locate, rich_name) from fault
    plain = _plain(templates, plain_name, data, Tokens(nonce, names=words.names(), locale=words.tag))
    size = len(_literals(rich).encode("utf-8", "replace"))
    places = _places(templates, rich_name, data, tokens, mjml) if trace else None
    return Compiled(mjml, html, rich, plain, size, words, nonce, places.all() if places else ())


def _plain(templates: Templates, name: str, data: dict[str, Any], tokens: Tokens) -> tuple[Piece, ...]:
    text = _run(partial(_generate, templates, name, data, tokens), name)
    try:
        return nested(flow(plain_flat(text.rstrip("\n") + "\n", tokens)))
    except ContextFault as fault:
        raise _context_error(fault, text, partial(_place, templates, name, data, tokens, text), name) from fault


def _generate(templates: Templates, name: str, data: dict[str, Any], tokens: Tokens) -> str:
    with tokens:
        return templates.environment.get_template(name).render(data)


def _edges(nonce: str) -> re.Pattern[str]:
    return re.compile(f"zq{nonce}[oc][0-9]+z")


def _run(make: Callable[[], _Made], name: str) -> _Made:
    """Run template code, which may raise anything, and say where in the template it did."""
    try:
        return make()
    except (DigestError, MemoryError, OutOfTime):
        raise
    except TemplateSyntaxError as error:
        raise TemplateError(
            f"the template is not understood: {error.message}",
            file=error.filename or error.name or name,
            line=error.lineno,
            try_="see the Jinja2 template documentation for this tag",
        ) from error
    except Exception as error:
        place = template_lines(error)
        raise TemplateError(
            f"the template fails: {error}",
            file=place[0] if place else name,
            line=place[1] if place else None,
            why=type(error).__name__,
            try_="check the names and filters on this line",
        ) from error


def _places(templates: Templates, name: str, data: dict[str, Any], tokens: Tokens, source: str) -> Places | None:
    """Where each part of the generated source comes from."""
    try:
        with Tokens(tokens.nonce, names=tokens.names, locale=tokens.locale):
            places = Places(templates.marked_environment.get_template(name).render(data))
    except Exception:  # the marks are for messages only; without them the file's name must do
        return None
    return places if places.source == source else None


def _place(
    templates: Templates, name: str, data: dict[str, Any], tokens: Tokens, source: str, offset: int
) -> tuple[str, int | None]:
    """File and line of the template text at `offset` of the generated source."""
    places = _places(templates, name, data, tokens, source)
    file, line = places.at(offset) if places else ("", 0)
    return (file, line) if file else (name, None)


def _mjml_error(fault: MjmlFault, locate: Callable[[int], tuple[str, int | None]], name: str) -> TemplateError:
    file, line = locate(fault.offset)
    what = fault.what
    if fault.related is not None:
        related_file, related_line = locate(fault.related)
        what += f", opened in {related_file}:{related_line}"
    return TemplateError(what, file=file or name, line=line, why=fault.why, try_=fault.try_)


def _context_error(
    fault: ContextFault, source: str, locate: Callable[[int], tuple[str, int | None]], name: str
) -> TemplateError:
    offset = source.lower().find(fault.token) if fault.token else -1  # a filter may have changed a token's case
    file, line = locate(offset) if offset >= 0 else (name, None)
    return TemplateError(fault.what, file=file, line=line, why=fault.why, try_=fault.try_)


def _literals(pieces: tuple[Piece, ...]) -> str:
    out = []
    for piece in pieces:
        if isinstance(piece, Switch):
            out.append(_literals(piece.pieces))
        elif not isinstance(piece, Fill):
            out.append(piece)
    return "".join(out)
