"""Turns lists of small random operations into feed histories that are never ambiguous.

What an article is may be asked only of what a reader with good eyes could tell: between two looks at it, a feed changes
the guid or the address of an article but not both (both only in a move, where the text stays), and never its text
while it has neither. Everything else may happen in any order, as often as it likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from histories_language import Feed, History, Script, Shown, body_of, moment, thinned, title_of

Operation = tuple[str, int, int]
TROUBLES = ("500", "empty", "garbage", "none")
CRASHES = ("after fetch", "after store", "after newness", "after draft", "after freeze", "mid-send")
PUBLISH = ("now", "undated", "late", "future", "dug_up", "no_guid", "bare", "bare_undated", "url_guid", "same_guid")
EDIT = ("flip_guid", "new_guid", "drop_guid", "move_link", "track", "retitle", "rewrite", "comment", "pin", "repeat")
WHOLE = (
    "redate_all",
    "undate_all",
    "new_guids",
    "truncate",
    "restore",
    "break",
    "mend",
    "rename",
    "cross_post",
    "format",
)
DO = ("gather", "monday", "tick", "pass", "off", "clock_back", "crash", "race")
FILES = ("file", "edit_file", "remove_file")
MOVES = ("move_one", "move_all", "copy", "shortened_copy")
FORMATS = ("rss", "atom", "json")


@dataclass
class Builder:
    """One history in the making. `now` is in days since day 0; `touched` are the articles whose guid, address or text
    changed since they were last looked at."""

    script: Script = field(default_factory=Script)
    now: float = 0.45
    count: int = 0
    touched: set[str] = field(default_factory=set)
    gone: tuple[Shown, ...] = ()
    sources: dict[str, str] = field(default_factory=lambda: {"blog": "blog", "planet": "planet", "files": "files"})

    def apply(self, operation: Operation) -> None:
        name, first, second = operation
        getattr(self, f"do_{name}")(first, second)

    # articles -------------------------------------------------------------------------------------------------------

    def publish(self, kind: str) -> None:
        self.count += 1
        truth, day = f"n{self.count}", self.now - 0.04
        days = {"late": day - 5, "future": day + 9, "dug_up": day - 100, "undated": None, "bare_undated": None}
        says: dict[str, Any] = {}
        if kind in ("no_guid", "bare", "bare_undated"):
            says["guid"] = None
        if kind in ("bare", "bare_undated"):
            says["link"] = None
        if kind == "url_guid":
            says["guid"] = says["link"] = f"http://blog.quay.example/posts/{truth}"
        if kind == "same_guid":
            says["guid"] = "1"
        self.script.publish(truth, days.get(kind, day), 0, **says)

    def one(self, number: int) -> Shown | None:
        items = self.items()
        return items[number % len(items)] if items else None

    def items(self) -> tuple[Shown, ...]:
        return self.script.feeds["blog"].items

    def fresh(self, one: Shown | None) -> bool:
        """Whether something that names the article may change now. Items that share a guid are told by the rest."""
        return one is not None and one.truth not in self.touched and one.guid != "1"

    def touch(self, one: Shown, **says: Any) -> None:
        self.touched.add(one.truth)
        self.script.change(one.truth, **says)

    def do_publish(self, kind: int, _: int) -> None:
        self.publish(PUBLISH[kind % len(PUBLISH)])

    def do_edit(self, kind: int, number: int) -> None:
        one = self.one(number)
        if one is not None:
            getattr(self, EDIT[kind % len(EDIT)])(one)

    def flip_guid(self, one: Shown) -> None:
        if self.fresh(one) and one.guid and one.guid.startswith("http"):
            there, back = ("http:", "https:") if one.guid.startswith("http:") else ("https:", "http:")
            self.touch(one, guid=one.guid.replace(there, back), link=(one.link or "").replace(there, back) or None)

    def new_guid(self, one: Shown) -> None:
        if self.fresh(one) and one.link:
            self.touch(one, guid=f"urn:{one.truth}:{len(self.script.steps)}")

    def drop_guid(self, one: Shown) -> None:
        if self.fresh(one) and one.link:
            self.touch(one, guid=None)

    def move_link(self, one: Shown) -> None:
        if self.fresh(one) and one.guid and one.link:
            self.touch(one, link=f"https://blog.quay.example/{len(self.script.steps)}/{one.truth}.html")

    def track(self, one: Shown) -> None:
        if one.link and "?" not in one.link:
            self.script.change(one.truth, link=f"{one.link}?utm_source=feed&utm_campaign=n{len(self.script.steps)}")

    def retitle(self, one: Shown) -> None:
        if self.fresh(one) and (one.guid or one.link):
            self.touch(one, title=title_of(f"{one.truth} {len(self.script.steps)}"))

    def rewrite(self, one: Shown) -> None:
        if self.fresh(one) and (one.guid or one.link):
            self.touch(one, body=body_of(f"{one.truth} {len(self.script.steps)}"))

    def comment(self, one: Shown) -> None:
        self.script.change(one.truth, comments=(one.comments or 0) + 3)

    def pin(self, one: Shown) -> None:
        rest = tuple(other.truth for other in self.items() if other.truth != one.truth)
        self.script.show(one.truth, *rest)

    def repeat(self, one: Shown) -> None:
        feed = self.script.feeds["blog"]
        if sum(other.truth == one.truth for other in feed.items) == 1:
            self.script.serve("blog", replace(feed, items=(*feed.items, one)))

    # the feed as a whole --------------------------------------------------------------------------------------------

    def do_whole(self, kind: int, number: int) -> None:
        getattr(self, WHOLE[kind % len(WHOLE)])(number)

    def redate_all(self, _: int) -> None:
        at = moment(self.now - 0.04, 0)
        self.script.change_each(lambda one: {"date": at} if one.date and one.date < at else {})

    def undate_all(self, _: int) -> None:
        """Only what was looked at: an item that was never seen with its date would be another story."""
        self.script.change_each(lambda one: {"date": None} if one.truth in self.seen else {})

    seen: set[str] = field(default_factory=set)

    def new_guids(self, _: int) -> None:
        for one in self.items():
            self.new_guid(one)

    def truncate(self, number: int) -> None:
        items = self.items()
        self.gone += items[number % 4 + 1 :]
        self.script.serve("blog", replace(self.script.feeds["blog"], items=items[: number % 4 + 1]))

    def restore(self, _: int) -> None:
        shown = {one.truth for one in self.items()}
        back = {one.truth: one for one in self.gone if one.truth not in shown}
        feed = self.script.feeds["blog"]
        self.script.serve("blog", replace(feed, items=(*feed.items, *back.values())))
        self.gone = ()

    def break_(self, number: int) -> None:
        self.script.breaks(TROUBLES[number % len(TROUBLES)])

    def mend(self, _: int) -> None:
        self.script.breaks("")

    def rename(self, number: int) -> None:
        """The blog's table gets another name; nothing must be pending that only the old name has seen."""
        if {one.truth for one in self.items()} <= self.seen and not self.script.feeds["blog"].trouble:
            name = f"blog{len(self.script.steps)}"
            self.sources = {name: "blog"} | {key: feed for key, feed in self.sources.items() if feed != "blog"}
            self.script.configure(sources=self.sources)

    def cross_post(self, number: int) -> None:
        one = self.one(number)
        if one is not None and one.link and one.truth not in {other.truth for other in self._planet()}:
            self._to_planet(
                replace(one, guid=f"planet:{one.truth}", link=f"{one.link.split('?')[0]}?utm_source=planet")
            )

    def format(self, number: int) -> None:
        self.script.serve("blog", replace(self.script.feeds["blog"], format=FORMATS[number % len(FORMATS)]))

    def _planet(self) -> tuple[Shown, ...]:
        return self.script.feeds["planet"].items

    def _to_planet(self, one: Shown) -> None:
        self.script.serve("planet", Feed((one, *self._planet())))

    # moves ----------------------------------------------------------------------------------------------------------

    def do_move(self, kind: int, number: int) -> None:
        one = self.one(number)
        if one is not None and self.fresh(one):
            getattr(self, MOVES[kind % len(MOVES)])(one)

    def move_one(self, one: Shown) -> None:
        """Guid and address change at once, the text does not."""
        place = len(self.script.steps)
        self.touch(one, guid=f"urn:{place}", link=f"https://new.quay.example/{place}/{one.truth}")

    def move_all(self, _: Shown) -> None:
        for one in self.items():
            if self.fresh(one):
                self.move_one(one)

    def copy(self, one: Shown) -> None:
        """The planet shows the same text under an address of its own."""
        if one.truth not in {other.truth for other in self._planet()}:
            self.touched.add(one.truth)
            link = f"https://planet.quay.example/{one.truth}"
            self._to_planet(replace(one, guid=f"planet:{one.truth}", link=link))

    def shortened_copy(self, one: Shown) -> None:
        """The same, with a seventh of its sentences dropped and a note added."""
        self.copy(replace(one, body=thinned(one.body, without=7)))

    # files ----------------------------------------------------------------------------------------------------------

    def do_file(self, kind: int, number: int) -> None:
        files = [one for one in self.script.files if one.truth not in self.touched]
        if FILES[kind % len(FILES)] == "file" or not files:
            self.count += 1
            self.script.file(f"f{self.count}")
        elif FILES[kind % len(FILES)] == "edit_file":
            truth = files[number % len(files)].truth
            self.touched.add(truth)
            self.script.file(truth, body=body_of(f"{truth} {len(self.script.steps)}"))
        else:
            self.script.remove_file(files[number % len(files)].truth)

    # time -----------------------------------------------------------------------------------------------------------

    def do_act(self, kind: int, number: int) -> None:
        getattr(self, DO[kind % len(DO)])(number)

    def gather(self, number: int) -> None:
        self.now += 0.1 + (number % 5) / 10
        self._catch_up()
        self.script.gather(self.now, 0)
        self._looked()

    def monday(self, number: int, **how: Any) -> None:
        """The next Monday at 09:01; on one of three the second tick of that hour follows."""
        self.now = 7 * int((self.now + 2) // 7) + 5 + 9 / 24 + 1 / 1440
        self.script.tick(self.now, 0, 0, **how)
        self._looked()
        if number % 3 == 0:
            self.tick(0)

    def tick(self, number: int) -> None:
        self.now += (1 + number % 20) / 24
        self._catch_up()
        self.script.tick(self.now, 0, 0)

    def pass_(self, number: int) -> None:
        self.now += (number % 4 + 1) / 2
        self._catch_up()

    def off(self, number: int) -> None:
        """The machine is off for some days, whatever comes due, and cron ticks when it is back."""
        self.now += 5 + number % 17
        self.script.tick(self.now, 0, 0)

    def clock_back(self, _: int) -> None:
        """Somebody sets the clock back by an hour; cron ticks, and time goes on from there."""
        self.now -= 1 / 24
        self.script.tick(self.now, 0, 0)

    def crash(self, number: int) -> None:
        """The next Monday's tick is killed at a step that it surely reaches: something is new."""
        self.now += 0.1
        self.publish("now")
        self.mend(0)
        self.monday(1, crash=CRASHES[number % len(CRASHES)])

    def race(self, _: int) -> None:
        self.monday(1, machines=2)

    def _catch_up(self) -> None:
        """A machine that is on ticks every Monday: a Monday passed over is ticked in time."""
        last = max((step.at for step in self.script.steps if hasattr(step, "at")), default=moment(0, 10))
        monday = 7 * int(((last - moment(0, 0)).total_seconds() / 86400 + 2) // 7) + 5 + 9 / 24 + 1 / 1440
        if monday < self.now:
            self.script.tick(monday, 0, 0)

    def _looked(self) -> None:
        if not self.script.feeds["blog"].trouble:
            shown = {one.truth for one in self.items()}
            self.seen |= shown
            self.touched -= shown
        self.touched -= {one.truth for one in self.script.files}


for _name in ("break", "pass"):  # operations that are called like Python's own words
    setattr(Builder, _name, getattr(Builder, f"{_name}_"))


def generated(operations: Sequence[Operation], archive: int = 3) -> History:
    """The history that these operations make, from a feed with an archive to two quiet Mondays at its end."""
    builder = Builder()
    builder.script.configure(sources=builder.sources)
    builder.script.serve("planet", Feed())
    builder.script.begin(archive=archive)
    builder.seen = {one.truth for one in builder.items()}
    for operation in operations:
        builder.apply(operation)
    builder.mend(0)
    builder.restore(0)
    builder.monday(1)
    builder.monday(1)
    return History("generated", repr(list(operations)), tuple(builder.script.steps))
