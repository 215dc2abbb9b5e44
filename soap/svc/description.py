"""What GET on a `.svc` address answers: its WSDL, one of its schemas, or a page for people."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl

from soap.contract import Binding, Endpoint
from soap.contract.schemas import schema_text
from soap.contract.wsdl import single_wsdl, wsdl_text
from soap.responses import HTML, PLAIN, XML, Response

_PAGE = """<!DOCTYPE html>
<html lang="nb">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>{said}</p>
{content}
</body>
</html>
"""

_SAID = {
    Binding.BASIC: "SOAP 1.1. System-ID og passord sendes i meldingen.",
    Binding.WS: "SOAP 1.2. System-ID og passord sendes som UsernameToken i WS-Security.",
    Binding.EC: "SOAP 1.2. Virksomhetssertifikat og virksomhetsbruker.",
    Binding.EC2: "SOAP 1.2. Virksomhetssertifikat og virksomhetsbruker.",
}


def describe(endpoint: Endpoint, query: str, address: str) -> Response:
    """The answer to a GET with this query, whose names are matched without regard to case.

    ``address`` is where clients reach the endpoint; it is all that differs from the stored texts.
    """
    asked = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    wants = asked.keys() & {"wsdl", "singlewsdl", "xsd"}
    if wants and not endpoint.wsdl:
        return Response(b"The service is retired and has no description.\n", PLAIN, "404 Not Found")
    if "wsdl" in asked:
        return Response(wsdl_text(endpoint, address), XML)
    if "singlewsdl" in asked:
        return Response(single_wsdl(endpoint, address), XML)
    if "xsd" in asked:
        return _schema(endpoint, asked["xsd"])
    return Response(_page(endpoint), HTML)


def _schema(endpoint: Endpoint, name: str) -> Response:
    try:
        return Response(schema_text(endpoint, name.lower()), XML)
    except KeyError:
        return Response(b"There is no such schema.\n", PLAIN, "404 Not Found")


def _page(endpoint: Endpoint) -> bytes:
    rows = "\n".join(
        f"<li>{escape(each.name)}{f' (avviklet: {escape(each.retired)})' if each.retired else ''}</li>"
        for each in endpoint.operations.values()
    )
    link = '<p><a href="?singleWsdl">Tjenestebeskrivelse</a></p>\n' if endpoint.wsdl else ""
    title = f"{endpoint.service} ({endpoint.binding})"
    return _PAGE.format(
        title=escape(title), said=_SAID[endpoint.binding], content=f"{link}<ul>\n{rows}\n</ul>"
    ).encode()
