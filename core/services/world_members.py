"""What a world document brings beside facts: service owners, code lists, forms of services and rules for files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from core.domain.change import Fact
from core.domain.code_list import CodeList, CodeRow
from core.domain.element import AttachmentRule, ServiceForm
from core.domain.identifiers import is_legacy
from core.domain.party import Party
from core.domain.plain import from_plain, to_plain
from core.domain.service_owner import ServiceOwner
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem
from core.domain.vocabulary import Service
from core.errors import ErrorCode, InvalidInput
from core.store.ledger import Ledger

R = TypeVar("R")

_MOST_NUMBER = 2**31 - 1
# Form versions and sizes travel as xs:int.


@dataclass(frozen=True, slots=True)
class Members:
    """Everything of a document that is no fact."""

    service_owners: tuple[ServiceOwner, ...]
    code_lists: tuple[CodeList, ...]
    service_forms: tuple[ServiceForm, ...]
    attachment_rules: tuple[AttachmentRule, ...]

    def keep(self, ledger: Ledger) -> None:
        """Write it all. The forms of a service take the place of those it had."""
        for owner in self.service_owners:
            ledger.messages.set_service_owner(owner)
        for each in self.code_lists:
            ledger.code_lists.keep(each)
        for service in dict.fromkeys(form.service for form in self.service_forms):
            ledger.forms.set_service_forms(service, [form for form in self.service_forms if form.service == service])
        for rule in self.attachment_rules:
            ledger.forms.set_attachment_rule(rule.service, rule.most_bytes)


def read_members(document: Mapping[str, Any], facts: Iterable[Fact], snapshot: Snapshot) -> Members:
    """The members of a document. ``facts`` are those it brings. Raises InvalidInput."""
    brought = tuple(facts)
    owners = tuple(_record(ServiceOwner, row) for row in _rows(document, "service_owners"))
    _check_owners(owners, brought, snapshot)
    lists = tuple(_code_list(row) for row in _rows(document, "code_lists"))
    forms = tuple(_record(ServiceForm, row) for row in _rows(document, "service_forms"))
    rules = tuple(_record(AttachmentRule, row) for row in _rows(document, "attachment_rules"))
    services = snapshot.catalogue.services.keys() | {fact.id for fact in brought if isinstance(fact, Service)}
    _check_forms(forms, services)
    _check_rules(rules, services)
    return Members(owners, lists, forms, rules)


def plain_members(ledger: Ledger) -> dict[str, Any]:
    """The members as a document holds them; those without rows are left out."""
    members = {
        "service_owners": [to_plain(each) for each in ledger.messages.service_owners()],
        "code_lists": [_plain_list(each) for each in ledger.code_lists.every()],
        "service_forms": [to_plain(each) for each in ledger.forms.every_service_form()],
        "attachment_rules": [to_plain(each) for each in ledger.forms.attachment_rules()],
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
        is_known = owner.organisation in numbers.values() or owner.organisation in snapshot.numbers
        if owner.enterprise_system == 0 and is_known:
            number = owner.organisation
        if not owner.code.strip() or number != owner.organisation:
            raise InvalidInput(
                ErrorCode.INVALID_WORLD,
                f"service_owner {owner.code}: `enterprise_system` is not registered on its organisation",
            )


def _check_forms(forms: Iterable[ServiceForm], services: Collection[str]) -> None:
    """Each names a service that there is, a format by two numbers, and a place that no other form has."""
    known = list(forms)
    formats = Counter((form.service, form.format_id, form.format_version) for form in known)
    places = Counter((form.service, form.position) for form in known)
    for form in known:
        problem = None
        if not is_legacy(form.service) or form.service not in services:
            problem = "`service` points at no service of the later platform"
        elif not (form.format_id.isascii() and form.format_id.isdigit() and 0 <= form.format_version <= _MOST_NUMBER):
            problem = "`format_id` and `format_version` must be numbers"
        elif not (0 <= form.position <= _MOST_NUMBER and form.name.strip()):
            problem = "`position` must be 0 or more, and `name` not be empty"
        elif formats[form.service, form.format_id, form.format_version] > 1 or places[form.service, form.position] > 1:
            problem = "the same format or position comes twice"
        if problem is not None:
            raise InvalidInput(ErrorCode.INVALID_WORLD, f"`service_forms`: {form.service}: {problem}")


def _check_rules(rules: Iterable[AttachmentRule], services: Collection[str]) -> None:
    known = list(rules)
    counted = Counter(rule.service for rule in known)
    for rule in known:
        problem = None
        if not is_legacy(rule.service) or rule.service not in services:
            problem = "`service` points at no service of the later platform"
        elif not 0 < rule.most_bytes <= _MOST_NUMBER:
            problem = f"`most_bytes` must be from 1 to {_MOST_NUMBER}"
        elif counted[rule.service] > 1:
            problem = "the service comes twice"
        if problem is not None:
            raise InvalidInput(ErrorCode.INVALID_WORLD, f"`attachment_rules`: {rule.service}: {problem}")


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
