"""What STARTTLS adds to a message on kept connections: `python -m tools.bench.tls`.

The same campaign to the same sink, plain and over TLS in turn; the sink is slow, but
the processor time of our process does not depend on it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import trustme
from rich.console import Console

from mailer.settings.toml import edit_toml
from tools.bench import campaign, measure, rows, sending, working

MESSAGES = 20_000


@contextmanager
def sink(certificate: Path) -> Iterator[int]:
    """Run the sink; yield its port."""
    command = [sys.executable, "-m", "tools.bench.tlssink", str(certificate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline() if process.stdout else ""
        try:
            yield int(said)
        finally:
            process.kill()


def run(messages: int = MESSAGES, rounds: int = 3) -> dict[str, float]:
    """Return microseconds of processor time a message, plain and over STARTTLS."""
    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        certificate, trusted = Path(folder) / "sink.pem", Path(folder) / "ca.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
            str(certificate)
        )
        authority.cert_pem.write_to_path(str(trusted))
        listed, site = Path(folder) / "list.csv", Path(folder) / "site"
        rows.write(listed, int(messages * 1.001) + 2)
        with sink(certificate) as port:
            measure.run(sending.prepare, site, listed, None, port, cluster=None)
            campaign.give_keys(site, "none")
            found = _rounds(site, str(trusted), rounds)
    added = found["starttls"] - found["plain"]
    Console(soft_wrap=True).print(
        f"A message takes {found['plain']:.0f} µs plain, {found['starttls']:.0f} over"
        f" STARTTLS: {added:.0f} more"
    )
    return {**found, "added_us": round(added, 1)}


def _rounds(site: Path, trusted: str, rounds: int) -> dict[str, float]:
    costs: dict[str, list[float]] = {"plain": [], "starttls": []}
    for _ in range(rounds):
        for security, kept in costs.items():
            ca_file = trusted if security == "starttls" else ""
            settings = {("relay", "security"): security, ("relay", "ca_file"): ca_file}
            edit_toml(site / "config.toml", settings)
            made = measure.run(sending.write, site, 1, cluster=None).told
            number = int(made["campaign"])
            measure.run(sending.send, site, number, cluster=None)
            cost = measure.run(working.work, site, number, cluster=None)
            kept.append(cost.cpu * 1e6 / campaign.accepted(site, number, cluster=None))
    return {kind: round(statistics.median(each), 1) for kind, each in costs.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; print a sentence and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure what STARTTLS adds.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    found = run(asked.messages, asked.rounds)
    sys.stdout.write(json.dumps({"starttls": found}) + "\n")


if __name__ == "__main__":
    main()
