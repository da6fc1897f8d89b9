"""DMARC and TLS reports are read safely, kept once, and summed up."""

import asyncio
import gzip
import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailer import clock
from mailer.doctor import sender_reports
from mailer.feedback.sender_reports import keeping
from mailer.sites.site import Site
from tests.acts import campaigning, returning
from tests.acts.commands import Mailer

DMARC = """<?xml version="1.0"?>
<feedback>
 <report_metadata><org_name>provider.example</org_name><report_id>r1</report_id>
  <date_range><begin>1795000000</begin><end>1795086400</end></date_range>
 </report_metadata>
 <policy_published><domain>{domain}</domain><p>none</p></policy_published>
 <record><row><source_ip>192.0.2.1</source_ip><count>90</count>
  <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>
  </policy_evaluated></row></record>
 <record><row><source_ip>198.51.100.7</source_ip><count>10</count>
  <policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>
  </policy_evaluated></row></record>
</feedback>
"""
TLS = {
    "organization-name": "Provider",
    "date-range": {
        "start-datetime": "2026-11-01T00:00:00Z",
        "end-datetime": "2026-11-01T23:59:59Z",
    },
    "report-id": "t1",
    "policies": [
        {
            "policy": {"policy-type": "sts", "policy-domain": "liaison.example"},
            "summary": {
                "total-successful-session-count": 50,
                "total-failure-session-count": 2,
            },
            "failure-details": [
                {"result-type": "certificate-expired", "failed-session-count": 2}
            ],
        }
    ],
}
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">'
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><feedback>&i;</feedback>"
)


def mail(octets: bytes, kind: str) -> bytes:
    made = EmailMessage()
    made["From"] = "noreply-dmarc@provider.example"
    made["To"] = "dmarc@return.example"
    made["Subject"] = "Report Domain: liaison.example Submitter: provider.example"
    made.set_content("This is a report.")
    maintype, _, subtype = kind.partition("/")
    made.add_attachment(octets, maintype=maintype, subtype=subtype, filename="r.x")
    return made.as_bytes()


def zipped(octets: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", octets)
    return file.getvalue()


async def summed(site: Site) -> list[keeping.SenderSummary]:
    async with site.database.reading() as session:
        domains = keeping.domains_of(site)
        return await keeping.summaries(session, domains, now=clock.now())


async def test_reports_are_kept_once_and_summed_up(site: Site) -> None:
    (domain, *_) = sorted(keeping.domains_of(site))
    text = DMARC.format(domain=domain).encode()
    tls = json.dumps(TLS).replace("liaison.example", domain).encode()
    mails = [
        mail(zipped(text), "application/zip"),
        mail(gzip.compress(tls), "application/tlsrpt+gzip"),
    ]
    recorded = await returning.take(site, mails)
    await returning.take(site, [mail(text, "text/xml")])  # the same report

    assert (recorded.quarantined, recorded.kinds["report"]) == (0, 2)
    dmarc, of_tls = await summed(site)
    assert (dmarc.reports, dmarc.mails, dmarc.failed) == (1, 100, 10)
    assert dmarc.sources == (("198.51.100.7", 10),)
    assert (of_tls.mails, of_tls.failed) == (52, 2)
    assert of_tls.sources == (("certificate-expired", 2),)
    said = [each.sentence for each in await sender_reports.examine(site)]
    assert said[0].startswith(f"10 of 100 mails in the name of {domain} failed")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_bomb_or_a_broken_report_is_quarantined(site: Site) -> None:
    zeros = b"<" + b"\0" * 50_000_000
    negative = DMARC.format(domain="liaison.example").replace(">90<", ">-90x<")
    mails = [
        mail(gzip.compress(zeros), "application/gzip"),
        mail(zipped(zeros), "application/zip"),
        mail(BOMB.encode(), "text/xml"),
        mail(b"PK\x03\x04 broken", "application/zip"),
        mail(negative.encode(), "text/xml"),
        mail(b"<" * 100_000, "text/xml"),
        mail(b"<a>" * 100_000, "text/xml"),
        mail(b"[" * 100_000, "application/json"),
        mail(b'{"policies": 7}', "application/tlsrpt+json"),
    ]

    recorded = await returning.take(site, mails)

    assert recorded.quarantined == len(mails)
    assert await summed(site) == []


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_command_shows_what_failed_and_a_report_on_others_is_left_out(
    mailer: Mailer, site: Site
) -> None:
    (domain, *_) = sorted(keeping.domains_of(site))
    texts = [DMARC.format(domain=each).encode() for each in (domain, "other.example")]
    await returning.take(site, [mail(each, "text/xml") for each in texts])

    ran = await asyncio.to_thread(mailer, "feedback", "reports")

    assert ran.code == 0, ran.err
    assert "198.51.100.7" in ran.out
    assert "other.example" not in ran.out


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_page_of_a_report_says_who_sends_in_our_name(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    (domain, *_) = sorted(keeping.domains_of(site))
    hostile = DMARC.format(domain=domain).replace("198.51.100.7", "&lt;b&gt;evil")
    await returning.take(site, [mail(hostile.encode(), "text/xml")])
    number = await campaigning.released(site, tmp_path)

    words = ("campaigns", "report", str(number), "--format", "html")
    ran = await asyncio.to_thread(mailer, *words)

    assert ran.code == 0, ran.err
    assert "10 of 100 mails" in ran.out
    assert "&lt;b&gt;evil" in ran.out
