"""After cut-over everything that an enterprise system is asked about follows, and what is a person's does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from core import (
    EVERY_REPORTEE,
    Accepts,
    Authority,
    AuthorityRow,
    ClientDelegation,
    Confidence,
    Direction,
    ElementSearch,
    ErrorCode,
    Fact,
    GatewayError,
    Generation,
    NotAllowed,
    PackageDelegation,
    PolicyRule,
    ReceiptStatus,
    RoleGrant,
    Service,
    ServiceId,
    ServiceKind,
    ServiceSuccessor,
    Store,
    System,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    archived_form_task,
    available_action,
    delete_element,
    form_set,
    list_elements,
    mismatch_board,
    prefill_for,
    put,
    remove,
    settle_authority,
    submit_form_task,
)
from tests.core.forms.world import (
    FIRMS_SYSTEM,
    PLAIN,
    REPORTEE,
    SIGN_GRANT,
    SIGNED,
    WITH_MANAGER,
    WRITE_GRANT,
    edit,
    shipment,
    signed,
)
from tests.small_world import FIRM, GIVER, MANAGER, SYSTEM

RESOURCE, USER = ServiceId("skjema-tjeneste"), "00000000-0000-4000-8000-0000000000b1"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
_SOURCE = ("made for the tests", "2026-11-22")
CLIENT = ClientDelegation(
    "client", USER, 1, FIRM, GIVER, "rettighetshaver", frozenset({"skatt"}), frozenset(), frozenset(), "tests"
)
ACTIONS = {"write": "write", "read": "read", "archive-read": "read", "archive-delete": "write", "sign": "sign"}


def _successors(service: ServiceId) -> Iterator[Fact]:
    for old, new in ACTIONS.items():
        yield ServiceSuccessor(service, old, RESOURCE, new, *_SOURCE, Confidence.OURS)


def _moved() -> Iterator[Fact]:
    """What a migration leaves: successors, a system user with the client, and its link."""
    yield Service(
        RESOURCE, ServiceKind.RESOURCE, "Skjematjeneste", "skd", 0, None, "GenericAccessResource",
        delegable=True, access_list=False, form_number=None, source="tests", dated="2026-11-22",
        confidence=Confidence.OURS,
    )  # fmt: skip
    for action in ("read", "write", "sign"):
        yield PolicyRule(RESOURCE, action, Accepts.PACKAGE, "skatt", *_SOURCE, Confidence.OURS)
    yield from (*_successors(PLAIN), *_successors(SIGNED))
    yield System("310000108_system", "internal", "310000108", {}, {}, (), (), (), (), False, False, BEGAN)
    yield PackageDelegation("given", GIVER, FIRM, "skatt", "tests")
    yield SystemUser(USER, SystemUserKind.AGENT, "310000108_system", FIRM, "ref", "Skatt", BEGAN)
    yield Generation(USER, 1, frozenset({"skatt"}), frozenset(), BEGAN)
    yield SystemUserLink(SYSTEM, USER, "rettighetshaver", "ref")
    yield CLIENT


@pytest.fixture
def moved(world: Store) -> Store:
    """A store in which both worlds let the firm's system do the same."""
    edit(world, *map(put, _moved()))
    return world


def _rules(store: Store, authority: Authority) -> None:
    edit(store, put(AuthorityRow(SYSTEM, EVERY_REPORTEE, authority, BEGAN)))


def _sent(store: Store, reference: str) -> int:
    tree = submit_form_task(store, FIRMS_SYSTEM, shipment(reference))
    assert tree.status is ReceiptStatus.OK
    return tree.element or 0


def _listed(store: Store) -> int:
    return len(list_elements(store, FIRMS_SYSTEM, ElementSearch(REPORTEE)))


READS: dict[str, Callable[[Store, int], object]] = {
    "the forms of an element": lambda store, element: form_set(store, FIRMS_SYSTEM, element),
    "the archive": lambda store, element: archived_form_task(store, FIRMS_SYSTEM, element),
    "what comes next": lambda store, element: available_action(store, FIRMS_SYSTEM, element),
    "deleting": lambda store, element: delete_element(store, FIRMS_SYSTEM, f"A2A{element}"),
    "handing in": lambda store, _: submit_form_task(store, FIRMS_SYSTEM, shipment("S-9")),
    "what is filled in beforehand": lambda store, _: prefill_for(store, FIRMS_SYSTEM, REPORTEE, PLAIN),
}


@pytest.mark.parametrize("read", READS)
def test_the_client_gets_the_same_before_and_after(moved: Store, read: str) -> None:
    element = _sent(moved, "S-1")
    _rules(moved, Authority.NEW)
    edit(moved, remove(WRITE_GRANT))
    assert _listed(moved) == 1
    READS[read](moved, element)


@pytest.mark.parametrize("read", READS)
def test_without_the_system_users_right_nothing_is_left(moved: Store, read: str) -> None:
    element = _sent(moved, "S-1")
    _rules(moved, Authority.NEW)
    edit(moved, remove(CLIENT))
    assert _listed(moved) == 0
    with pytest.raises(GatewayError) as caught:
        READS[read](moved, element)
    assert caught.value.code in {ErrorCode.MISSING_RIGHT, ErrorCode.NOT_AUTHORISED_FOR_REPORTEE}


def test_differences_in_reading_are_noted_too(moved: Store) -> None:
    element = _sent(moved, "S-1")
    _rules(moved, Authority.SHADOW)
    edit(moved, remove(CLIENT))
    assert _listed(moved) == 1
    form_set(moved, FIRMS_SYSTEM, element)
    settle_authority(moved)
    board = mismatch_board(moved)
    assert {(cause.direction, cause.cause) for cause in board.causes} == {(Direction.LOST, "not-a-client")}
    actions = {row["action"] for row in moved.read(lambda ledger: ledger.differences())}
    assert actions == {"archive-read", "archive-delete", "write"}


def test_signing_stays_the_persons_own(moved: Store) -> None:
    _rules(moved, Authority.NEW)
    assert submit_form_task(moved, WITH_MANAGER, signed("S-1")).status is ReceiptStatus.OK
    edit(moved, remove(SIGN_GRANT))
    with pytest.raises(NotAllowed) as caught:
        submit_form_task(moved, WITH_MANAGER, signed("S-2"))
    assert caught.value.code is ErrorCode.NOT_AUTHORISED_TO_SIGN, "the system user's right to sign is no person's"


def test_what_the_person_may_read_alone_stays(moved: Store) -> None:
    element = _sent(moved, "S-1")
    _rules(moved, Authority.NEW)
    edit(moved, remove(CLIENT), put(_own_reading()))
    form_set(moved, WITH_MANAGER, element)
    with pytest.raises(NotAllowed):
        form_set(moved, FIRMS_SYSTEM, element)


def _own_reading() -> Fact:

    return RoleGrant("grant-read", GIVER, MANAGER, "UTINN", "tests")
