"""Enterprise certificates (virksomhetssertifikat) that sign assertions: who issued them, and whose they are."""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from rest.tokens.grants import INVALID_GRANT, GrantRefused
from rest.tokens.trust import MINIMUM_KEY_BITS

_LONGEST_CHAIN = 4
_REGISTER = "NTRNO-"
"""How organizationIdentifier names the Norwegian register before the number (ETSI EN 319 412-1)."""

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


class CertificateTrust:
    """The authorities whose enterprise certificates the stand-in takes. Raises ValueError for what is no PEM text."""

    def __init__(self, authorities: bytes = b"") -> None:
        issuers = x509.load_pem_x509_certificates(authorities) if authorities else []
        self._store = Store(issuers) if issuers else None

    def key(self, chain: object, organisation: str, now: datetime) -> RSAPublicKey:
        """The key of the first certificate of an ``x5c`` header, which must be the organisation's own.

        Raises GrantRefused: MP-123 for what is no chain of certificates, MP-122 for another organisation's, MP-121
        for one that is not valid now, MP-120 for one that no authority trusted here has issued, or that is not
        made for this. Source: pdp-and-tokens §2.2, §2.5.
        """
        found, others = _read(chain)
        if organisation not in _organisations(found.subject):
            raise _refused("MP-122", "The certificate's organisation is not that of the client")
        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            raise _refused("MP-121", "The certificate is not valid at this time")
        key = found.public_key()
        if not isinstance(key, RSAPublicKey) or key.key_size < MINIMUM_KEY_BITS or not _is_for_signing(found):
            raise _refused("MP-120", "The certificate is not an enterprise certificate for signing")
        self._check_issuer(found, others, now)
        return key

    def _check_issuer(self, found: x509.Certificate, others: list[x509.Certificate], now: datetime) -> None:
        if self._store is None:
            raise _refused("MP-120", "No authority of certificates is trusted here")
        builder = PolicyBuilder().store(self._store).time(now).max_chain_depth(_LONGEST_CHAIN)
        builder = builder.extension_policies(ca_policy=_issuer_policy(), ee_policy=ExtensionPolicy.permit_all())
        try:
            builder.build_client_verifier().verify(found, others)
        except VerificationError:
            raise _refused("MP-120", "The certificate is not issued by an authority trusted here") from None


def _read(chain: object) -> tuple[x509.Certificate, list[x509.Certificate]]:
    if not isinstance(chain, list) or not 0 < len(chain) <= _LONGEST_CHAIN:
        raise _refused("MP-123", "x5c must be a list of certificates")
    try:
        first, *others = [x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in chain]
        _organisations(first.subject)
        _is_for_signing(first)
    except _UNREADABLE:
        raise _refused("MP-123", "x5c cannot be read as certificates") from None
    return first, others


def _refused(code: str, text: str) -> GrantRefused:
    return GrantRefused(INVALID_GRANT, code, text)


def _organisations(subject: x509.Name) -> set[str]:
    """The numbers the certificate names: in organizationIdentifier (since 2020) or in serialNumber (before)."""
    newer = [str(each.value) for each in subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)]
    older = {str(each.value) for each in subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)}
    found = older | {value.removeprefix(_REGISTER) for value in newer if value.startswith(_REGISTER)}
    is_a_persons = any(subject.get_attributes_for_oid(kind) for kind in (NameOID.SURNAME, NameOID.GIVEN_NAME))
    return set() if is_a_persons or len(found) != 1 else found


def _is_for_signing(certificate: x509.Certificate) -> bool:
    """For signing, not a web server's (whose key may lie with whoever runs it), and not an authority's."""
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage) and not (value.digital_signature or value.content_commitment):
            return False
        if isinstance(value, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.SERVER_AUTH in value:
            return False
        if isinstance(value, x509.BasicConstraints) and value.ca:
            return False
    return True


def _issuer_policy() -> ExtensionPolicy:
    """An authority says that it is one, and may issue; what more the web asks, Norwegian issuers never promised."""
    authority = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    return authority.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_may_issue)


def _check_may_issue(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not for signing certificates")
