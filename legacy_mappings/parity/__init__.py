"""The proof: what either world permits, compared by set algebra; signed, and the gate it must pass."""

from legacy_mappings.parity.gate import (
    PERSONS_NEEDED,
    Gate,
    Signatory,
    approve_gained,
    gate,
    must_pass,
    read_signatories,
)
from legacy_mappings.parity.passes import MOST_PASSES, prove_until_settled
from legacy_mappings.parity.proving import prove, systems_of
from legacy_mappings.parity.records import Actor, Finding, Group, Parity
from legacy_mappings.parity.report import digest_of, gained_digest, read_report, report_text
from legacy_mappings.parity.stopping import stops

__all__ = [
    "MOST_PASSES",
    "PERSONS_NEEDED",
    "Actor",
    "Finding",
    "Gate",
    "Group",
    "Parity",
    "Signatory",
    "approve_gained",
    "digest_of",
    "gained_digest",
    "gate",
    "must_pass",
    "prove",
    "prove_until_settled",
    "read_report",
    "read_signatories",
    "report_text",
    "stops",
    "systems_of",
]
