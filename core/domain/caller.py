"""Who is calling a command, as a door has established it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.identifiers import PartyId
from core.domain.question import Subject, SubjectKind


class CallerKind(StrEnum):
    """How a caller proved who it is."""

    OPERATOR = "operator"
    ENTERPRISE_SYSTEM = "enterprise-system"
    PERSON_LOGIN = "person-login"
    ENTERPRISE_USER = "enterprise-user"
    PERSON = "person"
    VENDOR = "vendor"
    SERVICE_OWNER = "service-owner"
    SYSTEM_USER = "system-user"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling.

    ``party`` is the person's party id, or the owner of the enterprise system or enterprise user;
    ``organisation`` the organisation number of a vendor or service owner; ``enterprise_system`` the number
    it logged on with; ``enterprise_user`` the id of the user that a certificate belongs to. ``person`` is
    the party id of a person who has logged on *through* the system, with password and one-time code.
    ``system_user`` is the id of the system user that a token was issued for; its ``party`` is its owner.
    ``client`` is the Maskinporten client that a vendor called with, where its token names one.
    An operator works on the installation itself (command line) and is bound by no party's rights; ``task`` says
    what on, for the change log.
    """

    kind: CallerKind
    party: PartyId | None = None
    organisation: str | None = None
    enterprise_system: int | None = None
    enterprise_user: str | None = None
    person: PartyId | None = None
    system_user: str | None = None
    client: str | None = None
    task: str | None = None

    @property
    def name(self) -> str:
        """The caller as the change log names it. Never an identity number of a person."""
        known = self.enterprise_system or self.enterprise_user or self.system_user or self.organisation or self.party
        known = known or self.task
        return f"{self.kind}:{known}" if known is not None else str(self.kind)

    def subject(self) -> Subject:
        """As whom `decide` is asked. Raises ValueError for a caller that acts through commands of its own only."""
        if self.kind is CallerKind.ENTERPRISE_SYSTEM and self.enterprise_system is not None:
            return Subject(SubjectKind.ENTERPRISE_SYSTEM, self.enterprise_system, self.person)
        if self.kind is CallerKind.ENTERPRISE_USER and self.enterprise_user is not None:
            return Subject(SubjectKind.ENTERPRISE_USER, self.enterprise_user)
        if self.kind is CallerKind.PERSON_LOGIN and self.party is not None:
            return Subject(SubjectKind.PERSON_LOGIN, self.party)
        if self.kind is CallerKind.SYSTEM_USER and self.system_user is not None:
            return Subject(SubjectKind.SYSTEM_USER, self.system_user)
        if self.kind is CallerKind.PERSON and self.party is not None:
            return Subject(SubjectKind.PERSON, self.party)
        raise ValueError(f"a caller of kind {self.kind} acts through commands of its own, never as a subject")


OPERATOR = Caller(CallerKind.OPERATOR)
