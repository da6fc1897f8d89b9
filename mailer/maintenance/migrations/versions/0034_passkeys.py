"""Passkeys of users, their challenges, and subjects of a provider of sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "passkey",
        sa.Column("credential_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("added_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("credential_hash", name=op.f("pk_passkey")),
    )
    op.create_index(op.f("ix_passkey_user"), "passkey", ["user"])
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user", sa.String(60), nullable=True),
        sa.Column("ends_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenge")),
    )
    op.create_table(
        "oidc_subject",
        sa.Column("subject_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("bound_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("subject_hash", name=op.f("pk_oidc_subject")),
        sa.UniqueConstraint("user", name=op.f("uq_oidc_subject_user")),
    )


def downgrade() -> None:
    op.drop_table("oidc_subject")
    op.drop_table("passkey_challenge")
    op.drop_table("passkey")
