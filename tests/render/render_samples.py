"""A small issue and people to render it for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from digest.model import EmailAddress, Image, Issue, Item, Mailbox, Period, Recipient, Sending, Site
from digest.render import RenderSettings, Theme

THEME = Theme.from_settings(RenderSettings())
PERIOD = Period(
    "2026-11-23T09:00@Europe/Dublin", datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
)
ADA = Recipient(
    delivery_id=7,
    subscriber_id=3,
    address="ada@mail.example",
    name="Ada Reader",
    topics=("news",),
    tokens={"unsubscribe": "AQEtoken_-7", "bounce": "bOunce9"},
    message_id="m7",
)
SENDING = Sending(
    sender=Mailbox("Harbour Notes", EmailAddress.parse("digest@harbour.example")),
    date=PERIOD.end,
    list_id="weekly.harbour.example",
    message_id_domain="harbour.example",
    unsubscribe_email="leave@harbour.example",
    public_url="https://mail.harbour.example/",
)


def item(number: int = 1, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "title": f"Boat number {number} is dry again",
        "url": f"https://harbour.example/boats/{number}?a=1&b=2",
        "summary": "Two winters on the slip, one new keel, and paint that is almost the right blue.",
        "authors": ("Nell Byrne",),
        "source_title": "Slipway diary",
        "image": Image(f"https://harbour.example/img/{number}.jpg", 1200, 800, "A blue boat on trestles"),
        "minutes": 4,
        "comments": 2,
    }
    return Item(article_id=number, **{**values, **changes})


def issue(*items: Item, **changes: Any) -> Issue:
    values: dict[str, Any] = {
        "digest": "weekly",
        "title": "Harbour Weekly",
        "number": 12,
        "period": PERIOD,
        "site": Site("Harbour Notes", "https://harbour.example", "3 Pier Road, Cobh, Ireland"),
        "sending": SENDING,
        "subject": "Boats, ropes and a very small lighthouse",
        "preheader": "Everything that came ashore this week, and what it was doing out there.",
        "items": items or (item(1), item(2, image=None), item(3, url=None, summary="", body=("One.", "Two."))),
        "timezone": "Europe/Dublin",
        "minutes": 9,
        "passed_over": 5,
    }
    return Issue(**{**values, **changes})


def sending(**changes: Any) -> Sending:
    return replace(SENDING, **changes)
