"""The names of elements that feeds use, the same for every spelling of a namespace. Pure.

Invariant: `title`, `dc_creator` and `media_content` mean one thing each, whatever prefix or address the feed writes.
"""

from __future__ import annotations

from typing import Any

# Namespaces by what they mean; any other is known by the prefix that the feed itself writes.
_PREFIXES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/atom/ns#": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://purl.org/rss/1.0/modules/content/": "content_",
    "http://purl.org/dc/elements/1.1/": "dc_",
    "http://purl.org/dc/terms/": "dcterms_",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner_",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes_",
    "http://search.yahoo.com/mrss": "media_",
    "http://search.yahoo.com/mrss/": "media_",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf_",
    "http://purl.org/rss/1.0/modules/slash/": "slash_",
    "http://www.w3.org/1999/xhtml": "xhtml_",
}


class NotForUs(Exception):
    """Something that only the tolerant reader knows how to take."""


def name_of(tag: Any, prefix: str | None) -> str:
    if not isinstance(tag, str):
        raise NotForUs  # a reference to an entity
    space, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    known = _PREFIXES.get(space.lower())
    if known is None:
        known = f"{prefix.lower()}_" if prefix else ""
    return known + local.lower()
