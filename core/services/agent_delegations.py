"""Delegating to a provider's agents, client by client: packages, whole resources and single rights.

Source: pdp-and-tokens §12.2, §14.3 and §14.4.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import Edit, put, remove
from core.domain.client_relations import is_held, is_within
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId, ServiceId
from core.domain.new_records import ClientWish, DelegationOutcome
from core.domain.party_file import Held
from core.domain.snapshot import Snapshot
from core.domain.system import Generation
from core.domain.vocabulary import ANY_ACTION, RIGHTHOLDER, Right
from core.errors import ErrorCode, InvalidInput
from core.services.administration import require_client_administration
from core.services.agents import known_agent, require_agent
from core.services.client_rights import Wanted, check_held, check_known, held_through, joined
from core.services.clients import delegations_for, of_ground
from core.services.package_checks import known_party
from core.store.store import Store, Written

Outcomes = tuple[DelegationOutcome, ...]


@dataclass(slots=True)
class _Case:
    """One command on its way: whose client, which agent, and the delegations as they are to be."""

    snapshot: Snapshot
    by: str
    provider: PartyId
    client: PartyId
    agent: str
    ceiling: Generation | None
    at: datetime
    after: dict[str, ClientDelegation] = field(default_factory=dict)

    def delegation(self, ground: str) -> ClientDelegation:
        """The delegation of the ground as it is now, empty where there is none."""
        there = delegations_for(self.snapshot, self.agent, self.client)
        return self.after.get(ground) or of_ground(there, ground) or self._new(ground)

    def _new(self, ground: str) -> ClientDelegation:
        number = 0 if self.ceiling is None else self.ceiling.number
        return ClientDelegation(
            id=str(uuid.uuid4()),
            system_user=self.agent,
            generation=number,
            provider=self.provider,
            client=self.client,
            ground=ground,
            packages=frozenset(),
            resources=frozenset(),
            rights=frozenset(),
            given_by=self.by,
        )

    def edits(self) -> Iterator[Edit]:
        """What is to be written."""
        there = {each.id: each for each in delegations_for(self.snapshot, self.agent, self.client)}
        for each in self.after.values():
            if each.packages or each.resources or each.rights:
                if there.get(each.id) != each:
                    yield put(each)
            elif each.id in there:
                yield remove(there[each.id])


_Work = Callable[[_Case, ClientWish], Iterator[DelegationOutcome]]


def delegate_to_agent(
    store: Store, caller: Caller, provider: PartyId, client: PartyId, agent: str, wishes: Iterable[ClientWish]
) -> Outcomes:
    """Give an agent of ``provider`` what is wished for one client; it adds to what is there. All of it, or nothing.

    A whole resource of which only some actions are held and inside the ceiling becomes single rights to those. The
    caller administers the provider's clients. Raises NotFound, NotAllowed, and InvalidInput: `NOT_AN_AGENT`,
    `RECEIVER_NOT_ALLOWED`, `NOT_CONNECTED` for a person who is no agent, `NOTHING_REQUESTED`, `UNKNOWN_ROLE`,
    `UNKNOWN_PACKAGE`, `UNKNOWN_SERVICE`, `CLIENT_NOT_FOUND` without a relation in that role,
    `PACKAGE_NOT_DELEGABLE`, `PACKAGE_OUTSIDE_SYSTEM` and `RIGHT_OUTSIDE_SYSTEM` beyond the ceiling,
    `RIGHT_NOT_HELD` beyond what is held. The details of those about a wish say which one (``index``).
    Source: pdp-and-tokens §12.2, §14.3.
    """
    return _each(store, caller, (provider, client, agent), tuple(wishes), _give)


def withdraw_from_agent(
    store: Store, caller: Caller, provider: PartyId, client: PartyId, agent: str, wishes: Iterable[ClientWish]
) -> Outcomes:
    """Take from an agent of ``provider`` what is named for one client; what is not there is gone already.

    A single right is taken out of a whole resource too. The caller administers the provider's clients. Raises
    NotFound, NotAllowed, and InvalidInput as `delegate_to_agent` does. Source: pdp-and-tokens §11 row 5c, §14.3.
    """
    return _each(store, caller, (provider, client, agent), tuple(wishes), _take)


def give_up_client(
    store: Store, caller: Caller, provider: PartyId, client: PartyId, wishes: Iterable[ClientWish]
) -> Outcomes:
    """The caller, a person and agent of ``provider``, gives up what is named for one client.

    Raises NotFound, NotAllowed, InvalidInput as `withdraw_from_agent` does. Source: pdp-and-tokens §14.3.
    """
    return _each(store, caller, (provider, client, caller.party or ""), tuple(wishes), _take, own=True)


def _each(
    store: Store,
    caller: Caller,
    where: tuple[PartyId, PartyId, str],
    wishes: tuple[ClientWish, ...],
    work: _Work,
    *,
    own: bool = False,
) -> Outcomes:
    provider, client, agent = where
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[Outcomes]:
        if not own:
            require_client_administration(snapshot, caller, provider, now)
        entry = known_agent(snapshot, provider, agent)
        known_party(snapshot, client, "client")
        ceiling = None if entry is None else entry.latest
        case = _Case(snapshot, caller.name, provider, client, agent, ceiling, now)
        if not wishes:
            raise InvalidInput(ErrorCode.NOTHING_REQUESTED, "name at least one role", details={"which": "values"})
        outcomes = [outcome for index, wish in enumerate(wishes) for outcome in _told(case, index, wish, work)]
        return Written(tuple(case.edits()), tuple(outcomes))

    return store.change(caller.name, command)


def _told(case: _Case, index: int, wish: ClientWish, work: _Work) -> list[DelegationOutcome]:
    try:
        _check_words(case.snapshot, wish)
        return list(work(case, wish))
    except InvalidInput as error:
        details = {**error.details, "index": str(index)}
        raise InvalidInput(error.code, error.message, fixes=error.fixes, details=details) from error


def _check_words(snapshot: Snapshot, wish: ClientWish) -> None:
    if wish.role != RIGHTHOLDER and wish.role not in snapshot.catalogue.roles:
        raise InvalidInput(ErrorCode.UNKNOWN_ROLE, f"`{wish.role[:64]}` is not a role", details={"which": "role"})
    for package in wish.packages:
        if package not in snapshot.catalogue.packages:
            sentence = f"`{package[:64]}` is not an access package"
            raise InvalidInput(ErrorCode.UNKNOWN_PACKAGE, sentence, details={"which": "package"})


def _wanted(wish: ClientWish) -> Wanted:
    return Wanted(frozenset(wish.packages), frozenset(wish.resources), frozenset(wish.rights))


# -- giving ---------------------------------------------------------------------------------------


def _give(case: _Case, wish: ClientWish) -> Iterator[DelegationOutcome]:
    if case.ceiling is None:
        require_agent(case.snapshot, case.provider, case.agent)
    check_known(case.snapshot, _wanted(wish))
    held = held_through(case.snapshot, case.provider, case.client, wish.role, case.at)
    wanted = _as_far_as_held(case, _wanted(wish), held)
    check_held(case.snapshot, case.ceiling, held, wanted, case.at)
    before = case.delegation(wish.role)
    number = before.generation if case.ceiling is None else case.ceiling.number
    after = replace(joined(before, wanted), generation=number)
    case.after[wish.role] = after
    yield from _outcomes(wish, before, after)


def _as_far_as_held(case: _Case, wanted: Wanted, held: tuple[Held, ...]) -> Wanted:
    """What is wanted, with resources that can be had in part only as the single rights that can be had."""
    resources, rights = set(wanted.resources), set(wanted.rights)
    for resource in wanted.resources:
        actions = case.snapshot.catalogue.actions.get(resource, ())
        each = [Right(resource, action) for action in actions]
        inside = {right for right in each if _is_inside(case, right)}
        some = {right for right in inside if is_held(case.snapshot, held, right, case.at)} or inside
        if some and len(some) < len(each):
            resources.discard(resource)
            rights |= some
    return replace(wanted, resources=frozenset(resources), rights=frozenset(rights))


def _is_inside(case: _Case, right: Right) -> bool:
    return case.ceiling is None or is_within(case.snapshot, case.ceiling, right, case.at)


# -- taking ---------------------------------------------------------------------------------------


def _take(case: _Case, wish: ClientWish) -> Iterator[DelegationOutcome]:
    before = case.delegation(wish.role)
    resources, rights = set(before.resources), set(before.rights)
    for resource in wish.resources:
        resources.discard(resource)
        rights = {right for right in rights if right.service != resource}
    for right in wish.rights:
        _take_right(case.snapshot, right, resources, rights)
    after = replace(
        before,
        packages=before.packages - frozenset(wish.packages),
        resources=frozenset(resources),
        rights=frozenset(rights),
    )
    case.after[wish.role] = after
    yield from _outcomes(wish, before, after)


def _take_right(snapshot: Snapshot, right: Right, resources: set[ServiceId], rights: set[Right]) -> None:
    """Take one right out; a whole resource, or every action of one, is first spelled out."""
    whole = Right(right.service, ANY_ACTION)
    if right.service in resources or whole in rights:
        resources.discard(right.service)
        rights.discard(whole)
        rights |= {Right(right.service, action) for action in snapshot.catalogue.actions.get(right.service, ())}
    gone = {each for each in rights if each.service == right.service and right.action in {each.action, ANY_ACTION}}
    rights -= gone


def _outcomes(wish: ClientWish, before: ClientDelegation, after: ClientDelegation) -> Iterator[DelegationOutcome]:
    for package in dict.fromkeys(wish.packages):
        changed = (package in before.packages) is not (package in after.packages)
        yield DelegationOutcome(wish.role, package, None, changed)
    for resource in dict.fromkeys((*wish.resources, *(right.service for right in wish.rights))):
        yield DelegationOutcome(wish.role, None, resource, _of(before, resource) != _of(after, resource))


def _of(delegation: ClientDelegation, resource: ServiceId) -> tuple[bool, frozenset[Right]]:
    rights = frozenset(right for right in delegation.rights if right.service == resource)
    return resource in delegation.resources, rights
