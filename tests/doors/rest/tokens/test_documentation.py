"""What docs/tokens.md tells an operator to write and to type works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from brobygger.application import create_application
from brobygger.opening import open_store
from brobygger.settings import Settings
from rest import FileKeys
from tests.test_readme import ROOT, commands

TEXT = (ROOT / "docs" / "tokens.md").read_text("utf-8")


def test_the_documented_setup_starts(tmp_path: Path) -> None:
    (issuers,) = re.findall(r"(?ms)^```json\n(.*?)^```", TEXT)
    (tmp_path / "issuers.json").write_text(issuers)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    url = f"sqlite:///{tmp_path / 'brobygger.db'}"
    # The exports last: the application below is made of what they say.
    script = "\n".join(["set -e", *commands(TEXT), "env | grep ^BROBYGGER_ > environment"])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={"PATH": path, "BROBYGGER_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "0f3c1f0a6a3e" in done.stdout
    environ = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines())
    here = {
        name: str(tmp_path / value) if value.endswith((".json", ".pem")) else value for name, value in environ.items()
    }
    settings = Settings.from_env(here)
    assert len(FileKeys(settings.signing_keys()).signing()) == 2
    store = open_store(settings)
    try:
        create_application(store, settings)
    finally:
        store.close()
