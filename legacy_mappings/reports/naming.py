"""How reports name parties, rights and grounds: organisations by number and name, persons without their number."""

from __future__ import annotations

from collections.abc import Iterable

from core import OWN_ORGANISATION, RIGHTHOLDER, Party, PartyKind, Right, ServiceId, Snapshot

_MOST_NAMED = 3


class Names:
    """The parties of one snapshot, as reports name them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def party(self, party: str) -> str:
        """An organisation by number and name, a person by masked number, an unknown one by its id."""
        found = self._snapshot.party(party)
        if found is None:
            return party
        return f"person {found.masked_number}" if found.kind is PartyKind.PERSON else f"{found.number} {found.name}"

    def number(self, party: str) -> str:
        """The number alone, masked where it is a person's."""
        found = self._snapshot.party(party)
        return party if found is None else found.masked_number

    def some(self, parties: Iterable[str]) -> str:
        """The first few by name, and how many more there are."""
        every = list(parties)
        named = ", ".join(self.party(each) for each in every[:_MOST_NAMED])
        more = len(every) - _MOST_NAMED
        return f"{named} and {more} more" if more > 0 else named

    def system(self, number: int) -> str:
        """An enterprise system by its number and name."""
        found = self._snapshot.enterprise_systems.get(number)
        return str(number) if found is None else f"{number} {found.name}"

    def owner(self, number: int) -> Party | None:
        """The party that an enterprise system is registered on."""
        found = self._snapshot.enterprise_systems.get(number)
        return None if found is None else self._snapshot.party(found.owner)

    def title(self, service: ServiceId) -> str:
        """The title of a service, or its id where it is not known."""
        found = self._snapshot.catalogue.services.get(service)
        return service if found is None else found.title


def right_text(right: Right) -> str:
    """A right as reports write it."""
    return f"{right.service} {right.action}"


def rights_text(rights: Iterable[Right]) -> str:
    """Rights in order, with commas between them."""
    return ", ".join(right_text(right) for right in sorted(rights))


def ground_text(ground: str) -> str:
    """A ground in words."""
    return {RIGHTHOLDER: "given by the client", OWN_ORGANISATION: "own organisation"}.get(
        ground, f"registered as {ground}"
    )
