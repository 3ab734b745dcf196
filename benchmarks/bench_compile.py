"""How long an issue takes from data to pieces ready to fill, and how npm's mjml fares on the same source, in one run.

    python benchmarks/bench_compile.py [--npm FOLDER] [--rounds 5] [--json]

Issues of 10 and of 1,000 articles, every one with picture and summary, in the default template, in CPU time:

    compile   MJML with tokens -> made safe for the compiler -> HTML -> pieces, every value escaped for its place
    whole     the same with everything before and beside it: contract, Jinja2, the check before compiling, plain text
    mjml      the MJML compiler alone

npm's mjml 4 turns the very same MJML into HTML, in a Node that is warm already; its CPU time is Node's own count.
FOLDER holds its node_modules (or DIGEST_NPM, or DIGEST_AXE, names it); without one the comparison is left out and said
to be. `own` is `whole` in the process that an operator's templates run in, both sides added up. Medians of interleaved
rounds. Without --json it exits 1 when slower than asked: 10 ms whole for 10 articles, 150 ms to compile 1,000.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from digest.model import Issue
from digest.render import RenderSettings, Templates, Theme
from digest.render import issue as rendering
from digest.render.binding import Tokens
from digest.render.confined import Confinement
from digest.render.contexts import html_pieces
from digest.render.contract import Layout, contract
from digest.render.fixtures import fixture
from digest.render.locale import language
from digest.render.mjml import compile_mjml, prepared

ASKED = {10: ("whole_ms", 10), 1000: ("compile_ms", 150)}
THEME = Theme.from_settings(RenderSettings())
_NODE = """
const mjml = require(process.argv[1] + '/node_modules/mjml');
const compile = mjml.default || mjml;
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const source = JSON.parse(line), began = process.cpuUsage();
  const html = compile(source, {validationLevel: 'skip', fonts: {}}).html;
  const used = process.cpuUsage(began);
  console.log(JSON.stringify({ms: (used.user + used.system) / 1000, bytes: html.length}));
});
"""


class Npm:
    """A Node that compiles what it is given, and says how much CPU it took."""

    def __init__(self, folder: Path) -> None:
        node = shutil.which("node")
        assert node is not None
        self._process = subprocess.Popen(
            [node, "-e", _NODE, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def milliseconds(self, source: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(source) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("npm's mjml ended without an answer")
        return float(json.loads(line)["ms"])

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def npm_folder(given: str) -> tuple[Path | None, str]:
    """Where npm's mjml is, or why it is not measured."""
    for place in (given, os.environ.get("DIGEST_NPM", ""), os.environ.get("DIGEST_AXE", "")):
        if place and (Path(place) / "node_modules" / "mjml" / "package.json").is_file():
            if shutil.which("node") is None:
                return None, "there is no node"
            version = json.loads((Path(place) / "node_modules" / "mjml" / "package.json").read_text("utf-8"))["version"]
            return Path(place).resolve(), f"mjml {version}"
    return None, "no node_modules/mjml was named (--npm, DIGEST_NPM or DIGEST_AXE)"


def issue_of(count: int) -> Issue:
    week = fixture("week").issue
    items = tuple(
        replace(one, article_id=at + 1, title=f"{one.title} {at}", url=f"https://weir.example/stories/{at}")
        for at, one in enumerate(islice(cycle(week.items), count))
    )
    return replace(week, items=items)


def compiler(templates: Templates, made: Issue) -> Callable[[], tuple[rendering.Compiled, Tokens]]:
    """Everything once, with every article in its rich form: one try of what a big issue tries several times."""
    words = language("en")
    layout = Layout(len(made.items), 12_000)

    def compiled() -> tuple[rendering.Compiled, Tokens]:
        nonce = rendering._nonce(made, "", words.tag)
        data = contract(made, THEME, words, layout)
        return rendering._compile(templates, "briefing", data, words, nonce), again(nonce, data)

    def again(nonce: str, data: dict[str, Any]) -> Tokens:
        """The tokens of that compilation, minted once more, the first time only: they are the same each time."""
        if not kept:
            kept.append(Tokens(nonce, names=words.names(), locale=words.tag))
            rendering._generate(templates, "briefing.mjml", data, kept[0])
        return kept[0]

    kept: list[Tokens] = []

    return compiled


def cpu_ms(work: Callable[[], Any], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) * 1000 / times


def measure(count: int, rounds: int, npm: Npm | None) -> dict[str, Any]:
    times = 20 if count <= 10 else 1
    whole = compiler(Templates(), issue_of(count))
    made, tokens = whole()
    safe = prepared(made.mjml, block_token=rendering._edges(made.nonce))

    def compiled() -> object:
        return html_pieces(compile_mjml(prepared(made.mjml, block_token=rendering._edges(made.nonce))), tokens)

    works = {"whole": whole, "compile": compiled, "mjml": lambda: compile_mjml(safe)}
    spent: dict[str, list[float]] = {name: [] for name in (*works, "npm")}
    if npm is not None:
        npm.milliseconds(safe)
    for _ in range(rounds):
        for name, work in works.items():
            spent[name].append(cpu_ms(work, times))
        if npm is not None:
            spent["npm"].append(npm.milliseconds(safe))
    name, asked = ASKED[count]
    found = {"articles": count, "mjml_bytes": len(safe), "html_bytes": made.html_bytes, "asked": f"{name} < {asked}"}
    found |= {f"{name}_ms": round(statistics.median(times), 2) for name, times in spent.items() if times}
    found["met"] = found[name] < asked
    return found


def plain_source(count: int) -> str:
    """MJML as most people write it: a section, column, picture, text and button for each article."""
    row = (
        '<mj-section><mj-column width="30%"><mj-image src="https://a.example/i.jpg" alt="A boat" /></mj-column>'
        '<mj-column width="70%"><mj-text font-size="18px"><h2>A boat</h2><p>Two winters on the slip.</p></mj-text>'
        '<mj-button href="https://a.example/1">Read</mj-button></mj-column></mj-section>'
    )
    return f"<mjml><mj-body>{row * count}</mj-body></mjml>"


def measure_plain(count: int, rounds: int, npm: Npm | None) -> dict[str, Any]:
    """The compiler alone on MJML without our templates: what it is that ours avoids."""
    source, ours, theirs = plain_source(count), [], []
    for _ in range(rounds):
        ours.append(cpu_ms(lambda: compile_mjml(source), 20 if count <= 10 else 1))
        if npm is not None:
            theirs.append(npm.milliseconds(source))
    found: dict[str, Any] = {"sections": count, "mjml_ms": round(statistics.median(ours), 2)}
    if theirs:
        found |= {"npm_ms": round(statistics.median(theirs), 1)}
        found["ratio"] = round(found["npm_ms"] / found["mjml_ms"])
    return found


def measure_own(rounds: int) -> dict[str, Any]:
    """The default template as an operator's copy, ten articles: CPU here, and the worker's, read when it has ended."""
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".mjml", ".txt"):
            (Path(folder) / f"briefing{ending}").write_text(Templates().read(f"@builtin/briefing{ending}")[0], "utf-8")
        made, calls = issue_of(10), 20 * rounds

        def once(confinement: Confinement) -> None:
            confinement.compile((Path(folder),), issue=made, template="briefing", theme=THEME, locale="en")

        spent = []
        for number in (1, 1 + calls):
            confinement, before = Confinement(), _children_s()
            began = time.process_time()
            for _ in range(number):
                once(confinement)
            here = time.process_time() - began
            confinement.close()
            spent.append((here, _children_s() - before))
        return {
            "start_ms": round(sum(spent[0]) * 1000, 1),
            "each_ms": round((sum(spent[1]) - sum(spent[0])) * 1000 / calls, 2),
        }


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--npm", default="", metavar="FOLDER", help="holds node_modules/mjml (version 4)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder, said = npm_folder(options.npm)
    npm = Npm(folder) if folder is not None else None
    try:
        results = [measure(10, options.rounds, npm), measure(1000, max(3, options.rounds // 2), npm)]
        plain = [measure_plain(count, max(3, options.rounds // 2), npm) for count in (10, 1000)]
    finally:
        if npm is not None:
            npm.close()
    own = measure_own(options.rounds)
    if options.json:
        rows = [{"what": f"{one['articles']} articles, default template", "npm": said, **one} for one in results]
        rows += [{"what": f"{one['sections']} sections of plain MJML", "npm": said, **one} for one in plain]
        print(json.dumps([*rows, {"what": "10 articles in the process for operators' templates", **own}], indent=2))
        return
    for one in results:
        theirs = f"npm {one['npm_ms']:.0f} ms ({said})" if "npm_ms" in one else f"npm not measured: {said}"
        print(
            f"{one['articles']:5} articles: whole {one['whole_ms']:.1f} ms, compile {one['compile_ms']:.1f} ms, "
            f"MJML alone {one['mjml_ms']:.2f} ms; {theirs}; {one['asked']}: {'met' if one['met'] else 'not met'}"
        )
    for one in plain:
        theirs = f"npm {one['npm_ms']} ms, {one['ratio']} times as long" if "npm_ms" in one else "npm not measured"
        print(f"{one['sections']:5} sections of plain MJML: {one['mjml_ms']} ms; {theirs}")
    print(f"in the process for operators' templates: {own['start_ms']} ms to start, {own['each_ms']} ms an issue")
    if not all(one["met"] for one in results):
        sys.exit("slower than asked")


if __name__ == "__main__":
    main()
