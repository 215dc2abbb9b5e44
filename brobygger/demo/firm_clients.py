"""The synthetic firm's ordinary clients: on which ground each is one, and what the firm's systems did for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import NamedTuple

from brobygger.demo.firm_records import FIRM_DAY, SUBMISSION_ROLE, FirmSystem, Mint, Thing, UsageRow, used, write
from core import Fact, Party, Right, ServiceId

_QUARTERLY = ServiceId("svc:9110/260101")
_PAYROLL = write("asmx:669/6088")
_SHAREHOLDERS = write("asmx:890/12144")
_PERSONAL = write("asmx:2/6010")
# Three versions of one form that look alike; most use the newest, some never moved on.
_VAT = (write("asmx:212/3148"), write("asmx:212/4348"), write("asmx:212/5810"))

_CLIENTS_PER_MANAGER = 4
_CLIENTS_PER_SUB_UNIT = 10
_NEVER_USED, _LONG_UNUSED = 0.08, 0.11
_SOLE_PROPRIETORSHIPS = 0.12


class ClientKind(StrEnum):
    """Why somebody is a client of the firm."""

    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    BUSINESS_MANAGER = "business-manager"
    SUBMISSION = "submission"
    FILLER = "filler"
    BOTH_GIVEN = "both-given"
    ACCOUNTANT_AND_GIVEN = "accountant-and-given"
    ACCOUNTANT_AND_AUDITOR = "accountant-and-auditor"
    PERSON = "person"


# How many of a thousand clients are of each kind.
_SHARES = {
    ClientKind.ACCOUNTANT: 560,
    ClientKind.AUDITOR: 160,
    ClientKind.BUSINESS_MANAGER: 20,
    ClientKind.SUBMISSION: 100,
    ClientKind.FILLER: 60,
    ClientKind.BOTH_GIVEN: 50,
    ClientKind.ACCOUNTANT_AND_GIVEN: 20,
    ClientKind.ACCOUNTANT_AND_AUDITOR: 10,
    ClientKind.PERSON: 20,
}

_REGISTER_ROLES = {
    ClientKind.ACCOUNTANT: ("REGN",),
    ClientKind.AUDITOR: ("REVI",),
    ClientKind.BUSINESS_MANAGER: ("FFØR",),
    ClientKind.ACCOUNTANT_AND_GIVEN: ("REGN",),
    ClientKind.ACCOUNTANT_AND_AUDITOR: ("REGN", "REVI"),
}

_GIVEN_ROLES = {
    ClientKind.SUBMISSION: (SUBMISSION_ROLE,),
    ClientKind.FILLER: ("UTINN",),
    ClientKind.BOTH_GIVEN: (SUBMISSION_ROLE, "UTINN"),
    ClientKind.ACCOUNTANT_AND_GIVEN: ("UTINN",),
    ClientKind.PERSON: (SUBMISSION_ROLE,),
}


class _Habit(NamedTuple):
    """Something a system does for clients of a kind: for which share of them, and how often a year."""

    system: FirmSystem
    right: Right | None
    share: float
    times: int


_VAT_HABIT = _Habit(FirmSystem.MAIN, None, 1.0, 6)
_QUARTERLY_HABITS = (
    _Habit(FirmSystem.MAIN, Right(_QUARTERLY, "write"), 1.0, 4),
    _Habit(FirmSystem.MAIN, Right(_QUARTERLY, "read"), 0.5, 8),
    _Habit(FirmSystem.MAIN, Right(_QUARTERLY, "archive-read"), 0.2, 2),
)
_BY_ACCOUNTANT = (
    _VAT_HABIT,
    _Habit(FirmSystem.PAYROLL, _PAYROLL, 0.6, 6),
    _Habit(FirmSystem.MAIN, Right(_QUARTERLY, "write"), 0.3, 4),
)
_BY_AUDITOR = (
    _Habit(FirmSystem.AUDIT, _SHAREHOLDERS, 1.0, 1),
    _Habit(FirmSystem.AUDIT, Right(_QUARTERLY, "read"), 0.4, 4),
)
_BY_SUBMISSION = (_VAT_HABIT, _Habit(FirmSystem.PAYROLL, _PAYROLL, 0.5, 6))

_HABITS = {
    ClientKind.ACCOUNTANT: _BY_ACCOUNTANT,
    ClientKind.AUDITOR: _BY_AUDITOR,
    ClientKind.BUSINESS_MANAGER: _QUARTERLY_HABITS,
    ClientKind.SUBMISSION: _BY_SUBMISSION,
    ClientKind.FILLER: _QUARTERLY_HABITS,
    ClientKind.BOTH_GIVEN: (*_BY_SUBMISSION, *_QUARTERLY_HABITS),
    ClientKind.ACCOUNTANT_AND_GIVEN: (*_BY_ACCOUNTANT, *_QUARTERLY_HABITS),
    ClientKind.ACCOUNTANT_AND_AUDITOR: (*_BY_ACCOUNTANT, *_BY_AUDITOR),
    ClientKind.PERSON: (_Habit(FirmSystem.MAIN, _PERSONAL, 1.0, 1),),
}


def ordinary_clients(mint: Mint, firm: Party, clients: int, seed: int) -> Iterator[Thing]:
    """The clients in order, each with its people, its relations to the firm, and what was done for it."""
    lot = Random(seed)  # noqa: S311 - nothing secret: the same seed must give the same world
    manager: Party | None = None
    for number in range(clients):
        kind = _kind(lot.random())
        alone = lot.random() < _SOLE_PROPRIETORSHIPS
        if manager is None or number % _CLIENTS_PER_MANAGER == 0:
            manager = mint.person(f"Leder {number}")
            yield manager
        client, *company = _client(mint, number, kind, manager, alone=alone)
        yield client
        yield from company
        for role in _REGISTER_ROLES.get(kind, ()):
            yield mint.role(client, firm, role)
        for role in _GIVEN_ROLES.get(kind, ()):
            yield mint.given(client, firm.id, role)
        yield from _usage(lot, client, kind)


def _client(
    mint: Mint, number: int, kind: ClientKind, manager: Party, *, alone: bool
) -> tuple[Party, *tuple[Fact, ...]]:
    """The client, and the people and units that come with it."""
    if kind is ClientKind.PERSON:
        return (mint.person(f"Privatkunde {number}"),)
    if kind is ClientKind.BUSINESS_MANAGER:
        client = mint.organisation(f"Sameiet {number}", "ESEK")
        return client, mint.role(client, manager, "LEDE")
    if alone:
        client, owner = mint.organisation(f"Klient {number} ENK", "ENK"), mint.person(f"Innehaver {number}")
        return client, owner, mint.role(client, owner, "INNH")
    client = mint.organisation(f"Klient {number} AS")
    led = mint.role(client, manager, "DAGL")
    if number % _CLIENTS_PER_SUB_UNIT:
        return client, led
    return client, led, mint.organisation(f"Klient {number} avdeling", "BEDR", main_unit=client.id)


def _usage(lot: Random, client: Party, kind: ClientKind) -> Iterator[UsageRow]:
    drawn, age, version = lot.random(), int(lot.random() * 55), lot.random()
    if drawn < _NEVER_USED:
        return
    last = FIRM_DAY - timedelta(days=age + (600 if drawn < _LONG_UNUSED else 1))
    vat = _VAT[2 if version < 0.85 else 1 if version < 0.95 else 0]
    done: set[tuple[FirmSystem, Right]] = set()
    for system, right, share, times in _HABITS[kind]:
        what = (system, right or vat)
        if lot.random() < share and what not in done:
            done.add(what)
            yield used(system, client, what[1], times, last)


def _kind(drawn: float) -> ClientKind:
    place = drawn * sum(_SHARES.values())
    for kind, share in _SHARES.items():
        place -= share
        if place < 0:
            return kind
    return ClientKind.PERSON
