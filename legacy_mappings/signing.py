"""Signatures on what the move writes: Ed25519, detached, checked offline. The one home of cryptography in this room."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from core import ErrorCode, InvalidInput, NotAllowed
from legacy_mappings.strict_json import read_once

ALGORITHM = "Ed25519"
REPORT = "brobygger-parity-report"
"""What a signature is for: one that was made for a report is no approval, and the other way."""

APPROVAL = "brobygger-approval-of-gained"


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached signature. ``digest`` is that of the text signed, ``key`` the fingerprint of the public key."""

    signs: str
    digest: str
    key: str
    value: bytes


def new_key() -> str:
    """A new private key, as PEM. Whoever has it can sign: it is to be kept by one person, or by one machine."""
    private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode("ascii")


def public_key_of(private_key: str) -> str:
    """The public half, as PEM. Raises InvalidInput (`INVALID_KEY`)."""
    return _pem(_private(private_key).public_key())


def fingerprint(public_key: str) -> str:
    """A public key in one word that can be read out: SHA256 of it. Raises InvalidInput (`INVALID_KEY`)."""
    return _fingerprint(_public(public_key))


def sign(text: str, private_key: str, signs: str) -> Signature:
    """Sign the text, for one purpose. Raises InvalidInput (`INVALID_KEY`)."""
    private = _private(private_key)
    value = private.sign(_message(text, signs))
    return Signature(signs, _digest(text), _fingerprint(private.public_key()), value)


def check(text: str, signature: Signature, public_key: str, signs: str) -> None:
    """Raise NotAllowed (`SIGNATURE_WRONG`) unless the key signed exactly this text, for this purpose."""
    public = _public(public_key)
    if signature.signs != signs:
        raise NotAllowed(ErrorCode.SIGNATURE_WRONG, f"the signature is for {signature.signs}, not for {signs}")
    if signature.key != _fingerprint(public):
        raise NotAllowed(ErrorCode.SIGNATURE_WRONG, f"it was signed with another key: {signature.key}")
    if signature.digest != _digest(text):
        raise NotAllowed(ErrorCode.SIGNATURE_WRONG, "the text is not the one that was signed")
    try:
        public.verify(signature.value, _message(text, signs))
    except InvalidSignature as error:
        raise NotAllowed(ErrorCode.SIGNATURE_WRONG, "the signature is not one of this key") from error


def sign_report(text: str, private_key: str) -> str:
    """A detached signature of a report, as JSON. Raises InvalidInput (`INVALID_KEY`)."""
    return signature_text(sign(text, private_key, REPORT))


def verify_report(text: str, signature: str, public_key: str) -> Signature:
    """The signature, if it is one of this key on this very report.

    Raises NotAllowed (`SIGNATURE_WRONG`) where text or signature were altered or another key signed, InvalidInput
    where key (`INVALID_KEY`) or signature (`INVALID_REPORT`) cannot be read. Needs no store and no network.
    """
    read = read_signature(signature)
    check(text, read, public_key, REPORT)
    return read


def signature_text(signature: Signature) -> str:
    """A signature as a file holds it."""
    plain = {
        "algorithm": ALGORITHM,
        "signs": signature.signs,
        "digest": signature.digest,
        "key": signature.key,
        "signature": base64.b64encode(signature.value).decode("ascii"),
    }
    return json.dumps(plain, indent=1) + "\n"


def read_signature(text: str) -> Signature:
    """The signature in a file. Raises InvalidInput (`INVALID_REPORT`)."""
    try:
        plain: dict[str, Any] = read_once(text)
        if plain["algorithm"] == ALGORITHM:
            value = base64.b64decode(plain["signature"], validate=True)
            return Signature(str(plain["signs"]), str(plain["digest"]), str(plain["key"]), value)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(ErrorCode.INVALID_REPORT, "this is not a signature") from error
    raise InvalidInput(ErrorCode.INVALID_REPORT, f"signatures are {ALGORITHM}, nothing else")


def _message(text: str, signs: str) -> bytes:
    return f"{signs}\n{text}".encode()


def _digest(text: str) -> str:
    return "sha256:" + sha256(text.encode()).hexdigest()


def _fingerprint(public: Ed25519PublicKey) -> str:
    return "SHA256:" + sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _pem(public: Ed25519PublicKey) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _private(pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise InvalidInput(ErrorCode.INVALID_KEY, "the private key cannot be read: PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput(ErrorCode.INVALID_KEY, f"the key must be an {ALGORITHM} key")
    return key


def _public(pem: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidInput(ErrorCode.INVALID_KEY, "the public key cannot be read: it must be PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInput(ErrorCode.INVALID_KEY, f"the key must be an {ALGORITHM} key")
    return key
