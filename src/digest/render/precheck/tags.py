"""What MJML 4 knows, as data: every component, where it may stand, its attributes and the type of each value.

Says nothing about HTML inside components beyond the names of elements. Attribute types are names of checks in
`values`. Written by hand after MJML 4.18's documented components and compared in tests with what mjml-python 1.4.2
takes; what only the compiler of the npm package has (`mj-html-attributes`, `mj-include`) is refused with another way.
"""

from __future__ import annotations

from dataclasses import dataclass

_PADDING = "padding:box padding-top:edge padding-right:edge padding-bottom:edge padding-left:edge"
_BORDER = "border:border border-top:border border-right:border border-bottom:border border-left:border"
_BACKGROUND = (
    "background-color:colour background-url:source background-repeat:repeat background-size:any "
    "background-position:any background-position-x:any background-position-y:any"
)
_FONT = "color:colour font-family:fonts font-size:px font-style:slant font-weight:weight line-height:height"
_WORDS = f"{_FONT} letter-spacing:spacing text-decoration:decoration text-transform:transform"
_LINK = "href:link target:any rel:any name:any title:any"
_BOX = f"container-background-color:colour {_PADDING}"
_ICONS = (
    "icon-align:vertical icon-width:size icon-height:size icon-wrapped-url:source icon-wrapped-alt:any "
    "icon-unwrapped-url:source icon-unwrapped-alt:any icon-position:side"
)
_SECTION = f"{_BACKGROUND} {_BORDER} border-radius:box direction:direction full-width:full text-align:align {_PADDING}"

# Where a component may stand in a column, or in a hero.
CONTENT = frozenset({
    "mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image", "mj-navbar", "mj-raw", "mj-social",
    "mj-spacer", "mj-table", "mj-text",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """`children` is None where HTML or text is expected; `needs` are attributes without which nothing useful shows."""

    attributes: dict[str, str]
    children: frozenset[str] | None
    needs: tuple[str, ...] = ()


def _component(attributes: str, children: str | frozenset[str] | None = None, needs: str = "") -> Component:
    typed = dict(pair.split(":") for pair in attributes.split())
    inside = frozenset(children.split()) if isinstance(children, str) else children
    return Component(typed, inside, tuple(needs.split()))


_HEAD: dict[str, Component] = {
    "mjml": _component("lang:any dir:direction owa:any version:any", "mj-head mj-body"),
    "mj-head": _component("", "mj-attributes mj-breakpoint mj-font mj-preview mj-raw mj-style mj-title"),
    "mj-title": _component(""),
    "mj-preview": _component(""),
    "mj-style": _component("inline:inline"),
    "mj-font": _component("name:any href:source", "", "name href"),
    "mj-breakpoint": _component("width:px", "", "width"),
    "mj-raw": _component("position:position"),
}
_BODY: dict[str, Component] = {
    "mj-body": _component("width:px background-color:colour", "mj-hero mj-raw mj-section mj-wrapper"),
    "mj-wrapper": _component(f"{_SECTION} gap:px", "mj-hero mj-raw mj-section"),
    "mj-section": _component(_SECTION, "mj-column mj-group mj-raw"),
    "mj-group": _component("background-color:colour direction:direction vertical-align:vertical width:size",
                           "mj-column mj-raw"),
    "mj-column": _component(
        "background-color:colour inner-background-color:colour direction:direction vertical-align:vertical width:size "
        f"border-radius:box inner-border-radius:box {_BORDER} {_PADDING} "
        + " ".join(f"inner-{pair}" for pair in _BORDER.split()),
        CONTENT,
    ),
    "mj-hero": _component(
        "mode:mode height:size background-width:size background-height:size inner-background-color:colour "
        "inner-padding:box inner-padding-top:edge inner-padding-right:edge inner-padding-bottom:edge "
        "inner-padding-left:edge vertical-align:vertical border-radius:box width:size align:align "
        f"{_BACKGROUND} {_BOX}",
        CONTENT,
    ),
}  # fmt: skip
_IN_COLUMN: dict[str, Component] = {
    "mj-text": _component(
        f"align:align background-color:colour height:size vertical-align:vertical {_WORDS} {_BOX}"
    ),
    "mj-button": _component(
        f"align:align background-color:colour border-radius:box height:size inner-padding:box text-align:align "
        f"vertical-align:vertical width:size {_WORDS} {_LINK} {_BORDER} {_BOX}"
    ),
    "mj-image": _component(
        f"alt:any src:source srcset:any sizes:any align:align border-radius:box fluid-on-mobile:boolean font-size:px "
        f"height:sizeauto max-height:size width:px usemap:any {_LINK} {_BORDER} {_BOX}",
        "", "src alt",
    ),
    "mj-table": _component(
        f"align:align background-color:colour border:border cellpadding:whole cellspacing:whole role:role "
        f"table-layout:layout vertical-align:vertical width:sizeauto {_FONT} {_BOX}"
    ),
    "mj-divider": _component(
        f"align:align border-color:colour border-style:line border-width:px width:size {_BOX}", ""
    ),
    "mj-spacer": _component(f"height:size width:size vertical-align:vertical {_BORDER} {_BOX}", ""),
    "mj-social": _component(
        f"align:align border-radius:box icon-height:size icon-padding:box icon-size:size inner-padding:box "
        f"mode:orientation table-layout:layout text-padding:box vertical-align:vertical {_WORDS} {_BOX}",
        "mj-social-element mj-raw",
    ),
    "mj-social-element": _component(
        f"align:align alt:any background-color:colour border-radius:box icon-height:size icon-padding:box "
        f"icon-position:side icon-size:size src:source srcset:any sizes:any text-padding:box vertical-align:vertical "
        f"{_WORDS} {_LINK} {_PADDING}"
    ),
    "mj-navbar": _component(
        f"align:align base-url:link hamburger:hamburger ico-align:align ico-close:any ico-color:colour "
        f"ico-font-family:fonts ico-font-size:size ico-line-height:height ico-open:any ico-padding:box "
        f"ico-padding-top:edge ico-padding-right:edge ico-padding-bottom:edge ico-padding-left:edge "
        f"ico-text-decoration:decoration ico-text-transform:transform {_BOX}",
        "mj-navbar-link mj-raw",
    ),
    "mj-navbar-link": _component(f"{_WORDS} href:path target:any rel:any name:any title:any {_PADDING}", None, "href"),
    "mj-accordion": _component(f"border:border font-family:fonts {_ICONS} {_BOX}", "mj-accordion-element mj-raw"),
    "mj-accordion-element": _component(
        f"background-color:colour border:border font-family:fonts {_ICONS}",
        "mj-accordion-title mj-accordion-text mj-raw",
    ),
    "mj-accordion-title": _component(f"background-color:colour {_FONT} {_PADDING}"),
    "mj-accordion-text": _component(f"background-color:colour letter-spacing:spacing {_FONT} {_PADDING}"),
    "mj-carousel": _component(
        f"align:align border-radius:box icon-width:size left-icon:source right-icon:source tb-border:border "
        f"tb-border-radius:box tb-hover-border-color:colour tb-selected-border-color:colour tb-width:size "
        f"thumbnails:thumbnails {_BOX}",
        "mj-carousel-image",
    ),
    "mj-carousel-image": _component(
        "alt:any src:source thumbnails-src:source border-radius:box tb-border:border tb-border-radius:box href:link "
        "target:any rel:any title:any",
        "", "src alt",
    ),
}  # fmt: skip
# Every component takes these.
EVERYWHERE = {"css-class": "any", "mj-class": "any"}
_STYLED = {**_BODY, **_IN_COLUMN}
_ANY = {name: kind for component in _STYLED.values() for name, kind in component.attributes.items()}
_DEFAULTS: dict[str, Component] = {
    "mj-attributes": Component({}, frozenset({*_STYLED, "mj-all", "mj-class"})),
    "mj-all": Component(_ANY, frozenset()),
    "mj-class": Component({**_ANY, "name": "any"}, frozenset(_STYLED), ("name",)),
}
COMPONENTS: dict[str, Component] = {**_HEAD, **_STYLED, **_DEFAULTS}
ONCE = frozenset({"mj-head", "mj-body", "mj-title", "mj-preview", "mj-breakpoint"})
# What MJML's own compiler has and ours has not, with what to do instead.
REFUSED = {
    "mj-include": 'write {% include "footer.mjml" %}',
    "mj-html-attributes": "put the attributes into HTML inside mj-raw or mj-text",
    "mj-selector": "put the attributes into HTML inside mj-raw or mj-text",
    "mj-html-attribute": "put the attributes into HTML inside mj-raw or mj-text",
    "mj-container": "MJML 4 has no container: put its sections straight into <mj-body>",
    "mj-invoice": "MJML 4 has no invoice: write an <mj-table>",
    "mj-list": "MJML 4 has no list: write <ul> inside <mj-text>",
    "mj-location": "MJML 4 has no location: write a link inside <mj-text>",
    "mj-html": "MJML 4 calls it <mj-raw>",
}
NETWORKS = frozenset({
    "dribbble", "facebook", "github", "google", "instagram", "linkedin", "medium", "pinterest", "snapchat",
    "soundcloud", "tumblr", "twitter", "vimeo", "web", "x", "xing", "youtube",
})  # fmt: skip
HTML = frozenset({
    "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo", "big",
    "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "data",
    "datalist", "dd", "del", "details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "embed", "fieldset",
    "figcaption", "figure", "font", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "header", "hgroup", "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link",
    "main", "map", "mark", "menu", "meta", "meter", "nav", "noframes", "noscript", "object", "ol", "optgroup",
    "option", "output", "p", "param", "picture", "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "script",
    "search", "section", "select", "small", "source", "span", "strike", "strong", "style", "sub", "summary", "sup",
    "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "track",
    "tt", "u", "ul", "var", "video", "wbr", "path", "g", "circle", "rect", "line", "polyline", "polygon", "ellipse",
    "text", "tspan", "defs", "use", "symbol", "lineargradient", "radialgradient", "stop",
})  # fmt: skip


def parents(name: str) -> list[str]:
    """The components that `name` may stand in, without those that only give defaults."""
    found = (outer for outer, component in COMPONENTS.items() if component.children and name in component.children)
    return [outer for outer in found if outer not in _DEFAULTS]


def between(outer: str, inner: str) -> tuple[str, ...]:
    """The components to wrap `inner` in so that it may stand in `outer`: one, or two; () when none would do."""
    usual = ("mj-section", "mj-column", "mj-body", "mj-head")
    children = COMPONENTS[outer].children or frozenset()
    ones = [(middle,) for middle in (*usual, *sorted(children)) if middle in children and _holds(middle, inner)]
    twos = [(one, two) for one in usual if one in children for two in usual if _holds(one, two) and _holds(two, inner)]
    if ones and ones[0][0] in usual:
        return ones[0]
    return next(iter([*twos, *ones]), ())


def _holds(outer: str, inner: str) -> bool:
    return inner in (COMPONENTS[outer].children or ())
