"""A template tried on every fixture: the check before compiling, the compiler, and preflight over what comes out.

Does not print, and knows no configuration. Invariant: what a fixture itself brings with it (an issue without a postal
address, a title of two hundred characters) is not told of a template: `INHERENT` lists it, and a test holds the list to
what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import DigestError, TemplateError
from digest.render.fixtures import FIXTURES
from digest.render.issue import render_issue
from digest.render.precheck import Mistake, Place, mistakes_of
from digest.render.preflight import SAMPLES, Finding, preflight
from digest.render.preflight.finding import SEVERITIES

if TYPE_CHECKING:
    from digest.render.fixtures import Fixture
    from digest.render.rendition import Rendition
    from digest.render.templates import Templates
    from digest.render.theme import Theme

# Rules that an issue breaks by what it says, whichever template shows it; and what else lies in a fixture's content.
_OF_CONTENT = ("item-", "subject-", "header-", "theme-", "date-future", "preheader-length", "preheader-same")
INHERENT: Mapping[str, frozenset[str]] = {
    "bare": frozenset({"html-address", "text-address", "preheader-missing"}),
    "hostile": frozenset({"text-markup", "left-template"}),
    "tall-pictures": frozenset({"image-https"}),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """`findings` with the fixtures that show each; `largest` is (fixture, bytes of HTML), ("", 0) when there is none.

    `rendered` counts fixtures that became an email.
    """

    name: str
    file: str
    mistakes: tuple[Mistake, ...]
    findings: tuple[tuple[Finding, tuple[str, ...]], ...]
    largest: tuple[str, int]
    rendered: int

    @property
    def usable(self) -> bool:
        """Whether an issue could be sent with it."""
        return not self.mistakes and not any(finding.severity == "error" for finding, _ in self.findings)


def try_template(
    templates: Templates,
    name: str,
    *,
    theme: Theme,
    fixtures: Iterable[Fixture] = (),
    accepted: Iterable[str] = (),
) -> Tried:
    """Render every fixture (or those given) with the template `name`. Raises `TemplateError` when there is none."""
    _, path = templates.read(f"{name}.mjml")
    accepted = frozenset(accepted)
    mistakes: dict[Mistake, None] = {}
    found: dict[tuple[str, str], tuple[Finding, list[str]]] = {}
    largest, rendered = ("", 0), 0
    for fixture in fixtures or FIXTURES.values():
        issue = fixture.issue
        try:
            rendition = render_issue(issue, template=name, theme=theme, locale=fixture.locale, templates=templates)
        except DigestError as error:
            before = len(mistakes)
            mistakes.update(dict.fromkeys(_mistakes(error, str(path))))
            if before == len(mistakes):
                break  # the other fixtures would tell the same again
            continue
        rendered += 1
        largest = max(largest, (fixture.name, _html_bytes(rendition)), key=lambda one: one[1])
        for finding in preflight(rendition, issue, theme=theme, accepted=accepted | inherent(fixture.name)):
            if not finding.id.startswith(_OF_CONTENT):
                found.setdefault((finding.id, finding.what), (finding, []))[1].append(fixture.name)
    ordered = sorted(found.values(), key=lambda one: SEVERITIES.index(one[0].severity))
    return Tried(
        name, str(path), tuple(mistakes), tuple((one, tuple(names)) for one, names in ordered), largest, rendered
    )


def inherent(fixture: str) -> frozenset[str]:
    return INHERENT.get(fixture, frozenset())


def _html_bytes(rendition: Rendition) -> int:
    return max(len(rendition.html(sample).encode("utf-8", "replace")) for sample in SAMPLES)


def _mistakes(error: DigestError, file: str) -> tuple[Mistake, ...]:
    if not isinstance(error, TemplateError):
        return (Mistake(Place(file), error.what, error.why, error.try_),)
    told = mistakes_of(error)
    if told:
        return told
    place = Place(error.file or file, error.line or 0, error.column)
    return (Mistake(place, error.what, error.why, error.try_),)
