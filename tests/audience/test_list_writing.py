"""Appending to a list changes nothing that stands there, and never leaves half a file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.audience import append_subscribers, read_list
from digest.errors import AudienceError, BusyError
from digest.model.subscriber import SubscriberRow

NOW = datetime(2026, 11, 23, 9, 5, 7, tzinfo=UTC)


def row(address: str, name: str = "", **more: object) -> SubscriberRow:
    return SubscriberRow(address, address.lower(), name, **more)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("email,name\na@x.example,Ann\n", "email,name\na@x.example,Ann\nb@x.example,Zoë\n"),
        ("email,name\na@x.example,Ann", "email,name\na@x.example,Ann\nb@x.example,Zoë\n"),
        ("Name;E-Mail\r\nAnn;a@x.example\r\n", "Name;E-Mail\r\nAnn;a@x.example\r\nZoë;b@x.example\r\n"),
        ("a@x.example,Ann Lee\n", "a@x.example,Ann Lee\nb@x.example,Zoë\n"),
        ("email,notes,first name,last name\n", "email,notes,first name,last name\nb@x.example,,Zoë,\n"),
        ("email\na@x.example\n", "email,name\na@x.example\nb@x.example,Zoë\n"),
        ("# ours\nemail,,\na@x.example,,\n", "# ours\nemail,name\na@x.example,,\nb@x.example,Zoë\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_row_is_appended_in_the_ways_of_the_file(tmp_path: Path, data: str, expected: str, encoding: str) -> None:
    """Delimiter, columns, line ends, encoding and byte order mark stay; a missing column is added to the header."""
    path = tmp_path / "members.csv"
    if encoding == "utf-16-be":
        data, expected = "\ufeff" + data, "\ufeff" + expected
    path.write_bytes(data.encode(encoding))
    append_subscribers(path, [row("b@x.example", "Zoë")], now=NOW)
    assert path.read_bytes() == expected.encode(encoding)
    assert read_list(path).rows[-1].name == "Zoë"


def test_everything_of_a_row_comes_back(tmp_path: Path) -> None:
    """Also a name that a spreadsheet would take for a formula, and one with the delimiter in it."""
    path = tmp_path / "members.csv"
    rows = [
        row(
            "+b@x.example",
            "-Bob, Jr",
            locale="pt-BR",
            timezone="Europe/Lisbon",
            topics=("a b", "c"),
            frequency="weekly",
        ),
        row("c@x.example", "@Cy"),
    ]
    assert append_subscribers(path, rows, now=NOW) is None
    assert "'-Bob" in path.read_text()
    listed = read_list(path)
    assert [(r.address, r.name, r.locale, r.timezone, r.topics, r.frequency) for r in listed.rows] == [
        (r.address, r.name, r.locale, r.timezone, r.topics, r.frequency) for r in rows
    ]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_copy_is_kept_and_never_overwritten(tmp_path: Path) -> None:
    """Two appends in one second leave two copies, each of what stood there before."""
    path = tmp_path / "members.csv"
    path.write_text("email\na@x.example\n")
    path.chmod(0o640)
    first = append_subscribers(path, [row("b@x.example")], now=NOW)
    second = append_subscribers(path, [row("c@x.example")], now=NOW)
    assert first.name == "members.csv.20261123-090507.bak"
    assert second.name == "members.csv.20261123-090507-2.bak"
    assert (first.read_text(), second.read_text()) == ("email\na@x.example\n", "email\na@x.example\nb@x.example\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [r.key for r in read_list(path).rows] == ["a@x.example", "b@x.example", "c@x.example"]


def test_broken_bytes_of_a_list_stay_as_they_are(tmp_path: Path) -> None:
    """A row that was a reject before is the same bytes after."""
    path = tmp_path / "members.csv"
    before = "email,name\na@x.example,Zoë\n".encode() + b"b@x.example,Ren\xe9\n"
    path.write_bytes(before)
    append_subscribers(path, [row("c@x.example")], now=NOW)
    assert path.read_bytes() == before + b"c@x.example,\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"a@x.example\n", "no header line"), ("email,name\n" + "p@x.example,Zo\u00eb\n" * 9, "has no room")],
)
def test_what_cannot_be_written_changes_nothing(tmp_path: Path, data: bytes | str, why: str) -> None:
    """A name with no column to stand in, or outside the file's encoding, is an error; the file is as it was."""
    path = tmp_path / "members.csv"
    path.write_bytes(data.encode("cp1252") if isinstance(data, str) else data)
    before = path.read_bytes()
    with pytest.raises(AudienceError) as caught:
        append_subscribers(path, [row("b@x.example", "佐藤")], now=NOW)
    assert why in caught.value.why
    assert [file.name for file in tmp_path.iterdir()] == ["members.csv"]
    assert path.read_bytes() == before


def test_a_list_changed_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saving the list from a spreadsheet in the same moment wins."""
    path = tmp_path / "members.csv"
    path.write_text("email\na@x.example\n")

    def save_meanwhile(_: int) -> None:
        path.write_text("email\nz@x.example\n")

    monkeypatch.setattr("digest.audience.writing.os.fsync", save_meanwhile)  # between the copy and the replacement
    with pytest.raises(BusyError):
        append_subscribers(path, [row("b@x.example")], now=NOW)
    assert path.read_text() == "email\nz@x.example\n"
