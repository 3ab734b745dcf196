"""The nouns: frozen dataclasses that travel between the stages, one file per family.

`article` (Document, Article, ParsedFeed, Summary) - `issue` (Period, Issue, Item, IssueRow, IssueState) -
`edits` (Override, Edits) - `approval` (Approval, Approved) - `amendment` -
`delivery` (Recipient, Message, Outcome, Accounting, Report) - `feedback` (what comes back) - `subscriber` -
`address` (EmailAddress, Mailbox) - `token` (signed links; pure) - `plain` (to and from JSON values).

Does not read a clock, a file, the environment or a database. Nothing here knows a stage.
"""

from digest.model.address import EmailAddress, Mailbox, has_control, is_reserved_domain
from digest.model.amendment import Amendment
from digest.model.approval import Approval, Approved
from digest.model.article import Article, Author, Document, Enclosure, Image, ParsedFeed, StoredArticle, Summary
from digest.model.delivery import Accounting, DeliveryState, Message, Outcome, Recipient, Report
from digest.model.edits import OVERRIDE_KINDS, Edits, Override
from digest.model.feedback import (
    EventKind,
    History,
    Known,
    MailEvent,
    Rates,
    Recorded,
    RecordedEvent,
    Stop,
    Traces,
    Trust,
)
from digest.model.issue import Issue, IssueRow, IssueState, Item, Period, Sending, Site
from digest.model.plain import from_plain, to_plain
from digest.model.subscriber import RejectedRow, Subscriber, SubscriberRow, SubscriptionStatus, Suppression
from digest.model.token import (
    BounceClaims,
    Claims,
    Purpose,
    message_id_for,
    read_bounce_token,
    read_token,
    sign_bounce_token,
    sign_token,
)

__all__ = [
    "OVERRIDE_KINDS", "Accounting", "Amendment", "Approval", "Approved", "Article", "Author",
    "BounceClaims", "Claims", "DeliveryState", "Document",
    "Edits", "EmailAddress", "Enclosure", "EventKind", "History", "Image", "Issue", "IssueRow", "IssueState", "Item",
    "Known", "MailEvent", "Mailbox", "Message", "Outcome", "Override", "ParsedFeed", "Period", "Purpose", "Rates",
    "Recipient", "Recorded", "RecordedEvent", "RejectedRow", "Report", "Sending", "Site", "Stop", "StoredArticle",
    "Subscriber", "SubscriberRow", "SubscriptionStatus", "Summary", "Suppression", "Traces", "Trust", "from_plain",
    "has_control", "is_reserved_domain", "message_id_for", "read_bounce_token", "read_token", "sign_bounce_token",
    "sign_token", "to_plain",
]  # fmt: skip
