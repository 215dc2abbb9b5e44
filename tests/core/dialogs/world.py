"""A world of post: a public body with resources, a firm whose system user reads post and files, and others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core import (
    Accepts,
    AccessPackage,
    Caller,
    CallerKind,
    Confidence,
    DialogStatus,
    DialogText,
    Fact,
    Generation,
    NewDialog,
    PackageDelegation,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    Service,
    ServiceId,
    ServiceKind,
    System,
    SystemUser,
    SystemUserKind,
)

BODY, FIRM, OTHER = "310000906", "310000701", "310000809"
POST, PARCELS, SECRETS, FILES = (ServiceId(name) for name in ("post", "pakker", "hemmeligheter", "filer"))
USER, OTHER_USER = "5a000000-0000-4000-8000-000000000001", "5a000000-0000-4000-8000-000000000002"

_SOURCE = ("made for the tests", "2026-11-22")
_PACKAGE = "post-til-virksomheten"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default=datetime(2026, 3, 9, 9, 15, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **spans: float) -> None:
        self.now += timedelta(**spans)


def party(number: str) -> PartyId:
    """The party id of a number of this world."""
    return PartyId(f"party-{number}")


OWNER = Caller(CallerKind.SERVICE_OWNER, organisation=BODY)
READER = Caller(CallerKind.SYSTEM_USER, party=party(FIRM), system_user=USER)
OTHER_READER = Caller(CallerKind.SYSTEM_USER, party=party(OTHER), system_user=OTHER_USER)
GIVEN = PackageDelegation("given-1", party(FIRM), PartyId(USER), _PACKAGE, "operator")


def world() -> list[Fact]:
    """Every fact, in the order of import."""
    services = [_service(POST), _service(PARCELS), _service(SECRETS, level=4), _service(FILES, kind="BrokerService")]
    numbers = (BODY, FIRM, OTHER)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        AccessPackage(_PACKAGE, _PACKAGE, "organization", True, True, *_SOURCE),
        *services,
        *(_rule(service.id, action) for service in services for action in ("read", "write")),
        *(
            Party(party(number), PartyKind.ORGANISATION, number, number, place)
            for place, number in enumerate(numbers, start=1)
        ),
        System("310000809_post", "internal", OTHER, {}, {}, (), (_PACKAGE,), (), (), False, False, since),
        *(
            SystemUser(user, SystemUserKind.STANDARD, "310000809_post", party(owner), user[-1], "Post", since)
            for user, owner in ((USER, FIRM), (OTHER_USER, OTHER))
        ),
        *(Generation(user, 1, frozenset({_PACKAGE}), frozenset(), since) for user in (USER, OTHER_USER)),
        GIVEN,
        PackageDelegation("given-2", party(OTHER), PartyId(OTHER_USER), _PACKAGE, "operator"),
    ]


def new_dialog(title: str = "Post", service: ServiceId = POST, to: str = FIRM) -> NewDialog:
    """A dialog with this title."""
    return NewDialog(service, to, DialogStatus.IN_PROGRESS, {"title": DialogText({"nb": title})})


def _service(service: ServiceId, *, level: int = 3, kind: str = "GenericAccessResource") -> Service:
    return Service(
        service,
        ServiceKind.RESOURCE,
        service,
        BODY,
        minimum_level=level,
        minimum_level_org=None,
        resource_type=kind,
        delegable=True,
        access_list=False,
        form_number=None,
        source=_SOURCE[0],
        dated=_SOURCE[1],
        confidence=Confidence.OURS,
    )


def _rule(service: ServiceId, action: str) -> PolicyRule:
    return PolicyRule(service, action, Accepts.PACKAGE, _PACKAGE, *_SOURCE, Confidence.OURS)
