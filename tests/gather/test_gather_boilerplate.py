"""Lines that a source repeats around its articles: found, forgotten again, and never an article's own words."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.boilerplate import WINDOW, WINDOW_KEY, Line, clean_batch, repeated_lines, without_boilerplate
from digest.gather.prose import text_of
from digest.model import Article, Author

OWN = ("The lathe came back on {}.", "Its new belt runs {} and {}.", "Everybody may book it from now on, says {}.")
NAMES = (
    "Quinn", "Rhona", "Sadhbh", "Tadhg", "Una", "Vera", "Wim", "Xenia", "Yara", "Zita", "Aoife", "Bran", "Ciara",
    "Dara", "Eimear", "Fionn", "Grainne", "Hugo", "Iseult", "Jude", "Kian", "Liadh", "Maeve", "Niall", "Orla",
    "Padraig", "Roisin", "Sorcha", "Tomas", "Ultan", "Wanda", "Xavier", "Yusuf", "Zoe",
)  # fmt: skip


def article(
    number: int, *, before: Sequence[str] = (), after: Sequence[str] = (), author: str = "", own: Sequence[str] = ()
) -> Article:
    """An article of three paragraphs that no other number shares, with lines around it; `{title}` is its title."""
    name = NAMES[number]
    title = f"What {name} found in the harbour"
    body = own or [
        line.format(*(f"{name} {word}" for word in ("quietly", "slowly"))) for line in OWN
    ]  # fmt: skip
    lines = [line.format(title=title, n=number, author=author) for line in (*before, *body, *after)]
    html = "".join(f"<p>{line}</p>" for line in lines)
    return Article(
        source="blog", guid=f"tag:{number}", url=f"https://makers.example/{number}", title=title,
        text="\n\n".join(lines), html=html, authors=(Author(author),) if author else (),
    )  # fmt: skip


def own_text(number: int) -> str:
    return article(number).text


FURNITURE = {
    "newsletter": (["Subscribe to our newsletter for more!"], []),
    "follow": ([], ["Follow us on Mastodon and Bluesky"]),
    "dated": (["Posted on March {n}, 2026 by the crew"], []),
    "counted": ([], ["{n} comments"]),
    "footer": ([], ["The post {title} appeared first on Riverside Makers."]),
    "two": (["Read this in your browser"], ["Thanks for reading!", "Riverside Makers, 1 Quay Street, Galway"]),
}


@pytest.mark.parametrize("name", FURNITURE)
def test_what_ten_articles_repeat_goes_from_text_and_html_alike(name: str) -> None:
    before, after = FURNITURE[name]
    cleaned, _ = clean_batch({}, [article(number, before=before, after=after) for number in range(10)])

    assert [one.text for one in cleaned] == [own_text(number) for number in range(10)]
    assert [text_of(one.html) for one in cleaned] == [one.text for one in cleaned]
    assert "removed" in cleaned[0].origin["repeated"]


def test_a_number_that_differs_is_news_unless_the_line_is_furniture() -> None:
    """Every report may close with what was raised: the sentence is the same, the sum is not."""
    batch = [article(number, after=[f"We raised {number * 100} euros."]) for number in range(10)]

    assert clean_batch({}, batch)[0] == tuple(batch)


def test_a_sentence_in_two_articles_stays_and_in_three_goes() -> None:
    line = "Our workshop is open on Thursdays."
    batch = [article(0, after=[line]), article(1, after=[line]), article(2), article(3)]

    assert repeated_lines(batch) == frozenset()
    assert len(repeated_lines([*batch, article(4, after=[line])])) == 1


def test_three_of_twenty_is_no_habit() -> None:
    line = "Our workshop is open on Thursdays."
    batch = [article(number, after=[line] if number < 3 else []) for number in range(20)]

    assert repeated_lines(batch) == frozenset()


def test_an_authors_bio_counts_among_her_own_articles() -> None:
    bio = "{author} repairs violins in a former bakery."
    hers = [article(number, after=[bio], author="Ada Byrne") for number in range(3)]
    others = [article(number, author="Ben Cole") for number in range(3, 20)]
    cleaned, _ = clean_batch({}, [*hers, *others])

    assert [one.text for one in cleaned[:3]] == [own_text(number) for number in range(3)]


def test_words_in_the_middle_stay_however_often_they_are_said() -> None:
    paragraphs = [f"{word} lay on the quay." for word in ("Rope", "Tar", "Oak", "Tin")]
    middle = "Be careful with the hot glue."
    batch = [
        article(n, own=[*(f"{NAMES[n]}: {line}" for line in paragraphs), middle,
                        *(f"{line} So {NAMES[n]} said, {n}." for line in [*paragraphs, *paragraphs])])
        for n in range(10)
    ]  # fmt: skip

    assert all(middle in one.text for one in clean_batch({}, batch)[0])


def test_an_article_that_is_nothing_else_keeps_it() -> None:
    batch = [article(number, own=["A new video is out."]) for number in range(10)]

    assert clean_batch({}, batch)[0] == tuple(batch)


def test_the_second_fetch_cleans_its_one_new_article() -> None:
    after = ["Subscribe to our newsletter!"]
    _, lines = clean_batch({}, [article(number, after=after) for number in range(10)])
    (cleaned,), lines = clean_batch(lines, [article(10, after=after)])

    assert cleaned.text == own_text(10)
    assert len(lines[WINDOW_KEY].articles) == 11


def test_articles_that_come_one_at_a_time_are_counted_until_the_third() -> None:
    lines: dict[str, Line] = {}
    texts = []
    for number in range(4):
        (cleaned,), lines = clean_batch(lines, [article(number, after=["Support us on the usual site"])])
        texts.append(cleaned.text == own_text(number))

    assert texts == [False, False, True, True]


def test_the_same_article_seen_again_and_again_counts_once() -> None:
    lines: dict[str, Line] = {}
    for _ in range(5):
        (cleaned,), lines = clean_batch(lines, [article(0, after=["A line of its own."])])

    assert "A line of its own." in cleaned.text


def test_a_line_that_nobody_has_used_for_thirty_articles_is_forgotten() -> None:
    _, lines = clean_batch({}, [article(number, after=["Subscribe to our newsletter!"]) for number in range(3)])
    for number in range(3, 3 + WINDOW):
        _, lines = clean_batch(lines, [article(number % len(NAMES))] if number < len(NAMES) else [])

    assert not any("newsletter" in line.text for line in lines.values())


def test_cleaning_what_is_clean_changes_nothing() -> None:
    batch = [article(number, after=["Follow us on Mastodon"]) for number in range(10)]
    cleaned, lines = clean_batch({}, batch)

    again, _ = clean_batch(lines, batch)
    assert again == cleaned
    assert clean_batch(lines, cleaned)[0] == cleaned


FIRST_SEEN = [
    "The post {title} appeared first on Riverside Makers.",
    "The post {title} first appeared on Riverside Makers.",
    "Der Beitrag {title} erschien zuerst auf Flusswerkstatt.",
    "La entrada {title} se publicó primero en Taller del Río.",
    "La entrada {title} apareció primero en Taller del Río.",
    "L’article {title} est apparu en premier sur L’Atelier.",
    "L'articolo {title} proviene da Officina.",
    "L'articolo {title} sembra essere il primo su Officina.",
    "O post {title} apareceu primeiro em Oficina.",
    "Het bericht {title} verscheen eerst op Werkplaats.",
    "Inlägget {title} dök först upp på Verkstan.",
    "Indlægget {title} blev først udgivet på Værkstedet.",
    "Innlegget {title} dukket først opp på Verkstedet.",
    "Wpis {title} pojawił się początkowo na Warsztat.",
    "Artykuł {title} pochodzi z serwisu Warsztat.",
    "Сообщение {title} появились сначала на Мастерская.",
    "Запись {title} впервые появилась Мастерская.",
    "Запис {title} спершу з'явиться на Майстерня.",
    "Příspěvek {title} pochází z Dílna",
    "Článok {title} je zobrazený na Dielňa.",
    "Artikkeli {title} julkaistiin ensimmäisenä Paja.",
    "A(z) {title} bejegyzés először Műhely-én jelent meg.",
    "Articolul {title} apare prima dată în Atelier.",
    "Objava {title} pojavila se prvi puta na Radionica.",
    "Публикацията {title} се появи за пръв път в Работилница.",
    "Το άρθρο {title} εμφανίστηκε πρώτα στο Εργαστήριο.",
    "{title} yazısı ilk önce Atölye üzerinde ortaya çıktı.",
    "L'entrada {title} ha aparegut primer a Taller.",
    "Postingan {title} muncul pertama kali di Bengkel.",
    "Bài viết {title} đã xuất hiện đầu tiên vào ngày Xưởng.",
    "ظهرت المقالة {title} أولاً على الورشة.",
    "הפוסט {title} הופיע לראשונה ב-סדנה.",
    "نوشته {title} اولین بار در کارگاه. پدیدار شد.",
    "{title} は 工房 に最初に表示されました。",
    "{title}最先出现在工作坊。",
    "{title} 게시물이 공방에 처음 등장했습니다.",
]


@pytest.mark.parametrize("line", FIRST_SEEN)
def test_where_it_appeared_first_goes_from_the_very_first_article(line: str) -> None:
    cleaned = without_boilerplate(article(0, after=[line]), frozenset())

    assert cleaned.text == own_text(0)
    assert text_of(cleaned.html) == cleaned.text


def test_links_to_article_and_site_are_proof_enough_without_the_title() -> None:
    line = "The post Another name appeared first on Makers."
    linked = (
        '<p>The post <a href="https://makers.example/0">Another name</a> appeared first on '
        '<a href="https://makers.example">Makers</a>.</p>'
    )
    plain = article(0, after=[line])
    cleaned = without_boilerplate(replace(plain, html=plain.html.replace(f"<p>{line}</p>", linked)), frozenset())

    assert (cleaned.text, text_of(cleaned.html)) == (own_text(0), own_text(0))
    assert without_boilerplate(plain, frozenset()) == plain


def test_a_sentence_about_a_post_office_is_no_footer() -> None:
    plain = article(0, after=["The post office appeared first on the map of 1841."])

    assert without_boilerplate(plain, frozenset()) == plain


def test_the_excerpt_loses_the_line_as_well() -> None:
    plain = replace(article(0, after=["The post {title} appeared first on Makers."]), excerpt="")
    footer = plain.text.rpartition("\n\n")[2]
    cleaned = without_boilerplate(replace(plain, excerpt=f"A lathe is back. {footer}"), frozenset())

    assert cleaned.excerpt == "A lathe is back."


def test_lists_links_and_avatars_go_with_their_words_and_leave_nothing_behind() -> None:
    tail = (
        '<ul><li><a href="https://a.example">Follow us on Mastodon</a></li><li>Join us on <b>Matrix</b></li></ul>'
        '<p><img src="https://makers.example/us.png"> Support Riverside Makers<br>by telling a friend</p>'
    )
    batch = []
    for number in range(4):
        plain = article(number)
        html = plain.html + tail
        batch.append(replace(plain, html=html, text=text_of(html)))
    cleaned, _ = clean_batch({}, batch)

    assert [one.text for one in cleaned] == [own_text(number) for number in range(4)]
    assert [one.html for one in cleaned] == [article(number).html for number in range(4)]


WORDS = st.sampled_from(["Subscribe to our newsletter", "Thanks.", "Anna", "3 views", "The post", "•", "A dog barked."])


@settings(max_examples=60)
@given(st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=12))
def test_nothing_is_invented_and_no_article_is_emptied(bodies: list[list[str]]) -> None:
    """Each cleaned text is its paragraphs in their order, some left out; one that had words has words."""
    batch = [article(number, own=body or ["Words."]) for number, body in enumerate(bodies)]
    cleaned, lines = clean_batch({}, batch)

    for old, new in zip(batch, cleaned, strict=True):
        rest = iter(old.text.split("\n\n"))
        assert all(paragraph in rest for paragraph in new.text.split("\n\n"))
        assert bool(re.search(r"\w", new.text)) == bool(re.search(r"\w", old.text))
    assert clean_batch(lines, batch)[0] == cleaned


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_words_break_it(text: str, html: str) -> None:
    odd = Article(source="s", guid="", url=None, title=text[:40], text=text, html=html)

    cleaned, _ = clean_batch({}, [odd, odd])
    assert len(cleaned) == 2


@pytest.mark.parametrize("line", ["は" * 500, "the post " * 60, "a bejegyzés először " * 25, "<" * 500, '<a "' * 120])
def test_a_hostile_edge_costs_no_more_than_a_tenth_of_a_second(line: str) -> None:
    plain = replace(article(0, after=[line.replace("{", "").replace("}", "")]), html=line * 20)
    started = time.perf_counter()
    without_boilerplate(plain, frozenset({"=1"}))

    assert time.perf_counter() - started < 2


def test_a_long_passage_is_no_line_however_often_it_comes() -> None:
    long = "Every year we meet at the quay and walk along the river to the old mill. " * 9
    batch = [article(number, after=[long.strip()]) for number in range(10)]

    assert clean_batch({}, batch)[0] == tuple(batch)


def test_a_repeated_line_stays_where_it_stands_amid_an_article() -> None:
    line = "Subscribe to our newsletter!"
    paragraphs = [
        f"Quinn wrote about {word} and paper." for word in ("ink", "glue", "lead", "type", "felt", "wood", "wax")
    ]
    quoting = article(0, own=[*paragraphs[:4], line, *paragraphs[4:], *(f"Again: {one}" for one in paragraphs)])
    cleaned, _ = clean_batch({}, [quoting, *(article(number, after=[line]) for number in range(1, 10))])

    assert cleaned[0] == quoting
    assert cleaned[1].text == own_text(1)
