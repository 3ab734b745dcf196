# ruff: noqa: E501 - templates and values are written as they are
"""What is wrong with a template is told before it is compiled: all of it, at its place, and nothing that is right."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from render_samples import THEME, issue, item
from template_mistakes import CORRECT, MISTAKES, MORE, Files, Seeded, child, column, page

from digest.errors import TemplateError
from digest.model import Image
from digest.render import RenderSettings, Templates, Theme, render_issue
from digest.render.binding import Tokens
from digest.render.contract import Layout, contract
from digest.render.locale import LANGUAGES, language
from digest.render.mjml import compile_mjml, prepared
from digest.render.precheck import Mistake, mistakes_of
from digest.render.precheck.markup import faults
from digest.render.precheck.tags import COMPONENTS, EVERYWHERE
from digest.render.precheck.values import CHECKS

_NO_TOKEN = re.compile("(?!)")


def rendered(folder: Path, files: Files, templates: Templates | None = None) -> None:
    for name, text in {"own.txt": "Plain.\n", **files}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    render_issue(issue(), template="own", theme=THEME, locale="en", templates=templates or Templates((folder,)))


def caught(folder: Path, files: Files) -> TemplateError:
    with pytest.raises(TemplateError) as raised:
        rendered(folder, files)
    return raised.value


def test_there_are_fifty_seeded_mistakes() -> None:
    """The figure that is reported is out of fifty, each with its own name."""
    assert len({seeded.name for seeded in MISTAKES}) == 50


@pytest.mark.parametrize("seeded", MISTAKES, ids=lambda seeded: seeded.name)
def test_a_seeded_mistake_is_told_at_its_place(tmp_path: Path, seeded: Seeded) -> None:
    """File and line are where the operator has to change something; the line is shown with a caret, and a way out."""
    error = caught(tmp_path, seeded.files)
    assert (Path(error.file).name, error.line) == (seeded.file, seeded.line)
    assert seeded.says in str(error)
    assert error.column and error.try_
    line = seeded.files[seeded.file].split("\n")[seeded.line - 1]
    shown, marked = error.why.split("\n")[-2:]
    assert shown == f"  {seeded.line} | {line}"
    assert marked.index("^") - marked.index("|") - 1 == error.column


@pytest.mark.parametrize(("name", "files", "line"), MORE, ids=[name for name, *_ in MORE])
def test_another_mistake_is_told_at_its_line(tmp_path: Path, name: str, files: Files, line: int) -> None:
    """A second set, of other mistakes, is told with the right line too."""
    assert caught(tmp_path, files).line == line


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_template_is_rendered(tmp_path: Path, name: str) -> None:
    """Ten templates without a mistake cause no alarm."""
    rendered(tmp_path, CORRECT[name])


LOGO = Theme.from_settings(RenderSettings(logo="https://a.example/l.png", logo_dark="https://a.example/d.png"))
BUILT_IN = Templates()
SHAPES: list[dict[str, Any]] = [
    {}, {"passed_over": 0, "number": None, "sample": True}, {"intro": "One.\n\nTwo."}, {"title": "Harbour Notes"},
]  # fmt: skip
ITEMS: list[list[Any]] = [
    [item(number) for number in range(1, 13)],
    [item(1, url=None, summary="", body=("One. " * 400, "Two."), language="ar", direction="rtl")] * 3,
    [item(1, image=None, authors=(), comments=None, source_title="")],
    [item(1, image=Image("https://a.example/t.jpg", 300, 900, ""), title='<b> & "x" {{ y }} {% z %} }} *|A|*')] * 2,
]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_variant_of_the_built_in_template_causes_an_alarm(locale: str) -> None:
    """Whatever an issue holds, in each language, with and without logo, the built-in template has no mistake."""
    words, templates = language(locale), BUILT_IN
    for number, (things, changes) in enumerate(zip(ITEMS, SHAPES, strict=True)):
        for layout in (Layout(9, 12_000), Layout(0, 400)):
            theme = LOGO if number % 2 else THEME
            with Tokens("abcdefgh", names=words.names()):
                made = templates.environment.get_template("briefing.mjml")
                source = made.render(contract(issue(*things, **changes), theme, words, layout))
            assert not faults(source)


def test_checking_changes_nothing() -> None:
    """A template that passes gives the very source that it gives unchecked."""
    templates, words = Templates(), language("en")
    out = []
    for environment in (templates.environment, templates.environment.unchecked()):  # type: ignore[attr-defined]
        with Tokens("abcdefgh"):
            out.append(environment.get_template("briefing.mjml").render(contract(issue(), THEME, words, Layout(9, 99))))
    assert out[0] == out[1]


WRONG = re.compile(r"wrong\d+")
SCATTERED: Files = {
    "own.mjml": """{% extends "base.mjml" %}
{% from "macros.mjml" import card, wrapped with context %}
{%- block first -%}

     <mj-section   wrong1="x"></mj-section>
{% for item in items[:2]
   if item.title %}{{ card(item) }}
  {% if loop.first %}

    {# a comment
       of two lines #}<mj-section><mj-column wrong2="{{ item.title }}"></mj-column></mj-section>
  {%- else -%}
    <mj-section wrong3="{{ loop.index }}" direction="ltr"></mj-section>{% endif %}
{% endfor %}
{% endblock %}
{% block second %}{{ super() }}{% set kept %}
<mj-section {% if true %} {% endif %}wrong4="x"></mj-section>{% endset %}{{ kept }}
{% call(word) wrapped("a") %}
  <mj-text>{{ word }}</mj-text><mj-text
     align="left"   wrong5="x">x</mj-text>{% endcall %}{% include "part.mjml" %}{% endblock %}
""",
    "base.mjml": """<mjml><mj-body>{% block first %}{% endblock %}

{% block second %}<mj-section wrong6="x">
</mj-section>{% endblock %}{% raw %}
<mj-section wrong7="{%"></mj-section>{% endraw %}</mj-body></mjml>""",
    "macros.mjml": """{% macro card(item) %}
<mj-section>{% if item.url -%}

   <mj-column   wrong8="{{ item.url }}"></mj-column>
{%- endif %}</mj-section>
{% endmacro %}
{% macro wrapped(word) %}<mj-section><mj-column wrong9="x">{{ caller(word) }}</mj-column></mj-section>{% endmacro %}""",
    "part.mjml": '{% with a = "1" %}\r\n\r\n<mj-section wrong10="{{ a }}"\r\n  wrong11="x"></mj-section>{% endwith %}\r\n',
}


def test_every_mistake_is_found_in_its_file_line_and_column(tmp_path: Path) -> None:
    """Through extends, super, includes, macros, callers, loops, conditions, sets, raw and stripped blanks."""
    error = caught(tmp_path, SCATTERED)
    told = {
        (Path(wrong.place.file).name, wrong.place.line, wrong.place.column): wrong.what for wrong in mistakes_of(error)
    }
    expected = {}
    for name, text in SCATTERED.items():
        for number, line in enumerate(text.split("\n"), 1):
            for found in WRONG.finditer(line):
                expected[name, number, found.start() + 1] = found[0]
    assert len(expected) == 11
    assert {place: what.rsplit(" ", 1)[1] for place, what in told.items()} == expected
    assert all(f"has no attribute {name}" in str(error) for name in expected.values())


def test_many_mistakes_are_told_in_part(tmp_path: Path) -> None:
    """Twelve are told with their lines, the rest as a number; a mistake in a loop is told once."""
    text = "\n".join(f'<mj-text wrong{number}="x">x</mj-text>' for number in range(20))
    error = caught(tmp_path, column("{% for item in items %}\n" + text + "{% endfor %}"))
    assert len(mistakes_of(error)) == 20
    assert str(error).count("Try: ") == 12
    assert "… and 8 more" in str(error)


def test_mistakes_of_names_are_told_together_with_their_files(tmp_path: Path) -> None:
    """Names are checked in all files before anything is rendered."""
    files = page('{{ isue.subject }}\n{% include "_a.mjml" %}', _a="\n{{ site.nmae }}{{ site.url|domian }}")
    told = mistakes_of(caught(tmp_path, files))
    assert [(Path(wrong.place.file).name, wrong.place.line, wrong.place.column) for wrong in told] == [
        ("own.mjml", 3, 4), ("_a.mjml", 2, 9), ("_a.mjml", 2, 28),
    ]  # fmt: skip
    assert [wrong.try_ for wrong in told] == [
        'did you mean "issue"?', 'did you mean "name"?', 'did you mean "domain"?',
    ]  # fmt: skip


def test_a_text_template_is_checked_for_names(tmp_path: Path) -> None:
    """The plain text, too, with its own file."""
    error = caught(tmp_path, {**page(""), "own.txt": "Hello\n{% if items|length > 99 %}{{ isue }}{% endif %}\n"})
    assert (Path(error.file).name, error.line, error.column) == ("own.txt", 2, 30)


def test_an_import_without_context_is_explained(tmp_path: Path) -> None:
    """What fails only while rendering is told with place, and with the reason why a known name is unknown there."""
    files = page('{% from "_m.mjml" import m %}{{ m() }}', _m="{% macro m() %}\n{{ issue.subject }}{% endmacro %}")
    error = caught(tmp_path, files)
    assert (Path(error.file).name, error.line, error.column) == ("_m.mjml", 2, 4)
    assert "with context" in error.try_


def test_a_changed_file_is_checked_again(tmp_path: Path) -> None:
    """A template that passed, and an include that is put before the built-in one, do not pass for ever."""
    templates = Templates((tmp_path,))
    rendered(tmp_path, child("{% block footer %}{% endblock %}"), templates)
    (tmp_path / "own.mjml").write_text('{% extends "briefing.mjml" %}{% block footr %}{% endblock %}', encoding="utf-8")
    with pytest.raises(TemplateError, match="footr"):
        render_issue(issue(), template="own", theme=THEME, locale="en", templates=templates)
    rendered(tmp_path, {"own.mjml": '{% extends "briefing.mjml" %}{% block footer %}{% endblock %}'}, templates)
    (tmp_path / "briefing.mjml").write_text(
        "<mjml>\n{% block footer %}{% endblock %}</mj-body></mjml>", encoding="utf-8"
    )
    with pytest.raises(TemplateError, match=r"briefing\.mjml:2"):
        render_issue(issue(), template="own", theme=THEME, locale="en", templates=templates)


RIGHT = {
    "any": "x", "path": "/x", "colour": "#0b57d0", "px": "16px", "edge": "5%", "size": "50%", "sizeauto": "50%",
    "box": "1px 2px", "border": "1px solid #cccccc", "fonts": "Arial, 'Segoe UI', serif", "weight": "600",
    "height": "1.5", "spacing": "-0.01em", "whole": "4", "link": "https://a.example/", "source": "https://a.example/i.png",
    "align": "left", "vertical": "top", "side": "left", "direction": "rtl", "repeat": "no-repeat", "slant": "italic",
    "decoration": "underline", "transform": "uppercase", "line": "dashed", "full": "full-width", "boolean": "true",
    "inline": "inline", "position": "file-start", "mode": "fluid-height", "orientation": "vertical",
    "role": "presentation", "layout": "auto", "hamburger": "hamburger", "thumbnails": "hidden",
}  # fmt: skip
AROUND = {
    "mj-column": "mj-section", "mj-group": "mj-section", "mj-section": "mj-body", "mj-wrapper": "mj-body",
    "mj-hero": "mj-body", "mj-body": "mjml", "mj-head": "mjml", "mj-social-element": "mj-social",
    "mj-navbar-link": "mj-navbar", "mj-accordion-element": "mj-accordion", "mj-accordion-title": "mj-accordion-element",
    "mj-accordion-text": "mj-accordion-element", "mj-carousel-image": "mj-carousel", "mj-font": "mj-head",
    "mj-breakpoint": "mj-head", "mj-style": "mj-head", "mj-title": "mj-head", "mj-preview": "mj-head",
    "mj-attributes": "mj-head", "mj-all": "mj-attributes", "mj-class": "mj-attributes", "mjml": "",
}  # fmt: skip


def document(name: str, given: dict[str, str]) -> str:
    """A whole page around one component with these attributes."""
    written = " ".join(f'{key}="{value}"' for key, value in given.items())
    made = f"<{name} {written}>" + ("<mj-body></mj-body>" if name == "mjml" else "") + f"</{name}>"
    while outer := AROUND.get(name, "mj-column"):
        made = f"<{outer}>{made}{'<mj-body></mj-body>' if outer == 'mjml' and '<mj-body' not in made else ''}</{outer}>"
        name = outer
    return made


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_table_agrees_with_the_compiler_and_with_itself(name: str) -> None:
    """Each component, where the table says it stands, with every attribute, passes the check and is compiled; without
    one character of an attribute's name, or with a value of none of its types, it does not pass."""
    component = COMPONENTS[name]
    given = {key: RIGHT[kind] for key, kind in component.attributes.items() if kind != "position"}
    source = document(name, given)
    assert [fault.what for fault in faults(source)] == []
    assert "<html" in compile_mjml(prepared(source, block_token=_NO_TOKEN))
    for key, kind in component.attributes.items():
        slip = key[:-1] + "-" + key[-1]
        assert [fault.what for fault in faults(document(name, {**given, slip: "x"}))] == [
            f"<{name}> has no attribute {slip}"
        ]
        if kind not in ("any", "path"):
            told = [fault.what for fault in faults(document(name, {**given, key: ";"}))]
            assert told and told[0].startswith(f"{key} cannot be")


def test_what_one_component_holds_is_judged_by_the_table() -> None:
    """In every component that holds components, each that the table does not name is refused."""
    for outer, component in COMPONENTS.items():
        if component.children is None or outer in ("mj-attributes", "mj-all", "mj-class"):
            continue
        for inner in COMPONENTS:
            needs = "".join(f' {key}="{RIGHT[COMPONENTS[inner].attributes[key]]}"' for key in COMPONENTS[inner].needs)
            body = "<mj-body></mj-body>" if inner == "mjml" else ""
            told = [
                fault.what
                for fault in faults(
                    document(outer, {}).replace(f"</{outer}>", f"<{inner}{needs}>{body}</{inner}></{outer}>", 1)
                )
            ]
            straight = f"<{inner}> straight inside <{outer}>"
            assert (straight in told) is (inner not in component.children), (outer, inner, told)


def test_every_type_in_the_table_has_a_check() -> None:
    """No attribute names a type that is not there, and no type is left over."""
    used = {kind for component in COMPONENTS.values() for kind in component.attributes.values()}
    assert used | set(EVERYWHERE.values()) == set(CHECKS) == set(RIGHT)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("colour", "#abc #AABBCC red rgb(1,2,3) rgba(0,0,0,0.5) hsl(120,50%,50%) transparent", "#ab #abcde reed rgb(1) 1px"),
        ("px", "0 12px 1.5px", "12 12em 12% -1px px 1,5px"),
        ("size", "50% 100% 0 33.33% 600px", "100.5% 130% 12 -5% auto"),
        ("sizeauto", "auto 100% 3px", "none 12"),
        ("height", "1.5 24px 150% normal", "-1 1,5 big"),
        ("spacing", "-1px 0.1em normal", "2 1rem"),
        ("weight", "400 bold 650", "0 1001 heavy"),
        ("link", "https://a.example mailto:a@b.example tel:+1 #top http://a.example/x?y=1&z", "www.a.example /x x.html javascript:x https:// //a.example file:///x"),
        ("source", "https://a.example/i.png", "#x data:x cid:x i.png mailto:a@b.example"),
        ("align", "left center right", "middle centre Left"),
    ],
)  # fmt: skip
def test_values_are_judged_by_their_type(kind: str, right: str, wrong: str) -> None:
    """Each value on the left passes; each on the right is refused with a reason and a way out."""
    for value in right.split():
        assert CHECKS[kind](value) == ("", ""), value
    for value in wrong.split():
        assert all(CHECKS[kind](value)), value


def test_a_font_list_is_read_as_css_reads_it() -> None:
    """Names with blanks, digits and quotes pass; empty names and open quotes do not."""
    assert CHECKS["fonts"]("-apple-system, 'Noto Sans', \"Helvetica Neue\", Segoe UI, sans-serif") == ("", "")
    for wrong in ("Arial,,serif", "'Arial", "Arial;", "Arial, 3D Font", ""):
        assert all(CHECKS["fonts"](wrong)), wrong


def test_an_ampersand_in_a_link_is_told_only_where_it_does_harm(tmp_path: Path) -> None:
    """`&b=` is what people paste and every program reads; `&copy=` may become a sign."""
    link = '<mj-text><a href="https://a.example/?a=1{}">x</a></mj-text>'
    rendered(tmp_path, column(link.format("&b=2&page=3")))
    for harmful in ("&copy=2", "&lt=3", "& b=2", "&nbps;"):
        assert "&" in caught(tmp_path, column(link.format(harmful))).what


def test_readers_who_see_different_columns_are_not_added_up(tmp_path: Path) -> None:
    """Columns and identifiers of which each reader sees one do not exceed anything."""
    one = '{{% shown_if {}topic("news") %}}<mj-column width="100%"><mj-text><b id="a">x</b></mj-text></mj-column>{{% endshown_if %}}'
    rendered(tmp_path, page(f"<mj-section>{one.format('')}{one.format('not ')}</mj-section>"))


def test_checking_costs_little() -> None:
    """Ten articles: the assembled source in under 5 ms, the files in under 1 ms once they have passed."""
    templates, words = Templates(), language("en")
    data = contract(issue(*(item(number) for number in range(1, 11))), THEME, words, Layout(9, 12_000))
    with Tokens("abcdefgh", names=words.names()):
        source = templates.environment.get_template("briefing.mjml").render(data)
    environment: Any = templates.environment
    assert _fastest(lambda: faults(source)) < 0.005
    assert _fastest(lambda: environment.standing("briefing.mjml")) < 0.001


def _fastest(run: Any) -> float:
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def test_a_mistake_is_a_value() -> None:
    """Two mistakes at one place with one message are one."""
    from digest.render.precheck import Place
    from digest.render.precheck.mistakes import error

    one = Mistake(Place("a.mjml", 3, 4), "x")
    assert mistakes_of(error([one, one])) == (one,)


@pytest.mark.parametrize(
    "files",
    [
        column('<mj-text>{% for item in items %}{% set item = {"x": "y"} %}{{ item.x }}{% endfor %}</mj-text>'),
        column('<mj-text>{% for one in items %}{% include "_p.mjml" %}{% endfor %}</mj-text>', _p="{{ one.title }}"),
        column("<mj-text>{% if issue.motto is defined %}{{ issue.motto }}{% endif %}{{ site.slogan|default('x') }}</mj-text>"),
        page('{% if items|length > 99 %}{% include "own.mjml" %}{% endif %}'),
        column('<mj-text>{% set deep = "2" %}{% include "_d.mjml" %}</mj-text>', _d='{% if deep == "2" %}{% set deep = "1" %}{% include "_d.mjml" %}{% endif %}{{ deep }}'),
    ],
    ids=["a loop's variable set anew", "an include in a loop", "names asked for", "a loop under a condition", "depth"],
)  # fmt: skip
def test_what_is_only_unusual_is_let_pass(tmp_path: Path, files: Files) -> None:
    """In doubt the check is silent."""
    rendered(tmp_path, files)
