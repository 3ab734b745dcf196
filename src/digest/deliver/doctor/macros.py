"""Macros in SPF records: `%{ir}.%{v}._spf.example.net` (RFC 7208 section 7). Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

_MACRO = re.compile(r"%(?:\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_LITERALS = {"%": "%", "_": " ", "-": "%20"}


class BadMacro(ValueError):
    """A percent sign that begins no macro of RFC 7208."""


def expand(text: str, values: Mapping[str, str]) -> str:
    """`values` by letter in lower case (s, l, o, d, i, h, p, v)."""

    def one(match: re.Match[str]) -> str:
        letter, digits, reverse, delimiters, literal = match.groups()
        if literal:
            return _LITERALS[literal]
        value = values.get(letter.lower())
        if value is None or digits == "0":
            raise BadMacro(match[0])
        return _transformed(value, int(digits or 0), bool(reverse), delimiters or ".")

    if "%" in _MACRO.sub("", text):
        raise BadMacro(text)
    expanded = _MACRO.sub(one, text)
    while len(expanded) > 253 and "." in expanded:  # section 7.3: labels are taken off from the left
        expanded = expanded.partition(".")[2]
    return expanded


def _transformed(value: str, keep: int, reverse: bool, delimiters: str) -> str:
    parts = re.split(f"[{re.escape(delimiters)}]", value)
    if reverse:
        parts.reverse()
    return ".".join(parts[-keep:] if keep else parts)


def macro_values(address: str, *, domain: str, sender: str, helo: str) -> dict[str, str]:
    """The letters of section 7.2 for one message; `domain` changes from record to record."""
    ip = ipaddress.ip_address(address)
    local, _, own = sender.rpartition("@")
    dotted = address if ip.version == 4 else ".".join(ip.exploded.replace(":", ""))
    return {
        "s": sender, "l": local or "postmaster", "o": own, "d": domain, "i": dotted, "h": helo, "p": "unknown",
        "v": "in-addr" if ip.version == 4 else "ip6",
    }  # fmt: skip
