"""Checking a user's layers: what they refer to is known, can be given, and is not hidden among other things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable

from core import AccessPackage, InvalidInput, is_form, shipped_vocabulary
from legacy_mappings.vocabulary.layers import SHIPPED, Layered, Placed, layered_tables, says_none
from legacy_mappings.vocabulary.lint import Finding, findings_in

_FORM_ACTION = "write"


def lint_layers(folders: Iterable[Traversable]) -> tuple[Finding, ...]:
    """What is wrong with the shipped tables with these folders laid over them; nothing is the right answer.

    A row that cannot be read at all is the only finding. Each finding has its layer and line.
    """
    try:
        layered = layered_tables(folders)
    except InvalidInput as error:
        return (_unreadable(error),)
    found = [_located(layered, finding) for finding in findings_in(layered.tables, shipped_vocabulary())]
    return tuple(sorted({*found, *_of_users_rows(layered)}))


def _unreadable(error: InvalidInput) -> Finding:
    details = error.details
    line = details.get("line", "")
    return Finding(details.get("file", ""), line, error.message, details.get("layer", ""), int(line or 0))


def _located(layered: Layered, finding: Finding) -> Finding:
    """The finding with the place of the row that it is about, the uppermost layer's."""
    for subject, rows in layered.said.get(finding.table, {}).items():
        if rows[0].layer != SHIPPED and finding.row in {" ".join(subject), subject[0]}:
            return finding._replace(layer=rows[0].layer, line=rows[0].line)
    return finding


def _of_users_rows(layered: Layered) -> Iterator[Finding]:
    packages = {fact.code: fact for fact in shipped_vocabulary() if isinstance(fact, AccessPackage)}
    sensitive = {row.package for row in layered.tables.sensitive_packages}
    for placed in _users(layered, "role_packages"):
        package = packages.get(placed.row.package)
        if package is not None and not (package.assignable or package.delegable):
            yield _finding("role_packages", placed, f"`{package.code}` can be given to no system user")
        if placed.row.package in sensitive:
            problem = f"`{placed.row.package}` asks for a consent of its own: no role brings it"
            yield _finding("role_packages", placed, problem)
    services = {row.id for row in layered.tables.services}
    for placed in _users(layered, "service_successors"):
        row = placed.row
        if says_none(row) and row.service not in services:
            yield _finding("service_successors", placed, f"`{row.service}` is not known")
        if is_form(row.service) and row.action != _FORM_ACTION:
            yield _finding("service_successors", placed, f"a form is handed in: its action is `{_FORM_ACTION}`")
        if row.resource and not row.resource_action:
            yield _finding("service_successors", placed, "names a resource and no action on it")


def _users(layered: Layered, table: str) -> Iterator[Placed]:
    for rows in layered.said[table].values():
        yield from (placed for placed in rows if placed.layer != SHIPPED)


def _finding(table: str, placed: Placed, problem: str) -> Finding:
    row = placed.row
    return Finding(table, getattr(row, "service", None) or row.role, problem, placed.layer, placed.line)
