"""DKIM: who answers for a message, signed (RFC 6376; Ed25519 by RFC 8463).

Reading order: `keys` (making, reading and publishing a key) - `heads` (header fields as they are signed) -
`signing.Signer` (a message in, the same message under its signatures out).

Does not verify: dkimpy does, in the tests. Must not read a file, a clock or the environment.
"""

from digest.deliver.dkim.keys import DkimKey, dns_strings, generate_key, read_private_key, record_text
from digest.deliver.dkim.signing import Signer

__all__ = ["DkimKey", "Signer", "dns_strings", "generate_key", "read_private_key", "record_text"]
