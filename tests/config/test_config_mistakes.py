"""Every mistake at once, each with its line, what is wrong and what to write instead."""

import pickle

import pytest

TEN = """\
[site]
name = "Riverside Makers"
url = "riverside-makers.example"
timezone = "Dublin"
from = "Riverside Makers <riverside.makers@gmail.com>"
postal_adress = "1 Quay Street, Galway, Ireland"

[source.blog]
url = "https://riverside-makers.example/blog-feed.xml"

[list.members]
csv = "subscriber.csv"

[digest.weekly]
list = "membrs"
schedule = "every mondy at 09:00"
summary = {
  sentences = "two" }
min_articles = 20

[relay.main]
url = "smtp://digest@smtp.example.net:587"
password = "hunter2"
""".replace("{\n  sentences", "{ sentences")


def test_ten_mistakes_give_ten_messages_with_the_right_lines(folder):
    """One run shows them all, in the order of the file, and none twice."""
    folder.write(TEN)
    problems = folder.problems()
    assert [(one.line, one.key) for one in problems] == [
        (3, "site.url"),
        (4, "site.timezone"),
        (5, "site.from"),
        (6, "site.postal_adress"),
        (12, "list.members.csv"),
        (15, "digest.weekly.list"),
        (16, "digest.weekly.schedule"),
        (17, "digest.weekly.summary.sentences"),
        (18, "digest.weekly.min_articles"),
        (22, "relay.main.password"),
    ]
    assert all(one.file == str(folder.file) and one.what and one.try_ for one in problems)
    text = str(problems[1])
    assert f"{folder.file}:4: site.timezone:" in text and 'Try: write "Europe/Dublin"' in text
    assert "hunter2" not in "\n".join(map(str, problems)), "a secret is never repeated"


# What replaces what in the smallest configuration; line and key of the one problem; words that must be said.
MISTAKES = {
    "unknown setting": ('name = "R', 'nmae = "R', 2, "site.nmae", '"name"'),
    "a word of other programs": ("from = ", "sender = ", 5, "site.sender", '"from"'),
    "unknown table": ("[notify]", "[notfy]", 22, "notfy", "[notify]"),
    "brand is not known yet": ("[notify]", "[brand.x]", 22, "brand", "take it out"),
    "missing setting": ('postal_address = "1 Quay Street, Galway, Ireland"\n', "", 1, "site.postal_address", "missing"),
    "empty setting": ('"Riverside Makers"\nurl', '" "\nurl', 2, "site.name", "empty"),
    "number for text": ('name = "Riverside Makers"', "name = 5", 2, "site.name", "must be text, not the number 5"),
    "control character": ('name = "Riverside Makers"', 'name = "River\\nside"', 2, "site.name", "control character"),
    "relative address": ('"https://riverside-makers.example"', '"/home"', 3, "site.url", "not a full web address"),
    "password in an address": ("https://riverside-makers.example/b", "https://a:b@x.example/b", 9, "source.blog.url",
                               "headers ="),
    "zone in another case": ("Europe/Dublin", "europe/dublin", 4, "site.timezone", '"Europe/Dublin"'),
    "zone that is a folder": ('"Europe/Dublin"', '"Europe"', 4, "site.timezone", "not a time zone"),
    "address without domain": ("<digest@riverside-makers.example>", "<digest>", 5, "site.from", "no @"),
    "public_url in the clear": ("[source", 'public_url = "http://news.example"\n[source', 8, "site.public_url",
                                "https"),
    "table as list": ("[source.blog]", "[[source]]", 8, "source", "[source.main]"),
    "table without name": ("[source.blog]", "[source]", 9, "source.url", "[source.main]"),
    "name with a slash": ("[digest.weekly]", '[digest."a/b"]', 14, 'digest."a/b"', "command line"),
    "neither url nor path": ('url = "https://riverside-makers.example/blog-feed.xml"', 'title = "x"', 8, "source.blog",
                             "neither url nor path"),
    "both url and path": ("[list.", 'path = "articles"\n[list.', 11, "source.blog.path", "together"),
    "list file missing": ("subscribers.csv", "nobody.csv", 12, "list.members.csv", "no file"),
    "list unknown": ('list = "members"', 'list = "member"', 15, "digest.weekly.list", 'did you mean "members"'),
    "list missing": ('list = "members"\n', "", 14, "digest.weekly.list", "missing"),
    "source unknown": ('list = "members"', 'sources = ["blog", "blgo"]\nlist = "members"', 15,
                       "digest.weekly.sources[1]", '"blog"'),
    "relay unknown": ('list = "members"', 'list = "members"\nrelay = "mian"', 16, "digest.weekly.relay", '"main"'),
    "schedule in a riddle": ("every monday at 09:00", "now and then", 16, "digest.weekly.schedule", "schedule"),
    "minimum above maximum": ("[relay.", "min_articles = 13\n[relay.", 18, "digest.weekly.min_articles", "12"),
    "whole number as text": ("[relay.", 'max_articles = "9"\n[relay.', 18, "digest.weekly.max_articles", "whole"),
    "true is no number": ("[relay.", "max_articles = true\n[relay.", 18, "digest.weekly.max_articles", "true"),
    "out of range": ("[relay.", "max_articles = 0\n[relay.", 18, "digest.weekly.max_articles", "1 to 1000"),
    "length without unit": ("[relay.", "catch_up = 12\n[relay.", 18, "digest.weekly.catch_up", "no unit"),
    "length of nothing": ("[relay.", 'catch_up = "0h"\n[relay.', 18, "digest.weekly.catch_up", "out of range"),
    "length with something between": ("[relay.", 'catch_up = "2 days - 1h"\n[relay.', 18, "digest.weekly.catch_up",
                                      "length of time"),
    "one address for all files": ("[list.", 'url_template = "https://x.example/a"\n[list.', 11,
                                  "source.blog.url_template", "{stem}"),
    "file by another word": ("[list.", 'url_template = "https://x.example/{slug}"\n[list.', 11,
                             "source.blog.url_template", "{slug}"),
    "lists as an array": ("[list.members]", "[[list]]", 11, "list", "[list.main]"),
    "header with a blank": ("[list.", 'headers = { "X Y" = "1" }\n[list.', 11, 'source.blog.headers."X Y"',
                            "name of a header"),
    "site misspelled": ("[site]", "[sites]", 1, "sites", "[site]"),
    "relays in the plural": ("[relay.main]", "[relays.main]", 18, "relays", "[relay.NAME]"),
    "length in Latin": ("[relay.", 'catch_up = "12 horae"\n[relay.', 18, "digest.weekly.catch_up", "length of time"),
    "text for a list": ("[relay.", 'sources = "blog"\n[relay.', 18, "digest.weekly.sources", '["blog"]'),
    "number for a table": ("[relay.", "summary = 2\n[relay.", 18, "digest.weekly.summary", "sentences"),
    "unknown setting in braces": ("[relay.", "summary = { sentence = 2 }\n[relay.", 18,
                                  "digest.weekly.summary.sentence", '"sentences"'),
    "template by its path": ("[relay.", 'template = "t/week.mjml"\n[relay.', 18, "digest.weekly.template", '"week"'),
    "place that means nothing": ("[relay.", 'subject = "{titel}"\n[relay.', 18, "digest.weekly.subject", '"title"'),
    "brace without partner": ("[relay.", 'subject = "{title"\n[relay.', 18, "digest.weekly.subject", "partner"),
    "locale in words": ("[relay.", 'locale = "English"\n[relay.', 18, "digest.weekly.locale", "en-IE"),
    "relay of another kind": ("smtp://digest@", "https://digest@", 19, "relay.main.url", "smtp://"),
    "relay with a password": ("smtp://digest@", "smtp://digest:pw@", 19, "relay.main.url", "no place for secrets"),
    "password as text": ('{ file = "smtp-password" }', '"hunter2"', 20, "relay.main.password", "must not stand"),
    "password from nowhere": ('{ file = "smtp-password" }', "{ fiel = 1 }", 20, "relay.main.password.fiel", '"file"'),
    "password from two places": ('{ file = "smtp-password" }', '{ file = "a", env = "B" }', 20, "relay.main.password",
                                 "only one"),
    "tls by guess": ("[notify]", 'tls = "ssl"\n[notify]', 22, "relay.main.tls", '"starttls"'),
    "unknown choice": ("[notify]", '[delivery]\non_uncertain = "holt"\n[notify]', 23, "delivery.on_uncertain",
                       '"hold"'),
    "addresses": ("[notify]", '[delivery]\nonly_to = ["a@b.example", "x y"]\n[notify]', 23, "delivery.only_to[1]",
                  "space"),
    "colour in words": ("[notify]", '[theme]\naccent = "blue"\n[notify]', 23, "theme.accent", "#0b57d0"),
    "colour nobody can read": (
        "[notify]", '[theme]\nlight = { muted = "#bbbbbb" }\n[notify]', 23, "theme.light.muted", "#6e6e6e"
    ),
    "logo that is not there": ("[notify]", '[theme]\nlogo = "no.png"\n[notify]', 23, "theme.logo", "PNG or JPEG"),
    "no such theme": ("[notify]", '[theme]\nname = "warn"\n[notify]', 23, "theme.name", "warm"),
    "share without percent": ("[digest", 'max_change = { grow = 0.5 }\n[digest', 14, "list.members.max_change.grow",
                              "%"),
    "bounces without token": ("[notify]", '[bounces]\naddress = "b@x.example"\n[notify]', 23, "bounces.address",
                              "token"),
    "nowhere to listen": ("[notify]", '[serve]\nlisten = "8080"\n[notify]', 23, "serve.listen", "127.0.0.1:8080"),
    "host with a scheme": ("[notify]", '[fetch]\nallow_hosts = ["http://a"]\n[notify]', 23, "fetch.allow_hosts[0]",
                           "http"),
    "another database": ("[notify]", '[storage]\nurl = "mysql://x/y"\n[notify]', 23, "storage.url", "postgresql"),
    "database password": ("[notify]", '[storage]\nurl = "postgresql://a:b@h/d"\n[notify]', 23, "storage.url",
                          "DATABASE_URL"),
    "database in memory": ("[notify]", '[storage]\nurl = "sqlite:///:memory:"\n[notify]', 23, "storage.url",
                           "digest.db"),
    "webhook by halves": ("[notify]", '[notify]\nwebhook = "hooks.example"', 23, "notify.webhook",
                          "https://hooks.example"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES.values(), ids=MISTAKES.keys())
def test_one_mistake_gives_one_problem_on_its_line(folder, case):
    """Each mistake alone: its line, its key, and the way out; nothing else is dragged in."""
    old, new, line, key, words = case
    folder.change(old, new)
    problem = folder.only_problem()
    assert (problem.line, problem.key) == (line, key), str(problem)
    assert words in f"{problem.what} {problem.try_}", str(problem)


# How a broken file looks (appended, so that it starts on line 24); line; words that must be said.
BROKEN = {
    "no quotes": ("[theme]\nlogo_alt = Riverside Makers\n", 25, 'logo_alt = "Riverside Makers"'),
    "quote not closed": ('[theme]\nlogo_alt = "Riverside\naccent = "#aabbcc"\n', 25, "not closed"),
    "quote not closed at the end": ('[theme]\n\nlogo_alt = "Riverside', 26, "not closed"),
    "three quotes not closed": ('[theme]\nlogo_alt = """Riverside\naccent = 1\n\n', 25, "not closed"),
    "setting twice": ('[theme]\naccent = "#aabbcc"\n# x\naccent = """\n#aabbcc"""\n', 27, "first on line 25"),
    "table twice": ('[theme]\n[site]\nname = "x"\n', 25, "line 1"),
    "value and table": ('[theme]\naccent = "#aabbcc"\naccent.x = 1\n', 26, "at once"),
    "colon": ("[theme]\naccent: blue\n", 25, 'accent = "blue"'),
    "no value": ("[theme]\naccent =\n", 25, "nothing stands after"),
    "no equals": ("[theme]\naccent\n", 25, "has no ="),
    "blank in a name": ("[theme]\nlogo width = 160\n", 25, "logo_width = 160"),
    "quotes in quotes": ('[theme]\nlogo_alt = "our "big" logo"\n', 25, "single quotes"),
    "curly quotes": ("[theme]\nlogo_alt = “Riverside”\n", 25, 'logo_alt = "Riverside"'),
    "capital True": ("[theme]\nlogo_width = True\n", 25, "true"),
    "percent": ("[theme]\nlogo_width = 20%\n", 25, '"20%"'),
    "backslashes": ('[theme]\nlogo_alt = "C:\\Users\\x"\n', 25, "single quotes"),
    "list not closed": ('[delivery]\nonly_to = ["a@b.example",\n[theme]\n', 26, "not closed"),
    "header not closed": ("[theme\n", 24, "[theme]"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_not_toml_is_explained_in_plain_words(folder, case):
    """The one mistake of form: its line, without the parser's jargon."""
    text, line, words = case
    folder.add(text)
    problem = folder.only_problem()
    assert problem.line == line, str(problem)
    assert words in f"{problem.what} {problem.try_}", str(problem)
    assert "key/value" not in str(problem) and "namespace" not in str(problem)


def test_bytes_that_are_not_utf8_are_found_by_line(folder):
    """An old editor's encoding is named with the line of the first such letter."""
    folder.file.write_bytes(folder.text.encode() + '[theme]\nlogo_alt = "é"\n'.encode("latin-1"))
    problem = folder.only_problem()
    assert problem.line == 25 and "UTF-8" in problem.what


def test_an_empty_file_says_what_is_needed(folder):
    """Nothing at all is five missing tables, not a crash."""
    folder.write("")
    assert {one.key for one in folder.problems()} == {"site", "source", "list", "digest", "relay"}


def test_a_setting_before_the_first_table_is_told_where_it_belongs(folder):
    """`name = ...` on the first line belongs below [site]."""
    folder.change('[site]\nname = "Riverside Makers"\n', 'name = "Riverside Makers"\n[site]\n')
    problem = folder.only_problem()
    assert problem.line == 1 and "[site]" in problem.try_


def test_two_relays_without_a_main_one_need_a_choice(folder):
    """Which server sends is never chosen by the order of the file."""
    folder.change("[relay.main]", '[relay.spare]\nurl = "smtp://127.0.0.1"\n[relay.office]')
    problem = folder.only_problem()
    assert (problem.key, problem.line) == ("digest.weekly", 14) and "office" in problem.what


def test_two_bad_headers_are_two_problems(folder):
    """A list or table with several bad parts names each of them."""
    folder.change("[list.", 'headers = { A = 1, B = { env = "" }, C = "c" }\n[list.')
    assert [one.key for one in folder.problems()] == ["source.blog.headers.A", "source.blog.headers.B"]


def test_the_error_survives_a_process_boundary(folder):
    """Workers hand it back whole."""
    folder.change("Europe/Dublin", "Dublin")
    try:
        folder.load()
    except Exception as error:
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
