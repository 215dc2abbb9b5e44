"""Service owners: registering them, and proving who they are with sender code and password."""

from __future__ import annotations

from core.domain.caller import Caller, CallerKind
from core.domain.identifiers import ServiceId
from core.domain.service_owner import ServiceOwner
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Service
from core.errors import AuthenticationFailed, ErrorCode, InvalidInput, NotAllowed
from core.services.credentials import authenticate_system
from core.store.ledger import Ledger
from core.store.store import Store


def register_service_owner(store: Store, caller: Caller, owner: ServiceOwner) -> ServiceOwner:
    """Register a service owner under its sender code, in place of an earlier one. For an operator.

    Raises NotAllowed for anyone else, InvalidInput where its enterprise system is not registered on its
    organisation.
    """
    if caller.kind is not CallerKind.OPERATOR:
        raise NotAllowed(ErrorCode.NOT_THE_SERVICE_OWNER, "only an operator may register service owners")
    check_service_owner(store.snapshot(), owner)
    store.write(lambda ledger: ledger.messages.set_service_owner(owner))
    return owner


def check_service_owner(snapshot: Snapshot, owner: ServiceOwner) -> None:
    """Raises InvalidInput where the service owner could not log on, or names itself by nothing."""
    system = snapshot.enterprise_systems.get(owner.enterprise_system)
    party = None if system is None else snapshot.party(system.owner)
    if owner.enterprise_system == 0:
        party = snapshot.party_numbered(owner.organisation)
    if not owner.code.strip() or party is None or party.number != owner.organisation:
        raise InvalidInput(
            ErrorCode.UNKNOWN_SERVICE_OWNER,
            f"service owner `{owner.code}`: it needs a code, and an organisation, where its system is registered",
        )


def service_owners(store: Store, organisation: str | None = None) -> tuple[ServiceOwner, ...]:
    """Every service owner, or those with this organisation number, in order of code. Raises Unavailable."""
    return store.read(lambda ledger: ledger.messages.service_owners(organisation))


def authenticate_service_owner(store: Store, code: str, password: str) -> Caller:
    """The service owner behind a sender code and the password of its enterprise system.

    The lock after wrong tries is the system's own. Raises AuthenticationFailed for an unknown code, a wrong
    password and a locked system alike, Unavailable.
    """
    owner = store.read(lambda ledger: ledger.messages.service_owner(code))
    # An unknown code is tried as a system that does not exist, which takes as long as a wrong password.
    system = authenticate_system(store, 0 if owner is None else owner.enterprise_system, password)
    party = None if system.party is None else store.snapshot().party(system.party)
    if owner is None or party is None or party.number != owner.organisation:
        raise AuthenticationFailed
    return Caller(CallerKind.SERVICE_OWNER, organisation=owner.organisation, enterprise_system=system.enterprise_system)


def owned_service(ledger: Ledger, snapshot: Snapshot, caller: Caller, service_id: ServiceId) -> Service:
    """The service, where it is the caller's own: a code, a name or the organisation number of it is the owner's.

    Raises InvalidInput for a service that does not exist, NotAllowed for one of somebody else's.
    """
    service = snapshot.catalogue.services.get(service_id)
    if service is None:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no service {service_id}")
    names = () if caller.organisation is None else ledger.messages.service_owners(caller.organisation)
    is_own = service.owner == caller.organisation or any(each.owns(service) for each in names)
    if caller.kind is not CallerKind.SERVICE_OWNER or not is_own:
        raise NotAllowed(ErrorCode.NOT_THE_SERVICE_OWNER, f"{service_id} is another service owner's")
    return service


def service_owner_codes(store: Store, organisation: str) -> tuple[str, ...]:
    """The codes that an organisation names itself by as a service owner, in order. Raises Unavailable."""
    found = store.read(lambda ledger: ledger.messages.service_owners(organisation))
    return tuple(sorted(each.code for each in found))
