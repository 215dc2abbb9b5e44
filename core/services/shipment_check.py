"""What a shipment's own words can refuse: its forms, their data, references and files, whoever sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.domain import receipt_texts as texts
from core.domain.element import ServiceForm, Validation
from core.domain.identifiers import ServiceId, form_id
from core.domain.receipt_tree import ReceiptStatus
from core.domain.shipment import (
    LONGEST_REFERENCE,
    MOST_ATTACHED,
    Shipment,
    ShipmentFile,
    ShipmentForm,
    problem_with_file_name,
)
from core.errors import InvalidInput
from core.services.forms import problem_with_body
from core.services.xml import parse_untrusted
from core.store.store import Store

_SIGNATURE_TAG = "{http://www.w3.org/2000/09/xmldsig#}Signature"


class ItemVerdict(NamedTuple):
    """What is said of one form or file in its own receipt."""

    status: ReceiptStatus
    text: str
    validation: Validation = Validation.NOT_VALIDATED


@dataclass(frozen=True, slots=True)
class ContentVerdict:
    """What is said of a shipment's content: of the whole, of each form and of each file."""

    text: str | None
    forms: tuple[ItemVerdict, ...]
    files: tuple[ItemVerdict, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.text is None


def check_content(store: Store, service: ServiceId, shipment: Shipment) -> ContentVerdict:
    """Everything about the forms and files of a shipment for this service."""
    declared = declared_forms(store, service)
    repeated = _repeated_references(shipment)
    forms = tuple(_check_form(store, declared, form, repeated) for form in shipment.forms)
    files = tuple(_check_file(file, repeated) for file in shipment.files)
    bad = [item for item in (*forms, *files) if item.status is not ReceiptStatus.OK]
    if sum(len(file.content or b"") for file in shipment.files) > MOST_ATTACHED:
        limit = f"the attachments are more than {MOST_ATTACHED} bytes together"
        return ContentVerdict(texts.with_detail(texts.FORM_FAILED, limit), forms, files)
    return ContentVerdict(_text_of_whole(bad), forms, files)


def declared_forms(store: Store, service: ServiceId) -> frozenset[tuple[str, int]]:
    """The (DataFormatId, DataFormatVersion) pairs that a service consists of; none where nothing says."""
    found: tuple[ServiceForm, ...] = store.read(lambda ledger: ledger.forms.service_forms(service))
    return frozenset((form.format_id, form.format_version) for form in found)


def problem_with_format(declared: frozenset[tuple[str, int]], format_id: str, version: int | None) -> str | None:
    """Why a service has no such form, as the receipt says it, or None.

    A pair must be two numbers. Where the forms of the service are declared it must be one of them; where
    none is declared, any pair is taken (proposed: what is not known here cannot refuse).
    """
    number = format_id.strip()
    well_made = number.isascii() and number.isdigit() and version is not None and version >= 0
    if well_made and (not declared or (number, version) in declared):
        return None
    return texts.not_a_format(format_id, version)


def check_data(store: Store, format_id: str, version: int, data: str, *, completed: bool) -> ItemVerdict:
    """A form's data: XML at all, and by its schema where it is complete and the schema is known."""
    if not data.strip():
        if completed:
            return _failed(texts.SCHEMA_ERROR, "a completed form has no data")
        return ItemVerdict(ReceiptStatus.OK, texts.INSTANTIATED)
    try:
        root = parse_untrusted(data, huge=True)
    except InvalidInput as error:
        return _failed(texts.SCHEMA_ERROR, error.message)
    if not completed:
        if next(root.iter(_SIGNATURE_TAG), None) is not None:
            return _failed(texts.NOT_A_SIGNATURE, "a form with a signature in it must be completed")
        return ItemVerdict(ReceiptStatus.OK, texts.INSTANTIATED)
    form = form_id(int(format_id), version)
    problem = problem_with_body(store, form, data)
    if problem is not None:
        return _failed(texts.SCHEMA_ERROR, problem)
    return ItemVerdict(ReceiptStatus.OK, texts.SCHEMA_OK, Validation.VALID)


def _check_form(
    store: Store, declared: frozenset[tuple[str, int]], form: ShipmentForm, repeated: frozenset[str]
) -> ItemVerdict:
    unknown = problem_with_format(declared, form.format_id, form.format_version)
    if unknown is not None:
        return ItemVerdict(ReceiptStatus.VALIDATION_FAILED, unknown, Validation.NON_VALID)
    wrong = _problem_with_references(form.reference, form.parent, repeated)
    if wrong is not None:
        return _failed(texts.FORM_FAILED, wrong)
    return check_data(store, form.format_id.strip(), form.format_version or 0, form.data, completed=form.completed)


def _check_file(file: ShipmentFile, repeated: frozenset[str]) -> ItemVerdict:
    wrong = problem_with_file_name(file.file_name) or _problem_with_references(file.reference, file.parent, repeated)
    if wrong is None and file.content is None:
        wrong = "the attachment has no data"
    if wrong is None and len(file.name) > LONGEST_REFERENCE:
        wrong = f"a name has at most {LONGEST_REFERENCE} characters"
    if wrong is not None:
        return _failed(texts.FORM_FAILED, wrong)
    return ItemVerdict(ReceiptStatus.OK, texts.INSTANTIATED)


def _problem_with_references(reference: str, parent: str, repeated: frozenset[str]) -> str | None:
    """A parent that names nothing is no problem: what its type and meaning are, sources disagree (soap-svc §9.2)."""
    if len(reference) > LONGEST_REFERENCE or len(parent) > LONGEST_REFERENCE:
        return f"a reference has at most {LONGEST_REFERENCE} characters"
    if reference in repeated:
        return "EndUserSystemReference is used more than once in the shipment"
    if reference and reference == parent:
        return "EndUserSystemReference is the same as ParentReference"
    return None


def _repeated_references(shipment: Shipment) -> frozenset[str]:
    counted = Counter(_references(shipment))
    return frozenset(reference for reference, times in counted.items() if times > 1)


def _references(shipment: Shipment) -> Iterator[str]:
    yield from (form.reference for form in shipment.forms if form.reference)
    yield from (file.reference for file in shipment.files if file.reference)


def _text_of_whole(bad: list[ItemVerdict]) -> str | None:
    """What the whole shipment's receipt says: the words for a missing format or signature, else the common ones."""
    if not bad:
        return None
    for item in bad:
        if item.text.startswith(("Not A Valid", texts.NOT_A_SIGNATURE)):
            return item.text
    return texts.FORM_FAILED


def _failed(text: str, detail: str) -> ItemVerdict:
    return ItemVerdict(ReceiptStatus.VALIDATION_FAILED, texts.with_detail(text, detail), Validation.NON_VALID)
