"""`[model]` and who writes the summaries."""

import pytest

MODEL = '\n[model]\nurl = "https://models.example/v1"\nname = "small"\n'


def test_without_the_table_summaries_are_extracts(folder):
    """No model, and every digest says "extract"."""
    config = folder.load()
    assert config.model is None and config.digests["weekly"].summary_by == "extract"


def test_with_the_table_the_model_writes_unless_told_otherwise(folder):
    """`auto` becomes "model"; defaults are those of the settings; `by = "extract"` stays."""
    folder.add(MODEL)
    config = folder.load()
    assert config.model.url == "https://models.example/v1" and config.model.name == "small" and config.model.key == ""
    assert (config.model.call_s, config.model.issue_s, config.model.private) == (20, 60, False)
    assert config.digests["weekly"].summary_by == "model"
    folder.change(
        'schedule = "every monday at 09:00"', 'schedule = "every monday at 09:00"\nsummary = { by = "extract" }'
    )
    assert folder.load().digests["weekly"].summary_by == "extract"


def test_everything_can_be_set(folder):
    """Times in words, caps in tokens, the key from where it stands, all of it by the environment too."""
    folder.add(
        MODEL + 'key = { env = "KEY" }\ntimeout = "5s"\nissue_time = "30s"\nissue_tokens = 1000\nprivate = true\n'
    )
    model = folder.load(KEY="s3cret", DIGEST_MODEL__DAY_TOKENS="2000").model
    assert (model.call_s, model.issue_s, model.issue_tokens, model.day_tokens) == (5, 30, 1000, 2000)
    assert model.key == "s3cret" and model.private


def test_a_key_that_is_not_there_stops_only_commands_that_need_secrets(folder):
    """Else it reads as None, which no server is asked with."""
    folder.add(MODEL + 'key = { env = "KEY" }\n')
    assert "KEY is not set" in folder.only_problem().what
    assert folder.load(secrets=False).model.key is None


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ('\n[model]\nname = "small"\n', "model.url", "missing"),
        ('\n[model]\nurl = "https://models.example/v1"\n', "model.name", "missing"),
        (MODEL + 'key = "s3cret"\n', "model.key", "must not stand in this file"),
        (MODEL.replace("/v1", "/v1?a=b"), "model.url", "query"),
        (MODEL.replace("https:", "http:") + 'key = { env = "KEY" }\n', "model.url", "not encrypted"),
        (MODEL + "day_tokens = -1\n", "model.day_tokens", "must be from"),
        (MODEL + 'tokens = 5\n', "model.tokens", ""),
    ],
)  # fmt: skip
def test_each_mistake_is_told(folder, text, key, what):
    """With its key and the way out; a secret is not repeated."""
    folder.add(text)
    problem = folder.only_problem(KEY="s3cret")
    assert problem.key == key and what in problem.what and problem.try_ and "s3cret" not in str(problem)


@pytest.mark.parametrize("host", ["127.0.0.1:11434", "10.0.0.7:8000", "ollama:11434", "gpu.internal", "localhost"])
def test_a_key_may_go_unencrypted_on_ones_own_network(folder, host):
    """This machine, private addresses, and names that only they resolve."""
    folder.add(MODEL.replace("https://models.example", f"http://{host}") + 'key = { env = "KEY" }\n')
    assert folder.load(KEY="s3cret").model.key == "s3cret"


def test_a_digest_cannot_ask_for_a_model_that_is_not_there(folder):
    """`by = "model"` without [model] is a mistake with a way out."""
    folder.change(
        'schedule = "every monday at 09:00"', 'schedule = "every monday at 09:00"\nsummary = { by = "model" }'
    )
    problem = folder.only_problem()
    assert problem.key == "digest.weekly.summary.by" and "add [model]" in problem.try_
