"""Betters the extracts of one draft by a model, inside its time and its cost.

Must not choose articles or change an extract. Invariants: as many summaries as were asked for, in their order, each
from the model ("llm", passed by the gate) or the extract with a flag that says why; done within `issue_s` and a
second, whatever the server does; what was answered before is not asked again.

Why this way: calls run in daemon threads that only talk to the server. Everything else (cache, gate, counting) is the
caller's thread, which stops listening at the deadline: a call that hangs where no time-out reaches (a name lookup, a
TLS handshake) then costs nothing but its thread. Near a token cap calls run one by one, since two that both turn out
dearer than estimated would exceed it by two calls.
"""

from __future__ import annotations

import hashlib
import json
import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from digest.curate.compose import Wanted
from digest.curate.llm.client import Answer, Client
from digest.curate.llm.gate import grounded
from digest.curate.llm.prompt import VERSION, Question, estimated_tokens, messages, most_tokens, question
from digest.curate.llm.settings import ModelSettings
from digest.errors import DigestError
from digest.model import Summary

GRACE_S = 0.4  # for an answer that its own time-out ends at the deadline to arrive
DAY = timedelta(hours=24)
MAX_REPLY = 4_000  # longer ones are refused unread

_PARAMETERS = {"temperature": 0}


class Cache(Protocol):
    """Where answers are kept; `store.summaries` is one."""

    def get(self, key: str) -> Mapping[str, Any] | None: ...
    def put(self, key: str, data: Mapping[str, Any], at: datetime) -> Mapping[str, Any]: ...
    def spent(self, since: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class _Job:
    """One article that needs a call. `estimate` and `most` are tokens."""

    place: int
    wanted: Wanted
    asked: Question
    key: str
    estimate: int
    most: int


@dataclass(slots=True)
class _Purse:
    """What may still be spent, by issue and by day, and what is promised to calls on their way."""

    issue_left: int
    day_left: int
    dearest: int = 0

    def refusal(self, job: _Job) -> str:
        """Why the job cannot be paid, by its estimate."""
        if job.estimate > self.issue_left:
            return "the tokens for one issue are used up"
        return "the tokens for one day are used up" if job.estimate > self.day_left else ""

    def has_room_beside(self, job: _Job, flying: Sequence[_Job]) -> bool:
        """Whether even the dearest outcome of the calls on their way leaves enough for this one."""
        promised = sum(max(one.most, self.dearest) for one in flying)
        return job.estimate + promised <= min(self.issue_left, self.day_left)

    def pay(self, tokens: int) -> None:
        self.issue_left -= tokens
        self.day_left -= tokens
        self.dearest = max(self.dearest, tokens)


class Writer:
    """A `Summarizer`: call it with what is wanted. One for each draft; the client outlives it."""

    def __init__(
        self,
        settings: ModelSettings,
        cache: Cache,
        client: Client,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        mark: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._settings, self._cache, self._client = settings, cache, client
        self._now, self._clock, self._mark = now, clock, mark

    def __call__(self, wanted: Sequence[Wanted]) -> list[Summary]:
        deadline = self._clock() + self._settings.issue_s
        made: dict[int, Summary] = {}
        jobs: list[_Job] = []
        for place, want in enumerate(wanted):
            known = self._known(place, want)
            if isinstance(known, Summary):
                made[place] = known
            else:
                jobs.append(known)
        if jobs:
            made |= dict(self._asked(jobs, deadline))
        return [made[place] for place in range(len(wanted))]

    def _known(self, place: int, want: Wanted) -> Summary | _Job:
        """What needs no call: articles as short as their summary, private ones, and those answered before."""
        article = want.stored.article
        if "whole" in want.extract.flags or want.sentences < 1 or not article.text.strip():
            return want.extract
        if article.origin.get("private") == "yes" and not self._settings.private:
            return _fallen_back(want, ("the article is private",))
        asked = question(
            article.title, article.text, language=want.language, sentences=want.sentences, max_chars=want.max_chars
        )
        key = cache_key(asked, self._settings.name)
        kept = self._kept(key)
        if kept is not None:
            return _judged(want, asked, str(kept["summary"]))
        if self._settings.key is None:
            return _fallen_back(want, ("its key cannot be read",))
        return _Job(place, want, asked, key, estimated_tokens(asked), most_tokens(asked))

    def _asked(self, jobs: Sequence[_Job], deadline: float) -> Iterator[tuple[int, Summary]]:
        purse = _Purse(self._settings.issue_tokens, self._settings.day_tokens - self._spent())
        waiting, flying = deque(jobs), dict[int, _Job]()
        landed: queue.SimpleQueue[tuple[int, Answer]] = queue.SimpleQueue()
        while waiting or flying:
            while waiting:
                job = waiting[0]
                why = "no time was left" if self._clock() >= deadline else self._client.closed()
                why = why or ("" if flying else purse.refusal(job))
                if not why and not self._may_fly(job, list(flying.values()), purse):
                    break
                waiting.popleft()
                if why:
                    yield job.place, _fallen_back(job.wanted, (why,))
                else:
                    flying[job.place] = job
                    self._launch(job, deadline, landed)
            if flying:
                try:
                    place, answer = landed.get(timeout=max(0.0, deadline + GRACE_S - self._clock()))
                except queue.Empty:
                    break
                yield place, self._taken(flying.pop(place), answer, purse)
        for job in flying.values():  # whoever still hangs is not waited for
            yield job.place, self._taken(job, Answer(None, None, "no answer came in time"), purse)
        for job in waiting:
            yield job.place, _fallen_back(job.wanted, ("no time was left",))

    def _may_fly(self, job: _Job, flying: Sequence[_Job], purse: _Purse) -> bool:
        """The first call of a process flies alone: it finds out what the server takes, and whether it is there."""
        if not flying:
            return True
        most = self._settings.threads if self._client.answered else 1
        return len(flying) < most and purse.has_room_beside(job, flying)

    def _launch(self, job: _Job, deadline: float, landed: queue.SimpleQueue[tuple[int, Answer]]) -> None:
        mark = self._mark()
        while mark in job.asked.text or mark in job.asked.title:
            mark = f"{mark}{secrets.token_hex(4)}"
        sent = messages(job.asked, mark)

        def call() -> None:
            try:
                answer = self._client.ask(sent, job.asked.answer_tokens, deadline)
            except Exception as error:  # a call may cost its item, never the draft
                answer = Answer(None, None, f"the call failed ({type(error).__name__})")
            landed.put((job.place, answer))

        threading.Thread(target=call, name="digest-model", daemon=True).start()

    def _taken(self, job: _Job, answer: Answer, purse: _Purse) -> Summary:
        """Count, judge and keep one answer."""
        tokens = job.estimate if answer.tokens is None else answer.tokens
        purse.pay(tokens)
        if answer.summary is None:
            if tokens:
                self._keep("", {"tokens": tokens})
            return _fallen_back(job.wanted, (answer.failure,))
        reply = answer.summary[: MAX_REPLY + 1]
        reasons = _refusals(job.asked, reply)
        data = {"summary": reply, "reasons": list(reasons), "tokens": tokens, "model": self._settings.name}
        stands = self._keep(job.key, data)
        return _judged(job.wanted, job.asked, str(stands.get("summary", reply)))

    def _kept(self, key: str) -> Mapping[str, Any] | None:
        try:
            kept = self._cache.get(key)
        except DigestError:
            return None
        return kept if kept is not None and isinstance(kept.get("summary"), str) else None

    def _keep(self, key: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """A database that cannot be written costs the cache, not the summary."""
        try:
            return self._cache.put(key, data, self._now())
        except DigestError:
            return data

    def _spent(self) -> int:
        try:
            return self._cache.spent(self._now() - DAY)
        except DigestError:
            return self._settings.day_tokens  # what is not known is not spent


def cache_key(asked: Question, model: str) -> str:
    """A hash of everything that makes an answer what it is."""
    parts = [
        VERSION, model, _PARAMETERS, asked.title, asked.text, asked.language, asked.sentences, asked.max_chars,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _judged(want: Wanted, asked: Question, reply: str) -> Summary:
    """The gate is asked again for what the cache holds: a stricter gate binds old answers too."""
    reasons = _refusals(asked, reply)
    return _fallen_back(want, reasons) if reasons else Summary(" ".join(reply.split()), source="llm")


def _refusals(asked: Question, reply: str) -> tuple[str, ...]:
    if len(reply) > MAX_REPLY:
        return (f"it is too long (more than {MAX_REPLY} characters)",)
    return grounded(
        reply, asked.text, title=asked.title, language=asked.language or None, sentences=asked.sentences,
        max_chars=asked.max_chars,
    )  # fmt: skip


def _fallen_back(want: Wanted, reasons: Sequence[str]) -> Summary:
    return replace(want.extract, flags=(*want.extract.flags, *(f"model: {reason}" for reason in reasons)))
