"""Withdrawn articles, verdicts on pictures, and repeated lines: what is kept, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from store_builders import DAY, NOW, record

from digest.gather.boilerplate import clean_batch, counted
from digest.gather.state import FetchState, PageMark, Validators
from digest.model import Article, from_plain
from digest.store import Store
from digest.store.checks import CheckStore, ImageCheck, SourceLine


def saved(store: Store, *names: str) -> list[int]:
    store.articles.save("blog", [record(name, content_hash=name) for name in names], at=NOW)
    store.articles.enroll("weekly", "every", ["blog"], threshold=NOW - DAY, undated_new=(), at=NOW)
    return [story.id for story in store.articles.eligible("weekly", "every")]


def test_a_withdrawn_article_keeps_its_fate_says_why_and_can_return(store: Store) -> None:
    checks = CheckStore(store.database)
    one, two = saved(store, "one", "two")
    before = store.articles.get([one])[0]
    checks.withdraw({one: "its page answers 404"}, at=NOW)

    assert checks.withdrawn([one, two]) == {one: NOW}
    (gone,) = checks.withdrawn_candidates("weekly", "every", since=NOW - DAY, limit=5)
    assert (gone.stored.id, gone.at) == (one, NOW)
    assert gone.stored.article.origin["withdrawn"] == "its page answers 404"
    assert gone.stored.article.warnings == ("before the issue: withdrawn: its page answers 404",)
    assert gone.stored.content_hash == before.content_hash

    checks.restore([one])
    assert checks.withdrawn([one, two]) == {}
    assert checks.withdrawn_candidates("weekly", "every", since=NOW - DAY, limit=5) == []
    assert store.articles.get([one])[0] == before


def test_the_first_moment_of_a_withdrawal_stays(store: Store) -> None:
    checks = CheckStore(store.database)
    (one,) = saved(store, "one")
    checks.withdraw({one: "404"}, at=NOW)
    checks.withdraw({one: "410"}, at=NOW + DAY)

    assert checks.withdrawn([one]) == {one: NOW}
    assert store.articles.get([one])[0].article.warnings == ("before the issue: withdrawn: 410",)


def test_old_withdrawals_are_not_asked_about_for_ever(store: Store) -> None:
    checks = CheckStore(store.database)
    ids = saved(store, "one", "two", "three")
    for days, article_id in enumerate(ids):
        checks.withdraw({article_id: "404"}, at=NOW + days * DAY)

    found = checks.withdrawn_candidates("weekly", "every", since=NOW, limit=1)
    assert [one.stored.id for one in found] == [ids[2]]


def test_a_note_about_a_picture_comes_and_goes(store: Store) -> None:
    checks = CheckStore(store.database)
    (one,) = saved(store, "one")
    before = store.articles.get([one])[0]
    checks.note_picture({one: "it is WebP"})
    checks.note_picture({one: "it is SVG"})
    noted = store.articles.get([one])[0]
    assert noted.article.warnings == ("before the issue: picture: it is SVG",)
    assert noted.article.origin["picture"] == "it is SVG"

    checks.note_picture({one: "", 999: "nobody"})
    assert store.articles.get([one])[0] == before


def test_what_was_learned_of_pages_leaves_the_rest_of_the_state_alone(store: Store) -> None:
    checks = CheckStore(store.database)
    state = FetchState(url="https://makers.example/feed", etag='"1"', pages={"a": PageMark("a")})
    store.articles.save_fetch("blog", {**_plain(state)}, at=NOW, ok=True)
    mark = PageMark("", NOW, NOW, validators=Validators("https://makers.example/b", '"2"'))
    checks.save_pages("blog", pages={"b": mark}, robots={})
    checks.save_pages("nobody", pages={"b": mark}, robots={})

    assert from_plain(FetchState, store.articles.fetch_state("blog")) == replace(
        state, pages={"a": PageMark("a"), "b": mark}
    )


def _plain(state: FetchState) -> dict[str, object]:
    from digest.model import to_plain

    plain = to_plain(state)
    assert isinstance(plain, dict)
    return plain


def test_the_newest_verdict_on_a_picture_counts(store: Store) -> None:
    checks = CheckStore(store.database)
    good = ImageCheck("https://i.example/1", True, NOW, "png", 640, 480, 1234, "heavy")
    bad = ImageCheck("https://i.example/1", False, NOW + DAY, reason="its server answers 404")
    checks.save_images([])
    checks.save_images([good, ImageCheck("https://i.example/2", False, NOW, reason="it is WebP")])
    assert checks.images(["https://i.example/1", "https://i.example/3"]) == {good.url: good}

    checks.save_images([good, bad])
    assert checks.images([good.url]) == {bad.url: bad}
    assert checks.forget_images(before=NOW + timedelta(hours=1)) == 1


def test_lines_come_back_as_they_were_and_what_is_no_longer_said_goes(store: Store) -> None:
    checks = CheckStore(store.database)
    store.articles.save_fetch("blog", {}, at=NOW, ok=True)
    lines = {"=1": SourceLine("Subscribe “now” 🙂", ("a", "b"), True), "*": SourceLine("", ("a:x", "b:"))}
    checks.save_lines("blog", lines, at=NOW)
    assert checks.lines("blog") == lines

    checks.save_lines("blog", {"*": lines["*"]}, at=NOW)
    assert checks.lines("blog") == {"*": lines["*"]}
    checks.save_lines("nobody", lines, at=NOW)
    assert checks.lines("nobody") == {}


def test_what_a_fetch_learned_the_next_one_knows(store: Store) -> None:
    checks = CheckStore(store.database)
    store.articles.save_fetch("blog", {}, at=NOW, ok=True)

    def article(number: int) -> Article:
        text = f"Words {chr(97 + number) * 9} of its own.\n\nSubscribe to our newsletter!"
        return Article(source="blog", guid=str(number), url=None, title=f"Number {number}", text=text)

    for start in (0, 3):
        cleaned, lines = clean_batch(checks.lines("blog"), [article(number) for number in range(start, start + 3)])
        checks.save_lines("blog", lines, at=NOW)
        assert all("newsletter" not in one.text for one in cleaned)
    assert len(counted(checks.lines("blog"))) == 1
    (last,), _ = clean_batch(checks.lines("blog"), [article(6)])
    assert last.text == "Words ggggggggg of its own."
