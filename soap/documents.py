"""The three information documents. No source shows the originals: these are the proposed shapes, kept here only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from core import Service, Store, Unavailable, root_onwards
from soap.envelope import DECLARATION
from soap.receipts import OSLO, local_time


def platform_status(store: Store) -> str:
    """Whether batches are taken in now: ``OK``, or ``Closed`` where the database cannot be asked."""
    try:
        store.snapshot()
    except Unavailable:
        return _platform_status("Closed", store.clock(), "Altinn tar ikke imot innsendinger nå.")
    return _platform_status("OK", store.clock(), "Altinn tar imot innsendinger.")


def _platform_status(status: str, now: datetime, text: str) -> str:
    return (
        f'{DECLARATION}<AltInnStatus schemaVersion="1.0" status="{status}" minutes="0" '
        f'timeStamp="{local_time(now)}"><Message><MessageEntry>{escape(text)}</MessageEntry></Message></AltInnStatus>'
    )


def active_forms_document(forms: Iterable[Service]) -> str:
    """The forms that may be sent now, in the order given."""
    rows = "".join(f"  <Form{_form_attributes(form)}/>\n" for form in forms)
    return f'{DECLARATION}<ActiveForms schemaVersion="1.0">\n{rows}</ActiveForms>\n'


def _form_attributes(form: Service) -> str:
    number, _, version = form.id.removeprefix("asmx:").partition("/")
    values = {
        "orNumber": number,
        "orVersion": version,
        "blankettnummer": form.form_number,
        "title": form.title,
        "etatid": form.owner,
        "validFrom": _day(form.valid_from),
        # A form is valid to a moment that is not itself included; people are told the last day.
        "validTo": None if form.valid_to is None else _day(form.valid_to - timedelta(microseconds=1)),
    }
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items() if value)


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(OSLO).date().isoformat()


def schema_definition(schema: str) -> str:
    """A form's XSD in the wrapper that saved answers of the old platform show. The text is not rebuilt."""
    return f"{DECLARATION}<SchemaDefinition>{root_onwards(schema)}</SchemaDefinition>"
