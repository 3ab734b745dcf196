"""Several questions to several hosts, all answered or given up by one moment.

Does not know what is asked. Invariants: questions to one host are asked one after the other; `ask_by_host` returns at
`until` at the latest, whatever the network does; a question that breaks costs itself.

Why this way: a thread pool waits for its threads when it is closed, and the program for the pool. A thread that hangs
in an answer which never comes is left behind here; being a daemon, it ends with its own request's limits or with us.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

from digest.gather.asking import host_of

Question = TypeVar("Question")
Answer = TypeVar("Answer")
THREADS = 8


def ask_by_host(
    questions: Sequence[Question],
    address: Callable[[Question], str],
    ask: Callable[[Question], Answer],
    *,
    until: float,
    threads: int = THREADS,
) -> dict[int, Answer | Exception]:
    """The answers, by place in `questions`; what was not answered by `until` (monotonic) is missing."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        groups[host_of(address(question))].append(place)
    waiting: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
    for group in groups.values():
        waiting.put(group)
    answers: queue.SimpleQueue[tuple[int, Answer | Exception]] = queue.SimpleQueue()

    def work() -> None:
        while time.monotonic() < until:
            try:
                group = waiting.get_nowait()
            except queue.Empty:
                return
            for place in group:
                if time.monotonic() >= until:
                    return
                try:
                    answers.put((place, ask(questions[place])))
                except Exception as error:  # whatever it is, it belongs to this question
                    answers.put((place, error))

    for number in range(min(threads, len(groups))):
        threading.Thread(target=work, name=f"recheck-{number}", daemon=True).start()
    found: dict[int, Answer | Exception] = {}
    while len(found) < len(questions) and (left := until - time.monotonic()) > 0:
        try:
            place, answer = answers.get(timeout=left)
        except queue.Empty:
            break
        found[place] = answer
    return found
