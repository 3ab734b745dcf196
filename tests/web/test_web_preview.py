"""The preview: who may open it, what it shows, and what an email inside it cannot do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from digest.errors import UsageError
from digest.pipeline.previewing import Studio
from digest.web.mail import show_scheme, take_apart
from digest.web.preview import Preview, export_preview, studio_app
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


def app(token: str = ""):
    """A studio whose configuration is not there: the door does not ask what lies behind it."""
    return studio_app(Studio("nowhere.toml", env={}), token=token)


def test_only_who_has_the_token_may_look(ask):
    """Without the token 403; with it in the query a cookie and a clean address; with the cookie the page."""
    made = app(token="s3cret")
    assert ask(made, "GET", "/").status == 403
    assert ask(made, "GET", "/?token=wrong").status == 403
    assert ask(made, "GET", "/frame?digest=weekly").status == 403
    assert ask(made, "GET", "/static/look.css").status == 200
    welcome = ask(made, "GET", "/?token=s3cret&digest=weekly")
    assert welcome.status == 303 and welcome.headers["location"] == "/?digest=weekly"
    cookie = welcome.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    answer = ask(made, "GET", "/", headers={"cookie": cookie.split(";")[0]})
    assert answer.status == 200 and "s3cret" not in answer.text


def test_the_redirect_cannot_leave_this_machine(ask):
    """A path that begins with two slashes does not become an address on another host."""
    answer = ask(app(token="t"), "GET", "//evil.example/?token=t")
    assert answer.status == 303 and answer.headers["location"] == "/evil.example/"


@pytest.mark.parametrize(("host", "status"), [
    ("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:8000", 200), ("LOCALHOST:1", 200), ("evil.example", 421),
    ("127.0.0.1.evil.example", 421), ("", 421), ("localhost.evil.example:8000", 421),
])  # fmt: skip
def test_a_foreign_host_name_is_refused(ask, host, status):
    """DNS rebinding: a page elsewhere that points its own name at 127.0.0.1 gets nothing."""
    assert ask(app(), "GET", "/", headers={"host": host}).status == status


def test_a_file_outside_static_cannot_be_reached(ask):
    """A name is looked up in the list of files; climbing out finds nothing."""
    for name in ("..%2fpreview.py", "%2e%2e/preview.py", "nothing.css", "../preview.py"):
        assert ask(app(), "GET", f"/static/{name}").status == 404


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


def test_a_taken_port_is_explained():
    """A port in use is a UsageError that names it and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port}") as caught:
            serve_app(app(), port=port)
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
