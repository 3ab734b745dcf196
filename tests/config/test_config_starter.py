"""The starter loads, explains itself, keeps the password to its owner, and overwrites nothing."""

import re
import stat
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import Answers, load_config, schema, write_starter
from digest.config.starter import _digest_toml, _write_new
from digest.errors import ConfigError, UsageError

ANSWERS = Answers(
    site_name="Riverside Makers",
    site_url="https://riverside-makers.example",
    sender="Riverside Makers <digest@riverside-makers.example>",
    operator="ann@riverside-makers.example",
    relay_url="smtp://digest@smtp.example.net:587",
    timezone="Europe/Dublin",
    feed_url="https://riverside-makers.example/feed.xml",
    postal_address="1 Quay Street, Galway, Ireland",
    password="hunter2",
)


def test_the_starter_loads_and_says_what_was_answered(tmp_path):
    """With all questions answered it can send as it stands."""
    write_starter(tmp_path, answers=ANSWERS)
    config = load_config(tmp_path / "digest.toml", env={})
    assert config.site.name == "Riverside Makers" and config.relays["main"].password == "hunter2"
    assert config.sources["blog"].url == ANSWERS.feed_url and "articles" not in config.sources
    assert config.notify.email == ANSWERS.operator
    assert (tmp_path / "subscribers.csv").read_text() == "email,name\nann@riverside-makers.example,\n"
    assert not (tmp_path / "articles").exists()


def test_without_a_feed_there_is_a_folder_with_a_first_article(tmp_path):
    """The first preview shows something even before there is a feed."""
    written = write_starter(tmp_path / "new" / "folder", answers=Answers.guess("ann@riverside-makers.example"))
    config = load_config(written[0], env={}, secrets=False)
    folder = config.sources["articles"].path
    assert folder is not None and [file.name for file in folder.iterdir()] == ["welcome.md"]
    assert "title: " in (folder / "welcome.md").read_text()


def test_what_cannot_be_guessed_is_asked_for_by_the_first_command_that_sends(tmp_path):
    """The password and the postal address, each with its line; other commands work at once."""
    write_starter(tmp_path, answers=Answers.guess("ann@riverside-makers.example", site_name="Riverside"))
    assert load_config(tmp_path / "digest.toml", env={}, secrets=False).site.name == "Riverside"
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "digest.toml", env={})
    assert [one.key for one in caught.value.problems] == ["site.postal_address", "relay.main.password"]
    assert all(one.line for one in caught.value.problems)


def test_an_operator_at_a_free_provider_gets_a_starter_that_may_send(tmp_path):
    """The guess keeps to the DMARC rule: From and relay are both the provider's."""
    write_starter(tmp_path, answers=Answers.guess("ann@gmail.com"))
    config = load_config(tmp_path / "digest.toml", env={}, secrets=False)
    assert str(config.site.sender.address) == "ann@gmail.com"
    assert (config.relays["main"].host, config.relays["main"].username) == ("smtp.gmail.com", "ann@gmail.com")


def test_the_password_file_is_private_and_ignored(tmp_path):
    """0600 from the first byte, and out of version control together with addresses and the database."""
    write_starter(tmp_path, answers=ANSWERS)
    assert stat.S_IMODE((tmp_path / "smtp-password").stat().st_mode) == 0o600
    ignored = (tmp_path / ".gitignore").read_text()
    assert "/smtp-password" in ignored and "/digest.db*" in ignored and "/*.csv" in ignored
    assert "hunter2" not in (tmp_path / "digest.toml").read_text()


@pytest.mark.parametrize("name", ["digest.toml", "subscribers.csv", "smtp-password", ".gitignore"])
def test_an_existing_file_stops_everything_before_anything_is_written(tmp_path, name):
    """Whatever exists is named and stays as it was; nothing stands beside it."""
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=re.escape(name)):
        write_starter(tmp_path, answers=ANSWERS)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_that_appears_between_the_check_and_the_writing_is_kept(tmp_path):
    """The writing itself refuses to overwrite, not only the check before it."""
    (tmp_path / "digest.toml").write_text("mine")
    with pytest.raises(FileExistsError):
        _write_new(tmp_path / "digest.toml", "theirs", mode=0o644)
    assert (tmp_path / "digest.toml").read_text() == "mine"


def test_answers_that_cannot_be_are_refused_before_anything_is_written(tmp_path):
    """A starter that the next command refuses would be a poor welcome."""
    with pytest.raises(UsageError, match=r"source\.blog\.url") as caught:
        write_starter(tmp_path / "x", answers=replace(ANSWERS, feed_url="feed.xml", timezone="Dublin"))
    assert "site.timezone" in str(caught.value) and not (tmp_path / "x").exists()


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path):
    """A folder where a file should be: the files already written are taken back."""
    (tmp_path / "articles").write_text("a file, not a folder")
    with pytest.raises(UsageError):
        write_starter(tmp_path, answers=Answers.guess("ann@riverside-makers.example"))
    assert [file.name for file in tmp_path.iterdir()] == ["articles"]


def test_every_setting_in_its_remarks_exists():
    """A remark taken out of its # is a setting of the schema, in the table above it."""
    text = _digest_toml(replace(ANSWERS, feed_url=None))
    bare = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    data = tomllib.loads(bare)
    for section, tables in data.items():
        known = set(schema.keys_of(schema.SECTIONS[section].model))
        for table in tables.values() if schema.SECTIONS[section].named else [tables]:
            assert set(table) <= known
    assert len(re.findall(r"^# [a-z_]+ = ", text, re.MULTILINE)) >= 10


PRINTABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60, deadline=None)
@given(PRINTABLE, PRINTABLE)
def test_any_answer_is_written_as_exactly_that_text(name, address):
    """Quotes, backslashes, marks of our own and control characters cannot break the file."""
    data = tomllib.loads(_digest_toml(replace(ANSWERS, site_name=name + "@URL@", postal_address=address or "x")))
    assert data["site"]["name"] == name + "@URL@" and data["site"]["postal_address"] == (address or "x")
