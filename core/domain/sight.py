"""Whose business a caller may see: everybody's, that of its own systems' users, or one party's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.identifiers import PartyId
from core.domain.question import Subject, SubjectKind
from core.domain.snapshot import Snapshot
from core.domain.system import SystemUser


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see.

    ``everything`` for the operator and for service owners where they decide; ``vendor`` is the organisation number
    whose systems' users are seen; ``party`` the party whose own affairs are seen. What is not seen looks unknown.
    """

    everything: bool = False
    vendor: str | None = None
    party: PartyId | None = None

    def sees_user(self, snapshot: Snapshot, user: SystemUser) -> bool:
        """Whether the system user is one of the vendor's systems', or the party's own."""
        return self.everything or user.owner == self.party or self.sees_system(snapshot, user.system)

    def sees_system(self, snapshot: Snapshot, system: str) -> bool:
        """Whether the system is the vendor's."""
        if self.everything:
            return True
        found = snapshot.systems.get(system)
        return found is not None and found.vendor == self.vendor

    def sees_party(self, party: str | None) -> bool:
        """Whether what concerns the party is seen."""
        return self.everything or (party is not None and party == self.party)

    def sees_any(self, parties: Iterable[str | None]) -> bool:
        """Whether one of the parties is seen."""
        return self.everything or any(self.sees_party(party) for party in parties)

    def sees_subject(self, snapshot: Snapshot, subject: Subject) -> bool:
        """Whether what the subject may do is told."""
        if self.everything:
            return True
        if subject.kind is SubjectKind.SYSTEM_USER:
            entry = snapshot.users.get(str(subject.id))
            return entry is not None and self.sees_user(snapshot, entry.user)
        if subject.kind is SubjectKind.ENTERPRISE_SYSTEM:
            system = snapshot.enterprise_systems.get(int(subject.id))
            # What a person may do through the system is the person's own business.
            persons = subject.person is None or self.sees_party(subject.person)
            return system is not None and self.sees_party(system.owner) and persons
        if subject.kind is SubjectKind.ENTERPRISE_USER:
            user = snapshot.enterprise_users.get(str(subject.id))
            return user is not None and self.sees_party(user.owner)
        return self.sees_party(str(subject.id))


EVERYTHING = Sight(everything=True)
"""The sight of the operator."""
