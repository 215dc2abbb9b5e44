"""An end-user system of the old world, made for the tests: WS-Security and secure conversation from the client's side.

Written apart from the gateway's own code, so that the two check each other. Each step can be done wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
PATH = "/IntermediaryExternal/ReceiptExternalEC2.svc"
ADDRESS = f"https://gateway.example{PATH}"
HOSTS = {"gateway.example"}

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://www.w3.org/2005/08/addressing"
O = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"  # noqa: E741 -- WCF's prefix
U = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
C = "http://schemas.xmlsoap.org/ws/2005/02/sc"
T = "http://schemas.xmlsoap.org/ws/2005/02/trust"
D = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
B64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
THUMBPRINT = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"
NS = {"s": S, "a": A, "o": O, "u": U, "c": C, "t": T, "d": D}
PASSWORD_TYPE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#"

RSA_SHA1, RSA_SHA256 = f"{D}rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
HMAC_SHA1, SHA1, SHA256 = f"{D}hmac-sha1", f"{D}sha1", "http://www.w3.org/2001/04/xmlenc#sha256"
QUESTION = '<q:GetReceiptEC xmlns:q="urn:synthetic"><q:userName>agent</q:userName></q:GetReceiptEC>'


class Remembered:
    """A memory in this process, on a clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW
        self.keys: dict[str, datetime] = {}

    def use(self, key: str, expires: datetime) -> bool:
        known = self.knows(key)
        self.keys.setdefault(key, expires)
        return known

    def knows(self, key: str) -> bool:
        return key in self.keys and self.keys[key] > self.now


@dataclass
class Keys:
    """A certificate with its private key."""

    certificate: x509.Certificate
    private: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def encoded(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    @property
    def thumbprint(self) -> bytes:
        return self.certificate.fingerprint(hashes.SHA1())  # noqa: S303 -- a name


def authority(name: str = "Oppdiktet CA") -> Keys:
    """An authority that vouches for itself."""
    private = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _begun(subject, subject, private.public_key()).add_extension(x509.BasicConstraints(True, None), True)
    return Keys(builder.sign(private, hashes.SHA256()), private)


SUBJECT = {
    NameOID.COMMON_NAME: "Oppdiktet Regnskap AS",
    NameOID.ORGANIZATION_NAME: "Oppdiktet Regnskap AS",
    NameOID.SERIAL_NUMBER: "310000000",
}


def certified(
    issuer: Keys,
    subject: dict[x509.ObjectIdentifier, str] | None = None,
    *,
    extensions: tuple[x509.ExtensionType, ...] = (),
    bits: int = 2048,
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=365),
) -> Keys:
    """An enterprise certificate (virksomhetssertifikat), by default of the organisation 310000000."""
    private = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(kind, value) for kind, value in (subject or SUBJECT).items()])
    builder = _begun(name, issuer.certificate.subject, private.public_key(), since, until)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Keys(builder.sign(issuer.private, hashes.SHA256()), private)


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey,
    since: datetime = NOW - timedelta(days=3650),
    until: datetime = NOW + timedelta(days=3650),
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def moment(when: datetime) -> str:
    """As WCF writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03}Z"


def timestamp(created: datetime = NOW, minutes: float = 5) -> str:
    """A Timestamp that lasts for some minutes."""
    return (
        f'<u:Timestamp u:Id="_0"><u:Created>{moment(created)}</u:Created>'
        f"<u:Expires>{moment(created + timedelta(minutes=minutes))}</u:Expires></u:Timestamp>"
    )


def user_token(
    *, password_type: str = "PasswordText", nonce: bytes | None = None, created: datetime | None = None
) -> str:
    """A UsernameToken of enterprise system 10042."""
    made = "" if nonce is None else f'<o:Nonce EncodingType="{B64}">{base64.b64encode(nonce).decode()}</o:Nonce>'
    made += "" if created is None else f"<u:Created>{moment(created)}</u:Created>"
    return (
        "<o:UsernameToken><o:Username>10042</o:Username>"
        f'<o:Password Type="{PASSWORD_TYPE}{password_type}">eksempel1</o:Password>{made}</o:UsernameToken>'
    )


def envelope(security: str = "", body: str = QUESTION, *, blocks: str = "", to: str = ADDRESS) -> etree._Element:
    """An envelope as WCF makes it, with these tokens in the Security block; ``blocks`` stand beside it."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())
    block = f'<o:Security s:mustUnderstand="1">{security}</o:Security>' if security else ""
    return etree.fromstring(
        f'<s:Envelope {declared}><s:Header><a:Action s:mustUnderstand="1">urn:synthetic/Get</a:Action>'
        f"<a:MessageID>urn:uuid:{uuid.uuid4()}</a:MessageID>"
        f'<a:To s:mustUnderstand="1" u:Id="_1">{to}</a:To>{block}{blocks}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def find(root: etree._Element, path: str) -> etree._Element:
    """The first element on this path, by the prefixes of the tests."""
    found = root.find(path, NS)
    assert found is not None, path
    return found


def canonical(element: etree._Element, prefixes: list[str] | None = None) -> bytes:
    """The exclusive canonical form, made from a copy that stands alone."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(
        alone, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None
    )


@dataclass
class Signature:
    """How a signature is made; each part can be made otherwise than it should."""

    secret: bytes | rsa.RSAPrivateKey
    key_info: str
    over: tuple[str, ...] = (".//u:Timestamp", ".//a:To")
    algorithm: str = RSA_SHA1
    digest: str = SHA1
    prefixes: list[str] = field(default_factory=list)
    method_parameters: str = ""
    transform: str = f'<d:Transform Algorithm="{EXC}"/>'
    canonicalisation: str = EXC
    references: str | None = None
    objects: str = ""

    def put_into(self, root: etree._Element) -> etree._Element:
        """Sign the message as it is now."""
        listed = " ".join(self.prefixes)
        inclusive = f'<e:InclusiveNamespaces xmlns:e="{EXC}" PrefixList="{listed}"/>' if listed else ""
        references = "".join(map(self._reference, (find(root, path) for path in self.over)))
        signed = (
            f'<d:SignedInfo><d:CanonicalizationMethod Algorithm="{self.canonicalisation}">{inclusive}'
            f'</d:CanonicalizationMethod><d:SignatureMethod Algorithm="{self.algorithm}">{self.method_parameters}'
            f"</d:SignatureMethod>{references if self.references is None else self.references}</d:SignedInfo>"
        )
        element = etree.fromstring(
            f'<d:Signature xmlns:d="{D}" xmlns:o="{O}" xmlns:c="{C}">{signed}<d:SignatureValue/>'
            f"<d:KeyInfo>{self.key_info}</d:KeyInfo>{self.objects}</d:Signature>"
        )
        find(root, ".//o:Security").append(element)
        value = self._value(canonical(find(element, "d:SignedInfo"), self.prefixes))
        find(element, "d:SignatureValue").text = base64.b64encode(value).decode()
        return root

    def _reference(self, target: etree._Element) -> str:
        digest = hashlib.new("sha256" if self.digest == SHA256 else "sha1", canonical(target)).digest()
        return (
            f'<d:Reference URI="#{target.get(f"{{{U}}}Id")}"><d:Transforms>{self.transform}</d:Transforms>'
            f'<d:DigestMethod Algorithm="{self.digest}"/>'
            f"<d:DigestValue>{base64.b64encode(digest).decode()}</d:DigestValue></d:Reference>"
        )

    def _value(self, content: bytes) -> bytes:
        if isinstance(self.secret, bytes):
            return hmac.digest(self.secret, content, "sha1")
        kind = hashes.SHA256() if self.algorithm == RSA_SHA256 else hashes.SHA1()  # noqa: S303 -- as old policies ask
        return self.secret.sign(content, padding.PKCS1v15(), kind)


def reference(uri: str, kind: str) -> str:
    """A SecurityTokenReference."""
    return f'<o:SecurityTokenReference><o:Reference URI="{uri}" ValueType="{kind}"/></o:SecurityTokenReference>'


def certificate_token(keys: Keys) -> str:
    """The certificate as it travels."""
    return (
        f'<o:BinarySecurityToken u:Id="x1" ValueType="{X509}" EncodingType="{B64}">{keys.encoded}'
        "</o:BinarySecurityToken>"
    )


def by_certificate(keys: Keys, **how: Any) -> Signature:
    """A signature by the certificate's own key, pointing at its token."""
    return Signature(keys.private, how.pop("key_info", reference("#x1", X509)), **how)


def token_request(kind: str = "Issue", entropy: bytes = b"k" * 32, extra: str = "") -> str:
    """A RequestSecurityToken as WCF makes it."""
    return (
        f"<t:RequestSecurityToken><t:TokenType>{C}/sct</t:TokenType><t:RequestType>{T}/{kind}</t:RequestType>"
        f'<t:Entropy><t:BinarySecret Type="{T}/Nonce">{base64.b64encode(entropy).decode()}</t:BinarySecret></t:Entropy>'
        f"<t:KeySize>256</t:KeySize>{extra}</t:RequestSecurityToken>"
    )


def bootstrap(
    keys: Keys, body: str | None = None, *, created: datetime = NOW, to: str = ADDRESS, **how: Any
) -> etree._Element:
    """The request for a session, signed with the certificate."""
    root = envelope(timestamp(created) + certificate_token(keys), body or token_request(), to=to)
    return by_certificate(keys, **how).put_into(root)


def p_sha1(secret: bytes, seed: bytes, length: int) -> bytes:
    """P_SHA1 once more, written from RFC 2246."""
    result, chained = b"", seed
    while len(result) < length:
        chained = hmac.new(secret, chained, hashlib.sha1).digest()
        result += hmac.new(secret, chained + seed, hashlib.sha1).digest()
    return result[:length]


@dataclass
class Derivation:
    """How a key is derived: what the token says in ``parts``, and what is done."""

    parts: str = "<c:Offset>0</c:Offset><c:Length>24</c:Length>"
    offset: int = 0
    length: int = 24
    label: bytes = b"WS-SecureConversation" * 2
    nonce: bytes = field(default_factory=lambda: uuid.uuid4().bytes)
    nonce_text: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.nonce_text is None:
            self.nonce_text = base64.b64encode(self.nonce).decode()


@dataclass
class Conversation:
    """A session as the client holds it: the token as it was given, and the key that only the two sides know."""

    token: str
    token_id: str
    identifier: str
    key: bytes
    expires: str

    @classmethod
    def opened(cls, answer: str, entropy: bytes = b"k" * 32) -> Conversation:
        """Read the answer to a token request."""
        root = etree.fromstring(answer)
        token = find(root, ".//c:SecurityContextToken")
        theirs = base64.b64decode(find(root, "t:Entropy/t:BinarySecret").text or "")
        bits = int(find(root, "t:KeySize").text or "")
        return cls(
            etree.tostring(token, with_tail=False).decode(),
            token.get(f"{{{U}}}Id") or "",
            find(token, "c:Identifier").text or "",
            p_sha1(entropy, theirs, bits // 8),
            find(root, "t:Lifetime/u:Expires").text or "",
        )

    def message(self, *, created: datetime = NOW, body: str = QUESTION, tokens: str = "", **how: Any) -> etree._Element:
        """A message signed with the session's key itself, as EC2 has it."""
        root = envelope(timestamp(created) + self.token + tokens, body)
        return self.signature(**how).put_into(root)

    def signature(self, **how: Any) -> Signature:
        """The session's signature over the Timestamp."""
        defaults = {"over": (".//u:Timestamp",), "algorithm": HMAC_SHA1}
        secret, info = how.pop("secret", self.key), how.pop("key_info", reference(f"#{self.token_id}", f"{C}/sct"))
        return Signature(secret, info, **(defaults | how))

    def derived(self, *, created: datetime = NOW, body: str = QUESTION, **how: Any) -> etree._Element:
        """A message signed with a key derived from the session's, as EC has it."""
        made = Derivation(**how)
        source = reference(made.source or f"#{self.token_id}", f"{C}/sct")
        token = (
            f'<c:DerivedKeyToken u:Id="_2">{source}{made.parts}<c:Nonce>{made.nonce_text}</c:Nonce></c:DerivedKeyToken>'
        )
        key = p_sha1(self.key, made.label + made.nonce, made.offset + made.length)[made.offset :]
        how = {"secret": key, "key_info": reference("#_2", f"{C}/dk")}
        return self.message(created=created, tokens=token, body=body, **how)
