"""The other side of `confined`: a process that compiles one issue after the other, until its input ends.

Run as `python -m digest.render.worker CPU_S MEMORY_BYTES`. Takes pickled calls from standard input, gives JSON to
standard output, reads template files and opens nothing else. Invariant: it ends with the process that started it, when
it was idle for a minute, or when a template needs more time or memory than it may have, also when nobody is left to
kill it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import resource
import select
import signal
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from digest.errors import DigestError, TemplateError
from digest.render.confined import read_message, write_message
from digest.render.issue import compile_here
from digest.render.precheck import CheckedEnvironment
from digest.render.precheck.mistakes import OutOfTime, packed
from digest.render.segments import pieces_to_plain
from digest.render.templates import Templates

IDLE_S = 60.0
RELIEF_BYTES = 64 * 1024**2  # to tell of a template that has used up what it may


def main() -> None:
    cpu_s, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    CheckedEnvironment.relief = staticmethod(lambda: limit_memory(memory_bytes + RELIEF_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us; our input ends then
    signal.signal(signal.SIGPROF, _out_of_time)
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the results
    while select.select([stdin], [], [], IDLE_S)[0]:
        message = read_message(stdin)
        if message is None:
            break
        with limited(cpu_s, memory_bytes):
            answer = json.dumps(answered(message)).encode("ascii")
        write_message(stdout, answer)


def limit_memory(size: int) -> None:
    """A template that wants more gets a MemoryError instead of waking the kernel's out-of-memory killer."""
    with contextlib.suppress(ValueError, OSError):  # some systems know no such limit
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


@contextlib.contextmanager
def limited(cpu_s: int, memory_bytes: int) -> Iterator[None]:
    """An exception after `cpu_s` seconds of work, which names the template's line; for what no exception reaches, the
    end of the process."""
    limit_memory(memory_bytes)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + 3 * cpu_s + 1, hard))
    signal.setitimer(signal.ITIMER_PROF, cpu_s, cpu_s)  # again: the first may fall where exceptions are swallowed
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _out_of_time(*_: object) -> None:
    raise OutOfTime


@lru_cache(maxsize=4)
def _templates(dirs: tuple[Path, ...]) -> Templates:
    """Kept, because compiling a template takes 50 ms; changed files are noticed."""
    return Templates(dirs)


def answered(message: bytes) -> dict[str, Any]:
    """{"compiled": …}, {"template_error": …} or {"error": what, where, why, try}."""
    dirs, what = pickle.loads(message)  # noqa: S301 - from the process that started us
    try:
        made = compile_here(templates=_templates(dirs), **what)
    except TemplateError as error:
        return {"template_error": packed(error)}
    except DigestError as error:
        return {"error": [error.what, error.where, error.why, error.try_]}
    except MemoryError:
        return {"template_error": _exhausted("needs too much memory", what["template"])}
    except OutOfTime:
        return {"template_error": _exhausted("takes too long", what["template"])}
    return {
        "compiled": {
            "mjml": made.mjml,
            "html": made.html,
            "rich": pieces_to_plain(made.rich),
            "plain": pieces_to_plain(made.plain),
            "html_bytes": made.html_bytes,
            "nonce": made.nonce,
            "places": made.places,
        }
    }


def _exhausted(how: str, template: str) -> dict[str, Any]:
    """Where the limit was met while our own code read what the template had printed."""
    name, try_ = f"{template}.mjml", "look for a loop that repeats too much"
    return packed(TemplateError(f"the template {how}", file=name, why="it prints more than can be read", try_=try_))


if __name__ == "__main__":
    main()
