"""What is wrong with a template, all of it at once, each with file, line and column of the operator's own file.

    1 sheets      the template and every file it extends, includes or imports; syntax, missing files, loops
    2 names       variables, attributes, filters, macros and blocks that nothing has, also in branches not taken today
    3 (Jinja2 renders; what fails only now is told with its place)
    4 markup      the assembled MJML: well-formed? every component, place, attribute and value known? leftovers?
    5 linemap     places in assembled MJML become places in files, by rendering once more with marks in the text
    6 mistakes    one `TemplateError` with an excerpt and a caret for each

The compiler accepts unknown elements, attributes and values without a word and tells of the rest without a line, so
this stands before it. Does not compile, does not look at values of an issue. Invariant: nothing here changes what is
rendered; a template that passes is rendered as if this were not here.

Why at every rendering and not once per file: what stands where depends on loops and conditions. It costs about a
millisecond for ten articles; steps 1 and 2 are kept until a file changes, 5 and 6 run only when something is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from functools import partial
from traceback import clear_frames
from typing import Any, ClassVar, NoReturn

from jinja2 import Template, TemplateSyntaxError, UndefinedError

from digest.errors import DigestError, TemplateError
from digest.render.binding import BoundEnvironment, Tokens, template_lines
from digest.render.precheck.attributes import Fault
from digest.render.precheck.linemap import LineMap, Marks, Place
from digest.render.precheck.markup import faults
from digest.render.precheck.mistakes import Mistake, OutOfTime, error, mistakes_of, shown
from digest.render.precheck.names import offered, unknown_names
from digest.render.precheck.sheets import Lookup, Sheet, Sheets, gather

__all__ = ["CheckedEnvironment", "Mistake", "Place", "mistakes_of", "shown"]

_QUOTED = re.compile(r"'([^']*)'")
MAX_CHARS = 4_000_000  # of one template; a thousand articles print 1.5 million
_NONCE = "checking"  # of the second rendering; its letters are those of a real one


class CheckedTemplate(Template):
    """Renders, and raises one `TemplateError` for everything wrong with what came out."""

    environment: CheckedEnvironment

    def render(self, *args: Any, **kwargs: Any) -> str:
        name = self.name or ""
        try:
            source = super().render(*args, **kwargs)
        except DigestError:
            raise
        except Exception as failure:
            place = template_lines(failure)
            clear_frames(failure.__traceback__)  # they hold what was too much memory
            raise error([_failed(failure, self.environment.standing(name), place)]) from failure
        if len(source) > MAX_CHARS:
            raise error([_too_long(source, self.environment.standing(name))])
        if name.endswith(".mjml") and (wrong := faults(source)):
            marked = partial(_marked, self.environment.unchecked, name, *args, **kwargs)
            raise error(_placed(wrong, self.environment.standing(name).main, marked))
        return source


class CheckedEnvironment(BoundEnvironment):
    """As `BoundEnvironment`; templates asked for by a program, not by another template, are checked before.

    `unchecked` makes another environment for the same templates, without the check. `relief` is called before an
    error is told, which needs a little memory when a template has used up all there is.
    """

    template_class = CheckedTemplate
    relief: ClassVar[staticmethod[[], None]] = staticmethod(lambda: None)

    def __init__(self, lookup: Lookup, unchecked: Callable[[], BoundEnvironment], **options: Any) -> None:
        super().__init__(**options)
        self.lookup, self.unchecked = lookup, unchecked
        self._passed: dict[str, tuple[Sheets, tuple[object, ...] | None]] = {}

    def handle_exception(self, source: str | None = None) -> NoReturn:
        self.relief()
        super().handle_exception(source)

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        if parent is not None or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        sheets = self.standing(name)
        try:
            return super().get_template(name, parent, globals)
        except TemplateSyntaxError as failure:  # what Jinja2 finds only when it compiles
            raise error([_failed(failure, sheets)]) from failure

    def standing(self, name: str) -> Sheets:
        """The files of `name`, which passed now or before; raises what is wrong with them."""
        before = self._passed.get(name)
        if before is not None and before[0].stamp(self.lookup) == before[1] is not None:
            return before[0]
        try:
            sheets = gather(self.lookup, self, name)
            stamp = sheets.stamp(self.lookup)
        except OSError as failure:  # a file went away while it was read
            why = str(failure)
            raise TemplateError("this template cannot be read", file=name, why=why, try_="try again") from failure
        wrong = sheets.mistakes or unknown_names(sheets, self)
        if wrong:
            raise error(sorted(wrong, key=partial(_order, [str(path) for path in sheets.by_path])))
        self._passed[name] = (sheets, stamp)
        return sheets


def _order(files: list[str], mistake: Mistake) -> tuple[int, int, int]:
    place = mistake.place
    return files.index(place.file) if place.file in files else len(files), place.line, place.column


def _marked(make: Callable[[], BoundEnvironment], name: str, *args: Any, **kwargs: Any) -> LineMap:
    environment = make()
    environment.add_extension(Marks)
    marks = next(found for found in environment.extensions.values() if isinstance(found, Marks))
    with Tokens(_NONCE):
        return LineMap(environment.get_template(name).render(*args, **kwargs), marks.files)


def _placed(wrong: list[Fault], main: Sheet, marked: Callable[[], LineMap]) -> list[Mistake]:
    """`wrong` with places. Read again from the marked rendering, whose offsets the marks belong to."""
    try:
        places = marked()
    except Exception:  # the marks are for messages only; without them the file's name must do
        return [Mistake(Place(str(main.path)), fault.what, fault.why, fault.try_) for fault in wrong]
    again = faults(places.source)
    if not again:
        return [Mistake(Place(str(main.path)), fault.what, fault.why, fault.try_) for fault in wrong]
    return [_mistake(fault, places, main) for fault in again]


def _mistake(fault: Fault, places: LineMap, main: Sheet) -> Mistake:
    what = fault.what
    if fault.related is not None and (first := places.at(fault.related)) is not None:
        what += f" (the first is in {first.file}:{first.line})" if "second" in what else (
            f", opened in {first.file}:{first.line}"
        )  # fmt: skip
    place = places.at(fault.offset) or Place(str(main.path))
    return Mistake(place, what, fault.why, fault.try_, fault.length)


def _too_long(source: str, sheets: Sheets) -> Mistake:
    what, why = f"the template prints {len(source):,} characters", f"the limit is {MAX_CHARS:,}"
    return Mistake(Place(str(sheets.main.path)), what, why, "look for a loop that repeats too much")


def _failed(failure: Exception, sheets: Sheets, at: tuple[str, int] | None = None) -> Mistake:
    """What went wrong while a template ran: the innermost template line, and the word that the message names."""
    if isinstance(failure, TemplateSyntaxError):
        file, line = failure.filename or failure.name or "", failure.lineno
    else:
        file, line = at or (str(sheets.main.path), 0)
    sheet = next((sheet for path, sheet in sheets.by_path.items() if str(path) == file), None)
    place, length, try_ = Place(file, line), 1, "check the names and filters on this line"
    words = _QUOTED.findall(str(failure))
    if isinstance(failure, UndefinedError) and words and words[0] in offered():
        try_ = 'add "with context" to the import of this file: without it, it sees nothing of the issue'
    if sheet is not None and line:
        for word in reversed(words):
            spot = sheet.spot(line, word)
            if spot.column and spot.line == line:
                place, length = spot, len(word)
                break
    if isinstance(failure, OutOfTime):
        what, try_ = "the template does not end", "look for a loop in a loop, or something repeated very often"
        return Mistake(place, what, "it has worked for longer than it may", try_)
    if isinstance(failure, (MemoryError, OverflowError)):
        what, try_ = "the template needs too much memory", "look for something repeated, multiplied or padded"
        return Mistake(place, what, "more than it may have", try_)
    if isinstance(failure, RecursionError):
        return Mistake(place, "templates or macros call each other without end", "", "take one of the calls out")
    if isinstance(failure, TemplateSyntaxError):
        return Mistake(place, f"the template is not understood: {failure.message}", "", try_, length)
    return Mistake(place, f"the template fails: {failure}", type(failure).__name__, try_, length)
