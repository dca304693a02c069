"""Programmes, what was done of them without a camera, and answers to the red-flag screen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "programme",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        _person("programme"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    op.create_index(op.f("ix_programme_person_id"), "programme", ["person_id"], unique=False)
    where = sa.text("until_at IS NULL AND person_id IS NOT NULL")
    op.create_index(
        "uq_programme_in_force", "programme", ["person_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "programme_done",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("programme_id", sa.String(length=32), nullable=True),
        sa.Column("exercise", sa.String(length=40), nullable=False),
        sa.Column("leg", sa.String(length=40), nullable=True),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("reps", sa.JSON(), nullable=False),
        sa.Column("pain_before", sa.Integer(), nullable=True),
        sa.Column("pain_during", sa.Integer(), nullable=True),
        sa.Column("pain_after", sa.Integer(), nullable=True),
        sa.Column("pain_next_morning", sa.Integer(), nullable=True),
        sa.Column("told_by", sa.String(length=200), nullable=False),
        _person("programme_done"),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_done_programme_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_done")),
    )
    op.create_index("ix_programme_done_person_id_done_at", "programme_done", ["person_id", "done_at"], unique=False)
    op.create_index(op.f("ix_programme_done_programme_id"), "programme_done", ["programme_id"], unique=False)
    op.create_table(
        "red_flag_screen",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("account_id", sa.String(length=200), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", sa.String(length=200), nullable=False),
        _person("red_flag_screen"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_flag_screen")),
    )
    op.create_index(op.f("ix_red_flag_screen_account_id"), "red_flag_screen", ["account_id"], unique=False)
    op.create_index(op.f("ix_red_flag_screen_person_id"), "red_flag_screen", ["person_id"], unique=False)


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"), ondelete="CASCADE")
