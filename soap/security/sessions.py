"""Secure-conversation sessions that the client carries: the token's cookie is the whole session, sealed.

No server remembers a session, so any worker can serve any message. A token without a cookie of ours (issued before the
shutdown, or under another key or other trust) is answered with BadContextToken, on which clients open a new session.
"""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from soap.contract import Binding
from soap.security.certificates import Certificate, SigningCertificate
from soap.security.names import CONTEXT_IDENTIFIER, COOKIE
from soap.security.reading import at_most_one, bytes_of, just_one, text_of
from soap.security.refusals import FaultCode, SecurityRefused

LIFETIME: Final = timedelta(hours=10)
"""Proposed: how long a session lasts where the client asks for no less. Contracts and clients are silent on it."""

_NONCE: Final = 12
_LONGEST_COOKIE: Final = 4096
_FORMAT: Final = b"brobygger session 1"


class Sealer:
    """Seals texts so that only a holder of the same key can read them, or make one (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the key for sessions has 32 bytes")
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, about: bytes) -> bytes:
        """The sealed content; ``about`` is bound to it but not held in it."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, about)

    def opened(self, sealed: bytes, about: bytes) -> bytes | None:
        """The content, or None where it was not sealed with this key and ``about``."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
        except (InvalidTag, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. ``instance`` names its present key: empty for the first, a new one after each renewal."""

    identifier: str
    instance: str
    key: bytes = field(repr=False)
    created: datetime
    expires: datetime
    certificate: Certificate


class Sessions:
    """Issues sessions and reads them back. ``about`` (the trust's fingerprint) must be the same at both times."""

    def __init__(self, sealer: Sealer, about: bytes) -> None:
        self._sealer = sealer
        self._about = about

    def cookie(self, session: Session, binding: Binding) -> str:
        """The session sealed, for the token's cookie."""
        content = asdict(session) | {
            "key": base64.b64encode(session.key).decode(),
            "created": session.created.timestamp(),
            "expires": session.expires.timestamp(),
        }
        sealed = self._sealer.seal(json.dumps(content).encode(), self._bound_to(binding))
        return base64.b64encode(sealed).decode()

    def read(self, token: etree._Element, binding: Binding, now: datetime) -> Session:
        """The session of a SecurityContextToken. Raises SecurityRefused with BadContextToken where it is not good."""
        content = self._sealer.opened(_cookie_in(token), self._bound_to(binding))
        session = None if content is None else _session(json.loads(content))
        if session is None or session.identifier != identifier_of(token):
            raise bad_context("The security context token is not known here: open a new session.")
        if session.expires <= now:
            raise bad_context("The security context token has expired: open a new session.")
        return session

    def _bound_to(self, binding: Binding) -> bytes:
        return b"|".join((_FORMAT, str(binding.value).encode(), self._about))


def opened_session(signer: SigningCertificate, key: bytes, asked: timedelta | None, now: datetime) -> Session:
    """A new session: no longer than the client asked, than ours last, and than its certificate is valid."""
    expires = min(now + LIFETIME, signer.expires, now + (asked or LIFETIME))
    return Session(f"urn:uuid:{uuid.uuid4()}", "", key, now, expires, signer.certificate)


def identifier_of(token: etree._Element) -> str:
    """The name of the session that a SecurityContextToken stands for, as the message has it."""
    return text_of(just_one(token, CONTEXT_IDENTIFIER))


def bad_context(text: str) -> SecurityRefused:
    """The refusal on which clients open a new session."""
    return SecurityRefused(FaultCode.BAD_CONTEXT, text)


def _cookie_in(token: etree._Element) -> bytes:
    """The cookie's bytes; none of ours for what is too long or not base64, as another platform's may be."""
    cookie = at_most_one(token, COOKIE)
    try:
        return b"" if cookie is None else bytes_of(cookie, _NONCE, _LONGEST_COOKIE)
    except SecurityRefused:
        return b""


def _session(content: dict[str, Any]) -> Session:
    return Session(
        identifier=content["identifier"],
        instance=content["instance"],
        key=base64.b64decode(content["key"]),
        created=datetime.fromtimestamp(content["created"], UTC),
        expires=datetime.fromtimestamp(content["expires"], UTC),
        certificate=Certificate(**content["certificate"]),
    )
