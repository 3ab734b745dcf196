"""Emails in a real browser: every template, theme, colour scheme and width over every fixture, with made-up pictures.

`cases` names the matrix, `Camera` renders and photographs one case. Used by the tests and by benchmarks/screenshots.py.
"""

from __future__ import annotations

import io
import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from digest.model import Recipient
from digest.render import RenderSettings, Rendition, Theme, render_issue
from digest.render.fixtures import FIXTURES
from digest.render.looks import THEMES

TEMPLATES = ("briefing", "list", "magazine", "letter")
SCHEMES = ("light", "dark")
WIDTHS = (375, 700)
READER = Recipient(
    delivery_id=1, subscriber_id=1, address="ada@mail.example", name="Ada", topics=None,
    tokens={"unsubscribe": "AQEtoken", "bounce": "b"}, message_id="shot",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Case:
    template: str
    theme: str
    fixture: str
    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.template}-{self.theme}-{self.fixture}-{self.width}-{self.scheme}"


def cases() -> Iterator[Case]:
    for template in TEMPLATES:
        for theme in THEMES:
            for name in FIXTURES:
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        yield Case(template, theme, name, width, scheme)


def sampled(count: int, seed: int) -> list[Case]:
    return random.Random(seed).sample(list(cases()), count)


@lru_cache(maxsize=128)
def rendered(template: str, theme: str, name: str) -> Rendition:
    fixture = FIXTURES[name]
    look = Theme.from_settings(RenderSettings(theme=theme))
    return render_issue(fixture.issue, template=template, theme=look, locale=fixture.locale)


class Camera:
    """One tab for each width and scheme, kept open: a new one for each shot would take most of the time."""

    def __init__(self, browser: Any, *, scale: float = 1) -> None:
        self._browser, self._scale = browser, scale
        self._tabs: dict[tuple[int, str], Any] = {}

    def open(self, case: Case) -> Any:
        """The tab, with the case's email in it and its pictures there."""
        return self.show(rendered(case.template, case.theme, case.fixture).page(READER), case.width, case.scheme)

    def show(self, html: str, width: int, scheme: str) -> Any:
        tab = self._tabs.get((width, scheme)) or self._new(width, scheme)
        tab.set_content(html, wait_until="load")
        return tab

    def shoot(self, case: Case, *, highest: int = 0) -> Image.Image:
        """The whole page, or its first `highest` CSS pixels."""
        tab = self.open(case)
        if not highest:
            return Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("RGB")
        tall = min(highest, tab.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": case.width, "height": tall}
        return Image.open(io.BytesIO(tab.screenshot(full_page=True, clip=clip))).convert("RGB")

    def close(self) -> None:
        for tab in self._tabs.values():
            tab.context.close()

    def _new(self, width: int, scheme: str) -> Any:
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=self._scale
        )
        tab = self._tabs[width, scheme] = context.new_page()
        tab.route(re.compile("^https?:"), answer)
        return tab


def answer(route: Any) -> None:
    """A picture for an address that says its size; nothing for any other."""
    found = re.search(r"/(\d+)-(\d+)x(\d+)\.jpg", route.request.url)
    if not found:
        route.abort()
        return
    route.fulfill(body=picture(*map(int, found.groups())), content_type="image/jpeg")


@lru_cache(maxsize=256)
def picture(seed: int, width: int, height: int) -> bytes:
    """Hills under a sky, in colours that follow from the seed: enough for an eye to judge crops and rhythm by."""
    chance = random.Random(seed)
    hue = chance.random()
    size = (max(1, width // 3), max(1, height // 3))
    image = Image.linear_gradient("L").resize(size)
    image = Image.composite(_plain(size, hue, 0.35, 0.95), _plain(size, hue + 0.08, 0.5, 0.75), image)
    draw = ImageDraw.Draw(image)
    sun = chance.uniform(0.15, 0.85) * size[0], chance.uniform(0.15, 0.4) * size[1], size[1] * 0.09
    draw.ellipse((sun[0] - sun[2], sun[1] - sun[2], sun[0] + sun[2], sun[1] + sun[2]), fill="#fff4dc")
    for layer in range(4):
        base = size[1] * (0.45 + 0.14 * layer)
        phase, waves = chance.uniform(0, 6), chance.uniform(0.8, 2.4)
        ridge = [
            (x, base + math.sin(phase + waves * 6.3 * x / size[0]) * size[1] * 0.07) for x in range(0, size[0] + 8, 8)
        ]
        colour = _rgb(hue + 0.12 + 0.05 * layer, 0.45, 0.62 - 0.13 * layer)
        draw.polygon([(0, size[1]), *ridge, (size[0], size[1])], fill=colour)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.6)).resize((width, height)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _plain(size: tuple[int, int], hue: float, saturation: float, value: float) -> Image.Image:
    return Image.new("RGB", size, _rgb(hue, saturation, value))


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    import colorsys

    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
