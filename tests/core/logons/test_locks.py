"""Locks after wrong tries, and answers that tell nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from core import (
    OPERATOR,
    AuthenticationFailed,
    CallerKind,
    GatewayError,
    PersonLogin,
    Store,
    authenticate_enterprise_user,
    authenticate_person,
    authenticate_person_login,
    authenticate_system,
    lock_enterprise_user,
    lock_person_login,
    lock_system,
    remove,
    request_challenge,
)
from core.services.passwords import PasswordChecker
from core.store.store import Written
from tests.core.logons.conftest import (
    EC_USER,
    NUMBER,
    PASSWORD,
    SYSTEM_PASSWORD,
    USER_NAME,
    Logons,
    MovedClock,
)
from tests.small_world import FIRM, MANAGER, SYSTEM

WRONG = "galt1234"
FIRM_NUMBER = "310000205"


def refusal(work: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(AuthenticationFailed) as refused:
        work()
    return refused.value.code, refused.value.message


def by_person(logons: Logons, *, user: str = NUMBER, password: str = PASSWORD, code: str) -> Callable[[], object]:
    caller = logons.system()
    return lambda: authenticate_person(logons.store, caller, user, password, code, "SMSPin")


def test_a_person_is_locked_for_an_hour_by_ten_wrong_tries_in_two(logons: Logons) -> None:
    code = logons.sms_code()
    wrong = by_person(logons, password=WRONG, code=code)
    for _ in range(9):
        refusal(wrong)
    right = by_person(logons, code=code)
    right()
    refusal(wrong)
    assert refusal(right) == refusal(wrong)
    assert logons.challenge().status == logons.challenge(password=WRONG).status == "UserLockedOut"
    logons.clock.move(minutes=59)
    assert logons.challenge().status == "UserLockedOut"
    logons.clock.move(minutes=1)
    assert logons.challenge().status == "Ok"


def test_wrong_tries_are_forgotten_after_two_hours(logons: Logons) -> None:
    for _ in range(9):
        assert logons.challenge(password=WRONG).status == "InvalidCredentials"
    logons.clock.move(hours=2, seconds=1)
    for _ in range(9):
        assert logons.challenge(password=WRONG).status == "InvalidCredentials"
    assert logons.challenge().status == "Ok"


def test_every_wrong_part_counts_and_is_answered_alike(logons: Logons) -> None:
    code = logons.sms_code()
    answers = {
        refusal(by_person(logons, user="01817010136", code=code)),
        refusal(by_person(logons, user="nobody", code=code)),
        refusal(by_person(logons, password=WRONG, code=code)),
        refusal(by_person(logons, code="000000" if code != "000000" else "000001")),
    }
    lock_person_login(logons.store, OPERATOR, MANAGER)
    answers.add(refusal(by_person(logons, code=code)))
    assert answers == {
        ("person-authentication-failed", "the person, the password or the one-time code is wrong, or locked")
    }
    lock_person_login(logons.store, OPERATOR, MANAGER, locked=False)
    assert by_person(logons, code=code)()


def test_wrong_codes_lock_as_wrong_passwords_do(logons: Logons) -> None:
    code = logons.sms_code()
    wrong = by_person(logons, code="999999" if code != "999999" else "999998")
    for _ in range(10):
        refusal(wrong)
    refusal(by_person(logons, code=code))
    lock_person_login(logons.store, OPERATOR, MANAGER, locked=False)
    assert by_person(logons, code=code)()


def test_what_was_left_out_is_no_try(logons: Logons) -> None:
    code = logons.sms_code()
    for _ in range(12):
        refusal(by_person(logons, password="", code=code))
        refusal(by_person(logons, code=""))
    assert by_person(logons, code=code)()


def test_who_nobody_knows_is_locked_like_anybody(logons: Logons) -> None:
    known = [logons.challenge(password=WRONG).status for _ in range(12)]
    unknown = [logons.challenge(user="01817010136", password=WRONG).status for _ in range(12)]
    assert known == unknown == ["InvalidCredentials"] * 10 + ["UserLockedOut"] * 2
    subjects = [row[0] for row in _locks(logons.store)]
    assert len(subjects) == 2
    assert not any("0181701" in subject for subject in subjects)


def test_a_refusal_never_takes_the_quick_way(logons: Logons, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that was right before is known without hashing: a refusal must not show that by its speed."""
    code = logons.sms_code()
    by_person(logons, code=code)()
    wrong_code = by_person(logons, code="999999" if code != "999999" else "999998")
    caller = logons.system()
    hashed: list[str | None] = []
    checker = logons.store.companion(PasswordChecker)
    slow = checker._hasher.verify

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            hashed.append(kept)
            return slow(kept, password)

    monkeypatch.setattr(checker, "_hasher", Counting())
    refusal(wrong_code)
    lock_person_login(logons.store, OPERATOR, MANAGER)
    refusal(lambda: authenticate_person(logons.store, caller, NUMBER, PASSWORD, code, "SMSPin"))
    refusal(lambda: authenticate_person(logons.store, caller, "nobody", PASSWORD, code, "SMSPin"))
    lock_system(logons.store, OPERATOR, SYSTEM)
    refusal(lambda: authenticate_system(logons.store, SYSTEM, SYSTEM_PASSWORD))
    refusal(lambda: authenticate_system(logons.store, 1, SYSTEM_PASSWORD))
    assert len(hashed) == 5


def test_tries_at_once_are_all_counted(logons: Logons, database_url: str, clock: MovedClock) -> None:
    other = Store(database_url, clock=clock)
    for _ in range(8):
        logons.challenge(password=WRONG)
    statuses: list[str] = []

    def guess(store: Store) -> None:
        statuses.append(request_challenge(store, str(SYSTEM), NUMBER, WRONG, "AltinnPin").status)

    threads = [threading.Thread(target=guess, args=(store,)) for store in (logons.store, other) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["InvalidCredentials"] * 2 + ["UserLockedOut"] * 4
    other.close()


def test_a_right_password_that_was_hashed_while_others_locked_the_system_is_refused(
    logons: Logons, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = logons.store.companion(PasswordChecker)
    slow = checker._hasher.verify

    class Waiting:
        def verify(self, kept: str, password: str) -> bool:
            monkeypatch.setattr(checker, "_hasher", original)
            for _ in range(4):
                refusal(lambda: authenticate_system(logons.store, SYSTEM, WRONG))
            return slow(kept, password)

    original = checker._hasher
    monkeypatch.setattr(checker, "_hasher", Waiting())
    refusal(lambda: authenticate_system(logons.store, SYSTEM, SYSTEM_PASSWORD))


def test_a_user_name_opens_the_system_door_for_its_person_alone(logons: Logons) -> None:
    caller = authenticate_person_login(logons.store, USER_NAME.lower(), PASSWORD)
    assert (caller.kind, caller.party, caller.enterprise_system) == (CallerKind.PERSON_LOGIN, MANAGER, None)
    assert caller.subject().id == MANAGER
    code = logons.sms_code()
    assert authenticate_person(logons.store, caller, NUMBER, PASSWORD, code).person == MANAGER


def test_a_user_name_is_refused_where_the_person_does_not_let_systems_use_it(logons: Logons) -> None:
    wrong = refusal(lambda: authenticate_person_login(logons.store, USER_NAME, WRONG))
    logons.login(allows_systems=False)
    assert refusal(lambda: authenticate_person_login(logons.store, USER_NAME, PASSWORD)) == wrong
    assert refusal(lambda: authenticate_person_login(logons.store, "nobody", PASSWORD)) == wrong
    assert refusal(lambda: authenticate_system(logons.store, 1, PASSWORD)) == wrong


def test_a_person_logged_on_by_user_name_is_nobody_else(logons: Logons) -> None:
    code = logons.sms_code()
    stranger = authenticate_person_login(logons.store, USER_NAME, PASSWORD)
    other = type(stranger)(CallerKind.PERSON_LOGIN, party=FIRM)
    with pytest.raises(AuthenticationFailed):
        authenticate_person(logons.store, other, NUMBER, PASSWORD, code)


def test_an_enterprise_user_belongs_to_the_organisation_of_the_certificate(logons: Logons) -> None:
    caller = authenticate_enterprise_user(logons.store, FIRM_NUMBER, EC_USER.upper(), PASSWORD)
    assert (caller.kind, caller.party) == (CallerKind.ENTERPRISE_USER, FIRM)
    assert caller.subject().id == caller.enterprise_user
    wrong = refusal(lambda: authenticate_enterprise_user(logons.store, FIRM_NUMBER, EC_USER, WRONG))
    for organisation in ("310000302", "310000604", "", "nobody"):
        tried = refusal(lambda: authenticate_enterprise_user(logons.store, organisation, EC_USER, PASSWORD))  # noqa: B023
        assert tried == wrong


def test_the_fourth_wrong_try_locks_an_enterprise_user_for_an_hour(logons: Logons) -> None:
    def log_on(password: str = PASSWORD) -> object:
        return authenticate_enterprise_user(logons.store, FIRM_NUMBER, EC_USER, password)

    for _ in range(3):
        refusal(lambda: log_on(WRONG))
    log_on()
    refusal(lambda: log_on(WRONG))
    refusal(log_on)
    logons.clock.move(minutes=60)
    user = log_on().enterprise_user  # type: ignore[attr-defined]
    lock_enterprise_user(logons.store, OPERATOR, user)
    refusal(log_on)
    lock_enterprise_user(logons.store, OPERATOR, user, locked=False)
    assert log_on()


def test_the_operator_is_told_who_is_refused_and_how_often_but_no_password(
    logons: Logons, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        refusal(lambda: authenticate_system(logons.store, SYSTEM, WRONG, source="192.0.2.7"))
        refusal(lambda: authenticate_system(logons.store, SYSTEM, WRONG, source="192.0.2.8"))
        logons.challenge(password=WRONG)
    told = [record.facts for record in caplog.records]  # type: ignore[attr-defined]
    assert told[1] == {"system": str(SYSTEM), "tries": 2, "source": "192.0.2.8", "tries_from_source": 1}
    assert told[2] == {"who": f"person:{MANAGER}", "why": "wrong", "tries": 1, "source": ""}
    assert WRONG not in caplog.text + repr(told)
    assert NUMBER not in caplog.text + repr(told)


@pytest.mark.parametrize(
    "wrong", [{"user_name": "12345678"}, {"user_name": "to"}, {"user_name": "a b"}, {"phone": "kort"}]
)
def test_ill_formed_log_ons_are_refused(logons: Logons, wrong: dict[str, str]) -> None:
    with pytest.raises(GatewayError) as refused:
        logons.login(**wrong)
    assert refused.value.code == "invalid-login"


def test_a_user_name_follows_its_person(logons: Logons) -> None:
    logons.login(user_name="ny.bruker")
    refusal(lambda: authenticate_person_login(logons.store, USER_NAME, PASSWORD))
    assert authenticate_person_login(logons.store, "NY.bruker", PASSWORD).party == MANAGER
    login = logons.store.snapshot().person_logins.get(MANAGER)
    assert isinstance(login, PersonLogin)
    assert "99999901" not in repr(login)
    assert login.masked_phone.endswith("*01")
    logons.store.change("tests", lambda _: Written((remove(login),), None))
    refusal(lambda: authenticate_person_login(logons.store, "ny.bruker", PASSWORD))


def _locks(store: Store) -> list[tuple[str]]:
    from sqlalchemy import text

    return store.read(
        lambda ledger: [tuple(row) for row in ledger._connection.execute(text("SELECT subject FROM logon_lock"))]
    )
