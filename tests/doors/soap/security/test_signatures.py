"""Signatures with a certificate: what is right, and every known way to forge, move, swap or weaken one."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

from soap.contract import Binding
from soap.security import FaultCode, Security, SecurityRefused
from tests.doors.soap.security.old_client import (
    ADDRESS,
    EXC,
    HMAC_SHA1,
    NOW,
    QUESTION,
    RSA_SHA1,
    RSA_SHA256,
    SHA1,
    SHA256,
    X509,
    A,
    C,
    Conversation,
    D,
    Keys,
    S,
    U,
    authority,
    bootstrap,
    by_certificate,
    canonical,
    certificate_token,
    certified,
    envelope,
    find,
    reference,
    timestamp,
    user_token,
)
from tests.doors.soap.security.refusing import refused

Admit = Callable[..., Security]


def _signed(keys: Keys, body: str = QUESTION, **how: Any) -> etree._Element:
    return bootstrap(keys, body, **how)


@pytest.mark.parametrize("digest", [SHA1, SHA256])
@pytest.mark.parametrize("algorithm", [RSA_SHA1, RSA_SHA256])
@pytest.mark.parametrize("binding", [Binding.EC, Binding.EC2])
def test_a_message_signed_with_the_certificate(
    admit: Admit, keys: Keys, algorithm: str, digest: str, binding: Binding
) -> None:
    proved = admit(_signed(keys, algorithm=algorithm, digest=digest), binding)
    assert proved.certificate is not None
    assert proved.certificate.organisation_number == "310000000"
    assert proved.certificate.thumbprint == keys.thumbprint.hex().upper()
    assert "Oppdiktet Regnskap AS" in proved.certificate.subject
    assert proved.context is None
    assert proved.user_name is None


def test_a_user_name_may_come_too(admit: Admit, keys: Keys) -> None:
    root = by_certificate(keys).put_into(envelope(timestamp() + certificate_token(keys) + user_token()))
    assert admit(root).user_name == "10042"


def test_prefixes_that_the_canonical_form_is_to_keep(admit: Admit, keys: Keys) -> None:
    transform = f'<d:Transform Algorithm="{EXC}"><e:InclusiveNamespaces xmlns:e="{EXC}" PrefixList=""/></d:Transform>'
    assert admit(_signed(keys, prefixes=["s", "u"], transform=transform))
    many = [f"p{number}" for number in range(41)]
    refused(FaultCode.INVALID_SECURITY, "prefixes", lambda: admit(_signed(keys, prefixes=many)))


def test_more_may_be_signed(admit: Admit, keys: Keys) -> None:
    root = envelope(timestamp() + certificate_token(keys))
    find(root, "s:Body").set(f"{{{U}}}Id", "_2")
    find(root, ".//a:Action").set(f"{{{U}}}Id", "_3")
    over = (".//u:Timestamp", ".//a:To", "s:Body", ".//a:Action", ".//o:BinarySecurityToken")
    by_certificate(keys, over=over).put_into(root)
    changed = copy.deepcopy(root)
    find(changed, "s:Body")[0].text = "other"
    refused(FaultCode.FAILED_CHECK, "Body", lambda: admit(changed))
    assert admit(root)


@pytest.mark.parametrize("over", [(".//u:Timestamp",), (".//a:To",), (".//a:To", ".//o:BinarySecurityToken")])
def test_timestamp_and_to_must_be_signed(admit: Admit, keys: Keys, over: tuple[str, ...]) -> None:
    refused(FaultCode.INVALID_SECURITY, "not over", lambda: admit(_signed(keys, over=over)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".//u:Created", "2026-01-15T09:00:01.000Z"),
        (".//u:Expires", "2026-01-15T09:04:59.000Z"),
        (".//a:To", ADDRESS.replace("https", "http")),
    ],
)
def test_a_changed_part(admit: Admit, keys: Keys, path: str, text: str) -> None:
    root = _signed(keys)
    find(root, path).text = text
    refused(FaultCode.FAILED_CHECK, "not as it was signed", lambda: admit(root))


@pytest.mark.parametrize("path", [".//d:SignatureValue", ".//d:DigestValue"])
def test_a_changed_value(admit: Admit, keys: Keys, path: str) -> None:
    root = _signed(keys)
    element = find(root, path)
    value = bytearray(base64.b64decode(element.text or ""))
    value[0] ^= 1
    element.text = base64.b64encode(value).decode()
    refused(FaultCode.FAILED_CHECK, "", lambda: admit(root))


def test_a_signature_of_another_key(admit: Admit, keys: Keys, issuer: Keys) -> None:
    theirs = certified(issuer)
    refused(FaultCode.FAILED_CHECK, "", lambda: admit(_signed(Keys(keys.certificate, theirs.private))))


def test_a_signature_taken_from_another_message(admit: Admit, keys: Keys) -> None:
    root, other = envelope(timestamp(NOW + timedelta(seconds=1)) + certificate_token(keys)), _signed(keys)
    find(root, ".//o:Security").append(find(other, ".//d:Signature"))
    refused(FaultCode.FAILED_CHECK, "Timestamp", lambda: admit(root))


def test_nothing_is_signed(admit: Admit, keys: Keys) -> None:
    refused(FaultCode.INVALID_SECURITY, "not signed", lambda: admit(envelope(timestamp() + certificate_token(keys))))
    refused(FaultCode.INVALID_SECURITY, "over nothing", lambda: admit(_signed(keys, references="")))
    root = _signed(keys)
    find(root, ".//o:Security").remove(find(root, ".//u:Timestamp"))
    refused(FaultCode.INVALID_SECURITY, "no Timestamp", lambda: admit(root))
    refused(FaultCode.INVALID_SECURITY, "no Security", lambda: admit(envelope()))


def _moved(root: etree._Element, path: str, wrapper: str, fresh: str) -> etree._Element:
    """The signed element into a wrapper that stands elsewhere; a fresh one of the forger's in its place."""
    element = find(root, path)
    parent = element.getparent()
    assert parent is not None
    parent.replace(element, etree.fromstring(fresh))
    find(root, wrapper).append(element)
    return root


FORGED_TIMESTAMP = timestamp(NOW + timedelta(minutes=3)).replace("<u:Timestamp", f'<u:Timestamp xmlns:u="{U}"', 1)
FORGED_TO = f'<a:To xmlns:a="{A}" xmlns:u="{U}" {{}}>{ADDRESS}</a:To>'


@pytest.mark.parametrize("wrapper", [".//o:BinarySecurityToken", "s:Body", ".//a:Action", ".//d:Signature", "s:Header"])
@pytest.mark.parametrize("mark", ['u:Id="_0"', 'u:Id="_9"', ""])
def test_a_timestamp_moved_out_of_its_place(admit: Admit, keys: Keys, wrapper: str, mark: str) -> None:
    root = _moved(_signed(keys), ".//u:Timestamp", wrapper, FORGED_TIMESTAMP.replace('u:Id="_0"', mark))
    with pytest.raises(SecurityRefused):
        admit(root)


@pytest.mark.parametrize("wrapper", [".//o:Security", "s:Body", ".//a:Action", "."])
@pytest.mark.parametrize("mark", ['u:Id="_1"', 'u:Id="_9"', ""])
def test_a_to_moved_out_of_its_place(admit: Admit, keys: Keys, wrapper: str, mark: str) -> None:
    with pytest.raises(SecurityRefused):
        admit(_moved(_signed(keys), ".//a:To", wrapper, FORGED_TO.format(mark)))


def test_a_signed_body_moved_out_of_its_place(admit: Admit, keys: Keys) -> None:
    root = envelope(timestamp() + certificate_token(keys), blocks="<x:W xmlns:x='urn:x'/>")
    find(root, "s:Body").set(f"{{{U}}}Id", "_2")
    by_certificate(keys, over=(".//u:Timestamp", ".//a:To", "s:Body")).put_into(root)
    forged = f'<s:Body xmlns:s="{S}"><q:GetReceiptEC xmlns:q="urn:synthetic">other</q:GetReceiptEC></s:Body>'
    refused(
        FaultCode.INVALID_SECURITY,
        "not in its place",
        lambda: admit(_moved(root, "s:Body", "s:Header/{urn:x}W", forged)),
    )


@pytest.mark.parametrize("name", [f"{{{U}}}Id", "Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id"])
@pytest.mark.parametrize("place", ["s:Body/*", ".//a:Action", ".//o:BinarySecurityToken", "."])
def test_an_id_that_stands_twice(admit: Admit, keys: Keys, name: str, place: str) -> None:
    root = _signed(keys)
    find(root, place).set(name, "_0")
    with pytest.raises(SecurityRefused) as caught:
        admit(root)
    assert caught.value.fault_code is not FaultCode.FAILED_AUTHENTICATION


def test_two_parts_of_the_block_with_one_id(admit: Admit, keys: Keys) -> None:
    root = envelope(timestamp() + certificate_token(keys) + certificate_token(certified(authority())))
    refused(FaultCode.INVALID_SECURITY, "same id", lambda: admit(by_certificate(keys).put_into(root)))


@pytest.mark.parametrize(
    "uri", ["", "#", "_0", "#nowhere", "http://outside.example/part", "file:///etc/hostname", "#xpointer(/)", "cid:1"]
)
def test_references_elsewhere(admit: Admit, keys: Keys, uri: str) -> None:
    outside = (
        f'<d:Reference URI="{uri}"><d:Transforms><d:Transform Algorithm="{EXC}"/></d:Transforms>'
        f'<d:DigestMethod Algorithm="{SHA1}"/><d:DigestValue>{base64.b64encode(bytes(20)).decode()}</d:DigestValue>'
        "</d:Reference>"
    )
    refused(FaultCode.INVALID_SECURITY, "refer", lambda: admit(_signed(keys, references=outside)))


@pytest.mark.parametrize(
    ("transform", "code"),
    [
        ('<d:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>', FaultCode.UNSUPPORTED_ALGORITHM),
        (
            '<d:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><d:XPath>true()</d:XPath></d:Transform>',
            FaultCode.UNSUPPORTED_ALGORITHM,
        ),
        ('<d:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>', FaultCode.UNSUPPORTED_ALGORITHM),
        (f'<d:Transform Algorithm="{D}enveloped-signature"/>', FaultCode.UNSUPPORTED_ALGORITHM),
        (f'<d:Transform Algorithm="{D}base64"/>', FaultCode.UNSUPPORTED_ALGORITHM),
        ('<d:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>', FaultCode.UNSUPPORTED_ALGORITHM),
        (f'<d:Transform Algorithm="{EXC}WithComments"/>', FaultCode.UNSUPPORTED_ALGORITHM),
        (f'<d:Transform Algorithm="{EXC}"><d:XPath>1</d:XPath></d:Transform>', FaultCode.UNSUPPORTED_ALGORITHM),
        (f'<d:Transform Algorithm="{EXC}"/><d:Transform Algorithm="{EXC}"/>', FaultCode.INVALID_SECURITY),
        ("", FaultCode.INVALID_SECURITY),
    ],
)
def test_transforms_of_other_kinds(admit: Admit, keys: Keys, transform: str, code: FaultCode) -> None:
    refused(code, "", lambda: admit(_signed(keys, transform=transform)))


def test_other_algorithms(admit: Admit, keys: Keys) -> None:
    inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    for how in (
        {"algorithm": f"{D}dsa-sha1"},
        {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"},
        {"algorithm": ""},
        {"digest": "http://www.w3.org/2001/04/xmldsig-more#md5"},
        {"canonicalisation": inclusive},
    ):
        refused(FaultCode.UNSUPPORTED_ALGORITHM, "", lambda how=how: admit(_signed(keys, **how)))


def test_a_certificates_public_key_is_no_secret_to_sign_with(admit: Admit, keys: Keys) -> None:
    """The swap RSA to HMAC: the verifier must not take the public key for a shared one."""
    key = keys.certificate.public_key()
    for form in (serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1):
        for encoding in (serialization.Encoding.DER, serialization.Encoding.PEM):
            root = envelope(timestamp() + certificate_token(keys))
            signature = by_certificate(keys, algorithm=HMAC_SHA1)
            signature.secret = key.public_bytes(encoding, form)
            signature.put_into(root)
            refused(FaultCode.UNSUPPORTED_ALGORITHM, "kind of key", lambda root=root: admit(root))


def test_a_sessions_key_signs_with_its_own_algorithm_only(admit: Admit, conversation: Conversation, keys: Keys) -> None:
    root = envelope(timestamp() + conversation.token)
    info = reference(f"#{conversation.token_id}", f"{C}/sct")
    by_certificate(keys, key_info=info, over=(".//u:Timestamp",)).put_into(root)
    refused(FaultCode.UNSUPPORTED_ALGORITHM, "kind of key", lambda: admit(root))


@pytest.mark.parametrize("bits", [0, 8, 80, 160])
def test_a_truncated_hmac(admit: Admit, conversation: Conversation, bits: int) -> None:
    root = conversation.message(method_parameters=f"<d:HMACOutputLength>{bits}</d:HMACOutputLength>")
    value = find(root, ".//d:SignatureValue")
    value.text = base64.b64encode(base64.b64decode(value.text or "")[: bits // 8]).decode()
    refused(FaultCode.UNSUPPORTED_ALGORITHM, "whole", lambda: admit(root))


@pytest.mark.parametrize("length", [0, 1, 10, 19])
def test_a_short_signature(admit: Admit, conversation: Conversation, length: int) -> None:
    root = conversation.message()
    value = find(root, ".//d:SignatureValue")
    value.text = base64.b64encode(base64.b64decode(value.text or "")[:length]).decode()
    refused(FaultCode.INVALID_SECURITY, "bytes", lambda: admit(root))


def test_a_session_signature_made_without_the_key(admit: Admit, conversation: Conversation) -> None:
    for guess in (b"", b"\0" * 32, conversation.identifier.encode()):
        refused(FaultCode.FAILED_CHECK, "", lambda guess=guess: admit(conversation.message(secret=guess)))
    refused(FaultCode.INVALID_SECURITY, "not over", lambda: admit(conversation.message(over=(".//a:To",))))


def test_a_signature_with_more_in_it_than_is_read(admit: Admit, keys: Keys) -> None:
    refused(FaultCode.INVALID_SECURITY, "Object", lambda: admit(_signed(keys, objects="<d:Object/>")))
    root = _signed(keys)
    signed = find(root, ".//d:SignedInfo")
    find(root, ".//d:Signature").append(copy.deepcopy(signed))
    refused(FaultCode.INVALID_SECURITY, "more than once", lambda: admit(root))


def test_too_many_references_signatures_or_tokens(admit: Admit, keys: Keys) -> None:
    many = (".//u:Timestamp",) * 12 + (".//a:To",)
    refused(FaultCode.INVALID_SECURITY, "references", lambda: admit(_signed(keys, over=many)))
    twice = by_certificate(keys).put_into(_signed(keys))
    refused(FaultCode.INVALID_SECURITY, "same kind", lambda: admit(twice))
    thrice = by_certificate(keys).put_into(twice)
    refused(FaultCode.INVALID_SECURITY, "more than 2 Signature", lambda: admit(thrice))


@pytest.mark.parametrize(
    "info",
    [
        "",
        "<d:KeyName>x</d:KeyName>",
        "<o:SecurityTokenReference/>",
        reference("#nowhere", X509),
        reference("#_0", X509),
        reference("http://outside.example/key", X509),
        "<o:SecurityTokenReference><o:Embedded/></o:SecurityTokenReference>",
        reference("#x1", X509).replace("Reference URI=", "KeyIdentifier URI="),
        reference("#x1", X509) * 2,
    ],
)
def test_keys_that_are_not_named_as_they_should(admit: Admit, keys: Keys, info: str) -> None:
    with pytest.raises(SecurityRefused) as caught:
        admit(_signed(keys, key_info=info))
    codes = (FaultCode.INVALID_SECURITY, FaultCode.TOKEN_UNAVAILABLE, FaultCode.UNSUPPORTED_TOKEN)
    assert caught.value.fault_code in codes


def test_a_namespace_without_a_canonical_form(admit: Admit, keys: Keys) -> None:
    text = etree.tostring(_signed(keys)).replace(b"<s:Envelope ", b'<s:Envelope xmlns:r="relative" ')
    refused(FaultCode.INVALID_SECURITY, "canonical", lambda: admit(etree.fromstring(text)))


def test_an_edited_copy_of_our_own_hmac(conversation: Conversation) -> None:
    """What the tests sign with is a signature as the standard has it: known text, known value."""
    root = conversation.message()
    expected = hmac.new(conversation.key, canonical(find(root, ".//d:SignedInfo")), hashlib.sha1).digest()
    assert base64.b64decode(find(root, ".//d:SignatureValue").text or "") == expected
