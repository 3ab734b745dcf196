"""When: `tick()` does what the schedule says, and an alarm clock calls it.

`decide` (pure: what is due, what is too late) - `tick` (idempotent; every process may call it, no leader) - `alarm`
(APScheduler, as alarm clock only) - `install` (cron and systemd lines).

Invariant: which issue exists is decided by the database's unique key, never by a clock, a lock or a job store: eight
processes ticking at once make one issue.
"""
