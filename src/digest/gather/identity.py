"""When are two pieces the same article? By any shared alias. Pure.

Does not remember anything: the store looks the aliases up. Invariant: editing an article, moving its site from http to
https, adding trackers to its links or re-publishing it elsewhere leaves at least one alias unchanged.

Why this way: identifiers of feeds change with https migrations, links grow trackers, feeds without identifiers exist;
each kind of alias alone loses articles or repeats them (rss2email, Miniflux and FreshRSS have such reports). A
fingerprint of title and text also recognises cross-posts, so it is only made of texts long enough to be unique.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from digest.gather.urls import guid_key, http_url, url_key
from digest.model import Article

MIN_FINGERPRINT_CHARS = 160


def aliases(article: Article) -> tuple[str, ...]:
    """Typed names of this article: `guid:SOURCE:...`, `url:...`, `fp:...`; strongest first, never empty of meaning.

    A bare item without identifier, address and enough text is named by its title (`title:SOURCE:...`), so that it is
    not new every time it is seen.
    """
    names: list[str] = []
    if article.guid.strip():
        names.append(f"guid:{article.source}:{guid_key(article.guid)}")
    for url in (article.canonical_url, article.url):
        if url and http_url(url) and _is_deep(url):
            names.append(f"url:{url_key(url)}")
    mark = fingerprint(article)
    if mark:
        names.append(f"fp:{mark}")
    if not names:
        names.append(f"title:{article.source}:{_digest(_folded(article.title))}")
    return tuple(dict.fromkeys(names))


def fingerprint(article: Article) -> str:
    """A hash of the words of title and text, whatever their case, punctuation and spacing; "" for short texts.

    A derived title is part of the text already, so it does not count.
    """
    words = _folded(article.text)
    if len(words) < MIN_FINGERPRINT_CHARS:
        return ""
    return _digest(words if article.title_derived else f"{_folded(article.title)}\n{words}")


def title_key(title: str) -> str:
    """The words of a title, whatever their case and punctuation."""
    return _folded(title)


def content_hash(article: Article) -> str:
    """Changes when something a reader would see changes: title, text, picture, authors, address."""
    image = article.image.url if article.image else ""
    people = "\x1f".join(author.name for author in article.authors)
    parts = (article.title, article.text, article.excerpt, article.url or "", image, people)
    return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _is_deep(url: str) -> bool:
    """A site's front page is no article's address, though some feeds give it to every item."""
    host, _, path = url_key(url).partition("/")
    return bool(host and path)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
