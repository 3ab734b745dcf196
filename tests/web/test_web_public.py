"""The unsubscribe pages: what a scanner, a mail program and a reader may do with a link."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import threading

import pytest

from digest.errors import StoreError, TokenError
from digest.web.public import Unsubscription, public_app
from digest.web.server import serve_app

TOKEN = "A" * 38


class Service:
    """One subscriber, and a count of what was really changed."""

    def __init__(self, **words: str) -> None:
        self.active, self.calls, self.changes = True, 0, 0
        self.words = {
            "list_title": "Riverside <Weekly>", "site_name": "Riverside Makers",
            "site_url": "https://riverside-makers.example", "address_masked": "a•••@example.org",
        } | words  # fmt: skip

    def describe(self, token: str) -> Unsubscription:
        if token != TOKEN:
            raise TokenError("this link was not made by us")
        return Unsubscription(**self.words, active=self.active)

    def unsubscribe(self, token: str) -> Unsubscription:
        self.calls += 1
        self.describe(token)
        self.changes += self.active
        self.active = False
        return self.describe(token)


def test_reading_the_page_changes_nothing(ask):
    """GET and HEAD, however often, leave the subscription active and show one POST form without a target elsewhere."""
    service = Service()
    app = public_app(service)
    for method in ("GET", "HEAD", "GET"):
        assert ask(app, method, f"/u/{TOKEN}").status == 200
    page = ask(app, "GET", f"/u/{TOKEN}").text
    assert service.calls == 0 and service.active
    assert page.count("<form") == 1 and '<form method="post">' in page and page.count("<button") == 1
    assert "<script" not in page and "Riverside &lt;Weekly&gt;" in page and "a•••@example.org" in page


def test_one_click_post_acts_at_once_and_every_time(ask):
    """A mail program's POST answers 200 in plain text, without cookie or redirect, and repeating it changes nothing."""
    service = Service()
    app = public_app(service)
    for _ in range(3):
        answer = ask(
            app, "POST", f"/u/{TOKEN}", body=b"List-Unsubscribe=One-Click",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain")
        assert "set-cookie" not in answer.headers and "location" not in answer.headers
        assert "unsubscribed" in answer.text
    assert service.changes == 1 and not service.active


def test_one_click_as_multipart_acts_too(ask):
    """RFC 8058 allows multipart/form-data: such a POST gets the short plain answer as well."""
    service = Service()
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    answer = ask(
        public_app(service),
        "POST",
        f"/u/{TOKEN}",
        body=body,
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain") and service.changes == 1


def test_the_button_leads_to_a_page_that_confirms(ask):
    """A person's POST answers 200 with an HTML page, and the link afterwards says that it is done already."""
    service = Service()
    app = public_app(service)
    answer = ask(app, "POST", f"/u/{TOKEN}")
    assert answer.status == 200 and "<h1>You are unsubscribed</h1>" in answer.text
    assert 'href="https://riverside-makers.example"' in answer.text
    assert "You are already unsubscribed" in ask(app, "GET", f"/u/{TOKEN}").text


def test_a_site_address_that_is_not_http_is_not_linked(ask):
    """A javascript: address in the configuration never becomes a link."""
    service = Service(site_url="javascript:alert(1)")
    assert "javascript:" not in ask(public_app(service), "POST", f"/u/{TOKEN}").text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_token_changes_nothing_and_helps(ask, method):
    """A token that is not ours is 404 with what to do instead, and the service's words are not shown."""
    service = Service()
    answer = ask(public_app(service), method, "/u/forged", body=b"List-Unsubscribe=One-Click")
    assert answer.status == 404 and service.changes == 0
    assert "reply to the email" in answer.text and "forged" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(ask, method):
    """Only GET, HEAD and POST exist on a link; the answer names them."""
    service = Service()
    answer = ask(public_app(service), method, f"/u/{TOKEN}")
    assert answer.status == 405 and service.calls == 0
    assert {"GET", "HEAD", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))


def test_a_huge_body_is_refused_without_acting(ask):
    """A body beyond any form of ours is 413 and nobody is unsubscribed."""
    service = Service()
    assert ask(public_app(service), "POST", f"/u/{TOKEN}", body=b"x" * 20_000).status == 413
    assert service.calls == 0


def test_trouble_with_the_database_says_that_nothing_was_recorded(ask):
    """A store that refuses is 503 with Retry-After, so that a mail program tries again, and hides its message."""
    service = Service()

    def refuse(token: str) -> Unsubscription:
        raise StoreError("locked", where="/srv/secret.db")

    service.unsubscribe = refuse  # type: ignore[method-assign]
    answer = ask(public_app(service), "POST", f"/u/{TOKEN}", body=b"List-Unsubscribe=One-Click")
    assert answer.status == 503 and answer.headers["retry-after"] == "60"
    assert "secret" not in answer.text and "not recorded" in answer.text


@pytest.mark.parametrize(("method", "target"), [
    ("GET", f"/u/{TOKEN}"), ("POST", f"/u/{TOKEN}"), ("GET", "/u/bad"), ("GET", "/"), ("PUT", f"/u/{TOKEN}"),
    ("GET", "/healthz"),
])  # fmt: skip
def test_every_answer_carries_the_security_headers(ask, method, target):
    """Pages, errors and plain answers alike: no cache, no referrer, no index, no sniffing, nothing loads."""
    headers = ask(public_app(Service()), method, target).headers
    assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"].startswith("noindex") and headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "frame-ancestors 'none'" in policy
    assert "script-src" not in policy and "unsafe" not in policy


def test_the_style_is_the_one_the_policy_allows(ask):
    """The hash in the policy is that of the page's only style element, so browsers apply it."""
    answer = ask(public_app(Service()), "GET", f"/u/{TOKEN}")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_over_a_real_connection():
    """Served by uvicorn, a POST over a socket unsubscribes; the server says nothing of itself and stops on request."""
    service, stop, started = Service(), threading.Event(), threading.Event()
    urls: list[str] = []

    def on_started(url: str) -> None:
        urls.append(url)
        started.set()

    thread = threading.Thread(
        target=serve_app, args=(public_app(service),), kwargs={"on_started": on_started, "stop": stop}, daemon=True
    )
    thread.start()
    assert started.wait(10)
    connection = http.client.HTTPConnection(urls[0].removeprefix("http://"), timeout=10)
    connection.request("POST", f"/u/{TOKEN}", body="List-Unsubscribe=One-Click")
    answer = connection.getresponse()
    assert answer.status == 200 and answer.getheader("server") is None and service.changes == 1
    connection.close()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
