"""Runs every check over a rendition and orders what they found.

Pure: fills the stored pieces for some readers, reads nothing else, fetches nothing. The document is judged once for
each layout (combination of blocks that readers see), what differs between readers for every sample.

Why one parse and no browser: ten articles for three readers take 15 ms, a browser takes a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from digest.model import Issue, Message, Recipient
from digest.render.preflight import appearance, document, headers, links, pictures, plaintext, safety, words
from digest.render.preflight.cascade import Sheet
from digest.render.preflight.finding import SEVERITIES, Finding
from digest.render.preflight.page import Page, read_page
from digest.render.preflight.rules import RULES
from digest.render.preflight.sample import SAMPLES, Hit, Inspection, Sample, said, taken
from digest.render.rendition import Rendition
from digest.render.segments import Values

if TYPE_CHECKING:
    from digest.render.theme import Theme

MOST_OF_ONE = 5
_WHOLE = (
    *document.CHECKS, *pictures.CHECKS, *links.CHECKS, *appearance.CHECKS, *safety.CHECKS, *plaintext.CHECKS,
    *words.CHECKS, *headers.CHECKS,
)  # fmt: skip
_EACH = (document.size, headers.bytes_on_the_wire)
_EMPTY_PAGE = Page("", [], Sheet(), {})


def preflight(
    rendition: Rendition,
    issue: Issue,
    *,
    theme: Theme,
    samples: Sequence[Recipient | Message] = (),
    accepted: Mapping[str, str] | Iterable[str] = (),
    previous_subject: str = "",
    image_bytes: Mapping[str, int] | None = None,
    reachable: Callable[[str, int], bool] | None = None,
) -> tuple[Finding, ...]:
    """What is wrong with this issue as it would be sent.

    `samples` are readers to fill it for, or messages; by default the three that break layouts. `accepted` are ids not
    to report (with reasons, as configured). `previous_subject` is that of the issue before; `image_bytes` the sizes of
    pictures by address, where somebody knows them; `reachable` says of a private host and port whether readers are
    meant to get there. Unknown ids in `accepted` are ignored: `RULES` has them all.
    """
    hits: dict[Hit, None] = {}
    layouts: set[tuple[bool, ...]] = set()
    for given in samples or SAMPLES:
        sample = taken(rendition, given)
        key = _layout(rendition, given)
        whole = key not in layouts
        layouts.add(key)
        page = read_page(sample.html) if whole else _EMPTY_PAGE
        look = Inspection(rendition, issue, theme, sample, page, previous_subject, image_bytes, said(issue), reachable)
        for check in (*_EACH, *(_WHOLE if whole else ())):
            hits.update(dict.fromkeys(check(look)))
        if not whole:
            hits.update(dict.fromkeys(_same_for_everybody(rendition, sample)))
    return _findings(hits, frozenset(accepted))


def _layout(rendition: Rendition, given: Recipient | Message) -> tuple[bool, ...]:
    if isinstance(given, Message):
        return (True,) * (len(rendition.conditions()) + 1)
    values = Values(given, rendition.links)
    return tuple(condition.holds(values) for condition in rendition.conditions())


def _same_for_everybody(rendition: Rendition, sample: Sample) -> Iterable[Hit]:
    """The way out is this reader's, in both parts: the one thing a second reader of a layout can find broken."""
    if sample.unsubscribe and sample.unsubscribe not in sample.text:
        yield "text-unsubscribe", f"not this reader's address: {sample.address}", "text"
    prefix = rendition.links.unsubscribe.split("{token}")[0].replace("&", "&amp;")
    if prefix in sample.html and sample.unsubscribe.replace("&", "&amp;") not in sample.html:
        yield "unsubscribe-dead", f"the link is not that of {sample.address}", "html"


def _findings(hits: Iterable[Hit], accepted: frozenset[str]) -> tuple[Finding, ...]:
    by_rule: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit[0] not in accepted:
            by_rule.setdefault(hit[0], []).append(hit)
    out = []
    for name, found in by_rule.items():
        rule = RULES[name]
        more = len(found) - MOST_OF_ONE
        for number, (_, what, place) in enumerate(found[:MOST_OF_ONE], 1):
            told = f"{what} (and {more} more like this)" if more > 0 and number == MOST_OF_ONE else what
            out.append(Finding(name, rule.severity, told, rule.why, rule.fix, place))
    return tuple(sorted(out, key=lambda finding: SEVERITIES.index(finding.severity)))
