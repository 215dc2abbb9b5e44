"""The smaller services of the first platform, by path."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from soap.agency_exchange import AGENCY_DATA_EXCHANGE
from soap.message_exchange import MESSAGE_RECEIPT_EXCHANGE
from soap.typed import TypedService

TYPED_SERVICES: Mapping[str, TypedService] = MappingProxyType(
    {each.path.lower(): each for each in (AGENCY_DATA_EXCHANGE, MESSAGE_RECEIPT_EXCHANGE)}
)
"""By path in lower case: paths are matched whole and without regard to case."""
