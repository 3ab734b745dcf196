"""Whether the value of an MJML attribute is one of its type; says why not, and what to write.

Each check takes the value as written (references resolved) and returns ("", "") or (why, what to try). Stricter than
the compiler, which passes anything through, and no stricter than MJML 4's own validator, with two additions: lengths
over 100 %, and addresses that lead nowhere from an inbox.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias
from urllib.parse import urlsplit

from digest.render.inline import is_inline

Verdict: TypeAlias = tuple[str, str]
FINE: Verdict = ("", "")

COLOURS = frozenset({
    "aliceblue", "antiquewhite", "aqua", "aquamarine", "azure", "beige", "bisque", "black", "blanchedalmond", "blue",
    "blueviolet", "brown", "burlywood", "cadetblue", "chartreuse", "chocolate", "coral", "cornflowerblue", "cornsilk",
    "crimson", "cyan", "darkblue", "darkcyan", "darkgoldenrod", "darkgray", "darkgreen", "darkgrey", "darkkhaki",
    "darkmagenta", "darkolivegreen", "darkorange", "darkorchid", "darkred", "darksalmon", "darkseagreen",
    "darkslateblue", "darkslategray", "darkslategrey", "darkturquoise", "darkviolet", "deeppink", "deepskyblue",
    "dimgray", "dimgrey", "dodgerblue", "firebrick", "floralwhite", "forestgreen", "fuchsia", "gainsboro",
    "ghostwhite", "gold", "goldenrod", "gray", "green", "greenyellow", "grey", "honeydew", "hotpink", "indianred",
    "indigo", "ivory", "khaki", "lavender", "lavenderblush", "lawngreen", "lemonchiffon", "lightblue", "lightcoral",
    "lightcyan", "lightgoldenrodyellow", "lightgray", "lightgreen", "lightgrey", "lightpink", "lightsalmon",
    "lightseagreen", "lightskyblue", "lightslategray", "lightslategrey", "lightsteelblue", "lightyellow", "lime",
    "limegreen", "linen", "magenta", "maroon", "mediumaquamarine", "mediumblue", "mediumorchid", "mediumpurple",
    "mediumseagreen", "mediumslateblue", "mediumspringgreen", "mediumturquoise", "mediumvioletred", "midnightblue",
    "mintcream", "mistyrose", "moccasin", "navajowhite", "navy", "oldlace", "olive", "olivedrab", "orange",
    "orangered", "orchid", "palegoldenrod", "palegreen", "paleturquoise", "palevioletred", "papayawhip", "peachpuff",
    "peru", "pink", "plum", "powderblue", "purple", "rebeccapurple", "red", "rosybrown", "royalblue", "saddlebrown",
    "salmon", "sandybrown", "seagreen", "seashell", "sienna", "silver", "skyblue", "slateblue", "slategray",
    "slategrey", "snow", "springgreen", "steelblue", "tan", "teal", "thistle", "tomato", "turquoise", "violet",
    "wheat", "white", "whitesmoke", "yellow", "yellowgreen", "transparent", "inherit", "initial",
})  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})\Z", re.IGNORECASE)
_FUNCTION = re.compile(r"(?:rgb|rgba|hsl|hsla)\(\s*[\d.]+(?:deg)?%?(?:\s*[,\s/]\s*[\d.]+%?){2,3}\s*\)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))([a-z%]*)\Z", re.IGNORECASE)
_LINES = ("none", "hidden", "dotted", "dashed", "solid", "double", "groove", "ridge", "inset", "outset")
_FONT = re.compile(r"-?[^\W\d][\w-]*(?: [\w-]+)*\Z")
_QUOTED = re.compile(r"(\"[^\"]+\"|'[^']+')\Z")


def colour(value: str) -> Verdict:
    if value.lower() in COLOURS or _HEX.match(value) or _FUNCTION.match(value):
        return FINE
    if value.startswith("#"):
        return f"{value!r} has not three or six hexadecimal digits after the #", "write it like #0b57d0"
    near = difflib.get_close_matches(value.lower(), COLOURS, 1)
    return f"{value!r} is not a colour", f'did you mean "{near[0]}"?' if near else "write it like #0b57d0"


def length(value: str, units: str, *, negative: bool = False, words: str = "") -> Verdict:
    """One length in one of `units` (blank-separated; "1" stands for a bare number)."""
    if value in words.split():
        return FINE
    found = _NUMBER.match(value)
    allowed = [unit for unit in units.split() if unit != "1"]
    wanted = f"write a number and {' or '.join(allowed)}, such as {'100%' if allowed == ['%'] else '16px'}"
    if not found:
        return f"{value!r} is not a length", wanted
    number, unit = float(found[1]), found[2].lower()
    if number < 0 and not negative:
        return f"{value!r} is negative", wanted
    if not unit and number and "1" not in units.split():
        return f"{value!r} has no unit", f'did you mean "{value}px"?'
    if unit and unit not in allowed:
        why = "Outlook and others do not know it" if unit in ("rem", "vw", "vh", "ch") else "MJML does not take it here"
        return f"the unit {unit!r} cannot be used: {why}", wanted
    return FINE


def size(value: str, words: str = "") -> Verdict:
    """A width or height: pixels, or up to 100 %."""
    verdict = length(value, "px %", words=words)
    if verdict is FINE and value.endswith("%") and float(value[:-1]) > 100:
        return f"{value} is more than 100% of what is there", "write 100% or less"
    return verdict


def box(value: str) -> Verdict:
    parts = value.split()
    if not 1 <= len(parts) <= 4:
        return f"{len(parts)} values, and there are only four sides", 'write one to four lengths, such as "10px 24px"'
    return next((verdict for verdict in map(partial(length, units="px %"), parts) if verdict is not FINE), FINE)


def border(value: str) -> Verdict:
    """`none`, or width, style and colour in any order, each at most once."""
    wanted = 'write it like "1px solid #cccccc", or "none"'
    parts = re.findall(r"[^\s(]+(?:\([^)]*\))?", value)
    if not 1 <= len(parts) <= 3:
        return f"{value!r} is not a border", wanted
    for part in parts:
        known = part.lower() in (*_LINES, "thin", "medium", "thick", "inherit", "initial")
        if not known and length(part, "px em") is not FINE and colour(part) is not FINE:
            return f"{part!r} is neither a width, a style nor a colour", wanted
    return FINE


def fonts(value: str) -> Verdict:
    if ";" in value:
        return "a semicolon ends the style", "separate fonts by commas"
    for name in (part.strip() for part in value.split(",")):
        if not name:
            return "an empty name between the commas", "remove a comma, or name a font"
        if not _QUOTED.match(name) and not _FONT.match(name):
            return f"{name!r} is not a font's name", f"put it into quotes of the other kind: '{name.strip(chr(39))}'"
    return FINE


def weight(value: str) -> Verdict:
    if value in ("normal", "bold", "bolder", "lighter", "inherit", "initial"):
        return FINE
    if value.isdecimal() and 1 <= int(value) <= 1000:
        return FINE
    return f"{value!r} is not a font weight", "write normal, bold, or 100 to 900"


def whole(value: str) -> Verdict:
    return FINE if value.isdecimal() else (f"{value!r} is not a whole number", "write a number without unit")


def one_of(value: str, words: str) -> Verdict:
    known = words.split()
    if value in known:
        return FINE
    twins = {"middle": "center", "start": "left", "end": "right", "center": "middle", "centre": "center"}
    near = difflib.get_close_matches(value.lower(), known, 1) or [twins.get(value, "")]
    listed = f"one of: {', '.join(known)}"
    meant = f'did you mean "{near[0]}"? It is {listed}' if near[0] in known else f"write {listed}"
    return f"{value!r} is not one of the values it takes", meant


def decoration(value: str) -> Verdict:
    """A line, perhaps with a style and a colour."""
    lines = ("none", "underline", "overline", "line-through", "inherit", "initial")
    return FINE if set(value.split()) & set(lines) else one_of(value, " ".join(lines))


def link(value: str) -> Verdict:
    """Where a reader can go from an inbox: a whole web address, or a mail, phone or text-message address, or #part."""
    return _address(value, ("http", "https", "mailto", "tel", "sms"), part=True)


def source(value: str) -> Verdict:
    return FINE if is_inline(value) else _address(value, ("http", "https"), part=False)


def _address(value: str, schemes: tuple[str, ...], *, part: bool) -> Verdict:
    if value.startswith("\x1a") or (part and value.startswith("#")):
        return FINE
    if not value:
        return "it is empty", "write a whole address, such as https://example.org/page"
    if re.search(r"\s", value):
        return "there is a blank in the address", "write %20 for a blank"
    try:
        split = urlsplit(value)
    except ValueError as error:
        return str(error), "write a whole address, such as https://example.org/page"
    if split.scheme in schemes:
        lost = split.scheme in ("http", "https") and not split.netloc
        return ("there is no host in it", "write a whole address, such as https://example.org/page") if lost else FINE
    if split.scheme and ":" in value.split("/")[0] and not split.scheme.count("."):
        return f"{split.scheme}: does not work in an email", f"use one of: {', '.join(schemes)}"
    if value.startswith("//"):
        return "an email has no scheme to borrow", f'write "https:{value}"'
    if value.startswith("www."):
        return "it has no scheme, so an email program takes it for a file", f'write "https://{value}"'
    return "an email has no site that it could be relative to", "write the whole address, beginning with https://"


def _any(_: str) -> Verdict:
    return FINE


def _words(words: str) -> Callable[[str], Verdict]:
    return partial(one_of, words=words)


CHECKS: dict[str, Callable[[str], Verdict]] = {
    "any": _any,
    "path": _any,  # relative to a navbar's base-url
    "colour": colour,
    "px": partial(length, units="px"),
    "edge": partial(length, units="px %"),
    "size": size,
    "sizeauto": partial(size, words="auto"),
    "box": box,
    "border": border,
    "fonts": fonts,
    "weight": weight,
    "height": partial(length, units="px % 1 em", words="normal"),
    "spacing": partial(length, units="px em", negative=True, words="normal none"),
    "whole": whole,
    "link": link,
    "source": source,
    "align": _words("left center right justify"),
    "vertical": _words("top middle bottom"),
    "side": _words("left right"),
    "direction": _words("ltr rtl"),
    "repeat": _words("repeat no-repeat repeat-x repeat-y"),
    "slant": _words("normal italic oblique inherit"),
    "decoration": decoration,
    "transform": _words("none uppercase lowercase capitalize inherit"),
    "line": _words(" ".join(_LINES)),
    "full": _words("full-width false"),
    "boolean": _words("true false"),
    "inline": _words("inline"),
    "position": _words("file-start"),
    "mode": _words("fixed-height fluid-height"),
    "orientation": _words("horizontal vertical"),
    "role": _words("none presentation"),
    "layout": _words("auto fixed initial inherit"),
    "hamburger": _words("hamburger"),
    "thumbnails": _words("visible hidden supported"),
}
# Here a value from the issue may stand: text and addresses, which are escaped for their place.
TAKES_VALUES = frozenset({"any", "path", "link", "source", "fonts"})
