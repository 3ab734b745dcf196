# ruff: noqa: E501 - templates are written as they are
"""Fifty mistakes people make in templates, and ten templates without one: data for the pre-check's tests.

Each mistake names the file and the line where an operator would have to change something. `page` and `column` only
wrap: what they are given begins on line 3 of the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Files: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Seeded:
    """`name`, the operator's files, and the place that must be told; `says` is a word that the message must hold."""

    name: str
    files: Files
    line: int
    says: str
    file: str = "own.mjml"


def page(body: str, **others: str) -> Files:
    return {"own.mjml": f"<mjml>\n<mj-body>\n{body}\n</mj-body>\n</mjml>\n", **_named(others)}


def column(content: str, **others: str) -> Files:
    return page(f"<mj-section><mj-column>{content}</mj-column></mj-section>", **others)


def child(blocks: str, **others: str) -> Files:
    return {"own.mjml": f'{{% extends "@builtin/briefing.mjml" %}}\n{blocks}\n', **_named(others)}


def _named(others: dict[str, str]) -> Files:
    return {f"{name}.mjml": text for name, text in others.items()}


PICTURE = '<mj-image src="https://pics.example/i.png" alt="A boat" />'

NOT_WELL_FORMED = [
    Seeded("column never closed", page("<mj-section>\n<mj-column>\n<mj-text>Hi</mj-text>\n</mj-section>"), 4, "closed"),
    Seeded("bold never closed", column("\n<mj-text>\n<b>Loud\n</mj-text>\n"), 5, "<b>"),
    Seeded("crossed tags", column("\n<mj-text>\n<b><i>x</b></i>\n</mj-text>"), 5, "<i>"),
    Seeded("stray ampersand", column("<mj-text>\nSalt & pepper\n</mj-text>"), 4, "&amp;"),
    Seeded("attribute twice", column('\n<mj-text color="#111111"\n  color="#222222">x</mj-text>'), 5, "twice"),
    Seeded("less-than as text", column("<mj-text>\n\n1 < 2\n</mj-text>"), 5, "&lt;"),
    Seeded("value without quotes", column("\n<mj-text\n  align=center>x</mj-text>"), 5, "quote"),
    Seeded("quote never closed", column(f'\n{PICTURE}\n<mj-text color="#111111>x</mj-text>\n'), 5, "quote"),
    Seeded("dashes in a comment", page("<!-- fine -->\n<!-- a -- b -->"), 4, "comment"),
    Seeded("closed but never opened", page("<mj-section></mj-section>\n</mj-section>"), 4, "closes nothing"),
    Seeded("page never closed", {"own.mjml": "{# mine #}\n<mjml>\n<mj-body>\n</mj-body>\n"}, 2, "<mjml>"),
]
ELEMENTS = [
    Seeded("misspelt component", column("\n\n<mj-txt>x</mj-txt>"), 5, "mj-text"),
    Seeded("misspelt HTML", column("<mj-text>\n<stong>x</stong>\n</mj-text>"), 4, "strong"),
    Seeded("MJML's own include", page('\n<mj-include path="./footer.mjml" />'), 4, "include"),
]
ATTRIBUTES = [
    Seeded("British colour", column('\n<mj-text\n  colour="#111111">x</mj-text>'), 5, "color"),
    Seeded("attribute of another component", column('\n<mj-text href="https://a.example/">x</mj-text>'), 4, "href"),
    Seeded(
        "unknown attribute in an included file",
        page('{% include "_note.mjml" %}', _note='{# a note #}\n\n<mj-section\n  backgroundcolor="#ffffff"></mj-section>'),
        4, "background-color", "_note.mjml",
    ),
    Seeded("image without alt", column('\n<mj-spacer height="4px" />\n<mj-image src="https://a.example/i.png" />'), 5, "alt"),
    Seeded("image without src", column('\n{% if true %}\n<mj-image alt="A boat" />\n{% endif %}\n'), 5, "src"),
    Seeded(
        "id twice",
        column('<mj-text>\n<a id="top" href="https://a.example/">x</a>\n\n<p id="top">y</p></mj-text>'), 6, "top",
    ),
]  # fmt: skip
NESTING = [
    Seeded("text in a section", page("<mj-section>\n<mj-text>x</mj-text>\n</mj-section>"), 4, "mj-column"),
    Seeded("column in the body", page("\n<mj-column><mj-text>x</mj-text></mj-column>"), 4, "mj-section"),
    Seeded(
        "two heads",
        {"own.mjml": "<mjml>\n<mj-head></mj-head>\n<mj-body></mj-body>\n<mj-head></mj-head>\n</mjml>"}, 4, "second",
    ),
    Seeded("section in a column", column("\n<mj-section></mj-section>\n"), 4, "mj-section"),
    Seeded("image in text", column(f"<mj-text>\nHello\n{PICTURE}\n</mj-text>"), 5, "mj-image"),
    Seeded("words in a column", column("\n{# why #}\nHello there\n"), 5, "mj-text"),
    Seeded("paragraph in a section", page("<mj-section>\n<p>x</p></mj-section>"), 4, "<p>"),
    Seeded("no body", {"own.mjml": "{# 1 #}\n{# 2 #}\n<mjml>\n<mj-head></mj-head>\n</mjml>"}, 3, "mj-body"),
]  # fmt: skip
VALUES = [
    Seeded(
        "five digits of colour, in a block of a child",
        child('{% block footer %}\n<mj-section\n background-color="#12345"></mj-section>\n{% endblock %}'), 4, "#12345",
    ),
    Seeded(
        "misspelt colour name, in a macro",
        page(
            '{% import "_m.mjml" as m with context %}\n{{ m.words("x") }}',
            _m="{% macro words(what) %}\n<mj-section><mj-column>\n<mj-text color=\"blu\">{{ what }}</mj-text>\n"
               "</mj-column></mj-section>\n{% endmacro %}",
        ),
        3, "blue", "_m.mjml",
    ),
    Seeded(
        "font size without unit, in a loop",
        column('\n{% for item in items %}\n{% if loop.index > 1 %}\n<mj-text font-size="16">{{ item.title }}</mj-text>\n'
               "{% endif %}\n{% endfor %}\n"),
        6, "px",
    ),
    Seeded("rem", column('\n<mj-text\n\nfont-size="1.2rem">x</mj-text>'), 6, "rem"),
    Seeded("alignment that is none", column('<mj-text\nalign="middle">x</mj-text>'), 4, "center"),
    Seeded("direction that is none", page('\n<mj-section direction="righttoleft"></mj-section>'), 4, "rtl"),
    Seeded("javascript", column('\n\n<mj-button href="javascript:alert(1)">x</mj-button>'), 5, "javascript"),
    Seeded("column wider than all", page('<mj-section>\n<mj-column width="130%"></mj-column></mj-section>'), 4, "100"),
    Seeded(
        "columns wider than all together",
        page('<mj-section>\n<mj-column width="60%"></mj-column>\n<mj-column width="60%"></mj-column>\n</mj-section>'),
        5, "120",
    ),
    Seeded("five paddings", column('\n<mj-text padding="1px 2px 3px 4px 5px">x</mj-text>'), 4, "padding"),
    Seeded("font list with a semicolon", column('\n<mj-text font-family="Arial; serif">x</mj-text>'), 4, "font"),
    Seeded("address without scheme", column('\n\n\n<mj-button href="www.a.example">x</mj-button>'), 6, "https://"),
    Seeded("merge tag of another program", column("<mj-text>\nDear *|FNAME|*,\n</mj-text>"), 4, "FNAME"),
]  # fmt: skip
JINJA = [
    Seeded("if never closed", column("<mj-text>\n{% if issue.intro %}\nx\n</mj-text>"), 4, "endif"),
    Seeded("misspelt tag", column("<mj-text>\n\n{% iff issue.intro %}x{% endif %}</mj-text>"), 5, "if"),
    Seeded("misspelt variable", column("<mj-text>\n{{ isue.subject }}</mj-text>"), 4, "issue"),
    Seeded(
        "misspelt attribute where it is not printed today",
        column("<mj-text>\n{% if items|length > 500 %}\n{{ issue.prehader }}\n{% endif %}</mj-text>"), 5, "preheader",
    ),
    Seeded("misspelt filter", column("<mj-text>\n{{ issue.subject\n   |uper }}</mj-text>"), 5, "upper"),
    Seeded("block that the parent has not", child("\n{% block foter %}\nx\n{% endblock %}"), 3, "footer"),
    Seeded("parent that does not exist", {"own.mjml": '{# mine #}\n{% extends "@builtin/breifing.mjml" %}'}, 2, "briefing"),
    Seeded(
        "templates that include each other",
        page('{% include "_a.mjml" %}', _a='\n{% include "_b.mjml" %}', _b='\n\n{% include "_a.mjml" %}'),
        3, "_a.mjml", "_b.mjml",
    ),
    Seeded(
        "macro that the imported file has not",
        page('{% import "@builtin/_parts.mjml" as parts with context %}\n\n{{ parts.foooter() }}'), 5, "footer",
    ),
]  # fmt: skip
MISTAKES = [*NOT_WELL_FORMED, *ELEMENTS, *ATTRIBUTES, *NESTING, *VALUES, *JINJA]

# Written down after the first fifty had run, to see whether those were a lucky choice: (name, files, line).
MORE: list[tuple[str, Files, int]] = [
    ("mj-butn attr", column('\n<mj-button href="https://a.example" bgcolor="#fff">x</mj-button>'), 4),
    ("td unclosed", column("<mj-table>\n<tr>\n<td>x</tr>\n</mj-table>"), 5),
    ("endfor for if", column("<mj-text>\n{% for i in items %}\n{% if i.url %}\nx\n{% endfor %}\n</mj-text>"), 7),
    ("missing percent", column("<mj-text>\n{% if issue.intro }\nx{% endif %}</mj-text>"), 4),
    ("single brace close", column("<mj-text>\n{{ issue.subject }</mj-text>"), 4),
    ("half brace", column("<mj-text>\n{ issue.subject }}</mj-text>"), 4),
    ("space braces", column("<mj-text>\n{ { issue.subject } }</mj-text>"), 4),
    ("unclosed comment", page("\n\n{# note\n"), 5),
    ("item attr in loop", column("<mj-text>{% for a in items %}\n{{ a.titel }}\n{% endfor %}</mj-text>"), 4),
    ("set lead", column("{% set l = items[0] %}\n<mj-text>{{ l.sumary }}</mj-text>"), 4),
    ("theme", column('\n<mj-text color="{{ theme.ligth.text }}">x</mj-text>'), 4),
    ("theme2", column('\n<mj-text color="{{ theme.light.txt }}">x</mj-text>'), 4),
    ("slot", column("<mj-text>\n{{ slot('nmae') }}</mj-text>"), 4),
    ("t", column("<mj-text>\n{{ t('storys', count=2) }}</mj-text>"), 4),
    ("test", column("<mj-text>\n{% if issue.intro is defind %}x{% endif %}</mj-text>"), 4),
    ("include missing", page('\n{% include "_fotter.mjml" %}', _footer="<mj-section></mj-section>"), 4),
    ("from import", page('\n{% from "_m.mjml" import crad with context %}', _m="{% macro card() %}{% endmacro %}"), 4),
    (
        "self extends",
        {"briefing.mjml": '{% extends "briefing.mjml" %}', "own.mjml": '\n{% extends "briefing.mjml" %}'},
        1,
    ),
    ("text outside blocks", child("\n<mj-section></mj-section>"), 3),
    ("mj-class unknown", column('\n<mj-text mj-class="bigg">x</mj-text>'), 4),
    ("entity", column("<mj-text>\na&nbps;b</mj-text>"), 4),
    ("href &copy", column('<mj-text>\n<a href="https://a.example/?a=1&copy=2">x</a></mj-text>'), 4),
    ("img src relative", column('\n<mj-image src="/img/a.png" alt="" />'), 4),
    ("img src data", column('<mj-text>\n<img src="data:image/png;base64,xx" alt=""></mj-text>'), 4),
    ("negative padding", column('\n<mj-text padding="-4px 0">x</mj-text>'), 4),
    ("border", column('\n<mj-image border="1px sold red" src="https://a.example/i.png" alt="" />'), 4),
    ("boolean", column('\n<mj-image fluid-on-mobile="yes" src="https://a.example/i.png" alt="" />'), 4),
    ("weight", column('\n<mj-text font-weight="heavy">x</mj-text>'), 4),
    ("lh", column('\n<mj-text line-height="1,5">x</mj-text>'), 4),
    (
        "social",
        column(
            '\n<mj-social><mj-social-element name="facebok" href="https://a.example">x</mj-social-element></mj-social>'
        ),
        4,
    ),
    ("body twice", {"own.mjml": "<mjml>\n<mj-body></mj-body>\n<mj-body></mj-body>\n</mjml>"}, 3),
    ("button in section", page('<mj-section>\n\n<mj-button href="https://a.example">x</mj-button></mj-section>'), 5),
    ("text in body", page("\n<mj-text>x</mj-text>"), 4),
    ("doctype", {"own.mjml": "<!doctype html>\n<mjml>\n<mj-body></mj-body>\n</mjml>"}, 1),
    ("nothing", {"own.mjml": "Hello\n"}, 1),
    (
        "attributes unknown comp",
        {
            "own.mjml": '<mjml>\n<mj-head><mj-attributes>\n<mj-txt color="red" />\n</mj-attributes></mj-head><mj-body></mj-body>\n</mjml>'
        },
        3,
    ),
    (
        "attr in defaults",
        {
            "own.mjml": '<mjml>\n<mj-head><mj-attributes>\n<mj-text colour="red" />\n</mj-attributes></mj-head><mj-body></mj-body>\n</mjml>'
        },
        3,
    ),
    ("block twice", child("{% block footer %}{% endblock %}\n{% block footer %}{% endblock %}"), 3),
    ("call macro wrong args", page("{% macro m(a) %}{{ a }}{% endmacro %}\n{{ m(1, 2) }}"), 4),
    ("missing gt", column('\n<mj-text color="#fff"\nHello</mj-text>'), 4),
    ("close typo", column("\n<mj-text>x</mj-txt>"), 4),
    ("bad expression", column("<mj-text>\n{{ issue.subject issue.intro }}</mj-text>"), 4),
    ("slot compare", column("<mj-text>\n{% if slot('name') == 'x' %}x{% endif %}</mj-text>"), 4),
    ("none printed attr", column("<mj-text>\n{{ items[0].image.ulr }}</mj-text>"), 4),
    ("value in colour", column('\n<mj-text color="{{ issue.subject }}">x</mj-text>'), 4),
    ("crlf", {"own.mjml": "<mjml>\r\n<mj-body>\r\n<mj-text>x</mj-text>\r\n</mj-body>\r\n</mjml>"}, 3),
    ("whitespace control", column("\n{%- if true -%}\n\n  <mj-text colour='x'>\n{%- endif -%}\nx</mj-text>"), 6),
    ("multiline attr value", column('\n<mj-text\n  color="#111111"\n  align="centre"\n>x</mj-text>'), 6),
    (
        "caller",
        page(
            "{% macro w() %}<mj-section><mj-column>{{ caller() }}</mj-column></mj-section>{% endmacro %}\n{% call w() %}\n<mj-txt>x</mj-txt>\n{% endcall %}"
        ),
        5,
    ),
    ("set block", page("{% set x %}\n<mj-sectoin></mj-sectoin>\n{% endset %}\n{{ x }}"), 4),
    ("raw jinja", column("<mj-text>\n{% raw %}\n<stong>x</stong>{% endraw %}</mj-text>"), 5),
]

CORRECT: dict[str, Files] = {
    "the smallest": column("<mj-text>Hello</mj-text>"),
    "a child with two blocks": child(
        "{% block intro %}{{ super() }}{% endblock %}\n{% block footer %}\n<mj-section><mj-column><mj-text>"
        "{{ site.name }}, <a href=\"{{ slot('unsubscribe_url') }}\">leave</a></mj-text></mj-column></mj-section>\n{% endblock %}"
    ),
    "a head full of defaults": {
        "own.mjml": """<mjml lang="{{ lang }}" dir="{{ dir }}"><mj-head><mj-title>{{ issue.subject }}</mj-title>
<mj-preview>{{ issue.preheader }}</mj-preview><mj-breakpoint width="480px" />
<mj-font name="Raleway" href="https://fonts.example/raleway.css" />
<mj-attributes><mj-all font-family="Raleway, 'Helvetica Neue', sans-serif" /><mj-class name="big" font-size="20px" />
<mj-image alt="" padding="0" /><mj-text line-height="1.5" color="rgb(10, 20, 30)" /></mj-attributes>
<mj-style>@media (max-width:479px){.a{color:red}}.b{width:100%}</mj-style></mj-head>
<mj-body width="640px" background-color="whitesmoke"><mj-section padding="0 10px"><mj-column>
<mj-text mj-class="big" css-class="a b">Hi</mj-text><mj-image src="https://a.example/i.png" /></mj-column></mj-section>
</mj-body></mjml>"""
    },
    "columns and groups": page(
        '<mj-section background-url="https://a.example/b.jpg" background-size="cover" full-width="full-width">'
        '<mj-group width="50%"><mj-column width="50%"><mj-text>a</mj-text></mj-column>'
        '<mj-column width="50%"><mj-text>b</mj-text></mj-column></mj-group>'
        '<mj-column width="33.3%" vertical-align="top" border="1px solid #ccc"><mj-text>c</mj-text></mj-column></mj-section>'
    ),
    "wrapper, hero, divider": page(
        '<mj-wrapper border="none" padding="10px 0 20px"><mj-section><mj-column><mj-divider border-width="1px" '
        'border-style="dashed" border-color="lightgrey" width="80%" /></mj-column></mj-section></mj-wrapper>\n'
        '<mj-hero mode="fixed-height" height="300px" background-url="https://a.example/b.jpg" background-width="600px" '
        'background-height="300px" vertical-align="middle"><mj-text align="center">Hi</mj-text>'
        '<mj-button href="https://a.example/?a=1&amp;b=2">Go</mj-button></mj-hero>'
    ),
    "social, navbar, accordion, carousel": column(
        '<mj-social mode="horizontal" icon-size="20px"><mj-social-element name="facebook" href="https://a.example/">Us'
        '</mj-social-element><mj-social-element src="https://a.example/i.png" alt="" href="https://a.example/">We'
        '</mj-social-element></mj-social>\n<mj-navbar base-url="https://a.example" hamburger="hamburger">'
        '<mj-navbar-link href="/news" color="#fff">News</mj-navbar-link></mj-navbar>\n'
        '<mj-accordion border="none" icon-position="left"><mj-accordion-element><mj-accordion-title>Q'
        '</mj-accordion-title><mj-accordion-text padding="4px"><b>A</b></mj-accordion-text></mj-accordion-element></mj-accordion>\n'
        '<mj-carousel thumbnails="hidden"><mj-carousel-image src="https://a.example/1.jpg" alt="One" /></mj-carousel>'
    ),
    "tables, raw, Outlook": column(
        '<mj-table cellpadding="4" width="100%"><tr><td colspan="2">a &amp; b &nbsp; &#8217;</td></tr></mj-table>'
        "<mj-raw><tr><td><!--[if mso]><v:rect><![endif]--><p>x<br>y</p><!--[if mso]></v:rect><![endif]--></td></tr></mj-raw>"
        '<mj-text><a href="mailto:a@b.example">write</a> <a href="tel:+35391000">call</a> 5 &lt; 6</mj-text>'
    ),
    "what the reader chose": page(
        '{% shown_if topic("news") %}<mj-section><mj-column><mj-text>{{ slot("name")|default("you") }}</mj-text>'
        '</mj-column></mj-section>{% endshown_if %}\n<mj-section><mj-column>{% shown_if not has("name") %}<mj-text>x</mj-text>'
        "{% endshown_if %}</mj-column></mj-section>"
    ),
    "macros, loops and an include": page(
        '{% from "_m.mjml" import card, colour with context %}\n{% set shown = namespace(count=0) %}\n{% for item in items if item.url %}\n'
        "{% set shown.count = shown.count + 1 %}{% call(word) card(item, width=200) %}{{ word }} {{ loop.index }}{% endcall %}\n{% else %}\n"
        '<mj-section></mj-section>{% endfor %}\n{% include "_end.mjml" %}{% include "_gone.mjml" ignore missing %}',
        _m="{% set colour %}#123456{% endset %}\n{% macro card(item, width=100, first=false) %}\n<mj-section><mj-column>"
        '<mj-text color="{{ theme.light.text }}">{{ item.title }}{{ caller(item.title) }}{% if item.image is defined and '
        "item.image %}{{ item.image.alt }}{% endif %}</mj-text></mj-column></mj-section>\n{% endmacro %}",
        _end='{% with a = 1, b = a %}<mj-section><mj-column><mj-text font-size="{{ theme.light and "16px"|safe }}">'
        "{{ digest.period }} {{ shown.count }}</mj-text></mj-column></mj-section>{% endwith %}",
    ),
    "everything a template may ask": column(
        "<mj-text>{% for key, value in issue.extra.items() %}{{ key }}{{ value }}{% endfor %}{{ issue.extra.motto if 'motto' in issue.extra }}"
        "{{ items|map(attribute='title')|join(', ') }}{{ items[0].published|dateformat('long') if items[0].published }}"
        "{% set lead = items[0] if items else none %}{{ lead.title|truncate(20) }}{{ (lead.url or site.url)|domain }}"
        "{{ t('stories', count=digest.count) }}{{ items[1:]|length }}{{ missing|default('x') }}"
        "{% if nothing is defined %}{{ nothing.at.all }}{% endif %}{{ issue.subject.upper() }}{% raw %}{curly}{% endraw %}</mj-text>"
        '<mj-image src="{{ (items|selectattr("image")|first).image.url }}" alt="" width="{{ theme.logo.width.number if theme.logo else "100px"|safe }}" />'
    ),
}
