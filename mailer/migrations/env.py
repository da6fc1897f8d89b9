"""Runs migrations on the connection it is handed, in that connection's transaction."""

from alembic import context

from mailer import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata(),
    compare_type=True,
    render_as_batch=False,
)
context.run_migrations()
