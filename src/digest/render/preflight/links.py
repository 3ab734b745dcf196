"""Links: where they lead, what they say, what they tell about the reader, and the way out. Follows none."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from digest.render.escaping import check_link
from digest.render.preflight.colours import ratio
from digest.render.preflight.page import Node, squeezed
from digest.render.preflight.sample import Hits, Inspection

_VAGUE = frozenset(
    """click here|here|read more|more|link|this link|learn more|this|click|continue|continue reading|go|details|see more
    |more info|read on|mehr|mehr lesen|weiterlesen|hier|hier klicken|weiter|en savoir plus|lire la suite|ici
    |cliquez ici|plus|leer más|más|aquí|haz clic aquí|saber más|leia mais|mais|aqui|clique aqui|saiba mais
    |اقرأ المزيد|المزيد|هنا|اضغط هنا|और पढ़ें|यहाँ|यहाँ क्लिक करें|続きを読む|もっと見る|こちら|詳細""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_SHORTENERS = frozenset({
    "bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "rb.gy",
    "tiny.cc", "lnkd.in", "t.ly", "shorturl.at",
})  # fmt: skip
_PERSONAL = frozenset({
    "fbclid", "gclid", "dclid", "msclkid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "yclid", "igshid", "vero_id",
    "oly_enc_id", "oly_anon_id", "__s", "ml_subscriber",
})  # fmt: skip
_PRIVATE = re.compile(
    r"(?:127|10|0)\.[\d.]+|192\.168\.[\d.]+|169\.254\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|\[?::1\]?|localhost"
)
_INTERNAL = re.compile(
    r"(?:^|\.)(?:staging|stage|localhost|preprod|uat)\.|\.(?:local|localhost|internal|lan|test|invalid)$"
)
_NAMED_SITE = re.compile(r"(?:https?://(?:www\.)?|www\.)((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE)
_RESERVED = re.compile(r"(?:^|\.)example\.(?:com|net|org)$")
_LEAVE = re.compile(
    "unsubscri|opt.?out|abbestellen|abmelden|désabonn|désinscri|cancelar|darse de baja|إلغاء|सदस्यता|配信停止|登録解除",
    re.IGNORECASE,
)


def addresses(look: Inspection) -> Hits:
    for node in look.page.all("a", "area"):
        if "href" not in node.attrs:
            continue
        href = node.attrs["href"].strip()
        if _is_exit(look, href):
            continue
        why = check_link(node.attrs["href"])
        if why or re.match(r"https?://https?[:/]", href):
            yield "link-scheme", f"{href[:60]!r}: {why or 'the scheme stands twice'}", node.place
            continue
        if len(href) > 2000:
            yield "link-long", f"{len(href)} characters", node.place
        if href.startswith("mailto:"):
            continue
        yield from _address(look, node, href)


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return 0


def _address(look: Inspection, node: Node, href: str) -> Hits:
    parts = urlsplit(href)
    host = (parts.hostname or "").lower()
    if _PRIVATE.fullmatch(host) or _INTERNAL.search(host):
        if look.reachable is None or not look.reachable(host, _port(parts)):
            yield "link-local", host, node.place
    elif parts.scheme == "http":
        yield "link-plain-http", href[:80], node.place
    if host.removeprefix("www.") in _SHORTENERS:
        yield "link-shortener", host, node.place
    own = (urlsplit(look.issue.site.url).hostname or "").lower()
    if _RESERVED.search(host) and not _RESERVED.search(own):
        yield "left-example", href[:80], node.place
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    tracked = [name for name in names if name.lower() in _PERSONAL]
    doubled = [name for name in set(names) if name.startswith("utm_") and names.count(name) > 1]
    if tracked or doubled:
        yield "link-tracking", f"the parameter {(tracked or doubled)[0]}", node.place
    named = _NAMED_SITE.fullmatch(node.text)
    if named and _site(named[1]) != _site(host):
        yield "link-spoof", f"it says {named[1]} and leads to {host}", node.place


def _site(host: str) -> str:
    """The registrable part, near enough: three labels below two-letter domains such as co.uk."""
    labels = host.lower().removeprefix("www.").split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) < 4 else labels[-2:])


def spoken(look: Inspection) -> Hits:
    """What a link says to somebody who hears it alone."""
    said: dict[str, str] = {}
    for node in look.page.visible("a"):
        if "href" not in node.attrs or node.attrs.get("aria-hidden") == "true":
            continue
        name, href = node.name, node.attrs["href"].strip()
        if not name:
            if not _is_exit(look, href):
                yield "link-empty", f"nothing is said; it leads to {href[:60]}", node.place
            continue
        words = re.sub(r"[\s»›→>….!:]+$", "", name).strip("«‹← ").casefold()
        if words in _VAGUE:
            yield "link-vague", f"it says {name!r}", node.place
        elif node.shown and said.setdefault(words, href) != href and not _twice(look, words):
            yield "link-ambiguous", f"{name[:60]!r} leads to {said[words][:60]} and to {href[:60]}", node.place


def _twice(look: Inspection, words: str) -> bool:
    """Two articles of one title are another finding."""
    titles = [re.sub(r"[\s….!:]+$", "", squeezed(item.title)).casefold() for item in look.issue.items]
    return words in titles


def neighbours(look: Inspection) -> Hits:
    for parent in look.page.nodes:
        if parent.hidden or not parent.content:
            continue
        before: Node | None = None
        for piece in parent.content:
            if isinstance(piece, str):
                before = before if not squeezed(piece) else None
                continue
            here = piece if _followed(piece) else None
            if before is not None and here is not None and before.attrs["href"] == here.attrs["href"]:
                yield "link-repeated", f"two links side by side lead to {here.attrs['href'][:60]}", here.place
            before = here


def _followed(node: Node) -> bool:
    return node.tag == "a" and "href" in node.attrs and not node.hidden and node.attrs.get("aria-hidden") != "true"


def private(look: Inspection) -> Hits:
    address = look.sample.address.lower()
    secrets = {address, *(hashlib.new(kind, address.encode(), usedforsecurity=False).hexdigest()
                          for kind in ("md5", "sha1", "sha256"))}  # fmt: skip
    secrets.add(b64encode(address.encode()).decode().rstrip("="))
    token = look.sample.unsubscribe.removeprefix(_exit_prefix(look)) if look.sample.unsubscribe else ""
    if len(token) > 5:
        secrets.add(token)
    for node in look.page.all("a", "img", "area"):
        target = node.attrs.get("href" if node.tag != "img" else "src", "")
        if not target or _is_exit(look, target):
            continue
        known = {unquote(target), unquote(target).lower()}
        if any(secret in form for secret in secrets for form in known):
            yield "link-private", f"{target[:60]} tells who reads", node.place


def _exit_prefix(look: Inspection) -> str:
    return look.rendition.links.unsubscribe.split("{token}")[0]


def _is_exit(look: Inspection, href: str) -> bool:
    prefix = _exit_prefix(look)
    return bool(prefix) and href.startswith(prefix)


def way_out(look: Inspection) -> Hits:
    links = [node for node in look.page.all("a") if "href" in node.attrs]
    exits = [node for node in links if _is_exit(look, node.attrs["href"])]
    if not exits:
        named = [node for node in links if _LEAVE.search(node.name)]
        for node in named[:1]:
            yield "unsubscribe-dead", f"it leads to {node.attrs['href'][:60]!r}", node.place
        if not named:
            yield "unsubscribe-missing", "no link leads to unsubscribing", "html"
        return
    for node in exits:
        href = node.attrs["href"]
        expected = look.sample.unsubscribe
        if (expected and href != expected) or href == _exit_prefix(look) or "{" in href:
            yield "unsubscribe-dead", f"it leads to {href[:80]!r}, not to this reader's page", node.place
    if not any(_seen(node) for node in exits):
        yield "unsubscribe-hidden", "no reader can see it", exits[0].place


def _seen(node: Node) -> bool:
    if node.hidden or not node.name:
        return False
    text, ground, _, _ = node.looks[0]
    return node.size >= 12 and (ground < 0 or ratio(text, ground) >= 2.5)


CHECKS = (addresses, spoken, neighbours, private, way_out)
