"""The demo's email as its readers see it: 375 and 700 px, light and dark, from the very bytes that were sent.

Usage: python benchmarks/screenshots.py [--out FOLDER] [--sheet FILE]. Needs Debian's chromium, playwright and Pillow.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from digest.cli.app import App
from digest.demo.community import serve
from digest.demo.inbox import Inbox
from digest.demo.setup import find_example_csv, write_demo
from digest.pipeline.gathering import enroll, gather
from digest.pipeline.issuing import find, make, plan, sight
from digest.store import create_database

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SHOTS = [(375, "light"), (375, "dark"), (700, "light"), (700, "dark")]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path(tempfile.mkdtemp(prefix="digest-shots-")))
    arguments.add_argument("--sheet", type=Path, help="one picture of all four, for the README")
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shots = _shoot(Path(folder), options.out)
    if options.sheet:
        _sheet(shots).save(options.sheet, optimize=True)
    for path in shots:
        print(path)


def _shoot(folder: Path, out: Path) -> list[Path]:
    with serve(now=datetime.now(UTC)) as community, Inbox(folder / "inbox") as inbox:
        shutil.copyfile(find_example_csv(), folder / "subscribers.csv")
        config = write_demo(
            folder,
            base_url=community.base_url,
            folder=community.folder,
            smtp_port=inbox.port,
            subscribers_csv=folder / "subscribers.csv",
        )
        create_database(f"sqlite:///{folder / 'digest.db'}")
        with App(str(config), {}).workspace() as workspace:
            gather(workspace)
            enroll(workspace, "weekly", first_seen=sight(workspace, "weekly").first_seen_at)
            workspace.store.articles.backfill("weekly", "every", workspace.sources_of("weekly"), since=None)
            make(workspace, plan(workspace, find(workspace, "weekly")), ask=True, accept_list=True)
        english = next(mail for mail in inbox.messages if "aoife" in mail.envelope_to[0] or mail.envelope_to)
        body = message_from_bytes(english.data, policy=default).get_body(("html",))
        assert body is not None
        page = folder / "message.html"
        page.write_text(body.get_content(), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            shots = [_shot(browser, page, out, width, scheme) for width, scheme in SHOTS]
            browser.close()
    return shots


def _shot(browser: Browser, page: Path, out: Path, width: int, scheme: str) -> Path:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        device_scale_factor=2 if width < 500 else 1,
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    tab.wait_for_load_state("networkidle")
    target = out / f"demo-{width}-{scheme}.png"
    tab.screenshot(path=target, full_page=True)
    context.close()
    return target


def _sheet(shots: list[Path], *, height: int = 760) -> Image.Image:
    """Phone light, desktop light, desktop dark, phone dark, side by side, cut at the same height."""
    order = [shots[0], shots[2], shots[3], shots[1]]
    images = []
    for path in order:
        image = Image.open(path).convert("RGB")
        width = 280 if "-375-" in path.name else 420
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
        images.append(image.crop((0, 0, width, height)))
    gap = 16
    sheet = Image.new("RGB", (sum(image.width for image in images) + gap * 5, height + gap * 2), "#e9ebee")
    left = gap
    for image in images:
        sheet.paste(image, (left, gap))
        ImageDraw.Draw(sheet).rectangle((left - 1, gap - 1, left + image.width, gap + height), outline="#c9ced6")
        left += image.width + gap
    return sheet.quantize(128)


if __name__ == "__main__":
    main()
