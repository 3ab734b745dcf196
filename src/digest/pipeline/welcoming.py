"""What a newsletter can learn from the web site it is for: feeds, name, language, colour, logo.

Asks the network, writes nothing, raises nothing for what a site lacks: what could not be learned stands in `troubles`,
and whoever begins a newsletter goes on without it. Invariant: an accent is only proposed when it can be told from the
page it stands on, and a logo only when it was fetched and is a picture that mail programs show.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from digest.errors import DigestError, FetchError, SourceError

if TYPE_CHECKING:
    from digest.gather import Discovery, Http

CARD = "#ffffff"
MIN_CONTRAST = 1.5  # an accent below that against the card is a background colour, not an accent
MAX_PICTURE_BYTES = 1024 * 1024
NARROWEST_LOGO = 1.5  # width to height; a squarer picture is an icon, and would stand where the name is read
LOGO_PX = 160


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What a site told. `kind` "" when nothing to gather was found; `feeds` best first; `logo` with its width in an
    email; `icon` is no logo, but may serve its owner. `notes` and `troubles` are sentences for people."""

    url: str
    kind: str = ""
    feeds: tuple[str, ...] = ()
    name: str = ""
    language: str = ""
    accent: str = ""
    logo: str = ""
    logo_width: int = LOGO_PX
    icon: str = ""
    notes: tuple[str, ...] = field(default=())
    troubles: tuple[str, ...] = field(default=())


def meet(url: str, http: Http, now: datetime) -> Acquaintance:
    """Ask the site at `url` about itself."""
    from digest.gather import discover

    known = Acquaintance(url)
    try:
        found = discover(url, http, now)
    except FetchError as error:  # it may answer tomorrow: its address stays the source
        return replace(known, kind="auto", feeds=(url,), troubles=(str(error),))
    except SourceError as error:
        return _look(replace(known, troubles=(str(error),)), None, http)
    known = replace(
        known,
        kind=found.kind,
        feeds=(found.feed_url, *found.alternatives),
        name=found.title,
        language=found.language or "",
    )
    return _look(known, found, http)


def _look(known: Acquaintance, found: Discovery | None, http: Http) -> Acquaintance:
    """Colour, logo and icon. Nothing here is worth failing for."""
    branding: dict[str, Any] = {}
    with suppress(SourceError):
        branding = _read(http, _front(known.url), "branding:read_branding")
    manifest: dict[str, Any] = {}
    if branding.get("manifest"):
        with suppress(SourceError):
            manifest = _read(http, branding["manifest"], "branding:read_manifest")
    colours = [found.colour] if found and found.colour else []
    colours += [*branding.get("colours", ()), *manifest.get("colours", ())]
    accent, notes = choose_accent(colours)
    logo, width = _logo(http, branding.get("logos", []))
    icon = _icon(http, [*branding.get("icons", []), *manifest.get("icons", [])])
    return replace(known, accent=accent, notes=notes, logo=logo, logo_width=width, icon=icon)


def choose_accent(colours: list[str]) -> tuple[str, tuple[str, ...]]:
    """The first colour that can be told from an email's white card, and what the theme does to make it readable."""
    from digest.render.settings import RenderSettings
    from digest.render.theme import Theme, contrast

    notes: list[str] = []
    for colour in dict.fromkeys(colours):
        seen = contrast(colour, CARD)
        if seen < MIN_CONTRAST:
            notes.append(f"{colour} is the site's colour, but too near to white for an accent ({seen:.1f} to 1)")
            continue
        return colour, (*notes, *Theme.from_settings(RenderSettings(accent=colour)).notes)
    return "", tuple(notes)


def _logo(http: Http, addresses: list[str]) -> tuple[str, int]:
    for url in addresses:
        size = _size(http, url)
        if size is not None and size[0] >= 64 and size[0] >= NARROWEST_LOGO * size[1]:
            return url, min(LOGO_PX, size[0])
    return "", LOGO_PX


def _icon(http: Http, addresses: list[str]) -> str:
    return next((url for url in addresses if (size := _size(http, url)) is not None and min(size) >= 48), "")


def _size(http: Http, url: str) -> tuple[int, int] | None:
    """Width and height of a picture that mail programs show; None for anything else. https, or this machine."""
    from digest.config.values import is_loopback
    from digest.gather.imagebytes import read_picture

    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        return None
    try:
        answer = http.get(url, headers={"Accept": "image/png, image/jpeg, image/gif"}, max_bytes=MAX_PICTURE_BYTES)
        picture = read_picture(answer.data) if answer.status == 200 else None
    except DigestError:
        return None
    if picture is None or not picture.ok or not picture.width or not picture.height:
        return None
    return picture.width, picture.height


def _read(http: Http, url: str, function: str) -> dict[str, Any]:
    from digest.gather import guarded

    answer = http.get(url, headers={"Accept": "text/html, application/manifest+json, application/json;q=0.9"})
    if answer.status != 200:
        raise FetchError(f"the server answered {answer.status}", where=url, status=answer.status)
    told: dict[str, Any] = guarded.shared.call(function, answer.data, answer.url, about=url)
    return told


def _front(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
