"""What each step of a plan does, as commands of the core: the same for carrying out and for a rehearsal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core import (
    OWN_ORGANISATION,
    Caller,
    Conflict,
    ErrorCode,
    GatewayError,
    MustWait,
    NewRequest,
    NewSystem,
    NotAllowed,
    NotFound,
    PackageDelegation,
    PartyId,
    Reference,
    RequestStatus,
    Right,
    RightDelegation,
    ServiceId,
    ServiceSuccessor,
    Snapshot,
    Store,
    System,
    SystemUserKind,
    SystemUserRequest,
    UserEntry,
    Window,
    approve_request,
    connect,
    delegate_client_rights,
    eligible_approvers,
    give_package,
    give_rights,
    has_timed_out,
    link_system_user,
    put_successors,
    register_system,
    replace_system,
    request_system_user,
)
from legacy_mappings.planner.records import Gift, Plan, PlannedSystem, PlannedUser

Work = Callable[[Store], str | None]

_LANGUAGES = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Makes the work of each step of one plan.

    With ``approve`` requests and gifts are approved in the parties' place, where somebody there could have done it:
    for the stand-in and for rehearsals. Without it they wait for persons.
    """

    caller: Caller
    approve: bool
    gifts: dict[tuple[PartyId, PartyId], list[Gift]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, plan: Plan, caller: Caller, *, approve: bool) -> Workshop:
        """The workshop of a plan."""
        made = cls(caller, approve)
        for gift in plan.gifts:
            made.gifts[gift.giver, gift.receiver].append(gift)
        return made

    def successors(self, rows: Iterable[ServiceSuccessor]) -> Work:
        """Enter what one old service is in the new world."""
        wanted = tuple(rows)

        def work(store: Store) -> None:
            put_successors(store, self.caller, wanted)

        return work

    def system(self, planned: PlannedSystem) -> Work:
        """Enter a system in the register, or widen the one that is there."""

        def work(store: Store) -> str | None:
            there = store.snapshot().systems.get(planned.id)
            if there is None:
                register_system(store, self.caller, _new_system(planned))
                return None
            wider = _wider(there, planned)
            is_wide = (wider.rights, wider.packages, wider.client_ids) == (
                there.rights, there.packages, there.client_ids,
            )  # fmt: skip
            if is_wide and not there.deleted:
                return None
            replace_system(store, self.caller, planned.id, wider)
            return "widened"

        return work

    def gift(self, gift: Gift) -> Work:
        """Let a client give the firm what the plan needs from it."""

        def work(store: Store) -> None:
            snapshot, now = store.snapshot(), store.clock()
            if _is_given(store, snapshot, gift):
                return
            if not self.approve:
                raise MustWait("giver", "a person at the client must give it")
            rights = [Right(ServiceId(gift.service), action) for action in gift.actions]
            packages = (gift.package,) if gift.package else ()
            self._require_approver(snapshot, gift.giver, eligible_approvers(
                snapshot, gift.giver, now, rights=rights, packages=packages
            ))  # fmt: skip
            connect(store, self.caller, gift.giver, gift.receiver)
            if gift.package:
                give_package(store, self.caller, gift.giver, gift.receiver, gift.package)
            else:
                give_rights(store, self.caller, gift.giver, gift.receiver, ServiceId(gift.service), gift.actions)

        return work

    def request(self, planned: PlannedUser) -> Work:
        """Ask the owner for the system user; what is there and fits is taken as it is."""

        def work(store: Store) -> None:
            snapshot = store.snapshot()
            entry = _user(snapshot, planned)
            if entry is not None:
                _refuse_unfit(entry, planned)
                return
            there = _request(snapshot, planned)
            if there is not None:
                _refuse_answered(there)
            new = NewRequest(
                planned.kind, planned.system, _number(snapshot, planned.owner), planned.reference, planned.title,
                planned.rights, planned.packages,
            )  # fmt: skip
            request = request_system_user(store, self.caller, new).request
            if (frozenset(request.rights), frozenset(request.packages)) != (
                frozenset(planned.rights),
                frozenset(planned.packages),
            ):
                raise Conflict(ErrorCode.REQUEST_PENDING, "a request under the reference asks for something else")

        return work

    def approval(self, planned: PlannedUser) -> Work:
        """Approve the request in the owner's place, or wait for a person to."""

        def work(store: Store) -> None:
            snapshot, now = store.snapshot(), store.clock()
            entry = _user(snapshot, planned)
            if entry is not None:
                _refuse_unfit(entry, planned)
                return
            there = _request(snapshot, planned)
            if there is None:
                raise NotFound(ErrorCode.REQUEST_NOT_FOUND, "there is no request for the system user")
            _refuse_answered(there)
            if not self.approve:
                late = has_timed_out(there.created, now)
                raise MustWait(
                    "approver-late" if late else "approver", "a person at the owner must approve the request"
                )
            standard = planned.kind is SystemUserKind.STANDARD
            asked = (there.rights, there.packages) if standard else ((), ())
            approvers = eligible_approvers(snapshot, planned.owner, now, rights=asked[0], packages=asked[1])
            self._require_approver(snapshot, planned.owner, approvers)
            approve_request(store, self.caller, planned.owner, there.id, planned.kind)

        return work

    def client(self, planned: PlannedUser, client: PartyId) -> Work:
        """Put a client on the agent system user, on the plan's ground and with all it is planned for."""

        def work(store: Store) -> None:
            user = self._standing_user(store.snapshot(), planned)
            try:
                delegate_client_rights(
                    store, self.caller, user, client, planned.ground, planned.packages, (), planned.rights
                )
            except GatewayError:
                self._wait_for_gifts(store, planned, client)
                raise

        return work

    def link(self, planned: PlannedUser) -> Work:
        """Let the system user answer for the enterprise system."""

        def work(store: Store) -> None:
            user = self._standing_user(store.snapshot(), planned)
            link_system_user(store, self.caller, planned.enterprise_system, user, planned.ground)

        return work

    def _standing_user(self, snapshot: Snapshot, planned: PlannedUser) -> str:
        entry = _user(snapshot, planned)
        if entry is not None:
            _refuse_unfit(entry, planned)
            return entry.user.id
        there = _request(snapshot, planned)
        if there is not None and there.status is RequestStatus.NEW and not self.approve:
            raise MustWait("approver", "the system user has not been approved")
        raise NotFound(ErrorCode.SYSTEM_USER_NOT_FOUND, "the system user has not come about")

    def _wait_for_gifts(self, store: Store, planned: PlannedUser, client: PartyId) -> None:
        if self.approve or planned.ground == OWN_ORGANISATION:
            return
        snapshot = store.snapshot()
        if any(not _is_given(store, snapshot, gift) for gift in self.gifts.get((client, planned.owner), ())):
            raise MustWait("giver", "the client has not given what the system user needs")

    def _require_approver(self, snapshot: Snapshot, party: PartyId, approvers: Iterable[PartyId]) -> None:
        if next(iter(approvers), None) is None:
            known = snapshot.party(party)
            where = "the party" if known is None else known.masked_number
            raise NotAllowed(ErrorCode.MISSING_ADMINISTRATION, f"no person at {where} could approve this")


def _new_system(planned: PlannedSystem) -> NewSystem:
    # Not offered to everybody: whoever takes over old clients asks for each system user itself (§4.1 row 16).
    texts = dict.fromkeys(_LANGUAGES, planned.name)
    return NewSystem(
        planned.id, planned.vendor, texts, texts, planned.rights, planned.packages, planned.client_ids, visible=False
    )


def _wider(there: System, planned: PlannedSystem) -> NewSystem:
    return NewSystem(
        there.id,
        there.vendor,
        there.name,
        there.description,
        tuple(dict.fromkeys((*there.rights, *planned.rights))),
        tuple(dict.fromkeys((*there.packages, *planned.packages))),
        tuple(dict.fromkeys((*there.client_ids, *planned.client_ids))),
        there.redirect_urls,
        there.visible,
    )


def _is_given(store: Store, snapshot: Snapshot, gift: Gift) -> bool:
    now = store.clock()
    found = [
        fact
        for fact in snapshot.grounds(gift.giver)
        if isinstance(fact, (PackageDelegation, RightDelegation))
        and fact.receiver == gift.receiver
        and Window(fact.valid_from, fact.valid_to).holds(now)
    ]
    if gift.package:
        return any(gift.package in fact.packages for fact in found)
    has = {right for fact in found for right in fact.rights}
    wanted = {Right(ServiceId(gift.service), action) for action in gift.actions}
    return wanted <= has or Right(ServiceId(gift.service), "*") in has


def _reference(planned: PlannedUser) -> Reference:
    return Reference(planned.system, planned.owner, planned.reference)


def _user(snapshot: Snapshot, planned: PlannedUser) -> UserEntry | None:
    entry = snapshot.users.get(snapshot.user_references.get(_reference(planned)) or "")
    return entry if entry is not None and entry.generations else None


def _request(snapshot: Snapshot, planned: PlannedUser) -> SystemUserRequest | None:
    return snapshot.requests.get(snapshot.request_references.get(_reference(planned)) or "")


def _refuse_unfit(entry: UserEntry, planned: PlannedUser) -> None:
    """A system user under the reference is the planned one: of its kind, and allowed all of it. Raises Conflict."""
    ceiling = entry.latest
    fits = (
        entry.user.kind is planned.kind
        and frozenset(planned.packages) <= ceiling.packages
        and frozenset(planned.rights) <= ceiling.rights
    )
    if not fits:
        raise Conflict(ErrorCode.SYSTEM_USER_EXISTS, "a system user under the reference may do less, or other things")


def _refuse_answered(request: SystemUserRequest) -> None:
    if request.status is RequestStatus.REJECTED:
        raise Conflict(ErrorCode.REQUEST_REJECTED, "the owner has rejected the request")
    if request.status is RequestStatus.ACCEPTED:
        raise Conflict(ErrorCode.REQUEST_ACCEPTED, "the request was accepted, but its system user is gone")


def _number(snapshot: Snapshot, party: PartyId) -> str:
    found = snapshot.party(party)
    if found is None:
        raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the owner is not a known party")
    return found.number
