"""How a site looks: its colour, its logo, its icon, for the newsletter that is to look like it. Pure.

Does not fetch and does not choose: it lists what a page and its web app manifest say, best first. Invariant: every
address is absolute http(s), every colour `#rrggbb`, and nothing is made up.
"""

from __future__ import annotations

import json
import re
from typing import Any

from digest.errors import ParseError
from digest.gather.urls import http_url

MAX_FOUND = 4
_COLOUR_METAS = ("theme-color", "msapplication-TileColor", "msapplication-navbutton-color")
_LOGO = re.compile(r"(?:^|[^a-z])logo(?:[^a-z]|$)", re.I)
_RASTER = re.compile(r"\.(?:svg|ico|webp|avif)(?:$|\?)", re.I)  # what mail programs do not show


def read_branding(data: bytes, url: str) -> dict[str, Any]:
    """`colours`, `logos`, `icons` (lists, best first) and `manifest` (an address or ""). Raises `ParseError`."""
    from digest.gather.kinds.listing import page_tree

    tree = page_tree(data, url)
    base = http_url(next(iter(tree.xpath("//base/@href")), ""), url) or url
    return {
        "colours": _colours(tree),
        "logos": _usable([*_structured_logos(tree), *_pictured_logos(tree)], base),
        "icons": _usable(_icons(tree), base),
        "manifest": http_url(next(iter(tree.xpath("//link[@rel='manifest']/@href")), None), base) or "",
    }


def read_manifest(data: bytes, url: str) -> dict[str, Any]:
    """The same of a web app manifest (W3C Application Manifest: `theme_color`, `icons`). Raises `ParseError`."""
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ParseError("the web app manifest is not JSON", where=url, why=str(error)[:80]) from error
    said = said if isinstance(said, dict) else {}
    icons = [icon for icon in _list(said.get("icons")) if isinstance(icon, dict)]
    icons.sort(key=lambda icon: -_pixels(str(icon.get("sizes") or "")))
    colour = _hexadecimal(said.get("theme_color"))
    return {"colours": [colour] if colour else [], "icons": _usable([icon.get("src") for icon in icons], url)}


def _colours(tree: Any) -> list[str]:
    found: dict[str, None] = {}
    for name in _COLOUR_METAS:
        metas = tree.xpath("//meta[@name=$name]", name=name)
        metas.sort(key=lambda meta: "dark" in str(meta.get("media") or ""))
        found |= dict.fromkeys(_hexadecimal(meta.get("content")) for meta in metas)
    found |= dict.fromkeys(_hexadecimal(colour) for colour in tree.xpath("//link[@rel='mask-icon']/@color"))
    return [colour for colour in found if colour][:MAX_FOUND]


def _hexadecimal(value: Any) -> str:
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", value.strip()) if isinstance(value, str) else None
    if not match:
        return ""
    digits = match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1])
    return f"#{digits.lower()}"


def _structured_logos(tree: Any) -> list[Any]:
    """The publisher's logo in JSON-LD (schema.org Organization), as an address or an ImageObject."""
    found: list[Any] = []
    for script in tree.xpath("//script[@type='application/ld+json']/text()")[:10]:
        try:
            waiting: list[Any] = [json.loads(script)]
        except (ValueError, RecursionError):
            continue
        for _ in range(500):
            if not waiting:
                break
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting += item
            elif isinstance(item, dict):
                logo = item.get("logo")
                found += [logo.get("url") if isinstance(logo, dict) else logo] if logo else []
                waiting += [value for value in item.values() if isinstance(value, dict | list)]
    return found


def _pictured_logos(tree: Any) -> list[Any]:
    """A picture in the page's head that calls itself a logo."""
    images = tree.xpath("//header//img | //nav//img | //img[ancestor::*[contains(@class, 'header')]]")
    told = (
        (image.get("src"), " ".join(str(image.get(name) or "") for name in ("class", "id", "alt", "src")))
        for image in images[:50]
    )
    return [source for source, words in told if _LOGO.search(words)]


def _icons(tree: Any) -> list[Any]:
    links = tree.xpath("//link[@rel='apple-touch-icon' or @rel='apple-touch-icon-precomposed']/@href")
    icons = tree.xpath("//link[contains(concat(' ', @rel, ' '), ' icon ')]")
    icons.sort(key=lambda icon: -_pixels(str(icon.get("sizes") or "")))
    return [*links, *(icon.get("href") for icon in icons if _pixels(str(icon.get("sizes") or "")) >= 64)]


def _pixels(sizes: str) -> int:
    """The largest of `48x48 192x192`; "any" is a drawing, which mail programs do not show."""
    return max((int(width) for width in re.findall(r"(\d{1,5})x\d{1,5}", sizes)), default=0)


def _usable(addresses: list[Any], base: str) -> list[str]:
    absolute = (http_url(one, base) for one in addresses if isinstance(one, str))
    return list(dict.fromkeys(url for url in absolute if url and not _RASTER.search(url)))[:MAX_FOUND]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
