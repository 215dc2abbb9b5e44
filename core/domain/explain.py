"""explain: a decision in a sentence, and for a denial what would fix it and who can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.domain.catalogue import Policy
from core.domain.decision import LEVEL_OF, Decision, Reason, SubjectKind
from core.domain.identifiers import mask_number
from core.domain.party import Party
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import (
    ADMINISTRATION_RULE,
    CLIENT_ROLES_RULE,
    REGISTERED_CLIENT_RULE,
    SUBMISSION_GIVER_RULE,
)
from core.errors import Fix


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision for a person to read. A denial has at least one fix."""

    sentence: str
    fixes: tuple[Fix, ...]


def explain(snapshot: Snapshot, decision: Decision) -> Explanation:
    """Why the decision came out as it did, and what would turn a denial round. Pure; off the hot path."""
    case = _Case(snapshot, decision)
    reason = decision.reasons[0]
    if decision.permitted:
        return Explanation(f"{case.subject} may {case.right} for {case.party}: {_GROUNDS[reason]}.", ())
    sentence = f"{case.subject} may not {case.right} for {case.party}: {_CAUSES[reason]}."
    return Explanation(sentence, (_FIXES[reason](case),))


class _Case:
    """The names of everything a decision is about, as they may be shown."""

    def __init__(self, snapshot: Snapshot, decision: Decision) -> None:
        self.snapshot = snapshot
        self.question = decision.question
        self.reason = decision.reasons[0]
        self.right = f"{decision.question.right.action} {decision.question.right.service}"
        self.subject = f"{decision.question.subject.kind} {decision.question.subject.id}"
        self.party = _shown(snapshot.party(decision.question.party))
        self.owner = _shown(self._owner())
        self.policy: Policy | None = snapshot.catalogue.policies.get(decision.question.right)

    def _owner(self) -> Party | None:
        subject, snapshot = self.question.subject, self.snapshot
        if subject.kind is SubjectKind.ENTERPRISE_SYSTEM:
            system = snapshot.enterprise_systems.get(int(subject.id))
            return snapshot.party(system.owner) if system is not None else None
        if subject.kind is SubjectKind.SYSTEM_USER:
            entry = snapshot.users.get(str(subject.id))
            return snapshot.party(entry.user.owner) if entry is not None else None
        return snapshot.party(str(subject.id))

    def rule_roles(self, code: str) -> str:
        """The roles of a rule row, as they are shown."""
        return "/".join(sorted(self.snapshot.catalogue.rule_roles(code))) or "nobody (the rule is switched off)"

    def accepted(self) -> str:
        """What the policy accepts, packages before roles."""
        if self.policy is None:
            return "nothing"
        codes = [*sorted(self.policy.packages), *sorted(self.policy.roles)]
        return " or ".join(codes) or "a single right"

    def fix(self, missing: str, ground: str, giver: str, party: str | None = None) -> Fix:
        """A fix for this case; ``party`` is for whom it is missing, the reportee unless told."""
        return Fix(self.reason, missing, party or self.party, ground, giver)


def _shown(party: Party | None) -> str:
    return "an unknown party" if party is None else mask_number(party.number)


def _submission_role(case: _Case) -> Fix:
    givers = case.rule_roles(SUBMISSION_GIVER_RULE)
    administrators = case.rule_roles(ADMINISTRATION_RULE)
    return case.fix(
        case.snapshot.terms.submission_role,
        f"given by {case.party} to {case.owner}, or {case.owner} registered as "
        f"{case.rule_roles(REGISTERED_CLIENT_RULE)} of {case.party}",
        f"a person with {administrators} at {case.party} who is {givers} there",
    )


def _role(case: _Case) -> Fix:
    return case.fix(
        case.accepted(),
        f"given by {case.party} to {case.owner}, or conferred by a register role there",
        f"a person with {case.rule_roles(ADMINISTRATION_RULE)} at {case.party} who holds the role",
    )


def _access(case: _Case) -> Fix:
    return case.fix(
        case.accepted(),
        f"given by {case.party} as an access package or single right",
        f"a person at {case.party} with tilgangsstyrer or hovedadministrator",
    )


def _client(case: _Case) -> Fix:
    return case.fix(
        "a client delegation",
        f"{case.party} has {case.owner} as {case.rule_roles(CLIENT_ROLES_RULE)} in the register or has given it "
        "packages, and is then added to the agent system user",
        f"a client administrator (klientadministrator) at {case.owner}",
    )


def _ceiling(case: _Case) -> Fix:
    return case.fix(
        case.accepted(),
        "a request for a system user that includes it, approved by the owner",
        f"the system's vendor asks; a person with tilgangsstyrer at {case.owner} approves",
        case.owner,
    )


def _unlock(case: _Case) -> Fix:
    return case.fix("an unlocked system", "unlocked by the operator", "the operator of this gateway", case.owner)


def _register_system(case: _Case) -> Fix:
    return case.fix("a registered enterprise system", "registered on its owner", "the operator of this gateway")


def _active_user(case: _Case) -> Fix:
    return case.fix(
        "an active system user",
        "a request from the system's vendor, approved by the owner",
        "the vendor asks; a person with tilgangsstyrer at the owner approves",
    )


def _subject(case: _Case) -> Fix:
    return case.fix("a known subject", "registered with this gateway", "the operator of this gateway")


def _service(case: _Case) -> Fix:
    owner = case.policy.service.owner if case.policy is not None else "the service's owner"
    return case.fix("an open service that offers the action", "published by its owner", owner)


def _level(case: _Case) -> Fix:
    has = LEVEL_OF[case.question.subject.kind]
    wanted = case.policy.service.minimum_level if case.policy is not None else 0
    return case.fix(
        f"authentication level {wanted} (this caller has {has})",
        "a stronger log-on, such as a certificate, or a system user",
        "the owner of the system",
        case.owner,
    )


def _old_roles(case: _Case) -> Fix:
    until = case.snapshot.terms.old_roles_until
    return case.fix(
        "a system user with access packages",
        f"imported legacy roles ended {until.date() if until else ''}; a system user takes their place",
        f"the vendor asks; {case.owner} approves",
        case.owner,
    )


def _person(case: _Case) -> Fix:
    return case.fix("a person's one-time code", "the person logs on with the system", "a person who may sign")


def _self_only(case: _Case) -> Fix:
    return case.fix(
        "an enterprise system or system user",
        "a person's own user name reports for that person only",
        f"{case.party} registers a system, or gives somebody the role",
    )


def _access_list(case: _Case) -> Fix:
    return case.fix("a place on the service's access list", "entered by the service's owner", "the service's owner")


def _mapping(case: _Case) -> Fix:
    return case.fix(
        "a successor of the service in the new world",
        "a row in the mapping vocabulary",
        "the migration engineer",
    )


def _link(case: _Case) -> Fix:
    return case.fix(
        "a linked system user", "the enterprise system is linked to a system user", "the migration engineer", case.owner
    )


def _later(case: _Case) -> Fix:
    return case.fix("a fresh view of the facts", "the database answers again", "ask again in a moment")


_GROUNDS = {
    Reason.OWN_PARTY: "it is its own party",
    Reason.SUBMISSION_ROLE: "the submission role was given to the system's owner",
    Reason.REGISTERED_CLIENT: "the system's owner is registered accountant or auditor of the party",
    Reason.ROLE_ACCESS: "a role that the service accepts was given",
    Reason.REGISTER_ROLE_ACCESS: "a register role confers a role that the service accepts",
    Reason.PACKAGE_ACCESS: "an access package that the policy accepts is held",
    Reason.RIGHT_ACCESS: "the single right is held",
    Reason.CLIENT_DELEGATION: "the party is a client of the agent system user",
}

_CAUSES = {
    Reason.SYSTEM_UNKNOWN: "no such enterprise system",
    Reason.SYSTEM_LOCKED: "the enterprise system or user is locked",
    Reason.SYSTEM_USER_NOT_ACTIVE: "there is no active system user with this id",
    Reason.SUBJECT_UNKNOWN: "the subject is not known",
    Reason.SERVICE_UNKNOWN: "there is no such service",
    Reason.SERVICE_CLOSED: "the service is not open at that time",
    Reason.ACTION_NOT_OFFERED: "the service does not offer the action",
    Reason.LEVEL_TOO_LOW: "the service demands a higher authentication level",
    Reason.MISSING_SUBMISSION_ROLE: "the submission role was not given to the system's owner",
    Reason.MISSING_ROLE_ACCESS: "none of the roles the service accepts is held",
    Reason.MISSING_ACCESS: "no role, package or single right that the policy accepts is held",
    Reason.MISSING_PACKAGE_ACCESS: "what was delegated for this client does not open the service",
    Reason.OLD_ROLES_ENDED: "imported legacy roles no longer authorise",
    Reason.PERSON_REQUIRED: "the action is a person's, and no person has logged on",
    Reason.ONLY_FOR_SELF: "a person's own user name reports for that person only",
    Reason.NOT_A_CLIENT: "the party is not a client of the agent system user",
    Reason.GROUND_ENDED: "the relation that the client delegation flows from has ended",
    Reason.OUTSIDE_CEILING: "the system user was not approved for this",
    Reason.NOT_ON_ACCESS_LIST: "the party is not on the service's access list",
    Reason.NO_SUCCESSOR: "the service has no successor in the new world",
    Reason.NO_LINKED_SYSTEM_USER: "the enterprise system is not linked to any system user",
    Reason.NOT_FRESH: "the newest facts could not be read",
}

_FIXES: dict[Reason, Callable[[_Case], Fix]] = {
    Reason.SYSTEM_UNKNOWN: _register_system,
    Reason.SYSTEM_LOCKED: _unlock,
    Reason.SYSTEM_USER_NOT_ACTIVE: _active_user,
    Reason.SUBJECT_UNKNOWN: _subject,
    Reason.SERVICE_UNKNOWN: _service,
    Reason.SERVICE_CLOSED: _service,
    Reason.ACTION_NOT_OFFERED: _service,
    Reason.LEVEL_TOO_LOW: _level,
    Reason.MISSING_SUBMISSION_ROLE: _submission_role,
    Reason.MISSING_ROLE_ACCESS: _role,
    Reason.MISSING_ACCESS: _access,
    Reason.MISSING_PACKAGE_ACCESS: _access,
    Reason.OLD_ROLES_ENDED: _old_roles,
    Reason.PERSON_REQUIRED: _person,
    Reason.ONLY_FOR_SELF: _self_only,
    Reason.NOT_A_CLIENT: _client,
    Reason.GROUND_ENDED: _client,
    Reason.OUTSIDE_CEILING: _ceiling,
    Reason.NOT_ON_ACCESS_LIST: _access_list,
    Reason.NO_SUCCESSOR: _mapping,
    Reason.NO_LINKED_SYSTEM_USER: _link,
    Reason.NOT_FRESH: _later,
}
