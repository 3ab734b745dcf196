"""Colours can be read, whatever an operator chose; a logo travels along."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_samples import ADA, issue

from digest.errors import DigestError
from digest.render import RenderSettings, Rendition, Theme, render_issue
from digest.render.colours import lightness
from digest.render.looks import THEMES, faults, look
from digest.render.theme import AA, Colour, Length, contrast


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_gives_readable_text_in_light_and_dark(accent: int) -> None:
    """Whatever the accent, all text pairs reach 4.5 to 1, and an adjustment is reported with its numbers."""
    theme = Theme.from_settings(RenderSettings(accent=f"#{accent:06x}"))
    for palette in (theme.light, theme.dark):
        surfaces = (palette.card, palette.tint)
        for text in (palette.text, palette.muted, palette.link):
            assert all(contrast(text, surface) >= AA for surface in surfaces)
        assert contrast(palette.on_accent, palette.accent) >= AA
        assert (palette.link == f"#{accent:06x}") or theme.notes


def test_contrast_is_wcags() -> None:
    """Known pairs: black on white is 21, and #767676 is the lightest grey that passes on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= AA > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("bad", ["red", "#fff", "#0b57d", "#0b57d0;}", "0b57d0", ""])
def test_colours_are_six_digits(bad: str) -> None:
    """Anything else is refused by name, because it would stand in source as it is."""
    with pytest.raises(DigestError):
        Colour(bad)


def test_lengths_and_logos_are_checked() -> None:
    """A length is whole pixels in range; a logo is a web address or a PNG or JPEG file."""
    for bad in (-1, 3000, True):
        with pytest.raises(DigestError):
            Length(bad)
    for logo in ("/nowhere/logo.png", "javascript:x", "mailto:a@b.example", "https://"):
        with pytest.raises(DigestError, match="logo"):
            Theme.from_settings(RenderSettings(logo=logo))


@pytest.mark.parametrize("name", THEMES)
def test_finished_themes_have_no_faults(name: str) -> None:
    """In light and dark, every text colour reaches 4.5 on each surface it stands on, and no text is pure black or
    white."""
    look_ = look(RenderSettings(theme=name))
    assert list(faults(RenderSettings(theme=name))) == []
    assert not {"#000000", "#ffffff"} & {colours["text"] for colours in (look_.light, look_.dark)}
    assert lightness(look_.dark["card"]) < 0.4 < lightness(look_.light["card"])


COLOURS = st.from_regex(r"\A#[0-9a-f]{6}\Z")


@given(st.sampled_from(sorted(THEMES)), st.sampled_from(["text", "muted", "link"]), COLOURS)
def test_a_colour_that_cannot_be_read_is_named_with_one_that_can(theme: str, token: str, colour: str) -> None:
    """The fault names the token and the ratio; its own suggestion, taken, leaves no fault of that token."""
    settings = RenderSettings(theme=theme, colours={token: colour})
    found = [fault for fault in faults(settings) if fault.token == ("light", token)]
    for fault in found:
        assert colour in fault.what and re.search(r"\d\.\d\d to 1", fault.what)
        better = re.search(rf'theme\.light\.{token} = "(#[0-9a-f]{{6}})"', fault.fix)
        assert better
        again = RenderSettings(theme=theme, colours={token: better[1]})
        assert not [one for one in faults(again) if one.token == ("light", token)]
    if not found:
        assert getattr(Theme.from_settings(settings).light, token) == colour


def test_a_dark_set_follows_from_the_light_one() -> None:
    """Its grounds are dark and of the light ground's hue; what is given stays, and a theme dark by day stays itself."""
    rose = Theme.from_settings(RenderSettings(colours={"background": "#fde8ef"}))
    red, green, blue = (int(rose.dark.background[at : at + 2], 16) for at in (1, 3, 5))
    assert green < blue < red < 0x30
    assert Theme.from_settings(RenderSettings(dark={"card": "#101010"})).dark.card == "#101010"
    night = {"background": "#101014", "card": "#18181c", "tint": "#222228", "text": "#eeeef2", "muted": "#b0b0ba",
             "line": "#333338", "accent": "#8ab4ff"}  # fmt: skip
    theme = Theme.from_settings(RenderSettings(colours=night))
    assert theme.dark == theme.light


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def test_a_logo_file_travels_in_the_message_and_comes_out_of_it(tmp_path: Path) -> None:
    """The HTML names a part by its Content-ID, the part holds the file; stored and loaded, the bytes are the same; a
    browser and the web page get the file itself."""
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "dark.jpg").write_bytes(b"\xff\xd8\xff" + b"1" * 50)
    settings = RenderSettings(logo=str(tmp_path / "logo.png"), logo_dark=str(tmp_path / "dark.jpg"), logo_alt="Harbour")
    rendition = render_issue(issue(), theme=Theme.from_settings(settings), locale="en")
    message = message_from_bytes(rendition.fill(ADA).data, policy=default)
    named = re.findall(r'src="cid:([^"]+)"', rendition.html(ADA))
    parts = {part["Content-ID"].strip("<>"): part for part in message.walk() if part["Content-ID"]}
    assert list(parts) == named and len(named) == 2
    assert parts[named[0]].get_content() == PNG
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "image/jpeg",
    ]  # fmt: skip
    assert Rendition.from_bytes(rendition.to_bytes()).fill(ADA).data == rendition.fill(ADA).data
    assert "cid:" not in rendition.page(ADA) and "cid:" not in rendition.web_page()
    assert "data:image/png;base64," in rendition.web_page()


@pytest.mark.parametrize(
    ("content", "why"),
    [(PNG + b"0" * 33_000, "32 KB"), (b"GIF89a", "neither"), (b"<svg/>", "neither"), (b"", "neither")],
)
def test_a_logo_file_that_cannot_travel_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """Too large or of another kind by its own bytes, whatever its name."""
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(DigestError, match="logo") as caught:
        Theme.from_settings(RenderSettings(logo=str(tmp_path / "logo.png")))
    assert why in caught.value.why
