"""The modern front door: system register, system users, client delegation, tokens and decisions over HTTP.

A room of doors: each parses a call, asks the core one thing, and translates the answer.
"""

from rest.app import create_rest_app
from rest.door import RestOptions
from rest.tokens.altinn import AltinnIssuer
from rest.tokens.exchange import Exchange
from rest.tokens.issuer import StandInIssuer, create_stand_in
from rest.tokens.key_source import fetched_keys
from rest.tokens.keys import FileKeys, new_private_key
from rest.tokens.trust import KeysUnavailable, TokenTrust, TrustedIssuer, UntrustworthySetup

__all__ = [
    "AltinnIssuer",
    "Exchange",
    "FileKeys",
    "KeysUnavailable",
    "RestOptions",
    "StandInIssuer",
    "TokenTrust",
    "TrustedIssuer",
    "UntrustworthySetup",
    "create_rest_app",
    "create_stand_in",
    "fetched_keys",
    "new_private_key",
]
