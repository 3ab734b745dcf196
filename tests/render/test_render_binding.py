"""Values are tokens whatever a template does to them, and slots refuse what cannot be known."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader
from jinja2.exceptions import SecurityError, UndefinedError
from markupsafe import Markup
from render_samples import ADA, issue

from digest.render.binding import BoundEnvironment, Outside, Raw, SlotError, Tokens, View, spliced
from digest.render.headers import links_for
from digest.render.segments import Condition, Fill, Switch, Values, pieces_from_plain, pieces_to_plain

SECRET = "Tide & <Time>"
TOKEN = re.compile(r"zqabcd[vsoc]\d+z")


def render(template: str, more: dict[str, str] | None = None, **context: Any) -> tuple[str, Tokens]:
    environment = BoundEnvironment(loader=DictLoader({"t": template, **(more or {})}))
    tokens = Tokens("abcd")
    with tokens:
        data = {"a": View({"title": SECRET, "tags": (SECRET, "x"), "n": 3}), **context}
        return environment.get_template("t").render(data), tokens


@pytest.mark.parametrize(
    "expression",
    [
        "{{ a.title }}", "{{ a.title|upper }}", "{{ a.title ~ '!' }}", "{{ '<' ~ a.title }}", "{{ a.title[:3] }}",
        "{{ a.title.lower() }}", "{{ 'x %s' % a.title }}", "{{ '{}'.format(a.title) }}", "{{ a.title|e }}",
        "{{ a.title|safe }}", "{{ a.title|replace('T', 'D') }}", "{{ a.tags|join(', ') }}", "{{ a.tags|first }}",
        "{% for c in a.title %}{{ c }}{% endfor %}", "{{ a.title.split(' ')[0] ~ '<b>'|safe }}",
        "{% set m %}<b>{{ a.title }}</b>{% endset %}{{ a.title|upper ~ m }}", "{{ a.title|striptags }}",
        "{{ a.tags|map('upper')|list|join }}", "{{ a.title|truncate(6) }}", "{{ a.title + '' }}", "{{ a.title * 2 }}",
        "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(a.title) }}", "{{ (a.title ~ a.title)|wordwrap(3) }}",
        "{{ a.title|default('x')|trim|center(30) }}", "{{ a.tags|sort|reverse|list|last }}", "{{ 'a'.join(a.title) }}",
    ],
)  # fmt: skip
def test_no_expression_lets_outside_text_into_source(expression: str) -> None:
    """After any filter, slice, call or operator the output holds tokens and template text, nothing of the value."""
    source, tokens = render(expression)
    rest = TOKEN.sub("", source)
    assert not re.search(r"tide|time|&amp;|&lt;T|<T", rest, re.IGNORECASE)
    assert tokens.minted


@pytest.mark.parametrize(
    "expression",
    [
        "a.title[:6]", "'%s' % a.title", "a.title + ''", "a.title * 2", "a.title.lower()", "a.title.split('&')[0]",
        "a.title|upper", "a.tags[:1][0]", "'{}'.format(a.title)", "a.tags[0]", "(a.tags|list)[0]", "a.title[0]",
    ],
)  # fmt: skip
def test_what_is_derived_from_outside_text_stays_outside_beside_markup(expression: str) -> None:
    """Concatenated with markup, where Jinja2 itself would escape and keep it, a derived string is a token still."""
    source, tokens = render("{% set m %}<b>{% endset %}{{ (" + expression + ") ~ m }}")
    assert TOKEN.sub("", source) == "<b>"
    assert len(tokens.minted) == 1


def test_markup_made_by_the_template_stays_source() -> None:
    """Macros, caller, super and set blocks print their tags; only the values in them are tokens."""
    base = {"base": "{% block x %}<u>base</u>{% endblock %}"}
    source, _ = render('{% extends "base" %}{% block x %}{{ super() }}<b>{{ a.title }}</b>{% endblock %}', base)
    assert source == "<u>base</u><b>zqabcdv0z</b>"
    source, _ = render("{% macro m() %}<p>{{ caller() }}</p>{% endmacro %}{% call m() %}<i>{{ a.n }}</i>{% endcall %}")
    assert source == "<p><i>zqabcdv0z</i></p>"


def test_validated_values_pass_and_template_strings_do_not() -> None:
    """Only `Raw` types stand in source as they are."""
    source, tokens = render('{{ colour }}{{ "left" if a.n else "right" }}', colour=Raw("#123456"))
    assert source == "#123456zqabcdv0z"
    assert tokens.minted == ["left"]


@pytest.mark.parametrize(
    "expression",
    [
        '{{ slot("name") + "x" }}', '{{ slot("name") == "x" }}', '{% if slot("name") %}x{% endif %}',
        '{{ slot("name")|length }}', '{{ slot("name")|lower }}', '{{ slot("name").x }}', '{{ slot("name")[0] }}',
        '{{ slot("name") is defined }}', '{{ slot("name") is string }}', '{{ "x" in slot("name") }}',
        '{% for c in slot("name") %}{% endfor %}', '{{ not slot("name") }}', '{{ slot("name") < 1 }}',
        '{{ "%s" % slot("name") }}', '{{ "a" ~ slot("name") }}', '{{ slot("name")() }}',
        '{{ slot("name")|default(slot("address")) }}', '{{ slot("name") in ["x"] }}', '{{ -slot("name") }}',
        '{{ slot("nmae") }}', '{{ slot("date")|dateformat("%c") }}', '{{ slot("name")|upper(1) }}',
        '{{ slot("name").then("upper") }}', '{% if topic("news") %}x{% endif %}', '{{ topic("news") }}',
        '{{ topic("news") and has("name") }}', '{% set c = topic("a") or topic("b") %}', '{{ topic("a") == true }}',
        '{{ "x" if has("name") else "y" }}', '{{ topic("a")|default("x") }}', '{{ topic("a") is defined }}',
        '{{ [topic("a")]|join }}', '{{ topic("a").argument }}', '{{ "%s" % locale("de") }}', '{{ topic("") }}',
        '{{ topic(3) }}', '{{ not topic("a") }}', '{{ topic("a")|string }}', '{{ [topic("a")]|select|list|length }}',
    ],
)  # fmt: skip
def test_slots_refuse_everything_but_printing_and_their_filters(expression: str) -> None:
    """An operator, test or foreign filter on a slot is an error, not a wrong guess about the subscriber."""
    with pytest.raises((SlotError, TypeError)):
        source, tokens = render(expression)
        tokens.expand(source)


def test_slot_filters_are_recorded() -> None:
    """The closed list becomes operations that `fill` runs."""
    _, tokens = render('{{ slot("name")|default("you")|upper }}{{ slot("address") }}')
    assert Fill("name", "text", (("default", "you"), ("upper",))) in tokens.minted
    assert Fill("address", "text") in tokens.minted


def test_blocks_mint_two_ends_and_take_only_conditions() -> None:
    """`shown_if` wraps its body in the two ends of one condition; a value as condition is refused."""
    source, tokens = render('{% shown_if not topic("news") %}<b>{{ a.n }}</b>{% endshown_if %}')
    assert TOKEN.sub("|", source) == "|<b>|</b>|"
    assert Condition("topic", "news", True) in tokens.minted
    for asked in ("a.n", "true", 'topic("x") and a.n', "not 1", '"news"', 'slot("name")', 'topic("x") == has("name")'):
        with pytest.raises(SlotError):
            render("{% shown_if " + asked + " %}x{% endshown_if %}")


NEWS, NAMED, NAMELESS = Condition("topic", "news"), Condition("has", "name"), Condition("has", "name", True)


@pytest.mark.parametrize(
    ("asked", "condition"),
    [
        ('topic("news")', NEWS),
        ('not topic("news")', Condition("topic", "news", True)),
        ('not not topic("news")', NEWS),
        ('topic("news") and has("name")', Condition("all", parts=(NEWS, NAMED))),
        ('topic("news") or has("name")', Condition("any", parts=(NEWS, NAMED))),
        ('topic("news") and topic("news") and has("name")', Condition("all", parts=(NEWS, NAMED))),
        ('not (topic("news") and has("name"))', Condition("all", "", True, (NEWS, NAMED))),
        ('locale("de")', Condition("locale", "de")),
        ('locale("en")', Condition("any", parts=(Condition("locale", "en"), Condition("has", "locale", True)))),
        (
            'topic("news") and (locale("de") or not has("name"))',
            Condition("all", parts=(NEWS, Condition("any", parts=(Condition("locale", "de"), NAMELESS)))),
        ),
    ],
)  # fmt: skip
def test_conditions_are_joined_by_and_or_and_not(asked: str, condition: Condition) -> None:
    """Whatever Python's operators would make of it, the condition is what stands in the template, and reads back."""
    environment = BoundEnvironment()
    with Tokens("abcd", locale="en-IE") as tokens:
        environment.from_string("{% set n = has('name') %}{% shown_if " + asked + " %}x{% endshown_if %}").render()
    assert tokens.minted == [condition, None]
    stored = pieces_to_plain([Switch(condition, ("x",))])
    assert pieces_from_plain(json.loads(json.dumps(stored))) == (Switch(condition, ("x",)),)


@given(st.data())
def test_conditions_answer_as_their_words_say(data: st.DataObject) -> None:
    """Any nesting of and, or, not over topics, locale and name answers as Python would, were the reader known."""
    atom = st.sampled_from(['topic("news")', 'topic("BOATS")', 'has("name")', 'locale("de")', 'locale("pt-BR")'])
    asked = data.draw(st.recursive(atom, lambda inner: st.one_of(
        st.builds("not ({})".format, inner), st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner)), max_leaves=8))  # fmt: skip
    topics = data.draw(st.sampled_from([None, (), ("news",), ("Boats", "x")]))
    person = replace(ADA, name=data.draw(st.sampled_from(["", "Ada"])), topics=topics,
                     locale=data.draw(st.sampled_from(["", "de", "de_AT", "pt-br", "den", "pt"])))  # fmt: skip
    with Tokens("abcd", locale="de") as tokens:
        BoundEnvironment().from_string("{% shown_if " + asked + " %}x{% endshown_if %}").render()
    condition = tokens.minted[0]
    assert isinstance(condition, Condition)
    theirs = (person.locale or "de").replace("_", "-").lower()
    known = {
        "topic": lambda name: topics is None or name.casefold() in {topic.casefold() for topic in topics},
        "has": lambda _: bool(person.name),
        "locale": lambda tag: f"{theirs}-".startswith(f"{tag.lower()}-"),
    }
    values = Values(person, links_for(issue()))
    assert condition.holds(values) is eval(asked, {}, known)
    again = eval(str(condition).replace('has("locale")', "True"), {}, known) if "locale" not in asked else None
    assert again in (None, condition.holds(values))


@pytest.mark.parametrize(
    "expression", ["{{ ''.__class__ }}", "{{ a._values }}", "{{ range(9) }}", "{{ lipsum() }}", "{{ a.titel }}"]
)
def test_the_sandbox_and_strict_names_hold(expression: str) -> None:
    """Private attributes, undocumented globals and misspelt names are errors."""
    with pytest.raises((SecurityError, UndefinedError)):
        render(expression)


def test_sentences_take_markup_and_slots_in_the_middle() -> None:
    """A sentence with a slot or markup in it becomes markup of tokens; with text only it stays text."""
    with Tokens("abcd"):
        assert isinstance(spliced("By {names}", {"names": "A & B"}), Outside)
        made = spliced("Go to {link} now", {"link": Markup("<a>x</a>")})
    assert TOKEN.sub("|", made) == "|<a>x</a>|"
