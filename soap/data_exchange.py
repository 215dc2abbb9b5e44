"""The nine operations of DataExchange: parameters in the contract's order, and what answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from core import (
    AuthenticationFailed,
    BatchStatus,
    Caller,
    InvalidInput,
    NotFound,
    Service,
    ServiceId,
    Store,
    active_forms,
    authenticate_system,
    batch_receipt,
    form_schema,
    submit_batch,
    system_number,
)
from soap.data_batch import UnreadableBatch, read_batch
from soap.documents import active_forms_document, platform_status, schema_definition
from soap.envelope import CallRefused
from soap.faults import refusal
from soap.receipts import BatchAnswer, answer_of, write_receipt
from soap.spyne_compat import Integer32, Integer64, MethodContext, ServiceBase, Unicode, rpc
from soap.texts import ILL_MADE_BATCH
from soap.visit import AsmxCall

NOT_OFFERED = frozenset({"RequestAuthenticationChallengePw", "RequestInfoText", "RequestPrefillData"})
"""Operations the contract grew between 2005 and 2009; no client's request for them is known (soap-asmx §2.2)."""


class Operation(NamedTuple):
    """One operation: its parameters in the contract's order, and what answers it.

    ``answer`` takes the call and the parameters, None for each that is absent, and returns the result.
    """

    parameters: Mapping[str, type]
    answer: Callable[..., str]


def _without_password(operation: str) -> Callable[..., str]:
    text = f"{operation} uten passord krever klientsertifikat, som ikke tilbys her. Bruk {operation}Pw."

    def refuse(*_parameters: object) -> str:
        raise CallRefused(text)

    return refuse


def _submit_batch(call: AsmxCall, batch: str | None, password: str | None) -> str:
    return _submit(call, batch or "", password or "")


def _batch_status(call: AsmxCall, system: int | None, batch_id: str | None, password: str | None) -> str:
    return _tell(call, system or 0, batch_id or "", password or "")


def _batch_receipt(
    call: AsmxCall, system: int | None, batch_id: str | None, password: str | None, version: int | None
) -> str:
    return _tell(call, system or 0, batch_id or "", password or "", version=version or 1)


def _schema_definition(call: AsmxCall, or_number: int | None, or_version: int | None) -> str:
    number, version = or_number or 0, or_version or 0
    try:
        return schema_definition(form_schema(call.store, number, version))
    except NotFound as error:
        raise refusal(error, f"{number}/{version}") from error


_TEXT = Unicode(min_occurs=0, nillable=False)
_INT = Integer32(min_occurs=1, nillable=False)
_LONG = Integer64(min_occurs=1, nillable=False)
_SYSTEM_AND_BATCH = {"enterpriseSystemId": _INT, "batchId": _TEXT}
_PASSWORD = {"password": _TEXT}
_VERSION = {"version": _INT}

OPERATIONS: Mapping[str, Operation] = {
    "SubmitBatch": Operation({"batch": _TEXT}, _without_password("SubmitBatch")),
    "SubmitBatchPw": Operation({"batch": _TEXT, **_PASSWORD}, _submit_batch),
    "BatchStatus": Operation(_SYSTEM_AND_BATCH, _without_password("BatchStatus")),
    "BatchStatusPw": Operation({**_SYSTEM_AND_BATCH, **_PASSWORD}, _batch_status),
    "BatchReceipt": Operation({**_SYSTEM_AND_BATCH, **_VERSION}, _without_password("BatchReceipt")),
    "BatchReceiptPw": Operation({**_SYSTEM_AND_BATCH, **_PASSWORD, **_VERSION}, _batch_receipt),
    "GetSchemaDefinition": Operation({"orNumber": _LONG, "orVersion": _LONG}, _schema_definition),
    "ActiveForms": Operation({}, lambda call: active_forms_document(active_forms(call.store))),
    "AltInnStatus": Operation({}, lambda call: platform_status(call.store)),
}
"""The contract of 2005, complete."""


def _method(name: str, operation: Operation) -> Callable[..., Any]:
    def method(context: MethodContext, *parameters: object) -> str:
        return operation.answer(context.udc, *parameters)

    method.__name__ = name
    # Every name is given: without them, .NET and PHP clients read null (soap-asmx §7.2).
    declare = rpc(
        *operation.parameters.values(),
        _args=list(operation.parameters),
        _returns=Unicode(min_occurs=0, nillable=False),
        _operation_name=name,
        _out_message_name=f"{name}Response",
        _out_variable_name=f"{name}Result",
    )
    return declare(method)


DataExchange = type(ServiceBase)(
    "DataExchange", (ServiceBase,), {name: _method(name, operation) for name, operation in OPERATIONS.items()}
)
"""The service as spyne has it. A call's ``udc`` is an `AsmxCall`."""


def _submit(call: AsmxCall, text: str, password: str) -> str:
    store = call.store
    try:
        batch = read_batch(text)
    except UnreadableBatch as error:
        call.visit.claims(store, system_number(error.system or ""))
        answer = BatchAnswer(
            error.batch_id, error.system, BatchStatus.INVALID_XML, store.clock(), problem=error.problem
        )
        return write_receipt(answer, {})
    caller = _caller(call, batch.enterprise_system, password)
    if caller is None:
        return _not_known(store, batch.enterprise_system, batch.batch_id)
    # The forms' names are looked up first: nothing may fail once the batch is in.
    services = _services(store)
    try:
        receipt = submit_batch(store, caller, batch)
    except InvalidInput:
        number = str(batch.enterprise_system)
        return write_receipt(
            BatchAnswer(batch.batch_id, number, BatchStatus.INVALID_XML, store.clock(), problem=ILL_MADE_BATCH), {}
        )
    return write_receipt(answer_of(receipt), services)


def _tell(call: AsmxCall, system: int, batch_id: str, password: str, *, version: int = 1) -> str:
    store = call.store
    caller = _caller(call, system, password)
    if caller is None:
        return _not_known(store, system, batch_id)
    return write_receipt(answer_of(batch_receipt(store, caller, batch_id)), _services(store), version=version)


def _caller(call: AsmxCall, system: int, password: str) -> Caller | None:
    try:
        return call.log_on(system, lambda: authenticate_system(call.store, system, password, source=call.visit.address))
    except AuthenticationFailed:
        return None


def _not_known(store: Store, system: int, batch_id: str) -> str:
    answer = BatchAnswer(batch_id, str(system), BatchStatus.AUTHENTICATION_FAILED, store.clock())
    return write_receipt(answer, {})


def _services(store: Store) -> Mapping[ServiceId, Service]:
    return store.snapshot().catalogue.services
