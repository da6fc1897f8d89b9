"""Settings and keys are regular files of limited size."""

import os
from pathlib import Path

import pytest

from mailer.composing import dkim_keys
from mailer.errors import ConfigError
from mailer.settings import loading
from mailer.settings.secrets import read_key


def test_only_a_regular_file_of_limited_size_has_settings_or_a_key(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"#" * 2_000_000)
    for path, what in (
        (tmp_path / "pipe", "is not a regular file"),
        (Path("/dev/zero"), "is not a regular file"),
        (tmp_path / "large", "has more than"),
    ):
        with pytest.raises(ConfigError, match=what):
            loading.load(path)
        with pytest.raises(ConfigError, match=what):
            read_key(path, "", "keys.signing_file")
        with pytest.raises(ConfigError, match=what):
            dkim_keys.load(path)
