"""The narrowed grant per client, with the scenarios NAV A, B and C."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.change import put
from core.domain.decision import Outcome, Reason
from core.domain.identifiers import PartyId, ServiceId
from core.domain.system import Generation
from core.domain.vocabulary import Accepts, PolicyRule, Right
from core.errors import DelegationRefused, ErrorCode, GatewayError, NotAllowed
from core.services.client_rights import delegate_client_rights
from core.services.clients import add_client, list_clients
from core.services.package_delegations import give_package, withdraw_package
from core.services.right_delegations import give_rights, withdraw_rights
from tests.core.systems.world import (
    A06,
    A07,
    A08,
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    FIXED,
    GRADED,
    MVA,
    NOW,
    PAYROLL,
    SALARY,
    SIGNING,
    TAX,
    VAT,
    House,
    given,
    person,
    resource,
)

READ_A06, READ_A07, READ_A08 = Right(A06, "read"), Right(A07, "read"), Right(A08, "read")
RIGHTHOLDER = "rettighetshaver"


def refused(house: House, agent: str, ground: str, client: str = CLIENT_R, **what: Any) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        delegate_client_rights(house.store, FACIL_MANAGER, agent, PartyId(client), ground, **what)
    return raised.value


def test_nav_a_a_registered_clients_package_narrowed_to_two_rights(house: House) -> None:
    user = house.agent(rights=(READ_A06, READ_A07), ref="superavstemming")
    assert house.answer(user, A06, "read", CLIENT_R) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)
    rights = (READ_A06, READ_A07)
    delegation = delegate_client_rights(house.store, FACIL_MANAGER, user.id, CLIENT_R, "REGN", rights=rights)
    assert (delegation.ground, delegation.rights, delegation.packages) == ("REGN", set(rights), set())
    for service in (A06, A07):
        decision = house.decision(user, service, "read", CLIENT_R)
        assert decision.outcome is Outcome.PERMIT
        assert decision.reasons == (Reason.RIGHT_ACCESS, Reason.CLIENT_DELEGATION)
        assert decision.via[-1] == delegation
    # The same package opens A08, and the ceiling does not.
    assert house.answer(user, A08, "read", CLIENT_R) == (Outcome.NOT_APPLICABLE, Reason.OUTSIDE_CEILING)
    assert house.answer(user, A06, "write", CLIENT_R) == (Outcome.NOT_APPLICABLE, Reason.OUTSIDE_CEILING)
    assert refused(house, user.id, "REGN", rights=(READ_A08,)).code is ErrorCode.RIGHT_OUTSIDE_SYSTEM
    again = delegate_client_rights(house.store, FACIL_MANAGER, user.id, CLIENT_R, "REGN", rights=(READ_A06,))
    assert again == delegation


def test_nav_b_the_client_gives_one_single_right(house: House) -> None:
    user = house.agent(rights=(READ_A06, READ_A07))
    error = refused(house, user.id, RIGHTHOLDER, CLIENT_U, rights=(READ_A06,))
    assert error.code is ErrorCode.CLIENT_NOT_FOUND
    give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",))
    delegate_client_rights(house.store, FACIL_MANAGER, user.id, CLIENT_U, RIGHTHOLDER, rights=(READ_A06,))
    assert house.answer(user, A06, "read", CLIENT_U) == (Outcome.PERMIT, Reason.RIGHT_ACCESS)
    assert house.answer(user, A07, "read", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.MISSING_PACKAGE_ACCESS)
    assert refused(house, user.id, RIGHTHOLDER, CLIENT_U, rights=(READ_A07,)).code is ErrorCode.RIGHT_NOT_HELD
    (view,) = list_clients(house.now, FACIL_MANAGER, user.id, at=NOW)
    assert (view.party.id, view.rights) == (CLIENT_U, (READ_A06,))
    withdraw_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06)
    assert house.answer(user, A06, "read", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)
    assert list_clients(house.now, FACIL_MANAGER, user.id, at=NOW) == ()


def test_nav_c_several_services_and_only_some_rights_wanted(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A08, ("read",))
    narrow, wide = house.agent(rights=(READ_A06, READ_A08)), house.agent(SALARY, ref="bred")
    add_client(house.store, FACIL_MANAGER, wide.id, CLIENT_U)
    rights = (READ_A06, READ_A08)
    delegate_client_rights(house.store, FACIL_MANAGER, narrow.id, CLIENT_U, RIGHTHOLDER, rights=rights)
    assert [house.decision(narrow, *right, CLIENT_U).permitted for right in rights] == [True, True]
    assert house.answer(narrow, A06, "write", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.OUTSIDE_CEILING)
    assert house.answer(wide, A06, "write", CLIENT_U) == (Outcome.PERMIT, Reason.PACKAGE_ACCESS)
    new = ServiceId("nav-ny")
    opened = PolicyRule(new, "read", Accepts.PACKAGE, SALARY, *GRADED)
    house.store.import_facts("test", [resource(new), opened])
    assert house.decision(wide, new, "read", CLIENT_U).permitted
    assert not house.decision(narrow, new, "read", CLIENT_U).permitted
    withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    assert house.answer(wide, A06, "write", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)
    assert [house.decision(narrow, *right, CLIENT_U).permitted for right in rights] == [False, True]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({}, ErrorCode.NOTHING_REQUESTED),
        ({"resources": (ServiceId("nei"),)}, ErrorCode.UNKNOWN_SERVICE),
        ({"packages": ("tilgangsstyrer",)}, ErrorCode.PACKAGE_NOT_DELEGABLE),
        ({"packages": (PAYROLL,)}, ErrorCode.PACKAGE_OUTSIDE_SYSTEM),
        ({"packages": (TAX,)}, ErrorCode.RIGHT_NOT_HELD),
        ({"rights": (READ_A06,)}, ErrorCode.RIGHT_OUTSIDE_SYSTEM),
        ({"rights": (READ_A08,)}, ErrorCode.RIGHT_NOT_HELD),
        ({"rights": (Right(MVA, "sign"),)}, ErrorCode.RIGHT_NOT_HELD),
        ({"resources": (MVA,)}, ErrorCode.RIGHT_NOT_HELD),
        ({"rights": (Right(FIXED, "write"),)}, ErrorCode.RIGHT_NOT_HELD),
    ],
)
def test_nothing_beyond_the_ceiling_or_what_is_held(house: House, what: dict[str, Any], code: ErrorCode) -> None:
    house.store.import_facts("test", [given(CLIENT_U, FACIL, SIGNING)])
    user = house.agent(SIGNING, TAX, rights=(Right(MVA, "*"), Right(FIXED, "*")))
    assert refused(house, user.id, RIGHTHOLDER, CLIENT_U, **what).code is code
    assert list_clients(house.now, FACIL_MANAGER, user.id, at=NOW) == ()


def test_a_package_that_agents_may_not_have_passes_on_no_single_right_either(house: House) -> None:
    management = ServiceId("altinn_access_management")
    house.store.import_facts("test", [given(CLIENT_U, FACIL, "tilgangsstyrer"), given(CLIENT_U, FACIL, VAT)])
    user = house.agent(VAT)
    house.write(put(Generation(user.id, 2, frozenset({VAT}), frozenset({Right(management, "write")}), NOW)))
    error = refused(house, user.id, RIGHTHOLDER, CLIENT_U, rights=(Right(management, "write"),))
    assert error.code is ErrorCode.RIGHT_NOT_HELD


def test_a_whole_resource_needs_every_action_and_adds_to_what_is_there(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    user = house.agent(SALARY, rights=(Right(A06, "*"),))
    first = add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U)[0]
    both = delegate_client_rights(house.store, FACIL_MANAGER, user.id, CLIENT_U, RIGHTHOLDER, resources=(A06,))
    assert (both.id, both.packages, both.resources) == (first.id, {SALARY}, {A06})


def test_a_ground_that_is_none_is_refused(house: House) -> None:
    user = house.agent(SIGNING)
    for ground in ("FFØR", "DAGL", RIGHTHOLDER, "self"):
        assert refused(house, user.id, ground, packages=(SIGNING,)).code is ErrorCode.CLIENT_NOT_FOUND


def test_the_own_organisation_is_connected_by_who_could_give_it(house: House) -> None:
    user = house.agent(VAT, SIGNING)
    assert house.answer(user, MVA, "read", FACIL) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)
    error = refused(house, user.id, "self", FACIL, packages=(SIGNING,))
    assert isinstance(error, DelegationRefused)
    assert error.refusals[0].reason == "package-not-assignable"
    delegate_client_rights(house.store, FACIL_MANAGER, user.id, FACIL, "self", packages=(VAT,))
    assert house.answer(user, MVA, "read", FACIL) == (Outcome.PERMIT, Reason.PACKAGE_ACCESS)
    assert list_clients(house.now, FACIL_MANAGER, user.id, at=NOW) == ()
    house.store.import_facts("test", [given(FACIL, "outsider", "klientadministrator")])
    with pytest.raises(NotAllowed) as raised:
        delegate_client_rights(house.store, person("outsider"), user.id, FACIL, "self", packages=(VAT,))
    assert raised.value.code is ErrorCode.MISSING_ADMINISTRATION


def test_only_who_administers_the_owners_clients_may(house: House) -> None:
    user = house.agent(SIGNING)
    with pytest.raises(NotAllowed) as raised:
        delegate_client_rights(house.store, person("registered-manager"), user.id, CLIENT_R, "REGN", (SIGNING,))
    assert raised.value.code is ErrorCode.MISSING_CLIENT_ADMINISTRATION
