"""What is installed with the program: templates, catalogues, the reference settings."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def bundled(name: str) -> Path:
    """Return a file or folder that comes with the program, installed or a checkout."""
    installed = PACKAGE / "bundled" / name
    return installed if installed.exists() else PACKAGE.parent / name
