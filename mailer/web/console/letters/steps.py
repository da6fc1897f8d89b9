"""The steps of a letter, each with its state in words; pure, over its overview."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.rendering.checks.problem import Severity
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.review.overview import BEFORE_RELEASE, Overview

STRINGS = (
    *("Write", "Readers", "Translate", "Look and test", "Approve", "Schedule"),
    *("Send", "Report", "nothing stands in the way", "errors to mend: %(count)s"),
    *("not counted: mend the errors first", "readers: %(count)s", "one language"),
    *("all languages are complete", "incomplete: %(languages)s", "a test was sent"),
    *("lacking: %(languages)s", "without a letter: %(count)s"),
    *("no test of this text was sent", "approved by %(name)s", "not approved yet"),
    *("leaves %(time)s", "left %(time)s", "no time yet", "not sent yet"),
    *("it is being sent", "it is paused", "sent", "cancelled"),
    *("who got it, and who did not", "being checked", "being counted"),
    "not sent at its time",
)

# states in which a letter that did not leave has no time, or one that passed
_WITHOUT_TIME = {
    CampaignState.CANCELLED: "cancelled",
    CampaignState.EXPIRED: "not sent at its time",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: its name, what is said of it, and where its page is."""

    name: str
    said: str
    done: bool
    page: str  # after the letter's own address; empty: it has none


def steps(
    seen: Overview,
    words: Catalogue,
    moment: Callable[[datetime], str],
    called: Callable[[str], str],
) -> list[Step]:
    """Return the steps of a letter in their order; users as they are `called`."""
    made = (_write, _readers, _translate, _test)
    return [
        *(each(seen, words) for each in made),
        _approve([called(each) for each in seen.approvers], words),
        _schedule(seen, words, moment),
        _send(seen, words),
        _report(seen, words),
    ]


def _write(seen: Overview, words: Catalogue) -> Step:
    errors = sum(each.level is Severity.ERROR for each in seen.warnings)
    said = words.text("nothing stands in the way")
    if seen.is_pending:
        said = words.text("being checked")
    elif errors:
        said = words.text("errors to mend: %(count)s", count=errors)
    done = not errors and not seen.is_pending
    return Step(name=words.text("Write"), said=said, done=done, page="/write")


def _readers(seen: Overview, words: Catalogue) -> Step:
    said = words.text("not counted: mend the errors first")
    if seen.readers is not None:
        said = words.text("readers: %(count)s", count=words.number(seen.readers))
        if seen.without:
            count = words.number(sum(seen.without.values()))
            said = words.row(
                [said, words.text("without a letter: %(count)s", count=count)]
            )
    elif seen.seen_at is None:
        said = words.text("being counted")
    name = words.text("Readers")
    done = bool(seen.readers) and not seen.without
    return Step(name=name, said=said, done=done, page="/audience")


def _translate(seen: Overview, words: Catalogue) -> Step:
    lacking = [
        words.language_name(language)
        for language, each in seen.languages.items()
        if each.translated and each.translated.done < each.translated.total
    ]
    said = words.text("all languages are complete")
    if len(seen.languages) == 1:
        said = words.text("one language")
    if seen.without:
        none = words.listed([words.language_name(each) for each in seen.without])
        said = words.text("lacking: %(languages)s", languages=none)
    elif lacking:
        said = words.text("incomplete: %(languages)s", languages=words.listed(lacking))
    if seen.is_pending:
        said = words.text("being checked")
    name = words.text("Translate")
    done = not lacking and not seen.without and not seen.is_pending
    return Step(name=name, said=said, done=done, page="/translate")


def _test(seen: Overview, words: Catalogue) -> Step:
    tested = False
    for each in seen.history:
        act = Act(each.act)
        tested = not act.changes_content and (tested or act is Act.TESTED)
    text = "a test was sent" if tested else "no test of this text was sent"
    return Step(
        name=words.text("Look and test"),
        said=words.text(text),
        done=tested,
        page="/test",
    )


def _approve(approvers: Sequence[str], words: Catalogue) -> Step:
    said = words.text("not approved yet")
    if approvers:
        said = words.text("approved by %(name)s", name=words.listed(approvers))
    name = words.text("Approve")
    return Step(name=name, said=said, done=bool(approvers), page="/approval")


def _schedule(
    seen: Overview, words: Catalogue, moment: Callable[[datetime], str]
) -> Step:
    at, released = seen.campaign.at, seen.campaign.released_at
    said = words.text("no time yet")
    if released is not None:
        said = words.text("left %(time)s", time=moment(released))
    elif (state := CampaignState(seen.campaign.state)) in _WITHOUT_TIME:
        at, said = None, words.text(_WITHOUT_TIME[state])
    elif at is not None:
        said = words.text("leaves %(time)s", time=moment(at))
    name = words.text("Schedule")
    done = at is not None or released is not None
    return Step(name=name, said=said, done=done, page="/schedule")


def _send(seen: Overview, words: Catalogue) -> Step:
    texts = {
        CampaignState.SENDING: "it is being sent",
        CampaignState.PAUSED: "it is paused",
        CampaignState.FINISHED: "sent",
        CampaignState.CANCELLED: "cancelled",
    }
    state = CampaignState(seen.campaign.state)
    said = words.text(texts.get(state, "not sent yet"))
    done = state is CampaignState.FINISHED
    return Step(name=words.text("Send"), said=said, done=done, page="/live")


def _report(seen: Overview, words: Catalogue) -> Step:
    is_cancelled = seen.campaign.state == CampaignState.CANCELLED
    waits = seen.campaign.state in BEFORE_RELEASE
    text = "not sent yet" if waits else "who got it, and who did not"
    if is_cancelled and seen.campaign.released_at is None:
        waits, text = True, "cancelled"
    name = words.text("Report")
    done = seen.campaign.state == CampaignState.FINISHED
    return Step(
        name=name, said=words.text(text), done=done, page="" if waits else "/report"
    )
