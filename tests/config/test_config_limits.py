"""Rates, providers and relays that share the work: what they come to, and mistakes that are told."""

from digest.deliver.limits import Rate

GOOD = """\
[site]
name = "Riverside Makers"
url = "https://riverside-makers.example"
timezone = "Europe/Dublin"
from = "Riverside Makers <digest@riverside-makers.example>"
postal_address = "1 Quay Street, Galway, Ireland"

[source.blog]
url = "https://riverside-makers.example/blog-feed.xml"

[list.members]
csv = "subscribers.csv"

[digest.weekly]
list = "members"
schedule = "every monday at 09:00"
relays = ["main", "other"]

[relay.main]
url = "smtp://127.0.0.1:2525"
weight = 3
rate = ["100/second", "50000/day"]

[relay.other]
url = "smtp://127.0.0.1:2526"

[limit.gmail]
domains = ["googlemail.com"]
rate = ["20/second"]

[limit.others]
domains = ["*"]
rate = ["300/minute"]
"""


def test_rates_reach_relays_and_providers(folder):
    """A provider's sister stands for the provider; the digest names its relays in order."""
    folder.write(GOOD)
    folder.file.with_name("subscribers.csv").write_text("email\nana@quay.example\n")
    config = folder.load()
    assert config.relays["main"].rates == (Rate(100, 1.0), Rate(50_000, 86_400.0))
    assert (config.relays["main"].weight, config.relays["other"].weight) == (3, 1)
    assert config.delivery.limits == {"gmail.com": (Rate(20, 1.0),), "*": (Rate(300, 60.0),)}
    assert config.digests["weekly"].relays == ("main", "other") and config.digests["weekly"].relay == "main"


def test_mistakes_about_limits_are_told(folder):
    """A rate that is none, a provider that is limited twice, a relay that is missing, relays that are all spares."""
    bad = (
        GOOD.replace('"20/second"', '"20 a second"')
        .replace('["*"]', '["gmail.com"]')
        .replace("weight = 3", "weight = 0")
    )
    folder.write(bad.replace('"other"]', '"third"]'))
    told = {(one.key, one.what) for one in folder.problems()}
    words = " ".join(f"{key} {what}" for key, what in told)
    assert "limit.gmail.rate" in words and "gmail.com is limited by limit.gmail already" in words
    assert "all of them are spares" in words and "third" in words
