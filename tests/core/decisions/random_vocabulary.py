"""Random rows of a small vocabulary: what roles and packages bring, and what services ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from core.domain.change import Fact
from core.domain.identifiers import PartyId, ServiceId
from core.domain.vocabulary import (
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    Accepts,
    AccessListEntry,
    Carriage,
    Conferral,
    Confidence,
    Nesting,
    PolicyRule,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceKind,
)
from tests.core.decisions.random_facts import (
    ACTIONS,
    FORM,
    FORMS,
    NEW,
    OLD,
    ORGANISATIONS,
    OTHER,
    PACKAGES,
    RIGHTS,
    SUB_UNITS,
    SUBMISSION,
    WINDOWS,
)

SOURCED: Any = {"source": "synthetic", "dated": "2026-01-01", "confidence": Confidence.OURS}
DATED: Any = {"source": "synthetic", "dated": "2026-01-01"}


def services() -> st.SearchStrategy[list[Service]]:
    """The four services, their levels, lists and windows drawn."""
    return st.tuples(*(service(each) for each in (FORM, OLD, NEW, OTHER))).map(list)


def service(name: ServiceId) -> st.SearchStrategy[Service]:
    """One service in some state."""
    kind = {FORM: ServiceKind.FORM, OLD: ServiceKind.LEGACY}.get(name, ServiceKind.RESOURCE)
    steady = Service(name, kind, name, "test", 2, None, "", True, False, None, **SOURCED)
    listed = st.sampled_from((False, False, False, kind is ServiceKind.RESOURCE))
    levels = st.sampled_from((2, 2, 2, 0, 3))
    return st.tuples(levels, listed, st.sampled_from(WINDOWS)).map(
        lambda drawn: replace(
            steady, minimum_level=drawn[0], access_list=drawn[1], valid_from=drawn[2][0], valid_to=drawn[2][1]
        )
    )


def roles() -> Iterator[Role]:
    """The roles as they are meant to be."""
    for code in ("DAGL", "INNH", "REGN", "REVI", "FFØR", "KONT"):
        yield Role(code, RoleKind.REGISTER, code, code in ("DAGL", "INNH"), None, **SOURCED)
    for code in (SUBMISSION, "UTINN", "ECKEYROLE"):
        yield Role(code, RoleKind.LEGACY, code, False, None, **SOURCED)


def vocabulary_rows() -> st.SearchStrategy[Fact]:
    """Any row that says what roles and packages bring, and what services ask for."""
    register, packages = st.sampled_from(("DAGL", "INNH", "REGN", "REVI", "FFØR")), st.sampled_from(PACKAGES)
    conferral = st.builds(lambda role: Conferral("UTINN", role, **SOURCED), register)
    carriage = st.builds(
        lambda role, package, form, access: Carriage(role, package, form, access, True, **DATED),
        register, packages, st.sampled_from(("", "", *FORMS)), st.sampled_from((True, True, True, False)),
    )  # fmt: skip
    nesting = st.builds(
        lambda form, among: Nesting(form, among, **DATED),
        st.sampled_from(("*", *FORMS)), st.frozensets(register, max_size=4),
    )  # fmt: skip
    rule = st.builds(
        lambda code, on: RuleRow(code, frozenset({"REGN", "REVI"}), on, **SOURCED),
        st.sampled_from((REGISTERED_CLIENT_RULE, PERSON_INHERITS_RULE)), st.sampled_from((True, True, False)),
    )  # fmt: skip
    listed = st.builds(
        lambda on, party, actions: AccessListEntry(on, PartyId(party), actions),
        st.sampled_from((NEW, OTHER)),
        st.sampled_from((*ORGANISATIONS, *SUB_UNITS)),
        st.sampled_from((frozenset[str](), frozenset({"read"}))),
    )
    return st.one_of(conferral, carriage, carriage, nesting, rule, policy_rules(), policy_rules(), listed)


def policy_rules() -> st.SearchStrategy[PolicyRule]:
    """A service accepts a role or a package for an action, for some time."""
    accepted = st.one_of(
        st.tuples(st.just(Accepts.PACKAGE), st.sampled_from(PACKAGES)),
        st.tuples(st.just(Accepts.ROLE), st.sampled_from(("UTINN", "REGN", "KONT"))),
    )
    asked = st.sampled_from([right for right in RIGHTS if right.service != FORM])
    return st.tuples(asked, accepted, st.sampled_from(WINDOWS)).map(
        lambda drawn: PolicyRule(
            drawn[0].service, drawn[0].action, *drawn[1], **SOURCED, valid_from=drawn[2][0], valid_to=drawn[2][1]
        )
    )


def common_vocabulary() -> Iterator[Fact]:
    """Rows that most worlds agree on, so that much is possible; drawn rows take the place of some."""
    for role in ("DAGL", "FFØR"):
        yield Conferral("UTINN", role, **SOURCED)
    carried = (("REGN", "pack-regn", ""), ("REVI", "pack-2", ""), ("DAGL", "pack-1", ""), ("FFØR", "pack-2", "ESEK"))
    for role, package, form in carried:
        yield Carriage(role, package, form, True, True, **DATED)
    yield Nesting("*", frozenset({"DAGL", "REGN", "REVI"}), **DATED)
    yield Nesting("KTRF", frozenset({"REGN"}), **DATED)
    for code in (REGISTERED_CLIENT_RULE, PERSON_INHERITS_RULE):
        yield RuleRow(code, frozenset({"REGN", "REVI"}), True, **SOURCED)
    for action in ACTIONS:
        yield PolicyRule(OLD, action, Accepts.ROLE, "UTINN", **SOURCED)
    for on, action, package in ((NEW, "read", "pack-1"), (NEW, "read", "pack-regn"), (NEW, "write", "pack-regn")):
        yield PolicyRule(on, action, Accepts.PACKAGE, package, **SOURCED)
    yield PolicyRule(OTHER, "write", Accepts.PACKAGE, "pack-2", **SOURCED)
