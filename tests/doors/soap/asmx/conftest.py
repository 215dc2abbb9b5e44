"""The world of messages, on SQLite, with one form that has a schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import OPERATOR, Store, register_service_owner
from tests.core.messages.world import OWNER, Clock, world

FORM_SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="Skjema">
    <xs:complexType>
      <xs:sequence><xs:element name="Felt" type="xs:int"/></xs:sequence>
      <xs:attribute name="skjemanummer" type="xs:integer" fixed="212"/>
      <xs:attribute name="spesifikasjonsnummer" type="xs:integer" fixed="4348"/>
    </xs:complexType>
  </xs:element>
</xs:schema>"""


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def messages(sqlite_url: str, clock: Clock) -> Iterator[Store]:
    """The store."""
    opened = Store(sqlite_url, clock=clock)
    try:
        opened.import_facts("test", world(), lambda ledger: ledger.set_form_schema("asmx:212/4348", FORM_SCHEMA))
        register_service_owner(opened, OPERATOR, OWNER)
        yield opened
    finally:
        opened.close()
