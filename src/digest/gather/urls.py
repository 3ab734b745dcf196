"""Addresses of articles: made absolute, stripped of trackers for the mail, folded to a key for recognition. Pure.

Does not fetch. Invariant: `url_key` is a function of what the address means, not of how it is written: scheme, `www.`,
host case, default port, dot segments, needless escapes, parameter order, a trailing slash and trackers do not count.
The key is for comparing only; what is mailed keeps its scheme, host and order (`strip_trackers`).

Why this way: no library is right alone. courlan leaves `/a/../b` and, when strict, drops legitimate parameters; w3lib
keeps `:443` and every tracker; url-normalize resolves dots and ports but keeps trackers.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote_to_bytes, urljoin, urlsplit

_TRACKER_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_", "oly_", "vero_", "__hs")
_TRACKER_NAMES = """fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh mc_cid
    mc_eid _hsenc _hsmi mkt_tok ref_src ref_url cmpid ncid s_cid wt_mc zanpid _openstat ml_subscriber
    ml_subscriber_hash epik rb_clickid sc_cid trk_contact trk_msg trk_module trk_sid wickedid"""
_TRACKERS = frozenset(_TRACKER_NAMES.split())
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_KEPT = _UNRESERVED | frozenset(b"!$&'()*+,;=:@/")
_BLANKS = re.compile(r"[\t\r\n]+")


def http_url(text: str | None, base: str | None = None) -> str | None:
    """`text` as an absolute http(s) address, resolved against `base`; None when it is not one."""
    cleaned = _BLANKS.sub("", text or "").strip().replace(" ", "%20")
    if not cleaned or len(cleaned) > 4096 or any(ord(char) < 0x20 or ord(char) == 0x7F for char in cleaned):
        return None
    try:
        url = urljoin(base, cleaned) if base else cleaned
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and host else None


def origin_of(url: str) -> str:
    """Scheme, host and port (RFC 6454): whom a key may be shown to; "" for what is no http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}" if parts.scheme in ("http", "https") else ""


def strip_trackers(url: str) -> str:
    """The address as it is mailed: parameters that follow people around are gone, every other byte stays."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.query:
        return url
    kept = [pair for pair in parts.query.split("&") if not _is_tracker(pair, parts.hostname or "")]
    if len(kept) == parts.query.count("&") + 1:
        return url
    head, _, fragment = url.partition("#")
    address = head.partition("?")[0]
    query = "&".join(kept)
    return address + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def url_key(url: str) -> str:
    """`host[:port]/path?query` of an http(s) address in one normal form; other text comes back as it is."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in ("http", "https") or not host:
        return url.strip()
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"{_host_key(host)}{_port_key(parts, port)}{_path_key(parts.path)}{_query_key(parts.query, host)}{fragment}"


def guid_key(guid: str) -> str:
    """A feed's identifier, folded only where publishers change it without meaning to: scheme, host case, last slash."""
    text = guid.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return text
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"//{parts.netloc.lower()}{parts.path.rstrip('/')}{query}{fragment}"


def _is_tracker(pair: str, host: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in _TRACKERS or name.startswith(_TRACKER_PREFIXES):
        return True
    # Medium marks its feed's links this way; elsewhere `source` is an ordinary parameter.
    return name == "source" and value.startswith("rss") and (host == "medium.com" or host.endswith(".medium.com"))


def _host_key(host: str) -> str:
    name = host.lower().strip(".")
    if not name.isascii():
        import idna

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return name
    name = name.removeprefix("www.") or name
    return f"[{name}]" if ":" in name else name


def _port_key(parts: SplitResult, port: int | None) -> str:
    default = 443 if parts.scheme.lower() == "https" else 80
    return "" if port in (None, default, 80, 443) else f":{port}"


def _path_key(path: str) -> str:
    segments: list[str] = []
    for segment in _escape(path, _PATH_KEPT).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in (".", ""):
            segments.append(segment)
    return "/" + "/".join(segments)


def _query_key(query: str, host: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not _is_tracker(pair, host)]
    return (
        "?" + "&".join(sorted(_escape(pair, _PATH_KEPT | frozenset(b"?"), plus=True) for pair in pairs))
        if pairs
        else ""
    )


def _escape(text: str, kept: frozenset[int], *, plus: bool = False) -> str:
    """Percent-encoding in its normal form (RFC 3986 section 6.2.2): unreserved bytes plain, the rest upper-case hex.

    A reserved character that came escaped stays escaped: `%2F` is not a slash.
    """
    out: list[str] = []
    for piece in re.split(r"(%[0-9A-Fa-f]{2})", text):
        escaped = len(piece) == 3 and piece[0] == "%" and re.fullmatch(r"%[0-9A-Fa-f]{2}", piece) is not None
        for byte in unquote_to_bytes(piece) if escaped else piece.encode("utf-8", "surrogatepass"):
            plain = byte in _UNRESERVED or (not escaped and byte in kept)
            out.append(chr(byte) if plain else f"%{byte:02X}")
    return "".join(out)
