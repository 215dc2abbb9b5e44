"""What is common to the rules of both worlds: whether a holding answers a policy, and how an answer is made."""

from __future__ import annotations

from datetime import datetime

from core.domain.catalogue import Policy
from core.domain.change import Fact
from core.domain.delegation import PackageDelegation, RightDelegation, RoleGrant
from core.domain.party import Party, PartyKind
from core.domain.party_file import Approved, Chain, Held, Holding
from core.domain.question import Decision, Outcome, Question, Reason
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ANY_ACTION, RIGHTHOLDER

# Ready-made tuples and constants are for speed: these few functions run for every decision. `_new` makes a
# named tuple without the call in between that its own constructor is.
_new = tuple.__new__
_PERMIT, _NOT_APPLICABLE = Outcome.PERMIT, Outcome.NOT_APPLICABLE
_PACKAGE, _RIGHT = (Reason.PACKAGE_ACCESS,), (Reason.RIGHT_ACCESS,)
_REGISTERED, _SUBMISSION = (Reason.REGISTERED_CLIENT,), (Reason.SUBMISSION_ROLE,)
_REGISTER_ROLE, _ROLE = (Reason.REGISTER_ROLE_ACCESS,), (Reason.ROLE_ACCESS,)


def yes(
    snapshot: Snapshot, question: Question, policy: Policy, reasons: tuple[Reason, ...], via: tuple[Fact, ...]
) -> Decision:
    """Permit, unless the service has an access list that the party is not on."""
    if policy.access_list is not None and not is_let_in(policy, snapshot.party(question.party)):
        return deny(snapshot, question, Reason.NOT_ON_ACCESS_LIST)
    return _new(Decision, (_PERMIT, reasons, via, policy.obligations, snapshot.sequence, question))


def is_let_in(policy: Policy, party: Party | None) -> bool:
    """Whether the service's access list, if it has one, lets the party in: an organisation that is on it.

    A person never is, listed or not. Source: pdp-and-tokens §10 step 7.
    """
    if policy.access_list is None:
        return True
    if party is None or party.kind is PartyKind.PERSON:
        return False
    actions = policy.access_list.get(party.id)
    return actions is not None and (not actions or policy.right.action in actions)


def no(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    """No rule gives the right."""
    return _new(Decision, (_NOT_APPLICABLE, (reason,), (), (), snapshot.sequence, question))


def deny(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    """A rule forbids it, whatever is held."""
    return Decision(Outcome.DENY, (reason,), (), (), snapshot.sequence, question)


def held_by(snapshot: Snapshot, question: Question, policy: Policy, holder: str) -> Held | None:
    """What ``holder`` holds for the question's party that opens the right now, or None."""
    # key_of_entry and ShardedMap.get written out: a call each would cost as much as the look-up.
    key = f"{question.party} {holder}"
    found = snapshot.entries.shards[hash(key) & MASK].get(key)
    if found is not None:
        for held in found if type(found) is tuple else (found,):
            if type(held) is Chain or type(held) is Approved:
                continue
            if opens(policy, held) and holds(held, question.at):  # type: ignore[arg-type]
                return held  # type: ignore[return-value]
    return None


def held_by_person(
    snapshot: Snapshot, question: Question, policy: Policy, person: str
) -> tuple[tuple[Fact, ...], Held] | None:
    """What the person holds, or an organisation at which the person has a key role (one link deep)."""
    for held in snapshot.holdings(question.party, person):
        if accepts(policy, held, question.at):
            return (held.fact,), held
    for role in snapshot.represents.get(person) or ():
        if snapshot.catalogue.is_key_role(role.role) and _is_current(role.valid_from, role.valid_to, question.at):
            for held in snapshot.holdings(question.party, role.party):
                if held.nests and accepts(policy, held, question.at):
                    return (held.fact, role), held
    return None


def _is_current(begins: datetime | None, ends: datetime | None, at: datetime) -> bool:
    return (begins is None or begins <= at) and (ends is None or at < ends)


def holds(held: Held, at: datetime) -> bool:
    """Whether the holding is in force at ``at``."""
    if type(held) is Holding:
        return held.window is None or held.window.holds(at)
    begins, ends = held.valid_from, held.valid_to  # type: ignore[union-attr]
    return (begins is None and ends is None) or _is_current(begins, ends, at)


def opens(policy: Policy, held: Held) -> bool:
    """Whether what the holding brings is among what the policy accepts."""
    kind = type(held)
    if kind is PackageDelegation:
        return held.package in policy.packages  # type: ignore[union-attr]
    if kind is RoleGrant:
        return held.role in policy.roles  # type: ignore[union-attr]
    if kind is RightDelegation:
        return _gives(policy, held)  # type: ignore[arg-type]
    return not policy.packages.isdisjoint(held.packages) or not policy.roles.isdisjoint(held.roles)


def _gives(policy: Policy, grant: RightDelegation) -> bool:
    service, action = policy.right
    return grant.service == service and (action in grant.actions or ANY_ACTION in grant.actions)


def accepts(policy: Policy, held: Held, at: datetime) -> bool:
    """Whether the holding opens the right, and is in force."""
    return opens(policy, held) and holds(held, at)


def reasons_of(policy: Policy, held: Held) -> tuple[Reason, ...]:
    """The field's words for how the holding opened the right."""
    kind = type(held)
    if kind is PackageDelegation:
        return _PACKAGE
    if kind is RightDelegation:
        return _RIGHT
    if kind is Holding and not policy.packages.isdisjoint(held.packages):
        return _PACKAGE
    by_register = held.ground != RIGHTHOLDER
    if policy.is_form:
        return _REGISTERED if by_register else _SUBMISSION
    return _REGISTER_ROLE if by_register else _ROLE
