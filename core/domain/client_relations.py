"""Client relations: what a provider holds for a client, ground by ground, that it may pass on to its agent.

Source of the rules: packages-and-roles §7, pdp-and-tokens §10.3 and §12.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from core.domain.answers import holds, opens
from core.domain.catalogue import Policy, narrowed
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party_file import Held, Holding
from core.domain.snapshot import Snapshot
from core.domain.system import Generation
from core.domain.vocabulary import ANY_ACTION, RIGHTHOLDER, Right, ServiceKind

Relations = Mapping[str, tuple[Held, ...]]


def client_relations(snapshot: Snapshot, provider: PartyId, client: PartyId, at: datetime) -> Relations:
    """What ``provider`` holds for ``client`` now, by ground; empty where there is no client relation.

    A ground is a register role that makes clients, or ``rettighetshaver``. Packages that may not be passed
    on to an agent are left out.
    """
    found: dict[str, tuple[Held, ...]] = {}
    for held in snapshot.holdings(client, provider):
        makes_clients = held.ground == RIGHTHOLDER or snapshot.catalogue.is_client_role(held.ground)
        if makes_clients and holds(held, at):
            found[held.ground] = (*found.get(held.ground, ()), _passable(snapshot, held))
    return found


def _passable(snapshot: Snapshot, held: Held) -> Held:
    packages = frozenset(package for package in held.packages if may_be_passed_on(snapshot, package))
    if packages == held.packages:
        return held
    return Holding(held.fact, held.ground, held.roles, packages, held.rights, held.window, held.nests)


def may_be_passed_on(snapshot: Snapshot, package: str) -> bool:
    """Whether a provider may pass the package on to its agent."""
    known = snapshot.catalogue.packages.get(package)
    return known is not None and known.delegable


def packages_of(holdings: Iterable[Held]) -> frozenset[str]:
    """The packages of all the holdings."""
    return frozenset(package for holding in holdings for package in holding.packages)


def is_held(snapshot: Snapshot, holdings: tuple[Held, ...], right: Right, at: datetime) -> bool:
    """Whether the holdings open the right at ``at``; the action ``*`` asks for every action.

    Only a modern resource that may be delegated can be held this way.
    """
    policies = tuple(policies_of(snapshot, right, at))
    return bool(policies) and all(any(opens(policy, each) for each in holdings) for policy in policies)


def is_within(snapshot: Snapshot, generation: Generation, right: Right, at: datetime) -> bool:
    """Whether the right is inside the ceiling of the generation; the action ``*`` asks for every action."""
    if {right, Right(right.service, ANY_ACTION)} & generation.rights:
        return True
    policies = tuple(policies_of(snapshot, right, at))
    return bool(policies) and all(
        policy.right in generation.rights or not policy.packages.isdisjoint(generation.packages) for policy in policies
    )


def policies_of(snapshot: Snapshot, right: Right, at: datetime) -> Iterator[Policy]:
    """What the right asks for at ``at``, action by action; nothing where it cannot be delegated."""
    catalogue = snapshot.catalogue
    service = catalogue.services.get(ServiceId(right.service))
    if service is None or service.kind is not ServiceKind.RESOURCE or not service.delegable:
        return
    actions = catalogue.actions.get(right.service, ()) if right.action == ANY_ACTION else (right.action,)
    until = snapshot.terms.old_roles_until
    for action in actions:
        policy = catalogue.policies.get(Right(right.service, action))
        if policy is not None:
            yield narrowed(policy, at, policy.lasting_roles if until is not None and at >= until else None)
