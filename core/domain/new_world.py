"""The new world's rules: system users, persons and organisations."""

from __future__ import annotations

from datetime import datetime

from core.domain.answers import accepts, by_holder, held_by_person, no, opens, reasons_of, yes
from core.domain.catalogue import Policy
from core.domain.delegation import ClientDelegation
from core.domain.party_file import Chain, Holding
from core.domain.question import Decision, Question, Reason
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import Generation, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION

_CLIENT_BY_PACKAGE = (Reason.PACKAGE_ACCESS, Reason.CLIENT_DELEGATION)
_CLIENT_BY_RIGHT = (Reason.RIGHT_ACCESS, Reason.CLIENT_DELEGATION)


def decide_system_user(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A client by way of a live chain, or the owner itself (and its sub-units) by what the owner gave."""
    subject, party, _, at = question
    user_id = str(subject.id)
    entry = snapshot.users.shards[hash(user_id) & MASK].get(user_id)
    if entry is None or not entry.active:
        return no(snapshot, question, Reason.SYSTEM_USER_NOT_ACTIVE)
    file = snapshot.files.shards[hash(party) & MASK].get(party)
    if file is not None:
        for chain in file.chains.get(user_id, ()):
            if chain.window is None or chain.window.holds(at):
                reasons = _client_reasons(policy, chain, entry)
                if reasons is not None:
                    via = (chain.delegation,) if chain.holding is None else (chain.holding.fact, chain.delegation)
                    return yes(snapshot, question, policy, reasons, via)
        for holding in file.held.get(user_id, ()):
            owned = _is_of_owner(holding, entry) and _within(policy, entry.latest)
            if owned and accepts(policy, holding, at):
                return yes(snapshot, question, policy, reasons_of(policy, holding), (holding.fact,))
    return no(snapshot, question, _why_not_system_user(snapshot, question, policy, entry))


def _client_reasons(policy: Policy, chain: Chain, entry: UserEntry) -> tuple[Reason, ...] | None:
    """held by the owner for the client ∩ ceiling of the generation ∩ delegated for the client.

    Source of the rule: pdp-and-tokens §12.2.
    """
    generation = entry.generations.get(chain.delegation.generation)
    if generation is None or not _within(policy, generation) or not _is_owners(chain.delegation, entry):
        return None
    if not policy.packages.isdisjoint(chain.packages):
        return _CLIENT_BY_PACKAGE
    return _CLIENT_BY_RIGHT if _by_single_right(policy, chain) else None


def _is_owners(delegation: ClientDelegation, entry: UserEntry) -> bool:
    """A system user works on its owner's relations only, and ``self`` is the owner (or its sub-units)."""
    owner = entry.user.owner
    return delegation.provider == owner and (delegation.ground != OWN_ORGANISATION or delegation.client == owner)


def _by_single_right(policy: Policy, chain: Chain) -> bool:
    delegation = chain.delegation
    granted = (
        policy.right in delegation.rights
        or policy.whole in delegation.rights
        or policy.right.service in delegation.resources
    )
    if not granted:
        return False
    holding = chain.holding
    return delegation.ground == OWN_ORGANISATION if holding is None else opens(policy, holding)


def _within(policy: Policy, generation: Generation) -> bool:
    return (
        not policy.packages.isdisjoint(generation.packages)
        or policy.right in generation.rights
        or policy.whole in generation.rights
    )


def _is_of_owner(holding: Holding, entry: UserEntry) -> bool:
    return getattr(holding.fact, "giver", None) == entry.user.owner


def _why_not_system_user(snapshot: Snapshot, question: Question, policy: Policy, entry: UserEntry) -> Reason:
    file = snapshot.files.get(question.party)
    chains = file.chains.get(entry.user.id, ()) if file is not None else ()
    live = [chain for chain in chains if _is_live(chain, question.at)]
    if live:
        ceilings = [entry.generations.get(chain.delegation.generation) for chain in live]
        inside = any(ceiling is not None and _within(policy, ceiling) for ceiling in ceilings)
        return Reason.MISSING_PACKAGE_ACCESS if inside else Reason.OUTSIDE_CEILING
    if chains:
        return Reason.GROUND_ENDED
    held = file.held.get(entry.user.id, ()) if file is not None else ()
    if any(_is_of_owner(holding, entry) and accepts(policy, holding, question.at) for holding in held):
        return Reason.OUTSIDE_CEILING
    return Reason.NOT_A_CLIENT if entry.user.kind is SystemUserKind.AGENT else Reason.MISSING_ACCESS


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
