"""Pages lose and double nothing while others write: the walk that a vendor makes through its system users."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import OPERATOR, SystemUser, Written, put, remove_system_user
from rest.paging import PAGE_SIZE, encode_token
from tests.doors.rest.authentication.register import OVERVIEW, add_users
from tests.doors.rest.conftest import House, running
from tests.doors.rest.vendor import REGISTER, SYSTEM, Vendor

PATH = f"/systemuser/vendor/bysystem/{SYSTEM}"


@pytest.fixture(scope="module")
def walked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A door that all walks of this module go through, with a system registered."""
    path = tmp_path_factory.mktemp("walked") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}", OVERVIEW) as house:
        house.vendor.register()
        yield house


class Walk:
    """One walk through the pages, a page at a time."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._token = vendor.token(REGISTER)
        self._next: str | None = PATH
        self.sizes: list[int] = []
        self.seen: list[str] = []

    def step(self) -> bool:
        """Take the next page; whether there was one."""
        if self._next is None:
            return False
        page = self._page(self._next)
        self.sizes.append(len(page["data"]))
        self.seen += [each["id"] for each in page["data"]]
        following = page["links"].get("next")
        # Defensive clients take nothing but the token from the link.
        self._next = None if following is None else f"{PATH}?{following.partition('?')[2]}"
        return True

    def rest(self) -> list[str]:
        """Everything that is seen, to the end."""
        while self.step():
            pass
        return self.seen

    def _page(self, path: str) -> dict[str, Any]:
        answer = self._vendor.call("GET", path, self._token)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page


def standing(house: House, user: str) -> SystemUser:
    """The system user."""
    entry = house.store.snapshot().users.get(user)
    assert entry is not None
    return entry.user


def remove_user(house: House, user: str) -> None:
    """Remove a system user, whoever's it is."""
    remove_system_user(house.store, OPERATOR, standing(house, user).owner, user)


def rename(house: House, user: str) -> None:
    """Change a system user: it stays where it is in the order."""
    renamed = replace(standing(house, user), title="Nytt navn")
    house.store.change("test", lambda _: Written((put(renamed),), None))


def test_five_hundred_and_one_system_users_come_page_by_page_while_others_write(house: House) -> None:
    house.vendor.register()
    users = add_users(house, 501)
    stop = threading.Event()
    added: list[str] = []
    gone = users[3::97]

    def write() -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            added.extend(add_users(house, 1, start=1000 + number))
            rename(house, users[(number * 13) % 3])
            if number < len(gone):
                remove_user(house, gone[number])

    thread = threading.Thread(target=write)
    walk = Walk(house.vendor)
    walk.step()
    thread.start()
    seen = list(walk.rest()) if walk.step() else []
    stop.set()
    thread.join()
    assert len(seen) == len(set(seen)), "nothing twice"
    assert [user for user in seen if user in set(users) - set(gone)] == [user for user in users if user not in gone]
    assert set(walk.sizes[:-1]) == {PAGE_SIZE}, "every page but the last is full"
    assert set(seen) <= {*users, *added}


_AMONG = st.integers(0, 3 * PAGE_SIZE)
_BETWEEN_PAGES = st.tuples(st.sets(_AMONG, max_size=3), st.sets(_AMONG, max_size=2), st.integers(0, 2))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 3 * PAGE_SIZE + 1), meanwhile=st.lists(_BETWEEN_PAGES, max_size=4))
def test_whoever_is_there_all_the_time_is_seen_once(
    walked: House, count: int, meanwhile: list[tuple[set[int], set[int], int]]
) -> None:
    snapshot = walked.store.snapshot()
    for user in snapshot.users_of_system.get(SYSTEM) or ():
        remove_user(walked, user)
    users = add_users(walked, count, start=snapshot.sequence)
    removed: set[str] = set()
    later: list[str] = []
    walk = Walk(walked.vendor)
    while walk.step():
        leaving, changing, coming = meanwhile.pop(0) if meanwhile else (set(), set(), 0)
        for user in {users[number] for number in leaving if number < count} - removed:
            remove_user(walked, user)
            removed.add(user)
        for user in {users[number] for number in changing if number < count} - removed:
            rename(walked, user)
        later += add_users(walked, coming, start=snapshot.sequence + 10_000 + len(later))
    assert len(walk.seen) == len(set(walk.seen))
    stayed = [user for user in users if user not in removed]
    assert [user for user in walk.seen if user not in removed and user not in later] == stayed
    seen_later = [user for user in walk.seen if user in later]
    assert seen_later == later[: len(seen_later)]


@given(key=st.one_of(st.integers(0, 2**63 - 1), st.uuids().map(str)))
def test_a_token_is_its_json_value_without_padding(key: int | str) -> None:
    token = encode_token(key)
    assert "=" not in token
    assert json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))) == key


def test_tokens_are_the_platforms() -> None:
    assert encode_token(1476) == "MTQ3Ng"


def test_next_is_an_address_that_clients_know(house: House) -> None:
    house.vendor.register()
    add_users(house, PAGE_SIZE + 1)
    token = house.vendor.token(REGISTER)
    headers = {"Authorization": f"Bearer {token}", "Host": "inside.cloud", "X-Forwarded-Host": "ond.example"}
    page = house.vendor.http.get(f"/authentication/api/v1{PATH}", headers=headers).json()
    base = str(house.vendor.http.base_url)
    assert page["links"]["next"].startswith(f"{base}authentication/api/v1{PATH}?token=")
    last = house.vendor.http.get(page["links"]["next"], headers={"Authorization": f"Bearer {token}"}).json()
    assert (len(last["data"]), last["links"]) == (1, {})
