"""The file that remembers the store: what is said while it cannot be written."""

from pathlib import Path

from structlog.testing import capture_logs

from mailer.store import last_seen
from mailer.store.last_seen import Seen

SEEN = Seen(epoch="00", beat=1, highest=0)


def test_a_folder_that_cannot_be_written_is_remarked_on_once(tmp_path: Path) -> None:
    """Workers write the file every ten seconds."""
    folder = tmp_path / "site"
    with capture_logs() as lines:
        for _ in range(3):
            last_seen.write(folder, SEEN)
        folder.mkdir()
        last_seen.write(folder, SEEN)
        kept = last_seen.read(folder)
        (folder / last_seen.NAME).unlink()
        folder.rmdir()
        last_seen.write(folder, SEEN)

    assert kept == SEEN
    assert [each["event"] for each in lines] == ["store.seen_not_kept"] * 2
