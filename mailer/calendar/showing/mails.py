"""What the mails to users about slots say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailer.rendering.language.catalogues import Catalogue
from mailer.users.models import User


class NoticeKind(StrEnum):
    """What a notice asks or tells."""

    DRAFT = "draft"
    NO_DRAFT = "no_draft"  # it could not be opened
    TRANSLATION = "translation"
    SIGN_OFF = "sign_off"  # a translation by another
    APPROVAL = "approval"
    SCHEDULE = "schedule"
    BEFORE = "before"  # nothing goes, if nothing is done
    MISSED = "missed"
    MOVED = "moved"  # its event moved, and the date with it
    DROPPED = "dropped"  # its event moved or is cancelled, and nothing goes
    WENT = "went"  # its event moved after the letter went


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notice with what its mail says."""

    occurrence: int
    kind: NoticeKind
    user: User
    series: str
    slot: datetime  # local
    zone: str
    campaign: int | None

    def subject(self, catalogue: Catalogue) -> str:
        """Return the subject in the language of a catalogue."""
        day = catalogue.day(self.slot.date())
        asked = {
            NoticeKind.DRAFT: catalogue.text("Please write"),
            NoticeKind.NO_DRAFT: catalogue.text("No draft could be opened"),
            NoticeKind.TRANSLATION: catalogue.text("Please translate"),
            NoticeKind.SIGN_OFF: catalogue.text("Please sign off the translation"),
            NoticeKind.APPROVAL: catalogue.text("Please approve or return"),
            NoticeKind.SCHEDULE: catalogue.text("Please schedule"),
            NoticeKind.BEFORE: catalogue.text("No letter will go yet"),
            NoticeKind.MISSED: catalogue.text("No letter went"),
            NoticeKind.MOVED: catalogue.text("The date has moved"),
            NoticeKind.DROPPED: catalogue.text("The letter does not go"),
            NoticeKind.WENT: catalogue.text("The event has moved"),
        }
        return catalogue.labelled(asked[self.kind], f"{self.series}, {day}")

    def lines(self, catalogue: Catalogue) -> Sequence[str]:
        """Return the text: the slot, what is so, and the command that helps."""
        day, hour = catalogue.day(self.slot.date()), catalogue.time(self.slot)
        when = catalogue.text(
            "The letter of the series %(series)s is planned for %(day)s at %(time)s"
            " (%(zone)s).",
            series=self.series,
            day=day,
            time=hour,
            zone=self.zone,
        )
        so = self._so(catalogue)
        if self.kind is NoticeKind.WENT:
            when = catalogue.text(
                "The event has moved, and the readers of the letter of the series"
                " %(series)s of %(day)s have the former date.",
                series=self.series,
                day=day,
            )
            so = ()
        do = catalogue.text("What to do:")
        return (when, *so, do, f"    {self.command}")

    def _so(self, catalogue: Catalogue) -> Sequence[str]:
        """Return what is so, in sentences."""
        waits = catalogue.text("Without approval and a time, nothing is sent.")
        match self.kind:
            case NoticeKind.MISSED:
                return (catalogue.text("Its time has passed, and nothing was sent."),)
            case NoticeKind.MOVED:
                moved = catalogue.text(
                    "The event has moved, and this date with it; an approval for the"
                    " former date is void."
                )
                return (moved, waits)
            case NoticeKind.DROPPED:
                return (
                    catalogue.text(
                        "The event has moved or is cancelled, so that this letter"
                        " does not go."
                    ),
                )
            case _:
                return (waits,)

    @property
    def command(self) -> str:
        """Return the command that does what is asked, or shows why nothing goes."""
        if self.campaign is None:
            return f"mailer series show {self.series}"
        return {
            NoticeKind.DRAFT: (
                "mailer campaigns copy {id} DIR\n"
                "    mailer campaigns import DIR --replace {id}"
            ),
            NoticeKind.TRANSLATION: "mailer campaigns export-po {id} LANGUAGE",
            NoticeKind.SIGN_OFF: (
                "mailer campaigns sign-off {id} --language LANGUAGE --by {user}"
            ),
            NoticeKind.APPROVAL: "mailer campaigns approve {id} --by {user}",
            NoticeKind.SCHEDULE: "mailer campaigns schedule {id} --series {series}",
            NoticeKind.WENT: "mailer campaigns erratum {id}",
        }.get(self.kind, "mailer campaigns show {id}").format(
            id=self.campaign, user=self.user.name, series=self.series
        )
