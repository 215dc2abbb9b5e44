"""XML signatures, the little of them that the old policies use; everything else is refused.

One canonicalisation, three signature algorithms, two digests, references to marked parts of the same message and
nothing but. A general verifier follows whatever the message asks of it and is then fenced in; this one cannot do more.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from soap.security.header import Header
from soap.security.names import DS, EXCLUSIVE, ID
from soap.security.reading import bytes_of, just_one, name_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid

RSA_SHA1: Final = f"{DS}rsa-sha1"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
HMAC_SHA1: Final = f"{DS}hmac-sha1"
SHA1: Final = f"{DS}sha1"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"

_MOST_REFERENCES: Final = 12
"""Timestamp, body, seven blocks of addressing and a few tokens: what the policies name, and no more."""

_MOST_PREFIXES: Final = 40
_SAME_ID = etree.XPath("count(//@*[. = $id and translate(local-name(), 'DI', 'di') = 'id'])", smart_strings=False)


class Key(Protocol):
    """What a signature is checked with. The kind of key says which algorithms may be: never the message alone."""

    @property
    def algorithms(self) -> frozenset[str]:
        """The signature algorithms that this kind of key is used with, and no other."""

    def is_right(self, algorithm: str, signature: bytes, content: bytes) -> bool:
        """Whether the signature is this key's over the content, by one of its algorithms."""


_RSA: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    # The suite of the policies (Basic256) demands SHA-1: no unmodified client could come without it. To forge a
    # signature that was made over a Timestamp, a second preimage is needed; what is known of SHA-1 is collisions.
    RSA_SHA1: hashes.SHA1,
    # Clients on newer libraries can be set to this one.
    RSA_SHA256: hashes.SHA256,
}
_DIGESTS: Final = {SHA1: "sha1", SHA256: "sha256"}
"""With :data:`_RSA` and HMAC-SHA1 for sessions (Basic256's own) the whole list of what is allowed."""


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """The public key of a certificate."""

    key: RSAPublicKey
    algorithms: ClassVar[frozenset[str]] = frozenset(_RSA)

    def is_right(self, algorithm: str, signature: bytes, content: bytes) -> bool:
        """RSA with PKCS#1 v1.5 padding."""
        try:
            self.key.verify(signature, content, PKCS1v15(), _RSA[algorithm]())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SessionKey:
    """A session's secret, or a key derived from it."""

    secret: bytes = field(repr=False)
    algorithms: ClassVar[frozenset[str]] = frozenset({HMAC_SHA1})

    def is_right(self, algorithm: str, signature: bytes, content: bytes) -> bool:
        """HMAC over the whole output, in constant time."""
        return hmac.compare_digest(hmac.digest(self.secret, content, "sha1"), signature)


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """A signature that is right, and the elements that it is over."""

    value: bytes
    over: tuple[etree._Element, ...]


def verify(signature: etree._Element, key: Key, header: Header) -> Verified:
    """Check the signature with this key. Raises SecurityRefused.

    What is signed is checked before what it points at: only the key's holder can make us digest anything.
    """
    _check_parts(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    signed = just_one(signature, _ds("SignedInfo"))
    references = _references_in(signed)
    algorithm = _algorithm_in(signed, key)
    value = bytes_of(just_one(signature, _ds("SignatureValue")), 20, 1024)
    content = _canonical(signed, just_one(signed, _ds("CanonicalizationMethod")))
    if not key.is_right(algorithm, value, content):
        raise SecurityRefused(FaultCode.FAILED_CHECK, "The signature is not right.")
    return Verified(value, tuple(_checked(reference, header) for reference in references))


def _references_in(signed: etree._Element) -> list[etree._Element]:
    _check_parts(signed, "CanonicalizationMethod", "SignatureMethod", "Reference")
    references = list(signed.iterchildren(_ds("Reference")))
    if not references:
        raise invalid("The signature is over nothing.")
    if len(references) > _MOST_REFERENCES:
        raise invalid(f"The signature has more than {_MOST_REFERENCES} references.")
    return references


def _algorithm_in(signed: etree._Element, key: Key) -> str:
    method = just_one(signed, _ds("SignatureMethod"))
    if len(method):
        raise _unsupported("A signature is taken whole: the signature method has no parameters.")
    algorithm = method.get("Algorithm", "")
    if algorithm not in key.algorithms:
        raise _unsupported("This signature algorithm is not taken with this kind of key.")
    return algorithm


def _checked(reference: etree._Element, header: Header) -> etree._Element:
    """The element that the reference is to. Raises SecurityRefused where it is not as it was signed."""
    _check_parts(reference, "Transforms", "DigestMethod", "DigestValue")
    transforms = just_one(reference, _ds("Transforms"))
    _check_parts(transforms, "Transform")
    method = just_one(reference, _ds("DigestMethod"))
    digest = _DIGESTS.get(method.get("Algorithm", ""))
    if digest is None or len(method):
        raise _unsupported("Digests are SHA-1 or SHA-256.")
    target = _target(reference.get("URI", ""), header)
    content = _canonical(target, just_one(transforms, _ds("Transform")))
    expected = bytes_of(just_one(reference, _ds("DigestValue")), 20, 32)
    if not hmac.compare_digest(hashlib.new(digest, content, usedforsecurity=False).digest(), expected):
        raise SecurityRefused(FaultCode.FAILED_CHECK, f"{name_of(target)} is not as it was signed.")
    return target


def _target(uri: str, header: Header) -> etree._Element:
    """The one element with the id, and only where security looks for it: one moved elsewhere is not found."""
    identifier = uri.removeprefix("#")
    if not uri.startswith("#") or not identifier:
        raise invalid("A signature may only refer to marked parts of its own message.")
    found = [element for element in header.signable() if element.get(ID) == identifier]
    if not found:
        raise invalid("The signature refers to something that is not in its place in the header, nor the body.")
    if _SAME_ID(header.envelope, id=identifier) != 1:
        raise invalid("An id that is signed stands more than once in the message.")
    return found[0]


def _canonical(element: etree._Element, method: etree._Element) -> bytes:
    """Exclusive canonicalisation without comments, with the prefixes that ``method`` names."""
    if method.get("Algorithm") != EXCLUSIVE:
        raise _unsupported("Only exclusive canonicalisation is taken, and no other transform.")
    prefixes: list[str] = []
    for parameter in method.iterchildren("*"):
        if parameter.tag != f"{{{EXCLUSIVE}}}InclusiveNamespaces" or prefixes:
            raise _unsupported("The canonicalisation has a parameter that is not taken.")
        prefixes = parameter.get("PrefixList", "").split()
    if len(prefixes) > _MOST_PREFIXES:
        raise invalid("The canonicalisation names too many prefixes.")
    try:
        return etree.tostring(
            element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None
        )
    except etree.C14NError:
        raise invalid("A signed part has no canonical form: its namespaces must be absolute.") from None


def _check_parts(element: etree._Element, *names: str) -> None:
    taken = {_ds(name) for name in names}
    for child in element.iterchildren("*"):
        if child.tag not in taken:
            raise invalid(f"{name_of(element)} holds a {name_of(child)}, which is not taken.")


def _unsupported(text: str) -> SecurityRefused:
    return SecurityRefused(FaultCode.UNSUPPORTED_ALGORITHM, text)


def _ds(name: str) -> str:
    return f"{{{DS}}}{name}"
