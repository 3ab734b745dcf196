"""The whole path: an issue becomes messages that say exactly what it says, whatever strangers wrote into it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from email import message_from_bytes
from email.policy import default as policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from render_samples import ADA, THEME, issue, item, sending

from digest.errors import DigestError, TemplateError
from digest.model import Image, Recipient, Site
from digest.render import RenderSettings, Rendition, Templates, Theme, compile_issue, render_issue
from digest.render.locale import LANGUAGES
from digest.render.segments import Values, slot_names

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d"
               "\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"), min_size=1, max_size=80).filter(str.strip)  # fmt: skip
HOSTILE = (
    '"><script>alert(1)</script>', "</td></tr></table><h1>x", "<!-- ", "-->", "<![endif]-->", "]]>", "{{ 7*7 }}",
    "{% raw %}", "' onload='x", "\\u{1F600}", "zqabcdefghv0z", "&lt;b&gt;", "</title><svg onload=x>", "=?utf-8?q?x?=",
    "<mj-raw>", "\x00\x08\x1b[2J", "\u202egnp.exe", "\ud800", "--=_b", ".\r\n.\r\n", "From here\nBcc: x@y.example",
)  # fmt: skip


class Shape(HTMLParser):
    """Tags with attribute names, and what a reader of each interesting place would see."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self.inside: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.inside.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", (re.sub(r"width:\d+px", "", data[:20]),)))


def rendered(source: Any, locale: str = "en", **changes: Any) -> Rendition:
    return render_issue(source, theme=THEME, locale=locale, **changes)


def parts(rendition: Rendition, recipient: Recipient = ADA) -> tuple[Any, str, str]:
    """The message as the standard library reads it: itself, plain text, HTML."""
    message: Any = message_from_bytes(rendition.fill(recipient).data, policy=policy)
    assert not [defect for part in message.walk() for defect in part.defects]
    bodies = [
        message.get_body((kind,)).get_payload(decode=True).decode().replace("\r\n", "\n") for kind in ("plain", "html")
    ]
    return message, bodies[0], bodies[1]


def unflowed(text: str) -> str:
    """RFC 3676 section 4: soft ends joined, stuffing taken off."""
    lines = [line[1:] if line.startswith(" ") else line for line in text.split("\n")]
    out = ""
    for line in lines:
        out += line if line.endswith(" ") and line != "-- " else line + "\n"
    return out


def test_nothing_from_outside_enters_mjml() -> None:
    """Rule 8: with every outside string replaced, the MJML source is the same but for the names of its tokens."""
    sources = []
    for word in ("calm", "st<orm & {{ x }}\u0915\u094d"):
        items = tuple(
            item(
                number,
                title=f"{word} {number}",
                summary=word * 3,
                url=f"https://{'a' if word == 'calm' else 'bb'}.example/{number}",
                authors=(word,),
                source_title=word,
                image=Image(f"https://img.example/{len(word)}.png", 900, 600, word),
                tags=(word,),
            )
            for number in range(1, 5)
        )
        made = compile_issue(
            issue(
                *items, subject=word, preheader=word, title=word, intro=word, site=Site(word, "https://s.example", word)
            ),
            theme=THEME,
            locale="en",
        )
        assert "storm" not in made.mjml
        sources.append(re.sub(rf"zq{made.nonce}([vsoc])\d+z", r"\1", made.mjml))
    assert sources[0] == sources[1]


@given(title=TEXT, summary=TEXT, alt=TEXT, name=TEXT, path=TEXT)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_unicode_reads_back_exact_from_every_context(
    title: str, summary: str, alt: str, name: str, path: str
) -> None:
    """Title, summary, alt text, link, subject and recipient name come out of the final message as they went in."""
    link = "https://harbour.example/" + re.sub(r"[\s\\\x00-\x20\x7f-\xa0]", "", path)
    lead = item(title=title, summary=summary, url=link, image=Image("https://harbour.example/i.png", alt=alt))
    rendition = rendered(issue(lead, subject="S " + title.strip()))
    message, plain, html = parts(rendition, replace(ADA, name=name))
    shape = Shape(html)
    assert title in shape.texts
    assert summary in shape.texts
    assert alt.strip() in shape.attributes["alt"]
    assert link in shape.attributes["href"]
    assert message["subject"] == "S " + title.strip()
    assert " ".join(summary.split()) in " ".join(unflowed(plain).split())
    assert link in plain


def test_hostile_strings_never_change_the_shape_of_the_page() -> None:
    """With hostile text in every string, tags, attribute names and comments are those of a harmless issue."""

    def page(word: str) -> Rendition:
        made = item(title=word, summary=word, authors=(word,), source_title=word, tags=(word,), language="en",
                    image=Image("https://harbour.example/i.png", alt=word))  # fmt: skip
        body = item(title=word, url=None, body=(word, word), authors=(word,), source_title=word)
        return rendered(issue(made, replace(made, article_id=2), body, title=word, preheader=word, intro=word,
                        site=Site(word, "https://harbour.example", word)))  # fmt: skip

    calm_shape = Shape(parts(page("calm"))[2]).tags
    for word in HOSTILE:
        rendition = page(f"x{word}")
        assert Shape(parts(rendition)[2]).tags == calm_shape, word
        named = Shape(parts(rendition, replace(ADA, name=word.replace("\ud800", "")))[2]).tags
        assert named == calm_shape, word


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "/relative", "//h/x", "http://", "ftp://h/"]
)
def test_a_link_that_is_none_costs_the_link_not_the_issue(url: str) -> None:
    """A hostile or broken address leaves an unlinked title; the article stays."""
    html = rendered(issue(item(title="Kept", url=url, image=Image(url)))).html(ADA)
    assert "Kept" in html
    assert f'href="{url}"' not in html
    assert f'src="{url}"' not in html


def test_fill_is_the_plain_rendering_and_stored_bytes_fill_alike() -> None:
    """`fill` decodes to `html` and `text`; a rendition read back from its bytes fills byte for byte the same."""
    for source in (issue(), issue(item(title="नदी किनारे", summary="सौ लालटेनें " * 40))):
        rendition = rendered(source)
        again = Rendition.from_bytes(rendition.to_bytes())
        assert again.to_bytes() == rendition.to_bytes()
        assert again == rendition
        for person in (ADA, replace(ADA, name=".<b>Zoë", topics=None), replace(ADA, name="x" * 300)):
            _, plain, html = parts(rendition, person)
            assert plain == rendition.text(person)
            assert html == rendition.html(person)
            assert again.fill(person) == rendition.fill(person)
            head = rendition.fill(person).data.split(b"\r\n\r\n")[0].decode()
            assert head + "\r\n" == rendition.headers(person)


def test_equal_inputs_give_equal_bytes() -> None:
    """No randomness and no clock: two compilations, in two lookups, are one and the same."""
    assert rendered(issue()).to_bytes() == rendered(issue(), templates=Templates()).to_bytes()


def test_an_unknown_stored_format_is_refused_with_a_way_out() -> None:
    """A rendition of a newer program names its format instead of being misread; damage is damage."""
    data = rendered(issue()).to_bytes().replace(b'"format":2', b'"format":99')
    with pytest.raises(DigestError, match="format 99"):
        Rendition.from_bytes(data)
    with pytest.raises(DigestError, match="cannot be read"):
        Rendition.from_bytes(b"{")


def test_a_sending_worker_loads_no_template_engine() -> None:
    """Loading a stored rendition and filling it imports neither Jinja2, MJML, Babel nor the email package."""
    data = rendered(issue()).to_bytes()
    code = (
        "import sys; from digest.render import Rendition; from digest.model import Recipient\n"
        "r = Rendition.from_bytes(sys.stdin.buffer.read())\n"
        "r.fill(Recipient(1, 0, 'a@b.example', name='Zoë'))\n"
        "print([m for m in ('jinja2', 'mjml', 'babel', 'markupsafe', 'email') if m in sys.modules])"
    )
    source = Path(__file__).parents[2] / "src"
    run = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, env={"PYTHONPATH": str(source)}, check=False
    )
    assert run.stdout.decode().strip() == "[]", run.stderr.decode()


@pytest.mark.parametrize("count", [1, 2, 10, 25, 40])
def test_every_size_of_issue_stays_under_gmails_clip(count: int) -> None:
    """From one article to forty, every title is in the HTML and it is under 98 KiB."""
    titles = [f"Number {number}: {'what the river brought back ' * 3}" for number in range(count)]
    items = [item(number, title=title, summary="A long summary of it. " * 12) for number, title in enumerate(titles)]
    html = rendered(issue(*items)).html(ADA)
    assert len(html.encode()) < 98 * 1024
    texts = Shape(html).texts
    assert all(title in texts for title in titles)


def test_long_bodies_are_shortened_between_paragraphs_until_they_fit() -> None:
    """Twenty whole texts of 20 KB each still make an email, and it says that texts go on."""
    long = tuple("Word after word after word. " * 30 for _ in range(25))
    items = [item(number, url=None, body=long, title=f"T{number}") for number in range(20)]
    rendition = rendered(issue(*items))
    assert len(rendition.html(ADA).encode()) < 98 * 1024
    assert "longer than an email" in rendition.html(ADA)


def test_a_rich_row_costs_at_most_two_and_a_half_kilobytes() -> None:
    """The HTML that one more article with picture and summary adds."""
    sizes = [len(rendered(issue(*(item(n) for n in range(count)))).html(ADA).encode()) for count in (4, 5)]
    assert sizes[1] - sizes[0] <= 2560


@pytest.mark.parametrize("locale", [*LANGUAGES, "he", "de-AT"])
def test_every_language_renders_in_its_direction(locale: str) -> None:
    """lang and dir are set, no sentence is left with a hole in it, and right-to-left aligns right."""
    side = "rtl" if locale in ("ar", "he") else "ltr"
    items = tuple(item(n, direction=side) for n in range(3))
    rendition = rendered(issue(*items, sending=sending()), locale=locale)
    html = rendition.html(ADA)
    assert f'lang="{rendition.locale}" dir="{rendition.direction}"' in html
    assert rendition.direction == side
    visible = " ".join(Shape(html[html.index("<body") :]).texts) + rendition.text(ADA)
    assert not re.search(r"\{\w+\}|None|undefined", visible)
    if rendition.direction == "rtl":
        assert "text-align:left" not in re.sub(r"mj-outlook-group-fix[^>]*>", "", html)


def test_headings_come_in_order_and_every_picture_has_alt() -> None:
    """One h1, then h2s; every img has an alt attribute; layout tables are presentation; a title is set."""
    html = rendered(issue(*(item(n) for n in range(15)))).html(ADA)
    levels = re.findall(r"<h([1-6])", html)
    assert levels[0] == "1"
    assert set(levels[1:]) == {"2"}
    assert all(" alt=" in tag for tag in re.findall(r"<img[^>]*>", html))
    tables = re.findall(r"<table[^>]*>", re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    assert all('role="presentation"' in tag for tag in tables)
    assert "<title>Boats, ropes" in html
    assert "fonts.googleapis" not in html


def test_the_plain_text_is_flowed_and_complete() -> None:
    """Lines keep to 76 columns, the flowed text holds every title, link and paragraph, unsubscribing comes last."""
    words = " ".join(f"word{number}" for number in range(80))
    source = issue(item(1, summary=words), item(2, url=None, body=("> quoted?", "From here on.", words)))
    message, plain, _ = parts(rendered(source))
    assert message.get_body(("plain",))["content-type"].params["format"] == "flowed"
    assert all(len(line) <= 76 or "://" in line for line in plain.split("\n"))
    assert not any(line.startswith((">", "From ")) for line in plain.split("\n"))
    whole = unflowed(plain)
    for piece in (words, "> quoted?", "From here on.", "https://harbour.example/boats/1?a=1&b=2"):
        assert f"\n{piece}\n" in whole
    assert plain.rstrip().endswith("https://mail.harbour.example/u/AQEtoken_-7")
    assert "\n-- \n" in plain
    assert "\n\n\n" not in plain


def test_a_sample_says_so_everywhere() -> None:
    """A preview of old articles cannot be mistaken for an issue."""
    rendition = rendered(issue(sample=True))
    assert "not a real issue" in rendition.html(ADA)
    assert "not a real issue" in rendition.text(ADA)
    assert "not a real issue" not in rendered(issue()).html(ADA)


def test_a_logo_replaces_the_name_in_light_and_dark() -> None:
    """Two addresses, one name for readers who see no pictures."""
    settings_ = RenderSettings(logo="https://h.example/l.png", logo_dark="https://h.example/d.png", logo_alt="Harbour")
    html = render_issue(issue(), theme=Theme.from_settings(settings_), locale="en").html(ADA)
    assert html.count("https://h.example/l.png") == 1
    assert html.count("https://h.example/d.png") == 1
    assert 'alt="Harbour"' in html


def test_personal_values_stand_only_in_slots() -> None:
    """Name and address of one reader never appear in another's mail; the slots used are known."""
    rendition = rendered(issue())
    assert slot_names(rendition.rich.pieces) == {"address", "unsubscribe_url"}
    other = Recipient(8, 4, "bo@mail.example", tokens={"unsubscribe": "other"}, message_id="m8")
    assert b"ada@" not in rendition.fill(other).data
    assert Values(other, rendition.links)["unsubscribe_url"] == "https://mail.harbour.example/u/other"


def test_an_unknown_template_names_those_there_are() -> None:
    """A misspelt template is answered with the right one."""
    with pytest.raises(TemplateError, match="briefing"):
        rendered(issue(), template="breifing")
