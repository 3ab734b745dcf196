"""Signed webhooks: a provider's POST to events, or a refusal.

Does not open a socket and looks nothing up: `fetch` (SNS certificates) is handed in. Invariants: nothing of a body is
believed before its signature was checked over the very bytes; a request older than the scheme's window is refused; one
request is taken once (`Call.nonce` is remembered by the caller), which matters where the signature does not cover the
body (Mailgun).

A provider is one module with `read(settings, request, context) -> Call`; `PROVIDERS` below names it. To add one: copy
`postmark.py`, and a recorded payload into the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from digest.deliver.intake.hooks.request import Call, Context, HookError, Request
from digest.deliver.intake.settings import HOOK_KINDS, HookSettings

__all__ = ["Call", "Context", "HookError", "Request", "read_hook"]


def read_hook(settings: HookSettings, request: Request, context: Context) -> Call:
    """Check the signature and read the events. Raises `HookError` with the HTTP status that says why not."""
    assert settings.kind in HOOK_KINDS
    read: Callable[[HookSettings, Request, Context], Call] = import_module(f"{__name__}.{settings.kind}").read
    return read(settings, request, context)
