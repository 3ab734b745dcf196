"""The envelope of what is sent: whose mail comes back is known from the address it comes back to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import TokenError
from digest.model import read_bounce_token
from support_world import MONDAY, World, world

_BOUNCES = '[bounces]\naddress = "b+{token}@bounces.riverside-makers.example"\n'


def _sent(place: World) -> None:
    place.tick()
    place.feed.publish("Lamp night", place.clock + timedelta(hours=1))
    place.at(MONDAY + timedelta(minutes=1)).tick()


def test_each_message_returns_to_an_address_that_names_issue_and_subscriber(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    with world(tmp_path, new_sqlite()) as place:
        place.configure(extra=_BOUNCES)
        _sent(place)
        with place.workspace() as workspace:
            issue_id = place.issues()[0].id
            _, keys = workspace.store.signing_keys()
            for received in place.sink.messages:
                match = re.fullmatch(r"b\+([a-z2-7]{32})@bounces\.riverside-makers\.example", received.sender)
                assert match, received.sender
                claims = read_bounce_token(keys, match[1])
                [subscriber] = workspace.store.audience.find(received.recipients[0])
                assert (claims.issue_id, claims.subscriber_id) == (issue_id, subscriber.id)
    assert len({received.sender for received in place.sink.messages}) == 3


def test_a_test_message_returns_to_an_address_that_names_nobody(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    from digest.pipeline.trying import prepare, send

    with world(tmp_path, new_sqlite()) as place:
        place.configure(extra=_BOUNCES)
        place.feed.publish("Lamp night", place.clock + timedelta(hours=1))
        with place.at(MONDAY).workspace() as workspace:
            send(workspace, "weekly", prepare(workspace, "weekly", "ana@quay.example"))
            _, keys = workspace.store.signing_keys()
    [received] = place.sink.messages
    token = received.sender.partition("@")[0].removeprefix("b+")
    with pytest.raises(TokenError):
        read_bounce_token(keys, token)


def test_without_a_bounce_address_mail_returns_to_from(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    with world(tmp_path, new_sqlite()) as place:
        _sent(place)
    assert {received.sender for received in place.sink.messages} == {"digest@riverside-makers.example"}
