"""A configuration that works gives the settings it says, with the defaults of DESIGN 8 and 9."""

import subprocess
import sys

import pytest

from digest.config import load_config
from digest.errors import ConfigError


def test_the_smallest_configuration_loads_with_professional_defaults(folder):
    """Twenty lines are enough; everything else is filled in."""
    config = folder.load()
    assert config.path == folder.file and config.directory == folder.path
    assert config.storage_url == f"sqlite:///{folder.path}/digest.db"
    assert str(config.site.sender) == "Riverside Makers <digest@riverside-makers.example>"
    assert config.site.unsubscribe_email == "digest@riverside-makers.example"
    assert config.site.public_url is None and config.site.locale == "en"
    assert config.site.publisher.postal_address == "1 Quay Street, Galway, Ireland"
    weekly = config.digests["weekly"]
    assert (weekly.list, weekly.sources, weekly.relay) == ("members", ("blog",), "main")
    assert (weekly.title, weekly.timezone, weekly.locale) == ("Riverside Makers", "Europe/Dublin", "en")
    assert weekly.catch_up_s is None and weekly.finish_within_s is None
    assert (weekly.curate.min_articles, weekly.curate.max_articles) == (1, 12)
    assert (weekly.curate.sentences, weekly.curate.max_chars) == (2, 280)
    assert weekly.render.template == "briefing"
    assert weekly.render.template_dirs == (folder.path / "templates" / "weekly", folder.path / "templates")
    assert config.lists["members"].csv == folder.path / "subscribers.csv"
    assert (config.lists["members"].max_shrink, config.lists["members"].max_grow) == (0.2, 0.5)
    relay = config.relays["main"]
    assert (relay.host, relay.port, relay.tls, relay.username) == ("smtp.example.net", 587, "starttls", "digest")
    assert relay.password == "from the file"
    assert config.delivery.on_uncertain == "hold" and config.delivery.only_to == ()
    assert config.notify.email == "editors@riverside-makers.example"
    assert (config.serve.host, config.serve.port) == ("127.0.0.1", 8080)
    assert "riverside-makers.example" in config.fetch.user_agent


EVERYTHING = """
[source.stories]
path = "articles"
title = "Stories"
timezone = "America/New_York"
language = "en_IE"
url_template = "https://riverside-makers.example/stories/{stem}"

[source.api]
url = "https://api.example.org/feed.json"
headers = { Accept-Language = "en", Authorization = { env = "API_KEY" } }

[list.archive]
title = "Kept in the database"
topics = ["news", "forum"]
max_change = { shrink = "5%", grow = "1000%" }

[digest.daily]
list = "archive"
schedule = "30 7 * * *"
timezone = "Asia/Kolkata"
locale = "hi-IN"
title = "Every morning"
sources = ["api", "blog", "api"]
template = "cards"
min_articles = 3
max_articles = 5
max_per_author = 2
half_life = "36h"
summary = { sentences = 1 }
subject = "{title} and {n} more"
preheader = "From {n} authors"
catch_up = "1h 30m"
finish_within = "2 days"
relay = "other"

[relay.other]
url = "smtp://127.0.0.1:2525"

[theme]
accent = "#0AF"
logo = "https://riverside-makers.example/logo.png"
logo_width = 120

[delivery]
on_uncertain = "resend"
finish_within = "3h"
only_to = ["Ann@Example.org", "@riverside-makers.example"]

[bounces]
address = "b+{token}@bounces.riverside-makers.example"

[serve]
listen = "[::1]:9000"
trusted_proxies = ["10.0.0.1"]

[fetch]
allow_hosts = ["intranet.example", "10.0.0.0/8"]

[storage]
url = "postgresql://digest@db/digest"
"""


def test_every_other_setting_reaches_the_stage_that_needs_it(folder):
    """What can be set is set: sources, lists, digests, looks, delivery, serving."""
    folder.add(EVERYTHING)
    config = folder.load(API_KEY="Bearer 1")
    stories, api = config.sources["stories"], config.sources["api"]
    assert (stories.kind, stories.path, stories.url) == ("files", folder.path / "articles", None)
    assert (stories.timezone, stories.language) == ("America/New_York", "en-IE")
    assert api.headers == {"Accept-Language": "en", "Authorization": "Bearer 1"}
    archive = config.lists["archive"]
    assert (archive.csv, archive.topics, archive.max_shrink, archive.max_grow) == (None, ("news", "forum"), 0.05, 10.0)
    daily = config.digests["daily"]
    assert (daily.sources, daily.relay, daily.locale) == (("api", "blog"), "other", "hi-IN")
    assert (daily.catch_up_s, daily.finish_within_s) == (5400.0, 172800.0)
    assert config.digests["weekly"].finish_within_s == 10800.0, "[delivery] gives the default"
    assert config.digests["weekly"].sources == ("blog", "stories", "api")
    assert (daily.curate.max_per_author, daily.curate.half_life_days, daily.curate.sentences) == (2, 1.5, 1)
    assert (daily.subject, daily.preheader) == ("{title} and {n} more", "From {n} authors")
    assert (daily.render.template, daily.render.accent, daily.render.logo_width) == ("cards", "#00aaff", 120)
    assert config.delivery.only_to == ("ann@example.org", "riverside-makers.example")
    assert config.bounce_address == "b+{token}@bounces.riverside-makers.example"
    assert (config.serve.host, config.serve.port) == ("::1", 9000)
    assert config.serve.trusted_proxies == ("10.0.0.1/32",)
    assert config.fetch.allow_hosts == ("intranet.example", "10.0.0.0/8")
    assert config.storage_url == "postgresql://digest@db/digest"


def test_relative_paths_are_relative_to_the_file_not_to_the_working_directory(folder, monkeypatch):
    """cron starts in another folder; the database and the list stay where the file is."""
    monkeypatch.chdir(folder.path.parent)
    config = load_config(folder.file.relative_to(folder.path.parent), env={})
    assert config.lists["members"].csv == folder.path / "subscribers.csv"
    assert config.storage_url == f"sqlite:///{folder.path}/digest.db"


def test_a_byte_order_mark_is_no_mistake(folder):
    """Windows editors write one."""
    folder.file.write_bytes(b"\xef\xbb\xbf" + folder.text.encode())
    assert folder.load().site.name == "Riverside Makers"


def test_a_missing_file_is_a_configuration_error_that_names_init(tmp_path):
    """No traceback for the most common first mistake."""
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "digest.toml", env={})
    assert "digest init" in str(caught.value)


def test_a_postal_address_over_several_lines_becomes_one(folder):
    """The footer and the header that show it have one line."""
    folder.change('"1 Quay Street, Galway, Ireland"', '"""\n1 Quay Street,\n Galway\nIreland\n"""')
    assert folder.load().site.postal_address == "1 Quay Street, Galway, Ireland"


def test_the_user_agent_is_ascii_whatever_the_contact(folder):
    """A header that cannot be encoded would fail every fetch."""
    folder.change("[source", 'contact = "Zoë (editor)"\n[source')
    assert folder.load().fetch.user_agent.endswith(" (+Zo%C3%AB %28editor%29)")


def test_importing_the_package_does_not_load_pydantic():
    """`digest --help` must stay light."""
    code = "import sys, digest.config; from digest.config import load_config; print('pydantic' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
