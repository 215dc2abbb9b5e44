"""Makes the peers that are not Python, in the temporary directory, out of what the machine has.

Node needs ``node`` and ``npm``; JAX-WS Debian's ``default-jdk`` and ``libjaxws-java``; gSOAP Debian's
``gsoap``, ``libgsoap-dev`` and ``gcc``. A peer that cannot be made is told of, and left out.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.message import Message

_SOURCES = Path(__file__).parent
_WSDL = _SOURCES.parents[1] / "soap" / "wsdl" / "dataexchange.wsdl"
_MADE = Path(tempfile.gettempdir()) / "brobygger-bench-peers"
_JARS = Path("/usr/share/java")
_NEEDED_JARS = (
    *("jaxws-api", "jaxws-rt", "jaxws-ri-runtime", "jaxb-api", "jaxb-impl", "jaxb-core", "jaxb-runtime", "jws-api"),
    *("javax.xml.soap-api", "saaj-impl", "stax-ex", "stax2-api", "streambuffer", "metro-policy", "gmbal", "mimepull"),
    *("javax.activation", "istack-commons-runtime", "FastInfoset", "txw2", "geronimo-annotation-1.3-spec"),
)

Command = Callable[[int, int], list[str]]
"""The command that serves on a port with so many threads."""


class Missing(Exception):
    """A peer cannot be made; the message says for want of what."""


@dataclass(frozen=True)
class Peer:
    """A peer that can be served, or why it cannot."""

    name: str
    command: Command | None
    missing: str = ""


def made(message: Message) -> list[Peer]:
    """The peers, each made now unless it was made before."""
    makers = {"node-soap": _node, "JAX-WS": _jaxws, "gSOAP": _gsoap}
    return [_made(name, maker, message) for name, maker in makers.items()]


def _made(name: str, maker: Callable[[Path, Message], Command], message: Message) -> Peer:
    folder = _MADE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "batch.xsd").write_text(message.batch_schema, encoding="utf-8")
    try:
        return Peer(name, maker(folder, message))
    except Missing as missing:
        return Peer(name, None, str(missing))


def _node(folder: Path, message: Message) -> Command:
    _need("node", "npm")
    for name in ("package.json", "server.js"):
        shutil.copy(_SOURCES / "node" / name, folder)
    validator = folder / "node_modules" / "libxmljs2"
    if not (validator / "build" / "Release" / "xmljs.node").exists():
        _run(folder, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")
        # Compiled here, against the headers that came with node: nothing is fetched but from the registry.
        headers = Path(shutil.which("node") or "").resolve().parents[1]
        _run(validator, str(folder / "node_modules/.bin/node-gyp"), "rebuild", f"--nodedir={headers}")
    return lambda port, _threads: [
        *("node", str(folder / "server.js"), str(port), message.password, str(folder / "batch.xsd"), str(_WSDL))
    ]


def _jaxws(folder: Path, message: Message) -> Command:
    _need("java", "javac")
    jars = [_JARS / f"{name}.jar" for name in _NEEDED_JARS]
    absent = [jar.name for jar in jars if not jar.exists()]
    if absent:
        raise Missing(f"{', '.join(absent)} in {_JARS} (Debian: libjaxws-java)")
    path = ":".join(map(str, (folder, *jars)))
    _run(folder, "javac", "-d", str(folder), "-cp", path, str(_SOURCES / "jaxws" / "Door.java"))
    options = (
        "-Dsun.net.httpserver.nodelay=true",
        "-Dcom.sun.xml.ws.monitoring.endpoint=false",
        "-Dcom.sun.xml.ws.monitoring.client=false",
        "-Dcom.sun.xml.ws.monitoring.registrationDebug=NONE",
    )
    return lambda port, threads: [
        *("java", *options, "-cp", path, "Door"),
        *(str(port), message.password, str(folder / "batch.xsd"), str(threads)),
    ]


def _gsoap(folder: Path, message: Message) -> Command:
    _need("wsdl2h", "soapcpp2", "gcc")
    for name in ("door.h", "door.c"):
        shutil.copy(_SOURCES / "gsoap" / name, folder)
    _run(folder, "wsdl2h", "-c", "-g", "-o", "batch.h", "batch.xsd")
    _run(folder, "soapcpp2", "-c", "-S", "-x", "-L", "-w", "-I/usr/share/gsoap/import", "door.h")
    sources = ("door.c", "soapC.c", "soapServer.c")
    _run(folder, "gcc", "-O2", "-w", "-o", "door", *sources, "-lgsoap", "-lpthread", "-lm")
    return lambda port, _threads: [str(folder / "door"), str(port), message.password]


def _need(*programs: str) -> None:
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        raise Missing(f"{', '.join(absent)} not found")


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"`{_shown(command)}` failed: {(done.stderr or done.stdout).strip()[-300:]}")


def _shown(command: Sequence[str]) -> str:
    return " ".join(Path(word).name if word.startswith("/") else word for word in command[:3])
