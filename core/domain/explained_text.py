"""An explanation as a text for people: Markdown that reads as plain text too."""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.decision import Decision
from core.domain.explain import explain
from core.domain.explain_words import HEADINGS, Language
from core.domain.snapshot import Snapshot


def explained_text(snapshot: Snapshot, decision: Decision, language: Language) -> str:
    """The whole explanation of ``decision``, in Markdown, ended by a line break."""
    return "\n".join(_lines(snapshot, decision, language)) + "\n"


def _lines(snapshot: Snapshot, decision: Decision, language: Language) -> Iterator[str]:
    explained = explain(snapshot, decision, language)

    def heading(name: str) -> str:
        return HEADINGS[name].of(language)

    yield f"# {decision.outcome}"
    yield f"\n{explained.sentence}\n"
    yield f"## {heading('why')}\n"
    yield from (f"- {text} (`{code}`)" for text, code in zip(explained.reasons, decision.reasons, strict=True))
    if explained.chain:
        yield f"\n## {heading('rests_on')}\n"
        yield from (f"{number}. {text}" for number, text in enumerate(explained.chain, start=1))
    if decision.obligations:
        yield f"\n## {heading('obliges')}\n"
        yield from (f"- {each.category}: {each.level}" for each in decision.obligations)
    for fix in explained.fixes:
        yield f"\n## {heading('missing')}\n"
        yield f"- {heading('missing')}: {fix.missing}"
        yield f"- {heading('for_whom')}: {fix.party}"
        yield f"- {heading('ground')}: {fix.ground}"
        yield f"- {heading('giver')}: {fix.giver}"
    yield f"\n{HEADINGS['seen'].of(language).format(sequence=decision.sequence)}"
