"""The organisational domain: whose name `news.example.co.uk` is. The one place that knows the public suffix list.

RFC 7489 section 3.2: the label below the longest public suffix. The list is the one inside the `tld` package (ICANN
part); below a suffix it does not know, the last two labels count.
"""

from __future__ import annotations


def organisation(domain: str) -> str:
    """`example.co.uk` for `news.example.co.uk`; lower case, A-labels in and out."""
    from tld import get_fld  # lazy: it reads 200 KB

    domain = domain.rstrip(".").lower()
    found = get_fld(f"http://{domain}", fail_silently=True)
    return str(found) if found else ".".join(domain.split(".")[-2:])


def aligned(domain: str, own: str, *, strict: bool = False) -> bool:
    """Whether DMARC takes `domain` for that of a From at `own` (RFC 7489 section 3.1)."""
    if strict:
        return domain.rstrip(".").lower() == own.rstrip(".").lower()
    return organisation(domain) == organisation(own)
