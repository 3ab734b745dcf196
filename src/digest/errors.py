"""What can go wrong, as one tree.

    DigestError                     anything this program says about itself; carries what, where, why and what to try
    ├── ConfigError                 digest.toml (or its environment) is wrong; holds every mistake found, not the first
    ├── UsageError                  the command cannot be carried out as asked (exit 2)
    ├── BusyError                   another process is doing this very thing right now (exit 75)
    ├── SourceError                 a source could not be fetched or parsed; costs that source, never the issue
    │   ├── FetchError              the network, the server's answer, or our own limits
    │   └── ParseError              the bytes are not what they claim to be
    ├── TemplateError               a template cannot be rendered; knows file and line
    ├── AudienceError               a list or subscriber file cannot be read at all (a bad row is data, not an error)
    ├── AddressError                text that is not a usable e-mail address
    ├── TokenError                  a token that we did not make, or made for another purpose
    ├── StoreError                  the database is missing, older, newer, or cannot be written
    │   ├── MissingDatabaseError    there is no database where one is expected
    │   └── SchemaError             the schema is not the one this program knows
    ├── StateError                  the issue is in a state that does not allow this command
    └── RelayError                  no relay can take mail now (connection, TLS, authentication)
        └── RelaySetupError         and none will until somebody changes a setting

`ConfigError` and `UsageError` are never caught by code that "goes on with the next one": a wrong configuration is
not a bad day of one source. The result of delivering one message is a value (`model.delivery.Outcome`), never an
exception.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AddressError", "AudienceError", "BusyError", "ConfigError", "DigestError", "FetchError", "MissingDatabaseError",
    "ParseError", "Problem", "RelayError", "RelaySetupError", "SchemaError", "SourceError", "StateError", "StoreError",
    "TemplateError", "TokenError", "UsageError",
]  # fmt: skip


class DigestError(Exception):
    """`what` failed, on which thing (`where`), `why`, and what to `try_`.

    `str(error)` is the whole message, ready to print: one line of fact, one line that starts with "Try:".
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", try_: str = "") -> None:
        self.what, self.where, self.why, self.try_ = what, where, why, try_
        super().__init__(what)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        if self.why:
            head = f"{head}: {self.why}"
        return f"{head}\nTry: {self.try_}" if self.try_ else head

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.why, self.try_))


def _rebuild(cls: type[DigestError], what: str, where: str, why: str, try_: str) -> DigestError:
    return cls(what, where=where, why=why, try_=try_)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration: `file`, 1-based `line` (None where there is none), dotted `key`, what and fix."""

    file: str
    line: int | None
    key: str
    what: str
    try_: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.what}\n    Try: {self.try_}"


class ConfigError(DigestError):
    """Every mistake of one configuration at once."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} mistake{'' if count == 1 else 's'} in the configuration")

    def __str__(self) -> str:
        return "\n".join([*(str(problem) for problem in self.problems), f"{self.what}."])

    def __reduce__(self) -> tuple[object, ...]:
        return (ConfigError, (self.problems,))


class UsageError(DigestError):
    """The command cannot be carried out as asked; nothing was done."""


class BusyError(DigestError):
    """Another live process holds what this command needs; asking again later is right."""


class SourceError(DigestError):
    """A source could not be read this time."""


class FetchError(SourceError):
    """No usable answer from the network. `status` is the HTTP status, when there was one; `retry_after_s` its wish."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        why: str = "",
        try_: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what, where=where, why=why, try_=try_)
        self.status, self.retry_after_s = status, retry_after_s


class ParseError(SourceError):
    """The bytes cannot be read as what they should be."""


class TemplateError(DigestError):
    """A template cannot be rendered. `file` and 1-based `line` name the operator's own file where known."""

    def __init__(
        self, what: str, *, file: str = "", line: int | None = None, why: str = "", try_: str = "", column: int = 0
    ) -> None:
        self.file, self.line, self.column = file, line, column
        place = f"{file}:{line}" if line else file
        if line and column:
            place = f"{place}:{column}"
        super().__init__(what, where=place, why=why, try_=try_)


class AudienceError(DigestError):
    """A list cannot be read at all."""


class AddressError(DigestError):
    """Not a usable e-mail address."""


class TokenError(DigestError):
    """Not a token of ours, or not for this."""


class StoreError(DigestError):
    """The database refuses."""


class MissingDatabaseError(StoreError):
    """There is no database where one is expected; creating one silently could lose every unsubscribe."""


class SchemaError(StoreError):
    """The database was made by another version of this program."""


class StateError(DigestError):
    """This command does not apply to an issue in this state."""


class RelayError(DigestError):
    """The relay cannot be used at all now; nothing was sent, every recipient still waits."""


class RelaySetupError(RelayError):
    """The relay will go on refusing until somebody changes a setting: trying again only locks accounts."""
