"""Lists as people have them come in with a dry run and one command more.

A script counts the commands, and compares what the store has with a truth for each
list. Who opted out in an export of another program gets no letter.
"""

import csv
import io
import re
from pathlib import Path

import pytest

from audiences.intake import importing, read
from audiences.intake.mapping import plan
from audiences.intake.mapping.plan import Chosen
from mailer import clock
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer
from tests.audiences import real_exports, real_lists
from tests.audiences.opened import write
from tests.audiences.real_lists import RealList
from tools.peers.relay import Relay

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]

LISTS = (*real_lists.LISTS, *real_exports.LISTS)
ORGANISATIONS = ("organisations", "list", "--limit", "10000", "--json")
SHARE = 0.95  # of usable rows that must be right
COUNTRIES = {
    "Côte d'Ivoire": "CI",
    "Sénégal": "SN",
    "تونس": "TN",
    "مصر": "EG",
    "México": "MX",
    "Perú": "PE",
    "Deutschland": "DE",
    "中国": "CN",
    "Россия": "RU",
    "Portugal": "PT",
    "France": "FR",
    "Mali": "ML",
}
NO_STOP = {"", "enabled", "subscribed", "mail"}
PROPOSED = re.compile(r"--set (\w+)=(\w+)")
BAD = "nobody at list.example"  # an address that cannot be mended


def with_bad_row(real: RealList) -> str:
    """Return the list with a last row whose address is none; cards stay as they are."""
    last = real.text.splitlines()[-1]
    addresses = re.findall(r"[^\s,;\"<>]+@[^\s,;\"<>]+", last)
    if "VCARD" in real.text or len(real.text.splitlines()[0].split("@")) > 1:
        return real.text
    if not addresses:
        return real.text
    return real.text + last.replace(addresses[0], BAD) + "\n"


def proposed(faults: list[dict[str, str]], *, of_states: bool) -> list[str]:
    """Return the options that the dry run proposes, with what a person would choose."""
    found = {
        name: value
        for each in faults
        for name, value in PROPOSED.findall(each["reason"])
    }
    if "organisation" in found:  # one for all, or the delegation of each country
        found = {"kind": "delegation"} if of_states else {"organisation": "icom"}
    return [
        part for name, value in found.items() for part in ("--set", f"{name}={value}")
    ]


def is_right(true: dict[str, str], kept: dict[str, dict[str, str]], said: str) -> bool:
    """Whether the store has the readers of a row, with name, body and country."""
    wanted = [each.strip() for each in true.get("address", "").split(",")]
    stopped = true.get("opt_out", "") not in NO_STOP or bool(true.get("bounced"))
    for typed in filter(None, wanted):
        row = kept.get(re.sub(r".*<|>.*", "", typed))
        if stopped:
            if row is not None and "suppressed" not in row["left_out"]:
                return False
            continue
        if row is None or row["left_out"].startswith("suppressed"):
            return False
        if true.get("name", row["name"]) != row["name"]:
            return False
        body = true.get("organisation_name") or true.get("organisation", "")
        if body not in {
            "",
            row["organisation_name"],
            row["acronym"],
            row["organisation"],
        }:
            return False
        country = true.get("country", "")
        if row["organisation"] != "icom" and COUNTRIES.get(country) != (
            row["country"] if country else None
        ):
            return False
    return any(wanted) or true["organisation_name"] in said


@pytest.mark.parametrize("real", LISTS, ids=[each.name for each in LISTS])
def test_a_real_list_comes_in_with_a_dry_run_and_one_command(
    mailer: Mailer, tmp_path: Path, real: RealList
) -> None:
    path = write(tmp_path, with_bad_row(real))
    commands = ["contacts", "import", str(path), "--json"]
    dry = mailer(*commands).json
    options = proposed(dry["faults"], of_states=real is real_lists.EMBASSIES)
    done = mailer(*commands, "--apply", "--by", "editor", *options).json

    exported = mailer("contacts", "export", "--format", "csv").out
    kept = {row["address"]: row for row in csv.DictReader(io.StringIO(exported))}
    bodies = mailer(*ORGANISATIONS).out
    right = sum(is_right(true, kept, bodies) for true in real.truth)
    extra = int(with_bad_row(real) != real.text)

    assert done["import_id"]
    assert done["rows"] == len(real.truth) + extra
    assert right >= SHARE * len(real.truth), (kept, done["faults"])
    assert done["rows"] - done["valid"] == extra
    assert [each["reason"] for each in done["faults"] if not each["reason"]] == []


async def test_who_opted_out_in_an_export_gets_no_letter_to_everybody(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    stopped: set[str] = set()
    willing: set[str] = set()
    for number, real in enumerate(real_exports.LISTS):
        await _import(site, write(tmp_path, real.text, f"{number}.csv"), real)
        for each in real.truth:
            stops = each.get("opt_out", "") not in NO_STOP or each.get("bounced")
            (stopped if stops else willing).update(each["address"].split(", "))
    await campaigning.released(site, tmp_path, audience="kind != observer")
    await delivering.work(site)
    written = set(relay.recipients())

    assert stopped
    assert willing <= written
    assert stopped & written == set()


async def _import(site: Site, path: Path, real: RealList) -> None:
    """Import an export, for the topic of the letter, with what its list lacks."""
    values = ("kind=ngo", "topics=monthly-letter")
    alone = any("organisation" in name for row in real.truth for name in row)
    chosen = values if alone else (*values[1:], "organisation=icom")
    table = read.open_table(path, mapping=plan.combined(None, Chosen(values=chosen)))
    async with site.database.connection() as held:
        await importing.run(
            held, table, key=site.address_key, basis="t", by="editor", now=clock.now
        )
