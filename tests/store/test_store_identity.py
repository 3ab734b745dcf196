"""Which entry is which article, decided without a database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.store.identity import Newcomer, assign

NAMES = st.sampled_from(["guid:s:1", "guid:s:2", "url:a", "url:b", "url:c", "fp:x", "fp:y"])
ENTRIES = st.lists(st.lists(NAMES, min_size=1, max_size=4, unique=True), max_size=6)
OWNERS = st.dictionaries(NAMES, st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True).map(sorted))


def test_any_alias_names_the_same_article() -> None:
    """An entry that kept only its guid, only its address or only its words is the known article."""
    owners = {"guid:s:1": [7], "url:a": [7], "fp:x": [7]}
    assert assign([["guid:s:1", "url:new"]], owners) == [7]
    assert assign([["guid:s:new", "url:a"]], owners) == [7]
    assert assign([["guid:s:new", "url:new", "fp:x"]], owners) == [7]


def test_one_guid_on_two_addresses_in_one_document_is_two_articles() -> None:
    """A feed that gives every entry the same guid still has as many articles as addresses."""
    first, second = assign([["guid:s:1", "url:a"], ["guid:s:1", "url:b"]], {})
    assert isinstance(first, Newcomer) and isinstance(second, Newcomer) and first is not second


def test_an_address_wins_over_a_shared_guid() -> None:
    """The entry at the known address keeps the article although another entry with its guid stands before it."""
    new, old = assign([["guid:s:1", "url:new"], ["guid:s:1", "url:a"]], {"guid:s:1": [7], "url:a": [7]})
    assert old == 7 and isinstance(new, Newcomer)


def test_a_guid_of_several_articles_identifies_none() -> None:
    """Once two articles share a guid, an entry at a third address is a third article."""
    [third] = assign([["guid:s:1", "url:c"]], {"guid:s:1": [1, 2], "url:a": [1], "url:b": [2]})
    assert isinstance(third, Newcomer)


def test_the_same_entry_twice_is_one_newcomer() -> None:
    """A document that lists an article twice brings it once."""
    first, second = assign([["guid:s:1", "url:a"], ["guid:s:1", "url:a"]], {})
    assert first is second


@given(ENTRIES, OWNERS)
def test_assignment_is_total_and_keeps_known_addresses(entries: list[list[str]], owners: dict[str, list[int]]) -> None:
    """Every entry gets an article, and one that carries a known address gets an owner of one of its addresses."""
    found = assign(entries, owners)
    assert len(found) == len(entries)
    for aliases, who in zip(entries, found, strict=True):
        at_home = {owner for alias in aliases if alias.startswith("url:") for owner in owners.get(alias, ())}
        assert not at_home or who in at_home
