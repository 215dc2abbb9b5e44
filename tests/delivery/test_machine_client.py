"""The one client at the token issuer: what it keeps, for how long, and what it lets go of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from delivery import RENEW_SECONDS, Credentials, MachineClient, NoToken, Wanted
from tests.delivery.world import CLIENT, ISSUER, KEY

FIRST, SECOND = Wanted(frozenset({"a"}), "310000205", "ref"), Wanted(frozenset({"a"}), "310000205", "other")


class Issuer:
    """Gives tokens that are numbered, unless told otherwise."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.given = 0
        self.answer: Callable[[], httpx.Response] | None = None
        self._lock = threading.Lock()

    def client(self) -> MachineClient:
        """A client of this issuer."""
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        return MachineClient(http, ISSUER, lambda: Credentials(CLIENT, KEY), lambda: self.now)

    def _answer(self, _request: httpx.Request) -> httpx.Response:
        if self.answer is not None:
            return self.answer()
        with self._lock:
            self.given += 1
            return httpx.Response(200, json={"access_token": f"token-{self.given}", "expires_in": 120})


def test_each_reference_has_a_token_of_its_own_until_shortly_before_its_end() -> None:
    issuer = Issuer()
    client = issuer.client()
    assert [client.token(each) for each in (FIRST, SECOND, FIRST)] == ["token-1", "token-2", "token-1"]
    issuer.now += 120 - RENEW_SECONDS - 1
    assert client.token(FIRST) == "token-1"
    issuer.now += 1
    assert client.token(FIRST) == "token-3"


def test_a_token_is_forgotten_once_and_only_that_one() -> None:
    client = Issuer().client()
    client.forget(FIRST, client.token(FIRST))
    assert client.token(FIRST) == "token-2"
    client.forget(FIRST, "token-1")
    assert client.token(FIRST) == "token-2", "another thread has a new one already"


def test_many_threads_fetch_one_token_once_and_different_ones_side_by_side() -> None:
    issuer = Issuer()
    client = issuer.client()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: client.token(FIRST), range(40))) == {"token-1"}
    both = threading.Barrier(2, timeout=20)

    def meet() -> httpx.Response:
        both.wait()
        return httpx.Response(200, json={"access_token": "met", "expires_in": 120})

    issuer.answer = meet
    issuer.now += 1_000
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(client.token, (FIRST, SECOND))) == ["met", "met"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["token"]),
        httpx.Response(200, json={"expires_in": 120}),
        httpx.Response(200, json={"access_token": "x", "expires_in": "soon"}),
        httpx.Response(502, text="<html>"),
    ],
    ids=["html", "a list", "no token", "no end", "a gateway's page"],
)
def test_what_is_no_token_is_told_as_such_and_not_kept(answer: httpx.Response) -> None:
    issuer = Issuer()
    client = issuer.client()
    issuer.answer = lambda: answer
    with pytest.raises(NoToken) as refused:
        client.token(FIRST)
    assert refused.value.status == answer.status_code
    issuer.answer = None
    assert client.token(FIRST) == "token-1"
