"""What of other people's HTML is kept: elements, attributes, kinds of address; and the sanitiser that keeps just that.

The only place that knows nh3. Invariant: nothing is kept that can run, load, submit or restyle anything but a picture.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3

TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
     "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark",
     "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
     "thead", "tr", "u", "ul"]
)  # fmt: skip
ATTRIBUTES = {
    "*": {"dir", "lang", "title"}, "a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "blockquote": {"cite"}, "q": {"cite"},
}  # fmt: skip


@lru_cache(maxsize=64)
def sanitiser(base: str | None) -> nh3.Cleaner:
    """Resolves relative addresses against `base`; without one it drops them."""
    import nh3

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        url_relative=("rewrite_with_base", base) if base else "deny",
    )
