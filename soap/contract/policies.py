"""What the bindings ask of a client, in WS-Policy: user name or certificate over transport, timestamps, MTOM."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from soap.contract.model import Binding

SP = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
WSAW = "http://www.w3.org/2006/05/addressing/wsdl"
WSP = "http://schemas.xmlsoap.org/ws/2004/09/policy"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

_ADDRESSING = "http://www.w3.org/2005/08/addressing"
_ALWAYS = f'sp:IncludeToken="{SP}/IncludeToken/AlwaysToRecipient"'
_HEADERS = ("To", "From", "FaultTo", "ReplyTo", "MessageID", "RelatesTo", "Action")

# A policy is a tree: an element is its start tag's inside, and what it holds below a policy of its own.
Tree = tuple[str, tuple["Tree", ...]]


def _holding(tag: str, *inside: Tree) -> Tree:
    return (tag, (("wsp:Policy", inside),))


def _alone(tag: str) -> Tree:
    return (tag, ())


# Transport security ended in front of the platform, so its policies ask for plain HTTP.
_TRANSPORT = _holding(
    "sp:TransportBinding",
    _holding("sp:TransportToken", _alone("sp:HttpToken")),
    _holding("sp:AlgorithmSuite", _alone("sp:Basic256")),
    _holding("sp:Layout", _alone("sp:Strict")),
    _alone("sp:IncludeTimestamp"),
)
_TRUST = _holding(
    "sp:Trust10",
    _alone("sp:MustSupportIssuedTokens"),
    _alone("sp:RequireClientEntropy"),
    _alone("sp:RequireServerEntropy"),
)
_WSS = _holding("sp:Wss11")
_USERNAME = _holding(
    "sp:SignedSupportingTokens", _holding(f"sp:UsernameToken {_ALWAYS}", _alone("sp:WssUsernameToken10"))
)
_SIGNED_HEADERS = tuple(_alone(f'sp:Header Name="{name}" Namespace="{_ADDRESSING}"') for name in _HEADERS)
_CERTIFICATE = _holding(
    "sp:EndorsingSupportingTokens",
    _holding(f"sp:X509Token {_ALWAYS}", _alone("sp:RequireThumbprintReference"), _alone("sp:WssX509V3Token10")),
    ("sp:SignedParts", _SIGNED_HEADERS[:1]),
)
_BOOTSTRAP = _holding(
    "sp:BootstrapPolicy",
    ("sp:SignedParts", (_alone("sp:Body"), *_SIGNED_HEADERS)),
    ("sp:EncryptedParts", (_alone("sp:Body"),)),
    _TRANSPORT,
    _CERTIFICATE,
    _holding("sp:Wss11", _alone("sp:MustSupportRefThumbprint")),
    _TRUST,
)


def _conversation(token: str) -> Tree:
    return _holding(
        "sp:EndorsingSupportingTokens",
        _holding(f"sp:SecureConversationToken {_ALWAYS}", _alone(token), _BOOTSTRAP),
    )


_NO_CANCEL = 'mssp:MustNotSendCancel xmlns:mssp="http://schemas.microsoft.com/ws/2005/07/securitypolicy"'
_MTOM = _alone(
    "wsoma:OptimizedMimeSerialization "
    'xmlns:wsoma="http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization"'
)
_USING_ADDRESSING = _alone("wsaw:UsingAddressing")
_ASKED: MappingProxyType[Binding, tuple[Tree, ...]] = MappingProxyType(
    {
        Binding.BASIC: (),
        Binding.WS: (_TRANSPORT, _USERNAME, _WSS, _TRUST, _USING_ADDRESSING),
        Binding.EC: (_TRANSPORT, _conversation("sp:RequireDerivedKeys"), _WSS, _TRUST, _USING_ADDRESSING),
        Binding.EC2: (_TRANSPORT, _conversation(_NO_CANCEL), _WSS, _TRUST, _USING_ADDRESSING),
        Binding.ASMX: (),
    }
)


def policy(name: str, binding: Binding, *, streamed: bool) -> Iterator[str]:
    """The lines of the policy ``name``; none where the binding asks for nothing."""
    asked = (*((_MTOM,) if streamed else ()), *_ASKED[binding])
    if asked:
        yield from _lines((f'wsp:Policy wsu:Id="{name}"', (("wsp:ExactlyOne", (("wsp:All", asked),)),)))


def _lines(tree: Tree) -> Iterator[str]:
    tag, inside = tree
    if not inside:
        yield f"<{tag}/>"
        return
    yield f"<{tag}>"
    yield from (f"  {line}" for child in inside for line in _lines(child))
    yield f"</{tag.partition(' ')[0]}>"
