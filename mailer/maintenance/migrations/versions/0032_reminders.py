"""What reminders wait for; series that follow letters, and those letters."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_LETTERS = "followed_letter"


def upgrade() -> None:
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("waits_for", sa.JSON(), nullable=True))
    with op.batch_alter_table("series") as series:
        series.add_column(sa.Column("remind", sa.String(40), nullable=True))
        series.add_column(sa.Column("follows", sa.Integer(), nullable=True))
        series.add_column(sa.Column("follows_series", sa.String(60), nullable=True))
        series.create_foreign_key(
            op.f("fk_series_follows"), "campaign", ["follows"], ["id"]
        )
        for name in ("follows", "follows_series"):
            series.create_index(op.f(f"ix_series_{name}"), [name])
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.add_column(sa.Column("follows", sa.Integer(), nullable=True))
        occurrence.add_column(sa.Column("step", sa.Integer(), nullable=True))
        occurrence.create_foreign_key(
            op.f("fk_occurrence_follows"), "campaign", ["follows"], ["id"]
        )
        occurrence.create_index(op.f("ix_occurrence_follows"), ["follows"])
    _add_letters()


def _add_letters() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        _LETTERS,
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(100), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_followed_letter_series_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_followed_letter_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["campaign.id"], name=op.f("fk_followed_letter_source_id")
        ),
        sa.PrimaryKeyConstraint(
            "series_id", "campaign_id", name=op.f("pk_followed_letter")
        ),
    )
    op.create_index(op.f("ix_followed_letter_uid"), _LETTERS, ["uid"])
    op.create_index(
        "ix_followed_letter_open",
        _LETTERS,
        ["series_id"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table(_LETTERS)
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.drop_index(op.f("ix_occurrence_follows"))
        occurrence.drop_constraint(op.f("fk_occurrence_follows"), type_="foreignkey")
        occurrence.drop_column("step")
        occurrence.drop_column("follows")
    with op.batch_alter_table("series") as series:
        for name in ("follows_series", "follows"):
            series.drop_index(op.f(f"ix_series_{name}"))
        series.drop_constraint(op.f("fk_series_follows"), type_="foreignkey")
        for name in ("follows_series", "follows", "remind"):
            series.drop_column(name)
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("waits_for")
