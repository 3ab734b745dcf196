"""What an image file is: its kind, its size, whether it is whole, and whether mail clients show it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import digest.demo
from digest.gather.imagebytes import HEAVY_BYTES, candidates, read_picture
from digest.model import Article, Enclosure, Image
from support_pictures import chunk, exif, gif, jpeg, png, segment

WHOLE = {"png": png(), "jpeg": jpeg(), "gif": gif(), "progressive": jpeg(frame=0xC2), "grey": jpeg(colours=1)}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_picture_has_its_kind_and_size(name: str) -> None:
    found = read_picture(WHOLE[name])

    kind = name if name in ("png", "gif") else "jpeg"
    assert (found.ok, found.type, found.width, found.height, found.warnings) == (True, kind, 640, 480, ())


@pytest.mark.parametrize("name", WHOLE)
def test_no_beginning_of_a_picture_passes_for_the_whole(name: str) -> None:
    data = WHOLE[name]

    assert [end for end in range(len(data)) if read_picture(data[:end]).ok] == []


@pytest.mark.parametrize("name", WHOLE)
def test_what_follows_the_end_is_nobodys_business(name: str) -> None:
    assert read_picture(WHOLE[name] + b"\x00garbage").ok


def test_the_pictures_of_the_demo_are_accepted() -> None:
    folder = Path(digest.demo.__file__).parent
    files = [path for path in folder.rglob("*") if path.suffix in (".png", ".jpg", ".jpeg", ".gif")]

    assert files
    assert [path.name for path in files if not read_picture(path.read_bytes()).ok] == []


def test_a_wrong_checksum_in_the_pixels_is_damage_and_one_in_a_remark_is_not() -> None:
    damaged = png().replace(chunk(b"IEND", b""), chunk(b"IEND", b"", damaged=True))

    assert "checksum" in read_picture(damaged).why
    assert read_picture(png(extra=chunk(b"tEXt", b"a", damaged=True))).ok


def test_print_colours_are_flagged_and_not_refused() -> None:
    found = read_picture(jpeg(colours=4))

    assert found.ok
    assert "CMYK" in found.warnings[0]


@pytest.mark.parametrize("frame", [0xC3, 0xC9])
def test_a_jpeg_that_no_mail_client_shows_is_refused(frame: int) -> None:
    assert "do not show" in read_picture(jpeg(frame=frame)).why


@pytest.mark.parametrize(("orientation", "size"), [(1, (640, 480)), (6, (480, 640)), (8, (480, 640))])
def test_a_camera_held_upright_swaps_width_and_height(orientation: int, size: tuple[int, int]) -> None:
    found = read_picture(jpeg(before=exif(orientation)))

    assert (found.width, found.height) == size


def test_the_thumbnail_in_a_cameras_notes_is_not_the_picture() -> None:
    found = read_picture(jpeg(before=segment(0xE1, b"Exif\x00\x00" + jpeg(160, 120))))

    assert (found.width, found.height) == (640, 480)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (600, 1)])
def test_a_tracking_pixel_is_no_picture(size: tuple[int, int]) -> None:
    assert "tracking pixel" in read_picture(png(*size)).why
    assert "tracking pixel" in read_picture(gif(*size)).why


def test_a_bomb_is_refused_by_its_size_alone() -> None:
    assert "unpacks" in read_picture(png(60_000, 60_000)).why


def test_a_heavy_picture_is_a_warning() -> None:
    heavy = png(extra=chunk(b"tEXt", b"a" * HEAVY_BYTES))

    assert read_picture(heavy).ok
    assert "MB" in read_picture(heavy).warnings[0]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"\x00\x00\x00\x20ftypavif", "AVIF"),
        (b"\n <svg xmlns='http://www.w3.org/2000/svg'>", "SVG"),
        (b"<?xml version='1.0'?><svg>", "SVG"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (b"  <html>", "web page"),
        (b"BM\x00\x00", "bitmap"),
        (b"", "empty"),
        (b"hello", "no JPEG"),
    ],
)
def test_anything_else_is_refused_by_its_name(data: bytes, word: str) -> None:
    found = read_picture(data)

    assert not found.ok
    assert word in found.why


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"]))
def test_no_bytes_break_the_reader(data: bytes, start: bytes) -> None:
    found = read_picture(start + data)

    assert found.ok == (not found.why)


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_damaged_picture_never_breaks_the_reader(name: str, data: st.DataObject) -> None:
    """Whatever bytes of a whole picture are changed, an accepted one still has a size."""
    bytes_ = bytearray(WHOLE[name])
    for at in data.draw(st.lists(st.integers(0, len(bytes_) - 1), max_size=6)):
        bytes_[at] = data.draw(st.integers(0, 255))
    found = read_picture(bytes(bytes_))

    assert not found.ok or (found.width > 2 and found.height > 2)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xd8" + b"\xff" * 1_000_000, id="jpeg of fill bytes"),
        pytest.param(b"\xff\xd8" + segment(0xE0, b"") * 250_000, id="jpeg of empty segments"),
        pytest.param(jpeg(end=False) + b"\xff\x00" * 500_000, id="jpeg that never ends"),
        pytest.param(jpeg(end=False) + (segment(0xDA, b"") + b"\x01") * 200_000, id="jpeg of scans"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"") * 80_000, id="png of empty remarks"),
        pytest.param(gif()[:25] + b"\x21\xfe" + b"\x01a" * 500_000, id="gif of one-byte blocks"),
        pytest.param(b"<" * 1_000_000, id="a page of brackets"),
    ],
)
def test_a_hostile_megabyte_costs_no_more_than_a_second(data: bytes) -> None:
    started = time.perf_counter()

    assert not read_picture(data).ok
    assert time.perf_counter() - started < 8


def test_an_articles_pictures_are_its_own_choice_then_its_text_then_its_enclosures() -> None:
    article = Article(
        source="blog", guid="1", url="https://makers.example/1", title="One", text="Words",
        image=Image("https://makers.example/lead.jpg", alt="A lamp"),
        html='<p><img src="https://makers.example/lead.jpg"><img src="https://makers.example/in-text.png" width="800">'
        '<img src="https://makers.example/avatar.png" width="48"></p>',
        enclosures=(
            Enclosure("https://makers.example/talk.mp3", "audio/mpeg"),
            Enclosure("https://makers.example/cover.gif", None),
        ),
    )  # fmt: skip

    assert [image.url.rpartition("/")[2] for image in candidates(article)] == ["lead.jpg", "in-text.png", "cover.gif"]
    assert candidates(article)[0].alt == "A lamp"
