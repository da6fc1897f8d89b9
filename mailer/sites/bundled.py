"""Finds the files installed with the program: templates, catalogues, config.toml."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def bundled(name: str) -> Path:
    """Return the path of a bundled file or folder, installed or in a checkout."""
    installed = PACKAGE / "bundled" / name
    return installed if installed.exists() else PACKAGE.parent / name
