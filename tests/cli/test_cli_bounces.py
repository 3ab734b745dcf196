"""The commands around what comes back: the pipe, history, suppressions, and where it shows."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.cli import cli
from digest.cli.app import exit_code_of
from digest.deliver.intake.hooks.generic import sign
from digest.errors import DigestError
from digest.pipeline.intake import HookDesk
from digest.web.public import public_app
from digest.web.server import serve_app
from support_world import MONDAY, World, world

HOUR = timedelta(hours=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    """One issue, sent to three readers a day ago, with VERP."""
    with world(tmp_path, new_sqlite()) as made:
        made.configure(extra='[bounces]\naddress = "b+{token}@bounces.makers.example"\n')
        made.tick()
        made.feed.publish("Lamp night", MONDAY - HOUR)
        made.at(MONDAY + timedelta(minutes=1)).tick()
        yield made


def run(place: World, *arguments: str, stdin: bytes = b"", code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["--config", str(place.config_path), *arguments], input=stdin)
    wrong = result.exception if isinstance(result.exception, DigestError) else None
    assert (exit_code_of(wrong) if wrong else result.exit_code) == code, (result.output, result.exception)
    return result.output


def bounce(place: World, who: str, *, status: str = "5.1.1") -> bytes:
    sender = next(one.sender for one in place.sink.messages if who in one.recipients)
    return (
        f"Return-Path: <>\nTo: {sender}\nSubject: Undelivered\nDate: Mon, 23 Nov 2026 09:30:00 +0000\n"
        'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
        f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {who}\nAction: failed\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 \x1b[31m<b>user unknown</b>\n\n--b--\n"
    ).encode()


def test_the_pipe_acts_and_says_what_it_did(place: World) -> None:
    """A dry run changes nothing; the real one suppresses; again it is known; nonsense is no failure of a pipe."""
    raw = bounce(place, "ben@quay.example")
    assert "hard bounce 5.1.1: ben@quay.example" in run(place, "bounce", "--dry-run", stdin=raw)
    assert "Nobody is suppressed" in run(place, "subscribers", "suppressions", "list")
    assert "suppressed until lifted" in run(place, "bounce", stdin=raw)
    assert "known already" in run(place, "bounce", stdin=raw)
    assert "nothing of ours" in run(place, "bounce", stdin=b"Subject: hello\n\nhello\n")
    [facts] = json.loads(run(place, "bounce", "--json", stdin=raw))
    assert facts["what"] == "report" and facts["acts"][0]["trust"] == "token"


def test_a_pipe_that_cannot_record_keeps_the_message(place: World) -> None:
    """Without its database the exit code is 75: the mail server tries again, and nothing is lost."""
    raw = bounce(place, "ben@quay.example")
    Path(place.database_url.removeprefix("sqlite:///")).rename(place.folder / "away.db")
    assert "not there" in run(place, "bounce", stdin=raw, code=75)


def test_files_are_read_one_by_one(place: World) -> None:
    """Saved messages as arguments."""
    (place.folder / "one.eml").write_bytes(bounce(place, "ben@quay.example"))
    (place.folder / "two.eml").write_bytes(bounce(place, "cai@quay.example", status="5.2.2"))
    output = run(place, "bounce", str(place.folder / "one.eml"), str(place.folder / "two.eml"))
    assert "hard bounce" in output and "soft bounce 5.2.2: cai@quay.example - recorded" in output


def test_history_tells_everything_in_order(place: World) -> None:
    """Consent, delivery, bounce with its words made harmless, suppression, lifting: each with its time."""
    run(place, "bounce", stdin=bounce(place, "ben@quay.example"))
    run(place, "subscribers", "suppress", "ben@quay.example", "--lift")
    moments = json.loads(run(place, "subscribers", "history", "Ben@Quay.example", "--json"))
    assert [one["what"] for one in moments][:3] == ["imported", "accepted", "bounce_hard"]
    assert {one["what"] for one in moments[3:]} == {"suppressed", "unsuppressed"}
    [back] = [one for one in moments if one["what"] == "bounce_hard"]
    assert back["issue"] == "weekly/1" and "\x1b" not in back["detail"] and "<b>user unknown" in back["detail"]
    assert "bounce_hard" in run(place, "subscribers", "history", "ben@quay.example")
    assert "Nothing is known" in run(place, "subscribers", "history", "nobody@quay.example")


def test_it_shows_in_the_issue_and_in_status(place: World) -> None:
    """Delivered, bounced later: beside the recipient, in the issue's figures, and in status."""
    run(place, "bounce", stdin=bounce(place, "ben@quay.example"))
    rows = json.loads(run(place, "issue", "recipients", "weekly/1", "--json"))
    assert {row["address"]: [one["kind"] for one in row["came_back"]] for row in rows} == {
        "ana@quay.example": [], "ben@quay.example": ["bounce_hard"], "cai@quay.example": [],
    }  # fmt: skip
    assert "hard bounce 5.1.1, 2026-11-23 09:30" in run(place, "issue", "recipients", "weekly/1")
    shown = run(place, "issue", "show", "weekly/1")
    assert "came back: 1 hard bounce (33.3 %) of 3" in shown and "came back from quay.example" in shown
    assert "came back: 1 hard bounce" in run(place, "status")
    issues = json.loads(run(place, "status", "--json"))["digests"][0]["issues"]
    assert issues[0]["came_back"]["hard"] == 1


def test_suppressions_travel_and_are_lifted_by_pattern(place: World) -> None:
    """Export, a new installation's import, and the removal of a provider's bad day, with nobody else's."""
    run(place, "bounce", stdin=bounce(place, "ben@quay.example"))
    run(place, "subscribers", "suppress", "cai@quay.example", "--reason", "asked by phone")
    run(place, "subscribers", "suppressions", "export", str(place.folder / "out.csv"))
    for reason, left in (("hard bounce", ["cai@quay.example"]), ("asked", [])):
        output = run(
            place, "subscribers", "suppressions", "remove", "--domain", "quay.example", "--reason", reason, "-y"
        )
        assert "1 may be mailed again" in output
        assert [
            one["address"] for one in json.loads(run(place, "subscribers", "suppressions", "list", "--json"))
        ] == left
    assert "2 addresses, 2 of them new" in run(
        place, "subscribers", "suppressions", "import", str(place.folder / "out.csv")
    )
    assert "asked by phone" in run(place, "subscribers", "suppressions", "list")
    run(place, "subscribers", "suppressions", "remove", code=2)
    (place.folder / "bad.csv").write_text("nobody\nx@quay.example\n")
    assert "line 1" in run(place, "subscribers", "suppressions", "import", str(place.folder / "bad.csv"), code=3)


def test_a_webhook_over_the_wire(place: World) -> None:
    """Signed: recorded and acted on. Replayed: known. Unsigned, unknown, too large, GET: refused, unheard."""
    (place.folder / "hook-key").write_text("k1")
    (place.folder / "hook-key").chmod(0o600)
    place.configure(extra='[webhook.relay]\nkey = { file = "hook-key" }\n')
    body = json.dumps([{"kind": "complaint", "address": "ben@quay.example", "at": "2026-11-23T10:00:00Z"}]).encode()
    place.at(MONDAY + 2 * HOUR)
    stamp = str(int(place.clock.timestamp()))
    signed = {"Digest-Signature": f"t={stamp},v1={sign('k1', stamp, body)}"}
    with place.workspace() as workspace:
        started, stop, url = threading.Event(), threading.Event(), []

        def on_started(address: str) -> None:
            url.append(address)
            started.set()

        app = public_app(None, HookDesk(workspace))  # type: ignore[arg-type]
        server = threading.Thread(target=serve_app, args=(app,), kwargs={"on_started": on_started, "stop": stop})
        server.start()
        try:
            assert started.wait(10)

            def post(path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
                request = urllib.request.Request(url[0] + path, data=data, headers=headers)
                try:
                    with urllib.request.urlopen(request, timeout=10) as answer:
                        return answer.status, answer.read().decode()
                except urllib.error.HTTPError as error:
                    return error.code, ""

            assert post("/hooks/relay", body, {})[0] == 403
            assert post("/hooks/other", body, signed)[0] == 404
            assert post("/hooks/relay", body + b" ", signed)[0] == 403
            assert post("/hooks/relay", b"x" * (1024 * 1024 + 1), signed)[0] == 413
            assert post("/hooks/relay", None, signed)[0] == 405
            assert not workspace.store.audience.suppressions()
            assert post("/hooks/relay", body, signed) == (200, "1 recorded\n")
            assert post("/hooks/relay", body, signed) == (200, "known already\n")
            assert [one.reason for one in workspace.store.audience.suppressions()] == ["complaint"]
        finally:
            stop.set()
            server.join(10)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('[bounces]\nimap = "imaps://u:secret@mail.example/INBOX"\n', "no place for secrets"),
        ('[bounces]\nimap = "mail.example"\n', "not the address of a mailbox"),
        ('[bounces]\nimap = "imaps://u@mail.example/INBOX"\n', "has no password beside it"),
        ('[bounces]\nmove_to = "Done"\n', "there is none"),
        ("[webhook.mailgun]\n", "has no key"),
        ("[webhook.ses]\n", "which topic"),
        ('[webhook.x]\nkind = "mailjet"\nkey = { env = "K" }\n', "not a choice"),
    ],
)
def test_mistakes_in_the_configuration_are_told_with_their_line(place: World, table: str, words: str) -> None:
    """Each names the setting and what to write instead."""
    place.configure(extra=table)
    output = run(place, "check", code=2)
    assert words in output and "Try:" in output and "secret@" not in output
