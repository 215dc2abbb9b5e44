"""The UsernameToken: name and password in plain text; a nonce counts once. Whether they are right, the core says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from soap.security import names
from soap.security.memory import Memory, key_of, use_once
from soap.security.reading import at_most_one, bytes_of, just_one, moment_of, text_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid
from soap.security.times import SKEW, WINDOW, check_fresh

_NONCES: Final = (1, 256)
_NONCE: Final = f"{{{names.WSSE}}}Nonce"


@dataclass(frozen=True, slots=True)
class UserName:
    """What the token says, proved by nothing yet."""

    name: str
    password: str = field(repr=False)


def read_user_name(security: etree._Element, now: datetime, memory: Memory) -> UserName | None:
    """The header's UsernameToken, None where it has none. Raises SecurityRefused.

    The nonce is looked up last, so that only a message that is good in all else takes a place in memory.
    """
    token = at_most_one(security, names.USERNAME_TOKEN)
    if token is None:
        return None
    user = UserName(text_of(just_one(token, f"{{{names.WSSE}}}Username")), _password_in(token))
    created = at_most_one(token, names.CREATED)
    made = now if created is None else moment_of(created)
    dead_after = check_fresh(made, made + WINDOW, now)
    nonce = at_most_one(token, _NONCE)
    if nonce is not None:
        # Without Created nothing tells the nonce's age: it is known for as long as a fresh one would be.
        _use_nonce(nonce, user, max(dead_after, now + SKEW + WINDOW), memory)
    return user


def _password_in(token: etree._Element) -> str:
    element = just_one(token, f"{{{names.WSSE}}}Password")
    kind = element.get("Type", names.PASSWORD_TEXT)
    if kind == names.PASSWORD_DIGEST:
        raise SecurityRefused(
            FaultCode.FAILED_AUTHENTICATION,
            "PasswordDigest cannot be checked here: passwords are kept as argon2 hashes only. Send PasswordText.",
        )
    if kind != names.PASSWORD_TEXT:
        raise SecurityRefused(FaultCode.UNSUPPORTED_TOKEN, "The password must be of type PasswordText.")
    if len(element):
        raise invalid("Password holds more than text.")
    return element.text or ""


def _use_nonce(nonce: etree._Element, user: UserName, expires: datetime, memory: Memory) -> None:
    if nonce.get("EncodingType", names.BASE64) != names.BASE64:
        raise invalid("The nonce must be base64.")
    use_once(memory, key_of("nonce", user.name, bytes_of(nonce, *_NONCES)), expires)
