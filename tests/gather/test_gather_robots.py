"""What robots.txt asks of us (RFC 9309)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.robots import read_robots

FILE = b"""# for everybody
User-agent: *
Disallow: /private/
Allow: /private/open
Disallow: /*.php$
Disallow: /search?q=
Crawl-delay: 2.5

User-Agent: otherbot
User-agent: Digest/1.0
Disallow: /caf%C3%A9/
Disallow:

Sitemap: https://quay.example/sitemap.xml
user-agent: digest
disallow: /drafts
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("anybot", "/", True), ("anybot", "/private/", False), ("anybot", "/private/x", False),
        ("anybot", "/private/open/x", True), ("anybot", "/a/b.php", False), ("anybot", "/a/b.php?x=1", True),
        ("anybot", "/search?q=1", False), ("anybot", "/search", True), ("anybot", "/Private/", True),
        ("digest", "/private/", True), ("digest", "/drafts/1", False), ("digest", "/caf\u00e9/x", False),
        ("digest", "/caf%c3%a9/", False), ("digest", "/robots.txt", True), ("otherbot", "/caf%C3%A9/1", False),
        ("otherbot", "/drafts", True),
    ],
)  # fmt: skip
def test_the_longest_rule_of_our_groups_decides(agent: str, path: str, allowed: bool) -> None:
    """Own groups together, else those for everybody; the longest pattern wins, in one way of escaping."""
    assert read_robots(FILE, agent=agent).allows(f"https://quay.example{path}") is allowed


def test_pauses_and_sitemaps_are_read() -> None:
    """Crawl-delay belongs to its group, sitemaps to the whole file."""
    assert read_robots(FILE, agent="anybot").crawl_delay_s == 2.5 and read_robots(FILE).crawl_delay_s == 0
    assert read_robots(FILE).sitemaps == ("https://quay.example/sitemap.xml",)


def test_a_tie_is_allowed() -> None:
    """Equally long rules: allowing wins (section 2.2.2)."""
    robots = read_robots(b"User-agent: *\nDisallow: /a\nAllow: /a\n")
    assert robots.allows("https://quay.example/a")


@given(st.binary(max_size=400), st.text(max_size=40))
def test_anything_is_read_and_decided(data: bytes, path: str) -> None:
    """No file and no address makes it raise; an empty file allows everything."""
    read_robots(b"User-agent: *\nDisallow: " + data).allows(
        "https://quay.example/" + path.replace("[", "").replace("]", "")
    )
    assert read_robots(b"").allows("https://quay.example/x")
