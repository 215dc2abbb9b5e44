"""The token exchange of secure conversation (February 2005): opening, renewing and cancelling a session."""

from __future__ import annotations

import base64
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from soap.contract import Binding
from soap.security import names
from soap.security.answers import moment_text
from soap.security.keys import p_sha1
from soap.security.proofs import Arrival, Means, Proven, ended
from soap.security.reading import MOST_TEXT, at_most_one, bytes_of, just_one, moment_of, number_of, text_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid
from soap.security.sessions import Session, bad_context, opened_session

_WST: Final = f"{{{names.WST}}}"
_ISSUE, _RENEW, _CANCEL = (f"{names.WST}/{word}" for word in ("Issue", "Renew", "Cancel"))
_KEY_BITS: Final = frozenset({128, 192, 256})
_DEFAULT_BITS: Final = 256
_ENTROPY: Final = (16, 128)
_OUR_ENTROPY: Final = 32


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A ready answer to a token request: its action, the message it relates to, and what stands in the body."""

    action: str
    message_id: str
    body: str


@dataclass(frozen=True, slots=True)
class _KeyWish:
    """What a request says of the key: the client's share of it, its size, and how long the session shall last."""

    entropy: bytes
    bits: int
    lifetime: timedelta | None


def answer_token_request(request: etree._Element, proven: Proven, arrival: Arrival, means: Means) -> TokenAnswer:
    """Answer a RequestSecurityToken. Raises SecurityRefused."""
    kind = text_of(just_one(request, f"{_WST}RequestType"))
    message_id = proven.header.addressing_text("MessageID")
    if kind == _CANCEL:
        return TokenAnswer(f"{names.WST}/RSTR/SCT/Cancel", message_id, _cancel(request, proven, arrival, means))
    if kind == _RENEW:
        session = _renewed(request, proven, arrival.now)
        return TokenAnswer(f"{names.WST}/RSTR/SCT/Renew", message_id, _told(request, *session, arrival, means))
    if kind == _ISSUE:
        session = _opened(_key_wish(request, arrival.now), proven, arrival.now)
        return TokenAnswer(f"{names.WST}/RSTR/SCT", message_id, _told(request, *session, arrival, means))
    raise _bad_request("The request type is not Issue, Renew or Cancel of WS-Trust of February 2005.")


def _opened(wish: _KeyWish, proven: Proven, now: datetime) -> tuple[Session, bytes, int]:
    """A session of the certificate that signed this very request, with our share of the key and the key's size."""
    if proven.signer is None:
        raise invalid("A request for a session must be signed with the certificate.")
    ours = secrets.token_bytes(_OUR_ENTROPY)
    key = p_sha1(wish.entropy, ours, wish.bits // 8)
    return opened_session(proven.signer, key, wish.lifetime, now), ours, wish.bits


def _renewed(request: etree._Element, proven: Proven, now: datetime) -> tuple[Session, bytes, int]:
    """The same session with a new key: signed by both the certificate and the session, as old clients do."""
    old = _target(request, "RenewTarget", proven)
    fresh, ours, bits = _opened(_key_wish(request, now), proven, now)
    return replace(fresh, identifier=old.identifier, instance=f"urn:uuid:{uuid.uuid4()}"), ours, bits


def _cancel(request: etree._Element, proven: Proven, arrival: Arrival, means: Means) -> str:
    if arrival.binding is not Binding.EC:
        raise _bad_request("Cancel is not served here: the policy of this endpoint says that it is not sent.")
    session = _target(request, "CancelTarget", proven)
    means.memory.use(ended(session), session.expires)
    return _CANCELLED.format(wst=names.WST)


def _target(request: etree._Element, name: str, proven: Proven) -> Session:
    """The session that the request is about, which must be the one it is signed with."""
    reference = just_one(just_one(request, f"{_WST}{name}"), names.TOKEN_REFERENCE)
    if proven.session is None:
        raise bad_context("The request is not signed with the session that it is about.")
    uri = just_one(reference, names.REFERENCE).get("URI", "")
    if uri != proven.session.identifier and not _is_attached(uri, proven):
        raise bad_context("The request is signed with another session than it is about.")
    return proven.session


def _is_attached(uri: str, proven: Proven) -> bool:
    """Whether the reference is to the one context token in the header, by its id."""
    security = proven.header.security
    token = None if security is None else at_most_one(security, names.CONTEXT_TOKEN)
    return token is not None and uri == f"#{token.get(names.ID)}"


def _key_wish(request: etree._Element, now: datetime) -> _KeyWish:
    _check_fixed(request, "TokenType", names.CONTEXT_TYPE)
    _check_fixed(request, "KeyType", names.SYMMETRIC_KEY)
    _check_fixed(request, "ComputedKeyAlgorithm", names.COMPUTED_KEY)
    size = at_most_one(request, f"{_WST}KeySize")
    bits = _DEFAULT_BITS if size is None else number_of(size, 1, 4096)
    if bits not in _KEY_BITS:
        raise _bad_request("A session's key has 128, 192 or 256 bits.")
    entropy = at_most_one(request, f"{_WST}Entropy")
    if entropy is None:
        raise _bad_request("The request has no Entropy: the policy demands the client's share of the key.")
    secret = just_one(entropy, f"{_WST}BinarySecret")
    if secret.get("Type", names.NONCE_SECRET) != names.NONCE_SECRET:
        raise _bad_request("The client's share of the key must be a nonce.")
    return _KeyWish(bytes_of(secret, *_ENTROPY), bits, _lifetime(request, now))


def _check_fixed(request: etree._Element, name: str, only: str) -> None:
    found = at_most_one(request, f"{_WST}{name}")
    if found is not None and text_of(found) != only:
        raise _bad_request(f"The only {name} served is {only}.")


def _lifetime(request: etree._Element, now: datetime) -> timedelta | None:
    lifetime = at_most_one(request, f"{_WST}Lifetime")
    expires = None if lifetime is None else at_most_one(lifetime, names.EXPIRES)
    if expires is None:
        return None
    asked = moment_of(expires) - now
    if asked <= timedelta(0):
        raise _bad_request("The lifetime asked for is over.")
    return asked


_CANCELLED = (
    '<t:RequestSecurityTokenResponse xmlns:t="{wst}"><t:RequestedTokenCancelled/></t:RequestSecurityTokenResponse>'
)
_RESPONSE = (
    '<t:RequestSecurityTokenResponse xmlns:t="{wst}" xmlns:o="{wsse}" xmlns:u="{wsu}"{context}>'
    "<t:TokenType>{sct}</t:TokenType>"
    '<t:RequestedSecurityToken><c:SecurityContextToken xmlns:c="{wsc}" u:Id="{token}">'
    "<c:Identifier>{identifier}</c:Identifier>{instance}"
    '<k:Cookie xmlns:k="{cookie_ns}">{cookie}</k:Cookie></c:SecurityContextToken></t:RequestedSecurityToken>'
    "<t:RequestedAttachedReference><o:SecurityTokenReference>"
    '<o:Reference ValueType="{sct}" URI="#{token}"/>'
    "</o:SecurityTokenReference></t:RequestedAttachedReference>"
    "<t:RequestedUnattachedReference><o:SecurityTokenReference>"
    '<o:Reference URI="{identifier}" ValueType="{sct}"/>'
    "</o:SecurityTokenReference></t:RequestedUnattachedReference>"
    "<t:RequestedProofToken><t:ComputedKey>{computed}</t:ComputedKey></t:RequestedProofToken>"
    '<t:Entropy><t:BinarySecret u:Id="{token}-entropy" Type="{nonce}">{entropy}</t:BinarySecret></t:Entropy>'
    "<t:Lifetime><u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></t:Lifetime>"
    "<t:KeySize>{bits}</t:KeySize></t:RequestSecurityTokenResponse>"
)


def _told(request: etree._Element, session: Session, ours: bytes, bits: int, arrival: Arrival, means: Means) -> str:
    """The response that carries the session to the client. Its key is in the sealed cookie only."""
    context = request.get("Context", "")[:MOST_TEXT]
    return _RESPONSE.format(
        wst=names.WST,
        wsse=names.WSSE,
        wsu=names.WSU,
        wsc=names.WSC,
        sct=names.CONTEXT_TYPE,
        cookie_ns=names.COOKIE_NS,
        computed=names.COMPUTED_KEY,
        nonce=names.NONCE_SECRET,
        context=f" Context={quoteattr(context)}" if context else "",
        token=f"uuid-{uuid.uuid4()}-1",
        identifier=escape(session.identifier),
        instance=f"<c:Instance>{session.instance}</c:Instance>" if session.instance else "",
        cookie=means.sessions.cookie(session, arrival.binding),
        entropy=base64.b64encode(ours).decode(),
        created=moment_text(session.created),
        expires=moment_text(session.expires),
        bits=bits,
    )


def _bad_request(text: str) -> SecurityRefused:
    return SecurityRefused(FaultCode.INVALID_REQUEST, text)
