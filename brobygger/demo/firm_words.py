"""The services that the synthetic firm uses, what they became, and the override tables that say so."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from core import Accepts, Confidence, Fact, PolicyRule, Service, ServiceId, ServiceKind, is_legacy, to_plain

_OWNER = "EKSEMPELETATEN"
_LEVEL = 2
_PROVENANCE = ("source", "dated", "confidence")


def firm_vocabulary() -> Iterator[Fact]:
    """The legacy services and the resources of the firm's world, and what their policies accept."""
    for service, title, actions in _words()["legacy"]:
        yield _service(service, ServiceKind.LEGACY, title, _LEVEL, delegable=True)
        yield from _rules(service, actions, Accepts.ROLE)
    for resource, title, level, delegable, actions in _words()["resources"]:
        yield _service(resource, ServiceKind.RESOURCE, title, level, delegable=delegable)
        yield from _rules(resource, actions, Accepts.PACKAGE)


def firm_tables(folder: Path) -> None:
    """Write the tables by which a user of the firm's world says what its services are and what they became.

    Without them the plan blocks what uses those services. They say of one service that it has no successor, and
    point one at a resource that is in no register; which roles open a service, and which packages a resource.
    """
    folder.mkdir(parents=True, exist_ok=True)
    services = [to_plain(fact) for fact in firm_vocabulary() if isinstance(fact, Service) and is_legacy(fact.id)]
    columns = [field.name for field in fields(Service) if not field.name.startswith("valid_")]
    rows = [[_cell({**row, "confidence": Confidence.USER}.get(name)) for name in columns] for row in services]
    _write(folder / "services.csv", columns, rows)
    provenance = (_words()["source"], _words()["dated"], Confidence.USER)
    successors = [(*row, *provenance) for row in _words()["successors"]]
    names = ("service", "action", "resource", "resource_action", *_PROVENANCE)
    _write(folder / "service_successors.csv", names, successors)
    rules = [fact for fact in firm_vocabulary() if isinstance(fact, PolicyRule)]
    opened = [(rule.service, rule.action, rule.code, *provenance) for rule in rules if is_legacy(rule.service)]
    _write(folder / "service_roles.csv", ("service", "action", "role", *_PROVENANCE), opened)
    accepted = {(rule.service, rule.code): rule for rule in rules if rule.accepts is Accepts.PACKAGE}
    packages = [(*key, "the policy in the resource register", *provenance) for key in accepted]
    _write(folder / "service_packages.csv", ("service", "package", "basis", *_PROVENANCE), packages)


def _write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _service(service: str, kind: ServiceKind, title: str, level: int, *, delegable: bool) -> Service:
    return Service(
        id=ServiceId(service),
        kind=kind,
        title=f"{title} (syntetisk)",
        owner=_OWNER,
        minimum_level=level,
        minimum_level_org=None,
        resource_type="GenericAccessResource" if kind is ServiceKind.RESOURCE else "",
        delegable=delegable,
        access_list=False,
        form_number=None,
        source=_words()["source"],
        dated=_words()["dated"],
        confidence=Confidence.OURS,
    )


def _rules(service: str, actions: Mapping[str, list[str]], accepts: Accepts) -> Iterator[PolicyRule]:
    for action, codes in actions.items():
        for code in codes:
            kind, _, role = code.partition(":")
            yield PolicyRule(
                service=ServiceId(service),
                action=action,
                accepts=Accepts.ROLE if role else accepts,
                code=role or kind,
                source=_words()["source"],
                dated=_words()["dated"],
                confidence=Confidence.OURS,
            )


@cache
def _words() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.files(__package__).joinpath("firm.json").read_text(encoding="utf-8"))
    return read
