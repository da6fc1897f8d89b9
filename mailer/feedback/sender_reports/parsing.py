"""Reads DMARC aggregate reports (RFC 7489) and TLS reports (RFC 8460) out of a mail.

They are hostile: anybody may send one. It runs in the child that reads mails; what is
unpacked is bounded, and XML with a document type or entities is refused.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from audiences import characters
from mailer.feedback.mime import MimePart

MAX_UNPACKED = 10_000_000  # octets of one report
MAX_RECORDS = 20_000  # of one report
MAX_PARTS = 10  # of a mail that are looked at
MOST = 50  # sources that are kept, those with the most mails
_MAX_COUNT = 10**12
_GZIP = 16 + zlib.MAX_WBITS
_PACKED = {
    *("application/zip", "application/x-zip-compressed", "application/gzip"),
    *("application/x-gzip", "application/tlsrpt+gzip", "application/tlsrpt+json"),
    *("application/octet-stream", "application/xml", "text/xml", "application/json"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedSource:
    """Mails of one source: an address for DMARC, a kind of result for TLS."""

    source: str
    mails: int
    failed: int
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderReport:
    """What one mail system saw of mail in the name of a domain."""

    kind: str  # dmarc or tls
    organisation: str  # that reports, as it says
    name: str  # its identifier of the report
    domain: str
    begins: datetime
    ends: datetime
    mails: int
    failed: int
    sources: tuple[ReportedSource, ...]

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(
            {
                **asdict(self),
                "begins": self.begins.isoformat(),
                "ends": self.ends.isoformat(),
            }
        )


def read(mail: MimePart) -> SenderReport | None:
    """Return the first report in a mail; None if there is none that can be read."""
    parts = [each for each in mail.walk() if each.content_type in _PACKED]
    for part in parts[:MAX_PARTS]:
        try:
            text = _unpacked(part.octets(MAX_UNPACKED))
            found = _read(text) if text is not None else None
        except (ValueError, KeyError, TypeError, OverflowError, OSError, ParseError):
            continue
        except (DefusedXmlException, zlib.error, zipfile.BadZipFile):
            continue
        except (NotImplementedError, RuntimeError, EOFError, AttributeError):
            continue  # a packing that is not known, or a password
        if found is not None:
            return found
    return None


def _unpacked(octets: bytes) -> bytes | None:
    """Return what is packed, at most MAX_UNPACKED octets; None if it is more."""
    if octets.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(_GZIP)
        found = stream.decompress(octets, MAX_UNPACKED + 1)
    elif octets.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            with archive.open(archive.infolist()[0]) as file:
                found = file.read(MAX_UNPACKED + 1)
    else:
        found = octets
    return found if len(found) <= MAX_UNPACKED else None


def _read(text: bytes) -> SenderReport | None:
    start = text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return _dmarc(ElementTree.fromstring(text, forbid_dtd=True))
    if start == b"{":
        return _tls(json.loads(text))
    return None


def _dmarc(root: Element) -> SenderReport | None:
    for each in root.iter():  # some systems write the elements in a namespace
        each.tag = each.tag.rpartition("}")[2]
    if root.tag != "feedback":
        return None
    sources = [
        each for _, each in zip(range(MAX_RECORDS), _records(root), strict=False)
    ]
    return SenderReport(
        kind="dmarc",
        organisation=_word(root.findtext("report_metadata/org_name")),
        name=_word(root.findtext("report_metadata/report_id")),
        domain=_domain(root.findtext("policy_published/domain")),
        begins=_instant(root.findtext("report_metadata/date_range/begin")),
        ends=_instant(root.findtext("report_metadata/date_range/end")),
        **_sums(sources),
    )


def _records(root: Element) -> Iterator[ReportedSource]:
    """Yield the records; one passes if DKIM or SPF does (RFC 7489, 3.1)."""
    for each in root.iterfind("record"):
        number = _count(each.findtext("row/count"))
        dkim = _word(each.findtext("row/policy_evaluated/dkim")).lower()
        spf = _word(each.findtext("row/policy_evaluated/spf")).lower()
        done = _word(each.findtext("row/policy_evaluated/disposition")).lower()
        yield ReportedSource(
            source=_word(each.findtext("row/source_ip")),
            mails=number,
            failed=0 if "pass" in {dkim, spf} else number,
            detail=f"dkim {dkim or '?'}, spf {spf or '?'}, {done or 'none'}",
        )


def _tls(document: dict[str, Any]) -> SenderReport | None:
    policies = list(document["policies"])[:MAX_RECORDS]
    passed = sum(
        _count(each["summary"]["total-successful-session-count"]) for each in policies
    )
    failures = [
        ReportedSource(
            source=_word(detail["result-type"]),
            mails=_count(detail["failed-session-count"]),
            failed=_count(detail["failed-session-count"]),
            detail=_word(detail.get("receiving-mx-hostname")),
        )
        for each in policies
        for detail in list(each.get("failure-details") or ())[:MAX_RECORDS]
    ]
    sums = _sums(failures)
    failed = sum(
        _count(each["summary"]["total-failure-session-count"]) for each in policies
    )
    dates = document["date-range"]
    return SenderReport(
        kind="tls",
        organisation=_word(document["organization-name"]),
        name=_word(document["report-id"]),
        domain=_domain(policies[0]["policy"]["policy-domain"]) if policies else "",
        begins=_iso(dates["start-datetime"]),
        ends=_iso(dates["end-datetime"]),
        **{**sums, "mails": passed + failed, "failed": failed},
    )


def _sums(sources: list[ReportedSource]) -> dict[str, Any]:
    """Return the totals, and the sources with the most mails, those alike together."""
    together: dict[tuple[str, str], ReportedSource] = {}
    for each in sources:
        key = each.source, each.detail
        before = together.get(key)
        together[key] = ReportedSource(
            source=each.source,
            mails=each.mails + (before.mails if before else 0),
            failed=each.failed + (before.failed if before else 0),
            detail=each.detail,
        )
    ordered = sorted(together.values(), key=lambda each: (-each.mails, each.source))
    return {
        "mails": sum(each.mails for each in sources),
        "failed": sum(each.failed for each in sources),
        "sources": tuple(ordered[:MOST]),
    }


def _word(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return characters.for_terminal(" ".join(text[:1_000].split()))[:100]


def _domain(value: object) -> str:
    return _word(value).lower().rstrip(".")


def _count(value: object) -> int:
    return min(max(int(str(value)[:20]), 0), _MAX_COUNT)


def _instant(value: str | None) -> datetime:
    """Return an instant given in seconds; raise ValueError or OverflowError."""
    return datetime.fromtimestamp(int((value or "")[:20]), UTC)


def _iso(value: object) -> datetime:
    found = datetime.fromisoformat(str(value)[:40])
    return found if found.tzinfo else found.replace(tzinfo=UTC)
