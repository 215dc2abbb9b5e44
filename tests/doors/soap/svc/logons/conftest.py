"""The small world behind the `.svc` door, with a person, a system, an enterprise user and a service owner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import httpx
import pytest

from core import (
    OPERATOR,
    EnterpriseSystem,
    EnterpriseUser,
    PersonLogin,
    ServiceOwner,
    StandInChannel,
    Store,
    register_service_owner,
    send_code_letter,
    stand_in_messages,
    use_code_channel,
)
from soap import create_soap_app
from tests.passwords import quick_secret
from tests.small_world import FIRM, MANAGER, STRANGER, SYSTEM, small_world

NUMBER = "01817010055"
USER_NAME = "vigdis.proevesen"
PASSWORD = "riktig1"
SYSTEM_PASSWORD = "maskin1"
OWN_SYSTEM, AGENCY = 4713, 4714
STRANGER_NUMBER = "310000604"
FIRM_NUMBER = "310000205"
EC_USER = "lonnskjoring"

_SERVICES = "http://www.altinn.no/services/"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_BASIC = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
_ADDRESSED = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">'
    '<s:Header><o:Security s:mustUnderstand="1" xmlns:o="{wsse}"><o:UsernameToken><o:Username>{user}</o:Username>'
    "<o:Password>{password}</o:Password></o:UsernameToken></o:Security></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


class MovedClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 2, 3, 9, 15, 30, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


class Door:
    """The door on the store, called over HTTP."""

    def __init__(self, store: Store, clock: MovedClock) -> None:
        self.store = store
        self.clock = clock
        transport = httpx.WSGITransport(create_soap_app(store))
        self._client = httpx.Client(transport=transport, base_url="http://gateway.example.no")

    def challenge(self, method: str = "SMSPin", **changes: str) -> httpx.Response:
        """Ask for a code."""
        sent = {
            "AuthMethod": method,
            "SystemUserName": str(SYSTEM),
            "UserPassword": PASSWORD,
            "UserSSN": NUMBER,
            **changes,
        }
        members = "".join(f"<c:{name}>{escape(value)}</c:{name}>" for name, value in sent.items())
        body = (
            f'<GetAuthenticationChallenge xmlns="{_SERVICES}Authentication/SystemAuthentication/2009/10">'
            f'<challengeRequest xmlns:c="http://schemas.altinn.no/services/Authentication/2009/10">{members}'
            "</challengeRequest></GetAuthenticationChallenge>"
        )
        return self._client.post(
            "/AuthenticationExternal/SystemAuthentication.svc",
            content=_BASIC.format(body=body).encode(),
            headers={"Content-Type": "text/xml; charset=utf-8"},
        )

    def secured(
        self, path: str, body: str, *, user: str = str(SYSTEM), password: str = SYSTEM_PASSWORD
    ) -> httpx.Response:
        """Call an operation of the WS binding."""
        envelope = _ADDRESSED.format(wsse=_WSSE, user=escape(user), password=escape(password), body=body)
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        return self._client.post(path, content=envelope.encode(), headers=headers)

    def sms_code(self) -> str:
        """Ask for a code by SMS, and read it."""
        assert told(self.challenge(), "Status") == "Ok"
        found: str = re.findall(r"\d{6}", stand_in_messages(self.store)[0].text)[0]
        return found

    def letter(self) -> dict[int, str]:
        """Send the person a letter, and read it."""
        send_code_letter(self.store, OPERATOR, MANAGER)
        text = next(each.text for each in stand_in_messages(self.store) if each.channel == "letter")
        return {int(number): code for number, code in re.findall(r"(?m)^ ?(\d{1,2})  (\d{6})$", text)}


def told(response: httpx.Response, name: str) -> str:
    """The text of the one element with this name."""
    found = re.findall(rf"<(?:\w+:)?{name}(?: [^>]*)?>(.*?)</(?:\w+:)?{name}>", response.text, re.DOTALL)
    assert len(found) == 1, response.text
    text: str = found[0]
    return text


@pytest.fixture
def clock() -> MovedClock:
    """The clock of the store."""
    return MovedClock()


@pytest.fixture
def door(sqlite_url: str, clock: MovedClock) -> Iterator[Door]:
    """The door on a small world."""
    store = Store(sqlite_url, clock=clock)
    secret, own = quick_secret(SYSTEM_PASSWORD), quick_secret(PASSWORD)
    store.import_facts(
        "tests",
        [
            *small_world(secret),
            EnterpriseSystem(OWN_SYSTEM, MANAGER, "Eget system", secret),
            EnterpriseSystem(AGENCY, STRANGER, "Etatens system", secret),
            EnterpriseUser("eu-1", FIRM, EC_USER, own),
            PersonLogin(MANAGER, own, USER_NAME, "+4799999901", allows_systems=True),
        ],
    )
    register_service_owner(store, OPERATOR, ServiceOwner("ETAT", STRANGER_NUMBER, "Etaten", AGENCY))
    use_code_channel(store, StandInChannel(store))
    yield Door(store, clock)
    store.close()
