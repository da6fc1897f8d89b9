"""What the sink can be told to do wrong: at which step, with which odds, from a seed.

A fault is written STEP:ACT[:ARGUMENT][@ODDS], for example DOT:drop@0.01,
RCPT:say:450 4.2.0 try later@0.05 or DATA:stall:5. Without odds it happens always.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tools import dice

STEPS = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "DOT", "RSET", "QUIT")
ACTS = {
    "drop": "close the connection; at DOT the message was accepted before",
    "lose": "close the connection; at DOT the message was not accepted",
    "reset": "end the connection with a TCP reset, nothing accepted",
    "say": "answer this instead; at DOT 2xx accepts and anything else does not",
    "stall": "answer after so many seconds, reading nothing meanwhile",
    "bytes": "send the reply a byte at a time",
    "twice": "send the reply, and at once another that was not asked for",
    "early": "send the reply of the next command too, before it came",
    "malformed": "send what is not an SMTP reply",
    "endless": "send a reply line of 40,000 octets without an end",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that goes wrong at one step."""

    step: str
    act: str
    argument: str = ""
    odds: float = 1.0

    @property
    def seconds(self) -> float:
        """Return the argument of a wait."""
        return float(self.argument or 1)


class UnknownFaultError(ValueError):
    """A fault no sink knows."""


def parse(text: str) -> Fault:
    """Read one fault as it is written on a command line."""
    written, at, odds = text.rpartition("@")
    if not at:
        written, odds = text, "1"
    step, _, rest = written.partition(":")
    act, _, argument = rest.partition(":")
    if step not in STEPS or act not in ACTS:
        raise UnknownFaultError(
            f"{text!r}: a step is one of {', '.join(STEPS)}, an act of"
            f" {', '.join(ACTS)}"
        )
    return Fault(step=step, act=act, argument=argument, odds=float(odds))


class Dice:
    """Decides at each step whether something goes wrong; the same for one seed."""

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._by_step = {
            step: [fault for fault in faults if fault.step == step] for step in STEPS
        }
        self._drawn = dice.of(seed)

    def at(self, step: str) -> Fault | None:
        """Return the fault that happens now, if one does."""
        for fault in self._by_step.get(step, ()):
            if fault.odds >= 1 or self._drawn.random() < fault.odds:
                return fault
        return None

    def chance(self, odds: float) -> bool:
        """Throw the same dice for something else."""
        return self._drawn.random() < odds
