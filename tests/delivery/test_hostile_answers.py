"""Service owners and issuers that answer what nobody should: it costs no memory, no time, and no other's delivery."""

from __future__ import annotations

import gzip
import itertools
import logging
import threading
from collections.abc import Iterator

import httpx
import pytest

import delivery.courier as courier_module
from brobygger.delivering import http_to_owners
from core import Delivery, DeliveryCause, DeliveryState, Store
from delivery import Credentials, MachineClient, NoToken, Wanted
from delivery.reading import LONGEST_ANSWER, LONGEST_READING, beginning
from tests.delivery.world import CLIENT, ISSUER, KEY, OWNERS_ADDRESS, Clock, Outside, courier, deliveries, hand_in

WANTED = Wanted(frozenset({"a"}))


class Blocks(httpx.SyncByteStream):
    """A body that comes in blocks, and how many of them were taken."""

    def __init__(self, block: bytes) -> None:
        self.block, self.taken = block, 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.taken += 1
            yield self.block


def _owner(answer: httpx.Response) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(lambda _: answer))


def test_a_packed_answer_is_not_unpacked(world: Store, outside: Outside) -> None:
    bomb = gzip.compress(gzip.compress(bytes(200_000_000), 1), 9)
    packed = httpx.Response(201, headers={"Content-Encoding": "gzip, gzip"}, stream=Blocks(bomb))
    hand_in(world, "a")
    with _owner(packed) as http:
        courier(world, outside, http=http).drain()
    assert packed.num_bytes_downloaded == 0
    assert (deliveries(world)[0].state, deliveries(world)[0].reference) == (DeliveryState.DELIVERED, None)


def test_of_a_long_or_slow_answer_the_beginning_is_read() -> None:
    long, slow = Blocks(b"x" * 1000), Blocks(b"x")
    assert len(beginning(httpx.Response(200, stream=long))) == LONGEST_ANSWER
    assert long.taken == LONGEST_ANSWER // 1000 + 1
    seconds = itertools.count(0, LONGEST_READING / 3)
    assert beginning(httpx.Response(200, stream=slow), lambda: next(seconds)) == b"xxx"


def test_no_cookie_of_one_delivery_goes_with_the_next() -> None:
    answer = httpx.Response(
        201, headers={"Set-Cookie": "session=first"}, request=httpx.Request("POST", OWNERS_ADDRESS.format(party=1))
    )
    with http_to_owners(demo=False) as http:
        http.cookies.extract_cookies(answer)
        assert not http.cookies
        assert not http.follow_redirects


@pytest.mark.parametrize(
    "said",
    [
        '{"access_token": "t", "expires_in": NaN}',
        '{"access_token": "t", "expires_in": Infinity}',
        '{"access_token": "t", "expires_in": 1' + "0" * 400 + "}",
        '{"access_token": null, "expires_in": 120}',
        '{"access_token": "t\\r\\nX-Other: y", "expires_in": 120}',
        '{"access_token": "", "expires_in": 120}',
        "[" * 100_000,
    ],
)
def test_what_would_last_for_ever_or_break_a_header_is_no_token(said: str) -> None:
    with _owner(httpx.Response(200, text=said)) as http:
        client = MachineClient(http, ISSUER, lambda: Credentials(CLIENT, KEY), lambda: 0.0)
        with pytest.raises(NoToken):
            client.token(WANTED)


def test_a_token_that_came_late_ends_when_it_ends() -> None:
    now = [1000.0]

    def slow(_request: httpx.Request) -> httpx.Response:
        now[0] += 55
        return httpx.Response(200, json={"access_token": f"token-{now[0]:.0f}", "expires_in": 120})

    with httpx.Client(transport=httpx.MockTransport(slow)) as http:
        client = MachineClient(http, ISSUER, lambda: Credentials(CLIENT, KEY), lambda: now[0])
        assert client.token(WANTED) == "token-1055"
        now[0] = 1101
        assert client.token(WANTED) == "token-1156", "it may have been made at 1000, and ends at 1120"


def test_a_409_makes_nobody_else_wait(world: Store, outside: Outside) -> None:
    hand_in(world, *"ab")
    outside.script.append("answer:409:86400")
    courier(world, outside, hands=1).drain()
    assert [each.state for each in deliveries(world)] == [DeliveryState.READY, DeliveryState.DELIVERED]


def test_who_gives_no_answer_is_left_alone_so_that_others_get_theirs(
    world: Store, outside: Outside, clock: Clock
) -> None:
    hand_in(world, *"abc")
    outside.script.append("unreachable")
    runner = courier(world, outside, hands=1)
    runner.drain()
    assert len(outside.asked) == 1, "the others are given back untried"
    assert [each.attempts for each in deliveries(world)] == [1, 0, 0]
    clock.move(seconds=30)
    runner.drain()
    assert {each.state for each in deliveries(world)} == {DeliveryState.DELIVERED}


def test_what_nobody_foresaw_is_noted_and_tried_again(world: Store, outside: Outside, clock: Clock) -> None:
    def breaks(_request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    hand_in(world, "a")
    with httpx.Client(transport=httpx.MockTransport(breaks)) as http:
        assert courier(world, outside, http=http).drain() == 1
    (waiting,) = deliveries(world)
    assert (waiting.state, waiting.cause) == (DeliveryState.READY, DeliveryCause.UNREACHABLE)
    assert (waiting.words, waiting.failures) == ("ZeroDivisionError", 1)


def test_a_courier_outlives_what_nobody_foresaw(
    world: Store, outside: Outside, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, calls = threading.Event(), itertools.count()

    def take(store: Store, *, limit: int) -> tuple[Delivery, ...]:
        if next(calls) == 0:
            raise ZeroDivisionError
        stop.set()
        return ()

    monkeypatch.setattr(courier_module, "take_deliveries", take)
    with caplog.at_level(logging.ERROR):
        courier(world, outside).run(stop, 0.001)
    assert [record.message for record in caplog.records] == ["deliveries could not be taken"]
