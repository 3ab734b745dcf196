"""Feed histories about several sources, copies between them, and a feed that moves as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from histories_check import check
from histories_collection import Stories
from histories_language import Feed, History, Script, Shown, body_of, moment, thinned
from histories_world import community

stories = Stories()


# -- more than one source --------------------------------------------------------------------------------------------


@stories.add
def cross_posted_under_the_same_address(h: Script) -> None:
    """Two sources that link to the same article make one of it."""
    h.configure(sources={"blog": "blog", "planet": "planet"})
    h.serve("planet", Feed())
    h.begin()
    h.publish("a", 1)
    h.publish("a", 1, feed="planet", guid="planet-1", link="https://blog.quay.example/posts/a?utm_source=planet")
    h.monday(1, "a")
    h.monday(2)


@stories.add
def cross_posted_a_week_later_under_the_same_address(h: Script) -> None:
    """A planet that carries an article after it was mailed makes no news of it."""
    h.configure(sources={"blog": "blog", "planet": "planet"})
    h.serve("planet", Feed())
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("a", 6, feed="planet", guid="planet-1", link="https://blog.quay.example/posts/a")
    h.monday(2)


@stories.add
def cross_posted_as_a_copy(h: Script) -> None:
    """The whole text under another address in another source, in the same week: one article."""
    h.configure(sources={"blog": "blog", "mirror": "mirror"})
    h.serve("mirror", Feed())
    h.begin()
    h.publish("a", 1)
    h.publish("a", 2, feed="mirror", guid="m1", link="https://mirror.quay.example/x")
    h.monday(1, "a")
    h.monday(2)


@stories.add
def cross_posted_as_a_shortened_copy(h: Script) -> None:
    """Under another address and title, a sixth of the sentences dropped and a note added: still the same article."""
    h.configure(sources={"blog": "blog", "mirror": "mirror"})
    h.serve("mirror", Feed())
    h.begin()
    h.publish("a", 1)
    copy = thinned(body_of("a"), without=6)
    h.publish("a", 2, feed="mirror", guid="m1", link="https://mirror.quay.example/x", title="Seen elsewhere", body=copy)
    h.monday(1, "a")
    h.monday(2)


@stories.add
def cross_posted_as_a_copy_a_week_later(h: Script) -> None:
    """A near copy that another source shows after the mail went out is not mailed."""
    h.configure(sources={"blog": "blog", "mirror": "mirror"})
    h.serve("mirror", Feed())
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    copy = thinned(body_of("a"), without=6)
    h.publish("a", 6, feed="mirror", guid="m1", link="https://mirror.quay.example/x", body=copy)
    h.publish("b", 6)
    h.monday(2, "b")


@stories.add
def a_copy_of_the_archive(h: Script) -> None:
    """A mirror that republishes what the digest knew at its first look makes no news of it."""
    h.configure(sources={"blog": "blog", "mirror": "mirror"})
    h.serve("mirror", Feed())
    h.begin()
    h.publish("old1", 6, feed="mirror", guid="m1", link="https://mirror.quay.example/x")
    h.monday(1)
    h.monday(2)


@stories.add
def the_same_guid_in_two_sources(h: Script) -> None:
    """A guid counts within its source only: item 1 of the blog is not item 1 of the news."""
    h.configure(sources={"blog": "blog", "news": "news"})
    h.serve("news", Feed())
    h.begin()
    h.publish("a", 1, guid="1")
    h.publish("b", 1, feed="news", guid="1", link="https://news.quay.example/1")
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def a_file_that_is_also_in_the_feed(h: Script) -> None:
    """An article written as a file and then published by the blog with the same text is one article."""
    h.configure(sources={"blog": "blog", "stories": "files"})
    h.begin()
    h.file("a")
    h.publish("a", 3)
    h.monday(1, "a")
    h.monday(2)


@stories.add
def two_digests_share_a_source(h: Script) -> None:
    """Each of two digests has the article once, whichever comes first."""
    h.configure(
        digests={"weekly": {"schedule": "every monday at 09:00"}, "friday": {"schedule": "every friday at 09:00"}}
    )
    h.begin()
    h.publish("a", 1)
    h.tick(2, friday="a")
    h.publish("b", 3)
    h.tick(5, weekly="a b")
    h.tick(9, friday="b")
    h.tick(12)


@stories.add
def a_copy_in_a_source_that_only_the_other_digest_reads(h: Script) -> None:
    """A digest that reads only the second source of a cross-posted article has it all the same."""
    h.configure(
        sources={"blog": "blog", "planet": "planet"},
        digests={
            "blogs": {"schedule": "every friday at 09:00", "sources": ["blog"]},
            "weekly": {"schedule": "every monday at 09:00", "sources": ["planet"]},
        },
    )
    h.serve("planet", Feed())
    h.begin()
    h.publish("a", 1)
    h.tick(2, blogs="a")
    h.publish("a", 3, feed="planet", guid="planet-1", link="https://blog.quay.example/posts/a")
    h.tick(5, weekly="a")
    h.tick(9)
    h.tick(12)


# -- a feed that moves as a whole ------------------------------------------------------------------------------------


def _grown(h: Script, count: int = 8) -> str:
    """A source with a history of `count` mailed articles."""
    h.begin()
    for number in range(count):
        h.publish(f"a{number}", 1, 8 + number)
    truths = " ".join(f"a{number}" for number in range(count))
    h.monday(1, truths)
    return truths


def _elsewhere(one: Shown) -> dict[str, Any]:
    return {"guid": f"urn:new:{one.truth}", "link": f"https://new.quay.example/{one.truth}.html"}


@stories.add
def every_guid_changes(h: Script) -> None:
    """New software gives every item a new guid under its old address: nothing is mailed."""
    _grown(h)
    h.change_each(lambda one: {"guid": f"urn:new:{one.truth}"})
    h.monday(2)
    h.publish("b", 13)
    h.monday(3, "b")


@stories.add
def every_guid_and_address_changes(h: Script) -> None:
    """The site moves: every guid and every address is new, the texts are not. Nothing is mailed, the operator hears."""
    _grown(h)
    h.change_each(_elsewhere)
    h.monday(2, told="blog")
    h.publish("b", 13)
    h.monday(3, "b")


@stories.add
def every_guid_address_and_date_changes(h: Script) -> None:
    """The site moves and dates every article on the day it moved: nothing is mailed, the operator hears."""
    _grown(h)
    h.change_each(lambda one: {**_elsewhere(one), "date": moment(6)})
    h.monday(2, told="blog")


@stories.add
def a_move_brings_one_new_article(h: Script) -> None:
    """Among eight moved articles there is a new one: it alone is mailed."""
    _grown(h)
    h.publish("b", 6)
    h.change_each(_elsewhere)
    h.monday(2, "b")
    h.monday(3)


@stories.add
def a_move_before_anything_was_mailed(h: Script) -> None:
    """A site that moves between gathering and the issue has each of its new articles mailed once."""
    h.begin(archive=6)
    h.publish("a", 1)
    h.publish("b", 2)
    h.gather(2, 14)
    h.change_each(_elsewhere)
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def many_articles_on_one_day(h: Script) -> None:
    """A conference publishes twelve articles at once: that is no move, each is mailed."""
    _grown(h)
    for number in range(12):
        h.publish(f"talk{number}", 6, 8 + number)
    h.monday(2, " ".join(f"talk{number}" for number in range(12)))
    h.monday(3)


@stories.add
def many_articles_with_titles_there_were_before(h: Script) -> None:
    """Seven more photos of the day, with titles like those before and texts of their own, are new."""
    h.begin()
    for number in range(8):
        h.publish(f"photo{number}", 1, 8 + number, title="Photo of the day")
    h.monday(1, " ".join(f"photo{number}" for number in range(8)))
    for number in range(8, 15):
        h.publish(f"photo{number}", 6, number, title="Photo of the day")
    h.monday(2, " ".join(f"photo{number}" for number in range(8, 15)))


@stories.add
def the_source_is_renamed(h: Script) -> None:
    """[source.blog] becomes [source.journal] with the same address: what was mailed stays mailed, what is new comes."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.configure(sources={"journal": "blog"})
    h.publish("b", 6)
    h.monday(2, "b")


@stories.add
def the_source_is_renamed_in_the_middle_of_a_period(h: Script) -> None:
    """An article gathered under the old name and mailed under the new one is mailed once, neither lost nor doubled."""
    h.begin()
    h.publish("a", 1)
    h.gather(2)
    h.configure(sources={"journal": "blog"})
    h.publish("b", 3)
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def the_source_is_renamed_after_a_late_issue(h: Script) -> None:
    """An issue released on Wednesday has Tuesday's article; renaming the source afterwards does not repeat it."""
    h.begin()
    h.publish("a", 1)
    h.tick(7)
    h.publish("b", 6)
    h.release(7, 12, weekly="a b")
    h.configure(sources={"journal": "blog"})
    h.publish("c", 9)
    h.monday(2, "c")


@stories.add
def the_address_of_the_source_changes_to_another_feed_of_the_site(h: Script) -> None:
    """From the RSS feed to the Atom feed of the same site, which has guids of its own: nothing is repeated."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    items = tuple(
        Shown(one.truth, f"tag:quay.example,2026:/{one.truth}", one.link, one.date, one.title, one.body)
        for one in h.feeds["blog"].items
    )
    h.serve("atom", Feed(items, format="atom"))
    h.configure(sources={"blog": "atom"})
    h.publish("b", 6, feed="atom")
    h.monday(2, "b")


@stories.add
def the_feed_becomes_json(h: Script) -> None:
    """The same address answers with JSON Feed instead of RSS from one day to the next: nothing is repeated."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.serve("blog", Feed(h.feeds["blog"].items, format="json"))
    h.publish("b", 6)
    h.monday(2, "b")


# --------------------------------------------------------------------------------------------------------------------


@stories.each
def test_each_article_is_mailed_once_wherever_it_appears(history: History, sqlite_template: Path) -> None:
    """Played against the real program, every history mails exactly what the oracle says, once, in its newest words."""
    with community(sqlite_template) as place:
        check(history, place)
