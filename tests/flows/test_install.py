"""docs/install.md, followed on a bare machine to a signed letter at a Postfix."""

import json
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import dkim
import pytest
import trustme

from tests.acts import campaigning
from tests.docs.markdown import fences
from tools.checkout import ROOT
from tools.peers import machine
from tools.peers.machine import Machine
from tools.waiting import until

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("install")]

PAGE = ROOT / "docs" / "install.md"
DOMAIN = "ngo-liaison.int"
HOST = f"letters.{DOMAIN}"
READERS = f"""address,organisation,organisation_name,kind,topics,consent
amina@{DOMAIN},amina,Amina's NGO,ngo,monthly-letter,2026-01-05
"""
AS_LIAISON = "cd /srv/letters; runuser -u liaison -- mailer"
SETTINGS = """from pathlib import Path
from mailer.settings.toml import edit_toml
edit_toml(Path("/srv/letters/config.toml"), {
    ("dkim", "selector"): "l1", ("dkim", "key_file"): "secrets/dkim-l1.pem",
    ("gate", "spam_limit"): 0,
})
"""
POSTFIX = (
    "inet_interfaces=loopback-only inet_protocols=ipv4 mydestination= relayhost="
    f" virtual_mailbox_domains={DOMAIN} virtual_mailbox_base=/var/kept"
    " virtual_mailbox_maps=static:all/ virtual_minimum_uid=1"
    " virtual_uid_maps=static:8 virtual_gid_maps=static:8"
    " maillog_file=/var/log/postfix.log"
)


START = "install -d -o mail /var/kept; postfix start"


def commands() -> list[str]:
    """Return the commands of the page, with names that are no examples."""
    return [
        line.removeprefix("$ ").replace("example.org", DOMAIN)
        for fence in fences(PAGE)
        if fence.form == "console"
        for line in fence.text.splitlines()
    ]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which every command of the page has run, one after the other."""
    dist = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", dist)
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with machine.running() as bare:
        wheel = next(dist.glob("*.whl"))
        bare.write(f"/root/{wheel.name}", wheel.read_bytes())
        pins = (ROOT / "requirements" / "run.txt").read_bytes()
        bare.write("/root/requirements.txt", pins)
        folder = "cd"
        for command in commands():
            if command.startswith("cd "):
                folder = command
                continue
            before(bare, command)
            network = "apt-get" in command or "--require-hashes" in command
            bare.run(f"{folder}; {command}", network=network)
        yield bare


def before(bare: Machine, command: str) -> None:
    """Do what the page leaves to its reader: relay, settings, certificate."""
    if "mailer init" in command:
        bare.run(f"postconf -e {POSTFIX}; {START}")
    elif "mailer kit" in command:
        bare.write("/root/settings.py", SETTINGS.encode())
        bare.run("/opt/liaison/bin/python /root/settings.py")
        bare.run("chown liaison: /srv/letters/config.toml")
    elif command == "nginx -t":
        issued = trustme.CA().issue_cert(HOST)
        live = f"/etc/letsencrypt/live/{HOST}"
        bare.write(f"{live}/privkey.pem", issued.private_key_pem.bytes())
        chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
        bare.write(f"{live}/fullchain.pem", chain)
    elif command == "systemctl reload nginx":
        bare.run("nginx")  # which Debian has started


def test_the_service_answers_behind_the_web_server(followed: Machine) -> None:
    ask = (
        "/opt/liaison/bin/python -c 'import ssl,urllib.request as r;"
        f' q=r.Request("https://127.0.0.1/readyz",headers={{"Host":"{HOST}"}});'
        " print(r.urlopen(q,context=ssl._create_unverified_context()).read())'"
    )
    said: list[str] = []

    def ready() -> bool:
        try:
            said.append(followed.run(ask))
        except AssertionError as fault:
            said.append(str(fault))
        return "b'ok'" in said[-1]

    until(ready, f"the pages do not answer: {said[-1:]}")


def test_the_timer_has_made_a_backup(followed: Machine) -> None:
    made = followed.run("stat -c '%U %a %n' /var/backups/liaison/*.tar.gz")

    assert made.startswith("liaison 600 /var/backups/liaison/letters-")


def test_a_letter_arrives_at_the_relay_signed(
    followed: Machine, tmp_path: Path
) -> None:
    toml = campaigning.TOML.format(audience="kind = ngo").replace("editor", "marie")
    path = campaigning.write(tmp_path, toml=toml)
    for each in path.iterdir():
        followed.write(f"/srv/letters/first/{each.name}", each.read_bytes())
    followed.write("/srv/letters/readers.csv", READERS.encode())
    followed.run("chown -R liaison: /srv/letters")
    for command in (
        "contacts import readers.csv --apply --by marie",
        "campaigns import first",
        "campaigns approve 1 --by paul",
        "campaigns release 1 --by marie",
    ):
        followed.run(f"{AS_LIAISON} {command}")
    kept = "/var/kept/all/new/*"
    until(
        lambda: bool(followed.run(f"ls {kept} || true").strip()),
        followed.run("tail -n 20 /var/log/liaison.log /var/log/postfix.log"),
    )
    letter = followed.run(f"cat {kept}").encode()
    record = followed.run(f"{AS_LIAISON} keys show --json")
    read = message_from_bytes(letter, policy=policy.default)

    assert "Postfix" in str(read["Received"])
    assert read["From"].addresses[0].addr_spec == f"partnerships@{DOMAIN}"
    assert verified(letter, record)


def verified(letter: bytes, record: str) -> bool:
    """Whether the signature is valid by the record that the site shows."""
    (shown,) = json.loads(record)
    text = shown["text"].encode()
    signed = letter[letter.index(b"DKIM-Signature:") :].replace(b"\n", b"\r\n")
    return bool(dkim.verify(signed, dnsfunc=lambda *_, **__: text))
