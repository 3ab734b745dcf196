"""Words that the tests of the command line share: a Friday, what a command answered, how to publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from support_world import MONDAY, FeedServer

FRIDAY = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Digest = Callable[..., Ran]


def publish(feed: FeedServer, *titles: str, at: datetime = FRIDAY) -> None:
    for title in titles:
        feed.publish(title, at)


__all__ = ["FRIDAY", "MONDAY", "Digest", "Ran", "publish"]
