"""Which elements a page hides from its readers: what they do not see does not belong to the text. Pure.

Does not know CSS beyond an element's own attributes: classes count where their names are customs of many themes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WORDS = ("hidden", "style", "sr-only", "screen-reader", "d-none", "data-")  # one of them stands in every tag that hides
_MAY_HIDE = re.compile(
    r"\bhidden\b|display\s*:\s*none|mso-hide|(?:font-size|opacity|max-height)\s*:\s*0|sr-only|visuallyhidden|"
    r"screen-reader-text|d-none|data-(?:lazy-)?src"
)
_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:^|;)\s*(?:font-size|opacity|max-height)"
    r"\s*:\s*0(?:px|em|%)?\s*(?:;|!|$)",
    re.I,
)
# Elements of a line that show nothing an email could; each with its end, whatever stands between.
_EMBEDDED = re.compile(
    r"<(svg|iframe|noscript|video|audio|object|canvas|button|form)(?=[\s/>])[^<>]*>"
    r"(?:[^<]|<(?!/?\1(?=[\s/>])|!--|script|style|textarea))*+</\1\s*>",
    re.I,
)
_CLASS = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|hidden|d-none)(?:\s|$)")


def without_embedded(html: str) -> str:
    """Without films, drawings, frames and forms, and what stands within; the same object where there are none.

    What is not closed, or holds another of its kind, stays for the tree.
    """
    return _EMBEDDED.sub("", html)


def may_hide(tags: str) -> bool:
    """Whether one of `tags`, in lower case, may hide its element, or give a picture its address later."""
    # The words first: an expression of so many beginnings costs as much as sanitising.
    return any(map(tags.__contains__, WORDS)) and _MAY_HIDE.search(tags) is not None


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether an element with these attributes is not shown."""
    if attributes.get("hidden") is not None:
        return True
    style, classes = attributes.get("style"), attributes.get("class")
    return bool((style and _STYLE.search(style)) or (classes and _CLASS.search(classes)))
