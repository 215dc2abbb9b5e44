"""Random small worlds, and every question that can be asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st

from core.domain.change import KIND_OF, Fact, Key
from core.domain.decision import Question, Subject, SubjectKind
from core.domain.delegation import RoleGrant
from core.domain.fold import build_snapshot
from core.domain.identifiers import PartyId, ServiceId
from core.domain.snapshot import Snapshot
from core.domain.system import Generation
from core.domain.vocabulary import DecisionTerms, Right
from tests.core.decisions.random_facts import (
    CREATED,
    EARLY,
    EVERYBODY,
    NEW,
    OWNERS,
    PACKAGES,
    PERSONS,
    RIGHTS,
    USERS,
    generations,
    grants,
    parties,
    register_roles,
    relations,
    system_users,
    systems,
)
from tests.core.decisions.random_vocabulary import common_vocabulary, roles, services, vocabulary_rows

Facts = dict[tuple[str, Key], Fact]


@dataclass(frozen=True, slots=True)
class RandomWorld:
    """Facts by kind and key, in the order of import, and the terms."""

    facts: Facts
    terms: DecisionTerms

    def snapshot(self, *more: Fact, sequence: int = 1) -> Snapshot:
        """The world as the core reads it, with ``more`` put on top."""
        facts = {**self.facts, **{keyed(fact): fact for fact in more}}
        return build_snapshot(facts.values(), sequence=sequence, terms=self.terms)


def keyed(fact: Fact) -> tuple[str, Key]:
    """Under which key a world keeps the fact."""
    kind = KIND_OF[type(fact)]
    return kind.name, kind.key(fact)


@st.composite
def worlds(draw: st.DrawFn) -> RandomWorld:
    """A world: the cast, a vocabulary, and some of everything that can be said and given."""
    facts: list[Fact] = [*roles(), *draw(services()), *common_vocabulary()]
    facts += draw(st.lists(vocabulary_rows(), max_size=6))
    facts += draw(parties())
    facts += [*systems(), *draw(system_users())]
    facts += [Generation(user, 1, frozenset(PACKAGES), frozenset(), CREATED) for user in USERS]
    facts += draw(st.lists(generations(), max_size=3))
    facts += draw(st.lists(register_roles(), min_size=3, max_size=9))
    for relation in draw(st.lists(relations(), min_size=1, max_size=5)):
        facts += relation
    facts += draw(st.lists(grants(), min_size=3, max_size=9))
    facts += draw(st.sampled_from(([], [RoleGrant("key", PartyId("firm"), "ec-user", "ECKEYROLE", "test")])))
    until = draw(st.sampled_from((None, None, None, EARLY)))
    return RandomWorld({keyed(fact): fact for fact in facts}, DecisionTerms(old_roles_until=until))


SUBJECTS = (
    *(Subject(SubjectKind.ENTERPRISE_SYSTEM, number) for number in (1, 2, 3, 4)),
    Subject(SubjectKind.ENTERPRISE_SYSTEM, 1, "pat"),
    Subject(SubjectKind.PERSON_LOGIN, "pat"),
    Subject(SubjectKind.ENTERPRISE_USER, "ec-user"),
    *(Subject(SubjectKind.SYSTEM_USER, user) for user in USERS),
    *(Subject(SubjectKind.PERSON, person) for person in PERSONS),
    *(Subject(SubjectKind.ORGANISATION, each) for each in OWNERS),
)


def questions(*moments: datetime) -> list[Question]:
    """Every question that can be asked of the cast at these moments, and some about strangers."""
    return [
        Question(subject, party, right, at)
        for subject in SUBJECTS
        for party in (*EVERYBODY, "stranger")
        for right in (*RIGHTS, Right(NEW, "delete"), Right(ServiceId("res-unknown"), "read"))
        for at in moments
    ]
