"""What the synthetic firm is made with: its day, its systems, ids and numbers that are the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID, uuid5

from core import (
    Fact,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    Right,
    RoleGrant,
    ServiceId,
    organisation_check_digit,
    person_check_digits,
)

FIRM_DAY = datetime(2026, 11, 1, tzinfo=UTC)
"""The day the firm is looked at. Last calls, ended relations and requests that timed out count from it."""

SUBMISSION_ROLE = "systeminnsendingsrettighet"

_NAMESPACE = UUID("6b7c0d3e-3d1c-5b55-9a70-5f3b1c0f2d11")
_GIVEN_BY = "synthetic-firm"
# Ranges of the 310 and 313 series that no other synthetic population of this project uses.
_SERIES = (range(31_050_000, 31_100_000), range(31_300_100, 31_350_000), range(31_360_000, 31_400_000))


class FirmSystem(IntEnum):
    """The enterprise systems of the firm's world, by the number they log on with."""

    MAIN = 9001
    PAYROLL = 9002
    AUDIT = 9003
    OWN_REPORTING = 9004
    DEAD = 9005
    LOCKED = 9006
    OF_SOLE_PROPRIETOR = 9007
    OF_PERSON = 9008
    MUNICIPALITY = 9009


class UsageRow(NamedTuple):
    """How often a system did something for a party, and when last; ``number`` is the party's own."""

    system: int
    party: PartyId
    number: str
    right: Right
    times: int
    last: datetime


Thing = Fact | UsageRow
"""What the world is made of: facts, and how they were used."""


class Mint:
    """Makes ids, numbers and parties, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._altinn_id = 60_000_000

    def id(self, kind: str, name: object) -> str:
        """The id of something by its kind and its name in the world."""
        return str(uuid5(_NAMESPACE, f"{self._seed}/{kind}/{name}"))

    def organisation(
        self,
        name: str,
        form: str = "AS",
        *,
        key: str | None = None,
        main_unit: PartyId | None = None,
        ended: datetime | None = None,
    ) -> Party:
        """A new organisation, or a sub-unit of ``main_unit``."""
        kind = PartyKind.ORGANISATION if main_unit is None else PartyKind.SUB_UNIT
        party = PartyId(self.id("party", key or name))
        return Party(party, kind, next(self._organisations), name, self._next_id(), form, main_unit, ended)

    def person(self, name: str) -> Party:
        """A new person."""
        return Party(PartyId(self.id("party", name)), PartyKind.PERSON, next(self._persons), name, self._next_id())

    def role(self, party: Party, holder: Party, role: str, *, until: datetime | None = None) -> RegisterRole:
        """``holder`` has the register role at ``party``."""
        return RegisterRole(self.id(role, f"{party.id}/{holder.id}"), party.id, holder.id, role, None, until)

    def given(self, party: Party, receiver: str, role: str, *, since: datetime | None = None) -> RoleGrant:
        """``party`` has given the legacy role."""
        return RoleGrant(self.id(role, f"{party.id}/{receiver}"), party.id, receiver, role, _GIVEN_BY, since)

    def _next_id(self) -> int:
        self._altinn_id += 1
        return self._altinn_id

    @cached_property
    def _organisations(self) -> Iterator[str]:
        eights = (str(eight) for series in _SERIES for eight in series)
        return (f"{eight}{digit}" for eight in eights if (digit := organisation_check_digit(eight)) is not None)

    @cached_property
    def _persons(self) -> Iterator[str]:
        """Numbers with 80 added to the month, born on the fifteenth."""
        nines = (f"15{month}{year}{n:03}" for year in range(50, 99) for month in range(81, 93) for n in range(499))
        return (f"{nine}{digits}" for nine in nines if (digits := person_check_digits(nine)) is not None)


def write(service: str) -> Right:
    """The right to hand in for the service."""
    return Right(ServiceId(service), "write")


def used(system: int, party: Party, right: Right, times: int, last: datetime) -> UsageRow:
    """That the system did it for the party."""
    return UsageRow(int(system), party.id, party.number, right, times, last)
