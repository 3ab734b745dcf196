"""Every template in every theme over every fixture, light and dark, phone and desktop: accessible, whole, as it was.

A seeded sample by default; all 1,152 under DIGEST_PROOF=1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))
from email_goldens import differences, golden, same_fonts, taken
from email_shots import Camera, Case, cases, sampled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROOF = bool(os.environ.get("DIGEST_PROOF"))
SEED = 20261123
AXE = list(cases()) if PROOF else sampled(20, SEED)
SHOTS = list(cases()) if PROOF else sampled(32, SEED + 1)


@pytest.fixture(scope="module")
def camera(browser: Any) -> Iterator[Camera]:
    made = Camera(browser, scale=0.25)
    yield made
    made.close()


@pytest.mark.parametrize("case", AXE, ids=str)
def test_the_email_breaks_no_rule_and_fits(camera: Camera, violations: Any, case: Case) -> None:
    """axe finds nothing against WCAG 2.2 A and AA, and nothing sticks out at the side."""
    tab = camera.open(case)
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= case.width


@pytest.mark.parametrize("case", SHOTS, ids=str)
def test_the_email_looks_as_it_did(camera: Camera, case: Case) -> None:
    """The picture agrees with the one somebody looked at; see `email_goldens` for how far."""
    unlike = differences(golden(case), taken(camera, case), same_fonts=same_fonts())
    assert unlike == [], "look at it; if it is right: python benchmarks/screenshots.py --goldens " + (
        f"{case.template}-{case.theme}"
    )


def test_another_look_is_noticed(camera: Camera) -> None:
    """Another scheme, template or issue is unlike whatever the fonts; another theme with the same ones."""
    case = Case("briefing", "modern", "week", 375, "light")
    others = (
        Case("briefing", "modern", "week", 375, "dark"), Case("briefing", "modern", "one", 375, "light"),
        Case("list", "modern", "week", 375, "light"),
    )  # fmt: skip
    for other in others:
        for same in (True, False):
            assert differences(golden(case), taken(camera, other), same_fonts=same), (str(other), same)
    warm = Case("briefing", "warm", "week", 375, "light")
    assert differences(golden(case), taken(camera, warm), same_fonts=True)
