"""Number, date of birth and sex of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.add_column("person", sa.Column("number", sa.String(40), nullable=True))
    op.add_column("person", sa.Column("birth_date", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("sex", sa.String(40), nullable=True))
