"""Enterprise certificates (virksomhetssertifikat): who is trusted to have issued them, and whose they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from core import InvalidInput, parse_organisation_number
from soap.security.refusals import FaultCode, SecurityRefused

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_LEAST_BITS: Final = 2048
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_LONGEST_CHAIN: Final = 4
_REGISTER: Final = "NTRNO-"
"""How organizationIdentifier names the Norwegian register before the number (ETSI EN 319 412-1)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate a message was signed with. ``thumbprint``: SHA-1 in upper-case hex, as Windows shows it."""

    organisation_number: str
    thumbprint: str
    subject: str


@dataclass(frozen=True, slots=True, eq=False)
class SigningCertificate:
    """A certificate that was found good: what it says, its key, and when it ends."""

    certificate: Certificate
    key: RSAPublicKey
    expires: datetime


class Trust:
    """The authorities whose certificates are taken, and single certificates taken by themselves (pinned).

    ``authorities`` and ``pinned`` are PEM texts, each with one certificate or more. Raises ValueError for what is
    none. ``fingerprint`` changes with any of them: a session opened under another trust is not served.
    """

    def __init__(self, authorities: Iterable[bytes] = (), pinned: Iterable[bytes] = ()) -> None:
        issuers = [found for pem in authorities for found in x509.load_pem_x509_certificates(pem)]
        self._store = Store(issuers) if issuers else None
        singles = [found for pem in pinned for found in x509.load_pem_x509_certificates(pem)]
        self._pinned = {_thumbprint(single): single for single in singles}
        prints = sorted([single.fingerprint(hashes.SHA256()) for single in singles])
        self.fingerprint: Final = hashlib.sha256(
            b"".join([*sorted(issuer.fingerprint(hashes.SHA256()) for issuer in issuers), b"|", *prints])
        ).digest()

    def certificate(self, encoded: bytes, now: datetime) -> SigningCertificate:
        """The certificate of these bytes (DER), found good ``now``. Raises SecurityRefused."""
        try:
            return self._checked(_certificate_of(encoded), now)
        except _UNREADABLE:
            raise SecurityRefused(FaultCode.INVALID_TOKEN, "The certificate cannot be read.") from None

    def pinned(self, thumbprint: bytes, now: datetime) -> SigningCertificate:
        """The pinned certificate with this SHA-1. Raises SecurityRefused where there is none, or it is not good."""
        found = self._pinned.get(thumbprint.hex().upper())
        if found is None:
            raise SecurityRefused(
                FaultCode.TOKEN_UNAVAILABLE, "No certificate with this thumbprint came with the message, or is known."
            )
        return self._checked(found, now)

    def _checked(self, found: x509.Certificate, now: datetime) -> SigningCertificate:
        key = found.public_key()
        if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
            raise SecurityRefused(FaultCode.INVALID_TOKEN, f"The certificate's key must be RSA of {_LEAST_BITS} bits.")
        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            raise _failed("The certificate is not valid at this time.")
        _check_usage(found)
        if found != self._pinned.get(_thumbprint(found)):
            self._check_issuer(found, now)
        named = Certificate(_organisation_of(found.subject), _thumbprint(found), found.subject.rfc4514_string())
        return SigningCertificate(named, key, found.not_valid_after_utc)

    def _check_issuer(self, found: x509.Certificate, now: datetime) -> None:
        if self._store is None:
            raise _failed("No authority is trusted here: the certificate cannot be taken.")
        builder = PolicyBuilder().store(self._store).time(now).max_chain_depth(_LONGEST_CHAIN)
        builder = builder.extension_policies(ca_policy=_issuer_policy(), ee_policy=ExtensionPolicy.permit_all())
        try:
            builder.build_client_verifier().verify(found, [])
        except VerificationError:
            raise _failed("The certificate is not issued by an authority that is trusted here.") from None


def _certificate_of(encoded: bytes) -> x509.Certificate:
    """The certificate, which has one encoding only: the signature's unused bits, which nothing signs, are none."""
    found = x509.load_der_x509_certificate(encoded)
    if encoded[-len(found.signature) - 1] != 0:
        raise ValueError("unused bits in the signature")
    return found


def _failed(text: str) -> SecurityRefused:
    return SecurityRefused(FaultCode.FAILED_AUTHENTICATION, text)


def _thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 -- a name, not a proof


def _issuer_policy() -> ExtensionPolicy:
    """An authority says that it is one, and may issue. What more the web asks, Norwegian issuers never promised."""
    authority = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    return authority.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_may_issue)


def _check_may_issue(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not for signing certificates")


def _check_usage(certificate: x509.Certificate) -> None:
    """For signing, and not for a web server: such a certificate's key may lie with whoever runs the server."""
    extensions = certificate.extensions
    usage = _extension(extensions, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise _failed("The certificate's key is not for signing.")
    purposes = _extension(extensions, x509.ExtendedKeyUsage)
    if purposes is not None and ExtendedKeyUsageOID.SERVER_AUTH in purposes:
        raise _failed("The certificate is for a web server: an enterprise certificate is needed.")
    constraints = _extension(extensions, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise _failed("The certificate is an authority's: an enterprise certificate is needed.")


def _extension(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _organisation_of(subject: x509.Name) -> str:
    """From organizationIdentifier (issued since 2020) or serialNumber (before). Raises SecurityRefused."""
    if any(subject.get_attributes_for_oid(kind) for kind in (NameOID.SURNAME, NameOID.GIVEN_NAME)):
        raise _failed("The certificate is a person's: an enterprise certificate is needed.")
    newer = _numbers(subject, NameOID.ORGANIZATION_IDENTIFIER, _REGISTER)
    numbers = newer | _numbers(subject, NameOID.SERIAL_NUMBER, "")
    if len(numbers) != 1:
        raise _failed("The certificate does not name one organisation by its number.")
    return numbers.pop()


def _numbers(subject: x509.Name, kind: x509.ObjectIdentifier, prefix: str) -> set[str]:
    values = [str(found.value) for found in subject.get_attributes_for_oid(kind)]
    return {number for value in values if value.startswith(prefix) and (number := _number(value[len(prefix) :]))}


def _number(text: str) -> str:
    try:
        return parse_organisation_number(text)
    except InvalidInput:
        return ""
