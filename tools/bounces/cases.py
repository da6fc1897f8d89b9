"""The refusals that the bounces report, and the truth of each."""

from dataclasses import dataclass
from pathlib import Path

CORPUS = Path("tests/mailer/delivery/smtp")
DOMAIN = "reader.example"
FIELDS = 3  # of a row of the corpus


@dataclass(frozen=True, kw_only=True)
class Case:
    """A recipient, and what the scripted server replies to it."""

    address: str
    reply: str  # lines separated by CRLF
    permanence: str

    @property
    def temporary(self) -> bool:
        """Whether the reply asks for another attempt."""
        return self.reply.startswith("4")


def read() -> list[Case]:
    """Return a case for each refusal of a recipient in the corpus."""
    found: list[Case] = []
    for name in ("replies.tsv", "replies_of_providers.tsv"):
        for line in (CORPUS / name).read_text("utf-8").splitlines():
            row = line.split("\t")
            if line.startswith("#") or len(row) != FIELDS or len(row[0]) < FIELDS + 2:
                continue
            reply = row[0].replace("\\n", "\r\n")
            whole = reply.split("\r\n")[-1][FIELDS] == " "
            if whole and reply.isascii() and not reply.startswith(("421", "2", "3")):
                number = len(found) + 1
                found.append(
                    Case(
                        address=f"reader{number}@{DOMAIN}",
                        reply=reply,
                        permanence=row[2],
                    )
                )
    return found
