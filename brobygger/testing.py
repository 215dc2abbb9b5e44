"""A pytest plugin: a test asks for `brobygger` or `brobygger_empty`, and has the whole gateway as a `Stack`.

Installed with the package. What is heavy is imported when a fixture is first asked for, so that a project's
other tests pay nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from brobygger.stack import Stack


@pytest.fixture(scope="session")
def brobygger_session() -> Iterator[Stack]:
    """The gateway with the demo world, for the whole session; nothing is put back between tests."""
    yield from _running(seeded=True)


@pytest.fixture
def brobygger(brobygger_session: Stack) -> Iterator[Stack]:
    """The gateway with the demo world; everything a test did is undone after it."""
    yield brobygger_session
    brobygger_session.reset()


@pytest.fixture(scope="session")
def brobygger_empty_session() -> Iterator[Stack]:
    """The gateway with roles, packages and services, and no parties, for the whole session."""
    yield from _running(seeded=False)


@pytest.fixture
def brobygger_empty(brobygger_empty_session: Stack) -> Iterator[Stack]:
    """The gateway with roles, packages and services, and no parties; everything a test did is undone after it."""
    yield brobygger_empty_session
    brobygger_empty_session.reset()


def _running(*, seeded: bool) -> Iterator[Stack]:
    from brobygger.stack import running_stack  # noqa: PLC0415 - only where it is asked for

    with running_stack(seeded=seeded) as stack:
        yield stack
