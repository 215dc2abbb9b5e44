"""Message security of the old channel: WS-Security headers, signatures, and secure conversation of February 2005."""

from soap.security.answers import FAULT_ACTION, answer_header
from soap.security.certificates import Certificate, Trust
from soap.security.exchange import TokenAnswer
from soap.security.gate import Gate, Security
from soap.security.header import message_id_of
from soap.security.memory import Memory
from soap.security.refusals import FaultCode, SecurityRefused, refusal_body
from soap.security.sessions import Sealer, Session

__all__ = [
    "FAULT_ACTION",
    "Certificate",
    "FaultCode",
    "Gate",
    "Memory",
    "Sealer",
    "Security",
    "SecurityRefused",
    "Session",
    "TokenAnswer",
    "Trust",
    "answer_header",
    "message_id_of",
    "refusal_body",
]
