"""One-click unsubscribing as mail programs do it: a POST to the address in List-Unsubscribe (RFC 8058).

Two are sent. The first holds a token of ours that belongs to nobody, so it changes nothing and must be answered 200;
the second a forged one that must not be. So a page that says 200 to everything is not taken for `digest serve`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from digest.deliver.doctor.finding import Finding, Status, fail, ok, unknown, warn
from digest.deliver.doctor.sender import Sender
from digest.errors import FetchError

Post = Callable[[str], int]  # a token -> the status of the answer; raises `FetchError`
_AREA = "unsubscribe"


def unsubscribe(sender: Sender, post: Post | None, *, probe: str, forged: str) -> Iterator[Finding]:
    """`post` None: there is no database to make a token of ours with."""
    if sender.public_url is None:
        yield warn(
            _AREA,
            "unsubscribing is by mail only; Gmail and Yahoo want one click from who writes to many",
            'run digest serve behind your web server and write public_url = "https://..." in [site]',
            bulk=True,
        )
        return
    if post is None:
        yield unknown(_AREA, f"{sender.public_url} was not asked: there is no database yet", "digest db create")
        return
    try:
        first, second = post(probe), post(forged)
    except FetchError as error:
        why = f"{error.what}: {error.why}" if error.why else error.what
        yield fail(_AREA, f"{sender.public_url} does not answer a POST: {why}", _FIX, bulk=True)
        return
    yield _judged(sender.public_url, first, second)


_FIX = "run digest serve (digest schedule shows a systemd unit) and let your web server pass /u/ on to it"


def _judged(url: str, first: int, second: int) -> Finding:
    if first == 200 and second != 200:
        return ok(_AREA, f"{url} answers a one-click POST (seen from this machine)")
    if first == 200:
        what = f"{url} says 200 to a forged link too: something else answers there"
    elif 300 <= first < 400:
        what = (
            f"{url} answers a POST with a redirect ({first}), which mail programs do not follow (RFC 8058 section 3.1)"
        )
    elif first in (401, 403):
        what = f"{url} wants a login or refuses ({first}); a mail program has no cookie and no account"
    elif first == 404:
        what = f"{url} does not know our links (404): another site answers, or digest serve has another database"
    else:
        what = f"{url} answers a POST with {first}"
    return Finding(_AREA, Status.FAIL, what, _FIX, bulk=True)
