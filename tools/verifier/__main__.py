"""Verifies every message of a Maildir, and counts: `python -m tools.verifier INBOX`."""

import sys
from collections import defaultdict
from pathlib import Path

from tools.verifier import header, verifier, wire_lines


def main(folder: Path) -> int:
    """Print, for each letter type and language, letters, messages and faults."""
    faults = verifier.verify_maildir(folder)
    letters: dict[tuple[str, str], set[str]] = defaultdict(set)
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for path in sorted((folder / "new").iterdir()):
        message = path.read_bytes()
        fields = header.Header(wire_lines.split(wire_lines.received(message)[1])[0])
        campaign = fields.get("feedback-id").partition(":")[0]
        key = (campaign, fields.get("content-language"))
        letters[key].add(verifier.letter_of(message))
        counts[key][0] += 1
        counts[key][1] += path.name in faults
    print("campaign  language  letters  messages  with faults")
    for (campaign, language), (messages, wrong) in sorted(counts.items()):
        different = len(letters[campaign, language])
        print(f"{campaign:8}  {language:8}  {different:7}  {messages:8}  {wrong:11}")
    total = sum(each[0] for each in counts.values())
    different = sum(len(each) for each in letters.values())
    print(f"{total} messages of {different} letters, {len(faults)} with faults")
    for name, said in faults.items():
        print(name, "; ".join(said), file=sys.stderr)
    return 1 if faults or not total else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
