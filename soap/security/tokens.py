"""The tokens of one Security block, and which of them a signature's KeyInfo means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from soap.contract import Binding
from soap.names import local_name
from soap.security import names
from soap.security.certificates import SigningCertificate, Trust
from soap.security.keys import derived_key
from soap.security.reading import bytes_of, just_one, name_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid
from soap.security.sessions import Session, Sessions, identifier_of
from soap.security.signatures import CertificateKey, SessionKey

_MOST: Final = {
    names.TIMESTAMP: 1,
    names.USERNAME_TOKEN: 1,
    names.BINARY_TOKEN: 2,
    names.CONTEXT_TOKEN: 1,
    names.DERIVED_KEY: 2,
    names.SIGNATURE: 2,
}
"""What may stand in a Security block, and how many: a renewal is signed by both the session and the certificate."""

_MOST_UNSIGNED: Final = {names.TIMESTAMP: 1, names.USERNAME_TOKEN: 1}
"""What may stand there where nothing is signed: a signature that nobody checks must not seem to be checked."""

SIGNED: Final = frozenset({Binding.EC, Binding.EC2})
"""The bindings whose messages are signed."""

_CERTIFICATE_BYTES: Final = (64, 8192)
_KEY_INFO: Final = f"{{{names.DS}}}KeyInfo"


@dataclass(frozen=True, slots=True, eq=False)
class Signer:
    """Whose key a signature was made with: a certificate, or a session (by itself or through a derived key)."""

    key: CertificateKey | SessionKey
    certificate: SigningCertificate | None = None
    session: Session | None = None


class Tokens:
    """The tokens of a block, each found by its id or by what it is. Raises SecurityRefused for what is not taken."""

    def __init__(self, security: etree._Element, binding: Binding, now: datetime) -> None:
        self._binding, self._now = binding, now
        self._all = list(security.iterchildren("*"))
        _check_counts(self._all, _MOST if binding in SIGNED else _MOST_UNSIGNED)
        self._by_id = {identifier: token for token in self._all if (identifier := token.get(names.ID))}
        if len(self._by_id) != sum(token.get(names.ID) is not None for token in self._all):
            raise invalid("Two parts of the Security block have the same id.")

    def signatures(self) -> list[etree._Element]:
        """The signatures, in their order."""
        return self._of(names.SIGNATURE)

    def signer(self, signature: etree._Element, trust: Trust, sessions: Sessions) -> Signer:
        """Whose signature this says it is. Raises SecurityRefused where that key is not to be had."""
        reference = _only_child(just_one(just_one(signature, _KEY_INFO), names.TOKEN_REFERENCE))
        if reference.tag == names.KEY_IDENTIFIER:
            return _by_certificate(self._by_thumbprint(reference, trust))
        token = self._referred(reference)
        if token.tag == names.BINARY_TOKEN:
            return _by_certificate(trust.certificate(_encoded(token), self._now))
        if token.tag == names.CONTEXT_TOKEN:
            session = sessions.read(token, self._binding, self._now)
            return Signer(SessionKey(session.key), session=session)
        if token.tag == names.DERIVED_KEY:
            return self._by_derived_key(token, sessions)
        raise invalid(f"A signature cannot be made with a {name_of(token)}.")

    def _of(self, tag: str) -> list[etree._Element]:
        return [token for token in self._all if token.tag == tag]

    def _by_derived_key(self, token: etree._Element, sessions: Sessions) -> Signer:
        source = self._referred(_only_child(just_one(token, names.TOKEN_REFERENCE)))
        if source.tag != names.CONTEXT_TOKEN:
            raise SecurityRefused(FaultCode.UNKNOWN_DERIVATION, "Keys are derived from a security context token only.")
        session = sessions.read(source, self._binding, self._now)
        return Signer(SessionKey(derived_key(token, session.key)), session=session)

    def _referred(self, reference: etree._Element) -> etree._Element:
        if reference.tag != names.REFERENCE:
            raise _unavailable()
        uri = reference.get("URI", "")
        if uri.startswith("#"):
            found = self._by_id.get(uri[1:])
        else:
            # By the session's own name, as a reference from outside the message is made.
            found = next((token for token in self._of(names.CONTEXT_TOKEN) if _is_named(token, uri)), None)
        if found is None:
            raise _unavailable()
        return found

    def _by_thumbprint(self, identifier: etree._Element, trust: Trust) -> SigningCertificate:
        if identifier.get("ValueType") != names.THUMBPRINT:
            raise SecurityRefused(
                FaultCode.UNSUPPORTED_TOKEN, "A key is named by its token's id or its certificate's SHA-1 thumbprint."
            )
        wanted = bytes_of(identifier, 20, 20)
        for token in self._of(names.BINARY_TOKEN):
            found = trust.certificate(_encoded(token), self._now)
            if found.certificate.thumbprint == wanted.hex().upper():
                return found
        return trust.pinned(wanted, self._now)


def _check_counts(tokens: list[etree._Element], most: dict[str, int]) -> None:
    for tag, count in Counter(str(token.tag) for token in tokens).items():
        if tag not in most:
            raise SecurityRefused(
                FaultCode.UNSUPPORTED_TOKEN, f"The Security block holds a {local_name(tag)[:60]}: not taken."
            )
        if count > most[tag]:
            raise invalid(f"The Security block holds more than {most[tag]} {local_name(tag)}.")


def _by_certificate(found: SigningCertificate) -> Signer:
    return Signer(CertificateKey(found.key), certificate=found)


def _only_child(parent: etree._Element) -> etree._Element:
    found = list(parent.iterchildren("*"))
    if len(found) != 1:
        raise invalid(f"{name_of(parent)} must hold one reference.")
    return found[0]


def _encoded(token: etree._Element) -> bytes:
    if token.get("ValueType") != names.X509_V3 or token.get("EncodingType", names.BASE64) != names.BASE64:
        raise SecurityRefused(FaultCode.UNSUPPORTED_TOKEN, "A binary security token must be X509v3, in base64.")
    return bytes_of(token, *_CERTIFICATE_BYTES)


def _is_named(token: etree._Element, identifier: str) -> bool:
    return token.tag == names.CONTEXT_TOKEN and identifier_of(token) == identifier


def _unavailable() -> SecurityRefused:
    return SecurityRefused(FaultCode.TOKEN_UNAVAILABLE, "The token that is referred to is not in the Security block.")
