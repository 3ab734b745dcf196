"""The long proofs in full, and docs/benchmarks.md written from what they found.

    python benchmarks/proof.py [--only NAME ...] [--corpora FOLDER]

Runs every test marked `chaos` or `slow` with DIGEST_PROOF=1 (hundreds of kills, every rule over twenty years), then
the benchmark scripts. Each leaves its figures as JSON in .proof/; the page is made from whatever is there, so a part
can be repeated alone. `--corpora` names a folder of public test data for the scripts that measure against some.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / ".proof"
PAGE = ROOT / "docs" / "benchmarks.md"
SEED = "20261123"

TESTS = {
    "kill": ["tests/chaos"],
    "wall-clock": ["tests/recurrence"],
    "histories": ["tests/histories"],
    "slow": ["tests", "--ignore=tests/chaos", "--ignore=tests/recurrence", "--ignore=tests/histories"],
}
SCRIPTS = {
    "fill": ["benchmarks/bench_fill.py", "--json"],
    "compile": ["benchmarks/bench_compile.py", "--json"],
    "dkim": ["benchmarks/bench_dkim.py", "--json", "--rounds", "21", "--messages", "60"],
    "ledger": ["benchmarks/bench_ledger.py", "--json"],
    "send": ["benchmarks/bench_send.py", "--json"],
    "feeds": ["benchmarks/bench_feeds.py"],
    "copied": ["benchmarks/bench_copied.py"],
    "copied-more": ["benchmarks/bench_copied.py", "--more"],
    "likeness": ["benchmarks/bench_likeness.py"],
}
CORPORA = {
    "summary": ["benchmarks/corpus_summary.py", "{corpora}/scitldr/dev.jsonl"],
    "feed-corpus": ["benchmarks/corpus_feeds.py", "feedparser", "{corpora}/feedparser"],
    "feed-pairs": ["benchmarks/corpus_feeds.py", "gofeed", "{corpora}/gofeed"],
    "page-corpus": ["benchmarks/corpus_pages.py", "{corpora}/trafilatura"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="*", help=f"of: {', '.join([*TESTS, *SCRIPTS, *CORPORA])}")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--page-only", action="store_true", help="write the page from what was found before")
    options = parser.parse_args()
    FOUND.mkdir(exist_ok=True)
    failed = []
    if not options.page_only:
        for name, work in _work(options.corpora).items():
            if not options.only or name in options.only:
                print(f"== {name}", flush=True)
                if not work():
                    failed.append(name)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written." + (f" Failed: {', '.join(failed)}" if failed else ""))
    sys.exit(1 if failed else 0)


def _work(corpora: Path | None) -> dict[str, Any]:
    work: dict[str, Any] = {name: lambda paths=paths, name=name: _test(name, paths) for name, paths in TESTS.items()}
    scripts = {name: command for name, command in SCRIPTS.items() if (ROOT / command[0]).exists()}
    if corpora is not None:
        for name, command in CORPORA.items():
            if (ROOT / command[0]).exists():
                scripts[name] = [part.format(corpora=corpora) for part in command]
    return work | {name: lambda command=command, name=name: _script(name, command) for name, command in scripts.items()}


def _test(name: str, paths: list[str]) -> bool:
    """Run the marked tests of these folders; what they counted is in files of their own, here only how it ended."""
    env = os.environ | {
        "DIGEST_PROOF": "1",
        "DIGEST_PROOF_DIR": str(FOUND),
        "DIGEST_CHAOS_SEED": os.environ.get("DIGEST_CHAOS_SEED", SEED),
    }
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-m", "chaos or slow", *paths]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=False)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    print(done.stdout if done.returncode not in (0, 5) else last)
    if done.returncode != 5:  # 5: nothing there is marked
        _keep(f"tests-{name}", {"result": last, "seconds": round(time.monotonic() - started)})
    return done.returncode in (0, 5)


def _script(name: str, command: list[str]) -> bool:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return False
    _keep(name, json.loads(done.stdout))
    print(done.stdout)
    return True


def _keep(name: str, value: Any) -> None:
    stamp = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "value": value}
    (FOUND / f"{name}.json").write_text(json.dumps(stamp, indent=2))


def page() -> str:
    """docs/benchmarks.md from the files in .proof/ and the notes beside this script."""
    notes = json.loads((ROOT / "benchmarks" / "notes.json").read_text(encoding="utf-8"))
    parts = [
        "# Benchmarks and proofs",
        "Written by `make proof` from what its parts found. The machine is shared and noisy: read ratios, which come "
        "from one run with its peers interleaved, and not absolute figures. Seeds make every part repeatable.",
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.",
    ]
    for section in notes:
        parts.append(f"## {section['title']}")
        parts.append(section["text"])
        for name in section["files"]:
            parts.append(_figures(name))
    return "\n\n".join(part for part in parts if part) + "\n"


def _figures(name: str) -> str:
    path = FOUND / f"{name}.json"
    if not path.exists():
        return ""
    found = json.loads(path.read_text(encoding="utf-8"))
    date, value = (found["date"], found["value"]) if set(found) == {"date", "value"} else ("", found)
    rows = value if isinstance(value, list) else [value]
    date = date or f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d}"
    heading = f"`{name}`, {date}:"
    lines = [heading, "", "| | " + " | ".join(str(index + 1) for index in range(len(rows))) + " |"]
    lines.append("|---|" + "---|" * len(rows))
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines += [f"| {key.replace('_', ' ')} | " + " | ".join(_cell(row.get(key)) for row in rows) + " |" for key in keys]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    text = text.replace("|", "\\|")
    return text if len(text) <= 300 else text[:299] + "…"


if __name__ == "__main__":
    main()
