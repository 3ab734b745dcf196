"""Small worlds for the store's tests: articles, lists, a frozen issue, a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from digest.model import (
    Article,
    DeliveryState,
    Issue,
    IssueRow,
    IssueState,
    Item,
    Mailbox,
    Outcome,
    Period,
    Sending,
    Site,
    SubscriberRow,
)
from digest.store import ArticleRecord, Candidate, Frozen, RenditionData, Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def record(
    name: str = "one",
    *,
    source: str = "blog",
    published: datetime | None = NOW,
    guid: str = "",
    urls: Sequence[str] | None = None,
    content_hash: str = "h",
    views: int | None = None,
    title: str = "",
) -> ArticleRecord:
    addresses = [f"https://makers.example/{name}"] if urls is None else list(urls)
    article = Article(
        source=source, guid=guid or name, url=addresses[0] if addresses else None, title=title or name.title(),
        text=f"Words about {name}.", published=published, views=views,
    )  # fmt: skip
    aliases = (f"guid:{source}:{guid or name}", *(f"url:{address}" for address in addresses))
    return ArticleRecord(article, aliases, content_hash)


def subscriber(mailbox: str, /, **changes: object) -> SubscriberRow:
    values: dict[str, object] = {"address": f"{mailbox}@people.example", "key": f"{mailbox.lower()}@people.example"}
    return SubscriberRow(**(values | changes))  # type: ignore[arg-type]


def people(count: int) -> list[SubscriberRow]:
    return [subscriber(f"p{number:06d}") for number in range(count)]


def period(week: int = 0) -> Period:
    end = NOW + 7 * DAY * week
    return Period(f"{end:%Y-%m-%dT%H:%M}@UTC", end - 7 * DAY, end)


def content(row: IssueRow, items: Sequence[Item] = (), *, list_name: str = "members", subject: str = "News") -> Issue:
    return Issue(
        digest=row.digest, title="Weekly", number=row.number, period=row.period,
        site=Site("Makers", "https://makers.example", "1 Quay Street"),
        sending=Sending(Mailbox.parse("Makers <digest@makers.example>"), NOW, "weekly.makers.example", "makers.example",
                        "digest@makers.example"),
        subject=subject, preheader="And more", items=tuple(items), list_name=list_name,
    )  # fmt: skip


def candidates(store: Store, list_name: str = "members", skips: Mapping[str, str] | None = None) -> list[Candidate]:
    list_id = store.audience.list_id(list_name)
    return [
        Candidate(
            subscriber_id=person.id, address=person.address, key=person.key, list_id=list_id, name=person.name,
            locale=person.locale, timezone=person.timezone, topics=person.topics,
            tokens={"unsubscribe": f"token-{person.id}"}, message_id=f"m{person.id}",
            skip=skip or (skips or {}).get(person.key, ""),
        )
        for person, skip in store.audience.candidates(list_name, "every")
    ]  # fmt: skip


def planned(store: Store, week: int = 0, *, digest: str = "weekly") -> IssueRow:
    when = period(week)
    row, _ = store.issues.plan(digest, "every", when, scheduled_for=when.end, at=NOW)
    store.issues.number(row.id)
    return store.issues.get(row.id)


def frozen(
    store: Store,
    count: int = 5,
    *,
    week: int = 0,
    consumed: Mapping[int, int | None] | None = None,
    left_over: Sequence[int] = (),
    skips: Mapping[str, str] | None = None,
) -> IssueRow:
    """An issue frozen for `count` people of the list "members"."""
    if store.audience.size("members") != count:
        store.audience.sync_list("members", people(count), at=NOW)
    row = planned(store, week)
    items = [
        Item(article_id=one.id, title=one.article.title, url=one.article.url, summary="Short.")
        for one in store.articles.get([key for key, position in (consumed or {}).items() if position is not None])
    ]
    bundle = Frozen(
        issue=content(row, items),
        renditions=[RenditionData("en", "ltr", b"segments"), RenditionData("ar", "rtl", b"\x00\xff")],
        consumed=consumed or {},
        left_over=left_over,
        candidates=iter(candidates(store, skips=skips)),
    )
    return store.issues.freeze(row, bundle, at=NOW)


def sending(store: Store, count: int = 5, **more: object) -> IssueRow:
    return store.issues.move(frozen(store, count, **more), IssueState.SENDING, at=NOW)  # type: ignore[arg-type]


def worker(store: Store, *, host: str = "here", pid: int = 1, at: datetime = NOW) -> int:
    return store.workers.register(host, pid, f"start-{pid}", at=at)


def accepted(at: datetime = NOW) -> Outcome:
    return Outcome(DeliveryState.ACCEPTED, at, code=250, enhanced_code="2.0.0", server_text="queued as 1", relay="main")


def deferred(retry_at: datetime, at: datetime = NOW) -> Outcome:
    return Outcome(DeliveryState.DEFERRED, at, code=451, server_text="later", reason="code", retry_at=retry_at)


def refused(at: datetime = NOW) -> Outcome:
    return Outcome(
        DeliveryState.REFUSED, at, code=550, enhanced_code="5.1.1", server_text="no such user", reason="code"
    )


def given_back(at: datetime = NOW) -> Outcome:
    return Outcome(DeliveryState.QUEUED, at)
