"""Who sends: what the checks need to know, taken from the configuration by `pipeline`."""

from __future__ import annotations

from dataclasses import dataclass

from digest.deliver.settings import DkimSettings, RelaySettings


@dataclass(frozen=True, slots=True)
class Sender:
    """`envelope` is a sample of the address that mail returns to; `outgoing` the addresses mail leaves from, where the
    operator says them; `public_url` None: unsubscribing is by mail. `message_bytes`: the size the relay must take."""

    from_domain: str
    envelope: str
    relays: tuple[RelaySettings, ...]
    dkim: DkimSettings | None = None
    outgoing: tuple[str, ...] = ()
    public_url: str | None = None
    message_bytes: int = 0

    @property
    def envelope_domain(self) -> str:
        return self.envelope.rpartition("@")[2]


# A relay's host ends in -> the domain whose SPF record names its servers (the providers' own set-up pages, 2026).
_INCLUDES = {
    "smtp.gmail.com": "_spf.google.com", "smtp-relay.gmail.com": "_spf.google.com",
    "amazonaws.com": "amazonses.com", "sendgrid.net": "sendgrid.net", "mailgun.org": "mailgun.org",
    "postmarkapp.com": "spf.mtasv.net", "mailjet.com": "spf.mailjet.com", "brevo.com": "spf.brevo.com",
    "sendinblue.com": "spf.sendinblue.com", "messagingengine.com": "spf.messagingengine.com",
    "fastmail.com": "spf.messagingengine.com", "office365.com": "spf.protection.outlook.com",
    "zoho.com": "zoho.com", "zoho.eu": "zoho.eu", "mandrillapp.com": "spf.mandrillapp.com",
    "sparkpostmail.com": "sparkpostmail.com", "mailbox.org": "mailbox.org", "migadu.com": "spf.migadu.com",
    "ionos.com": "_spf-us.ionos.com", "ionos.de": "_spf.perfora.net", "ovh.net": "mx.ovh.com",
    "scw-tem.cloud": "_spf.scw-tem.cloud", "protonmail.ch": "_spf.protonmail.ch", "smtp2go.com": "spf.smtp2go.com",
}  # fmt: skip


def include_of(relay: RelaySettings) -> str:
    """The domain to include for a relay of a known provider; "" for any other."""
    host = relay.host.rstrip(".").lower()
    return next((spf for end, spf in _INCLUDES.items() if host == end or host.endswith(f".{end}")), "")
