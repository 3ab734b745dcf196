"""Which provider answers for a domain."""

from __future__ import annotations

import pytest

from digest.deliver.providers import _FAMILIES, provider_of


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("gmail.com", "gmail.com"),
        ("googlemail.com", "gmail.com"),
        ("hotmail.co.uk", "outlook.com"),
        ("aol.com", "yahoo.com"),
        ("yahoo.co.jp", "yahoo.co.jp"),
        ("quay.example", "quay.example"),
        ("notgmail.com", "notgmail.com"),
    ],
)
def test_a_domain_belongs_to_its_family_or_to_itself(domain: str, provider: str) -> None:
    """Spellings of one provider are one provider; whoever merely sounds like it is not."""
    assert provider_of(domain) == provider


def test_no_domain_is_in_two_families() -> None:
    """Otherwise the order of the table would decide."""
    members = [one for owner, others in _FAMILIES.items() for one in (owner, *others.split())]
    assert len(members) == len(set(members))
