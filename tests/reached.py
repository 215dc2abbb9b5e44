"""What the tests of the modern door reached, in all processes: every operation and code, or a reason why not."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CODES = HERE / "doors" / "rest" / "codes.toml"
ROOM = "tests/doors/rest"
REPORT = "REACHED_REPORT"
"""Names a file that the table is written to."""

_OUTPUT = "reached"


class Gatherer:
    """Gathers, where the whole suite is run, and fails the run where something was not reached."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._is_worker = hasattr(config, "workeroutput")
        self._reached: dict[str, str] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker reached."""
        for what, test in json.loads(getattr(node, "workeroutput", {}).get(_OUTPUT, "{}")).items():
            self._reached.setdefault(what, test)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over, or look at the whole."""
        self._reached |= _of_this_process()
        if self._is_worker:
            self._config.workeroutput[_OUTPUT] = json.dumps(self._reached)  # type: ignore[attr-defined]
            return
        if os.environ.get(REPORT):
            Path(os.environ[REPORT]).write_text("\n".join(table(self._reached)) + "\n", encoding="utf-8")
        if self._is_whole() and session.exitstatus == pytest.ExitCode.OK:
            missing = list(unreached(self._reached))
            if missing:
                _say(self._config, ["Not reached by any test, and codes.toml does not say why:", *missing])
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _is_whole(self) -> bool:
        option = self._config.option
        # There is no ``lf`` where pytest keeps no cache.
        narrowing = ("keyword", "markexpr", "deselect", "maxfail", "lf")
        is_narrowed = any(getattr(option, name, None) for name in narrowing)
        asked = [arg.partition("::")[0].rstrip("/") for arg in self._config.args]
        return not is_narrowed and any(arg in ("tests", ROOM, str(HERE), str(HERE / "doors" / "rest")) for arg in asked)


def unreached(reached: dict[str, str]) -> Iterator[str]:
    """Operations and codes that no test reached, but for those with a reason."""
    reasons = codes()
    for operation in operations():
        if not any(each.rpartition(" ")[0] == operation for each in reached):
            yield operation
    for code, reason in reasons.items():
        if code not in reached and not reason:
            yield code
        if code in reached and reason:
            yield f"{code} is reached, and codes.toml says that it cannot be"


def table(reached: dict[str, str]) -> Iterator[str]:
    """What was reached, for people."""
    yield "| operation or code | status | reached first by |"
    yield "|---|---|---|"
    for operation in operations():
        for each in sorted(what for what in reached if what.rpartition(" ")[0] == operation):
            yield f"| `{operation}` | {each.rpartition(' ')[2]} | `{reached[each]}` |"
    for code, reason in codes().items():
        yield f"| {code} | | {f'`{reached[code]}`' if code in reached else reason or '**not reached**'} |"


def operations() -> list[str]:
    """Every operation that the contract describes."""
    from rest.openapi.document import contract
    from tests.doors.rest.contract import described

    return [f"{method} {path}" for method, path, _ in described(contract("http://127.0.0.1"))]


def codes() -> dict[str, str]:
    """Every code there is, with the reason why it cannot be reached, empty for those that can."""
    listed = tomllib.loads(CODES.read_text("utf-8"))
    return {code: reason for room in listed.values() for code, reason in room.items()}


def _of_this_process() -> dict[str, str]:
    module = sys.modules.get("tests.doors.rest.contract")
    return dict(module.REACHED) if module is not None else {}


def _say(config: pytest.Config, lines: list[str]) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    for line in lines:
        if reporter is not None:
            reporter.write_line(line, red=True)
