"""Names for sources: short, typed on a command line, unique in their file. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

LONGEST = 40
# Hosts that hold many publications: there the path tells them apart.
_SAYS_NOTHING = ("www", "blog", "blogs", "feeds", "feed", "rss", "news", "forum", "medium", "github", "youtube", "old")
_ENDINGS = re.compile(r"\.(?:xml|rss|atom|json|rdf|html?|php)$")


def slug(text: str) -> str:
    """`Harbour Times, 2nd ed.` -> `harbour-times-2nd-ed`; "" when no Latin letter or digit is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()
    return words if len(words) <= LONGEST else words[:LONGEST].rpartition("-")[0] or words[:LONGEST]


def name_of_url(url: str) -> str:
    """The telling part of an address: `https://www.harbour-times.example/feed.xml` -> `harbour-times`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if re.fullmatch(r"[\d.:]+|localhost", host):
        labels = []
    else:
        labels = [label for label in host.split(".")[:-1] if label not in _SAYS_NOTHING]
    if labels:
        return slug(labels[0]) or "source"
    path = [_ENDINGS.sub("", part) for part in parts.path.split("/") if part]
    telling = [part for part in path if part.lower() not in (*_SAYS_NOTHING, "atom", "index", "channel")]
    return slug(telling[0].lstrip("@")) if telling and slug(telling[0]) else "source"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with the first number that makes it one of its own."""
    wanted = wanted or "source"
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
