"""Who accepted the safety texts, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "safety_acceptance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_safety_acceptance_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_acceptance")),
    )
    op.create_index(op.f("ix_safety_acceptance_account_id"), "safety_acceptance", ["account_id"], unique=False)
    op.create_index(op.f("ix_safety_acceptance_person_id"), "safety_acceptance", ["person_id"], unique=False)
