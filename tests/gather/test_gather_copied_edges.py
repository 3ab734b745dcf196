"""The edges of copied pages: what is taken for the page, what never is, and how long looking takes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather import read_text
from digest.gather.chrome import read_line
from digest.gather.copied import DOUBT, GUESS

BODY = (
    "The ferry has a new bell, and it can be heard as far as the school.",
    "“It had 12 views and 3 comments on the first day,” said the mate, who filmed it. Share it if you like.",
    "By evening everyone had heard it twice.",
)
TEXT = "\n\n".join(BODY)


@pytest.mark.parametrize(
    "ending",
    ["Warm regards\nMaeve\nHarbour Stories", "Harbour Hall\nMain Street\nGalway", "See you there!", "14 March 2026",
     "Contact\n\nMaeve Tierney, 087 555 0101", "Saturday, 14 March, 10 am\nHarbour Hall\nFree entry", "Next: the roof.",
     "Made with flour and eggs.", "Built by volunteers in 1931.", "Copyright law changed in May.",
     "Share what you have.",
     "Comments\n\nSome neighbours wrote that the bell was too loud.\n\nOthers liked it.", "- gloves\n- vans",
     "Related\n\nThe bridge was closed in May, and it will stay closed.", "Read more in the library", "Photo: Ann Onym",
     "Links\n\nThe museum keeps a list of all bells.", "Subscribe to nothing.", "Want to read more? Come on Sunday.",
     "This website uses cookies, and nobody asked why."],
)  # fmt: skip
def test_endings_of_articles_stay(ending: str) -> None:
    """An ending in the words of pages is an ending, alone and with a page's counters below it."""
    bare = read_text(f"{TEXT}\n\n{ending}", name="x.txt")
    framed = read_text(f"top of page\n\n{TEXT}\n\n{ending}\n\n7 views0 comments\nbottom of page", name="x.txt")

    assert flat(bare.text) == flat(f"{TEXT} {ending}")
    assert flat(framed.text) == flat(f"{TEXT} {ending}")
    assert (framed.views, framed.comments) == (7, 0) and (bare.views, bare.comments) == (None, None)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_an_ending_that_might_be_the_pages_is_named() -> None:
    """Short lines without any sign of a platform stay and are named; with Medium's signs they are its topics."""
    bare = read_text(f"{TEXT}\n\nHarbours\n\nBells\n\nSchools", name="x.txt")
    medium = read_text(f"Ann Onym\nFollow\n3 min read\n\n{TEXT}\n\nHarbours\n\nBells\n\nSchools", name="x.txt")

    assert bare.text.endswith("Schools") and bare.warnings == (f"{DOUBT}: 3 lines: “Harbours”, “Bells”, “Schools”",)
    assert medium.text == TEXT and medium.tags == ("Harbours", "Bells", "Schools")
    assert medium.warnings == (f"{GUESS}: 3 lines: “Harbours”, “Bells”, “Schools”",)


def test_what_was_left_out_can_be_seen() -> None:
    """The number of lines and the first of them stand in `origin`."""
    article = read_text(f"top of page\n\nBy: Ann Onym\n\n{TEXT}\n\n1 view0 comments\nbottom of page", name="x.txt")

    assert article.origin["chrome"] == ("4 lines: “top of page”, “By: Ann Onym”, “1 view0 comments”, “bottom of page”")
    assert article.warnings == () and "chrome" not in read_text(TEXT, name="x.txt").origin


def test_readers_comments_are_not_the_article() -> None:
    """Below an opening, with a name and a time over each and a box under all, even whole sentences are the readers'."""
    comments = "2 Comments\n\nann\n2 days ago\nWe should have one of those bells too.\nReply\n\nLeave a Reply"
    article = read_text(f"{TEXT}\n\n{comments}", name="x.txt")

    assert article.text == TEXT and article.comments == 2


def test_a_table_of_contents_goes_where_its_entries_are_headings() -> None:
    """The list below `Contents` goes when its lines come again; a chapter called Contents stays."""
    parts = "The bell\n\n" + BODY[0] + "\n\nThe school\n\n" + BODY[2]
    article = read_text(f"By Ann Onym\n\nContents\n1. The bell\n2. The school\n\n{parts}", name="x.txt")

    assert article.text == parts
    assert "Contents" in read_text(f"{BODY[0]}\n\nContents\n\n{BODY[1]}", name="x.txt").text


@pytest.mark.parametrize(
    ("line", "author", "date"),
    [
        ("Posted on November 5, 2025 by Tom Wright", "Tom Wright", "2025-11-05"),
        ("Eingestellt von Ute von der Heide um 19:45", "Ute von der Heide", ""),
        ("Publié le 5 novembre 2025 par Noël d’Arcy", "Noël d’Arcy", "2025-11-05"),
        ("Publicado por María José Peña en 19:45", "María José Peña", ""),
        ("Publicado em 3 de março de 2026 por Caio Araújo", "Caio Araújo", "2026-03-03"),
        ("A cura di Maria Pia Rossetti", "Maria Pia Rossetti", ""),
        ("Geplaatst op 3 maart 2026 door Sanne de Wit", "Sanne de Wit", "2026-03-03"),
        ("Opublikowano 3 marca 2026 przez Anna Nowak-Zielińska", "Anna Nowak-Zielińska", "2026-03-03"),
        ("Upplagd av Karin af Ekeby kl. 19:45", "Karin af Ekeby", ""),
        ("5 Kasım 2025 tarihinde Şükran Yıldız tarafından yayımlandı", "Şükran Yıldız", "2025-11-05"),
        ("Автор: С. В. Громов на 19:45", "С. В. Громов", ""),
        ("نُشر في ٣ مارس ٢٠٢٦ بواسطة سامي عبد الرحمن", "سامي عبد الرحمن", "2026-03-03"),
        ("5 नवंबर 2025 को मोहन लाल वर्मा द्वारा प्रकाशित", "मोहन लाल वर्मा", "2025-11-05"),
        ("投稿日: 2026年3月3日 投稿者: 山田花子", "山田花子", "2026-03-03"),
        ("由 李建国 发布于 2026年3月3日", "李建国", "2026-03-03"),
    ],
)
def test_bylines_of_platforms(line: str, author: str, date: str) -> None:
    """A platform's own words around a name and a day are read in every language."""
    meta = read_line(line)
    assert meta is not None and meta.authors == (author,) and meta.date[:10] == date


@pytest.mark.parametrize(
    ("line", "views", "comments"),
    [
        ("12 просмотров3 комментария", 12, 3), ("1,2 тыс. просмотров · 1 комментарий", 1200, 1),
        ("1,2 B görüntüleme7 yorum", 1200, 7), ("1.2B views", 1_200_000_000, None),
        ("2 vues1 180 commentaires", 2, 1180),
        ("١٬٢٣٤ مشاهدة٢ تعليقات", 1234, 2), ("१२३,४५६ बार देखा गया ३ टिप्पणियाँ", 123_456, 3),
        ("12,34,567 views", 1_234_567, None),
        ("閲覧数：１，２３４回7件のコメント", 1234, 7), ("1.1万 次查看 7 条评论", 11_000, 7),
        ("34 लाख बार देखा गया", 3_400_000, None),
        ("Post Views: 10,482", 10_482, None), ("No comments yet", None, 0), ("لا توجد تعليقات", None, 0),
        ("تعليقان", None, 2),
        ("3 thoughts on “The bell”", None, 3), ("created 14d last reply 3h 46 replies 1.2k views", 1200, 46),
    ],
)  # fmt: skip
def test_counters_of_platforms(line: str, views: int | None, comments: int | None) -> None:
    """Plural forms, glue, scales and the digits of every script."""
    meta = read_line(line)
    assert meta is not None and (meta.views, meta.comments) == (views, comments)


def test_marks_entities_and_line_ends_do_not_matter() -> None:
    """CRLF, no-break blanks, directional marks, zero-width blanks and entities left in the text change nothing."""
    plain = f"Ring the bell\n\nBy: Tom O’Shea\n\n{TEXT}\n\n1,204 views · 3 comments"
    rough = plain.replace("\n", "\r\n").replace("By: Tom", "\u200fBy:&nbsp;Tom").replace(" views", "\u00a0views\u200b")
    rough = rough.replace("’", "&rsquo;").replace("“", "&#8220;").replace("”", "&#x201d;")
    article = read_text(rough, name="x.txt")

    assert article.text == TEXT and article.title == "Ring the bell"
    assert [author.name for author in article.authors] == ["Tom O’Shea"]
    assert (article.views, article.comments) == (1204, 3)
    assert read_text("Write &lt;p&gt; for a paragraph and &amp; for the sign.", name="x.txt").text == (
        "Write &lt;p&gt; for a paragraph and & for the sign."
    )


HEADS = st.lists(
    st.sampled_from(
        ["top of page", "Zum Inhalt springen", "Menü", "ログイン", "By: Ann Onym", "Par Hélène Dubois", "3 min read",
         "2025年11月5日", "Accueil » Ville", "1,2 тыс. просмотров", "पोस्ट", "• someone", "Share on Facebook"]
    ), max_size=6,
)  # fmt: skip
TAILS = st.lists(
    st.sampled_from(
        ["1 view0 comments", "12 просмотров3 комментария", "Teilen", "Share this:", "Tags: bells, boats", "Related",
         "Recent Posts", "See All", "An evening by the river", "Leave a Reply", "Newer PostOlder PostHome", "赞",
         "© 2026 Harbour. All rights reserved.", "Powered by WordPress", "Написать комментарий...", "bottom of page"]
    ), max_size=8,
)  # fmt: skip
VOCABULARY = st.sampled_from(
    ["bells", "boats", "share", "views", "comments", "like", "subscribe", "by", "posted", "home", "next", "previous",
     "page", "cookies", "the", "of", "and", "reply", "12", "3"]
)  # fmt: skip
SENTENCES = st.tuples(st.lists(VOCABULARY, min_size=8, max_size=25), st.sampled_from(".!?…")).map(
    lambda drawn: " ".join(drawn[0]).capitalize() + drawn[1]
)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=3).map(" ".join)


@given(HEADS, st.lists(PARAGRAPHS, min_size=1, max_size=6), TAILS, st.sampled_from(["\n", "\n\n", "\r\n\r\n"]))
def test_prose_between_furniture_is_returned_whole_and_in_order(
    head: list[str], paragraphs: list[str], tail: list[str], gap: str
) -> None:
    """Whatever stands around them, in whatever languages and order: every paragraph, as it was, and nothing between."""
    article = read_text(gap.join([*head, *paragraphs, *tail]), name="x.txt")

    assert " ".join(paragraphs) in flat(article.text)


@pytest.mark.parametrize(
    "hostile",
    ["a" * 1_000_000, "word " * 200_000, '."' * 500_000, "1 " * 500_000, "\n".join(f"line {i}" for i in range(200_000)),
     "By " * 300_000, "The end.\n" + "12 views3 comments\n" * 100_000, "Contents\n" + "part\n" * 200_000,
     "ann says:\nReply\n3 comments\n12d\n" * 25_000, "| " * 400_000, "&amp;" * 200_000],
    ids=["letters", "words", "quotes", "numbers", "short lines", "by", "counters", "contents", "replies", "bars",
         "entities"],
)  # fmt: skip
def test_hostile_input_takes_linear_time(hostile: str) -> None:
    """A megabyte of anything is read within seconds: nothing is looked at twice."""
    started = time.perf_counter()
    read_text(hostile, name="x.txt")

    assert time.perf_counter() - started < 8


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("The article on Bees first appeared in The Times.", id="a sentence about another paper"),
        pytest.param("Ann Onym is the authority on bells.", id="a sentence about a person of the text"),
        pytest.param("We accept that cookies were eaten at the meeting.", id="cookies on a plate"),
        pytest.param(
            "Photo: it was taken on the quay before the storm came in.", id="a sentence that begins like a credit"
        ),
    ],
)
def test_a_last_sentence_that_sounds_like_furniture_stays(line: str) -> None:
    """What closes an article is its own unless its form says otherwise."""
    body = (
        "Ann Onym keeps twelve hives behind the boathouse.\n\nShe sold forty jars in October, and the club bought ten."
    )
    found = read_text(f"Bees\n\nBy Ann Onym\n\n{body}\n\n{line}\n", name="bees.txt")
    assert line in found.text
