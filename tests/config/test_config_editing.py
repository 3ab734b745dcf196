"""Changes a command makes in digest.toml: what was there stays, and a broken file is never put in place."""

from __future__ import annotations

import os
import stat
import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.editing import (
    add_table,
    append_to_list,
    edit_config,
    edited,
    remove_from_list,
    remove_table,
    set_values,
    table_text,
)
from digest.errors import ConfigError, UsageError

FILE = """\
# The quay's own newsletter.
[site]
name = "Quay"   # not Key
url = "https://quay.example"
from = "Quay <digest@quay.example>"
postal_address = "1 Quay Street, Galway"

# The blog, since 2019.
[source.blog]
url = "https://quay.example/feed.xml"
headers = { Accept-Language = "ga" }  # Irish first
# title = "Blog"

# --- everything below is about people ---

[list.members]
csv = "people.csv"

[digest.weekly]
list = "members"
sources = [
    "blog",  # always
    "shed",
]
schedule = "every monday at 09:00"
[relay.main]
url = "smtp://mail.quay.example:587"

# The shed writes rarely.
[source.shed]
url = "https://shed.example/atom.xml"
# [theme]
# accent = "#123456"
"""


def test_a_new_source_changes_no_other_line() -> None:
    """The lines of the file before are the lines of the file after, in order, with a table between two."""
    after = edited(FILE, [add_table("source", "den", {"url": "https://den.example/", "kind": "feed"})], shown="f")
    assert after.startswith(FILE[: FILE.index("# [theme]")])
    added = '[source.den]\nurl = "https://den.example/"\nkind = "feed"\n'
    assert added in after and after.replace(added, "").split() == FILE.split()
    assert tomllib.loads(after)["source"]["den"] == {"url": "https://den.example/", "kind": "feed"}


def test_a_new_source_stands_after_the_last_one() -> None:
    """In a starter, the new table follows the sources' remarks and precedes the lists."""
    text = '[source.a]\npath = "a"\n# url_template = "x"\n\n# other remarks\n\n[list.members]\ncsv = "m.csv"\n'
    after = edited(text, [add_table("source", "b", {"path": "b"}, remark="from\na friend")], shown="f")
    assert after == text.replace('"x"\n', '"x"\n\n# from a friend\n[source.b]\npath = "b"\n', 1)


def test_references_are_written_inline() -> None:
    """A table inside a setting is written in braces on its own line, never as a table of its own."""
    headers = {"Authorization": {"env": "TOKEN"}}
    after = edited(FILE, [add_table("source", "den", {"path": "d", "headers": headers})], shown="f")
    assert 'headers = {Authorization = {env = "TOKEN"}}' in after


def test_removing_takes_the_table_and_what_is_said_about_it() -> None:
    """The table goes with the remarks that touch it; remarks with an empty line between them and it stay."""
    after = edited(FILE, [remove_table("source", "blog")], shown="f")
    assert "source.blog" not in after and "since 2019" not in after and '# title = "Blog"' not in after
    assert "# --- everything below" in after and "# The quay's own" in after and "not Key" in after
    assert set(tomllib.loads(after)["source"]) == {"shed"}
    assert "since 2019" in table_text(FILE, "source", "blog") and "people" not in table_text(FILE, "source", "blog")


def test_adding_and_removing_leaves_nothing_behind() -> None:
    """A source that was added and removed again leaves the file byte for byte as it was."""
    there = edited(FILE, [add_table("source", "den", {"url": "https://den.example/"}, remark="hm")], shown="f")
    assert edited(there, [remove_table("source", "den")], shown="f") == FILE


def test_lists_keep_their_remarks() -> None:
    """A word put into and taken out of a list over several lines costs none of the list's remarks."""
    path = ("digest", "weekly", "sources")
    more = edited(FILE, [append_to_list(path, "den")], shown="f")
    assert tomllib.loads(more)["digest"]["weekly"]["sources"] == ["blog", "shed", "den"]
    assert '"blog",  # always' in more
    less = edited(more, [remove_from_list(path, "shed")], shown="f")
    assert tomllib.loads(less)["digest"]["weekly"]["sources"] == ["blog", "den"] and "# always" in less


def test_values_are_set_where_they_stand() -> None:
    """A setting that exists is changed in place, its remark kept; a table that does not is made at the end."""
    once = edited(FILE, [set_values("theme", {"accent": "#17606a"})], shown="f")
    assert once == FILE + '\n[theme]\naccent = "#17606a"\n'
    assert edited(FILE, [set_values("site", {"name": "Pier"})], shown="f") == FILE.replace('"Quay" ', '"Pier" ')


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_stay(mark: str) -> None:
    """A file saved on Windows stays one: its byte order mark and CRLF, also in the new lines."""
    windows = mark + FILE.replace("\n", "\r\n")
    after = edited(windows, [add_table("source", "den", {"path": "d"})], shown="f")
    assert after.startswith(mark) and after.count("\n") == after.count("\r\n") == windows.count("\n") + 3
    assert edited(after, [remove_table("source", "den")], shown="f") == windows


@pytest.mark.parametrize(
    "text",
    ['source = { blog = { path = "a" } }\n', '[source]\nblog.path = "a"\n', '[source]\nblog = { path = "a" }\n'],
)
def test_what_cannot_be_cut_out_is_left_to_a_person(text: str) -> None:
    """Tables in another spelling are not removed by guesswork: the command says so and changes nothing."""
    with pytest.raises(UsageError, match="cannot change safely"):
        edited(text, [remove_table("source", "blog")], shown="digest.toml")


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True)
REMARKS = st.sampled_from(["", "\n", "# a remark\n", "\n# apart\n\n", "# [source.no]\n"])
VALUES = st.sampled_from(['url = "x"\n', 'match = """\n[source.no]\n# no\n"""\n', 'headers = { A = "[b]" }  # c\n'])
TABLES = st.dictionaries(NAMES, st.tuples(REMARKS, VALUES, REMARKS), min_size=1, max_size=5)


@given(TABLES, TABLES, st.data())
def test_whatever_the_file_looks_like(
    sources: dict[str, tuple[str, str, str]], lists: dict[str, tuple[str, str, str]], data: st.DataObject
) -> None:
    """Adding keeps every line in order; removing leaves every other table as it was; both mean what they should."""
    parts = [f"{a}[{kind}.{name}]\n{b}{c}" for kind, tables in (("source", sources), ("list", lists))
             for name, (a, b, c) in tables.items()]  # fmt: skip
    text = "".join(data.draw(st.permutations(parts)))
    meant = tomllib.loads(text)
    more = edited(text, [add_table("source", "zz-new", {"url": "y"})], shown="f")
    assert tomllib.loads(more) == {**meant, "source": {**meant["source"], "zz-new": {"url": "y"}}}
    lines = iter(more.split("\n"))
    assert all(line in lines for line in text.rstrip("\n").split("\n"))
    name = data.draw(st.sampled_from(sorted(sources)))
    rest = {kept: table for kept, table in meant["source"].items() if kept != name}
    less = tomllib.loads(edited(text, [remove_table("source", name)], shown="f"))
    assert less == ({**meant, "source": rest} if rest else {"list": meant["list"]})


# --- the file ------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "digest.toml"
    path.write_text(FILE, encoding="utf-8")
    path.chmod(0o640)
    return path


def test_the_file_is_replaced_whole(file: Path) -> None:
    """The mode stays, nothing is left beside it, and a link to the file stays a link."""
    link = file.with_name("link.toml")
    link.symlink_to(file)
    edit_config(link, [add_table("source", "den", {"url": "https://den.example/"})], env={})
    assert link.is_symlink() and "den" in tomllib.loads(file.read_text())["source"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == ["digest.toml", "link.toml"]


def test_what_would_not_load_is_not_put_in_place(file: Path) -> None:
    """A result with a mistake raises it with the real file's name and line, and the file is byte for byte as it was."""
    with pytest.raises(ConfigError) as caught:
        edit_config(file, [add_table("source", "den", {"url": "den.example"})], env={})
    problem = caught.value.problems[-1]
    assert problem.file == str(file) and problem.line and problem.key == "source.den.url"
    assert file.read_text() == FILE and len(list(file.parent.iterdir())) == 1


def test_a_disk_that_refuses_costs_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new file cannot be made durable, the old one stays and nothing lies beside it."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        edit_config(file, [add_table("source", "den", {"url": "https://den.example/"})], env={})
    assert file.read_text() == FILE and len(list(file.parent.iterdir())) == 1


def test_two_commands_at_once_both_count(file: Path) -> None:
    """Eight sources added by eight commands at the same moment are all there afterwards."""

    def add(name: str) -> None:
        edit_config(file, [add_table("source", name, {"url": f"https://{name}.example/"})], env={})

    threads = [threading.Thread(target=add, args=(f"s{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"s{number}" for number in range(8)} < set(tomllib.loads(file.read_text())["source"])
