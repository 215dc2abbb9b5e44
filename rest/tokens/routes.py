"""Every route of the tokens' room: what is always there, what an exchange needs, and what is for demo only."""

from __future__ import annotations

from flask import Flask

from core import Store
from rest.door import Door, RestOptions
from rest.tokens.bearer import Verifier
from rest.tokens.exchange import Exchange
from rest.tokens.exchange_routes import add_exchange_routes, add_introspection_routes, add_revocation_routes
from rest.tokens.mint import Mint
from rest.tokens.mint_routes import add_mint_routes
from rest.tokens.stand_in_admin import add_stand_in_admin
from rest.tokens.token_routes import add_token_routes


def add_token_room(app: Flask, door: Door, store: Store, verifier: Verifier, options: RestOptions) -> None:
    """Serve the room. Without an exchange and outside demo, tokens are introspected and taken back, and no more."""
    stand_in = options.issuer
    exchange = options.exchange or (None if stand_in is None else Exchange(stand_in.altinn))
    add_introspection_routes(app, verifier, options)
    add_revocation_routes(door, verifier, exchange)
    if exchange is not None:
        add_exchange_routes(app, store, verifier, options, exchange)
    if stand_in is not None:
        add_token_routes(app, options, stand_in)
        add_mint_routes(app, store, options, Mint(stand_in, store.clock))
        add_stand_in_admin(app, store, options, stand_in)
