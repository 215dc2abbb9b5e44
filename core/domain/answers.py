"""What is common to the rules of both worlds: whether a holding answers a policy, and how an answer is made."""

from __future__ import annotations

from datetime import datetime

from core.domain.catalogue import Policy
from core.domain.change import Fact
from core.domain.identifiers import is_form
from core.domain.party_file import Holding
from core.domain.question import Decision, Outcome, Question, Reason
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import RIGHTHOLDER

# NamedTuples and ready-made tuples here are for speed: a decision is built in a quarter of a microsecond.
_PACKAGE = (Reason.PACKAGE_ACCESS,)


def yes(
    snapshot: Snapshot, question: Question, policy: Policy, reasons: tuple[Reason, ...], via: tuple[Fact, ...]
) -> Decision:
    """Permit, unless the service has an access list that the party is not on."""
    if policy.access_list is not None:
        actions = policy.access_list.get(question.party)  # type: ignore[call-overload]
        if actions is None or (actions and question.right.action not in actions):
            return deny(snapshot, question, Reason.NOT_ON_ACCESS_LIST)
    return Decision(Outcome.PERMIT, reasons, via, policy.obligations, snapshot.sequence, question)


def no(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    """No rule gives the right."""
    return Decision(Outcome.NOT_APPLICABLE, (reason,), (), (), snapshot.sequence, question)


def deny(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    """A rule forbids it, whatever is held."""
    return Decision(Outcome.DENY, (reason,), (), (), snapshot.sequence, question)


def by_holder(snapshot: Snapshot, question: Question, policy: Policy, holder: str, missing: Reason) -> Decision:
    """What ``holder`` holds for the party decides; ``missing`` is the reason where nothing serves."""
    file = snapshot.files.shards[hash(question.party) & MASK].get(question.party)
    if file is not None:
        for holding in file.held.get(holder, ()):
            if accepts(policy, holding, question.at):
                return yes(snapshot, question, policy, reasons_of(policy, holding), (holding.fact,))
    return no(snapshot, question, missing)


def held_by_person(
    snapshot: Snapshot, question: Question, policy: Policy, person: str
) -> tuple[tuple[Fact, ...], Holding] | None:
    """What the person holds, or an organisation at which the person has a key role (one link deep)."""
    file = snapshot.files.get(question.party)
    if file is None:
        return None
    for holding in file.held.get(person, ()):
        if accepts(policy, holding, question.at):
            return (holding.fact,), holding
    for role in snapshot.represents.get(person) or ():
        if snapshot.catalogue.is_key_role(role.role) and _is_current(role.valid_from, role.valid_to, question.at):
            for holding in file.held.get(role.party, ()):
                if holding.nests and accepts(policy, holding, question.at):
                    return (holding.fact, role), holding
    return None


def _is_current(begins: datetime | None, ends: datetime | None, at: datetime) -> bool:
    return (begins is None or begins <= at) and (ends is None or at < ends)


def holds(holding: Holding, at: datetime) -> bool:
    """Whether the holding is in force at ``at``."""
    return holding.window is None or holding.window.holds(at)


def opens(policy: Policy, holding: Holding) -> bool:
    """Whether what the holding brings is among what the policy accepts."""
    return (
        not policy.packages.isdisjoint(holding.packages)
        or not policy.roles.isdisjoint(holding.roles)
        or policy.right in holding.rights
        or policy.whole in holding.rights
    )


def accepts(policy: Policy, holding: Holding, at: datetime) -> bool:
    """Whether the holding opens the right, and is in force."""
    return opens(policy, holding) and holds(holding, at)


def reasons_of(policy: Policy, holding: Holding) -> tuple[Reason, ...]:
    """The field's words for how the holding opened the right."""
    if not policy.packages.isdisjoint(holding.packages):
        return _PACKAGE
    if policy.roles.isdisjoint(holding.roles):
        return (Reason.RIGHT_ACCESS,)
    by_register = holding.ground != RIGHTHOLDER
    if is_form(policy.right.service):
        return (Reason.REGISTERED_CLIENT if by_register else Reason.SUBMISSION_ROLE,)
    return (Reason.REGISTER_ROLE_ACCESS if by_register else Reason.ROLE_ACCESS,)
