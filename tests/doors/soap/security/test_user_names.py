"""The WS binding: the Security block, the clock, the nonce, and headers that must be understood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from soap.contract import Binding
from soap.security import FaultCode, Gate, Security, SecurityRefused
from tests.doors.soap.security.old_client import (
    NOW,
    PATH,
    QUESTION,
    Conversation,
    Keys,
    O,
    Remembered,
    S,
    U,
    bootstrap,
    certificate_token,
    envelope,
    find,
    timestamp,
    user_token,
)
from tests.doors.soap.security.refusing import refused

Admit = Callable[..., Security]
S11 = "http://schemas.xmlsoap.org/soap/envelope/"


def _said(admit: Admit, root: etree._Element, **named: object) -> Security:
    return admit(root, Binding.WS, **named)


def test_name_and_password_are_handed_on_as_they_came(admit: Admit) -> None:
    root = envelope(timestamp() + user_token(nonce=b"n" * 16, created=NOW))
    proved = _said(admit, root)
    assert (proved.user_name, proved.password) == ("10042", "eksempel1")
    assert proved.action == "urn:synthetic/Get"
    assert proved.message_id == find(root, ".//a:MessageID").text
    assert proved.certificate is None
    assert proved.context is None


def test_the_password_is_never_shown(admit: Admit, conversation: Conversation) -> None:
    assert "eksempel1" not in repr(_said(admit, envelope(user_token())))
    assert repr(conversation.key)[2:-1] not in repr(admit(conversation.message()))


@pytest.mark.parametrize(
    "security",
    [
        user_token(),
        timestamp() + user_token(),
        user_token(nonce=b"n" * 16),
        user_token(created=NOW),
        # As the platform's own sample has it: nonce and moment, and no Timestamp.
        user_token(nonce=b"n" * 16, created=NOW),
        user_token() + timestamp(),
        "<!-- a comment -->\n" + user_token() + "\n<!-- another -->",
        user_token().replace(f' Type="{user_token().split(chr(34))[1]}"', ""),
    ],
)
def test_what_was_always_taken(admit: Admit, security: str) -> None:
    assert _said(admit, envelope(security)).user_name == "10042"


@pytest.mark.parametrize("minutes", [-4.9, 0, 4.9, 9.9])
def test_five_minutes_of_skew_and_five_of_life(admit: Admit, minutes: float) -> None:
    now = NOW + timedelta(minutes=minutes)
    assert _said(admit, envelope(timestamp() + user_token()), now=now)
    assert _said(admit, envelope(user_token(created=NOW)), now=now)


@pytest.mark.parametrize(("minutes", "text"), [(10, "expired"), (10.1, "expired"), (90, "expired"), (-5.1, "future")])
def test_a_message_out_of_its_time(admit: Admit, minutes: float, text: str) -> None:
    now = NOW + timedelta(minutes=minutes)
    refused(FaultCode.EXPIRED, text, lambda: _said(admit, envelope(timestamp() + user_token()), now=now))
    refused(FaultCode.EXPIRED, text, lambda: _said(admit, envelope(user_token(created=NOW)), now=now))


def test_a_long_life_of_its_own_asking_is_cut(admit: Admit) -> None:
    root = envelope(timestamp(minutes=60 * 24 * 365) + user_token())
    refused(FaultCode.EXPIRED, "", lambda: _said(admit, root, now=NOW + timedelta(minutes=10)))


def test_a_short_life_is_kept(admit: Admit) -> None:
    root = envelope(timestamp(minutes=1) + user_token())
    assert _said(admit, root, now=NOW + timedelta(minutes=5.9))
    refused(FaultCode.EXPIRED, "", lambda: _said(admit, root, now=NOW + timedelta(minutes=6)))


@pytest.mark.parametrize(
    "block",
    [
        '<u:Timestamp u:Id="_0"/>',
        "<u:Timestamp><u:Created/></u:Timestamp>",
        "<u:Timestamp><u:Created>yesterday</u:Created></u:Timestamp>",
        "<u:Timestamp><u:Created>2026-01-15</u:Created></u:Timestamp>",
        "<u:Timestamp><u:Created>2026-13-15T09:00:00Z</u:Created></u:Timestamp>",
        "<u:Timestamp><u:Created>0001-01-01T00:00:00+14:00</u:Created></u:Timestamp>",
        "<u:Timestamp><u:Created>2026-01-15T09:00:00+99:00</u:Created></u:Timestamp>",
        f"<u:Timestamp><u:Created>2026-01-15T09:00:00.{'0' * 5000}Z</u:Created></u:Timestamp>",
        "<u:Timestamp><u:Created>2026-01-15T09:<!-- x -->00:00Z</u:Created></u:Timestamp>",
        "<u:Timestamp><u:Created>2026-01-15T09:00:00Z</u:Created><u:Created>2026-01-15T09:00:00Z</u:Created></u:Timestamp>",
        timestamp(minutes=-1),
        timestamp(minutes=0),
        timestamp() + timestamp(),
    ],
)
def test_a_timestamp_that_is_none(admit: Admit, block: str) -> None:
    refused(FaultCode.INVALID_SECURITY, "", lambda: _said(admit, envelope(block + user_token())))


@pytest.mark.parametrize(
    "created",
    [
        "2026-01-15T09:00:00Z",
        "2026-01-15T09:00:00",
        "2026-01-15T09:00:00.1234567Z",
        "2026-01-15T10:00:00+01:00",
        "2026-01-15T01:30:00-07:30",
        "\n 2026-01-15T09:00:00Z \n",
    ],
)
def test_moments_in_every_spelling(admit: Admit, created: str) -> None:
    block = f"<u:Timestamp><u:Created>{created}</u:Created></u:Timestamp>"
    assert _said(admit, envelope(block + user_token()))


def test_a_nonce_counts_once(admit: Admit, memory: Remembered) -> None:
    security = user_token(nonce=b"n" * 16, created=NOW)
    assert _said(admit, envelope(security))
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: _said(admit, envelope(security)))
    # Still within the skew, and under another moment: the nonce is the same.
    later = user_token(nonce=b"n" * 16, created=NOW + timedelta(minutes=9))
    memory.now = now = NOW + timedelta(minutes=9.9)
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: _said(admit, envelope(later), now=now))
    assert _said(admit, envelope(user_token(nonce=b"m" * 16, created=NOW)))


def test_a_nonce_is_known_for_as_long_as_its_message_is_good(admit: Admit, memory: Remembered) -> None:
    ahead = user_token(nonce=b"n" * 16, created=NOW + timedelta(minutes=5))
    assert _said(admit, envelope(ahead))
    memory.now = now = NOW + timedelta(minutes=14.9)
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: _said(admit, envelope(ahead), now=now))
    refused(FaultCode.EXPIRED, "", lambda: _said(admit, envelope(ahead), now=NOW + timedelta(minutes=15)))


def test_a_nonce_without_a_moment_counts_once_too(admit: Admit) -> None:
    root = envelope(user_token(nonce=b"n" * 16))
    assert _said(admit, root)
    refused(FaultCode.INVALID_SECURITY, "received before", lambda: _said(admit, root))


def test_nonces_of_others_and_of_refused_messages_are_free(admit: Admit, memory: Remembered) -> None:
    nonce = user_token(nonce=b"n" * 16, created=NOW)
    refused(FaultCode.EXPIRED, "", lambda: _said(admit, envelope(nonce), now=NOW + timedelta(hours=1)))
    assert memory.keys == {}
    assert _said(admit, envelope(nonce.replace("10042", "10043")))
    assert _said(admit, envelope(nonce))


def test_what_is_remembered_names_nobody(admit: Admit, memory: Remembered) -> None:
    _said(admit, envelope(user_token(nonce=b"n" * 16, created=NOW)))
    (key,) = memory.keys
    assert "10042" not in key
    assert len(key) < 80


@pytest.mark.parametrize("nonce", ["", "?", "QUFB\x00".strip("\x00") + "=", "A" * 2000])
def test_a_nonce_that_is_none(admit: Admit, nonce: str) -> None:
    security = user_token().replace("</o:UsernameToken>", f"<o:Nonce>{nonce}</o:Nonce></o:UsernameToken>")
    refused(FaultCode.INVALID_SECURITY, "", lambda: _said(admit, envelope(security)))


def test_digests_of_passwords_are_refused_and_it_is_said_why(admit: Admit) -> None:
    security = user_token(password_type="PasswordDigest", nonce=b"n" * 16, created=NOW)
    refused(FaultCode.FAILED_AUTHENTICATION, "PasswordText", lambda: _said(admit, envelope(security)))
    other = user_token(password_type="PasswordSecret")
    refused(FaultCode.UNSUPPORTED_TOKEN, "PasswordText", lambda: _said(admit, envelope(other)))


@pytest.mark.parametrize(
    "security",
    [
        "",
        timestamp(),
        user_token() + user_token(),
        "<o:UsernameToken><o:Password>eksempel1</o:Password></o:UsernameToken>",
        "<o:UsernameToken><o:Username>10042</o:Username></o:UsernameToken>",
        "<o:UsernameToken><o:Username>1<x/>0042</o:Username><o:Password>eksempel1</o:Password></o:UsernameToken>",
        "<o:UsernameToken><o:Username>10042</o:Username><o:Password>eks<!-- x -->empel1</o:Password></o:UsernameToken>",
        f"<o:UsernameToken><o:Username>{'1' * 5000}</o:Username><o:Password>eksempel1</o:Password></o:UsernameToken>",
    ],
)
def test_a_header_that_does_not_do(admit: Admit, security: str) -> None:
    refused(FaultCode.INVALID_SECURITY, "", lambda: _said(admit, envelope(security)))


def test_what_nobody_checks_is_not_taken(admit: Admit, keys: Keys) -> None:
    for security in (certificate_token(keys), '<x:Assertion xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion"/>'):
        refused(FaultCode.UNSUPPORTED_TOKEN, "", lambda tokens=security: _said(admit, envelope(user_token() + tokens)))
    refused(FaultCode.UNSUPPORTED_TOKEN, "", lambda: _said(admit, bootstrap(keys)))


def test_headers_of_others_that_must_be_understood(admit: Admit, gate: Gate) -> None:
    block = '<x:Routing xmlns:x="urn:other" s:mustUnderstand="{}"/>'
    for value in ("1", "true", " true "):
        root = envelope(user_token(), blocks=block.format(value))
        refused(FaultCode.MUST_UNDERSTAND, "Routing", lambda root=root: _said(admit, root))
    for value in ("0", "false", ""):
        assert _said(admit, envelope(user_token(), blocks=block.format(value)))
    root = envelope(user_token(), blocks=block.format("1"))
    understood = {"{urn:other}Routing"}
    assert gate.admit(root, binding=Binding.WS, path=PATH, now=NOW, understood=understood)


@pytest.mark.parametrize("role", [f"{S}/role/none", "urn:somebody-else"])
def test_blocks_for_others_are_not_ours_to_read(admit: Admit, role: str) -> None:
    theirs = f'<x:Routing xmlns:x="urn:other" s:mustUnderstand="1" s:role="{role}"/>'
    assert _said(admit, envelope(user_token(), blocks=theirs))
    root = envelope(user_token())
    find(root, ".//o:Security").set(f"{{{S}}}role", role)
    refused(FaultCode.INVALID_SECURITY, "no Security block", lambda: _said(admit, root))


def test_two_security_blocks(admit: Admit) -> None:
    again = f'<o:Security s:role="{{}}">{user_token().replace("10042", "10043")}</o:Security>'
    for role in ("", f"{S}/role/next", f"{S}/role/ultimateReceiver"):
        root = envelope(user_token(), blocks=again.format(role))
        refused(FaultCode.INVALID_SECURITY, "more than one", lambda root=root: _said(admit, root))
    assert _said(admit, envelope(user_token(), blocks=again.format("urn:somebody-else"))).user_name == "10042"


@pytest.mark.parametrize("name", ["Action", "MessageID"])
def test_addressing_is_said_once(admit: Admit, name: str) -> None:
    root = envelope(user_token(), blocks=f"<a:{name}>urn:again</a:{name}>")
    refused(FaultCode.INVALID_SECURITY, "more than once", lambda: _said(admit, root))


def test_two_bodies_or_headers(admit: Admit) -> None:
    for name in ("Body", "Header"):
        root = envelope(user_token())
        etree.SubElement(root, f"{{{S}}}{name}")
        refused(FaultCode.INVALID_SECURITY, "more than once", lambda root=root: _said(admit, root))


def _basic(header: str) -> etree._Element:
    return etree.fromstring(
        f'<s:Envelope xmlns:s="{S11}" xmlns:o="{O}" xmlns:u="{U}">{header}<s:Body>{QUESTION}</s:Body></s:Envelope>'
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "<s:Header/>",
        '<s:Header><a:Action xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1"/></s:Header>',
        '<s:Header><x:R xmlns:x="urn:other" s:mustUnderstand="1" s:actor="urn:somebody-else"/></s:Header>',
    ],
)
def test_basic_needs_no_header(admit: Admit, header: str) -> None:
    assert admit(_basic(header), Binding.BASIC) == Security()


def test_basic_understands_security_where_it_comes(admit: Admit) -> None:
    security = f'<s:Header><o:Security s:mustUnderstand="1">{timestamp()}{user_token()}</o:Security></s:Header>'
    assert admit(_basic(security), Binding.BASIC).user_name == "10042"
    late = NOW + timedelta(hours=1)
    refused(FaultCode.EXPIRED, "", lambda: admit(_basic(security), Binding.BASIC, now=late))
    actor = '<s:Header><x:R xmlns:x="urn:other" s:mustUnderstand="1" s:actor="{}"/></s:Header>'
    for role in ("", "http://schemas.xmlsoap.org/soap/actor/next"):
        root = _basic(actor.format(role))
        refused(FaultCode.MUST_UNDERSTAND, "R must", lambda root=root: admit(root, Binding.BASIC))


def test_a_token_request_is_an_operation_like_any_other_elsewhere(admit: Admit) -> None:
    body = '<t:RequestSecurityToken xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"/>'
    assert isinstance(_said(admit, envelope(user_token(), body)), Security)


def test_the_refusal_is_an_error_with_its_text() -> None:
    error = SecurityRefused(FaultCode.EXPIRED, "Too late.")
    assert str(error) == error.text == "Too late."
