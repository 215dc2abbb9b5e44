"""Decision requests in the profile's own spelling, decoded in one step: so nearly all callers write them.

Whatever is written otherwise, or not as it should be, is left to the patient reading in `xacml`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

_XML_SCHEMA = "http://www.w3.org/2001/XMLSchema#"

DataType = Literal[
    "",
    "string",
    "anyURI",
    "integer",
    "http://www.w3.org/2001/XMLSchema#string",
    "http://www.w3.org/2001/XMLSchema#anyURI",
    "http://www.w3.org/2001/XMLSchema#integer",
]
"""What a value may be said to be. Source: pdp-and-tokens §9.2."""


class _Spelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Has no members but these: one in another spelling must not be overlooked."""


class Attribute(_Spelled, frozen=True):
    """One attribute. ``include``: the answer is to repeat it."""

    id: str = msgspec.field(name="AttributeId")
    value: str = msgspec.field(name="Value")
    data_type: DataType | None = msgspec.field(name="DataType", default=None)
    issuer: str | None = msgspec.field(name="Issuer", default=None)
    include: bool | None = msgspec.field(name="IncludeInResult", default=None)

    @property
    def full_data_type(self) -> str:
        """The data type's whole name; a text where nothing is said."""
        return f"{_XML_SCHEMA}{(self.data_type or 'string').removeprefix(_XML_SCHEMA)}"


class Spelled(_Spelled, frozen=True):
    """Attributes of one category."""

    id: str | None = msgspec.field(name="Id", default=None)
    category: str | None = msgspec.field(name="CategoryId", default=None)
    content: Any = msgspec.field(name="Content", default=None)
    attributes: tuple[Attribute, ...] | None = msgspec.field(name="Attribute", default=None)


class Reference(_Spelled, frozen=True):
    """The categories that one question is made of."""

    names: tuple[str, ...] | None = msgspec.field(name="ReferenceId", default=None)


class MultiRequests(_Spelled, frozen=True):
    """Many questions in one request."""

    references: tuple[Reference, ...] | None = msgspec.field(name="RequestReference", default=None)


class Request(_Spelled, frozen=True):
    """What is asked."""

    subjects: tuple[Spelled, ...] | None = msgspec.field(name="AccessSubject", default=None)
    actions: tuple[Spelled, ...] | None = msgspec.field(name="Action", default=None)
    resources: tuple[Spelled, ...] | None = msgspec.field(name="Resource", default=None)
    categories: tuple[Spelled, ...] | None = msgspec.field(name="Category", default=None)
    multi: MultiRequests | None = msgspec.field(name="MultiRequests", default=None)


class _Root(_Spelled, frozen=True):
    request: Request = msgspec.field(name="Request")


_DECODER = msgspec.json.Decoder(_Root)


def as_spelled(body: bytes) -> Request | None:
    """The request, where it is spelled as the profile does; None where it must be read patiently."""
    try:
        return _DECODER.decode(body).request
    except msgspec.DecodeError:
        return None
