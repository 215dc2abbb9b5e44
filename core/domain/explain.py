"""explain: a decision in a sentence, the grants it rests on in words, what would fix a denial and who can."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.domain.catalogue import Policy
from core.domain.change import KIND_OF, Fact
from core.domain.decision import LEVEL_OF, Decision, Reason, Subject, SubjectKind
from core.domain.explain_fixes import FIXES, FixWords
from core.domain.explain_words import (
    CAUSES,
    FROM,
    GROUNDS,
    MAY,
    MAY_NOT,
    NOBODY,
    NOTHING,
    OR,
    SERVICE_OWNER,
    SINGLE_RIGHT,
    SUBJECTS,
    UNKNOWN_PARTY,
    UNTIL,
    VIA,
    Language,
    Words,
)
from core.domain.party import Party, PartyKind
from core.domain.plain import to_plain
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
    """A decision for a person to read. A denial has at least one fix; a Permit tells its grants in ``chain``.

    ``reasons`` are the decision's reasons in words, in its order.
    """

    sentence: str
    fixes: tuple[Fix, ...]
    reasons: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()


def explain(snapshot: Snapshot, decision: Decision, language: Language = Language.EN) -> Explanation:
    """Why the decision came out as it did, and what would turn a denial round. Pure; off the hot path."""
    case = _Case(snapshot, decision, language)
    texts = GROUNDS if decision.permitted else CAUSES
    reasons = tuple(case.say(texts[reason]) for reason in decision.reasons)
    whole = MAY if decision.permitted else MAY_NOT
    sentence = case.say(whole, why=reasons[0])
    if decision.permitted:
        return Explanation(sentence, (), reasons, tuple(case.told(fact) for fact in decision.via))
    return Explanation(sentence, (case.fix(decision.reasons[0]),), reasons)


class _Case:
    """The names of everything a decision is about, as they may be shown, in one language."""

    def __init__(self, snapshot: Snapshot, decision: Decision, language: Language) -> None:
        self._snapshot = snapshot
        self._question = decision.question
        self._language = language
        self._policy: Policy | None = snapshot.catalogue.policies.get(decision.question.right)
        self._names = self._named()

    def say(self, words: Words, **more: str) -> str:
        """The text with the names of this case, and ``more``, filled in."""
        return words.of(self._language).format_map({**self._names, **more})

    def fix(self, reason: Reason) -> Fix:
        """What would turn a denial for this reason round."""
        words: FixWords = FIXES[reason]
        party = self._names["owner" if words.for_owner else "party"]
        return Fix(reason, self.say(words.missing), party, self.say(words.ground), self.say(words.giver))

    def told(self, fact: Fact) -> str:
        """A fact the decision rests on, as a sentence."""
        values = {name: self._value(value) for name, value in to_plain(fact).items()}
        begins, ends = getattr(fact, "valid_from", None), getattr(fact, "valid_to", None)
        window = self._moment(FROM, begins) + self._moment(UNTIL, ends)
        return VIA[KIND_OF[type(fact)].name].of(self._language).format_map({**values, "window": window})

    def _named(self) -> dict[str, str]:
        question, snapshot, policy = self._question, self._snapshot, self._policy
        until = snapshot.terms.old_roles_until
        return {
            "subject": self._subject(question.subject),
            "right": f"{question.right.action} {question.right.service}",
            "party": self._shown(snapshot.party(question.party)),
            "owner": self._shown(self._owner()),
            "accepted": self._accepted(),
            "submission_role": snapshot.terms.submission_role,
            "administration": self._rule_roles(ADMINISTRATION_RULE),
            "submission_givers": self._rule_roles(SUBMISSION_GIVER_RULE),
            "registered": self._rule_roles(REGISTERED_CLIENT_RULE),
            "client_roles": self._rule_roles(CLIENT_ROLES_RULE),
            "service_owner": policy.service.owner if policy is not None else SERVICE_OWNER.of(self._language),
            "level": str(LEVEL_OF[question.subject.kind]),
            "wanted": str(policy.service.minimum_level if policy is not None else 0),
            "until": str(until.date()) if until is not None else "",
        }

    def _owner(self) -> Party | None:
        subject, snapshot = self._question.subject, self._snapshot
        if subject.kind is SubjectKind.ENTERPRISE_SYSTEM:
            system = snapshot.enterprise_systems.get(int(subject.id))
            return snapshot.party(system.owner) if system is not None else None
        if subject.kind is SubjectKind.ENTERPRISE_USER:
            user = snapshot.enterprise_users.get(str(subject.id))
            return snapshot.party(user.owner) if user is not None else None
        if subject.kind is SubjectKind.SYSTEM_USER:
            entry = snapshot.users.get(str(subject.id))
            return snapshot.party(entry.user.owner) if entry is not None else None
        return snapshot.party(str(subject.id))

    def _subject(self, subject: Subject) -> str:
        return SUBJECTS[subject.kind].of(self._language).format(id=subject.id)

    def _rule_roles(self, code: str) -> str:
        return "/".join(sorted(self._snapshot.catalogue.rule_roles(code))) or NOBODY.of(self._language)

    def _accepted(self) -> str:
        """What the policy accepts, packages before roles."""
        if self._policy is None:
            return NOTHING.of(self._language)
        codes = [*sorted(self._policy.packages), *sorted(self._policy.roles)]
        return OR.of(self._language).join(codes) or SINGLE_RIGHT.of(self._language)

    def _shown(self, party: Party | None) -> str:
        return UNKNOWN_PARTY.of(self._language) if party is None else party.masked_number

    def _value(self, value: object) -> str:
        """A field of a fact: a party by name and number, a list as its parts."""
        if isinstance(value, Iterable) and not isinstance(value, str):
            return ", ".join(str(each) for each in value)
        party = self._snapshot.party(str(value))
        if party is None:
            return str(value)
        return party.masked_number if party.kind is PartyKind.PERSON else f"{party.name} ({party.number})"

    def _moment(self, words: Words, moment: datetime | None) -> str:
        return "" if moment is None else words.of(self._language).format(moment=moment.date())
