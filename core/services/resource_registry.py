"""The modern resources as a registry to read: what a service is, and what it demands, right by right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.catalogue import Policy, narrowed
from core.domain.identifiers import ServiceId
from core.domain.service_owner import ServiceOwner
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right, Service, ServiceKind
from core.services.package_catalogue import urn_of_role

PACKAGE_SUBJECT = "urn:altinn:accesspackage"


@dataclass(frozen=True, slots=True)
class RightDemand:
    """What one right asks for: any of these subjects (packages and roles, as URNs), in order."""

    right: Right
    subjects: tuple[str, ...]


def list_resources(snapshot: Snapshot, at: datetime, *, with_apps: bool = True) -> tuple[Service, ...]:
    """The modern resources that are open at ``at``, in order of id. Legacy services are none."""
    services = snapshot.catalogue.services
    found = (services[each] for each in sorted(services) if services[each].kind is ServiceKind.RESOURCE)
    return tuple(each for each in found if _is_open(each, at) and (with_apps or not is_app(each)))


def find_resource(snapshot: Snapshot, resource: str) -> Service | None:
    """The modern resource with this id, open or not; None where there is none."""
    found = snapshot.catalogue.services.get(ServiceId(resource))
    return found if found is not None and found.kind is ServiceKind.RESOURCE else None


def demands_of(snapshot: Snapshot, resource: ServiceId, at: datetime) -> tuple[RightDemand, ...]:
    """What each action of the resource asks for at ``at``, in order of action."""
    catalogue = snapshot.catalogue
    found = []
    for action in catalogue.actions.get(resource, ()):
        policy = catalogue.policies[Right(resource, action)]
        found.append(RightDemand(policy.right, _subjects(snapshot, policy, at)))
    return tuple(found)


def resources_by_subject(
    snapshot: Snapshot, subjects: Iterable[str], at: datetime
) -> Mapping[str, tuple[ServiceId, ...]]:
    """For each of these packages and roles, as URNs, the resources it opens something of; unknown ones are left out."""
    wanted = {subject.casefold(): subject for subject in subjects}
    found: dict[str, list[ServiceId]] = {}
    for resource in list_resources(snapshot, at):
        named = {subject for demand in demands_of(snapshot, resource.id, at) for subject in demand.subjects}
        for subject in sorted(named & wanted.keys()):
            found.setdefault(subject, []).append(resource.id)
    return {subject: tuple(found[subject]) for subject in wanted if subject in found}


def owner_of(service: Service, owners: Iterable[ServiceOwner]) -> ServiceOwner | None:
    """The service owner that the service names, if it is one that is registered."""
    return next((owner for owner in owners if owner.owns(service)), None)


def is_app(service: Service) -> bool:
    """Whether the resource is an app: ``app_<org>_<app>``."""
    return service.id.startswith("app_")


def _is_open(service: Service, at: datetime) -> bool:
    return (service.valid_from is None or service.valid_from <= at) and (
        service.valid_to is None or at < service.valid_to
    )


def _subjects(snapshot: Snapshot, policy: Policy, at: datetime) -> tuple[str, ...]:
    until = snapshot.terms.old_roles_until
    now = narrowed(policy, at, policy.lasting_roles if until is not None and at >= until else None)
    packages = (f"{PACKAGE_SUBJECT}:{code}" for code in sorted(now.packages))
    roles = (urn_of_role(code) for code in sorted(now.roles))
    return (*packages, *roles)
