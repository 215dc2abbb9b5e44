"""decide: may this subject do this, for this party, now, and why.

One function for every kind of subject of both worlds. It reads one snapshot, walks no hierarchy and
loops over no more than what one holder has for one party.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.domain.answers import no
from core.domain.catalogue import Policy, narrowed
from core.domain.new_world import decide_organisation, decide_person, decide_system_user
from core.domain.old_world import decide_enterprise_system, decide_enterprise_user, decide_person_login
from core.domain.question import LEVEL_OF, Decision, Outcome, Question, Reason, Subject, SubjectKind
from core.domain.snapshot import Snapshot

Rule = Callable[[Snapshot, Question, Policy], Decision]


def decide(snapshot: Snapshot, question: Question) -> Decision:
    """Answer ``question`` from ``snapshot``. Pure; never raises for a question about unknown things.

    An unknown party is answered like one that gave nothing, so that numbers cannot be probed.
    """
    policy = snapshot.catalogue.policies.get(question.right)
    if policy is None:
        return _without_policy(snapshot, question)
    if policy.depends_on_time:
        if policy.window is not None and not policy.window.holds(question.at):
            return no(snapshot, question, Reason.SERVICE_CLOSED)
        policy = _policy_at(snapshot, policy, question.at)
    return _RULES[question.subject.kind](snapshot, question, policy)


def decide_by(rule: Rule, snapshot: Snapshot, question: Question) -> Decision:
    """As `decide`, by this rule instead of the one for the subject's kind."""
    policy = snapshot.catalogue.policies.get(question.right)
    if policy is None:
        return _without_policy(snapshot, question)
    if policy.window is not None and not policy.window.holds(question.at):
        return no(snapshot, question, Reason.SERVICE_CLOSED)
    return rule(snapshot, question, _policy_at(snapshot, policy, question.at) if policy.depends_on_time else policy)


def _policy_at(snapshot: Snapshot, policy: Policy, at: datetime) -> Policy:
    until = snapshot.terms.old_roles_until
    return narrowed(policy, at, policy.lasting_roles if until is not None and at >= until else None)


def _without_policy(snapshot: Snapshot, question: Question) -> Decision:
    known = question.right.service in snapshot.catalogue.services
    if known:
        return no(snapshot, question, Reason.ACTION_NOT_OFFERED)
    return Decision(Outcome.INDETERMINATE, (Reason.SERVICE_UNKNOWN,), (), (), snapshot.sequence, question)


_RULES: dict[SubjectKind, Rule] = {
    SubjectKind.ENTERPRISE_SYSTEM: decide_enterprise_system,
    SubjectKind.PERSON_LOGIN: decide_person_login,
    SubjectKind.ENTERPRISE_USER: decide_enterprise_user,
    SubjectKind.SYSTEM_USER: decide_system_user,
    SubjectKind.PERSON: decide_person,
    SubjectKind.ORGANISATION: decide_organisation,
}

__all__ = ["LEVEL_OF", "Decision", "Outcome", "Question", "Reason", "Subject", "SubjectKind", "decide", "decide_by"]
