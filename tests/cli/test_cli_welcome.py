"""`digest init SITE-URL`: from the address of a site to a preview and a test mail, against servers on loopback."""

from __future__ import annotations

import struct
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_cli import FRIDAY, Digest

from digest.cli.welcome import _name
from digest.demo.community import CommunityServer
from digest.demo.community import serve as serve_community
from digest.errors import FetchError, ParseError
from digest.gather.branding import read_branding, read_manifest
from digest.http import PublicHttp
from digest.pipeline.welcoming import choose_accent, meet
from support_http import Loopback, answer, serve
from support_smtp import Sink


@pytest.fixture
def community() -> Iterator[CommunityServer]:
    with serve_community(now=FRIDAY) as running:
        yield running


@pytest.fixture
def site() -> Iterator[Loopback]:
    with serve() as running:
        yield running


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\x00" + b"\x80" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def options(sink: Sink) -> list[str]:
    return [
        *("--email", "ana@quay-makers.org", "--from", "Quay <digest@quay-makers.org>", "--relay", sink.url),
        *("--postal-address", "1 Quay Street, Galway", "--allow-host", "127.0.0.1", "--timezone", "Europe/Dublin"),
    ]


def test_one_command_from_the_site_to_the_mail(digest: Digest, community: CommunityServer, tmp_path: Path) -> None:
    """Everything is found, written, gathered, previewed and mailed to oneself; nothing was asked; exit 0."""
    with Sink() as sink:
        done = digest("init", community.base_url + "/", "club", *options(sink), "--test")
    assert done.code == 0, done.out + done.err
    data = tomllib.loads((tmp_path / "club" / "digest.toml").read_text())
    assert data["source"]["blog"]["url"] == f"{community.base_url}/blog-feed.xml"
    assert data["site"]["name"] == "Riverside Makers" and data["site"]["locale"] == "en-IE"
    assert data["fetch"] == {"allow_hosts": ["127.0.0.1"]}
    assert {path.suffix for path in (tmp_path / "club" / "preview").iterdir()} == {".eml", ".html", ".txt"}
    assert [list(one.recipients) for one in sink.messages] == [["ana@quay-makers.org"]]
    assert "accepted" in done.out and "Next:" in done.out
    again = digest("init", community.base_url, "club", "--email", "ana@quay-makers.org")
    assert again.code == 2 and "exists already" in again.err


def test_on_a_terminal_it_asks_for_what_no_site_can_say(
    digest: Digest, community: CommunityServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is asked for the own address, the sender, postal address and mail server, and for nothing found."""
    asked: list[str] = []
    answers = {"Your own": "ana@quay-makers.org", "The publisher": "1 Quay Street", "The mail": "smtp://127.0.0.1:9"}

    def prompt(question: str, default: object = None, **_: object) -> object:
        asked.append(question)
        return next((given for start, given in answers.items() if question.startswith(start)), default)

    monkeypatch.setattr("click.prompt", prompt)
    for module in ("init", "welcome"):
        monkeypatch.setattr(f"digest.cli.{module}.on_terminal", lambda: True)
    done = digest("init", community.base_url, "--allow-host", "127.0.0.1", "--no-test")
    assert done.code == 0, done.err
    assert [question.split()[0:2] for question in asked] == [
        ["Your", "own"], ["Who", "the"], ["The", "publisher's"], ["The", "mail"],
    ]  # fmt: skip
    data = tomllib.loads((tmp_path / "digest.toml").read_text())
    assert data["site"]["from"] == "Riverside Makers <digest@quay-makers.org>"
    assert data["site"]["postal_address"] == "1 Quay Street"
    assert data["relay"]["main"]["url"] == "smtp://127.0.0.1:9"


def test_what_is_there_is_left_alone(digest: Digest, tmp_path: Path) -> None:
    """A folder that holds a digest.toml is refused before any network is asked, and the file stays as it was."""
    (tmp_path / "digest.toml").write_text("mine")
    refused = digest("init", "https://quay.example", "--email", "ana@quay-makers.org")
    assert refused.code == 2 and "exists already" in refused.err and "sources add" in refused.err
    assert (tmp_path / "digest.toml").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_a_site_that_is_down_still_gives_a_beginning(digest: Digest, site: Loopback, tmp_path: Path) -> None:
    """With the site answering 500 and the relay gone, the starter is there, each trouble says what to do; exit 3."""
    site.routes["/"] = answer(500)
    with Sink() as sink:
        given = options(sink)
    done = digest("init", site.url("/"), *given, "--test")
    assert done.code == 3
    assert "! The site:" in done.err and "! Gathering:" in done.err and "! The test mail:" in done.err
    assert done.err.count("  Next: ") >= 3
    assert tomllib.loads((tmp_path / "digest.toml").read_text())["source"]["blog"]["url"] == site.url("/")
    assert (tmp_path / "digest.db").exists() and digest("status").code == 0


def test_a_site_without_anything_to_gather_begins_with_a_folder(digest: Digest, site: Loopback, tmp_path: Path) -> None:
    """A page without a feed gives a folder of texts, whose first article the preview shows."""
    site.routes["/"] = answer(200, b"<html><head><title>Alone</title></head><body>Hi.</body></html>")
    with Sink() as sink:
        done = digest("init", site.url("/"), *options(sink))
    assert done.code == 3 and "no feed was found" in done.err
    assert tomllib.loads((tmp_path / "digest.toml").read_text())["source"] == {"articles": {"path": "articles"}}
    assert "Your first article" in next((tmp_path / "preview").glob("*.txt")).read_text()


def test_without_a_terminal_it_needs_an_address(digest: Digest, community: CommunityServer, tmp_path: Path) -> None:
    """Where nobody can be asked and no --email is given: exit 2, and nothing is written."""
    refused = digest("init", community.base_url, "--allow-host", "127.0.0.1")
    assert refused.code == 2 and "--email" in refused.err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "args", [["club", "--test"], ["a", "b"], ["https://a.example", "https://b.example"], ["ftp://a.example"]]
)
def test_misuse_is_said(digest: Digest, tmp_path: Path, args: list[str]) -> None:
    """Options of the long way without an address, two folders, two addresses, no web address: exit 2, nothing made."""
    refused = digest("init", *args, "--email", "ana@quay-makers.org")
    assert refused.code == 2 and not list(tmp_path.iterdir())


# --- what a site says of itself ------------------------------------------------------------------------------------

HEAD = """<html lang="de"><head><title>Werft | Boote aus Holz</title><base href="/x/">
<meta name="theme-color" content="#fff"><meta name="msapplication-TileColor" content="#17606A">
<link rel="mask-icon" href="m.svg" color="#123"><link rel="manifest" href="/app.webmanifest">
<link rel="icon" sizes="16x16" href="/small.png"><link rel="icon" sizes="192x192" href="/big.png">
<link rel="apple-touch-icon" href="/touch.png"><link rel="alternate" type="application/rss+xml" href="/feed.xml">
<script type="application/ld+json">{"@graph": [{"@type": "Organization", "logo": {"url": "/logo.png"}}]}</script>
</head><body><header><img class="site-logo" src="/head.svg"><img alt="logo" src="/head.png"></header></body></html>"""


def test_a_page_says_how_its_site_looks() -> None:
    """Colours, logos and icons come best first, absolute, without formats that mail programs do not show."""
    told = read_branding(HEAD.encode(), "https://werft.example/y")
    assert told["colours"] == ["#ffffff", "#17606a", "#112233"]
    assert told["logos"] == ["https://werft.example/logo.png", "https://werft.example/head.png"]
    assert told["icons"] == ["https://werft.example/touch.png", "https://werft.example/big.png"]
    assert told["manifest"] == "https://werft.example/app.webmanifest"


def test_a_manifest_says_how_its_site_looks() -> None:
    """Theme colour and icons are read, largest first; what is no JSON is an error, what is odd is left out."""
    data = b'{"theme_color": "#ABC", "icons": [{"src": "a.png", "sizes": "48x48"}, {"src": "b.png", "sizes": "96x96"}]}'
    told = read_manifest(data, "https://werft.example/m/app.json")
    assert told == {
        "colours": ["#aabbcc"],
        "icons": ["https://werft.example/m/b.png", "https://werft.example/m/a.png"],
    }
    assert read_manifest(b'{"icons": "none", "theme_color": 3}', "https://a.example") == {"colours": [], "icons": []}
    assert read_manifest(b"[]", "https://a.example") == {"colours": [], "icons": []}
    with pytest.raises(ParseError):
        read_manifest(b"<html>", "https://a.example")


def test_an_accent_can_be_told_from_the_page() -> None:
    """White is passed over with a note, a pale colour is taken with the note of what the theme makes of it."""
    accent, notes = choose_accent(["#ffffff", "#17606a"])
    assert accent == "#17606a" and "too near to white" in notes[0]
    accent, notes = choose_accent(["#ffb000"])
    assert accent == "#ffb000" and any("4.5 is needed" in note for note in notes)
    assert choose_accent(["#fefefe"])[0] == "" and choose_accent([]) == ("", ())


def test_a_wide_picture_is_a_logo_and_a_square_one_an_icon(site: Loopback) -> None:
    """Only a fetched, whole, wide picture becomes the logo; a broken one and an icon do not."""
    site.routes["/"] = answer(200, HEAD.encode(), {"Content-Type": "text/html"})
    site.routes["/feed.xml"] = answer(200, b"<rss version='2.0'><channel><title>W</title></channel></rss>")
    site.routes["/logo.png"] = answer(200, png(300, 100)[:60])
    site.routes["/head.png"] = answer(200, png(300, 100))
    site.routes["/touch.png"] = answer(200, png(180, 180))
    met = meet(site.url("/"), PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",), gap_s=0), FRIDAY)
    assert (met.logo, met.logo_width, met.icon) == (site.url("/head.png"), 160, site.url("/touch.png"))
    assert (met.accent, met.language, _name(met.name)) == ("#17606a", "de", "Werft")
    assert met.feeds == (site.url("/feed.xml"),) and met.troubles == ()


def test_a_site_that_cannot_be_had_stays_the_source() -> None:
    """A network failure leaves the address as the source and says why; nothing is raised."""

    class Down:
        def get(self, url: str, **_: object) -> object:
            raise FetchError("no answer", where=url)

    met = meet("https://werft.example/", Down(), FRIDAY)  # type: ignore[arg-type]
    assert met.feeds == ("https://werft.example/",) and "no answer" in met.troubles[0]
