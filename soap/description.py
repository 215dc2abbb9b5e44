"""What GET on an `.asmx` address shows people: the list of operations, and a sample of each."""

from __future__ import annotations

from html import escape as html_escape

from soap import ns
from soap.contract import Endpoint, Operation

_PAGE = """<!DOCTYPE html>
<html lang="nb">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
{content}
</body>
</html>
"""

_SAMPLE = """POST {path} HTTP/1.1
Content-Type: text/xml; charset=utf-8
SOAPAction: "{action}"

<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="{soap}">
  <soap:Body>
    <{name} xmlns="{tns}">{parameters}</{name}>
  </soap:Body>
</soap:Envelope>

HTTP/1.1 200 OK
Content-Type: text/xml; charset=utf-8

<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="{soap}">
  <soap:Body>
    <{name}Response xmlns="{tns}">
      <{name}Result>string</{name}Result>
    </{name}Response>
  </soap:Body>
</soap:Envelope>
"""


class Description:
    """One service described for people, as the old platform's pages did. Built once from its contract."""

    def __init__(self, endpoint: Endpoint) -> None:
        operations = list(endpoint.operations.values())
        self.help_page = _help_page(endpoint.service, operations)
        self._pages = {each.name.lower(): _sample_page(endpoint, each) for each in operations}

    def sample_page(self, operation: str) -> bytes | None:
        """A page with a sample request and answer, or None. The name is matched without regard to case."""
        return self._pages.get(operation.lower())


def _help_page(service: str, operations: list[Operation]) -> bytes:
    links = "\n".join(f'<li><a href="?op={each.name}">{each.name}</a></li>' for each in operations)
    content = f'<p><a href="?WSDL">Tjenestebeskrivelse</a></p>\n<ul>\n{links}\n</ul>'
    return _PAGE.format(title=service, content=content).encode()


def _sample_page(endpoint: Endpoint, operation: Operation) -> bytes:
    members = operation.request.members
    lines = "".join(f"\n      <{each.name}>{each.type}</{each.name}>" for each in members)
    sample = _SAMPLE.format(
        path=endpoint.path,
        action=operation.action,
        soap=ns.SOAP_11,
        tns=endpoint.namespace,
        name=operation.name,
        parameters=f"{lines}\n    " if lines else "",
    )
    content = f'<p><a href="?">Alle operasjoner</a></p>\n<pre>{html_escape(sample)}</pre>'
    return _PAGE.format(title=f"{endpoint.service}: {operation.name}", content=content).encode()
