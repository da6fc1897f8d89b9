"""An index of messages by campaign, in the order in which they were made."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_message_campaign", "message", ["campaign_id"])


def downgrade() -> None:
    op.drop_index("ix_message_campaign", "message")
