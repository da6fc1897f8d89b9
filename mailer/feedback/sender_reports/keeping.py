"""Keeps reports on mail in our name, each once, and sums them up."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from audiences.store.dialects import insert
from mailer.sites.site import Site

RECENT = timedelta(days=30)  # that a summary counts
MOST = 10  # sources of a summary


class StoredSenderReport(Base):
    """One report of a mail system on mail in the name of a domain."""

    __tablename__ = "sender_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(5))  # dmarc or tls
    organisation: Mapped[str] = mapped_column(String(100))  # as it says
    domain: Mapped[str] = mapped_column(String(100))
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    mails: Mapped[int] = mapped_column(BigInteger)  # for tls, sessions
    failed: Mapped[int] = mapped_column(BigInteger)
    sources: Mapped[list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderSummary:
    """What the reports of one kind on one domain say together."""

    kind: str
    domain: str
    reports: int
    mails: int
    failed: int
    sources: tuple[tuple[str, int], ...]  # those whose mails failed, with how many

    def sentence(self) -> str:
        """Return the summary in words."""
        what = "mails" if self.kind == "dmarc" else "TLS sessions"
        said = (
            f"{self.failed:,} of {self.mails:,} {what} in the name of {self.domain}"
            f" failed, by {self.reports:,} reports of the last {RECENT.days} days"
        )
        if self.sources:
            named = [f"{source} ({number:,})" for source, number in self.sources[:3]]
            said += f"; most by {', '.join(named)}"
        return said


def domains_of(site: Site) -> set[str]:
    """Return the domains that a site sends from."""
    settings = site.settings
    domains = settings.mail.domain, settings.sender.address.rpartition("@")[2]
    return {each.lower() for each in domains}


async def keep(session: AsyncSession, texts: Iterable[str], *, now: datetime) -> None:
    """Keep reports, as SenderReport.as_text has them; one that is known is left out."""
    for text in texts:
        given = json.loads(text)
        named = (given["kind"], given["organisation"], given["name"], given["domain"])
        digest = hashlib.sha256("\0".join(named).encode()).digest()
        await session.execute(
            insert(session, StoredSenderReport)
            .values(
                digest=digest,
                kind=given["kind"],
                organisation=given["organisation"],
                domain=given["domain"],
                begins=datetime.fromisoformat(given["begins"]),
                ends=datetime.fromisoformat(given["ends"]),
                seen_at=now,
                mails=given["mails"],
                failed=given["failed"],
                sources=given["sources"],
            )
            .on_conflict_do_nothing()
        )


async def forget(session: AsyncSession, *, days: float, now: datetime) -> None:
    """Delete old reports."""
    await session.execute(
        delete(StoredSenderReport).where(
            StoredSenderReport.seen_at < now - timedelta(days=days)
        )
    )


async def summaries(
    session: AsyncSession, domains: Collection[str], *, now: datetime
) -> list[SenderSummary]:
    """Return what recent reports say of some domains, by kind and domain."""
    rows = await session.scalars(
        select(StoredSenderReport)
        .where(
            StoredSenderReport.seen_at >= now - RECENT,
            StoredSenderReport.domain.in_(domains),
        )
        .order_by(StoredSenderReport.kind, StoredSenderReport.domain)
    )
    grouped: dict[tuple[str, str], list[StoredSenderReport]] = {}
    for each in rows:
        grouped.setdefault((each.kind, each.domain), []).append(each)
    return [_summary(kind, domain, found) for (kind, domain), found in grouped.items()]


def _summary(kind: str, domain: str, found: list[StoredSenderReport]) -> SenderSummary:
    failing: Counter[str] = Counter()
    for report in found:
        for each in report.sources:
            if each["failed"]:
                failing[each["source"]] += each["failed"]
    return SenderSummary(
        kind=kind,
        domain=domain,
        reports=len(found),
        mails=sum(each.mails for each in found),
        failed=sum(each.failed for each in found),
        sources=tuple(failing.most_common(MOST)),
    )
