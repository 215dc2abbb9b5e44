"""A small world whose people can log on, and a clock that the test moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core import (
    OPERATOR,
    Caller,
    Challenge,
    EnterpriseUser,
    PersonLogin,
    StandInChannel,
    Store,
    authenticate_system,
    register_person_login,
    request_challenge,
    send_code_letter,
    stand_in_messages,
    use_code_channel,
)
from tests.passwords import quick_secret
from tests.small_world import FIRM, MANAGER, SYSTEM, small_world

NUMBER = "01817010055"
PASSWORD = "riktig1"
SYSTEM_PASSWORD = "maskin1"
USER_NAME = "Vigdis.Proevesen"
EC_USER = "lonnskjoring"
PHONE = "+4799999901"


class MovedClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


class Logons:
    """The store with its clock, and what a person with a telephone does."""

    def __init__(self, store: Store, clock: MovedClock) -> None:
        self.store = store
        self.clock = clock

    def system(self) -> Caller:
        """The enterprise system, logged on."""
        return authenticate_system(self.store, SYSTEM, SYSTEM_PASSWORD)

    def challenge(self, method: str = "SMSPin", *, user: str = NUMBER, password: str = PASSWORD) -> Challenge:
        """Ask for a code."""
        return request_challenge(self.store, str(SYSTEM), user, password, method)

    def sms_code(self) -> str:
        """Ask for a code by SMS and read it on the telephone."""
        assert self.challenge().status == "Ok"
        found: str = re.findall(r"\d{6}", stand_in_messages(self.store)[0].text)[0]
        return found

    def letter(self) -> dict[int, str]:
        """Send the person a letter, and read it."""
        send_code_letter(self.store, OPERATOR, MANAGER)
        text = next(each.text for each in stand_in_messages(self.store) if each.channel == "letter")
        return {int(number): code for number, code in re.findall(r"(?m)^ ?(\d{1,2})  (\d{6})$", text)}

    def login(self, **changes: object) -> PersonLogin:
        """Register the person's log-on anew."""
        chosen = {"user_name": USER_NAME, "phone": PHONE, "allows_systems": True, **changes}
        return register_person_login(self.store, OPERATOR, MANAGER, PASSWORD, **chosen)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> MovedClock:
    """The clock of the stores below."""
    return MovedClock()


@pytest.fixture
def logons(database_url: str, clock: MovedClock) -> Iterator[Logons]:
    """The small world on each engine: its manager, its system and an enterprise user of the firm can log on."""
    store = Store(database_url, clock=clock)
    secret = quick_secret(PASSWORD)
    store.import_facts(
        "tests",
        [
            *small_world(quick_secret(SYSTEM_PASSWORD)),
            EnterpriseUser("eu-1", FIRM, EC_USER, secret),
            PersonLogin(MANAGER, secret, USER_NAME, PHONE, allows_systems=True),
        ],
    )
    use_code_channel(store, StandInChannel(store))
    made = Logons(store, clock)
    yield made
    store.close()
