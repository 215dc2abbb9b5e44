"""What a world document brings beside facts: service owners, code lists. Read, checked, kept, written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from core.domain.change import Fact
from core.domain.code_list import CodeList, CodeRow
from core.domain.party import Party
from core.domain.plain import from_plain, to_plain
from core.domain.service_owner import ServiceOwner
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem
from core.errors import ErrorCode, InvalidInput
from core.store.ledger import Ledger

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Members:
    """Everything of a document that is no fact."""

    service_owners: tuple[ServiceOwner, ...]
    code_lists: tuple[CodeList, ...]

    def keep(self, ledger: Ledger) -> None:
        """Write it all."""
        for owner in self.service_owners:
            ledger.messages.set_service_owner(owner)
        for each in self.code_lists:
            ledger.code_lists.keep(each)


def read_members(document: Mapping[str, Any], facts: Iterable[Fact], snapshot: Snapshot) -> Members:
    """The members of a document. ``facts`` are those it brings. Raises InvalidInput."""
    owners = tuple(_record(ServiceOwner, row) for row in _rows(document, "service_owners"))
    _check_owners(owners, facts, snapshot)
    return Members(owners, tuple(_code_list(row) for row in _rows(document, "code_lists")))


def plain_members(ledger: Ledger) -> dict[str, Any]:
    """The members as a document holds them; those without rows are left out."""
    members = {
        "service_owners": [to_plain(each) for each in ledger.messages.service_owners()],
        "code_lists": [_plain_list(each) for each in ledger.code_lists.every()],
    }
    return {name: rows for name, rows in members.items() if rows}


def _rows(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = document.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"`{name}` must be a list of objects")
    return rows


def _record(record: type[R], row: Mapping[str, Any]) -> R:
    return from_plain(record, row)


def _check_owners(owners: Iterable[ServiceOwner], facts: Iterable[Fact], snapshot: Snapshot) -> None:
    """Each logs on with a system that is registered on its own organisation."""
    known = list(facts)
    systems = {fact.id: fact for fact in known if isinstance(fact, EnterpriseSystem)}
    numbers = {fact.id: fact.number for fact in known if isinstance(fact, Party)}
    for owner in owners:
        system = systems.get(owner.enterprise_system) or snapshot.enterprise_systems.get(owner.enterprise_system)
        party = None if system is None else snapshot.party(system.owner)
        number = None if system is None else numbers.get(system.owner, "" if party is None else party.number)
        if not owner.code.strip() or number != owner.organisation:
            raise InvalidInput(
                ErrorCode.INVALID_WORLD,
                f"service_owner {owner.code}: `enterprise_system` is not registered on its organisation",
            )


def _code_list(row: Mapping[str, Any]) -> CodeList:
    try:
        name, version, language, rows = str(row["name"]), int(row["version"]), int(row["language"]), row["rows"]
        return CodeList(name, version, language, tuple(CodeRow(*map(str, each)) for each in rows))
    except (KeyError, TypeError, ValueError) as error:
        needed = "an object with name, version, language and rows of a code and up to three values"
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"`code_lists`: each must be {needed}") from error


def _plain_list(found: CodeList) -> dict[str, Any]:
    return {
        "name": found.name,
        "version": found.version,
        "language": found.language,
        "rows": [[row.code, row.value1, row.value2, row.value3] for row in found.rows],
    }
