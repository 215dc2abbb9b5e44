"""One call of a `.svc` operation, as its handler sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import Store
from soap.contract import Binding, Endpoint, Operation
from soap.security import Security
from soap.visit import Visit


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call and lies in the store already, claimed by nothing yet."""

    content: str
    size: int


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send as the result, streamed from the store."""

    content: str
    size: int


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler may need beside the request's own values.

    ``security`` is what the message's header proved; ``upload`` the file of a streamed operation;
    ``visit`` is what is noted of the call while it is answered.
    """

    store: Store
    endpoint: Endpoint
    operation: Operation
    security: Security
    upload: Upload | None = None
    visit: Visit = field(default_factory=Visit)

    @property
    def binding(self) -> Binding:
        """The binding the call came by."""
        return self.endpoint.binding

    @property
    def source(self) -> str:
        """The caller's address, for the operator's log."""
        return self.visit.address


Handler = Callable[[Call, Mapping[str, Any]], Any]
"""Takes the request's values, credentials among them; returns what stands in the result element, or None."""
