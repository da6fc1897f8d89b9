"""Sign-ins of the console, links that sign in once, passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("standing", sa.LargeBinary(32), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_user"), "sign_in", ["user"])
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_user"), "sign_in_link", ["user"])
    op.create_table(
        "user_credential",
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(80), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("recovery", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_user_credential")),
    )


def downgrade() -> None:
    for name in ("user_credential", "sign_in_link", "sign_in"):
        op.drop_table(name)
