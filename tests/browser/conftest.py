"""A browser, the axe engine, and the demo's world: community, database, sent issue and inbox, all on loopback.

Module-scoped, because two of Playwright's synchronous drivers cannot live in one process at the same time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "render"))  # render_samples: a small issue and people to render it for

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def missing(lane: str, why: str) -> None:
    if lane in os.environ.get("DIGEST_REQUIRE_LANES", "").replace(",", " ").split():
        pytest.fail(f"the lane {lane} is required: {why}")
    pytest.skip(why)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if not chromium:
        missing("browser", "needs Debian's chromium and the playwright package")
    with sync_playwright() as play:
        chrome = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield chrome
        chrome.close()


@pytest.fixture(scope="module")
def violations() -> Callable[[Any], list[str]]:
    """Runs axe in a page and returns what breaks WCAG 2.2 A or AA, in words. Frames are judged apart."""
    engine = _axe().read_text(encoding="utf-8")

    def run(page: Any) -> list[str]:
        page.evaluate(engine)
        found = page.evaluate(
            "rules => axe.run(document, {iframes: false, runOnly: {type: 'tag', values: rules}, "
            "resultTypes: ['violations']}).then(result => result.violations)",
            RULES,
        )
        return [
            f"{one['id']}: {node['html'][:160]}: {node['failureSummary']}" for one in found for node in one["nodes"]
        ]

    return run


def _axe() -> Path:
    """The engine of the npm package axe-core: in the folder DIGEST_AXE names, or in node_modules here or above."""
    named = os.environ.get("DIGEST_AXE", "")
    above = (folder / "node_modules" / "axe-core" for folder in Path(__file__).resolve().parents)
    places = (Path(named), Path(named, "axe-core"), Path(named, "node_modules", "axe-core")) if named else tuple(above)
    for place in places:
        if (place / "axe.min.js").is_file():
            return place / "axe.min.js"
    missing("axe", "needs the npm package axe-core: npm install --no-save --prefix DIR axe-core, and DIGEST_AXE=DIR")
    raise AssertionError


@dataclass(frozen=True)
class World:
    """The demo after its issue went out, with its pages open; `config` is its digest.toml, the rest are addresses."""

    folder: Path
    config: Path
    preview: str
    inbox: str

    @property
    def messages(self) -> list[bytes]:
        """What the inbox received, in order."""
        return [path.read_bytes() for path in sorted((self.folder / "inbox").glob("*.eml"))]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """`digest demo --open` as a person starts it, in a process of its own."""
    folder = tmp_path_factory.mktemp("demo") / "world"
    command = [sys.executable, "-u", "-m", "digest", "demo", "--open", "--no-browser", "--dir", str(folder)]
    log = folder.parent / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while len(found := re.findall(r"^\S*?(http://127\.0\.0\.1:\d+/(?:\?token=\S+)?)$", log.read_text(), re.M)) < 2:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        preview = next(url for url in found if "token=" in url)
        inbox = next(url for url in found if url != preview)
        yield World(folder, folder / "digest.toml", preview, inbox)
    finally:
        process.terminate()
        process.wait(15)
