"""The small world of the system-user tests, for these too."""

from __future__ import annotations

from tests.core.systems.conftest import house, house_template, house_url

__all__ = ["house", "house_template", "house_url"]
