"""The whole application on a store that dies where it is told to; what the server under test loads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from brobygger.application import create_application
from brobygger.settings import Settings
from tests.crash.points import BEFORE_ANSWER, DATABASE, PUBLIC_URL, Fate, MortalStore

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application() -> Application:
    """Called by the server once."""
    fate = Fate(os.environ)
    store = MortalStore(os.environ[DATABASE], fate)
    public_url = os.environ[PUBLIC_URL]
    settings = Settings(database_url=os.environ[DATABASE], demo=True, public_url=public_url, log_level="error")
    inner = create_application(store, settings)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = inner(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            fate.passes(BEFORE_ANSWER)
        return answer

    return serve
