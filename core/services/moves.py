"""Steps of a plan, each carried out with its line in the journal in one transaction, and taken back again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum

from core.domain.caller import Caller
from core.domain.change import KIND_OF, Operation, key_of
from core.domain.identifiers import mask_numbers_in
from core.domain.move import Move, MoveState, Touched, touched_by
from core.domain.new_records import NewSystem
from core.domain.plain import from_plain, to_plain
from core.domain.snapshot import Snapshot
from core.domain.system import System
from core.domain.system_change import SystemChange, SystemChangeKind
from core.domain.undoing import Obstacle, Undoing, undo
from core.errors import ErrorCode, GatewayError, NotFound
from core.services.administration import require_operator
from core.store.ledger import Ledger
from core.store.rehearsal import RehearsalStore
from core.store.store import Store, Written


class MustWait(Exception):
    """A step cannot be done before somebody else has acted. ``code`` says who or what is waited for."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class MovePoint(StrEnum):
    """A moment of the work that can be watched: for progress, and to break off there in tests."""

    STEP_BEGINS = "step-begins"
    BEFORE_COMMIT = "before-commit"
    AFTER_COMMIT = "after-commit"


@dataclass(frozen=True, slots=True)
class MoveStep:
    """One step. ``work`` runs commands on the store it is handed, and may say something about what it did.

    Where it takes something back, it says what stays. It raises MustWait where a person must act first, and a
    GatewayError where it cannot be done. ``last`` is the step's newest line, if it has one. Of the steps in the same
    transaction it sees what those with the same text in ``apart`` did: others touch other facts, and are quicker so.
    ``place`` is its place among ``of`` steps, from 1 on.
    """

    plan: str
    wave: int
    stage: str
    key: str
    work: Callable[[Store], str | Undoing | None] = field(compare=False, repr=False)
    last: Move | None = field(default=None, repr=False)
    apart: str = ""
    place: int = 0
    of: int = 0

    @property
    def carried(self) -> tuple[Touched, ...]:
        """What earlier tries changed and nobody has taken back."""
        return () if self.last is None else self.last.touched

    def line(self, state: MoveState, code: str = "", detail: str = "", touched: tuple[Touched, ...] = ()) -> Move:
        """The journal's line on this step."""
        return Move(self.plan, self.wave, self.stage, self.key, state, code, mask_numbers_in(detail), touched)


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """The lines of some steps, and the number of the plan's newest line now."""

    lines: tuple[Move, ...]
    newest: int


Watch = Callable[[MovePoint, MoveStep], None]


def carry_out(store: Store, caller: Caller, steps: Sequence[MoveStep], *, seen: int, watch: Watch) -> CarriedOut:
    """Carry out some steps of one plan in one transaction, each with its line in the journal.

    A step that fails or must wait changes nothing, and does not stop the others; a line that says what the step's last
    one says is not written again. ``seen`` is the newest line of the plan that the caller knows. Raises Conflict
    `PLAN_IN_PROGRESS` where there is a newer one, and Unavailable; then nothing is written.
    """
    now, newest = store.clock(), [seen]

    def command(snapshot: Snapshot) -> Written[tuple[Move, ...]]:
        rehearsals = defaultdict[str, RehearsalStore](lambda: RehearsalStore(snapshot, store.clock))
        lines = tuple(_carried_out(rehearsals[step.apart], step, watch) for step in steps)
        new = [line for line, step in zip(lines, steps, strict=True) if step.last is None or _news(line, step.last)]

        def beside(ledger: Ledger) -> None:
            for write in (each for rehearsal in rehearsals.values() for each in rehearsal.beside):
                write(ledger)
            newest[0] = ledger.moves.add(new, seen=seen, sequence=snapshot.sequence, at=now)
            watch(MovePoint.BEFORE_COMMIT, steps[-1])

        edits = tuple(edit for rehearsal in rehearsals.values() for edit in rehearsal.edits)
        return Written(edits, lines, beside)

    lines = store.change(caller.name, command)
    watch(MovePoint.AFTER_COMMIT, steps[-1])
    return CarriedOut(lines, newest[0])


def _news(line: Move, last: Move) -> bool:
    return (line.state, line.code, line.detail, line.touched) != (last.state, last.code, last.detail, last.touched)


def _carried_out(rehearsal: RehearsalStore, step: MoveStep, watch: Watch) -> Move:
    watch(MovePoint.STEP_BEGINS, step)
    mark = rehearsal.mark()
    try:
        told = step.work(rehearsal)
    except MustWait as waits:
        rehearsal.go_back(mark)
        return step.line(MoveState.WAITING, waits.code, waits.detail, step.carried)
    except GatewayError as error:
        rehearsal.go_back(mark)
        return step.line(MoveState.FAILED, str(error.code), error.message, step.carried)
    if isinstance(told, Undoing):
        return _line_of(step, told)
    touched = joined(step.carried, touched_by(mark.snapshot, rehearsal.edits_since(mark)))
    return step.line(MoveState.DONE if touched else MoveState.NOTHING, "", told or "", touched)


def joined(earlier: tuple[Touched, ...], later: tuple[Touched, ...]) -> tuple[Touched, ...]:
    """What two tries of a step changed together: the oldest before and the newest after of each fact."""
    found = {(type(each.fact), key_of(each.fact)): each for each in earlier}
    for each in later:
        key = (type(each.fact), key_of(each.fact))
        found[key] = Touched(found[key].before, each.after) if key in found else each
    return tuple(each for each in found.values() if each.before != each.after)


# -- taking back ----------------------------------------------------------------------------------


def take_back(store: Store, caller: Caller, touched: Iterable[Touched]) -> Undoing:
    """Make what one step changed as it was before it, where nothing of others stands in the way.

    The rules are those of `undo`. An entry of the system register that the step made is removed as if it had never
    been, so that its id is free again; its change log stays and tells both. The caller is the operator.
    Raises NotAllowed. Source: users-and-migration §4.2 step 11.
    """
    require_operator(caller)
    wanted, now = tuple(touched), store.clock()

    def command(snapshot: Snapshot) -> Written[Undoing]:
        undoing = undo(snapshot, wanted, now)
        lines = [
            _register_line(edit.fact, edit.operation, store) for edit in undoing.edits if isinstance(edit.fact, System)
        ]
        return Written(undoing.edits, undoing, _remember(lines) if lines else None)

    return store.change(caller.name, command)


def inverse_of(move: Move, caller: Caller) -> MoveStep:
    """The step that takes back what ``move`` says was done. Its line keeps what could not be taken back."""
    return MoveStep(
        move.plan, move.wave, move.stage, move.step, lambda store: take_back(store, caller, move.touched), move
    )


def _line_of(step: MoveStep, undoing: Undoing) -> Move:
    said = []
    if undoing.came_along:
        said.append(f"{undoing.came_along} delegations that flowed from it ended with it")
    if undoing.kept:
        said.append("what others have added since stays")
    if not undoing.left:
        return step.line(MoveState.TAKEN_BACK, "", "; ".join(said))
    obstacles = [obstacle for _, obstacle in undoing.left]
    code = Obstacle.IN_USE if Obstacle.IN_USE in obstacles else Obstacle.CHANGED_SINCE
    kinds = Counter(KIND_OF[type(touched.fact)].name for touched, _ in undoing.left)
    stays = ", ".join(f"{count} {name}" for name, count in sorted(kinds.items()))
    left = tuple(touched for touched, _ in reversed(undoing.left))
    return step.line(MoveState.LEFT, code, "; ".join((f"stays: {stays}", *said)), left)


def _register_line(system: System, operation: Operation, store: Store) -> SystemChange:
    if operation is Operation.REMOVE:
        return SystemChange(system.id, SystemChangeKind.DELETE, "", None, store.clock())
    whole = from_plain(NewSystem, {name: value for name, value in to_plain(system).items() if name in _OF_A_NEW_SYSTEM})
    return SystemChange(system.id, SystemChangeKind.UPDATE, "", None, store.clock(), whole)


_OF_A_NEW_SYSTEM = frozenset(each.name for each in fields(NewSystem))


def _remember(lines: Iterable[SystemChange]) -> Callable[[Ledger], None]:
    def beside(ledger: Ledger) -> None:
        for line in lines:
            ledger.register.add_change(ledger.sequence(), line)

    return beside


# -- reading --------------------------------------------------------------------------------------


def moves_of_plan(store: Store, plan: str) -> tuple[Move, ...]:
    """Every line of a plan's journal, oldest first; nothing for a plan that was never begun. Raises Unavailable."""
    return store.read(lambda ledger: tuple(ledger.moves.of_plan(plan)))


def plans_begun(store: Store) -> tuple[str, ...]:
    """The digests of the plans that have a line in the journal, the first begun at the front. Raises Unavailable."""
    return store.read(lambda ledger: tuple(ledger.moves.plans()))


def plan_named(store: Store, start: str) -> str:
    """The plan whose digest begins like this. Raises NotFound where none does, or more than one."""
    found = [plan for plan in plans_begun(store) if start and plan.startswith(start)]
    if len(found) != 1:
        which = "more than one plan was" if found else "no plan was"
        raise NotFound(ErrorCode.PLAN_NOT_FOUND, f"{which} begun here whose digest begins with `{start[:64]}`")
    return found[0]


def newest_lines(moves: Iterable[Move]) -> dict[tuple[str, str], Move]:
    """The newest line of each step, by stage and step, in the order the steps came first."""
    found: dict[tuple[str, str], Move] = {}
    for move in moves:
        found[move.stage, move.step] = move
    return found
