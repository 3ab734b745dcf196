"""`digest doctor`: does the world let us send? What receivers look up about a sender, looked up beforehand.

Reading order: `finding` (one judgement) - `sender` (what is examined) - `policies` (SPF, DKIM, DMARC, bounces, reverse
names) - `door`, `relays` (knocking at each relay) - `unsubscribing` (one click) - `examination` (all of them, within
a time).
Below them `spf` with `macros` (RFC 7208), `records` (DKIM and DMARC), `domains` (public suffixes) and `dns`.

Must not send a message, change anything, or read a clock, a file or the environment beyond what its callers hand in
(the relays' check has the system's trust store). Invariant: fails only for what was seen to be wrong; what could not be
looked at is "unknown".
"""
