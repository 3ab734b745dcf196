"""The language in which feed histories are written: what was published, what the feeds showed of it, what we did.

A history is a function that speaks to a `Script`; speaking only writes down plain steps, so that the oracle and the
driver read the very same story. Nothing here imports `digest`.

Every article has a truth id ("a", "flood"...) that no feed ever shows and nothing ever changes. Everything that a feed
says of it (`Shown`) may change: guid, address, date, title, text. Day 0 is Wednesday 18 November 2026; a weekly issue
is due on Mondays at 09:00, Dublin time, which are the days 5, 12, 19, 26 ...
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

BLOG = "https://blog.quay.example"  # an address that cannot be fetched; {live} is one that can
LIVE = "http://{live}"
DAY_0 = datetime(2026, 11, 18, tzinfo=UTC)
WORDS = tuple(
    """
acorn anchor apron arch autumn badge bakery barrel basket beacon bench bicycle blanket bottle branch bridge brush
bucket butter button cabin candle canvas carpet cellar chapel cherry chimney circle clay cloud coat copper corner
cotton cradle curtain daisy dinner donkey drawer drum engine feather fence ferry fiddle field flour forest fountain
garden gate ginger glove gravel hammer harbour hedge hill honey island jacket kettle kitchen ladder lantern leather
lemon library linen lock map marble market meadow mill mirror needle nest oak oar orchard oven paddle paint paper pear
pebble pencil pepper piano pillow pipe plate pond pump quilt rail ribbon river roof rope saddle sail salt shed shelf
shore silver slate spade spoon stable station stone street table tent thread timber tower train trunk tunnel valley
violin wagon wall window winter wood wool workshop yard
""".split()  # noqa: SIM905
)


def title_of(seed: str) -> str:
    """Four words that no other seed has in this order."""
    return " ".join(random.Random(f"title {seed}").sample(WORDS, 4)).capitalize()


def body_of(seed: str, sentences: int = 7) -> str:
    """Whole sentences that share no four words in a row with those of another seed, as good as surely."""
    chance = random.Random(f"body {seed}")
    return " ".join(" ".join(chance.sample(WORDS, 12)).capitalize() + "." for _ in range(sentences))


def thinned(body: str, *, without: int) -> str:
    """The same text with every `without`-th sentence dropped and a note of the republisher at its end."""
    kept = [one for number, one in enumerate(body.split(". "), 1) if number % without]
    return ". ".join(kept).rstrip(".") + ". First printed in the quarterly of the neighbours across the water."


@dataclass(frozen=True)
class Shown:
    """How one article stands in one feed at one moment. None: the feed does not say."""

    truth: str
    guid: str | None
    link: str | None
    date: datetime | None
    title: str | None
    body: str
    comments: int | None = None
    canonical: str | None = None  # what its page names as its own address


@dataclass(frozen=True)
class Feed:
    """What one address answers. `trouble` is a status ("500"), "empty", "garbage", "none" (an empty list) or ""."""

    items: tuple[Shown, ...] = ()
    trouble: str = ""
    format: str = "rss"


# -- steps -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Serve:
    """From here on the address `feed` answers so."""

    feed: str
    content: Feed


@dataclass(frozen=True)
class Page:
    """From here on the page of an article answers so, whatever its address."""

    truth: str
    status: int


@dataclass(frozen=True)
class Files:
    """From here on these files, one for each article, lie in the folder."""

    content: tuple[Shown, ...]


@dataclass(frozen=True)
class Configure:
    """From here on digest.toml says so. `sources` is name -> feed (or "files"), `digests` name -> its settings."""

    sources: Mapping[str, str]
    digests: Mapping[str, Mapping[str, Any]]
    enrich: str
    people: Mapping[str, str]  # address -> frequency


@dataclass(frozen=True)
class Gather:
    at: datetime
    crash: str = ""
    machines: int = 1


@dataclass(frozen=True)
class Tick:
    """What cron does at that moment. `mails` is what the author of the history says must go out then: issue ->
    truth ids; the oracle must come to the same by itself."""

    at: datetime
    mails: Mapping[str, frozenset[str]]
    crash: str = ""
    machines: int = 1
    told: str = ""  # a word of the notice that the operator must have had by then
    baseline: bool = False


@dataclass(frozen=True)
class Release:
    """The operator releases the newest held issue."""

    at: datetime
    digest: str
    mails: Mapping[str, frozenset[str]]


Step = Serve | Page | Files | Configure | Gather | Tick | Release
WEEKLY = {"weekly": {"schedule": "every monday at 09:00"}}
PEOPLE = {"ana@quay.example": "", "ben@quay.example": ""}


@dataclass
class Script:
    """Writes a history down. Times are days since day 0 and hours, UTC."""

    steps: list[Step] = field(default_factory=list)
    feeds: dict[str, Feed] = field(default_factory=dict)
    files: tuple[Shown, ...] = ()
    base: str = BLOG
    _setting: Configure = Configure({"blog": "blog"}, WEEKLY, "never", PEOPLE)

    # the world ------------------------------------------------------------------------------------------------------

    def live(self, enrich: str = "auto") -> None:
        """Articles published from now on have pages that can be fetched."""
        self.base = LIVE
        self.configure(enrich=enrich)

    def configure(
        self,
        *,
        sources: Mapping[str, str] | None = None,
        digests: Mapping[str, Mapping[str, Any]] | None = None,
        enrich: str | None = None,
        people: Mapping[str, str] | None = None,
    ) -> None:
        old = self._setting
        self._setting = Configure(
            sources or old.sources, digests or old.digests, enrich or old.enrich, people or old.people
        )
        self.steps.append(self._setting)

    def publish(
        self,
        truth: str,
        day: float | None = None,
        hour: float = 10,
        *,
        feed: str = "blog",
        bottom: bool = False,
        **says: Any,
    ) -> None:
        """The feed shows a new article, at its top, dated `day` (None: undated) unless `says` has it otherwise."""
        made = Shown(
            truth=truth,
            guid=f"tag:blog.quay.example,2026:{truth}",
            link=f"{self.base}/posts/{truth}",
            date=None if day is None else moment(day, hour),
            title=title_of(truth),
            body=body_of(truth),
        )
        shown = (replace(made, **says),)
        old = self.feeds.get(feed, Feed())
        self.serve(feed, replace(old, items=old.items + shown if bottom else shown + old.items))

    def change(self, truth: str, *, feed: str = "blog", **says: Any) -> None:
        """The feed says something else of an article, in its place."""
        self.change_each(lambda one: says if one.truth == truth else {}, feed=feed)

    def change_each(self, says: Callable[[Shown], Mapping[str, Any]], *, feed: str = "blog") -> None:
        old = self.feeds[feed]
        self.serve(feed, replace(old, items=tuple(replace(one, **says(one)) for one in old.items)))

    def show(self, *truths: str, feed: str = "blog", of: tuple[Shown, ...] | None = None) -> None:
        """The feed shows these articles and no others, in this order (`of`: as it did at another time)."""
        known = {one.truth: one for one in of if one} if of is not None else {}
        known |= {one.truth: one for one in self.feeds[feed].items if one.truth not in known}
        self.serve(feed, replace(self.feeds[feed], items=tuple(known[truth] for truth in truths)))

    def serve(self, feed: str, content: Feed) -> None:
        self.feeds[feed] = content
        self.steps.append(Serve(feed, content))

    def breaks(self, trouble: str, *, feed: str = "blog") -> None:
        """The feed answers "500", "empty" (no bytes), "garbage" (a web page), "torn" (half of itself) or "none"
        (well-formed, no item); "" mends it."""
        self.serve(feed, replace(self.feeds[feed], trouble=trouble))

    def page(self, truth: str, status: int) -> None:
        self.steps.append(Page(truth, status))

    def file(self, truth: str, day: float | None = None, **says: Any) -> None:
        """A file is put into the folder, or another in its place."""
        date = None if day is None else moment(day, 10)
        made = Shown(truth, None, None, date, title_of(truth), body_of(truth))
        self._lay((*(one for one in self.files if one.truth != truth), replace(made, **says)))

    def remove_file(self, truth: str) -> None:
        self._lay(tuple(one for one in self.files if one.truth != truth))

    def _lay(self, files: tuple[Shown, ...]) -> None:
        self.files = files
        self.steps.append(Files(files))

    # what we do -----------------------------------------------------------------------------------------------------

    def begin(self, archive: int = 2, **says: Any) -> None:
        """Day 0: the feed has an archive, and the program sees it for the first time."""
        for number in range(archive, 0, -1):
            self.publish(f"old{number}", -20 - 5 * number, **says)
        self.first_look()

    def first_look(self, day: float = 0, hour: float = 10) -> None:
        if not any(isinstance(step, Configure) for step in self.steps):
            self.configure()
        if not self.feeds:
            self.serve("blog", Feed())
        self.steps.append(Tick(moment(day, hour), {}, baseline=True))

    def gather(self, day: float, hour: float = 12, *, crash: str = "", machines: int = 1) -> None:
        self.steps.append(Gather(moment(day, hour), crash, machines))

    def tick(
        self,
        day: float,
        hour: float = 9,
        minute: int = 1,
        *,
        crash: str = "",
        machines: int = 1,
        told: str = "",
        **mails: str,
    ) -> None:
        """Cron at that moment; `weekly="a b"` says which articles that issue has."""
        at = moment(day, hour) + timedelta(minutes=minute)
        self.steps.append(Tick(at, _named(mails), crash, machines, told))

    def monday(self, number: int, mails: str = "", *, crash: str = "", machines: int = 1, told: str = "") -> None:
        """The weekly issue comes due for the `number`-th time."""
        named = {"weekly": mails} if mails else {}
        self.tick(7 * number - 2, crash=crash, machines=machines, told=told, **named)

    def release(self, day: float, hour: float = 9, minute: int = 1, *, digest: str = "weekly", **mails: str) -> None:
        self.steps.append(Release(moment(day, hour) + timedelta(minutes=minute), digest, _named(mails)))


def moment(day: float, hour: float = 10) -> datetime:
    return DAY_0 + timedelta(days=day, hours=hour)


def _named(mails: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {issue: frozenset(truths.split()) for issue, truths in mails.items() if truths}


# -- the collection --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    name: str
    sentence: str
    steps: tuple[Step, ...]


def written(tell: Callable[[Script], None]) -> History:
    """A function that tells a history to the history it tells. Its docstring is the claim."""
    script = Script()
    tell(script)
    assert tell.__doc__, f"{tell.__name__} does not say what it shows"
    return History(tell.__name__.replace("_", "-"), tell.__doc__.strip(), tuple(script.steps))
