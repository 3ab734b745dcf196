"""A feed that another program serves, an SMTP server that is not ours: the wire says what the ledger says."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from digest.model import DeliveryState
from support_postfix import postfix_sink
from support_smtp import Sink
from support_world import MONDAY, FeedServer, World, states


@contextmanager
def foreign_web_server(folder: Path) -> Iterator[str]:
    """Python's own http.server in another process: plain files, its own Last-Modified and 304s."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.postfix
def test_what_smtp_sink_wrote_is_what_the_ledger_says(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    with FeedServer() as feed, postfix_sink() as relay, foreign_web_server(site) as url:
        feed.publish("Lamp night", MONDAY - timedelta(days=1))
        feed.publish("Oar and rudder", MONDAY - timedelta(days=2))
        (site / "feed.xml").write_bytes(feed.document())
        world = World(tmp_path, feed, relay_of(relay.url), new_sqlite())
        world.people(*(f"reader{number}@quay.example" for number in range(25)), "straße@bücher.example")
        world.config_path.write_text(world.config_path.read_text().replace(feed.url, url))
        world.tick()
        world.at(MONDAY + timedelta(minutes=1)).tick()

        assert states(world.issues()) == ["done"]
        accounting = world.accounting(world.issues()[0])
        received = relay.await_messages(accounting.accepted)
        with world.workspace() as workspace:
            rows = list(workspace.store.issues.deliveries(world.issues()[0].id))

    accepted = {row.address: row.message_id for row in rows if row.state is DeliveryState.ACCEPTED}
    assert len(accepted) == accounting.accepted >= 25
    assert sorted(message.recipients[0] for message in received) == sorted(accepted)
    for message in received:
        parsed = message_from_bytes(message.data, policy=default)
        assert parsed.defects == []
        assert accepted[message.recipients[0]] in parsed["message-id"]
        assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
        assert "Lamp night" in parsed.get_body(("plain",)).get_content()  # type: ignore[attr-defined]


def relay_of(url: str) -> Sink:
    """World wants something with a url."""

    class Relay:
        messages: list[object] = []

    relay = Relay()
    relay.url = url  # type: ignore[attr-defined]
    return relay  # type: ignore[return-value]
