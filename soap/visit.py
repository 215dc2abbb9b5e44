"""One call from its arrival to its answer: where it came from, who it is by, what it is for, and how it ended.

The one place where a caller that has logged on is noted, and is turned away in a brown-out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core import (
    AuthenticationFailed,
    BrownedOut,
    Caller,
    CallOutcome,
    OldCall,
    Store,
    claimed_caller,
    refuse_in_brown_out,
)
from soap.contract import Endpoint, Operation

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_ADDRESSES = 4096
# How many entries are kept read: reading one takes longer than everything else that is noted of a call.


@dataclass(slots=True)
class Visit:
    """What the census and the brown-outs need to know of one call. Filled in while it is answered."""

    address: str = ""
    agent: str = ""
    operation: str = ""
    use_case: str = ""
    caller: str = ""
    proven: bool = False
    outcome: CallOutcome = CallOutcome.ANSWERED
    brown_out: str = ""

    def asks_for(self, operation: Operation | None) -> None:
        """The operation that the body names, None for one that the address does not have."""
        if operation is not None:
            self.operation, self.use_case = operation.name, operation.use_case

    def claims(self, store: Store, enterprise_system: int | None) -> None:
        """The call says that it comes from this system, which nothing has proven."""
        self.caller = claimed_caller(store.seen(), enterprise_system)

    def log_on(self, store: Store, enterprise_system: int | None, authenticate: Callable[[], Caller]) -> Caller:
        """The caller that ``authenticate`` proves; ``enterprise_system`` is the number it claims, if any.

        Raises AuthenticationFailed, and BrownedOut where this caller is turned away now.
        """
        self.claims(store, enterprise_system)
        caller = self.proves(authenticate)
        self.caller, self.proven = caller.name, True
        try:
            refuse_in_brown_out(store, caller, (self.operation, self.use_case))
        except BrownedOut as error:
            self.outcome, self.brown_out = CallOutcome.BROWNED_OUT, error.brown_out
            raise
        return caller

    def proves(self, authenticate: Callable[[], Caller]) -> Caller:
        """What ``authenticate`` proves, of a person through the system as well. Raises AuthenticationFailed."""
        try:
            return authenticate()
        except AuthenticationFailed:
            self.is_not_let_in()
            raise

    def is_not_let_in(self) -> None:
        """What the message should have proven, it did not."""
        self.outcome = CallOutcome.NOT_LOGGED_ON

    def ends_in_fault(self) -> None:
        """The answer is a fault. Where that is because of the log-on or a brown-out, it stays said."""
        if self.outcome is CallOutcome.ANSWERED:
            self.outcome = CallOutcome.REFUSED

    def counted(self, endpoint: Endpoint) -> OldCall:
        """The call as the census counts it."""
        return OldCall(
            endpoint.service,
            endpoint.binding,
            self.operation,
            self.caller,
            self.proven,
            self.address,
            self.agent,
            self.outcome,
            self.brown_out,
        )


@dataclass(frozen=True, slots=True)
class AsmxCall:
    """A call of the first platform, as the function that answers it sees it."""

    store: Store
    visit: Visit

    def log_on(self, enterprise_system: int | None, authenticate: Callable[[], Caller]) -> Caller:
        """See `Visit.log_on`."""
        return self.visit.log_on(self.store, enterprise_system, authenticate)


def visit_of(environ: WSGIEnvironment, trusted_proxies: int) -> Visit:
    """The visit that a request begins."""
    return Visit(address_of(environ, trusted_proxies), environ.get("HTTP_USER_AGENT", ""))


def address_of(environ: WSGIEnvironment, trusted_proxies: int) -> str:
    """Where a request came from: the peer, or what the outermost of so many proxies of ours says it was for it.

    Each proxy adds its peer at the right end of X-Forwarded-For; what stands further left may be anybody's claim.
    """
    peer = environ.get("REMOTE_ADDR") or ""
    if not trusted_proxies:
        return peer
    hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return _address_in(hops[-trusted_proxies] if len(hops) >= trusted_proxies else "") or peer


@lru_cache(maxsize=_ADDRESSES)
def _address_in(hop: str) -> str:
    """The address in an entry, which some proxies write with the port; empty where it is none."""
    bare = hop[1:].partition("]")[0] if hop.startswith("[") else hop
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
