"""What a message's header proves: who signed it, over what, just now and only once; and what it merely says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

from soap.contract import Binding
from soap.security.certificates import SigningCertificate, Trust
from soap.security.header import Header, read_header
from soap.security.memory import Memory, key_of, use_once
from soap.security.reading import text_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid
from soap.security.sessions import Session, Sessions, bad_context
from soap.security.signatures import Verified, verify
from soap.security.times import Timestamp, read_timestamp
from soap.security.tokens import SIGNED, Signer, Tokens
from soap.security.usernames import UserName, read_user_name


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """What proofs are checked with. ``hosts``, in lower case, are ours: a signed To must name one, if any is given."""

    trust: Trust
    sessions: Sessions
    memory: Memory
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a message came: its endpoint's binding and path, and the header blocks the endpoint reads."""

    binding: Binding
    path: str
    now: datetime
    understood: Collection[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Proven:
    """What the header proved. ``signer`` signed this very message; a session was opened by its certificate before."""

    header: Header
    user: UserName | None = None
    signer: SigningCertificate | None = None
    session: Session | None = None


def prove(envelope: etree._Element, arrival: Arrival, means: Means) -> Proven:
    """Check the envelope's header. Raises SecurityRefused."""
    header = read_header(envelope, arrival.understood)
    if header.security is None:
        if arrival.binding is not Binding.BASIC:
            raise invalid("The message has no Security block.")
        return Proven(header)
    timestamp = read_timestamp(header.security, arrival.now)
    tokens = Tokens(header.security, arrival.binding, arrival.now)
    if arrival.binding in SIGNED:
        return _signed(header, tokens, timestamp, arrival, means)
    user = read_user_name(header.security, arrival.now, means.memory)
    if user is None and arrival.binding is Binding.WS:
        raise invalid("The Security block has no UsernameToken.")
    return Proven(header, user)


def _signed(header: Header, tokens: Tokens, timestamp: Timestamp | None, arrival: Arrival, means: Means) -> Proven:
    if timestamp is None:
        raise invalid("The Security block has no Timestamp.")
    signed = [_check(signature, header, tokens, means) for signature in tokens.signatures()]
    if not signed:
        raise invalid("The message is not signed.")
    for signer, verified in signed:
        _check_over(signer, verified, timestamp, header)
    certificates = [signer.certificate for signer, _ in signed if signer.certificate is not None]
    sessions = [signer.session for signer, _ in signed if signer.session is not None]
    if len(certificates) > 1 or len(sessions) > 1:
        raise invalid("Two signatures are of the same kind.")
    proven = Proven(header, None, next(iter(certificates), None), next(iter(sessions), None))
    _check_agreement(proven, arrival, means)
    for signer, verified in signed:
        use_once(means.memory, _once(signer, verified, header), timestamp.dead_after)
    user = None if header.security is None else read_user_name(header.security, arrival.now, means.memory)
    return Proven(header, user, proven.signer, proven.session)


def _check(signature: etree._Element, header: Header, tokens: Tokens, means: Means) -> tuple[Signer, Verified]:
    signer = tokens.signer(signature, means.trust, means.sessions)
    return signer, verify(signature, signer.key, header)


def _check_over(signer: Signer, verified: Verified, timestamp: Timestamp, header: Header) -> None:
    """Each signature is over the Timestamp; a certificate's over To as well, or it could be passed on to us."""
    if not any(element is timestamp.element for element in verified.over):
        raise invalid("The signature is not over the message's Timestamp.")
    if signer.certificate is None:
        return
    to = header.addressing("To")
    if to is None or not any(element is to for element in verified.over):
        raise invalid("The certificate's signature is not over the message's To.")


def _check_agreement(proven: Proven, arrival: Arrival, means: Means) -> None:
    to = proven.header.addressing("To")
    if proven.signer is not None and to is not None:
        _check_address(text_of(to), arrival.path, means.hosts)
    if proven.session is None:
        return
    if proven.signer is not None and proven.signer.certificate != proven.session.certificate:
        raise invalid("The session and the signature are of different certificates.")
    if arrival.binding is Binding.EC and means.memory.knows(ended(proven.session)):
        raise bad_context("The session has been cancelled: open a new one.")


def _check_address(address: str, path: str, hosts: frozenset[str]) -> None:
    """A signed To names this endpoint. In front of us a path may be longer: only its end must be the same."""
    try:
        found = urlsplit(address)
        host = (found.hostname or "").lower()
    except ValueError:
        raise invalid("To is not an address.") from None
    is_here = found.path.rstrip("/").lower().endswith("/" + path.strip("/").lower())
    if not is_here or (hosts and host not in hosts):
        raise SecurityRefused(FaultCode.FAILED_CHECK, "The message was signed for another address than this.")


def _once(signer: Signer, verified: Verified, header: Header) -> str:
    """What must not come again.

    Clients derive one key for a whole session, so the messages that one signs in the same tick of the clock are
    alike in all that is signed: their ids tell them apart. A certificate's signature, with which a session is
    opened, counts once whatever stands beside it.
    """
    if signer.session is None:
        return key_of("signature", verified.value)
    return key_of("message", verified.value, header.addressing_text("MessageID"))


def ended(session: Session) -> str:
    """What is remembered of a session that was cancelled."""
    return key_of("ended", session.identifier)
