"""Any byte changed in a signed message: refused, or it was of no meaning and what is proved is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from core import InvalidInput, parse_untrusted
from soap.contract import Binding
from soap.security import Gate, Sealer, Security, SecurityRefused, TokenAnswer, Trust
from tests.doors.soap.security.old_client import (
    HOSTS,
    NOW,
    PATH,
    QUESTION,
    Conversation,
    Keys,
    Remembered,
    bootstrap,
)

KINDS = ("certificate", "session", "derived key")
PROTECTED = {
    "certificate": ("u:Timestamp", "a:To", "d:SignedInfo", "d:SignatureValue"),
    "session": ("u:Timestamp", "d:SignedInfo", "d:SignatureValue", "c:Identifier"),
    "derived key": ("u:Timestamp", "d:SignedInfo", "d:SignatureValue", "c:Identifier", "c:Nonce", "c:Offset"),
}


class Try:
    """A gate and one message of each kind; each try has a memory of its own."""

    def __init__(self, issuer: Keys, keys: Keys) -> None:
        self.trust, self.sealer = Trust([issuer.pem]), Sealer(b"s" * 32)
        opened = self._gate().admit(bootstrap(keys), binding=Binding.EC2, path=PATH, now=NOW)
        assert isinstance(opened, TokenAnswer)
        held = Conversation.opened(opened.body)
        made = zip(KINDS, (bootstrap(keys, QUESTION), held.message(), held.derived()), strict=True)
        self.messages = {kind: etree.tostring(message) for kind, message in made}

    def _gate(self) -> Gate:
        return Gate(trust=self.trust, sealer=self.sealer, memory=Remembered(), hosts=HOSTS)

    def proved(self, message: bytes) -> Security | None:
        """What the message proves, None where it is refused. Nothing else may happen."""
        try:
            found = self._gate().admit(parse_untrusted(message), binding=Binding.EC2, path=PATH, now=NOW)
        except (InvalidInput, SecurityRefused):
            return None
        assert isinstance(found, Security)
        return replace(found, message_id="", action="")


@pytest.fixture(scope="module")
def tries(issuer: Keys, keys: Keys) -> Try:
    return Try(issuer, keys)


def _flipped(message: bytes, place: int, mask: int) -> bytes:
    return message[:place] + bytes([message[place] ^ mask]) + message[place + 1 :]


def test_the_messages_are_good_to_begin_with(tries: Try) -> None:
    assert all(tries.proved(message) for message in tries.messages.values())


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(data=st.data(), kind=st.sampled_from(KINDS), mask=st.integers(1, 255))
def test_a_byte_anywhere(tries: Try, data: st.DataObject, kind: str, mask: int) -> None:
    message = tries.messages[kind]
    place = data.draw(st.integers(0, len(message) - 1))
    assert tries.proved(_flipped(message, place, mask)) in (None, tries.proved(message))


@given(data=st.data(), kind=st.sampled_from(KINDS), mask=st.integers(1, 255))
def test_a_byte_in_what_is_signed_or_proves_it(tries: Try, data: st.DataObject, kind: str, mask: int) -> None:
    message = tries.messages[kind]
    name = data.draw(st.sampled_from(PROTECTED[kind])).encode()
    start, end = message.index(b"<" + name), message.index(b"</" + name + b">") + len(name) + 3
    place = data.draw(st.integers(start, end - 1))
    assert tries.proved(_flipped(message, place, mask)) is None


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_every_byte_of_a_certificate(tries: Try) -> None:
    message = tries.messages["certificate"]
    start, end = message.index(b">MII") + 1, message.index(b"</o:BinarySecurityToken>")
    admitted = [place for place in range(start, end) if tries.proved(_flipped(message, place, 1)) is not None]
    assert admitted == []


def test_every_byte_of_a_cookie(tries: Try) -> None:
    message = tries.messages["session"]
    start, end = message.index(b":Cookie"), message.index(b"</c:SecurityContextToken>")
    start = message.index(b">", start) + 1
    end = message.rindex(b"</", start, end)
    admitted = [place for place in range(start, end) if tries.proved(_flipped(message, place, 1)) is not None]
    assert admitted == []
