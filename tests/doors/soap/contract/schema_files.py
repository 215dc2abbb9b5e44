"""The schemas of an endpoint as files that a validator can load."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from soap.contract import Binding, Endpoint
from soap.contract.schemas import schema_text, schemas
from soap.contract.wsdl import generated

_XS = "http://www.w3.org/2001/XMLSchema"


def compiled_schema(endpoint: Endpoint, folder: Path) -> etree.XMLSchema:
    """One validator for every message of ``endpoint``. Fails for schemas that are not valid."""
    if endpoint.binding is Binding.ASMX:
        # The one schema stands in the WSDL, and takes its prefixes from there.
        root = etree.fromstring(generated(endpoint).encode())
        inside = next(root.iter(f"{{{_XS}}}schema"))
        return etree.XMLSchema(etree.fromstring(etree.tostring(inside)))
    imports = ""
    for number, schema in enumerate(schemas(endpoint)):
        text = schema_text(endpoint, f"xsd{number}").decode()
        (folder / f"xsd{number}.xsd").write_text(with_file_names(text), "utf-8")
        imports += f'<xs:import namespace="{schema.namespace}" schemaLocation="xsd{number}.xsd"/>'
    everything = folder / "everything.xsd"
    everything.write_text(f'<xs:schema xmlns:xs="{_XS}">{imports}</xs:schema>', "utf-8")
    return etree.XMLSchema(file=str(everything))


def with_file_names(text: str) -> str:
    """The text of a schema that points to files beside it."""
    pieces = text.split('schemaLocation="?xsd=')
    return pieces[0] + "".join(f'schemaLocation="{piece.replace(chr(34), f".xsd{chr(34)}", 1)}' for piece in pieces[1:])
