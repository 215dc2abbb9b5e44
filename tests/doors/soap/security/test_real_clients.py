"""Real clients over a real socket: WSS4J, which Apache CXF signs with, and zeep."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from soap.security import Gate, Sealer, Trust
from tests.doors.soap.security.old_client import Keys, Remembered, authority, certified
from tests.doors.soap.security.served_gate import served

HERE = Path(__file__).parent
JARS = [
    Path("/usr/share/java") / f"{name}.jar" for name in ("wss4j", "xmlsec", "commons-logging", "slf4j-api", "slf4j-nop")
]
PACKAGES = "libwss4j-java libxml-security-java libcommons-logging-java libslf4j-java default-jdk-headless"


class _Now(Remembered):
    """On the wall's clock, as the clients are."""

    def knows(self, key: str) -> bool:
        self.now = datetime.now(UTC)
        return super().knows(key)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> tuple[Keys, Path]:
    """An authority, and a key store with a certificate of its for the Java client."""
    issuer, today = authority(), datetime.now(UTC)
    keys = certified(issuer, since=today - timedelta(days=1), until=today + timedelta(days=1))
    secret = serialization.BestAvailableEncryption(b"synthetic")
    path = tmp_path_factory.mktemp("keys") / "system.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"system", keys.private, keys.certificate, None, secret))
    return issuer, path


@pytest.fixture
def address(system: tuple[Keys, Path]) -> Iterator[str]:
    gate = Gate(trust=Trust([system[0].pem]), sealer=Sealer(b"s" * 32), memory=_Now(), hosts={"127.0.0.1"})
    with served(gate) as found:
        yield found


@pytest.fixture(scope="module")
def wss4j(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the compiled Java client."""
    missing = [str(jar) for jar in JARS if not jar.exists()] + [
        tool for tool in ("java", "javac") if not shutil.which(tool)
    ]
    if missing:
        pytest.skip(f"NOT TESTED WITH WSS4J: no {', '.join(missing)}; apt-get install {PACKAGES}")
    into, classpath = tmp_path_factory.mktemp("java"), ":".join(map(str, JARS))
    subprocess.run(
        ["javac", "-nowarn", "-cp", classpath, "-d", into, HERE / "java" / "Wss4jClient.java"], check=True, timeout=120
    )
    return ["java", "-cp", f"{into}:{classpath}", "Wss4jClient"]


WSDL = """<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:p="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:synthetic" targetNamespace="urn:synthetic">
  <w:types><x:schema targetNamespace="urn:synthetic" elementFormDefault="qualified">
    <x:element name="Question"><x:complexType><x:sequence/></x:complexType></x:element>
    <x:element name="QuestionResponse">
      <x:complexType><x:attribute name="as" type="x:string"/></x:complexType>
    </x:element>
  </x:schema></w:types>
  <w:message name="In"><w:part name="parameters" element="t:Question"/></w:message>
  <w:message name="Out"><w:part name="parameters" element="t:QuestionResponse"/></w:message>
  <w:portType name="P">
    <w:operation name="Question"><w:input message="t:In"/><w:output message="t:Out"/></w:operation>
  </w:portType>
  <w:binding name="B" type="t:P">
    <p:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <w:operation name="Question">
      <p:operation soapAction="urn:synthetic/Question"/>
      <w:input><p:body use="literal"/></w:input><w:output><p:body use="literal"/></w:output>
    </w:operation>
  </w:binding>
  <w:service name="S"><w:port name="P" binding="t:B"><p:address location="ADDRESS"/></w:port></w:service>
</w:definitions>"""


@pytest.fixture
def zeep_client(address: str, tmp_path: Path) -> Callable[..., Any]:
    """Asks the question through zeep, with the UsernameToken given to it."""
    from zeep import Client
    from zeep.wsa import WsAddressingPlugin

    described = tmp_path / "question.wsdl"
    described.write_text(WSDL.replace("ADDRESS", f"{address}/Receipt.svc"))
    return lambda token: Client(str(described), wsse=token, plugins=[WsAddressingPlugin()]).service.Question()


def _stamp(created: datetime) -> Any:
    from zeep.wsse import utils

    element = utils.WSU.Timestamp()
    element.append(utils.WSU.Created(created.strftime("%Y-%m-%dT%H:%M:%SZ")))
    return element


def test_zeep_sends_user_names(zeep_client: Callable[..., Any]) -> None:
    from zeep.wsse.username import UsernameToken

    now = datetime.now(UTC)
    assert zeep_client(UsernameToken("10042", "eksempel1")) == "10042"
    assert zeep_client(UsernameToken("10042", "eksempel1", timestamp_token=_stamp(now))) == "10042"


def test_zeep_is_told_why_it_is_refused(zeep_client: Callable[..., Any]) -> None:
    from zeep.exceptions import Fault
    from zeep.wsse.username import UsernameToken

    with pytest.raises(Fault, match="argon2") as caught:
        zeep_client(UsernameToken("10042", "eksempel1", use_digest=True))
    assert [code.localname for code in caught.value.subcodes] == ["FailedAuthentication"]
    late = _stamp(datetime.now(UTC) - timedelta(minutes=11))
    with pytest.raises(Fault, match="expired") as caught:
        zeep_client(UsernameToken("10042", "eksempel1", timestamp_token=late))
    assert [code.localname for code in caught.value.subcodes] == ["MessageExpired"]


def test_wss4j_speaks_every_binding(wss4j: list[str], system: tuple[Keys, Path], address: str) -> None:
    done = subprocess.run([*wss4j, address, str(system[1])], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines() == [
        "user-name 200 QuestionResponse 10042",
        "user-name-digest 500 Fault wsse:FailedAuthentication",
        "certificate 200 QuestionResponse 310000000",
        "certificate-sha256 200 QuestionResponse 310000000",
        "open-ec2 200 RequestSecurityTokenResponse ",
        "session-ec2 200 QuestionResponse 310000000",
        "session-ec2-again 200 QuestionResponse 310000000",
        "session-ec2-forged 500 Fault wsse:FailedCheck",
        "open-ec 200 RequestSecurityTokenResponse ",
        "derived-ec 200 QuestionResponse 310000000",
        "derived-ec-forged 500 Fault wsse:FailedCheck",
        "cancel-ec 200 RequestSecurityTokenResponse ",
        "derived-ec-cancelled 500 Fault wsc:BadContextToken",
    ], done.stderr[-3000:]
