"""The published schema describes exactly what templates see, for every fixture and layout."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from render_samples import THEME

from digest.render import RenderSettings, Theme
from digest.render.binding import Outside, View
from digest.render.contract import SCHEMA, Layout, contract
from digest.render.dataschema import FUNCTIONS, data_schema, schema_text
from digest.render.fixtures import FIXTURES
from digest.render.locale import language

LOGO = Theme.from_settings(RenderSettings(logo="https://a.example/l.png", logo_dark="https://a.example/d.png"))
TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None), "array": list,
         "object": dict}  # fmt: skip


def plain(value: Any) -> Any:
    """Template data as JSON would have it."""
    if isinstance(value, View):
        return {name: plain(inner) for name, inner in object.__getattribute__(value, "_values").items()}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def wrong(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """What of `value` is not as `schema` says: the part of JSON Schema that ours uses."""
    if "anyOf" in schema:
        each = [wrong(value, one, at) for one in schema["anyOf"]]
        return [] if [] in each else each[0]
    if "const" in schema:
        return [] if value == schema["const"] else [f"{at}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r}"]
    kind = schema["type"]
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{at}: {value!r} is no {kind}"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{at}: {value!r} does not match {schema['pattern']}"]
    if kind == "array":
        return [fault for number, one in enumerate(value) for fault in wrong(one, schema["items"], f"{at}[{number}]")]
    if kind != "object" or "properties" not in schema:
        return []
    faults = [f"{at}.{name} is missing" for name in schema["required"] if name not in value]
    faults += [f"{at}.{name} is not described" for name in value if name not in schema["properties"]]
    for name in value.keys() & schema["properties"].keys():
        faults += wrong(value[name], schema["properties"][name], f"{at}.{name}")
    return faults


@pytest.mark.parametrize("name", FIXTURES)
def test_the_schema_describes_what_a_template_sees(name: str) -> None:
    """Every variable of every fixture is described, with its type, and everything described is there."""
    one = FIXTURES[name]
    data = contract(one.issue, LOGO if len(name) % 2 else THEME, language(one.locale), Layout(9, 400))
    functions = {key for key, value in data.items() if callable(value)}
    visible = {key: plain(value) for key, value in data.items() if key not in functions}
    assert wrong(visible, data_schema()) == []
    assert functions - {"_dateformat", "_number"} <= FUNCTIONS.keys()


def test_a_wrong_type_a_missing_and_an_unknown_name_would_be_noticed() -> None:
    """The comparison itself can fail."""
    data = contract(FIXTURES["week"].issue, THEME, language("en"), Layout(9, 400))
    visible = {key: plain(value) for key, value in data.items() if not callable(value)}
    for change in ({"dir": "up"}, {"lang": 3}, {"new": 1}, {"site": {}}, {"schema": SCHEMA + 1}):
        assert wrong({**visible, **change}, data_schema())
    assert wrong({key: value for key, value in visible.items() if key != "items"}, data_schema())


def test_the_published_file_is_the_schema() -> None:
    """docs/template-data.schema.json is what the program writes."""
    published = Path(__file__).parents[2] / "docs" / "template-data.schema.json"
    assert json.loads(published.read_text("utf-8")) == data_schema() == json.loads(schema_text())


def test_strings_of_the_contract_are_data() -> None:
    """Whatever is described as text reaches the template as text from outside, never as source."""
    data = contract(FIXTURES["hostile"].issue, THEME, language("en"), Layout(9, 400))
    for view, names in (
        (data["issue"], ("subject", "intro")),
        (data["site"], ("name",)),
        (data["items"][0], ("title",)),
    ):
        assert all(type(getattr(view, name)) is Outside for name in names)
