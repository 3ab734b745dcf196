"""Asking sources for their articles: decide, fetch, interpret. The edge of this room.

    gather_source   one source: due? -> what is it? -> conditional requests -> unchanged? -> read -> pages -> articles
    gather_all      several at once, one host never twice at the same time

Does not know which articles are new: it returns what the source says now. Invariant: `gather_source` never raises for
what a source does; a failure is a value that says what, where, why and what to try, and keeps what was known, so that a
failed source never reads as "nothing new".
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlsplit

from digest.errors import FetchError, SourceError
from digest.gather import guarded
from digest.gather.asking import Asking, Held, Http, HttpAnswer
from digest.gather.discovery import NothingFound
from digest.gather.folder import read_folder
from digest.gather.round import Round, Unfriendly
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState, after_failure, state_for, wait_until
from digest.model import Article

__all__ = ["Gathered", "Http", "HttpAnswer", "gather_all", "gather_source"]

Status = Literal["new", "unchanged", "not_due", "failed"]
NO_POLL = timedelta(0)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What asking one source gave.

    "new": `articles` is what it says now, known ones among them, but for those whose page was read before and of which
    the list says nothing else; `listed` names all on the lists (guid, else address, else title). "unchanged": it holds
    what it held. "not_due": its server asked for patience until `state` says. "failed": `error` is the whole message.
    """

    source: SourceSettings
    status: Status
    state: FetchState
    articles: tuple[Article, ...] = ()
    error: str = ""
    title: str = ""
    warnings: tuple[str, ...] = ()
    http_status: int | None = None
    listed: tuple[str, ...] = ()

    @property
    def health(self) -> str:
        """ "ok", "degraded" (missing for a week) or "gone" (switched off until its address is changed)."""
        return self.state.health


def gather_source(
    source: SourceSettings,
    state: FetchState,
    *,
    http: Http,
    now: datetime,
    force: bool = False,
    poll: timedelta = NO_POLL,
    reader: guarded.Reader | None = None,
    asking: Asking | None = None,
) -> Gathered:
    """Ask one source. `force` asks although the server said to wait (impolite), and reads again what did not change.

    `poll`: a clock that asks over and over passes how far apart it may do so at least; a person or an issue does not.
    `asking` is shared by the sources of one run.
    """
    try:
        if source.kind == "files":
            return _gather_files(source, state, now, force)
        known = state_for(state, source.url or "")
        return _gather_web(source, known, asking or Asking(http, now), reader or guarded.shared, force, poll)
    except Unfriendly as error:
        return _refused(source, error, now)
    except Held as held:
        known = replace(state_for(state, source.url or ""), hold_until=held.until)
        return Gathered(source, "not_due", known, title=_title(source, known))
    except NothingFound as error:
        known = state_for(state, source.url or "")
        tried = {**known.tried, **dict.fromkeys(error.tried, now)}
        return _failed(source, replace(known, tried=tried), str(error), now, None)
    except SourceError as error:
        status = error.status if isinstance(error, FetchError) else None
        return _failed(source, state, str(error), now, status)


def gather_all(
    sources: Sequence[SourceSettings],
    states: Mapping[str, FetchState],
    *,
    http: Http,
    now: datetime,
    force: bool = False,
    poll: timedelta = NO_POLL,
    threads: int = 8,
    on_result: Callable[[Gathered], None] | None = None,
) -> list[Gathered]:
    """Ask several sources, in the order given in the answer. `states` by source name; `on_result` sees each as it
    comes, never two at once. Sources of one host wait for one another; a 429 or 503 holds the rest of its host back.
    """
    by_host: dict[str, list[SourceSettings]] = defaultdict(list)
    for source in sources:
        by_host[_host(source)].append(source)
    if any(source.kind != "files" for source in sources):
        guarded.shared.start()
    asking = Asking(http, now)
    results: dict[str, Gathered] = {}
    report = threading.Lock()

    def ask_host(group: list[SourceSettings]) -> None:
        for source in group:
            state = states.get(source.name) or FetchState()
            gathered = gather_source(source, state, http=http, now=now, force=force, poll=poll, asking=asking)
            with report:
                results[source.name] = gathered
                if on_result is not None:
                    on_result(gathered)

    with ThreadPoolExecutor(max_workers=max(1, threads), thread_name_prefix="gather") as pool:
        for future in [pool.submit(ask_host, group) for group in by_host.values()]:
            future.result()
    return [results[source.name] for source in sources]


def _gather_web(
    source: SourceSettings, state: FetchState, asking: Asking, reader: guarded.Reader, force: bool, poll: timedelta
) -> Gathered:
    if state.gone and not force:
        return _switched_off(source, state)
    until = wait_until(state, asking.now, poll=poll)
    if until is not None and not force:
        return Gathered(source, "not_due", state, title=_title(source, state))
    done = Round(source, state, asking, reader, force=force).run()
    articles = tuple(_with_defaults(article, source) for article in done.articles)
    return Gathered(
        source,
        "new" if done.read_list or articles else "unchanged",
        done.state,
        articles,
        title=_title(source, done.state),
        warnings=tuple(_masked(warning, source) for warning in done.warnings),
        http_status=done.http_status,
        listed=done.listed,
    )


def _with_defaults(article: Article, source: SourceSettings) -> Article:
    """The settings' language where the source says none, and the mark of what only we may see."""
    origin = dict(article.origin)
    language = article.language
    if not language and source.language:
        language, origin["language"] = source.language, "settings"
    if source.is_private:
        origin["private"] = "yes"
    return article if origin == article.origin else replace(article, language=language, origin=origin)


_ADVICE = {
    401: "the source needs a key: set headers for it",
    403: "the site refuses programs or this machine; ask its operator to allow your User-Agent",
    404: "check the address: the feed may have moved",
    410: "the feed is gone for good: remove the source or set its new address",
    429: "nothing: it will be asked again when the server allows it",
    503: "nothing: it will be asked again when the server allows it",
}


def _refused(source: SourceSettings, refusal: Unfriendly, now: datetime) -> Gathered:
    """An answer other than 200 and 304 from the source's own address."""
    answer, state = refusal.answer, refusal.state
    default = "try again later; if it stays, tell the site's operator" if answer.status >= 500 else "check the address"
    why = "a protection service asks for a browser" if "cf-mitigated" in answer.headers else ""
    after = after_failure(state, error="", now=now, status=answer.status, headers=answer.headers)
    if answer.status in (404, 410) and source.kind == "auto" and state.found_url:
        # What was found at a plain address is gone; the address may offer something else now.
        after = replace(after, found_kind="", found_url="", gone=False)
    if after.health == "degraded" and after.missing_since is not None:
        why = f"since {after.missing_since:%Y-%m-%d}; from now on it is asked once a day"
    error = FetchError(
        f"the server answered {answer.status}", where=answer.url, why=why, try_=_ADVICE.get(answer.status, default)
    )
    text = _masked(str(error), source)
    return Gathered(
        source, "failed", replace(after, last_error=text), error=text, title=_title(source, after),
        http_status=answer.status,
    )  # fmt: skip


def _switched_off(source: SourceSettings, state: FetchState) -> Gathered:
    """410 is the publisher's own word that there will be nothing more; nobody is asked again."""
    since = f" on {state.last_attempt_at:%Y-%m-%d}" if state.last_attempt_at else ""
    error = FetchError(
        "this source is switched off",
        where=source.url or source.name,
        why=f"its server answered 410 (gone for good){since}",
        try_=f"remove [source.{source.name}] or set its new address; to ask again: digest gather {source.name} --force",
    )
    return Gathered(
        source, "failed", state, error=_masked(str(error), source), title=_title(source, state), http_status=410
    )


def _failed(source: SourceSettings, state: FetchState, error: str, now: datetime, status: int | None) -> Gathered:
    known, text = state_for(state, source.url or ""), _masked(error, source)
    after = after_failure(known, error=text, now=now, status=status)
    return Gathered(source, "failed", after, error=text, title=_title(source, known), http_status=status)


def _masked(text: str, source: SourceSettings) -> str:
    """Without the source's key, which stands in the address of some APIs."""
    for secret in (source.key, quote(source.key, safe="")):
        text = text.replace(secret, "***") if len(secret) >= 4 else text
    return text


def _title(source: SourceSettings, state: FetchState) -> str:
    return source.title or state.title or source.name


def _gather_files(source: SourceSettings, state: FetchState, now: datetime, force: bool) -> Gathered:
    if source.path is None:
        raise FetchError("a folder source has no path", where=source.name, try_='set path = "articles"')
    folder = read_folder(source.path, source=source)
    known = state_for(state, "")
    unchanged = bool(known.last_success_at) and folder.marks == dict(known.files) and not force
    after = replace(
        known,
        files=folder.marks,
        last_attempt_at=now,
        last_success_at=now,
        failures=0,
        last_error="",
        title=source.title,
    )
    return Gathered(
        source,
        "unchanged" if unchanged else "new",
        after,
        () if unchanged else folder.articles,
        title=source.title or source.name,
        warnings=folder.warnings,
        listed=() if unchanged else tuple(article.guid for article in folder.articles),
    )


def _host(source: SourceSettings) -> str:
    if source.url is None:
        return f"files:{source.name}"
    try:
        return (urlsplit(source.url).hostname or source.name).lower()
    except ValueError:
        return source.name
