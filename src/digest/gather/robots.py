"""robots.txt: what a site asks of programs that read its pages on their own account. Pure (RFC 9309).

Does not fetch. Invariant: the longest matching rule decides, allowing wins a tie, and what is not mentioned is allowed.
Feeds that the operator listed are not asked about: subscribing is a person's decision (RFC 9309 section 1 is about
crawlers).

Why this way: `urllib.robotparser` takes the first rule instead of the longest, knows neither `*` nor `$` and merges no
groups (CPython 3.11); the rules are short enough to be kept between two runs, so a site is asked once a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote_to_bytes, urlsplit

MAX_BYTES = 500 * 1024  # RFC 9309 section 2.5: at least this much must be read
MAX_RULES = 2_000
_LINE = re.compile(r"\s*(user-agent|allow|disallow|crawl-delay|sitemap)\s*:\s*([^#]*)", re.I)


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for us: (allowed?, path pattern). `crawl_delay_s` is a common extension, 0 where none is asked for."""

    rules: tuple[tuple[bool, str], ...] = ()
    crawl_delay_s: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Whether this address may be read."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allowed) for allowed, pattern in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


@dataclass(frozen=True, slots=True)
class RobotsMark:
    """One origin's rules as they are kept between runs; asked again after `until`."""

    robots: Robots
    until: datetime


ALLOW_ALL = Robots()
REFUSE_ALL = Robots(((False, "/"),))


def read_robots(data: bytes, *, agent: str = "digest") -> Robots:
    """The rules in `data` for the product token `agent`: its own groups together, else those for `*`."""
    own: list[tuple[bool, str]] = []
    general: list[tuple[bool, str]] = []
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    names: list[str] = []
    named = naming = False
    for line in data[:MAX_BYTES].decode("utf-8-sig", "replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        key, value = match[1].lower(), match[2].strip()
        if key == "sitemap":
            sitemaps.append(value)
            continue
        if key == "user-agent":
            names = [*names, value.lower()] if naming else [value.lower()]
            naming = True
            named = named or _is_us(value, agent)
            continue
        naming = False
        for name in names:
            target = own if _is_us(name, agent) else general if name == "*" else None
            if target is None:
                continue
            if key == "crawl-delay":
                delays["own" if target is own else "*"] = _seconds(value)
            elif value:  # an empty Disallow forbids nothing
                target.append((key == "allow", _normal(value)))
    rules = own if named else general
    return Robots(tuple(rules[:MAX_RULES]), delays.get("own" if named else "*", 0.0), tuple(sitemaps[:20]))


def _is_us(name: str, agent: str) -> bool:
    token = re.match(r"[a-zA-Z_-]*", name.strip())
    return token is not None and token[0].lower() == agent.lower()


def _seconds(value: str) -> float:
    return min(float(value), 60.0) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", value) else 0.0


def _normal(path: str) -> str:
    """One way of escaping, so that `/caf%c3%a9` and `/café` are the same path; `*` and `$` keep their meaning."""
    return quote(unquote_to_bytes(path.replace("%2F", "%252F").replace("%2f", "%252F")), safe="/*$?&=;:@,+!~()'%.-_")


def _matches(pattern: str, path: str) -> bool:
    """Prefix match with `*` and a final `$`, in linear time: each part is looked for after the one before."""
    anchored = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not parts:
        return not anchored or at == len(path)
    *inner, last = parts
    for part in inner:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0
