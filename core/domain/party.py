"""Parties and what the registers say of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.identifiers import PartyId, mask_number


class PartyKind(StrEnum):
    """What a party is."""

    ORGANISATION = "organisation"
    SUB_UNIT = "sub-unit"
    PERSON = "person"


class Window(NamedTuple):
    """A stretch of time, from ``begins`` (inclusive) to ``ends`` (exclusive); None is open."""

    begins: datetime | None
    ends: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether ``at`` lies inside."""
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


def window_of(begins: datetime | None, ends: datetime | None) -> Window | None:
    """The window, or None where it is open at both ends (the common case, quickest to ask)."""
    return None if begins is None and ends is None else Window(begins, ends)


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation, one of its sub-units, or a person.

    ``number`` is the organisation number or national identity number; ``altinn_id`` the numeric
    party id that paths and older attributes use; ``form`` the organisation form (AS, ENK, ESEK …);
    ``main_unit`` the organisation a sub-unit belongs to; ``ended`` when the unit was deleted or the
    person died.
    """

    id: PartyId
    kind: PartyKind
    number: str = field(repr=False)
    name: str = field(repr=False)
    altinn_id: int
    form: str | None = None
    main_unit: PartyId | None = None
    ended: datetime | None = None

    @property
    def masked_number(self) -> str:
        """The number as it may be shown: a national identity number loses its last five digits."""
        return mask_number(self.number)


@dataclass(frozen=True, slots=True)
class RegisterRole:
    """A role from Enhetsregisteret (ER-rolle): ``holder`` has ``role`` at ``party``.

    It cannot be given or withdrawn here; it begins and ends when the register says so.
    """

    id: str
    party: PartyId
    holder: PartyId
    role: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
