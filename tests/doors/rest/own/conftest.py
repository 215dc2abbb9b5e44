"""A door before a world with system users of two vendors' systems, and callers with every kind of insight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.doors.rest.conftest import House, running
from tests.doors.rest.vendor import AUTHORIZE, FACIL, KARI, READ, Vendor, jwk

INSIGHT, ALL_INSIGHT = "brobygger:insight", "brobygger:insight.all"
FACILS_CLIENT, OPERATORS_CLIENT = "fac11000-0000-4000-8000-0000000000c1", "0be4a000-0000-4000-8000-0000000000c1"
OPERATOR = "310000906"
BASE = "/brobygger/v1"
USER = "5ba00000-0000-4000-8000-00000000000"
REGNSKAP, SKATT, EGET, ANNET = (f"{USER}{number}" for number in (1, 2, 3, 4))
WORLD = Path(__file__).parent / "world.json"


@dataclass(frozen=True)
class Callers:
    """A house, and a token of every kind of caller."""

    house: House
    facil: Vendor
    operator: Vendor

    def token(self, who: str) -> str:
        """A token: of the vendor, of a service owner, of the provider, of whoever operates, or of a person."""
        vendor = self.house.vendor
        tokens = {
            "vendor": lambda: vendor.token(READ),
            "service-owner": lambda: vendor.token(AUTHORIZE),
            "provider": lambda: self.facil.token(INSIGHT),
            "operator": lambda: self.operator.token(ALL_INSIGHT),
            "person": lambda: vendor.personal_token(KARI),
        }
        return tokens[who]()

    def call(self, who: str, method: str, path: str, **more: object) -> httpx.Response:
        """A call of this room."""
        return self.house.vendor.call(method, BASE + path, self.token(who), **more)


def open_house(house: House) -> Callers:
    """The house with the clients of the provider and of whoever operates the gateway."""
    keys = {"keys": [jwk("vendor", "fjell-1")]}
    house.issuer.register_client(FACILS_CLIENT, FACIL, (INSIGHT,), keys)
    house.issuer.register_client(OPERATORS_CLIENT, OPERATOR, (ALL_INSIGHT,), keys)
    http, clock = house.vendor.http, house.clock
    return Callers(house, Vendor(http, clock, FACILS_CLIENT), Vendor(http, clock, OPERATORS_CLIENT))


@pytest.fixture
def callers(sqlite_url: str) -> Iterator[Callers]:
    """Everybody, before a door for one test."""
    with running(sqlite_url, WORLD) as house:
        yield open_house(house)


@pytest.fixture(scope="module")
def asking(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    """Everybody, before a door that the tests of a module only ask."""
    path = tmp_path_factory.mktemp("own") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}", WORLD) as house:
        yield open_house(house)


@pytest.fixture
def keeping_to_their_own(sqlite_url: str) -> Iterator[Callers]:
    """Everybody, before a door that answers service owners about their own services only."""
    with running(sqlite_url, WORLD, own_only=True) as house:
        yield open_house(house)
