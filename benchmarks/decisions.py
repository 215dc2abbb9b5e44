"""How long one decision takes with its proof, as worlds grow, and what peers take for the same questions."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import process_time
from typing import TypeVar

from benchmarks.databases import prepared, url_of
from benchmarks.fresh import in_fresh_process
from benchmarks.peers.casbin_enforcer import Casbin
from benchmarks.peers.cedar import Cedar, request_of
from benchmarks.peers.closure import Closure, PlainQuestion, close, plain
from benchmarks.questions import SHARES, Asked, Asker, as_parsed, shares_of
from benchmarks.world import NOW, World
from core import Snapshot, Store, decide

T = TypeVar("T")

_QUESTIONS = 100_000
_QUESTIONS_PER_PARTY = 10
_ROUNDS = 5
_FOR_PEERS = 2_000
_FOR_PLAIN_CASBIN = 20


@dataclass(frozen=True)
class Decisions:
    """Our own times in one world, in microseconds of one core. ``wrong`` counts answers not as constructed."""

    parties: int
    questions: int
    shares: dict[str, int]
    wrong: int
    each: float
    best: float
    by_sort: dict[str, float]
    look_up: float

    @property
    def per_second(self) -> float:
        """Decisions in a second on one core."""
        return 1e6 / self.each


@dataclass(frozen=True)
class PeerResult:
    """A peer's time beside ours for the same questions. ``wrong`` counts answers unlike ours."""

    name: str
    parties: int
    questions: int
    wrong: int
    each: float
    ours: float
    load: float
    notes: str = field(default="")

    @property
    def ratio(self) -> float:
        """How many of our decisions go into one of the peer's."""
        return self.each / self.ours


def measure(sizes: Iterable[int]) -> list[Decisions]:
    """Our own times, each size in a process of its own that loads the world from its database file."""
    return [in_fresh_process(_measure_one, size) for size in sizes]


def compare(sizes: Iterable[int]) -> list[PeerResult]:
    """Peers beside us, each size in a process of its own."""
    return [result for size in sizes for result in in_fresh_process(_compare_one, size)]


def _measure_one(parties: int) -> Decisions:
    world = World(parties)
    asked = Asker(world).questions(min(parties * _QUESTIONS_PER_PARTY, _QUESTIONS))
    snapshot = _loaded(world)
    rounds = sorted(_time_ours(snapshot, asked) for _ in range(_ROUNDS))
    by_sort = {sort: _time_ours(snapshot, [each for each in asked if each.sort == sort]) for sort in SHARES}
    wrong = sum(decide(snapshot, each.question).permitted != each.permit for each in asked)
    return Decisions(
        parties=parties,
        questions=len(asked),
        shares=shares_of(asked),
        wrong=wrong,
        each=rounds[len(rounds) // 2],
        best=rounds[0],
        by_sort=by_sort,
        look_up=_time_look_ups(snapshot, asked),
    )


def _loaded(world: World) -> Snapshot:
    snapshot = Store(url_of(prepared(world))).snapshot()
    gc.collect()
    gc.freeze()
    return snapshot


def _time_ours(snapshot: Snapshot, asked: Sequence[Asked]) -> float:
    """Microseconds for each. The questions are new objects every time, as a door hands them over."""
    questions = [as_parsed(each.question) for each in asked]
    begin = process_time()
    for question in questions:
        decide(snapshot, question)
    return (process_time() - begin) / len(questions) * 1e6


def _time_look_ups(snapshot: Snapshot, asked: Sequence[Asked]) -> float:
    """Microseconds for finding one party by its id: what this machine takes for the smallest part of a decision."""
    parties = [as_parsed(each.question).party for each in asked]
    begin = process_time()
    for party in parties:
        snapshot.party(party)
    return (process_time() - begin) / len(parties) * 1e6


# -- peers ----------------------------------------------------------------------------------------


def _compare_one(parties: int) -> list[PeerResult]:
    world = World(parties)
    asked = Asker(world).questions(_FOR_PEERS)
    snapshot = _loaded(world)
    ours = min(_time_ours(snapshot, asked) for _ in range(_ROUNDS))
    right = [decide(snapshot, each.question).permitted for each in asked]
    facts = list(world.facts())
    closure, closing = _timed(lambda: close(facts, NOW))
    questions = [plain(each.question, closure.owners) for each in asked]
    peers = _Peers(parties, ours, right, closure, closing, questions)
    return [*peers.cedar(), *peers.casbin()]


class _Peers:
    def __init__(
        self,
        parties: int,
        ours: float,
        right: list[bool],
        closure: Closure,
        closing: float,
        questions: list[PlainQuestion],
    ) -> None:
        self._parties = parties
        self._ours = ours
        self._right = right
        self._closure = closure
        self._closing = closing
        self._questions = questions

    def cedar(self) -> Iterable[PeerResult]:
        requests = [request_of(question) for question in self._questions]
        engine, load = _timed(lambda: Cedar(self._closure))
        batch, seconds = _timed(lambda: engine.ask_all(requests))
        yield self._result("cedarpy, one batch", batch, seconds, load)
        single, seconds = _timed(lambda: [engine.ask(request) for request in requests])
        yield self._result("cedarpy, call by call", single, seconds, load)

    def casbin(self) -> Iterable[PeerResult]:
        engine, load = _timed(lambda: Casbin(self._closure, fast=True))
        answers, seconds = _timed(lambda: [engine.ask(question) for question in self._questions])
        yield self._result("pycasbin, fast enforcer", answers, seconds, load, f"{engine.lines} lines")
        if self._parties <= 1_000:
            plain_engine, load = _timed(lambda: Casbin(self._closure, fast=False))
            few = self._questions[:_FOR_PLAIN_CASBIN]
            answers, seconds = _timed(lambda: [plain_engine.ask(question) for question in few])
            yield self._result("pycasbin, plain enforcer", answers, seconds, load, f"{plain_engine.lines} lines")

    def _result(self, name: str, answers: list[bool], seconds: float, load: float, notes: str = "") -> PeerResult:
        wrong = sum(theirs != ours for theirs, ours in zip(answers, self._right, strict=False))
        each = seconds / len(answers) * 1e6
        return PeerResult(name, self._parties, len(answers), wrong, each, self._ours, load + self._closing, notes)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begin = process_time()
    result = work()
    return result, process_time() - begin
