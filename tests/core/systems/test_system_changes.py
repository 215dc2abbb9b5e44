"""Changes to registered systems, the log of them, and the order that system users came in, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from core.domain.caller import OPERATOR, Caller, CallerKind
from core.domain.change import put
from core.domain.system import SystemUser, SystemUserKind
from core.domain.system_change import SystemChange, SystemChangeKind
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, InvalidInput, NotAllowed, NotFound
from core.services.system_check import InvalidSystem, SystemProblemCode
from core.services.system_user_reads import stream_of_system_users, streamed_system_user, users_of_vendor_system
from core.services.system_users import create_system_user, remove_system_user, rename_system_user
from core.services.systems import (
    delete_system,
    offered_systems,
    register_system,
    replace_system,
    replace_system_packages,
    replace_system_rights,
    system_changes,
)
from core.store import schema
from core.store.ledger import Ledger
from core.store.register_ledger import put_older_users_in_order
from core.store.store import Written
from core.store.tables_register import system_user_order
from tests.core.systems.world import (
    A06,
    MVA,
    OTHER_VENDOR,
    OWN_MANAGER,
    OWNDATA,
    SIGNING,
    SYSTEM,
    TAX,
    VAT,
    VENDOR,
    House,
    build_house,
    fjellregnskap,
    numbered,
    vendor,
)

STANDARD = SystemUserKind.STANDARD
RIGHTS = (Right(A06, "*"),)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """The world with one registered system, on each engine in turn."""
    opened = build_house(database_url)
    yield opened
    opened.store.close()


def lines(house: House, system: str = SYSTEM) -> tuple[SystemChange, ...]:
    """The change log, newest first."""
    return system_changes(house.store, vendor(), system)[1]


def kinds(house: House) -> list[SystemChangeKind]:
    """What was done, newest first."""
    return [line.kind for line in lines(house)]


def test_a_replaced_system_keeps_what_identifies_it(house: House) -> None:
    before, _ = system_changes(house.store, vendor(), SYSTEM)
    new = replace(fjellregnskap(), rights=(), packages=(VAT,), client_ids=(), redirect_urls=(), visible=True)
    after = replace_system(house.store, vendor(), SYSTEM, new)
    assert (after.internal_id, after.created, after.vendor) == (before.internal_id, before.created, before.vendor)
    assert (after.rights, after.packages, after.client_ids, after.visible) == ((), (VAT,), (), True)
    assert offered_systems(house.now) == (after,)
    assert house.now.client_ids.get("client-of-fjell") is None


def test_every_change_is_remembered_with_what_was_submitted(house: House) -> None:
    by = Caller(CallerKind.VENDOR, organisation=numbered(VENDOR), client="a-client")
    new = replace(fjellregnskap(), packages=())
    replace_system(house.store, by, SYSTEM, new)
    replace_system_rights(house.store, by, SYSTEM, RIGHTS)
    replace_system_packages(house.store, by, SYSTEM, (VAT, TAX))
    delete_system(house.store, by, SYSTEM)
    log = lines(house)
    assert [line.kind for line in log] == list(reversed(SystemChangeKind))
    assert {(line.by, line.client) for line in log[:-1]} == {(numbered(VENDOR), "a-client")}
    assert (log[0].whole, log[0].rights, log[0].packages) == (None, None, None)
    assert (log[1].packages, log[2].rights, log[3].whole, log[4].whole) == ((VAT, TAX), RIGHTS, new, fjellregnskap())


def test_what_is_refused_is_not_remembered(house: House) -> None:
    for refused in (replace(fjellregnskap(), rights=RIGHTS * 2), replace(fjellregnskap(), packages=("nei",))):
        with pytest.raises(InvalidSystem):
            replace_system(house.store, vendor(), SYSTEM, refused)
    with pytest.raises(InvalidSystem):
        replace_system_rights(house.store, vendor(), SYSTEM, RIGHTS * 2)
    assert kinds(house) == [SystemChangeKind.CREATE]


def test_a_change_and_its_line_are_written_together_or_not_at_all(house: House) -> None:
    system = house.now.systems.get(SYSTEM)
    assert system is not None

    def beside(ledger: Ledger) -> None:
        ledger.register.add_change(ledger.sequence(), lines(house)[0])
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError):
        house.store.change("test", lambda _: Written((put(replace(system, visible=True)),), None, beside))
    assert house.now.systems.get(SYSTEM) == system
    assert kinds(house) == [SystemChangeKind.CREATE]


def test_lists_are_replaced_whole_and_checked(house: House) -> None:
    assert replace_system_rights(house.store, vendor(), SYSTEM, RIGHTS).rights == RIGHTS
    assert replace_system_packages(house.store, vendor(), SYSTEM, (VAT,)).packages == (VAT,)
    replace_system(house.store, vendor(), SYSTEM, replace(fjellregnskap(), packages=(), visible=True))
    with pytest.raises(InvalidSystem) as refused:
        replace_system_packages(house.store, vendor(), SYSTEM, (VAT, SIGNING))
    assert [each.code for each in refused.value.problems] == [SystemProblemCode.VISIBLE_WITH_CLIENT_PACKAGE]


def test_refusals_come_in_the_order_of_the_platform(house: House) -> None:
    new, store = fjellregnskap(), house.store
    with pytest.raises(NotFound):
        replace_system(store, vendor(OTHER_VENDOR), "310000108_nei", new)
    with pytest.raises(NotAllowed):
        replace_system(store, vendor(OTHER_VENDOR), SYSTEM, replace(new, vendor="x", id="y"))
    with pytest.raises(NotFound):
        replace_system(store, vendor(), SYSTEM, replace(new, vendor=numbered(OTHER_VENDOR), id="y"))
    delete_system(store, vendor(), SYSTEM)
    with pytest.raises(InvalidInput) as renamed:
        replace_system(store, vendor(), SYSTEM, replace(new, id="y", packages=("nei",)))
    assert renamed.value.code is ErrorCode.SYSTEM_ID_MISMATCH
    with pytest.raises(Conflict) as deleted:
        replace_system(store, vendor(), SYSTEM, replace(new, packages=("nei",)))
    assert deleted.value.code is ErrorCode.SYSTEM_DELETED
    for write in (replace_system_rights, replace_system_packages):
        with pytest.raises(Conflict):
            write(store, OPERATOR, SYSTEM, ())


def test_client_ids_move_between_systems_in_one_order(house: House) -> None:
    other = replace(fjellregnskap(), id=f"{numbered(VENDOR)}_annet", client_ids=("b",))
    register_system(house.store, vendor(), other)
    taken = replace(fjellregnskap(), client_ids=("client-of-fjell", "b"))
    with pytest.raises(InvalidSystem) as refused:
        replace_system(house.store, vendor(), SYSTEM, taken)
    assert [(each.code, each.values) for each in refused.value.problems] == [
        (SystemProblemCode.CLIENT_ID_TAKEN, ("b",))
    ]
    replace_system(house.store, vendor(), other.id, replace(other, client_ids=()))
    assert replace_system(house.store, vendor(), SYSTEM, taken).client_ids == taken.client_ids


# -- the order of system users --------------------------------------------------------------------


def made(house: House, *references: str) -> list[SystemUser]:
    """System users, one after the other."""
    return [house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD, ref=ref) for ref in references]


def order(house: House, start: int = 0, limit: int = 10) -> list[str]:
    """The references of the system's users in their order."""
    found = users_of_vendor_system(house.store, vendor(), SYSTEM, start, limit)
    return [each.user.external_ref for each in found]


def test_system_users_stay_in_the_order_they_came(house: House) -> None:
    first, second, _ = made(house, "c", "a", "b")
    assert order(house) == ["c", "a", "b"]
    rename_system_user(house.store, OWN_MANAGER, first.id, "Nytt navn")
    remove_system_user(house.store, OWN_MANAGER, OWNDATA, second.id)
    made(house, "a")
    assert order(house) == ["c", "b", "a"]
    ordinal = users_of_vendor_system(house.store, vendor(), SYSTEM, 0, 2)[1].ordinal
    assert order(house, ordinal) == ["b", "a"]
    assert order(house, ordinal + 1, 1) == ["a"]
    with pytest.raises(NotAllowed):
        users_of_vendor_system(house.store, vendor(OTHER_VENDOR), SYSTEM, 0, 1)


def test_the_stream_has_each_system_user_once_as_it_is_now(house: House) -> None:
    first, second = made(house, "a", "b")
    remove_system_user(house.store, OWN_MANAGER, OWNDATA, first.id)
    page = stream_of_system_users(house.store, 0, 10)
    assert [(each.user.id, each.removed) for each in page.users] == [(second.id, False), (first.id, True)]
    assert page.newest == page.users[-1].sequence
    assert stream_of_system_users(house.store, page.newest, 10).users == ()
    assert streamed_system_user(house.store, first.id) is None
    assert streamed_system_user(house.store, second.id) == page.users[0]


def test_a_database_from_before_the_order_gets_it_from_the_change_log(house: House) -> None:
    _, second, _ = made(house, "c", "a", "b")
    remove_system_user(house.store, OWN_MANAGER, OWNDATA, second.id)
    rows = select(system_user_order).order_by(system_user_order.c.ordinal)
    with schema._connected(house.store._url) as connection:
        before = connection.execute(rows).all()
        connection.execute(delete(system_user_order))
        put_older_users_in_order(connection)
        assert connection.execute(rows).all() == before
        put_older_users_in_order(connection)
        assert connection.execute(rows).all() == before
    assert order(house) == ["c", "b"]


def test_an_owner_makes_a_system_user_itself(house: House) -> None:
    replace_system(house.store, vendor(), SYSTEM, replace(fjellregnskap(), rights=(), packages=(VAT,)))
    user = create_system_user(house.store, OWN_MANAGER, OWNDATA, SYSTEM, " Min ")
    assert (user.title, user.external_ref, user.kind) == ("Min", numbered(OWNDATA), STANDARD)
    assert house.answer(user, MVA, "write", OWNDATA)[0].value == "Permit"
    assert order(house) == [numbered(OWNDATA)]
    with pytest.raises(Conflict) as again:
        create_system_user(house.store, OWN_MANAGER, OWNDATA, SYSTEM, "Min")
    assert again.value.code is ErrorCode.SYSTEM_USER_EXISTS
