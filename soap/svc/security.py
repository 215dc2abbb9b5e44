"""The gate of the `.svc` services, with what it remembers kept in the store so that every worker knows it."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from core import Store, kept_secret, nonce_is_used, use_nonce
from soap.options import SoapOptions
from soap.security import Gate, Sealer, Trust

_OLD_HOSTS = ("www.altinn.no", "tt02.altinn.no")
# What a client signs that is led here by DNS alone, and knows no other name.

_SESSION_KEY = "soap-session-key"
_KEY_BYTES = 32


class _StoredMemory:
    """Nonces and ended sessions, in the ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def use(self, key: str, expires: datetime) -> bool:
        """Remember ``key``; True where it was there already."""
        return not use_nonce(self._store, key, expires)

    def knows(self, key: str) -> bool:
        """Whether ``key`` was used and has not expired."""
        return nonce_is_used(self._store, key)


def open_gate(store: Store, options: SoapOptions) -> Gate:
    """The gate of this installation. Its key for sessions is made once and shared by all workers on the store."""
    key = kept_secret(store, _SESSION_KEY, lambda: base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())
    host = urlsplit(options.public_url or "").hostname
    return Gate(
        trust=Trust(options.certificate_authorities, options.pinned_certificates),
        sealer=Sealer(base64.b64decode(key)),
        memory=_StoredMemory(store),
        hosts=[host, *_OLD_HOSTS] if host else [],
    )
