"""A peer: no framework, lxml alone: the operation looked up in a table, the batch checked by its XSD."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from hmac import compare_digest
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from benchmarks.peers.receipt import checked, receipt, serve

_PASSWORD = "LXML_DISPATCH_PASSWORD"  # noqa: S105 - the name of a variable
_SCHEMA = "LXML_DISPATCH_SCHEMA"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_NAMESPACE = "{http://AltInn.no/webservices/}"
_ANSWER = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    '<soap:Body><{name}Response xmlns="http://AltInn.no/webservices/"><{name}Result>{result}</{name}Result>'
    "</{name}Response></soap:Body></soap:Envelope>"
)
_HEADERS = [("Content-Type", "text/xml; charset=utf-8")]


def application() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """What a worker calls."""
    schema = etree.XMLSchema(etree.parse(os.environ[_SCHEMA]))
    expected = os.environ[_PASSWORD].encode()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)

    def submit(operation: etree._Element) -> str:
        if not compare_digest((operation.findtext(f"{_NAMESPACE}password") or "").encode(), expected):
            raise ValueError("wrong password")
        return receipt(checked(schema, operation.findtext(f"{_NAMESPACE}batch") or ""))

    operations = {f"{_NAMESPACE}SubmitBatchPw": submit}

    def serve_call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            envelope = etree.fromstring(environ["wsgi.input"].read(), parser)
            operation = envelope.find(f"{_SOAP}Body")[0]  # type: ignore[index]
            name = etree.QName(operation).localname
            body = _ANSWER.format(name=name, result=escape(operations[operation.tag](operation))).encode()
            start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(body)))])
        except (etree.XMLSyntaxError, LookupError, TypeError, ValueError):
            body = b"no valid call"
            start_response("500 Internal Server Error", [*_HEADERS, ("Content-Length", str(len(body)))])
        return [body]

    return serve_call


def main() -> None:
    """Serve until stopped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--schema", type=Path, required=True)
    options.add_argument("--password", required=True)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--threads", type=int, required=True)
    given = options.parse_args()
    os.environ.update({_SCHEMA: str(given.schema), _PASSWORD: given.password})
    serve("benchmarks.peers.lxml_dispatch:application", given.port, given.threads)


if __name__ == "__main__":
    main()
