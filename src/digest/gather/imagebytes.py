"""What an image file is and whether mail clients show it: JPEG, PNG or GIF, its size, and whether it is complete. Pure.

Does not decode pixels and does not fetch. Invariants: `read_picture` never raises, whatever the bytes, and its time is
linear in their number; a file that it accepts has a beginning, an end and a size of its own, and nothing missing in
between.

Why this way: a header alone does not tell a whole picture from half of one, and a decoder is a large parser of
strangers' bytes in the process that holds the relay's password. Walking markers, chunks and blocks (ITU-T T.81 annex B,
PNG 3rd edition section 5, GIF89a section 15) finds what a broken upload or a lying server does; 5 MB take some 10 ms.
WebP, AVIF and SVG are refused although browsers show them: Outlook for Windows and many web mailers do not.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from digest.gather.markup import clean_fragment, is_lead_image
from digest.model import Article, Image

MAX_BYTES = 5 * 1024 * 1024
HEAVY_BYTES = 1024 * 1024
PIXEL = 2  # a picture of so little width or height counts whoever opens the mail
MAX_MEGAPIXELS = 100
MAX_CANDIDATES = 4
_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|gif)$", re.I)


@dataclass(frozen=True, slots=True)
class Picture:
    """`type` is "jpeg", "png", "gif" or ""; `why` says why it cannot be used, empty when it can; sizes in pixels as
    they are shown; `warnings` are sentences for the operator."""

    type: str = ""
    width: int = 0
    height: int = 0
    why: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.why


def read_picture(data: bytes) -> Picture:
    """What `data` is. A picture that mail clients would not show, or that nobody would see, says why."""
    reader = next((read for start, read in _READERS.items() if data.startswith(start)), None)
    if reader is None:
        return Picture(why=_other(data))
    try:
        found = reader(data)
    except _Broken as broken:
        return Picture(broken.type, why=broken.why)
    if found.why:
        return found
    if not found.width or not found.height:
        return replace(found, why="it has no size")
    if min(found.width, found.height) <= PIXEL:
        return replace(found, why=f"it is {found.width} x {found.height} pixels: a tracking pixel, not a picture")
    if found.width * found.height > MAX_MEGAPIXELS * 1_000_000:
        return replace(found, why=f"{found.width} x {found.height} pixels are more than a mail client unpacks")
    if len(data) > HEAVY_BYTES:
        heavy = f"{len(data) / 1_048_576:.1f} MB: slow to open on a phone; a smaller version would do"
        return replace(found, warnings=(*found.warnings, heavy))
    return found


def candidates(article: Article) -> tuple[Image, ...]:
    """The pictures that may stand for an article, its own choice first: then those in its text, then enclosures."""
    found = [article.image] if article.image else []
    if article.html and "<img" in article.html:
        found += [image for image in clean_fragment(article.html, article.url).images if is_lead_image(image)]
    for enclosure in article.enclosures:
        kind = enclosure.type or ""
        if kind in ("image/jpeg", "image/png", "image/gif") or (not kind and _IMAGE_NAME.search(enclosure.url)):
            found.append(Image(enclosure.url))
    return tuple({image.url: image for image in reversed(found)}.values())[::-1][:MAX_CANDIDATES]


class _Broken(Exception):
    def __init__(self, type_: str, why: str) -> None:
        super().__init__(why)
        self.type, self.why = type_, why


# -- JPEG -------------------------------------------------------------------------------------------------------------

# After the data of a scan: any marker that is neither a stuffed zero nor a restart (T.81 B.1.1.5, B.2.1).
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SHOWN = {0xC0, 0xC1, 0xC2}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


def _jpeg(data: bytes) -> Picture:
    frame, turned, scanned = Picture(), False, False
    for marker, segment in _segments(data):
        if marker == 0xD9:
            if not scanned:
                raise _Broken("jpeg", "there is no picture in it")
            return _upright(frame, turned=turned)
        if marker == 0xE1:
            turned = turned or _is_turned(segment)
        elif marker in _FRAMES and not frame.type:
            frame = _frame(marker, segment)
        elif marker == 0xDA:
            if not frame.type:
                raise _Broken("jpeg", "its size is missing")
            scanned = True
    raise _Broken("jpeg", "it breaks off before its end")


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, what is in its segment) one after the other; the data of a scan is skipped."""
    at, end = 2, len(data)
    while at + 1 < end:
        if data[at] != 0xFF:
            raise _Broken("jpeg", "it is damaged: a marker is missing")
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes may precede any marker
            at += 1
            continue
        at += 2
        if marker == 0xD9:
            yield marker, b""
            return
        if marker in _BARE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > end:
            raise _Broken("jpeg", "it breaks off before its end" if length >= 2 else "it is damaged")
        yield marker, data[at + 2 : at + length]
        at += length
        if marker == 0xDA:
            after = _AFTER_SCAN.search(data, at)
            if after is None:
                return
            at = after.start()


def _frame(marker: int, segment: bytes) -> Picture:
    if len(segment) < 6 or len(segment) < 6 + 3 * segment[5]:
        raise _Broken("jpeg", "it is damaged: its header is too short")
    if marker not in _SHOWN or segment[0] != 8:
        raise _Broken("jpeg", "it is a kind of JPEG (lossless, arithmetic or 12 bits) that mail clients do not show")
    height, width, components = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big"), segment[5]
    if components not in (1, 3, 4):
        raise _Broken("jpeg", f"it is damaged: {components} colours")
    cmyk = "in print colours (CMYK): Outlook for Windows shows it wrongly or not at all; save it as RGB"
    return Picture("jpeg", width, height, warnings=(cmyk,) if components == 4 else ())


def _upright(frame: Picture, *, turned: bool) -> Picture:
    return replace(frame, width=frame.height, height=frame.width) if turned else frame


def _is_turned(segment: bytes) -> bool:
    """Whether the camera was held upright: then what is stored lies on its side (Exif 2.3, tag 0x0112, 5 to 8)."""
    if not segment.startswith(b"Exif\x00\x00"):
        return False
    tiff = segment[6:]
    order = {b"II*\x00": "little", b"MM\x00*": "big"}.get(tiff[:4])
    if order is None:
        return False

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    start = number(4, 4)
    for at in range(start + 2, start + 2 + 12 * min(number(start, 2), 100), 12):
        if number(at, 2) == 0x0112:
            return 5 <= number(at + 8, 2) <= 8
    return False


# -- PNG --------------------------------------------------------------------------------------------------------------

_PNG = b"\x89PNG\r\n\x1a\n"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def _png(data: bytes) -> Picture:
    at, found, has_pixels = len(_PNG), Picture(), False
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise _Broken("png", "it breaks off before its end")
        if kind[0] & 0x20 == 0 and zlib.crc32(memoryview(data)[at + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            raise _Broken("png", "it is damaged: a checksum is wrong")
        if not found.type:
            found = _png_header(kind, data[at + 8 : end - 4])
        has_pixels = has_pixels or kind == b"IDAT"
        if kind == b"IEND":
            if not has_pixels:
                raise _Broken("png", "there is no picture in it")
            return found
        at = end
    raise _Broken("png", "it breaks off before its end")


def _png_header(kind: bytes, body: bytes) -> Picture:
    if kind != b"IHDR" or len(body) != 13:
        raise _Broken("png", "it is damaged: its header is missing")
    if body[8] not in _DEPTHS.get(body[9], ()) or body[10] or body[11] or body[12] > 1:
        raise _Broken("png", "it is damaged: there are no such colours")
    return Picture("png", int.from_bytes(body[0:4], "big"), int.from_bytes(body[4:8], "big"))


# -- GIF --------------------------------------------------------------------------------------------------------------


def _gif(data: bytes) -> Picture:
    if len(data) < 13:
        raise _Broken("gif", "it breaks off before its end")
    width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    at, has_pixels = 13 + _palette(data[10]), False
    while at < len(data):
        introducer = data[at]
        if introducer == 0x3B:
            if not has_pixels:
                raise _Broken("gif", "there is no picture in it")
            return Picture("gif", width, height)
        if introducer == 0x21:
            at = _blocks(data, at + 2)
        elif introducer == 0x2C and at + 10 <= len(data):
            at = _blocks(data, at + 11 + _palette(data[at + 9]))
            has_pixels = True
        else:
            raise _Broken("gif", "it is damaged")
    raise _Broken("gif", "it breaks off before its end")


def _palette(packed: int) -> int:
    return 3 * (2 << (packed & 7)) if packed & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    """Where the sub-blocks that begin at `at` end."""
    end = len(data)
    while at < end:
        size = data[at]
        at += size + 1
        if not size:
            return at
    raise _Broken("gif", "it breaks off before its end")


_READERS = {b"\xff\xd8\xff": _jpeg, _PNG: _png, b"GIF87a": _gif, b"GIF89a": _gif}


# -- everything else --------------------------------------------------------------------------------------------------

_MAGIC = (
    (re.compile(rb"RIFF....WEBP", re.S), "it is WebP, which many mail clients do not show: offer JPEG or PNG"),
    (re.compile(rb"....ftyp(?:avif|avis|heic|heix|mif1|msf1)", re.S),
     "it is AVIF or HEIC, which most mail clients do not show: offer JPEG or PNG"),
    (re.compile(rb"\xff\x0a|\x00\x00\x00\x0cJXL "), "it is JPEG XL, which mail clients do not show: offer JPEG or PNG"),
    (re.compile(rb"BM"), "it is a Windows bitmap: offer JPEG or PNG"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "it is TIFF, which mail clients do not show: offer JPEG or PNG"),
    (re.compile(rb"\x00\x00[\x01\x02]\x00"), "it is an icon file"),
    (re.compile(rb"%PDF-"), "it is a PDF file"),
)  # fmt: skip


def _other(data: bytes) -> str:
    if not data:
        return "the answer is empty"
    for magic, why in _MAGIC:
        if magic.match(data):
            return why
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "it is SVG, which mail clients do not show: offer PNG"
    if head.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--")):
        return "it is a web page, not a picture"
    return "it is no JPEG, PNG or GIF"
