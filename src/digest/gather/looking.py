"""Looking at the pictures of an issue before readers do: fetched, read, and replaced where a mail client shows none.

Does not decode (`pictures` reads) and keeps nothing. Invariants: a picture is fetched without cookies and without a
Referer; the source's own headers go along only to the origin of a private source, and only where it answers nobody
else. Nothing is fetched after the deadline. An article loses its picture, never its place.

Of what was not looked at in time, a picture that was good before stays, and one that nobody ever saw is left out: an
article without a picture is complete, and one with a broken or a counting one is not.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digest.errors import FetchError
from digest.gather.asking import Http, HttpAnswer
from digest.gather.deadline import ask_by_host
from digest.gather.imagebytes import MAX_BYTES, Picture, read_picture
from digest.gather.settings import SourceSettings
from digest.gather.urls import origin_of
from digest.model import Image

DEADLINE_S = 20.0
PICTURE_S = 10.0
_ACCEPT = "image/jpeg, image/png, image/gif, image/*;q=0.1"


@dataclass(frozen=True, slots=True)
class Look:
    """One picture, looked at. `passing`: it could not be fetched, which says nothing of the picture itself."""

    url: str
    picture: Picture
    bytes: int = 0
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """One article's pictures, best first."""

    id: int
    images: tuple[Image, ...]
    source: SourceSettings | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture for one article, with its true size, or None; `refused` says of each other why it was not taken."""

    id: int
    image: Image | None
    refused: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def choose_pictures(
    wishes: Sequence[Wish],
    *,
    http: Http,
    fresh: Mapping[str, Look],
    good: Mapping[str, Look],
    deadline_s: float = DEADLINE_S,
) -> tuple[list[Shown], list[Look]]:
    """A picture for each wish, and what was looked at. `fresh` are looks that still count, whatever they found; `good`
    are those of any age that found a picture: they stand in for what cannot be reached now."""
    until = time.monotonic() + deadline_s
    looks: dict[str, Look] = {}

    def choose(wish: Wish) -> Shown:
        return _choose(wish, http, fresh, good, looks, until)

    wishes = [wish for wish in wishes if wish.images]
    answers = ask_by_host(wishes, lambda wish: wish.images[0].url, choose, until=until)
    shown = []
    for place, wish in enumerate(wishes):
        answer = answers.get(place)
        shown.append(answer if isinstance(answer, Shown) else _unseen(wish, good))
    return shown, list(looks.values())


def _choose(
    wish: Wish, http: Http, fresh: Mapping[str, Look], good: Mapping[str, Look], looks: dict[str, Look], until: float
) -> Shown:
    refused: list[tuple[str, str]] = []
    for image in wish.images:
        look = fresh.get(image.url) or looks.get(image.url)
        if look is None:
            if time.monotonic() >= until:
                break
            look = looks[image.url] = _look(image.url, http, wish.source)
        before = good.get(image.url)
        if look.passing and before is not None:
            kept = f"it could not be looked at now ({look.picture.why}); it was good before"
            return Shown(wish.id, _sized(image, before.picture), tuple(refused), (kept,))
        if look.picture.ok:
            return Shown(wish.id, _sized(image, look.picture), tuple(refused), look.picture.warnings)
        refused.append((image.url, look.picture.why))
    if len(refused) < len(wish.images):
        rest = _unseen(replace(wish, images=wish.images[len(refused) :]), good)
        return replace(rest, refused=(*refused, *rest.refused))
    return Shown(wish.id, None, tuple(refused))


def _unseen(wish: Wish, good: Mapping[str, Look]) -> Shown:
    image = wish.images[0]
    before = good.get(image.url)
    if before is not None:
        return Shown(wish.id, _sized(image, before.picture), warnings=("there was no time to look at it again",))
    return Shown(wish.id, None, ((image.url, "there was no time to look at it"),))


def _sized(image: Image, picture: Picture) -> Image:
    return replace(image, width=picture.width, height=picture.height)


def _look(url: str, http: Http, source: SourceSettings | None) -> Look:
    try:
        answer = http.get(url, headers={"Accept": _ACCEPT}, max_bytes=MAX_BYTES)
        own = source is not None and source.is_private and origin_of(url) == origin_of(source.url or "")
        if source is not None and own and answer.status in (401, 403, 404):
            answer = http.get(url, headers={"Accept": _ACCEPT, **source.headers}, max_bytes=MAX_BYTES)
            return _private(_read(url, answer))
        return _read(url, answer)
    except FetchError as error:
        if error.what == "the answer is too large":
            return Look(url, Picture(why=f"it has more than {MAX_BYTES // 1_048_576} MB"))
        # An address that cannot be or must not be fetched will not be better tomorrow; everything else may be.
        lasting = error.what in ("this address cannot be fetched", "this address is not fetched")
        return Look(url, Picture(why=error.what), passing=not lasting)


def _read(url: str, answer: HttpAnswer) -> Look:
    if answer.status != 200:
        passing = answer.status in (408, 425, 429) or answer.status >= 500
        return Look(url, Picture(why=f"its server answers {answer.status}"), passing=passing)
    return Look(url, read_picture(answer.data), len(answer.data))


def _private(look: Look) -> Look:
    """It can be had with the source's key alone: readers, who have none, see it only where they are let in."""
    warning = "only its source's key opens it: readers without one see its description instead"
    return replace(look, picture=replace(look.picture, warnings=(*look.picture.warnings, warning)))
