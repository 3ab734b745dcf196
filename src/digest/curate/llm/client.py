"""Asks one OpenAI-compatible endpoint and makes a value of whatever comes back.

Must not judge a summary, keep one, or raise: trouble is an `Answer` that says why. Invariants: the key goes to the
configured origin only, no redirect is followed; a call that cannot succeed any more today (refused key, unknown model,
five failures in a row) is not made again; no attempt begins after its deadline.

Why this way: servers differ in what they accept, not in what they are asked. The form of the request is a ladder
(json_schema, json_object, nothing; `max_tokens` by its older or newer name; with or without a temperature), stepped
down when a server refuses it, and remembered: probing costs one refused call for each step, once.
"""

from __future__ import annotations

import email.utils
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from digest.curate.llm.prompt import SCHEMA
from digest.curate.llm.settings import ModelSettings
from digest.errors import FetchError
from digest.http import EndpointHttp, Response, split_endpoint

RETRIES = 2
FAILURES = 5  # in a row, before the server is left alone
PAUSE_S = 900.0  # how long: the rest of any command, not the rest of a server's life
BACKOFF_S = 0.5
MIN_LEFT_S = 0.05
MAX_BYTES = 1024 * 1024

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_REFUSALS = {
    401: "the server refuses the key (401)",
    402: "the account has no credit left (402)",
    403: "the server refuses the key (403)",
    404: "there is no such model or address (404)",
}
_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """`summary` as the server gave it, or None and `failure`; `tokens` is what it cost, None where it is not known."""

    summary: str | None
    tokens: int | None = 0
    failure: str = ""
    final: bool = False  # the next call would fail as well
    wait_s: float | None = None  # may be asked again, not sooner than this


@dataclass(frozen=True, slots=True)
class Form:
    """How a request is put. `format` is the rung of the ladder."""

    format: str = "json_schema"
    limit: str = "max_tokens"
    temperature: bool = True

    def body(self, model: str, messages: Sequence[Mapping[str, str]], answer_tokens: int) -> dict[str, Any]:
        body: dict[str, Any] = {"model": model, "messages": list(messages), self.limit: answer_tokens, "stream": False}
        if self.temperature:
            body["temperature"] = 0
        if self.format == "json_schema":
            wanted = {"name": "summary", "strict": True, "schema": SCHEMA}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        elif self.format == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def simpler(self, complaint: str) -> Form | None:
        """The next form to try after a server refused this one; None when there is none."""
        if self.limit == "max_tokens" and "max_completion_tokens" in complaint:
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in complaint:
            return replace(self, temperature=False)
        rungs = {"json_schema": "json_object", "json_object": "text"}
        return replace(self, format=rungs[self.format]) if self.format in rungs else None


class Client:
    """One endpoint, for as long as the process runs; safe to share between threads."""

    def __init__(
        self,
        settings: ModelSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        origin, path = split_endpoint(settings.url.rstrip("/") + "/chat/completions")
        self.form = Form()
        self.answered = False  # whether the server has said anything yet: before that, one call at a time
        self._http = EndpointHttp(origin, timeout_s=settings.call_s, max_bytes=MAX_BYTES)
        self._path, self._settings = path, settings
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until, self._why = 0.0, ""

    def closed(self) -> str:
        """Why the server is left alone for now; "" when it is not."""
        with self._lock:
            return self._why if self._clock() < self._closed_until else ""

    def ask(self, messages: Sequence[Mapping[str, str]], answer_tokens: int, deadline: float) -> Answer:
        """One question, asked again where that may help; ends by `deadline` on the clock, name lookups apart."""
        answer = Answer(None, failure="no time was left")
        for attempt in range(1 + RETRIES):
            left = deadline - self._clock()
            if left < MIN_LEFT_S:
                break
            answer = self._put(messages, answer_tokens, min(self._settings.call_s, left), deadline)
            if answer.wait_s is None or attempt == RETRIES:
                break
            wait = max(answer.wait_s, BACKOFF_S * 2**attempt * (0.5 + self._chance()))
            if self._clock() + wait > deadline - MIN_LEFT_S:
                break
            self._sleep(wait)
        self._remember(answer, deadline)
        return answer

    def _put(
        self, messages: Sequence[Mapping[str, str]], answer_tokens: int, timeout_s: float, deadline: float
    ) -> Answer:
        """One attempt, down the ladder where the server refuses the form of the question."""
        while True:
            form = self.form
            body = json.dumps(form.body(self._settings.name, messages, answer_tokens), ensure_ascii=False).encode()
            try:
                response = self._http.post(self._path, body=body, headers=self._headers(), timeout_s=timeout_s)
            except FetchError as error:
                dead = error.what == "no connection"
                return Answer(None, tokens=0 if dead else None, failure=error.what)
            self.answered = True
            timeout_s = min(timeout_s, deadline - self._clock())
            if not (_refuses_form(response) and self._step_down(form, response) and timeout_s > MIN_LEFT_S):
                return read_answer(response)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        return headers | {"Authorization": f"Bearer {self._settings.key}"} if self._settings.key else headers

    def _step_down(self, used: Form, response: Response) -> bool:
        """Whether there is another form to try; another thread may have found it already."""
        with self._lock:
            if self.form is used:
                simpler = used.simpler(response.data[:4000].decode("utf-8", "replace"))
                if simpler is None:
                    return False
                self.form = simpler
            return True

    def _remember(self, answer: Answer, deadline: float) -> None:
        with self._lock:
            if answer.summary is not None:
                self._failures = 0
                return
            self._failures += 1
            now = self._clock()
            if answer.final:
                self._closed_until, self._why = now + PAUSE_S, answer.failure
            elif answer.wait_s is not None and now + answer.wait_s > deadline:
                self._closed_until = now + min(answer.wait_s, PAUSE_S)
                self._why = answer.failure
            elif self._failures >= FAILURES:
                self._closed_until = now + PAUSE_S
                self._why = f"left alone after {self._failures} failures, the last: {answer.failure}"
                self._failures = 0


def _refuses_form(response: Response) -> bool:
    """Bad requests; and errors of a server whose grammar engine does not take the schema."""
    if response.status in (400, 415, 422):
        return True
    said = response.data[:4000].lower()
    return response.status in (500, 501) and any(w in said for w in (b"response_format", b"json_schema", b"grammar"))


def read_answer(response: Response) -> Answer:
    """What an answer of the server means. Pure, but for the clock that a Retry-After date is read against."""
    status = response.status
    if 300 <= status < 400:
        return Answer(None, failure=f"the server sends elsewhere ({status}), which is not followed", final=True)
    if status in _REFUSALS:
        return Answer(None, failure=_REFUSALS[status], final=True)
    if status in _AGAIN:
        why = "the server is asked too often (429)" if status == 429 else f"the server has a fault ({status})"
        return Answer(None, failure=why, wait_s=_retry_after(response.headers.get("retry-after", "")))
    if status != 200:
        return Answer(None, failure=f"the server refuses the request ({status})")
    try:
        data = json.loads(response.data)
    except (ValueError, RecursionError):
        return Answer(None, tokens=None, failure="the answer is not JSON")
    tokens = _tokens(data)
    summary, failure = _summary(data)
    return Answer(summary, tokens, failure)


def _retry_after(written: str) -> float:
    """Seconds, or a date (RFC 9110 section 10.2.3); 0 where there is nothing to read."""
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", written.strip()):
        return float(written)
    try:
        until = email.utils.parsedate_to_datetime(written)
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _tokens(data: Any) -> int | None:
    usage = data.get("usage") if isinstance(data, dict) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and total > 0 else None


def _summary(data: Any) -> tuple[str | None, str]:
    """The summary, or why there is none."""
    try:
        choice = data["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        return None, "the answer has no message"
    if refusal:
        return None, "the model declines"
    if choice.get("finish_reason") == "length":
        return None, "the reply was cut off"
    if not isinstance(content, str) or not content.strip():
        return None, "the reply is empty"
    for found in _objects(_THINKING.sub("", content)):
        if "summary" in found:
            summary = found["summary"]
            if not isinstance(summary, str):
                return None, "the reply's summary is not text"
            return (summary.strip(), "") if summary.strip() else (None, "the reply is empty")
    return None, "the reply is not the JSON that was asked for"


def _objects(content: str) -> Iterator[dict[str, Any]]:
    """JSON objects in a text, from its first brace on: models wrap them in words and fences."""
    decoder = json.JSONDecoder()
    at = content.find("{")
    for _ in range(20):
        if at < 0:
            return
        try:
            found, end = decoder.raw_decode(content, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(found, dict):
                yield found
        at = content.find("{", end)
