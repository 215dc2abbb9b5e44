"""Whose answer rules for an enterprise system, and what each world says: the one place where the cut-over happens.

After cut-over the old client still logs on with its number and password, and the rights of the system
users it is linked to decide. The resolver picks among them.
"""

from __future__ import annotations

from datetime import datetime

from core.domain.catalogue import MINIMUM_LEVEL
from core.domain.decision import LEVEL_OF, Decision, Outcome, Question, Reason, Subject, SubjectKind, decide, decide_by
from core.domain.old_world import decide_logged_on_person
from core.domain.resolving import ground_order, narrowness
from core.domain.snapshot import Snapshot
from core.domain.submission import SubmissionDecision
from core.domain.system import EVERY_REPORTEE, Authority, AuthorityRow, SystemState, SystemUserLink
from core.domain.vocabulary import Right

PERSONAL_ACTIONS = frozenset({"sign"})
"""Acts of a person, not of a system: they stay the person's, whoever rules. Source: users-and-migration §4.1 row 27."""

ABOUT_THE_SERVICE = (Reason.SERVICE_UNKNOWN, Reason.SERVICE_CLOSED, Reason.ACTION_NOT_OFFERED)
"""Reasons of a denial that say something about the service, and nothing about who asks."""

# To read a member from its enumeration takes as long as a look-up in Python 3.11.
_OLD, _SHADOW = Authority.OLD, Authority.SHADOW
_ENTERPRISE_SYSTEM, _SYSTEM_USER = SubjectKind.ENTERPRISE_SYSTEM, SubjectKind.SYSTEM_USER
_SYSTEM_USERS_LEVEL = LEVEL_OF[SubjectKind.SYSTEM_USER]


def ruling_for(snapshot: Snapshot, subject: Subject, party: str, right: Right, at: datetime) -> SubmissionDecision:
    """Whether ``subject`` may do ``right`` for ``party``, by the world whose answer rules for it.

    Every question that is put to the old world on behalf of an enterprise system comes through here. Any other
    subject is of one world only, and so is a personal act.
    """
    if subject.kind is _ENTERPRISE_SYSTEM and right.action not in PERSONAL_ACTIONS:
        return authorise_submission(snapshot, subject, party, right, at)
    decision = decide(snapshot, Question(subject, party, right, at))
    return SubmissionDecision(_OLD, decision, decision, None, None)


def authorise_submission(
    snapshot: Snapshot, subject: Subject, party: str, right: Right, at: datetime
) -> SubmissionDecision:
    """Whether ``subject``, an enterprise system, may hand in for ``party``: the answer that rules, and both.

    Under ``old`` only the old world is asked. Under ``shadow`` the old answer rules and the new world is
    asked too; under ``new`` the new answer rules. A locked or unknown system is refused in every mode, and an old
    service that is unknown, closed or without the action is not opened by its successor: the new world is not
    asked then. What a person who has logged on through the system may do alone, stays. Never raises where the new
    world fails: its answer is Indeterminate then.
    """
    authority = snapshot.authority(int(subject.id), party)
    question = Question(subject, party, right, at)
    old = decide(snapshot, question)
    if authority is _OLD:
        return SubmissionDecision(authority, old, old, None, None)
    row = _row(snapshot, int(subject.id), party)
    if _is_barred(snapshot, question, old):
        return SubmissionDecision(authority, old, old, None, None, row)
    new, system_user = _asked_of_the_new(snapshot, question)
    return SubmissionDecision(authority, old if authority is _SHADOW else new, old, new, system_user, row)


def resolve(snapshot: Snapshot, enterprise_system: int, question: Question) -> tuple[Decision, SystemUserLink | None]:
    """The new world's answer to an old-world question, and the linked system user that gives it.

    Picks among the system users linked to the enterprise system: usable now, then narrowest ceiling, then
    ground, then external reference. Without a usable one the answer says why for the first of them. A Permit that
    asks for a higher level than a system user has is none, and a proposal of a successor is not followed.
    """
    links = snapshot.links.get(enterprise_system) or ()
    successors = [row for row in snapshot.catalogue.successors.get(question.right, ()) if row.is_followed(question.at)]
    if not successors:
        return _refused(snapshot, question, Reason.NO_SUCCESSOR), None
    answers = []
    for row in successors:
        right = Right(row.resource, row.resource_action)
        for link in sorted(links, key=lambda each: _preference(snapshot, each)):
            subject = Subject(_SYSTEM_USER, link.system_user)
            decision = _within_level(decide(snapshot, Question(subject, question.party, right, question.at)))
            if decision.permitted:
                return decision, link
            answers.append(decision)
    return (answers[0] if answers else _refused(snapshot, question, Reason.NO_LINKED_SYSTEM_USER)), None


def linked_users(snapshot: Snapshot, enterprise_system: int) -> tuple[str, ...]:
    """The ids of the system users that answer for an enterprise system after cut-over."""
    return tuple(link.system_user for link in snapshot.links.get(enterprise_system) or ())


# -- the new world's answer -----------------------------------------------------------------------


def _asked_of_the_new(snapshot: Snapshot, question: Question) -> tuple[Decision, str | None]:
    """What rules after cut-over: a linked system user, else the person who has logged on through the system."""
    try:
        new, link = resolve(snapshot, int(question.subject.id), question)
        if link is not None:
            return new, link.system_user
        if question.subject.person is not None:
            alone = decide_by(decide_logged_on_person, snapshot, question)
            if alone.permitted:
                return alone, None
        return _about_successors(snapshot, question, new), None
    except Exception:  # noqa: BLE001 - whatever it is, the old world's answer must not suffer from it
        return _failed(snapshot, question, Reason.NEW_WORLD_FAILED), None


def _is_barred(snapshot: Snapshot, question: Question, old: Decision) -> bool:
    system = snapshot.enterprise_systems.get(int(question.subject.id))
    return system is None or system.state is not SystemState.ACTIVE or old.reasons[0] in ABOUT_THE_SERVICE


def _about_successors(snapshot: Snapshot, question: Question, new: Decision) -> Decision:
    """A denial about the service that took over says nothing about the one that was asked for: it has no successor."""
    if new.reasons[0] not in ABOUT_THE_SERVICE:
        return new
    if new.outcome is Outcome.INDETERMINATE:
        return _failed(snapshot, question, Reason.NO_SUCCESSOR)
    return _refused(snapshot, question, Reason.NO_SUCCESSOR)


def _within_level(decision: Decision) -> Decision:
    """Source: pdp-and-tokens §9.9: a system user's level is 3, whichever its token."""
    if all(each.level <= _SYSTEM_USERS_LEVEL for each in decision.obligations if each.category == MINIMUM_LEVEL):
        return decision
    return Decision(Outcome.DENY, (Reason.LEVEL_TOO_LOW,), (), (), decision.sequence, decision.question)


def _row(snapshot: Snapshot, enterprise_system: int, party: str) -> AuthorityRow | None:
    rows = snapshot.authorities
    return rows.get((enterprise_system, party)) or rows.get((enterprise_system, EVERY_REPORTEE))


def _preference(snapshot: Snapshot, link: SystemUserLink) -> tuple[tuple[int, int], tuple[int, str], str]:
    entry = snapshot.users.get(link.system_user)
    ceiling = entry.latest if entry is not None and entry.generations else None
    return narrowness(ceiling), ground_order(link.ground), link.external_ref


def _refused(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    return Decision(Outcome.NOT_APPLICABLE, (reason,), (), (), snapshot.sequence, question)


def _failed(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    return Decision(Outcome.INDETERMINATE, (reason,), (), (), snapshot.sequence, question)
