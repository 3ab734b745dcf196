"""`digest dkim`: a key that only its owner can read, a record ready to publish, and nothing ever replaced."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from support_cli import Digest

from digest.deliver.dkim import read_private_key
from support_world import World


def test_a_made_key_signs_with_the_record_that_was_printed(world: World, digest: Digest) -> None:
    """The printed lines, pasted into digest.toml, are all that is needed."""
    made = digest("dkim", "keygen")
    assert made.code == 0, made.err
    file = world.folder / "dkim-digest.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = "".join(re.findall(r'"([^"]*)"', made.out.split("When the record")[0]))
    assert text == read_private_key(file.read_text()).record
    assert "digest._domainkey.riverside-makers.example. IN TXT (" in made.out

    world.config_path.write_text(world.config_path.read_text() + made.out.split("digest.toml:\n")[1])
    assert digest("dkim", "record").out.strip() in made.out
    assert digest("check").code == 0
    sent = digest("test", "weekly", "ana@quay.example")
    assert sent.code == 0, sent.err
    head = world.sink.messages[-1].data.split(b"\r\n\r\n")[0]
    assert head.startswith(b"DKIM-Signature: v=1; a=rsa-sha256;") and b"d=riverside-makers.example" in head


def test_a_key_is_never_replaced(world: World, digest: Digest) -> None:
    digest("dkim", "keygen")
    before = (world.folder / "dkim-digest.pem").read_bytes()
    again = digest("dkim", "keygen")
    assert again.code == 2 and "there already" in again.err and "--selector" in again.err
    assert (world.folder / "dkim-digest.pem").read_bytes() == before


def test_a_second_key_of_another_kind_for_programs(world: World, digest: Digest) -> None:
    made = digest("dkim", "keygen", "--kind", "ed25519", "--json").data
    assert made["name"] == "digest-ed._domainkey.riverside-makers.example"
    assert made["text"] == read_private_key(Path(made["file"]).read_text()).record
    assert made["text"].startswith("v=DKIM1; k=ed25519; p=") and len(made["text"]) < 80


def test_without_a_configuration_the_domain_must_be_said(digest: Digest, tmp_path: Path) -> None:
    refused = digest("dkim", "keygen")
    assert refused.code == 2 and "--domain" in refused.err and not list(tmp_path.glob("*.pem"))
    made = digest("dkim", "keygen", "--domain", "Bücher.example", "--selector", "s1", "--json")
    assert made.data["name"] == "s1._domainkey.xn--bcher-kva.example"


def test_a_folder_that_cannot_be_written_is_said_plainly(world: World, digest: Digest) -> None:
    refused = digest("dkim", "keygen", "--file", str(world.folder / "nowhere" / "key.pem"))
    assert refused.code == 2 and "cannot be written" in refused.err


def test_no_record_without_a_key(world: World, digest: Digest) -> None:
    refused = digest("dkim", "record")
    assert refused.code == 2 and "digest dkim keygen" in refused.err
