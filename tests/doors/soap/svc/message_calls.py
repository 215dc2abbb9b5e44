"""Calls of `.svc` operations as bytes: a request as a client writes it in, the body of the answer out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from core import Store
from soap.contract import ENDPOINTS, read_request, write_response
from soap.security import Security
from soap.svc.call import Call, Handler, Upload

CREDENTIALS = "<systemUserName>{system}</systemUserName><systemPassword>{password}</systemPassword>"


def ask(
    store: Store,
    handlers: Mapping[str, Handler],
    path: str,
    operation: str,
    inner: str,
    *,
    system: int,
    password: str = "hemmelig1",
    upload: Upload | None = None,
) -> bytes:
    """The body of the answer to an operation of a Basic endpoint, with the system's pair in front of ``inner``."""
    endpoint = ENDPOINTS[path.lower()]
    tag = next(tag for tag in endpoint.operations if tag.endswith("}" + operation))
    called = endpoint.operations[tag]
    namespace = tag[1:].partition("}")[0]
    credentials = CREDENTIALS.format(system=system, password=password)
    element = etree.fromstring(f'<{operation} xmlns="{namespace}">{credentials}{inner}</{operation}>')
    values: dict[str, Any] = read_request(called, element)
    call = Call(store, endpoint, called, Security(), upload)
    return write_response(endpoint, called, handlers[called.use_case](call, values))


def texts(answer: bytes, name: str) -> list[str | None]:
    """The text of every element with this local name, in document order."""
    return [each.text for each in etree.fromstring(answer).iter(f"{{*}}{name}")]
