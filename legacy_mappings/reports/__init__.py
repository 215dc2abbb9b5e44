"""The migration's reports as pages that print well, with CSV and JSON beside them."""

from legacy_mappings.reports.of_parity import parity_report
from legacy_mappings.reports.of_plan import clients_to_write_to, plan_report
from legacy_mappings.reports.records import Bar, Bars, Flow, Report, Sheet
from legacy_mappings.reports.writing import files_of, write_report

__all__ = [
    "Bar",
    "Bars",
    "Flow",
    "Report",
    "Sheet",
    "clients_to_write_to",
    "files_of",
    "parity_report",
    "plan_report",
    "write_report",
]
