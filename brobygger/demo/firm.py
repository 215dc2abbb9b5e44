"""A synthetic firm of any size, to try a migration on: the same size and seed always give the same world.

An accountancy firm with clients on four grounds, its own reporting, and one of each special case that a
migration must know (users-and-migration §4.3). Every number is synthetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brobygger.demo.firm_clients import ordinary_clients
from brobygger.demo.firm_existing import existing_new_world
from brobygger.demo.firm_records import FIRM_DAY, FirmSystem, Mint, Thing, UsageRow
from brobygger.demo.firm_special import led_company, special_cases
from brobygger.demo.firm_words import firm_tables, firm_vocabulary
from core import KIND_OF, ErrorCode, Fact, InvalidInput, to_plain

__all__ = [
    "FIRM_DAY",
    "FIRM_PASSWORD",
    "FirmSystem",
    "UsageRow",
    "firm_facts",
    "firm_tables",
    "firm_usage",
    "firm_world",
]

FIRM_PASSWORD = "syntetisk-passord-1"  # noqa: S105 - the synthetic world's own, known to everybody
"""What every enterprise system and user of the world logs on with."""

_MOST_CLIENTS = 100_000
_FORMAT = "brobygger-world/1"


def firm_world(clients: int, seed: int = 1) -> dict[str, Any]:
    """The world document of a firm with this many ordinary clients and the special cases, for `import_world`.

    It goes into a store that has the shipped vocabulary of both worlds. Raises InvalidInput for more than 100,000
    clients: there are no more synthetic numbers to give them.
    """
    facts: dict[str, list[dict[str, Any]]] = {}
    for fact in firm_facts(clients, seed):
        row = to_plain(fact)
        if row.get("secret") == "":
            del row["secret"]
            row["password"] = FIRM_PASSWORD
        facts.setdefault(KIND_OF[type(fact)].name, []).append(row)
    return {"format": _FORMAT, "facts": facts}


def firm_facts(clients: int, seed: int = 1) -> Iterator[Fact]:
    """The facts of the world, one by one. No password passes the systems' secrets: they are empty."""
    yield from firm_vocabulary()
    for thing in _everything(clients, seed):
        if not isinstance(thing, UsageRow):
            yield thing


def firm_usage(clients: int, seed: int = 1) -> Iterator[UsageRow]:
    """What the systems of the world did in the year before `FIRM_DAY`, and some of them long before."""
    for thing in _everything(clients, seed):
        if isinstance(thing, UsageRow):
            yield thing


def _everything(clients: int, seed: int) -> Iterator[Thing]:
    if not 0 <= clients <= _MOST_CLIENTS:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"a synthetic firm has 0 to {_MOST_CLIENTS} clients")
    mint = Mint(seed)
    firm, *people = led_company(mint, "Syntetisk Regnskap og Revisjon AS")
    yield from (firm, *people)
    yield from special_cases(mint, firm)
    yield from existing_new_world(mint, firm, clients)
    yield from ordinary_clients(mint, firm, clients, seed)
