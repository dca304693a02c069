"""What Alembic runs for every migration: on the connection, and in the transaction, that it is given."""

from __future__ import annotations

from alembic import context

from formcheck.records.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    compare_type=True,
    transactional_ddl=False,  # ours is open already, and holds the lock
)
context.run_migrations()
