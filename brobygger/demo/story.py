"""The demo's story of the later platform: a code, a signed form, its receipt, and the answer, asked over the wire."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from brobygger.demo.calls import call
from brobygger.demo.check import Row
from core import parse_untrusted

_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<{name} xmlns="{namespace}">{inner}</{name}></s:Body></s:Envelope>'
)
_FORM = (
    '<Skjema skjemanummer="{id}" spesifikasjonsnummer="{version}"><GenerellInformasjon-grp-2581 gruppeid="2581">'
    '<Avgiftspliktig-grp-50 gruppeid="50">'
    '<RapporteringsenhetNavn-datadef-21771 orid="21771">Bakeriet Brød AS</RapporteringsenhetNavn-datadef-21771>'
    '<RapporteringsenhetOrganisasjonsnummer-datadef-21772 orid="21772">{party}'
    "</RapporteringsenhetOrganisasjonsnummer-datadef-21772></Avgiftspliktig-grp-50>"
    '<Termin-grp-2582 gruppeid="2582"><OppgaveType-datadef-5659 orid="5659">1</OppgaveType-datadef-5659>'
    '<TerminType-datadef-10092 orid="10092">4</TerminType-datadef-10092>'
    '<Termin-datadef-10093 orid="10093">011</Termin-datadef-10093>'
    '<TerminAr-datadef-10094 orid="10094">2026</TerminAr-datadef-10094></Termin-grp-2582>'
    "</GenerellInformasjon-grp-2581></Skjema>"
)
_MESSAGE = (
    '<GovOrgan name="{code}"><AltUt sequenceno="1"><Message shortName="{service}" messageReference="{reference}">'
    '<Participant id="{party}"><AltinnArchive>{archive}</AltinnArchive><Content languageCode="1044">'
    "<MessageSubject>Vedtak</MessageSubject><MessageSummery>Oppgaven er behandlet</MessageSummery>"
    "<HTML>Oppgaven er mottatt og behandlet.</HTML></Content></Participant></Message></AltUt></GovOrgan>"
)
_SERVICES = {
    "challenge": ("AuthenticationExternal/SystemAuthentication", "Authentication/SystemAuthentication"),
    "inbound": ("IntermediaryExternal/IntermediaryInboundBasic", "Intermediary/Shipment/IntermediaryInbound"),
    "receipts": ("IntermediaryExternal/ReceiptExternalBasic", "Intermediary/Receipt"),
    "elements": ("ServiceEngineExternal/ReporteeElementListExternalBasic", "ServiceEngine/ReporteeElementList"),
    "messages": ("ServiceEngineExternal/CorrespondenceExternalBasic", "ServiceEngine/Correspondence"),
}
_AGENCY = "webservicesagency/AgencyDataExchange.asmx"
_ALWAYS = {"FromDate": "2000-01-01T00:00:00", "ToDate": "2100-01-01T00:00:00"}
_BOKMAL = 1044


class Story:
    """One telling, of a submission with a reference of its own. ``box`` gives the newest text sent to a phone."""

    def __init__(self, base_url: str, data: Mapping[str, Any], box: Callable[[], str]) -> None:
        self._base_url = base_url
        self._data = data
        self._box = box
        self._reference = f"demo-{uuid.uuid4()}"
        self._system = {"systemUserName": data["system"]["id"], "systemPassword": data["system"]["password"]}
        self._code = self._receipt = self._archive = self._message = ""

    def rows(self) -> Iterator[Row]:
        """Each call with its answer, in order. What follows one that goes wrong goes wrong as well."""
        office = f"system {self._data['system']['id']} of {self._data['system']['owner']}"
        agency = self._data["service_owner"]["code"]
        yield self._row(
            "GetAuthenticationChallenge", office, "Ok code-sent", self._challenge(), "her code is in the box"
        )
        yield self._row("SubmitFormTask", office, "OK signed-and-sent", self._submit(), "she signs with the code")
        yield self._row("GetReceipt", office, "OK archived", self._found_receipt(), "found by the sender's reference")
        yield self._row("GetReporteeElementList", office, "Archive listed", self._listed(), "what the party has sent")
        yield self._row("SubmitAltutMessagePw", agency, "OK taken-in", self._answered(), "the agency answers it")
        yield self._row("GetCorrespondence", office, "Read fetched", self._fetched(), "found by the archive reference")

    def _row(self, operation: str, asker: str, expected: str, got: tuple[str, str], why: str) -> Row:
        door = ".asmx" if operation.endswith("Pw") else ".svc"
        party = str(self._data["reportee"])
        return Row("old services", asker, party, operation, door, expected, *got, why)

    # -- the calls ----------------------------------------------------------------------------------

    def _challenge(self) -> tuple[str, str]:
        person = self._data["person"]
        asked = {"AuthMethod": "SMSPin", "SystemUserName": self._system["systemUserName"]}
        asked |= {"UserPassword": person["password"], "UserSSN": person["number"]}
        inner = f"<challengeRequest>{_elements(asked)}</challengeRequest>"
        answer = self._ask("challenge", "GetAuthenticationChallenge", inner)
        self._code = "".join(re.findall(r"\d{6}", self._box())[:1])
        return _text(answer, "Status"), "code-sent" if self._code else "no-code"

    def _submit(self) -> tuple[str, str]:
        person, form = self._data["person"], self._data["form"]
        logged_on = {"userSSN": person["number"], "userPassword": person["password"]}
        logged_on |= {"userPinCode": self._code, "authMethod": "SMSPin"}
        data = _FORM.format(party=self._data["reportee"], **form["format"])
        row = {"Completed": "true", "DataFormatId": form["format"]["id"], "FormData": data}
        row |= {"DataFormatVersion": form["format"]["version"], "EndUserSystemReference": "H", "ParentReference": 0}
        service = _elements({"ServiceCode": form["code"], "ServiceEdition": form["edition"]})
        signature = _elements({"EndUserSystemReference": "S", "EndUserSystemUserId": "daglig leder"})
        shipment = (
            _elements({"Reportee": self._data["reportee"], "ExternalShipmentReference": self._reference})
            + f"<FormTasks>{service}<Forms><Form>{_elements(row)}</Form></Forms></FormTasks>"
            f"<Signatures>{signature}</Signatures>"
        )
        inner = f"{_elements(self._system | logged_on)}<formTaskShipment>{shipment}</formTaskShipment>"
        answer = self._ask("inbound", "SubmitFormTaskBasic", inner)
        self._receipt = _text(answer, "ReceiptId")
        text = _text(answer, "ReceiptText")
        return _text(answer, "ReceiptStatusCode"), "signed-and-sent" if text.startswith("SignAndSend") else text

    def _found_receipt(self) -> tuple[str, str]:
        reference = {"ReferenceType": "ExternalShipmentReference", "ReferenceValue": self._reference}
        search = f"<References><Reference>{_elements(reference)}</Reference></References>"
        answer = self._ask("receipts", "GetReceiptBasicV2", f"{_elements(self._system)}<receipt>{search}</receipt>")
        for each in answer.iter("{*}Reference"):
            if _text(each, "ReferenceType") == "ArchiveReference":
                self._archive = _text(each, "ReferenceValue")
        is_it = self._archive and _text(answer, "ReceiptId") == self._receipt
        return _text(answer, "ReceiptStatus"), "archived" if is_it else "not-archived"

    def _listed(self) -> tuple[str, str]:
        search = {"ArchiveReference": self._archive, **_ALWAYS, "Reportee": self._data["reportee"]}
        wanted = f"<searchBE>{_elements(search | {'SentAndArchived': 'true'})}</searchBE>"
        inner = f"{_elements(self._system)}{wanted}{_elements({'languageID': _BOKMAL})}"
        answer = self._ask("elements", "GetReporteeElementListBasicV2", inner)
        is_there = self._archive in [each.text for each in answer.iter("{*}ArchiveReference")]
        return _text(answer, "Status"), "listed" if is_there else "not-listed"

    def _answered(self) -> tuple[str, str]:
        owner, messages = self._data["service_owner"], self._data["messages"]
        document = _MESSAGE.format(
            code=owner["code"],
            service=f"{messages['code']}_{messages['edition']}",
            reference=self._reference,
            party=self._data["reportee"],
            archive=self._archive,
        )
        inner = _elements({"altutMessage": document, "password": owner["password"]})
        namespace, name = "http://AltInn.no/agencywebservices/", "SubmitAltutMessagePw"
        answer = self._post(_AGENCY, namespace, name, inner)
        receipt = _text(answer, f"{name}Result")
        status = "OK" if 'status="OK"' in receipt else "refused"
        return status, "taken-in" if "er mottatt" in receipt else receipt[:200]

    def _fetched(self) -> tuple[str, str]:
        wanted = {"reportee": self._data["reportee"], "archiveReference": self._archive}
        wanted |= {"fromDate": _ALWAYS["FromDate"], "toDate": _ALWAYS["ToDate"], "languageID": _BOKMAL}
        listed = self._ask("elements", "GetCorrespondenceListForArchiveRefBasic", _elements(self._system | wanted))
        asked = {"correspondenceID": _text(listed, "ReporteeElementId") or 0, "languageID": _BOKMAL}
        answer = self._ask("messages", "GetCorrespondenceForEndUserSystemsBasicV2", _elements(self._system | asked))
        title = _text(answer, "CorrespondenceTitle")
        return _text(answer, "CorrespondenceStatus"), "fetched" if title == "Vedtak" else title

    # -- the wire -----------------------------------------------------------------------------------

    def _ask(self, service: str, name: str, inner: str) -> Any:
        path, namespace = _SERVICES[service]
        return self._post(f"{path}.svc", f"http://www.altinn.no/services/{namespace}/2009/10", name, inner)

    def _post(self, path: str, namespace: str, name: str, inner: str) -> Any:
        body = _ENVELOPE.format(name=name, namespace=namespace, inner=inner)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{namespace.rstrip("/")}/{name}"'}
        return parse_untrusted(call(f"{self._base_url}/{path}", body.encode(), headers).body)


def story_paths() -> dict[str, str]:
    """Where the services of the story are reached, below the base URL."""
    return {name: f"/{path}.svc" for name, (path, _) in _SERVICES.items()} | {"agency": f"/{_AGENCY}"}


def _elements(values: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items())


def _text(answer: Any, name: str) -> str:
    """The text of the first element with this name; the fault where the answer is one."""
    found = next(answer.iter(f"{{*}}{name}"), None)
    if found is None:
        found = next(answer.iter("{*}AltinnErrorMessage"), None)
    return "" if found is None else found.text or ""
