"""Approving, rejecting and removing: who may, in which order it is checked, and what it writes."""

from __future__ import annotations

import pytest

from core.domain.caller import OPERATOR, Caller
from core.domain.decision import Outcome, Reason
from core.domain.delegation import PackageDelegation, RightDelegation
from core.domain.identifiers import PartyId
from core.domain.new_records import NewRequest
from core.domain.system import RequestStatus, SystemUserKind, SystemUserRequest
from core.domain.vocabulary import Right
from core.errors import Conflict, DelegationRefused, ErrorCode, GatewayError, NotAllowed, NotFound
from core.services.approvals import approve_request, reject_request
from core.services.external_ids import system_user_for_token
from core.services.requests import request_system_user
from core.services.system_users import remove_system_user
from core.services.systems import delete_system
from tests.core.systems.world import (
    A06,
    BY_ROLE,
    CLIENT_BOSS,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    LISTED,
    MVA,
    OTHER_VENDOR,
    OWN_HELPER,
    OWN_MANAGER,
    OWNDATA,
    SALARY,
    SIGNING,
    SYSTEM,
    VAT,
    VENDOR,
    House,
    numbered,
    person,
    vendor,
)

STANDARD, AGENT = SystemUserKind.STANDARD, SystemUserKind.AGENT


def asked(
    house: House,
    *,
    owner: PartyId = OWNDATA,
    packages: tuple[str, ...] = (),
    rights: tuple[Right, ...] = (),
    kind: SystemUserKind = STANDARD,
) -> SystemUserRequest:
    new = NewRequest(kind, SYSTEM, numbered(owner), packages=packages, rights=rights)
    return request_system_user(house.store, vendor(), new).request


def refused(house: House, caller: Caller, party: PartyId, request: str, kind: SystemUserKind) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        approve_request(house.store, caller, party, request, kind)
    return raised.value


def test_an_approved_standard_system_user_has_what_was_asked_for(house: House) -> None:
    rights = (Right(A06, "read"), Right(A06, "write"), Right(BY_ROLE, "*"))
    request = asked(house, packages=(VAT,), rights=rights)
    user = approve_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD)
    entry = house.now.users.get(user.id)
    file = house.now.files.get(OWNDATA)
    assert entry is not None
    assert file is not None
    assert (user.id, user.owner, entry.user) == (request.id, OWNDATA, user)
    assert (entry.latest.number, entry.latest.packages, entry.latest.rights) == (1, {VAT}, frozenset(rights))
    held = [holding.fact for holding in house.now.holdings(OWNDATA, user.id)]
    packages = [fact.package for fact in held if isinstance(fact, PackageDelegation)]
    singles = {fact.service: fact.actions for fact in held if isinstance(fact, RightDelegation)}
    assert (packages, singles) == ([VAT], {A06: {"read", "write"}, BY_ROLE: {"*"}})
    known = house.now.requests.get(request.id)
    assert known is not None
    assert known.status is RequestStatus.ACCEPTED


def test_an_agent_approval_gives_nothing_by_itself(house: House) -> None:
    user = house.agent(SIGNING, VAT)
    assert house.now.reach.get(user.id) is None
    assert house.answer(user, MVA, "write", FACIL) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)


@pytest.mark.parametrize(
    "caller", [person("outsider"), CLIENT_BOSS, vendor(), Caller(FACIL_MANAGER.kind)], ids=lambda caller: caller.name
)
def test_only_who_manages_the_accesses_answers_a_request(house: House, caller: Caller) -> None:
    request = asked(house, packages=(VAT,))
    error = refused(house, caller, OWNDATA, request.id, STANDARD)
    assert error.code is ErrorCode.MISSING_ADMINISTRATION
    with pytest.raises(NotAllowed):
        reject_request(house.store, caller, OWNDATA, request.id, STANDARD)
    assert house.now.requests.get(request.id) == request


def test_the_refusal_says_who_can(house: House) -> None:
    error = refused(house, CLIENT_BOSS, OWNDATA, asked(house, packages=(VAT,)).id, STANDARD)
    (fix,) = error.fixes
    assert fix.party == numbered(OWNDATA)
    assert "tilgangsstyrer" in fix.missing
    assert fix.giver


def test_the_checks_come_in_the_stated_order(house: House) -> None:
    request = asked(house, packages=(VAT,))
    codes = [
        refused(house, OWN_MANAGER, OWNDATA, "nei", STANDARD).code,
        refused(house, OWN_MANAGER, OWNDATA, request.id, AGENT).code,
        refused(house, FACIL_MANAGER, FACIL, request.id, STANDARD).code,
    ]
    reject_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD)
    codes.append(refused(house, OWN_MANAGER, OWNDATA, request.id, STANDARD).code)
    assert codes == [
        ErrorCode.REQUEST_NOT_FOUND,
        ErrorCode.REQUEST_NOT_FOUND,
        ErrorCode.NOT_THE_REQUESTED_PARTY,
        ErrorCode.REQUEST_NOT_NEW,
    ]


def test_an_answer_is_final(house: House) -> None:
    user = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    with pytest.raises(Conflict) as raised:
        reject_request(house.store, OWN_MANAGER, OWNDATA, user.id, STANDARD)
    assert raised.value.code is ErrorCode.REQUEST_NOT_NEW


def test_a_manager_of_accesses_gives_only_what_they_hold(house: House) -> None:
    request = asked(house, packages=(VAT, SALARY), rights=(Right(A06, "read"), Right(BY_ROLE, "write")))
    with pytest.raises(DelegationRefused) as raised:
        approve_request(house.store, OWN_HELPER, OWNDATA, request.id, STANDARD)
    assert [(refusal.what, refusal.reason) for refusal in raised.value.refusals] == [
        ("urn:altinn:resource:nav-a06:read", "missing-package-access"),
        ("urn:altinn:resource:skd-rolle:write", "missing-role-access"),
        ("urn:altinn:accesspackage:merverdiavgift", "missing-package-access"),
        ("urn:altinn:accesspackage:a-ordning", "missing-package-access"),
    ]
    assert raised.value.fixes
    assert house.now.requests.get(request.id) == request
    assert house.now.users.get(request.id) is None


def test_a_main_administrator_gives_what_they_do_not_have(house: House) -> None:
    request = asked(house, packages=(VAT,), rights=(Right(A06, "read"),))
    user = approve_request(house.store, person("own-main-admin"), OWNDATA, request.id, STANDARD)
    assert house.answer(user, MVA, "write", OWNDATA) == (Outcome.PERMIT, Reason.PACKAGE_ACCESS)


def test_the_operator_is_bound_by_what_can_be_given_only(house: House) -> None:
    request = asked(house, packages=(VAT,))
    user = approve_request(house.store, OPERATOR, OWNDATA, request.id, STANDARD)
    assert house.answer(user, MVA, "write", OWNDATA)[0] is Outcome.PERMIT
    listed = asked(house, owner=CLIENT_U, rights=(Right(LISTED, "*"),))
    error = refused(house, OPERATOR, CLIENT_U, listed.id, STANDARD)
    assert isinstance(error, DelegationRefused)
    assert error.refusals[0].reason == "access-list"


def test_a_removed_system_user_leaves_nothing_and_frees_its_reference(house: House) -> None:
    before = len(list(house.store.facts()))
    user = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), rights=(Right(A06, "*"),), kind=STANDARD)
    for caller, party, code in (
        (CLIENT_BOSS, OWNDATA, ErrorCode.MISSING_ADMINISTRATION),
        (CLIENT_BOSS, CLIENT_U, ErrorCode.NOT_THE_OWNER),
    ):
        with pytest.raises(NotAllowed) as raised:
            remove_system_user(house.store, caller, party, user.id)
        assert raised.value.code is code
    assert house.answer(user, MVA, "write", OWNDATA)[0] is Outcome.PERMIT
    assert remove_system_user(house.store, OWN_MANAGER, OWNDATA, user.id) == user
    assert len(list(house.store.facts())) == before
    assert house.answer(user, MVA, "write", OWNDATA) == (Outcome.NOT_APPLICABLE, Reason.SYSTEM_USER_NOT_ACTIVE)
    with pytest.raises(NotFound) as gone:
        remove_system_user(house.store, OWN_MANAGER, OWNDATA, user.id)
    assert gone.value.code is ErrorCode.SYSTEM_USER_NOT_FOUND
    again = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    assert again.id != user.id
    assert house.answer(user, MVA, "write", OWNDATA)[0] is Outcome.NOT_APPLICABLE


def test_a_token_is_for_the_system_user_whose_every_key_fits(house: House) -> None:
    number = numbered(OWNDATA)
    plain = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    named = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD, ref="kunde")

    def found(client: str = "client-of-fjell", by: str = VENDOR, of: str = number, ref: str | None = None) -> object:
        return system_user_for_token(house.now, client, numbered(by), of, ref)

    assert found() == found(ref="") == found(ref=number) == plain
    assert found(ref="kunde") == named
    assert found(ref="nei") is None
    assert found(client="nei") is None
    assert found(by=OTHER_VENDOR) is None
    assert found(of=numbered(CLIENT_U)) is None
    assert found(of="310009997") is None
    remove_system_user(house.store, OWN_MANAGER, OWNDATA, named.id)
    assert found(ref="kunde") is None
    delete_system(house.store, vendor(), SYSTEM)
    assert found() is None
    assert house.answer(plain, MVA, "write", OWNDATA) == (Outcome.NOT_APPLICABLE, Reason.SYSTEM_USER_NOT_ACTIVE)
