"""spyne, an independent reader, finds in our answers the values that went into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from lxml import etree

from soap.contract import ENDPOINTS, contract, write_response
from soap.contract.model import Enumeration, ListOf, Member, Struct
from soap.spyne_compat import Integer32, Integer64, Unicode

# isort: split
# Only now: what stands above has made spyne importable.
from spyne.model.complex import ComplexModel
from spyne.model.primitive import Boolean, DateTime
from spyne.protocol.xml import XmlDocument

PLAIN = {
    "string": Unicode,
    "int": Integer32,
    "long": Integer64,
    "boolean": Boolean,
    "dateTime": DateTime,
    "instant": DateTime,
}
DEEPEST = 2


@cache
def model(key: str, depth: int = DEEPEST) -> Any:
    """A spyne model of a type of ours; a type that holds itself does so only so deep."""
    if key in PLAIN:
        return PLAIN[key]
    kind = contract().types[key]
    match kind:
        case Enumeration():
            return Unicode
        case ListOf(item=item):
            inside = [] if depth == 0 else [(item.name, model(item.type, depth - 1).customize(max_occurs="unbounded"))]
        case Struct(members=members):
            inside = [(member.name, model(member.type, depth)) for member in members]
    said = {"__namespace__": kind.namespace, "__type_name__": kind.name, "_type_info": inside}
    return type(f"{kind.name}{depth}", (ComplexModel,), said)


def as_values(key: str, found: Any) -> Any:
    """A spyne object as the plain values we write."""
    kind = contract().types.get(key)
    if found is None or kind is None or isinstance(kind, Enumeration):
        return found
    if isinstance(kind, ListOf):
        return [as_values(kind.item.type, each) for each in getattr(found, kind.item.name, None) or []]
    return {member.name: as_values(member.type, getattr(found, member.name)) for member in kind.members}


def filled(key: str, given: Any) -> Any:
    """The values with None where there is none, as spyne has them."""
    kind = contract().types.get(key)
    if isinstance(kind, Struct) and isinstance(given, Mapping):
        return {member.name: filled(member.type, given.get(member.name)) for member in kind.members}
    if isinstance(kind, ListOf) and given is not None:
        return [filled(kind.item.type, each) for each in given]
    return given


V1 = {
    "LastChanged": datetime(2026, 5, 4, 9, 8, 9, 120_000),  # noqa: DTZ001 - local time, as spyne reads it
    "ParentReceiptId": 0,
    "ReceiptHistory": "før\net",
    "ReceiptId": 700123,
    "ReceiptStatusCode": "ValidationFailed",
    "ReceiptText": "Lønn & <mer>",
    "ReceiptTypeName": "FormTask",
    "References": [{"ReferenceTypeName": "ArchiveReference", "ReferenceValue": "AR100017"}],
    "SubReceipts": [{"ReceiptId": 700124, "ReceiptText": "x", "References": [], "SubReceipts": []}],
}
V2 = {
    "LastChanged": datetime(2026, 5, 4, 9, 8, 9),  # noqa: DTZ001
    "ReceiptId": 700123,
    "ReceiptStatus": "OK",
    "ReceiptText": "æøå",
    "ReceiptType": "BrokerService",
    "References": [{"ReferenceType": "PartyReference", "ReferenceValue": "310000507"}] * 2,
    "SubReceipts": [{"ReceiptId": 1}, {"ReceiptId": 2, "ReceiptText": "", "SubReceipts": []}],
}
CHALLENGE = {"Message": "Engangskode er sendt til ditt mobilnummer.", "Status": "Ok"}

CASES = [
    ("/IntermediaryExternal/ReceiptExternalBasic.svc", "GetReceiptBasic", V1),
    ("/IntermediaryExternal/ReceiptExternalBasic.svc", "GetReceiptListBasic", [V1, {"ReceiptId": 4}]),
    ("/IntermediaryExternal/ReceiptExternalBasic.svc", "SaveReceiptBasic", V1),
    ("/IntermediaryExternal/ReceiptExternalBasic.svc", "GetReceiptBasicV2", V2),
    ("/IntermediaryExternal/ReceiptExternalBasic.svc", "GetReceiptListBasicV2", [V2, V2]),
    ("/IntermediaryExternal/ReceiptExternalBasic.svc", "UpdateReceiptBasic", V2),
    ("/AuthenticationExternal/SystemAuthentication.svc", "GetAuthenticationChallenge", CHALLENGE),
]


@pytest.mark.parametrize(("path", "name", "values"), CASES, ids=[name for _, name, _ in CASES])
def test_spyne_reads_what_we_wrote(path: str, name: str, values: Any) -> None:
    endpoint = ENDPOINTS[path.lower()]
    operation = next(each for each in endpoint.operations.values() if each.name == name)
    (result,) = operation.response.members
    root = etree.fromstring(write_response(endpoint, operation, values))
    found = XmlDocument().from_element(None, model(result.type), root[0])
    assert as_values(result.type, found) == shallow(result, values)


def shallow(result: Member, values: Any) -> Any:
    """What we wrote, with None for what is absent, cut off as deep as the models go."""
    return _cut(filled(result.type, values), DEEPEST)


def _cut(values: Any, depth: int) -> Any:
    if isinstance(values, list):
        return [_cut(each, depth - 1) for each in values] if depth else []
    if isinstance(values, dict):
        return {name: _cut(each, depth) for name, each in values.items()}
    return values


def test_the_times_of_a_challenge_are_the_same_moments() -> None:
    endpoint = ENDPOINTS["/authenticationexternal/systemauthentication.svc"]
    operation = next(each for each in endpoint.operations.values() if each.result)
    moment = datetime.fromisoformat("2026-02-03T09:15:30.250000+00:00")
    root = etree.fromstring(write_response(endpoint, operation, {**CHALLENGE, "ValidFrom": moment, "ValidTo": moment}))
    found = XmlDocument().from_element(None, model(operation.response.members[0].type), root[0])
    assert found.ValidFrom == found.ValidTo == moment
