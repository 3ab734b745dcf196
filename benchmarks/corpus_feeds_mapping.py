"""From what feedparser's own tests expect of an entry to the field of `Article` that says the same.

An expectation is a Python expression such as `entries[0]['author_detail']['name'] == 'Ada'`. Its path
(`author_detail.name`) is looked up in `RULES`, first match wins. A rule names the field, the comparison, and why they
may be written differently. Comparisons (`corpus_feeds.py` holds them):

    text      both as a reader sees them: markup out, entities resolved, white space folded
    words     the expected words are the article's text or excerpt, or stand in it (text: as above)
    address   both absolute (from the feed's base), trackers out; an expected address that is none (`urn:`, a fragment
              of a relative one) must not be given out as one
    name      the person's name; an e-mail address beside it is not published
    absent    the value is an e-mail address: no name shows it, by design
    date      the same instant
    tag       among the tags
    same      equal
    language  the same BCP 47 tag, whatever its case; None where none is known
    not_kept  an article has no such field; counted apart, never as met
"""

from __future__ import annotations

RULES: tuple[tuple[str, str, str, str], ...] = (
    # path (a full match), field of Article, comparison, why
    (r"title|title_detail\.value", "title", "text", "a title is one line of text"),
    (r"link", "url", "address", ""),
    (r"links\[\d+\]\.href", "url|enclosures", "address", "the link an article keeps, or an enclosure"),
    (r"id|guid", "guid", "same", ""),
    (r"author|author_detail\.name|authors\[(\d+)\]\.name", "authors.name", "name", ""),
    (r"author_detail\.(?:href|url)|authors\[(\d+)\]\.(?:href|url)", "authors.url", "address", ""),
    (r"author_detail\.email|authors\[(\d+)\]\.email", "authors.name", "absent", "an address is nobody's by-line"),
    (r"(?:published|created)(?:_parsed)?", "published", "date", ""),
    (r"updated(?:_parsed)?", "updated|published", "date", "dc:date and a lone <updated> are when it was published"),
    (r"summary|description|summary_detail\.value", "excerpt|text", "words", ""),
    (r"content\[\d+\]\.value", "text|excerpt", "words", ""),
    (r"tags\[\d+\]\.(?:term|label)|category", "tags", "tag", ""),
    (r"enclosures\[(\d+)\]\.(?:href|url)", "enclosures.url", "address", ""),
    (r"enclosures\[(\d+)\]\.type", "enclosures.type", "same", ""),
    (r"enclosures\[(\d+)\]\.length", "enclosures.length", "same", ""),
    (r"(?:content\[\d+\]|title_detail|summary_detail)\.language|language", "language", "language", ""),
    (r"media_thumbnail\[\d+\]\.url", "image.url", "address", ""),
    (r"(?:content\[\d+\]|title_detail|summary_detail)\.type", "", "not_kept", "text is cleaned, whatever its type"),
    (r"(?:content\[\d+\]|title_detail|summary_detail)\.base", "", "not_kept", "addresses are made absolute at once"),
    (r"content\[\d+\]\.src", "", "not_kept", "content elsewhere is a page"),
    (r"links\[\d+\]\.\w+|links", "", "not_kept", "relations, titles and types of links"),
    (r"tags\[\d+\]\.scheme|tags", "", "not_kept", "vocabularies of tags"),
    (r"guidislink", "", "not_kept", "decides the address, then is forgotten"),
    (r"comments", "", "not_kept", "the page of comments; their number is kept"),
    (
        r"media_(?:credit|rating|license|restriction|player).*",
        "",
        "not_kept",
        "of the film or picture, not the article",
    ),
)

# The families whose expectations a digest needs; everything else in the corpus is about feeds, podcasts or places.
NEEDED = (
    "title", "link", "id", "guid", "author", "author_detail", "authors", "published", "published_parsed", "updated",
    "updated_parsed", "created", "created_parsed", "summary", "description", "content", "tags", "category",
    "enclosures", "links", "language", "title_detail", "summary_detail",
)  # fmt: skip

# Why an expectation of such a path may stay missed: not by file, and none of them is a wrong reading.
WHY_MISSED: tuple[tuple[str, str], ...] = (
    (r"title_detail\.language", "an article has one language, that of its body; the title here is in another"),
    (r"summary|description", "control characters, and what HTML reads as a comment (`<!'`), show a reader nothing"),
)
