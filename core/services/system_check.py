"""What a system must be to be registered, or changed: every rule, and all violations at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.domain.catalogue import Catalogue
from core.domain.new_records import NewSystem
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right, ServiceKind
from core.errors import ErrorCode, InvalidInput
from core.services.redirects import is_valid_redirect

LANGUAGES = ("nb", "nn", "en")
"""The languages every text of a system must be in."""

ALLOWED_RESOURCE_TYPES = frozenset({
    "AltinnApp", "Systemresource", "Default", "CorrespondenceService", "BrokerService",
    "GenericAccessResource", "MigratedApp",
})  # fmt: skip
"""The types of resources that a system user can be given. Source: rest-systemuser §3.2."""

_LONGEST_ID = 255


class SystemProblemCode(StrEnum):
    """A rule of the system register that was broken."""

    ID_HAS_BLANK = "id-has-blank"
    ID_FORMAT = "id-format"
    ID_TOO_LONG = "id-too-long"
    ID_EXISTS = "id-exists"
    MISSING_LANGUAGE = "missing-language"
    REDIRECT_URL_INVALID = "redirect-url-invalid"
    CLIENT_ID_TAKEN = "client-id-taken"
    CLIENT_ID_REPEATED = "client-id-repeated"
    RESOURCE_UNKNOWN = "resource-unknown"
    RESOURCE_NOT_DELEGABLE_TYPE = "resource-not-delegable-type"
    RIGHT_REPEATED = "right-repeated"
    PACKAGE_UNKNOWN = "package-unknown"
    PACKAGE_NOT_DELEGABLE = "package-not-delegable"
    PACKAGE_REPEATED = "package-repeated"
    VISIBLE_WITH_CLIENT_PACKAGE = "visible-with-client-package"


@dataclass(frozen=True, slots=True)
class SystemProblem:
    """A broken rule, and the values that broke it."""

    code: SystemProblemCode
    values: tuple[str, ...]


class InvalidSystem(InvalidInput):
    """A system that may not be registered; ``problems`` are all that is wrong with it, in the order of the rules."""

    def __init__(self, problems: tuple[SystemProblem, ...]) -> None:
        sentence = "; ".join(f"{problem.code}: {', '.join(problem.values)}" for problem in problems)
        super().__init__(ErrorCode.INVALID_SYSTEM, f"the system cannot be registered: {sentence}")
        self.problems = problems


def problems_with(snapshot: Snapshot, new: NewSystem) -> tuple[SystemProblem, ...]:
    """Every rule of the system register that ``new`` breaks, in the order of rest-systemuser §3.2."""
    return _told(
        _of_id(snapshot, new),
        _of_texts(new),
        _of_redirects(new),
        _of_client_ids(snapshot, new),
        _of_rights(snapshot.catalogue, new.rights),
        _of_packages(snapshot.catalogue, new.packages, visible=new.visible),
    )


def problems_with_replacement(snapshot: Snapshot, new: NewSystem) -> tuple[SystemProblem, ...]:
    """Every rule that ``new`` breaks in place of the system with its id. Source: rest-systemuser §3.4."""
    return _told(
        _of_rights(snapshot.catalogue, new.rights),
        _of_packages(snapshot.catalogue, new.packages, visible=new.visible),
        _of_client_ids(snapshot, new),
        _of_redirects(new),
        _of_texts(new),
    )


def problems_with_rights(catalogue: Catalogue, rights: tuple[Right, ...]) -> tuple[SystemProblem, ...]:
    """Every rule that these rights of a system break."""
    return _told(_of_rights(catalogue, rights))


def problems_with_packages(
    catalogue: Catalogue, packages: tuple[str, ...], *, visible: bool
) -> tuple[SystemProblem, ...]:
    """Every rule that these packages of a system break, where it is visible to everybody or not."""
    return _told(_of_packages(catalogue, packages, visible=visible))


_Found = Iterator[tuple[SystemProblemCode, tuple[str, ...]]]


def _told(*groups: _Found) -> tuple[SystemProblem, ...]:
    return tuple(SystemProblem(code, values) for found in groups for code, values in found if values)


def _of_id(snapshot: Snapshot, new: NewSystem) -> _Found:
    system_id = (new.id,)
    prefix, _, name = new.id.partition("_")
    yield SystemProblemCode.ID_HAS_BLANK, system_id if any(sign.isspace() for sign in new.id) else ()
    yield SystemProblemCode.ID_FORMAT, system_id if prefix != new.vendor or not name else ()
    yield SystemProblemCode.ID_TOO_LONG, (new.id[:40],) if len(new.id) > _LONGEST_ID else ()
    yield SystemProblemCode.ID_EXISTS, system_id if new.id in snapshot.systems else ()


def _of_texts(new: NewSystem) -> _Found:
    missing = [
        f"{field}.{language}"
        for field, texts in (("name", new.name), ("description", new.description))
        for language in LANGUAGES
        if not texts.get(language, "").strip()
    ]
    yield SystemProblemCode.MISSING_LANGUAGE, tuple(missing)


def _of_redirects(new: NewSystem) -> _Found:
    invalid = tuple(url for url in new.redirect_urls if not is_valid_redirect(url))
    yield SystemProblemCode.REDIRECT_URL_INVALID, invalid


def _of_client_ids(snapshot: Snapshot, new: NewSystem) -> _Found:
    taken = (client for client in new.client_ids if snapshot.client_ids.get(client) not in (None, new.id))
    yield SystemProblemCode.CLIENT_ID_TAKEN, tuple(dict.fromkeys(taken))
    yield SystemProblemCode.CLIENT_ID_REPEATED, _repeated(client.casefold() for client in new.client_ids)


def _of_rights(catalogue: Catalogue, rights: tuple[Right, ...]) -> _Found:
    resources = tuple(dict.fromkeys(right.service for right in rights))
    known = {id_: catalogue.services.get(id_) for id_ in resources}
    modern = {id_: row for id_, row in known.items() if row is not None and row.kind is ServiceKind.RESOURCE}
    yield SystemProblemCode.RESOURCE_UNKNOWN, tuple(id_ for id_ in resources if id_ not in modern)
    wrong = tuple(id_ for id_, row in modern.items() if row.resource_type not in ALLOWED_RESOURCE_TYPES)
    yield SystemProblemCode.RESOURCE_NOT_DELEGABLE_TYPE, wrong
    yield SystemProblemCode.RIGHT_REPEATED, _repeated(f"{right.service}:{right.action}" for right in rights)


def _of_packages(catalogue: Catalogue, packages: tuple[str, ...], *, visible: bool) -> _Found:
    known = {code: catalogue.packages.get(code) for code in dict.fromkeys(packages)}
    yield SystemProblemCode.PACKAGE_UNKNOWN, tuple(code for code, row in known.items() if row is None)
    rows = tuple(row for row in known.values() if row is not None)
    unfit = tuple(row.code for row in rows if not (row.assignable or row.delegable))
    yield SystemProblemCode.PACKAGE_NOT_DELEGABLE, unfit
    yield SystemProblemCode.PACKAGE_REPEATED, _repeated(packages)
    for_clients = tuple(row.code for row in rows if not row.assignable)
    yield SystemProblemCode.VISIBLE_WITH_CLIENT_PACKAGE, for_clients if visible else ()


def _repeated(values: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for value in values:
        seen[value] = seen.get(value, 0) + 1
    return tuple(value for value, times in seen.items() if times > 1)
