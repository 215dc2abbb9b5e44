"""decide: may this subject do this, for this party, now, and why.

One function for every kind of subject of both worlds. It reads one snapshot, walks no hierarchy and
loops over no more than what one holder has for one party.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.catalogue import Obligation, Policy, narrowed
from core.domain.change import Fact
from core.domain.identifiers import is_form, is_legacy
from core.domain.party_file import Chain, Holding
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import Generation, SystemState, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION, RIGHTHOLDER, Right


class SubjectKind(StrEnum):
    """Who can ask to act."""

    ENTERPRISE_SYSTEM = "enterprise-system"
    PERSON_LOGIN = "person-login"
    ENTERPRISE_USER = "enterprise-user"
    SYSTEM_USER = "system-user"
    PERSON = "person"
    ORGANISATION = "organisation"


class Subject(NamedTuple):
    """Who asks to act.

    ``id`` is the enterprise system's number, the enterprise user's or system user's id, or a party id.
    ``person`` is the party id of the person who logged on through an enterprise system with a one-time
    code. A ``person-login`` is a person with a user name of their own in the old world, who acts for
    themselves only; a ``person`` is one logged on to the new world.
    """

    kind: SubjectKind
    id: str | int
    person: str | None = None


class Question(NamedTuple):
    """May ``subject`` do ``right`` for ``party`` (a party id) at the moment ``at``?"""

    subject: Subject
    party: str
    right: Right
    at: datetime


class Outcome(StrEnum):
    """The answer. Anything but PERMIT is a no."""

    PERMIT = "Permit"
    DENY = "Deny"
    NOT_APPLICABLE = "NotApplicable"
    INDETERMINATE = "Indeterminate"


class Reason(StrEnum):
    """Why: the first reason is the one that decided."""

    # permits
    OWN_PARTY = "own-party"
    SUBMISSION_ROLE = "submission-role"
    REGISTERED_CLIENT = "registered-client"
    ROLE_ACCESS = "role-access"
    REGISTER_ROLE_ACCESS = "register-role-access"
    PACKAGE_ACCESS = "package-access"
    RIGHT_ACCESS = "right-access"
    CLIENT_DELEGATION = "client-delegation"
    # denials
    SYSTEM_UNKNOWN = "system-unknown"
    SYSTEM_LOCKED = "system-locked"
    SYSTEM_USER_NOT_ACTIVE = "system-user-not-active"
    SUBJECT_UNKNOWN = "subject-unknown"
    SERVICE_UNKNOWN = "service-unknown"
    SERVICE_CLOSED = "service-closed"
    ACTION_NOT_OFFERED = "action-not-offered"
    LEVEL_TOO_LOW = "authentication-level-too-low"
    MISSING_SUBMISSION_ROLE = "missing-submission-role"
    MISSING_ROLE_ACCESS = "missing-role-access"
    MISSING_ACCESS = "missing-access"
    MISSING_PACKAGE_ACCESS = "missing-package-access"
    OLD_ROLES_ENDED = "old-roles-ended"
    PERSON_REQUIRED = "person-required"
    ONLY_FOR_SELF = "only-for-self"
    NOT_A_CLIENT = "not-a-client"
    GROUND_ENDED = "ground-ended"
    OUTSIDE_CEILING = "outside-ceiling"
    NOT_ON_ACCESS_LIST = "not-on-access-list"
    NO_SUCCESSOR = "no-successor"
    NO_LINKED_SYSTEM_USER = "no-linked-system-user"
    NOT_FRESH = "not-fresh"


class Decision(NamedTuple):
    """The answer to a question.

    ``reasons`` say why, ``via`` are the facts a Permit rests on, in order from the ground to the
    subject; ``obligations`` are for the asker to meet before acting on a Permit; ``sequence`` is the
    newest change the answer has seen.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    via: tuple[Fact, ...]
    obligations: tuple[Obligation, ...]
    sequence: int
    question: Question

    @property
    def permitted(self) -> bool:
        """Whether the answer is yes."""
        return self.outcome is Outcome.PERMIT


# NamedTuples and ready-made tuples here are for speed: a decision is built in a quarter of a microsecond.
_PACKAGE = (Reason.PACKAGE_ACCESS,)
_CLIENT_BY_PACKAGE = (Reason.PACKAGE_ACCESS, Reason.CLIENT_DELEGATION)
_CLIENT_BY_RIGHT = (Reason.RIGHT_ACCESS, Reason.CLIENT_DELEGATION)

LEVEL_OF = {
    SubjectKind.ENTERPRISE_SYSTEM: 2,
    SubjectKind.PERSON_LOGIN: 2,
    SubjectKind.ENTERPRISE_USER: 3,
    SubjectKind.SYSTEM_USER: 3,
    SubjectKind.PERSON: 4,
    SubjectKind.ORGANISATION: 3,
}
"""The authentication level each kind of subject has. Source: soap-svc §5 and §12, pdp-and-tokens §9.9."""


def decide(snapshot: Snapshot, question: Question) -> Decision:
    """Answer ``question`` from ``snapshot``. Pure; never raises for a question about unknown things.

    An unknown party is answered like one that gave nothing, so that numbers cannot be probed.
    """
    policy = snapshot.catalogue.policies.get(question.right)
    if policy is None:
        return _without_policy(snapshot, question)
    if policy.timed or policy.window is not None or snapshot.terms.old_roles_until is not None:
        if policy.window is not None and not policy.window.holds(question.at):
            return _no(snapshot, question, Reason.SERVICE_CLOSED)
        policy = _policy_at(snapshot, policy, question.at)
    return _RULES[question.subject.kind](snapshot, question, policy)


# -- the new world ------------------------------------------------------------------------------


def _system_user(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    subject, party, _, at = question
    user_id = str(subject.id)
    entry = snapshot.users.shards[hash(user_id) & MASK].get(user_id)
    if entry is None or not entry.active:
        return _no(snapshot, question, Reason.SYSTEM_USER_NOT_ACTIVE)
    file = snapshot.files.shards[hash(party) & MASK].get(party)
    if file is not None:
        for chain in file.chains.get(user_id, ()):
            if chain.window is None or chain.window.holds(at):
                reasons = _client_reasons(policy, chain, entry)
                if reasons is not None:
                    via = (chain.delegation,) if chain.holding is None else (chain.holding.fact, chain.delegation)
                    return _yes(snapshot, question, policy, reasons, via)
        for holding in file.held.get(user_id, ()):
            if _is_of_owner(holding, entry) and _accepts(policy, holding, at):
                if _within(policy, entry.latest):
                    return _yes(snapshot, question, policy, _reasons_of(policy, holding), (holding.fact,))
    return _no(snapshot, question, _why_not_system_user(snapshot, question, policy, entry))


def _client_reasons(policy: Policy, chain: Chain, entry: UserEntry) -> tuple[Reason, ...] | None:
    """held by the owner for the client ∩ ceiling of the generation ∩ delegated for the client.

    Source of the rule: pdp-and-tokens §12.2.
    """
    generation = entry.generations.get(chain.delegation.generation)
    if generation is None or not _within(policy, generation):
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
    holding = chain.holding
    return delegation.ground == OWN_ORGANISATION if holding is None else _opens(policy, holding)


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
    if entry.user.kind is SystemUserKind.AGENT:
        return Reason.NOT_A_CLIENT
    return Reason.MISSING_ACCESS


def _is_live(chain: Chain, at: datetime) -> bool:
    grounded = chain.holding is not None or chain.delegation.ground == OWN_ORGANISATION
    return grounded and (chain.window is None or chain.window.holds(at))


def _person(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A person logged on to the new world: for themselves, or by what they or their organisations hold."""
    person = str(question.subject.id)
    if person == question.party and snapshot.party(person) is not None:
        return _yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    found = _held_by_person(snapshot, question, policy, person)
    if found is None:
        return _no(snapshot, question, Reason.MISSING_ACCESS)
    via, holding = found
    return _yes(snapshot, question, policy, _reasons_of(policy, holding), via)


def _organisation(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    holder = str(question.subject.id)
    if holder == question.party and snapshot.party(holder) is not None:
        return _yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    return _by_holder(snapshot, question, policy, holder, Reason.MISSING_ACCESS)


# -- the old world ------------------------------------------------------------------------------


def _enterprise_system(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """The owner for itself; else a role the form or service accepts, held by the owner at the reportee.

    Source of the rule: the old platform's documentation of roles and rights (soap-asmx §5.2,
    soap-svc §12); who must hold the role when a person has logged on too is inferred there.
    """
    subject, party, right, _ = question
    system = snapshot.enterprise_systems.get(int(subject.id))
    if system is None:
        return _no(snapshot, question, Reason.SYSTEM_UNKNOWN)
    if system.state is not SystemState.ACTIVE:
        return _deny(snapshot, question, Reason.SYSTEM_LOCKED)
    if policy.service.minimum_level > LEVEL_OF[SubjectKind.ENTERPRISE_SYSTEM]:
        return _deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    whose = OWNER_COUNTS if is_form(right.service) else _WHOSE_RIGHTS.get(right.action, OWNER_COUNTS)
    if whose == PERSON_COUNTS:
        if subject.person is None:
            return _no(snapshot, question, Reason.PERSON_REQUIRED)
        return _as_person(snapshot, question, policy, subject.person)
    if system.owner == party:
        return _yes(snapshot, question, policy, (Reason.OWN_PARTY,), (system,))
    decision = _by_holder(snapshot, question, policy, system.owner, _missing(snapshot, question, policy))
    if decision.permitted or whose == OWNER_COUNTS or subject.person is None:
        return decision
    return _as_person(snapshot, question, policy, subject.person)


OWNER_COUNTS = "owner"
PERSON_COUNTS = "person"
EITHER_COUNTS = "either"
# Whose rights count when a person has logged on through an enterprise system [inferred, soap-svc §12].
_WHOSE_RIGHTS = {"sign": PERSON_COUNTS, "read": EITHER_COUNTS, "archive-read": EITHER_COUNTS}


def _as_person(snapshot: Snapshot, question: Question, policy: Policy, person: str) -> Decision:
    if person == question.party and snapshot.party(person) is not None:
        return _yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    found = _held_by_person(snapshot, question, policy, person)
    if found is None:
        return _no(snapshot, question, _missing(snapshot, question, policy))
    via, holding = found
    return _yes(snapshot, question, policy, _reasons_of(policy, holding), via)


def _person_login(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    if snapshot.party(str(question.subject.id)) is None:
        return _no(snapshot, question, Reason.SUBJECT_UNKNOWN)
    if question.subject.id != question.party:
        return _no(snapshot, question, Reason.ONLY_FOR_SELF)
    if policy.service.minimum_level > LEVEL_OF[SubjectKind.PERSON_LOGIN]:
        return _deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    return _yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())


def _enterprise_user(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """What the enterprise user was given, and what its organisation has if it was given ECKEYROLE."""
    user = snapshot.enterprise_users.get(str(question.subject.id))
    if user is None:
        return _no(snapshot, question, Reason.SUBJECT_UNKNOWN)
    if user.state is not SystemState.ACTIVE:
        return _deny(snapshot, question, Reason.SYSTEM_LOCKED)
    if policy.service.minimum_level > LEVEL_OF[SubjectKind.ENTERPRISE_USER]:
        return _deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    missing = _missing(snapshot, question, policy)
    decision = _by_holder(snapshot, question, policy, user.id, missing)
    if decision.permitted or not _has_key_role(snapshot, user.owner, user.id, question.at):
        return decision
    return _by_holder(snapshot, question, policy, user.owner, missing)


_KEY_ROLE_OF_ENTERPRISE_USERS = "ECKEYROLE"


def _has_key_role(snapshot: Snapshot, organisation: str, user: str, at: datetime) -> bool:
    file = snapshot.files.get(organisation)
    return file is not None and any(
        _KEY_ROLE_OF_ENTERPRISE_USERS in holding.roles and _holds(holding, at) for holding in file.held.get(user, ())
    )


def _missing(snapshot: Snapshot, question: Question, policy: Policy) -> Reason:
    until = snapshot.terms.old_roles_until
    if until is not None and question.at >= until:
        return Reason.OLD_ROLES_ENDED
    if is_form(question.right.service):
        return Reason.MISSING_SUBMISSION_ROLE
    return Reason.MISSING_ROLE_ACCESS if is_legacy(question.right.service) else Reason.MISSING_ACCESS


# -- shared -------------------------------------------------------------------------------------


def _by_holder(snapshot: Snapshot, question: Question, policy: Policy, holder: str, missing: Reason) -> Decision:
    file = snapshot.files.shards[hash(question.party) & MASK].get(question.party)
    if file is not None:
        for holding in file.held.get(holder, ()):
            if _accepts(policy, holding, question.at):
                return _yes(snapshot, question, policy, _reasons_of(policy, holding), (holding.fact,))
    return _no(snapshot, question, missing)


def _held_by_person(
    snapshot: Snapshot, question: Question, policy: Policy, person: str
) -> tuple[tuple[Fact, ...], Holding] | None:
    """What the person holds, or an organisation at which the person has a key role (one link deep)."""
    file = snapshot.files.get(question.party)
    if file is None:
        return None
    for holding in file.held.get(person, ()):
        if _accepts(policy, holding, question.at):
            return (holding.fact,), holding
    for role in snapshot.represents.get(person) or ():
        if snapshot.catalogue.is_key_role(role.role) and _is_current(role.valid_from, role.valid_to, question.at):
            for holding in file.held.get(role.party, ()):
                if holding.nests and _accepts(policy, holding, question.at):
                    return (holding.fact, role), holding
    return None


def _is_current(begins: datetime | None, ends: datetime | None, at: datetime) -> bool:
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _holds(holding: Holding, at: datetime) -> bool:
    return holding.window is None or holding.window.holds(at)


def _opens(policy: Policy, holding: Holding) -> bool:
    return (
        not policy.packages.isdisjoint(holding.packages)
        or not policy.roles.isdisjoint(holding.roles)
        or policy.right in holding.rights
        or policy.whole in holding.rights
    )


def _accepts(policy: Policy, holding: Holding, at: datetime) -> bool:
    return _opens(policy, holding) and _holds(holding, at)


def _reasons_of(policy: Policy, holding: Holding) -> tuple[Reason, ...]:
    if not policy.packages.isdisjoint(holding.packages):
        return _PACKAGE
    if policy.roles.isdisjoint(holding.roles):
        return (Reason.RIGHT_ACCESS,)
    by_register = holding.ground != RIGHTHOLDER
    if is_form(policy.right.service):
        return (Reason.REGISTERED_CLIENT if by_register else Reason.SUBMISSION_ROLE,)
    return (Reason.REGISTER_ROLE_ACCESS if by_register else Reason.ROLE_ACCESS,)


def _policy_at(snapshot: Snapshot, policy: Policy, at: datetime) -> Policy:
    until = snapshot.terms.old_roles_until
    return narrowed(policy, at, policy.lasting_roles if until is not None and at >= until else None)


def _without_policy(snapshot: Snapshot, question: Question) -> Decision:
    known = question.right.service in snapshot.catalogue.services
    if known:
        return _no(snapshot, question, Reason.ACTION_NOT_OFFERED)
    return Decision(Outcome.INDETERMINATE, (Reason.SERVICE_UNKNOWN,), (), (), snapshot.sequence, question)


def _yes(
    snapshot: Snapshot, question: Question, policy: Policy, reasons: tuple[Reason, ...], via: tuple[Fact, ...]
) -> Decision:
    if policy.access_list is not None:
        actions = policy.access_list.get(question.party)  # type: ignore[call-overload]
        if actions is None or (actions and question.right.action not in actions):
            return _deny(snapshot, question, Reason.NOT_ON_ACCESS_LIST)
    return Decision(Outcome.PERMIT, reasons, via, policy.obligations, snapshot.sequence, question)


def _no(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    return Decision(Outcome.NOT_APPLICABLE, (reason,), (), (), snapshot.sequence, question)


def _deny(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    return Decision(Outcome.DENY, (reason,), (), (), snapshot.sequence, question)


_RULES: dict[SubjectKind, Callable[[Snapshot, Question, Policy], Decision]] = {
    SubjectKind.ENTERPRISE_SYSTEM: _enterprise_system,
    SubjectKind.PERSON_LOGIN: _person_login,
    SubjectKind.ENTERPRISE_USER: _enterprise_user,
    SubjectKind.SYSTEM_USER: _system_user,
    SubjectKind.PERSON: _person,
    SubjectKind.ORGANISATION: _organisation,
}
