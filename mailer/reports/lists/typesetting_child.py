"""Sets a document in a process of its own, with limits; `typesetting` starts it.

Standard input is JSON: the path of the document, its values, the fonts to prefer and
the time of making. Standard output is the PDF, or JSON that says why there is none.
"""

import json
import re
import resource
import sys
from pathlib import Path
from typing import Literal

import typst

MEMORY = 3 << 30  # octets of address space; fonts of Chinese alone take 100 MB
SECONDS = 120  # of processor time
NO_FONT, FAULT, OUT_OF_MEMORY = 3, 4, 5  # exit codes
STANDARD: Literal["ua-1"] = "ua-1"  # refuses a text that no font can show
# the text `"王"` could not be displayed with font `"Libertinus Serif"`
_UNSHOWN = re.compile(r'error: the text `"(.{1,200}?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def main() -> None:
    """Set the document that standard input describes."""
    _limit()
    asked = json.load(sys.stdin)
    values = asked["values"] | {"fonts": asked["fonts"]}
    try:
        octets = typst.compile(
            Path(asked["document"]).read_bytes(),
            format="pdf",
            sys_inputs={"data": json.dumps(values)},
            pdf_standards=STANDARD,
            timestamp=asked["made_at"],
        )
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    except typst.TypstError as fault:
        _refuse(fault.diagnostic or fault.message)
    else:
        sys.stdout.buffer.write(octets)


def _refuse(diagnostic: str) -> None:
    """Write the characters that have no font, or the fault of the document; end."""
    found = [
        _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), each)
        for each in _UNSHOWN.findall(diagnostic)
    ]
    json.dump(found or diagnostic[:2000], sys.stdout)
    sys.exit(NO_FONT if found else FAULT)


def _limit() -> None:
    for kind, amount in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (most, hard))
