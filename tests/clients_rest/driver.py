"""Calls whatever it is told to in wenche: one JSON call a line in, one JSON answer a line out.

It knows nothing of what is called. Of wenche it changes the addresses of the two platforms, as `arguments` say,
and nothing else: paths, bodies, headers, signatures and what is made of the answers are wenche's own.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

_HOSTS = ("https://test.maskinporten.no", "https://platform.tt02.altinn.no")
_FUNCTIONS = ("_maskinporten_token_url", "_maskinporten_aud", "_altinn_exchange_url")


def move(base: str) -> None:
    """Let wenche find its test platform and its token issuer at ``base``."""
    auth, users = importlib.import_module("wenche.auth"), importlib.import_module("wenche.systembruker")
    for name in _FUNCTIONS:
        setattr(auth, name, _moved(getattr(auth, name), base))
    users._BASES["test"] = users._BASES["test"].replace(_HOSTS[1], base)  # there is no public way


def _moved(address: Callable[..., str], base: str) -> Callable[..., str]:
    def elsewhere(*arguments: Any) -> str:
        found = address(*arguments)
        host = next(each for each in _HOSTS if found.startswith(each))
        return base + found.removeprefix(host)

    return elsewhere


def called(name: str, *arguments: Any, **named: Any) -> Any:
    """What the function gives back; the hosted service's own function gets its credentials from the same settings."""
    module, _, function = name.rpartition(".")
    found = getattr(importlib.import_module(f"wenche.{module}"), function)
    if function == "hent_tokens_for":
        return found(importlib.import_module("wenche.auth")._les_cli_credentials("test"), *arguments, **named)
    return found(*arguments, **named)


def answer(call: dict[str, Any]) -> dict[str, Any]:
    """The result of a call, or what it raised."""
    try:
        return {"result": called(call["name"], *call["arguments"], **call["named"])}
    except Exception as error:  # noqa: BLE001 - whatever wenche makes of an answer is told
        return {"raised": type(error).__name__, "text": str(error)}


def main() -> None:
    """Answer until the input ends. What wenche prints goes to the other stream."""
    out, sys.stdout = sys.stdout, sys.stderr
    move(sys.argv[1])
    importlib.import_module("wenche.web.backend.miljo").sett_env("test")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main()
