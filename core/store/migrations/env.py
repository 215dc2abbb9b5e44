"""What alembic runs for every command: the connection it is given, and our tables to compare with."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata


def _render(kind: str, column_type: Any, _context: Any) -> str | Literal[False]:
    """Migrations name the database's own types, so that they do not change when our types do."""
    if kind == "type" and isinstance(column_type, PlainText):
        return "sa.Text()"
    if kind == "type" and isinstance(column_type, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_render,
    # SQLite changes a table by making it anew and copying.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
