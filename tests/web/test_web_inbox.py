"""The demo's inbox in the browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from digest.web.inbox import inbox_app

MESSAGE = (
    b"From: Riverside Makers <digest@riverside-makers.example>\r\nTo: a@example.com\r\nSubject: Hi\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nin <words>\r\n'
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>in colour</p>\r\n--b--\r\n"
)


@dataclass(frozen=True)
class Mail:
    subject: str
    data: bytes = MESSAGE
    envelope_from: str = "digest@riverside-makers.example"
    envelope_to: tuple[str, ...] = ("a@example.com",)
    received_at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    message_id: str = "1@x"


class Source:
    def __init__(self, *mails: Mail) -> None:
        self.messages = list(mails)


def test_the_list_shows_each_message_newest_first(ask):
    """Every message is one link, with recipient and escaped subject, the last one on top."""
    page = ask(
        inbox_app(Source(Mail("First <one>"), Mail("Second")), preview_url="http://127.0.0.1:9/"), "GET", "/"
    ).text
    assert page.index("/message/2") < page.index("/message/1")
    assert "First &lt;one&gt;" in page and "2 messages" in page and "http://127.0.0.1:9/" in page


def test_a_message_shows_its_parts_headers_and_envelope(ask):
    """HTML in a sandboxed frame, text, source, headers and envelope; the last message has no next one."""
    app = inbox_app(Source(Mail("Hi")))
    page = ask(app, "GET", "/message/1").text
    assert "in &lt;words&gt;" in page and "List-Unsubscribe-Post" in page and "digest@riverside-makers.example" in page
    assert 'src="/message/1/frame?scheme=dark"' in page and "allow-scripts" not in page and "Next" not in page
    frame = ask(app, "GET", "/message/1/frame")
    assert "in colour" in frame.text and "default-src 'none'" in frame.headers["content-security-policy"]


def test_an_empty_inbox_and_an_unknown_message(ask):
    """No mail yet is a page that says so; a number that does not exist is 404."""
    app = inbox_app(Source())
    assert "Nothing has arrived yet" in ask(app, "GET", "/").text
    assert ask(app, "GET", "/message/1").status == 404 and ask(app, "GET", "/message/0").status == 404


def test_a_message_without_html_opens_as_text(ask):
    """A text-only or damaged message shows its text view first."""
    app = inbox_app(Source(Mail("t", b"Subject: t\r\n\r\nonly text\r\n"), Mail("j", b"\xff\x00junk")))
    assert 'value="text" data-key="t" checked' in ask(app, "GET", "/message/1").text
    assert ask(app, "GET", "/message/2").status == 200


def test_the_inbox_asks_for_its_token(ask):
    """The demo inbox is as closed as the preview."""
    app = inbox_app(Source(Mail("Hi")), token="t")
    assert ask(app, "GET", "/").status == 403 and ask(app, "GET", "/message/1/frame").status == 403
