"""What comes back, through the whole program: mailboxes, pipe, refusals, rules, and what people are shown of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model import DeliveryState, EventKind, IssueRow
from digest.pipeline.intake import Taken, learn_refusals, look, take_mail
from digest.pipeline.tracing import history_of
from support_imap import ImapServer
from support_world import MONDAY, World, world

MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(weeks=1)
VERP = '[bounces]\naddress = "b+{token}@bounces.makers.example"\n'


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    """Three readers; VERP is on; nothing is sent yet."""
    with world(tmp_path, new_sqlite()) as made:
        made.configure(extra=VERP)
        made.tick()
        yield made


def send_issue(place: World, week: int = 0) -> IssueRow:
    """The issue of that week, sent to everybody who may have it."""
    place.feed.publish(f"Lamp night {week}", MONDAY + week * WEEK - HOUR)
    place.at(MONDAY + week * WEEK + MINUTE).tick()
    return place.issues()[-1]


def envelope_of(place: World, who: str, *, last: int = 0) -> str:
    senders = [one.sender for one in place.sink.messages if who in one.recipients]
    return senders[-1 - last]


def bounce(to: str, who: str, *, status: str = "5.1.1", said: str = "550 5.1.1 user unknown", day: str = "23") -> bytes:
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered\n"
        f"Date: Mon, {day} Nov 2026 09:30:00 +0000\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {who}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n\n--b--\n"
    ).encode()


def complaint(place: World, who: str) -> bytes:
    returned = next(one.data.decode() for one in place.sink.messages if who in one.recipients)
    return (
        "From: feedback@provider.example\nTo: digest@riverside-makers.example\nSubject: complaint\n"
        "Date: Mon, 23 Nov 2026 11:00:00 +0000\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="f"\n\n'
        "--f\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nUser-Agent: X/1\n\n"
        f"--f\nContent-Type: message/rfc822\n\n{returned}\n--f--\n"
    ).encode()


def take(place: World, raw: bytes, *, dry_run: bool = False) -> Taken:
    with place.workspace() as workspace:
        return take_mail(workspace, raw, source="pipe", dry_run=dry_run)


def suppressed(place: World) -> dict[str, str]:
    with place.workspace() as workspace:
        return {one.address: one.reason for one in workspace.store.audience.suppressions()}


def test_a_dead_mailbox_is_not_mailed_again(place: World) -> None:
    """A hard bounce, proven by the envelope's token: suppressed for ever; the next issue skips it, counted."""
    send_issue(place)
    place.at(MONDAY + HOUR)
    taken = take(place, bounce(envelope_of(place, "ben@quay.example"), "ben@quay.example"))
    assert taken.ours and taken.acts[0].stopped is not None and taken.acts[0].stopped.until is None
    row = send_issue(place, 1)
    counts = place.accounting(row)
    assert (counts.accepted, counts.skipped, sum(counts.reasons.values())) == (2, 1, 1)
    assert place.mailed().count("ben@quay.example") == 1 and suppressed(place) == {
        "ben@quay.example": "hard bounce (5.1.1)"
    }


def test_reading_twice_is_as_good_as_once(place: World) -> None:
    """The same bounce again, after the operator lifted its suppression: known already, nothing follows."""
    send_issue(place)
    raw = bounce(envelope_of(place, "ben@quay.example"), "ben@quay.example")
    assert take(place, raw).acts[0].news
    with place.workspace() as workspace:
        assert workspace.store.audience.unsuppress("ben@quay.example", at=place.clock)
    assert not take(place, raw).acts[0].news and suppressed(place) == {}


def test_a_forged_bounce_changes_nothing(place: World) -> None:
    """A changed token, an address alone, another issue's Message-ID: recorded as unproven at most, never acted on."""
    send_issue(place)
    real = envelope_of(place, "ben@quay.example")
    at = real.index("+") + 5
    changed = real[:at] + ("a" if real[at] != "a" else "b") + real[at + 1 :]
    stranger = place.sink.messages[0].data.decode().replace("Message-ID: <", "Message-ID: <aaaa")
    with_foreign_id = bounce("digest@riverside-makers.example", "ben@quay.example").replace(
        b"--b--", b"--b\nContent-Type: message/rfc822\n\n" + stranger.encode() + b"\n--b--"
    )
    forgeries = [bounce(changed, "ben@quay.example"), bounce("digest@riverside-makers.example", "ben@quay.example")]
    for raw in forgeries:
        taken = take(place, raw)
        assert not taken.ours and not taken.acts[0].proven
    take(place, with_foreign_id)
    row = place.issues()[0]
    with place.workspace() as workspace:
        assert workspace.store.events.counts(row.id) == {}
        assert workspace.store.events.rates(row.id)[0].hard == 0
    assert "ben@quay.example" not in suppressed(place)


def test_a_complaint_ends_it_for_good(place: World) -> None:
    """The returned message holds our Message-ID and link, which prove whose it is; it outlives re-import."""
    send_issue(place)
    [acted] = take(place, complaint(place, "cai@quay.example")).acts
    assert acted.event.kind is EventKind.COMPLAINT and acted.proven and acted.key == "cai@quay.example"
    place.people("ana@quay.example", "ben@quay.example")
    send_issue(place, 1)
    place.people("ana@quay.example", "ben@quay.example", "CAI@Quay.Example")
    send_issue(place, 2)
    assert place.mailed().count("cai@quay.example") + place.mailed().count("CAI@Quay.Example") == 1


def test_three_full_mailboxes_in_a_row_rest_for_thirty_days(place: World) -> None:
    """Two do nothing; the third suppresses until thirty days later; then mail goes out again."""
    for week in range(3):
        send_issue(place, week)
        assert suppressed(place) == {}
        day = f"{(MONDAY + week * WEEK).day:02d}"
        raw = bounce(envelope_of(place, "ben@quay.example"), "ben@quay.example", status="5.2.2",
                     said="552 5.2.2 mailbox full", day=day)  # fmt: skip
        place.at(place.clock + HOUR)
        take(place, raw.replace(b"Nov 2026", f"{MONDAY + week * WEEK:%b %Y}".encode()))
    assert suppressed(place) == {"ben@quay.example": "bounces of 3 issues in a row"}
    for week in range(3, 8):
        send_issue(place, week)
    # Weeks 3 to 6 begin within thirty days of the third bounce, week 7 after them.
    assert place.mailed().count("ben@quay.example") == 4


def test_a_refusal_of_how_we_send_is_not_held_against_the_reader(place: World) -> None:
    """5.7.x by mail: counted for the issue and its provider, and the reader stays."""
    row = send_issue(place)
    raw = bounce(envelope_of(place, "ben@quay.example"), "ben@quay.example", status="5.7.26", said="550 5.7.26 DMARC")
    take(place, raw)
    with place.workspace() as workspace:
        whole, provider = workspace.store.events.rates(row.id)
    assert (whole.policy, whole.sent, provider.provider) == (1, 3, "quay.example") and suppressed(place) == {}


def test_a_server_that_refuses_to_our_face_says_the_same(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    """550 5.1.1 at RCPT: suppressed by the run itself; asked again, nothing is told twice."""
    with world(tmp_path, new_sqlite(), refuse={"ben@quay.example": "550 5.1.1 user unknown"}.get) as place:
        place.tick()
        row = send_issue(place)
        assert suppressed(place) == {"ben@quay.example": "hard bounce (5.1.1)"}
        with place.workspace() as workspace:
            assert learn_refusals(workspace, row.id) == []
            assert workspace.store.events.rates(row.id)[0].bounce_rate == pytest.approx(1 / 3)
            history = [(one.what, one.issue) for one in history_of(workspace, "ben@quay.example")]
        assert history[0][0] == "imported" and ("refused (code)", "weekly/1") in history
        assert history[-1][0] == "suppressed"


def test_naming_somebody_to_retry_lifts_what_a_bounce_suppressed(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    """`issue retry weekly/1 ben`: the operator knows that the mailbox is there now. A complaint would stand."""
    from digest.pipeline import steering

    answers = {"ben@quay.example": "550 5.1.1 user unknown"}
    with world(tmp_path, new_sqlite(), refuse=answers.get) as place:
        place.tick()
        row = send_issue(place)
        answers.clear()
        with place.workspace() as workspace:
            steering.retry(workspace, row, addresses=["Ben@quay.example"], by="test")
        place.at(place.clock + MINUTE).tick()
        assert place.mailed().count("ben@quay.example") == 1 and suppressed(place) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Subject: unsubscribe {token}\n\n",
        "Subject: =?utf-8?Q?unsubscribe_{quoted}?=\n\n",
        "Subject: Re: unsubscribe {token}\nContent-Type: text/html\n\n<p>Sent from my phone</p>",
        "Subject: Re: Lamp night\nIn-Reply-To: <{message_id}>\n\nUnsubscribe.\n\nOn Monday X wrote:\n> Lamp night\n",
        "Subject: Re: Lamp night\nIn-Reply-To: <{message_id}>\n\nBitte abmelden!\n",
    ],
    ids=["mailto", "encoded", "html", "reply", "reply in German"],
)
def test_who_asks_by_mail_to_leave_is_gone(place: World, text: str) -> None:
    """From the next issue on, in the database and in the file beside the list; the address is not suppressed."""
    send_issue(place)
    with place.workspace() as workspace:
        row = place.issues()[0]
        recipient = workspace.store.issues.recipient(row.id, "ana@quay.example")
        assert recipient is not None
    sent = next(one.data.decode() for one in place.sink.messages if "ana@quay.example" in one.recipients)
    message_id = sent.split("Message-ID: <")[1].split(">")[0]
    raw = f"From: Ana <ana@quay.example>\nTo: digest@riverside-makers.example\n{text}".format(
        token=recipient.tokens["unsubscribe"],
        quoted=recipient.tokens["unsubscribe"].replace("_", "=5F"),
        message_id=message_id,
    )
    for _ in range(2):
        assert take(place, raw.encode()).acts[0].left == ("members",)
    assert "ana@quay.example" in (place.folder / "subscribers.unsubscribed.csv").read_text()
    send_issue(place, 1)
    assert place.mailed().count("ana@quay.example") == 1 and suppressed(place) == {}


def test_a_wish_that_proves_nothing_is_left_to_a_person(place: World) -> None:
    """The word from anybody's From address, or a link below a friendly answer, takes nobody off."""
    send_issue(place)
    sent = next(one.data.decode() for one in place.sink.messages if "ana@quay.example" in one.recipients)
    for raw in (
        "From: ana@quay.example\nSubject: unsubscribe\n\nunsubscribe\n",
        f"From: ana@quay.example\nSubject: Re: Lamp night\n\nLovely issue!\n\n> {sent[:3000]}",
    ):
        taken = take(place, raw.encode())
        assert not taken.ours and not taken.acts
    with place.workspace() as workspace:
        assert workspace.store.audience.size("members") == 3


def test_a_bounce_makes_an_uncertain_delivery_certain(place: World) -> None:
    """What came back had arrived: uncertain becomes accepted, and is not sent again."""
    row = send_issue(place)
    with place.workspace() as workspace:
        import sqlalchemy as sa

        from digest.store.schema import delivery

        with workspace.store.database.write() as connection:
            mine = delivery.c.key == "ben@quay.example"
            connection.execute(sa.update(delivery).where(mine).values(state="uncertain"))
    take(place, bounce(envelope_of(place, "ben@quay.example"), "ben@quay.example"))
    with place.workspace() as workspace:
        [found] = [one for one in workspace.store.issues.deliveries(row.id) if one.address == "ben@quay.example"]
    assert (found.state, found.reason) == (DeliveryState.ACCEPTED, "resolved")


def imap_settings(place: World, server: ImapServer) -> str:
    secret = place.folder / "imap-password"
    secret.write_text("secret")
    secret.chmod(0o600)
    return f'{VERP}imap = "{server.url}"\npassword = {{ file = "imap-password" }}\nmove_to = "Done"\n'


def test_every_tick_looks_into_the_mailbox_before_it_sends(place: World) -> None:
    """A complaint that lies in the mailbox when the next issue is due keeps that reader out of it."""
    with ImapServer() as server:
        server.folders["Done"] = []
        send_issue(place)
        place.configure(extra=imap_settings(place, server))
        server.deliver(b"Subject: a letter to the editors\n\nHello.\n")
        server.deliver(complaint(place, "cai@quay.example"))
        send_issue(place, 1)
        assert place.mailed().count("cai@quay.example") == 1 and place.mailed().count("ana@quay.example") == 2
        assert (server.uids(), server.uids("Done")) == ([1], [2]) and server.flags(1) == set()


def test_a_mailbox_that_fails_stops_nothing_and_is_told_once(place: World) -> None:
    """The issue goes out, one notice a day reaches the operator, `status` says what is wrong until it works again."""
    from digest.pipeline.overview import overview

    with ImapServer(password="another") as server:
        place.configure(extra=imap_settings(place, server) + '[notify]\nemail = "op@quay.example"\n')
        send_issue(place)
        place.at(place.clock + 10 * MINUTE).tick()
        told = [one for one in place.sink.messages if "op@quay.example" in one.recipients]
        notices = [one for one in told if b"mailbox" in one.data]
        assert len(notices) == 1 and place.mailed().count("ana@quay.example") == 1
        with place.workspace() as workspace:
            assert any("wrong password" in line for line in overview(workspace).trouble)
        server.password = "secret"
        place.at(place.clock + 10 * MINUTE).tick()
        with place.workspace() as workspace:
            assert overview(workspace).trouble == ()


def test_a_hostile_message_costs_itself_alone(place: World) -> None:
    """Between two bounces lie bombs; both bounces are acted on, in bounded time."""
    with ImapServer() as server:
        server.folders["Done"] = []
        send_issue(place)
        place.configure(extra=imap_settings(place, server))
        server.deliver(bounce(envelope_of(place, "ana@quay.example"), "ana@quay.example"))
        deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
        server.deliver(b"Subject: deep\n" + deep)
        server.deliver(b"Subject: " + b"=?utf-8?B?" + b"A" * 900_000 + b"?=\n\n\0\0\0")
        server.deliver(b"X: y\n" * 180_000 + b"\nbody")
        server.deliver(b"--" * 400_000)
        server.deliver(b"")
        server.deliver(bounce(envelope_of(place, "ben@quay.example"), "ben@quay.example"))
        with place.workspace() as workspace:
            [found] = look(workspace)
        assert found.look is not None and (found.look.read, found.look.ours) == (7, 2)
        assert set(suppressed(place)) == {"ana@quay.example", "ben@quay.example"}
