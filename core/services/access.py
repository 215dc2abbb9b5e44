"""What is asked of a caller before it is let in to something of a party's: the right, and the level."""

from __future__ import annotations

from datetime import datetime

from core.domain.caller import Caller
from core.domain.catalogue import MINIMUM_LEVEL
from core.domain.decision import LEVEL_OF, Decision, Question, decide
from core.domain.identifiers import ServiceId
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right


def ask(snapshot: Snapshot, caller: Caller, party: str, service: ServiceId, action: str, at: datetime) -> Decision:
    """May the caller do the action on the service for the party?"""
    return decide(snapshot, Question(caller.subject(), party, Right(service, action), at))


def is_open(decision: Decision) -> bool:
    """Whether the answer is yes, and yes to one of this caller's level."""
    return decision.permitted and reaches_level(decision)


def reaches_level(decision: Decision) -> bool:
    """Whether the subject has the level that a Permit obliges it to. A system user's is 3, whichever its token.

    Source: pdp-and-tokens §9.9.
    """
    level = LEVEL_OF[decision.question.subject.kind]
    return all(each.level <= level for each in decision.obligations if each.category == MINIMUM_LEVEL)
