"""The other side of `guarded`: a process that reads one document after the other, until its input ends.

Run as `python -m digest.gather.worker MEMORY_BYTES DEADLINE_S`. Takes calls from standard input, gives results to
standard output, opens nothing. Invariant: it ends with the process that started it, when it was idle for a minute, or
when a document needs more memory or time than it may have, also when nobody is left to kill it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import select
import signal
import sys
from typing import Any

from digest.errors import SourceError
from digest.gather.guarded import read_message, write_message

IDLE_S = 60.0
_PACKAGE = "digest.gather."


def main() -> None:
    limit_memory(int(sys.argv[1]))
    deadline_s = float(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us; our input ends then
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the results
    _warm_up()
    while select.select([stdin], [], [], IDLE_S)[0]:
        message = read_message(stdin)
        if message is None:
            break
        signal.setitimer(signal.ITIMER_REAL, 2 * deadline_s)  # unhandled on purpose: it ends C code as well
        result = pickle.dumps(answer(message), pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_message(stdout, result)


def _warm_up() -> None:
    """Load what reading a feed needs while the first one is still on its way."""
    import digest.gather.kinds  # noqa: F401
    from digest.gather.feed import parse_feed

    body = b"<rss version='2.0'><channel><item><description>&lt;p&gt;a&lt;/p&gt;</description></item></channel></rss>"
    parse_feed(body, url="https://example.org/")


def limit_memory(size: int) -> None:
    """A document that wants more gets a MemoryError here instead of waking the kernel's out-of-memory killer."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # some systems know no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(message: bytes) -> tuple[str, Any]:
    """("done", result), ("failed", an expected error) or ("broke", why)."""
    function, arguments = pickle.loads(message)  # noqa: S301 - from the process that started us
    module, _, name = function.partition(":")
    try:
        return "done", getattr(importlib.import_module(_PACKAGE + module), name)(*arguments)
    except SourceError as error:
        return "failed", error
    except MemoryError:
        return "broke", "it needs too much memory"
    except RecursionError:
        return "broke", "it is nested too deeply"
    except Exception as error:  # a reader's own mistake must cost the document, not the run
        return "broke", f"{type(error).__name__}: {str(error)[:200]}"


if __name__ == "__main__":
    main()
