"""One plan in force for each leg of an exercise, and one for either."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_PLAN = sa.table(
    "plan",
    sa.column("id", sa.String),
    sa.column("person_id", sa.String),
    sa.column("exercise", sa.String),
    sa.column("leg", sa.String),
    sa.column("from_at", sa.DateTime(timezone=True)),
    sa.column("until_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Bring the tables one step on."""
    _end_all_but_the_newest()
    for name, of, columns in (
        ("uq_plan_in_force", "leg IS NULL", ["person_id", "exercise"]),
        ("uq_plan_in_force_leg", "leg IS NOT NULL", ["person_id", "exercise", "leg"]),
    ):
        where = sa.text(f"until_at IS NULL AND {of}")
        op.create_index(name, "plan", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _end_all_but_the_newest() -> None:
    """End what an import had put beside a plan that was in force: the newest counted already."""
    connection = op.get_bind()
    query = sa.select(_PLAN).where(_PLAN.c.until_at.is_(None)).order_by(_PLAN.c.from_at.desc(), _PLAN.c.id)
    newest: dict[tuple[str, str, str | None], datetime] = {}
    for row in connection.execute(query).mappings().all():
        key = (row["person_id"], row["exercise"], row["leg"])
        if key in newest:
            ended = sa.update(_PLAN).where(_PLAN.c.id == row["id"])
            connection.execute(ended.values(until_at=newest[key]))
        else:
            newest[key] = row["from_at"]
