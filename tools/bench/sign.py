"""What signing costs: `python -m tools.bench.sign` prints a table.

CPU of this process for one message, body hash included, beside the bare signature as
`openssl speed` measures it in the same run.
"""

import re
import subprocess
import time
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mailer.composing import skeletons
from mailer.composing.compose import Addressed, Composer
from mailer.composing.dkim import DkimKey, DkimSigner, EdKey, RsaKey
from mailer.composing.header import HeaderFields
from mailer.links import NO_MESSAGE, LinkSigner
from mailer.rendering.marks import Field, Marks
from mailer.rendering.source import Letter

ROUNDS = 1_000
PARAGRAPHS = "A paragraph of a letter, as long as they are. " * 250  # 11 KB
MARKS = Marks("0123456789abcdef")
LETTER = Letter(
    language="en",
    subject="Monthly letter, May 2027",
    html=f"<p>Dear {MARKS.of(Field.NAME)}</p><p>{PARAGRAPHS}</p>",
    text=f"Dear {MARKS.of(Field.NAME)}\n\nThis letter is in its HTML part.\n",
    marks=MARKS,
)
ENVELOPE = HeaderFields(
    sender_name="The unit",
    sender="partnerships@liaison.example",
    reply_to="partnerships@liaison.example",
    domain="liaison.example",
    list_label="monthly-letter",
    list_name="Monthly letter",
    site_url="https://letters.example.org",
    at=datetime.now(UTC),
    campaign="c7",
)


def bare(algorithm: str) -> float:
    """Return the microseconds of one bare signature by openssl."""
    said = subprocess.run(
        ["openssl", "speed", "-seconds", "1", algorithm],  # noqa: S607 (found on PATH)
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    each_second, _ = re.findall(r"(\d+\.\d+) +(\d+\.\d+)\s*$", said)[-1]
    return 1e6 / float(each_second)


def ours(key: DkimKey) -> float:
    """Return the microseconds of CPU that signing a message's pieces takes."""
    made = skeletons.compile_letter(LETTER, ENVELOPE)
    signer = DkimSigner(domain=ENVELOPE.domain, keys=(key,)).prepare(made)
    reader = Addressed(address="awa@enda.example", name="Awa", organisation="Enda")
    links = LinkSigner((b"a key of the measurement, forty octets",)).message(NO_MESSAGE)
    pieces = Composer(made).pieces(reader, links)
    started = time.process_time()
    for _ in range(ROUNDS):
        signer.sign(pieces)
    return (time.process_time() - started) / ROUNDS * 1e6


def measure() -> dict[str, dict[str, float]]:
    """Return cost, bare cost and their ratio for each algorithm."""
    table = {}
    rsa = generate_private_key(public_exponent=65_537, key_size=2048)
    keys: dict[str, DkimKey] = {
        "rsa2048": RsaKey(selector="rsa", private=rsa),
        "ed25519": EdKey(selector="ed25519", private=Ed25519PrivateKey.generate()),
    }
    for name, key in keys.items():
        cost, least = ours(key), bare(name)
        table[name] = {"us": cost, "bare_us": least, "ratio": cost / least}
    return table


if __name__ == "__main__":
    for algorithm, row in measure().items():
        print(
            f"{algorithm}: {row['us']:.0f} µs a message,"
            f" bare {row['bare_us']:.0f} µs, ratio {row['ratio']:.2f}"
        )
