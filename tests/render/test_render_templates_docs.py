"""docs/templates.md is true: its examples compile without a finding, its tables are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from render_samples import THEME

from digest.pipeline.templating import known
from digest.render import Templates
from digest.render.binding import _REMOVED_FILTERS
from digest.render.confined import CPU_S, MEMORY_BYTES
from digest.render.fixtures import FIXTURES
from digest.render.precheck import MAX_CHARS
from digest.render.preflight import RULES
from digest.render.segments import SLOT_FILTERS, SLOTS
from digest.render.trial import try_template

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
EXAMPLES = re.findall(r"^### (.+?)\n|^```jinja templates/(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ALONE = [(name, text) for _, name, text in EXAMPLES if name.startswith("briefing")]


@pytest.mark.parametrize(("name", "text"), ALONE, ids=[str(number) for number in range(len(ALONE))])
def test_an_example_works_as_it_stands(tmp_path: Path, name: str, text: str) -> None:
    """Copied from the page, it renders ordinary, bare, long and right-to-left issues, and preflight finds nothing."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    fixtures = [FIXTURES[one] for one in ("week", "note", "bare", "arabic")]
    tried = try_template(Templates((tmp_path,)), "briefing", theme=THEME, fixtures=fixtures)
    assert (tried.mistakes, [(one.id, one.what) for one, _ in tried.findings]) == ((), [])


def test_the_template_from_nothing_can_be_sent(tmp_path: Path) -> None:
    """Both its files together give emails without an error."""
    for _, name, text in EXAMPLES:
        if name.startswith("plain"):
            (tmp_path / name).write_text(text, encoding="utf-8")
    fixtures = [FIXTURES[one] for one in ("week", "texts", "arabic", "hostile")]
    tried = try_template(Templates((tmp_path,)), "plain", theme=THEME, fixtures=fixtures)
    assert tried.usable, (tried.mistakes, tried.findings)
    assert tried.rendered == len(fixtures)


def test_the_table_of_blocks_is_that_of_the_templates() -> None:
    """Every built-in template with every block it lets one override."""
    listed = dict(re.findall(r"^\| `(\w+)` \| (`head_extra`.*?) \|$", PAGE, re.MULTILINE))
    blocks = {name: tuple(re.findall(r"`(\w+)`", words)) for name, words in listed.items()}
    assert blocks == {one.name: one.blocks for one in known(None, Path("/nowhere"))}


def test_filters_slots_and_limits_are_those_of_the_program() -> None:
    """Ours beside Jinja2's, what is missing of Jinja2's, and what a template may use up."""
    from jinja2.defaults import DEFAULT_FILTERS

    ours = set(Templates().environment.filters) - set(DEFAULT_FILTERS)
    assert set(re.findall(r"^\| `[\w.]+\\\|(\w+)", PAGE, re.MULTILINE)) == ours
    for name in (*_REMOVED_FILTERS, *SLOT_FILTERS):
        assert f"`{name}`" in PAGE
    assert set(re.findall(r'`slot\("(\w+)"\)`', PAGE)) == set(SLOTS)
    for words in (f"{CPU_S} seconds", f"{MEMORY_BYTES // 1024**2} MB", f"{MAX_CHARS // 1_000_000} million"):
        assert words in PAGE
    assert abs(len(RULES) - 130) < 10
