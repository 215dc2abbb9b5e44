"""Request bodies and parameters as the platform reads them: case ignored, unknown members ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from core import UNKEEPABLE
from rest.problem_rows import WRONG_FIELDS
from rest.problems import Refused
from rest.texts import all_can_be_kept

_UNKEEPABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_LARGEST_NUMBER = 2**63 - 1


class Members:
    """A JSON object whose members are found whatever the case of their names.

    Texts are trimmed, but not those in lists; ``parameter`` is what the framework calls the whole body in its error
    messages. Source: rest-systemuser §1.4.
    """

    def __init__(self, raw: Mapping[str, Any], parameter: str, *, trim: bool = True) -> None:
        self._trim = trim
        self._raw = {name.lower(): value for name, value in raw.items()}
        self._parameter = parameter

    def __contains__(self, name: str) -> bool:
        return self._raw.get(name.lower()) is not None

    def refuse_nulls(self, *names: str) -> None:
        """Refuse a body in which one of these members is there, and null."""
        for name in names:
            if self._raw.get(name.lower(), name) is None:
                raise wrong_body(f"The JSON value of '{name}' must not be null.", self._parameter)

    def require(self, *names: str) -> None:
        """Refuse a body that lacks one of these members."""
        missing = [name for name in names if name not in self]
        if missing:
            listed = ", ".join(f"'{name}'" for name in missing)
            raise wrong_body(f"The JSON object was missing required properties including: {listed}.", self._parameter)

    def text(self, name: str) -> str | None:
        """A text, without the blanks around it unless it is in a list; None where it is absent. Refuses others."""
        value = self._raw.get(name.lower())
        if value is not None and not isinstance(value, str):
            raise wrong_body(f"The member '{name}' must be a text.", self._parameter)
        return value.strip() if isinstance(value, str) and self._trim else value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; ``default`` where it is absent. Refuses anything else."""
        value = self._raw.get(name.lower(), default)
        if not isinstance(value, bool):
            raise wrong_body(f"The member '{name}' must be true or false.", self._parameter)
        return value

    def whole_number(self, name: str) -> int:
        """A whole number of at most 64 bits. Refuses anything else."""
        value = self._raw.get(name.lower())
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_NUMBER:
            raise wrong_body(f"The member '{name}' must be a whole number.", self._parameter)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, as they are; empty where it is absent. Refuses anything else."""
        values = self._list(name)
        if not all(isinstance(value, str) for value in values):
            raise wrong_body(f"The member '{name}' must be a list of texts.", self._parameter)
        return tuple(values)

    def localised(self, name: str) -> dict[str, str]:
        """A text by language. Refuses anything else."""
        value = self._raw.get(name.lower())
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise wrong_body(f"The member '{name}' must be an object of texts by language.", self._parameter)
        return dict(value)

    def member(self, name: str) -> Members:
        """A nested object. Refuses anything else."""
        return self._nested(self._raw.get(name.lower()), name)

    def members(self, name: str) -> tuple[Members, ...]:
        """A list of nested objects; empty where it is absent. Refuses anything else."""
        return tuple(self._nested(value, name, trim=False) for value in self._list(name))

    def plain(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """A list of objects, as they are; empty where it is absent. Refuses anything else."""
        values = self._list(name)
        if not all(isinstance(value, dict) for value in values):
            raise wrong_body(f"The member '{name}' must be a list of objects.", self._parameter)
        return tuple(values)

    def refuse(self, message: str) -> Refused:
        """The refusal of the whole body, for what only whoever reads it can tell."""
        return wrong_body(message, self._parameter)

    def _nested(self, value: Any, name: str, *, trim: bool = True) -> Members:
        if not isinstance(value, dict):
            raise wrong_body(f"The member '{name}' must hold an object.", self._parameter)
        return Members(value, self._parameter, trim=trim)

    def _list(self, name: str) -> list[Any]:
        value = self._raw.get(name.lower())
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong_body(f"The member '{name}' must be a list.", self._parameter)
        return value


def read_object(body: bytes, parameter: str) -> Members:
    """The JSON object in ``body``. Refuses anything else."""
    raw = read_json(body, parameter)
    if not isinstance(raw, dict):
        raise wrong_body("The body must be a JSON object.", parameter)
    return Members(raw, parameter)


def read_objects(body: bytes, parameter: str) -> tuple[Members, ...]:
    """The JSON array of objects in ``body``, whose texts are as they are. Refuses anything else."""
    raw = read_json(body, parameter)
    if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
        raise wrong_body("The body must be a JSON array of objects.", parameter)
    return tuple(Members(item, parameter, trim=False) for item in raw)


def read_json(body: bytes, parameter: str) -> Any:
    """The JSON value in ``body``, in UTF-8. Refuses anything else, and texts that can neither be kept nor sent on."""
    try:
        raw = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise wrong_body("The body is not JSON.", parameter) from error
    # Only an escape can bring such a text into JSON that is UTF-8.
    if _UNKEEPABLE.search(body):
        refuse_unkeepable(raw, parameter)
    return raw


def refuse_unkeepable(raw: Any, parameter: str) -> None:
    """Refuse a body, or a form, with a text that holds NUL or half a character, in whatever place."""
    if not all_can_be_kept(raw):
        raise wrong_body(UNKEEPABLE, parameter)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def wrong_body(message: str, parameter: str) -> Refused:
    """The framework's answer to a body it cannot bind."""
    return Refused(WRONG_FIELDS, {"$": [message], parameter: [f"The {parameter} field is required."]})


def read_uuid(name: str, text: str) -> str:
    """A UUID from the address, in lower case. Refuses anything else."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise not_valid(name, text) from error


def read_party_id(name: str, text: str) -> int:
    """A numeric party id from the address. Refuses anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise not_valid(name, text)
    return int(text)


def read_parameter(parameters: Mapping[str, str], name: str) -> str:
    """A query parameter that must be there and not be empty. Refuses a call without it."""
    found = read_optional(parameters, name)
    if found is None:
        raise Refused(WRONG_FIELDS, {name: [f"The {name} field is required."]})
    return found


def read_flag(parameters: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """A query parameter that is true or false, whatever the case; ``default`` where it is absent. Refuses others."""
    text = (read_optional(parameters, name) or str(default)).lower()
    if text not in ("true", "false"):
        raise not_valid(name, text)
    return text == "true"


def read_optional(parameters: Mapping[str, str], name: str) -> str | None:
    """A query parameter, None where it is absent or empty. Case is ignored in its name."""
    wanted = name.lower()
    return next((value for key, value in parameters.items() if key.lower() == wanted and value), None)


def read_every(parameters: MultiDict[str, str], name: str) -> list[str]:
    """Every value of a query parameter that is not empty. Case is ignored in its name."""
    wanted = name.lower()
    return [value for key, value in parameters.items(multi=True) if key.lower() == wanted and value]


def moment_in(text: str) -> datetime | None:
    """The moment in a text of RFC 3339, in UTC where it names no zone; None where it is none."""
    try:
        # In a query a plus that is not escaped is a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def not_valid(name: str, text: str) -> Refused:
    """The refusal of a parameter whose value cannot be read."""
    return Refused(WRONG_FIELDS, {name: [f"The value '{text[:64]}' is not valid."]})
