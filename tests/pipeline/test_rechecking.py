"""What is sent is what its sources still say: withdrawn, corrected and restored articles, and pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.gather.state import FetchState
from digest.model import Article, Image, Issue, from_plain, to_plain
from digest.pipeline import rechecking
from digest.pipeline.issuing import find, prospect
from digest.pipeline.rehearsal import rehearse
from digest.pipeline.trying import next_issue
from digest.store import ArticleRecord
from digest.store.checks import CheckStore
from support_http import Loopback, answer, serve
from support_pictures import jpeg, png
from support_world import MONDAY, World, prose, world

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def nothing_was_seen() -> Iterator[None]:
    rechecking._seen.clear()
    yield
    rechecking._seen.clear()


@pytest.fixture
def site() -> Iterator[Loopback]:
    with serve() as server:
        yield server


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        made.tick()  # the baseline
        yield made


def stored(place: World, site: Loopback, *names: str, image: str = "") -> None:
    """Articles of the blog as an earlier run left them: off its list, each with a page of its own."""
    records = []
    for number, name in enumerate(names):
        article = Article(
            source="blog", guid=f"old:{name}", url=site.url(f"/{name}"), title=name.title(), text=prose(name),
            published=MONDAY - timedelta(hours=20 + number), image=Image(site.url(image)) if image else None,
            html=f'<p>{prose(name)}</p><img src="{site.url("/other.png")}">',
            origin={"text": "feed", "title": "feed"},
        )  # fmt: skip
        records.append(ArticleRecord(article, (f"guid:blog:old:{name}",), name))
        site.routes.setdefault(f"/{name}", answer(200, b"<p>here</p>", {"Content-Type": "text/html"}))
    with place.workspace() as workspace:
        workspace.store.articles.save("blog", records, at=place.clock)


def content(place: World) -> Issue:
    with place.workspace() as workspace:
        found = workspace.store.issues.content(place.issues()[-1].id)
    assert found is not None
    return found


def same_site(place: World, site: Loopback) -> None:
    """The blog's feed and its pages on one host, two ports."""
    assert place.feed.url.rpartition(":")[0] == site.origin.rpartition(":")[0]


def test_what_was_taken_back_is_not_mailed_and_the_next_candidate_moves_up(place: World, site: Loopback) -> None:
    same_site(place, site)
    place.configure(digest="max_articles = 2\nmax_per_author = 0")
    stored(place, site, "alpha", "beta", "gamma")
    site.routes["/alpha"] = answer(404)

    (step,) = place.at(MONDAY + MINUTE).tick()

    assert [item.title for item in content(place).items] == ["Beta", "Gamma"]
    assert step.made is not None
    assert any("“Alpha” was taken back" in note and "404" in note for note in step.made.notes)
    with place.workspace() as workspace:
        checks = CheckStore(workspace.store.database)
        (gone,) = checks.withdrawn_candidates("weekly", "every", since=MONDAY - WEEK, limit=5)
    assert gone.stored.article.title == "Alpha"
    assert "404" in gone.stored.article.origin["withdrawn"]


def test_what_returns_is_mailed_with_the_next_issue_and_once_only(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", "beta")
    site.routes["/alpha"] = answer(410)
    place.at(MONDAY + MINUTE).tick()
    assert [item.title for item in content(place).items] == ["Beta"]

    site.routes["/alpha"] = answer(200, b"here again")
    (step,) = place.at(MONDAY + WEEK + MINUTE).tick()

    assert [item.title for item in content(place).items] == ["Alpha"]
    assert step.made is not None
    assert any("“Alpha” is there again" in note for note in step.made.notes)
    with place.workspace() as workspace:
        (item,) = content(place).items
        assert CheckStore(workspace.store.database).withdrawn([item.article_id]) == {}
    assert [step.made.sent if step.made else None for step in place.at(MONDAY + 2 * WEEK + MINUTE).tick()] == [None]


def test_a_file_that_became_a_draft_after_it_was_gathered_is_left_out(place: World) -> None:
    place.write("lamp.md", f"# Lamp\n\n{prose('lamp')}\n")
    place.write("tide.md", f"# Tide\n\n{prose('tide')}\n")
    with place.at(MONDAY + MINUTE).workspace() as workspace:
        found = find(workspace, "weekly")
        assert len(prospect(workspace, found).drafted.issue.items) == 2
        place.write("tide.md", f"---\ndraft: true\n---\n# Tide\n\n{prose('tide')}\n")
        place.write("lamp.md", f"# Lamp\n\n{prose('lamp two')}\n")
        place.clock += 2 * HOUR
        seen = prospect(workspace, found, gather_first=False)

    assert [item.title for item in seen.drafted.issue.items] == ["Lamp"]
    assert any("draft" in note for note in seen.drafted.notes)
    assert any("“Lamp” was corrected" in note for note in seen.drafted.notes)
    assert any("draft" in why for why in seen.drafted.draft.explanations.values())


def test_a_site_that_is_down_costs_nobody_an_article(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", "beta")
    for name in ("alpha", "beta"):
        site.routes[f"/{name}"] = answer(500)

    (step,) = place.at(MONDAY + MINUTE).tick()

    assert len(content(place).items) == 2
    assert step.made is not None
    assert any("2 articles of blog could not be asked for again" in note for note in step.made.notes)


def test_a_dry_run_shows_what_is_taken_back_and_writes_nothing(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", "beta")
    site.routes["/alpha"] = answer(404)
    with place.at(MONDAY + MINUTE).workspace() as workspace:
        with rehearse(workspace) as rehearsal:
            seen = prospect(rehearsal, find(rehearsal, "weekly"))
        checks = CheckStore(workspace.store.database)
        gone = checks.withdrawn_candidates("weekly", "every", since=MONDAY - WEEK, limit=5)

    assert [item.title for item in seen.drafted.issue.items] == ["Beta"]
    assert any("“Alpha” was taken back" in note for note in seen.drafted.notes)
    assert gone == []


def test_nothing_is_asked_twice_within_the_hour_not_even_in_vain(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", "beta", image="/a.png")
    site.routes["/alpha"] = answer(500)
    with place.at(MONDAY + MINUTE).workspace() as workspace:
        next_issue(workspace, "weekly", gather_first=False)
        asked = len(site.asked)
        place.clock += timedelta(minutes=30)
        _, drafted = next_issue(workspace, "weekly", gather_first=False)

    assert asked > 0
    assert len(site.asked) == asked
    assert any("could not be asked" in note for note in drafted.notes)


def test_what_was_just_taken_back_is_not_asked_for_again_at_once(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", "beta")
    site.routes["/alpha"] = answer(404)
    with place.at(MONDAY + MINUTE).workspace() as workspace:
        for _ in range(2):
            seen = prospect(workspace, find(workspace, "weekly"), gather_first=False)

    assert [item.title for item in seen.drafted.issue.items] == ["Beta"]
    assert [one.path for one in site.asked].count("/alpha") == 1


def test_what_was_asked_for_is_remembered_for_other_processes(place: World, site: Loopback) -> None:
    stored(place, site, "alpha")
    with place.at(MONDAY + MINUTE).workspace() as workspace:
        prospect(workspace, find(workspace, "weekly"))
    rechecking._seen.clear()
    asked = [one.path for one in site.asked]
    with place.at(MONDAY + 10 * MINUTE).workspace() as workspace:
        prospect(workspace, find(workspace, "weekly"), gather_first=False)
        state = from_plain(FetchState, workspace.store.articles.fetch_state("blog"))

    assert asked.count("/alpha") == 1
    assert [one.path for one in site.asked] == asked
    assert state.pages["old:alpha"].read_at == MONDAY + MINUTE
    assert state.last_success_at is not None, "what the feed said of itself stays"


def test_switched_off_it_asks_nobody(place: World, site: Loopback) -> None:
    place.config_path.write_text(
        place.config_path.read_text().replace(
            'allow_hosts = ["127.0.0.1"]', 'allow_hosts = ["127.0.0.1"]\nrecheck = false'
        )
    )
    stored(place, site, "alpha", image="/a.png")
    site.routes["/alpha"] = answer(404)
    place.at(MONDAY + MINUTE).tick()

    assert site.asked == []
    assert [item.title for item in content(place).items] == ["Alpha"]


def test_a_picture_that_mail_clients_do_not_show_is_replaced_and_told_of(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", image="/lead.webp")
    site.routes["/lead.webp"] = answer(200, b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    site.routes["/other.png"] = answer(200, png(900, 600))

    (step,) = place.at(MONDAY + MINUTE).tick()

    (item,) = content(place).items
    assert item.image == Image(site.url("/other.png"), 900, 600)
    assert step.made is not None
    (note,) = [note for note in step.made.notes if "picture" in note]
    assert "“Alpha”" in note and "/lead.webp" in note and "WebP" in note
    with place.workspace() as workspace:
        article = workspace.store.articles.get([item.article_id])[0].article
        kept = CheckStore(workspace.store.database).images([site.url("/lead.webp"), site.url("/other.png")])
    assert "WebP" in article.origin["picture"]
    assert [(one.ok, one.width) for one in kept.values()] == [(False, None), (True, 900)]


def test_without_any_good_picture_the_article_goes_out_without_one(place: World, site: Loopback) -> None:
    stored(place, site, "alpha", image="/pixel.gif")
    site.routes["/pixel.gif"] = answer(200, png(1, 1))
    place.at(MONDAY + MINUTE).tick()

    (item,) = content(place).items
    assert item.image is None
    assert b"/pixel.gif" not in place.sink.messages[0].data


@pytest.mark.parametrize(("age", "asked"), [(timedelta(days=6), 0), (timedelta(days=8), 1)])
def test_a_good_picture_is_looked_at_again_after_a_week(
    place: World, site: Loopback, age: timedelta, asked: int
) -> None:
    stored(place, site, "alpha", image="/a.jpg")
    site.routes["/a.jpg"] = answer(200, jpeg())
    with place.at(MONDAY - age).workspace() as workspace:
        story = workspace.store.articles.recent(["blog"], 1)
        redraft = _redraft(workspace, story)
        rechecking.draft_checked(workspace, "weekly", redraft, sample=story)
        rechecking._seen.clear()
        site.asked.clear()
        place.clock = MONDAY
        drafted = rechecking.draft_checked(workspace, "weekly", redraft, sample=story)

    assert [one.path for one in site.asked].count("/a.jpg") == asked
    (item,) = drafted.issue.items
    assert item.image is not None and item.image.width == 640


def _redraft(workspace, story):  # type: ignore[no-untyped-def]
    from digest.pipeline.drafting import draft

    found = find(workspace, "weekly")
    return lambda stories: draft(
        workspace, "weekly", found.period, number=1, scheduled_for=found.period.end, candidates=stories
    )


def test_with_everything_out_of_reach_the_look_ends_at_its_deadline(place: World, site: Loopback) -> None:
    import threading

    stored(place, site, *(f"story{number}" for number in range(8)), image="/a.png")
    free = threading.Event()
    for path in ("/robots.txt", "/a.png", *(f"/story{number}" for number in range(8))):
        site.routes[path] = lambda asked, connection: free.wait(10) and None
    with place.at(MONDAY + MINUTE).workspace() as workspace:
        from digest.pipeline.gathering import enroll

        enroll(workspace, "weekly", period=find(workspace, "weekly").period)
        started = time.monotonic()
        drafted = rechecking.draft_checked(workspace, "weekly", _redraft(workspace, None), deadline_s=0.3)
        took = time.monotonic() - started
    free.set()

    assert took < 2 * 0.3 + 0.5
    assert len(drafted.issue.items) == 8
    assert all(item.image is None for item in drafted.issue.items)


def test_plain_values_of_the_new_state_survive_the_database() -> None:
    state = FetchState(listed=("a", "b"))

    assert from_plain(FetchState, to_plain(state)) == state
