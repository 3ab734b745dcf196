"""Reading in a process of its own: what hangs, dies or wants too much costs one document."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from digest.errors import ParseError
from digest.gather import guarded
from digest.gather.adapter import Reading, Reply, Request
from digest.gather.guarded import Reader
from digest.gather.settings import SourceSettings

RSS = b"<rss version='2.0'><channel><title>Quay</title><item><title>%d</title></item></channel></rss>"


@pytest.fixture
def reader() -> Iterator[Reader]:
    one = Reader(processes=1, deadline_s=1.0)
    yield one
    one.close()


def read(reader: Reader, data: bytes) -> Reading:
    url = "https://quay.example/f"
    found = reader.call("kinds:read_reply", SourceSettings("quay", url=url), Reply(Request(url), url, data), about=url)
    assert isinstance(found, Reading)
    return found


def test_it_gives_what_the_function_gives(reader: Reader) -> None:
    """The reading comes back whole, and so does the reader's own error with its advice."""
    assert read(reader, RSS % 1).articles[0].title == "1"
    with pytest.raises(ParseError, match=r"this is not a feed.*\n?Try: "):
        read(reader, b"junk")


def test_a_document_that_hangs_is_ended_and_the_next_is_read() -> None:
    """After the deadline the process is killed, the error says so, and a fresh one takes over."""
    reader = Reader(processes=1, deadline_s=2.0)
    try:
        read(reader, RSS % 1)
        started = time.monotonic()
        with pytest.raises(ParseError, match="took too long"):
            reader.call("worker:main", about="x")  # waits for input that never comes
        assert time.monotonic() - started < 3.5  # the process itself would give up after four
        assert read(reader, RSS % 2).articles[0].title == "2"
    finally:
        reader.close()


def test_too_much_memory_ends_in_an_error() -> None:
    """A document that wants more than it may have is reported, not the whole run."""
    small = Reader(processes=1, deadline_s=20, memory_bytes=300 * 1024**2)
    try:
        with pytest.raises(ParseError, match=r"too much memory|broke the reader"):
            read(small, b"<rss version='2.0'><channel><title>" + b"a" * 250_000_000 + b"</title></channel></rss>")
    finally:
        small.close()


def test_a_mistake_of_ours_costs_one_document(reader: Reader) -> None:
    """An unexpected exception in there is a ParseError here."""
    with pytest.raises(ParseError, match=r"cannot be read.*AttributeError"):
        reader.call("kinds:no_such_function", about="x")


def test_many_threads_share_few_processes() -> None:
    """Every answer goes to who asked."""
    reader = Reader(processes=2)
    try:
        with ThreadPoolExecutor(8) as pool:
            titles = [one.articles[0].title for one in pool.map(lambda n: read(reader, RSS % n), range(40))]
    finally:
        reader.close()
    assert titles == [str(number) for number in range(40)]


def test_a_process_that_went_away_is_replaced(reader: Reader) -> None:
    """One that ended while it waited, as after a minute without work, costs nothing."""
    read(reader, RSS % 1)
    process = reader._places.get()
    assert process is not None
    process._popen.kill()
    process._popen.wait()
    reader._places.put(process)
    assert read(reader, RSS % 2).articles[0].title == "2"


def test_only_values_of_ours_come_back() -> None:
    """A reader that was taken over cannot name a function to run here."""
    import io
    import os

    with pytest.raises(pickle.UnpicklingError, match="not expected"):
        guarded._Unpickler(io.BytesIO(pickle.dumps(os.system))).load()
