"""What an error is on this wire: its status, its code, its text and the family of its body."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Body(Enum):
    """The families of error bodies."""

    CODED = "a code of ours in a problem document"
    FRAMEWORK = "the framework's bare problem document"
    FIELDS = "the framework's list of wrong fields"
    VALIDATION = "a problem document with a list of coded violations"
    TEXT = "plain text"
    EMPTY = "nothing"


class Problem(NamedTuple):
    """How one error is told. ``code`` without its prefix; ``path`` where a violation names one."""

    status: int
    code: str
    title: str
    body: Body
    path: str = ""


class Area(Enum):
    """A part of the interface where some errors are told otherwise."""

    REQUESTS = "requests for system users"
    REGISTER = "the system register"
    REGISTER_CHANGE = "changes to a system in the register"
    REGISTER_LOG = "the change log of a system"
    SYSTEM_USERS = "a party's system users"
    AGENT_APPROVAL = "a party's answer to a request for an agent"
    LOOKUP = "look-ups of system users"
    CLIENTS = "clients of agents"
    ACCESS_MANAGEMENT = "access management"
    AGENT_CLIENTS = "clients of one agent, in its owner's portal"
    CLIENT_REMOVAL = "taking a client off one agent, in its owner's portal"
    CHANGES = "requests for changes of system users"
    BROKER = "brokered files"
    DIALOGS = "dialogs"


def coded(status: int, code: str, title: str) -> Problem:
    """A problem with a code of the platform's: five digits are one of the authentication part's."""
    return Problem(status, code, title, Body.CODED)


def violation(code: str, title: str, path: str) -> Problem:
    """A broken rule for input, told in a list of such."""
    return Problem(400, code, title, Body.VALIDATION, path)
