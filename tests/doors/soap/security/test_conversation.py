"""Secure conversation: opening a session, using it on any worker, renewing and cancelling it, and old tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from soap.contract import Binding
from soap.security import FaultCode, Gate, Sealer, Security, SecurityRefused, TokenAnswer, Trust
from tests.doors.soap.security.conftest import SEALING_KEY
from tests.doors.soap.security.old_client import (
    HOSTS,
    NOW,
    PATH,
    C,
    Conversation,
    Keys,
    Remembered,
    T,
    authority,
    bootstrap,
    by_certificate,
    certificate_token,
    certified,
    envelope,
    find,
    reference,
    timestamp,
    token_request,
)
from tests.doors.soap.security.refusing import refused

Admit = Callable[..., Security]
Answer = Callable[..., TokenAnswer]


def test_a_session_is_opened_and_used(admit: Admit, conversation: Conversation) -> None:
    proved = admit(conversation.message())
    assert proved.certificate is not None
    assert proved.certificate.organisation_number == "310000000"
    assert proved.context is not None
    assert proved.context.identifier == conversation.identifier
    assert proved.context.key == conversation.key
    assert proved.action == "urn:synthetic/Get"
    assert proved.message_id.startswith("urn:uuid:")


def test_the_answer_to_a_request(answer: Answer, keys: Keys) -> None:
    request = bootstrap(
        keys, token_request().replace("<t:RequestSecurityToken>", '<t:RequestSecurityToken Context="u1">')
    )
    told = answer(request)
    assert told.action == f"{T}/RSTR/SCT"
    assert told.message_id == find(request, ".//a:MessageID").text
    root = etree.fromstring(told.body)
    assert [etree.QName(child).localname for child in root] == [
        "TokenType",
        "RequestedSecurityToken",
        "RequestedAttachedReference",
        "RequestedUnattachedReference",
        "RequestedProofToken",
        "Entropy",
        "Lifetime",
        "KeySize",
    ]
    assert root.get("Context") == "u1"
    opened = Conversation.opened(told.body)
    assert find(root, "t:RequestedAttachedReference//o:Reference").get("URI") == f"#{opened.token_id}"
    assert find(root, "t:RequestedUnattachedReference//o:Reference").get("URI") == opened.identifier
    assert opened.expires == "2026-01-15T19:00:00.000Z"


def test_two_sessions_share_nothing(answer: Answer, keys: Keys) -> None:
    first = Conversation.opened(answer(bootstrap(keys)).body)
    second = Conversation.opened(answer(bootstrap(keys, created=NOW + timedelta(seconds=1))).body)
    assert first.identifier != second.identifier
    assert first.key != second.key


def test_the_key_is_not_in_the_answer(answer: Answer, keys: Keys) -> None:
    told = answer(bootstrap(keys))
    key = Conversation.opened(told.body).key
    assert key.hex() not in told.body
    assert base64.b64encode(key).decode() not in told.body


def test_any_worker_serves_the_session(issuer: Keys, conversation: Conversation, memory: Remembered) -> None:
    other = Gate(trust=Trust([issuer.pem]), sealer=Sealer(SEALING_KEY), memory=memory, hosts=HOSTS)
    assert isinstance(other.admit(conversation.message(), binding=Binding.EC2, path=PATH, now=NOW), Security)


def test_a_derived_key_serves_in_both_bindings(
    admit: Admit, conversation: Conversation, ec_conversation: Conversation
) -> None:
    assert admit(ec_conversation.derived(), Binding.EC).certificate
    assert admit(conversation.derived()).certificate
    # One public client took RequireDerivedKeys out of its policy.
    assert admit(ec_conversation.message(), Binding.EC).certificate


def test_a_session_is_for_its_own_binding(admit: Admit, conversation: Conversation) -> None:
    _refused(FaultCode.BAD_CONTEXT, admit, conversation.message(), Binding.EC)


@pytest.mark.parametrize("offset", [0, 7, 20, 500])
def test_derived_keys_begin_where_they_say(admit: Admit, conversation: Conversation, offset: int) -> None:
    parts = f"<c:Offset>{offset}</c:Offset><c:Length>32</c:Length>"
    assert admit(conversation.derived(parts=parts, offset=offset, length=32))


def test_derived_keys_by_generation_label_and_default_length(admit: Admit, conversation: Conversation) -> None:
    parts = "<c:Generation>2</c:Generation><c:Length>20</c:Length><c:Label>Merkelapp</c:Label>"
    assert admit(conversation.derived(parts=parts, offset=40, length=20, label=b"Merkelapp"))
    assert admit(conversation.derived(parts="", length=32))


def test_a_derived_key_may_name_its_source(admit: Admit, conversation: Conversation) -> None:
    assert admit(conversation.derived(source=conversation.identifier))


@pytest.mark.parametrize(
    "parts",
    [
        "<c:Length>0</c:Length>",
        "<c:Length>8</c:Length>",
        "<c:Length>65</c:Length>",
        "<c:Length>1000000000</c:Length>",
        "<c:Length>99999999999</c:Length>",
        "<c:Length>-24</c:Length>",
        "<c:Length>24.0</c:Length>",
        "<c:Offset>-1</c:Offset>",
        "<c:Offset>1001</c:Offset><c:Length>24</c:Length>",
        "<c:Offset>4294967296</c:Offset>",
        "<c:Generation>1024</c:Generation>",
        "<c:Generation>1</c:Generation><c:Offset>24</c:Offset>",
        "<c:Offset>0</c:Offset><c:Offset>0</c:Offset>",
        "<c:Length>24</c:Length><c:Properties/>",
    ],
)
def test_crazy_derived_keys(admit: Admit, conversation: Conversation, parts: str) -> None:
    _refused(FaultCode.INVALID_SECURITY, admit, conversation.derived(parts=parts))


@pytest.mark.parametrize("nonce", ["", "AAAA", "A" * 1000, "not base64!", "QUFBQUFBQUFBQUFBQUFBQR=="])
def test_crazy_nonces_of_derived_keys(admit: Admit, conversation: Conversation, nonce: str) -> None:
    _refused(FaultCode.INVALID_SECURITY, admit, conversation.derived(nonce_text=nonce))


def test_a_derived_key_of_another_algorithm_or_source(admit: Admit, conversation: Conversation) -> None:
    other = conversation.derived()
    find(other, ".//c:DerivedKeyToken").set("Algorithm", f"{C}/dk/p_sha512")
    _refused(FaultCode.UNSUPPORTED_ALGORITHM, admit, other)
    _refused(FaultCode.TOKEN_UNAVAILABLE, admit, conversation.derived(source="urn:uuid:other"))
    _refused(FaultCode.UNKNOWN_DERIVATION, admit, conversation.derived(source="#_2"))
    _refused(FaultCode.UNKNOWN_DERIVATION, admit, conversation.derived(source="#_0"))


def test_a_session_lasts_until_it_expires(admit: Admit, conversation: Conversation) -> None:
    late = NOW + timedelta(hours=9, minutes=59)
    assert admit(conversation.message(created=late), now=late)
    over = NOW + timedelta(hours=10)
    _refused(FaultCode.BAD_CONTEXT, admit, conversation.message(created=over), now=over)


def test_a_session_lasts_no_longer_than_asked_nor_than_its_certificate(
    answer: Answer, issuer: Keys, keys: Keys
) -> None:
    asked = token_request(extra="<t:Lifetime><u:Expires>2026-01-15T10:00:00Z</u:Expires></t:Lifetime>")
    assert Conversation.opened(answer(bootstrap(keys, asked)).body).expires == "2026-01-15T10:00:00.000Z"
    brief = certified(issuer, until=NOW + timedelta(hours=2))
    assert Conversation.opened(answer(bootstrap(brief)).body).expires == "2026-01-15T11:00:00.000Z"


def test_tokens_from_before_the_shutdown(admit: Admit, conversation: Conversation) -> None:
    for cookie in ("", "AAECAw==", "x" * 9000, base64.b64encode(b"another platform's own" * 20).decode(), None):
        message = conversation.message()
        element = find(message, ".//c:SecurityContextToken/{*}Cookie")
        if cookie is None:
            find(message, ".//c:SecurityContextToken").remove(element)
        else:
            element.text = cookie
        _refused(FaultCode.BAD_CONTEXT, admit, message)


def test_a_cookie_under_another_name(admit: Admit, conversation: Conversation) -> None:
    message = conversation.message()
    find(message, ".//c:Identifier").text = "urn:uuid:00000000-0000-4000-8000-000000000001"
    _refused(FaultCode.BAD_CONTEXT, admit, message)


def test_any_change_in_a_cookie(admit: Admit, conversation: Conversation) -> None:
    cookie = base64.b64decode(find(etree.fromstring(conversation.token), "{*}Cookie").text or "")
    for place in range(len(cookie)):
        message = conversation.message()
        changed = cookie[:place] + bytes([cookie[place] ^ 1]) + cookie[place + 1 :]
        find(message, ".//c:SecurityContextToken/{*}Cookie").text = base64.b64encode(changed).decode()
        _refused(FaultCode.BAD_CONTEXT, admit, message)


def test_another_key_or_another_trust_ends_all_sessions(
    issuer: Keys, conversation: Conversation, memory: Remembered
) -> None:
    for trust, key in ((Trust([issuer.pem]), b"t" * 32), (Trust([issuer.pem, authority().pem]), SEALING_KEY)):
        other = Gate(trust=trust, sealer=Sealer(key), memory=memory, hosts=HOSTS)
        with pytest.raises(SecurityRefused) as caught:
            other.admit(conversation.message(), binding=Binding.EC2, path=PATH, now=NOW)
        assert caught.value.fault_code is FaultCode.BAD_CONTEXT


def test_the_sealing_key_is_whole() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")


@pytest.mark.parametrize(
    "body",
    [
        token_request("Validate"),
        token_request().replace(f"{C}/sct", "urn:other"),
        token_request().replace("256", "512"),
        token_request().replace("Nonce", "AsymmetricKey"),
        token_request(extra=f"<t:ComputedKeyAlgorithm>{T}/CK/HASH</t:ComputedKeyAlgorithm>"),
        token_request(extra=f"<t:KeyType>{T}/PublicKey</t:KeyType>"),
        token_request(extra="<t:Lifetime><u:Expires>2026-01-15T08:59:00Z</u:Expires></t:Lifetime>"),
        f"<t:RequestSecurityToken><t:RequestType>{T}/Issue</t:RequestType></t:RequestSecurityToken>",
        token_request("Cancel"),
    ],
)
def test_requests_that_are_not_served(answer: Answer, keys: Keys, body: str) -> None:
    _refused(FaultCode.INVALID_REQUEST, answer, bootstrap(keys, body))


@pytest.mark.parametrize("entropy", [b"", b"short", b"l" * 129])
def test_the_clients_share_of_the_key_is_bounded(answer: Answer, keys: Keys, entropy: bytes) -> None:
    _refused(FaultCode.INVALID_SECURITY, answer, bootstrap(keys, token_request(entropy=entropy)))


def test_a_session_cannot_open_a_session(answer: Answer, conversation: Conversation) -> None:
    _refused(FaultCode.INVALID_SECURITY, answer, conversation.message(body=token_request()), text="certificate")


def _renewal(held: Conversation, keys: Keys, target: str, second: int = 2) -> etree._Element:
    request = token_request("Renew", b"r" * 32, f"<t:RenewTarget>{reference(target, f'{C}/sct')}</t:RenewTarget>")
    root = envelope(timestamp(NOW + timedelta(seconds=second)) + certificate_token(keys) + held.token, request)
    held.signature().put_into(root)
    return by_certificate(keys).put_into(root)


@pytest.mark.parametrize("attached", [True, False])
def test_a_session_is_renewed(
    admit: Admit, answer: Answer, ec_conversation: Conversation, keys: Keys, *, attached: bool
) -> None:
    held = ec_conversation
    told = answer(_renewal(held, keys, f"#{held.token_id}" if attached else held.identifier), Binding.EC)
    assert told.action == f"{T}/RSTR/SCT/Renew"
    renewed = Conversation.opened(told.body, b"r" * 32)
    assert renewed.identifier == held.identifier
    assert renewed.key != held.key
    assert "Instance" in renewed.token
    assert admit(renewed.derived(), Binding.EC).context


def test_renewing_is_for_the_session_and_the_certificate_together(
    answer: Answer, ec_conversation: Conversation, keys: Keys, issuer: Keys
) -> None:
    held, target = ec_conversation, reference(ec_conversation.identifier, f"{C}/sct")
    request = token_request("Renew", extra=f"<t:RenewTarget>{target}</t:RenewTarget>")
    _refused(FaultCode.BAD_CONTEXT, answer, bootstrap(keys, request, created=NOW + timedelta(seconds=1)), Binding.EC)
    _refused(FaultCode.INVALID_SECURITY, answer, held.message(body=request), Binding.EC)
    _refused(FaultCode.BAD_CONTEXT, answer, _renewal(held, keys, "urn:uuid:other"), Binding.EC)
    _refused(FaultCode.INVALID_SECURITY, answer, _renewal(held, certified(issuer), held.identifier, 3), Binding.EC)


def test_a_cancelled_session_is_over(admit: Admit, answer: Answer, ec_conversation: Conversation) -> None:
    held = ec_conversation
    body = (
        f"<t:RequestSecurityToken><t:RequestType>{T}/Cancel</t:RequestType>"
        f"<t:CancelTarget>{reference(held.identifier, f'{C}/sct')}</t:CancelTarget></t:RequestSecurityToken>"
    )
    told = answer(held.derived(body=body), Binding.EC)
    assert told.action == f"{T}/RSTR/SCT/Cancel"
    assert find(etree.fromstring(told.body), "t:RequestedTokenCancelled") is not None
    _refused(FaultCode.BAD_CONTEXT, admit, held.derived(), Binding.EC)
    _refused(FaultCode.BAD_CONTEXT, admit, held.message(), Binding.EC)


def test_nobody_cancels_the_session_of_another(answer: Answer, ec_conversation: Conversation, keys: Keys) -> None:
    body = (
        f"<t:RequestSecurityToken><t:RequestType>{T}/Cancel</t:RequestType>"
        f"<t:CancelTarget>{reference(ec_conversation.identifier, f'{C}/sct')}</t:CancelTarget></t:RequestSecurityToken>"
    )
    later = NOW + timedelta(seconds=1)
    other = Conversation.opened(answer(bootstrap(keys, created=later), Binding.EC).body)
    _refused(FaultCode.BAD_CONTEXT, answer, other.derived(body=body), Binding.EC)


def _refused(code: FaultCode, ask: Callable[..., object], *arguments: object, text: str = "", **named: object) -> None:
    refused(code, text, lambda: ask(*arguments, **named))
