"""A running driver of one toolchain: asked a call at a time, told of every result and fault in one shape."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.clients.toolchains import Toolchain, Wsdls


class Told:
    """What a client made of an answer: a tree whose member names are compared without regard to case.

    Toolchains differ in how deep they nest (some flatten lists, some keep the wrapper), so members are
    sought at any depth.
    """

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def members(self) -> Iterator[tuple[str, Any]]:
        """Every (name, value), in document order, parents before what is in them."""
        waiting = [self.tree]
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, dict):
                yield from ((name.strip("_").casefold(), value) for name, value in node.items())
                waiting[:0] = node.values()
            elif isinstance(node, list):
                waiting[:0] = node

    def all(self, name: str) -> list[Any]:
        """Every value of the members with this name."""
        return [value for found, value in self.members() if found == name.casefold()]

    def one(self, name: str) -> Any:
        """The first value with this name, which must be there."""
        found = self.all(name)
        assert found, f"there is no {name} in {self.tree}"
        return found[0]

    def one_bytes(self, name: str) -> bytes:
        """The first value with this name, as bytes: some toolchains decode them, some leave the text on the wire."""
        found = self.one(name)
        return base64.b64decode(found["base64"] if isinstance(found, dict) else found)

    def rows(self, name: str) -> list[Told]:
        """Every structure that has a member with this name."""
        return [Told(node) for node in _structures(self.tree) if name.casefold() in {each.casefold() for each in node}]

    def text(self) -> str:
        """The one text of an answer that is a string, whether or not the client has unwrapped it."""
        tree = self.tree
        while isinstance(tree, dict) and len(tree) == 1:
            (tree,) = tree.values()
        assert isinstance(tree, str), f"no text, but {tree}"
        return tree


def _structures(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _structures(each)


class Fault(Exception):
    """The fault a client was told: its text, and the detail as members."""

    def __init__(self, text: str, detail: Any) -> None:
        super().__init__(f"{text} {detail}")
        self.text = text
        self.detail = Told(detail)


class Driver:
    """A driver at work, in a process of its own."""

    def __init__(self, toolchain: Toolchain, wsdls: Wsdls, folder: Path) -> None:
        command = toolchain.prepare(wsdls, folder)
        self._log = (folder / "stderr.txt").open("w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            command.words,
            env={**os.environ, **command.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
        )

    def call(self, service: str, operation: str, **arguments: Any) -> Told:
        """Call an operation. Raises Fault where the client was told one."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"service": service, "operation": operation, "arguments": arguments}) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, f"the driver has ended: {self._said()}"
        answer = json.loads(line)
        if "fault" in answer:
            raise Fault(answer["fault"]["text"] or "", answer["fault"].get("detail"))
        assert "result" in answer, f"{answer.get('error')}\n{self._said()}"
        return Told(answer["result"])

    def close(self) -> None:
        """End the driver: it stops where its input does."""
        self._process.communicate()
        self._log.close()

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read()
