"""The later platform's columns: what each client does with the `.svc` services, and what it must have been told."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest

from tests.clients.drivers import Driver, Fault, Told
from tests.clients.world import (
    CLIENT_NUMBER,
    CODE,
    EDITION,
    FORM,
    MESSAGE_FILE,
    MESSAGE_TEXT,
    NAME,
    PASSWORD,
    PERSON_NUMBER,
    PERSON_PASSWORD,
    SYSTEM,
    World,
)

_SYSTEM = {"systemUserName": str(SYSTEM), "systemPassword": PASSWORD}
_NOBODY = {"userSSN": "", "userPassword": "", "userPinCode": "", "authMethod": ""}
_FORM_DATA = f'<?xml version="1.0" encoding="utf-16"?>\n<Skjema><Navn>{NAME}</Navn><Merke>&lt;&amp;"</Merke></Skjema>'


def _shipment(reference: str) -> dict[str, Any]:
    form = {
        "Completed": True,
        "DataFormatId": FORM[0],
        "DataFormatVersion": FORM[1],
        "EndUserSystemReference": f"{reference}-H",
        "ParentReference": 0,
        "FormData": _FORM_DATA,
    }
    attachment = {
        "Name": "Noter",
        "EndUserSystemReference": f"{reference}-V",
        "ParentReference": f"{reference}-H",
        "FileName": "noter på norsk.pdf",
        "Encrypted": False,
        "AttachementData": {"base64": base64.b64encode(MESSAGE_FILE).decode()},
        "AttachmentTypeName": "application_pdf",
    }
    return {
        "Reportee": CLIENT_NUMBER,
        "ExternalShipmentReference": reference,
        "FormTasks": {"ServiceCode": CODE, "ServiceEdition": EDITION, "Forms": {"Form": [form]}},
        "Attachments": {"Attachment": [attachment]},
    }


def _submit(driver: Driver, reference: str) -> Told:
    shipment = _shipment(reference)
    return driver.call("IntermediaryInbound", "SubmitFormTaskBasic", **_SYSTEM, **_NOBODY, formTaskShipment=shipment)


def _submitted(driver: Driver) -> tuple[str, Told]:
    reference = f"SBS-{uuid.uuid4().hex[:12]}"
    told = _submit(driver, reference)
    assert told.one("ReceiptStatusCode") == "OK", told.tree
    return reference, told


def _references(told: Told) -> dict[str, str]:
    """The references of the shipment's own receipt: the first of each type in document order."""
    found: dict[str, str] = {}
    for row in told.rows("ReferenceValue"):
        kind = (row.all("ReferenceTypeName") or row.all("ReferenceType"))[0]
        found.setdefault(kind, row.one("ReferenceValue"))
    return found


def challenge(driver: Driver, world: World) -> None:
    """A person is told which code of the letter to use, and uses it. A wrong password is told, and is no fault."""
    world.forget_wrong_tries()
    asked = {
        "AuthMethod": "AltinnPin",
        "SystemUserName": str(SYSTEM),
        "UserPassword": PERSON_PASSWORD,
        "UserSSN": PERSON_NUMBER,
    }
    told = driver.call("SystemAuthentication", "GetAuthenticationChallenge", challengeRequest=asked)
    assert told.one("Status") == "Ok"
    number = int(told.one("Message").split()[2])
    assert str(told.one("ValidFrom")) < str(told.one("ValidTo"))
    wrong = driver.call(
        "SystemAuthentication", "GetAuthenticationChallenge", challengeRequest={**asked, "UserPassword": "feil1234"}
    )
    assert wrong.one("Status") == "InvalidCredentials"
    person = {"userSSN": PERSON_NUMBER, "userPassword": PERSON_PASSWORD, "authMethod": "AltinnPin"}
    person["userPinCode"] = world.code_of_the_letter(number)
    shipment = _shipment(f"SBS-{uuid.uuid4().hex[:12]}")
    taken = driver.call("IntermediaryInbound", "SubmitFormTaskBasic", **_SYSTEM, **person, formTaskShipment=shipment)
    assert taken.one("ReceiptStatusCode") == "OK"


def submit(driver: Driver, world: World) -> None:
    """A shipment is taken in with form and attachment to the letter; again it has the same receipt."""
    reference, told = _submitted(driver)
    assert int(told.one("ReceiptId")) > 0
    references = _references(told)
    assert references["ExternalShipmentReference"] == reference
    assert references["ArchiveReference"].startswith("AR")
    element = int(references["WorkFlowReference"])
    forms, files = world.stored(element)
    assert forms == [_FORM_DATA]
    assert files == [("noter på norsk.pdf", MESSAGE_FILE)]
    again = _submit(driver, reference)
    assert again.one("ReceiptId") == told.one("ReceiptId")
    assert _references(again) == references


def status(driver: Driver, _world: World) -> None:
    """How many minutes a submission takes now, and `Test`, which every service has."""
    told = driver.call("IntermediaryInbound", "GetAltinnSubmissionStatusBasic", **_SYSTEM)
    minutes = next((value for _, value in told.members()), told.tree)
    assert int(minutes) >= 0
    driver.call("ReceiptExternal", "Test")


def receipt(driver: Driver, _world: World) -> None:
    """The receipt, of both generations, by number and by the sender's own reference."""
    reference, sent = _submitted(driver)
    number = int(sent.one("ReceiptId"))
    newer = driver.call(
        "ReceiptExternal",
        "GetReceiptBasicV2",
        **_SYSTEM,
        receipt={"ReceiptId": number, "References": {"Reference": []}},
    )
    assert (int(newer.one("ReceiptId")), newer.one("ReceiptStatus"), newer.one("ReceiptType")) == (
        number,
        "OK",
        "FormTask",
    )
    assert _references(newer) == _references(sent)
    asked = {"Reference": [{"ReferenceTypeName": "ExternalShipmentReference", "ReferenceValue": reference}]}
    older = driver.call("ReceiptExternal", "GetReceiptBasic", **_SYSTEM, receipt={"ReceiptId": 0, "References": asked})
    assert (int(older.one("ReceiptId")), older.one("ReceiptStatusCode")) == (number, "OK")
    assert _references(older) == _references(sent)
    assert older.one("ReceiptText") == newer.one("ReceiptText")


def element_list(driver: Driver, _world: World) -> None:
    """What was sent and archived stands in the reportee's list, with its title's letters."""
    _, sent = _submitted(driver)
    archive_reference = _references(sent)["ArchiveReference"]
    search = {
        "FromDate": "2000-01-01T00:00:00",
        "Reportee": CLIENT_NUMBER,
        "SentAndArchived": True,
        "ToBeProcessed": True,
        "ToDate": "2100-01-01T00:00:00",
    }
    told = driver.call(
        "ReporteeElementList",
        "GetReporteeElementListBasicV2",
        **_SYSTEM,
        **_NOBODY,
        searchBE=search,
        languageID=1044,
    )
    found = [row for row in told.rows("ArchiveReference") if row.one("ArchiveReference") == archive_reference]
    assert len(found) == 1, told.tree
    assert found[0].one("Title") == "Oppdiktet innsending for Ærlige"
    assert (found[0].one("ReporteeElementType"), found[0].one("Status")) == ("FormTask", "Archive")


def correspondence(driver: Driver, world: World) -> None:
    """The public body's answer is found by the submission's archive reference, and read with its file."""
    reference, sent = _submitted(driver)
    archive_reference = _references(sent)["ArchiveReference"]
    number = world.send_message(archive_reference, reference)
    window = {"fromDate": "2000-01-01T00:00:00", "toDate": "2100-01-01T00:00:00", "languageID": 1044}
    listed = driver.call(
        "ReporteeElementList",
        "GetCorrespondenceListForArchiveRefBasic",
        **_SYSTEM,
        **_NOBODY,
        reportee=CLIENT_NUMBER,
        archiveReference=archive_reference,
        **window,
    )
    assert [int(each) for each in listed.all("ReporteeElementId")] == [number]
    told = driver.call(
        "CorrespondenceExternal",
        "GetCorrespondenceForEndUserSystemsBasicV2",
        **_SYSTEM,
        **_NOBODY,
        correspondenceID=number,
        languageID=1044,
    )
    assert int(told.one("CorrespondenceID")) == number
    assert told.one("CorrespondenceTitle") == f"Svar til {NAME}"
    assert told.one("CorrespondenceTxt") == MESSAGE_TEXT
    assert told.one("ArchiveReference") == archive_reference
    assert told.one_bytes("AttachmentData") == MESSAGE_FILE


def fault(driver: Driver, world: World) -> None:
    """The client reads each field of the AltinnFault: for a system, and for a person, that is not known."""
    world.forget_wrong_tries()
    with pytest.raises(Fault) as told:
        driver.call("IntermediaryInbound", "GetAltinnSubmissionStatusBasic", **{**_SYSTEM, "systemPassword": "feil"})
    _is_fault(told.value, 5, "Wrong username/password supplied.")
    person = {"userSSN": PERSON_NUMBER, "userPassword": "feil1234", "userPinCode": "0", "authMethod": "AltinnPin"}
    with pytest.raises(Fault) as told:
        driver.call(
            "IntermediaryInbound", "SubmitFormTaskBasic", **_SYSTEM, **person, formTaskShipment=_shipment("never")
        )
    _is_fault(told.value, 989, "Incorrect username/password/pin given for user")


def _is_fault(fault_told: Fault, number: int, message: str) -> None:
    detail = fault_told.detail
    assert int(detail.one("ErrorID")) == number
    assert detail.one("AltinnErrorMessage") == message
    assert detail.one("AltinnExtendedErrorMessage") == "No information available"
    assert detail.one("AltinnLocalizedErrorMessage")
    assert uuid.UUID(detail.one("ErrorGuid"))
    assert detail.one("UserGuid") == "-no value-"
    assert not detail.one("UserId")
