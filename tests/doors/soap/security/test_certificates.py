"""Whose a certificate is, and whose word is taken for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from soap.security import FaultCode, Trust
from tests.doors.soap.security.old_client import NOW, SUBJECT, Keys, authority, certified
from tests.doors.soap.security.refusing import refused


def _der(keys: Keys) -> bytes:
    return keys.certificate.public_bytes(serialization.Encoding.DER)


def _usage(*, digital_signature: bool = False, content_commitment: bool = False) -> x509.KeyUsage:
    others = ("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=True,
        **dict.fromkeys(others, False),
    )


NEWER = {NameOID.COMMON_NAME: "Oppdiktet Regnskap AS", NameOID.ORGANIZATION_IDENTIFIER: "NTRNO-310000000"}


@pytest.mark.parametrize(
    "subject",
    [SUBJECT, NEWER, NEWER | {NameOID.SERIAL_NUMBER: "310000000"}, NEWER | {NameOID.SERIAL_NUMBER: "A-77"}],
)
def test_the_organisation_of_a_certificate(issuer: Keys, subject: dict[x509.ObjectIdentifier, str]) -> None:
    found = Trust([issuer.pem]).certificate(_der(certified(issuer, subject)), NOW)
    assert found.certificate.organisation_number == "310000000"


@pytest.mark.parametrize(
    "subject",
    [
        {NameOID.COMMON_NAME: "Oppdiktet Regnskap AS"},
        SUBJECT | {NameOID.SERIAL_NUMBER: "310000001"},
        SUBJECT | {NameOID.SERIAL_NUMBER: "01819012365"},
        SUBJECT | {NameOID.ORGANIZATION_IDENTIFIER: "NTRNO-310000507"},
        NEWER | {NameOID.ORGANIZATION_IDENTIFIER: "NTRSE-310000000"},
        # A person's, which may name the employer too.
        NEWER | {NameOID.SURNAME: "Oppdiktet", NameOID.GIVEN_NAME: "Kari"},
    ],
)
def test_a_certificate_that_names_no_one_organisation(issuer: Keys, subject: dict[x509.ObjectIdentifier, str]) -> None:
    keys = certified(issuer, subject)
    refused(FaultCode.FAILED_AUTHENTICATION, "", lambda: Trust([issuer.pem]).certificate(_der(keys), NOW))


def test_time_runs_out(issuer: Keys) -> None:
    keys = certified(issuer, since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
    trust = Trust([issuer.pem])
    for days in (-2, 2):
        moment = NOW + timedelta(days=days)
        refused(
            FaultCode.FAILED_AUTHENTICATION, "this time", lambda moment=moment: trust.certificate(_der(keys), moment)
        )
    assert trust.certificate(_der(keys), NOW).expires == NOW + timedelta(days=1)


def test_an_authority_that_is_not_trusted(issuer: Keys) -> None:
    for other in (authority("Annen CA"), authority(), certified(issuer)):
        keys = certified(other)
        refused(
            FaultCode.FAILED_AUTHENTICATION,
            "issued",
            lambda keys=keys: Trust([issuer.pem]).certificate(_der(keys), NOW),
        )
    refused(FaultCode.FAILED_AUTHENTICATION, "No authority", lambda: Trust().certificate(_der(certified(issuer)), NOW))


def test_an_authority_that_is_none_or_has_expired(issuer: Keys) -> None:
    no_authority = certified(issuer, extensions=(x509.BasicConstraints(ca=False, path_length=None),))
    keys = certified(no_authority)
    refused(FaultCode.FAILED_AUTHENTICATION, "issued", lambda: Trust([no_authority.pem]).certificate(_der(keys), NOW))
    other_use = certified(issuer, extensions=(x509.BasicConstraints(ca=True, path_length=None), _usage()))
    keys = certified(other_use)
    refused(FaultCode.FAILED_AUTHENTICATION, "issued", lambda: Trust([other_use.pem]).certificate(_der(keys), NOW))
    over = certified(
        issuer, extensions=(x509.BasicConstraints(ca=True, path_length=None),), until=NOW - timedelta(days=1)
    )
    keys = certified(over)
    refused(FaultCode.FAILED_AUTHENTICATION, "issued", lambda: Trust([over.pem]).certificate(_der(keys), NOW))


def test_an_authority_below_another(issuer: Keys) -> None:
    between = certified(
        issuer, {NameOID.COMMON_NAME: "Mellom-CA"}, extensions=(x509.BasicConstraints(ca=True, path_length=0),)
    )
    keys = certified(between)
    for pems in ([between.pem], [issuer.pem + between.pem]):
        assert Trust(pems).certificate(_der(keys), NOW).certificate.organisation_number == "310000000"
    refused(FaultCode.FAILED_AUTHENTICATION, "issued", lambda: Trust([issuer.pem]).certificate(_der(keys), NOW))


@pytest.mark.parametrize(
    "extensions",
    [
        (_usage(digital_signature=True),),
        (_usage(content_commitment=True),),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]),),
        (x509.BasicConstraints(ca=False, path_length=None),),
    ],
)
def test_uses_that_fit(issuer: Keys, extensions: tuple[x509.ExtensionType, ...]) -> None:
    assert Trust([issuer.pem]).certificate(_der(certified(issuer, extensions=extensions)), NOW)


@pytest.mark.parametrize(
    "extensions",
    [
        (_usage(),),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),),
        (x509.BasicConstraints(ca=True, path_length=None),),
    ],
)
def test_uses_that_do_not_fit(issuer: Keys, extensions: tuple[x509.ExtensionType, ...]) -> None:
    keys = certified(issuer, extensions=extensions)
    for trust in (Trust([issuer.pem]), Trust(pinned=[keys.pem])):
        refused(FaultCode.FAILED_AUTHENTICATION, "", lambda trust=trust: trust.certificate(_der(keys), NOW))


def test_keys_of_other_kinds(issuer: Keys) -> None:
    weak = certified(issuer, bits=1024)
    refused(FaultCode.INVALID_TOKEN, "2048", lambda: Trust(pinned=[weak.pem]).certificate(_der(weak), NOW))
    curve = ec.generate_private_key(ec.SECP256R1())
    built = (
        x509.CertificateBuilder()
        .subject_name(issuer.certificate.subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(curve.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(issuer.private, hashes.SHA256())
    )
    encoded = built.public_bytes(serialization.Encoding.DER)
    refused(FaultCode.INVALID_TOKEN, "RSA", lambda: Trust([issuer.pem]).certificate(encoded, NOW))


def test_a_pinned_certificate_is_taken_by_itself_until_it_ends(issuer: Keys) -> None:
    keys = certified(issuer, until=NOW + timedelta(days=1))
    trust = Trust(pinned=[keys.pem])
    assert trust.certificate(_der(keys), NOW)
    assert trust.pinned(keys.thumbprint, NOW)
    refused(FaultCode.FAILED_AUTHENTICATION, "time", lambda: trust.pinned(keys.thumbprint, NOW + timedelta(days=2)))
    refused(FaultCode.FAILED_AUTHENTICATION, "No authority", lambda: trust.certificate(_der(certified(issuer)), NOW))
    refused(FaultCode.TOKEN_UNAVAILABLE, "", lambda: trust.pinned(b"\0" * 20, NOW))


def test_bytes_that_are_no_certificate(issuer: Keys) -> None:
    whole = _der(certified(issuer))
    for content in (b"", b"\x30\x82", b"not a certificate" * 10, whole[:-1], whole + b"\0"):
        refused(FaultCode.INVALID_TOKEN, "", lambda content=content: Trust([issuer.pem]).certificate(content, NOW))


def test_a_certificate_has_one_encoding_only(issuer: Keys) -> None:
    """Where the signature's last bit is 0 it may be called unused: another thumbprint, and all still signed."""
    made = (certified(issuer) for _ in range(50))
    keys = next(each for each in made if each.certificate.signature[-1] % 2 == 0)
    encoded = bytearray(_der(keys))
    encoded[-len(keys.certificate.signature) - 1] = 1
    assert x509.load_der_x509_certificate(bytes(encoded)).signature == keys.certificate.signature
    refused(FaultCode.INVALID_TOKEN, "read", lambda: Trust([issuer.pem]).certificate(bytes(encoded), NOW))


def test_trust_is_made_of_certificates() -> None:
    with pytest.raises(ValueError):
        Trust([b"no certificate"])


def test_the_fingerprint_of_trust(issuer: Keys, keys: Keys) -> None:
    other = authority()
    both = Trust([issuer.pem, other.pem]).fingerprint
    assert both == Trust([other.pem + issuer.pem]).fingerprint
    alone = (Trust(), Trust([issuer.pem]), Trust(pinned=[issuer.pem]), Trust([issuer.pem], [keys.pem]))
    assert len({both, *(trust.fingerprint for trust in alone)}) == 5
