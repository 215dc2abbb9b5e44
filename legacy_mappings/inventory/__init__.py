"""The inventory: what the old world permits and what was used, from the store and from files that users have."""

from legacy_mappings.inventory.from_files import read_inventory
from legacy_mappings.inventory.from_store import inventory_of_snapshot, inventory_of_store
from legacy_mappings.inventory.keeping import keep_inventory
from legacy_mappings.inventory.kept_file import inventory_lines, read_written_inventory, write_inventory
from legacy_mappings.inventory.lists import (
    STALE_AFTER,
    DeadSystem,
    Lists,
    PersonOwned,
    Silence,
    StalePair,
    Summary,
    UnexplainedUse,
)
from legacy_mappings.inventory.records import BadRow, Count, Inventory, Note, Observed, Use
from legacy_mappings.inventory.snapshot_facts import facts_of

__all__ = [
    "STALE_AFTER",
    "BadRow",
    "Count",
    "DeadSystem",
    "Inventory",
    "Lists",
    "Note",
    "Observed",
    "PersonOwned",
    "Silence",
    "StalePair",
    "Summary",
    "UnexplainedUse",
    "Use",
    "facts_of",
    "inventory_lines",
    "inventory_of_snapshot",
    "inventory_of_store",
    "keep_inventory",
    "read_inventory",
    "read_written_inventory",
    "write_inventory",
]
