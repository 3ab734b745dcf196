"""What `digest schedule install --print` prints works as it stands."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from digest.clock.install import cron_lines, systemd_units
from digest.errors import UsageError

CONFIG = Path("/srv/river side/100%/digest.toml")


def test_a_cron_line_is_complete() -> None:
    """Five minutes, absolute paths, a PATH, no question asked; per cent escaped as crontab(5) wants."""
    lines = cron_lines(CONFIG, "/opt/digest/bin/digest").splitlines()
    assert 'PATH="/opt/digest/bin:/usr/local/bin:/usr/bin:/bin"' in lines
    assert any(line.startswith("# MAILTO=") for line in lines)
    schedule, command = lines[-1].split(" ", 5)[:5], lines[-1].split(" ", 5)[5]
    assert schedule == ["*/5", "*", "*", "*", "*"]
    words = shlex.split(command.replace(r"\%", "%"))
    assert words == ["/opt/digest/bin/digest", "--config", str(CONFIG), "send", "--due", "--yes"]


def test_a_cron_d_line_names_the_user() -> None:
    """Files under /etc/cron.d have a sixth field."""
    line = cron_lines(Path("/srv/digest.toml"), ["/usr/bin/python3", "-m", "digest"], "digest").splitlines()[-1]
    assert line == "*/5 * * * * digest /usr/bin/python3 -m digest --config /srv/digest.toml send --due --yes"


def test_units_are_complete() -> None:
    """The service runs what is due as its user and may write beside the configuration; the timer catches up."""
    text = systemd_units(CONFIG, "/opt/digest/bin/digest", "digest", writable=[Path("/var/lib/digest")])
    lines = text.splitlines()
    assert 'ExecStart=/opt/digest/bin/digest --config "/srv/river side/100%%/digest.toml" send --due --yes' in lines
    assert 'ReadWritePaths="/srv/river side/100%%" /var/lib/digest' in lines
    assert {"User=digest", "Persistent=true", "OnCalendar=*:0/5", "NoNewPrivileges=yes"} <= set(lines)


def test_without_a_user_the_unit_says_so() -> None:
    """No account is guessed."""
    assert "# User=" in systemd_units(CONFIG, "/bin/true")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing to say."""
    service, _, timer = systemd_units(CONFIG, "/bin/true", "root").partition("\n# /etc/systemd/system/digest.timer\n")
    (tmp_path / "digest.service").write_text(service)
    (tmp_path / "digest.timer").write_text(timer)
    files = [str(tmp_path / "digest.service"), str(tmp_path / "digest.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", [Path("digest.toml"), Path("/srv/a\nb.toml"), Path('/srv/a"b.toml')])
def test_a_path_that_no_line_can_hold_is_refused(path: Path) -> None:
    """A relative path, a line break or a quote is named instead of printing a line that cannot work."""
    with pytest.raises(UsageError):
        cron_lines(path, "/usr/bin/digest")
    with pytest.raises(UsageError):
        systemd_units(path, "/usr/bin/digest", "digest")


def test_a_user_name_cannot_add_a_line() -> None:
    """Text that is no user name is refused."""
    with pytest.raises(UsageError):
        cron_lines(CONFIG, "/usr/bin/digest", "root\n* * * * * root reboot")
