"""When a message was made: the Timestamp, the two five-minute limits, and until when a repeat must be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from soap.security.names import CREATED, EXPIRES, TIMESTAMP
from soap.security.reading import at_most_one, just_one, moment_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid

SKEW: Final = timedelta(minutes=5)
"""How far a sender's clock may be from ours (soap-svc §14 no 16: the platform's default)."""

WINDOW: Final = timedelta(minutes=5)
"""How long after its making a message may arrive, whatever later expiry it gives itself; its default too."""


@dataclass(frozen=True, slots=True, eq=False)
class Timestamp:
    """A Timestamp that is good now. ``dead_after``: from then on the message is refused by its age alone."""

    element: etree._Element
    dead_after: datetime


def read_timestamp(security: etree._Element, now: datetime) -> Timestamp | None:
    """The header's Timestamp, None where it has none. Raises SecurityRefused where it is not good ``now``."""
    element = at_most_one(security, TIMESTAMP)
    if element is None:
        return None
    created = moment_of(just_one(element, CREATED))
    expires = at_most_one(element, EXPIRES)
    last = created + WINDOW if expires is None else moment_of(expires)
    if last <= created:
        raise invalid("The timestamp expires before it is created.")
    return Timestamp(element, check_fresh(created, min(last, created + WINDOW), now))


def check_fresh(created: datetime, expires: datetime, now: datetime) -> datetime:
    """The moment from which the message is too old. Raises SecurityRefused where it is too old, or too new, now."""
    if created > now + SKEW:
        raise SecurityRefused(
            FaultCode.EXPIRED, "The message is from the future: its clock is more than five minutes ahead of ours."
        )
    dead_after = expires + SKEW
    if dead_after <= now:
        raise SecurityRefused(FaultCode.EXPIRED, "The message has expired: make a new one, and see to the clock.")
    return dead_after
