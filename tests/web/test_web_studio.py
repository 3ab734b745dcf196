"""The studio's answers: what is shown is what is sent, changes are seen, mistakes are explained, doors stay shut."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.model import EmailAddress
from digest.pipeline import trying
from digest.pipeline.previewing import Studio, Wanted
from digest.pipeline.previewing.checks import shares
from digest.pipeline.previewing.pictures import picture
from digest.pipeline.previewing.tags import numbered, tags
from digest.pipeline.rehearsal import rehearse
from digest.web import looks
from digest.web.gate import action_word
from digest.web.preview import studio_app
from support_studio import DAY, STORIES, served, settled, studio_of
from support_world import MONDAY, World, world


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield settled(made)


@pytest.fixture
def studio(place: World) -> Iterator[Studio]:
    with studio_of(place) as made:
        yield made


@pytest.fixture
def get(ask: Any, studio: Studio) -> Callable[[str], Any]:
    app = studio_app(studio)

    def answer(target: str, status: int = 200) -> Any:
        found = ask(app, "GET", target)
        assert found.status == status, found.text
        return json.loads(found.body) if target.startswith("/api/") else found

    return answer


def by_name(studio: Studio, name: str) -> str:
    return studio.lists.search(studio.workspace(), "weekly", name)[0][0][0]


def test_the_rail_has_digests_issues_templates_and_fixtures(get: Any) -> None:
    """The next issue with its date, the sent one with its subject, the templates and every made-up issue."""
    rail = get("/api/rail")
    (weekly,) = rail["digests"]
    assert weekly["due"] == (MONDAY + 7 * DAY).isoformat()
    assert [(one["name"], one["subject"], one["state"]) for one in weekly["issues"]] == [
        ("weekly/1", "Ferry bell rings", "done")
    ]
    assert "briefing" in weekly["templates"] and len(rail["fixtures"]) > 20


def test_what_is_shown_is_what_a_reader_then_gets(place: World, studio: Studio) -> None:
    """The bytes shown for a subscriber a week ahead are, byte for byte, those that the relay takes at the time."""
    place.at(MONDAY + 7 * DAY)
    shown = picture(studio, Wanted("weekly", reader=by_name(studio, "ben"))).message
    before = len(place.sink.messages)
    place.tick()
    received = {message.recipients[0]: message.data for message in place.sink.messages[before:]}
    assert shown is not None and len(received) == 3
    assert shown.data == received["ben@quay.example"]


def test_what_is_shown_as_a_test_is_what_the_test_command_sends(place: World, studio: Studio) -> None:
    """Marked as a test, for a colleague, as a subscriber: the same bytes as `digest test --as`."""
    wanted = Wanted("weekly", reader=by_name(studio, "cai"), test=True, to="me@quay.example")
    shown = picture(studio, wanted).message
    with place.workspace() as workspace:
        with rehearse(workspace) as rehearsal:
            trial = trying.prepare(
                rehearsal, "weekly", "me@quay.example", as_subscriber="cai@quay.example", gather_first=False
            )
        trying.send(workspace, "weekly", trial)
    assert shown is not None and shown.data == place.sink.messages[-1].data
    assert b"X-Digest-Test: yes" in shown.data


def test_a_sent_issue_is_shown_as_it_was_stored(place: World, studio: Studio) -> None:
    """Its bytes for a reader are those that reader got, whatever the templates and the list say today."""
    row = place.issues()[0]
    templates = place.folder / "templates"
    templates.mkdir()
    (templates / "briefing.mjml").write_text("<mjml>broken", encoding="utf-8")
    shown = picture(studio, Wanted("weekly", f"issue:{row.id}", reader=by_name(studio, "ana"))).message
    (got,) = [message.data for message in place.sink.messages if "ana@quay.example" in message.recipients]
    assert shown is not None and shown.data == got


def test_looking_changes_nothing(place: World, studio: Studio, get: Any) -> None:
    """After every part has been looked at, the database says what it said before."""
    pulse = studio.workspace().store.pulse()
    for part in ("picture", "source", "mjml", "checks", "diff"):
        get(f"/api/{part}?digest=weekly")
    assert studio.workspace().store.pulse() == pulse
    assert [row.name for row in place.issues()] == ["weekly/1"]


@pytest.mark.parametrize(
    ("reader", "locale"),
    [("no-name", "en"), ("long-name", "en"), ("rtl", "ar"), ("no-topics", "en"), ("all-topics", "en")],
)
def test_telling_readers_can_be_looked_through(studio: Studio, reader: str, locale: str) -> None:
    """Each made-up reader has a message; who reads Arabic gets the Arabic variant."""
    seen = picture(studio, Wanted("weekly", reader=reader))
    assert seen.message is not None and seen.rendition is not None
    assert seen.rendition.locale.startswith(locale)
    assert ('dir="rtl"' in seen.html[:600]) == (locale == "ar")


def test_every_fixture_is_shown(get: Any) -> None:
    """Whatever is odd about it, a made-up issue has a picture and checks, and says that it is made up."""
    for one in get("/api/rail")["fixtures"][:6]:
        shown = get(f"/api/picture?digest=weekly&what=fixture:{one['name']}")
        assert shown["banner"].startswith("MADE UP") and shown["size_bytes"] > 1000


def test_readers_are_found_a_page_at_a_time(place: World, studio: Studio, get: Any) -> None:
    """Of fifty matches twenty come first, then the rest; a search takes names and addresses, whatever their case."""
    place.people(*(f"reader{number:02}@quay.example" for number in range(50)), "zoe@quay.example")
    place.at(MONDAY + 7 * DAY)
    with place.workspace() as workspace:
        from digest.pipeline.listing import read_list

        read_list(workspace, "members", accept=True)
    first = get("/api/readers?digest=weekly&q=READER")
    second = get(f"/api/readers?digest=weekly&q=READER&after={first['next']}")
    third = get(f"/api/readers?digest=weekly&q=READER&after={second['next']}")
    found = [one["address"] for page in (first, second, third) for one in page["readers"]]
    assert len(found) == len(set(found)) == 50 and third["next"] == 0
    assert [one["name"] for one in get("/api/readers?digest=weekly&q=zoe@")["readers"]] == ["Zoe"]


def test_a_broken_template_is_explained_with_its_lines(place: World, get: Any) -> None:
    """File, line, the lines around it and what to try; repaired, the picture is back."""
    templates = place.folder / "templates"
    templates.mkdir()
    own = templates / "briefing.mjml"
    own.write_text('{% extends "@builtin/briefing.mjml" %}\n{% block intro %}\n{{ artcle }}\n{% endblock %}\n', "utf-8")
    said = get("/api/picture?digest=weekly", 422)["error"]
    assert said["file"].endswith("briefing.mjml") and said["line"] == 3 and [3, "{{ artcle }}"] in said["excerpt"]
    own.unlink()
    assert get("/api/picture?digest=weekly")["subject"]


def test_a_broken_configuration_is_explained_without_its_lines(place: World, get: Any) -> None:
    """A mistake in digest.toml has place and cure, never the file's own lines, which may hold a secret."""
    text = place.config_path.read_text(encoding="utf-8")
    place.config_path.write_text(text + '\n[relay.other]\npassword = "hunter2"\nurl = 7\n', encoding="utf-8")
    said = get("/api/picture?digest=weekly", 422)["error"]
    assert "digest.toml" in said["file"] and said["line"] and "hunter2" not in json.dumps(said)
    place.config_path.write_text(text, encoding="utf-8")
    assert get("/api/picture?digest=weekly")["subject"]


def test_a_change_of_the_looks_alone_keeps_the_draft(place: World, studio: Studio) -> None:
    """Another accent colour is seen at once and drafts nothing again; another title drafts."""
    first, before = studio.coming("weekly"), picture(studio, Wanted("weekly")).html
    text = place.config_path.read_text(encoding="utf-8")
    place.config_path.write_text(text + '\n[theme]\naccent = "#7a0c2e"\n', encoding="utf-8")
    assert picture(studio, Wanted("weekly")).html != before
    assert studio.coming("weekly").issue is first.issue
    place.config_path.write_text(text.replace("[digest.weekly]", '[digest.weekly]\ntitle = "Quay"'), encoding="utf-8")
    assert studio.coming("weekly").issue.title == "Quay"


def test_the_next_issue_follows_what_is_gathered(place: World, studio: Studio) -> None:
    """A new article is in the picture as soon as it is in the database."""
    assert {item.title for item in studio.coming("weekly").issue.items} == set(STORIES)
    place.feed.publish("Heron seen", place.clock)
    place.at(place.clock + DAY)
    with place.workspace() as workspace:
        from digest.pipeline.gathering import gather

        gather(workspace)
    time.sleep(0.01)
    assert "Heron seen" in {item.title for item in studio.coming("weekly").issue.items}


def test_the_difference_to_the_last_issue(get: Any) -> None:
    """The text names what came and what went; the structure says what was built otherwise, without words."""
    found = get("/api/diff?digest=weekly")
    assert found["before"] == "weekly/1"
    text = [tuple(line) for line in found["text"]]
    assert any(op == "+" and "Lamp night" in words for op, words in text)
    assert any(op == "-" and "Ferry bell rings" in words for op, words in text)
    assert found["structure"] and not any("Lamp" in words for _, words in found["structure"])


def test_findings_lead_to_an_element_that_is_there(place: World, get: Any) -> None:
    """Each finding about the HTML has the number of a start tag in the frame."""
    (place.folder / "templates").mkdir()
    (place.folder / "templates" / "briefing.mjml").write_text(
        '{% extends "@builtin/briefing.mjml" %}{% block intro %}<mj-section><mj-column><mj-text>'
        '<a href="http://localhost:1/x">A link to here</a></mj-text></mj-column></mj-section>{% endblock %}',
        encoding="utf-8",
    )
    frame = get("/frame?digest=weekly").text
    findings = get("/api/checks?digest=weekly")["findings"]
    about = [one for one in findings if one["place"].startswith("html line")]
    assert about
    for one in about:
        assert f'data-at="{one["element"]}"' in frame, one


def test_the_sections_weigh_what_the_whole_weighs(studio: Studio, get: Any) -> None:
    """The shares add up to the size, and are named by what stands in them."""
    seen = picture(studio, Wanted("weekly"))
    found = shares(seen.html)
    assert sum(one.size_bytes for one in found) == len(seen.html.encode())
    assert len(found) > 4 and any("Moths" in one.name or "Lamp" in one.name for one in found)


def test_numbers_change_nothing_else() -> None:
    """Numbered HTML without its numbers is the HTML; comments, styles and quoted angle brackets are left alone."""
    html = '<p title="a > b"><!-- <b> --><style>p > a {}</style><br/><A HREF=x>y</A></p>'
    assert [tag.name for tag in tags(html)] == ["p", "br", "a"]
    import re

    assert re.sub(r' data-at="\d+"', "", numbered(html)) == html


def test_gmail_turns_light_to_dark_and_outlook_only_grounds() -> None:
    """Gmail's apps turn every colour, Outlook.com light grounds and dark words; hues stay, dark rules are not read."""
    html = (
        "<html><head><style>@media (prefers-color-scheme: dark) { p { color: #00ff00 } }"
        ' [data-ogsc] p { color: #abcdef }</style></head><body bgcolor="#ffffff" style="color:#111111">'
        '<p style="background-color:#17606a;color:#fff">'
        "x #ffffff</p></body></html>"
    )
    gmail, outlook = looks.show(html, "gmail"), looks.show(html, "outlook")
    for shown in (gmail, outlook):
        assert "prefers-color-scheme" not in shown and "x #ffffff" in shown and 'bgcolor="#ffffff"' not in shown
    assert "color:#fff" not in gmail and "#17606a" not in gmail
    assert "background-color:#17606a;color:#ffffff" in outlook and "color: #abcdef" in outlook
    assert '<html data-ogsc=""' in outlook and "data-ogsb" in outlook


@pytest.mark.parametrize(("images", "allowed"), [
    ("off", "img-src 'none'"), ("own", "img-src data: http://127.0.0.1:*"), ("all", "img-src data: https: http:"),
    ("<x>", "img-src data:;"),
])  # fmt: skip
def test_a_frame_runs_nothing_and_asks_nobody_unless_told(get: Any, images: str, allowed: str) -> None:
    """The policy allows styles, and pictures as asked; no script, no form, no popup."""
    policy = get(f"/frame?digest=weekly&images={images}").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and allowed in policy and "form-action 'none'" in policy
    assert policy.endswith("sandbox allow-same-origin") and "script" not in policy


def test_the_page_allows_no_inline_script_and_no_data_in_it(get: Any) -> None:
    """The page is the same for everybody: scripts and styles from our own files, no value from outside."""
    page = get("/")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert "onclick" not in page.text and "style=" not in page.text and "Lamp night" not in page.text


def test_what_is_not_there_is_said(get: Any) -> None:
    """An unknown digest, issue, fixture or reader is an answer with what there is to try."""
    for query in ("digest=dayly", "digest=weekly&what=x", "digest=weekly&reader=id:99"):
        assert get(f"/api/picture?{query}", 404)["error"]["message"]
    assert "week" in get("/api/picture?digest=weekly&what=fixture:nope", 422)["error"]["message"]


def test_a_change_is_announced_and_an_open_stream_does_not_hold_up_the_end(place: World, studio: Studio) -> None:
    """An event follows a change of a template; stopping the server ends the stream and returns soon."""
    with served(studio) as url:
        host, _, query = url.removeprefix("http://").partition("/?token=")
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", f"/?token={query}")
        answer = connection.getresponse()
        cookie = answer.getheader("set-cookie", "").split(";")[0]
        answer.read()
        connection.request("GET", "/api/picture?digest=weekly", headers={"Cookie": cookie})
        connection.getresponse().read()
        connection.request("GET", "/events", headers={"Cookie": cookie})
        stream = connection.getresponse()
        assert stream.getheader("content-type", "").startswith("text/event-stream")
        assert stream.readline() == b"retry: 500\n"
        (place.folder / "templates").mkdir()
        (place.folder / "templates" / "own.mjml").write_text("<mjml></mjml>", encoding="utf-8")
        assert b"event: change\n" in [stream.readline() for _ in range(2)]
        began = time.monotonic()
    assert time.monotonic() - began < 4
    connection.close()


def test_a_subscriber_can_be_any_address(studio: Studio) -> None:
    """The search takes what is typed as text: a percent sign or a quote finds nobody and breaks nothing."""
    for text in ("%", "_", "'", '"', "\\", "ana@quay.example"):
        found, _ = studio.lists.search(studio.workspace(), "weekly", text)
        assert [one.address for _, one in found] == (["ana@quay.example"] if "@" in text else [])
    assert EmailAddress.parse("ana@quay.example").key


ORIGIN = {"host": "localhost:9999", "origin": "http://localhost:9999", "content-type": "application/json"}


def posted(ask: Any, app: Any, path: str, body: Any, **headers: str) -> Any:
    given = {**ORIGIN, "x-digest-action": action_word(""), **{name.replace("_", "-"): v for name, v in headers.items()}}
    return ask(app, "POST", path, headers=given, body=json.dumps(body).encode())


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 200), ({"origin": "http://localhost:8000"}, 403), ({"origin": "https://evil.example"}, 403),
    ({"origin": ""}, 403), ({"origin": "null"}, 403), ({"x_digest_action": "guess"}, 403),
    ({"content_type": "text/plain"}, 403), ({"content_type": "application/x-www-form-urlencoded"}, 403),
    ({"host": "evil.example", "origin": "http://evil.example"}, 421),
])  # fmt: skip
def test_changes_come_from_our_page_alone(ask: Any, studio: Studio, headers: dict[str, str], status: int) -> None:
    """Through a tunnel's port too; from another origin, by a form, without the page's word, or by a name of somebody
    else's for this machine, nothing is changed."""
    app, pulse = studio_app(studio), studio.workspace().store.pulse()
    version = json.loads(ask(app, "GET", "/api/desk?digest=weekly").body)["version"]
    change = {"digest": "weekly", "version": version, "by": "Ana", "changes": [{"kind": "subject", "value": "Moths"}]}
    assert posted(ask, app, "/api/desk/edit", change, **headers).status == status
    assert (studio.workspace().store.pulse() == pulse) == (status != 200)


def test_what_reads_changes_nothing_and_what_changes_is_not_read(ask: Any, studio: Studio) -> None:
    """GET is no way to change, POST no way to look, and no other path takes a POST."""
    app = studio_app(studio)
    assert ask(app, "GET", "/api/desk/edit?digest=weekly").status == 405
    for path in ("/", "/api/picture", "/frame"):
        assert posted(ask, app, path, {}).status == 405


@pytest.mark.parametrize("body", [
    [], {}, {"digest": "weekly"}, {"digest": "weekly", "version": "1", "changes": [{}]},
    {"digest": "weekly", "version": 1, "changes": ["x"]}, {"digest": "weekly", "version": 1, "changes": [{"kind": 7}]},
    {"digest": "weekly", "version": 1, "changes": [{"kind": "title", "article": "2", "value": "x"}]},
    {"digest": "weekly", "version": 1, "changes": [{"kind": "title", "article": 2, "value": ["x"]}]},
    {"digest": "weekly", "version": 1, "changes": [{"kind": "explode", "value": "x"}]},
    {"digest": "nope", "version": 1, "changes": [{"kind": "intro", "value": "x"}]},
])  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused_in_words(ask: Any, studio: Studio, body: Any) -> None:
    """Whatever is sent, the answer is a reason, never a failure of the server; and nothing is changed."""
    answer = posted(ask, studio_app(studio), "/api/desk/edit", body)
    assert 400 <= answer.status < 500 and json.loads(answer.body)["error"]["message"]
    assert studio.workspace().store.issues.open("weekly") == []


def test_the_slower_of_two_is_told_what_the_other_did(ask: Any, studio: Studio) -> None:
    """A change at an old version is a conflict that carries the desk as it is now; nothing of it is made."""
    app = studio_app(studio)
    before = json.loads(ask(app, "GET", "/api/desk?digest=weekly").body)
    change = {"digest": "weekly", "version": before["version"], "changes": [{"kind": "subject", "value": "Moths"}]}
    assert posted(ask, app, "/api/desk/edit", {**change, "by": "Ana"}).status == 200
    answer = posted(ask, app, "/api/desk/edit", {**change, "by": "Ben", "changes": [{"kind": "intro", "value": "x"}]})
    found = json.loads(answer.body)
    assert answer.status == 409 and "changed meanwhile" in found["error"]["message"]
    assert [(one["by"], one["kind"], one["value"]) for one in found["desk"]["changes"]] == [("Ana", "subject", "Moths")]


def test_an_approval_is_of_what_was_shown(ask: Any, studio: Studio) -> None:
    """With the fingerprint of another look it is refused; with that of this one it stands, with its name."""
    app = studio_app(studio)
    looks = json.loads(ask(app, "GET", "/api/desk?digest=weekly").body)["looks"]
    stale = posted(ask, app, "/api/desk/approve", {"digest": "weekly", "looks": "0" * 64, "by": "Ana"})
    assert stale.status == 409
    fresh = posted(ask, app, "/api/desk/approve", {"digest": "weekly", "looks": looks, "by": "Ana\r\nEve"})
    assert fresh.status == 200 and json.loads(fresh.body)["approved_by"] == "AnaEve"


def test_no_secret_is_in_any_answer(place: World, ask: Any) -> None:
    """Neither the gate's token nor a relay's password nor a signing key stands in a page or an answer."""
    text = place.config_path.read_text(encoding="utf-8")
    secret = place.folder / "password"
    secret.write_text("hunter2secret", encoding="utf-8")
    secret.chmod(0o600)
    place.config_path.write_text(
        text.replace("smtp://", "smtp://me@") + 'password = { file = "password" }\n', encoding="utf-8"
    )
    with studio_of(place) as studio:
        app = studio_app(studio, token="gatetoken")
        cookie = {"cookie": ask(app, "GET", "/?token=gatetoken").headers["set-cookie"].split(";")[0]}
        keys = [key.hex() for key in studio.workspace().store.signing_keys()[1].values()]
        for path in ("/", *(f"/api/{name}?digest=weekly" for name in ("rail", "picture", "source", "desk", "checks"))):
            said = ask(app, "GET", path, headers=cookie).text
            assert not [one for one in ("gatetoken", "hunter2secret", *keys) if one in said], path
