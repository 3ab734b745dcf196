"""[dkim]: keys are read from their files with the care of a secret, and what is wrong with one is said on its line."""

from __future__ import annotations

import pytest

from digest.deliver.dkim import generate_key, read_private_key

RSA, ED = generate_key("rsa"), generate_key("ed25519")


@pytest.fixture
def keys(folder):
    for name, pem in (("rsa.pem", RSA), ("ed.pem", ED)):
        (folder.path / name).write_text(pem)
        (folder.path / name).chmod(0o600)
    return folder


def test_one_key_signs_for_the_domain_of_from(keys):
    keys.add('[dkim]\nkey = { file = "rsa.pem" }\n')
    dkim = keys.load().dkim
    assert (dkim.domain, [key.selector for key in dkim.keys]) == ("riverside-makers.example", ["digest"])
    assert read_private_key(dkim.keys[0].pem).kind == "rsa"
    assert "PRIVATE" not in repr(keys.load())


def test_two_keys_under_two_selectors_and_a_parent_domain(keys):
    keys.change("digest@riverside", "digest@news.riverside")
    keys.add(
        '[dkim]\nselector = "S1"\nkey = { file = "rsa.pem" }\ndomain = "Riverside-Makers.example"\n'
        'second_selector = "s2"\nsecond_key = { file = "ed.pem" }\n'
    )
    dkim = keys.load().dkim
    assert (dkim.domain, [key.selector for key in dkim.keys]) == ("riverside-makers.example", ["s1", "s2"])


def test_a_key_may_stand_in_the_environment_with_its_line_ends(keys):
    keys.add('[dkim]\nkey = { env = "DKIM_PEM" }\n')
    assert keys.load(DKIM_PEM=ED).dkim.keys[0].pem == ED
    keys.add('selector = "x"\n')
    loaded = keys.load(DKIM_PEM=RSA, DIGEST_DKIM__KEY_FILE="ed.pem", DIGEST_DKIM__SELECTOR="y").dkim
    assert (loaded.keys[0].selector, read_private_key(loaded.keys[0].pem).kind) == ("y", "ed25519")


def test_without_dkim_nothing_is_signed(keys):
    assert keys.load().dkim is None


def test_who_does_not_send_needs_no_key(keys):
    keys.add('[dkim]\nkey = { file = "nowhere.pem" }\ndomain = "riverside-makers.example"\n')
    dkim = keys.load(secrets=False).dkim
    assert (dkim.domain, dkim.keys) == ("riverside-makers.example", ())


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ('key = { file = "nowhere.pem" }', "dkim.key", "digest dkim keygen --selector digest --file"),
        ('key = { file = "open.pem" }', "dkim.key", "chmod 600"),
        ('key = { file = "empty.pem" }', "dkim.key", "empty"),
        ('key = { file = "nonsense.pem" }', "dkim.key", "no private key in PEM"),
        ('key = "-----BEGIN PRIVATE KEY-----"', "dkim.key", "must not stand in this file"),
        ('selector = "x"', "dkim.key", "digest dkim keygen"),
        ('key = { file = "rsa.pem" }\nselector = "a b"', "dkim.selector", "hyphens"),
        ('key = { file = "rsa.pem" }\ndomain = "elsewhere.example"', "dkim.domain", "DMARC"),
        ('key = { file = "rsa.pem" }\nsecond_key = { file = "ed.pem" }', "dkim.second_key", "second_selector"),
        ('key = { file = "rsa.pem" }\nsecond_selector = "x"', "dkim.second_selector", "--kind ed25519"),
        (
            'key = { file = "rsa.pem" }\nsecond_selector = "digest"\nsecond_key = { file = "ed.pem" }',
            "dkim.second_selector",
            "one key",
        ),
    ],
)
def test_each_mistake_is_named_with_its_way_out(keys, table, key, words):
    for name, text, mode in (("open.pem", RSA, 0o644), ("empty.pem", "\n", 0o600), ("nonsense.pem", "hunter2", 0o600)):
        (keys.path / name).write_text(text)
        (keys.path / name).chmod(mode)
    keys.add(f"[dkim]\n{table}\n")
    problem = keys.only_problem()
    assert problem.key == key and problem.line, str(problem)
    assert words in f"{problem.what} {problem.try_}", str(problem)
    assert "hunter2" not in str(problem)
