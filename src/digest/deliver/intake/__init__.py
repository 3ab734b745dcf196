"""Intake: what comes back after a message was handed over becomes events.

Reading order: `reading.read_mail` (one message, in the order of trust) - `evidence` (whom it is about) - `reports`
(RFC 3464, RFC 5965) - `status` (what a refusal means) - `asking` (wishes to leave, automatic replies) - `guessing`
(bounces without structure) - `mime` (the bounded parser under all of them). `mailboxes` fetches messages by IMAP and
from a Maildir; `hooks/` reads signed webhooks.

Does not know who is on a list and changes nothing: `pipeline.intake` hands the events to the store, which knows the
delivery, and to `audience.suppression`, which knows the rules. Invariants: whatever a stranger writes costs that
message alone; a forged token leaves no trace; every reader gives the same events for the same bytes, so that reading
twice is as good as once.
"""

# Nothing is imported here: a configuration loads `settings`, and must not pay for the parsers.
