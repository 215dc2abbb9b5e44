"""Who is calling a command, as a door has established it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.identifiers import PartyId


class CallerKind(StrEnum):
    """How a caller proved who it is."""

    OPERATOR = "operator"
    ENTERPRISE_SYSTEM = "enterprise-system"
    PERSON = "person"
    VENDOR = "vendor"
    SERVICE_OWNER = "service-owner"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling.

    ``party`` is the person's party id, or the owner of the enterprise system; ``organisation`` the
    organisation number of a vendor or service owner; ``enterprise_system`` the number it logged on with.
    An operator works on the installation itself (command line) and is bound by no party's rights.
    """

    kind: CallerKind
    party: PartyId | None = None
    organisation: str | None = None
    enterprise_system: int | None = None

    @property
    def name(self) -> str:
        """The caller as the change log names it. Never an identity number of a person."""
        known = self.enterprise_system or self.organisation or self.party
        return f"{self.kind}:{known}" if known is not None else str(self.kind)


OPERATOR = Caller(CallerKind.OPERATOR)
