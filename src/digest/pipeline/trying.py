"""One test message to one address: the real next issue, marked as a test, with inert tokens and no ledger row.

With nothing new it uses the latest articles and says so. Consumes, plans and numbers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from digest.errors import DigestError, UsageError
from digest.model import EmailAddress, IssueState, Message, Outcome, Recipient, Subscriber, message_id_for
from digest.pipeline.drafting import Drafted, draft
from digest.pipeline.freezing import render, render_content
from digest.pipeline.gathering import enroll, gather
from digest.pipeline.issuing import Found, find
from digest.pipeline.listing import locale_of
from digest.pipeline.rechecking import DEADLINE_S, draft_checked
from digest.pipeline.signing import signed
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import StoredArticle

INERT_TOKEN = "t" * 38
HASTY_S = 5.0  # whoever looks at a preview waits for it


@dataclass(frozen=True, slots=True)
class Trial:
    """A test message, ready to send, and whether it had to be made of old articles."""

    drafted: Drafted
    message: Message
    sample: bool


def next_issue(workspace: Workspace, digest: str, *, gather_first: bool, test: bool = False) -> tuple[Found, Drafted]:
    """The next issue as it stands now; of the latest articles, marked `sample`, when nothing is new."""
    found = find(workspace, digest)
    if found.row is not None and found.row.state in (IssueState.DONE, IssueState.CANCELLED):
        from digest.pipeline.issuing import coming

        found = coming(workspace, found)
    if gather_first:
        gather(workspace, workspace.sources_of(digest))
    enroll(workspace, digest, period=found.period)
    number = found.row.number if found.row and found.row.number else workspace.store.issues.next_number(digest)
    scheduled = min(found.period.end, workspace.now()).replace(microsecond=0) if test else found.period.end
    deadline_s = DEADLINE_S if gather_first else HASTY_S

    def redraft(stories: Sequence[StoredArticle], *, sample: bool = False) -> Drafted:
        return draft(
            workspace,
            digest,
            found.period,
            number=number,
            scheduled_for=scheduled,
            candidates=stories,
            test=test,
            sample=sample,
        )

    drafted = draft_checked(workspace, digest, redraft, deadline_s=deadline_s)
    if drafted.issue.items:
        return found, drafted
    settings = workspace.digest(digest)
    latest = workspace.store.articles.recent(workspace.sources_of(digest), settings.curate.max_articles)
    sample = partial(redraft, sample=True)
    return found, draft_checked(workspace, digest, sample, sample=latest, deadline_s=deadline_s)


def prepare(
    workspace: Workspace, digest: str, address: str, *, as_subscriber: str | None = None, gather_first: bool = True
) -> Trial:
    """Build the test message. Raises `UsageError` when there is no article at all to show."""
    to = EmailAddress.parse(address)
    _, drafted = next_issue(workspace, digest, gather_first=gather_first, test=True)
    if not drafted.issue.items:
        raise UsageError(
            f"digest {digest} has no article to show yet",
            try_="digest gather, and look at what it says of each source",
        )
    seen_by = _subscriber(workspace, digest, as_subscriber) if as_subscriber else None
    locale = (seen_by.locale if seen_by else "") or locale_of(workspace, digest)
    rendition = render(workspace, drafted, locale=locale)
    return Trial(drafted, rendition.fill(trial_recipient(workspace, digest, to, seen_by)), drafted.issue.sample)


def send(workspace: Workspace, digest: str, trial: Trial) -> Outcome:
    """Hand the test message to the digest's relay. Raises `RelayError` when it cannot be reached."""
    from digest.deliver import send_one

    return send_one(signed(workspace, trial.message), workspace.config.relays[workspace.digest(digest).relay])


def show_for_review(workspace: Workspace, drafted: Drafted, address: str) -> None:
    """Mail the drafted issue to one approver, marked as a test. Raises `DigestError` when the relay refuses it."""
    from digest.deliver import send_one

    digest = drafted.issue.digest
    marked = replace(drafted.issue, sending=replace(drafted.issue.sending, test=True, date=workspace.now()))
    recipient = trial_recipient(workspace, digest, EmailAddress.parse(address))
    message = render_content(workspace, marked).fill(recipient)
    outcome = send_one(signed(workspace, message), workspace.config.relays[workspace.digest(digest).relay])
    if outcome.kind != "accepted":
        raise DigestError("the relay did not take the preview", where=address, why=outcome.server_text)


def trial_recipient(
    workspace: Workspace, digest: str, to: EmailAddress, seen_by: Subscriber | None = None
) -> Recipient:
    """A recipient whose links do nothing: forwarding a test to a colleague must not unsubscribe anybody."""
    key_id, keys = workspace.store.signing_keys()
    now = workspace.now()
    return Recipient(
        delivery_id=0,
        subscriber_id=0,
        address=str(to),
        name=seen_by.name if seen_by else "",
        locale=seen_by.locale if seen_by else "",
        timezone=seen_by.timezone if seen_by else "",
        topics=seen_by.topics if seen_by else None,
        tokens={"unsubscribe": INERT_TOKEN},
        message_id=message_id_for(keys[key_id], issue=f"test/{digest}/{now.isoformat()}/{to}", subscriber_id=0),
    )


def _subscriber(workspace: Workspace, digest: str, text: str) -> Subscriber:
    from digest.pipeline.listing import read_list

    read_list(workspace, workspace.digest(digest).list)
    key = EmailAddress.parse(text).key
    known = workspace.store.audience.find(key)
    if not known:
        raise UsageError(f"{text} is on no list", try_="digest subscribers list, or leave out --as")
    return known[0]
