"""Preflight: what is wrong with an issue, found before anybody gets it.

    rendition + a few readers -> messages -> page (nodes with their computed looks) -> checks -> findings

Reading order: `running` (the path), `rules` (every id with its source and what to do), `sample` and `page` (what checks
look at; `cascade` and `colours` below them), then the families: `document`, `pictures`, `links`, `appearance`,
`safety`, `plaintext`, `words`, `headers`. To add a check: a row in `rules`, a function in a family, a defect in the
tests' list that only it finds.

Pure: fetches, stores and renders nothing. Whether a link answers or a picture is too heavy is somebody else's to find
out; sizes can be handed in.
"""

from digest.render.preflight.finding import Finding, as_json, as_text
from digest.render.preflight.rules import RULES, Rule
from digest.render.preflight.running import preflight
from digest.render.preflight.sample import SAMPLES

__all__ = ["RULES", "SAMPLES", "Finding", "Rule", "as_json", "as_text", "preflight"]
