"""Case files read: small worlds of facts, the questions asked of them, and the answers the rules give.

A file is {"about", "world": {"includes", "terms", "facts"}, "cases": […]}. ``facts`` are plain records by
kind, as `core.domain.plain` writes them; an included file comes first, and a later row with the same key
takes the place of an earlier one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from core.domain.change import FACT_KINDS, KIND_NAMED, Fact, Key
from core.domain.decision import Outcome, Question, Reason, Subject, SubjectKind
from core.domain.fold import build_snapshot
from core.domain.identifiers import ServiceId
from core.domain.plain import from_plain
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem
from core.domain.vocabulary import DecisionTerms, Right

CASES = Path(__file__).parent / "cases"
DECISIONS = CASES / "decisions"


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All facts of a small world, in the order of import, and the settings its answers depend on.

    Two worlds are the same when they are the same object: that lets a test keep one snapshot for each.
    """

    name: str
    terms: DecisionTerms
    facts: tuple[Fact, ...]

    def snapshot(self, sequence: int = 1) -> Snapshot:
        """The world as the core reads it."""
        return build_snapshot(self.facts, sequence=sequence, terms=self.terms)


@dataclass(frozen=True, slots=True)
class Case:
    """One question with the answer the rules give it, and the doors it must get that answer at.

    ``reason`` is the first reason; ``via`` and ``obligations`` are None where the case does not say.
    """

    world: World
    name: str
    question: Question
    outcome: Outcome
    reason: Reason
    via: tuple[str | int, ...] | None
    obligations: tuple[tuple[str, int], ...] | None
    doors: frozenset[str]
    why: str

    @property
    def id(self) -> str:
        """The case as a test names it."""
        return f"{self.world.name}: {self.name}"


def facts_of(world: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The facts of a world with those it includes, each key once, in the order of import."""
    merged: dict[tuple[str, Key], Fact] = {}
    for plain in _with_included(world):
        for kind, rows in plain.items():
            for row in rows:
                fact = from_plain(KIND_NAMED[kind].record, row)
                merged[(kind, KIND_NAMED[kind].key(fact))] = fact
    place = {kind.name: index for index, kind in enumerate(FACT_KINDS)}
    return tuple(merged[key] for key in sorted(merged, key=lambda key: place[key[0]]))


def read_world(name: str, plain: Mapping[str, Any]) -> World:
    """The world that ``plain`` describes."""
    return World(name, from_plain(DecisionTerms, plain.get("terms", {})), facts_of(plain))


@cache
def read_file(path: Path) -> tuple[Case, ...]:
    """Every case of a file."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    world = read_world(path.stem, plain["world"])
    return tuple(_case(world, each) for each in plain["cases"])


@cache
def all_cases() -> tuple[Case, ...]:
    """Every decision case, file by file."""
    return tuple(case for path in sorted(DECISIONS.glob("*.json")) for case in read_file(path))


def cases_for(door: str) -> tuple[Case, ...]:
    """The cases that must be answered at this door."""
    return tuple(case for case in all_cases() if door in case.doors)


def with_secrets(facts: Iterable[Fact], secret: str) -> tuple[Fact, ...]:
    """The facts with every enterprise system's secret replaced: a hash that its password passes."""
    return tuple(replace(fact, secret=secret) if isinstance(fact, EnterpriseSystem) else fact for fact in facts)


def fact_id(fact: Fact) -> str | int:
    """What a case's ``via`` calls the fact."""
    found: str | int = getattr(fact, "id")  # noqa: B009 - only some kinds have one, and via names only those
    return found


def _with_included(world: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in world.get("includes", ()):
        yield from _included(name)
    yield world.get("facts", {})


@cache
def _included(name: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(_with_included(json.loads((CASES / name).read_text(encoding="utf-8"))))


def _case(world: World, plain: Mapping[str, Any]) -> Case:
    via, obligations = plain.get("via"), plain.get("obligations")
    return Case(
        world=world,
        name=plain["name"],
        question=_question(plain["question"]),
        outcome=Outcome(plain["outcome"]),
        reason=Reason(plain["reason"]),
        via=None if via is None else tuple(via),
        obligations=None if obligations is None else tuple((name, level) for name, level in obligations),
        doors=frozenset(plain["doors"]),
        why=plain["why"],
    )


def _question(plain: Mapping[str, Any]) -> Question:
    subject = plain["subject"]
    service, action = plain["right"]
    return Question(
        subject=Subject(SubjectKind(subject["kind"]), subject["id"], subject.get("person")),
        party=plain["party"],
        right=Right(ServiceId(service), action),
        at=datetime.fromisoformat(plain["at"]),
    )
