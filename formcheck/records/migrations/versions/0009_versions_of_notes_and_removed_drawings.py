"""Former versions of notes; drawings that were removed and can be put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "note_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("note_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("for_client", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_version_note_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_version")),
        sa.UniqueConstraint("note_id", "number", name=op.f("uq_note_version_note_id_number")),
    )
    op.add_column("note", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("note", sa.Column("edited_by", sa.String(length=200), nullable=True))
    op.add_column("note", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("annotation", sa.Column("removed_by", sa.String(length=200), nullable=True))
    op.add_column("annotation", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
