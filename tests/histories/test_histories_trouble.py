"""Feed histories full of trouble: broken feeds, withdrawn articles, kills at every step, machines that race."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from histories_check import check
from histories_collection import Stories
from histories_language import Feed, History, Script, body_of, moment
from histories_world import community

stories = Stories()


# -- feeds that break and come back ----------------------------------------------------------------------------------


@stories.add
def truncated_and_restored(h: Script) -> None:
    """The feed shows one item for a week and then all of them again: nothing is repeated, nothing lost."""
    h.begin(archive=5)
    h.publish("a", 1)
    h.publish("b", 2)
    h.monday(1, "a b")
    whole = h.feeds["blog"].items
    h.show("b")
    h.monday(2)
    h.show(*(one.truth for one in whole), of=whole)
    h.publish("c", 13)
    h.monday(3, "c")


@stories.add
def scrolled_out_before_the_issue(h: Script) -> None:
    """Gathered on Thursday and scrolled out by Monday: mailed all the same."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.show("old1")
    h.monday(1, "a")


@stories.add
def returns_after_ten_weeks(h: Script) -> None:
    """An article that was out of the feed for ten weeks and returns, dated anew, is remembered."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    whole = h.feeds["blog"].items
    h.show("old1")
    h.monday(2)
    h.show("a", "old1", of=whole)
    h.change("a", date=moment(74))
    h.tick(75)


@stories.add
def a_server_error_in_between(h: Script) -> None:
    """A failing gathering in mid-week costs nothing."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.breaks("500")
    h.gather(2, 14)
    h.breaks("")
    h.publish("b", 3)
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def an_empty_answer_in_between(h: Script) -> None:
    """No bytes at all with status 200 is a failure, not a feed without articles."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.breaks("empty")
    h.gather(6)
    h.breaks("")
    h.publish("b", 7)
    h.monday(2, "b")


@stories.add
def a_web_page_instead_of_the_feed(h: Script) -> None:
    """A "just a moment" page in place of the feed brings no articles and forgets none."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.breaks("garbage")
    h.gather(2)
    h.gather(3)
    h.breaks("")
    h.monday(1, "a")
    h.monday(2)


@stories.add
def a_well_formed_feed_without_items_in_between(h: Script) -> None:
    """The feed is empty for a day and then whole again: no article is new because of it."""
    h.begin(archive=5)
    h.publish("a", 1)
    h.monday(1, "a")
    h.breaks("none")
    h.monday(2)
    h.breaks("")
    h.monday(3)


@stories.add
def down_when_the_issue_is_due(h: Script) -> None:
    """With nothing gathered before, the issue waits for the feed and goes out when it is back."""
    h.begin()
    h.publish("a", 1)
    h.breaks("500")
    h.monday(1)
    h.tick(5, 9, 15)
    h.breaks("")
    h.tick(5, 9, 40, weekly="a")
    h.monday(2)


@stories.add
def down_when_the_issue_is_due_but_gathered_before(h: Script) -> None:
    """What was gathered on Friday goes out on Monday although the feed is down; what came since comes a week later."""
    h.begin()
    h.publish("a", 1)
    h.gather(2)
    h.publish("b", 3)
    h.breaks("500")
    h.monday(1, "a")
    h.breaks("")
    h.monday(2, "b")


@stories.add
def down_longer_than_catch_up(h: Script) -> None:
    """A feed that is down for two days holds the issue; the next one has the article, once."""
    h.begin()
    h.publish("a", 1)
    h.breaks("500")
    h.monday(1)
    h.tick(7)
    h.breaks("")
    h.monday(2, "a")
    h.monday(3)


@stories.add
def one_of_two_sources_is_down(h: Script) -> None:
    """The issue goes out with the source that answers; the other's article follows when it is back."""
    h.configure(sources={"blog": "blog", "news": "news"})
    h.serve("news", Feed())
    h.begin()
    h.publish("a", 1)
    h.publish("n", 1, feed="news")
    h.breaks("500", feed="news")
    h.monday(1, "a")
    h.breaks("", feed="news")
    h.monday(2, "n")


# -- withdrawn -------------------------------------------------------------------------------------------------------


@stories.add
def withdrawn_with_a_404(h: Script) -> None:
    """Gone from the feed and its page not found before the issue is made: not mailed."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.publish("b", 1, 11)
    h.gather(1, 14)
    h.show("b", "old1")
    h.page("a", 404)
    h.monday(1, "b")
    h.monday(2)


@stories.add
def withdrawn_with_a_410(h: Script) -> None:
    """A page that says it is gone for good is not linked to in a mail, even if the feed still shows it."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.publish("b", 1, 11)
    h.gather(1, 14)
    h.page("a", 410)
    h.monday(1, "b")


@stories.add
def withdrawn_as_the_only_article(h: Script) -> None:
    """When the only new article is withdrawn there is nothing to mail."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.show("old1")
    h.page("a", 404)
    h.monday(1)


@stories.add
def withdrawn_and_restored_before_the_issue(h: Script) -> None:
    """Withdrawn on Thursday and back on Friday: mailed on Monday, once."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    whole = h.feeds["blog"].items
    h.show("old1")
    h.page("a", 404)
    h.gather(2)
    h.show("a", "old1", of=whole)
    h.page("a", 200)
    h.monday(1, "a")
    h.monday(2)


@stories.add
def withdrawn_and_restored_after_the_issue(h: Script) -> None:
    """Withdrawn over Monday and back on Tuesday: in the next issue, once."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.publish("b", 1, 11)
    h.gather(1, 14)
    whole = h.feeds["blog"].items
    h.show("b", "old1")
    h.page("a", 404)
    h.monday(1, "b")
    h.show("b", "a", "old1", of=whole)
    h.page("a", 200)
    h.monday(2, "a")
    h.monday(3)


@stories.add
def withdrawn_after_it_was_mailed_and_restored(h: Script) -> None:
    """What was mailed, withdrawn and restored is not mailed again."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    whole = h.feeds["blog"].items
    h.show("old1")
    h.page("a", 410)
    h.monday(2)
    h.show("a", "old1", of=whole)
    h.page("a", 200)
    h.change("a", date=moment(15))
    h.monday(3)


@stories.add
def its_page_is_in_trouble(h: Script) -> None:
    """A page that answers 503 is not withdrawn: the article is mailed."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.show("old1")
    h.page("a", 503)
    h.monday(1, "a")


@stories.add
def scrolled_out_and_its_page_is_there(h: Script) -> None:
    """Gone from the feed while its page answers as always: only scrolled out, mailed."""
    h.live()
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.show("old1")
    h.monday(1, "a")


@stories.add
def a_file_is_removed_before_the_issue(h: Script) -> None:
    """A folder is a complete listing: a file that was taken out before the issue is not mailed."""
    h.configure(sources={"stories": "files"})
    h.first_look()
    h.file("a")
    h.file("b")
    h.gather(1)
    h.remove_file("a")
    h.monday(1, "b")


@stories.add
def a_file_is_removed_and_put_back(h: Script) -> None:
    """Taken out over Monday and put back on Tuesday: mailed in the next issue, once; then removed for good."""
    h.configure(sources={"stories": "files"})
    h.first_look()
    h.file("a")
    h.file("b")
    h.gather(1)
    h.remove_file("a")
    h.monday(1, "b")
    h.file("a")
    h.monday(2, "a")
    h.remove_file("a")
    h.monday(3)


# -- kills -----------------------------------------------------------------------------------------------------------


def _story_of_a_kill(step: str) -> Callable[[Script], None]:
    def tell(h: Script) -> None:
        h.begin()
        h.publish("a", 1, guid="http://blog.quay.example/posts/a", link="http://blog.quay.example/posts/a")
        h.publish("b", 2, body=body_of("b, first edition"))
        h.gather(2, 14)
        h.change("a", guid="https://blog.quay.example/posts/a", link="https://blog.quay.example/posts/a")
        h.change("b", body=body_of("b, second edition"))
        h.publish("c", 3)
        h.monday(1, "a b c", crash=step)
        h.publish("d", 6)
        h.monday(2, "d")

    tell.__name__ = f"killed_{step.replace(' ', '_').replace('-', '_')}"
    tell.__doc__ = f"Killed {step}, the next tick mails each article once, and the issue after it has only what is new."
    return tell


for _step in ("after fetch", "after store", "after newness", "after draft", "after render", "after freeze", "mid-send",
              "before the end"):  # fmt: skip
    stories.add(_story_of_a_kill(_step))


@stories.add
def killed_while_gathering_in_mid_week(h: Script) -> None:
    """A gathering that is killed before it stored anything is as if it had not been; nothing is lost."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14, crash="after fetch")
    h.publish("b", 2)
    h.gather(2, 14, crash="after store")
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def killed_between_storing_and_a_truncated_feed(h: Script) -> None:
    """Stored, killed, and the feed no longer shows it when the machine is back: the article is mailed."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14, crash="after store")
    h.show("old1")
    h.monday(1, "a")


@stories.add
def killed_after_the_freeze_and_edited_before_the_rest(h: Script) -> None:
    """An issue that was frozen before the kill goes out as it was frozen; the correction is not mailed later."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a", crash="mid-send")
    h.change("a", title="Corrected title", body=body_of("a corrected"))
    h.monday(2)


# -- two machines ----------------------------------------------------------------------------------------------------


@stories.add
def two_machines_gather_at_once(h: Script) -> None:
    """Two gatherings at the same moment store each article once."""
    h.begin()
    h.publish("a", 1)
    h.publish("b", 1, 11, guid=None)
    h.gather(1, 14, machines=2)
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def two_machines_gather_a_flip_at_once(h: Script) -> None:
    """Two gatherings at the same moment, guids just moved to https: each article once."""
    h.begin()
    for number in range(4):
        address = f"http://blog.quay.example/posts/a{number}"
        h.publish(f"a{number}", 1, guid=address, link=address)
    h.gather(1, 14)
    h.change_each(lambda one: {"guid": (one.guid or "").replace("http:", "https:"), "link": one.link})
    h.gather(2, 14, machines=2)
    h.monday(1, "a0 a1 a2 a3")


@stories.add
def two_machines_send_at_once(h: Script) -> None:
    """Two machines find the issue due in the same second: it goes out once."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a", machines=2)
    h.publish("b", 6)
    h.monday(2, "b", machines=2)


@stories.add
def two_machines_and_a_cross_post(h: Script) -> None:
    """Two machines gather two sources with the same article at the same moment: one article."""
    h.configure(sources={"blog": "blog", "planet": "planet"})
    h.serve("planet", Feed())
    h.begin()
    h.publish("a", 1)
    h.publish("a", 1, feed="planet", guid="planet-1", link="https://blog.quay.example/posts/a")
    h.gather(1, 14, machines=2)
    h.monday(1, "a", machines=2)
    h.monday(2)


# --------------------------------------------------------------------------------------------------------------------


@stories.each
def test_each_article_survives_the_trouble(history: History, sqlite_template: Path) -> None:
    """Played against the real program, every history mails exactly what the oracle says, once, in its newest words."""
    with community(sqlite_template) as place:
        check(history, place)


def test_the_check_sees_what_is_missing_doubled_early_and_outdated() -> None:
    """A difference in any direction between what was mailed and what the oracle says is named."""
    from histories_check import differences_of
    from histories_language import written
    from histories_oracle import judge
    from histories_world import Mailed

    def tell(h: Script) -> None:
        """A story."""
        h.begin()
        h.publish("a", 1)
        h.publish("b", 1)
        h.monday(1, "a b")

    class Item:
        title, summary = "Something else", ""

    history = written(tell)
    number = len(history.steps) - 1
    mailed = {number: Mailed({"weekly": [("a", Item()), ("a", Item()), ("old1", Item())]}, ["ana has it twice"])}
    lines = "\n".join(differences_of(history, judge(history.steps), mailed))

    for word in ("b is missing", "old1 must not be there", "a is there 2 times", "newest words", "ana has it twice"):
        assert word in lines


def test_a_wrong_expectation_by_hand_is_found_by_the_oracle() -> None:
    """The author of a history cannot expect what the rules do not give."""
    from histories_check import check_oracle
    from histories_language import written

    def tell(h: Script) -> None:
        """A story."""
        h.begin()
        h.monday(1, "old1")

    with pytest.raises(AssertionError, match="by hand weekly: old1, the oracle nothing"):
        check_oracle(written(tell))
