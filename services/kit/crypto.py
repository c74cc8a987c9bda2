"""Keyed hashes for look-ups and authenticated encryption for the few values that must be readable again."""

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


def keyed_hash(key: bytes, purpose: str, value: str) -> bytes:
    """HMAC-SHA256 of `value`, separated by `purpose`, so that a hash made for one use says nothing in another."""
    return hmac.digest(key, purpose.encode() + b"\x00" + value.encode(), "sha256")


def token_hash(token: str) -> bytes:
    """SHA-256 of a random bearer token: only this is stored, so that a copy of the table opens nothing."""
    return sha256(token.encode()).digest()


def seal(key: bytes, plain: str, bound_to: str) -> bytes:
    """Encrypt with AES-256-GCM. `bound_to` (for example the row's id) must be given again to open it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain.encode(), bound_to.encode())


def unseal(key: bytes, sealed: bytes, bound_to: str) -> str:
    """The plain text of `seal`; raises InvalidTag when key, text or binding differ."""
    if len(sealed) < NONCE:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode()).decode()


class Keyring:
    """The keys of a process, opened once at start: `identity` for hashes of identity numbers, `master` to seal values."""

    identity: bytes = b""
    master: bytes = b""


keyring = Keyring()


def open_keys(*, identity: bytes, master: bytes) -> None:
    """Tell the process its keys, 32 bytes each."""
    keyring.identity, keyring.master = identity, master
