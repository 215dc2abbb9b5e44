"""The new world's rules: system users, persons and organisations."""

from __future__ import annotations

from datetime import datetime

from core.domain.answers import accepts, by_holder, held_by_person, no, opens, reasons_of, yes
from core.domain.catalogue import Policy
from core.domain.party_file import Approved, Chain
from core.domain.question import Decision, Question, Reason
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION

_CLIENT_BY_PACKAGE = (Reason.PACKAGE_ACCESS, Reason.CLIENT_DELEGATION)
_CLIENT_BY_RIGHT = (Reason.RIGHT_ACCESS, Reason.CLIENT_DELEGATION)


def decide_system_user(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A client by way of a live chain, or the owner itself (and its sub-units) by what the owner gave."""
    subject, party, _, at = question
    # key_of_entry and ShardedMap.get written out: a call each would cost as much as the look-up.
    key = f"{party} {subject.id}"
    found = snapshot.entries.shards[hash(key) & MASK].get(key)
    if found is not None:
        for entry in found if type(found) is tuple else (found,):
            if type(entry) is Chain:
                reasons = _client_reasons(policy, entry, at)
                if reasons is not None:
                    held = entry.holding
                    via = (entry.delegation,) if held is None else (held.fact, entry.delegation)
                    return yes(snapshot, question, policy, reasons, via)
            elif type(entry) is Approved and accepts(policy, entry.grant, at) and _within(policy, entry.generation):
                return yes(snapshot, question, policy, reasons_of(policy, entry.grant), (entry.grant,))
    return no(snapshot, question, _why_not_system_user(snapshot, question, policy))


def _client_reasons(policy: Policy, chain: Chain, at: datetime) -> tuple[Reason, ...] | None:
    """held by the owner for the client ∩ ceiling of the generation ∩ delegated for the client.

    Source of the rule: pdp-and-tokens §12.2.
    """
    if chain.window is not None and not chain.window.holds(at):
        return None
    if not _within(policy, chain.generation):
        return None
    if not policy.packages.isdisjoint(chain.packages):
        return _CLIENT_BY_PACKAGE
    return _CLIENT_BY_RIGHT if _by_single_right(policy, chain) else None


def _by_single_right(policy: Policy, chain: Chain) -> bool:
    delegation = chain.delegation
    granted = (
        policy.right in delegation.rights
        or policy.whole in delegation.rights
        or policy.right.service in delegation.resources
    )
    if not granted:
        return False
    held = chain.holding
    return delegation.ground == OWN_ORGANISATION if held is None else opens(policy, held)


def _within(policy: Policy, generation: Generation | None) -> bool:
    return generation is not None and (
        not policy.packages.isdisjoint(generation.packages)
        or policy.right in generation.rights
        or policy.whole in generation.rights
    )


def _why_not_system_user(snapshot: Snapshot, question: Question, policy: Policy) -> Reason:
    user = snapshot.users.get(str(question.subject.id))
    if user is None or not user.active:
        return Reason.SYSTEM_USER_NOT_ACTIVE
    entries = snapshot.entries_for(question.party, user.user.id)
    chains = [entry for entry in entries if isinstance(entry, Chain)]
    live = [chain for chain in chains if _is_live(chain, question.at)]
    if live:
        inside = any(_within(policy, chain.generation) for chain in live)
        return Reason.MISSING_PACKAGE_ACCESS if inside else Reason.OUTSIDE_CEILING
    if chains:
        return Reason.GROUND_ENDED
    if any(isinstance(entry, Approved) and accepts(policy, entry.grant, question.at) for entry in entries):
        return Reason.OUTSIDE_CEILING
    return Reason.NOT_A_CLIENT if user.user.kind is SystemUserKind.AGENT else Reason.MISSING_ACCESS


def _is_live(chain: Chain, at: datetime) -> bool:
    grounded = chain.holding is not None or chain.delegation.ground == OWN_ORGANISATION
    return grounded and (chain.window is None or chain.window.holds(at))


def decide_person(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A person logged on to the new world: for themselves, or by what they or their organisations hold."""
    person = str(question.subject.id)
    if person == question.party and snapshot.party(person) is not None:
        return yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    found = held_by_person(snapshot, question, policy, person)
    if found is None:
        return no(snapshot, question, Reason.MISSING_ACCESS)
    via, holding = found
    return yes(snapshot, question, policy, reasons_of(policy, holding), via)


def decide_organisation(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """An organisation: for itself, or by what it holds."""
    holder = str(question.subject.id)
    if holder == question.party and snapshot.party(holder) is not None:
        return yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    return by_holder(snapshot, question, policy, holder, Reason.MISSING_ACCESS)
