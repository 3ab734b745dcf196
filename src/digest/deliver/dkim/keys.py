"""DKIM keys: made, read from PEM, and written as the DNS record that receivers look up.

Must not touch a file or the network. Invariant: what `read_private_key` accepts, every receiver must be able to
verify: RSA of 1024 to 4096 bits (RFC 8301 section 3.2) or Ed25519 (RFC 8463).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from digest.errors import UsageError

RSA_BITS = 2048
_LEAST_RSA_BITS, _MOST_RSA_BITS = 1024, 4096
_STRING_OCTETS = 255  # RFC 1035 section 3.3.14: a TXT record is made of strings of at most 255 octets
_ASK = "make one: digest dkim keygen"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A private key ready to sign. `kind` is "rsa" or "ed25519" (the k= of its record), `bits` its length.

    `sign` gets the octets to be signed; `public` is the base64 of the record's p=.
    """

    kind: str
    bits: int
    public: str
    sign: Callable[[bytes], bytes]

    @property
    def algorithm(self) -> str:
        return f"{self.kind}-sha256"

    @property
    def record(self) -> str:
        """The text of the TXT record at `selector._domainkey.domain` (RFC 6376 section 3.6.1)."""
        return f"v=DKIM1; k={self.kind}; p={self.public}"


def generate_key(kind: str = "rsa", bits: int = RSA_BITS) -> str:
    """A new private key as PEM (PKCS #8, not encrypted: the program must read it unattended)."""
    if kind == "rsa":
        key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = rsa.generate_private_key(65537, bits)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def read_private_key(pem: str) -> DkimKey:
    """The key in `pem`. Raises `UsageError` that says what is wrong with it; the key itself is never repeated."""
    key = _loaded(pem)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return _ed25519_key(key)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UsageError("this kind of key cannot sign DKIM", why="only RSA and Ed25519 can", try_=_ASK)
    if not _LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS:
        raise UsageError(
            f"an RSA key of {key.key_size} bits cannot sign DKIM",
            why=f"receivers must verify {_LEAST_RSA_BITS} to {_MOST_RSA_BITS} bits and may ignore others (RFC 8301)",
            try_=_ASK,
        )
    return _rsa_key(key)


def _loaded(pem: str) -> object:
    if "PUBLIC KEY" in pem:
        raise UsageError("this is the public half of a key", try_="name the file that holds the private key")
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise UsageError(
            "the key is locked with a passphrase",
            try_="unlock it: openssl pkey -in KEY -out dkim.pem; chmod 600 dkim.pem",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            "this is no private key in PEM", why="it begins -----BEGIN PRIVATE KEY-----", try_=_ASK
        ) from None


def _rsa_key(key: rsa.RSAPrivateKey) -> DkimKey:
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return DkimKey("rsa", key.key_size, _base64(der), lambda data: key.sign(data, scheme, digest))


def _ed25519_key(key: ed25519.Ed25519PrivateKey) -> DkimKey:
    def sign(data: bytes) -> bytes:
        digest = hashes.Hash(hashes.SHA256())  # RFC 8463 section 3: what is signed is the hash, not the header
        digest.update(data)
        return key.sign(digest.finalize())

    return DkimKey("ed25519", 256, _base64(key.public_key().public_bytes_raw()), sign)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def dns_strings(text: str) -> list[str]:
    """A record's text as the strings of a TXT record; readers join them without a blank (RFC 6376 section 3.6.2.2)."""
    return [text[at : at + _STRING_OCTETS] for at in range(0, len(text), _STRING_OCTETS)]


def record_text(name: str, text: str) -> str:
    """One record as a line of a zone file, ready to paste."""
    strings = [f'"{part}"' for part in dns_strings(text)]
    if len(strings) == 1:
        return f"{name}. IN TXT {strings[0]}"
    return "\n".join([f"{name}. IN TXT (", *(f"  {part}" for part in strings), ")"])
