"""Suffers every attack in a process of its own, and prints what each did to it: one JSON object a line."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from core import Store
from soap import answers, create_soap_app
from soap.message import Limits
from tests.doors.soap.hostile.attacks import ATTACKS, Attack, Dripping
from tests.doors.soap.wire.streaming_app import streaming_app
from tests.memory import forget_peak, give_back, peak, resident

LIMITS = Limits(message=4 * 1024 * 1024, attachment=16 * 1024 * 1024)


def main(database: str) -> None:
    """Every attack, one after the other, on the doors over this database."""
    store = Store(database)
    gateway, other = create_soap_app(store), streaming_app(store, LIMITS)
    for name, attack in ATTACKS.items():
        door = gateway if answers(attack.path) else other
        print(json.dumps({"name": name, **_suffer(door, store, attack)}), flush=True)  # noqa: T201


def _suffer(door: Any, store: Store, attack: Attack) -> dict[str, Any]:
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": attack.path,
        "CONTENT_TYPE": attack.content_type,
        "wsgi.input": Dripping(attack.pieces()),
        "wsgi.input_terminated": True,
        **({"HTTP_CONTENT_ENCODING": attack.coding} if attack.coding else {}),
    }
    give_back()
    idle = resident()
    forget_peak()
    began = time.monotonic()
    answer = b"".join(door(environ, lambda status, _headers, *_: told.append(status)))
    return {
        "status": int(told[0][:3]),
        "answer": answer.decode()[:4000],
        "memory": peak() - idle,
        "seconds": time.monotonic() - began,
        "stored": store.read(lambda ledger: ledger.count_submissions()),
        "chunks": _chunks(store),
    }


def _chunks(store: Store) -> int:
    with store._reader.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM content_chunk").scalar_one())


if __name__ == "__main__":
    main(sys.argv[1])
