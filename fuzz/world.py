"""A small world in a database of its own, for requests to be right in before they are mutated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher

from core import (
    Accepts,
    Confidence,
    EnterpriseSystem,
    Fact,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    Service,
    ServiceId,
    ServiceKind,
    Store,
    upgrade_schema,
)

OWNER, OTHER, PERSON = "310000000", "310000507", "01819012365"
SYSTEM = 4711
PASSWORD = "hemmelig1"  # noqa: S105 - of nobody
FORM = ("669", "6088")
CODE, EDITION = "1234", 140113
MESSAGES = "9070"

_SOURCE = ("made for the fuzzer", "2026-11-22", Confidence.OURS)


class Clock:
    """A clock that leaps ahead with every question: no lock-out outlasts a request, no nonce is fresh for two."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 15, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment."""
        return self._now

    def leap(self) -> None:
        """Let more than an hour pass."""
        self._now += timedelta(hours=2)


def open_world(folder: Path, clock: Clock) -> Store:
    """The store of the world, in a new database in ``folder``."""
    url = f"sqlite:///{folder / 'fuzz.db'}"
    upgrade_schema(url)
    store = Store(url, clock=clock)
    store.import_facts("fuzz", _facts())
    return store


def _facts() -> list[Fact]:
    secret = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    form = ServiceId("asmx:" + "/".join(FORM))
    legacy = [ServiceId(f"svc:{code}/{EDITION}") for code in (CODE, MESSAGES)]
    return [
        _service(form, ServiceKind.FORM),
        *(_service(each, ServiceKind.LEGACY) for each in legacy),
        *(
            PolicyRule(each, action, Accepts.ROLE, "UTINN", *_SOURCE)
            for each in legacy
            for action in ("read", "write", "sign", "archive-read", "archive-delete")
        ),
        *(_party(number, place) for place, number in enumerate((OWNER, OTHER, PERSON), start=50_001)),
        EnterpriseSystem(SYSTEM, _id(OWNER), "Oppdiktet fagsystem", secret),
    ]


def _id(number: str) -> PartyId:
    return PartyId(f"party-{number}")


def _party(number: str, altinn_id: int) -> Party:
    kind = PartyKind.PERSON if len(number) == 11 else PartyKind.ORGANISATION
    return Party(_id(number), kind, number, f"Oppdiktet {altinn_id}", altinn_id)


def _service(service: ServiceId, kind: ServiceKind) -> Service:
    return Service(
        id=service,
        kind=kind,
        title=f"Tjeneste {service}",
        owner="974761076",
        minimum_level=0,
        minimum_level_org=None,
        resource_type="",
        delegable=True,
        access_list=False,
        form_number=None,
        source=_SOURCE[0],
        dated=_SOURCE[1],
        confidence=_SOURCE[2],
    )
