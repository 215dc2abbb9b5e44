"""The registers in bulk: parties and register roles from a file, and everything that ends because of them.

The same file taken in twice changes nothing the second time. It goes in a thousand rows at a time, each
thousand wholly or not at all; a run that was broken off is finished by running it again. A row that cannot be
taken in is kept in the report with its reason, and nothing ends because of it. Source: pdp-and-tokens §11 rows
5b, 14 and 15; files and their rules are ours.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from core.domain.caller import Caller, CallerKind
from core.domain.cascade import dependants_of_edits
from core.domain.change import Edit, Operation, put, remove
from core.domain.connections import delegated_to
from core.domain.delegation import PackageDelegation, RightDelegation, RoleGrant
from core.domain.identifiers import PartyId
from core.domain.party import Party, RegisterRole
from core.domain.party_file import party_of, receiver_of
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, InvalidInput, NotAllowed
from core.services.register_rows import (
    PartyRow,
    RoleRow,
    UnreadableRow,
    other_names_of_roles,
    party_named,
    read_party_row,
    read_role_row,
)
from core.store.store import Store, Written

T = TypeVar("T")
Row = Mapping[str, Any]

_AT_A_TIME = 1000
_FIRST_ALTINN_ID = 50_000_000


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not taken in: of which list, its place there (from 1), the row itself, and why."""

    list: str
    place: int
    row: Row = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """What an import did.

    ``ended_grants`` were given to parties that have ended; ``ended_with_them`` are the client delegations that
    lost something with a role or a grant. ``withheld`` roles are absent from a complete file, and stay, because
    a row that could not be read may be theirs.
    """

    new_parties: int
    changed_parties: int
    same_parties: int
    new_roles: int
    changed_roles: int
    same_roles: int
    ended_roles: int
    ended_grants: int
    ended_with_them: int
    withheld: int
    rejected: tuple[RejectedRow, ...]


def import_register(
    store: Store,
    caller: Caller,
    parties: Iterable[Row] = (),
    roles: Iterable[Row] = (),
    *,
    ended: Iterable[Row] = (),
    complete: bool = False,
) -> RegisterReport:
    """Take in rows of parties and of register roles; ``ended`` are rows of roles that have ended.

    A role whose ``valid_to`` has passed has ended too. ``complete``: the file has every role that is in force,
    and any other has ended. A party with an ``ended`` moment loses what it holds at others then; what others
    hold at it stays until the register ends it. Raises NotAllowed for anyone but the operator, InvalidInput for
    a complete file without roles.
    """
    if caller.kind is not CallerKind.OPERATOR:
        raise NotAllowed(ErrorCode.MISSING_ADMINISTRATION, "only the operator takes in the registers")
    run = _Import(store, caller)
    run.take_parties(parties)
    run.take_roles("roles", roles, ends=False)
    run.take_roles("ended", ended, ends=True)
    if complete:
        run.end_absent()
    return run.report()


class _Import:
    """One import under way."""

    def __init__(self, store: Store, caller: Caller) -> None:
        self._store = store
        self._caller = caller
        self._now = store.clock()
        self._counts: Counter[str] = Counter()
        self._rejected: list[RejectedRow] = []
        self._kept: set[str] = set()
        self._free = max(store.snapshot().altinn_ids, default=_FIRST_ALTINN_ID)
        self._claimed: dict[int, PartyId] = {}
        self._ids: dict[tuple[str, str], object] = {}
        self._codes = dict(other_names_of_roles())

    def report(self) -> RegisterReport:
        """What has been done so far."""
        counted = self._counts
        return RegisterReport(
            new_parties=counted["new_parties"],
            changed_parties=counted["changed_parties"],
            same_parties=counted["same_parties"],
            new_roles=counted["new_roles"],
            changed_roles=counted["changed_roles"],
            same_roles=counted["same_roles"],
            ended_roles=counted["ended_roles"],
            ended_grants=counted["ended_grants"],
            ended_with_them=counted["ended_with_them"],
            withheld=counted["withheld"],
            rejected=tuple(self._rejected),
        )

    # -- parties ----------------------------------------------------------------------------------

    def take_parties(self, rows: Iterable[Row]) -> None:
        """Take in parties; those that others may belong to first."""
        read = sorted(self._read("parties", rows, read_party_row), key=lambda each: each[2].depth)
        for some in _in_groups(read):
            self._change(lambda snapshot, some=some: self._parties(snapshot, some))  # type: ignore[misc]

    def _parties(self, snapshot: Snapshot, rows: Sequence[tuple[int, Row, PartyRow]]) -> _Step:
        step = _Step()
        put_now: dict[str, Party] = {}
        for place, raw, row in rows:
            try:
                self._party(snapshot, row, put_now, step)
            except UnreadableRow as error:
                step.rejected.append(RejectedRow("parties", place, raw, str(error)))
        return step

    def _party(self, snapshot: Snapshot, row: PartyRow, put_now: dict[str, Party], step: _Step) -> None:
        self._claim_id("party", row.id, row.number)
        before = put_now.get(row.number) or _present(snapshot, row)
        said = dict(row.said)
        if row.main_unit is not None:
            said["main_unit"] = _known(snapshot, row.main_unit, put_now).id
        after = self._made(snapshot, row, said) if before is None else replace(before, number=row.number, **said)
        self._claim_altinn_id(snapshot, after)
        put_now[row.number] = after
        step.counts["new_parties" if before is None else "same_parties" if after == before else "changed_parties"] += 1
        if after != before:
            step.edits.append(put(after))
        if after.ended is not None and before is not None:
            step.ground_edits += self._of_ended(snapshot, after, after.ended, step)

    def _made(self, snapshot: Snapshot, row: PartyRow, said: dict[str, Any]) -> Party:
        if "name" not in said:
            raise UnreadableRow("a party that is new needs a `name`")
        number = said.pop("altinn_id", None) or self._next_altinn_id(snapshot)
        # An id must not be worked out from an identity number: it is drawn.
        return Party(PartyId(row.id or str(uuid.uuid4())), number=row.number, altinn_id=number, **said)

    def _claim_id(self, kind: str, named: str | None, of_what: object) -> None:
        """Each id in the file is of one thing."""
        if named is not None and self._ids.setdefault((kind, named), of_what) != of_what:
            raise UnreadableRow("`id` is another's in this file")

    def _next_altinn_id(self, snapshot: Snapshot) -> int:
        self._free += 1
        while self._free in snapshot.altinn_ids or self._free in self._claimed:
            self._free += 1
        return self._free

    def _claim_altinn_id(self, snapshot: Snapshot, party: Party) -> None:
        """Each number is one party's, also among those that this file brings."""
        taken = snapshot.party_with_altinn_id(party.altinn_id)
        holder = taken.id if taken is not None else self._claimed.get(party.altinn_id, party.id)
        if holder != party.id:
            raise UnreadableRow("`altinn_id` is another party's")
        self._claimed[party.altinn_id] = party.id

    def _of_ended(self, snapshot: Snapshot, party: Party, ended: datetime, step: _Step) -> list[Edit]:
        """What the party holds at others ends with it."""
        edits: list[Edit] = []
        for other in snapshot.reach.get(party.id) or ():
            for fact in snapshot.grounds(other):
                if receiver_of(fact) != party.id or (fact.valid_to is not None and fact.valid_to <= ended):
                    continue
                step.counts["ended_roles" if isinstance(fact, RegisterRole) else "ended_grants"] += 1
                edits.append(remove(fact) if ended <= self._now else put(replace(fact, valid_to=ended)))
        if ended <= self._now:
            step.edits += (remove(each) for each in snapshot.connected_to.get(party.id) or ())
            as_agent = delegated_to(snapshot, party.id)
            step.counts["ended_with_them"] += len(as_agent)
            step.edits += (remove(each) for each in as_agent)
        return edits

    # -- roles ------------------------------------------------------------------------------------

    def take_roles(self, name: str, rows: Iterable[Row], *, ends: bool) -> None:
        """Take in roles that have begun, or changed, or ended."""
        for some in _in_groups(self._read(name, rows, read_role_row)):
            self._change(lambda snapshot, some=some: self._roles(snapshot, name, some, ends=ends))  # type: ignore[misc]

    def _roles(self, snapshot: Snapshot, name: str, rows: Sequence[tuple[int, Row, RoleRow]], *, ends: bool) -> _Step:
        step = _Step()
        written: dict[tuple[str, str, str], RegisterRole | None] = {}
        for place, raw, row in rows:
            try:
                self._role(snapshot, row, written, step, ends=ends)
            except UnreadableRow as error:
                step.rejected.append(RejectedRow(name, place, raw, str(error)))
        return step

    def _role(
        self,
        snapshot: Snapshot,
        row: RoleRow,
        written: dict[tuple[str, str, str], RegisterRole | None],
        step: _Step,
        *,
        ends: bool,
    ) -> None:
        party, holder = _known(snapshot, row.party), _known(snapshot, row.holder)
        code = self._code(snapshot, row.role)
        key = (party.id, holder.id, code)
        before = written[key] if key in written else _role_there(snapshot, party.id, holder.id, code)
        begins = row.said.get("valid_from", None if before is None else before.valid_from)
        until = row.said.get("valid_to", None if before is None else before.valid_to)
        if ends or (until is not None and until <= self._now):
            written[key] = None
            step.counts["same_roles" if before is None else "ended_roles"] += 1
            step.ground_edits += [] if before is None else [remove(before)]
            return
        if holder.ended is not None and holder.ended <= self._now:
            raise UnreadableRow("`holder` has ended")
        lapsed = before is not None and before.valid_to is not None and before.valid_to <= self._now
        begun = self._begun(row, key) if before is None else before
        after = replace(begun, valid_from=begins, valid_to=until)
        written[key] = after
        step.kept.add(after.id)
        step.counts["new_roles" if before is None else "same_roles" if after == before else "changed_roles"] += 1
        if lapsed:
            # It ended meanwhile, and what flowed from it with it: what begins now is another, and revives nothing.
            step.ground_edits.append(remove(begun))
            step.edits.append(put(after))
        elif after != before:
            step.ground_edits.append(put(after))

    def _begun(self, row: RoleRow, key: tuple[PartyId, PartyId, str]) -> RegisterRole:
        self._claim_id("role", row.id, key)
        known = None if row.id is None else self._store.find("register_role", row.id)
        if isinstance(known, RegisterRole) and (known.party, known.holder, known.role) != key:
            raise UnreadableRow("`id` is another role's")
        return RegisterRole(row.id or str(uuid.uuid4()), *key)

    def _code(self, snapshot: Snapshot, text: str) -> str:
        code = self._codes.get(text.casefold(), text)
        known = snapshot.catalogue.roles
        found = next((each for each in (text, code, text.upper()) if each in known), None)
        if found is None:
            raise UnreadableRow(f"there is no role `{text[:40]}`")
        return found

    # -- what a complete file does not have --------------------------------------------------------

    def end_absent(self) -> None:
        """End every role that the file does not have, but those that a row may be of that could not be read."""
        if not self._kept:
            raise InvalidInput(
                ErrorCode.INVALID_WORLD, "a complete file without a role in it would end every role there is"
            )
        snapshot = self._store.snapshot()
        absent = [
            held.fact
            for file in snapshot.files.values()
            for held in file.own
            if isinstance(held.fact, RegisterRole) and held.fact.id not in self._kept
        ]
        doubtful = self._doubtful(snapshot)
        gone = [] if doubtful is None else [role for role in absent if role.party not in doubtful]
        self._counts["withheld"] += len(absent) - len(gone)
        for some in _in_groups(gone):
            self._change(lambda snapshot, some=some: _removal(snapshot, some))  # type: ignore[misc]

    def _doubtful(self, snapshot: Snapshot) -> set[str] | None:
        """The parties at which a rejected row is a role; None where a row does not tell of which party it is."""
        found: set[str] = set()
        for each in self._rejected:
            if each.list == "parties":
                continue
            try:
                found.add(_known(snapshot, party_named(each.row, "party")).id)
            except (UnreadableRow, TypeError, AttributeError):
                return None
        return found

    # -- rows and transactions ---------------------------------------------------------------------

    def _read(self, name: str, rows: Iterable[Row], read: Callable[[Row], T]) -> Iterator[tuple[int, Row, T]]:
        for place, row in enumerate(rows, start=1):
            try:
                yield place, row, read(row)
            except UnreadableRow as error:
                self._rejected.append(RejectedRow(name, place, row, str(error)))

    def _change(self, work: Callable[[Snapshot], _Step]) -> None:
        def command(snapshot: Snapshot) -> Written[_Step]:
            step = work(snapshot)
            lost = step.cascade(snapshot, self._now)
            return Written((*step.ground_edits, *step.edits, *lost), step)

        step = self._store.change(self._caller.name, command)
        self._counts += step.counts
        self._kept |= step.kept
        self._rejected += step.rejected


class _Step:
    """What one transaction writes, and what it is counted as."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.ground_edits: list[Edit] = []
        self.counts: Counter[str] = Counter()
        self.kept: set[str] = set()
        self.rejected: list[RejectedRow] = []

    def cascade(self, snapshot: Snapshot, now: datetime) -> tuple[Edit, ...]:
        """What flowed from the grounds that end here; what only begins takes nothing from anybody."""
        if not any(edit.operation is Operation.REMOVE or _is_there(snapshot, edit) for edit in self.ground_edits):
            return ()
        lost = dependants_of_edits(snapshot, self.ground_edits, now)
        self.counts["ended_with_them"] += len(lost)
        return lost


def _removal(snapshot: Snapshot, roles: Iterable[RegisterRole]) -> _Step:
    step = _Step()
    step.ground_edits = [remove(role) for role in roles if role in snapshot.grounds(role.party)]
    step.counts["ended_roles"] = len(step.ground_edits)
    return step


def _is_there(snapshot: Snapshot, edit: Edit) -> bool:
    fact = edit.fact
    if not isinstance(fact, (RegisterRole, RoleGrant, PackageDelegation, RightDelegation)):
        return False
    return any(type(each) is type(fact) and each.id == fact.id for each in snapshot.grounds(party_of(fact)))


def _present(snapshot: Snapshot, row: PartyRow) -> Party | None:
    numbered = snapshot.party_numbered(row.number)
    if row.id is None:
        return numbered
    if numbered is not None and numbered.id != row.id:
        raise UnreadableRow("`number` is another party's")
    return snapshot.party(row.id)


def _known(snapshot: Snapshot, named: str, put_now: Mapping[str, Party] | None = None) -> Party:
    found = (put_now or {}).get(named) or snapshot.party_numbered(named) or snapshot.party(named)
    if found is None:
        raise UnreadableRow("a party of the row is not known")
    return found


def _role_there(snapshot: Snapshot, party: str, holder: str, code: str) -> RegisterRole | None:
    for fact in snapshot.grounds(party):
        if isinstance(fact, RegisterRole) and (fact.holder, fact.role) == (holder, code):
            return fact
    return None


def _in_groups(items: Iterable[T]) -> Iterator[list[T]]:
    group: list[T] = []
    for item in items:
        group.append(item)
        if len(group) == _AT_A_TIME:
            yield group
            group = []
    if group:
        yield group
