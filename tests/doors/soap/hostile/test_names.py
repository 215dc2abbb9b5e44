"""Names nobody has met before, in one document after the other, fill no memory for good."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
ROUNDS = 12
MOST_GROWTH = 40 * 1024 * 1024
"""Of a process that kept every name: about a hundred megabytes in these rounds."""

SCRIPT = f"""
import json
from core import parse_untrusted
from tests.memory import give_back, resident

held = []
for turn in range({ROUNDS}):
    names = " ".join(f"a{{turn}}x{{number}}=''" for number in range(200_000))
    parse_untrusted(f"<r {{names}}/>", huge=True)
    del names
    give_back()
    held.append(resident())
print(json.dumps(held))
"""


def test_names_that_come_once_do_not_stay() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)
    held: list[int] = json.loads(run.stdout)
    assert len(held) == ROUNDS
    assert max(held[3:]) - held[2] < MOST_GROWTH, [each >> 20 for each in held]
