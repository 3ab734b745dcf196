"""The smallest complete PNG, JPEG and GIF files, written byte by byte: as large as a test says, with nothing to see."""

from __future__ import annotations

import zlib


def chunk(kind: bytes, body: bytes, *, damaged: bool = False) -> bytes:
    sum_ = zlib.crc32(kind + body) ^ damaged
    return len(body).to_bytes(4, "big") + kind + body + sum_.to_bytes(4, "big")


def png(width: int = 640, height: int = 480, *, colours: bytes = b"\x08\x02", extra: bytes = b"") -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    header = chunk(b"IHDR", size + colours + b"\x00\x00\x00")
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 100))
    return b"\x89PNG\r\n\x1a\n" + header + extra + pixels + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def exif(orientation: int) -> bytes:
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2, "big") + b"\x00\x00"
    return segment(0xE1, b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00")


def jpeg(
    width: int = 640, height: int = 480, *, colours: int = 3, frame: int = 0xC0, before: bytes = b"", end: bool = True
) -> bytes:
    size = (
        b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes((colours,)) + b"\x01\x11\x00" * colours
    )
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + before + segment(frame, size) + segment(0xC4, b"\x00" * 17) + scan + b"\xff\xd9" * end


def gif(width: int = 640, height: int = 480) -> bytes:
    screen = width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"\x80\x00\x00" + b"\x00" * 6
    comment = b"\x21\xfe\x03abc\x00"
    image = b"\x2c" + b"\x00" * 8 + b"\x00" + b"\x02" + b"\x02\x4c\x01\x00"
    return b"GIF89a" + screen + comment + image + b"\x3b"
