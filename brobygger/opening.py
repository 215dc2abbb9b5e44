"""Opening the store of these settings, for whatever runs on it."""

from __future__ import annotations

from brobygger.settings import Settings, WeakSettings
from core import Store, outdated_schema


def open_store(settings: Settings) -> Store:
    """The store of these settings. Raises WeakSettings where its schema is not the one this code needs."""
    outdated = outdated_schema(settings.database_url)
    if outdated is not None:
        raise WeakSettings(outdated)
    return Store(settings.database_url, terms=settings.terms())
