"""Feed histories about when an article is new: first looks, dates, lateness, schedules, clocks."""

from __future__ import annotations

from pathlib import Path

from histories_check import check
from histories_collection import Stories
from histories_language import Feed, History, Script, body_of, moment
from histories_world import community

stories = Stories()
DAILY = {"daily": {"schedule": "every day at 09:00"}}


# -- the first look --------------------------------------------------------------------------------------------------


@stories.add
def the_archive_is_no_news(h: Script) -> None:
    """What a feed had before the first period began is never mailed; what came in the period is."""
    h.publish("ancient", -400)
    h.publish("lastmonth", -20)
    h.publish("tuesday", -1)
    h.first_look()
    h.monday(1, "tuesday")
    h.monday(2)


@stories.add
def an_undated_feed_is_known_at_first_sight(h: Script) -> None:
    """Undated items may be ten years old: those of the first look are known, those that come later are new."""
    h.begin(date=None)
    h.monday(1)
    h.publish("a")
    h.monday(2, "a")
    h.monday(3)


@stories.add
def an_undated_item_gets_a_date_later(h: Script) -> None:
    """A date that is added to what was known at the first look makes no news of it."""
    h.begin(date=None)
    h.change_each(lambda one: {"date": moment(4)})
    h.monday(1)


@stories.add
def an_undated_file_is_new(h: Script) -> None:
    """A file without a date was put into the folder on purpose: new, also at the first look, and once."""
    h.configure(sources={"stories": "files"})
    h.file("a")
    h.first_look()
    h.file("b")
    h.monday(1, "a b")
    h.file("b", body=body_of("b, mended"))
    h.monday(2)


@stories.add
def an_old_file_is_known(h: Script) -> None:
    """A file that dates itself to last year is known at the first look."""
    h.configure(sources={"stories": "files"})
    h.file("a", -300)
    h.file("b", -1)
    h.first_look()
    h.monday(1, "b")


@stories.add
def the_feed_is_down_at_the_first_look(h: Script) -> None:
    """A source that failed at the digest's first look is first seen by the issue; its archive is no news then."""
    h.publish("lastmonth", -20)
    h.publish("a", -1)
    h.breaks("500")
    h.first_look()
    h.breaks("")
    h.publish("b", 2)
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def a_source_is_added_later(h: Script) -> None:
    """A source that comes into the configuration after a month brings what it published in this period only."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.serve("news", Feed())
    h.publish("n1", -30, feed="news")
    h.publish("n2", 1, feed="news")
    h.publish("n3", 8, feed="news")
    h.configure(sources={"blog": "blog", "news": "news"})
    h.monday(2, "n3")
    h.publish("n4", 13, feed="news")
    h.monday(3, "n4")


@stories.add
def a_digest_is_added_later(h: Script) -> None:
    """A second digest begins with its own first look: no archive of what the first one has mailed."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.configure(
        digests={"weekly": {"schedule": "every monday at 09:00"}, "friday": {"schedule": "every friday at 09:00"}}
    )
    h.tick(7)
    h.publish("b", 8)
    h.tick(9, friday="b")
    h.monday(2, "b")


# -- dates -----------------------------------------------------------------------------------------------------------


@stories.add
def the_whole_feed_is_dated_anew(h: Script) -> None:
    """Every item is dated now, as after a move to other software: nothing is mailed again, archive or not."""
    h.begin(archive=4)
    h.publish("a", 1)
    h.publish("b", 2)
    h.monday(1, "a b")
    h.change_each(lambda one: {"date": moment(7)})
    h.monday(2)
    h.change_each(lambda one: {"date": moment(14)})
    h.publish("c", 14)
    h.monday(3, "c")


@stories.add
def the_feed_is_dated_anew_at_each_fetch(h: Script) -> None:
    """A feed that dates every item with the moment of the request sends its articles once all the same."""
    h.begin()
    h.publish("a", 1)
    for day in (1, 2, 3):
        h.change_each(lambda one, day=day: {"date": moment(day, 11)})  # type: ignore[misc]
        h.gather(day, 12)
    h.change_each(lambda one: {"date": moment(5, 8)})
    h.monday(1, "a")
    h.change_each(lambda one: {"date": moment(12, 8)})
    h.monday(2)


@stories.add
def all_dates_vanish(h: Script) -> None:
    """A feed that loses its dates repeats nothing."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.change_each(lambda one: {"date": None})
    h.monday(2)


@stories.add
def dated_in_the_future(h: Script) -> None:
    """An article dated in three weeks waits for its date and is then mailed once."""
    h.begin()
    h.publish("a", 22)
    for week in (1, 2, 3):
        h.monday(week)
    h.monday(4, "a")
    h.monday(5)


@stories.add
def dated_in_the_future_at_the_first_look(h: Script) -> None:
    """The same when the digest saw it at its very first look."""
    h.publish("a", 8)
    h.first_look()
    h.monday(1)
    h.monday(2, "a")
    h.monday(3)


@stories.add
def dated_in_the_future_and_edited_meanwhile(h: Script) -> None:
    """While it waits for its date it is corrected, and its guid goes to https: once, in its newest words."""
    h.begin()
    h.publish("a", 10, guid="http://blog.quay.example/posts/a", link="http://blog.quay.example/posts/a")
    h.monday(1)
    h.change(
        "a",
        body=body_of("a corrected"),
        guid="https://blog.quay.example/posts/a",
        link="https://blog.quay.example/posts/a",
    )
    h.monday(2, "a")


@stories.add
def dated_in_the_future_and_gone_from_the_feed_when_it_comes(h: Script) -> None:
    """It scrolled out of the feed before its date came: scrolled out is not withdrawn, it is mailed."""
    h.begin()
    h.publish("a", 8)
    h.monday(1)
    h.show("old1")
    h.monday(2, "a")


@stories.add
def the_date_moves_from_the_future_to_now(h: Script) -> None:
    """Scheduled for next month and then published early: mailed in the next issue, and not again at the first date."""
    h.begin()
    h.publish("a", 26)
    h.monday(1)
    h.change("a", date=moment(6))
    h.monday(2, "a")
    for week in (3, 4, 5):
        h.monday(week)


@stories.add
def it_arrives_late(h: Script) -> None:
    """Dated ten days before it is first seen, behind newer articles: still mailed, once."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("late", -3, bottom=True)
    h.monday(2, "late")
    h.monday(3)


@stories.add
def it_arrives_dated_before_the_last_issue_was_sent(h: Script) -> None:
    """Written on Sunday, published an hour after Monday's issue: in the next one."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("b", 4)
    h.gather(5, 12)
    h.monday(2, "b")


@stories.add
def an_archive_is_dug_up(h: Script) -> None:
    """The feed suddenly shows articles of last year, never seen before: too old to be news."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    for number in range(3):
        h.publish(f"dug{number}", -200 + number, bottom=True)
    h.publish("b", 6)
    h.monday(2, "b")
    h.monday(3)


@stories.add
def the_feed_grows_from_ten_items_to_its_whole_past(h: Script) -> None:
    """The publisher shows 40 instead of 2 items: what is older than a month stays in the past."""
    h.begin()
    for number in range(38):
        h.publish(f"past{number}", -60 - number, bottom=True)
    h.publish("a", 2)
    h.monday(1, "a")


@stories.add
def no_dates_and_no_guids_after_the_first_look(h: Script) -> None:
    """An undated feed without guids that shows three items at a time: each once, however they scroll."""
    h.publish("old", guid=None)
    h.first_look()
    for number in range(1, 4):
        h.publish(f"a{number}", guid=None)
    items = h.feeds["blog"].items
    h.show("a3", "a2", "a1")
    h.monday(1, "a1 a2 a3")
    h.show("old", "a1", of=items)
    h.monday(2)
    h.show("a3", "a2", "a1", of=items)
    h.monday(3)


# -- schedules, clocks -----------------------------------------------------------------------------------------------


@stories.add
def daily_and_weekly_from_one_source(h: Script) -> None:
    """The daily digest has each article the day after, the weekly one all of them on Monday."""
    h.configure(digests={"weekly": {"schedule": "every monday at 09:00"}, **DAILY})
    h.begin()
    h.publish("a", 0, 12)
    h.tick(1, daily="a")
    h.publish("b", 1, 12)
    h.publish("c", 1, 13)
    h.tick(2, daily="b c")
    h.tick(3)
    h.publish("d", 4, 12)
    h.tick(4)
    h.tick(5, daily="d", weekly="a b c d")
    h.tick(6)


@stories.add
def a_weekly_reader_of_a_daily_digest(h: Script) -> None:
    """Who asked for one mail a week has everything in it, once; the others have it day by day."""
    h.configure(digests=DAILY, people={"ana@quay.example": "", "wil@quay.example": "weekly"})
    h.begin()
    h.publish("a", 0, 12)
    h.tick(1, daily="a")
    h.publish("b", 1, 12)
    h.tick(2, daily="b")
    h.tick(3)
    h.publish("c", 3, 12)
    h.tick(4, daily="c")
    h.tick(5, daily_weekly="a b c")
    h.publish("d", 5, 12)
    h.tick(6, daily="d")
    for day in (7, 8, 9, 10, 11):
        h.tick(day)
    h.tick(12, daily_weekly="d")


@stories.add
def summer_time_begins(h: Script) -> None:
    """Dublin, 29 March 2026: the day has 23 hours, 09:00 comes an hour earlier by UTC; every article once."""
    h.configure(digests=DAILY)
    h.first_look(-236, 12)  # Friday 27 March
    h.publish("a", -236, 15)
    h.tick(-235, 9, daily="a")
    h.publish("b", -235, 20)
    h.publish("c", -234, 7)
    h.tick(-234, 7, 58)
    h.tick(-234, 8, 2, daily="b c")
    h.publish("d", -234, 8.5)
    h.tick(-234, 9, 2)
    h.tick(-233, 8, 2, daily="d")


@stories.add
def summer_time_ends(h: Script) -> None:
    """Dublin, 25 October 2026: the day has 25 hours, 09:00 comes an hour later by UTC; every article once."""
    h.configure(digests=DAILY)
    h.first_look(-26, 12)  # Friday 23 October
    h.publish("a", -26, 15)
    h.tick(-25, 8, 2, daily="a")
    h.publish("b", -24, 7.9)
    h.tick(-24, 8, 2)
    h.publish("c", -24, 8.5)
    h.tick(-24, 9, 2, daily="b c")
    h.tick(-23, 8, 30)
    h.tick(-23, 9, 2)


@stories.add
def due_in_the_hour_that_does_not_exist(h: Script) -> None:
    """Daily at 01:30 on the night when the clock leaps from one to two: due at two, once, nothing lost."""
    h.configure(digests={"daily": {"schedule": "every day at 01:30"}})
    h.first_look(-235, 12)  # Saturday 28 March
    h.publish("a", -235, 22)
    h.tick(-234, 0, 45)
    h.tick(-234, 1, 1, daily="a")
    h.publish("b", -234, 1.2)
    h.tick(-234, 1, 31)
    h.tick(-233, 0, 31, daily="b")


@stories.add
def due_in_the_hour_that_comes_twice(h: Script) -> None:
    """Daily at 01:30 on the night when the hour from one to two comes twice: due in the first, not in the second."""
    h.configure(digests={"daily": {"schedule": "every day at 01:30"}})
    h.first_look(-25, 12)  # Saturday 24 October
    h.publish("a", -25, 22)
    h.tick(-24, 0, 31, daily="a")
    h.publish("b", -24, 1)
    h.tick(-24, 1, 31)
    h.tick(-23, 1, 31, daily="b")


@stories.add
def the_machine_is_off_for_three_weeks(h: Script) -> None:
    """Back on a Thursday after three missed Mondays, the issue waits for its operator and then has all that came."""
    h.begin()
    h.publish("a", 1)
    h.publish("b", 8)
    h.publish("c", 15)
    h.tick(22)
    h.publish("d", 22, 11)
    h.release(22, 12, weekly="a b c d")
    h.monday(4)


@stories.add
def the_machine_is_off_for_seven_weeks(h: Script) -> None:
    """An article of the first week of a long absence is seven weeks old when it is seen: not dug up, mailed."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("b", 6)
    h.publish("dug", -60, bottom=True)
    h.publish("c", 50)
    h.tick(54, 9, 30, weekly="b c")


@stories.add
def the_machine_is_off_for_three_weeks_and_nobody_releases(h: Script) -> None:
    """Nobody releases the late issue: the next one in time has everything, and a later release has nothing left."""
    h.begin()
    h.publish("a", 1)
    h.publish("b", 8)
    h.tick(22)
    h.monday(4, "a b")
    h.release(27)


@stories.add
def the_machine_comes_back_on_a_monday(h: Script) -> None:
    """Off for two issues and back an hour after the third came due: that one is made, with all that came."""
    h.begin()
    h.publish("a", 1)
    h.publish("b", 8)
    h.tick(19, 10, weekly="a b")
    h.monday(4)


@stories.add
def an_article_scrolls_out_while_the_machine_is_off(h: Script) -> None:
    """What was gathered and then scrolled out of the feed during three weeks off is still mailed."""
    h.begin()
    h.publish("a", 1)
    h.gather(1, 14)
    h.publish("b", 15)
    h.show("b")
    h.tick(19, 10, weekly="a b")


@stories.add
def the_clock_jumps_back_by_an_hour(h: Script) -> None:
    """09:01, then 08:05 again: what is gathered by the wrong clock is in the next issue, and nothing is repeated."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("b", 5, 8)
    h.gather(5, 8.1)
    h.tick(5, 8, 20)
    h.tick(5, 9, 5)
    h.monday(2, "b")


@stories.add
def the_clock_jumps_back_between_two_gatherings(h: Script) -> None:
    """An article first gathered at noon and another at eleven of the same day are both mailed."""
    h.begin()
    h.publish("a", 2, 11)
    h.gather(2, 12)
    h.publish("b", 2, 10.5)
    h.gather(2, 11)
    h.monday(1, "a b")
    h.monday(2)


@stories.add
def the_clock_was_a_day_ahead(h: Script) -> None:
    """Gathered while the clock was a day ahead, then set right: nothing is lost."""
    h.begin()
    h.publish("a", 2)
    h.gather(3, 12)
    h.publish("b", 2, 13)
    h.gather(2, 14)
    h.monday(1, "a b")


@stories.add
def the_clock_was_a_month_ahead(h: Script) -> None:
    """Gathered while the clock was a month ahead, then set right: the next issue has what came before and since."""
    h.begin()
    h.publish("a", 1)
    h.gather(33, 12)
    h.publish("b", 3)
    h.gather(3, 14)
    h.monday(1, "a b")
    h.publish("c", 7)
    h.monday(2, "c")


@stories.add
def the_schedule_moves_from_monday_to_thursday(h: Script) -> None:
    """After a change of the schedule each article is mailed once, none lost between the two."""
    h.begin()
    h.publish("a", 1)
    h.monday(1, "a")
    h.publish("b", 6)
    h.configure(digests={"weekly": {"schedule": "every thursday at 09:00"}})
    h.tick(6, 12)
    h.tick(8, weekly="b")
    h.publish("c", 10)
    h.tick(12)
    h.tick(15, weekly="c")


# --------------------------------------------------------------------------------------------------------------------


@stories.each
def test_each_article_is_new_once(history: History, sqlite_template: Path) -> None:
    """Played against the real program, every history mails exactly what the oracle says, once, in its newest words."""
    with community(sqlite_template) as place:
        check(history, place)
