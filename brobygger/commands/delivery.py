"""`brobygger delivery`: what is on its way to service owners, trying again, and a worker of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import click

from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from brobygger.delivering import make_courier
from brobygger.logs import configure_logs
from brobygger.opening import open_store
from brobygger.settings import Settings, WeakSettings
from core import (
    OPERATOR,
    Delivery,
    DeliveryState,
    deliver_again,
    deliver_stuck_again,
    delivery_counts,
    list_deliveries,
    mask_numbers_in,
)

_STATES = click.Choice([str(state) for state in DeliveryState])
_STUCK = (DeliveryState.DEAD, DeliveryState.HELD)
_NEEDS_A_PERSON = 3


@click.group()
def delivery() -> None:
    """Submissions on their way to service owners."""


@delivery.command()
@click.option("--state", "states", multiple=True, type=_STATES, help="Show these, in place of what is stuck.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Show at most so many.")
@json_option
@teaches
def status(states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """How many stand where, and why some go no further. Exit code 3 where a person is needed."""
    with opened_store() as store:
        counts = delivery_counts(store)
        shown = list_deliveries(store, map(DeliveryState, states) if states else _STUCK, limit=limit)
    rows = [_row(each) for each in shown]
    if as_json:
        print_json({"counts": {str(state): count for state, count in counts.items()}, "deliveries": rows})
    else:
        print_table("Deliveries", ("state", "how many"), ((str(state), str(counts[state])) for state in DeliveryState))
        columns = ("element", "state", "cause", "status", "attempts", "next try", "why")
        print_table("On their way", columns, ([_cell(row[name]) for name in columns] for row in rows))
    sys.exit(_NEEDS_A_PERSON if any(counts[state] for state in _STUCK) else 0)


@delivery.command()
@click.argument("elements", nargs=-1, type=int)
@click.option("--dead", is_flag=True, help="Every dead letter.")
@click.option("--held", is_flag=True, help="Everything that is held.")
@json_option
@teaches
def retry(elements: tuple[int, ...], dead: bool, held: bool, as_json: bool) -> None:
    """Try ELEMENTS again at once, under the idempotency keys they have."""
    states = [state for state, wanted in zip(_STUCK, (dead, held), strict=True) if wanted]
    if not elements and not states:
        raise click.UsageError("name elements, or give --dead or --held")
    with opened_store() as store:
        named = deliver_again(store, OPERATOR, elements)
        count = len(named) + deliver_stuck_again(store, OPERATOR, states)
    if as_json:
        print_json({"tried_again": count})
    else:
        click.echo(f"{count} are tried again")


@delivery.command()
@click.option("--once", is_flag=True, help="Stop when nothing is due.")
@teaches
def run(once: bool) -> None:
    """Deliver until stopped, in a process of its own. Settings come from the environment, as for serve."""
    settings = Settings.from_env(os.environ)
    configure_logs(settings.log_level)
    store = open_store(settings)
    try:
        courier = make_courier(store, settings)
        if courier is None:
            raise WeakSettings("BROBYGGER_DELIVERY_TARGETS names no file, so nothing can be delivered")
        if once:
            click.echo(f"{courier.drain()} tries were made")
            return
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        courier.run(stop, settings.delivery_seconds or Settings().delivery_seconds)
    finally:
        store.close()


def _row(each: Delivery) -> dict[str, Any]:
    return {
        "element": each.element,
        "state": str(each.state),
        "cause": None if each.cause is None else str(each.cause),
        "status": each.status,
        "attempts": each.attempts,
        "next try": None if each.due is None else each.due.isoformat(timespec="seconds"),
        "why": each.words,
        "idempotency_key": each.key,
        "system_user": each.system_user,
        "external_ref": each.external_ref,
        "delivered": None if each.delivered is None else each.delivered.isoformat(timespec="seconds"),
        "reference": None if each.reference is None else mask_numbers_in(each.reference),
    }


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
