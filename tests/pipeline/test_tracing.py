"""Findings of preflight lead to the template's own line: in an operator's block, a partial, a built-in template."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.pipeline.previewing import Wanted
from digest.pipeline.previewing.checks import findings
from digest.pipeline.previewing.pictures import picture
from digest.pipeline.previewing.tags import tags
from digest.pipeline.previewing.tracing import tracer
from support_studio import settled, studio_of
from support_world import World, world

BAD_PICTURE = '<img src="https://riverside-makers.example/flag.png" width="40" height="20">'
OWN = f"""{{% extends "@builtin/briefing.mjml" %}}
{{% block intro %}}
<mj-section css-class="dg-card"><mj-column>
  <mj-text css-class="dg-pad">
    <p class="dg-text">The flag is out.</p>
    {BAD_PICTURE}
  </mj-text>
</mj-column></mj-section>
{{{{ super() }}}}
{{% endblock %}}
"""
WITH_PARTIAL = """{% extends "@builtin/briefing.mjml" %}
{% block intro %}{% include "flag.mjml" %}
{{ super() }}{% endblock %}
"""
PARTIAL = f"""<mj-section css-class="dg-card">
<mj-column>
<mj-text css-class="dg-pad">{BAD_PICTURE}</mj-text>
</mj-column>
</mj-section>
"""


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Iterator[World]:
    shutil.copy(sqlite_template, tmp_path / "digest.db")
    (tmp_path / "templates").mkdir()
    with world(tmp_path, f"sqlite:///{tmp_path / 'digest.db'}") as made:
        yield settled(made)


def sources(place: World, finding: str) -> list[str]:
    with studio_of(place) as studio:
        found = findings(studio, picture(studio, Wanted("weekly")))
    return [one.source for one in found if one.finding.id == finding]


@pytest.mark.parametrize(("files", "wanted"), [
    ({"briefing.mjml": OWN}, "templates/briefing.mjml:6"),
    ({"briefing.mjml": WITH_PARTIAL, "flag.mjml": PARTIAL}, "templates/flag.mjml:3"),
])  # fmt: skip
def test_a_picture_without_alt_is_found_in_its_file(place: World, files: dict[str, str], wanted: str) -> None:
    """The line of the operator's own block, or of the file it includes."""
    for name, text in files.items():
        (place.folder / "templates" / name).write_text(text, encoding="utf-8")
    found = sources(place, "image-alt")
    assert found == [wanted]


def test_elements_of_a_built_in_template_have_its_lines(place: World) -> None:
    """Title links come from the shared parts' line that writes them; every element has some place."""
    with studio_of(place) as studio:
        seen = picture(studio, Wanted("weekly"))
        found = tags(seen.html)
        source = tracer(studio, seen, found)
        placed = [source(number) for number in range(len(found))]
    titles = {place for place, tag in zip(placed, found, strict=True) if "dg-tap" in tag.classes}
    (title,) = titles
    file, _, line = title.rpartition(":")
    assert file == "@builtin/_parts.mjml"
    parts = (Path(__file__).parents[2] / "templates" / "_parts.mjml").read_text("utf-8").splitlines()
    assert 'class="dg-text dg-tap"' in parts[int(line) - 1]
    inside = placed[next(number for number, tag in enumerate(found) if tag.name == "body") + 5 :]
    assert all(inside)
