"""Random facts about a fixed small cast: parties, register roles, grants and system users."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from core.domain.change import Fact
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
    RIGHTHOLDER,
    Confidence,
    DecisionTerms,
    Right,
)

SOURCED: Any = {"source": "synthetic", "dated": "2026-01-01", "confidence": Confidence.OURS}
DATED: Any = {"source": "synthetic", "dated": "2026-01-01"}
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
EARLY, LATE = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC)
ASKED = (CREATED, EARLY, datetime(2026, 1, 15, tzinfo=UTC), LATE)
WINDOWS = ((None, None), (None, None), (None, None), (EARLY, LATE), (None, EARLY), (LATE, None))
LONG_AGO = EARLY - timedelta(days=730)

ORGANISATIONS = ("co-a", "co-b", "firm", "enk", "office", "zone")
FORM_OF = ("AS", "AS", "AS", "ENK", "KTRF", "ORGL")
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


# -- parties and the register ------------------------------------------------------------------------


def cast() -> list[Party]:
    """The cast as it mostly is."""
    organisations = zip(ORGANISATIONS, FORM_OF, strict=True)
    return [
        *(
            # A department (ORGL) has a main unit too, and is no sub-unit for it.
            _party(n, name, PartyKind.ORGANISATION, form=form, main_unit=PartyId("co-a") if form == "ORGL" else None)
            for n, (name, form) in enumerate(organisations)
        ),
        *(
            _party(n, name, PartyKind.SUB_UNIT, form="BEDR", main_unit=PartyId("co-a"))
            for n, name in enumerate(SUB_UNITS, 20)
        ),
        *(_party(n, name, PartyKind.PERSON) for n, name in enumerate(PERSONS, 30)),
    ]


@st.composite
def parties(draw: st.DrawFn) -> list[Party]:
    """The whole cast, its forms, main units and ends drawn."""
    found = []
    for party in cast():
        if party.kind is PartyKind.SUB_UNIT:
            main = PartyId(draw(st.sampled_from(("co-a", "office", "enk", "zone"))))
            found.append(replace(party, main_unit=main))
        else:
            ends = (None, None, LATE) if party.kind is PartyKind.PERSON else (None, None, LONG_AGO)
            found.append(replace(party, ended=draw(st.sampled_from(ends))))
    return found


def _party(number: int, name: str, kind: PartyKind, **more: Any) -> Party:
    return Party(PartyId(name), kind, f"number-{number}", name, number, **more)


def changed_parties() -> st.SearchStrategy[Party]:
    """A party of the cast in a new state: another form, main unit, end, name or number."""
    organisations = st.builds(
        _party,
        st.integers(min_value=0, max_value=5),
        st.just(""),
        st.just(PartyKind.ORGANISATION),
        form=st.sampled_from((*FORMS, "ORGL")),
        main_unit=st.sampled_from((None, None, PartyId("co-a"))),
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

EVERYBODY = (*ORGANISATIONS, *SUB_UNITS, *PERSONS)
_GIVERS = st.sampled_from([PartyId(each) for each in ("co-a", "co-b", "enk", "office", "zone", "sub-a", "pat", "firm")])
_SERVICES = st.sampled_from((OLD, NEW, OTHER))


def _numbered(grants: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Ids that tell a grant's giver, so that a grant put again keeps its giver; the kinds share their ids."""
    return st.tuples(grants, st.integers(min_value=0, max_value=3)).map(
        lambda drawn: replace(drawn[0], id=f"{_for_whom(drawn[0])}-{drawn[1]}")
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
    return _numbered(grant)


def package_delegations() -> st.SearchStrategy[PackageDelegation]:
    """A package given to a party, or to a system user."""
    receivers = st.sampled_from(("firm", "co-a", "kim", *USERS))
    packages = st.sampled_from(PACKAGES)
    grant = _windowed(
        PackageDelegation, id=st.just(""), giver=_GIVERS, receiver=receivers, package=packages, given_by=st.just("test")
    )
    return _numbered(grant)


def right_delegations() -> st.SearchStrategy[RightDelegation]:
    """Single rights given to a party, or to a system user."""
    receivers = st.sampled_from(("firm", "co-a", "kim", *USERS))
    actions = st.sampled_from([frozenset(each) for each in (("*",), ("read",), ("write",), ("read", "write"))])
    grant = _windowed(
        RightDelegation,
        id=st.just(""), giver=_GIVERS, receiver=receivers, service=_SERVICES, actions=actions, given_by=st.just("test"),
    )  # fmt: skip
    return _numbered(grant)


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
    return _numbered(grant)


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
    for number, owner, state in (
        (1, "firm", SystemState.ACTIVE),
        (2, "pat", SystemState.ACTIVE),
        (3, "firm", SystemState.LOCKED),
    ):
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
