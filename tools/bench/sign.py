"""What signing costs: `python -m tools.bench.sign` prints a table.

CPU of this process for one message, body hash included, beside the bare signature as
`openssl speed` measures it in the same run.
"""

import re
import subprocess
import time
from dataclasses import replace

from mailer.composing import skeletons
from mailer.composing.compose import Addressed, Composer
from mailer.composing.dkim import DkimKey, DkimSigner
from tests.acts.composing import ENVELOPE, HTML, SIGNER, letter
from tests.acts.signing import DOMAIN, ed25519, now, rsa

ROUNDS = 1_000
BODY = "<p>" + "A paragraph of a letter, as long as they are. " * 250 + "</p>"  # 11 KB


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
    long = replace(letter(), html=HTML.replace("More of it.", BODY, 1))
    made = skeletons.compile_letter(long, replace(ENVELOPE, at=now()))
    signer = DkimSigner(domain=DOMAIN, keys=(key,)).prepare(made)
    reader = Addressed(address="awa@enda.example", name="Awa", organisation="Enda")
    pieces = Composer(made).pieces(reader, SIGNER.message(1))
    started = time.process_time()
    for _ in range(ROUNDS):
        signer.sign(pieces)
    return (time.process_time() - started) / ROUNDS * 1e6


def measure() -> dict[str, dict[str, float]]:
    """Return cost, bare cost and their ratio for each algorithm."""
    table = {}
    for name, key in (("rsa2048", rsa()), ("ed25519", ed25519())):
        cost, least = ours(key), bare(name)
        table[name] = {"us": cost, "bare_us": least, "ratio": cost / least}
    return table


if __name__ == "__main__":
    for algorithm, row in measure().items():
        print(
            f"{algorithm}: {row['us']:.0f} µs a message,"
            f" bare {row['bare_us']:.0f} µs, ratio {row['ratio']:.2f}"
        )
