"""The oracle: from ground truth alone, the issue each article must appear in, and why.

It reads the steps of a history by truth id. It never looks at a guid, an address, a title or a text, so nothing that
happens to those can mislead it; and it imports nothing of the program.

The rules, once for each digest and frequency:
- at the digest's first look at a source, what is dated after the period's beginning is new; the rest, and what has no
  date, is known (files without a date are new: they were put there on purpose);
- at every later look, what was never there before is new, however it is dated, unless it is dated more than 30 days
  before the digest last saw that source answer (an archive dug up; a digest that was away for long loses nothing);
- what is new goes into the next issue that is made at or after its date, once, in the newest words that were gathered;
- what is withdrawn (its pages answer 404 or 410, its file is gone) at that moment waits for its return;
- an issue comes due at its occurrence; later than its catch-up time it is held until somebody releases it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from histories_language import Configure, Feed, Files, Gather, Page, Release, Serve, Shown, Step, Tick

LATE_WINDOW = timedelta(days=30)
SOON = timedelta(minutes=10)
FAILING = frozenset({"500", "empty", "garbage", "closed"})
KNOWN, NEW, SENT = "known", "new", "sent"
Mail = dict[str, tuple[Shown, ...]]  # truth -> its newest words, in each source that has it
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class Verdict:
    """What must have been mailed: step number -> issue -> truth -> the editions it may go out in."""

    mails: dict[int, dict[str, Mail]] = field(default_factory=dict)
    why: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # (issue, truth) -> its story

    def reason(self, issue: str, truth: str) -> str:
        return "; ".join(self.why.get((issue, truth), ["never shown to this digest"]))


def judge(steps: tuple[Step, ...]) -> Verdict:
    """Everything that must be mailed in a history, and the reasons."""
    oracle = _Oracle()
    for number, step in enumerate(steps):
        oracle.take(number, step)
    return oracle.verdict


@dataclass
class _Place:
    """One (digest, frequency): where it stands with each article and each occurrence."""

    seen_at: datetime
    looked: dict[str, datetime] = field(default_factory=dict)  # source -> when it answered last
    state: dict[str, str] = field(default_factory=dict)
    closed: dict[datetime, str] = field(default_factory=dict)  # occurrence -> done, skipped, held, missed
    waiting: datetime | None = None
    next_try: datetime | None = None


class _Oracle:
    def __init__(self) -> None:
        self.verdict = Verdict()
        self.feeds: dict[str, Feed] = {}
        self.files: tuple[Shown, ...] = ()
        self.pages: dict[str, int] = {}
        self.setting = Configure({}, {}, "never", {})
        self.first_date: dict[str, datetime | None] = {}  # truth -> as it was dated when it was first seen
        self.shown_by: dict[str, dict[str, Shown]] = {}  # source -> truth -> newest edition
        self.present: dict[str, set[str]] = {}  # folder -> what lies in it
        self.failed: set[str] = set()
        self.places: dict[tuple[str, str], _Place] = {}

    def take(self, number: int, step: Step) -> None:
        match step:
            case Serve():
                self.feeds[step.feed] = step.content
            case Files():
                self.files = step.content
            case Page():
                self.pages[step.truth] = step.status
            case Configure():
                self.setting = step
            case Gather():
                self._gather(self.setting.sources)
            case Tick():
                self.verdict.mails[number] = dict(self._tick(step.at))
            case Release():
                self.verdict.mails[number] = dict(self._release(step))

    # gathering ------------------------------------------------------------------------------------------------------

    def _gather(self, names: Mapping[str, str] | tuple[str, ...]) -> None:
        self.failed = set()
        for name in names:
            items = self._answer(self.setting.sources[name])
            if items is None:
                self.failed.add(name)
                continue
            known = self.shown_by.setdefault(name, {})
            if self.setting.sources[name] == "files":
                self.present[name] = {one.truth for one in items}
            for one in items:
                known[one.truth] = one
                self.first_date.setdefault(one.truth, one.date)

    def _answer(self, feed: str) -> tuple[Shown, ...] | None:
        if feed == "files":
            return self.files
        content = self.feeds.get(feed, Feed(trouble="500"))
        if content.trouble in FAILING:
            return None
        return () if content.trouble == "none" else content.items

    # newness --------------------------------------------------------------------------------------------------------

    def _look(self, issue: tuple[str, str], start: datetime, now: datetime) -> None:
        place = self.places[issue]
        answering = [name for name in self._sources(issue[0]) if name in self.shown_by]
        for truth in dict.fromkeys(truth for name in answering for truth in self.shown_by[name]):
            if truth not in place.state:
                by = [name for name in answering if truth in self.shown_by[name]]
                place.state[truth], why = self._newness(place, by, self.first_date[truth], start)
                self.verdict.why[(_issue_name(issue), truth)] = [why]
        for name in answering:
            if name not in self.failed or name not in place.looked:
                place.looked[name] = now

    def _newness(self, place: _Place, by: list[str], date: datetime | None, start: datetime) -> tuple[str, str]:
        """A source that the digest has looked at before knows better than one that it sees for the first time."""
        last_looks = [place.looked[name] for name in by if name in place.looked]
        if not last_looks and date is None:
            if any(self.setting.sources[name] == "files" for name in by):
                return NEW, "an undated file was put there on purpose"
            return KNOWN, "undated at the first sight of its feed"
        if not last_looks and date is not None:
            if date > start:
                return NEW, f"dated after {start:%d %b %H:%M}, the beginning of the period"
            return KNOWN, f"there at the first sight, dated before {start:%d %b %H:%M}"
        last_look = min(last_looks)
        if date is not None and date < last_look - LATE_WINDOW:
            return KNOWN, "an archive dug up: dated more than 30 days before the digest's last look at its source"
        return NEW, f"not there at the digest's last look at its source, {last_look:%d %b %H:%M}"

    def _sources(self, digest: str) -> tuple[str, ...]:
        return tuple(self.setting.digests[digest].get("sources", tuple(self.setting.sources)))

    def _withdrawn(self, truth: str) -> bool:
        live = [one for known in self.shown_by.values() for name, one in known.items() if name == truth]
        files = [name for name, known in self.shown_by.items() if truth in known and name in self.present]
        if files and all(truth not in self.present[name] for name in files):
            return True
        return bool(live) and self.pages.get(truth) in (404, 410)

    # issues ---------------------------------------------------------------------------------------------------------

    def _tick(self, now: datetime) -> Iterator[tuple[str, Mail]]:
        for digest in self.setting.digests:
            waiting = [
                (issue, place)
                for issue, place in self.places.items()
                if issue[0] == digest and place.waiting is not None
            ]
            for issue, place in waiting:
                yield from self._go_on(issue, place, now)
            for frequency in self._frequencies(digest):
                yield from self._due((digest, frequency), now)

    def _frequencies(self, digest: str) -> list[str]:
        daily = "every day" in self.setting.digests[digest]["schedule"]
        asked = set(self.setting.people.values())
        return ["every", *(["weekly"] if daily and "weekly" in asked else [])]

    def _due(self, issue: tuple[str, str], now: datetime) -> Iterator[tuple[str, Mail]]:
        occurrences = _occurrences(self.setting.digests[issue[0]], issue[1], now)
        if issue not in self.places:
            self.places[issue] = _Place(now)
            self._gather(self._sources(issue[0]))
            self._look(issue, max(one for one in occurrences if one <= now), now)
            return
        place = self.places[issue]
        last = max(place.closed, default=place.seen_at)
        due = [one for one in occurrences if max(place.seen_at, last) < one <= now and one != place.waiting]
        if not due:
            return
        for missed in due[:-1]:
            place.closed[missed] = "missed"
        if now - due[-1] > _catch_up(occurrences, issue):
            place.closed[due[-1]] = "held"
            return
        yield from self._make(issue, due[-1], now, may_wait=True)

    def _go_on(self, issue: tuple[str, str], place: _Place, now: datetime) -> Iterator[tuple[str, Mail]]:
        occurrence = place.waiting
        assert occurrence is not None
        if now - occurrence > _catch_up(_occurrences(self.setting.digests[issue[0]], issue[1], now), issue):
            place.waiting, place.closed[occurrence] = None, "held"
        elif place.next_try is None or now >= place.next_try:
            yield from self._make(issue, occurrence, now, may_wait=True)

    def _make(
        self, issue: tuple[str, str], occurrence: datetime, now: datetime, *, may_wait: bool
    ) -> Iterator[tuple[str, Mail]]:
        place = self.places[issue]
        place.waiting = None
        self._gather(self._sources(issue[0]))
        before = [one for one in _occurrences(self.setting.digests[issue[0]], issue[1], now) if one < occurrence]
        self._look(issue, before[-1], now)
        chosen = dict(self._eligible(issue, now))
        if chosen:
            for truth in chosen:
                place.state[truth] = SENT
                self.verdict.why[(_issue_name(issue), truth)].append(f"sent {now:%d %b %H:%M}")
            place.closed[occurrence] = "done"
            yield _issue_name(issue), chosen
        elif self.failed and may_wait:
            place.waiting, place.next_try = occurrence, now + SOON
        else:
            place.closed[occurrence] = "skipped"

    def _eligible(self, issue: tuple[str, str], now: datetime) -> Iterator[tuple[str, tuple[Shown, ...]]]:
        for truth, state in self.places[issue].state.items():
            if state != NEW:
                continue
            editions = [self.shown_by[name][truth] for name in self._sources(issue[0])
                        if truth in self.shown_by.get(name, {})]  # fmt: skip
            if not editions:
                continue  # its source is no longer in the configuration
            story = self.verdict.why[(_issue_name(issue), truth)]
            if self._withdrawn(truth):
                story.append(f"withdrawn on {now:%d %b %H:%M}")
            elif all(one.date is not None and one.date > now + SOON for one in editions):
                story.append(f"on {now:%d %b %H:%M} still in the future")
            else:
                yield truth, tuple(editions)

    def _release(self, step: Release) -> Iterator[tuple[str, Mail]]:
        issue = (step.digest, "every")
        place = self.places[issue]
        held = max(one for one, state in place.closed.items() if state == "held")
        yield from self._make(issue, held, step.at, may_wait=False)


# -- the calendar ----------------------------------------------------------------------------------------------------


def _occurrences(digest: Mapping[str, str], frequency: str, now: datetime) -> list[datetime]:
    """The occurrences from 40 days before `now` to now, oldest first, worked out day by day."""
    zone = ZoneInfo(digest.get("timezone", "Europe/Dublin"))
    _, day_name, _, clock = str(digest["schedule"]).split(" ")
    hour, minute = map(int, clock.split(":"))
    weekday = WEEKDAYS.index(day_name) if day_name in WEEKDAYS else None
    first = now.astimezone(zone).date() - timedelta(days=40)
    days = [first + timedelta(days=number) for number in range(42)]
    chosen = [day for day in days if weekday is None or day.weekday() == weekday]
    if frequency == "weekly" and weekday is None:
        chosen = [day for day in chosen if day.weekday() == 0]
    return [at for day in chosen if (at := _instant(day, hour, minute, zone)) <= now]


def _instant(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    """The first instant at which the zone's clock reads that time of that day, or later, minute by minute."""
    wanted = datetime(day.year, day.month, day.day, hour, minute)
    at = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while at.astimezone(zone).replace(tzinfo=None) < wanted:
        step = wanted - at.astimezone(zone).replace(tzinfo=None)
        at += timedelta(minutes=1) if step <= timedelta(hours=3) else step - timedelta(hours=3)
    return at


def _catch_up(occurrences: list[datetime], issue: tuple[str, str]) -> timedelta:
    return min(timedelta(hours=24), (occurrences[-1] - occurrences[-2]) / 4)


def _issue_name(issue: tuple[str, str]) -> str:
    return issue[0] if issue[1] == "every" else f"{issue[0]}_{issue[1]}"
