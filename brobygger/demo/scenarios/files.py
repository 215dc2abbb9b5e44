"""Reading scenario files: everything named that may be there, and nothing else. The format: docs/scenarios.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

_KINDS = {
    "path": {"method", "path", "query", "body", "bytes"},
    "grant": {"grant"},
    "employee": {"employee", "sends", "for", "scope"},
    "register": {"register"},
}
_COMMON = {"as", "with", "expect", "save", "shows", "why", "call"}
_EXPECTED = {"status", "decision", "reason", "says", "lacks", "refused", "token_requests"}
_TOP = {"scenario", "title", "extension", "preconditions", "actors", "clients", "desk", "calls"}
STANDING = ("N-i", "N-ii", "N-iii")


class WrongFile(ValueError):
    """A scenario file says something that the format does not know."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for an actor, and the roles that the register has them in."""

    number: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """An organisation of the scenario. ``register`` says who has which register role there."""

    number: str
    name: str
    form: str
    people: Mapping[str, Person]
    register: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Client:
    """A client at the token issuer: whose it is, the scopes registered on it, and when its key was posted.

    ``posted`` is in seconds since 1970; without it the key has no age.
    """

    of: str
    scopes: tuple[str, ...]
    posted: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """The end-user system's own table: its client, the firm, and the teams as the file has them."""

    client: str
    owner: str
    teams: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """One step: what is done (``kind`` and its members), by whom, what is expected, what is kept.

    ``given`` are values of this call only. ``shows``: the step is an answer of its own in the table, such
    as ``expected``, ``negative 1`` or ``N-i``; empty where it only leads there.
    """

    name: str
    kind: str
    what: Mapping[str, Any]
    caller: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    save: Mapping[str, str]
    shows: str
    why: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file. ``extension``: it uses what is ours, and is nothing to run with strict_upstream."""

    id: str
    title: str
    extension: bool
    preconditions: tuple[str, ...]
    actors: Mapping[str, Actor]
    clients: Mapping[str, Client]
    desk: Desk | None
    calls: tuple[Call, ...] = field(repr=False)

    @property
    def negatives(self) -> set[str]:
        """The negatives that the file shows."""
        return {call.shows for call in self.calls if call.shows.startswith("negative")}

    @property
    def standing(self) -> set[str]:
        """The standing negatives that the file shows."""
        return {call.shows for call in self.calls if call.shows in STANDING}


def shipped_scenarios() -> tuple[Scenario, ...]:
    """Every scenario that is shipped, in order. Raises WrongFile."""
    return tuple(scenario_from(json.loads(_text(f"{name}.json"))) for name in shipped_names())


def shipped_names() -> tuple[str, ...]:
    """The file names of the shipped scenarios, without the ending, in order."""
    found = resources.files(__package__).iterdir()
    names = [each.name.removesuffix(".json") for each in found if each.name.startswith("scenario-")]
    return tuple(sorted(names))


def members() -> set[str]:
    """Every member that a file, a call, or what a call expects may have."""
    return _TOP | _COMMON | _EXPECTED | {name for names in _KINDS.values() for name in names}


def shared_world() -> dict[str, Any]:
    """What all scenarios share: the service owners, and their services with what each demands."""
    read: dict[str, Any] = json.loads(_text("world.json"))
    return read


def scenario_from(raw: Mapping[str, Any]) -> Scenario:
    """The scenario of a file's contents. Raises WrongFile."""
    _only(raw, _TOP, "the file")
    shorthand = json.loads(_text("shorthand.json"))
    return Scenario(
        id=raw["scenario"],
        title=raw["title"],
        extension=raw.get("extension", False),
        preconditions=tuple(raw["preconditions"]),
        actors={name: _actor(name, each) for name, each in raw["actors"].items()},
        clients={name: _client(name, each) for name, each in raw["clients"].items()},
        desk=Desk(**raw["desk"]) if "desk" in raw else None,
        calls=tuple(_call(each, shorthand) for each in raw["calls"]),
    )


def _actor(name: str, raw: Mapping[str, Any]) -> Actor:
    _only(raw, {"number", "name", "form", "people", "register"}, f"actor {name}")
    people = {
        key: Person(each["number"], each["name"], tuple(each.get("roles", ())))
        for key, each in raw.get("people", {}).items()
    }
    return Actor(raw["number"], raw["name"], raw.get("form", "AS"), people, raw.get("register", {}))


def _client(name: str, raw: Mapping[str, Any]) -> Client:
    _only(raw, {"of", "scopes", "posted"}, f"client {name}")
    return Client(raw["of"], tuple(raw["scopes"]), raw.get("posted"))


def _call(raw: Mapping[str, Any], shorthand: Mapping[str, Any]) -> Call:
    name = raw.get("call", "")
    if name and name not in shorthand:
        raise WrongFile(f"`{name}` is not in shorthand.json")
    base = shorthand.get(name, {})
    whole = {**base, **raw, "expect": {**base.get("expect", {}), **raw.get("expect", {})}}
    kind = next((kind for kind in _KINDS if kind in whole), "")
    if not kind:
        raise WrongFile(f"a call does nothing: {json.dumps(raw)}")
    _only(whole, _KINDS[kind] | _COMMON, f"call {name or kind}")
    _only(whole["expect"], _EXPECTED, f"what call {name or kind} expects")
    if kind != "register" and not whole["expect"]:
        raise WrongFile(f"call {name or kind} expects nothing")
    return Call(
        name=name or whole.get("method", kind),
        kind=kind,
        what={key: whole[key] for key in _KINDS[kind] if key in whole},
        caller=whole.get("as", ""),
        given={**base.get("with", {}), **raw.get("with", {})},
        expect=whole["expect"],
        save=whole.get("save", {}),
        shows=whole.get("shows", ""),
        why=whole.get("why", ""),
    )


def _only(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(raw) - known)
    if unknown:
        raise WrongFile(f"{where}: `{unknown[0]}` is not part of the format")


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
