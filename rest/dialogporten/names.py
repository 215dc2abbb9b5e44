"""How parties and resources are named in dialogs."""

from __future__ import annotations

from core import Party, PartyKind, ServiceId

RESOURCE_URN = "urn:altinn:resource:"
_ORGANISATION_URN = "urn:altinn:organization:identifier-no:"
_PERSON_URN = "urn:altinn:person:identifier-no:"


def party_urn(party: Party) -> str:
    """The party by its number."""
    return f"{_PERSON_URN if party.kind is PartyKind.PERSON else _ORGANISATION_URN}{party.number}"


def number_in(urn: str) -> str | None:
    """The number in the URN of a party; None where it is none."""
    for prefix, length in ((_ORGANISATION_URN, 9), (_PERSON_URN, 11)):
        number = urn.lower().removeprefix(prefix)
        if number != urn.lower() and len(number) == length and number.isascii() and number.isdecimal():
            return number
    return None


def service_in(urn: str) -> ServiceId | None:
    """The resource in a URN; None where it is none."""
    name = urn.removeprefix(RESOURCE_URN)
    return ServiceId(name) if name != urn and name else None
