"""A gate on a real socket: what a message proved goes back as the answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.sax.saxutils import quoteattr

from lxml import etree

from soap.contract import Binding
from soap.intake import read_envelope
from soap.security import (
    FAULT_ACTION,
    Gate,
    Security,
    SecurityRefused,
    TokenAnswer,
    answer_header,
    message_id_of,
    refusal_body,
)
from tests.doors.soap.security.old_client import A, S

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

BINDINGS = {"/Receipt.svc": Binding.WS, "/ReceiptEC.svc": Binding.EC, "/ReceiptEC2.svc": Binding.EC2}
MOST_BYTES = 1_000_000


class App:
    """The gate, wired as the door wires it, in front of a service that tells who asked."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        envelope, path, now = read_envelope(environ, MOST_BYTES), environ["PATH_INFO"], datetime.now(UTC)
        try:
            found = self._gate.admit(envelope, binding=BINDINGS[path], path=path, now=now)
        except SecurityRefused as refused:
            return _sent(
                start_response,
                "500 Error",
                answer_header(FAULT_ACTION, message_id_of(envelope), now),
                refusal_body(refused, S),
            )
        if isinstance(found, TokenAnswer):
            return _sent(start_response, "200 OK", answer_header(found.action, found.message_id, now), found.body)
        header = answer_header(found.action + "Response", found.message_id, now)
        return _sent(start_response, "200 OK", header, _answer(found))


def _answer(found: Security) -> str:
    who = found.user_name if found.certificate is None else found.certificate.organisation_number
    return f'<QuestionResponse xmlns="urn:synthetic" as={quoteattr(who or "")}/>'


def _sent(start_response: StartResponse, status: str, header: str, body: str) -> list[bytes]:
    shell = f'<s:Envelope xmlns:s="{S}" xmlns:a="{A}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    etree.fromstring(shell)
    start_response(status, [("Content-Type", "application/soap+xml; charset=utf-8")])
    return [shell.encode()]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served(gate: Gate) -> Iterator[str]:
    """The address of the gate, on a free port."""
    with make_server("127.0.0.1", 0, App(gate), server_class=WSGIServer, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
