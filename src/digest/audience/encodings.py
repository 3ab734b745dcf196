"""Which encoding a list file is in, and whether it is a text file at all.

Decides from the bytes alone. Invariant: a file that is mostly UTF-8 is read as UTF-8 (its broken lines become rejects,
not a reason to read everything else wrongly); a guess is always told to the operator.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import NoReturn

from digest.errors import AudienceError

# What spreadsheets on real machines write when they do not write Unicode; the guesser may choose among these only.
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "cp932",
    "gb18030", "big5", "cp949", "koi8_r", "mac_roman", "euc_jp",
)  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16 LE: must be asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name, how to treat what it cannot decode, and what to tell the operator."""

    name: str
    errors: str = "strict"
    warnings: tuple[str, ...] = ()


def detect(data: bytes) -> Encoding:
    """The encoding of `data`: by its byte order mark, as UTF-8, or guessed (with a warning)."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return Encoding(name, "surrogateescape" if name == "utf-8-sig" else "replace")
    wide = _wide_without_bom(data)
    if wide:
        return Encoding(wide, "replace", (f"the file has no byte order mark; it was read as {wide.upper()}",))
    if data.isascii() or _is_utf8(data):
        return Encoding("utf-8")
    good, bad = _utf8_lines(data)
    if good >= bad and good:
        return Encoding("utf-8", "surrogateescape", (f"the file is UTF-8, but {bad} of its lines are not",))
    return _guess(data)


def refuse_spreadsheet(data: bytes, name: str) -> None:
    """Raise `AudienceError` with the way to a CSV file when `data` is not text."""
    if data.startswith(b"PK\x03\x04"):
        _refuse_zip(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse(name, "it is an Excel workbook (.xls)", _EXCEL)
    lowered = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lowered.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml")):
        _refuse(name, "it is a web page or XML, whatever its name says", _EXCEL)
    if lowered.startswith((b"%pdf-", b"{\\rtf", b"\x1f\x8b", b"bplist00", b"sqlite format 3")):
        _refuse(name, "it is not a text file", "export the list as CSV from the program it comes from")


_EXCEL = 'in Excel: File > Save As > "CSV UTF-8 (Comma delimited) (*.csv)", then give the .csv file'
_CALC = 'in LibreOffice Calc: File > Save As > "Text CSV (.csv)", character set "Unicode (UTF-8)", then give that file'
_NUMBERS = 'in Numbers: File > Export To > CSV..., text encoding "Unicode (UTF-8)", then give the exported file'


def _refuse_zip(data: bytes, name: str) -> NoReturn:
    suffix = name.lower().rpartition(".")[2]
    if b"opendocument.spreadsheet" in data[:200] or suffix == "ods":
        _refuse(name, "it is a LibreOffice spreadsheet (.ods)", _CALC)
    if suffix == "numbers" or b"Index/Document.iwa" in data or b"Index.zip" in data:
        _refuse(name, "it is a Numbers spreadsheet (.numbers)", _NUMBERS)
    if suffix in ("xlsx", "xlsm") or b"xl/workbook" in data or b"xl/worksheets" in data:
        _refuse(name, "it is an Excel workbook (.xlsx)", _EXCEL)
    _refuse(name, "it is a ZIP archive", "unpack it and give the .csv file of those who are subscribed")


def _refuse(name: str, why: str, try_: str) -> NoReturn:
    raise AudienceError("cannot read this list", where=name, why=why, try_=try_)


def _wide_without_bom(data: bytes) -> str:
    """UTF-16 of mostly Latin text shows as every second byte being zero."""
    head = data[:4096]
    if len(head) < 8 or head.count(0) * 3 < len(head):
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _is_utf8(data: bytes) -> bool:
    """By pieces: a list of a million rows is not decoded whole only to look at it."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(view[start : start + _CHUNK], start + _CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _utf8_lines(data: bytes) -> tuple[int, int]:
    """How many of the lines outside ASCII are UTF-8, and how many are not."""
    good = bad = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good, bad


def _guess(data: bytes) -> Encoding:
    from charset_normalizer import from_bytes  # lazy: a UTF-8 list need not pay for its tables

    sample = b"\n".join(line for line in data[: 16 * _CHUNK].split(b"\n") if not line.isascii())[:_SAMPLE]
    found = list(from_bytes(sample, cp_isolation=list(_LEGACY)))
    best = found[0] if found else None
    # Where Western European reads no worse, it is what the file is: most lists that are not Unicode come from there.
    western = next((match for match in found if match.encoding == "cp1252"), None)
    if best is not None and western is not None and western.chaos <= best.chaos:
        best = western
    name = best.encoding if best is not None else "cp1252"
    advice = "look at a name with accents; when it is wrong, save the file as UTF-8"
    return Encoding(name, "replace", (f"the file is not UTF-8; it was read as {name}, which is a guess: {advice}",))
