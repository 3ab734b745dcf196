"""Draws the sample community's pictures: SVG scenes in one palette, rasterised by chromium, saved as small JPEGs.

Not a test and not shipped: run `python tests/demo/draw_images.py` after changing a scene, look at the result, and
commit the JPEGs in src/digest/demo/images. Deterministic: all variation comes from each scene's own seed.
"""

# ruff: noqa: E501 - coordinates read better in one line
from __future__ import annotations

import io
import math
import random
import shutil
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "src" / "digest" / "demo" / "images"
W, H = 1200, 800
NIGHT, DEEP, RIVER, MIST = "#12303a", "#17505a", "#2a7d81", "#8fc3b8"
CREAM, SAND, BRASS, BRICK, BLUSH = "#f8ecd4", "#ecd2a2", "#dd9d3f", "#bf5238", "#eab196"
WOOD, DARKWOOD, INK = "#a8693a", "#6d3f24", "#0e2229"


def gradient(name: str, *stops: str, x2: int = 0, y2: int = 1) -> str:
    marks = "".join(f'<stop offset="{i / (len(stops) - 1)}" stop-color="{c}"/>' for i, c in enumerate(stops))
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{marks}</linearGradient>'


def glow(name: str, colour: str, alpha: float = 0.9) -> str:
    return (
        f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}" stop-opacity="{alpha}"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
    )


def rect(x: float, y: float, w: float, h: float, fill: str, rx: float = 0, extra: str = "") -> str:
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{rx}" fill="{fill}" {extra}/>'


def circle(x: float, y: float, r: float, fill: str, extra: str = "") -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" {extra}/>'


def path(d: str, fill: str = "none", stroke: str = "none", width: float = 0, extra: str = "") -> str:
    return (
        f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round" {extra}/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float, extra: str = "") -> str:
    return path(f"M{x1} {y1}L{x2} {y2}", stroke=stroke, width=width, extra=extra)


def hills(y: float, height: float, colour: str, seed: int, alpha: float = 1) -> str:
    chance = random.Random(seed)
    a, b = chance.uniform(0, 6), chance.uniform(0, 6)
    points = [
        (x, y - height * (0.5 + 0.33 * math.sin(x / 210 + a) + 0.17 * math.sin(x / 90 + b)))
        for x in range(0, W + 41, 20)
    ]
    d = "M0 800" + "".join(f"L{x} {py:.1f}" for x, py in points) + f"L{W} 800Z"
    return path(d, colour, extra=f'opacity="{alpha}"')


def ripples(top: float, colour: str, seed: int, count: int = 34, alpha: float = 0.55) -> str:
    chance, out = random.Random(seed), []
    for _ in range(count):
        depth = chance.random() ** 1.4
        y, x = top + 14 + depth * (H - top - 30), chance.uniform(-60, W)
        length = 50 + 170 * depth * chance.uniform(0.5, 1.2)
        out.append(line(x, y, x + length, y, colour, 2 + 4 * depth, f'opacity="{alpha * (0.35 + 0.65 * depth):.2f}"'))
    return "".join(out)


def stars(seed: int, bottom: float, count: int = 60) -> str:
    chance = random.Random(seed)
    return "".join(
        circle(
            chance.uniform(0, W),
            chance.uniform(0, bottom),
            chance.uniform(1, 2.6),
            CREAM,
            f'opacity="{chance.uniform(0.3, 0.9):.2f}"',
        )
        for _ in range(count)
    )


def lathe() -> str:
    sky = gradient("sky", "#f3c79a", "#eab196", "#d98f74") + gradient("water", "#b97a63", DEEP, NIGHT)
    machine = (
        rect(420, 470, 420, 26, INK)
        + rect(440, 440, 380, 32, "#21464f", 4)
        + rect(430, 372, 108, 76, "#2c5963", 10)
        + circle(538, 406, 30, BRASS)
        + circle(538, 406, 13, DARKWOOD)
        + rect(566, 398, 150, 16, SAND, 6)
        + rect(716, 386, 74, 56, "#2c5963", 8)
        + circle(800, 412, 17, BRASS)
        + rect(600, 424, 60, 20, "#39707a", 4)
        + rect(450, 384, 46, 10, BRASS, 3)
    )
    person = circle(310, 398, 20, INK) + path("M286 490q-2-72 24-72t26 72z", INK) + line(326, 430, 362, 486, INK, 9)
    barge = (
        path("M200 490H1010L962 556H250Z", "#173640")
        + rect(200, 484, 812, 14, BRICK, 3)
        + rect(884, 420, 74, 66, CREAM, 6)
        + rect(898, 434, 46, 24, RIVER, 3)
    )
    return (
        f"<defs>{sky}{glow('sun', '#fff3d6')}</defs>"
        + rect(0, 0, W, H, "url(#sky)")
        + circle(860, 300, 320, "url(#sun)")
        + circle(860, 300, 78, "#fff0cf")
        + hills(470, 150, "#a86a5f", 4, 0.55)
        + hills(490, 90, "#6b4d57", 9, 0.8)
        + rect(0, 520, W, 280, "url(#water)")
        + ripples(520, "#f3c79a", 5)
        + "".join(
            rect(860 - w / 2, 570 + i * 26, w, 7, "#fff0cf", 3, 'opacity=".5"')
            for i, w in enumerate((150, 118, 130, 84, 96, 60, 40))
        )
        + path("M200 556H1000L940 640H280Z", INK, extra='opacity=".28"')
        + machine
        + person
        + barge
    )


def repair() -> str:
    bench = (
        rect(0, 560, W, 240, WOOD)
        + rect(0, 560, W, 18, "#c98a52")
        + "".join(line(0, 610 + i * 48, W, 606 + i * 48, DARKWOOD, 3, 'opacity=".35"') for i in range(4))
    )
    lamp = (
        path("M150 560V300L330 170", stroke=INK, width=14)
        + circle(150, 300, 15, BRASS)
        + rect(90, 546, 124, 18, INK, 9)
        + path("M302 130L440 214L356 276L270 180Z", BRICK)
        + circle(400, 248, 34, "#ffe7ae")
    )
    toaster = (
        rect(420, 400, 230, 160, "#cfe0da", 34)
        + rect(420, 470, 230, 90, "#b4cdc5", 20)
        + rect(458, 388, 154, 18, NIGHT, 9)
        + rect(474, 340, 120, 60, SAND, 16)
        + rect(486, 352, 96, 48, "#d8ae6a", 10)
        + circle(610, 506, 15, BRICK)
    )
    radio = (
        rect(700, 372, 250, 188, RIVER, 22)
        + circle(780, 470, 58, DEEP)
        + "".join(circle(780 + 34 * math.cos(i), 470 + 34 * math.sin(i), 6, MIST) for i in range(6))
        + circle(780, 470, 8, MIST)
        + rect(860, 410, 66, 36, CREAM, 6)
        + line(880, 412, 892, 444, BRICK, 4)
        + circle(893, 500, 22, BRASS)
        + line(900, 372, 960, 240, INK, 6)
        + circle(960, 238, 9, BRASS)
    )
    kettle = (
        path("M1000 560q-14-150 70-162t92 162z", BRASS)
        + path("M1020 430q52-120 116 0", stroke=INK, width=13)
        + path("M1004 500l-40-46", stroke=BRASS, width=20)
        + circle(1078, 394, 12, INK)
    )
    small = (
        rect(250, 534, 110, 14, BRASS, 6)
        + rect(336, 530, 40, 22, BRICK, 8)
        + circle(560, 640, 15, "none", f'stroke="{BRASS}" stroke-width="8"')
        + circle(620, 664, 8, CREAM)
        + circle(660, 640, 6, BRASS)
    )
    return (
        f"<defs>{gradient('wall', '#1d4a54', '#153a44')}{glow('light', '#ffe1a0', 0.75)}</defs>"
        + rect(0, 0, W, H, "url(#wall)")
        + "".join(rect(x, 60, 3, 440, "#0f2d36", 0, 'opacity=".5"') for x in range(60, W, 120))
        + bench
        + circle(440, 420, 430, "url(#light)")
        + lamp
        + toaster
        + radio
        + kettle
        + small
    )


def library() -> str:
    def outline(shape: str, x: int, y: int, away: bool) -> str:
        body = {
            "hammer": rect(-9, -20, 18, 130, WOOD, 8) + rect(-52, -52, 104, 40, "#3a4f56", 8),
            "saw": path("M-80 10L70 -26L78 26L-66 60Z", "#cdd8d4")
            + rect(52, -36, 60, 72, WOOD, 20)
            + circle(82, 0, 15, "#f2dfb8"),
            "drill": rect(-70, -34, 120, 56, BRICK, 16)
            + rect(50, -18, 34, 22, "#3a4f56", 4)
            + rect(84, -10, 40, 7, "#8a989a")
            + path("M-50 16h48l-10 92h-48z", "#8f3c29"),
            "spanner": rect(-10, -50, 20, 140, "#8a989a", 8) + path("M-34 -74a38 38 0 1 0 68 0l-18 26h-32z", "#8a989a"),
            "square": path("M-50 -60h26v120h90v26h-116z", BRASS),
            "plane": path("M-90 40h180v-30l-40-14h-60l-30-20h-34l-16 64z", RIVER) + circle(50, -6, 15, WOOD),
        }[shape]
        drawn = (
            f'<g style="filter:brightness(0)" opacity=".16">{body}</g>'
            if away
            else f'<g opacity=".2" transform="translate(9 11)" style="filter:brightness(0)">{body}</g>{body}'
        )
        return f'<g transform="translate({x} {y})">{circle(0, -86, 6, BRASS)}{drawn}</g>'

    order = [
        "saw",
        "hammer",
        "drill",
        "square",
        "spanner",
        "plane",
        "drill",
        "hammer",
        "plane",
        "spanner",
        "saw",
        "square",
    ]
    tools = "".join(
        outline(name, 190 + (i % 4) * 272, 190 + (i // 4) * 224, i in {2, 5, 8}) for i, name in enumerate(order)
    )
    holes = "".join(circle(x, y, 2.6, "#b98f55", 'opacity=".5"') for x in range(40, W, 40) for y in range(40, 730, 40))
    return (
        f"<defs>{gradient('board', '#f7e6c4', '#ecd09a')}</defs>"
        + rect(0, 0, W, H, "url(#board)")
        + holes
        + rect(0, 724, W, 76, WOOD)
        + rect(0, 724, W, 12, "#c98a52")
        + tools
    )


def sewing() -> str:
    window = (
        rect(130, 60, 640, 470, "url(#sky)", 6)
        + f'<g clip-path="url(#pane)">{circle(600, 190, 52, "#fff0cf")}{hills(430, 110, MIST, 3, 0.8)}{rect(130, 410, 640, 120, RIVER)}'
        + "".join(
            line(150 + i * 97, 432 + (i * 37) % 80, 230 + i * 97, 432 + (i * 37) % 80, "#cfe6de", 4, 'opacity=".6"')
            for i in range(7)
        )
        + f"</g>{rect(118, 50, 664, 18, CREAM, 4)}{rect(118, 522, 664, 22, CREAM, 4)}{rect(444, 60, 14, 470, CREAM)}{rect(118, 50, 16, 490, CREAM)}{rect(766, 50, 16, 490, CREAM)}"
    )
    machine = (
        rect(490, 616, 520, 40, INK, 10)
        + rect(852, 420, 116, 206, NIGHT, 26)
        + rect(516, 398, 440, 92, NIGHT, 44)
        + rect(508, 404, 92, 142, NIGHT, 22)
        + circle(988, 470, 52, "#24515c")
        + circle(988, 470, 20, BRASS)
        + path("M640 436q70-22 170 0", stroke=BRASS, width=6)
        + circle(725, 460, 9, BRASS)
        + circle(554, 440, 16, BRASS)
        + rect(549, 544, 10, 58, "#b9c7c4", 4)
        + rect(532, 598, 44, 10, "#b9c7c4", 4)
        + rect(800, 350, 36, 50, BRICK, 6)
        + path("M804 362Q680 340 560 426", stroke=BRICK, width=2.5)
    )
    cloth = path("M180 660Q360 560 545 590L620 660Q420 640 300 760L120 800Z", BRICK) + path(
        "M200 690Q360 604 540 606", stroke="#e9b48f", width=5, extra='stroke-dasharray="14 12"'
    )
    return (
        f'<defs>{gradient("sky", "#f6d3a8", "#f0b995")}{gradient("wall", "#efd9b4", "#e2bf8d")}<clipPath id="pane">{rect(130, 60, 640, 470, "#000")}</clipPath></defs>'
        + rect(0, 0, W, H, "url(#wall)")
        + window
        + rect(0, 640, W, 160, WOOD)
        + rect(0, 640, W, 14, "#c98a52")
        + machine
        + cloth
        + "".join(rect(1040 + i * 44, 590 - (i % 2) * 0, 34, 52, c, 6) for i, c in enumerate((RIVER, BRASS, BRICK)))
    )


def lantern() -> str:
    colours = [BRASS, BRICK, "#e8c15c", "#5fb0a5", "#e48a6a", BRASS, "#7fbfae", "#d96a4a", "#e8c15c"]
    out, mirror = [], []
    for i, colour in enumerate(colours):
        x = 70 + i * 132
        y = 170 + 110 * math.sin(math.pi * x / W) + (i % 3) * 16
        out.append(
            line(x, 130 + 112 * math.sin(math.pi * x / W), x, y, CREAM, 2.5)
            + circle(x, y + 62, 120, f"url(#g{i})")
            + rect(x - 26, y, 52, 18, "#c9d4cf", 5)
            + rect(x - 36, y + 16, 72, 96, colour, 20)
            + rect(x - 24, y + 34, 48, 62, "#fff2c4", 16, 'opacity=".75"')
        )
        mirror.append(
            f'<ellipse cx="{x}" cy="{640 + (i % 3) * 22}" rx="26" ry="{82 + (i % 2) * 22}" fill="{colour}" opacity=".5"/>'
            + "".join(
                rect(x - 44 + (k * 17) % 30, 580 + k * 34, 60, 5, "#fff2c4", 2, 'opacity=".35"') for k in range(5)
            )
        )
    cord = path("M-10 126Q600 362 1210 126", stroke=CREAM, width=3.5)
    defs = (
        gradient("sky", "#1a2747", "#2f4a6a", "#7f6a80", "#d98f74")
        + gradient("water", "#5b5470", "#1c3550", NIGHT)
        + "".join(glow(f"g{i}", c, 0.6) for i, c in enumerate(colours))
    )
    return (
        f"<defs>{defs}</defs>"
        + rect(0, 0, W, H, "url(#sky)")
        + stars(7, 240)
        + hills(540, 110, "#33425c", 12)
        + rect(0, 520, W, 280, "url(#water)")
        + "".join(mirror)
        + ripples(520, "#d9b59a", 3, 26, 0.4)
        + cord
        + "".join(out)
    )


def kettle() -> str:
    steam = "".join(
        path(f"M{x} 330q-34-50 0-96t0-96t0-90", stroke="#fff8e6", width=w, extra='opacity=".5"')
        for x, w in ((330, 16), (386, 12), (440, 9))
    )
    pot = (
        path("M240 596q-26-214 140-226t150 226z", BRICK)
        + path("M262 420q110-190 240 0", stroke=INK, width=20)
        + path("M520 480q70-10 96-92", stroke=BRICK, width=34)
        + rect(226, 584, 320, 22, "#8f3c29", 10)
        + circle(382, 366, 18, INK)
        + path("M280 560q-6-110 50-150", stroke="#e08a6c", width=12)
    )
    mugs = "".join(
        rect(x, 520, 76, 86, c, 10) + path(f"M{x + 76} 540q38 2 30 30t-32 18", stroke=c, width=12)
        for x, c in ((60, RIVER), (640, BRASS))
    )
    door = (
        rect(820, 70, 290, 730, "url(#out)")
        + rect(800, 50, 330, 22, CREAM)
        + rect(800, 50, 22, 750, CREAM)
        + rect(1108, 50, 22, 750, CREAM)
        + path("M1110 72L1200 20V800H1110Z", DEEP)
        + circle(1136, 470, 12, BRASS)
        + path("M822 800V700q140-60 286 0V800Z", "#8ab58f")
        + path("M300 800L822 690V800Z", "#fbe3b0", extra='opacity=".35"')
    )
    return (
        f"<defs>{gradient('wall', '#27616a', '#1a4650')}{gradient('out', '#fdf0cf', '#f6d7a0', '#a8d0b8')}</defs>"
        + rect(0, 0, W, H, "url(#wall)")
        + door
        + rect(0, 604, 790, 30, WOOD)
        + rect(0, 604, 790, 8, "#c98a52")
        + steam
        + pot
        + mugs
    )


def ramp() -> str:
    door = (
        rect(790, 190, 300, 400, "#efe0bd")
        + rect(830, 230, 220, 360, "#ffe9b4")
        + path("M830 230L770 206V610L830 590Z", BRICK)
        + circle(784, 420, 8, BRASS)
    )
    planks = "".join(
        path(f"M{90 + i * 70} {742 - i * 15.2:.0f}l70-15.2v26l-70 15z", "#c88a50" if i % 2 else "#b97a42")
        for i in range(10)
    )
    ramp_ = path("M90 742L790 590H1120V800H90Z", DARKWOOD) + planks + rect(790, 588, 340, 28, "#c88a50")
    posts = "".join(rect(120 + i * 110, 578 - i * 24, 12, 160, INK, 4) for i in range(7))
    rails = (
        path("M96 566L790 414H1110", stroke=BRASS, width=16)
        + path("M96 632L790 482", stroke="#c08432", width=11)
        + path("M96 566q-34 8-30 42t34 26", stroke=BRASS, width=16)
    )
    party = "".join(
        rect(x, y, 16, 9, c, 2, f'transform="rotate({a} {x} {y})"')
        for x, y, c, a in (
            (
                random.Random(i).uniform(60, 760),
                random.Random(i + 99).uniform(40, 420),
                (BRASS, BRICK, "#5fb0a5", CREAM)[i % 4],
                i * 37,
            )
            for i in range(46)
        )
    )
    return (
        f"<defs>{gradient('wall', '#8cc0b5', '#cfe3cf')}{glow('warm', '#fff0c0')}</defs>"
        + rect(0, 0, W, H, "url(#wall)")
        + party
        + rect(720, 110, 480, 690, "#1f5b64")
        + path("M690 120L960 20L1230 120Z", NIGHT)
        + circle(940, 400, 330, "url(#warm)")
        + door
        + rect(0, 752, W, 48, "#4d7f6c")
        + ramp_
        + posts
        + rails
    )


def cells() -> str:
    out = []
    for row in range(4):
        for column in range(7):
            x, y = 60 + column * 200 - (row % 2) * 100, 92 + row * 206
            bad = (row, column) == (2, 4)
            shell, cap = (BRICK, "#f6d9c8") if bad else (((RIVER, "#3b8f91", "#256a72")[(row + column) % 3]), "#d7e5df")
            out.append(
                circle(x + 10, y + 14, 88, INK, 'opacity=".35"')
                + circle(x, y, 88, shell)
                + circle(x, y, 62, cap)
                + circle(x, y, 25, "#9fb2ac")
                + path(f"M{x - 70} {y - 26}a76 76 0 0 1 62 -46", stroke="#fff", width=6, extra='opacity=".5"')
            )
            if bad:
                out.append(
                    line(x - 28, y - 28, x + 28, y + 28, BRICK, 13) + line(x + 28, y - 28, x - 28, y + 28, BRICK, 13)
                )
    return f"<defs>{gradient('box', '#16414b', '#0f2c35', x2=1)}</defs>" + rect(0, 0, W, H, "url(#box)") + "".join(out)


def driftwood() -> str:
    stem = (
        path("M560 650C520 560 640 520 590 420C560 356 640 330 612 250", stroke="#b08b67", width=56)
        + path(
            "M552 640C520 560 630 520 580 424C552 362 628 330 604 262", stroke="#cfae8a", width=14, extra='opacity=".8"'
        )
        + path("M600 450C660 420 690 430 730 386", stroke="#a27e5c", width=26)
    )
    shade = (
        path("M500 250L700 250L760 90H440Z", "#f6d690")
        + path("M500 250L700 250L704 236H494Z", BRASS)
        + path("M530 240L500 100", stroke="#e9bd69", width=4)
        + path("M670 240L704 100", stroke="#e9bd69", width=4)
    )
    things = (
        rect(480, 640, 170, 34, BRASS, 14)
        + rect(790, 590, 190, 34, RIVER, 4)
        + rect(806, 560, 170, 30, CREAM, 4)
        + rect(780, 624, 214, 34, BRICK, 4)
        + path("M250 660q0-60 52-60t52 60z", "#5fa79d")
        + rect(236, 656, 132, 16, "#5fa79d", 8)
    )
    return (
        f"<defs>{gradient('wall', '#223049', '#2d3f55', '#3b4a57')}{glow('l', '#ffd88a', 0.85)}</defs>"
        + rect(0, 0, W, H, "url(#wall)")
        + rect(880, 90, 220, 300, "#1a2638", 6)
        + "".join(
            circle(random.Random(i).uniform(892, 1088), random.Random(i + 40).uniform(102, 378), 2, CREAM)
            for i in range(18)
        )
        + rect(984, 90, 10, 300, "#3b4a57")
        + circle(600, 240, 520, "url(#l)")
        + rect(0, 660, W, 140, "#7a4c2c")
        + rect(0, 660, W, 12, "#c08a55")
        + stem
        + shade
        + things
    )


def sensors() -> str:
    rings = "".join(
        f'<ellipse cx="560" cy="560" rx="{r}" ry="{r * 0.26}" fill="none" stroke="#cfe6de" stroke-width="5" opacity="{0.65 - r / 900:.2f}"/>'
        for r in (120, 200, 290, 390, 500)
    )
    buoy = (
        path("M470 560q90 66 180 0l-20-70q-70-30-140 0z", BRICK)
        + path("M490 490q70-28 140 0l-16-70h-108z", CREAM)
        + rect(548, 300, 20, 124, INK, 6)
        + circle(558, 290, 20, BRASS)
        + circle(558, 290, 70, "url(#lamp)")
        + rect(520, 436, 76, 26, RIVER, 5)
        + "".join(
            path(
                f"M{558 - r} {268 - r * 0.2}a{r} {r} 0 0 1 {2 * r} 0",
                stroke=BRASS,
                width=6,
                extra=f'opacity="{1 - r / 170:.2f}"',
            )
            for r in (60, 96, 132)
        )
    )
    graph = path(
        "M0 700"
        + "".join(f"L{x} {690 - 40 * math.sin(x / 92) - 16 * math.sin(x / 31):.0f}" for x in range(0, 1210, 10)),
        stroke="#f2c572",
        width=5,
        extra='opacity=".75"',
    )
    return (
        f"<defs>{gradient('sky', '#0f2233', '#1b4358', '#3f7f86')}{gradient('water', '#2f7479', '#12363f')}{glow('moon', '#fdf3d2', 0.5)}{glow('lamp', '#ffd070')}</defs>"
        + rect(0, 0, W, H, "url(#sky)")
        + stars(3, 320)
        + circle(930, 170, 230, "url(#moon)")
        + circle(930, 170, 66, "#fdf3d2")
        + hills(460, 120, "#173c4a", 18)
        + rect(0, 440, W, 360, "url(#water)")
        + "".join(
            rect(930 - w / 2, 470 + i * 30, w, 6, "#fdf3d2", 3, 'opacity=".4"')
            for i, w in enumerate((110, 70, 130, 60, 100, 40))
        )
        + ripples(440, "#8fc3b8", 6, 26, 0.4)
        + rings
        + buoy
        + graph
    )


def fair() -> str:
    stalls = ""
    for i, (a, b) in enumerate(((BRICK, CREAM), (RIVER, CREAM), (BRASS, CREAM))):
        x = 70 + i * 380
        stalls += (
            rect(x + 16, 420, 10, 250, DARKWOOD)
            + rect(x + 274, 420, 10, 250, DARKWOOD)
            + rect(x + 20, 430, 260, 150, "#ffe2a0", 0, 'opacity=".28"')
            + rect(x, 570, 300, 100, WOOD, 4)
            + rect(x, 570, 300, 14, "#c98a52", 4)
        )
        stalls += "".join(
            path(f"M{x - 20 + k * 56.6:.1f} 330h56.6l6 100q-28 34-56.6 0z", a if k % 2 else b) for k in range(6)
        )
        stalls += "".join(
            circle(x + 50 + k * 50, 556, 17, (BRASS, BRICK, "#5fa79d", CREAM, "#e48a6a")[(k + i) % 5]) for k in range(5)
        )
    bulbs = "".join(
        path(f"M{x} {y}q200 130 400 0", stroke=INK, width=3)
        + "".join(
            circle(x + t * 400, y + 260 * t * (1 - t), 30, "url(#b)")
            + circle(x + t * 400, y + 260 * t * (1 - t), 8, "#fff0c4")
            for t in (0.08, 0.22, 0.36, 0.5, 0.64, 0.78, 0.92)
        )
        for x, y in ((-60, 130), (340, 110), (740, 130), (1140, 110))
    )
    snow = "".join(
        circle(
            random.Random(i).uniform(0, W),
            random.Random(i + 500).uniform(0, 700),
            random.Random(i + 900).uniform(2, 5),
            "#fff",
            'opacity=".8"',
        )
        for i in range(90)
    )
    return (
        f"<defs>{gradient('sky', '#1b2a4a', '#3b5170', '#8a8296')}{glow('b', '#ffd98a', 0.9)}</defs>"
        + rect(0, 0, W, H, "url(#sky)")
        + stars(8, 200, 30)
        + hills(460, 150, "#2c3d58", 2)
        + path("M0 660Q300 630 600 656T1200 644V800H0Z", "#eef3f0")
        + stalls
        + path("M0 690Q300 664 600 690T1200 676V800H0Z", "#fbfdf9")
        + bulbs
        + snow
    )


def sheds() -> str:
    row = ""
    for i, (colour, roof) in enumerate(
        (
            (BRICK, "#7e3526"),
            ("#f0ddb2", BRASS),
            (RIVER, DEEP),
            (BRASS, "#9b6a22"),
            ("#7fb59c", "#3f7c66"),
            (CREAM, BRICK),
        )
    ):
        x, h = 40 + i * 190, 190 + (i * 47) % 70
        row += (
            rect(x, 620 - h, 168, h, colour)
            + path(f"M{x - 16} {620 - h}L{x + 84} {540 - h}L{x + 184} {620 - h}Z", roof)
            + rect(x + 54, 500, 62, 120, NIGHT, 3)
            + rect(x + 62, 508, 46, 112, "#24505a", 2)
            + circle(x + 100, 566, 5, BRASS)
            + rect(x + 66, 636 - h, 38, 34, "#ffe9b4", 3)
        )
    wheel = "".join(
        circle(x, 664, 66, "none", f'stroke="{INK}" stroke-width="9"')
        + "".join(
            line(x, 664, x + 62 * math.cos(a / 10 * 2 * math.pi), 664 + 62 * math.sin(a / 10 * 2 * math.pi), INK, 1.6)
            for a in range(10)
        )
        + circle(x, 664, 8, INK)
        for x in (470, 690)
    )
    frame = (
        path(
            "M470 664L536 560H654L590 664H470M536 560L590 664M654 560L690 664M654 560L640 524H684M536 560L526 534M500 534H552",
            stroke=BRICK,
            width=10,
        )
        + rect(664, 548, 70, 46, WOOD, 6)
        + "".join(circle(x, 546, 13, BRASS) for x in (680, 700, 720))
    )
    return (
        f"<defs>{gradient('sky', '#bfe0dc', '#e9efd6', '#fae6bd')}{gradient('road', '#e9cf9f', '#d9b87f')}</defs>"
        + rect(0, 0, W, H, "url(#sky)")
        + circle(980, 140, 62, "#fff3cf")
        + "".join(
            f'<ellipse cx="{x}" cy="{y}" rx="{r}" ry="{r * 0.22:.0f}" fill="#fff" opacity=".8"/>'
            for x, y, r in ((220, 120, 130), (320, 140, 90), (700, 90, 120))
        )
        + hills(430, 190, "#93c3a8", 5)
        + hills(520, 170, "#5e9d86", 31)
        + rect(0, 618, W, 182, "url(#road)")
        + row
        + rect(0, 614, W, 10, "#4d7f6c")
        + path("M400 738h360", stroke="#a8834d", width=10, extra='opacity=".4"')
        + wheel
        + frame
    )


SCENES = [lathe, repair, library, sewing, lantern, kettle, ramp, cells, driftwood, sensors, fair, sheds]


def main(names: list[str]) -> None:
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
        )
        page = browser.new_page(viewport={"width": W, "height": H})
        for scene in SCENES:
            if names and scene.__name__ not in names:
                continue
            svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" width="{W}" height="{H}">{scene()}</svg>'
            page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{svg}")
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            target = OUT / f"{scene.__name__}.jpg"
            for quality in (84, 78, 72, 66, 58, 50):
                picture.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
                if target.stat().st_size < 60_000:
                    break
            print(target.name, target.stat().st_size)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
