"""The new world's rules: system users, persons and organisations."""

from __future__ import annotations

from datetime import datetime

from core.domain.answers import accepts, held_by, held_by_person, no, opens, reasons_of, yes
from core.domain.catalogue import Policy
from core.domain.party_file import Approved, Chain, Entry
from core.domain.question import Decision, Question, Reason
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION

# To read a member from its enumeration takes as long as a look-up in Python 3.11.
_NOT_ACTIVE, _NOT_A_CLIENT = Reason.SYSTEM_USER_NOT_ACTIVE, Reason.NOT_A_CLIENT
_MISSING_ACCESS, _MISSING_PACKAGE_ACCESS = Reason.MISSING_ACCESS, Reason.MISSING_PACKAGE_ACCESS
_OUTSIDE_CEILING, _GROUND_ENDED = Reason.OUTSIDE_CEILING, Reason.GROUND_ENDED
_AGENT = SystemUserKind.AGENT
_BY_PACKAGE, _BY_RIGHT = (Reason.PACKAGE_ACCESS,), (Reason.RIGHT_ACCESS,)
_CLIENT_BY_PACKAGE = (Reason.PACKAGE_ACCESS, Reason.CLIENT_DELEGATION)
_CLIENT_BY_RIGHT = (Reason.RIGHT_ACCESS, Reason.CLIENT_DELEGATION)


def decide_system_user(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A client by way of a live chain, or the owner itself (and its sub-units) by what the owner gave."""
    (_, user, _), party, right, at = question
    # key_of_entry and ShardedMap.get written out: a call each would cost as much as the look-up.
    key = f"{party} {user}"
    found = snapshot.entries.shards[hash(key) & MASK].get(key)
    if found is None:
        return no(snapshot, question, _why_nothing(snapshot, str(user)))
    packages = policy.packages
    for entry in found if type(found) is tuple else (found,):
        if type(entry) is Chain:
            reasons = _client_reasons(policy, entry)
        elif type(entry) is not Approved:
            continue
        elif right in entry.rights or policy.whole in entry.rights:
            reasons = _BY_RIGHT
        else:
            reasons = None if packages.isdisjoint(entry.usable) else _BY_PACKAGE
        if reasons is not None and (entry.window is None or entry.window.holds(at)):
            return yes(snapshot, question, policy, reasons, entry.via)
    return _by_other_ways(snapshot, question, policy, found if type(found) is tuple else (found,))  # type: ignore[arg-type]


def _by_other_ways(snapshot: Snapshot, question: Question, policy: Policy, entries: tuple[Entry, ...]) -> Decision:
    """What the owner gave opens the right one way, and the ceiling another (a package here, a single right there)."""
    for entry in entries:
        if type(entry) is Approved and accepts(policy, entry.grant, question.at) and within(policy, entry.generation):
            return yes(snapshot, question, policy, reasons_of(policy, entry.grant), entry.via)
    return no(snapshot, question, _why_not(snapshot, question, policy, entries))


def _client_reasons(policy: Policy, chain: Chain) -> tuple[Reason, ...] | None:
    """held by the owner for the client ∩ ceiling of the generation ∩ delegated for the client.

    Source of the rule: pdp-and-tokens §12.2. A package that is in all three decides it; else each of the
    three is asked whether it opens the right.
    """
    if not policy.packages.isdisjoint(chain.usable):
        return _CLIENT_BY_PACKAGE
    if not policy.packages.isdisjoint(chain.packages):
        reasons = _CLIENT_BY_PACKAGE
    elif _by_single_right(policy, chain):
        reasons = _CLIENT_BY_RIGHT
    else:
        return None
    return reasons if within(policy, chain.generation) else None


def _by_single_right(policy: Policy, chain: Chain) -> bool:
    delegation = chain.delegation
    if not delegation.rights and not delegation.resources:
        return False
    granted = (
        policy.right in delegation.rights
        or policy.whole in delegation.rights
        or policy.right.service in delegation.resources
    )
    if not granted:
        return False
    held = chain.holding
    return delegation.ground == OWN_ORGANISATION if held is None else opens(policy, held)


def within(policy: Policy, generation: Generation | None) -> bool:
    """Whether the ceiling names the right, by one of its packages or by itself."""
    return generation is not None and (
        not policy.packages.isdisjoint(generation.packages)
        or policy.right in generation.rights
        or policy.whole in generation.rights
    )


def _why_nothing(snapshot: Snapshot, user: str) -> Reason:
    entry = snapshot.users.shards[hash(user) & MASK].get(user)
    if entry is None or not entry.active:
        return _NOT_ACTIVE
    return _NOT_A_CLIENT if entry.user.kind is _AGENT else _MISSING_ACCESS


def _why_not(snapshot: Snapshot, question: Question, policy: Policy, entries: tuple[Entry, ...]) -> Reason:
    nothing = _why_nothing(snapshot, str(question.subject.id))
    if nothing is _NOT_ACTIVE:
        return nothing
    chains = [entry for entry in entries if type(entry) is Chain]
    if not chains:
        given = any(type(entry) is Approved and accepts(policy, entry.grant, question.at) for entry in entries)
        return _OUTSIDE_CEILING if given else nothing
    live = [chain for chain in chains if is_live(chain, question.at)]
    if not live:
        return _GROUND_ENDED
    return _MISSING_PACKAGE_ACCESS if any(within(policy, chain.generation) for chain in live) else _OUTSIDE_CEILING


def is_live(chain: Chain, at: datetime) -> bool:
    """Whether the relation the delegation flows from stands, and both are in force."""
    grounded = chain.holding is not None or chain.delegation.ground == OWN_ORGANISATION
    return grounded and (chain.window is None or chain.window.holds(at))


def decide_person(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A person logged on to the new world: for themselves, by what they or their organisations hold, or as an agent."""
    person = str(question.subject.id)
    if person == question.party and snapshot.party(person) is not None:
        return yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    found = held_by_person(snapshot, question, policy, person)
    if found is not None:
        via, holding = found
        return yes(snapshot, question, policy, reasons_of(policy, holding), via)
    for chain in snapshot.chains(question.party, person):
        reasons = _agents_reasons(policy, chain, question.at)
        if reasons is not None:
            return yes(snapshot, question, policy, reasons, chain.via)
    return no(snapshot, question, Reason.MISSING_ACCESS)


def _agents_reasons(policy: Policy, chain: Chain, at: datetime) -> tuple[Reason, ...] | None:
    """A person who is an agent: held by the provider for the client ∩ delegated to the person. There is no ceiling."""
    if chain.holding is None or not (chain.window is None or chain.window.holds(at)):
        return None
    if not policy.packages.isdisjoint(chain.packages):
        return _CLIENT_BY_PACKAGE
    return _CLIENT_BY_RIGHT if _by_single_right(policy, chain) else None


def decide_organisation(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """An organisation: for itself, or by what it holds."""
    holder = str(question.subject.id)
    if holder == question.party and snapshot.party(holder) is not None:
        return yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    held = held_by(snapshot, question, policy, holder)
    if held is None:
        return no(snapshot, question, Reason.MISSING_ACCESS)
    return yes(snapshot, question, policy, reasons_of(policy, held), (held.fact,))
