"""The recipe for a new kind of source works as it is written."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digest.gather import FetchState, SourceSettings
from digest.gather.adapter import Reply
from digest.gather.kinds import KINDS

RECIPE = Path(__file__).parents[2] / "docs" / "recipes-sources.md"


def test_the_recipes_kind_works() -> None:
    """The example reads its calendar and asks for the page of an event that has only an excerpt."""
    (code,) = re.findall(r"```python\n(.*?)```", RECIPE.read_text(encoding="utf-8"), re.S)
    names: dict[str, Any] = {}
    exec(compile(code, str(RECIPE), "exec"), names)
    source = SourceSettings("fair", url="https://fair.example/")
    calendar = names["Calendar"]()
    (request,) = calendar.plan(source, FetchState(), datetime(2026, 11, 23, tzinfo=UTC))
    assert request.url == "https://fair.example/events.json"
    about = "Bring a lamp and a friend to the boat shed. " * 20
    events = [{"id": 7, "name": "Winter fair", "about": about, "announced": "2026-11-20", "page": "/7"}]
    events += [{"id": 8, "name": "Lamp night", "about": "Bring a lamp.", "page": "/8"}]
    document = json.dumps({"title": "Fair", "events": events}).encode()
    reading = calendar.read(source, Reply(request, request.url, document))
    (fair,) = reading.articles
    assert (fair.guid, fair.title, fair.published_confidence) == ("7", "Winter fair", "day")
    assert [one.url for one in reading.requests] == ["https://fair.example/8"] and reading.title == "Fair"


def test_the_recipe_names_what_exists() -> None:
    """Every file and every mark of a request that the page names is there."""
    page = RECIPE.read_text(encoding="utf-8")
    root = RECIPE.parents[1] / "src" / "digest"
    for name in re.findall(r"`((?:gather|kinds|config)/\w+\.py)`", page):
        assert (root / name).is_file() or (root / "gather" / name).is_file(), name
    for mark in re.findall(r"^\| `(\w+)=", page, re.M):
        assert mark in {"polite", "alone", "watch"}
    assert {"discourse", "sitemap"} <= KINDS.keys()
