"""SCRAM (RFC 5802, RFC 7677): the password never travels, and the server proves that it knows it too.

Pure: the nonce is given. Without channel binding ("n,,"), because SMTP servers that offer the -PLUS forms are few.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from collections.abc import Mapping

MAX_ROUNDS = 1_000_000  # half a second of hashing: a server must not be able to hold us for longer


class ScramFault(Exception):
    """The server's part is not SCRAM, or it does not know the password."""


class Scram:
    """`first()` -> server's first message -> `final()` -> server's last -> `verify()`."""

    def __init__(self, algorithm: str, username: str, password: str, nonce: str) -> None:
        self._algorithm = algorithm
        self._password = unicodedata.normalize("NFKC", password).encode()  # the part of SASLprep that changes bytes
        name = unicodedata.normalize("NFKC", username).replace("=", "=3D").replace(",", "=2C")
        self._nonce, self._first = nonce, f"n={name},r={nonce}"
        self._signature = b""

    def first(self) -> bytes:
        return f"n,,{self._first}".encode()

    def final(self, challenge: bytes) -> bytes:
        """The proof, for the server's first message. Raises `ScramFault`."""
        fields = _fields(challenge)
        nonce, salt, rounds = fields.get("r", ""), fields.get("s", ""), fields.get("i", "")
        if not nonce.startswith(self._nonce) or nonce == self._nonce or "m" in fields:
            raise ScramFault("its login challenge does not answer ours")
        if not rounds.isascii() or not rounds.isdigit() or not 1 <= int(rounds) <= MAX_ROUNDS:
            raise ScramFault(f"its login challenge asks for {rounds[:20]!r} rounds")
        salted = hashlib.pbkdf2_hmac(self._algorithm, self._password, _decode(salt), int(rounds))
        without_proof = f"c=biws,r={nonce}"
        signed = f"{self._first},{challenge.decode()},{without_proof}".encode()
        client_key = self._hmac(salted, b"Client Key")
        mask = self._hmac(hashlib.new(self._algorithm, client_key).digest(), signed)
        self._signature = self._hmac(self._hmac(salted, b"Server Key"), signed)
        proof = bytes(left ^ right for left, right in zip(client_key, mask, strict=True))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def verify(self, last: bytes) -> None:
        """Raises `ScramFault` unless the server proved that it knows the password."""
        fields = _fields(last)
        if "e" in fields:
            raise ScramFault(f"it refuses the login: {fields['e'][:80]}")
        if not self._signature or not hmac.compare_digest(_decode(fields.get("v", "")), self._signature):
            raise ScramFault("it cannot prove that it knows the password: it may not be the relay it says it is")

    def _hmac(self, key: bytes, text: bytes) -> bytes:
        return hmac.new(key, text, self._algorithm).digest()


def _fields(message: bytes) -> Mapping[str, str]:
    try:
        parts = message.decode("ascii").split(",")
    except UnicodeDecodeError as error:
        raise ScramFault("its login challenge is not text") from error
    return {part[0]: part[2:] for part in parts if part[1:2] == "="}


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ScramFault("its login challenge is not base64") from error
