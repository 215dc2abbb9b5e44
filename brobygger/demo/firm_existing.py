"""What the synthetic firm's world has of the new one already: a vendor, requests in each state, system users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from brobygger.demo.firm_records import FIRM_DAY, Mint
from brobygger.demo.firm_special import led_company
from core import (
    RIGHTHOLDER,
    ClientDelegation,
    Fact,
    Generation,
    PackageDelegation,
    Party,
    PartyId,
    RequestStatus,
    System,
    SystemUser,
    SystemUserKind,
    SystemUserRequest,
)

FIRM_VENDOR = "Syntetisk Programvare AS"
"""The name of the vendor whose systems these are."""

_BY = "synthetic-firm"
_GIVEN = frozenset({"merverdiavgift", "skattegrunnlag"})
_LACKING = "skattegrunnlag"
_OWN = "a-ordning"
_CREATED = FIRM_DAY - timedelta(days=30)
_TIMED_OUT = FIRM_DAY - timedelta(days=200)

# One page of a list, and one customer more; ten pages, and one more (users-and-migration §4.1 row 24).
_MANY = {"femti-og-en": 51, "fem-hundre-og-en": 501}


def existing_new_world(mint: Mint, firm: Party, clients: int) -> Iterator[Fact]:
    """The vendor and its systems: two have as many system users as the world has clients, at most 51 and 501."""
    vendor, *people = led_company(mint, FIRM_VENDOR)
    yield from (vendor, *people)
    yield from _requests(mint, vendor)
    yield from _agents(mint, firm, vendor)
    for name, most in _MANY.items():
        yield from _many_users(mint, vendor, name, min(most, clients))


def _system(mint: Mint, vendor: Party, name: str, packages: Iterable[str]) -> System:
    texts = {"nb": f"Syntetisk {name}", "nn": f"Syntetisk {name}", "en": f"Synthetic {name}"}
    system = f"{vendor.number}_{name}"
    return System(
        id=system,
        internal_id=mint.id("system", name),
        vendor=vendor.number,
        name=texts,
        description=texts,
        rights=(),
        packages=tuple(sorted(packages)),
        client_ids=(mint.id("client-id", name),),
        redirect_urls=(),
        visible=False,
        deleted=False,
        created=_TIMED_OUT,
    )


def _requests(mint: Mint, vendor: Party) -> Iterator[Fact]:
    """A request in each state: new, timed out, rejected, accepted; and one for an agent that was passed on."""
    system = _system(mint, vendor, "foresporsler", {_OWN, *_GIVEN})
    yield system
    standard, agent = SystemUserKind.STANDARD, SystemUserKind.AGENT
    for name, kind, status, created in (
        ("ny", standard, RequestStatus.NEW, _CREATED),
        ("utløpt", standard, RequestStatus.NEW, _TIMED_OUT),
        ("avslått", standard, RequestStatus.REJECTED, _CREATED),
        ("godtatt", standard, RequestStatus.ACCEPTED, _CREATED),
        ("eskalert", agent, RequestStatus.NEW, _CREATED),
    ):
        owner, *company = led_company(mint, f"Forespørsel {name} AS")
        request = SystemUserRequest(
            id=mint.id("request", name),
            kind=kind,
            system=system.id,
            owner=owner.id,
            external_ref=name,
            title=f"Forespørsel {name}",
            rights=(),
            packages=(_OWN,) if kind is standard else tuple(sorted(_GIVEN)),
            status=status,
            escalated=kind is agent,
            redirect_url=None,
            created=created,
        )
        yield from (owner, *company, request)
        if status is RequestStatus.ACCEPTED:
            yield from _standard_user(mint, system, owner.id, request.id, name)


def _standard_user(mint: Mint, system: System, owner: PartyId, user: str, reference: str) -> Iterator[Fact]:
    yield SystemUser(user, SystemUserKind.STANDARD, system.id, owner, reference, f"Bruker {reference}", _CREATED)
    yield Generation(user, 1, frozenset({_OWN}), frozenset(), _CREATED)
    yield PackageDelegation(mint.id("own", user), owner, user, _OWN, _BY)


def _agents(mint: Mint, firm: Party, vendor: Party) -> Iterator[Fact]:
    """Two agent system users with the same client on both, and a client that lacks one of the two packages."""
    system = _system(mint, vendor, "klienter", _GIVEN)
    yield system
    whole, *company = led_company(mint, "På To Systembrukere AS")
    yield from (whole, *company)
    part, *company = led_company(mint, "Mangler En Pakke AS")
    yield from (part, *company)
    for client, packages in ((whole, _GIVEN), (part, _GIVEN - {_LACKING})):
        for package in sorted(packages):
            yield PackageDelegation(mint.id(package, client.id), client.id, firm.id, package, _BY)
    for reference in ("lag-a", "lag-b"):
        user = mint.id("agent", reference)
        yield SystemUser(user, SystemUserKind.AGENT, system.id, firm.id, reference, f"Agent {reference}", _CREATED)
        yield Generation(user, 1, _GIVEN, frozenset(), _CREATED)
        yield ClientDelegation(
            id=mint.id("delegation", reference),
            system_user=user,
            generation=1,
            provider=firm.id,
            client=whole.id,
            ground=RIGHTHOLDER,
            packages=_GIVEN,
            resources=frozenset(),
            rights=frozenset(),
            given_by=_BY,
        )


def _many_users(mint: Mint, vendor: Party, name: str, users: int) -> Iterator[Fact]:
    system = _system(mint, vendor, name, {_OWN})
    yield system
    for number in range(users):
        owner = mint.organisation(f"Abonnent {number} på {name} AS")
        yield owner
        user = mint.id("standard", f"{name}/{number}")
        yield from _standard_user(mint, system, owner.id, user, f"{name}-{number:03}")
