"""spyne loads on every supported Python, first thing in a fresh interpreter and without a warning."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from soap import spyne_compat
from spyne.util.six.moves.collections_abc import MutableSet
import sys
importers = [each for each in sys.meta_path if type(each).__module__ == "spyne.util.six"]
assert len(importers) == 1, importers
assert importers[0].find_spec("no.such.module") is None
assert spyne_compat.Integer32.get_type_name() == "int"
"""


def test_spyne_loads_in_a_fresh_interpreter_with_warnings_as_errors() -> None:
    command = [sys.executable, "-W", "error", "-c", SCRIPT]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
