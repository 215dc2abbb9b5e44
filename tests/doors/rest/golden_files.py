"""Answers held against files: what differs from run to run is named alike, everything else counts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import httpx

FOLDER = Path(__file__).parent / "golden"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00")


def told(response: httpx.Response) -> str:
    """The answer as text: status, the headers that are part of the contract, and the body in its own order."""
    names: dict[str, str] = {}
    base = f"{response.request.url.scheme}://{response.request.url.netloc.decode()}"
    contract = ("Content-Type", "Location", "Cache-Control", "WWW-Authenticate", "Brobygger-Reason")
    headers = [f"{name}: {response.headers[name]}" for name in contract if name in response.headers]
    body = response.text
    if "json" in response.headers.get("Content-Type", ""):
        body = json.dumps(response.json(), ensure_ascii=False, indent=2)
    text = "\n".join([str(response.status_code), *headers, "", body]).replace(base, "https://brobygger.example")
    text = _TRACE.sub("<trace>", text)
    return _UUID.sub(lambda found: names.setdefault(found.group(), f"<uuid {len(names) + 1}>"), text).rstrip() + "\n"


def check(name: str, response: httpx.Response) -> None:
    """The answer is the one in the file. With WRITE_GOLDEN=1 the file is written instead, to be read and kept."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN") == "1":
        path.write_text(told(response), "utf-8")
    assert told(response) == path.read_text("utf-8")
