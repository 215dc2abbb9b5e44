"""ServiceMetaDataExternal: services, schemas and code lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import (
    AvailableService,
    CodeFilter,
    CodeList,
    MatchType,
    ServiceSearch,
    ServiceType,
    available_services,
    find_code_list,
    form_definitions,
)
from soap.svc.call import Call, Handler
from soap.svc.logons import system_caller

Values = Mapping[str, Any]

_FROM_OR = 1
"""The number of the provider of data formats that is Oppgaveregisteret."""

# The contract has no word for a service that brokers files.
_TYPES = {ServiceType.BROKER: "None"}
_MOST = 2**31 - 1
_BOKMAL = 1044


def _services_v1(call: Call, values: Values) -> list[dict[str, Any]]:
    system_caller(call, values)
    return [_service(each) for each in available_services(call.store)]


def _services_v2(call: Call, values: Values) -> list[dict[str, Any]]:
    system_caller(call, values)
    return [_service_v2(each) for each in available_services(call.store)]


def _services_v3(call: Call, values: Values) -> dict[str, Any]:
    system_caller(call, values)
    told = values.get("search") or {}
    kind = told.get("ServiceType")
    search = ServiceSearch(
        code=(told.get("ExternalServiceCode") or "").strip(),
        edition=told.get("ExternalServiceEditionCode"),
        owner_code=(told.get("ServiceOwnerCode") or "").strip(),
        type=ServiceType(kind) if kind in {each.value for each in ServiceType} else None,
    )
    found = available_services(call.store, search)
    return {"AvailableServices": [_service_v3(each) for each in found], "StatusMessage": _counted(len(found))}


def _definitions(call: Call, values: Values) -> list[dict[str, Any]]:
    system_caller(call, values)
    code = (values.get("externalServiceCode") or "").strip()
    found = form_definitions(call.store, code, values.get("externalServiceEditionCode"))
    return [
        {
            "DataFormatID": each.format_id,
            "DataFormatProviderTypeID": _FROM_OR,
            "DataFormatVersion": each.format_version,
            "DataFormatXsd": each.schema,
            "LogicalFormID": each.position + 1,
        }
        for each in found
    ]


def _code_list(call: Call, values: Values) -> dict[str, Any] | None:
    system_caller(call, values)
    return _found(call, values, None)


def _filtered_code_list(call: Call, values: Values) -> dict[str, Any] | None:
    wanted = CodeFilter(
        match=MatchType(values.get("filterMatchType") or MatchType.DEFAULT),
        code=values.get("code") or "",
        value1=values.get("value1Filter") or "",
        value2=values.get("value2Filter") or "",
        value3=values.get("value3Filter") or "",
    )
    return _found(call, values, wanted)


def _found(call: Call, values: Values, wanted: CodeFilter | None) -> dict[str, Any] | None:
    name, version = values.get("codeListName") or "", values.get("codeListVersion") or 0
    found = find_code_list(call.store, name, version, values.get("languageID") or _BOKMAL, wanted)
    return None if found is None else _list(found)


def _list(found: CodeList) -> dict[str, Any]:
    return {
        "CodeListID": found.id,
        "CodeListName": found.name,
        "CodeListRows": [
            {"Code": row.code, "Value1": row.value1, "Value2": row.value2, "Value3": row.value3} for row in found.rows
        ],
        "CodeListVersion": found.version,
        "LanguageTypeID": found.language,
    }


def _service(service: AvailableService) -> dict[str, Any]:
    edition = min(service.edition, _MOST)
    times = {"ValidFrom": service.valid_from, "ValidTo": service.valid_to}
    return {
        "BuildPackageVersion": 1,
        "ExternalServiceCode": service.code,
        "ExternalServiceEditionCode": edition,
        "ServiceEditionVersionId": edition,
        "ServiceEditionVersionName": service.title,
        "ServiceName": service.title,
        "ServiceOwnerCode": service.owner_code,
        "ServiceOwnerName": service.owner_name,
        **{name: moment for name, moment in times.items() if moment is not None},
    }


def _service_v2(service: AvailableService) -> dict[str, Any]:
    return {
        **_service(service),
        "IsMatched": False,
        "ServiceType": _TYPES.get(service.type, service.type.value),
    }


def _service_v3(service: AvailableService) -> dict[str, Any]:
    return {**_service_v2(service), "AttachmentRuleTypeList": _rules(service)}


def _rules(service: AvailableService) -> list[dict[str, Any]]:
    """One rule for every attachment where there is one at all."""
    if service.most_bytes is None:
        return []
    return [{"IsXSDValidationRequired": False, "MaxFileSize": min(service.most_bytes, _MOST), "MinAttachmentCount": 0}]


def _counted(hits: int) -> str:
    return f"{hits} service was found." if hits == 1 else f"{hits or 'No'} services were found."


HANDLERS: Mapping[str, Handler] = {
    "GetAvailableServices": _services_v1,
    "GetAvailableServicesV2": _services_v2,
    "GetAvailableServicesV3": _services_v3,
    "GetFormTaskSchemaDefinitions": _definitions,
    "GetCodeList": _code_list,
    "GetFilteredCodeList": _filtered_code_list,
}

"""The operations of the service. GetFilteredCodeList asks for no credentials."""
