"""Body height of a person, by which a pose is put into metres."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.add_column("person", sa.Column("height_cm", sa.Double(), nullable=True))
