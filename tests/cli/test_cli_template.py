"""`digest template`: what there is, a copy that works, and mistakes told on every fixture."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_cli import Digest

from digest.render import Templates
from digest.render.fixtures import FIXTURES
from digest.render.trial import INHERENT, try_template
from support_world import World

BROKEN = '{% extends "@builtin/briefing.mjml" %}\n{% block footer %}\n<mj-sectoin></mj-sectoin>{% endblock %}\n'
NO_WAY_OUT = '{% extends "@builtin/briefing.mjml" %}{% block footer %}{% endblock %}\n'


def test_a_designer_needs_no_configuration(digest: Digest) -> None:
    """Without digest.toml the built-in templates are listed, with blocks and purpose."""
    ran = digest("template", "list", "--json")
    assert ran.code == 0
    listed = {one["name"]: one for one in ran.data}
    assert {"footer", "lead", "rows"} <= set(listed["briefing"]["blocks"])
    assert (listed["briefing"]["own"], bool(listed["briefing"]["about"])) == (False, True)
    assert "briefing" in digest("template", "list").out


def test_own_templates_are_listed_with_those_who_use_them(digest: Digest, world: World) -> None:
    """One for all digests, one in the folder of a digest: each once, and the digest uses its own."""
    for folder, name in (("templates", "plain"), ("templates", "briefing"), ("templates/weekly", "briefing")):
        (world.folder / folder).mkdir(exist_ok=True, parents=True)
        (world.folder / folder / f"{name}.mjml").write_text(NO_WAY_OUT)
    listed = [(one["name"], one["own"], one["digests"]) for one in digest("template", "list", "--json").data]
    assert ("plain", True, []) in listed
    assert [one for one in listed if one[0] == "briefing"] == [("briefing", True, []), ("briefing", True, ["weekly"])]


@pytest.mark.parametrize("options", [(), ("--parts",), ("--extend",)], ids=["copy", "with parts", "extension"])
def test_what_is_ejected_works(digest: Digest, tmp_path: Path, options: tuple[str, ...]) -> None:
    """The copy is used instead of the built-in one and gives the same email; nothing is overwritten without --force."""
    ran = digest("template", "eject", "briefing", *options)
    assert ran.code == 0
    assert (tmp_path / "templates" / "briefing.mjml").read_text("utf-8")
    copies, ours = Templates((tmp_path / "templates",)), Templates()
    assert copies.own("briefing")
    for name in ("week", "arabic"):
        one = FIXTURES[name]
        made = [_html(one, templates) for templates in (copies, ours)]
        assert made[0] == made[1]
    again = digest("template", "eject", "briefing", *options)
    assert (again.code, "--force" in again.err) == (2, True)
    assert digest("template", "eject", "briefing", *options, "--force", "--json").code == 0
    if options == ("--parts",):
        assert "@builtin/" not in (tmp_path / "templates" / "briefing.mjml").read_text("utf-8")


def _html(one: object, templates: Templates) -> str:
    from digest.render import RenderSettings, Theme, render_issue
    from digest.render.preflight import SAMPLES

    theme = Theme.from_settings(RenderSettings())
    made = render_issue(one.issue, theme=theme, locale=one.locale, templates=templates)  # type: ignore[attr-defined]
    return made.html(SAMPLES[0]).replace(made.boundary, "") + made.text(SAMPLES[0])


def test_eject_knows_its_words(digest: Digest, world: World) -> None:
    """A name that is none, a digest that is none, options that exclude each other: exit 2 and what there is."""
    for words, said in (
        (("eject", "breifing"), "briefing"),
        (("eject", "briefing", "--digest", "wekly"), "weekly"),
        (("eject", "briefing", "--extend", "--parts"), "--parts"),
        (("check", "nowhere"), "briefing"),
    ):
        ran = digest("template", *words)
        assert ran.code in (1, 2)
        assert said in ran.err
    ran = digest("template", "eject", "briefing", "--digest", "weekly")
    assert ran.out.split() == [
        str(world.folder / "templates" / "weekly" / f"briefing{end}") for end in (".mjml", ".txt")
    ]


def test_check_tells_mistakes_with_file_line_and_excerpt(digest: Digest, world: World) -> None:
    """What cannot be compiled is told once, for all fixtures, with the line itself; as JSON with place and fix."""
    (world.folder / "templates").mkdir()
    (world.folder / "templates" / "briefing.mjml").write_text(BROKEN)
    ran = digest("template", "check")
    assert ran.code == 2
    assert "briefing.mjml:3:" in ran.err
    assert "  3 | <mj-sectoin>" in ran.err
    (told,) = digest("template", "check", "--json").data["templates"]
    assert (told["ok"], told["rendered"]) == (False, 0)
    assert [(one["line"], bool(one["try"])) for one in told["mistakes"]] == [(3, True)]


def test_check_tells_what_preflight_finds_and_on_which_fixtures(digest: Digest, world: World) -> None:
    """A template that compiles but sends no way out is an error; accepted with a reason, it is none."""
    (world.folder / "templates").mkdir()
    (world.folder / "templates" / "briefing.mjml").write_text(NO_WAY_OUT)
    few = [word for name in ("week", "bare", "arabic") for word in ("--fixture", name)]
    ran = digest("template", "check", "briefing", "--digest", "weekly", "--json", *few)
    assert (ran.code, ran.data["ok"]) == (2, False)
    (told,) = ran.data["templates"]
    found = {one["id"]: one for one in told["findings"]}
    assert found["unsubscribe-missing"]["fixtures"] == ["week", "bare", "arabic"]
    assert all(one["fix"] and one["place"] and one["severity"] and one["why"] for one in told["findings"])
    assert told["largest"]["html_bytes"] > 10_000
    rules = [one["id"] for one in told["findings"] if one["severity"] == "error"]
    world.configure(extra="[preflight.accept]\n" + "".join(f'{one} = "a test"\n' for one in rules))
    assert digest("template", "check", *few).code == 0
    assert digest("template", "check", "--fixture", "wek").code != 0


def test_the_built_in_templates_have_nothing_that_their_fixtures_do_not_bring_along() -> None:
    """What `INHERENT` leaves out is what the default template shows, and nothing else of any weight is found."""
    from digest.render import RenderSettings, Theme

    theme = Theme.from_settings(RenderSettings())
    tried = try_template(Templates(), "briefing", theme=theme)
    assert (tried.usable, tried.rendered, tried.findings) == (True, len(FIXTURES), ())
    assert INHERENT.keys() <= FIXTURES.keys()


def test_digest_check_gives_programs_every_part_of_a_finding(digest: Digest, world: World) -> None:
    """Id, severity, rule, fix and place of what preflight finds, each by itself; exit 2 for an error."""
    (world.folder / "templates").mkdir()
    (world.folder / "templates" / "briefing.mjml").write_text(NO_WAY_OUT)
    ran = digest("check", "--json")
    assert (ran.code, ran.data["ok"]) == (2, False)
    found = {one["id"]: one for one in ran.data["findings"] if one["id"]}
    assert found["unsubscribe-missing"]["severity"] == "error"
    assert all(one["rule"] and one["try_"] and one["place"] for one in found.values())
    assert "unsubscribe-missing" in digest("check").err
