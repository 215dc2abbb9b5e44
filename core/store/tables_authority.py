"""Tables of the change of authority: what marks a difference, what was compared, cohorts, and the fall-back log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from core.domain.fall_back import Direction, FallBackCause
from core.domain.system import Authority
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

difference_mark = Table(
    "difference_mark",
    metadata,
    Column("difference", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("enterprise_system", BigInteger, nullable=False),
    Column("reportee", Text, nullable=False),
    Column("authority", PlainText(Authority), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("direction", PlainText(Direction), nullable=False),
    Column("answered_by", Text),
)
Index(None, difference_mark.c.enterprise_system, difference_mark.c.at)
Index(None, difference_mark.c.at)
"""Beside each difference: the authority row that ruled (its reportee, and when it was set), and the direction."""

compared_day = Table(
    "compared_day",
    metadata,
    Column("enterprise_system", BigInteger, primary_key=True, autoincrement=False),
    Column("reportee", Text, primary_key=True),
    Column("authority", PlainText(Authority), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("compared", BigInteger, nullable=False),
)
"""How many questions were put to both worlds, by authority row and day (UTC): no calls is no clean day."""

authority_cohort = Table(
    "authority_cohort",
    metadata,
    Column("enterprise_system", BigInteger, primary_key=True, autoincrement=False),
    Column("reportee", Text, primary_key=True),
    Column("name", Text, nullable=False),
)
Index(None, authority_cohort.c.name)

fall_back = Table(
    "fall_back",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("enterprise_system", BigInteger, nullable=False),
    Column("came_from", PlainText(Authority), nullable=False),
    Column("went_to", PlainText(Authority), nullable=False),
    Column("places", Integer, nullable=False),
    Column("cause", PlainText(FallBackCause), nullable=False),
    Column("counted", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("told", Text, nullable=False),
)
Index(None, fall_back.c.at)
