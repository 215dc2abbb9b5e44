"""Asking for something that must be refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from soap.security import FaultCode, SecurityRefused


def refused(code: FaultCode, text: str, ask: Callable[[], object]) -> None:
    """What is asked is refused with this code, and this in the text."""
    with pytest.raises(SecurityRefused) as caught:
        ask()
    assert caught.value.fault_code is code, caught.value.text
    assert text in caught.value.text
