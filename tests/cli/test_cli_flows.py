"""Whole commands in this process, with a real feed, a real relay and a real database; only the clock is ours."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from support_cli import FRIDAY, MONDAY, Digest, publish

from support_world import World

pytestmark = pytest.mark.usefixtures("digest")


LATER = timedelta(hours=2)  # by then every source may politely be asked again


def _started(digest: Digest) -> None:
    """The digest is known and its baseline written, so that --due has something to go by."""
    assert digest("send", "--due").code == 0


def test_a_period_is_sent_once(world: World, digest: Digest) -> None:
    """The second `send` of a period mails nobody, exits 0, says that it is sent and what to type for more."""
    first = digest("send", "weekly", "--yes")
    assert first.code == 0, first.err
    assert "weekly/1 is done" in first.out and "3 accepted" in first.out
    again = digest("send", "weekly", "--yes")
    assert again.code == 0
    assert "is sent already" in again.out and "digest send weekly --extra" in again.out and "next: " in again.out
    assert world.mailed() == ["ana@quay.example", "ben@quay.example", "cai@quay.example"]


def test_already_sent_needs_no_yes(world: World, digest: Digest) -> None:
    """Where nothing will be sent, no --yes is asked for; where something would, it is (exit 2) and nothing goes out."""
    refused = digest("send", "weekly")
    assert refused.code == 2 and "--yes" in refused.err and world.mailed() == []
    digest("send", "weekly", "--yes")
    assert digest("send", "weekly").code == 0


def test_dry_run_writes_nothing(world: World, digest: Digest, tmp_path: Path) -> None:
    """A dry run shows subject, titles and recipients, and leaves every table of the database as it was."""
    before = _dump(tmp_path)
    shown = digest("send", "weekly", "--dry-run")
    assert shown.code == 0
    assert "Six sheds by bicycle" in shown.out and "3 subscribers" in shown.out and "nothing sent" in shown.out
    assert _dump(tmp_path) == before and world.mailed() == []


def _dump(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "digest.db") as connection:
        return list(connection.iterdump())


def test_nothing_new_leaves_the_coming_period_alone(world: World, digest: Digest) -> None:
    """`send` before the first period with nothing new plans nothing: Monday's issue still goes out on Monday."""
    world.feed.items.clear()
    early = digest("send", "weekly", "--yes")
    assert early.code == 0 and "nothing new" in early.out
    assert digest("issue", "list", "--json").data == []
    publish(world.feed, "News of Saturday")
    on_monday = digest("send", "--due", at=MONDAY + timedelta(minutes=5))
    assert (on_monday.code, len(world.mailed())) == (0, 3), on_monday.err


def test_a_failed_source_is_no_empty_week(world: World, digest: Digest) -> None:
    """With its only feed down, `send` exits 1, names the feed, and plans nothing that cron would send unasked."""
    world.feed.status = 500
    failed = digest("send", "weekly", "--yes")
    assert failed.code == 1 and "blog" in failed.err and "Try:" in failed.err
    assert digest("issue", "list", "--json").data == []
    assert digest("send", "--due", at=FRIDAY + timedelta(minutes=20)).code == 0
    assert world.mailed() == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is ours: the half minute between attempts at a relay that is down passes at once."""
    monkeypatch.setattr("digest.deliver.sending.backoff_s", lambda failures, *, chance: 0.0)


@pytest.mark.usefixtures("impatient")
def test_relay_down_loses_nobody(world: World, digest: Digest) -> None:
    """An unreachable relay is exit 1 with everybody waiting; with the relay back, the same command mails each once."""
    world.configure(relay="smtp://127.0.0.1:9")
    down = digest("send", "weekly", "--yes")
    assert down.code == 1 and "3 waiting" in down.out and "127.0.0.1:9" in down.out
    world.configure()
    back = digest("send", "weekly", "--yes")
    assert back.code == 0 and "going on" in back.out
    assert world.mailed() == ["ana@quay.example", "ben@quay.example", "cai@quay.example"]


@pytest.mark.usefixtures("impatient")
def test_an_interrupted_extra_issue_is_finished_first(world: World, digest: Digest) -> None:
    """`send --extra` after an interrupted extra issue goes on with that one and makes no other."""
    digest("send", "weekly", "--yes")
    publish(world.feed, "An extra story")
    world.configure(relay="smtp://127.0.0.1:9")
    assert digest("send", "--extra", "--yes", at=FRIDAY + LATER).code == 1
    world.configure()
    assert digest("send", "--extra", "--yes", at=FRIDAY + 2 * LATER).code == 0
    assert len(digest("issue", "list", "--json").data) == 2 and len(world.mailed()) == 6


def test_deferred_recipients_make_it_partly(world: World, digest: Digest) -> None:
    """A recipient that the relay defers makes `send` exit 3 and say when it is tried again."""
    world.sink.refuse = lambda address: "450 4.2.1 later" if address.startswith("ben") else None
    sent = digest("send", "weekly", "--yes")
    assert sent.code == 3 and "1 deferred" in sent.out and "tried again from" in sent.out


def test_cron_hears_only_what_somebody_should_look_at(world: World, digest: Digest) -> None:
    """`send --due` prints nothing for a baseline, an idle run and a success; a held issue once; always exit 0."""
    for at in (FRIDAY, FRIDAY + timedelta(minutes=5), MONDAY + timedelta(minutes=5)):
        ran = digest("send", "--due", at=at)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(world.mailed()) == 3
    publish(world.feed, "Too late for Monday", at=MONDAY + timedelta(days=2))
    late = MONDAY + timedelta(days=9)
    held = digest("send", "--due", at=late)
    assert held.code == 0 and "held (late)" in held.err and "digest issue release weekly/2" in held.err
    again = digest("send", "--due", at=late + timedelta(minutes=5))
    assert (again.code, again.out, again.err) == (0, "", "")
    assert digest("status", "--check", at=late).code == 1
    assert digest("issue", "release", "weekly/2", at=late).code == 0
    assert len(world.mailed()) == 6


def test_a_skipped_issue_can_be_named(world: World, digest: Digest) -> None:
    """An issue without a number is shown and steered by the name that `issue list` prints."""
    _started(digest)
    world.feed.items.clear()
    digest("send", "--due", at=MONDAY)
    digest("send", "--due", at=MONDAY + timedelta(days=7))
    rows = digest("issue", "list", "--json", at=MONDAY + timedelta(days=7)).data
    skipped = next(row for row in rows if row["number"] is None)
    name = f"weekly@{skipped['period']['label']}"
    assert name in digest("issue", "list").out
    assert digest("issue", "show", name).code == 0


@pytest.mark.parametrize(
    "args",
    [
        ("send", "wekly", "--yes"),
        ("send", "--due", "wekly"),
        ("preview", "wekly", "--out", "p"),
        ("issue", "list", "wekly"),
    ],
)
def test_a_wrong_digest_name_is_answered_with_the_nearest(world: World, digest: Digest, args: tuple[str, ...]) -> None:
    """A misspelt digest is exit 2 with "did you mean"."""
    ran = digest(*args)
    assert ran.code == 2 and "did you mean 'weekly'?" in ran.err


NEEDS_DATABASE = (
    "status",
    "gather",
    "send --yes",
    "send --due",
    "test weekly a@quay.example",
    "preview --out p",
    "issue list",
    "subscribers list",
    "schedule list",
    "run",
    "serve",
    "db backup b.db",
    "db upgrade",
    "db prune",
    "check",
)


@pytest.mark.parametrize("command", NEEDS_DATABASE)
def test_a_missing_database_is_never_made_in_silence(
    world: World, digest: Digest, tmp_path: Path, command: str
) -> None:
    """Without its database every command exits 2, says so and what to try, and leaves no file behind."""
    for path in tmp_path.glob("digest.db*"):
        path.unlink()
    ran = digest(*command.split())
    assert ran.code == 2 and "there is no database" in ran.err and "Try:" in ran.err, ran
    assert not list(tmp_path.glob("digest.db*"))


TEN_MISTAKES = """\
[site]
name = ""
url = "riverside"
timezone = "Europe/Dublim"
from = "digest"
postal_adress = "1 Quay"
[source.blog]
url = "ftp://x"
[list.members]
csv = "nobody.csv"
[digest.weekly]
list = "member"
schedule = "every mondy at 25:00"
max_articles = "a"
[relay.main]
url = "http://x"
"""


@pytest.mark.parametrize("command", ["check", "status", "send --yes", "db create"])
def test_every_mistake_is_told_at_once(digest: Digest, tmp_path: Path, command: str) -> None:
    """A file with ten mistakes and more gives that many messages with the right lines, whatever command reads it."""
    (tmp_path / "digest.toml").write_text(TEN_MISTAKES, encoding="utf-8")
    ran = digest(*command.split())
    assert ran.code == 2 and ran.out == ""
    for line in (2, 3, 4, 5, 6, 8, 10, 12, 13, 14, 16):
        assert f"digest.toml:{line}: " in ran.err
    assert ran.err.count("Try:") >= 11
    if command == "check":
        problems = digest("check", "--json").data["problems"]
        assert len(problems) == ran.err.count("digest.toml:")


@pytest.mark.parametrize("text", [None, "[site\nname = 1", "name = \xff"])
def test_no_usable_configuration(digest: Digest, tmp_path: Path, text: str | None) -> None:
    """A missing, broken or wrongly encoded digest.toml is exit 2 with what to try, and no traceback."""
    if text is not None:
        (tmp_path / "digest.toml").write_bytes(text.encode("latin-1"))
    ran = digest("send", "--due")
    assert ran.code == 2 and "Try:" in ran.err and "Traceback" not in ran.err


def test_a_missing_list_file_is_named(world: World, digest: Digest, tmp_path: Path) -> None:
    """Without its subscriber file a digest sends nothing, exits 2 and names the file."""
    (tmp_path / "subscribers.csv").unlink()
    ran = digest("send", "weekly", "--yes")
    assert ran.code == 2 and "subscribers.csv" in ran.err and world.mailed() == []


INIT = ("init", "club", "--email", "ana@quay-makers.org", "--name", "Quay", "--postal-address", "1 Quay St, Galway")


def test_init_writes_what_it_was_told_and_refuses_to_overwrite(digest: Digest, tmp_path: Path) -> None:
    """`init` with options asks nothing, passes `check`, hides the password; a second one changes nothing."""
    made = digest(*INIT, "--relay", "smtp://127.0.0.1:2525", "--timezone", "Europe/Dublin", "--url", "https://quay.org")
    assert made.code == 0, made.err
    club = tmp_path / "club"
    text = (club / "digest.toml").read_text(encoding="utf-8")
    assert all(word in text for word in ("1 Quay St", "smtp://127.0.0.1:2525", "Europe/Dublin", "https://quay.org"))
    assert (club / "smtp-password").stat().st_mode & 0o777 == 0o600
    checked = digest("--config", str(club / "digest.toml"), "check")
    assert checked.code == 0, checked.err
    before = {path: path.read_bytes() for path in club.rglob("*") if path.is_file()}
    again = digest(*INIT)
    assert again.code == 2 and "exist already" in again.err
    assert {path: path.read_bytes() for path in club.rglob("*") if path.is_file()} == before


def test_init_needs_an_address_where_nobody_can_be_asked(digest: Digest, tmp_path: Path) -> None:
    """Without a terminal and without --email, `init` writes nothing and says which option it needs."""
    ran = digest("init", "club")
    assert ran.code == 2 and "--email" in ran.err and not (tmp_path / "club").exists()


def test_import_looks_first(world: World, digest: Digest, tmp_path: Path) -> None:
    """An import shows new, same, changed, invalid and unsubscribed; writes only with --yes; appends, with a backup."""
    digest("subscribers", "unsubscribe", "cai@quay.example")
    rows = (
        "email,name\nana@quay.example,Ana\nben@quay.example,Benjamin\ncai@quay.example,Cai\ndot@quay.example,Dot\nno\n"
    )
    (tmp_path / "more.csv").write_text(rows, encoding="utf-8")
    looked = digest("subscribers", "import", "more.csv", "--dry-run", "--json").data
    assert {key: looked[key] for key in ("new", "same", "changed", "invalid", "unsubscribed")} == dict.fromkeys(
        ("new", "same", "changed", "invalid", "unsubscribed"), 1
    )
    listed = (tmp_path / "subscribers.csv").read_bytes()
    assert digest("subscribers", "import", "more.csv").code == 2
    assert (tmp_path / "subscribers.csv").read_bytes() == listed
    done = digest("subscribers", "import", "more.csv", "--yes")
    assert done.code == 3 and "line 6" in done.out  # 3: the bad row
    assert (tmp_path / "subscribers.csv").read_bytes().startswith(listed)
    assert [path.read_bytes() for path in tmp_path.glob("subscribers.csv.*.bak")] == [listed]
    active = digest("subscribers", "list", "--status", "active", "--json").data
    assert {one["address"] for one in active} == {"ana@quay.example", "ben@quay.example", "dot@quay.example"}


def test_adding_twice_changes_nothing(world: World, digest: Digest, tmp_path: Path) -> None:
    """`subscribers add` of somebody who is there says so and leaves the file alone."""
    digest("subscribers", "add", "eve@quay.example")
    listed = (tmp_path / "subscribers.csv").read_bytes()
    again = digest("subscribers", "add", "eve@quay.example")
    assert again.code == 0 and "already" in again.out
    assert (tmp_path / "subscribers.csv").read_bytes() == listed


def test_unsubscribed_by_hand_is_not_mailed(world: World, digest: Digest) -> None:
    """The subject of an unsubscribe mail, whole as it came, takes its reader off; the next issue goes to the others."""
    digest("send", "weekly", "--yes")
    raw = digest("issue", "message", "weekly/1", "ben@quay.example").out.replace("\n ", "")
    token = raw.partition("unsubscribe%20")[2].partition(">")[0]
    assert digest("subscribers", "unsubscribe", f"Re: unsubscribe {token}").code == 0
    assert "{" not in digest("issue", "show", "weekly/1").out
    publish(world.feed, "One more story")
    digest("send", "--extra", "--yes", at=FRIDAY + LATER)
    assert [name.split("@")[0] for name in world.mailed()] == ["ana", "ana", "ben", "cai", "cai"]
    wrong = digest("subscribers", "unsubscribe", token[:20] + ("A" if token[20] != "A" else "B") + token[21:])
    assert wrong.code == 2 and "Try:" in wrong.err


def test_cancel_refuses_before_it_asks(world: World, digest: Digest) -> None:
    """A command that does not fit the issue's state says which does, without a question."""
    digest("send", "weekly", "--yes")
    ran = digest("issue", "cancel", "weekly/1")
    assert ran.code == 1 and "it is done" in ran.err and "?" not in ran.out + ran.err


def test_gather_needs_no_relay_and_says_what_waits(world: World, digest: Digest, tmp_path: Path) -> None:
    """`gather` works before the relay's password is there, and `status` knows what waits for the next issue."""
    text = (tmp_path / "digest.toml").read_text(encoding="utf-8")
    login = f'smtp://me@{world.sink.url.removeprefix("smtp://")}"\npassword = {{ file = "nowhere" }}\n#'
    (tmp_path / "digest.toml").write_text(text.replace(f'{world.sink.url}"', login), encoding="utf-8")
    gathered = digest("gather")
    assert gathered.code == 0 and "weekly: 2 new articles" in gathered.out, gathered.err
    assert digest("status", "--json").data["digests"][0]["waiting_articles"] == 2
    assert digest("send", "weekly", "--yes").code == 2


def test_backfill(world: World, digest: Digest) -> None:
    """`--backfill none` makes nothing new at first sight; `--backfill 30d` frees what was published in that time."""
    publish(world.feed, "Three weeks old", at=FRIDAY - timedelta(days=21))
    publish(world.feed, "Three months old", at=FRIDAY - timedelta(days=90))
    assert "weekly: 0 new" in digest("gather", "--backfill", "none").out
    assert digest("gather", "--backfill", "30d", "--json").data["waiting"] == {"weekly": 3}
    assert digest("gather", "--backfill", "all", "--json").data["waiting"] == {"weekly": 4}
    assert digest("gather", "--backfill", "soon").code == 2


JSON_COMMANDS = (
    "check --json",
    "status --json",
    "gather --json",
    "send weekly --yes --json",
    "send --due --json",
    "send --extra --dry-run --json",
    "send --extra --yes --json",
    "test weekly a@quay.example --json",
    "issue list --json",
    "issue show weekly/1 --json",
    "issue recipients weekly/1 --json",
    "issue retry weekly/1 --json",
    "subscribers check --json",
    "subscribers list --json",
    "subscribers show ana@quay.example --json",
    "subscribers add eve@quay.example --json",
    "subscribers suppress eve@quay.example --json",
    "subscribers unsubscribe eve@quay.example --json",
    "schedule list --json",
    "db prune --json",
)


def test_json_is_one_value_and_nothing_else(world: World, digest: Digest) -> None:
    """Every --json prints exactly one JSON value on standard output, also when there is nothing to do."""
    digest("send", "weekly", "--yes")
    for command in JSON_COMMANDS:
        ran = digest(*command.split())
        assert ran.code == 0, (command, ran)
        assert isinstance(ran.data, (dict, list)), command


def test_send_json_has_one_shape(world: World, digest: Digest) -> None:
    """A program finds the same keys whether an issue was sent, was sent before, or has nothing to say."""
    shapes = [set(digest("send", *args, "--yes", "--json").data) for args in ((), (), ("--extra",))]
    assert shapes[0] == shapes[1] == shapes[2]


def test_test_message_leaves_no_trace(world: World, digest: Digest, tmp_path: Path) -> None:
    """`test` mails one marked message and changes no table of the database."""
    before = _dump(tmp_path)
    assert digest("test", "weekly", "me@quay.example").code == 0
    assert world.subjects()[0].startswith("[test] ") and world.mailed() == ["me@quay.example"]
    assert _dump(tmp_path) == before


def test_preview_writes_files(world: World, digest: Digest, tmp_path: Path) -> None:
    """`preview --out` writes the next issue as HTML, text and .eml."""
    ran = digest("preview", "--out", "seen")
    assert ran.code == 0
    assert "Six sheds by bicycle" in (tmp_path / "seen" / "message.html").read_text(encoding="utf-8")
    assert {path.suffix for path in (tmp_path / "seen").iterdir()} >= {".html", ".txt", ".eml"}


def test_db_round_trip(world: World, digest: Digest, tmp_path: Path) -> None:
    """A backup brings back who was mailed; an existing database is neither replaced nor made anew in silence."""
    digest("send", "weekly", "--yes")
    assert digest("db", "backup", "safe.db").code == 0
    assert "there already" in digest("db", "create").out
    assert digest("db", "restore", "safe.db").code == 2
    for path in tmp_path.glob("digest.db*"):
        path.unlink()
    assert digest("db", "restore", "safe.db").code == 0
    assert "is sent already" in digest("send", "weekly", "--yes").out and len(world.mailed()) == 3


def test_an_unforeseen_error_is_one_message(world: World, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the program is exit 1 with its kind and place and no traceback; DIGEST_DEBUG=1 shows the traceback."""

    def fault(workspace: object) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr("digest.pipeline.overview.overview", fault)
    plain = digest("status")
    assert plain.code == 1 and "ValueError: a fault" in plain.err
    assert "Traceback" not in plain.err and "DIGEST_DEBUG=1" in plain.err
    monkeypatch.setenv("DIGEST_DEBUG", "1")
    assert "Traceback" in digest("status").err


def test_inspect_names_the_file(digest: Digest, tmp_path: Path) -> None:
    """A file that is no feed is named by its own path, not by an address that nobody gave."""
    (tmp_path / "x.xml").write_text("hello", encoding="utf-8")
    ran = digest("inspect", "feed", "x.xml")
    assert ran.code == 1 and ran.err.startswith("x.xml: ")


def test_inspect_reads_copied_text(digest: Digest, tmp_path: Path) -> None:
    """`inspect text --json` gives counters as data, a summary of the text, and no page furniture in it."""
    body = "The ferry is back after the long repair of its engine, and it runs twice a day until the end of October. "
    lines = ("top of page", "maraquill", "Written by Mara Quill", body * 2, body, "7 views0 comments", "bottom of page")
    (tmp_path / "copied.txt").write_text("\n\n".join(lines), encoding="utf-8")
    article = digest("inspect", "text", "copied.txt", "--json").data
    assert article["views"] == 7 and "of page" not in article["text"]
    assert article["summary"]["text"] in article["text"].replace("\n\n", " ")


def test_schedule_prints_lines_that_name_everything(world: World, digest: Digest, tmp_path: Path) -> None:
    """The cron line and the unit hold absolute paths of program and configuration."""
    for target in ("cron", "systemd"):
        text = digest("schedule", "install", "--print", target).out
        assert f"--config {tmp_path / 'digest.toml'} send --due --yes" in text
