"""authorise_submission: which world's answer rules for an enterprise system, and what each says.

After cut-over the old client still logs on with its number and password, and the rights of the system
users it is linked to decide. The resolver picks among them.
"""

from __future__ import annotations

from datetime import datetime

from core.domain.decision import Decision, Outcome, Question, Reason, Subject, SubjectKind, decide
from core.domain.party import Window
from core.domain.resolving import ground_order, narrowness
from core.domain.snapshot import Snapshot
from core.domain.submission import SubmissionDecision
from core.domain.system import Authority, SystemUserLink
from core.domain.vocabulary import Right


def authorise_submission(
    snapshot: Snapshot, subject: Subject, party: str, right: Right, at: datetime
) -> SubmissionDecision:
    """Whether ``subject``, an enterprise system, may hand in for ``party``: the answer that rules, and both.

    Under ``old`` only the old world is asked. Under ``shadow`` the old answer rules and the new world is
    asked too; under ``new`` the new answer rules. A locked or unknown system is refused in every mode.
    """
    authority = snapshot.authority(int(subject.id), party)
    question = Question(subject, party, right, at)
    old = decide(snapshot, question)
    if authority is Authority.OLD:
        return SubmissionDecision(authority, old, old, None, None)
    new, link = resolve(snapshot, int(subject.id), question)
    barred = old.reasons[0] in (Reason.SYSTEM_UNKNOWN, Reason.SYSTEM_LOCKED)
    ruling = old if authority is Authority.SHADOW or barred else new
    return SubmissionDecision(authority, ruling, old, new, None if link is None else link.system_user)


def resolve(snapshot: Snapshot, enterprise_system: int, question: Question) -> tuple[Decision, SystemUserLink | None]:
    """The new world's answer to an old-world question, and the linked system user that gives it.

    Picks among the system users linked to the enterprise system: usable now, then narrowest ceiling, then
    ground, then external reference. Without a usable one the answer says why for the first of them.
    """
    links = snapshot.links.get(enterprise_system) or ()
    successors = [
        row
        for row in snapshot.catalogue.successors.get(question.right, ())
        if Window(row.valid_from, row.valid_to).holds(question.at)
    ]
    if not successors:
        return _refused(snapshot, question, Reason.NO_SUCCESSOR), None
    answers = []
    for row in successors:
        right = Right(row.resource, row.resource_action)
        for link in sorted(links, key=lambda each: _preference(snapshot, each)):
            subject = Subject(SubjectKind.SYSTEM_USER, link.system_user)
            decision = decide(snapshot, Question(subject, question.party, right, question.at))
            if decision.permitted:
                return decision, link
            answers.append(decision)
    return (answers[0] if answers else _refused(snapshot, question, Reason.NO_LINKED_SYSTEM_USER)), None


def _preference(snapshot: Snapshot, link: SystemUserLink) -> tuple[tuple[int, int], tuple[int, str], str]:
    entry = snapshot.users.get(link.system_user)
    ceiling = entry.latest if entry is not None and entry.generations else None
    return narrowness(ceiling), ground_order(link.ground), link.external_ref


def _refused(snapshot: Snapshot, question: Question, reason: Reason) -> Decision:
    return Decision(Outcome.NOT_APPLICABLE, (reason,), (), (), snapshot.sequence, question)
