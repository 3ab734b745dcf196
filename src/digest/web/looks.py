"""The HTML of a mail as different programs show it: light, dark, turned round as in Gmail, in part as in Outlook.com.

Pure. Invariant: only colours and conditions change; no element is added but one style element, and none moves, so that
scroll positions and element numbers stay what they are.

    light, dark   `mail.show_scheme`: the message's own rules for the device's scheme
    gmail         Gmail's apps on iOS: no dark rules are read; every colour keeps its hue and turns its lightness round
    outlook       Outlook.com and its apps: light grounds and dark words alone are turned, and the message's own
                  `[data-ogsc]` and `[data-ogsb]` rules apply on top

Why emulated: no browser inverts a page that declares a dark scheme, and no mail program runs here.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable
from functools import lru_cache

from digest.web.mail import show_scheme

LOOKS = ("light", "dark", "gmail", "outlook")

_STYLE_ELEMENT = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(r"(\s(?:style|bgcolor|color)=)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_DECLARATION = re.compile(r"([\w-]+)(\s*:\s*)([^;{}]+)")
_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|\b(white|black)\b", re.IGNORECASE)
_DARK_RULES = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_HTML = re.compile(r"<html\b", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_GROUNDS = ("background", "background-color", "bgcolor")
_BORDERS = "border"
_WORDS = ("color",)
DARK_GROUND, LIGHT_WORDS = "#111111", "#eeeeee"


def show(html: str, look: str) -> str:
    """`html` as the program named by `look` shows it; what is unknown is light."""
    if look == "gmail":
        turned = _recoloured(_never_dark(html), lambda name, value: _turned(value))
        return _on_dark(turned)
    if look == "outlook":
        turned = _recoloured(_never_dark(html), _partly)
        return _on_dark(_HTML.sub('<html data-ogsc="" data-ogsb=""', turned, count=1))
    return show_scheme(html, "dark" if look == "dark" else "light")


def _never_dark(html: str) -> str:
    return _STYLE_ELEMENT.sub(lambda found: found[1] + _DARK_RULES.sub("(max-width: 0px)", found[2]) + found[3], html)


def _on_dark(html: str) -> str:
    """A mail without a ground of its own stands on the program's."""
    style = f"<style>:root{{color-scheme:only light;background:{DARK_GROUND};color:{LIGHT_WORDS}}}</style>"
    return _HEAD_END.sub(lambda end: style + end[0], html, count=1) if _HEAD_END.search(html) else style + html


def _recoloured(html: str, change: Callable[[str, str], str]) -> str:
    def of_element(found: re.Match[str]) -> str:
        return found[1] + _rules(found[2], change) + found[3]

    def of_tag(found: re.Match[str]) -> str:
        return _ATTRIBUTE.sub(lambda attribute: _attribute(attribute, change), found[0])

    return _TAG.sub(of_tag, _STYLE_ELEMENT.sub(of_element, html))


def _attribute(found: re.Match[str], change: Callable[[str, str], str]) -> str:
    name = found[1].strip(" \t\n=").lower()
    if name == "style":
        return found[1] + _rules(found[2], change)
    return found[1] + _colours(found[2], name, change)


def _rules(css: str, change: Callable[[str, str], str]) -> str:
    """Declarations that carry colours; a program's own dark rules ([data-ogsc] ...) say what they mean already."""

    def of_rule(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name in _GROUNDS or name in _WORDS or name.startswith(_BORDERS):
            return found[1] + found[2] + _colours(found[3], name, change)
        return found[0]

    if "{" not in css:
        return _DECLARATION.sub(of_rule, css)
    blocks = re.split(r"([^{}]*\{)", css)
    out, own = [], False
    for block in blocks:
        if block.endswith("{"):
            own = "data-ogs" in block
            out.append(block)
        else:
            out.append(block if own else _DECLARATION.sub(of_rule, block))
    return "".join(out)


def _colours(value: str, name: str, change: Callable[[str, str], str]) -> str:
    return _HEX.sub(lambda found: change(name, _six(found)), value)


def _six(found: re.Match[str]) -> str:
    if found[2]:
        return "#ffffff" if found[2].lower() == "white" else "#000000"
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _partly(name: str, value: str) -> str:
    light = _lightness(value)
    ground = name in _GROUNDS or name.startswith(_BORDERS)
    return _turned(value) if (ground and light > 0.5) or (not ground and light < 0.5) else value


@lru_cache(maxsize=1024)
def _lightness(value: str) -> float:
    return colorsys.rgb_to_hls(*_parts(value))[1]


@lru_cache(maxsize=1024)
def _turned(value: str) -> str:
    """The same hue, lightness turned round; never quite black, as those programs have it."""
    hue, light, saturation = colorsys.rgb_to_hls(*_parts(value))
    turned = colorsys.hls_to_rgb(hue, 0.07 + (1 - light) * 0.93, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in turned)


def _parts(value: str) -> tuple[float, float, float]:
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
