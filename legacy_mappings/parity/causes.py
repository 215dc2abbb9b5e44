"""Why a right that has a successor and a system user on its ground was lost all the same: what `decide` says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from core import Numbering, Question, Reason, Right, Snapshot, Subject, SubjectKind, bits_of, decide
from legacy_mappings.parity.comparing import WRONG_GROUND, WRONG_REFERENCE, Grounds, Keeper
from legacy_mappings.parity.succession import Succession


class LossCauses:
    """Asks the new world about the lost rights of one enterprise system, reportee by reportee."""

    def __init__(
        self, after: Snapshot, at: datetime, numbering: Numbering, succession: Succession, keepers: Sequence[Keeper]
    ) -> None:
        self._after = after
        self._at = at
        self._numbering = numbering
        self._succession = succession
        self._keepers = keepers
        self._unknown: dict[tuple[Grounds, int], Mapping[str, int]] = {}

    def of(self, party: str, old: Grounds, lost: int) -> Mapping[str, int]:
        """The rights of ``lost`` by the cause: a reason of `decide`, or that reference or ground are wrong."""
        if any(self._after.entries_for(party, keeper.link.system_user) for keeper in self._keepers):
            return self._asked(party, old, lost)
        # A system user with nothing for the party is refused for the same reason whoever the party is.
        found = self._unknown.get((old, lost))
        if found is None:
            found = self._unknown[old, lost] = self._asked(party, old, lost)
        return found

    def _asked(self, party: str, old: Grounds, lost: int) -> Mapping[str, int]:
        causes: dict[str, int] = defaultdict(int)
        for place in bits_of(lost):
            grounds = {ground for ground, mask in old if mask >> place & 1}
            linked = [keeper for keeper in self._keepers if keeper.link.ground in grounds]
            causes[self._cause(party, self._numbering.rights[place], linked)] |= 1 << place
        return causes

    def _cause(self, party: str, right: Right, linked: Sequence[Keeper]) -> str:
        """One that may do it has the wrong reference or ground; else the reason of the one that is nearest to it."""
        reasons = []
        for keeper in linked:
            for row in self._succession.rows_of(right):
                subject = Subject(SubjectKind.SYSTEM_USER, keeper.link.system_user)
                becomes = Right(row.resource, row.resource_action)
                decision = decide(self._after, Question(subject, party, becomes, self._at))
                if decision.permitted:
                    return WRONG_GROUND if keeper.answers else WRONG_REFERENCE
                if keeper.answers:
                    reasons.append(decision.reasons[0])
        if not reasons:
            return WRONG_REFERENCE
        return str(next((reason for reason in reasons if reason not in _FAR), reasons[0]))


_FAR = frozenset({Reason.SYSTEM_USER_NOT_ACTIVE, Reason.NOT_A_CLIENT, Reason.MISSING_ACCESS})
