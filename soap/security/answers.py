"""The header of an answer: what it is, what it answers, and when it was made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape

from soap.security.names import WSSE, WSU
from soap.security.times import WINDOW

FAULT_ACTION: Final = "http://www.w3.org/2005/08/addressing/soap/fault"
"""The action of faults that the standards define."""

_SECURITY = (
    '<o:Security s:mustUnderstand="1" xmlns:o="{wsse}"><u:Timestamp u:Id="_0" xmlns:u="{wsu}">'
    "<u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp></o:Security>"
)


def answer_header(action: str, message_id: str, now: datetime) -> str:
    """The header blocks of an answer, fault or not, in the WS, EC and EC2 bindings; the envelope declares ``s``, ``a``.

    Nothing is signed in an answer: the policies' endorsing tokens are the sender's only, and what they ask of us is
    the Timestamp. WCF takes an answer without one, even a fault, for unsecured, and hides what it says.
    """
    relates = f"<a:RelatesTo>{escape(message_id)}</a:RelatesTo>" if message_id else ""
    security = _SECURITY.format(wsse=WSSE, wsu=WSU, created=moment_text(now), expires=moment_text(now + WINDOW))
    return f'<a:Action s:mustUnderstand="1">{escape(action)}</a:Action>{relates}{security}'


def moment_text(moment: datetime) -> str:
    """The moment in UTC with milliseconds, as WCF writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
