"""Recordings of remote sessions, and the set that is under way in one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.add_column("remote_session", sa.Column("set_under_way", sa.JSON(), nullable=True))
    op.create_table(
        "remote_recording",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["remote_session.id"], name=op.f("fk_remote_recording_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["file.sha256"], name=op.f("fk_remote_recording_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_recording")),
    )
    op.create_index(op.f("ix_remote_recording_session_id"), "remote_recording", ["session_id"], unique=False)
    op.create_index(op.f("ix_remote_recording_sha256"), "remote_recording", ["sha256"], unique=False)
