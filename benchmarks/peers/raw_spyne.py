"""A peer: spyne alone, as a competent team would write the same operation in a day.

With a database it commits in each call; without one it only checks the batch and answers.
"""

from __future__ import annotations

import argparse
import os
import threading
import uuid
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

from lxml import etree
from spyne.server.wsgi import WsgiApplication
from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, create_engine, event

from benchmarks.peers.receipt import checked, receipt, serve
from soap.spyne_compat import Application, ServiceBase, Soap11, Unicode, rpc

_DATABASE = "RAW_SPYNE_DATABASE"
_PASSWORD = "RAW_SPYNE_PASSWORD"  # noqa: S105 - the name of a variable
_SCHEMA = "RAW_SPYNE_SCHEMA"
_NAMESPACE = "http://AltInn.no/webservices/"
_metadata = MetaData()
_submission = Table(
    "submission",
    _metadata,
    Column("id", Text, primary_key=True),
    Column("enterprise_system", Integer, nullable=False),
    Column("batch_id", Text, nullable=False, unique=True),
    Column("received", Text, nullable=False),
)
_unit = Table(
    "data_unit",
    _metadata,
    Column("submission", Text, ForeignKey("submission.id"), primary_key=True),
    Column("participant", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("form", Text, nullable=False),
)
_content = Table(
    "content_chunk",
    _metadata,
    Column("submission", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
_ADD_SUBMISSION, _ADD_UNIT, _ADD_CONTENT = _submission.insert(), _unit.insert(), _content.insert()


class _Database:
    """One connection for each thread, each transaction durable."""

    def __init__(self, path: str) -> None:
        self._engine = create_engine(
            f"sqlite:///{path}", pool_size=0, connect_args={"check_same_thread": False, "timeout": 30}
        )
        event.listen(self._engine, "connect", _make_durable)
        self._own = threading.local()
        _metadata.create_all(self._engine)

    def connection(self) -> Connection:
        """The connection of this thread."""
        if not hasattr(self._own, "connection"):
            self._own.connection = self._engine.connect()
        connection: Connection = self._own.connection
        return connection


def _make_durable(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class _Service:
    """What a call needs."""

    def __init__(self) -> None:
        self.password = os.environ[_PASSWORD].encode()
        self.schema = etree.XMLSchema(etree.parse(os.environ[_SCHEMA]))
        self.database = _Database(os.environ[_DATABASE]) if os.environ[_DATABASE] else None


class DataExchange(ServiceBase):
    """The one operation. A call's ``udc`` is the service."""

    @rpc(Unicode, Unicode, _returns=Unicode)
    def SubmitBatchPw(context, batch, password):  # noqa: N802, N805, D102, ANN001, ANN201 - as spyne has it
        service: _Service = context.udc
        if not compare_digest(password.encode(), service.password):
            raise ValueError("wrong password")
        root = checked(service.schema, batch)
        if service.database is not None:
            _store(service.database.connection(), root)
        return receipt(root)


def _store(connection: Connection, root: etree._Element) -> None:
    unit = root[0][0]
    form = unit[0]
    key, now = str(uuid.uuid4()), datetime.now(UTC).isoformat(timespec="seconds")
    batch, system = root.attrib["batchId"], root.attrib["enterpriseSystemId"]
    party, reference = unit.attrib["participantId"], unit.attrib["sendersReference"]
    name = f"{form.attrib['skjemanummer']}/{form.attrib['spesifikasjonsnummer']}"
    with connection.begin():
        connection.execute(
            _ADD_SUBMISSION, {"id": key, "enterprise_system": int(system), "batch_id": batch, "received": now}
        )
        connection.execute(_ADD_UNIT, {"submission": key, "participant": party, "reference": reference, "form": name})
        connection.execute(_ADD_CONTENT, {"submission": key, "data": etree.tostring(form)})


def application() -> WsgiApplication:
    """What a worker calls: the service on the database that the environment names, if any."""
    service = _Service()
    described = Application([DataExchange], _NAMESPACE, in_protocol=Soap11(), out_protocol=Soap11())

    def give_service(context: Any) -> None:
        context.udc = service

    described.event_manager.add_listener("method_call", give_service)
    return WsgiApplication(described)


def main() -> None:
    """Serve until stopped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", default="", help="A file for SQLite; none keeps nothing.")
    options.add_argument("--schema", required=True)
    options.add_argument("--password", required=True)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--threads", type=int, required=True)
    given = options.parse_args()
    os.environ.update({_DATABASE: given.database, _PASSWORD: given.password, _SCHEMA: given.schema})
    serve("benchmarks.peers.raw_spyne:application", given.port, given.threads)


if __name__ == "__main__":
    main()
