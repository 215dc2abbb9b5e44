"""What README.md tells a reader to type works: its commands run in order, in one shell, in one empty directory.

In a ```console block every line that starts with `$ ` is a command; a line that ends in a backslash goes on
in the next one; all other lines are output. A command that ends in ` &` is a server: the next command waits
until its port answers, and it is stopped at the end. `make` and `git clone` lines (and the `cd` after a
clone) are not run here: for make, the Makefile must have the target.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
SECONDS = 180
DEFAULT_PORT = "8080"
ADDRESS = re.compile(r"\b(?:127\.0\.0\.1|localhost):(\d{4,5})\b")
PORT = re.compile(r"(?:--port[= ]|PORT=)(\d{4,5})\b")

# Waits until the port answers; gives up when it does not, or when the server has ended.
WAIT = """\
for _ in $(seq 600); do
    (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && break
    kill -0 $! 2>/dev/null || {{ echo "the server has ended"; exit 1; }}
    sleep 0.1
done
(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null || {{ echo "port {port} never answered"; exit 1; }}
"""


RUN_ELSEWHERE = {"brobygger demo --check": "tests/composition/test_demo.py"}
"""Long commands that another test runs, and looks closer at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of commands ended, what was said, the command that failed (or nothing), and the gateway's port."""

    code: int
    said: str
    failed: str
    port: int


def commands(text: str) -> list[str]:
    """The commands of a document, in order, continued lines joined."""
    found: list[str] = []
    for block in re.findall(r"(?ms)^```console\n(.*?)^```", text):
        goes_on = False
        for line in block.splitlines():
            if goes_on:
                found[-1] += f"\n{line.removeprefix('> ')}"
            elif line.startswith("$ "):
                found.append(line.removeprefix("$ "))
            goes_on = line.endswith("\\") and (goes_on or line.startswith("$ "))
    return found


def made(lines: list[str]) -> list[str]:
    """The make targets among the commands."""
    return [word for line in lines if line.startswith("make ") for word in line.split()[1:] if "=" not in word]


def to_run(lines: list[str]) -> Iterator[str]:
    """The commands that are run here."""
    cloned = False
    for line in lines:
        enters_clone = cloned and line.startswith("cd ")
        cloned = line.startswith("git clone ")
        if not (cloned or enters_clone or line.startswith("make ") or line in RUN_ELSEWHERE):
            yield line


def with_free_ports(lines: list[str]) -> tuple[list[str], int]:
    """The same commands on free ports of this machine, and the one that stands for the gateway's own."""
    found = {port for line in lines for port in (*ADDRESS.findall(line), *PORT.findall(line))}
    chosen = {port: str(free_port()) for port in sorted(found | {DEFAULT_PORT})}
    for port, other in chosen.items():
        lines = [re.sub(rf"\b{port}\b", other, line) for line in lines]
    return lines, int(chosen[DEFAULT_PORT])


def free_port() -> int:
    """A port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
    return port


def script(lines: list[str], port: int) -> str:
    """One shell script that runs the commands, waits for servers, says where it is, and stops the servers."""
    text = "set -u -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"
    for number, line in enumerate(lines):
        text += f"echo {number} >command\n"
        if line.endswith(" &"):
            own = PORT.findall(line) or ADDRESS.findall(line) or [port]
            text += f"{line.removesuffix(' &')} >>servers 2>&1 &\n{WAIT.format(port=own[0])}"
        else:
            text += f"{line}\n[ $? -eq 0 ] || exit 1\n"
    return text


def run(lines: list[str], directory: Path, seconds: int = SECONDS) -> Outcome:
    """Run the commands in ``directory``, with a database and ports of their own, for this long at the most."""
    lines, port = with_free_ports(lines)
    shell = subprocess.Popen(
        ["bash", "-c", script(lines, port)],
        cwd=directory,
        env=environment(directory, port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = shell.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(shell.pid, signal.SIGKILL)
        said, _ = shell.communicate()
        said += f"\nnot finished after {seconds} seconds"
    at, servers = directory / "command", directory / "servers"
    failed = lines[int(at.read_text())] if shell.returncode != 0 else ""
    said += servers.read_text() if failed and servers.exists() else ""
    return Outcome(shell.returncode, said, failed, port)


def environment(directory: Path, port: int) -> dict[str, str]:
    """The reader's environment: this project's commands on the path, no settings but a database and a port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "BROBYGGER_DATABASE_URL": f"sqlite:///{directory / 'readme.db'}",
        "BROBYGGER_PORT": str(port),
    }


def test_every_command_of_the_readme_runs(tmp_path: Path) -> None:
    lines = list(to_run(commands(README.read_text("utf-8"))))
    assert lines, "README.md shows no command to run"
    outcome = run(lines, tmp_path)
    assert outcome.code == 0, f"`{outcome.failed}` failed:\n{outcome.said}"


@pytest.mark.parametrize(("command", "test"), RUN_ELSEWHERE.items())
def test_what_is_left_to_another_test_is_run_there(command: str, test: str) -> None:
    assert command in commands(README.read_text("utf-8"))
    words = [f'"{word}"' for word in command.split()[1:]]
    assert ", ".join(words) in (ROOT / test).read_text("utf-8")


def test_every_make_target_of_the_readme_is_there() -> None:
    targets = made(commands(README.read_text("utf-8")))
    assert {"demo", "test"} <= set(targets)
    there = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    assert set(targets) <= there


# -- the harness itself ----------------------------------------------------------------------------

DOCUMENT = """
```console
$ git clone https://example.no/x
$ cd x
$ make demo PORT=8080
$ echo one \\
>   two >said
one two
```
```sh
$ not-for-testing
```
```console
$ python -m http.server 8080 --bind 127.0.0.1 --directory . &
Serving
$ WORDS=$(python -c "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/said').read().decode())")
$ test "$WORDS" = "one two"
```
"""


def test_a_server_is_awaited_asked_and_stopped(tmp_path: Path) -> None:
    lines = commands(DOCUMENT)
    assert made(lines) == ["demo"]
    rest = list(to_run(lines))
    assert len(rest) == 4
    outcome = run(rest, tmp_path)
    assert outcome.code == 0, outcome
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", outcome.port), timeout=5)


@pytest.mark.parametrize(
    ("lines", "failed"),
    [
        (["true", "brobygger-no-such-command", "true"], "brobygger-no-such-command"),
        (["true", "false | true", "true"], "false | true"),
        (["true", "sleep 0 &", "true"], "sleep 0 &"),
    ],
)
def test_a_command_that_fails_is_named(lines: list[str], failed: str, tmp_path: Path) -> None:
    outcome = run(lines, tmp_path)
    assert (outcome.code, outcome.failed) == (1, failed)


def test_the_settings_of_the_reader_do_not_reach_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROBYGGER_DATABASE_URL", "sqlite:///elsewhere.db")
    monkeypatch.setenv("BROBYGGER_OTHER", "x")
    assert run([f'test "$BROBYGGER_DATABASE_URL" = "sqlite:///{tmp_path}/readme.db"'], tmp_path).code == 0
    assert run(['test -z "${BROBYGGER_OTHER:-}"'], tmp_path).code == 0
