"""The report of a parity proof: what was kept, changed, lost and gained, each with its chain and its cause."""

from __future__ import annotations

from collections import Counter

from core import Snapshot
from legacy_mappings.parity.records import Finding, Group, Parity
from legacy_mappings.reports.naming import Names, ground_text, rights_text
from legacy_mappings.reports.records import Bar, Bars, Cell, Report, Sheet


def parity_report(parity: Parity, snapshot: Snapshot) -> Report:
    """The proof for people who must sign it. ``snapshot`` names the parties.

    Source of what it must show: users-and-migration §4.2, step 8.
    """
    names = Names(snapshot)
    return Report(
        name="parity",
        title="Parity of the old world and the new",
        lead=_lead(parity),
        figures=_figures(parity),
        pictures=(_picture(parity),),
        sheets=(
            _sheet(parity, names, Finding.GAINED, "Gained", "Nobody had this before: two persons must sign for it."),
            _sheet(parity, names, Finding.LOST, "Lost", "Agreed losses are those that the plan names, with its cause."),
            _sheet(parity, names, Finding.CHANGED, "Changed in meaning", "Kept, but it is not the same action."),
            _moved(parity, names),
            _kept(parity, names),
        ),
    )


def _lead(parity: Parity) -> str:
    gained, lost = parity.count(Finding.GAINED), parity.count(Finding.LOST, agreed=False)
    if not gained and not lost:
        return f"Nothing was gained, and nothing lost that the plan does not name, in {parity.pairs:,} pairs compared."
    found = f"{gained:,} lines are gained, and {lost:,} lost that the plan does not name"
    return f"{found}, in {parity.pairs:,} pairs compared."


def _figures(parity: Parity) -> tuple[tuple[str, Cell], ...]:
    return (
        ("pairs compared", parity.pairs),
        ("kept", parity.count(Finding.KEPT)),
        ("changed in meaning", parity.count(Finding.CHANGED)),
        ("gained", parity.count(Finding.GAINED)),
        ("lost, agreed", parity.count(Finding.LOST, agreed=True)),
        ("lost, not agreed", parity.count(Finding.LOST, agreed=False)),
        ("facts before, at change", parity.before),
        ("facts after, at change", parity.after),
        ("runs", parity.passes),
    )


def _picture(parity: Parity) -> Bars:
    by_ground: Counter[tuple[str, Finding]] = Counter()
    for group in parity.groups:
        by_ground[group.actor.ground, group.finding] += group.lines
    grounds = sorted({ground for ground, _ in by_ground})
    bars = tuple(
        Bar(ground_text(ground), tuple((str(f), by_ground[ground, f]) for f in Finding if by_ground[ground, f]))
        for ground in grounds
    )
    return Bars("What became of it, by ground", "lines", bars)


def _sheet(parity: Parity, names: Names, finding: Finding, title: str, note: str) -> Sheet:
    rows = tuple(_row(group, names) for group in parity.groups if group.finding is finding)
    return Sheet(str(finding), title, _COLUMNS, rows, note)


_COLUMNS = (
    "enterprise system", "ground", "reference", "cause", "rights", "reportees", "for", "lines", "agreed", "chain",
)  # fmt: skip


def _row(group: Group, names: Names) -> tuple[Cell, ...]:
    return (
        names.system(group.actor.enterprise_system),
        ground_text(group.actor.ground),
        group.actor.reference,
        group.cause,
        rights_text(group.rights),
        len(group.reportees),
        names.some(group.reportees),
        group.lines,
        "yes" if group.agreed else "no",
        " → ".join(group.chain),
    )


def _moved(parity: Parity, names: Names) -> Sheet:
    rows = tuple((str(group.finding), *_row(group, names)) for group in parity.moved)
    note = "Came or went between two runs: movement, and no finding."
    return Sheet("moved", "Moved meanwhile", ("finding", *_COLUMNS), rows, note)


def _kept(parity: Parity, names: Names) -> Sheet:
    kept: Counter[tuple[int, str, str]] = Counter()
    for group in parity.groups:
        if group.finding is Finding.KEPT:
            kept[group.actor.enterprise_system, group.actor.ground, group.actor.reference] += group.lines
    rows = tuple((names.system(s), ground_text(g), r, n) for (s, g, r), n in sorted(kept.items()))
    return Sheet("kept", "Kept", ("enterprise system", "ground", "reference", "lines"), rows)
