"""The toolchains of end-user systems: what each needs, how it makes its proxies, and how its driver is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

Wsdls = Mapping[str, str]
"""Service name to the address that its WSDL is served at."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a driver is started: it reads calls and writes answers, one JSON object a line."""

    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A row of the matrix.

    ``needs`` are programs and files that must be there, ``package`` is what Debian calls what has them.
    ``prepare`` makes the proxies from the WSDLs in an empty folder, and says how to start the driver.
    """

    name: str
    needs: tuple[str, ...]
    package: str
    prepare: Callable[[Wsdls, Path], Command]

    def missing(self) -> str:
        """What is not on this machine and how to get it, or nothing."""
        lacking = [each for each in self.needs if shutil.which(each) is None and not Path(each).exists()]
        return f"NO {self.name} CLIENT: {lacking[0]} is not here; apt-get install {self.package}" if lacking else ""


def run(*words: str | Path, folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a tool of a toolchain. Raises AssertionError with what it said where it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout}"


def _pairs(services: Mapping[str, object]) -> list[str]:
    return [f"{service}={place}" for service, place in services.items()]


# -- those that read the WSDL while they run --------------------------------------------------------


def _zeep(wsdls: Wsdls, _folder: Path) -> Command:
    return Command([sys.executable, str(HERE / "python" / "driver.py"), *_pairs(wsdls)])


def _php(wsdls: Wsdls, _folder: Path) -> Command:
    return Command(["php", str(HERE / "php" / "driver.php"), *_pairs(wsdls)])


def _node(wsdls: Wsdls, folder: Path) -> Command:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "node" / name, folder)
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=folder)
    modules = {"NODE_PATH": str(folder / "node_modules")}
    return Command(["node", str(HERE / "node" / "driver.cjs"), *_pairs(wsdls)], modules)


# -- those that generate code -----------------------------------------------------------------------

_JARS = Path("/usr/share/java")
_AXIS_JARS = (
    *("axis", "axis-jaxrpc", "axis-saaj", "commons-logging", "commons-discovery", "wsdl4j"),
    *("javax.mail", "javax.activation", "jaxb-api"),
)
_QUICK_JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for programs that run a few seconds
_JAXWS_JARS = ("jaxws-rt", "javax.activation", "jaxb-api")


def _classpath(*parts: str | Path) -> str:
    return ":".join(str(_JARS / f"{part}.jar") if isinstance(part, str) else str(part) for part in (*parts, "gson"))


def _compile_java(sources: Sequence[Path], into: Path, classpath: str) -> None:
    into.mkdir(parents=True, exist_ok=True)
    quick = [f"-J{option}" for option in _QUICK_JAVA]
    # The drivers find parameters by the names they have in the generated code.
    options: list[str | Path] = [
        *quick,
        "-parameters",
        "-nowarn",
        "-Xlint:none",
        "-proc:none",
        "-cp",
        classpath,
        "-d",
        into,
    ]
    run("javac", *options, *sources, folder=into)


def _java(
    driver: str, jars: Sequence[str], generate: Callable[[str, Path], None], wsdls: Wsdls, folder: Path
) -> Command:
    classpath = _classpath(*jars)
    common = [HERE / "java" / name for name in ("Driver.java", "GeneratedClasses.java", "Values.java")]
    _compile_java([*common, HERE / "java" / f"{driver}.java"], folder / "driver", classpath)
    classes = {service: folder / service / "classes" for service in wsdls}

    def make(service: str) -> None:
        sources = folder / service / "sources"
        sources.mkdir(parents=True)
        generate(wsdls[service], sources)
        _compile_java(sorted(sources.rglob("*.java")), classes[service], classpath)

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(make, wsdls))
    words = ["java", *_QUICK_JAVA, "-cp", _classpath(*jars, folder / "driver"), driver]
    return Command([*words, *_pairs(classes)])


def _axis(wsdls: Wsdls, folder: Path) -> Command:
    return _java("AxisDriver", _AXIS_JARS, _axis_generate, wsdls, folder)


def _axis_generate(address: str, sources: Path) -> None:
    generator = [*_QUICK_JAVA, "-cp", _classpath(*_AXIS_JARS), "org.apache.axis.wsdl.WSDL2Java"]
    run("java", *generator, address, folder=sources)


def _jaxws(wsdls: Wsdls, folder: Path) -> Command:
    def generate(address: str, sources: Path) -> None:
        quick = {"WSIMPORT_OPTS": " ".join(_QUICK_JAVA)}
        run("wsimport", "-quiet", "-Xnocompile", "-s", sources, address, folder=sources, environment=quick)

    return _java("JaxwsDriver", _JAXWS_JARS, generate, wsdls, folder)


def _dotnet(wsdls: Wsdls, folder: Path, protocol: str = "SOAP") -> Command:
    for service, address in wsdls.items():
        options = ("-nologo", f"-protocol:{protocol}", f"-namespace:{service}", f"-out:{service}.cs")
        run("wsdl", *options, address, folder=folder)
    program = folder / "driver.exe"
    references = "-r:System.Web.Services,System.Web.Extensions,System.Xml,System.Core"
    sources = [HERE / "dotnet" / "Driver.cs", *(folder / f"{service}.cs" for service in wsdls)]
    run("mcs", "-nowarn:0219,0414,0649", references, f"-out:{program}", *sources, folder=folder)
    return Command(["mono", str(program)], {"LANG": "C.UTF-8"})


def axis_interface(address: str, folder: Path) -> str:
    """The source of the port's interface as Axis 1.4 generates it from a WSDL with one port."""
    _axis_generate(address, folder)
    return next(path.read_text() for path in folder.rglob("*.java") if " extends java.rmi.Remote {" in path.read_text())


def axis_call(folder: Path) -> Command:
    """The command of the client that calls with Axis' own settings, without a stub."""
    _compile_java([HERE / "java" / "AxisCall.java"], folder, _classpath(*_AXIS_JARS))
    return Command(["java", *_QUICK_JAVA, "-cp", _classpath(*_AXIS_JARS, folder), "AxisCall"])


_GSON = str(_JARS / "gson.jar")

ZEEP = Toolchain("zeep", (), "", _zeep)
AXIS = Toolchain(
    "Axis 1.4", ("javac", str(_JARS / "axis.jar"), _GSON), "default-jdk libaxis-java libgoogle-gson-java", _axis
)
JAXWS = Toolchain("JAX-WS", ("javac", "wsimport", _GSON), "default-jdk jaxws libgoogle-gson-java", _jaxws)
PHP = Toolchain("PHP SoapClient", ("php", "/usr/share/doc/php-soap"), "php-cli php-soap", _php)
NODE = Toolchain("node-soap", ("node", "npm"), "nodejs npm", _node)
DOTNET = Toolchain(".NET (Mono)", ("mono", "mcs", "wsdl"), "mono-devel", _dotnet)
DOTNET_SOAP_12 = Toolchain(".NET, SOAP 1.2", DOTNET.needs, DOTNET.package, partial(_dotnet, protocol="SOAP12"))

TOOLCHAINS = (ZEEP, AXIS, JAXWS, PHP, NODE, DOTNET)
"""Every row, in the order it is printed."""
