"""Calls whatever it is told to with zeep: one JSON call a line in, one JSON answer a line out.

It knows no contract: names, types and envelopes come from the WSDLs given as ``service=address``. Bytes are
``{"base64": …}`` in JSON.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from lxml import etree
from zeep import Client
from zeep.exceptions import Fault
from zeep.helpers import serialize_object


def answer(client: Client, call: dict[str, Any]) -> dict[str, Any]:
    """The result of a call, or its fault."""
    try:
        found = client.service[call["operation"]](**call["arguments"])
    except Fault as fault:
        return {"fault": {"text": fault.message, "detail": None if fault.detail is None else _members(fault.detail)}}
    return {"result": serialize_object(found, dict)}


def _members(element: Any) -> Any:
    children = list(element)
    return {etree.QName(each).localname: _members(each) for each in children} if children else element.text


def _from_json(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


def _to_json(value: object) -> object:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else str(value)


def main() -> None:
    """Answer until the input ends."""
    given = dict(each.split("=", 1) for each in sys.argv[1:])
    clients = {service: Client(wsdl) for service, wsdl in given.items()}
    for line in sys.stdin:
        call = json.loads(line, object_hook=_from_json)
        found = answer(clients[call["service"]], call)
        sys.stdout.write(json.dumps(found, default=_to_json) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
