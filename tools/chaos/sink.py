"""A scripted SMTP sink in a process of its own: fast, faulty on demand, and exact.

python -m tools.chaos.sink --account FILE [--fault STEP:ACT[:ARGUMENT][@ODDS]] …

It prints `listening on PORT`, and ends on SIGTERM. Several may write to one account.
"""

import argparse
import asyncio
import itertools
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mailer.processes import event_loop
from tools.chaos import account, faults
from tools.chaos.account import Account, Entry
from tools.chaos.faults import Dice
from tools.chaos.session import Options, Session
from tools.checkout import ROOT


@dataclass(kw_only=True)
class Sink:
    """The sink as its driver holds it."""

    folder: Path
    seed: int = 1
    port: int = 0
    delay: float = 0.0
    pipelining: bool = True
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def account_file(self) -> Path:
        """Return where it writes what it took."""
        return self.folder / "sink.account"

    @property
    def postfix_log(self) -> Path:
        """Return where it logs as Postfix would."""
        return self.folder / "mail.log"

    def start(self, *told: str) -> None:
        """Start it, or start it again on the port it had, with these faults."""
        command = [sys.executable, "-m", "tools.chaos.sink"]
        command += ["--account", str(self.account_file), "--port", str(self.port)]
        command += ["--postfix-log", str(self.postfix_log), "--seed", str(self.seed)]
        command += ["--delay", str(self.delay)]
        command += [] if self.pipelining else ["--no-pipelining"]
        for fault in told:
            command += ["--fault", fault]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        said = self.process.stdout.readline() if self.process.stdout else ""
        if not said.startswith("listening on "):
            raise RuntimeError(f"the sink did not start: {said!r}")
        self.port = int(said.split()[-1])

    def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            if self.process.stdout:
                self.process.stdout.close()
            self.process = None

    def again(self, *told: str) -> None:
        """Stop, and start with other faults."""
        self.stop()
        self.start(*told)

    def entries(self) -> list[Entry]:
        """Return everything it noted."""
        return account.read(self.account_file)

    def copies(self) -> list[Entry]:
        """Return every message it took."""
        return [each for each in self.entries() if each.kind == account.ACCEPTED]


async def serve(options: Options, port: int) -> None:
    """Listen until SIGTERM."""
    running = asyncio.get_running_loop()
    numbers = itertools.count(1)
    server = await running.create_server(
        lambda: Session(options, next(numbers)), "127.0.0.1", port, backlog=1000
    )
    stopped = asyncio.Event()
    running.add_signal_handler(signal.SIGTERM, stopped.set)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()
    options.account.flush()


def options_of(arguments: Sequence[str]) -> tuple[Options, int]:
    """Read the command line; return how to behave, and the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--account", type=Path, required=True)
    parser.add_argument("--postfix-log", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--fault", action="append", default=[], type=faults.parse)
    read = parser.parse_args(arguments)
    options = Options(
        account=Account(read.account, read.postfix_log),
        dice=Dice(read.fault, read.seed),
        pipelining=not read.no_pipelining,
        delay=read.delay,
    )
    return options, read.port


def main() -> None:
    """Serve as the command line says."""
    options, port = options_of(sys.argv[1:])
    with event_loop.runner() as runner:
        runner.run(serve(options, port))


if __name__ == "__main__":
    main()
