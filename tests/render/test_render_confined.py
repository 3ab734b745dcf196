"""What an operator's template may cost: itself, and nothing else."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from render_samples import ADA, THEME, issue

from digest.errors import DigestError, TemplateError
from digest.render import RenderSettings, Templates, Theme, compile_issue, render_issue
from digest.render.confined import Confinement, shared
from digest.render.issue import compile_here
from digest.render.precheck import mistakes_of
from digest.render.templates import builtin_directory

PAGE = "<mjml><mj-body>\n<mj-section><mj-column><mj-text>WORD</mj-text></mj-column></mj-section></mj-body></mjml>"
HUGE = [
    "{{ 'a' * 10**9 }}", "{% set x = 'a' * 10**9 %}", "{{ 'a'|center(10**9) }}", "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}", "{{ [1] * 10**9 }}", "{{ items|batch(10**8, 'x')|list }}",
    "{{ 'x'|indent(10**9) }}", "{{ 'x' * 10**20 }}",
]  # fmt: skip
ENDLESS = {
    "loops": "{% set a = items * 1000 %}{% for b in a %}{% for c in a %}{% for d in a %}{% if 1 == 2 %}x{% endif %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "power": "{{ 2 ** (2 ** 40) }}",
    "printing": "{% set a = items * 3000 %}{% for b in a %}{% for c in a %}x{{ b.title }}{% endfor %}{% endfor %}",
}


def folder(tmp_path: Path, word: str, text: str = "Plain.\n") -> Path:
    (tmp_path / "own.mjml").write_text(PAGE.replace("WORD", word), encoding="utf-8")
    (tmp_path / "own.txt").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def strict() -> Iterator[Confinement]:
    """A second of work, and a quarter of the memory."""
    made = Confinement(cpu_s=1, memory_bytes=400 * 1024**2, wall_s=20)
    yield made
    made.close()


def compiled(confinement: Confinement, where: Path) -> dict[str, object]:
    return confinement.compile((where,), issue=issue(), template="own", theme=THEME, locale="en")


@pytest.mark.parametrize("word", HUGE)
def test_a_template_that_wants_all_memory_is_told_its_line(tmp_path: Path, strict: Confinement, word: str) -> None:
    """One line of template that would take a gigabyte costs an error with that line, and the process goes on."""
    with pytest.raises(TemplateError, match="too much memory") as caught:
        compiled(strict, folder(tmp_path, word))
    assert (Path(caught.value.file).name, caught.value.line) == ("own.mjml", 2)
    assert "html" in compiled(strict, folder(tmp_path, "fine"))


@pytest.mark.parametrize("word", ENDLESS.values(), ids=ENDLESS)
def test_a_template_that_never_ends_is_ended(tmp_path: Path, strict: Confinement, word: str) -> None:
    """Loops, output and arithmetic without end stop within seconds, and the next template is compiled as ever."""
    began = time.monotonic()
    with pytest.raises(TemplateError, match=r"does not end|too much memory"):
        compiled(strict, folder(tmp_path, word))
    assert time.monotonic() - began < 20
    assert "html" in compiled(strict, folder(tmp_path, "fine"))


def test_plain_text_without_end_is_ended_too(tmp_path: Path, strict: Confinement) -> None:
    """The .txt beside the template has the same limits."""
    with pytest.raises(TemplateError) as caught:
        compiled(strict, folder(tmp_path, "fine", "{{ 'a' * 10**9 }}\n"))
    assert (Path(caught.value.file).name, caught.value.line) == ("own.txt", 1)


def test_output_has_a_limit_of_its_own(tmp_path: Path) -> None:
    """Five megabytes of tags fit into time and memory, and are refused all the same."""
    with pytest.raises(TemplateError, match=r"prints .* characters"):
        compiled(shared, folder(tmp_path, "{% for i in (items * 1000000)[:600000] %}<b>x</b>{% endfor %}"))


def test_own_templates_give_the_bytes_they_would_give_here(tmp_path: Path) -> None:
    """The process changes nothing: source, HTML, pieces and size are equal, with slots, blocks, filters and theme."""
    word = (
        '{{ slot("date")|dateformat("%d %B") }}{% shown_if topic("a") and not has("name") %}<b>{{ items[0].title }}</b>'
        '{% endshown_if %}<a href="{{ items[0].url }}" style="color:{{ theme.light.link }}">x</a>'
        '{{ t("min", count=3) }}'
    )
    where = folder(tmp_path, word, '{{ slot("name")|default("you")|upper }}\n')
    theme = Theme.from_settings(RenderSettings(logo="https://a.example/l.png", accent="#804000"))
    for locale in ("en", "ar"):
        there = compile_issue(issue(), template="own", theme=theme, locale=locale, templates=Templates((where,)))
        here = compile_here(issue(), template="own", theme=theme, locale=locale, templates=Templates((where,)))
        assert there == here


def test_mistakes_come_back_whole(tmp_path: Path) -> None:
    """Every mistake with its place, as if the template had been read here."""
    where = folder(tmp_path, "{{ issue.titel }}<b>{{ itmes }}")
    with pytest.raises(TemplateError) as there:
        compile_issue(issue(), template="own", theme=THEME, locale="en", templates=Templates((where,)))
    with pytest.raises(TemplateError) as here:
        compile_here(issue(), template="own", theme=THEME, locale="en", templates=Templates((where,)))
    assert str(there.value) == str(here.value)
    assert len(mistakes_of(there.value)) == 2
    assert mistakes_of(there.value) == mistakes_of(here.value)


def test_a_changed_file_is_seen_by_the_process_that_stays(tmp_path: Path) -> None:
    """What was edited a moment ago is what is compiled: a preview depends on it."""
    assert "first" in render_issue(issue(), template="own", theme=THEME, locale="en",
                                   templates=Templates((folder(tmp_path, "first"),))).html(ADA)  # fmt: skip
    time.sleep(0.02)
    assert "second" in render_issue(issue(), template="own", theme=THEME, locale="en",
                                    templates=Templates((folder(tmp_path, "second"),))).html(ADA)  # fmt: skip


def test_a_process_that_was_killed_is_replaced(tmp_path: Path) -> None:
    """Whoever kills it while it waits costs nobody anything; whatever kills it at work is told."""
    made = Confinement()
    where = folder(tmp_path, "fine")
    compiled(made, where)
    process = made._process
    assert process is not None
    os.kill(process._popen.pid, signal.SIGKILL)
    process._popen.wait()
    assert "html" in compiled(made, where)
    made.close()


def test_built_in_templates_run_here_and_refer_to_built_in_ones_only() -> None:
    """Ours need no other process; and no file of an operator can get into one of ours."""
    assert not any(Templates().own(name) for name in Templates().names())
    for path in [*builtin_directory().glob("*.mjml"), *builtin_directory().glob("*.txt")]:
        for referred in re.findall(r'{%-?\s*(?:include|import|extends|from)\s*"([^"]*)"', path.read_text("utf-8")):
            assert referred.startswith("@builtin/"), path
    before = shared._process
    render_issue(issue(), theme=THEME, locale="en", templates=Templates((Path("/nowhere"),)))
    assert shared._process is before


def test_themes_and_issues_travel_whole() -> None:
    """Validated values keep their types, so that the template of the other process may print them."""
    theme = Theme.from_settings(RenderSettings(logo="https://a.example/l.png"))
    again = pickle.loads(pickle.dumps((theme, issue())))
    assert again == (theme, issue())
    assert type(again[0].light.link) is type(theme.light.link)
    assert again[0].logo.width.number == theme.logo.width.number  # type: ignore[union-attr]


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Nothing is left behind, also when the program is killed."""
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom digest.render import confined\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom render_samples import THEME, issue\n"
        f"confined.shared.compile((Path({str(folder(tmp_path, 'fine'))!r}),), issue=issue(), template='own', "
        "theme=THEME, locale='en')\n"
        "print(confined.shared._process._popen.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(ran.stdout)
    for _ in range(100):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the worker is still there")


def test_a_template_that_fails_otherwise_is_a_digest_error(tmp_path: Path, strict: Confinement) -> None:
    """No Jinja2 exception and no traceback of the other process reaches the caller."""
    with pytest.raises(DigestError):
        strict.compile((tmp_path,), issue=issue(), template="nowhere", theme=THEME, locale="en")
