"""What to show of an article: the extract of its text, or the feed's own excerpt where there is no text.

Does not rank. Invariant: an excerpt that was cut off is never shown as if it were whole.
"""

from __future__ import annotations

import html
import re

from digest.curate.language import base_language
from digest.curate.scripts import main_script
from digest.curate.summary.extractive import summarize
from digest.curate.summary.fitness import has_placeholder
from digest.model import Article, Summary

MIN_EXCERPT = 60
_TAG = re.compile(r"<[^<>]{1,400}>")
_CUT_OFF = re.compile(
    r"(?:\[?\s*(?:…|\.\.\.|&hellip;|\[\+\d+ chars\])\s*\]?|(?:read|continue|weiter|leer|lire)\b[^.!?]{0,40}[→»›]?)\s*$",
    re.IGNORECASE,
)
_TAIL_CHARS = 600  # the longest signature; looking for it in all of a long excerpt takes seconds
_FEED_TAIL = re.compile(r"\s*The post\b.{0,300}\b(?:first appeared|appeared first) on\b.{0,200}$", re.DOTALL)


def summary_of(article: Article, *, language: str | None, sentences: int, max_chars: int) -> Summary:
    """The extract; without text (or with nothing whole in it) the feed's excerpt, if it is whole."""
    extract = summarize(article.text, title=article.title, lang=language, sentences=sentences, max_chars=max_chars)
    if extract.text:
        return extract
    feed = _from_feed(article, language, sentences, max_chars)
    return feed if feed.text else Summary("", flags=tuple(dict.fromkeys((*extract.flags, *feed.flags))))


def _from_feed(article: Article, language: str | None, sentences: int, max_chars: int) -> Summary:
    text = plain_excerpt(article.excerpt)
    if not text:
        return Summary("", source="feed", flags=("no_fit",))
    cut_off = bool(_CUT_OFF.search(text))
    short = len(text) < (MIN_EXCERPT // 3 if main_script(text) in ("Han", "Kana") else MIN_EXCERPT)
    if short or (has_placeholder(text) and not cut_off):
        return Summary("", source="feed", flags=("no_fit",))
    taken = summarize(text, title=article.title, lang=base_language(language), sentences=sentences, max_chars=max_chars)
    flags = (*taken.flags, "cut_off") if cut_off else taken.flags
    return Summary(taken.text, source="feed", flags=flags)


def plain_excerpt(excerpt: str) -> str:
    """Markup, entities and the feed's own signature removed."""
    text = " ".join(html.unescape(_TAG.sub(" ", excerpt)).split())
    body = max(0, len(text) - _TAIL_CHARS)
    return (text[:body] + _FEED_TAIL.sub("", text[body:])).rstrip()
