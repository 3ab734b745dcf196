"""What every email looked like when somebody last looked: one sheet of small pictures for each template and theme.

A row is a fixture, its four cells are 375 light, 375 dark, 700 light and 700 dark, the first 1,600 pixels of each at an
eighth of their size. Written by `python benchmarks/screenshots.py --goldens`, then looked at, then committed.

With the fonts the sheets were made with, a cell must agree point by point. With others every line breaks elsewhere, so
only what fonts cannot change is compared: colours from side to side, and the height within a quarter.
"""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

from email_shots import SCHEMES, WIDTHS, Camera, Case
from PIL import Image, ImageChops, ImageStat

from digest.render.fixtures import FIXTURES

FOLDER = Path(__file__).parent / "goldens"
HIGHEST, SCALE = 1600, 8
CELL_HEIGHT = HIGHEST // SCALE
COLUMNS = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]
EMPTY = (255, 0, 255)
POINT, PROFILE, HEIGHT = 4.0, 18.0, 0.25  # mean difference of 255, the same of columns, share of the height


def fonts() -> str:
    """The faces that this machine's browser takes for ours."""
    asked = ("sans-serif", "serif", "Arial", "Georgia", *(f"sans-serif:lang={tag}" for tag in ("ar", "ja", "hi")))
    found = [subprocess.run(["fc-match", one], capture_output=True, text=True, check=False).stdout for one in asked]
    return "".join(found)


def taken(camera: Camera, case: Case) -> Image.Image:
    shot = camera.shoot(case, highest=HIGHEST)
    wide = case.width // SCALE
    return shot.resize((wide, max(1, round(shot.height * wide / shot.width))), Image.Resampling.BOX)


def sheet(template: str, theme: str, camera: Camera) -> Image.Image:
    width = sum(wide // SCALE + 2 for wide, _ in COLUMNS)
    page = Image.new("RGB", (width, len(FIXTURES) * (CELL_HEIGHT + 2)), EMPTY)
    for name in FIXTURES:
        for wide, scheme in COLUMNS:
            page.paste(taken(camera, Case(template, theme, name, wide, scheme)), _corner(name, wide, scheme))
    return page.quantize(256, dither=Image.Dither.NONE)


def _corner(name: str, width: int, scheme: str) -> tuple[int, int]:
    before = COLUMNS[: COLUMNS.index((width, scheme))]
    return sum(wide // SCALE + 2 for wide, _ in before), list(FIXTURES).index(name) * (CELL_HEIGHT + 2)


@lru_cache(maxsize=12)
def _stored(template: str, theme: str) -> Image.Image:
    return Image.open(FOLDER / f"{template}-{theme}.png").convert("RGB")


def golden(case: Case) -> Image.Image:
    left, top = _corner(case.fixture, case.width, case.scheme)
    wide = case.width // SCALE
    cell = _stored(case.template, case.theme).crop((left, top, left + wide, top + CELL_HEIGHT))
    high = next((y for y in range(CELL_HEIGHT) if _is_empty(cell, y)), CELL_HEIGHT)
    return cell.crop((0, 0, wide, high))


def _is_empty(cell: Image.Image, y: int) -> bool:
    points = [point for x in (0, 5, 10) for point in zip(cell.getpixel((x, y)), EMPTY, strict=True)]
    return all(abs(one - other) < 24 for one, other in points)


def differences(old: Image.Image, new: Image.Image, *, same_fonts: bool) -> list[str]:
    """What is unlike beyond the tolerance, in words."""
    found = []
    allowed = 0.02 if same_fonts else HEIGHT
    if abs(new.height - old.height) > max(2, allowed * old.height):
        found.append(f"{new.height * SCALE} px high instead of {old.height * SCALE}")
    high = min(old.height, new.height)
    one, other = (image.crop((0, 0, image.width, high)) for image in (old, new))
    if not same_fonts:
        one, other = (image.resize((image.width, 1), Image.Resampling.BOX) for image in (one, other))
    unlike = sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3
    if unlike > (POINT if same_fonts else PROFILE):
        found.append(f"colours differ by {unlike:.1f} of 255")
    return found


def same_fonts() -> bool:
    return (FOLDER / "fonts.txt").read_text(encoding="utf-8") == fonts()
