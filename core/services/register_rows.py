"""Rows of a register file as records: what can be read of each, or why it cannot be.

A row names parties by number (organisation or national identity number) or by our own UUID. A day without a
time of day begins at midnight UTC. Columns that are not known are refused, since a misspelled one would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.domain.identifiers import parse_party_number
from core.domain.party import PartyKind
from core.errors import GatewayError
from core.services.vocabulary import role_codes

_SUB_UNIT_FORMS = frozenset({"BEDR", "AAFY"})
_PARTY_COLUMNS = frozenset({"number", "id", "kind", "name", "form", "main_unit", "ended", "altinn_id"})
_ROLE_COLUMNS = frozenset({"id", "party", "holder", "role", "valid_from", "valid_to"})


class UnreadableRow(ValueError):
    """The row cannot be taken in. The text says why, without any identity number."""


@dataclass(frozen=True, slots=True)
class PartyRow:
    """What a row says of a party. ``said`` are the fields it has a column for; the others stay as they are."""

    number: str = field(repr=False)
    id: str | None
    main_unit: str | None
    said: Mapping[str, Any] = field(repr=False)

    @property
    def depth(self) -> int:
        """Units before those that belong to one: a main unit is known when its sub-unit comes."""
        if self.main_unit is None:
            return 0
        return 2 if self.said["kind"] is PartyKind.SUB_UNIT else 1


@dataclass(frozen=True, slots=True)
class RoleRow:
    """What a row says of a register role: ``holder`` has ``role`` at ``party``.

    Windows without a column stay as they are; ``said`` holds those that have one.
    """

    party: str = field(repr=False)
    holder: str = field(repr=False)
    role: str
    id: str | None
    said: Mapping[str, datetime | None]


def read_party_row(row: Mapping[str, Any]) -> PartyRow:
    """The row as a party. Raises UnreadableRow."""
    cells = _cells(row, _PARTY_COLUMNS)
    number = _number(cells, "number")
    main_unit = _text(cells, "main_unit")
    said: dict[str, Any] = {"kind": _kind(cells, number)}
    if "name" in cells:
        said["name"] = _needed(cells, "name")
    if "form" in cells:
        said["form"] = _text(cells, "form")
    if "ended" in cells:
        said["ended"] = _moment(cells, "ended")
    if cells.get("altinn_id") not in (None, ""):
        said["altinn_id"] = _whole(cells, "altinn_id")
    if "main_unit" in cells:
        said["main_unit"] = None
    return PartyRow(number, _uuid(cells, "id"), main_unit, said)


def read_role_row(row: Mapping[str, Any]) -> RoleRow:
    """The row as a register role. Raises UnreadableRow."""
    cells = _cells(row, _ROLE_COLUMNS)
    said = {name: _moment(cells, name) for name in ("valid_from", "valid_to") if name in cells}
    return RoleRow(
        party_named(row, "party"),
        party_named(row, "holder"),
        _needed(cells, "role"),
        _text(cells, "id"),
        said,
    )


def party_named(row: Mapping[str, Any], name: str) -> str:
    """The number or UUID by which a row names a party. Raises UnreadableRow."""
    text = _needed(row, name)
    try:
        return str(UUID(text)) if len(text) > 11 else parse_party_number(text)
    except (ValueError, GatewayError) as error:
        raise UnreadableRow(f"`{name}` is no organisation number, no identity number and no UUID") from error


def other_names_of_roles() -> Iterator[tuple[str, str]]:
    """Every name that a role goes by in files, in lower case, with its code."""
    for each in role_codes():
        for name in (each.legacy_urn, each.urn, each.modern_code, each.code):
            yield name.casefold(), each.code


# -- cells --------------------------------------------------------------------------------------


def _cells(row: object, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise UnreadableRow("the row is not an object")
    unknown = sorted(str(name) for name in row if name not in known)
    if unknown:
        raise UnreadableRow(f"there is no column `{unknown[0][:40]}`")
    return row


def _text(cells: Mapping[str, Any], name: str) -> str | None:
    value = cells.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise UnreadableRow(f"`{name}` must be a text")
    return value.strip() or None


def _needed(cells: Mapping[str, Any], name: str) -> str:
    found = _text(cells, name)
    if found is None:
        raise UnreadableRow(f"`{name}` is missing")
    return found


def _number(cells: Mapping[str, Any], name: str) -> str:
    try:
        return parse_party_number(_needed(cells, name))
    except GatewayError as error:
        raise UnreadableRow(f"`{name}` is no organisation number and no identity number") from error


def _uuid(cells: Mapping[str, Any], name: str) -> str | None:
    text = _text(cells, name)
    try:
        return None if text is None else str(UUID(text))
    except ValueError as error:
        raise UnreadableRow(f"`{name}` is no UUID") from error


def _whole(cells: Mapping[str, Any], name: str) -> int:
    text = str(cells[name]).strip()
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**31):
        raise UnreadableRow(f"`{name}` must be a whole number")
    return int(text)


def _moment(cells: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(cells, name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableRow(f"`{name}` is no date (YYYY-MM-DD) and no moment") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _kind(cells: Mapping[str, Any], number: str) -> PartyKind:
    """The kind that is named; else what the number and the form say. Source of the forms: packages-and-roles §6."""
    named = _text(cells, "kind")
    if named is not None and named not in {str(kind) for kind in PartyKind}:
        raise UnreadableRow(f"`kind` must be one of {', '.join(PartyKind)}")
    person = len(number) == 11
    if named is not None:
        if (PartyKind(named) is PartyKind.PERSON) is not person:
            raise UnreadableRow("`kind` and `number` do not agree")
        return PartyKind(named)
    if person:
        return PartyKind.PERSON
    is_sub_unit = (_text(cells, "form") or "").upper() in _SUB_UNIT_FORMS
    return PartyKind.SUB_UNIT if is_sub_unit else PartyKind.ORGANISATION
