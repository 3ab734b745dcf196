"""Kinds of sources. Each is an `adapter.Adapter`: pure, two functions, one file; docs/recipes-sources.md adds another.

    feeds       feed, wordpress, ghost, wix: a feed, and the page where the feed has only an excerpt   -> quirks
    wordpress   wordpress-api: the REST API, by time of change
    ghost       ghost with a key: the Content API
    discourse   topics, newest first, with the first post of each
    forem       dev.to and its relatives
    sitemap     sitemaps and news sitemaps, with the page of each
    listing     a page of links, with the page of each
    completion  when an article needs its page, and what is believed of it
    jsonvalues  reading JSON that may hold anything

Does not fetch: `sources` does. `KINDS` is the registry; "files" and "auto" are not in it, because `sources` itself
reads folders and finds out what an address is.
"""

from __future__ import annotations

from digest.gather.adapter import Adapter, Reading, Reply
from digest.gather.kinds.discourse import Discourse
from digest.gather.kinds.feeds import Feed, Ghost, Wix, WordPress
from digest.gather.kinds.forem import Forem
from digest.gather.kinds.listing import Listing
from digest.gather.kinds.sitemap import Sitemap
from digest.gather.kinds.wordpress import WordPressApi
from digest.gather.settings import SourceSettings

KINDS: dict[str, Adapter] = {
    "feed": Feed(),
    "wordpress": WordPress(),
    "wordpress-api": WordPressApi(),
    "ghost": Ghost(),
    "wix": Wix(),
    "discourse": Discourse(),
    "forem": Forem(),
    "sitemap": Sitemap(),
    "listing": Listing(),
}


def read_reply(source: SourceSettings, reply: Reply) -> Reading:
    """What one reply means to the source's kind: the function that `sources` calls in a process of its own."""
    return KINDS[source.kind].read(source, reply)
