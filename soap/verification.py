"""VerifyMessage: whether the forms in a document follow their definitions. No credentials, nothing stored.

The result is typed by its published contract: an envelope status, and a status for each form.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from core import InvalidInput, NotFound, Store, form_id, form_schema, parse_untrusted, problem_with_body
from soap import ns
from soap.inner import UnreadableDocument, escape_text, read_document

_ROOTS = ("GovOrgan", "ServiceOwner", "DataBatch", "Skjema")
_MOST_FORMS = 1000
_HIGHEST = 2**31 - 1


class FormStatus(StrEnum):
    """What was found of a form; the envelope has the first three."""

    NOT_PERFORMED = "NotPerformed"
    OK = "OK"
    ERRORS = "Errors"
    NOT_FOUND = "NotFound"


@dataclass(frozen=True, slots=True)
class FormVerdict:
    """One form: its pair in Oppgaveregisteret, and what is wrong with it."""

    number: int
    version: int
    status: FormStatus
    errors: tuple[str, ...] = ()


def verify_message(store: Store, text: str | None) -> str:
    """The verdict as it stands inside the result element."""
    try:
        root = read_document(text or "", *_ROOTS)
        forms = [_verdict(store, form) for form in _forms(root)]
    except UnreadableDocument as unreadable:
        return _written(FormStatus.ERRORS, (unreadable.problem,), ())
    return _written(FormStatus.OK, (), tuple(forms))


def _forms(root: etree._Element) -> list[etree._Element]:
    """Every Skjema, also those that stand as text in a Content or FormData."""
    found = list(root.iter("{*}Skjema"))
    for holder in root.iter("{*}Content", "{*}FormData"):
        inner = (holder.text or "").strip()
        if len(holder) == 0 and inner.startswith("<"):
            found.extend(_inside(inner))
    if len(found) > _MOST_FORMS:
        raise UnreadableDocument(f"Dokumentet har mer enn {_MOST_FORMS} skjemaer.")
    return found


def _inside(text: str) -> list[etree._Element]:
    try:
        return list(parse_untrusted(text, huge=True).iter("{*}Skjema"))
    except InvalidInput:
        raise UnreadableDocument("Et skjema i dokumentet er ikke velformet XML.") from None


def _verdict(store: Store, form: etree._Element) -> FormVerdict:
    number, version = (_number(form, name) for name in ("skjemanummer", "spesifikasjonsnummer"))
    try:
        form_schema(store, number, version)
    except NotFound:
        return FormVerdict(number, version, FormStatus.NOT_FOUND)
    body = etree.tostring(form, encoding="unicode", with_tail=False)
    problem = problem_with_body(store, form_id(number, version), body)
    if problem is not None:
        return FormVerdict(number, version, FormStatus.ERRORS, (problem,))
    return FormVerdict(number, version, FormStatus.OK)


def _number(form: etree._Element, name: str) -> int:
    value = form.get(name, "").strip()
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(_HIGHEST)) or int(value) > _HIGHEST:
        raise UnreadableDocument(f"Et Skjema har ikke noe tall i {name}.")
    return int(value)


def _written(envelope: FormStatus, errors: tuple[str, ...], forms: tuple[FormVerdict, ...]) -> str:
    rows = "".join(
        f'<FormStatus xmlns:xsi="{ns.XSI}" xsi:type="FormVerificationStatus">{_errors(each.errors)}'
        f"<Status>{each.status.value}</Status><FormNumber>{each.number}</FormNumber>"
        f"<FormVersion>{each.version}</FormVersion></FormStatus>"
        for each in forms
    )
    return (
        f"<EnvelopeStatus>{_errors(errors)}<Status>{envelope.value}</Status></EnvelopeStatus>"
        f"<FormsStatus><FormsStatusCollection>{rows}</FormsStatusCollection></FormsStatus>"
    )


def _errors(errors: tuple[str, ...]) -> str:
    rows = "".join(f"<ValidationError>{escape_text(each)}</ValidationError>" for each in errors)
    return f"<ValidationErrors>{rows}</ValidationErrors>"
