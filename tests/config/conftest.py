"""A folder with a configuration that works, to be spoiled by each test in its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config import Config, load_config
from digest.errors import ConfigError, Problem

SMALLEST = """\
[site]
name = "Riverside Makers"
url = "https://riverside-makers.example"
timezone = "Europe/Dublin"
from = "Riverside Makers <digest@riverside-makers.example>"
postal_address = "1 Quay Street, Galway, Ireland"

[source.blog]
url = "https://riverside-makers.example/blog-feed.xml"

[list.members]
csv = "subscribers.csv"

[digest.weekly]
list = "members"
schedule = "every monday at 09:00"

[relay.main]
url = "smtp://digest@smtp.example.net:587"
password = { file = "smtp-password" }

[notify]
email = "editors@riverside-makers.example"
"""


class Folder:
    """A folder with digest.toml and what stands beside it."""

    def __init__(self, path: Path) -> None:
        self.path, self.file = path, path / "digest.toml"
        self.write(SMALLEST)
        (path / "subscribers.csv").write_text("email\nann@example.org\n")
        self.password("from the file\n")

    def write(self, text: str) -> None:
        self.text = text
        self.file.write_text(text, encoding="utf-8")

    def password(self, text: str, mode: int = 0o600) -> None:
        file = self.path / "smtp-password"
        file.write_text(text)
        file.chmod(mode)

    def change(self, old: str, new: str) -> None:
        """Replace one piece of the file; the piece must be there."""
        assert self.text.count(old) == 1, old
        self.write(self.text.replace(old, new))

    def add(self, text: str) -> None:
        self.write(self.text + text)

    def load(self, secrets: bool = True, **env: str) -> Config:
        return load_config(self.file, env=env, secrets=secrets)

    def problems(self, secrets: bool = True, **env: str) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            self.load(secrets, **env)
        return caught.value.problems

    def only_problem(self, secrets: bool = True, **env: str) -> Problem:
        problems = self.problems(secrets, **env)
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
