"""The ledger's part for what has been handed in: receipts, elements, their forms, attachments and signatures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, Table, delete, or_, select, update

from core.domain.element import (
    AttachmentRule,
    ChangeType,
    Element,
    ElementAttachment,
    ElementForm,
    ElementKind,
    ElementSignature,
    ElementStatus,
    ElementTask,
    ProcessStep,
    ServiceForm,
    Validation,
)
from core.domain.receipt_tree import ReceiptReference, ReceiptStatus, ReceiptTree, ReceiptType, ReferenceType
from core.store import tables_forms as tables
from core.store.prepared import Prepared

R = TypeVar("R")

_RECEIPT_FIELDS = tuple(each.name for each in fields(ReceiptTree) if each.name not in {"references", "children"})
_WORDS: dict[str, Callable[[str], Any]] = {
    "kind": ElementKind,
    "status": ElementStatus,
    "task": ElementTask,
    "change_type": ChangeType,
    "validation": Validation,
    "activity": ElementTask,
}


class FormStatements:
    """Inserts built once for each store."""

    def __init__(self, dialect: str) -> None:
        self.receipt = Prepared(tables.receipt.insert(), dialect)
        self.reference = Prepared(tables.receipt_reference.insert(), dialect)
        self.element = Prepared(tables.element.insert(), dialect)
        self.form = Prepared(tables.element_form.insert(), dialect)
        self.attachment = Prepared(tables.element_attachment.insert(), dialect)
        self.signature = Prepared(tables.element_signature.insert(), dialect)
        self.step = Prepared(tables.process_step.insert(), dialect)


class FormsLedger:
    """Receipts and elements in the current transaction.

    Everything is there at once for whoever reads in the same transaction, which several may share.
    """

    def __init__(self, connection: Connection, statements: FormStatements) -> None:
        self._connection = connection
        self._statements = statements

    # -- receipts -----------------------------------------------------------------------------

    def add_receipt(self, tree: ReceiptTree) -> None:
        """Store a receipt with those below it and all their references. Its ids are numbered already."""
        self.add_children((tree, *tree.children))

    def add_children(self, trees: Sequence[ReceiptTree]) -> None:
        """Store receipts, each without those below it, with their references."""
        self._insert(self._statements.receipt, [_receipt_values(each) for each in trees])
        for each in trees:
            self.add_references(each.id, each.references)

    def add_references(self, receipt: int, references: Iterable[ReceiptReference]) -> None:
        """Add references to a receipt."""
        rows = [{"receipt": receipt, "type": each.type, "value": each.value} for each in dict.fromkeys(references)]
        self._insert(self._statements.reference, rows)

    def change_receipt(self, receipt: int, **values: Any) -> None:
        """Give columns of a receipt new values."""
        table = tables.receipt
        self._connection.execute(update(table).where(table.c.id == receipt).values(**values))

    def remove_children(self, receipt: int) -> None:
        """Forget the receipts below one, and the references of all of them but its own."""
        table, reference = tables.receipt, tables.receipt_reference
        below = select(table.c.id).where(table.c.parent == receipt)
        self._connection.execute(delete(reference).where(reference.c.receipt.in_(below)))
        self._connection.execute(delete(table).where(table.c.parent == receipt))

    def receipt(self, receipt: int) -> ReceiptTree | None:
        """The receipt with this number and those below it, or None."""
        return next(iter(self._trees(tables.receipt.c.id == receipt)), None)

    def receipt_of_shipment(self, sender: str, reference: str) -> ReceiptTree | None:
        """The receipt of what a sender handed in under its reference, or None."""
        table = tables.receipt
        return next(iter(self._trees((table.c.sender == sender) & (table.c.reference == reference))), None)

    def receipt_of_element(self, element: int) -> ReceiptTree | None:
        """The top receipt that tells about an element, or None."""
        table = tables.receipt
        return next(iter(self._trees((table.c.element == element) & (table.c.parent == 0))), None)

    def receipts_referring(self, kinds: Sequence[ReferenceType], value: str) -> Sequence[tuple[int, int, str]]:
        """(number, parent, owner) of the receipts with such a reference, newest first."""
        table, reference = tables.receipt, tables.receipt_reference
        wanted = (
            select(table.c.id, table.c.parent, table.c.owner)
            .join(reference, reference.c.receipt == table.c.id)
            .where(reference.c.type.in_(kinds), reference.c.value == value)
            .order_by(table.c.id.desc())
        )
        return [(row[0], row[1], row[2]) for row in self._connection.execute(wanted)]

    def receipts_of(
        self, owner: str, number: str, kind: ReceiptType, begins: datetime | None, ends: datetime | None, most: int
    ) -> tuple[ReceiptTree, ...]:
        """Top receipts that a party owns, or is named in, last changed within the time, oldest first.

        Of more than ``most`` those that were changed last.
        """
        table, reference = tables.receipt, tables.receipt_reference
        named = select(reference.c.receipt).where(reference.c.type == ReferenceType.PARTY, reference.c.value == number)
        wanted = (table.c.parent == 0) & (table.c.type == kind) & or_(table.c.owner == owner, table.c.id.in_(named))
        if begins is not None:
            wanted &= table.c.changed >= begins
        if ends is not None:
            wanted &= table.c.changed <= ends
        return self._trees(wanted, most)

    def _trees(self, wanted: ColumnElement[bool], most: int | None = None) -> tuple[ReceiptTree, ...]:
        table = tables.receipt
        newest = (table.c.changed.desc(), table.c.id.desc())
        tops = self._connection.execute(select(table).where(wanted).order_by(*newest).limit(most)).all()[::-1]
        if not tops:
            return ()
        below = table.alias()
        chosen = select(table.c.id).where(wanted).order_by(*newest).limit(most).scalar_subquery()
        rows = self._connection.execute(
            select(below).where(below.c.parent.in_(chosen)).order_by(below.c.position)
        ).all()
        references = self._references(chosen)
        children: dict[int, list[ReceiptTree]] = {}
        for row in rows:
            children.setdefault(row.parent, []).append(_tree(row, references, ()))
        return tuple(_tree(row, references, tuple(children.get(row.id, ()))) for row in tops)

    def _references(self, chosen: ScalarSelect[int]) -> Mapping[int, list[ReceiptReference]]:
        table, whose = tables.receipt_reference, tables.receipt.alias()
        of_all = select(table).join(whose, whose.c.id == table.c.receipt)
        found: dict[int, list[ReceiptReference]] = {}
        for row in self._connection.execute(of_all.where(or_(whose.c.id.in_(chosen), whose.c.parent.in_(chosen)))):
            found.setdefault(row.receipt, []).append(ReceiptReference(ReferenceType(row.type), row.value))
        return found

    # -- elements -----------------------------------------------------------------------------

    def add_element(self, new: Element) -> None:
        """Store an element, of any kind. Its id is numbered already: ``ledger.next_number("element")``."""
        self._insert(self._statements.element, [_values(new)])

    def change_element(self, element: int, **values: Any) -> None:
        """Give columns of an element new values."""
        table = tables.element
        self._connection.execute(update(table).where(table.c.id == element).values(**values))

    def element(self, element: int, *, lock: bool = False) -> Element | None:
        """The element with this id, or None. ``lock`` keeps others from changing it before this commit."""
        wanted = select(tables.element).where(tables.element.c.id == element)
        return self._one(wanted.with_for_update() if lock else wanted, Element)

    def elements_of(self, reportee: str, begins: datetime | None, ends: datetime | None) -> tuple[Element, ...]:
        """The reportee's elements that are not deleted, last changed within the time, newest first."""
        table = tables.element
        wanted = select(table).where(table.c.reportee == reportee, table.c.deleted.is_(None))
        if begins is not None:
            wanted = wanted.where(table.c.changed >= begins)
        if ends is not None:
            wanted = wanted.where(table.c.changed <= ends)
        return self._all(wanted.order_by(table.c.changed.desc(), table.c.id.desc()), Element)

    def waiting_elements(self, limit: int) -> list[int]:
        """Elements for which everything is decided, and which are not archived yet."""
        table = tables.element
        waiting = select(table.c.id).where(table.c.task == ElementTask.ARCHIVE.value, table.c.archived.is_(None))
        return list(self._connection.execute(waiting.order_by(table.c.id).limit(limit)).scalars())

    # -- what hangs on elements ---------------------------------------------------------------

    def add_forms(self, new: Iterable[ElementForm]) -> None:
        """Store forms of elements."""
        self._insert(self._statements.form, [_values(each) for each in new])

    def change_form(self, form: int, **values: Any) -> None:
        """Give columns of a form new values."""
        table = tables.element_form
        self._connection.execute(update(table).where(table.c.id == form).values(**values))

    def forms(self, element: int) -> tuple[ElementForm, ...]:
        """The forms of an element, in order."""
        return self._of_element(tables.element_form, element, ElementForm)

    def add_attachments(self, new: Iterable[ElementAttachment]) -> None:
        """Store files of elements."""
        self._insert(self._statements.attachment, [_values(each) for each in new])

    def attachments(self, element: int) -> tuple[ElementAttachment, ...]:
        """The files of an element, in order."""
        return self._of_element(tables.element_attachment, element, ElementAttachment)

    def attachment(self, attachment: int) -> ElementAttachment | None:
        """The file with this id, or None."""
        table = tables.element_attachment
        return self._one(select(table).where(table.c.id == attachment), ElementAttachment)

    def add_signature(self, new: ElementSignature) -> None:
        """Store a signature."""
        values = {**_values(new), "forms": json.dumps(new.forms), "attachments": json.dumps(new.attachments)}
        self._insert(self._statements.signature, [values])

    def signatures(self, element: int) -> tuple[ElementSignature, ...]:
        """The signatures of an element, in order."""
        return self._of_element(tables.element_signature, element, ElementSignature)

    def remove_signatures(self, element: int) -> None:
        """Forget the signatures of an element that is filled in anew."""
        table = tables.element_signature
        self._connection.execute(delete(table).where(table.c.element == element))

    def add_steps(self, new: Iterable[ProcessStep]) -> None:
        """Record steps that elements were taken into."""
        self._insert(self._statements.step, [_values(each) for each in new])

    def steps(self, element: int) -> tuple[ProcessStep, ...]:
        """The steps an element has been taken into, in order."""
        return self._of_element(tables.process_step, element, ProcessStep)

    def hand_on(self, element: int, submission: str, at: datetime) -> None:
        """Put an archived element out for delivery to its service owner."""
        values = {"element": element, "submission": submission, "state": WAITING, "at": at}
        self._connection.execute(tables.outbox.insert(), values)

    def handed_on(self) -> list[tuple[int, str, str]]:
        """(element, submission, state) of everything that was put out for delivery, in order of element."""
        table = tables.outbox
        wanted = select(table.c.element, table.c.submission, table.c.state).order_by(table.c.element)
        return [(row[0], row[1], row[2]) for row in self._connection.execute(wanted)]

    # -- what services consist of -------------------------------------------------------------

    def set_service_forms(self, service: str, forms: Iterable[ServiceForm]) -> None:
        """Declare the forms of a service, in place of those declared before."""
        table = tables.service_form
        self._connection.execute(delete(table).where(table.c.service == service))
        rows = [_values(each) for each in forms]
        if rows:
            self._connection.execute(table.insert(), rows)

    def service_forms(self, service: str) -> tuple[ServiceForm, ...]:
        """The forms that a service is declared to consist of, in order; none where nothing is declared."""
        table = tables.service_form
        return self._all(select(table).where(table.c.service == service).order_by(table.c.position), ServiceForm)

    def every_service_form(self) -> tuple[ServiceForm, ...]:
        """Every declared form, in order of service and position."""
        table = tables.service_form
        return self._all(select(table).order_by(table.c.service, table.c.position), ServiceForm)

    def set_attachment_rule(self, service: str, most_bytes: int) -> None:
        """Keep how large a streamed attachment of a service may be."""
        table = tables.attachment_rule
        self._connection.execute(delete(table).where(table.c.service == service))
        self._connection.execute(table.insert(), {"service": service, "most_bytes": most_bytes})

    def attachment_rule(self, service: str) -> int | None:
        """How large a streamed attachment of a service may be, or None where no rule is kept."""
        table = tables.attachment_rule
        wanted = select(table.c.most_bytes).where(table.c.service == service)
        return self._connection.execute(wanted).scalar_one_or_none()

    def attachment_rules(self) -> tuple[AttachmentRule, ...]:
        """Every rule of how large attachments may be, in order of service."""
        table = tables.attachment_rule
        return self._all(select(table).order_by(table.c.service), AttachmentRule)

    def _insert(self, statement: Prepared, rows: list[dict[str, Any]]) -> None:
        if rows:
            statement.run(self._connection, rows)

    def _of_element(self, table: Table, element: int, record: type[R]) -> tuple[R, ...]:
        return self._all(select(table).where(table.c.element == element).order_by(table.c.position), record)

    def _all(self, wanted: Select[Any], record: type[R]) -> tuple[R, ...]:
        return tuple(_record(row, record) for row in self._connection.execute(wanted))

    def _one(self, wanted: Select[Any], record: type[R]) -> R | None:
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _record(row, record)


WAITING = "waiting"
"""The state of what is put out for delivery and not delivered yet."""


def _values(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}


def _record(row: Row[Any], record: type[R]) -> R:
    values = {name: _WORDS[name](value) if name in _WORDS else value for name, value in row._mapping.items()}  # noqa: SLF001 - its public name
    if record is ElementSignature:
        values["forms"] = tuple(json.loads(values["forms"]))
        values["attachments"] = tuple(json.loads(values["attachments"]))
    return record(**values)


def _receipt_values(tree: ReceiptTree) -> dict[str, Any]:
    return {name: getattr(tree, name) for name in _RECEIPT_FIELDS}


def _tree(
    row: Row[Any], references: Mapping[int, list[ReceiptReference]], children: tuple[ReceiptTree, ...]
) -> ReceiptTree:
    values = {name: getattr(row, name) for name in _RECEIPT_FIELDS}
    values["type"], values["status"] = ReceiptType(row.type), ReceiptStatus(row.status)
    order = list(ReferenceType)
    told = sorted(references.get(row.id, ()), key=lambda each: (order.index(each.type), each.value))
    return ReceiptTree(**values, references=tuple(told), children=children)
