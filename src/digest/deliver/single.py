"""One message that no ledger knows, over a connection of its own: a test, a notice."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from digest.deliver.judging import judge, judge_loss
from digest.deliver.settings import RelaySettings
from digest.deliver.smtp import Answer, Broken, Channel
from digest.deliver.smtp.commands import problem_of
from digest.errors import RelayError
from digest.model import DeliveryState, Message, Outcome

T = TypeVar("T")
_TICK_S = 0.1


async def hand_over(
    message: Message, relay: RelaySettings, *, now: Callable[[], datetime], context: ssl.SSLContext | None
) -> Outcome:
    """What became of it. Raises `RelayError` when the relay takes no mail now."""
    if context is None and relay.tls != "none":
        context = ssl.create_default_context()
    errand = _Errand(message, relay, now)
    channel = Channel(relay, errand, context=context)
    await channel.open()
    try:
        return await _patiently(channel, errand.result)
    finally:
        if channel.closed or errand.result.exception() is not None:
            channel.abandon()
        else:
            channel.quit()
            await _patiently(channel, errand.gone)


async def _patiently(channel: Channel, future: asyncio.Future[T]) -> T:
    while not future.done():
        await asyncio.wait({future}, timeout=_TICK_S)
        channel.check_time(asyncio.get_running_loop().time())
    return future.result()


class _Errand:
    """Satisfies `smtp.channel.Owner` for one message."""

    def __init__(self, message: Message, relay: RelaySettings, now: Callable[[], datetime]) -> None:
        self._message, self._relay, self._now = message, relay, now
        self.result: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_ready(self, channel: Channel) -> None:
        assert channel.session is not None
        if problem := problem_of(self._message, channel.session.offers):
            outcome = Outcome(DeliveryState.REFUSED, self._now(), None, problem.enhanced, problem.words, "code")
            self.result.set_result(outcome)
            return
        channel.session.begin(channel.session.add(self._message))

    def on_answer(self, channel: Channel, answer: Answer) -> None:
        judged = judge(answer, self._relay, self._now())
        self._tell(judged.outcome, judged.trouble)

    def on_quiet(self, channel: Channel) -> None:
        return None

    def on_broken(self, channel: Channel, broken: Broken) -> None:
        if not self.gone.done():
            self.gone.set_result(None)
        if self.result.done():
            return
        if broken.error is not None:
            self.result.set_exception(broken.error)
            return
        assert channel.session is not None
        complete = channel.session.must_wait and broken.kind != "goodbye"
        judged = judge_loss(broken.why, self._relay, self._now(), complete=complete)
        self._tell(judged.outcome, judged.trouble)

    def on_failure(self, error: BaseException) -> None:
        if not self.result.done():
            self.result.set_exception(error)

    def _tell(self, outcome: Outcome, trouble: RelayError | None) -> None:
        if outcome.kind is DeliveryState.QUEUED and trouble is not None:
            self.result.set_exception(trouble)
        else:
            self.result.set_result(outcome)
