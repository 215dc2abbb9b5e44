"""The words of the security header: names, token types and algorithms, each written once, as its standard has it."""

from __future__ import annotations

from typing import Final

from soap import ns

_PREFIXES: Final = ns.FAULT_PREFIXES
WSSE: Final = _PREFIXES["wsse"]
WSU: Final = _PREFIXES["wsu"]
WSC: Final = _PREFIXES["wsc"]
"""WS-SecureConversation of February 2005."""
WST: Final = _PREFIXES["wst"]
"""WS-Trust of February 2005."""
WSA: Final = ns.ADDRESSING
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
"""Both the algorithm and the namespace of its one parameter."""
COOKIE_NS: Final = "http://schemas.microsoft.com/ws/2006/05/security"
"""Where the platform's framework keeps the cookie of a stateful token."""

_OASIS = "http://docs.oasis-open.org/wss"
_PROFILE_10 = f"{_OASIS}/2004/01/oasis-200401-wss"
BASE64: Final = f"{_PROFILE_10}-soap-message-security-1.0#Base64Binary"
PASSWORD_TEXT: Final = f"{_PROFILE_10}-username-token-profile-1.0#PasswordText"
PASSWORD_DIGEST: Final = f"{_PROFILE_10}-username-token-profile-1.0#PasswordDigest"
X509_V3: Final = f"{_PROFILE_10}-x509-token-profile-1.0#X509v3"
THUMBPRINT: Final = f"{_OASIS}/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"

SECURITY: Final = f"{{{WSSE}}}Security"
USERNAME_TOKEN: Final = f"{{{WSSE}}}UsernameToken"
BINARY_TOKEN: Final = f"{{{WSSE}}}BinarySecurityToken"
TOKEN_REFERENCE: Final = f"{{{WSSE}}}SecurityTokenReference"
REFERENCE: Final = f"{{{WSSE}}}Reference"
KEY_IDENTIFIER: Final = f"{{{WSSE}}}KeyIdentifier"
TIMESTAMP: Final = f"{{{WSU}}}Timestamp"
CREATED: Final = f"{{{WSU}}}Created"
EXPIRES: Final = f"{{{WSU}}}Expires"
ID: Final = f"{{{WSU}}}Id"
CONTEXT_TOKEN: Final = f"{{{WSC}}}SecurityContextToken"
CONTEXT_IDENTIFIER: Final = f"{{{WSC}}}Identifier"
COOKIE: Final = f"{{{COOKIE_NS}}}Cookie"
DERIVED_KEY: Final = f"{{{WSC}}}DerivedKeyToken"
SIGNATURE: Final = f"{{{DS}}}Signature"

CONTEXT_TYPE: Final = f"{WSC}/sct"
DERIVED_TYPE: Final = f"{WSC}/dk"
P_SHA1: Final = f"{WSC}/dk/p_sha1"
COMPUTED_KEY: Final = f"{WST}/CK/PSHA1"
NONCE_SECRET: Final = f"{WST}/Nonce"
SYMMETRIC_KEY: Final = f"{WST}/SymmetricKey"

TOKEN_REQUEST: Final = f"{{{WST}}}RequestSecurityToken"
