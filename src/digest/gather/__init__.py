"""Gathering: from a source's bytes to clean articles that are recognised when they come again.

    sources     gather_source, gather_all: the edge; asks a source, returns a value         (the only one that waits)
                -> round (one source, once) -> asking (the run's network), completing (which pages)
    adapter     what a kind of source is; kinds/ holds them; discovery finds out which one an address is
    guarded     reading what strangers send, in a process of its own (worker) under a deadline
    state       what is remembered between fetches, and what follows from an answer         (pure)
    robots, opml: robots.txt; lists of feeds in and out                                     (pure)
    feed        parse_feed: any feed format   -> feedxml (feedparser), jsonfeed -> entry    (pure)
                quickfeed: well-formed feeds, fast; wellformed: bodies in one pass          (pure)
    page        read_page: one article page -> outline, pagebody, titles, metadata (bylines, pagedates)   (pure)
    copied      read_text: text copied from a page -> copied_head, copied_tail -> chrome -> furniture/
    files       read_file: .md, .html, .txt   -> frontmatter;  folder: a directory of them
    identity    aliases, content_hash, fingerprint: when are two pieces the same article? likeness, shingles: by text
    rechecking  the last look before an issue freezes; looking, imagebytes: at its pictures; boilerplate: repeated lines
    markup, words, urls, dates, encoding: HTML, plain text, addresses, dates and bytes      (pure)

Reading order: `sources`, then the reader you need, downward. Every reader ends in a `model.Article` whose `origin`
names where each field came from. Does not open connections itself (it is handed an `Http`), does not know the
database, and does not decide what is new.

Names are loaded on first use: reading `digest.gather.settings` for a configuration, as every worker process does, loads
nothing of this; and feedparser, trafilatura and lxml come with their first document.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.gather.copied import read_text
    from digest.gather.discovery import Discovery, discover
    from digest.gather.feed import parse_feed
    from digest.gather.files import read_file
    from digest.gather.identity import aliases, content_hash, fingerprint
    from digest.gather.opml import OutlineSource, read_opml, write_opml
    from digest.gather.page import read_page
    from digest.gather.settings import FetchSettings, SourceSettings
    from digest.gather.sources import Gathered, Http, HttpAnswer, gather_all, gather_source
    from digest.gather.state import FetchState
    from digest.gather.urls import strip_trackers, url_key

_HOME = {
    "Discovery": "discovery", "FetchSettings": "settings", "FetchState": "state", "Gathered": "sources",
    "Http": "sources", "HttpAnswer": "sources", "OutlineSource": "opml", "SourceSettings": "settings",
    "aliases": "identity", "content_hash": "identity", "discover": "discovery", "fingerprint": "identity",
    "gather_all": "sources", "gather_source": "sources", "parse_feed": "feed", "read_file": "files",
    "read_opml": "opml", "read_page": "page", "read_text": "copied", "strip_trackers": "urls", "url_key": "urls",
    "write_opml": "opml",
}  # fmt: skip

__all__ = [
    "Discovery", "FetchSettings", "FetchState", "Gathered", "Http", "HttpAnswer", "OutlineSource", "SourceSettings",
    "aliases", "content_hash", "discover", "fingerprint", "gather_all", "gather_source", "parse_feed", "read_file",
    "read_opml", "read_page", "read_text", "strip_trackers", "url_key", "write_opml",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
