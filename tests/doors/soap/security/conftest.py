"""Certificates made for the occasion, and a gate that trusts their authority."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from lxml import etree

from soap.contract import Binding
from soap.security import Gate, Sealer, Security, TokenAnswer, Trust
from tests.doors.soap.security.old_client import (
    HOSTS,
    NOW,
    PATH,
    Conversation,
    Keys,
    Remembered,
    authority,
    bootstrap,
    certified,
)

SEALING_KEY = b"s" * 32


@pytest.fixture(scope="session")
def issuer() -> Keys:
    return authority()


@pytest.fixture(scope="session")
def keys(issuer: Keys) -> Keys:
    """The enterprise certificate of organisation 310000000."""
    return certified(issuer)


@pytest.fixture
def memory() -> Remembered:
    return Remembered()


@pytest.fixture
def gate(issuer: Keys, memory: Remembered) -> Gate:
    return Gate(trust=Trust([issuer.pem]), sealer=Sealer(SEALING_KEY), memory=memory, hosts=HOSTS)


@pytest.fixture
def admit(gate: Gate) -> Callable[..., Security]:
    """Let a message in; the message travels as bytes, as it would."""

    def _admit(root: etree._Element, binding: Binding = Binding.EC2, now: datetime = NOW) -> Security:
        found = gate.admit(etree.fromstring(etree.tostring(root)), binding=binding, path=PATH, now=now)
        assert isinstance(found, Security)
        return found

    return _admit


@pytest.fixture
def answer(gate: Gate) -> Callable[..., TokenAnswer]:
    """Let a token request in."""

    def _answer(root: etree._Element, binding: Binding = Binding.EC2, now: datetime = NOW) -> TokenAnswer:
        found = gate.admit(etree.fromstring(etree.tostring(root)), binding=binding, path=PATH, now=now)
        assert isinstance(found, TokenAnswer)
        return found

    return _answer


@pytest.fixture
def conversation(answer: Callable[..., TokenAnswer], keys: Keys) -> Conversation:
    """An open session of EC2."""
    return Conversation.opened(answer(bootstrap(keys)).body)


@pytest.fixture
def ec_conversation(answer: Callable[..., TokenAnswer], keys: Keys) -> Conversation:
    """An open session of EC, asked for at another moment than that of EC2: equal requests would be repeats."""
    return Conversation.opened(answer(bootstrap(keys, created=NOW - timedelta(seconds=9)), Binding.EC).body)
