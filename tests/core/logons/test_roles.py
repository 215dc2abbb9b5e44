"""list_roles: what somebody has at a party in its own name, and where it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core import (
    Conferral,
    Confidence,
    DecisionTerms,
    Fact,
    RegisterRole,
    RoleGrant,
    Snapshot,
    build_snapshot,
    list_roles,
)
from tests.small_world import FIRM, GIVER, GRANT, MANAGER, STRANGER, SUBMISSION_ROLE, small_world

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_SOURCE = ("made for the tests", "2026-11-22", Confidence.OURS)


def world(*more: Fact, until: datetime | None = None) -> Snapshot:
    terms = replace(DecisionTerms(), old_roles_until=until)
    return build_snapshot([*small_world(), *more], sequence=1, terms=terms)


def test_grants_and_register_roles_are_told_apart() -> None:
    snapshot = world()
    (given,) = list_roles(snapshot, FIRM, GIVER, at=NOW)
    assert (given.role.code, given.registered) == (SUBMISSION_ROLE, False)
    (held,) = list_roles(snapshot, MANAGER, GIVER, at=NOW)
    assert (held.role.code, held.registered, held.offered_by.id) == ("DAGL", True, GIVER)


def test_a_conferred_role_comes_from_the_register_also_where_it_was_given_too() -> None:
    snapshot = world(Conferral("UTINN", "DAGL", *_SOURCE), RoleGrant("g-2", GIVER, MANAGER, "UTINN", "tests"))
    found = {held.role.code: held.registered for held in list_roles(snapshot, MANAGER, at=NOW)}
    assert found == {"DAGL": True, "UTINN": True}
    (one,) = list_roles(snapshot, MANAGER, GIVER, at=NOW, role="utinn")
    assert one.role.code == "UTINN"


def test_what_has_ended_or_is_a_strangers_is_not_told() -> None:
    ended = replace(GRANT, valid_to=NOW)
    begins = RegisterRole("er-2", STRANGER, FIRM, "DAGL", valid_from=NOW + timedelta(days=1))
    snapshot = world(ended, begins)
    assert list_roles(snapshot, FIRM, at=NOW) == ()
    assert [held.role.code for held in list_roles(snapshot, FIRM, at=NOW + timedelta(days=1))] == ["DAGL"]
    assert list_roles(snapshot, STRANGER, GIVER, at=NOW) == ()
    assert list_roles(snapshot, FIRM, STRANGER, at=NOW) == ()


def test_legacy_roles_end_when_the_setting_says_so() -> None:
    snapshot = world(until=NOW)
    assert list_roles(snapshot, FIRM, at=NOW) == ()
    assert len(list_roles(snapshot, FIRM, at=NOW - timedelta(seconds=1))) == 1
    assert [held.role.code for held in list_roles(snapshot, MANAGER, at=NOW)] == ["DAGL"]


def test_a_person_has_for_themselves_what_every_person_has() -> None:
    snapshot = world(Conferral("UTINN", "PRIV", *_SOURCE))
    assert [held.role.code for held in list_roles(snapshot, MANAGER, MANAGER, at=NOW)] == ["UTINN"]
    assert list_roles(snapshot, FIRM, FIRM, at=NOW) == ()
