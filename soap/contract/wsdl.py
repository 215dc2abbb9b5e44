"""The WSDL of each endpoint, written from its contract, stored in soap/wsdl/, and served with its address filled in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from soap import ns
from soap.contract.asmx import asmx_lines
from soap.contract.model import Binding, Endpoint, Operation
from soap.contract.policies import SP, WSAW, WSP, WSU, policy
from soap.contract.schemas import FAULT_NAME, schemas

HOST = "https://localhost"
"""Stands in the stored texts where the public address belongs."""

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_SOAP_12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_FAULT = "AltinnFaultFault"


def wsdl_text(endpoint: Endpoint, address: str) -> bytes:
    """The stored WSDL of ``endpoint``, byte for byte but for its address. It needs no other document.

    Raises KeyError for an endpoint that has none, being retired.
    """
    stored = HOST + endpoint.path
    text = _stored(endpoint.wsdl)
    return text.replace(quoteattr(stored), quoteattr(address)).replace(f">{stored}<", f">{escape(address)}<").encode()


def single_wsdl(endpoint: Endpoint, address: str) -> bytes:
    """What ``?singleWsdl`` asks for: `wsdl_text`, which is in one piece already."""
    return wsdl_text(endpoint, address)


@cache
def _stored(name: str) -> str:
    if not name:
        raise KeyError("a retired endpoint has no WSDL")
    return files("soap.wsdl").joinpath(f"{name}.wsdl").read_text(encoding="utf-8")


def generated(endpoint: Endpoint) -> str:
    """The text that belongs in soap/wsdl/ for ``endpoint``."""
    lines = asmx_lines(endpoint, HOST) if endpoint.binding is Binding.ASMX else _lines(endpoint)
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', *lines, ""])


def _lines(endpoint: Endpoint) -> Iterator[str]:
    name = _binding_name(endpoint)
    prefix, soap = ("soap12", _SOAP_12) if endpoint.binding.addressed else ("soap", _SOAP)
    namespaces = {
        "wsdl": _WSDL,
        prefix: soap,
        "wsaw": WSAW,
        "wsp": WSP,
        "wsu": WSU,
        "sp": SP,
        "fault": ns.ALTINN_FAULT,
        "base": "http://www.altinn.no/services/2009/10",
        "tns": endpoint.namespace,
    }
    declared = "".join(f' xmlns:{each}="{address}"' for each, address in namespaces.items())
    yield f'<wsdl:definitions{declared} name="{endpoint.wsdl_service}" targetNamespace="{endpoint.namespace}">'
    operations = list(endpoint.operations.values())
    asked = list(policy(f"{name}_policy", endpoint.binding, streamed=endpoint.streamed))
    yield from _indented(asked)
    yield "  <wsdl:types>"
    yield from (f"    {line}" for schema in schemas(endpoint) for line in schema.lines({}))
    yield "  </wsdl:types>"
    yield from _indented(line for operation in operations for line in _messages(endpoint, operation))
    yield f'  <wsdl:portType name="{endpoint.port_type}">'
    yield from (f"    {line}" for operation in operations for line in _abstract(endpoint, operation))
    yield "  </wsdl:portType>"
    yield f'  <wsdl:binding name="{name}" type="tns:{endpoint.port_type}">'
    if asked:
        yield f'    <wsp:PolicyReference URI="#{name}_policy"/>'
    yield f'    <{prefix}:binding transport="{_HTTP}"/>'
    yield from (f"    {line}" for operation in operations for line in _bound(operation, prefix))
    yield "  </wsdl:binding>"
    yield from _indented(_service(endpoint, name, prefix))
    yield "</wsdl:definitions>"


def _indented(lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _binding_name(endpoint: Endpoint) -> str:
    kind = "CustomBinding" if endpoint.binding.addressed else "BasicHttpBinding"
    return f"{kind}_{endpoint.port_type}"


def _message_names(endpoint: Endpoint, operation: Operation) -> tuple[str, str, str]:
    """The names of the messages in, out and of the fault. Those of an upload are named as their elements."""
    stem = f"{endpoint.port_type}_{operation.name}"
    fault = f"{stem}_{_FAULT}_FaultMessage"
    if operation.headers:
        return operation.request.name, operation.response.name, fault
    return f"{stem}_InputMessage", f"{stem}_OutputMessage", fault


def _messages(endpoint: Endpoint, operation: Operation) -> Iterator[str]:
    received, answered, fault = _message_names(endpoint, operation)
    prefix = "tns" if operation.request.namespace == endpoint.namespace else "base"
    yield from _message(received, [("parameters", f"{prefix}:{operation.request.name}")])
    if operation.headers:
        yield from _message(f"{received}_Headers", [(each.name, f"tns:{each.name}") for each in operation.headers])
    yield from _message(answered, [("parameters", f"{prefix}:{operation.response.name}")])
    yield from _message(fault, [("detail", f"fault:{FAULT_NAME}")])


def _message(name: str, its_parts: list[tuple[str, str]]) -> Iterator[str]:
    yield f'<wsdl:message name="{name}">'
    yield from (f'  <wsdl:part name="{part}" element="{element}"/>' for part, element in its_parts)
    yield "</wsdl:message>"


def _names_of_upload(operation: Operation) -> tuple[str, str]:
    if not operation.headers:
        return "", ""
    return f' name="{operation.request.name}"', f' name="{operation.response.name}"'


def _abstract(endpoint: Endpoint, operation: Operation) -> Iterator[str]:
    received, answered, fault = _message_names(endpoint, operation)
    in_name, out_name = _names_of_upload(operation)
    yield f'<wsdl:operation name="{operation.name}">'
    yield f'  <wsdl:input wsaw:Action="{operation.action}"{in_name} message="tns:{received}"/>'
    yield f'  <wsdl:output wsaw:Action="{operation.response_action}"{out_name} message="tns:{answered}"/>'
    yield f'  <wsdl:fault wsaw:Action="{operation.fault_action}" name="{_FAULT}" message="tns:{fault}"/>'
    yield "</wsdl:operation>"


def _bound(operation: Operation, prefix: str) -> Iterator[str]:
    in_name, out_name = _names_of_upload(operation)
    message = f"tns:{operation.request.name}_Headers"
    yield f'<wsdl:operation name="{operation.name}">'
    yield f'  <{prefix}:operation soapAction="{operation.action}" style="document"/>'
    yield f"  <wsdl:input{in_name}>"
    for header in operation.headers:
        yield f'    <{prefix}:header message="{message}" part="{header.name}" use="literal"/>'
    yield f'    <{prefix}:body use="literal"/>'
    yield "  </wsdl:input>"
    yield f"  <wsdl:output{out_name}>"
    yield f'    <{prefix}:body use="literal"/>'
    yield "  </wsdl:output>"
    yield f'  <wsdl:fault name="{_FAULT}">'
    yield f'    <{prefix}:fault name="{_FAULT}" use="literal"/>'
    yield "  </wsdl:fault>"
    yield "</wsdl:operation>"


def _service(endpoint: Endpoint, name: str, prefix: str) -> Iterator[str]:
    address = HOST + endpoint.path
    yield f'<wsdl:service name="{endpoint.wsdl_service}">'
    yield f'  <wsdl:port name="{name}" binding="tns:{name}">'
    yield f'    <{prefix}:address location="{address}"/>'
    if endpoint.binding.addressed:
        yield f'    <wsa:EndpointReference xmlns:wsa="{ns.ADDRESSING}">'
        yield f"      <wsa:Address>{address}</wsa:Address>"
        yield "    </wsa:EndpointReference>"
    yield "  </wsdl:port>"
    yield "</wsdl:service>"
