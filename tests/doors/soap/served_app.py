"""The door as a WSGI application for a server in a process of its own; the database is named in the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core import Store
from soap import create_soap_app

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

DATABASE = "BROBYGGER_TEST_DATABASE"


def application() -> WSGIApplication:
    """Called by the server once in each worker."""
    return create_soap_app(Store(os.environ[DATABASE]))
