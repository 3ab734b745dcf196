"""`digest preview --out` and `--check`: files and findings, for people and for CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.cli import cli
from support_studio import settled
from support_world import World, world


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield settled(made)


def run(place: World, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["--config", str(place.config_path), "preview", "weekly", "--no-gather", *arguments])
    return done.exit_code, done.output


def test_findings_are_printed_and_counted_by_the_exit_code(place: World) -> None:
    """0 without errors and 1 with one; as JSON with rule, place and cure; accepted ones are not told."""
    code, said = run(place, "--check", "--json")
    found = json.loads(said)
    errors = [one for one in found["findings"] if one["severity"] == "error"]
    assert code == (1 if errors else 0) and found["subject"] and found["size_bytes"] > 1000
    templates = place.folder / "templates"
    templates.mkdir()
    (templates / "briefing.mjml").write_text(
        '{% extends "@builtin/briefing.mjml" %}{% block intro %}<mj-section><mj-column><mj-text>'
        '<a href="http://localhost:1/x">Read</a></mj-text></mj-column></mj-section>{% endblock %}', encoding="utf-8",
    )  # fmt: skip
    code, said = run(place, "--check", "--json")
    assert code == 1 and any(one["id"] == "link-local" for one in json.loads(said)["findings"])
    code, said = run(place, "--check")
    assert code == 1 and "link-local" in said and "Try:" in said


def test_files_are_written_and_named(place: World) -> None:
    """Page, HTML, text and message; with --json as a list."""
    code, said = run(place, "--out", str(place.folder / "out"), "--json")
    assert code == 0
    assert [Path(file).name for file in json.loads(said)["files"]] == [
        "index.html", "message.html", "message.txt", "message.eml",
    ]  # fmt: skip
    assert (place.folder / "out" / "message.eml").read_bytes().startswith(b"From: ")


def test_json_needs_something_to_say(place: World) -> None:
    """--json alone would serve a page: it is refused."""
    assert run(place, "--json")[0] == 2
