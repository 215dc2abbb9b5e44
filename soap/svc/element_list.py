"""ReporteeElementList: what lies in the inbox and the archive, what form tasks consist of, and deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import (
    Caller,
    ElementAttachment,
    ElementForm,
    ElementSearch,
    ElementTask,
    ListedElement,
    Message,
    Snapshot,
    delete_element,
    form_set,
    form_set_data,
    list_elements,
    list_messages_for_archive_reference,
    list_messages_for_reportee,
)
from soap.svc import correspondence_lists
from soap.svc.call import Call, Handler
from soap.svc.logons import acting_caller
from soap.svc.message_values import Values, list_entry, without_archived_status

_STATUS_NAMES = {
    1044: {"FillIn": "Til utfylling", "SignIn": "Til signering", "SendIn": "Til innsending", "Archive": "Arkivert"},
    2068: {"FillIn": "Til utfylling", "SignIn": "Til signering", "SendIn": "Til innsending", "Archive": "Arkivert"},
    1033: {"FillIn": "For filling in", "SignIn": "For signing", "SendIn": "For submission", "Archive": "Archived"},
}
_BOKMAL = 1044
_SECOND_GENERATION_ONLY = (
    "CaseID",
    "IsCaseArchived",
    "IsMatched",
    "Notice",
    "ParentCaseName",
    "SEReporteeElementID",
    "ServiceEditionVersion",
    "ServiceOwnerDescription",
)
_MOST = 2**31 - 1


def _list_v2(call: Call, values: Mapping[str, Any]) -> list[Values]:
    caller = acting_caller(call, values)
    search = values.get("searchBE") or {}
    language = values.get("languageID") or _BOKMAL
    elements = list_elements(call.store, caller, _search(search))
    entries = [(each.element.changed, _element(each, language)) for each in elements]
    snapshot = call.store.snapshot()
    entries += [(each.sent, list_entry(snapshot, each)) for each in _messages(call, caller, search)]
    return [entry for _, entry in sorted(entries, key=lambda each: each[0], reverse=True)]


def _list_v1(call: Call, values: Mapping[str, Any]) -> list[Values]:
    return [_first_generation(entry) for entry in _list_v2(call, values)]


def _items_v2(call: Call, values: Mapping[str, Any]) -> list[Values]:
    found = form_set(call.store, acting_caller(call, values), values.get("reporteeElementID") or 0)
    return [*map(_form_item, found.forms), *map(_file_item, found.attachments)]


def _items_v1(call: Call, values: Mapping[str, Any]) -> list[Values]:
    kept = ("IconFileName", "ItemID", "ItemName", "ItemType", "ItemURL", "ValidationStatusType")
    return [{name: item[name] for name in kept if name in item} for item in _items_v2(call, values)]


def _data(call: Call, values: Mapping[str, Any]) -> list[Values]:
    found = form_set_data(call.store, acting_caller(call, values), values.get("reporteeElementID") or 0)
    return [
        {
            "DataFormatID": form.format_id,
            "DataFormatVersion": min(form.format_version, _MOST),
            "FormData": data,
            "FormID": form.id,
        }
        for form, data in found
    ]


def _delete(call: Call, values: Mapping[str, Any]) -> None:
    delete_element(call.store, acting_caller(call, values), values.get("reporteeElementCode") or "")


HANDLERS: Mapping[str, Handler] = {
    **correspondence_lists.HANDLERS,
    "GetReporteeElementListV2": _list_v2,
    "GetReporteeElementList": _list_v1,
    "GetFormSetElementsV2": _items_v2,
    "GetFormSetElements": _items_v1,
    "GetFormSetData": _data,
    "DeleteReporteeElement": _delete,
}
"""The operations of the service, those about messages among them."""


def _search(values: Mapping[str, Any]) -> ElementSearch:
    return ElementSearch(
        reportee=values.get("Reportee") or "",
        begins=values.get("FromDate"),
        ends=values.get("ToDate"),
        archive_reference=values.get("ArchiveReference") or "",
        text=values.get("SearchString") or values.get("SearchName") or "",
        service_codes=frozenset(code for code in values.get("ServiceCodeList") or () if code),
        service_owner=values.get("ServiceOwnerCode") or "",
        case_id=values.get("CaseID"),
        to_be_processed=bool(values.get("ToBeProcessed")),
        to_be_processed_by_others=bool(values.get("ToBeProcessedByOthers")),
        sent_and_archived=bool(values.get("SentAndArchived")),
    )


def _messages(call: Call, caller: Caller, search: Mapping[str, Any]) -> list[Message]:
    """The messages beside the form tasks: one that is not archived is work to be done, and received."""
    reportee, since, until = search.get("Reportee") or "", search.get("FromDate"), search.get("ToDate")
    reference = search.get("ArchiveReference")
    if reference:
        found = list_messages_for_archive_reference(call.store, caller, reportee, reference, since=since, until=until)
    else:
        found = list_messages_for_reportee(call.store, caller, reportee, since=since, until=until)
    snapshot = call.store.snapshot()
    return [each for each in found if _is_wanted(each, search) and _matches(snapshot, each, search)]


def _is_wanted(message: Message, search: Mapping[str, Any]) -> bool:
    active = bool(search.get("ToBeProcessed") or search.get("RecievedMessages"))
    archived, others = bool(search.get("SentAndArchived")), bool(search.get("ToBeProcessedByOthers"))
    if not (active or archived or others):
        return True
    return active if message.archived is None else archived


def _matches(snapshot: Snapshot, message: Message, search: Mapping[str, Any]) -> bool:
    text = (search.get("SearchString") or search.get("SearchName") or "").casefold()
    codes = [code for code in search.get("ServiceCodeList") or () if code]
    owner = search.get("ServiceOwnerCode")
    service = snapshot.catalogue.services.get(message.service)
    return (
        text in message.text.title.casefold()
        and (not codes or message.service.removeprefix("svc:").partition("/")[0] in codes)
        and (not owner or (service is not None and service.owner == owner))
        and not search.get("CaseID")
    )


def _element(listed: ListedElement, language: int) -> Values:
    element = listed.element
    code, _, edition = element.service.partition(":")[2].partition("/")
    names = _STATUS_NAMES.get(language, _STATUS_NAMES[_BOKMAL])
    return {
        "AllowDelete": listed.may_delete,
        "AllowNewCopy": False,
        "ArchiveReference": element.archive_reference,
        "CaseID": element.case_id or 0,
        "CorrespondenceStatus": "Default",
        "DueDate": element.due,
        "EndUserSystemID": element.enterprise_system or 0,
        "ExternalServiceCode": code,
        "IsCaseArchived": False,
        "IsMatched": True,
        "LastChangeType": element.change_type,
        "LastChangedBy": element.changed_by,
        "LastChangedByID": 0,
        "LastChangedDate": element.changed,
        "ReporteeElementId": element.id,
        "ReporteeElementOwner": listed.reportee.altinn_id or 0,
        "ReporteeElementType": "FormTask",
        "ReporteeName": listed.reportee.name,
        "RoleRequirement": "ReadAndPerformNextStep" if listed.may_act else "ReadButNotPerformNextStep",
        "SEReporteeElementID": element.id,
        "ServiceEditionVersion": min(int(edition), _MOST) if edition.isdigit() else 0,
        "ServiceOwner": 0,
        "ServiceOwnerCode": listed.service_owner,
        "ServiceOwnerDescription": listed.service_owner,
        "Status": element.status,
        "StatusName": names.get(element.status, element.status),
        "TaskStatus": ElementTask.SEND_IN if _is_being_archived(listed) else element.task,
        "Title": element.title,
    }


def _is_being_archived(listed: ListedElement) -> bool:
    return listed.element.task is ElementTask.ARCHIVE and listed.element.archived is None


def _first_generation(entry: Values) -> Values:
    """The entry without what came later, and in words that were there before."""
    older = {name: value for name, value in entry.items() if name not in _SECOND_GENERATION_ONLY}
    if older.get("TaskStatus") == ElementTask.PARALLEL_SIGNING:
        older["TaskStatus"] = ElementTask.SIGNING
    return without_archived_status(older)


def _form_item(form: ElementForm) -> Values:
    return {
        "CreatedByUserID": 0,
        "CreatedDateTime": form.created,
        "DestinationType": "ShowToAll",
        "IconFileName": "text_xml",
        "IsAddedAfterFormFillin": False,
        "IsAssociatedToFormSet": True,
        "IsSigningMandatory": form.position == 0,
        "ItemID": form.id,
        "ItemName": f"{form.format_id}/{form.format_version}",
        "ItemType": "SubForm" if form.parent_reference or form.position else "MainForm",
        "ValidationStatusType": form.validation,
    }


def _file_item(file: ElementAttachment) -> Values:
    return {
        "CreatedByUserID": 0,
        "CreatedDateTime": file.created,
        "DestinationType": "ShowToAll",
        "IconFileName": attachment_type(file),
        "IsAddedAfterFormFillin": file.added_later,
        "IsAssociatedToFormSet": True,
        "IsSigningMandatory": False,
        "ItemID": file.id,
        "ItemName": file.name,
        "ItemType": "BinaryAttachment",
        "ValidationStatusType": "NotApplicable",
    }


_TYPE_OF_ENDING = {
    "pdf": "application_pdf",
    "doc": "application_msword",
    "xls": "application_vnd_ms_excel",
    "odt": "application_vnd_oasis_opendocument_text",
    "ods": "application_vnd_oasis_opendocument_spreadsheet",
    "rtf": "application_rtf",
    "ppt": "application_vnd_ms_powerpoint",
    "zip": "application_zip",
    "txt": "text_plain",
    "html": "text_html",
    "xml": "text_xml",
    "jpg": "image_jpeg",
    "jpeg": "image_jpeg",
    "gif": "image_gif",
    "bmp": "image_bmp",
}


def attachment_type(file: ElementAttachment) -> str:
    """The contract's word for the kind of file. It follows from the name, for senders wrote the type as they liked."""
    return _TYPE_OF_ENDING.get(file.file_name.rpartition(".")[2].lower(), "binary_octet_stream")
