"""World documents that are wrong: told so, and nothing of them is kept."""

from __future__ import annotations

from typing import Any

import pytest

from core import OPERATOR, ErrorCode, InvalidInput, Store, export_world, import_world

FORMAT = "brobygger-world/1"
PARTY = {"id": "p1", "kind": "organisation", "number": "310000000", "name": "Oppdiktet 1", "altinn_id": 50001}
SERVICE = "svc:9070/260101"
SERVICES = {
    "service": [
        {
            "id": SERVICE,
            "kind": "legacy",
            "title": "Oppdiktet",
            "owner": "Oppdiktet etat",
            "minimum_level": 0,
            "resource_type": "",
            "delegable": True,
            "access_list": False,
            "source": "made for the tests",
            "dated": "2026-11-22",
            "confidence": "ours",
        }
    ]
}
FORM_ROW = {
    "service": SERVICE,
    "format_id": "212",
    "format_version": 4348,
    "position": 0,
    "name": "Hovedskjema",
    "mandatory": True,
}
SCHEMA = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'


@pytest.mark.parametrize(
    "document",
    [
        [],
        "a world",
        {},
        {"format": "another/1"},
        {"format": FORMAT, "facts": []},
        {"format": FORMAT, "facts": {"party": {}}},
        {"format": FORMAT, "facts": {"party": ["310000000"]}},
        {"format": FORMAT, "facts": {"parties": []}},
        {"format": FORMAT, "form_schemas": [SCHEMA]},
        {"format": FORMAT, "form_schemas": {"asmx:1/1": 7}},
        {"format": FORMAT, "form_schemas": {"asmx:1/1": "<not-a-schema/>"}},
        {"format": FORMAT, "issuer_clients": [{}]},
        {"format": FORMAT, "issuer_clients": ["client"]},
        {"format": FORMAT, "service_forms": {}},
        {"format": FORMAT, "service_forms": ["svc:1/1"]},
        {"format": FORMAT, "service_forms": [{}]},
        {"format": FORMAT, "service_forms": [{**FORM_ROW, "format_version": "1"}]},
        {"format": FORMAT, "service_forms": [{**FORM_ROW, "colour": "red"}]},
        {"format": FORMAT, "service_forms": [FORM_ROW]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [{**FORM_ROW, "service": "asmx:212/4348"}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [{**FORM_ROW, "format_id": "RF-1"}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [{**FORM_ROW, "format_version": 2**31}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [{**FORM_ROW, "format_version": -1}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [{**FORM_ROW, "position": -1}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [{**FORM_ROW, "name": " "}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [FORM_ROW, {**FORM_ROW, "position": 1}]},
        {"format": FORMAT, "facts": SERVICES, "service_forms": [FORM_ROW, {**FORM_ROW, "format_id": "8"}]},
        {"format": FORMAT, "attachment_rules": [{"service": SERVICE, "most_bytes": 1}]},
        {"format": FORMAT, "facts": SERVICES, "attachment_rules": {SERVICE: 1}},
        {"format": FORMAT, "facts": SERVICES, "attachment_rules": [{"service": SERVICE}]},
        {"format": FORMAT, "facts": SERVICES, "attachment_rules": [{"service": SERVICE, "most_bytes": 0}]},
        {"format": FORMAT, "facts": SERVICES, "attachment_rules": [{"service": SERVICE, "most_bytes": 2**31}]},
        {"format": FORMAT, "facts": SERVICES, "attachment_rules": [{"service": SERVICE, "most_bytes": 1}] * 2},
    ],
    ids=repr,
)
def test_an_ill_made_document_is_refused_and_said_to_be(store: Store, document: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        import_world(store, OPERATOR, document)
    assert refused.value.code in (ErrorCode.INVALID_WORLD, ErrorCode.INVALID_XML)
    assert export_world(store)["facts"] == {}


def test_forms_and_rules_of_services_come_out_as_they_went_in(store: Store) -> None:
    document = {
        "format": FORMAT,
        "facts": SERVICES,
        "service_forms": [FORM_ROW, {**FORM_ROW, "format_id": "213", "position": 1, "mandatory": False}],
        "attachment_rules": [{"service": SERVICE, "most_bytes": 500_000}],
    }
    import_world(store, OPERATOR, document)
    exported = export_world(store)
    for name in ("service_forms", "attachment_rules"):
        assert exported[name] == document[name]
    import_world(store, OPERATOR, exported)
    assert export_world(store) == exported
    import_world(store, OPERATOR, {"format": FORMAT, "service_forms": [FORM_ROW]})
    assert export_world(store)["service_forms"] == [FORM_ROW], "they take the place of those before"
    assert store.read(lambda ledger: ledger.forms.attachment_rule(SERVICE)) == 500_000


def test_facts_and_what_belongs_to_them_are_kept_together_or_not_at_all(store: Store) -> None:
    import_world(store, OPERATOR, {"format": FORMAT, "facts": {"party": [PARTY]}})
    before = export_world(store)
    second = {**PARTY, "id": "p2", "number": "310000507", "altinn_id": 50002}

    def fails(_ledger: object) -> None:
        raise RuntimeError

    facts = [*store.facts()]
    with pytest.raises(RuntimeError):
        store.import_facts("test", [type(facts[0])(**{**_fields(facts[0]), **_only(second)})], fails)
    assert export_world(store) == before
    assert store.snapshot().party_numbered("310000507") is None


def _fields(fact: Any) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in type(fact).__slots__}


def _only(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "number", "altinn_id")}
