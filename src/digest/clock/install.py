"""Lines for cron and units for systemd that call `digest send --due` every five minutes.

Pure text from paths; installs nothing, reads nothing. Invariant: every path is absolute and quoted for the program
that reads it, so a directory with a space or a per cent sign works as well as any other.

Why this way: both only wake the program; what is due, and that no period is sent twice, is decided by the database.
So no lock file, no zone and no time of day appear here, and overlapping runs are harmless (the second exits 75).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from digest.errors import UsageError

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
Command = str | Path | Sequence[str | Path]


def cron_lines(config_path: Path, executable: Command, user: str | None = None, *, every_min: int = 5) -> str:
    """A crontab that runs what is due; with `user`, in the form of a file under /etc/cron.d (which names the user).

    `executable` is the program, or the program with its first arguments: [python, "-m", "digest"]. Raises
    `UsageError` for a path that is not absolute or that no crontab line can hold.
    """
    program, config = _program(executable), _absolute(config_path)
    words = [*program, "--config", config, "send", "--due", "--yes"]
    command = " ".join(shlex.quote(word) for word in words).replace("%", r"\%")  # crontab(5): % is a line break
    path = ":".join(dict.fromkeys([str(PurePosixPath(program[0]).parent), *SYSTEM_PATH]))
    who = f"{_user(user)} " if user else ""
    where = "save as /etc/cron.d/digest (mode 0644)" if user else "add with: crontab -e"
    return (
        f"# digest: sends what is due; {where}\n"
        "# Cron mails what the program prints to this address; without it, to the local user:\n"
        '# MAILTO="you@your-domain"\n'
        "SHELL=/bin/sh\n"
        f'PATH="{path}"\n'
        f"*/{every_min} * * * * {who}{command}\n"
    )


def systemd_units(
    config_path: Path,
    executable: Command,
    user: str | None = None,
    *,
    name: str = "digest",
    writable: Sequence[Path] = (),
    every_min: int = 5,
) -> str:
    """`NAME.service` and `NAME.timer`, one after the other, each under a line that says where to save it.

    The service may write only beside the configuration and in the directories in `writable` (a database kept
    elsewhere); everything else is read-only to it. Without
    `user` the line is left to be filled in: systemd would run it as root.
    """
    config = _absolute(config_path)
    folders = dict.fromkeys([str(PurePosixPath(config).parent), *(_absolute(path) for path in writable)])
    command = " ".join(map(_systemd_word, [*_program(executable), "--config", config, "send", "--due", "--yes"]))
    service = _SERVICE.format(
        name=name,
        command=command,
        user=f"User={_user(user)}" if user else "# User=who-owns-the-files   (without this line it runs as root)",
        folder=_specifiers(next(iter(folders))),
        writable=" ".join(map(_systemd_word, folders)),
        # /tmp of its own would hide a configuration that lives there
        private_tmp="no" if any(folder.startswith(("/tmp", "/var/tmp")) for folder in folders) else "yes",  # noqa: S108
    )
    return service + "\n" + _TIMER.format(name=name, every_min=every_min)


_SERVICE = """\
# /etc/systemd/system/{name}.service
[Unit]
Description=digest: send what is due
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
{user}
WorkingDirectory={folder}
ExecStart={command}
# 75: another run is at work on it. 3: sent, with refusals that the report names.
SuccessExitStatus=3 75
# A large list takes hours; SIGTERM ends it cleanly and the next run resumes.
TimeoutStartSec=infinity
TimeoutStopSec=2min
ReadWritePaths={writable}
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
LockPersonality=yes
PrivateDevices=yes
PrivateTmp={private_tmp}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
"""

_TIMER = """\
# /etc/systemd/system/{name}.timer
# Then: systemctl daemon-reload && systemctl enable --now {name}.timer
[Unit]
Description=digest: look every {every_min} minutes for what is due

[Timer]
OnCalendar=*:0/{every_min}
AccuracySec=1s
# After the machine was off: look at once, not at the next round.
Persistent=true
Unit={name}.service

[Install]
WantedBy=timers.target
"""


def _program(executable: Command) -> list[str]:
    words = [executable] if isinstance(executable, (str, Path)) else list(executable)
    return [_absolute(words[0]), *(_printable(str(word)) for word in words[1:])]


def _absolute(path: str | Path) -> str:
    text = _printable(str(path))
    if not PurePosixPath(text).is_absolute():
        raise UsageError(
            "cannot write a schedule for a relative path",
            where=text,
            why="cron and systemd start programs in another directory",
            try_="give the absolute path",
        )
    return text


def _printable(text: str) -> str:
    if not text or not text.isprintable() or '"' in text:
        raise UsageError(
            "cannot write a schedule for this path",
            where=repr(text),
            why="it is empty, or holds a quote or a character that does not print, which no such file can hold",
            try_="rename the file or directory",
        )
    return text


def _user(name: str) -> str:
    if not name or name.startswith("-") or not all(char.isalnum() or char in "._-$" for char in name):
        raise UsageError("not a user name", where=repr(name), try_="the name printed by: id -un")
    return name


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")  # systemd.unit(5): specifiers


def _systemd_word(text: str) -> str:
    """systemd.service(5), command lines: quotes, backslashes, specifiers, variables."""
    text = _specifiers(text.replace("\\", "\\\\")).replace("$", "$$")
    return f'"{text}"' if any(char in text for char in " ';\\") else text
