"""Placeholders: `{name}` in a text stands for the value kept under that name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"\{([^{}\s\"]+)\}")


class NoValue(KeyError):
    """A placeholder names what nobody has said or kept."""


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with every placeholder filled, in texts, lists and objects alike.

    A text that is nothing but one placeholder becomes the value itself, of whatever kind; a member of an
    object whose value is None so filled is left out. Raises NoValue.
    """
    if isinstance(template, str):
        return _text(template, values)
    if isinstance(template, list):
        return [filled(each, values) for each in template]
    if isinstance(template, dict):
        pairs = {key: filled(each, values) for key, each in template.items()}
        return {key: each for key, each in pairs.items() if each is not None or template[key] is None}
    return template


def picked(value: Any, path: str) -> Any:
    """What lies at a dotted path (`data.0.id`) in a JSON value; the value itself for an empty path.

    Raises NoValue where it leads nowhere.
    """
    for part in filter(None, path.split(".")):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise NoValue(path) from error
    return value


def _text(template: str, values: Mapping[str, Any]) -> Any:
    whole = _PLACE.fullmatch(template)
    if whole is not None:
        return _value(whole.group(1), values)
    return _PLACE.sub(lambda match: str(_value(match.group(1), values)), template)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise NoValue(name)
    # A value given to one call may itself be written with placeholders.
    found = values[name]
    return filled(found, {key: each for key, each in values.items() if key != name}) if _has_places(found) else found


def _has_places(value: Any) -> bool:
    return _PLACE.search(str(value)) is not None if isinstance(value, str | list | dict) else False
