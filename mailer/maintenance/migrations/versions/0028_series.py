"""What a series is about and who works on it; moved slots, drafts and notices."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TEXTS = ("audience", "languages", "translators", "approvers")
LEADS = ("draft_lead", "translation_lead", "approval_lead")


def upgrade() -> None:
    with op.batch_alter_table("series") as series:
        for name in ("letter_type", "owner"):
            series.add_column(sa.Column(name, sa.String(60), nullable=True))
        for name in TEXTS:
            series.add_column(sa.Column(name, sa.String(), nullable=True))
        for name in LEADS:
            series.add_column(sa.Column(name, sa.Integer(), nullable=True))
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.add_column(sa.Column("moved_to", sa.String(16), nullable=True))
        occurrence.add_column(
            sa.Column("attend_at", sa.DateTime(timezone=True), nullable=True)
        )
        occurrence.add_column(sa.Column("draft_id", sa.Integer(), nullable=True))
        occurrence.create_foreign_key(
            op.f("fk_occurrence_draft_id"), "campaign", ["draft_id"], ["id"]
        )
        occurrence.create_index(op.f("ix_occurrence_attend_at"), ["attend_at"])
    with op.batch_alter_table("slot_alert") as alert:
        alert.drop_column("mailed_at")
    _add_notices()


def _add_notices() -> None:
    op.create_table(
        "slot_notice",
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_slot_notice_occurrence_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "occurrence_id", "kind", "user", name=op.f("pk_slot_notice")
        ),
    )
    op.create_index("ix_slot_notice_waiting", "slot_notice", ["tried_at", "sent_at"])


def downgrade() -> None:
    op.drop_table("slot_notice")
    with op.batch_alter_table("slot_alert") as alert:
        alert.add_column(
            sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.drop_index(op.f("ix_occurrence_attend_at"))
        occurrence.drop_constraint(op.f("fk_occurrence_draft_id"), type_="foreignkey")
        for name in ("draft_id", "attend_at", "moved_to"):
            occurrence.drop_column(name)
    with op.batch_alter_table("series") as series:
        for name in (*LEADS, *TEXTS, "owner", "letter_type"):
            series.drop_column(name)
