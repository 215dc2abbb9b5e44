"""The migration's reports as pages that print well, with CSV and JSON beside them."""

from legacy_mappings.reports.of_authority import authority_report
from legacy_mappings.reports.of_inventory import inventory_report
from legacy_mappings.reports.of_moves import moves_report
from legacy_mappings.reports.of_parity import parity_report
from legacy_mappings.reports.of_plan import clients_to_write_to, plan_report
from legacy_mappings.reports.of_sunset import sunset_report
from legacy_mappings.reports.records import Bar, Bars, Flow, Report, Sheet
from legacy_mappings.reports.writing import files_of, write_report

__all__ = [
    "Bar",
    "Bars",
    "Flow",
    "Report",
    "Sheet",
    "authority_report",
    "clients_to_write_to",
    "files_of",
    "inventory_report",
    "moves_report",
    "parity_report",
    "plan_report",
    "sunset_report",
    "write_report",
]
