"""The state of a site as numbers for a monitor, in the text format of Prometheus.

Messages are counted for campaigns that are being sent or paused, so that a scrape takes
no longer when the ledger grows.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

import mailer
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox.models import DeliveryFault, Message, WorkerLease
from mailer.readers import optouts
from mailer.store import identity

OPEN = (CampaignState.SENDING, CampaignState.PAUSED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One value of a metric, with its labels."""

    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A gauge: its name without the prefix, its sentence and its values."""

    name: str
    sentence: str
    samples: tuple[Sample, ...]


async def measure(
    session: AsyncSession, root: Path, *, is_sqlite: bool, now: datetime
) -> list[Metric]:
    """Return every metric of a site at an instant."""
    halt = (await identity.read(session)).halt
    return [
        _one("up", "1: the store answers.", 1, version=mailer.__version__),
        _one("halted", "1: nothing may leave the site.", float(halt is not None)),
        await _campaigns(session),
        await _messages(session),
        await _faults(session),
        _one(
            "queue_oldest_seconds",
            "How long the oldest message that is due has waited.",
            _seconds(await oldest_due(session, now), now),
        ),
        _one(
            "ticker_lag_seconds",
            "How long a scheduled campaign has waited past its time.",
            _seconds(await latest_campaign(session, now), now),
        ),
        _one("workers", "Workers with a lease.", await workers(session, now)),
        _one(
            "optouts_kept_bytes",
            "Bytes of opt-outs that are kept beside the store until it takes them.",
            optouts.waiting(root),
        ),
        _one(
            "store_bytes",
            "The size of the store.",
            await store_size(session, is_sqlite=is_sqlite),
        ),
        _one(
            "disk_free_bytes",
            "The room on the disk of the site.",
            shutil.disk_usage(root).free,
        ),
    ]


def exposition(metrics: Iterable[Metric]) -> str:
    """Return metrics in the text format of Prometheus, version 0.0.4."""
    lines = []
    for each in metrics:
        name = f"liaison_{each.name}"
        lines += [f"# HELP {name} {each.sentence}", f"# TYPE {name} gauge"]
        lines += [
            f"{name}{_labels(sample.labels)} {sample.value:.16g}"
            for sample in each.samples
        ]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    written = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
    return f"{{{written}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _one(name: str, sentence: str, value: float, **labels: str) -> Metric:
    sample = Sample(value=value, labels=labels)
    return Metric(name=name, sentence=sentence, samples=(sample,))


async def _campaigns(session: AsyncSession) -> Metric:
    rows = await session.execute(
        select(Campaign.state, func.count()).group_by(Campaign.state)
    )
    counted = dict.fromkeys(map(str, CampaignState), 0) | {
        state: count for state, count in rows
    }
    samples = [
        Sample(value=count, labels={"state": state}) for state, count in counted.items()
    ]
    return Metric(
        name="campaigns", sentence="Campaigns by state.", samples=tuple(samples)
    )


async def _messages(session: AsyncSession) -> Metric:
    rows = await session.execute(
        select(Message.campaign_id, Message.state, func.count())
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(Campaign.state.in_(OPEN))
        .group_by(Message.campaign_id, Message.state)
        .order_by(Message.campaign_id, Message.state)
    )
    samples = [
        Sample(value=count, labels={"campaign": str(campaign), "state": state})
        for campaign, state, count in rows
    ]
    return Metric(
        name="messages",
        sentence="Messages of campaigns that are being sent or paused, by state.",
        samples=tuple(samples),
    )


async def _faults(session: AsyncSession) -> Metric:
    rows = await session.execute(
        select(DeliveryFault.relay, func.count())
        .join(Campaign, Campaign.id == DeliveryFault.campaign_id)
        .where(Campaign.state.in_(OPEN))
        .group_by(DeliveryFault.relay)
        .order_by(DeliveryFault.relay)
    )
    samples = [
        Sample(value=count, labels={"relay": relay or "none"}) for relay, count in rows
    ]
    return Metric(
        name="messages_not_taken",
        sentence="Messages of these campaigns that a relay refused; relay none: set"
        " aside before any.",
        samples=tuple(samples),
    )


async def oldest_due(session: AsyncSession, now: datetime) -> datetime | None:
    """Return since when the oldest message that is due waits; None if none does."""
    oldest: datetime | None = await session.scalar(
        select(func.min(Message.due_at))
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(
            Campaign.state == CampaignState.SENDING,
            Message.due_at.is_not(None),
            Message.due_at <= now,
        )
    )
    return oldest


async def latest_campaign(session: AsyncSession, now: datetime) -> datetime | None:
    """Return the earliest time of a campaign that passed without a release."""
    latest: datetime | None = await session.scalar(
        select(func.min(Campaign.at)).where(
            Campaign.state == CampaignState.SCHEDULED, Campaign.at <= now
        )
    )
    return latest


def _seconds(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


async def workers(session: AsyncSession, now: datetime) -> int:
    """Return how many workers have a lease."""
    counted = await session.scalar(
        select(func.count())
        .select_from(WorkerLease)
        .where(WorkerLease.ended_at.is_(None), WorkerLease.alive_until > now)
    )
    return counted or 0


async def store_size(session: AsyncSession, *, is_sqlite: bool) -> int:
    """Return the size of the store in bytes."""
    if not is_sqlite:
        size = text("select pg_database_size(current_database())")
        return int(await session.scalar(size) or 0)
    pages = await session.scalar(text("pragma page_count"))
    return int(pages or 0) * int(await session.scalar(text("pragma page_size")) or 0)
