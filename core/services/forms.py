"""Forms: their schemas, and checking a form body against one."""

from __future__ import annotations

import re
import threading
from datetime import datetime
from functools import lru_cache

from lxml import etree

from core.domain.identifiers import ServiceId, form_id
from core.domain.party import window_of
from core.domain.vocabulary import Service, ServiceKind
from core.errors import ErrorCode, InvalidInput, NotFound
from core.services.xml import parse_untrusted
from core.store.store import Store

_KEPT_SCHEMAS = 256
_QUOTED_VALUE = re.compile(r"(?<!Element )(?<!attribute )(?<!type )'[^']*[0-9][^']*'(?= is not)|The value '[^']*'")


def form_schema(store: Store, or_number: int, or_version: int) -> str:
    """The XSD text of a form, as it was registered. Raises NotFound for a form without one."""
    text = store.read(lambda ledger: ledger.form_schema(form_id(or_number, or_version)))
    if text is None:
        raise NotFound(
            ErrorCode.FORM_NOT_FOUND,
            f"there is no form {or_number} in version {or_version}",
            details={"or_number": str(or_number), "or_version": str(or_version)},
        )
    return text


def active_forms(store: Store) -> tuple[Service, ...]:
    """The forms that may be sent now: open, and with a schema. In order of id."""
    services = store.snapshot().catalogue.services
    now = store.clock()
    with_schema = store.read(lambda ledger: ledger.forms_with_schema())
    found = [services[ServiceId(form)] for form in with_schema if form in services]
    return tuple(service for service in found if service.kind is ServiceKind.FORM and is_open(service, now))


def is_open(service: Service, at: datetime) -> bool:
    """Whether the service may be used at ``at``."""
    window = window_of(service.valid_from, service.valid_to)
    return window is None or window.holds(at)


def problem_with_body(store: Store, form: str, body: str) -> str | None:
    """What is wrong with a form body by its schema, in one sentence; None where nothing is.

    A form without a schema is not checked: what its service owner demands is not known here.
    """
    text = store.form_schema(form)
    if text is None:
        return None
    try:
        root = parse_untrusted(body, huge=True)
    except InvalidInput as error:
        return error.message
    return _compiled(text).problem_with(root)


def check_schema(text: str) -> None:
    """Raises InvalidInput where ``text`` is not an XML schema."""
    try:
        _compiled(text)
    except etree.XMLSchemaParseError as error:
        raise InvalidInput(ErrorCode.INVALID_WORLD, "the form's schema is not a valid XML schema") from error


class _Schema:
    """A compiled schema. It has one error log, so that one thread at a time may use it."""

    def __init__(self, text: str) -> None:
        self._schema = etree.XMLSchema(parse_untrusted(text))
        self._lock = threading.Lock()

    def problem_with(self, root: etree._Element) -> str | None:
        with self._lock:
            if self._schema.validate(root):
                return None
            first = self._schema.error_log[0]  # type: ignore[index]
        return f"line {first.line}: {_without_values(first.message)}"


@lru_cache(maxsize=_KEPT_SCHEMAS)
def _compiled(text: str) -> _Schema:
    return _Schema(text)


def _without_values(message: str) -> str:
    """libxml2's message without the values in it, which may be identity numbers; names of elements stay."""
    return _QUOTED_VALUE.sub("the value", message)
