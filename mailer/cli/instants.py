"""How the instants of a cadence look, as JSON and on the terminal."""

from zoneinfo import ZoneInfo

from mailer.cli import output
from scheduler import words
from scheduler.schedule import Cadence, Slot


def show_instants(cadence: Cadence, slots: list[Slot], *, as_json: bool) -> None:
    """Print when a cadence comes next, and how its words were understood."""
    zone = ZoneInfo(cadence.zone)
    instants = [slot.instant.astimezone(zone) for slot in slots]
    understood = words.spoken(cadence)
    if as_json:
        output.json_document(
            {
                "instants": [instant.isoformat() for instant in instants],
                "understood": understood,
            }
        )
        return
    output.line(understood)
    for instant in instants:
        output.line(f"{instant:%A %Y-%m-%d %H:%M %z}")
