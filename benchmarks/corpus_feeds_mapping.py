"""From what feedparser's own tests expect of an entry to the field of `Article` that says the same.

An expectation is a Python expression such as `entries[0]['author_detail']['name'] == 'Ada'`. `ASKED` selects the
expressions about what a digest needs of an entry; `ALSO` the families of a wider count. Every comparison in an
expression has a path (`author_detail.name`), which is looked up in `RULES`, first match wins; an expression is met when
all its comparisons are. A rule names the field, the comparison (`corpus_feeds_compare.py`), and why the two may be
written differently. Some values are no field of an article, but decide one: the type of a content decides how it is
read, a base where its addresses lead, a link's relation what the link is to the article. They are compared *by effect*,
where it matters on a changed document, and counted apart. What has neither field nor effect is missed, and listed.

    text      both as a reader sees them: markup out, entities resolved, white space folded
    words     the expected words are the article's text or excerpt, or stand in it (text: as above)
    address   both absolute (from the feed's base), trackers out; an expected address that is none (`urn:`, a fragment
              of a relative one) must not be given out as one
    link      as `address` for the article's own link and its enclosures; a link of another relation must be neither
    name      the person's name; an e-mail address beside it is not published
    date      the same instant
    tag       among the tags
    same      equal
    count     as many
    language  the same BCP 47 tag, whatever its case; None where none is known
  by effect:
    absent    the value is an e-mail address: it has been told from the name and stands nowhere, by design
    read_as   escaped markup put into the content comes out as markup for text/html, as its letters for the others
    leads     relative addresses in the content lead to where this base takes them
    relation  the link is the article's address (alternate), an enclosure, or neither
    link_type an enclosure's own; an alternate of this type wins over a PDF beside it
    origin    where the field came from names it
    not_kept  nothing of the article says it; never counted as met
"""

from __future__ import annotations

ASKED = (
    r"entries\[\d+\](?:\.|\[')(?:title|link|id|guid|author\w*|published\w*|updated\w*|summary|description|content|tags|"
    r"categories|enclosures|links|comments|media_\w*|language)\b"
)

RULES: tuple[tuple[str, str, str, str], ...] = (
    # path (a full match), field of Article, comparison, why
    (r"title|title_detail\.value", "title", "text", "a title is one line of text"),
    (r"link", "url", "address", ""),
    (r"media_player\.url", "url", "address", "an item with a player and no link is watched there"),
    (r"links\[(\d+)\]\.href", "url|enclosures", "link", "the link an article keeps, or an enclosure"),
    (r"links\[\d+\]\.title", "title", "text", "the title of an entry that has no other"),
    (r"links\[\d+\]\.hreflang", "language", "language", "the language of an entry that names no other"),
    (r"links\[(\d+)\]\.length", "enclosures.length", "same", "a link with a length is an enclosure"),
    (r"links\[(\d+)\]\.rel", "url|enclosures", "relation", "decides what the link is to the article"),
    (r"links\[(\d+)\]\.type", "url|enclosures.type", "link_type", "decides between several alternates"),
    (r"len\(links\)", "url|enclosures", "count", "no address but the item's own"),
    (r"id|guid", "guid", "same", "one that several entries share has a mark of its own after it"),
    (r"author|author_detail\.name|authors\[(\d+)\]\.name", "authors.name", "name", ""),
    (r"author_detail\.(?:href|url)|authors\[(\d+)\]\.(?:href|url)", "authors.url", "address", ""),
    (r"author_detail\.email|authors\[(\d+)\]\.email", "authors.name", "absent", "an address is nobody's by-line"),
    (r"(?:published|created)(?:_parsed)?", "published", "date", ""),
    (r"updated(?:_parsed)?", "updated|published", "date", "dc:date and a lone <updated> are when it was published"),
    (r"summary|description|summary_detail\.value", "excerpt|text", "words", ""),
    (r"content\[\d+\]\.value", "text|excerpt", "words", ""),
    (r"content\[\d+\]\.src", "url|enclosures.url", "address", "content that stands elsewhere: a page or a file"),
    (r"content\[\d+\]\.type", "text", "read_as", "text is cleaned, according to its type"),
    (r"content\[\d+\]\.base", "html", "leads", "addresses are made absolute at once"),
    (r"tags\[\d+\]\.(?:term|label)|category", "tags", "tag", ""),
    (r"tags\[\d+\]\.scheme", "origin.tags", "origin", "readers see words; the operator sees of which vocabulary"),
    (r"len\(tags\)", "tags", "count", ""),
    (r"enclosures\[(\d+)\]\.(?:href|url)", "enclosures.url", "address", ""),
    (r"enclosures\[(\d+)\]\.type", "enclosures.type", "same", ""),
    (r"enclosures\[(\d+)\]\.length", "enclosures.length", "same", ""),
    (r"(?:content\[\d+\]|title_detail|summary_detail)\.language|language", "language", "language", ""),
    (r"media_thumbnail\[\d+\]\.url", "image.url", "address", ""),
    (r"(?:title_detail|summary_detail)\.(?:type|base)", "", "not_kept", "as for content; seen by its effect there"),
    (r"links|tags", "", "not_kept", "whole lists, other than by number"),
    (r"guidislink", "", "not_kept", "decides the address, then is forgotten"),
    (r"comments", "", "not_kept", "the page of comments; their number is kept"),
    (r"media_(?:credit|rating|license|restriction).*", "", "not_kept", "of the film or picture, not of the article"),
)

BY_EFFECT = frozenset(["absent", "read_as", "leads", "relation", "link_type", "origin"])

# Families of the wider count; everything else in the corpus is about feeds, podcasts or places.
ALSO = (
    "title", "link", "id", "guid", "author", "author_detail", "authors", "published", "published_parsed", "updated",
    "updated_parsed", "created", "created_parsed", "summary", "description", "content", "tags", "category",
    "enclosures", "links", "language", "title_detail", "summary_detail",
)  # fmt: skip

# Why an expectation of such a path may stay missed: not by file, and none of them is a wrong reading.
WHY_MISSED: tuple[tuple[str, str], ...] = (
    (r"media_thumbnail.*", "a picture of 72 by 72 pixels stands for no article"),
    (r"title_detail\.language", "an article has one language, that of its body; the title here is in another"),
    (r"summary|description", "control characters, and what HTML reads as a comment (`<!'`), show a reader nothing"),
)
