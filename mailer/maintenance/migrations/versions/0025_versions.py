"""Versions of a campaign's content in a table of their own; saves of single blocks."""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_CHANGES = ("imported", "edited", "translated")
_EVENT = sa.table(
    "campaign_event",
    sa.column("id", sa.Integer()),
    sa.column("campaign_id", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("by", sa.String()),
    sa.column("act", sa.String()),
    sa.column("detail", sa.JSON()),
)
_FILE = sa.table(
    "stored_file",
    sa.column("digest", sa.String()),
    sa.column("octets", sa.LargeBinary()),
)
_VERSION = sa.table(
    "campaign_version",
    sa.column("campaign_id", sa.Integer()),
    sa.column("number", sa.Integer()),
    sa.column("begun_at", sa.DateTime(timezone=True)),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("by", sa.String()),
    sa.column("digest", sa.String()),
    sa.column("content", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "campaign_version",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_version_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "number", name=op.f("pk_campaign_version")
        ),
    )
    _add_saves()
    _move_versions()


def _add_saves() -> None:
    op.create_table(
        "block_save",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("block", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("page", sa.String(40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_block_save_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "language", "block", name=op.f("pk_block_save")
        ),
    )


def _move_versions() -> None:
    """Move the content of each version that was kept to the table of versions."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(_EVENT).where(_EVENT.c.act.in_(_CHANGES)).order_by(_EVENT.c.id)
    ).all()
    numbers: dict[int, int] = {}
    moved = set()
    for row in rows:
        numbers[row.campaign_id] = number = numbers.get(row.campaign_id, 0) + 1
        digest = row.detail.get("content")
        octets = connection.scalar(
            sa.select(_FILE.c.octets).where(_FILE.c.digest == digest)
        )
        if octets is None:  # the version before did not keep it
            continue
        moved.add(digest)
        connection.execute(
            _VERSION.insert().values(
                campaign_id=row.campaign_id,
                number=number,
                begun_at=row.at,
                at=row.at,
                by=row.by,
                digest=digest,
                content=zlib.compress(octets),
            )
        )
    for digest in moved:
        connection.execute(_FILE.delete().where(_FILE.c.digest == digest))


def downgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_VERSION)).all():
        octets = zlib.decompress(row.content)
        known = connection.scalar(
            sa.select(sa.func.count()).where(_FILE.c.digest == row.digest)
        )
        if not known:
            values = {"digest": row.digest, "octets": octets}
            connection.execute(_FILE.insert().values(**values))
    op.drop_table("block_save")
    op.drop_table("campaign_version")
