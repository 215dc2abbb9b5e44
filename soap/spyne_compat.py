"""Loads spyne on every supported Python; the rest of this folder takes spyne's names from here.

spyne 2.14.0 carries a copy of six whose importer lacks ``find_spec``, which Python asks for from 3.12
on. The copy is loaded under its own name before spyne is, and its importer gets the methods that later
versions of six have. Python 3.13 has no ``cgi``; the distribution ``legacy-cgi`` brings it back.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_SIX = "spyne.util.six"


def _find_spec(importer: Any, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
    return importlib.util.spec_from_loader(name, importer) if name in importer.known_modules else None


def _create_module(importer: Any, spec: ModuleSpec) -> ModuleType:
    module: ModuleType = importer.load_module(spec.name)
    return module


def _exec_module(importer: Any, module: ModuleType) -> None:
    """The module was made whole when it was created."""


def _mend_six() -> None:
    package = importlib.util.find_spec("spyne")
    if _SIX in sys.modules or package is None or package.origin is None:
        return
    spec = importlib.util.spec_from_file_location(_SIX, Path(package.origin).parent / "util" / "six.py")
    if spec is None or spec.loader is None:
        return
    six = sys.modules[_SIX] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(six)
    importer: Any = next(type(each) for each in sys.meta_path if type(each).__module__ == _SIX)
    importer.find_spec, importer.create_module, importer.exec_module = _find_spec, _create_module, _exec_module


_mend_six()
with warnings.catch_warnings():
    # spyne imports cgi and other modules whose end Python has announced; the warnings are for spyne's makers.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", SyntaxWarning)
    from spyne import Application, Integer32, Integer64, MethodContext, ServiceBase, Unicode, rpc
    from spyne.protocol.soap import Soap11, Soap12
    from spyne.server import ServerBase

__all__ = [
    "Application",
    "Integer32",
    "Integer64",
    "MethodContext",
    "ServerBase",
    "ServiceBase",
    "Soap11",
    "Soap12",
    "Unicode",
    "rpc",
]
