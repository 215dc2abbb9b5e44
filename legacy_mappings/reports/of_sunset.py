"""Who is left on the old services, from where, how often, and until when at this pace."""

from __future__ import annotations

from core import CallerCensus, CallerUse, Snapshot
from legacy_mappings.reports.naming import Names
from legacy_mappings.reports.records import Bar, Bars, Report, Sheet

_SYSTEM = "enterprise-system:"


def sunset_report(census: CallerCensus, snapshot: Snapshot) -> Report:
    """The caller census. Source of what it must show: users-and-migration §4.2, steps 0 and 12."""
    names = Names(snapshot)
    return Report(
        name="callers",
        title="Who still calls the old services",
        lead=_lead(census),
        figures=(
            ("callers", len(census.named)),
            ("calls", sum(use.calls for use in census.callers)),
            ("counted since", "never" if census.begins is None else census.begins.isoformat()),
            ("trend of callers", str(census.end_of_callers.trend)),
        ),
        pictures=(_weeks("Callers in each whole week", "callers", census.callers_per_week),
                  _weeks("Calls in each whole week", "calls", census.calls_per_week)),
        sheets=(_callers(census, names), _lines(census, names)),
    )  # fmt: skip


def _lead(census: CallerCensus) -> str:
    ends = census.end_of_callers.ends
    left = f"{len(census.named)} callers are left."
    return f"{left} At this pace the last one leaves on {ends.isoformat()}." if ends is not None else left


def _weeks(title: str, unit: str, weeks: tuple[int, ...]) -> Bars:
    bars = (Bar(f"{len(weeks) - place} weeks ago", ((unit, count),)) for place, count in enumerate(weeks))
    return Bars(title, unit, tuple(bars))


def _callers(census: CallerCensus, names: Names) -> Sheet:
    columns = (
        "caller",
        "owner",
        "logged on",
        "calls",
        "refused",
        "not let in",
        "browned out",
        "last",
        "addresses",
        "ends",
    )
    rows = tuple(
        (
            _caller(use, names),
            _owner(use, names),
            "yes" if use.proven else "no",
            use.calls,
            use.refused,
            use.not_logged_on,
            use.browned_out,
            use.last.isoformat(timespec="minutes"),
            ", ".join(use.addresses),
            str(use.projection.trend) if use.projection.ends is None else use.projection.ends.isoformat(),
        )
        for use in census.callers
    )
    return Sheet("callers", "Callers", columns, rows)


def _lines(census: CallerCensus, names: Names) -> Sheet:
    columns = ("caller", "service", "binding", "operation", "address", "software", "calls", "last")
    rows = tuple(
        (
            _caller(use, names),
            line.service,
            line.binding,
            line.operation,
            line.address,
            line.agent,
            line.calls,
            line.last.isoformat(timespec="minutes"),
        )
        for use in census.callers
        for line in use.lines
    )
    return Sheet("operations", "Operations", columns, rows)


def _caller(use: CallerUse, names: Names) -> str:
    if not use.caller.startswith(_SYSTEM):
        return use.caller or "names nobody"
    return names.system(int(use.caller.removeprefix(_SYSTEM)))


def _owner(use: CallerUse, names: Names) -> str:
    if not use.caller.startswith(_SYSTEM):
        return ""
    owner = names.owner(int(use.caller.removeprefix(_SYSTEM)))
    return "" if owner is None else names.party(owner.id)
