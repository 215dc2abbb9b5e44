"""Whom a signed message is for, which certificate it names, that it counts once, and its time."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.x509.oid import NameOID
from lxml import etree

from soap.contract import Binding
from soap.security import FaultCode, Gate, Sealer, Security, SecurityRefused, Trust
from tests.doors.soap.security.old_client import (
    HOSTS,
    NOW,
    PATH,
    QUESTION,
    SUBJECT,
    THUMBPRINT,
    Conversation,
    Keys,
    Remembered,
    bootstrap,
    by_certificate,
    certificate_token,
    certified,
    envelope,
    find,
    timestamp,
)
from tests.doors.soap.security.refusing import refused

Admit = Callable[..., Security]


def _signed(keys: Keys, body: str = QUESTION, **how: Any) -> etree._Element:
    return bootstrap(keys, body, **how)


def _by_thumbprint(print_: bytes) -> str:
    text = base64.b64encode(print_).decode()
    return (
        f'<o:SecurityTokenReference><o:KeyIdentifier ValueType="{THUMBPRINT}">{text}</o:KeyIdentifier>'
        "</o:SecurityTokenReference>"
    )


def test_a_certificate_named_by_its_thumbprint(admit: Admit, keys: Keys, memory: Remembered) -> None:
    assert admit(_signed(keys, key_info=_by_thumbprint(keys.thumbprint)))
    root = by_certificate(keys, key_info=_by_thumbprint(keys.thumbprint)).put_into(
        envelope(timestamp(NOW + timedelta(seconds=1)))
    )
    refused(FaultCode.TOKEN_UNAVAILABLE, "thumbprint", lambda: admit(root))
    pinning = Gate(trust=Trust(pinned=[keys.pem]), sealer=Sealer(b"s" * 32), memory=memory, hosts=HOSTS)
    assert pinning.admit(root, binding=Binding.EC2, path=PATH, now=NOW)


def test_the_thumbprint_chooses_the_key(admit: Admit, keys: Keys, issuer: Keys) -> None:
    """A forger sends his own certificate beside the one that he names."""
    forger = certified(issuer, SUBJECT | {NameOID.SERIAL_NUMBER: "310000507"})
    root = envelope(timestamp() + certificate_token(keys) + certificate_token(forger).replace('"x1"', '"x2"'))
    signature = by_certificate(forger, key_info=_by_thumbprint(keys.thumbprint))
    refused(FaultCode.FAILED_CHECK, "", lambda: admit(signature.put_into(root)))


def test_the_named_certificate_need_not_come_first(admit: Admit, keys: Keys, issuer: Keys) -> None:
    other = certified(issuer, SUBJECT | {NameOID.SERIAL_NUMBER: "310000507"})
    root = envelope(timestamp() + certificate_token(other) + certificate_token(keys).replace('"x1"', '"x2"'))
    found = admit(by_certificate(keys, key_info=_by_thumbprint(keys.thumbprint)).put_into(root)).certificate
    assert found is not None
    assert found.organisation_number == "310000000"


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/IntermediaryExternal/ReceiptExternalEC2.svc",
        "https://gateway.example/IntermediaryExternal/ReceiptExternalEC.svc",
        "https://gateway.example/",
        "http://www.w3.org/2005/08/addressing/anonymous",
        "https://[half/IntermediaryExternal/ReceiptExternalEC2.svc",
        "",
    ],
)
def test_a_message_signed_for_another_address(admit: Admit, keys: Keys, address: str) -> None:
    with pytest.raises(SecurityRefused) as caught:
        admit(_signed(keys, to=address))
    assert "address" in caught.value.text


@pytest.mark.parametrize(
    "address",
    [
        "http://GATEWAY.example:8080/intermediaryexternal/receiptexternalec2.SVC",
        "https://gateway.example/before/us/IntermediaryExternal/ReceiptExternalEC2.svc",
    ],
)
def test_our_address_in_other_spellings(admit: Admit, keys: Keys, address: str) -> None:
    assert admit(_signed(keys, to=address))


def test_a_signed_message_counts_once(admit: Admit, keys: Keys, conversation: Conversation, memory: Remembered) -> None:
    direct, derived, plain = (
        _signed(keys, created=NOW - timedelta(seconds=5)),
        conversation.derived(),
        conversation.message(),
    )
    for root in (direct, derived, plain):
        assert admit(root)
        refused(FaultCode.INVALID_SECURITY, "received before", lambda root=root: admit(root))
    memory.now = now = NOW + timedelta(minutes=9.9)
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: admit(plain, now=now))


def test_another_body_or_message_id_makes_no_new_message(admit: Admit, keys: Keys) -> None:
    root = _signed(keys, created=NOW + timedelta(seconds=1))
    assert admit(root)
    find(root, ".//a:MessageID").text = "urn:uuid:00000000-0000-4000-8000-000000000009"
    find(root, "s:Body")[0].text = "other"
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: admit(root))


@pytest.mark.parametrize("derived", [True, False])
def test_two_messages_of_one_session_in_one_tick_of_the_clock(
    admit: Admit, conversation: Conversation, *, derived: bool
) -> None:
    """Clients of .NET use the key, or the one key they derive of it, for every message of a session."""
    make = functools.partial(conversation.derived, nonce=b"n" * 16) if derived else conversation.message
    first, second = make(), make()
    assert find(first, ".//d:SignatureValue").text == find(second, ".//d:SignatureValue").text
    assert admit(first)
    assert admit(second)
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: admit(second))


def test_a_forged_message_takes_no_place_in_memory(
    admit: Admit, conversation: Conversation, memory: Remembered
) -> None:
    before = dict(memory.keys)
    refused(FaultCode.FAILED_CHECK, "", lambda: admit(conversation.message(secret=b"x" * 32)))
    assert memory.keys == before


@pytest.mark.parametrize(("minutes", "code"), [(10, FaultCode.EXPIRED), (-5.1, FaultCode.EXPIRED)])
def test_a_signed_message_out_of_its_time(
    admit: Admit, keys: Keys, conversation: Conversation, minutes: float, code: FaultCode
) -> None:
    now = NOW + timedelta(minutes=minutes)
    for root in (_signed(keys), conversation.message(), conversation.derived()):
        refused(code, "", lambda root=root: admit(root, now=now))
