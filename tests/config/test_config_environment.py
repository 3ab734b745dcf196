"""Overrides from the environment, and secrets from files and variables."""

import pytest


def test_an_override_changes_a_setting_and_leaves_the_rest(folder):
    """`__` is the dot, case does not matter, lists are separated by commas, numbers are numbers."""
    folder.add('[source.second-blog]\nurl = "https://b.example/feed"\n')
    config = folder.load(
        DIGEST_SITE__NAME="Other Makers",
        DIGEST_SOURCE__SECOND_BLOG__TITLE="Second",
        DIGEST_DIGEST__WEEKLY__MAX_ARTICLES="5",
        DIGEST_DIGEST__WEEKLY__SUMMARY__SENTENCES="3",
        DIGEST_DELIVERY__ONLY_TO="a@b.example, c@d.example",
        DIGEST_SERVE__LISTEN="0.0.0.0:80",
    )
    assert config.site.name == "Other Makers" and config.site.url == "https://riverside-makers.example"
    assert config.sources["second-blog"].title == "Second"
    assert (config.digests["weekly"].curate.max_articles, config.digests["weekly"].curate.sentences) == (5, 3)
    assert config.delivery.only_to == ("a@b.example", "c@d.example")
    assert config.serve.listen == "0.0.0.0:80"


def test_a_required_setting_may_come_from_the_environment_alone(folder):
    """The file need not hold what the environment gives."""
    folder.change('postal_address = "1 Quay Street, Galway, Ireland"\n', "")
    assert folder.load(DIGEST_SITE__POSTAL_ADDRESS="2 Quay Street").site.postal_address == "2 Quay Street"


def test_an_override_from_a_file_takes_its_content(folder):
    """`_FILE` is the habit of containers; relative to the configuration."""
    (folder.path / "name").write_text("From a file\n")
    assert folder.load(DIGEST_SITE__NAME_FILE="name").site.name == "From a file"


UNKNOWN = {
    "DIGEST_SITE__NAM": '"name"',
    "DIGEST_SIET__NAME": '"site"',
    "DIGEST_RELAY__MIAN__PASSWORD": '"main"',
    "DIGEST_BRAND__X__NAME": "does not exist",
    "DIGEST_SITE__NAME__X": "nothing inside",
    "DIGEST_RELAY__MAIN": "names a table",
    "DIGEST_SITE__": "does not exist",
}


@pytest.mark.parametrize("variable", UNKNOWN)
def test_an_override_of_nothing_is_a_problem_that_names_the_variable(folder, variable):
    """A typo that silently changes nothing is how a test list ends up mailed."""
    problem = folder.only_problem(**{variable: "x"})
    assert problem.file == f"environment variable {variable}" and problem.line is None
    assert UNKNOWN[variable] in f"{problem.what} {problem.try_}"


def test_an_override_that_may_mean_two_tables_is_refused(folder):
    """`-` and `_` read alike in a variable; guessing would change the wrong relay."""
    folder.add('[source.b-c]\nurl = "https://b.example/1"\n[source.b_c]\nurl = "https://b.example/2"\n')
    assert "b-c or b_c" in folder.only_problem(DIGEST_SOURCE__B_C__TITLE="x").what


def test_a_bad_value_from_the_environment_names_the_variable_not_a_line(folder):
    """The place to edit is the variable."""
    problem = folder.only_problem(DIGEST_SITE__TIMEZONE="Dublin")
    assert problem.file == "environment variable DIGEST_SITE__TIMEZONE" and problem.key == "site.timezone"
    assert folder.only_problem(DIGEST_DIGEST__WEEKLY__MAX_ARTICLES="many").key == "digest.weekly.max_articles"
    assert "cannot be read" in folder.only_problem(DIGEST_SITE__NAME_FILE="nowhere").what


def test_variables_that_are_no_overrides_are_left_alone(folder):
    """Only `DIGEST_..__..` speaks to the configuration, and not what the file itself names as a secret."""
    folder.change('{ file = "smtp-password" }', '{ env = "DIGEST_MY__SECRET" }')
    config = folder.load(DIGEST_MY__SECRET="s3", DIGEST_HOME="x", PATH="/bin", SITE__NAME="no")
    assert config.relays["main"].password == "s3" and config.site.name == "Riverside Makers"


# --- secrets --------------------------------------------------------------------------------------------------------


def test_a_password_comes_from_its_file_without_the_line_end_only(folder):
    """Blanks may belong to a password; the line end never does."""
    folder.password(" two words \r\n", mode=0o400)
    assert folder.load().relays["main"].password == " two words "


def test_a_password_may_be_overridden_by_a_variable_or_by_a_file(folder):
    """The override of a secret is a secret's place: its value may be literal there."""
    assert folder.load(DIGEST_RELAY__MAIN__PASSWORD="from env").relays["main"].password == "from env"
    other = folder.path / "other"
    other.write_text("other\n")
    other.chmod(0o600)
    assert folder.load(DIGEST_RELAY__MAIN__PASSWORD_FILE=str(other)).relays["main"].password == "other"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_password_that_others_can_read_is_refused_with_the_command(folder, mode):
    """The fix is one line to type."""
    folder.password("x\n", mode=mode)
    problem = folder.only_problem()
    assert (problem.line, problem.key) == (20, "relay.main.password")
    assert f"chmod 600 {folder.path / 'smtp-password'}" in problem.try_


def test_a_secret_of_two_lines_is_refused(folder):
    """It would break the line of the header or command that it stands in."""
    folder.password("first\nsecret\n")
    problem = folder.only_problem()
    assert "more than one line" in problem.what and "first" not in problem.what


def test_a_missing_or_empty_secret_is_a_problem_only_where_mail_is_sent(folder):
    """Preview on a machine without the password works; sending says which file is missing."""
    (folder.path / "smtp-password").unlink()
    assert "no file" in folder.only_problem().what
    assert folder.load(secrets=False).relays["main"].password == ""
    folder.password("\n")
    assert "empty" in folder.only_problem().what
    folder.change('{ file = "smtp-password" }', '{ env = "SMTP_PASSWORD" }')
    assert "not set" in folder.only_problem().what
    assert "empty" in folder.only_problem(SMTP_PASSWORD="").what
    assert folder.load(secrets=False).relays["main"].host == "smtp.example.net"


def test_secrets_that_are_there_are_read_even_where_none_is_needed(folder):
    """`secrets=False` forgives; it does not hide."""
    assert folder.load(secrets=False).relays["main"].password == "from the file"


def test_the_address_of_a_webhook_may_be_a_secret(folder):
    """Its address is its password; a bad one is reported without being shown."""
    folder.add('webhook = { env = "HOOK" }\n')
    assert folder.load(HOOK="https://hooks.example/T0/B1").notify.webhook == "https://hooks.example/T0/B1"
    problem = folder.only_problem(HOOK="T0/B1/secret")
    assert problem.key == "notify.webhook" and "secret" not in problem.what


def test_the_database_may_be_named_by_the_environment_with_its_password(folder):
    """A literal password is refused in the file, not in a variable."""
    url = "postgresql://digest:pw@db/digest"
    assert folder.load(DIGEST_STORAGE__URL=url).storage_url == url
    assert "pw" not in str(folder.only_problem(DIGEST_STORAGE__URL="mysql://digest:pw@db/digest"))


def test_a_mounted_secret_keeps_the_mode_its_container_gave_it(folder, monkeypatch):
    """Docker mounts 0444 below /run/secrets; nobody can chmod that."""
    monkeypatch.setattr("digest.config.secret._MOUNTED", (folder.path,))
    folder.password("mounted\n", mode=0o444)
    assert folder.load().relays["main"].password == "mounted"
