"""Preflight finds what was put in, under its own name, and says nothing about issues in which nothing is wrong."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from preflight_clean import clean_issues
from preflight_defects import Case, Defect, clean_case, defects, later_defects
from render_samples import ADA, THEME, issue, item

from digest.model import Recipient
from digest.render import Part, RenderSettings, Rendition, Theme, render_issue
from digest.render.preflight import RULES, Finding, as_json, as_text, preflight
from digest.render.segments import Condition, Switch

DEFECTS = list(defects())
CLEAN = list(clean_issues())


def found_in(case: Case) -> tuple[Finding, ...]:
    more = dict(case.more)
    theme = more.pop("theme", THEME)
    return preflight(case.rendition, case.issue, theme=theme, samples=case.samples, **more)


def missed(listed: list[Defect]) -> list[tuple[str, str, list[str]]]:
    """Name, wanted id and what was found instead."""
    results = ((defect, {finding.id for finding in found_in(defect.spoil(clean_case()))}) for defect in listed)
    return [(defect.name, defect.found_as, sorted(found)) for defect, found in results if defect.found_as not in found]


def test_the_first_defect_of_every_rule_is_found() -> None:
    """For each id the first defect listed under it gives a finding with that id."""
    firsts: dict[str, Defect] = {}
    for defect in DEFECTS:
        firsts.setdefault(defect.found_as, defect)
    assert missed(list(firsts.values())) == []


@pytest.mark.slow
def test_every_seeded_defect_is_found_under_its_own_id() -> None:
    """Each of the listed defects gives a finding with the id written beside it."""
    assert len(DEFECTS) >= 200
    assert missed(DEFECTS) == []


@pytest.mark.slow
def test_other_ways_to_make_the_same_mistakes_are_found_too() -> None:
    """The second list, written after the checks, is found as well."""
    assert missed(list(later_defects())) == []


def test_every_rule_has_a_defect_that_it_finds() -> None:
    """No id stands in the list of rules without a defect that must be found under it, and none is found unlisted."""
    assert {defect.found_as for defect in DEFECTS} == set(RULES)
    assert not [name for name, count in Counter(defect.name for defect in DEFECTS).items() if count > 1]


def test_the_issue_defects_are_put_into_is_clean() -> None:
    """Without a defect the same issue has no finding at all, so that no defect is found by luck."""
    assert found_in(clean_case()) == ()


@pytest.mark.parametrize(("name", "value", "locale"), CLEAN, ids=[name for name, *_ in CLEAN])
def test_clean_issues_have_neither_errors_nor_warnings(name: str, value: Any, locale: str) -> None:
    """The built-in template gives no error and no warning for any shape of issue."""
    rendition = render_issue(value, theme=THEME, locale=locale)
    assert [finding for finding in preflight(rendition, value, theme=THEME) if finding.severity != "hint"] == []


@pytest.mark.parametrize("accent", ["#ffcc00", "#d63384", "#123456", "#e8590c", "#2b8a3e", "#808080"])
def test_every_accent_gives_readable_mail_in_every_mode(accent: str) -> None:
    """Contrast has no finding whatever accent the operator chose, with a logo in two variants."""
    theme = Theme.from_settings(
        RenderSettings(accent=accent, logo="https://harbour.example/l.png", logo_dark="https://harbour.example/d.png")
    )
    value = clean_case().issue
    findings = preflight(render_issue(value, theme=theme, locale="en"), value, theme=theme)
    assert [finding for finding in findings if finding.severity != "hint"] == []


def test_accepted_ids_are_not_reported() -> None:
    """An id in `accepted` vanishes and every other finding stays."""
    case = replace(clean_case(), more={"previous_subject": clean_case().issue.subject, "image_bytes": {}})
    assert {finding.id for finding in found_in(case)} == {"subject-repeated", "image-bytes"}
    case.more["accepted"] = {"subject-repeated": "a series"}
    assert {finding.id for finding in found_in(case)} == {"image-bytes"}


def test_findings_print_as_text_and_as_json() -> None:
    """Text ends in a count by severity; JSON holds the six fields of each finding, errors first."""
    one, two = (next(d for d in DEFECTS if d.found_as == name) for name in ("image-alt", "subject-shouting"))
    findings = found_in(one.spoil(two.spoil(clean_case())))
    assert as_text(findings).endswith("1 error, 1 warning")
    read = json.loads(as_json(findings))
    assert [row["id"] for row in read] == ["image-alt", "subject-shouting"]
    assert all(set(row) == {"id", "severity", "what", "why", "fix", "place"} and all(row.values()) for row in read)
    assert as_text(()) == "nothing found"


def test_a_place_can_be_found_by_eye() -> None:
    """A finding in HTML names the line of the decoded part and the element with its words or address."""
    defect = next(defect for defect in DEFECTS if defect.name == "click here")
    case = defect.spoil(clean_case())
    [finding] = [finding for finding in found_in(case) if finding.id == "link-vague"]
    line = int(finding.place.split("html line ")[1].split(",")[0])
    assert "Click here" in case.rendition.html(ADA).split("\n")[line - 1]
    assert finding.place.endswith('> p > a "Click here"')


def test_one_mistake_in_many_places_is_told_five_times() -> None:
    """The fifth finding of an id says how many more there are."""
    value = issue(*(item(n, title=f"A headline for boat {n}", summary="") for n in range(1, 10)))
    findings = preflight(render_issue(value, theme=THEME, locale="en"), value, theme=THEME)
    told = [finding for finding in findings if finding.id == "item-summary"]
    assert len(told) == 5
    assert told[-1].what.endswith("(and 4 more like this)")


def test_a_block_that_only_some_readers_see_is_judged_too() -> None:
    """A defect inside a hidden block is found because one of the samples sees the block."""
    case = clean_case()
    pieces = list(case.rendition.rich.pieces)
    assert isinstance(pieces[0], str)
    before, after = pieces[0].split('<div class="dg-line"', 1)
    pieces[0:1] = [
        before,
        Switch(Condition("topic", "news"), ("<p class='dg-text' style='font-size:8px'>News</p>",)),
        '<div class="dg-line"' + after,
    ]
    spoilt = replace(case.rendition, rich=Part(case.rendition.rich.encoding, tuple(pieces)))
    others = Recipient(0, 2, "o@mail.example", topics=(), tokens=ADA.tokens, message_id="m8")
    assert {f.id for f in preflight(spoilt, case.issue, theme=THEME)} == {"text-small"}
    assert {f.id for f in preflight(spoilt, case.issue, theme=THEME, samples=[others, ADA])} == {"text-small"}
    assert preflight(spoilt, case.issue, theme=THEME, samples=[others]) == ()


def test_a_link_that_is_the_same_for_everybody_is_dead_for_the_second_reader() -> None:
    """An unsubscribe address frozen for the first sample is found, though its own reader has it right."""
    case = clean_case()
    mine = case.rendition.html(ADA)
    frozen = replace(case.rendition, rich=Part("quoted-printable", (mine,)))
    other = Recipient(0, 2, "o@mail.example", tokens={"unsubscribe": "AQEother_-1"}, message_id="m8")
    assert "unsubscribe-dead" in {f.id for f in preflight(frozen, case.issue, theme=THEME, samples=[ADA, other])}


def test_the_stored_bytes_are_enough() -> None:
    """A rendition read back from storage gives the same findings as the one that was made."""
    defect = next(defect for defect in DEFECTS if defect.found_as == "table-role")
    case = defect.spoil(clean_case())
    stored = Rendition.from_bytes(case.rendition.to_bytes())
    assert found_in(replace(case, rendition=stored)) == found_in(case)


def test_an_issue_of_ten_articles_keeps_to_its_time() -> None:
    """Three samples of ten articles cost under 60 ms of CPU: the budget is 30 and 16 are measured on idle cores."""
    value = next(value for name, value, _ in CLEAN if name == "ten articles")
    rendition = render_issue(value, theme=THEME, locale="en")
    best = 1.0
    for _ in range(5):
        begun = time.process_time()
        preflight(rendition, value, theme=THEME)
        best = min(best, time.process_time() - begun)
    assert best < 0.060


@pytest.mark.slow
def test_time_grows_with_the_document_not_with_its_square() -> None:
    """Eight times the rows take less than twenty times as long, nested ones too."""

    def seconds(rows: int) -> float:
        case = clean_case()
        row = '<p class="dg-text" style="font-size:16px;line-height:24px">Words <a href="https://harbour.example/{n}" style="color:#0b57d0">link {n}</a></p>'  # noqa: E501
        block = "<div>" * 40 + "".join(row.format(n=n) for n in range(rows)) + "</div>" * 40
        pieces = tuple(
            piece.replace('<div class="dg-line"', block + '<div class="dg-line"', 1)
            if isinstance(piece, str)
            else piece
            for piece in case.rendition.rich.pieces
        )
        grown = replace(case.rendition, rich=Part("quoted-printable", pieces))
        begun = time.process_time()
        preflight(grown, case.issue, theme=THEME, samples=[ADA])
        return time.process_time() - begun

    assert min(seconds(800) for _ in range(2)) < 20 * max(min(seconds(100) for _ in range(3)), 0.004)


@pytest.mark.parametrize(
    "html", ["", " ", "<", "no markup at all", "<table><tr><td>", "<!--", "<p>" * 500, "\x01\ud800"]
)
def test_broken_documents_are_findings_not_exceptions(html: str) -> None:
    """Whatever stands in the HTML part, preflight returns findings, and an error among them."""
    case = clean_case()
    broken = replace(case.rendition, rich=Part("quoted-printable", (html.encode("utf-8", "replace").decode(),)))
    findings = preflight(broken, case.issue, theme=THEME)
    assert any(finding.severity == "error" for finding in findings)
