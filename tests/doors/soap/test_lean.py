"""A call answers what spyne would: the same element through both, byte for byte, in both versions of SOAP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from lxml import etree

from core import GatewayError, Store
from core.services.passwords import PasswordChecker
from soap import ns
from soap.data_exchange import OPERATIONS
from soap.envelope import SOAP_11, SOAP_12, CallRefused, SoapVersion
from soap.faults import refusal
from soap.spyne_compat import MethodContext
from soap.verbatim import _cut_out, _cut_out_plain
from soap.visit import AsmxCall, Visit
from soap.wire import Exchange, _Context, _operation, _server, _Soap11, _Soap12, _written
from tests.doors.soap.asmx_client import batch, unit
from tests.doors.soap.conftest import OWNER

SERVERS = {SOAP_11: _server(_Soap11, SOAP_11), SOAP_12: _server(_Soap12, SOAP_12)}
VERSIONS = pytest.mark.parametrize("version", [SOAP_11, SOAP_12], ids=["1.1", "1.2"])

Answer = tuple[str, object]


@dataclass(frozen=True)
class Both:
    """The same call as it is served, and in spyne's hands alone."""

    call: AsmxCall
    exchange: Exchange

    def agree(self, sent: str) -> Answer:
        """What both answer, in SOAP 1.1; both versions of both are compared."""
        told = [self._in_both(version, sent) for version in (SOAP_11, SOAP_12)]
        assert told[0][0] == told[1][0]
        return told[0]

    def _in_both(self, version: SoapVersion, sent: str) -> Answer:
        lean = self.served(version, sent)
        assert lean == self.by_spyne(version, sent)
        return lean

    def served(self, version: SoapVersion, sent: str) -> Answer:
        """The call as it is served."""
        kind, value = _outcome(lambda: self.exchange.answer(self.call, version, etree.fromstring(sent)))
        return ("unknown", None) if str(value).startswith(("Ukjent operasjon", "Operasjonen ")) else (kind, value)

    def by_spyne(self, version: SoapVersion, sent: str) -> Answer:
        """The call in spyne's hands alone: its choice of method, its parameters, its call, its envelope."""
        server, operation = SERVERS[version], etree.fromstring(sent)
        context = MethodContext(server, MethodContext.SERVER)
        context.udc, context.in_body_doc, context.method_request_string = self.call, operation, operation.tag
        protocol, written = server.app.in_protocol, server.app.out_protocol
        methods = protocol.get_call_handles(context)
        if not methods:
            return "unknown", None
        context.descriptor = methods[0]

        def called() -> bytes:
            protocol.deserialize(context, protocol.REQUEST)
            context.out_object = [server.app.call_wrapper(context)]
            written.serialize(context, protocol.RESPONSE)
            written.create_out_string(context)
            return b"".join(context.out_string)

        return _outcome(called)


def _outcome(called: Callable[[], bytes]) -> Answer:
    try:
        return "answered", called()
    except GatewayError as error:
        return "refused", refusal(error).fault.text
    except CallRefused as refused:
        return "refused", refused.fault.text
    except ValueError as error:
        return "broke down", type(error).__name__


@pytest.fixture
def both(world: Store, password_hash: str) -> Both:
    """Both, on a world in which the good batch has been taken in: a submission that is not a repeat leaves traces."""
    # What stands in for the hash of an unknown system is as quickly checked as the known ones' are here.
    world.companion(PasswordChecker)._decoy = password_hash
    each = Both(AsmxCall(world, Visit()), Exchange())
    kind, answer = each.served(SOAP_11, call("SubmitBatchPw", GOOD["batch"] + GOOD["password"]))
    assert kind == "answered"
    assert 'status="OK"' in str(answer)
    return each


def call(name: str, children: str, *, namespace: str = ns.DATA_EXCHANGE, attributes: str = "") -> str:
    return (
        f'<{name} xmlns="{namespace}" xmlns:xsi="{ns.XSI}" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f' xmlns:o="urn:other"{attributes}>{children}</{name}>'
    )


GOOD = {
    "enterpriseSystemId": "<enterpriseSystemId>4711</enterpriseSystemId>",
    "batchId": "<batchId>310000000-01-42</batchId>",
    "password": "<password>hemmelig1</password>",
    "version": "<version>2</version>",
    "orNumber": "<orNumber>212</orNumber>",
    "orVersion": "<orVersion>4348</orVersion>",
    "batch": f"<batch>{escape(batch(unit(OWNER, 'A1')))}</batch>",
}

ODD: dict[str, Callable[[str], str]] = {
    "as it should be": lambda name: GOOD[name],
    "absent": lambda _: "",
    "empty": lambda name: f"<{name}/>",
    "blank": lambda name: f"<{name}> \t\n</{name}>",
    "nil": lambda name: f'<{name} xsi:nil="true"/>',
    "nil in digits and with a text": lambda name: f'<{name} xsi:nil=" 1 ">7</{name}>',
    "not nil": lambda name: GOOD[name].replace(f"<{name}>", f'<{name} xsi:nil="false">'),
    "with a child": lambda name: f"<{name}>1<deep>2</deep>3</{name}>",
    "in another namespace": lambda name: GOOD[name].replace(f"<{name}>", f'<{name} xmlns="urn:other">'),
    "with a prefix": lambda name: GOOD[name].replace(name, f"o:{name}"),
    "with a known type": lambda name: GOOD[name].replace(f"<{name}>", f'<{name} xsi:type="xs:string">'),
    "with an unknown type": lambda name: GOOD[name].replace(f"<{name}>", f'<{name} xsi:type="o:never">'),
    "twice": lambda name: f"<{name}>1</{name}>{GOOD[name]}",
    "twice, the last nil": lambda name: f'{GOOD[name]}<{name} xsi:nil="true"/>',
    "twice, the first no number": lambda name: f"<{name}>x</{name}>{GOOD[name]}",
    "beside an unknown one": lambda name: f"<unknown>1</unknown>{GOOD[name]}",
    "in another letter case": lambda name: f"<{name.upper()}>1</{name.upper()}>",
    "with a comment": lambda name: GOOD[name].replace(">", "><!-- c -->", 1),
    "in a CDATA section": lambda name: f"<{name}><![CDATA[4711]]></{name}>",
    "with spaces around": lambda name: f"<{name}> 4711\n</{name}>",
    "with a sign": lambda name: f"<{name}>+4711</{name}>",
    "below zero": lambda name: f"<{name}>-1</{name}>",
    "at the edge of 32 bits": lambda name: f"<{name}>{2**31 - 1}</{name}>",
    "beyond 32 bits": lambda name: f"<{name}>{2**31}</{name}>",
    "at the edge of 64 bits": lambda name: f"<{name}>{-(2**63)}</{name}>",
    "beyond 64 bits": lambda name: f"<{name}>{2**63}</{name}>",
    "in other digits": lambda name: f"<{name}>٤٧</{name}>",
    "with an exponent": lambda name: f"<{name}>1e3</{name}>",
    "with letters beyond Latin 1 and markup": lambda name: f"<{name}>&lt;æøå €😀&amp;&gt;&#13;&quot;</{name}>",
}

PLACES = [(operation, name) for operation, described in OPERATIONS.items() for name in described.parameters]


@pytest.mark.parametrize(("operation", "name"), PLACES)
def test_each_parameter_of_each_operation_in_every_odd_shape(both: Both, operation: str, name: str) -> None:
    for odd, shape in ODD.items():
        children = [shape(each) if each == name else GOOD[each] for each in OPERATIONS[operation].parameters]
        assert both.agree(call(operation, "".join(children)))[0] in ("answered", "refused"), odd


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_order_of_the_parameters_does_not_matter(both: Both, operation: str) -> None:
    children = [GOOD[each] for each in OPERATIONS[operation].parameters]
    told = both.agree(call(operation, "".join(children)))
    assert both.agree(call(operation, "".join(reversed(children)))) == told


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_without_and_with_everything(both: Both, operation: str) -> None:
    both.agree(call(operation, ""))
    kind, answer = both.agree(call(operation, "text beside " + "".join(GOOD.values())))
    if operation in {"SubmitBatch", "BatchStatus", "BatchReceipt"}:
        assert (kind, str(answer)[-3:]) == ("refused", "Pw.")
    else:
        assert kind == "answered"
        assert f"<{operation}Result>" in str(answer)


@VERSIONS
def test_a_batch_that_is_taken_in_is_answered_alike(both: Both, version: SoapVersion) -> None:
    one, other = (GOOD["batch"].replace("-01-42", f"-01-{number}") for number in (43, 44))
    lean = both.served(version, call("SubmitBatchPw", one + GOOD["password"]))
    spyne = both.by_spyne(version, call("SubmitBatchPw", other + GOOD["password"]))
    assert 'status="OK"' in str(lean)
    assert str(lean) == str(spyne).replace("-01-44", "-01-43")


@pytest.mark.parametrize(
    ("name", "namespace", "known"),
    [
        ("AltInnStatus", ns.DATA_EXCHANGE, True),
        ("AltInnStatus", "", True),
        ("AltInnStatus", "urn:other", False),
        ("AltInnStatus", ns.DATA_EXCHANGE.removesuffix("/"), False),
        ("altinnstatus", ns.DATA_EXCHANGE, False),
        ("RequestInfoText", ns.DATA_EXCHANGE, False),
    ],
)
def test_an_operation_is_known_by_its_whole_name(both: Both, name: str, namespace: str, *, known: bool) -> None:
    assert both.agree(call(name, "", namespace=namespace))[0] == ("answered" if known else "unknown")


def test_an_attribute_named_as_a_parameter_means_nothing_and_breaks_nothing(both: Both) -> None:
    both.agree(call("AltInnStatus", "", attributes=' password="x"'))
    # spyne alone breaks down where a parameter has such an attribute, so there is nothing to compare with.
    sent = call("SubmitBatchPw", GOOD["batch"].replace("<batch>", '<batch password="x">') + GOOD["password"])
    kind, answer = both.served(SOAP_11, sent)
    assert kind == "answered"
    assert 'status="AllreadyExists"' in str(answer)


# -- whatever is sent ---------------------------------------------------------------------------

_TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "4711", "-1", "0", "2", "212", "4348", "hemmelig1", "310000000-01-42", "1.0", str(2**63)]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")),
    st.integers().map(str),
)
_NAMES = st.sampled_from([*GOOD, "unknown", "Password", "o:batchId", "o:version"])
_ATTRIBUTES = st.sampled_from(["", ' xsi:nil="true"', ' xsi:nil="0"', ' xsi:type="xs:int"', ' o:nil="true"', ' id="a"'])


@st.composite
def _children(draw: st.DrawFn) -> str:
    name, attributes, text = draw(_NAMES), draw(_ATTRIBUTES), escape(draw(_TEXTS))
    inside = draw(st.sampled_from(["", "<!-- c -->", "<deep/>", f"<deep a={quoteattr(name)}>4711</deep>"]))
    return f"<{name}{attributes}>{text}{inside}{text}</{name}>"


@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*OPERATIONS, "Other"]), children=st.lists(_children(), max_size=6))
def test_whatever_is_sent_both_answer_the_same(both: Both, name: str, children: list[str]) -> None:
    both.agree(call(name, "".join(children)))


# -- forms to the letter ------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        *("<Skjema a='1'>", "</Skjema>", "</Skjema >", "<Skjema/>", "<SkjemaX/>", "<SkjemaX>", "</SkjemaX>"),
        *("<!-- <Skjema> -->", "<![CDATA[</Skjema>]]>", "<?Skjema <Skjema?>", "x! y? &lt;Skjema&gt;"),
        *("<a b='>' c=\"'\"/>", "<Skjema b='x>'>t</Skjema>", "\n"),
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(units=st.lists(st.lists(_PIECES, min_size=1, max_size=5).map("".join), min_size=1, max_size=3))
def test_the_quick_way_to_cut_forms_out_gives_what_the_thorough_one_gives(units: list[str]) -> None:
    source = f"<DataBatch><DataUnits><DataUnit>{'</DataUnit><DataUnit>'.join(units)}</DataUnit></DataUnits></DataBatch>"
    try:
        forms = etree.fromstring(source).findall("DataUnits/DataUnit/Skjema")
    except etree.XMLSyntaxError:
        reject()
    quick = _cut_out_plain(source, len(forms))
    assert quick in ([], list(_cut_out(source)))


def test_a_plain_batch_is_cut_the_quick_way() -> None:
    source = batch(unit(OWNER, "A1"), unit(OWNER, "A2", body="<Skjema a='x! y?'>z</Skjema>"))
    assert _cut_out_plain(source, 2) == list(_cut_out(source)) != []


# -- whatever is answered -----------------------------------------------------------------------


@VERSIONS
@settings(max_examples=300, deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=40))
def test_whatever_is_answered_is_written_as_spyne_writes_it(version: SoapVersion, text: str) -> None:
    server, method = SERVERS[version], _method(version)
    lean = _operation(server, method)
    assert _outcome(lambda: lean.before + _written(text) + lean.after)[1] in _by_spyne_alone(version, text)


@VERSIONS
@pytest.mark.parametrize(
    "character", [chr(each) for each in (*range(0x21), *range(0x7F, 0xA1))] + list("\ufffd\ufffe\uffff")
)
def test_every_control_is_written_or_refused_as_spyne_does_it(version: SoapVersion, character: str) -> None:
    lean = _operation(SERVERS[version], _method(version))
    text = f"a{character}b"
    assert _outcome(lambda: lean.before + _written(text) + lean.after)[1] in _by_spyne_alone(version, text)


def _method(version: SoapVersion) -> Any:
    return SERVERS[version].app.interface.service_method_map[f"{{{ns.DATA_EXCHANGE}}}AltInnStatus"][0]


def _by_spyne_alone(version: SoapVersion, text: str) -> tuple[object, ...]:
    server = SERVERS[version]
    context = MethodContext(server, MethodContext.SERVER)
    context.descriptor, context.out_object = _method(version), [text]
    protocol = server.app.out_protocol

    def write() -> bytes:
        protocol.serialize(context, protocol.RESPONSE)
        protocol.create_out_string(context)
        return b"".join(context.out_string)

    kind, value = _outcome(write)
    # A lone surrogate is refused by both, each in its own words.
    return (value,) if kind == "answered" else ("ValueError", "UnicodeEncodeError")


def test_the_services_functions_need_nothing_of_a_context_but_the_call(world: Store) -> None:
    method = _method(SOAP_11)
    assert "<AltInnStatus" in method.function(_Context(AsmxCall(world, Visit())))
