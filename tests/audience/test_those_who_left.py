"""The file of those who left is written whole by many processes, and read whatever people do to it."""

import multiprocessing
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from digest.audience import read_unsubscribed, record_unsubscribe, unsubscribed_path
from digest.errors import AddressError, AudienceError

AT = datetime(2026, 11, 23, 9, 5, 7, tzinfo=UTC)


def test_it_stands_beside_the_list(tmp_path: Path) -> None:
    """`subscribers.csv` has `subscribers.unsubscribed.csv`; a missing one is empty."""
    path = tmp_path / "subscribers.csv"
    assert unsubscribed_path(path) == tmp_path / "subscribers.unsubscribed.csv"
    assert read_unsubscribed(path) == {}


def test_what_is_recorded_is_read(tmp_path: Path) -> None:
    """A header once, one line each, private to the user, the latest time of an address counts."""
    path = tmp_path / "subscribers.csv"
    record_unsubscribe(path, "Ann@X.example", AT, "one-click")
    record_unsubscribe(path, "ann@x.example", AT.replace(year=2027), "=cmd|page")
    record_unsubscribe(path, "+b@x.example", AT, "page")
    file = unsubscribed_path(path)
    assert file.read_text().splitlines() == [
        "email,at,source",
        "Ann@x.example,2026-11-23T09:05:07+00:00,one-click",
        "ann@x.example,2027-11-23T09:05:07+00:00,'=cmd|page",
        "'+b@x.example,2026-11-23T09:05:07+00:00,page",
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_unsubscribed(path) == {"ann@x.example": AT.replace(year=2027), "+b@x.example": AT}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_edits_by_hand_are_honoured(tmp_path: Path, encoding: str) -> None:
    """Bare addresses, other delimiters, names, no header, another encoding, an open last line: every address counts."""
    path = tmp_path / "list.csv"
    text = (
        "a@x.example\r\n\r\nb@x.example;2026-11-23 09:05:07;Zoë\r\n# c@x.example came back\r\n"
        "Dee Ó <d@x.example>\t\"mailto:e@x.example\"\r\n2026-13-45,f@x.example\r\nnobody\r\n'o'neill@x.example"
    )
    unsubscribed_path(path).write_bytes(text.encode(encoding))
    expected = {f"{name}@x.example": None for name in "adef"} | {"b@x.example": AT, "o'neill@x.example": None}
    assert read_unsubscribed(path) == expected
    record_unsubscribe(path, "g@x.example", AT, "page")
    assert read_unsubscribed(path) == expected | {"g@x.example": AT}


def _record(folder: Path, who: int, together: Barrier) -> None:
    for number in range(30):
        together.wait(10)
        record_unsubscribe(folder / f"list{number}.csv", f"p{who}@x.example", AT, "page")


def test_several_processes_write_whole_lines(tmp_path: Path) -> None:
    """Four processes that begin thirty files at the same moment: each file has one header and all four lines."""
    context = multiprocessing.get_context("fork")
    together = context.Barrier(4)
    workers = [context.Process(target=_record, args=(tmp_path, who, together)) for who in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert [worker.exitcode for worker in workers] == [0] * 4
    for number in range(30):
        path = tmp_path / f"list{number}.csv"
        assert len(unsubscribed_path(path).read_text().splitlines()) == 5
        assert read_unsubscribed(path) == {f"p{who}@x.example": AT for who in range(4)}


def test_what_is_no_address_or_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """Never a line that nobody can read back, never silence."""
    with pytest.raises(AddressError):
        record_unsubscribe(tmp_path / "list.csv", "bob\r\nx@x.example", AT, "page")
    with pytest.raises(AudienceError, match="cannot write down an unsubscribe"):
        record_unsubscribe(tmp_path / "none" / "list.csv", "bob@x.example", AT, "page")
    assert list(tmp_path.iterdir()) == []
