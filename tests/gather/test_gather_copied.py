"""Text copied from pages of several platforms, in several languages: every page is written for these tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather import read_text
from digest.gather.chrome import read_counters, read_line
from digest.gather.words import clean_text

PROSE = (
    "The allotments behind the old mill were a rubbish tip for eleven years.",
    "Last spring a dozen neighbours met there with gloves, two borrowed vans and a great deal of tea. "
    "By the evening you could see the ground again.",
    "“We did not expect anyone to come,” said Orla Finnegan, who had put up the notices. “Then the street was full.”",
)
GERMAN = (
    "Seit dem Sommer steht am Hafen eine Werkstatt, in der jeder sein Fahrrad selbst reparieren kann.",
    "Das Werkzeug wurde gespendet, der Raum gehört der Stadt. Wer Hilfe braucht, bekommt sie dienstags ab 17 Uhr.",
)
FRENCH = (
    "La bibliothèque du quartier a rouvert ses portes samedi après deux ans de travaux.",
    "Plus de trois cents personnes ont visité les nouvelles salles, et le café était vide à midi.",
)
SPANISH = (
    "El huerto de la calle Mayor cumple diez años y lo celebra con una comida para todo el barrio.",
    "Habrá música por la tarde y talleres para los más pequeños. La entrada es libre.",
)
PORTUGUESE = (
    "A associação de moradores abriu uma oficina de costura no antigo posto dos correios.",
    "As aulas são gratuitas e acontecem às quartas-feiras. Já há uma lista de espera.",
)


def page(*parts: str | tuple[str, ...]) -> str:
    return "\n\n".join("\n\n".join(part) if isinstance(part, tuple) else part for part in parts)


def body_of(prose: tuple[str, ...]) -> str:
    return "\n\n".join(prose)


def names(text: str) -> tuple[str, ...]:
    return tuple(author.name for author in read_text(text, name="x.txt").authors)


def test_wix_page_with_glued_counters() -> None:
    """Anchors, handle, byline and `1 view0 comments` become data; the body is the article, no line more or less."""
    text = (
        "top of page\n  • harbour214\n\n\nBy: Maeve Tierney\n\n"
        + body_of(PROSE)
        + "\n\n1 view0 comments\nbottom of page"
    )
    article = read_text(text, name="mill.txt")
    assert article.text == body_of(PROSE)
    assert [author.name for author in article.authors] == ["Maeve Tierney"]
    assert (article.views, article.comments, article.reactions) == (1, 0, None)
    assert (
        article.title_derived
        and article.title == "The allotments behind the old mill were a rubbish tip for eleven years"
    )
    assert article.origin["title"] == "first sentence" and article.origin["authors"] == "byline"
    assert article.url is None and article.guid == "mill.txt" and article.published is None


@pytest.mark.parametrize(
    "ending",
    ["1 view0 commentsbottom of page", "1 view0 comments\nbottom of page", "1 view\n0 comments\n\nbottom of page",
     "1 view · 0 comments", "1 view | 0 Comments\nLike\nShare", "Views: 1\nComments (0)",
         "1 View 0 Comments\n\nRecent Posts\nSee All",
     "1 view0 comments\n\nRecent Posts\n\nSee All\n\nHow we built the bridge\n\nTea at four\nbottom of page",
     "1 view\n\nNo comments yet"],
)  # fmt: skip
def test_counters_in_every_form(ending: str) -> None:
    """However the counters are glued, split or followed by other posts, they are read and gone."""
    article = read_text(page("top of page", PROSE) + "\n\n" + ending, name="x.txt")
    assert (article.views, article.comments) == (1, 0)
    assert article.text == body_of(PROSE)


def test_counters_and_anchor_glued_to_the_last_sentence() -> None:
    """`...full.”12 views3 comments` and a glued `bottom of page` leave the sentence whole."""
    article = read_text(body_of(PROSE) + "12 views3 commentsbottom of page", name="x.txt")
    assert article.text == body_of(PROSE) and (article.views, article.comments) == (12, 3)


def test_wix_post_page_with_title_name_date_and_reading_time() -> None:
    """Menu, poster's name, date and reading time above, buttons below: all data or gone, the headline is the title."""
    text = page(
        "top of page", "Log In", "Home\nAbout\nBlog", "All Posts\nSearch", "Maeve Tierney\nMar 3, 2026\n2 min read",
        "A street cleans up its mill", "Updated: Mar 5, 2026", PROSE, "#gardens #neighbours",
            "1,204 views · 3 comments",
        "Recent Posts\nSee All", "Post not marked as liked\n7 likes", "Comments", "Write a comment...",
        "©2026 by Harbour Stories. Proudly created with Wix.com", "bottom of page",
    )  # fmt: skip
    article = read_text(text, name="x.txt")
    assert article.title == "A street cleans up its mill" and not article.title_derived
    assert article.text == body_of(PROSE)
    assert [author.name for author in article.authors] == ["Maeve Tierney"] and article.origin["authors"] == "poster"
    assert article.published == datetime(2026, 3, 3, tzinfo=UTC) and article.published_confidence == "day"
    assert article.updated == datetime(2026, 3, 5, tzinfo=UTC)
    assert (article.views, article.comments) == (1204, 3) and article.tags == ("gardens", "neighbours")


def test_wordpress_page() -> None:
    """Byline with date and comments in one line, buttons, related posts and readers' comments are not the article."""
    text = page(
        "Skip to content", "Menu", "A street cleans up its mill", "By Tom O’Shea | March 3, 2026 | 2 Comments", PROSE,
        "Share this:", "Twitter\nFacebook\nEmail", "Like this:\n\nLoading...", "Related", "2 Comments",
        "ann says:\n\nMarch 4, 2026 at 9:12 am\n\n"
        "What a lovely story, we should do the same on our side of the river soon.",
        "Reply", "Leave a Reply", "Powered by WordPress",
    )  # fmt: skip
    article = read_text(text, name="x.txt")
    assert article.title == "A street cleans up its mill"
    assert article.text == body_of(PROSE)
    assert article.comments == 2 and [author.name for author in article.authors] == ["Tom O’Shea"]
    assert article.published == datetime(2026, 3, 3, tzinfo=UTC)


def test_medium_page() -> None:
    """Claps, reading time, Follow and the buttons around them are gone; the name above is the author."""
    text = page(
        "Open in app", "Sign up", "Sign in", "A street cleans up its mill", "Maeve Tierney", "Follow", "3 min read",
            "·",
        "Mar 3, 2026", "1.2K", "14", "Listen", "Share", PROSE, "1.2K claps", "Follow", "Recommended from Medium",
            "See all",
    )  # fmt: skip
    article = read_text(text, name="x.txt")
    assert article.title == "A street cleans up its mill" and article.text == body_of(PROSE)
    assert [author.name for author in article.authors] == ["Maeve Tierney"] and article.reactions == 1200


def test_discourse_topic() -> None:
    """A forum topic: likes, views and replies below the post are counters."""
    text = page(
        "A street cleans up its mill",
        "maeve_t\n2d",
        PROSE,
        "3.4K views\n17 likes\n5 replies",
        "Reply",
        "Suggested Topics",
    )
    article = read_text(text, name="x.txt")
    assert article.title == "A street cleans up its mill" and article.text.endswith(body_of(PROSE))
    assert (article.views, article.reactions, article.comments) == (3400, 17, 5)


@pytest.mark.parametrize(
    ("prose", "byline", "counters", "author", "views", "comments"),
    [
        (GERMAN, "Von: Jörg Müller", "1.204 Aufrufe0 Kommentare", "Jörg Müller", 1204, 0),
        (GERMAN, "Von Anna-Lena Weiß", "12 Aufrufe · 1 Kommentar", "Anna-Lena Weiß", 12, 1),
        (FRENCH, "Par Hélène Dubois", "3 vues2 commentaires", "Hélène Dubois", 3, 2),
        (FRENCH, "Par : Hélène Dubois", "1 204 vues\n0 commentaire", "Hélène Dubois", 1204, 0),
        (SPANISH, "Por: Lucía Fernández", "15 visualizaciones4 comentarios", "Lucía Fernández", 15, 4),
        (SPANISH, "Por Lucía Fernández", "2 mil vistas · Sin comentarios", "Lucía Fernández", 2000, 0),
        (PORTUGUESE, "Por: João da Silva", "9 visualizações1 comentário", "João da Silva", 9, 1),
    ],
)  # fmt: skip
def test_other_languages(
    prose: tuple[str, ...], byline: str, counters: str, author: str, views: int, comments: int
) -> None:
    """Bylines and counters are understood in German, French, Spanish and Portuguese."""
    article = read_text(page("top of page", byline, prose, counters, "bottom of page"), name="x.txt")
    assert article.text == body_of(prose)
    assert [person.name for person in article.authors] == [author]
    assert (article.views, article.comments) == (views, comments)


def test_articles_about_views_and_comments_lose_nothing() -> None:
    """Sentences that speak of views, comments, sharing and pages stay, wherever they stand."""
    prose = (
        "Our video got 1,204 views and 3 comments in its first week.",
        "3 comments were kind.",
        "By noon, the counter said 12 views.",
        "Share your own story at the desk. Like everyone else, we read every one.",
        "The rest is at the bottom of page",
    )
    article = read_text(page("top of page", prose, "7 views0 comments"), name="x.txt")
    assert article.text == body_of(prose)
    assert (article.views, article.comments) == (7, 0)


def test_plain_text_is_left_alone() -> None:
    """A text without furniture keeps every line; a headline over it is the title."""
    article = read_text("Tea at the mill\n\n" + body_of(PROSE), name="x.txt")
    assert (article.title, article.title_derived, article.text) == ("Tea at the mill", False, body_of(PROSE))
    greeting = read_text("Dear neighbours,\n\n" + body_of(PROSE), name="x.txt")
    assert greeting.title_derived and greeting.text == "Dear neighbours,\n\n" + body_of(PROSE)


def test_several_authors_and_words_that_are_none() -> None:
    """Names are told apart; `By the river` is no byline."""
    assert names(page("By Ann Onym, Ben Utzer and Cleo van der Meer", PROSE)) == (
        "Ann Onym",
        "Ben Utzer",
        "Cleo van der Meer",
    )
    assert names(page("By the river", PROSE)) == ()
    assert names(page("Tea at the mill", "By Ann Onym · 3 min read", PROSE)) == ("Ann Onym",)


def test_wrapped_lines_are_joined_and_lists_are_kept() -> None:
    """Lines broken by a mail program become one paragraph; list items keep their lines."""
    wrapped = (
        "The allotments behind the old mill were a rubbish tip for eleven\n"
        "years, and nobody at the town hall could say whose\n"
        "land it was or who would have to pay for the skips."
    )
    article = read_text(wrapped + "\n\n- gloves\n- two vans\n- tea", name="x.txt")
    assert article.text == wrapped.replace("\n", " ") + "\n\n- gloves\n- two vans\n- tea"


def test_lines_without_blank_lines_between_are_paragraphs() -> None:
    """A copy that lost its blank lines still has its paragraphs."""
    assert read_text("\n".join(PROSE), name="x.txt").text == body_of(PROSE)


def test_empty_text_is_an_article_without_words() -> None:
    """Nothing, and nothing but furniture, give an empty text and a title that says so."""
    assert read_text("", name="notes-of-may.txt").title == "Notes of may"
    assert read_text("top of page\n1 view0 comments\nbottom of page", name="x.txt").text == ""


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("1 view0 comments", (1, 0, None)), ("1,204 views · 3 comments", (1204, 3, None)), ("1.2K views", (1200,
            None, None)),
        ("3,4 Mio Aufrufe", (3_400_000, None, None)), ("Comments (3)", (None, 3, None)), ("12 Likes 5 Comments",
            (None, 5, 12)),
        ("閲覧 12", (12, None, None)), ("1 просмотр0 комментариев", (1, 0, None)), ("No comments", (None, 0, None)),
    ],
)  # fmt: skip
def test_counter_lines(line: str, counts: tuple[int | None, int | None, int | None]) -> None:
    """A line of nothing but counters gives their numbers."""
    meta = read_counters(line)
    assert meta is not None and (meta.views, meta.comments, meta.reactions) == counts


@pytest.mark.parametrize(
    "line",
    ["3 comments were kind.", "views", "12", "1 viewer", "12 views of the sea", "comments welcome", "5 commentators"],
)
def test_lines_that_are_no_counters(line: str) -> None:
    """A word more, and it is a sentence."""
    assert read_counters(line) is None


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_any_text_is_read(text: str) -> None:
    """Whatever the text: no exception, a title, and clean paragraphs that stay as they are when cleaned again."""
    article = read_text(text, name="x.txt")
    assert article.title
    assert clean_text(article.text) == article.text
    assert "\n\n\n" not in article.text


WORDS = st.sampled_from(
    ["gloves", "vans", "tea", "river", "views", "comments", "page", "share", "like", "street", "three", "12", "by"]
)
SENTENCES = st.lists(WORDS, min_size=8, max_size=20).map(lambda words: " ".join(words).capitalize() + ".")


@given(st.lists(SENTENCES, min_size=1, max_size=6), st.integers(0, 10**6), st.integers(0, 999))
def test_no_sentence_is_ever_lost(sentences: list[str], views: int, comments: int) -> None:
    """Between the furniture every sentence survives in order, and the counters come out exact."""
    text = page(
        "top of page",
        "• someone",
        "By: Ann Onym",
        tuple(sentences),
        f"{views:,} views{comments} comments",
        "bottom of page",
    )
    article = read_text(text, name="x.txt")
    assert article.text == "\n\n".join(sentences)
    assert (article.views, article.comments) == (views, comments)


@given(SENTENCES)
def test_a_sentence_is_never_furniture(sentence: str) -> None:
    """A whole sentence with its full stop is no furniture, whatever its words."""
    assert read_line(sentence) is None
