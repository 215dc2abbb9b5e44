"""The words of a decision: who asks what, and what is answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.catalogue import Obligation
from core.domain.change import Fact
from core.domain.vocabulary import Right


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
    NEW_WORLD_FAILED = "new-world-failed"
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


LEVEL_OF = {
    SubjectKind.ENTERPRISE_SYSTEM: 2,
    SubjectKind.PERSON_LOGIN: 2,
    SubjectKind.ENTERPRISE_USER: 3,
    SubjectKind.SYSTEM_USER: 3,
    SubjectKind.PERSON: 4,
    SubjectKind.ORGANISATION: 3,
}
"""The authentication level each kind of subject has. Source: soap-svc §5 and §12, pdp-and-tokens §9.9."""
