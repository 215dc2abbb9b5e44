"""Logging on as an enterprise system: one answer for every failure, and a lock with a clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core import (
    OPERATOR,
    AuthenticationFailed,
    Conflict,
    ErrorCode,
    GatewayError,
    InvalidInput,
    NotFound,
    PartyId,
    Store,
    authenticate_system,
    change_password,
    lock_system,
    register_enterprise_system,
)
from tests.small_world import FIRM, GIVER, SYSTEM, small_world

PASSWORD = "riktig1"


class _Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """The clock of the stores below."""
    return _Clock()


@pytest.fixture
def opened(database_url: str, clock: _Clock) -> Iterator[Store]:
    """A store with the small world, where system 4711 has a password."""
    store = Store(database_url, clock=clock)
    store.import_facts("tests", small_world())
    change_password(store, OPERATOR, SYSTEM, PASSWORD)
    yield store
    store.close()


def _refusal(store: Store, system: int, password: str) -> tuple[str, str]:
    with pytest.raises(AuthenticationFailed) as refused:
        authenticate_system(store, system, password)
    return refused.value.code, refused.value.message


def test_the_right_password_gives_the_caller_with_its_owner(opened: Store) -> None:
    caller = authenticate_system(opened, SYSTEM, PASSWORD)
    assert (caller.enterprise_system, caller.party) == (SYSTEM, FIRM)


def test_unknown_wrong_and_locked_are_answered_alike(opened: Store) -> None:
    unknown = _refusal(opened, 1, PASSWORD)
    wrong = _refusal(opened, SYSTEM, "galt1234")
    lock_system(opened, OPERATOR, SYSTEM)
    assert unknown == wrong == _refusal(opened, SYSTEM, PASSWORD)


def test_four_wrong_tries_lock_for_an_hour_in_every_process(opened: Store, database_url: str, clock: _Clock) -> None:
    other = Store(database_url, clock=clock)
    for _ in range(4):
        _refusal(opened, SYSTEM, "galt1234")
    _refusal(opened, SYSTEM, PASSWORD)
    _refusal(other, SYSTEM, PASSWORD)
    clock.now += timedelta(minutes=59)
    _refusal(other, SYSTEM, PASSWORD)
    clock.now += timedelta(minutes=2)
    assert authenticate_system(other, SYSTEM, PASSWORD)
    other.close()


def test_a_right_try_and_an_hour_both_forget_the_wrong_ones(opened: Store, clock: _Clock) -> None:
    for _ in range(3):
        _refusal(opened, SYSTEM, "galt1234")
    assert authenticate_system(opened, SYSTEM, PASSWORD)
    for _ in range(3):
        _refusal(opened, SYSTEM, "galt1234")
    clock.now += timedelta(hours=1, seconds=1)
    _refusal(opened, SYSTEM, "galt1234")
    assert authenticate_system(opened, SYSTEM, PASSWORD)


def test_a_password_once_verified_dies_with_a_change_or_a_lock_made_elsewhere(opened: Store, database_url: str) -> None:
    assert authenticate_system(opened, SYSTEM, PASSWORD)
    other = Store(database_url)
    change_password(other, OPERATOR, SYSTEM, "nyttpassord1")
    _refusal(opened, SYSTEM, PASSWORD)
    assert authenticate_system(opened, SYSTEM, "nyttpassord1")
    lock_system(other, OPERATOR, SYSTEM)
    _refusal(opened, SYSTEM, "nyttpassord1")
    lock_system(other, OPERATOR, SYSTEM, locked=False)
    assert authenticate_system(opened, SYSTEM, "nyttpassord1")
    other.close()


def test_systems_get_the_next_free_number_and_keep_their_secret_hashed(opened: Store) -> None:
    first = register_enterprise_system(opened, OPERATOR, GIVER, "Kasse", "passord1")
    second = register_enterprise_system(opened, OPERATOR, GIVER, "Kasse 2", "passord2")
    assert second.id == first.id + 1
    assert first.secret.startswith("$argon2id$")
    assert "passord1" not in repr(first)
    assert authenticate_system(opened, first.id, "passord1").party == GIVER


@pytest.mark.parametrize("password", ["kort1", "bare bokstaver", "1234567"])
def test_weak_passwords_are_refused(opened: Store, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_enterprise_system(opened, OPERATOR, GIVER, "Kasse", password)
    assert refused.value.code is ErrorCode.INVALID_PASSWORD


def test_an_owner_and_a_number_are_checked(opened: Store) -> None:
    with pytest.raises(NotFound):
        register_enterprise_system(opened, OPERATOR, PartyId("nobody"), "Kasse", "passord1")
    with pytest.raises(Conflict):
        register_enterprise_system(opened, OPERATOR, GIVER, "Kasse", "passord1", number=SYSTEM)
    with pytest.raises(GatewayError):
        lock_system(opened, OPERATOR, 1)
