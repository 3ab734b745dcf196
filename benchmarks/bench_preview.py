"""The studio in Chromium: from the command to the first picture, and from a saved template to the paint.

    python benchmarks/bench_preview.py [--edits 50]

Two worlds in turn: ten articles and ten subscribers; 500 articles and 100,000 subscribers. Cold start is from starting
the process until the mail stands in its frame; a person's browser is open already, so ours is. An edit is from the
return of `write` until the frame has been painted with it. Needs Debian's chromium and the playwright package.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.gather import aliases, content_hash
from digest.model import Article, SubscriberRow
from digest.store import ArticleRecord, create_database, open_store

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
NOW = datetime.now(UTC)
WORDS = ("harbour", "lantern", "copper", "kettle", "ladder", "market", "tide", "bicycle", "orchard", "violin", "cellar",
         "window", "gravel", "bakery")  # fmt: skip
CONFIG = """
[site]
name = "Quay Makers"
url = "https://quay-makers.example"
timezone = "Europe/Dublin"
from = "Quay Makers <digest@quay-makers.example>"
postal_address = "1 Quay Street, Galway, Ireland"

[storage]
url = "sqlite:///digest.db"

[source.blog]
url = "https://quay-makers.example/feed.xml"

[fetch]
recheck = false

[list.members]

[digest.weekly]
list = "members"
schedule = "every monday at 09:00"

[relay.main]
url = "smtp://127.0.0.1:9"
"""
# Notes the moment at which a marker stands in the phone's frame and has been painted: the frame after the next.
WATCH = """
window.seen = {};
(function look() {
  const text = document.querySelector('iframe[title*="phone"]')?.contentDocument?.body?.textContent ?? "";
  const found = text.match(/marker-(\\d+)/)?.[1] ?? (text.length > 500 ? "first" : undefined);
  if (found && !(found in window.seen)) {
    window.seen[found] = 0;
    requestAnimationFrame(() => setTimeout(() => { window.seen[found] = Date.now(); }, 0));
  }
  requestAnimationFrame(look);
})();
"""


def make_world(folder: Path, articles: int, people: int) -> Path:
    folder.mkdir()
    (folder / "templates").mkdir()
    (folder / "digest.toml").write_text(CONFIG, encoding="utf-8")
    url = f"sqlite:///{folder / 'digest.db'}"
    create_database(url)
    with open_store(url) as store:
        store.articles.save("blog", [record(number) for number in range(articles)], at=NOW)
        rows = (SubscriberRow(f"p{number}@people.example", f"p{number}@people.example", name=f"Reader {number}")
                for number in range(people))  # fmt: skip
        store.audience.sync_list("members", rows, at=NOW)
    return folder


def record(number: int) -> ArticleRecord:
    chance = random.Random(number)
    text = "\n\n".join(" ".join(chance.choices(WORDS, k=60)).capitalize() + "." for _ in range(6))
    article = Article(
        source="blog", guid=f"g{number}", url=f"https://quay-makers.example/{number}", title=f"Story {number} of quay",
        text=text, published=NOW - timedelta(minutes=number * 5 + 1), comments=chance.randrange(50),
    )  # fmt: skip
    return ArticleRecord(article, aliases(article), content_hash(article))


@contextmanager
def studio(folder: Path) -> Iterator[tuple[str, float]]:
    """The studio's address, and when its process was started."""
    log = folder / "log"
    began = time.time()
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "digest", "preview", "--no-gather", "--no-browser"], cwd=folder, stdout=out,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        while not (found := re.search(r"http://\S+", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.005)
        yield found[0], began
    finally:
        process.terminate()
        process.wait(15)


def seen(page: Any, marker: str) -> float:
    deadline = time.time() + 30
    while time.time() < deadline:
        at = page.evaluate(f"window.seen[{marker!r}] || 0")
        if at:
            return float(at) / 1000
        page.wait_for_timeout(5)
    raise SystemExit(f"marker {marker} was never seen")


def measure(browser: Any, folder: Path, edits: int) -> tuple[float, list[float]]:
    """Seconds from the start to the first picture, and milliseconds of each edit."""
    own = folder / "templates" / "briefing.mjml"
    own.unlink(missing_ok=True)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    with studio(folder) as (url, began):
        page.goto(url)
        cold_s = seen(page, "first") - began
        took = []
        for number in range(edits + 3):
            page.wait_for_timeout(350)
            text = (
                '{% extends "@builtin/briefing.mjml" %}{% block masthead %}<mj-section><mj-column><mj-text>'
                f"marker-{number}</mj-text></mj-column></mj-section>{{{{ super() }}}}{{% endblock %}}"
            )
            own.write_text(text, encoding="utf-8")
            saved = time.time()
            took.append((seen(page, str(number)) - saved) * 1000)
    page.close()
    return cold_s, took[3:]  # the first ones start the process that operators' templates are compiled in


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--edits", type=int, default=50)
    edits = parser.parse_args().edits
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as top, sync_playwright() as play:
        worlds = {
            "small": make_world(Path(top, "small"), 10, 10),
            "large": make_world(Path(top, "large"), 500, 100_000),
        }
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in worlds}
        for _ in range(2):
            for name, folder in worlds.items():
                cold_s, took = measure(browser, folder, (edits + 1) // 2)
                found[name][0].append(cold_s)
                found[name][1].extend(took)
        browser.close()
    print(f"{'world':8} {'cold start':>12} {'edit median':>12} {'edit p95':>10} {'worst':>8}   ({edits} edits)")
    for name, (cold, took) in found.items():
        p95 = statistics.quantiles(took, n=20)[18]
        print(f"{name:8} {min(cold):10.2f} s {statistics.median(took):9.0f} ms {p95:7.0f} ms {max(took):5.0f} ms")
    ratio = statistics.median(found["large"][1]) / statistics.median(found["small"][1])
    print(f"large to small: cold start {min(found['large'][0]) / min(found['small'][0]):.2f}, edit {ratio:.2f}")


if __name__ == "__main__":
    main()
