"""What GET answers: the stored WSDL with the address filled in, the list of operations, a sample of each."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape as html_escape
from importlib.resources import files
from xml.sax.saxutils import quoteattr

from lxml import etree

from core import parse_untrusted
from soap import ns

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_STORED_ADDRESS = '"https://localhost/webservices/dataexchange.asmx"'

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
    """The service described, for machines and for people. Read once from the stored WSDL."""

    def __init__(self) -> None:
        self._text = files("soap.wsdl").joinpath("dataexchange.wsdl").read_text(encoding="utf-8")
        root = parse_untrusted(self._text)
        names = [each.get("name", "") for each in root.iterfind(f"{_WSDL}portType/{_WSDL}operation")]
        self._pages = {name.lower(): _sample_page(name, _parameters(root, name)) for name in names}
        self.operations = tuple(names)
        self.help_page = _help_page(names)

    def wsdl(self, address: str) -> bytes:
        """The WSDL, byte for byte as stored but for the address of the service."""
        return self._text.replace(_STORED_ADDRESS, quoteattr(address)).encode()

    def sample_page(self, operation: str) -> bytes | None:
        """A page with a sample request and answer, or None. The name is matched without regard to case."""
        return self._pages.get(operation.lower())


def _parameters(root: etree._Element, operation: str) -> Mapping[str, str]:
    path = f"{_WSDL}types/{_XS}schema/{_XS}element[@name='{operation}']/{_XS}complexType/{_XS}sequence/{_XS}element"
    return {each.get("name", ""): each.get("type", "").removeprefix("xs:") for each in root.iterfind(path)}


def _help_page(operations: list[str]) -> bytes:
    links = "\n".join(f'<li><a href="?op={name}">{name}</a></li>' for name in operations)
    content = f'<p><a href="?WSDL">Tjenestebeskrivelse</a></p>\n<ul>\n{links}\n</ul>'
    return _PAGE.format(title="DataExchange", content=content).encode()


def _sample_page(name: str, parameters: Mapping[str, str]) -> bytes:
    lines = "".join(f"\n      <{each}>{kind}</{each}>" for each, kind in parameters.items())
    sample = _SAMPLE.format(
        path=ns.DATA_EXCHANGE_PATH,
        action=ns.DATA_EXCHANGE + name,
        soap=ns.SOAP_11,
        tns=ns.DATA_EXCHANGE,
        name=name,
        parameters=f"{lines}\n    " if lines else "",
    )
    content = f'<p><a href="?">Alle operasjoner</a></p>\n<pre>{html_escape(sample)}</pre>'
    return _PAGE.format(title=f"DataExchange: {name}", content=content).encode()
