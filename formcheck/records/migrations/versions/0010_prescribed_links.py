"""Links to what somebody is prescribed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "prescribed_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_prescribed_link_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_prescribed_link_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescribed_link")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_prescribed_link_code_sha256")),
    )
    op.create_index(op.f("ix_prescribed_link_person_id"), "prescribed_link", ["person_id"], unique=False)
    op.create_index(op.f("ix_prescribed_link_plan_id"), "prescribed_link", ["plan_id"], unique=False)
