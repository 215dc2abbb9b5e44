"""Change requests: what may be asked, in which order it is checked, and what an approval writes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.caller import Caller
from core.domain.change import put
from core.domain.change_request import ChangeRequest, ChangeStatus, NewChange, actions_after, packages_after
from core.domain.decision import Outcome
from core.domain.delegation import PackageDelegation, RightDelegation
from core.domain.fold import build_snapshot
from core.domain.identifiers import ServiceId
from core.domain.system import SystemUser, SystemUserKind
from core.domain.vocabulary import Right
from core.errors import DelegationRefused, ErrorCode, GatewayError, NotAllowed
from core.services.change_approvals import approve_change, change_for_person, party_change, reject_change
from core.services.change_requests import (
    changes_of_system,
    request_change,
    vendor_change,
    vendor_change_by_reference,
    withdraw_change,
)
from core.services.system_users import remove_system_user
from core.services.systems import delete_system
from tests.core.systems.world import (
    A06,
    A07,
    BY_ROLE,
    CLIENT_BOSS,
    CLIENT_U,
    FACIL,
    FIXED,
    LISTED,
    MVA,
    NOW,
    OTHER_VENDOR,
    OWN_HELPER,
    OWN_MANAGER,
    OWNDATA,
    SALARY,
    SIGNING,
    SYSTEM,
    TAX,
    VAT,
    House,
    numbered,
    person,
    vendor,
)

STANDARD, AGENT = SystemUserKind.STANDARD, SystemUserKind.AGENT


@pytest.fixture
def user(house: House) -> SystemUser:
    """A standard system user with a package and some single rights."""
    rights = (Right(A06, "read"), Right(A06, "write"), Right(BY_ROLE, "*"))
    return house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), rights=rights, kind=STANDARD)


def change(user: SystemUser, **members: Any) -> NewChange:
    """A change of the user."""
    return NewChange(str(uuid.uuid4()), user.id, **members)


def asked(house: House, user: SystemUser, **members: Any) -> ChangeRequest:
    """A stored change request."""
    outcome = request_change(house.store, vendor(), change(user, **members))
    assert outcome.created
    return outcome.change


def refused(house: House, new: NewChange, caller: Caller | None = None, *, agents: bool = True) -> ErrorCode:
    """The code a change is refused with."""
    before = house.now.sequence
    with pytest.raises(GatewayError) as raised:
        request_change(house.store, caller or vendor(), new, agents=agents)
    assert house.now.sequence == before
    return raised.value.code


def given_to(house: House, user: SystemUser) -> tuple[set[str], dict[str, frozenset[str]]]:
    """The packages and the single rights the owner has really given."""
    held = [holding.fact for holding in house.now.holdings(user.owner, user.id)]
    packages = {fact.package for fact in held if isinstance(fact, PackageDelegation)}
    return packages, {str(fact.service): fact.actions for fact in held if isinstance(fact, RightDelegation)}


# -- approving ----------------------------------------------------------------------------------


def test_the_lists_say_how_it_shall_end(house: House, user: SystemUser) -> None:
    wanted = asked(
        house,
        user,
        required_packages=(TAX, VAT),
        unwanted_packages=(SALARY,),
        required_rights=(Right(MVA, "*"), Right(A06, "read")),
        unwanted_rights=(Right(BY_ROLE, "*"), Right(A07, "*")),
    )
    accepted = approve_change(house.store, OWN_MANAGER, OWNDATA, wanted.id)
    assert accepted.status is ChangeStatus.ACCEPTED
    assert given_to(house, user) == ({VAT, TAX}, {A06: {"read", "write"}, MVA: {"*"}})
    entry = house.now.users.get(user.id)
    assert entry is not None
    assert (entry.latest.number, entry.latest.packages) == (2, {VAT, TAX})
    assert entry.latest.rights == {Right(A06, "read"), Right(A06, "write"), Right(MVA, "*")}
    assert house.answer(user, BY_ROLE, "write", OWNDATA)[0] is Outcome.NOT_APPLICABLE
    assert house.decision(user, MVA, "read", OWNDATA).permitted


def test_single_actions_are_added_and_taken_one_by_one(house: House, user: SystemUser) -> None:
    wanted = asked(house, user, unwanted_rights=(Right(A06, "write"), Right(BY_ROLE, "write")))
    approve_change(house.store, OWN_MANAGER, OWNDATA, wanted.id)
    assert given_to(house, user) == ({VAT}, {A06: {"read"}})
    assert house.decision(user, A06, "read", OWNDATA).permitted
    assert not house.decision(user, A06, "write", OWNDATA).permitted


def test_what_is_wanted_and_unwanted_ends_as_unwanted(house: House, user: SystemUser) -> None:
    both = asked(house, user, required_packages=(VAT, TAX), unwanted_packages=(VAT, TAX))
    approve_change(house.store, OWN_MANAGER, OWNDATA, both.id)
    assert given_to(house, user)[0] == set()
    assert not house.decision(user, MVA, "read", OWNDATA).permitted


def test_a_change_that_alters_nothing_makes_no_generation(house: House, user: SystemUser) -> None:
    same = asked(house, user, required_packages=(VAT,), unwanted_rights=(Right(MVA, "*"),))
    before = given_to(house, user)
    approve_change(house.store, OWN_MANAGER, OWNDATA, same.id)
    entry = house.now.users.get(user.id)
    assert entry is not None
    assert (set(entry.generations), given_to(house, user)) == ({1}, before)


def test_what_was_really_given_is_taken_also_when_it_was_given_twice(house: House, user: SystemUser) -> None:
    house.write(
        put(PackageDelegation("again", OWNDATA, user.id, VAT, "before")),
        put(RightDelegation("twice", OWNDATA, user.id, A06, frozenset({"read"}), "before")),
    )
    gone = asked(house, user, unwanted_packages=(VAT,), unwanted_rights=(Right(A06, "*"),))
    approve_change(house.store, OWN_MANAGER, OWNDATA, gone.id)
    assert given_to(house, user) == (set(), {BY_ROLE: {"*"}})


def test_nobody_approves_what_they_may_not_give_and_then_nothing_is_written(house: House, user: SystemUser) -> None:
    wanted = asked(house, user, required_packages=(TAX,), unwanted_packages=(VAT,), required_rights=(Right(A07, "*"),))
    before = house.now.sequence
    with pytest.raises(DelegationRefused) as raised:
        approve_change(house.store, OWN_HELPER, OWNDATA, wanted.id)
    assert [refusal.what for refusal in raised.value.refusals] == [
        "urn:altinn:resource:nav-a07",
        "urn:altinn:accesspackage:skattegrunnlag",
    ]
    assert house.now.sequence == before


def test_who_may_give_nothing_may_still_take_away(house: House, user: SystemUser) -> None:
    less = asked(house, user, unwanted_packages=(VAT,), required_rights=(Right(A06, "write"),))
    approve_change(house.store, OWN_HELPER, OWNDATA, less.id)
    assert given_to(house, user)[0] == set()


def test_a_right_that_cannot_be_given_is_refused(house: House, user: SystemUser) -> None:
    fixed = asked(house, user, required_rights=(Right(FIXED, "*"),))
    with pytest.raises(DelegationRefused) as raised:
        approve_change(house.store, OWN_MANAGER, OWNDATA, fixed.id)
    assert raised.value.refusals[0].reason == "resource-not-delegable"
    listed = asked(house, user, required_rights=(Right(LISTED, "*"),))
    assert approve_change(house.store, OWN_MANAGER, OWNDATA, listed.id).status is ChangeStatus.ACCEPTED


def test_the_owners_side_checks_in_the_stated_order(house: House, user: SystemUser) -> None:
    wanted = asked(house, user, required_packages=(TAX,))

    def code(caller: Caller, party: Any, name: str) -> ErrorCode:
        codes = []
        for answer in (approve_change, reject_change):
            with pytest.raises(GatewayError) as raised:
                answer(house.store, caller, party, name)
            codes.append(raised.value.code)
        assert len(set(codes)) == 1
        return codes[0]

    assert code(person("outsider"), OWNDATA, wanted.id) is ErrorCode.MISSING_ADMINISTRATION
    assert code(OWN_MANAGER, OWNDATA, str(uuid.uuid4())) is ErrorCode.REQUEST_NOT_FOUND
    assert code(CLIENT_BOSS, CLIENT_U, wanted.id) is ErrorCode.NOT_THE_REQUESTED_PARTY
    delete_system(house.store, vendor(), SYSTEM)
    with pytest.raises(GatewayError) as raised:
        approve_change(house.store, OWN_MANAGER, OWNDATA, wanted.id)
    assert raised.value.code is ErrorCode.SYSTEM_NOT_FOUND
    reject_change(house.store, OWN_MANAGER, OWNDATA, wanted.id)
    assert code(OWN_MANAGER, OWNDATA, wanted.id) is ErrorCode.REQUEST_NOT_NEW


# -- asking -------------------------------------------------------------------------------------


def test_the_vendors_side_checks_in_the_stated_order(house: House, user: SystemUser) -> None:
    stranger = vendor(OTHER_VENDOR)
    nobody = NewChange(str(uuid.uuid4()), str(uuid.uuid4()))
    assert refused(house, nobody, stranger) is ErrorCode.SYSTEM_USER_NOT_FOUND
    assert refused(house, NewChange(user.id, user.id), stranger) is ErrorCode.CHANGE_ID_IS_SYSTEM_USER
    assert refused(house, change(user), stranger) is ErrorCode.NOT_THE_VENDOR
    empty = request_change(house.store, vendor(), change(user))
    assert (empty.created, empty.change.status, empty.change.created) == (False, ChangeStatus.NO_CHANGE_NEEDED, NOW)
    wrong = "https://evil.example/"
    both = change(user, redirect_url=wrong, required_rights=(Right(ServiceId("no"), "*"),), required_packages=("no",))
    assert refused(house, both) is ErrorCode.REDIRECT_NOT_REGISTERED
    fine = "https://app.fjell.example/retur?x=1"
    both = change(user, redirect_url=fine, required_rights=(Right(ServiceId("no"), "*"),), required_packages=("no",))
    assert refused(house, both) is ErrorCode.RIGHT_OUTSIDE_SYSTEM
    assert refused(house, change(user, required_packages=("no",))) is ErrorCode.PACKAGE_OUTSIDE_SYSTEM
    assert refused(house, change(user, required_packages=(SIGNING,))) is ErrorCode.PACKAGE_NOT_ASSIGNABLE
    delete_system(house.store, vendor(), SYSTEM)
    assert refused(house, both) is ErrorCode.SYSTEM_NOT_FOUND


def test_what_is_unwanted_is_not_checked(house: House, user: SystemUser) -> None:
    stored = asked(house, user, unwanted_packages=("no-such",), unwanted_rights=(Right(ServiceId("no"), "*"),))
    assert approve_change(house.store, OWN_MANAGER, OWNDATA, stored.id).status is ChangeStatus.ACCEPTED


def test_an_id_of_another_vendors_change_is_taken(house: House, user: SystemUser) -> None:
    mine = asked(house, user, required_packages=(TAX,))
    (system,) = [system for system in house.now.systems.values() if system.id == SYSTEM]
    theirs = replace(system, id="x_x", vendor=numbered(OTHER_VENDOR), client_ids=())
    stolen = SystemUser(str(uuid.uuid4()), STANDARD, "x_x", OWNDATA, "x", "x", NOW)
    first = house.now.users.get(user.id)
    assert first is not None
    ceiling = type(first.latest)(stolen.id, 1, frozenset(), frozenset(), NOW)
    house.write(put(theirs), put(stolen), put(ceiling))
    again = NewChange(mine.id, stolen.id, required_packages=(TAX,))
    assert refused(house, again, vendor(OTHER_VENDOR)) is ErrorCode.REQUEST_PENDING
    reject_change(house.store, OWN_MANAGER, OWNDATA, mine.id)
    assert refused(house, again, vendor(OTHER_VENDOR)) is ErrorCode.CHANGE_ANSWERED


def test_agents_can_be_left_out(house: House) -> None:
    agent = house.agent(SIGNING)
    assert refused(house, change(agent, required_packages=(VAT,)), agents=False) is ErrorCode.SYSTEM_USER_NOT_FOUND
    assert request_change(house.store, vendor(), change(agent), agents=False).change.status == "NoChangeNeeded"
    assert refused(house, change(agent, required_packages=("tilgangsstyrer",))) is ErrorCode.PACKAGE_NOT_DELEGABLE
    assert refused(house, change(agent, unwanted_packages=(SIGNING,))) is ErrorCode.AGENT_NEEDS_PACKAGES


# -- reading ------------------------------------------------------------------------------------


def test_the_newest_is_found_by_reference_and_the_page_is_in_order(house: House, user: SystemUser) -> None:
    found = sorted(asked(house, user, required_packages=(TAX,)).id for _ in range(5))
    snapshot = house.now
    newest = vendor_change_by_reference(snapshot, vendor(), SYSTEM, numbered(OWNDATA), None)
    assert newest.id == found[-1], "made at the same moment, so the id decides"
    assert [each.id for each in changes_of_system(snapshot, vendor(), SYSTEM, None, 3)] == found[:3]
    assert [each.id for each in changes_of_system(snapshot, vendor(), SYSTEM, found[3], 3)] == found[3:]
    withdraw_change(house.store, vendor(), found[3])
    assert [each.id for each in changes_of_system(house.now, vendor(), SYSTEM, found[3], 3)] == found[4:]


def test_a_stranger_learns_nothing(house: House, user: SystemUser) -> None:
    wanted, stranger = asked(house, user, required_packages=(TAX,)), vendor(OTHER_VENDOR)

    def code(ask: Any, *arguments: Any) -> ErrorCode:
        with pytest.raises(GatewayError) as raised:
            ask(*arguments)
        return raised.value.code

    assert code(vendor_change, house.now, stranger, wanted.id) is ErrorCode.SYSTEM_NOT_FOUND
    assert code(vendor_change, house.now, stranger, str(uuid.uuid4())) is ErrorCode.REQUEST_NOT_FOUND
    number = numbered(OWNDATA)
    by_reference = vendor_change_by_reference
    assert code(by_reference, house.now, stranger, SYSTEM, number, None) is ErrorCode.SYSTEM_NOT_FOUND
    assert code(by_reference, house.now, vendor(), SYSTEM, number, "other") is ErrorCode.REQUEST_NOT_FOUND
    assert code(by_reference, house.now, vendor(), SYSTEM, "310000001", None) is ErrorCode.REQUEST_NOT_FOUND
    assert code(changes_of_system, house.now, stranger, SYSTEM, None, 5) is ErrorCode.SYSTEM_NOT_FOUND
    assert code(withdraw_change, house.store, stranger, wanted.id) is ErrorCode.REQUEST_NOT_FOUND


def test_people_see_what_they_could_answer(house: House, user: SystemUser) -> None:
    wanted = asked(house, user, required_packages=(TAX,))
    assert change_for_person(house.now, OWN_MANAGER, wanted.id, at=NOW).owner.id == OWNDATA
    with pytest.raises(DelegationRefused):
        change_for_person(house.now, OWN_HELPER, wanted.id, at=NOW)
    with pytest.raises(NotAllowed) as raised:
        change_for_person(house.now, CLIENT_BOSS, wanted.id, at=NOW)
    assert raised.value.code is ErrorCode.NOT_RELATED


def test_a_partys_change_is_unknown_at_another_party(house: House, user: SystemUser) -> None:
    wanted = asked(house, user, required_packages=(TAX,))
    operator = Caller(type(OWN_MANAGER.kind).OPERATOR)
    assert party_change(house.now, operator, OWNDATA, wanted.id, at=NOW) == wanted
    with pytest.raises(GatewayError) as raised:
        party_change(house.now, operator, FACIL, wanted.id, at=NOW)
    assert raised.value.code is ErrorCode.REQUEST_NOT_FOUND


def test_changes_go_with_their_system_user(house: House, user: SystemUser) -> None:
    asked(house, user, required_packages=(TAX,))
    remove_system_user(house.store, OWN_MANAGER, OWNDATA, user.id)
    assert len(house.now.change_requests) == 0
    assert house.now.change_requests_of_system.get(SYSTEM) is None
    rebuilt = build_snapshot(house.store.facts(), sequence=house.now.sequence, terms=house.now.terms)
    assert rebuilt == house.now


# -- the sums -----------------------------------------------------------------------------------

_ACTIONS = ("read", "write", "sign")
_SOME = st.frozensets(st.sampled_from((*_ACTIONS, "*")))


def spelled(actions: frozenset[str]) -> frozenset[str]:
    """The actions with ``*`` spelled out."""
    return frozenset(_ACTIONS) if "*" in actions else actions


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(has=_SOME, required=_SOME, unwanted=_SOME)
def test_actions_end_as_the_lists_say(has: frozenset[str], required: frozenset[str], unwanted: frozenset[str]) -> None:
    service = ServiceId("s")
    rights = [tuple(Right(service, action) for action in sorted(each)) for each in (required, unwanted)]
    wanted = ChangeRequest("c", "u", "s", rights[0], rights[1], (), (), ChangeStatus.NEW, None, NOW)
    after = actions_after(has, wanted, service, _ACTIONS)
    assert spelled(after) == (spelled(has) | spelled(required)) - spelled(unwanted)
    assert actions_after(after, wanted, service, _ACTIONS) == after, "twice is as once"


@given(has=_SOME, required=_SOME, unwanted=_SOME)
def test_packages_end_as_the_lists_say(has: frozenset[str], required: frozenset[str], unwanted: frozenset[str]) -> None:
    wanted = ChangeRequest("c", "u", "s", (), (), (*required,), (*unwanted,), ChangeStatus.NEW, None, NOW)
    after = packages_after(has, wanted)
    assert required - unwanted <= after
    assert not after & unwanted
    assert after - required <= has
