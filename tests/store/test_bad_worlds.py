"""World documents that are wrong: told so, and nothing of them is kept."""

from __future__ import annotations

from typing import Any

import pytest

from core import OPERATOR, ErrorCode, InvalidInput, Store, export_world, import_world

FORMAT = "brobygger-world/1"
PARTY = {"id": "p1", "kind": "organisation", "number": "310000000", "name": "Oppdiktet 1", "altinn_id": 50001}
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
    ],
    ids=repr,
)
def test_an_ill_made_document_is_refused_and_said_to_be(store: Store, document: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        import_world(store, OPERATOR, document)
    assert refused.value.code in (ErrorCode.INVALID_WORLD, ErrorCode.INVALID_XML)
    assert export_world(store)["facts"] == {}


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
