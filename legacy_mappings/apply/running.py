"""Carrying out a plan, rehearsing it, and taking it back: in batches, resumable after any break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from core import (
    Authority,
    Caller,
    CallerKind,
    Conflict,
    ErrorCode,
    Move,
    MovePoint,
    MoveState,
    MoveStep,
    NotFound,
    RehearsalStore,
    Snapshot,
    Store,
    SystemUserLink,
    Watch,
    carry_out,
    inverse_of,
    moves_of_plan,
    newest_lines,
)
from legacy_mappings.apply.records import BoardRow, Outcome, Stage, board_of
from legacy_mappings.apply.steps import Waves, planned_counts, steps_of
from legacy_mappings.apply.work import Workshop
from legacy_mappings.planner.records import Plan
from legacy_mappings.planner.text import plan_digest

_NAMED = 20

BATCH = 200
"""Steps in one transaction. Entries of the system register have one each, for each has a line in its own log."""


def nobody_watches(point: MovePoint, step: MoveStep) -> None:
    """A watcher that does nothing."""


def migration_caller(digest: str) -> Caller:
    """The operator, carrying out the plan with this digest: so the change log names it."""
    return Caller(CallerKind.OPERATOR, task=f"migration-{digest[:16]}")


def apply_plan(
    store: Store, plan: Plan, *, waves: Waves = None, approve: bool = False, watch: Watch = nobody_watches
) -> Outcome:
    """Carry out a plan, or some of its waves; what was done before is not done again, what failed is tried again.

    A step that fails or waits is a line of the outcome and stops nothing. With ``approve`` requests and gifts are
    approved in the parties' place, where somebody there could: for the stand-in only; without, they wait for persons,
    and carrying out the plan again goes on from there. It may be broken off at any moment, and begun again.
    Raises Conflict `PLAN_IN_PROGRESS` where somebody else carries it out at the same time, and Unavailable.
    Source: users-and-migration §3 feature 2, §4.2 steps 5 to 7.
    """
    digest = plan_digest(plan)
    return _apply(store, plan, digest, moves_of_plan(store, digest), waves=waves, approve=approve, watch=watch)


def dry_run(
    facts: Store | Snapshot,
    plan: Plan,
    *,
    waves: Waves = None,
    approve: bool = True,
    watch: Watch = nobody_watches,
) -> tuple[Outcome, Snapshot]:
    """What carrying out the plan would come to, and the facts as they would be then; nothing is written.

    The same commands run on a copy of the facts: of a store, with what has been done of the plan already, or of an
    inventory. With ``approve`` everybody who could say yes does. Raises Unavailable.
    Source: users-and-migration §4.2 step 4.
    """
    digest = plan_digest(plan)
    if isinstance(facts, Store):
        lines, rehearsal = moves_of_plan(facts, digest), RehearsalStore(facts.snapshot(), facts.clock)
    else:
        lines, rehearsal = (), RehearsalStore(facts, lambda: plan.at)
    outcome = _apply(rehearsal, plan, digest, lines, waves=waves, approve=approve, watch=watch)
    return outcome, rehearsal.snapshot()


def roll_back(store: Store, digest: str, *, waves: Waves = None, watch: Watch = nobody_watches) -> Outcome:
    """Take back what was carried out of a plan, or of some of its waves, newest first.

    Afterwards the facts are as before, where nobody else has changed them; where somebody has, theirs stays, and the
    line says so. What several waves share is taken back with the whole plan only. It may be broken off and begun
    again. Raises NotFound `PLAN_NOT_FOUND` where nothing of the plan was ever begun, Conflict `STILL_CUT_OVER` where
    an enterprise system still goes by its system users' rights, Conflict `PLAN_IN_PROGRESS`, Unavailable.
    Source: users-and-migration §4.2 step 11.
    """
    lines = moves_of_plan(store, digest)
    if not lines:
        raise NotFound(ErrorCode.PLAN_NOT_FOUND, "nothing of this plan has been carried out here")
    newest = newest_lines(lines)
    done_at = {(move.stage, move.step): move.number for move in lines if move.state is MoveState.DONE}
    todo = [move for move in newest.values() if move.is_ours and (waves is None or move.wave in waves)]
    todo.sort(key=lambda move: done_at.get((move.stage, move.step), 0), reverse=True)
    _refuse_cut_over(store.snapshot(), todo)
    caller = migration_caller(digest)
    steps = [replace(inverse_of(move, caller), apart=_apart(move)) for move in todo]
    done = _carry_out_all(store, caller, steps, _last_number(lines), watch)
    return Outcome(digest, done, len(done))


def plan_board(store: Store, digest: str, plan: Plan | None = None) -> tuple[BoardRow, ...]:
    """How far a plan has come: wave by wave and stage by stage; with the plan itself also what has not been begun.

    Raises Unavailable. Source: users-and-migration §4.2 step 5.
    """
    planned = None
    if plan is not None:
        workshop = Workshop.of(plan, migration_caller(digest), approve=False)
        planned = planned_counts(plan, digest, store.snapshot(), workshop)
    return board_of(tuple(newest_lines(moves_of_plan(store, digest)).values()), planned)


def _apply(
    store: Store,
    plan: Plan,
    digest: str,
    lines: Sequence[Move],
    *,
    waves: Waves,
    approve: bool,
    watch: Watch,
) -> Outcome:
    caller = migration_caller(digest)
    workshop = Workshop.of(plan, caller, approve=approve)
    known = newest_lines(lines)
    steps = steps_of(plan, digest, store.snapshot(), workshop, waves)
    todo = [_with_last(step, known) for step in steps if not _is_done(known.get((step.stage, step.key)))]
    done = _carry_out_all(store, caller, todo, _last_number(lines), watch)
    known.update({(move.stage, move.step): move for move in done})
    return Outcome(digest, tuple(known[step.stage, step.key] for step in steps), len(todo))


def _refuse_cut_over(snapshot: Snapshot, todo: Iterable[Move]) -> None:
    """No enterprise system whose link is to be taken back goes by the new world's answer. Raises Conflict."""
    links = (each.fact for move in todo for each in move.touched)
    linked = {link.enterprise_system for link in links if isinstance(link, SystemUserLink)}
    rows = (row for row in snapshot.authorities.values() if row.authority is Authority.NEW)
    still = sorted({row.enterprise_system for row in rows} & linked)
    if still:
        named = ", ".join(str(each) for each in still[:_NAMED])
        raise Conflict(ErrorCode.STILL_CUT_OVER, f"go back to the old rights first: enterprise system {named}")


def _apart(move: Move) -> str:
    """Clients go one by one; everything else may have to see what went before it."""
    return move.step if move.stage == Stage.CLIENTS else ""


def _is_done(last: Move | None) -> bool:
    return last is not None and last.state is MoveState.DONE


def _with_last(step: MoveStep, known: dict[tuple[str, str], Move]) -> MoveStep:
    return replace(step, last=known.get((step.stage, step.key)))


def _last_number(lines: Sequence[Move]) -> int:
    return lines[-1].number if lines else 0


def _carry_out_all(
    store: Store, caller: Caller, steps: Sequence[MoveStep], seen: int, watch: Watch
) -> tuple[Move, ...]:
    placed = [replace(step, place=place, of=len(steps)) for place, step in enumerate(steps, start=1)]
    lines: list[Move] = []
    for batch in _batches(placed):
        done = carry_out(store, caller, batch, seen=seen, watch=watch)
        lines.extend(done.lines)
        seen = done.newest
    return tuple(lines)


def _batches(steps: Iterable[MoveStep]) -> Iterator[list[MoveStep]]:
    """Neighbours of one wave and stage, together; never two stages, for each sees what those before it wrote."""
    for (_, stage), group in groupby(steps, key=lambda step: (step.wave, step.stage)):
        size = 1 if stage == Stage.SYSTEMS else BATCH
        some = list(group)
        for start in range(0, len(some), size):
            yield some[start : start + size]
