"""Feed histories about what makes an article the same one: guid, address, text."""

from __future__ import annotations

from pathlib import Path

from histories_check import check
from histories_collection import Stories
from histories_language import LIVE, History, Script, body_of, moment, title_of
from histories_world import community

stories = Stories()
OLD = "http://blog.quay.example/?p=7"


# -- one article whose guid or address changes -----------------------------------------------------------------------


@stories.add
def guid_goes_from_http_to_https(h: Script) -> None:
    """A guid that is an address and moves to https, link and all, names the same article."""
    h.begin()
    h.publish("a", 1, guid="http://blog.quay.example/posts/a", link="http://blog.quay.example/posts/a")
    h.monday(1, "a")
    h.change("a", guid="https://blog.quay.example/posts/a", link="https://blog.quay.example/posts/a")
    h.monday(2)


@stories.add
def guid_alone_says_who_it_is_when_the_site_moves_to_https(h: Script) -> None:
    """Rewritten, retitled and under another address at once: only the guid, now with https, tells which it is."""
    h.begin()
    h.publish("a", 1, guid=OLD)
    h.monday(1, "a")
    h.change(
        "a", guid=OLD.replace("http:", "https:"), link="https://blog.quay.example/notes/rewritten",
        title="Written anew from the first word", body=body_of("rewritten"), date=moment(8),
    )  # fmt: skip
    h.monday(2)


@stories.add
def guid_gains_a_trailing_slash(h: Script) -> None:
    """A slash at the end of guid and link makes no new article."""
    h.begin()
    h.publish("a", 1, guid="https://blog.quay.example/posts/a")
    h.monday(1, "a")
    h.change("a", guid="https://blog.quay.example/posts/a/", link="https://blog.quay.example/posts/a/")
    h.monday(2)


@stories.add
def guid_host_changes_its_case(h: Script) -> None:
    """Host names have no case: BLOG.quay.example is blog.quay.example."""
    h.begin()
    h.publish("a", 1, guid="https://BLOG.Quay.example/posts/a", link="https://BLOG.Quay.example/posts/a")
    h.monday(1, "a")
    h.change("a", guid="https://blog.quay.example/posts/a", link="https://blog.quay.example/posts/a")
    h.monday(2)


@stories.add
def guid_flips_between_gathering_and_the_issue(h: Script) -> None:
    """A flip before the article was mailed makes it appear once in the issue, not twice."""
    h.begin()
    h.publish("a", 1, guid="http://blog.quay.example/posts/a", link="http://blog.quay.example/posts/a")
    h.gather(2)
    h.change("a", guid="https://blog.quay.example/posts/a", link="https://blog.quay.example/posts/a")
    h.monday(1, "a")


@stories.add
def guid_is_given_anew_and_the_link_stays(h: Script) -> None:
    """A new guid under the old address is the old article."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.change("a", guid="urn:uuid:6c1f5a1e-0000-4000-8000-00000000000a")
    h.monday(2)


@stories.add
def guid_vanishes_and_the_link_stays(h: Script) -> None:
    """A feed that stops giving guids repeats nothing."""
    h.begin()
    h.publish("a", 1)
    h.publish("b", 2)
    h.monday(1, "a b")
    h.change_each(lambda one: {"guid": None})
    h.monday(2)


@stories.add
def link_moves_and_the_guid_stays(h: Script) -> None:
    """An article that got another address under its old guid is not mailed again."""
    h.begin()
    h.publish("a", 1, guid=OLD)
    h.monday(1, "a")
    h.change("a", link="https://blog.quay.example/2026/11/a.html")
    h.monday(2)


@stories.add
def a_new_title_brings_a_new_address(h: Script) -> None:
    """Retitled, so that its slug changes too, under its old guid: the same article, mailed once in its new words."""
    h.begin()
    h.publish("a", 1, guid=OLD)
    h.gather(2)
    h.change("a", title="Quite another name for it", link="https://blog.quay.example/posts/another-name")
    h.monday(1, "a")
    h.change("a", title="And a third name", link="https://blog.quay.example/posts/third-name")
    h.monday(2)


@stories.add
def everything_but_text_and_date_changes(h: Script) -> None:
    """Another guid, another address and another title over the very same text of the very same second: the same."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.change("a", guid="urn:new:a", link="https://new.quay.example/a", title="Quite another name for it")
    h.monday(2)


@stories.add
def trackers_come_and_change(h: Script) -> None:
    """Campaign parameters on a link are not a new address, with no guid to tell."""
    h.begin()
    h.publish("a", 1, guid=None)
    h.monday(1, "a")
    h.change("a", link="https://blog.quay.example/posts/a?utm_source=rss&utm_medium=feed")
    h.monday(2)
    h.change("a", link="https://blog.quay.example/posts/a?utm_campaign=spring&fbclid=abc123#comments")
    h.monday(3)


@stories.add
def www_comes_and_goes(h: Script) -> None:
    """www.quay.example/a and quay.example/a are one article, also without a guid."""
    h.begin()
    h.publish("a", 1, guid=None, link="https://www.quay.example/a")
    h.monday(1, "a")
    h.change("a", link="https://quay.example/a")
    h.monday(2)


@stories.add
def two_articles_differ_only_in_their_query(h: Script) -> None:
    """/story?id=1 and /story?id=2 are two articles: not every parameter is a tracker."""
    h.begin()
    h.publish("a", 1, guid=None, link="https://blog.quay.example/story?id=1")
    h.publish("b", 1, guid=None, link="https://blog.quay.example/story?id=2")
    h.monday(1, "a b")


@stories.add
def without_a_guid_the_link_is_enough(h: Script) -> None:
    """With no guid, text and title may change: the address names the article."""
    h.begin()
    h.publish("a", 1, guid=None)
    h.monday(1, "a")
    h.change("a", title="Another title", body=body_of("a, second edition"))
    h.monday(2)


@stories.add
def without_guid_and_link_the_text_is_enough(h: Script) -> None:
    """With neither guid nor link the article is its title and text; nothing is repeated."""
    h.begin()
    h.publish("a", 1, guid=None, link=None)
    h.monday(1, "a")
    h.publish("b", 6, guid=None, link=None)
    h.monday(2, "b")
    h.monday(3)


@stories.add
def without_guid_and_link_the_title_is_mended(h: Script) -> None:
    """With neither guid nor link, a corrected title over the same text is the same article."""
    h.begin()
    h.publish("a", 1, guid=None, link=None)
    h.monday(1, "a")
    h.change("a", title=f"{title_of('a')}, corrected")
    h.monday(2)


@stories.add
def without_guid_and_date(h: Script) -> None:
    """Neither guid nor date: new when it appears after the first look, once."""
    h.begin(guid=None, date=None)
    h.publish("a", guid=None)
    h.monday(1, "a")
    h.show("a")
    h.monday(2)


@stories.add
def one_guid_for_two_articles(h: Script) -> None:
    """The same guid on two items with different links and titles: two articles, each mailed once."""
    h.begin()
    h.publish("a", 1, guid="42")
    h.publish("b", 2, guid="42")
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def one_guid_for_the_whole_feed(h: Script) -> None:
    """A feed whose items all carry the site's address as guid still yields every article once."""
    h.begin(guid="https://blog.quay.example/")
    for number in range(4):
        h.publish(f"a{number}", 1, 10 + number, guid="https://blog.quay.example/")
    h.gather(2)
    h.publish("late", 3, guid="https://blog.quay.example/")
    h.monday(1, "a0 a1 a2 a3 late")
    h.publish("next", 8, guid="https://blog.quay.example/")
    h.monday(2, "next")


@stories.add
def the_same_title_every_week(h: Script) -> None:
    """ "Open thread" with another guid, address and text each week is another article each week."""
    h.begin()
    for week in range(1, 4):
        h.publish(f"thread{week}", 7 * week - 4, title="Open thread")
        h.monday(week, f"thread{week}")


@stories.add
def a_series_that_opens_with_the_same_words(h: Script) -> None:
    """Parts of a series share their first sentences and no more: each is an article of its own."""
    opening = body_of("opening", 2)
    h.begin()
    h.publish("part1", 1, body=f"{opening} {body_of('part1', 6)}")
    h.publish("part2", 2, body=f"{opening} {body_of('part2', 6)}")
    h.monday(1, "part1 part2")
    h.publish("part3", 8, body=f"{opening} {body_of('part3', 6)}")
    h.monday(2, "part3")


@stories.add
def an_article_is_there_twice_in_one_document(h: Script) -> None:
    """The same item twice in one document is one article."""
    h.begin()
    h.publish("a", 1)
    h.publish("a", 1)
    h.monday(1, "a")
    h.monday(2)


@stories.add
def the_canonical_address_appears_later(h: Script) -> None:
    """A page names a canonical address after the article was mailed, then the feed links to it: nothing new."""
    h.live("always")
    h.begin()
    h.publish("a", 1, guid=None)
    h.monday(1, "a")
    h.change("a", guid=None, canonical=f"{LIVE}/stories/a")
    h.gather(6)
    h.gather(7, 14)
    h.change("a", link=f"{LIVE}/stories/a")
    h.monday(2)


# -- edited ----------------------------------------------------------------------------------------------------------


@stories.add
def edited_before_the_issue(h: Script) -> None:
    """Corrected twice before it is mailed, an article goes out once, in its newest words."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.change("a", title="Corrected title", body=body_of("a corrected"))
    h.gather(2)
    h.change("a", body=body_of("a corrected again"))
    h.monday(1, "a")


@stories.add
def edited_after_the_issue(h: Script) -> None:
    """Whatever is corrected after the mail went out brings no second mail."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.change("a", title="Corrected title", body=body_of("a corrected"), date=moment(6))
    h.monday(2)


@stories.add
def an_old_article_is_edited(h: Script) -> None:
    """An edit of what was known at the first look makes no news of it."""
    h.begin()
    h.change("old1", body=body_of("old1 rewritten"), title="Old one, rewritten")
    h.monday(1)


@stories.add
def only_the_title_changes(h: Script) -> None:
    """A new headline alone, before and after the issue: once, under the newest."""
    h.begin()
    h.publish("a", 1)
    h.gather(2)
    h.change("a", title="A better headline")
    h.monday(1, "a")
    h.change("a", title="The best headline")
    h.monday(2)


@stories.add
def only_the_comments_change(h: Script) -> None:
    """A growing count of comments is no new article and no correction."""
    h.begin()
    h.publish("a", 1, comments=0)
    h.monday(1, "a")
    for week in (2, 3):
        h.change("a", comments=week * 10)
        h.change("old1", comments=week)
        h.monday(week)


@stories.add
def a_pinned_item_returns_to_the_top(h: Script) -> None:
    """An article that is pinned to the top after weeks, even dated anew, is not mailed again."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("b", 8)
    h.monday(2, "b")
    h.show("a", "old1", "b", "old2")
    h.change("a", date=moment(14))
    h.change("old1", date=moment(14))
    h.monday(3)


# --------------------------------------------------------------------------------------------------------------------


@stories.each
def test_each_article_is_mailed_in_its_issue_whatever_names_it_carries(history: History, sqlite_template: Path) -> None:
    """Played against the real program, every history mails exactly what the oracle says, once, in its newest words."""
    with community(sqlite_template) as place:
        check(history, place)
