"""An operator's own templates: what may be done in them, and how their mistakes are told, with file and line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from render_samples import ADA, THEME, issue

from digest.errors import TemplateError
from digest.render import Condition, Rendition, Switch, Templates, render_issue

PAGE = """<mjml lang="{{ lang }}" dir="{{ dir }}">
<mj-body>
BODY
</mj-body>
</mjml>
"""
SECTION = "<mj-section><mj-column><mj-text>WORD</mj-text></mj-column></mj-section>"


def render(tmp_path: Path, body: str, text: str = "Plain.\n") -> Rendition:
    (tmp_path / "own.mjml").write_text(PAGE.replace("BODY", body), encoding="utf-8")
    (tmp_path / "own.txt").write_text(text, encoding="utf-8")
    return render_issue(issue(), template="own", theme=THEME, locale="en", templates=Templates((tmp_path,)))


def in_text(content: str) -> str:
    return SECTION.replace("WORD", content)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("<mj-section>\n<mj-column>\n</mj-section>", 4, "<mj-column> is not closed before </mj-section>"),
        ("<mj-section>\n", 3, "<mj-section> is not closed before </mj-body>"),
        (in_text("<b>x</i></b>"), 3, "</i> closes <b>"),
        ("<mj-section><mj-colum>\n</mj-colum></mj-section>", 3, "unknown element <mj-colum>"),
        ("\n<mj-section>\n<p>lost</p></mj-section>", 5, "<p> straight inside <mj-section>"),
        ("\nstray words", 4, "text straight inside <mj-body>"),
        ("\n\n" + in_text("1 < 2"), 5, 'a "<" that starts no'),
        (in_text("<a href=x>y</a>"), 3, "not quoted"),
        ("<!-- a -- b -->", 3, "comment"),
        ("\n" + in_text("{{ issue.titel }}"), 4, "titel"),
        ("\n" + in_text("{{ issue.subject|uper }}"), 4, "uper"),
        (in_text("{% if x %}"), 3, "not understood"),
        ("\n" + in_text('{% if slot("name") %}x{% endif %}'), 4, "has no value"),
        ('<mj-section><mj-column>\n<mj-spacer height="{{ digest.count }}" /></mj-column></mj-section>', 4, ""),
        ("\n" + in_text('<b style="color:{{ issue.subject }}">x</b>'), 4, "stands in a style"),
        ("\n" + in_text('<a onclick="{{ issue.subject }}" href="https://a.example">x</a>'), 4, "stands in onclick"),
        ("\n" + in_text("<a href=\"{{ 'javascript:' }}{{ site.name }}\">x</a>"), 4, "not a usable address"),
        ("\n" + in_text('<a href="https://{{ slot("name") }}/">x</a>'), 4, "scheme or host"),
        ("\n" + in_text('<a href="{{ slot("address") }}x">x</a>'), 4, "scheme or host"),
        ("\n" + in_text("<!-- {{ issue.subject }} -->"), 4, "stands in a comment"),
        ("\n" + in_text('<img alt="x" src="{{ slot("name")|upper }}">{{ [slot("name")]|join|upper }}'), 4, "lost"),
        ("<mj-html-attributes></mj-html-attributes>", 3, "not supported"),
        ('\n{% include "nowhere.mjml" %}', 4, "nowhere"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, body: str, line: int, message: str) -> None:
    """Each kind of mistake raises a TemplateError that names own.mjml and the right line."""
    with pytest.raises(TemplateError) as caught:
        render(tmp_path, body)
    assert message in str(caught.value)
    assert (Path(caught.value.file).name, caught.value.line) == ("own.mjml", line)


def test_a_mistake_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    """The line is the operator's own, through an include and a macro."""
    (tmp_path / "_bits.mjml").write_text("{% macro m() %}\n\n<mj-sectoin></mj-sectoin>{% endmacro %}", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        render(tmp_path, '{% import "_bits.mjml" as bits with context %}{{ bits.m() }}')
    assert (Path(caught.value.file).name, caught.value.line) == ("_bits.mjml", 3)
    assert "mj-section" in caught.value.try_


def test_a_built_in_template_can_be_extended(tmp_path: Path) -> None:
    """One block is replaced, the rest stays; the operator's file wins over the built-in of the same name."""
    own = '{% extends "@builtin/briefing.mjml" %}{% block footer %}' + in_text("Mine: {{ slot('unsubscribe_url') }}")
    (tmp_path / "briefing.mjml").write_text(own + "{% endblock %}", encoding="utf-8")
    html = render_issue(issue(), theme=THEME, locale="en", templates=Templates((tmp_path,))).html(ADA)
    assert "Mine: https://mail.harbour.example/u/AQEtoken_-7" in html
    assert "Boat number 1" in html
    assert "subscribes to" not in html


BLOCK = '{% shown_if topic("news") %}INSIDE{% endshown_if %}'


def outlook_balanced(html: str) -> bool:
    return len(re.findall(r"<!--\[if (?!!mso)", html)) == len(re.findall(r"(?<!<!--)<!\[endif\]-->", html))


@pytest.mark.parametrize(
    "body",
    [
        in_text("always") + BLOCK.replace("INSIDE", in_text("secret")) + in_text("end"),
        "<mj-wrapper>" + in_text("a") + BLOCK.replace("INSIDE", in_text("secret")) + in_text("b") + "</mj-wrapper>",
        "<mj-section><mj-column><mj-text>a</mj-text></mj-column>"
        + BLOCK.replace("INSIDE", "<mj-column><mj-text>secret</mj-text></mj-column>")
        + "</mj-section>",
        "<mj-section><mj-column><mj-text>a</mj-text>"
        + BLOCK.replace("INSIDE", "<mj-text>secret</mj-text><mj-image src='https://a.example/i.png' alt='' />")
        + "</mj-column></mj-section>",
        "<mj-section><mj-column><mj-table><tr><td>a</td></tr>"
        + BLOCK.replace("INSIDE", "<tr><td>secret</td></tr>")
        + "</mj-table></mj-column></mj-section>",
        in_text("always " + BLOCK.replace("INSIDE", "<b>secret {{ issue.subject }}</b>")),
        "<mj-section><mj-group><mj-column><mj-text>a</mj-text></mj-column>"
        + BLOCK.replace("INSIDE", "<mj-column><mj-text>secret</mj-text></mj-column>")
        + "</mj-group></mj-section>",
        "<mj-hero><mj-text>a</mj-text>" + BLOCK.replace("INSIDE", "<mj-text>secret</mj-text>") + "</mj-hero>",
        BLOCK.replace("INSIDE", "<mj-wrapper>" + in_text("secret") + "</mj-wrapper>"),
        BLOCK.replace("INSIDE", "<mj-raw><!--[if mso]><p>secret</p><![endif]--></mj-raw>"),
        "<mj-raw><!--[if mso]>" + BLOCK.replace("INSIDE", "<p>secret</p><![endif]-->") + "</mj-raw>",
    ],
    ids=["sections", "wrapper", "columns", "column children", "table rows", "text", "group", "hero", "a wrapper",
         "Outlook's own", "inside Outlook's"],
)  # fmt: skip
def test_blocks_hide_and_show_without_unbalancing_anything(tmp_path: Path, body: str) -> None:
    """One block switches HTML and text; hidden or shown, tags and Outlook's comments stay balanced."""
    text = 'Before.\n{% shown_if topic("news") %}\nsecret\n{% endshown_if %}\nAfter.\n'
    rendition = render(tmp_path, body, text)
    shown, hidden = ADA, replace(ADA, topics=("sport",))
    assert rendition.conditions() == (Condition("topic", "news"),)
    for person, visible in ((shown, True), (replace(ADA, topics=None), True), (hidden, False)):
        html, plain = rendition.html(person), rendition.text(person)
        assert ("secret" in html) is visible
        assert ("secret" in plain) is visible
        assert outlook_balanced(html)
        for tag in ("table", "tr", "td", "div"):
            assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>")
        decoded = rendition.fill(person).data
        assert decoded.count(b"Content-Type: text/") == 2
    assert rendition.text(hidden) == "Before.\nAfter.\n"
    at = next(at for at, piece in enumerate(rendition.rich.pieces) if isinstance(piece, Switch))
    assert outlook_balanced("".join(str(piece) for piece in rendition.rich.pieces[:at])), "begins inside a comment"


SHOWN, END = '{% shown_if topic("news") %}', "{% endshown_if %}"
MANY = "<mj-section><mj-column><mj-NAME>\nINSIDE</mj-NAME></mj-column></mj-section>"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("\n" + in_text(BLOCK.replace("INSIDE", "<b>x") + "</b>"), "cuts through elements"),
        (f"<mj-section><mj-column>\n{SHOWN}<mj-text>a</mj-text></mj-column>{END}</mj-section>", "cuts through"),
        (f"\n{SHOWN}<mj-section><mj-column><mj-text>a{END}</mj-text></mj-column></mj-section>", "cuts through"),
        (
            f"<mj-section><mj-column>\n{SHOWN}</mj-column></mj-section><mj-section><mj-column>{END}"
            "<mj-text>b</mj-text></mj-column></mj-section>",
            "cuts through",
        ),
        (f"\n<mj-raw>{SHOWN}<!--[if mso]><table><tr><td><![endif]-->{END}<!--[if mso]></td></tr></table><![endif]-->"
         "</mj-raw>", "cuts through"),
        (f"\n<mj-raw><!--[if !mso]><!-->{SHOWN}<p>x</p><!--<![endif]-->{END}</mj-raw>", "cuts through"),
        (f"<mj-section><mj-column><mj-table><tr>\n<td>x</td>{SHOWN}<td>y</td>{END}</tr></mj-table></mj-column>"
         "</mj-section>", "inside <tr>"),
        (MANY.replace("NAME", "social").replace("INSIDE", SHOWN + '<mj-social-element name="web" />' + END), "social"),
        (MANY.replace("NAME", "navbar").replace("INSIDE", f'{SHOWN}<mj-navbar-link href="/x">x</mj-navbar-link>{END}'),
         "inside <mj-navbar>"),
        (MANY.replace("NAME", "carousel").replace(
            "INSIDE", SHOWN + '<mj-carousel-image src="https://a.example/1.png" alt="" />' + END), "<mj-carousel>"),
        (f'\n<mj-section css-class="{SHOWN}a{END}"></mj-section>', "among the attributes"),
        ("\n" + in_text(f'<a href="https://a.example/{SHOWN}x{END}">x</a>'), "among the attributes"),
        ("\n" + in_text(f"<style>{SHOWN}p{END}</style>"), "stands in a style"),
        ("\n" + in_text(f"<!-- {SHOWN}p{END} -->"), "stands in a comment"),
    ],
)  # fmt: skip
def test_a_block_anywhere_else_is_refused_with_its_line(tmp_path: Path, body: str, message: str) -> None:
    """What could leave an element open, a row without its cell or one tag in two forms is told, never rendered."""
    with pytest.raises(TemplateError, match=message) as caught:
        render(tmp_path, body)
    assert (Path(caught.value.file).name, caught.value.line) == ("own.mjml", 4)


@pytest.mark.parametrize(
    "head", ["<mj-title>x</mj-title>", '<mj-attributes><mj-all color="#123456" /></mj-attributes>']
)
def test_a_block_in_the_head_is_refused(tmp_path: Path, head: str) -> None:
    """Title, styles and defaults are one for all readers."""
    page = f"<mjml><mj-head>\n{SHOWN}{head}{END}</mj-head><mj-body></mj-body></mjml>"
    (tmp_path / "own.mjml").write_text(page, encoding="utf-8")
    (tmp_path / "own.txt").write_text("Plain.\n", encoding="utf-8")
    with pytest.raises(TemplateError, match="inside <mj-head>") as caught:
        render_issue(issue(), template="own", theme=THEME, locale="en", templates=Templates((tmp_path,)))
    assert caught.value.line == 2


def test_neither_subject_nor_counts_depend_on_blocks(tmp_path: Path) -> None:
    """Readers of every combination get one subject, one count and one set of headers but for what is theirs."""
    body = BLOCK.replace("INSIDE", in_text("secret")) + in_text("{{ digest.count }} stories")
    text = '{% shown_if topic("news") %}\nsecret\n{% endshown_if %}\n{{ digest.count }} stories\n'
    rendition = render(tmp_path, body, text)
    people = (ADA, replace(ADA, topics=("sport",)))
    assert len({rendition.headers(person) for person in people}) == 1
    assert len({rendition.text(person).removeprefix("secret\n") for person in people}) == 1
    assert all("3 stories" in rendition.html(person) for person in people)


def test_a_block_that_cuts_through_elements_is_refused(tmp_path: Path) -> None:
    """A block around half of a table row would leave it open when hidden."""
    with pytest.raises(TemplateError, match="cuts through elements"):
        render(tmp_path, in_text(BLOCK.replace("INSIDE", "<b>x") + "</b>"))


def test_blocks_may_ask_for_a_slot_and_be_negated(tmp_path: Path) -> None:
    """`has` and `not` choose between a greeting with and without a name."""
    body = in_text(
        '{% shown_if has("name") %}Hi {{ slot("name") }}!{% endshown_if %}'
        '{% shown_if not has("name") %}Hi there!{% endshown_if %}'
    )
    rendition = render(tmp_path, body)
    assert "Hi Ada Reader!" in rendition.html(ADA)
    assert "Hi there!" in rendition.html(replace(ADA, name="")) and "Hi !" not in rendition.html(replace(ADA, name=""))


def test_slots_are_escaped_by_where_they_stand(tmp_path: Path) -> None:
    """The same name in text, attribute, link part and title-like attribute gets four different escapes."""
    body = in_text(
        '<a title="{{ slot("name") }}" '
        'href="https://a.example/?n={{ slot("name") }}&amp;m={{ slot("name")|urlencode }}">'
        "{{ slot('name') }}</a>"
    )
    html = render(tmp_path, body).html(replace(ADA, name='A"<b>&c=1#x'))
    assert 'title="A&#34;&lt;b&gt;&amp;c=1#x"' in html
    assert 'href="https://a.example/?n=A%22%3Cb%3E%26c%3D1%23x&amp;m=A%22%3Cb%3E%26c%3D1%23x"' in html
    assert ">A&#34;&lt;b&gt;&amp;c=1#x</a>" in html


def test_a_templates_own_characters_survive_the_compiler(tmp_path: Path) -> None:
    """Combining marks, emoji and backslashes in an attribute of the template come out as they were written."""
    alt = "हिन्दी ❤️ back\\slash"
    body = f'<mj-section><mj-column><mj-image src="https://a.example/i.png" alt="{alt}" /></mj-column></mj-section>'
    html = render(tmp_path, body).html(ADA)
    assert "\\u{" not in html
    import html as html_module

    assert f'alt="{alt}"' in html_module.unescape(html)


def test_an_image_may_be_a_background_and_nothing_else_may_be_in_a_style(tmp_path: Path) -> None:
    """A value inside url() of a style is taken when it is a whole web address."""
    body = (
        '<mj-section background-url="{{ items[0].image.url }}"><mj-column><mj-text>x</mj-text></mj-column></mj-section>'
    )
    assert "https://harbour.example/img/1.jpg" in render(tmp_path, body).html(ADA)


def test_a_block_inside_a_line_of_text_is_refused(tmp_path: Path) -> None:
    """Plain text is laid out in lines, so a block takes whole ones."""
    with pytest.raises(TemplateError, match="middle of a line"):
        render(tmp_path, in_text("x"), 'Hi {% shown_if has("name") %}x{% endshown_if %}\n')
