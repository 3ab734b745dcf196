"""A studio over a whole community (`support_world`), asked directly or served to a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from digest.pipeline.gathering import gather
from digest.pipeline.previewing import Studio
from digest.web.preview import studio_app
from digest.web.server import serve_app
from support_world import MONDAY, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORIES = ("Lamp night", "Bridge opens", "Choir wanted", "Moths counted")


def apart(act: Callable[[], object]) -> None:
    """In a thread of its own: a browser's driver holds this one's event loop, and sending needs one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(act).result(timeout=60)


def settled(place: World, *, digest: str = "") -> World:
    """A weekly seen last Wednesday, with one issue sent since and four articles for the next; it is Tuesday.

    `digest` is what stands in its table from Tuesday on.
    """
    place.tick()
    place.feed.publish("Ferry bell rings", place.clock + HOUR)
    apart(place.at(MONDAY).tick)
    assert place.sink.messages, "the first issue was sent"
    place.configure(digest=digest)
    for number, title in enumerate(STORIES):
        place.feed.publish(title, MONDAY + (number + 1) * HOUR)
    place.at(MONDAY + DAY)
    with place.workspace() as workspace:
        gather(workspace)
    return place


@contextmanager
def studio_of(place: World) -> Iterator[Studio]:
    studio = Studio(place.config_path, env={}, now=lambda: place.clock)
    try:
        yield studio
    finally:
        studio.close()


@contextmanager
def served(studio: Studio, token: str = "tok", **options: object) -> Iterator[str]:
    """The address with its token, while the block lasts."""
    stop, started, urls = threading.Event(), threading.Event(), []

    def on_started(url: str) -> None:
        urls.append(url)
        started.set()

    app = studio_app(studio, token=token, **options)  # type: ignore[arg-type]
    thread = threading.Thread(
        target=serve_app, args=(app,), kwargs={"on_started": on_started, "stop": stop}, daemon=True
    )
    thread.start()
    assert started.wait(10)
    try:
        yield f"{urls[0]}/?token={token}"
    finally:
        stop.set()
        thread.join(10)
