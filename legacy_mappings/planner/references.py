"""External references of system users to be: opaque, stable, never used for anything else."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

_LETTERS = "abcdefghijklmnop"
_LENGTH = 24


def external_reference(enterprise_system: int, ground: str, urns: Iterable[str]) -> str:
    """The reference of the system user that takes the system's place on a ground, with these packages and rights.

    The same three always give the same one and any other another one, so it is stable from plan to plan and never
    used again for something else. It holds letters only: no number of anybody can be read from it or be in it by
    accident. Source: users-and-migration §4.1 rows 8 and 22, §4.2.
    """
    parts = ("brobygger external reference 1", str(enterprise_system), ground, *sorted(urns))
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return "bro-" + "".join(_LETTERS[int(digit, 16)] for digit in digest[:_LENGTH])
