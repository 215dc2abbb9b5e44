"""A plan as a file: sorted JSON with one item a line, so that a change of the plan is a change of few lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from core import ErrorCode, InvalidInput, ServiceSuccessor, from_plain, to_plain
from legacy_mappings.planner.records import (
    Approver,
    Cover,
    Gift,
    MappingLine,
    NotCarried,
    OverGrant,
    Plan,
    PlannedSystem,
    PlannedUser,
    PlanOptions,
    RoleRow,
    Stage,
    Stopping,
)
from legacy_mappings.strict_json import read_once

R = TypeVar("R")

_FORMAT = "brobygger-plan-1"
_LONG = ("clients", "reportees")
_SECTIONS: Mapping[str, type] = {
    "over_grant": OverGrant,
    "stages": Stage,
    "systems": PlannedSystem,
    "users": PlannedUser,
    "gifts": Gift,
    "approvers": Approver,
    "successors": ServiceSuccessor,
    "mapping": MappingLine,
    "role_rows": RoleRow,
    "not_carried": NotCarried,
    "stopping": Stopping,
}


def plan_text(plan: Plan) -> str:
    """The plan as canonical text: the same plan gives the same bytes.

    One item a line; the clients and reportees of an item one a line below it.
    """
    return "".join(_lines(plan))


def plan_digest(plan: Plan) -> str:
    """The SHA-256 of the plan's text, in hexadecimal: what names the plan."""
    digest = sha256()
    for line in _lines(plan):
        digest.update(line.encode())
    return digest.hexdigest()


def read_plan(text: str) -> Plan:
    """The plan that a text holds. Raises InvalidInput, with the section and item, where it holds none."""
    try:
        plain = read_once(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"it is no JSON ({error})") from error
    if not isinstance(plain, dict) or plain.get("format") != _FORMAT:
        raise _invalid(f"it does not say that its format is `{_FORMAT}`")
    wanted = {"format", "at", "sequence", "options", *_SECTIONS}
    if set(plain) != wanted:
        raise _invalid(f"`{min(set(plain) ^ wanted)}` is missing, or does not belong in it")
    sections = {name: tuple(_items(name, plain[name])) for name in _SECTIONS}
    if len(sections["over_grant"]) != 1:
        raise _invalid("`over_grant` has one item")
    at, sequence = plain["at"], plain["sequence"]
    if not isinstance(sequence, int) or isinstance(sequence, bool):
        raise _invalid("`sequence` is no number")
    over_grant: Any = sections.pop("over_grant")[0]
    rest: dict[str, Any] = {**sections, "over_grant": over_grant}
    return Plan(at=_moment(at), sequence=sequence, options=_options(plain["options"]), **rest)


# -- writing --------------------------------------------------------------------------------------


def _lines(plan: Plan) -> Iterator[str]:
    head = {"format": _FORMAT, "at": _told(plan.at), "sequence": plan.sequence, "options": _plain_options(plan.options)}
    yield "{\n"
    for name, value in head.items():
        yield f"{_json(name)}: {_json(value)},\n"
    last = list(_SECTIONS)[-1]
    for name in _SECTIONS:
        found = getattr(plan, name)
        yield f"{_json(name)}: ["
        yield from _separated([found] if isinstance(found, OverGrant) else found)
        yield "\n]\n" if name == last else "\n],\n"
    yield "}\n"


def _separated(items: Iterable[object]) -> Iterator[str]:
    for place, item in enumerate(items):
        yield "\n" if place == 0 else ",\n"
        yield _item(item)


def _item(item: object) -> str:
    plain = to_plain(item)
    long = next((name for name in _LONG if plain.get(name)), None)
    if long is None:
        return _json(plain)
    members = ",\n".join(f"  {_json(member)}" for member in plain.pop(long))
    return f"{_json(plain)[:-1]}, {_json(long)}: [\n{members}\n]}}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _plain_options(options: PlanOptions) -> dict[str, Any]:
    return {
        "vendor": options.vendor,
        "cover": str(options.cover),
        "stale_after_seconds": int(options.stale_after.total_seconds()),
        "carry_stale": options.carry_stale,
        "agent_rights": options.agent_rights,
        "sensitive": sorted(options.sensitive),
        "registered": {str(system): options.registered[system] for system in sorted(options.registered)},
        "client_ids": {entry: list(options.client_ids[entry]) for entry in sorted(options.client_ids)},
        "systems": sorted(options.systems),
        "wave_size": options.wave_size,
        "until": None if options.until is None else _told(options.until),
    }


# -- reading --------------------------------------------------------------------------------------


def _items(name: str, plain: object) -> Iterator[Any]:
    record = _SECTIONS[name]
    optional = {each.name: () for each in fields(record) if each.name in _LONG}
    if not isinstance(plain, list):
        raise _invalid(f"`{name}` is no list")
    for place, item in enumerate(plain, 1):
        if not isinstance(item, dict):
            raise _invalid(f"`{name}`, item {place}: it is no object")
        try:
            yield from_plain(record, {**optional, **item})
        except InvalidInput as error:
            raise _invalid(f"`{name}`, item {place}: {error.message}") from error


def _options(plain: object) -> PlanOptions:
    try:
        found: dict[str, Any] = dict(plain)  # type: ignore[call-overload]
        until = found.pop("until")
        return PlanOptions(
            cover=Cover(found.pop("cover")),
            stale_after=timedelta(seconds=found.pop("stale_after_seconds")),
            sensitive=frozenset(found.pop("sensitive")),
            registered={int(system): str(entry) for system, entry in found.pop("registered").items()},
            client_ids={str(entry): tuple(ids) for entry, ids in found.pop("client_ids").items()},
            systems=frozenset(found.pop("systems")),
            until=None if until is None else _moment(until),
            **found,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid(f"`options` cannot be read ({error})") from error


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise _invalid(f"`{text}` is no moment") from error
    if moment.tzinfo is None:
        raise _invalid(f"`{text}` has no time zone")
    return moment.astimezone(UTC)


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_PLAN, f"this is no plan: {what}")
