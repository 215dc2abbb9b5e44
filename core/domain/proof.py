"""A decision with its proof as plain values, the same from every door that shows it."""

from __future__ import annotations

from typing import Any

from core.domain.change import KIND_OF, Fact
from core.domain.decision import Decision
from core.domain.explain import explain
from core.domain.explain_words import Language
from core.domain.party import Party
from core.domain.plain import to_plain
from core.domain.snapshot import Snapshot

_NEVER_SHOWN = frozenset({"secret", "given_by"})
_NUMBER = frozenset({"number"})


def prove(snapshot: Snapshot, decision: Decision, language: Language = Language.EN) -> dict[str, Any]:
    """Outcome, reasons, the facts it rests on, obligations, the sequence it saw, and the explanation.

    Holds no password hash and no identity number of a person. ``snapshot`` is the one the decision was
    made on, or a later one.
    """
    explained = explain(snapshot, decision, language)
    return {
        "outcome": str(decision.outcome),
        "reasons": [str(reason) for reason in decision.reasons],
        "via": [shown_fact(fact) for fact in decision.via],
        "obligations": [{"category": each.category, "level": each.level} for each in decision.obligations],
        "sequence": decision.sequence,
        "explanation": {
            "language": str(language),
            "sentence": explained.sentence,
            "reasons": list(explained.reasons),
            "chain": list(explained.chain),
            "fixes": [to_plain(fix) for fix in explained.fixes],
        },
    }


def shown_fact(fact: Fact) -> dict[str, Any]:
    """A fact as it may be shown to those it concerns, with what kind of fact it is."""
    return {"kind": KIND_OF[type(fact)].name, **shown_fields(fact)}


def shown_fields(fact: Fact) -> dict[str, Any]:
    """The fields of a fact as they may be shown: no secret, no number of a party, not who gave it."""
    hidden = _NEVER_SHOWN | _NUMBER if isinstance(fact, Party) else _NEVER_SHOWN
    return {name: value for name, value in to_plain(fact).items() if name not in hidden}
