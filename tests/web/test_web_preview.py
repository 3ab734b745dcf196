"""The preview: who may open it, what it shows, and what an email inside it cannot do."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from digest.errors import ConfigError, Problem, TemplateError, UsageError
from digest.web.mail import show_scheme, take_apart
from digest.web.preview import Preview, PreviewError, export_preview, preview_app
from digest.web.server import serve_app

SRC = str(Path(__file__).resolve().parents[2] / "src")
HTML = (
    '<html><head><meta name="color-scheme" content="light dark"><style>@media (prefers-color-scheme: dark) and '
    "(max-width: 480px) { p { color: #fff } }</style></head><body><p>prefers-color-scheme: dark, in words</p></body>"
    "</html>"
)
GOOD = Preview(
    digest="weekly", title="Weekly", subject="Six <sheds>", preheader="by bicycle", sender="Riverside Makers",
    recipient="aoife@example.com", html=HTML, text="Six sheds\n", source="From: a\r\n\r\nbody", size_bytes=31_400,
    banner="SAMPLE: nothing is new", notes=("Next issue: Monday.",), items=(("قصة <b>", ("newest", "7 comments")),),
    warnings=("The subject is long.",),
)  # fmt: skip


class Source:
    """A source whose answers the test sets."""

    def __init__(self, preview: Preview | Exception = GOOD) -> None:
        self.preview, self.version, self.loads = preview, 0, 0
        self.names: list[str] | Exception = ["weekly", "monthly"]

    def change(self, preview: Preview | Exception) -> None:
        self.preview = preview
        self.version += 1

    def digests(self) -> list[str]:
        if isinstance(self.names, Exception):
            raise self.names
        return self.names

    def load(self, digest: str) -> Preview:
        self.loads += 1
        if isinstance(self.preview, Exception):
            raise self.preview
        return replace(self.preview, digest=digest)

    def stamp(self) -> str:
        return str(self.version)


def test_the_page_shows_what_will_be_sent(ask):
    """Subject, preheader, sender, recipient, size, banner, notes, warnings, items and reasons are there, escaped."""
    page = ask(preview_app(Source()), "GET", "/").text
    for words in (
        "Six &lt;sheds&gt;", "by bicycle", "Riverside Makers", "aoife@example.com", "30.7 KiB of 102",
        "SAMPLE: nothing", "Next issue: Monday.", "The subject is long.", "قصة &lt;b&gt;", "7 comments", "Six sheds",
        "From: a",
    ):  # fmt: skip
        assert words in page, words
    assert "<sheds>" not in page


def test_the_inbox_row_shows_the_name_that_inboxes_show(ask):
    """Of a whole From the name alone stands in the row; an address without a name stands as it is."""
    for sender, shown in (("Riverside Makers <d@x.example>", "Riverside Makers"), ("d@x.example", "d@x.example")):
        page = ask(preview_app(Source(replace(GOOD, sender=sender))), "GET", "/").text
        assert f">{shown}</b>" in page


def test_the_address_keeps_what_is_chosen(ask):
    """Digest, view and scheme in the query are those shown; nonsense falls back to the first."""
    page = ask(preview_app(Source()), "GET", "/?digest=monthly&view=desktop&scheme=dark").text
    assert 'value="desktop" data-key="d" checked' in page and 'value="dark" data-key="k" checked' in page
    assert 'href="/?digest=monthly" aria-current="page"' in page
    assert 'value="phone" data-key="p" checked' in ask(preview_app(Source()), "GET", "/?view=%3Cx%3E").text


def test_an_unknown_digest_is_named(ask):
    """A digest that is not there is 404 with those that are."""
    answer = ask(preview_app(Source()), "GET", "/?digest=dayly")
    assert answer.status == 404 and "weekly, monthly" in answer.text


def test_only_who_has_the_token_may_look(ask):
    """Without the token 403; with it in the query a cookie and a clean address; with the cookie the page."""
    app = preview_app(Source(), token="s3cret")
    assert ask(app, "GET", "/").status == 403
    assert ask(app, "GET", "/?token=wrong").status == 403
    assert ask(app, "GET", "/frame?digest=weekly").status == 403
    assert ask(app, "GET", "/static/look.css").status == 200
    welcome = ask(app, "GET", "/?token=s3cret&digest=weekly")
    assert welcome.status == 303 and welcome.headers["location"] == "/?digest=weekly"
    cookie = welcome.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    answer = ask(app, "GET", "/", headers={"cookie": cookie.split(";")[0]})
    assert answer.status == 200 and "s3cret" not in answer.text


def test_the_redirect_cannot_leave_this_machine(ask):
    """A path that begins with two slashes does not become an address on another host."""
    answer = ask(preview_app(Source(), token="t"), "GET", "//evil.example/?token=t")
    assert answer.status == 303 and answer.headers["location"] == "/evil.example/"


@pytest.mark.parametrize(("host", "status"), [
    ("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:8000", 200), ("LOCALHOST:1", 200), ("evil.example", 421),
    ("127.0.0.1.evil.example", 421), ("", 421), ("localhost.evil.example:8000", 421),
])  # fmt: skip
def test_a_foreign_host_name_is_refused(ask, host, status):
    """DNS rebinding: a page elsewhere that points its own name at 127.0.0.1 gets nothing."""
    assert ask(preview_app(Source()), "GET", "/", headers={"host": host}).status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(ask, method):
    """The preview answers reading only."""
    source = Source()
    assert ask(preview_app(source), method, "/").status == 405 and source.loads == 0


def test_the_page_allows_no_inline_script_and_the_frame_no_script_at_all(ask):
    """Page: scripts from our own file only. Frame: nothing but images and styles, and sandboxed by its own headers."""
    app = preview_app(Source())
    page = ask(app, "GET", "/")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "default-src 'none'" in policy
    assert "<script src=" in page.text and "onclick" not in page.text and "style=" not in page.text
    assert page.text.count("<iframe") == page.text.count('sandbox="allow-same-origin allow-popups')
    assert "allow-scripts" not in page.text
    frame = ask(app, "GET", "/frame?digest=weekly").headers["content-security-policy"]
    assert frame.startswith("default-src 'none'; img-src https: http://127.0.0.1:* data:; style-src 'unsafe-inline'")
    assert "sandbox allow-same-origin" in frame and "allow-scripts" not in frame and "script-src" not in frame


def test_a_file_outside_static_cannot_be_reached(ask):
    """A name is looked up in the list of files; climbing out finds nothing."""
    app = preview_app(Source())
    for name in ("..%2fpreview.py", "%2e%2e/preview.py", "nothing.css", "../preview.py"):
        assert ask(app, "GET", f"/static/{name}").status == 404


def test_one_load_serves_the_page_and_its_frames(ask):
    """The issue is built once per change, however many requests show it."""
    source = Source()
    app = preview_app(source)
    for target in ("/?digest=weekly", "/frame?digest=weekly&scheme=light", "/frame?digest=weekly&scheme=dark"):
        ask(app, "GET", target)
    assert source.loads == 1
    source.change(replace(GOOD, subject="Seven"))
    assert "Seven" in ask(app, "GET", "/?digest=weekly").text and source.loads == 2


def test_a_broken_template_keeps_the_last_good_picture(ask, tmp_path: Path):
    """The error shows file, line and the lines around it; the frame still has the version before; repair clears it."""
    template = tmp_path / "briefing.mjml"
    template.write_text("<mjml>\n<mj-text>\n{{ artcle.title }}\n</mj-text>\n")
    source = Source()
    app = preview_app(source)
    ask(app, "GET", "/?digest=weekly")
    source.change(TemplateError("unknown name 'artcle'", file=str(template), line=3, try_="write article"))
    page = ask(app, "GET", "/?digest=weekly").text
    assert f"{template}:3" in page and "&gt;    3  {{ artcle.title }}" in page and "Try: write article" in page
    assert "the last version that did" in page and "Six &lt;sheds&gt;" in page
    assert "in words" in ask(app, "GET", "/frame?digest=weekly").text
    source.change(GOOD)
    assert "does not render" not in ask(app, "GET", "/?digest=weekly").text


def test_an_error_that_load_returns_is_shown_too(ask):
    """A Preview with an error and no HTML is a page with that error, from the first request on."""
    error = PreviewError("no such partial", "a.mjml", 7, ">    7  {% include %}")
    page = ask(preview_app(Source(replace(GOOD, html="", error=error))), "GET", "/").text
    assert "a.mjml:7" in page and "{% include %}" in page and "no such partial" in page


def test_a_broken_configuration_is_explained_without_its_lines(ask, tmp_path: Path):
    """A mistake in digest.toml shows its place and cure, never the file's own lines, which may hold a secret."""
    config = tmp_path / "digest.toml"
    config.write_text('[relay.main]\npassword = "hunter2"\n')
    source = Source()
    app = preview_app(source)
    ask(app, "GET", "/?digest=weekly")
    mistake = ConfigError([Problem(str(config), 2, "relay.main.password", "a literal password", "put it in a file")])
    source.names = mistake
    source.change(mistake)
    page = ask(app, "GET", "/?digest=weekly").text
    assert f"{config}:2" in page and "put it in a file" in page and "hunter2" not in page


def test_anything_else_that_breaks_is_on_the_page(ask):
    """Even an unexpected exception is shown as an error, not as a server error."""
    answer = ask(preview_app(Source(ZeroDivisionError("division by zero"))), "GET", "/")
    assert answer.status == 200 and "division by zero" in answer.text


def test_light_and_dark_are_decided_by_us_not_by_the_device():
    """The condition becomes always or never true inside styles, other halves of a query and words in the text stay."""
    dark, light = show_scheme(HTML, "dark"), show_scheme(HTML, "light")
    assert "@media (min-width: 0px) and (max-width: 480px)" in dark
    assert "@media (max-width: 0px) and (max-width: 480px)" in light
    for shown, name in ((dark, "dark"), (light, "light")):
        assert "prefers-color-scheme: dark, in words" in shown
        assert f"color-scheme:only {name} !important" in shown
    picture = '<picture><source media="(prefers-color-scheme:dark)" srcset="d.png"></picture>'
    assert 'media="(min-width: 0px)"' in show_scheme(picture, "dark")


def test_a_message_that_does_not_declare_dark_keeps_a_white_canvas():
    """Without a color-scheme declaration the dark frame is not given a dark canvas."""
    assert "only light" in show_scheme("<p>plain</p>", "dark")


def test_take_apart_survives_rubbish():
    """Bytes that are no message give empty parts, not an exception."""
    for data in (b"", b"\xff\xfe\x00", b"Content-Type: text/html; charset=nonsense\r\n\r\n\xe9", b"From: =?x?\r\n\r\n"):
        take_apart(data)
    parts = take_apart(
        b"Subject: =?utf-8?q?caf=C3=A9?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>\xc3\xa9</p>\r\n"
    )
    assert ("Subject", "café") in parts.headers and parts.html.strip() == "<p>é</p>" and parts.text == ""


def test_export_writes_the_page_and_the_message_exactly(tmp_path: Path):
    """index.html stands alone (no script, no address of ours), and message.eml is the source byte for byte."""
    files = export_preview(GOOD, tmp_path / "out")
    assert [file.name for file in files] == ["index.html", "message.html", "message.txt", "message.eml"]
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<script" not in index and "/static/" not in index and "Six &lt;sheds&gt;" in index
    assert index.count("srcdoc=") == 2 and 'href="message.html"' in index
    assert (tmp_path / "out" / "message.eml").read_bytes() == b"From: a\r\n\r\nbody"
    assert (tmp_path / "out" / "message.html").read_text(encoding="utf-8") == HTML


def serve(app):
    stop, started, urls = threading.Event(), threading.Event(), []

    def on_started(url: str) -> None:
        urls.append(url)
        started.set()

    thread = threading.Thread(
        target=serve_app, args=(app,), kwargs={"on_started": on_started, "stop": stop}, daemon=True
    )
    thread.start()
    assert started.wait(10)
    return urls[0], stop, thread


def test_a_change_is_announced_and_an_open_stream_does_not_hold_up_the_end():
    """An event follows a change within a second; stopping the server ends the stream and returns soon."""
    source = Source()
    url, stop, thread = serve(preview_app(source))
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.getheader("content-type", "").startswith("text/event-stream")
    assert answer.readline() == b"retry: 500\n"
    source.change(GOOD)
    lines = [answer.readline() for _ in range(2)]
    assert lines[1] == b"event: change\n"
    began = time.monotonic()
    stop.set()
    thread.join(10)
    assert not thread.is_alive() and time.monotonic() - began < 2.5
    connection.close()


def test_a_taken_port_is_explained():
    """A port in use is a UsageError that names it and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port}") as caught:
            serve_app(preview_app(Source()), port=port)
    assert "another port" in str(caught.value)


STOPPABLE = """
from starlette.applications import Starlette
from digest.web.server import serve_app
serve_app(Starlette(), on_started=lambda url: print(url, flush=True))
print("goodbye", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_signal_lets_the_caller_say_goodbye(number):
    """After SIGTERM or Ctrl-C serve_app returns instead of ending the process."""
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPABLE], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": SRC}
    )
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(number)
    assert process.communicate(timeout=10)[0] == "goodbye\n" and process.returncode == 0
