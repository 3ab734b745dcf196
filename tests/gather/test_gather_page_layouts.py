"""Bodies and titles of article pages as publishing systems in many languages lay them out, and of hostile ones."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.gather import read_page
from digest.gather.outline import Outline, folded
from digest.gather.page import read_tree
from digest.gather.pagebody import located
from digest.gather.titles import Names, choose_title, without_site

PAGES = Path(__file__).parent / "pages"
URL = "https://pages.example/x"
PROSE = "The ferry leaves at seven, the market opens at eight, and the {} boat is painted {} every second spring."


def paragraphs(count: int) -> str:
    return "".join(f"<p>{PROSE.format(number, number * 7)}</p>" for number in range(count))


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_layouts(name: str) -> None:
    """Title and text are exactly those written beside the page: no menu, date, caption, offer or other article."""
    article = read_page((PAGES / f"{name}.html").read_bytes(), url=URL)
    assert f"{article.title}\n\n{article.text}\n" == (PAGES / f"{name}.txt").read_text(encoding="utf-8")


def test_html_is_the_page_s_own() -> None:
    """Links, emphasis and the picture stay, with the blanks between words; the picture's caption does not."""
    html = read_page((PAGES / "news_de.html").read_bytes(), url=URL).html
    assert 'jetzt <em>nördlich</em> der Fahrbahn (<a href="https://kanalbote.example/plan.pdf">Plan</a>) und' in html
    assert '<img src="https://pages.example/bild/bruecke.jpg"' in html and "Schleuse aus gesehen" not in html
    assert "<h2>Was sich ändert</h2>" in html


def test_a_table_stays_a_table() -> None:
    """Rows and cells of a table in the article come out as such."""
    html = read_page((PAGES / "wiki_en.html").read_bytes(), url=URL).html
    assert html.count("<tr>") == 3 and "<td>M. Dunne</td>" in html


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        ('<div class="newsletter"><p>One letter a week, with everything that happened on the water.</p></div>', False),
        ('<div class="author-box"><p>Ann Onym writes about water and has lived beside it for years.</p></div>', False),
        ("<p>Advertisement</p>", False),
        ("<p>Photo: Ann Onym</p>", False),
        ('<p><a href="/other">See also: the other article about the other harbour</a></p>', False),
        ('<p><a href="/other">The other article about the other harbour</a></p>', False),
        ('<p>See <a href="/other">the other article</a> about the other harbour before you decide.</p>', True),
        ('<p><a href="https://doi.example/10.1">https://doi.example/10.1</a></p>', True),
        ("<p>Read the label before you paint: the blue one is poisonous while it is still wet.</p>", True),
        ("<p>Advertisement is what keeps the little paper alive, the editor said on Monday.</p>", True),
        ("<ul><li><a href='/a'>A rope of nine metres or more</a></li><li>gloves</li></ul>", True),
    ],
)  # fmt: skip
def test_what_stands_among_paragraphs(box: str, kept: bool) -> None:
    """A box, a label, a credit or a paragraph that only leads elsewhere goes; sentences that merely sound so stay."""
    above, below = paragraphs(4), paragraphs(8).removeprefix(paragraphs(4))
    html = f"<html><body><article><h1>Boats</h1>{above}{box}{below}</article></body></html>"
    text = read_page(html.encode(), url=URL).text
    words = folded(" ".join(run.text for run in Outline(read_tree(f"<div>{box}</div>")).runs))
    assert (words in folded(text)) == kept
    assert all(PROSE.format(number, number * 7) in text for number in range(8))


def test_a_name_that_lies() -> None:
    """A box that holds a good part of the words is the article, whatever its name says."""
    html = f'<html><body><article><div class="promo newsletter">{paragraphs(8)}</div></article></body></html>'
    assert all(PROSE.format(number, number * 7) in read_page(html.encode(), url=URL).text for number in range(8))


@pytest.mark.parametrize(
    "closing",
    ["Subscribe to our newsletter.", "© 2026 Quay News", "Last updated: 12 March 2026", "Follow us on Mastodon",
     "Alle Rechte vorbehalten.", "Abonnez-vous à notre lettre", "Síguenos en las redes"],
)  # fmt: skip
def test_good_byes_are_cut_at_the_end_only(closing: str) -> None:
    """An offer or a legal line below the article goes; the same words among its paragraphs stay."""
    page = "<html><body><article>{}</article></body></html>"
    below = read_page(page.format(f"{paragraphs(5)}<p>{closing}</p>").encode(), url=URL).text
    assert closing not in below and below.endswith(PROSE.format(4, 28))
    if "©" in closing or "updated" in closing:
        return
    among = read_page(page.format(f"{paragraphs(3)}<p>{closing}</p>{paragraphs(5)}").encode(), url=URL).text
    assert closing in among


def test_located_takes_the_copy_among_its_neighbours() -> None:
    """Of two equal paragraphs the one in the text is chosen, not the teaser in the menu."""
    teaser = PROSE.format(1, 7)
    tree = read_tree(
        f"<html><body><ul><li>{teaser}</li></ul><p>short</p><div>{paragraphs(3)}</div><p>end</p></body></html>"
    )
    runs = Outline(tree).runs
    wanted = folded("".join(PROSE.format(number, number * 7) for number in range(3)) + "end")
    assert [run.text for run, taken in zip(runs, located(runs, wanted), strict=True) if taken] == [
        PROSE.format(0, 0), PROSE.format(1, 7), PROSE.format(2, 14), "end"
    ]  # fmt: skip
    assert not located(runs, wanted)[0]


@pytest.mark.parametrize(
    ("names", "body", "title"),
    [
        (Names("", "", "The mill – Quay News", "", "quay.example"), "<h1>Quay News</h1><h2>The mill</h2>", "The mill"),
        (Names("", "", "Quay News » The mill", "", "quay.example"), "<h1>Quay News</h1><h2>The mill</h2>", "The mill"),
        (Names("", "", "Quay", "", "quay.example"), "<h1>The mill turns again</h1>", "The mill turns again"),
        (Names("", "The mill turns again", "The mill | Quay", "Quay", ""), "<h1>THE MILL TURNS AGAIN</h1>",
         "The mill turns again"),
        (Names("The mill &amp; the weir", "", "", "", ""), "<h2>Related posts</h2>", "The mill &amp; the weir"),
        (Names("", "The mill turns again", "", "", ""), "<h1>Search</h1>", "The mill turns again"),
        (Names("", "", "The mill turns again - Quay News", "Quay News", ""),
         "<h1><span class='kicker'>Town</span> The mill turns again</h1>", "The mill turns again"),
        (Names("", "", "Mill: a history – Quay News", "Quay News", ""), "", "Mill: a history"),
    ],
)  # fmt: skip
def test_title_by_agreement(names: Names, body: str, title: str) -> None:
    """What places agree on wins; a site's name, a section, a search box and capitals do not."""
    outline = Outline(read_tree(f"<html><body>{body}{paragraphs(2)}</body></html>"))
    first = next(index for index, run in enumerate(outline.runs) if run.text.startswith("The ferry"))
    chosen = choose_title(names, outline, first)
    assert chosen is not None and chosen[0] == title


def test_without_site_keeps_real_titles() -> None:
    """Colons, hyphens inside words and long second halves belong to the title."""
    for title in (
        "Bridge: reopened",
        "Half-timbered houses",
        "A year on the river – what the keeper of the lock learned",
    ):
        assert without_site(title, "Quay News") == title
    assert without_site("Bridge: reopened | Quay News", "Quay News") == "Bridge: reopened"
    assert without_site("Quay News: Bridge reopened", "Quay News") == "Bridge reopened"


HOSTILE = {
    "deep": "<div>" * 20_000 + "word" + "</div>" * 20_000,
    "links": "<a href='/x'>link</a> " * 6_000,
    "list": "<ul>" + "<li><a href='/x'>link number</a></li>" * 2_000 + "</ul>",
    "one line": "<p>" + "word and more " * 20_000,
    "pieces": "<article><p>" + "<span>a b </span>" * 6_000,
    "comments": "<!-- x -->a" * 40_000,
    "titles": "<title>" + "a | " * 100_000 + "</title>" + paragraphs(3),
    "headings": "<h1 class='title'>some title words</h1>" * 2_000 + paragraphs(5),
    "name": f"<div class='{'title-' * 30_000}'>x</div>" + paragraphs(3),
    "pictures": paragraphs(2) + "<img src=x.jpg>" * 3_000 + paragraphs(2),
    "same": f"<p>{PROSE}</p>" * 1_000,
    "tables": "<table><tr><td>" * 2_000 + paragraphs(2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_cost_little(name: str) -> None:
    """Some hundred kilobytes of anything is read, or refused with `ParseError`, in seconds."""
    started = time.perf_counter()
    with suppress(ParseError):
        read_page(f"<html><body>{HOSTILE[name]}</body></html>".encode(), url=URL)
    assert time.perf_counter() - started < 5


@given(
    st.lists(
        st.sampled_from(
            ["<h1>", "</h1>", "<p>", "</p>", "<div class='share'>", "</div>", "<a href='x'>", "</a>", "<br>", "<table>",
             "<tr>", "<td>", "</table>", "<figcaption>", "<!--", "-->", "<li>", "<ul>", "\x00", "&#0;", "é", "word ",
             PROSE.format(1, 2), "<title>", "</title>", "<svg>", "<noscript>", "<img src=a.jpg>",
             "<meta property='og:title'>"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_only_parse_errors(pieces: list[str]) -> None:
    """Whatever the order of tags, a page is read or refused, and its text is made of the page's words."""
    try:
        article = read_page("".join(pieces).encode(), url=URL)
    except ParseError:
        return
    assert article.title and "\x00" not in article.text
