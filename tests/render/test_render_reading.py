"""How the email reads: no sentence twice, nothing that Gmail drops, plain text that can be read aloud."""

from __future__ import annotations

import re

import pytest
from render_samples import ADA, THEME, issue, item

from digest.model import Image
from digest.render import RenderSettings, Theme, render_issue
from digest.render.contract import continued


@pytest.mark.parametrize(
    ("title", "text", "rest"),
    [
        ("They won", 'They won. "It was close," she said.', '"It was close," she said.'),
        ("They won!", "They won! We did not.", "We did not."),
        ("He said “no”", "He said “no”. Then yes.", "Then yes."),
        ("The tide fell lower than the…", "The tide fell lower than the frost did. It rose.", "… frost did. It rose."),
        ("The power went out", "The power went out, and nobody cared.", "… and nobody cared."),
        ("the POWER went out", "The power went out. Dark.", "Dark."),
        ("水が引いた", "水が引いた。船が出た。", "船が出た。"),
        ("Dry", "Dry.", ""),
        ("Boat", "Boats and ropes.", "Boats and ropes."),
        ("Something else", "The tide fell.", "The tide fell."),
        ("…", "The tide fell.", "The tide fell."),
        ("", "", ""),
    ],
)
def test_text_goes_on_where_a_derived_title_stops(title: str, text: str, rest: str) -> None:
    """What the title already said is not said again, and nothing else is lost."""
    assert continued(title, text) == rest


def test_a_derived_title_is_not_read_twice() -> None:
    """In the HTML and in the plain text, for whole texts and for summaries; a title by a person is never touched."""
    first = "Nobody had counted the lanterns before the river took them"
    whole = item(1, url=None, image=None, summary="", body=(f"{first}. There were nine.", "Ten."), title=first,
                 title_derived=True)  # fmt: skip
    brief = item(2, title=first[:31] + "…", summary=f"{first}. There were nine.", title_derived=True)
    named = item(3, title=first, summary=f"{first}. There were nine.")
    rendition = render_issue(issue(whole, brief, named, preheader="x"), theme=THEME, locale="en")
    for body in (rendition.html(ADA), " ".join(rendition.text(ADA).split())):
        assert body.count(first) == 3  # the title of the first and of the third, the summary of the third
        assert body.count("There were nine.") == 3
        assert f"… {first[31:].strip()}. There were nine." in body


def test_a_body_that_was_all_title_leaves_no_empty_paragraph() -> None:
    """An article of one sentence is its headline."""
    only = item(1, url=None, image=None, summary="Dry.", body=("Dry.",), title="Dry", title_derived=True)
    html = render_issue(issue(only), theme=THEME, locale="en").html(ADA)
    assert not re.search(r"<p[^>]*>\s*</p>", html)


def test_no_at_rule_stands_inside_another() -> None:
    """Gmail drops a whole style element for that (hteumeuleu/email-bugs#21), and all phone rules would go with it."""
    html = render_issue(issue(), theme=THEME, locale="en").html(ADA)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    assert sum("@" in style for style in styles) >= 3
    for style in styles:
        depth = 0
        for found in re.finditer(r"[{}@]", style):
            assert not (found[0] == "@" and depth), style[found.start() :][:60]
            depth += {"{": 1, "}": -1}.get(found[0], 0)
        assert depth == 0
    assert sum(map(len, styles)) < 16_000  # beyond which Gmail drops what is left


def test_both_logos_say_whose_they_are() -> None:
    """In dark mode only the second is shown, and it must name the link as the first does."""
    theme = Theme.from_settings(RenderSettings(logo="https://h.example/l.png", logo_dark="https://h.example/d.png"))
    html = render_issue(issue(), theme=theme, locale="en").html(ADA)
    assert html.count('alt="Harbour Notes"') == 2


def test_tall_pictures_stay_low_where_they_cannot_be_cropped() -> None:
    """Widths by themselves keep a portrait under 424 and 116 pixels of height; a landscape takes the full width."""
    tall, wide = (Image(f"https://h.example/{n}.jpg", *size) for n, size in enumerate(((600, 900), (1200, 800))))
    html = render_issue(issue(item(1, image=tall), item(2, image=tall), item(3, image=wide)), theme=THEME, locale="en")
    widths = [int(found) for found in re.findall(r'<img[^>]*width="(\d+)"', html.html(ADA))]
    assert widths == [282, 77, 144]


def test_the_plain_text_can_be_read_aloud() -> None:
    """No line of the same sign again and again, which is spoken sign by sign; each link follows its own article."""
    text = render_issue(issue(), theme=THEME, locale="en").text(ADA)
    assert not re.search(r"([^\w\s])\1{3}", text)
    assert re.search(r"blue\.\nhttps://harbour\.example/boats/1\?a=1&b=2\n\n2\. ", text)
