"""The tokens of webhooks, each with the report that it came with."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hook_token",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("report", sa.LargeBinary(32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_hook_token")),
    )
    op.create_index(op.f("ix_hook_token_seen_at"), "hook_token", ["seen_at"])


def downgrade() -> None:
    op.drop_table("hook_token")
