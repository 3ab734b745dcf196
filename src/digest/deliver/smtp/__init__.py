"""Speaking SMTP to one relay (RFC 5321).

`replies` parses (no socket) - `wire` waits (no protocol) - `opening` connects, encrypts and logs in - `connection`
hands over messages in two steps, `offer` and `complete`, so that an intent can be made durable between them.
"""

from digest.deliver.smtp.connection import Answer, Connection, connect
from digest.errors import RelaySetupError

__all__ = ["Answer", "Connection", "RelaySetupError", "connect"]
