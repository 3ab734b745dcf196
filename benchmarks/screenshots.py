"""The demo's email as its readers see it: 375 and 700 px, light and dark, from the very bytes that were sent.

Usage: python benchmarks/screenshots.py [--out FOLDER] [--sheet FILE]. Needs Debian's chromium, playwright and Pillow.
With --goldens instead: every template and theme over every fixture, for tests/browser/goldens (five minutes).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SHOTS = [(375, "light"), (375, "dark"), (700, "light"), (700, "dark")]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path(tempfile.mkdtemp(prefix="digest-shots-")))
    arguments.add_argument("--sheet", type=Path, help="one picture of all four, for the README")
    arguments.add_argument("--goldens", nargs="*", metavar="TEMPLATE-THEME", help="write these sheets anew, or all")
    options = arguments.parse_args()
    if options.goldens is not None:
        _goldens(set(options.goldens))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shots = _shoot(Path(folder), options.out)
    if options.sheet:
        _sheet(shots).save(options.sheet, optimize=True)
    for path in shots:
        print(path)


def _goldens(chosen: set[str]) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
    import email_goldens
    from email_shots import TEMPLATES, THEMES, Camera

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        camera = Camera(browser, scale=0.25)
        for template in TEMPLATES:
            for theme in THEMES:
                path = email_goldens.FOLDER / f"{template}-{theme}.png"
                if not chosen or path.stem in chosen:
                    email_goldens.sheet(template, theme, camera).save(path, optimize=True)
                    print(path, path.stat().st_size)
        browser.close()
    (email_goldens.FOLDER / "fonts.txt").write_text(email_goldens.fonts(), encoding="utf-8")


def _shoot(folder: Path, out: Path) -> list[Path]:
    """Runs the demo as a person does; its community serves the pictures while the browser looks."""
    command = [sys.executable, "-u", "-m", "digest", "demo", "--open", "--no-browser", "--dir", str(folder / "demo")]
    log = folder / "log"
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as demo:
        try:
            _wait_until_open(demo, log)
            first = min((folder / "demo" / "inbox").glob("*.eml"))
            body = message_from_bytes(first.read_bytes(), policy=default).get_body(("html",))
            assert body is not None
            page = folder / "message.html"
            page.write_text(body.get_content(), encoding="utf-8")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                shots = [_shot(browser, page, out, width, scheme) for width, scheme in SHOTS]
                browser.close()
        finally:
            demo.terminate()
    return shots


def _wait_until_open(demo: subprocess.Popen[bytes], log: Path) -> None:
    """Until the preview's address, with its token, is printed: then everything has been sent."""
    deadline = time.monotonic() + 120
    while "token=" not in log.read_text(encoding="utf-8"):
        if demo.poll() is not None or time.monotonic() > deadline:
            sys.exit(log.read_text(encoding="utf-8"))
        time.sleep(0.1)


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
