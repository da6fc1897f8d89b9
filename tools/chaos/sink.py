"""The sink of a storm as its driver holds it: started, told its faults, and read."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tools.chaos import account
from tools.chaos.account import Entry
from tools.checkout import ROOT


@dataclass(kw_only=True)
class Sink:
    """A faulty SMTP server in a process of its own, and the account it keeps."""

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
        command = [sys.executable, "-m", "tools.chaos.faulty_server"]
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
