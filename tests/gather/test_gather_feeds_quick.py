"""The quick reader of well-formed feeds: it says what the tolerant one says, or leaves the feed to it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather import parse_feed
from digest.gather.entry import FeedWords, articles_of
from digest.gather.feedxml import read_xml
from digest.gather.language import language_of
from digest.gather.quickfeed import read_quickly
from digest.model import Article

FEEDS = Path(__file__).parent / "feeds"
URL = "https://feeds.example/dir/feed.xml"
_SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"'
)
_RSS_PARTS = [
    "<title>One &amp;amp; two</title>", "<title>A &lt;b&gt;bold&lt;/b&gt; claim</title>", "<link>/a/b.html</link>",
    "<link>https://x.example/p?utm_source=q&amp;n=1</link>", "<guid>https://x.example/1</guid>", "<link/>",
    '<guid isPermaLink="false">tag:x,1</guid>', "<pubDate>Mon, 23 Nov 2026 10:00:00 +0100</pubDate>",
    "<dc:date>2026-11-20</dc:date>", "<author>ada@x.example (Ada)</author>", "<dc:creator>Bo Lind</dc:creator>",
    "<category domain='d'>Bees</category>", "<category>Honey</category>", "<description>Short words.</description>",
    "<description><![CDATA[<p>Longer <i>words</i> <a href='c'>here</a>.</p>]]></description>", "<comments>x</comments>",
    "<content:encoded><![CDATA[<p>All of it, at length, caf\u00e9.</p><img src='p.jpg' alt='P'>]]></content:encoded>",
    "<media:thumbnail url='https://x.example/t.jpg' width='300'/>", "<slash:comments>1,204</slash:comments>",
    "<media:group><media:title>M</media:title><media:description>Of it</media:description></media:group>",
    "<itunes:summary>Notes of the episode.</itunes:summary>", "<itunes:author>Cy</itunes:author>",
    "<enclosure url='/e.mp3' type='audio/mpeg' length='12'/>", "<source url='u'>Elsewhere</source>",
    "<atom:link rel='alternate' href='https://x.example/alt'/>", "<unknown><deep>x</deep></unknown>",
    "<media:category>Film</media:category>", "<media:player url='https://x.example/play'/>", "<guid>12345</guid>",
    "<media:category scheme='https://x.example/kinds'>Talk</media:category>", "<itunes:category text='Food'/>",
    "<itunes:keywords>wax, wane</itunes:keywords>", "<media:keywords>a, b</media:keywords>", "<guid>p/7</guid>",
    "<dc:language>fr</dc:language>", "<dc:subject>Wax</dc:subject>", "<image><url>u</url></image>",
]  # fmt: skip
_ATOM_PARTS = [
    "<title>Plain &lt;b&gt;</title>", "<title type='html'>&lt;b&gt;Bold&lt;/b&gt;</title>", "<id>tag:x,2</id>",
    "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>An <em>x</em></div></title>",
    "<link href='b/c'/>", "<link rel='enclosure' type='image/png' href='/i.png'/>", "<id>https://x.example/id</id>",
    "<link rel='self' href='/s'/>", "<published>2026-11-20T08:30:00Z</published>", "<category term='t' label='L'/>",
    "<updated>2026-11-21T08:30:00+01:00</updated>", "<author><name>Ada</name><uri>/ada</uri></author>",
    "<author><email>a@x.example</email></author>", "<category term='only'/>", "<summary>In short</summary>",
    "<content type='html'>&lt;p&gt;All &lt;a href='d'&gt;of it&lt;/a&gt;.&lt;/p&gt;</content>",
    "<content type='xhtml' xml:lang='de' xml:base='/q/'><div xmlns='http://www.w3.org/1999/xhtml'><p>Ganz <a "
    "href='e'>da</a><br/>so</p></div></content>",
    "<link href='d/e' title='What the link says' hreflang='fr'/>", "<id>12345</id>",
    "<link href='f' type='text/html'/>",
    "<link rel='alternate' type='application/pdf' href='/p.pdf' title='P'/>", "<content src='https://x.example/w'/>",
    "<category term='k' scheme='https://x.example/kinds'/>", "<category scheme='https://x.example/none'/>",
    "<contributor><name>Con</name></contributor>", "<content type='image/png' src='x.png'/>",
]  # fmt: skip


def fields(article: Article) -> dict[str, object]:
    return {field.name: getattr(article, field.name) for field in dataclasses.fields(article)}


def both(data: bytes) -> tuple[FeedWords | None, FeedWords | None]:
    return read_quickly(data, url=URL, content_type=None), read_xml(data, url=URL, content_type=None)


def assert_alike(data: bytes) -> None:
    quick, tolerant = both(data)
    assert quick is not None and tolerant is not None
    assert (quick.link, quick.language) == (tolerant.link, tolerant.language)
    ours, theirs = (articles_of(words.entries, source="s", zone=UTC) for words in (quick, tolerant))
    assert [fields(article) for article in ours] == [fields(article) for article in theirs]


@pytest.mark.parametrize("name", ["blog.rss", "notes.atom", "talks.rss"])
def test_both_readers_tell_the_same_of_a_fixture(name: str) -> None:
    """Every field of every article is equal, whichever reader took the feed."""
    assert_alike((FEEDS / name).read_bytes())


@given(st.lists(st.lists(st.sampled_from(_RSS_PARTS), max_size=9, unique_by=lambda part: part[:9]), max_size=3))
def test_both_readers_tell_the_same_of_any_rss(items: list[list[str]]) -> None:
    """Known elements in any order and company mean the same to both."""
    body = "".join(f"<item>{''.join(parts)}</item>" for parts in items)
    data = f'<rss version="2.0" {_SPACES}><channel><title>T</title>{body}</channel></rss>'.encode()
    if both(data)[0] is not None:
        assert_alike(data)


def test_an_ordinary_item_is_read_quickly() -> None:
    """One of every part in one item needs no other reader."""
    names = {part.split(">")[0].split(" ")[0].rstrip("/"): part for part in _RSS_PARTS}
    data = f'<rss version="2.0" {_SPACES}><channel><item>{"".join(names.values())}</item></channel></rss>'.encode()
    unknown = names["<unknown"].encode()
    assert read_quickly(data, url=URL, content_type=None) is not None
    assert_alike(data.replace(unknown, b""))


@given(st.lists(st.lists(st.sampled_from(_ATOM_PARTS), max_size=8, unique_by=lambda part: part[:7]), max_size=3))
def test_both_readers_tell_the_same_of_any_atom(entries: list[list[str]]) -> None:
    """The same, with bases, languages, XHTML and a feed's author in force."""
    body = "".join(f"<entry>{''.join(parts)}</entry>" for parts in entries)
    head = "<title>T</title><author><name>Feed</name></author>"
    data = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/" xml:lang="en">{head}{body}</feed>'
    )
    quick, _ = both(data.encode())
    if quick is not None:
        assert_alike(data.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><item><title>&a;</title></item></channel></rss>",
        b"<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><title>\xe9</title></channel></rss>",
        b"<rss><channel><item><title>A <b>bold</b> one</title></item></channel></rss>",
        b"<rss><channel><item><title>no end</item></channel></rss>",
        b"<rss><channel><item><odd><title>deep</title></odd></item></channel></rss>",
        b"<opml><item/></opml>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title mode='base64'>QQ==</title></entry></feed>",
        b"<rss><channel>" + b"<a/>" * 400_001 + b"</channel></rss>",
    ],
)
def test_what_it_does_not_know_is_left_to_the_tolerant_reader(data: bytes) -> None:
    """Entities, other encodings, markup in plain places, broken feeds and floods of elements get no answer."""
    assert read_quickly(data, url=URL, content_type=None) is None


@given(st.binary(max_size=200), st.sampled_from([b"", b"<rss><channel><item>", b"<feed><entry><title>", b"<?xml "]))
def test_any_bytes_are_an_answer_or_none(data: bytes, start: bytes) -> None:
    """The quick reader raises nothing at all."""
    read_quickly(start + data, url=URL, content_type=None)


def test_what_describes_a_picture_does_not_describe_the_article() -> None:
    """media:title and media:description inside media:content are neither title nor text; dc:date is the date."""
    plane = parse_feed((FEEDS / "talks.rss").read_bytes(), url=URL).articles[0]
    assert plane.title == "Sharpening a plane" and plane.text == "How to sharpen a plane, in short."
    assert plane.url == "https://shed.example/plane"
    assert plane.published == datetime(2026, 11, 21, 7, tzinfo=UTC) and plane.origin["published"] == "feed dc:date"
    assert plane.updated is None and [author.name for author in plane.authors] == ["Ada Quinn", "Bo Lind"]


def test_a_repeated_picture_keeps_the_alt_and_the_size_of_the_content() -> None:
    """media:content names the picture, the article describes it: the image has both."""
    image = parse_feed((FEEDS / "talks.rss").read_bytes(), url=URL).articles[1].image
    assert image and (image.width, image.height, image.alt) == (800, 600, "Рубанок")


def test_the_item_s_own_language_and_script_overrule_the_feed_s() -> None:
    """dc:language wins; Cyrillic disproves `en-us`; and an ambiguous date is read where the language orders it."""
    _, russian, german = parse_feed((FEEDS / "talks.rss").read_bytes(), url=URL).articles
    assert russian.language is None and german.language == "de"
    assert russian.published is None and "1/10/2026" in russian.warnings[0]
    assert german.published == datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "text", "expected"),
    [
        ("en", "Ένα κείμενο γραμμένο στα ελληνικά σήμερα", "el"),
        ("en-US", "오늘은 한국어로 쓴 글을 여기에 올립니다 모두 읽어 주세요", "ko"),
        ("zh", "今日は日本語で書かれた記事をここに載せます。どうぞ。", "ja"),
        ("ja", "今日は日本語で書かれた記事をここに載せます。どうぞ。", "ja"),
        ("ru", "A text in Latin letters that nobody would call Russian", None),
        ("fr", "Un texte écrit en français, où rien ne contredit", "fr"),
        ("sr", "Tekst napisan latinicom, kao i mnogi drugi tekstovi", "sr"),
        ("en", "Short", "en"),
    ],
)
def test_script_disproves_a_language(said: str, text: str, expected: str | None) -> None:
    """A language survives only in a script it is written in."""
    assert language_of(said, text)[0] == expected


@pytest.mark.slow
def test_a_feed_of_ten_thousand_items_stays_small() -> None:
    """Peak memory of a child process that reads 10,000 articles is below 150 MB."""
    code = (
        "import re\nfrom digest.gather import parse_feed\n"
        "item = '<item><title>T%d</title><link>https://x.example/%d</link><description>' + '<![CDATA[<p>' "
        "+ 'words and more of them ' * 45 + '</p>]]></description></item>'\n"
        "data = ('<rss version=\"2.0\"><channel>' + ''.join(item % (n, n) for n in range(10000)) "
        "+ '</channel></rss>').encode()\n"
        "assert len(parse_feed(data, url='https://x.example/').articles) == 10000\n"
        # VmHWM begins anew at exec; getrusage's ru_maxrss keeps the peak of the process that forked this one.
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) < 150


_ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def one(body: str, head: str = "") -> Article:
    """The only article of an Atom feed; both readers agree on it."""
    data = f"<feed {_ATOM} xml:lang='en'>{head}<entry><title>T</title>{body}</entry></feed>".encode()
    assert_alike(data)
    return parse_feed(data, url=URL).articles[0]


def test_an_empty_language_ends_the_feed_s() -> None:
    """xml:lang="" says that the language is not known; the feed's does not stand in for it."""
    assert one("<content xml:lang=''>Some words</content>").language is None
    assert one("<content>Some words</content>").language == "en"


def test_the_body_s_language_is_the_article_s() -> None:
    """A title quoted in French does not make an English text French."""
    entry = "<entry><title xml:lang='fr'>Bonjour</title><summary>A word</summary></entry>"
    data = f"<feed {_ATOM} xml:lang='en'>{entry}</feed>".encode()
    assert_alike(data)
    assert parse_feed(data, url=URL).articles[0].language == "en"


def test_a_category_is_known_by_its_label_and_its_term() -> None:
    """The name for people comes first, the one for programs after it, neither twice."""
    assert one("<category term='cs.CL' label='Language'/><category term='Bees' label='bees'/>").tags == (
        "Language",
        "cs.CL",
        "bees",
    )


def test_an_author_without_a_name_is_named_by_the_home_page() -> None:
    """A page alone gives its host as the name; an e-mail address alone names nobody."""
    article = one("<author><uri>https://www.ada.example/me</uri></author><author><email>x@y.example</email></author>")
    assert [(author.name, author.url) for author in article.authors] == [("ada.example", "https://www.ada.example/me")]


def test_the_shorter_of_two_descriptions_is_the_excerpt() -> None:
    """RSS with a description and a summary: the longer is the text, the other stands for it in short."""
    data = (
        b"<rss><channel><item><title>T</title><description>A long enough description of it all.</description>"
        b"<summary>In short</summary></item></channel></rss>"
    )
    article = parse_feed(data, url=URL).articles[0]
    assert article.text == "A long enough description of it all." and article.excerpt == "In short"
    assert article.origin["excerpt"] == "feed content"


def test_without_a_type_undeclared_bytes_are_utf_8() -> None:
    """The tolerant reader takes XML's own default, not that of HTTP in 1999."""
    data = "<rss><channel><item><title>x</title><category domain='ä'>Freiräume & mehr</category></item></channel></rss>"
    words = read_xml(data.encode(), url=URL, content_type=None)
    assert words is not None and words.entries[0].tags == ("Freiräume & mehr",)
