"""The old world's rules: enterprise systems, persons with their own user name, enterprise users."""

from __future__ import annotations

from datetime import datetime

from core.domain.answers import deny, held_by, held_by_person, holds, no, reasons_of, yes
from core.domain.catalogue import Policy
from core.domain.identifiers import is_legacy
from core.domain.question import LEVEL_OF, Decision, Question, Reason, SubjectKind
from core.domain.sharded import MASK
from core.domain.snapshot import Snapshot
from core.domain.system import SystemState


def decide_enterprise_system(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """The owner for itself; else a role the form or service accepts, held by the owner at the reportee.

    Source of the rule: the old platform's documentation of roles and rights (soap-asmx §5.2,
    soap-svc §12); who must hold the role when a person has logged on too is inferred there.
    """
    subject, party, right, _ = question
    number = int(subject.id)
    system = snapshot.enterprise_systems.shards[hash(number) & MASK].get(number)
    if system is None:
        return no(snapshot, question, Reason.SYSTEM_UNKNOWN)
    if system.state is not _ACTIVE:
        return deny(snapshot, question, Reason.SYSTEM_LOCKED)
    if policy.level > _SYSTEM_LEVEL:
        return deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    whose = OWNER_COUNTS if policy.is_form else WHOSE_RIGHTS.get(right.action, OWNER_COUNTS)
    if whose == PERSON_COUNTS:
        if subject.person is None:
            return no(snapshot, question, Reason.PERSON_REQUIRED)
        return _as_person(snapshot, question, policy, subject.person)
    if system.owner == party:
        return yes(snapshot, question, policy, (Reason.OWN_PARTY,), (system,))
    held = held_by(snapshot, question, policy, system.owner)
    if held is not None:
        return yes(snapshot, question, policy, reasons_of(policy, held), (held.fact,))
    if whose == OWNER_COUNTS or subject.person is None:
        return no(snapshot, question, _missing(snapshot, question, policy))
    return _as_person(snapshot, question, policy, subject.person)


# To read a member from its enumeration takes as long as a look-up in Python 3.11.
_ACTIVE = SystemState.ACTIVE
_MISSING_SUBMISSION_ROLE = Reason.MISSING_SUBMISSION_ROLE
_SYSTEM_LEVEL = LEVEL_OF[SubjectKind.ENTERPRISE_SYSTEM]

OWNER_COUNTS = "owner"
PERSON_COUNTS = "person"
EITHER_COUNTS = "either"
# Whose rights count when a person has logged on through an enterprise system [inferred, soap-svc §12].
WHOSE_RIGHTS = {"sign": PERSON_COUNTS, "read": EITHER_COUNTS, "archive-read": EITHER_COUNTS}


def decide_logged_on_person(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """What the person who has logged on through the enterprise system may do, its owner's rights left out."""
    subject, _, right, _ = question
    whose = OWNER_COUNTS if policy.is_form else WHOSE_RIGHTS.get(right.action, OWNER_COUNTS)
    if subject.person is None or whose == OWNER_COUNTS:
        return no(snapshot, question, Reason.PERSON_REQUIRED)
    if policy.level > _SYSTEM_LEVEL:
        return deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    return _as_person(snapshot, question, policy, subject.person)


def _as_person(snapshot: Snapshot, question: Question, policy: Policy, person: str) -> Decision:
    if person == question.party and snapshot.party(person) is not None:
        return yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())
    found = held_by_person(snapshot, question, policy, person)
    if found is None:
        return no(snapshot, question, _missing(snapshot, question, policy))
    via, holding = found
    return yes(snapshot, question, policy, reasons_of(policy, holding), via)


def decide_person_login(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """A person's own user name in the old world: for that person and nobody else."""
    if snapshot.party(str(question.subject.id)) is None:
        return no(snapshot, question, Reason.SUBJECT_UNKNOWN)
    if question.subject.id != question.party:
        return no(snapshot, question, Reason.ONLY_FOR_SELF)
    if policy.level > LEVEL_OF[SubjectKind.PERSON_LOGIN]:
        return deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    return yes(snapshot, question, policy, (Reason.OWN_PARTY,), ())


def decide_enterprise_user(snapshot: Snapshot, question: Question, policy: Policy) -> Decision:
    """What the enterprise user was given, and what its organisation has if it was given ECKEYROLE."""
    user = snapshot.enterprise_users.get(str(question.subject.id))
    if user is None:
        return no(snapshot, question, Reason.SUBJECT_UNKNOWN)
    if user.state is not SystemState.ACTIVE:
        return deny(snapshot, question, Reason.SYSTEM_LOCKED)
    if policy.level > LEVEL_OF[SubjectKind.ENTERPRISE_USER]:
        return deny(snapshot, question, Reason.LEVEL_TOO_LOW)
    held = held_by(snapshot, question, policy, user.id)
    if held is None and has_key_role(snapshot, user.owner, user.id, question.at):
        held = held_by(snapshot, question, policy, user.owner)
    if held is None:
        return no(snapshot, question, _missing(snapshot, question, policy))
    return yes(snapshot, question, policy, reasons_of(policy, held), (held.fact,))


_KEY_ROLE_OF_ENTERPRISE_USERS = "ECKEYROLE"


def has_key_role(snapshot: Snapshot, organisation: str, user: str, at: datetime) -> bool:
    """Whether the enterprise user has its organisation's own rights, by ECKEYROLE from it."""
    until = snapshot.terms.old_roles_until
    if until is not None and at >= until:
        # The key role of enterprise users is an imported legacy role itself.
        return False
    return any(
        _KEY_ROLE_OF_ENTERPRISE_USERS in held.roles and holds(held, at)
        for held in snapshot.holdings(organisation, user)
    )


def _missing(snapshot: Snapshot, question: Question, policy: Policy) -> Reason:
    until = snapshot.terms.old_roles_until
    if until is not None and question.at >= until:
        return Reason.OLD_ROLES_ENDED
    if policy.is_form:
        return _MISSING_SUBMISSION_ROLE
    return Reason.MISSING_ROLE_ACCESS if is_legacy(question.right.service) else Reason.MISSING_ACCESS
