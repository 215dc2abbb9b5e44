"""A whole world as one plain document: read with every reference checked, written sorted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from core.domain.caller import Caller
from core.domain.change import FACT_KINDS, KIND_NAMED, KIND_OF, Fact, FactKind, key_of
from core.domain.identifiers import mask_numbers_in, parse_organisation_number, parse_person_number
from core.domain.party import Party, PartyKind
from core.domain.plain import from_plain, to_plain
from core.domain.snapshot import Snapshot
from core.domain.system import PersonLogin
from core.errors import ErrorCode, GatewayError, InvalidInput
from core.services.credentials import hash_password
from core.services.forms import check_schema
from core.services.passwords import check_password_rule
from core.services.person_logins import problem_with_login
from core.services.world_members import plain_members, read_members
from core.store.ledger import ClientRow, Ledger
from core.store.store import Store

M = TypeVar("M")

FORMAT = "brobygger-world/1"

_MOST_PROBLEMS = 20

# Which field of which kind points at which kind. A receiver may be of several kinds.
_REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "conferral": {"role": ("role",)},
    "carriage": {"package": ("access_package",)},
    "policy_rule": {"service": ("service",)},
    "service_successor": {"service": ("service",)},
    "access_list_entry": {"service": ("service",), "party": ("party",)},
    "party": {"main_unit": ("party",)},
    "register_role": {"party": ("party",), "holder": ("party",)},
    "enterprise_system": {"owner": ("party",)},
    "enterprise_user": {"owner": ("party",)},
    "person_login": {"party": ("party",)},
    "system_user_request": {"system": ("system",), "owner": ("party",)},
    "system_user": {"system": ("system",), "owner": ("party",)},
    "generation": {"system_user": ("system_user",)},
    "change_request": {"system_user": ("system_user",), "system": ("system",)},
    "system_user_link": {"enterprise_system": ("enterprise_system",), "system_user": ("system_user",)},
    "authority_row": {"enterprise_system": ("enterprise_system",)},
    "fall_back_budget": {"enterprise_system": ("enterprise_system",)},
    "role_grant": {"reportee": ("party",), "receiver": ("party", "enterprise_user"), "role": ("role",)},
    "package_delegation": {
        "giver": ("party",), "receiver": ("party", "system_user"), "package": ("access_package",),
    },
    "right_delegation": {"giver": ("party",), "receiver": ("party", "system_user"), "service": ("service",)},
    "client_delegation": {"system_user": ("system_user", "party"), "provider": ("party",), "client": ("party",)},
    "connection": {"giver": ("party",), "receiver": ("party", "system_user")},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """How much a world brought, by kind of fact, and how many form schemas."""

    facts: Mapping[str, int]
    schemas: int


def import_world(store: Store, caller: Caller, document: Mapping[str, Any]) -> Imported:
    """Put every fact of a world document; facts with the same key are replaced. All of it, or nothing.

    An enterprise system or user, or a person's log-on, may carry a ``password`` in place of its ``secret``.
    Raises InvalidInput naming every fact that is ill-formed or points at nothing.
    """
    _check_format(document)
    schemas = _schemas(document)
    clients = _clients(document)
    facts = read_facts(store, document)
    _check(facts, store.snapshot())
    members = read_members(document, facts, store.snapshot())

    def keep(ledger: Ledger) -> None:
        members.keep(ledger)
        for form, text in schemas.items():
            ledger.set_form_schema(form, text)
        for client in clients:
            ledger.set_issuer_client(client)

    store.import_facts(caller.name, facts, keep)
    counts = {kind.name: sum(isinstance(fact, kind.record) for fact in facts) for kind in FACT_KINDS}
    return Imported({name: count for name, count in counts.items() if count}, len(schemas))


def export_world(store: Store) -> dict[str, Any]:
    """Every fact, form schema and member beside the facts as a world document, sorted by key.

    It holds password hashes: keep it safe.
    """
    facts: dict[str, list[dict[str, Any]]] = {}
    for kind in FACT_KINDS:
        facts[kind.name] = []
    for fact in sorted(store.facts(), key=_export_order):
        facts[KIND_OF[type(fact)].name].append(to_plain(fact))
    schemas = store.read(lambda ledger: {form: ledger.form_schema(form) or "" for form in ledger.forms_with_schema()})
    kept = {name: rows for name, rows in facts.items() if rows}
    return {"format": FORMAT, "facts": kept, "form_schemas": schemas, **store.read(plain_members)}


def read_facts(store: Store, document: Mapping[str, Any]) -> list[Fact]:
    """The facts of a world document, in the order they must be put. Raises InvalidInput."""
    _check_format(document)
    rows: dict[str, Any] = _member(document, "facts", dict)
    unknown = sorted(set(rows) - set(KIND_NAMED))
    if unknown:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"`{unknown[0]}` is not a kind of fact")
    return [fact for kind in FACT_KINDS for fact in _read_kind(store, kind, _member(rows, kind.name, list))]


def _read_kind(store: Store, kind: FactKind, rows: Iterable[Mapping[str, Any]]) -> Iterator[Fact]:
    for row in rows:
        if not isinstance(row, Mapping):
            raise InvalidInput(ErrorCode.INVALID_WORLD, f"`{kind.name}`: every fact must be an object")
        yield from_plain(kind.record, _with_secret(store, row) if "password" in row else row)


def _with_secret(store: Store, row: Mapping[str, Any]) -> dict[str, Any]:
    password = str(row["password"])
    check_password_rule(password)
    kept = {name: value for name, value in row.items() if name != "password"}
    return {**kept, "secret": hash_password(store, password)}


def _schemas(document: Mapping[str, Any]) -> dict[str, str]:
    schemas: dict[str, str] = _member(document, "form_schemas", dict)
    for form, text in schemas.items():
        if not isinstance(text, str):
            raise InvalidInput(ErrorCode.INVALID_WORLD, f"`form_schemas`: the schema of {form} must be a text")
        check_schema(text)
    return schemas


def _clients(document: Mapping[str, Any]) -> list[ClientRow]:
    rows = _member(document, "issuer_clients", list)
    try:
        return [ClientRow(row["client"], row["organisation"], tuple(row["scopes"]), tuple(row["keys"])) for row in rows]
    except (KeyError, TypeError) as error:
        needed = "an object with client, organisation, scopes and keys"
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"`issuer_clients`: each must be {needed}") from error


def _check_format(document: object) -> None:
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"not a world document: `format` must be `{FORMAT}`")


def _member(document: Mapping[str, Any], name: str, kind: type[M]) -> M:
    """The member, empty where it is absent."""
    found = document.get(name, kind())
    if not isinstance(found, kind):
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"`{name}` must be {'a list' if kind is list else 'an object'}")
    return found


def _check(facts: Iterable[Fact], snapshot: Snapshot) -> None:
    known: dict[str, set[object]] = {kind.name: set() for kind in FACT_KINDS}
    for fact in facts:
        kind = KIND_OF[type(fact)]
        key = kind.key(fact)
        known[kind.name].add(key[0] if len(key) == 1 else key)
    problems = [problem for fact in facts for problem in _problems(fact, known, snapshot)]
    if problems:
        shown = "; ".join(problems[:_MOST_PROBLEMS])
        more = len(problems) - _MOST_PROBLEMS
        rest = f"; and {more} more" if more > 0 else ""
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"{shown}{rest}")


def _problems(fact: Fact, known: Mapping[str, set[object]], snapshot: Snapshot) -> Iterator[str]:
    kind = KIND_OF[type(fact)]
    label = mask_numbers_in(f"{kind.name} {'/'.join(str(part) for part in kind.key(fact))}")
    if isinstance(fact, Party):
        try:
            _check_number(fact)
        except GatewayError as error:
            yield f"{label}: {error.message}"
    if isinstance(fact, PersonLogin):
        problem = problem_with_login(fact)
        if problem is not None:
            yield f"{label}: {problem}"
    for field, problem in _dangling(fact, known, snapshot):
        yield f"{label}: `{field}` {problem}"


def missing_references(fact: Fact, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Each field of ``fact`` that points at nothing in ``snapshot``, and at what it should."""
    return _dangling(fact, {kind.name: set() for kind in FACT_KINDS}, snapshot)


def _dangling(fact: Fact, known: Mapping[str, set[object]], snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for field, kinds in _REFERENCES.get(KIND_OF[type(fact)].name, {}).items():
        value = getattr(fact, field)
        if value is not None and not any(_exists(name, value, known, snapshot) for name in kinds):
            yield field, f"points at no {' or '.join(kinds)}"


def _check_number(party: Party) -> None:
    if party.kind is PartyKind.PERSON:
        parse_person_number(party.number)
    else:
        parse_organisation_number(party.number)


def _exists(kind: str, value: object, known: Mapping[str, set[object]], snapshot: Snapshot) -> bool:
    if value in known[kind]:
        return True
    places: dict[str, Any] = {
        "party": snapshot.files,
        "service": snapshot.catalogue.services,
        "role": snapshot.catalogue.roles,
        "access_package": snapshot.catalogue.packages,
        "enterprise_system": snapshot.enterprise_systems,
        "enterprise_user": snapshot.enterprise_users,
        "system": snapshot.systems,
        "system_user": snapshot.users,
    }
    return value in places[kind]


def _export_order(fact: Fact) -> tuple[str, ...]:
    # Numbers sort as numbers.
    return tuple(f"{part:020d}" if isinstance(part, int) else str(part) for part in key_of(fact))
