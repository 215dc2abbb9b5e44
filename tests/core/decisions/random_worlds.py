"""Random small worlds: a fixed cast, and any selection of what could be said of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from core.domain.change import KIND_OF, Fact, Key
from core.domain.decision import Question, Subject, SubjectKind
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.system import (
    EnterpriseSystem,
    EnterpriseUser,
    Generation,
    System,
    SystemState,
    SystemUser,
    SystemUserKind,
)
from core.domain.vocabulary import (
    OWN_ORGANISATION,
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    RIGHTHOLDER,
    AccessListEntry,
    Accepts,
    Carriage,
    Confidence,
    Conferral,
    DecisionTerms,
    Nesting,
    PolicyRule,
    Right,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceKind,
)

SOURCED: Any = {"source": "synthetic", "dated": "2026-01-01", "confidence": Confidence.OURS}
DATED: Any = {"source": "synthetic", "dated": "2026-01-01"}
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
EARLY, LATE = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC)
ASKED = (CREATED, EARLY, datetime(2026, 1, 15, tzinfo=UTC), LATE)
WINDOWS = ((None, None), (None, None), (None, None), (EARLY, LATE), (None, EARLY), (LATE, None))
LONG_AGO = EARLY - timedelta(days=730)

ORGANISATIONS = ("co-a", "co-b", "firm", "enk", "office")
SUB_UNITS = ("sub-a", "sub-b")
PERSONS = ("pat", "kim")
FORMS = ("AS", "ENK", "ESEK", "KTRF")
OWNERS = ("firm", "co-a")
FORM, OLD, NEW, OTHER = (ServiceId(each) for each in ("asmx:1/1", "svc:1/1", "res-new", "res-other"))
SUBMISSION = DecisionTerms().submission_role
ACTIONS = ("read", "write", "sign")
RIGHTS = (
    Right(FORM, "write"), Right(OLD, "read"), Right(OLD, "write"), Right(OLD, "sign"),
    Right(NEW, "read"), Right(NEW, "write"), Right(OTHER, "write"),
)  # fmt: skip
PACKAGES = ("pack-1", "pack-2", "pack-regn")
GROUNDS = (RIGHTHOLDER, RIGHTHOLDER, "REGN", "REVI", "FFØR")
USERS = ("user-standard", "user-agent", "user-other")

Facts = dict[tuple[str, Key], Fact]


@dataclass(frozen=True, slots=True)
class RandomWorld:
    """Facts by kind and key, in the order of import, and the terms."""

    facts: Facts
    terms: DecisionTerms


def keyed(fact: Fact) -> tuple[str, Key]:
    """Under which key a world keeps the fact."""
    kind = KIND_OF[type(fact)]
    return kind.name, kind.key(fact)


# -- parties and the register ------------------------------------------------------------------------


@st.composite
def parties(draw: st.DrawFn) -> list[Party]:
    """The whole cast, its forms, main units and ends drawn."""
    found = [
        _party(number, name, PartyKind.ORGANISATION, form=form, ended=draw(st.sampled_from((None, None, LONG_AGO))))
        for number, (name, form) in enumerate(zip(ORGANISATIONS, ("AS", "AS", "AS", "ENK", "KTRF"), strict=True))
    ]
    for number, name in enumerate(SUB_UNITS, start=20):
        main = PartyId(draw(st.sampled_from(("co-a", "office", "enk"))))
        found.append(_party(number, name, PartyKind.SUB_UNIT, form="BEDR", main_unit=main))
    for number, name in enumerate(PERSONS, start=30):
        found.append(_party(number, name, PartyKind.PERSON, ended=draw(st.sampled_from((None, None, LATE)))))
    return found


def _party(number: int, name: str, kind: PartyKind, **more: Any) -> Party:
    return Party(PartyId(name), kind, f"number-{number}", name, number, **more)


def changed_parties() -> st.SearchStrategy[Party]:
    """A party of the cast in a new state: another form, main unit, end, name or number."""
    organisations = st.builds(
        _party,
        st.integers(min_value=0, max_value=4),
        st.just(""),
        st.just(PartyKind.ORGANISATION),
        form=st.sampled_from(FORMS),
        ended=st.sampled_from((None, LONG_AGO)),
    ).map(lambda party: replace(party, id=PartyId(ORGANISATIONS[party.altinn_id])))
    sub_units = st.builds(
        _party,
        st.integers(min_value=20, max_value=21),
        st.just(""),
        st.just(PartyKind.SUB_UNIT),
        form=st.just("BEDR"),
        main_unit=st.sampled_from(ORGANISATIONS),
    ).map(lambda party: replace(party, id=PartyId(SUB_UNITS[party.altinn_id - 20])))
    persons = st.builds(
        _party,
        st.integers(min_value=30, max_value=31),
        st.just(""),
        st.just(PartyKind.PERSON),
        ended=st.sampled_from((None, LATE)),
    ).map(lambda party: replace(party, id=PartyId(PERSONS[party.altinn_id - 30])))
    numbered = st.tuples(st.one_of(organisations, sub_units, persons), st.integers(min_value=0, max_value=2))
    return numbered.map(lambda drawn: replace(drawn[0], number=f"number-{drawn[0].altinn_id}-{drawn[1]}"))


def _windowed(kind: type[Any], **fields: Any) -> st.SearchStrategy[Any]:
    window = st.sampled_from(WINDOWS)
    return st.tuples(st.fixed_dictionaries(fields), window).map(
        lambda drawn: kind(**drawn[0], valid_from=drawn[1][0], valid_to=drawn[1][1])
    )


_REGISTER = [
    (party, holder, role)
    for party, role in itertools.product((*ORGANISATIONS, *SUB_UNITS), ("DAGL", "INNH", "REGN", "REVI", "FFØR", "KONT"))
    for holder in (("pat", "kim", "firm") if role in ("DAGL", "INNH", "KONT") else ("firm", "co-a"))
    if holder != party
]


def register_roles() -> st.SearchStrategy[RegisterRole]:
    """Somebody has a register role at somebody, for some time."""
    triples = st.sampled_from(_REGISTER)
    return st.tuples(triples, st.sampled_from(WINDOWS)).map(
        lambda drawn: RegisterRole(
            "er-" + "-".join(drawn[0]), PartyId(drawn[0][0]), PartyId(drawn[0][1]), drawn[0][2], *drawn[1]
        )
    )


# -- what is given -----------------------------------------------------------------------------------

_EVERYBODY = (*ORGANISATIONS, *SUB_UNITS, *PERSONS)
_GIVERS = st.sampled_from([PartyId(each) for each in ("co-a", "co-b", "enk", "office", "sub-a", "pat", "firm")])
_SERVICES = st.sampled_from((OLD, NEW, OTHER))


def _numbered(grants: st.SearchStrategy[Any], prefix: str) -> st.SearchStrategy[Any]:
    """Ids that tell a grant's giver, so that a grant put again keeps its giver."""
    return st.tuples(grants, st.integers(min_value=0, max_value=3)).map(
        lambda drawn: replace(drawn[0], id=f"{prefix}-{_for_whom(drawn[0])}-{drawn[1]}")
    )


def _for_whom(grant: Any) -> str:
    for name in ("reportee", "giver", "client"):
        if hasattr(grant, name):
            return str(getattr(grant, name))
    raise AssertionError(grant)


def role_grants() -> st.SearchStrategy[RoleGrant]:
    """A legacy role given to a firm, a person or an enterprise user."""
    receivers = st.sampled_from(("firm", "co-a", "pat", "kim", "ec-user"))
    roles = st.sampled_from((SUBMISSION, "FAGUT", "UTINN", "UTINN", "ECKEYROLE"))
    grant = _windowed(
        RoleGrant, id=st.just(""), reportee=_GIVERS, receiver=receivers, role=roles, given_by=st.just("test")
    )
    return _numbered(grant, "role")


def package_delegations() -> st.SearchStrategy[PackageDelegation]:
    """A package given to a party, or to a system user."""
    receivers = st.sampled_from(("firm", "co-a", "kim", *USERS))
    packages = st.sampled_from(PACKAGES)
    grant = _windowed(
        PackageDelegation, id=st.just(""), giver=_GIVERS, receiver=receivers, package=packages, given_by=st.just("test")
    )
    return _numbered(grant, "package")


def right_delegations() -> st.SearchStrategy[RightDelegation]:
    """Single rights given to a party, or to a system user."""
    receivers = st.sampled_from(("firm", "co-a", "kim", *USERS))
    actions = st.sampled_from([frozenset(each) for each in (("*",), ("read",), ("write",), ("read", "write"))])
    grant = _windowed(
        RightDelegation,
        id=st.just(""), giver=_GIVERS, receiver=receivers, service=_SERVICES, actions=actions, given_by=st.just("test"),
    )  # fmt: skip
    return _numbered(grant, "right")


def _some(values: tuple[Any, ...]) -> st.SearchStrategy[frozenset[Any]]:
    return st.frozensets(st.sampled_from(values), max_size=2)


_SINGLE = (Right(NEW, "read"), Right(NEW, "write"), Right(NEW, "*"), Right(OTHER, "write"))


def client_delegations() -> st.SearchStrategy[ClientDelegation]:
    """A client put on an agent system user, usually by its owner and on a ground that could be."""
    clients = st.sampled_from([PartyId(each) for each in ("co-a", "co-b", "enk", "office", "sub-a", "firm", "pat")])
    grant = _windowed(
        ClientDelegation,
        id=st.just(""),
        system_user=st.sampled_from(("user-agent", "user-agent", "user-other")),
        generation=st.sampled_from((1, 1, 1, 2, 3)),
        provider=st.sampled_from([PartyId(each) for each in ("firm", "firm", "firm", "co-a")]),
        client=clients,
        ground=st.sampled_from((*GROUNDS, OWN_ORGANISATION)),
        packages=_some(PACKAGES),
        resources=_some((NEW, OTHER)),
        rights=_some(_SINGLE),
        given_by=st.just("test"),
    )
    return _numbered(grant, "client")


@st.composite
def relations(draw: st.DrawFn) -> list[Fact]:
    """Facts that belong together: a system user with something of its owner's, or of a client's and why."""
    client, window = draw(_GIVERS), draw(st.sampled_from(WINDOWS))
    package, right = draw(st.sampled_from(PACKAGES)), draw(st.sampled_from(_SINGLE))
    if draw(st.booleans()):
        single = RightDelegation(
            "own-right", PartyId("co-a"), "user-standard", right.service, frozenset({right.action}), "test"
        )
        return [PackageDelegation("own", PartyId("co-a"), "user-standard", package, "test", *window), single]
    ground = draw(st.sampled_from(("REGN", "REGN", "REVI", RIGHTHOLDER)))
    delegation = ClientDelegation(
        f"with-{ground}-{client}", "user-agent", draw(st.sampled_from((1, 1, 2))), PartyId("firm"), client, ground,
        frozenset({package, "pack-regn"}), draw(st.sampled_from((frozenset[ServiceId](), frozenset({OTHER})))),
        frozenset({right}), "test",
    )  # fmt: skip
    if client == "firm":
        return [replace(delegation, ground=OWN_ORGANISATION)]
    if ground == RIGHTHOLDER:
        return [PackageDelegation(f"with-{client}", client, "firm", package, "test", *window), delegation]
    role = RegisterRole(f"er-{client}-firm-{ground}", client, PartyId("firm"), ground, *window)
    return [role, delegation]


def grants() -> st.SearchStrategy[Fact]:
    """Anything given by hand."""
    return st.one_of(role_grants(), package_delegations(), right_delegations(), client_delegations())


# -- systems -----------------------------------------------------------------------------------------


def systems() -> Iterator[Fact]:
    """The systems and identities that never change: who asks."""
    for name, deleted in (("system", False), ("gone", True)):
        yield System(
            name, f"id-{name}", "vendor", {"nb": name}, {"nb": name}, (), PACKAGES, (f"client-{name}",), (), False,
            deleted, CREATED,
        )  # fmt: skip
    for number, owner, state in ((1, "firm", SystemState.ACTIVE), (2, "pat", SystemState.ACTIVE), (3, "firm", SystemState.LOCKED)):
        yield EnterpriseSystem(number, PartyId(owner), "system", "secret", state)
    yield EnterpriseUser("ec-user", PartyId("firm"), "user", "secret")


def system_users() -> st.SearchStrategy[list[SystemUser]]:
    """The three system users: one standard, two agents, on a system that may be deleted."""
    on = st.sampled_from(("system", "system", "system", "system", "gone"))
    return st.tuples(on, on, on, st.sampled_from(OWNERS)).map(
        lambda drawn: [
            _user("user-standard", SystemUserKind.STANDARD, drawn[0], "co-a"),
            _user("user-agent", SystemUserKind.AGENT, drawn[1], "firm"),
            _user("user-other", SystemUserKind.AGENT, drawn[2], drawn[3]),
        ]
    )


def _user(name: str, kind: SystemUserKind, system: str, owner: str) -> SystemUser:
    return SystemUser(name, kind, system, PartyId(owner), name, name, CREATED)


def generations() -> st.SearchStrategy[Generation]:
    """One approved ceiling of a system user."""
    return st.builds(
        Generation,
        system_user=st.sampled_from(USERS),
        number=st.sampled_from((1, 1, 2)),
        packages=st.frozensets(st.sampled_from(PACKAGES), max_size=3),
        rights=_some(_SINGLE),
        created=st.just(CREATED),
    )


# -- vocabulary --------------------------------------------------------------------------------------


def services() -> st.SearchStrategy[list[Service]]:
    """The four services, their levels, lists and windows drawn."""
    return st.tuples(*(service(each) for each in (FORM, OLD, NEW, OTHER))).map(list)


def service(name: ServiceId) -> st.SearchStrategy[Service]:
    """One service in some state."""
    kind = {FORM: ServiceKind.FORM, OLD: ServiceKind.LEGACY}.get(name, ServiceKind.RESOURCE)
    return st.tuples(
        st.sampled_from((2, 2, 2, 0, 3)), st.sampled_from((False, False, False, True)), st.sampled_from(WINDOWS)
    ).map(
        lambda drawn: Service(
            name, kind, name, "test", drawn[0], None, "", True, drawn[1] and kind is ServiceKind.RESOURCE, None,
            **SOURCED, valid_from=drawn[2][0], valid_to=drawn[2][1],
        )  # fmt: skip
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
    for right, package in ((RIGHTS[4], "pack-1"), (RIGHTS[4], "pack-regn"), (RIGHTS[5], "pack-regn"), (RIGHTS[6], "pack-2")):
        yield PolicyRule(right.service, right.action, Accepts.PACKAGE, package, **SOURCED)


# -- worlds and questions ----------------------------------------------------------------------------


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
        for party in (*_EVERYBODY, "stranger")
        for right in (*RIGHTS, Right(NEW, "delete"), Right(ServiceId("res-unknown"), "read"))
        for at in moments
    ]
