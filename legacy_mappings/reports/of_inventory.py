"""The report of an inventory: totals, what could not be read, systems of persons, dead systems, stale pairs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from legacy_mappings.inventory import Inventory, Lists
from legacy_mappings.reports.naming import Names, ground_text, right_text
from legacy_mappings.reports.records import Bar, Bars, Cell, Report, Sheet

_MOST_STALE = 100_000


def inventory_report(inventory: Inventory, lists: Lists) -> Report:
    """What there is, and what a person must look at before a plan is made of it.

    Source of what it must show: users-and-migration §4.2, step 1.
    """
    names, summary = Names(inventory.snapshot), lists.summary()
    by_ground = tuple((ground_text(ground), count) for ground, count in summary.permitted_by_ground.items())
    return Report(
        name="inventory",
        title="Inventory of the old world",
        lead=f"{summary.enterprise_systems} enterprise systems may act in {summary.pairs} pairs with a reportee. "
        + ("All totals reconcile." if inventory.reconciles else "Totals do not reconcile: nothing may rest on this."),
        figures=(
            ("enterprise systems", summary.enterprise_systems),
            ("enterprise users", summary.enterprise_users),
            ("pairs of system and reportee", summary.pairs),
            ("rights permitted", summary.permitted),
            ("pairs in use", summary.used_pairs),
            ("rows that could not be read", summary.bad_rows),
        ),
        pictures=(
            Bars("Permitted, by ground", "rights", tuple(Bar(name, (("permitted", n),)) for name, n in by_ground)),
        ),
        sheets=(
            _counts(inventory),
            _bad_rows(inventory),
            _unexplained(lists, names),
            _person_owned(lists, names),
            _dead(lists, names),
            _stale(lists, names),
        ),
    )


def _counts(inventory: Inventory) -> Sheet:
    rows = tuple(
        (
            count.source,
            count.what,
            "none" if count.stated is None else count.stated,
            count.read,
            count.taken,
            count.bad,
            "yes" if count.reconciles else "NO",
        )
        for count in inventory.counts
    )
    columns = ("source", "table", "stated", "read", "taken", "bad", "reconciles")
    return Sheet("totals", "Totals", columns, rows, "Every row is either taken in or kept as a bad row.")


def _bad_rows(inventory: Inventory) -> Sheet:
    rows = tuple((row.file, row.line, row.reason, row.text) for row in inventory.bad_rows)
    return Sheet("bad-rows", "Rows that could not be read", ("file", "line", "what to do", "row"), rows)


def _unexplained(lists: Lists, names: Names) -> Sheet:
    rows = tuple(
        (
            names.system(use.enterprise_system),
            right_text(use.right),
            len(use.reportees),
            names.some(use.reportees),
            use.reason,
        )
        for use in lists.unexplained()
    )
    note = "It was used, and nothing here permits it: a row, a role or a service is missing."
    return Sheet(
        "unexplained", "Used without a right", ("enterprise system", "right", "reportees", "for", "why not"), rows, note
    )


def _person_owned(lists: Lists, names: Names) -> Sheet:
    rows = tuple(
        (
            names.system(each.enterprise_system),
            names.party(each.owner),
            names.some(each.proprietorships),
            each.reportees,
        )
        for each in lists.person_owned()
    )
    note = "No system user can belong to a person: a sole proprietorship can own it, else the person logs on."
    columns = ("enterprise system", "owner", "sole proprietorships", "reportees")
    return Sheet("person-owned", "Systems that persons own", columns, rows, note)


def _dead(lists: Lists, names: Names) -> Sheet:
    rows = tuple(
        (names.system(each.enterprise_system), names.party(each.owner), _day(each.last), str(each.why), each.reportees)
        for each in lists.dead_systems()
    )
    columns = ("enterprise system", "owner", "last call", "why", "reportees")
    return Sheet("dead-systems", "Dead systems", columns, rows, "Not carried over unless somebody says so.")


def _stale(lists: Lists, names: Names) -> Sheet:
    found: Iterable[tuple[Cell, ...]] = (
        (names.system(each.enterprise_system), names.party(each.reportee), _day(each.last), str(each.why))
        for each in lists.stale()
    )
    columns = ("enterprise system", "reportee", "last call", "why")
    return Sheet(
        "stale", "Stale pairs", columns, tuple(islice(found, _MOST_STALE)), "Permitted, and not used for long."
    )


def _day(moment: datetime | None) -> str:
    return "never seen" if moment is None else moment.date().isoformat()
