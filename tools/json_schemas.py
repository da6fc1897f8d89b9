"""Writes `docs/json/`: the JSON Schema of what each command prints.

Run it after a change of mailer/cli/json_shapes/.
"""

import json

from mailer.cli.json_shapes import documents
from tools.checkout import ROOT

FOLDER = ROOT / "docs" / "json"


def rendered() -> dict[str, str]:
    """Return the content of each file by its name."""
    return {
        f"{words.replace(' ', '-')}.json": json.dumps(
            documents.schema(words), indent=2, ensure_ascii=False
        )
        + "\n"
        for words in documents.DOCUMENTS
    }


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in rendered().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
