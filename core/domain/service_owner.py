"""Service owners (tjenesteeiere) as the old platforms knew them, and what kind of service each of theirs is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.vocabulary import Service, ServiceKind


class ServiceType(StrEnum):
    """What a service of the later platform is for. Kept in `Service.resource_type` of a legacy service.

    A legacy service without a word there hands in forms, as nearly all did.
    """

    REPORTING = "Reporting"
    CORRESPONDENCE = "Correspondence"
    COLLABORATION = "Collaboration"
    LOOKUP = "Lookup"
    BROKER = "Broker"


@dataclass(frozen=True, slots=True)
class ServiceOwner:
    """A public body that owns services.

    ``code`` is the sender code it names itself by (``GovOrgan/@name``, ServiceOwnerCode); it proves itself
    with the password of ``enterprise_system``, which is registered on its organisation; 0 where it has none and
    meets only the new world, where its organisation's tokens prove it.
    """

    code: str
    organisation: str
    name: str
    enterprise_system: int = 0

    def owns(self, service: Service) -> bool:
        """Whether the service is this body's: services name their owner by name, code or organisation number."""
        return service.owner in (self.name, self.code, self.organisation)


def type_of(service: Service) -> ServiceType | None:
    """What a service of the later platform is for; None for anything else."""
    if service.kind is not ServiceKind.LEGACY:
        return None
    known = {each.value: each for each in ServiceType}
    return known.get(service.resource_type, ServiceType.REPORTING)
