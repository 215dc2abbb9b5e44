"""One-time codes: asked for, used, renewed, run out; by SMS and from a letter."""

from __future__ import annotations

import threading

import pytest

from core import (
    OPERATOR,
    AuthenticationFailed,
    Caller,
    ErrorCode,
    Store,
    Unavailable,
    authenticate_person,
    change_person_password,
    request_challenge,
    send_code_letter,
)
from tests.core.logons.conftest import NUMBER, PASSWORD, USER_NAME, Logons, MovedClock
from tests.small_world import MANAGER, STRANGER, SYSTEM, small_world


def use(logons: Logons, code: str, method: str | None = "SMSPin", *, user: str = NUMBER) -> Caller:
    return authenticate_person(logons.store, logons.system(), user, PASSWORD, code, method)


def refused(logons: Logons, code: str, method: str | None = "SMSPin") -> ErrorCode:
    with pytest.raises(AuthenticationFailed) as error:
        use(logons, code, method)
    return error.value.code


def test_a_code_by_sms_makes_the_person_known_beside_the_system(logons: Logons) -> None:
    challenge = logons.challenge()
    assert (challenge.number, challenge.letter_date) == (None, None)
    assert (challenge.valid_from, challenge.valid_to) == (logons.clock.now, logons.clock.now.replace(minute=30))
    caller = use(logons, logons.sms_code())
    assert (caller.enterprise_system, caller.person) == (SYSTEM, MANAGER)
    assert caller.subject().person == MANAGER


@pytest.mark.parametrize("user", [USER_NAME, USER_NAME.upper(), f" {NUMBER} "])
def test_a_person_is_known_by_number_and_by_user_name(logons: Logons, user: str) -> None:
    code = logons.sms_code()
    assert use(logons, code, user=user).person == MANAGER
    assert use(logons, code, None).person == MANAGER


def test_each_use_gives_half_an_hour_more(logons: Logons) -> None:
    code = logons.sms_code()
    for _ in range(5):
        logons.clock.move(minutes=29)
        use(logons, code)
    logons.clock.move(minutes=30)
    assert refused(logons, code) is ErrorCode.CODE_EXPIRED


def test_eight_hours_after_its_first_use_a_code_is_over(logons: Logons) -> None:
    code = logons.sms_code()
    logons.clock.move(minutes=20)
    use(logons, code)
    for _ in range(23):
        logons.clock.move(minutes=20)
        use(logons, code)
    logons.clock.move(minutes=19, seconds=59)
    use(logons, code)
    logons.clock.move(seconds=1)
    assert refused(logons, code) is ErrorCode.CODE_EXPIRED


def test_a_code_never_used_is_over_after_half_an_hour(logons: Logons) -> None:
    code = logons.sms_code()
    logons.clock.move(minutes=30)
    assert refused(logons, code) is ErrorCode.CODE_EXPIRED
    logons.clock.move(days=8)
    logons.sms_code()
    assert refused(logons, code) is ErrorCode.PERSON_AUTHENTICATION_FAILED


def test_a_new_challenge_takes_the_place_of_an_unused_code_only(logons: Logons) -> None:
    unused = logons.sms_code()
    used = logons.sms_code()
    assert refused(logons, unused) is ErrorCode.PERSON_AUTHENTICATION_FAILED
    use(logons, used)
    newer = logons.sms_code()
    assert use(logons, used).person == use(logons, newer).person == MANAGER


def test_a_letter_is_used_up_number_by_number(logons: Logons) -> None:
    assert logons.challenge("AltinnPin").status == "NoPinFound"
    codes = logons.letter()
    assert len(codes) == 20
    for number in sorted(codes):
        for _ in range(2):
            challenge = logons.challenge("AltinnPin")
            assert (challenge.status, challenge.number) == ("Ok", number)
            assert challenge.letter_date == logons.clock.now
        assert use(logons, codes[number], "AltinnPin").person == MANAGER
    assert logons.challenge("AltinnPin").status == "NoPinFound"


def test_a_code_of_the_letter_works_only_when_it_was_asked_for(logons: Logons) -> None:
    codes = logons.letter()
    logons.challenge("AltinnPin")
    assert refused(logons, codes[2], "AltinnPin") is ErrorCode.PERSON_AUTHENTICATION_FAILED
    assert refused(logons, codes[1], "SMSPin") is ErrorCode.PERSON_AUTHENTICATION_FAILED
    assert use(logons, codes[1], "AltinnPin")


def test_a_new_letter_kills_the_old_one(logons: Logons) -> None:
    old = logons.letter()
    logons.clock.move(days=1)
    new = logons.letter()
    logons.challenge("AltinnPin")
    assert refused(logons, old[1], "AltinnPin") is ErrorCode.PERSON_AUTHENTICATION_FAILED
    assert use(logons, new[1], "AltinnPin")


def test_a_new_password_ends_every_session(logons: Logons) -> None:
    code = logons.sms_code()
    use(logons, code)
    change_person_password(logons.store, OPERATOR, MANAGER, PASSWORD)
    assert refused(logons, code) is ErrorCode.PERSON_AUTHENTICATION_FAILED


def test_no_code_is_kept_readable(logons: Logons) -> None:
    code = logons.sms_code()
    sessions = logons.store.read(lambda ledger: ledger.logons.sessions(MANAGER))
    assert len(sessions) == 1
    assert code not in repr(sessions)


def test_without_a_channel_codes_by_sms_are_not_offered(logons: Logons, database_url: str) -> None:
    bare = Store(database_url, clock=logons.clock)
    assert request_challenge(bare, str(SYSTEM), NUMBER, PASSWORD, "SMSPin").status == "InvalidPinType"
    with pytest.raises(Unavailable) as error:
        send_code_letter(bare, OPERATOR, MANAGER)
    assert error.value.code is ErrorCode.CODE_CHANNEL_UNAVAILABLE
    bare.close()


def test_without_a_telephone_and_by_other_ways_there_is_no_code(logons: Logons) -> None:
    logons.login(phone=None)
    assert logons.challenge().status == "NoPhoneNumber"
    assert logons.challenge("TaxPin").status == "InvalidPinType"
    assert logons.challenge("").status == "InvalidPinType"


def test_who_has_died_gets_no_code_and_is_not_let_in(logons: Logons) -> None:
    from dataclasses import replace

    from core import Party

    code = logons.sms_code()
    person = next(fact for fact in small_world() if isinstance(fact, Party) and fact.id == MANAGER)
    logons.store.import_facts("tests", [replace(person, ended=logons.clock.now)])
    assert logons.challenge().status == "StatusDead"
    assert refused(logons, code) is ErrorCode.PERSON_AUTHENTICATION_FAILED


def test_whether_a_system_is_known_is_told_only_to_the_person(logons: Logons) -> None:
    assert request_challenge(logons.store, "1", NUMBER, "galt1234", "SMSPin").status == "InvalidCredentials"
    for unknown in ("1", "", "9" * 5000, "nobody", "٤٧١١"):
        with pytest.raises(AuthenticationFailed) as error:
            request_challenge(logons.store, unknown, NUMBER, PASSWORD, "SMSPin")
        assert error.value.code is ErrorCode.AUTHENTICATION_FAILED
    assert request_challenge(logons.store, USER_NAME, NUMBER, PASSWORD, "SMSPin").status == "Ok"
    assert not logons.store.read(lambda ledger: ledger.logons.sessions(STRANGER))


def test_two_at_once_with_one_code_are_one_session(logons: Logons, database_url: str, clock: MovedClock) -> None:
    codes = logons.letter()
    logons.challenge("AltinnPin")
    other = Store(database_url, clock=clock)
    callers: list[Caller] = []
    stores = (logons.store, other)
    logons.system()

    def spend(store: Store) -> None:
        caller = logons.system()
        callers.append(authenticate_person(store, caller, NUMBER, PASSWORD, codes[1], "AltinnPin"))

    threads = [threading.Thread(target=spend, args=(store,)) for store in stores for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [caller.person for caller in callers] == [MANAGER] * 4
    (session,) = logons.store.read(lambda ledger: ledger.logons.sessions(MANAGER))
    assert session.first_used == clock.now
    assert logons.challenge("AltinnPin").number == 2
    other.close()


def test_of_challenges_at_once_one_code_is_left(logons: Logons, database_url: str, clock: MovedClock) -> None:
    other = Store(database_url, clock=clock)
    logons.letter()

    def ask(store: Store) -> None:
        request_challenge(store, str(SYSTEM), NUMBER, PASSWORD, "AltinnPin")

    threads = [threading.Thread(target=ask, args=(store,)) for store in (logons.store, other) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logons.store.read(lambda ledger: ledger.logons.sessions(MANAGER))) == 1
    other.close()
