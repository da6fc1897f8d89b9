"""The sentence of each event of the log, for a person at a terminal.

Values of a line fill the placeholders. A test compares the events with the code.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

SENTENCES: Mapping[str, str] = {
    "alert.not_kept": "alerts.sent.json cannot be written: {reason}",
    "alert.not_sent": "an alert mail did not leave by the relay {relay}: {reason}",
    "alert.sent": "an alert mail left: {faults} faults are new, {over} are over",
    "anchor.mailed": "the anchor of the record for {month} left in a mail",
    "anchor.not_mailed": "the anchor of the record waits for the relay {relay}:"
    " {reason}",
    "campaign.cancelled": "{by} cancelled campaign {campaign}",
    "approval.not_mailed": "a mail about campaign {campaign} did not leave: {reason}",
    "campaign.finished": "campaign {campaign} is finished: {totals}",
    "campaign.not_released": "campaign {campaign} is not released: {reason}",
    "campaign.paused": "campaign {campaign} is paused: {reason}",
    "campaign.resend_begun": "wave {wave} of campaign {campaign} begins, by {by}",
    "campaign.release_begun": "campaign {campaign} is being released by {by}",
    "campaign.released": "campaign {campaign} is released: {messages} messages made",
    "campaign.resumed": "{by} resumed campaign {campaign}",
    "command.failed": "{reason}",
    "draft.not_opened": (
        "the draft of {series} for its slot {slot} was not opened: {reason}"
    ),
    "figures.fault": "figures for a page of the console were not counted: {reason}",
    "feedback.fault_is_ours": "bounces of campaign {campaign}: {reason}",
    "feedback.not_stored": "a returned mail is not stored, its sender has it: {reason}",
    "feedback.taken": "came back: {kinds}; {quarantined} quarantined",
    "events.forgotten": "{count} old events of messages are forgotten",
    "event.moved_after_letter": (
        "the event of the series {series} moved after its letter went: campaign"
        " {campaign}"
    ),
    "feedback.unreadable": "{file} in a Maildir is not read: {reason}",
    "letter.not_followed": (
        "nothing of the series {series} follows campaign {campaign}: it has no event"
    ),
    "letter.unusable": "letter {letter} cannot be used: {kind}",
    "lost.not_sent_on": (
        "campaign {campaign} is not sent on to who follows lost contacts: {reason}"
    ),
    "console.fault": "a page of the console failed, number {number}: {reason}",
    "console.refused": "the console refused {user} ({route}): {reason}",
    "library.line": "{library}: {text}",
    "message.uncomposable": "message {message} cannot be composed: {kind}",
    "messages.wait": "{reason}",
    "notice.no_recipient": (
        "{user} gets no mail ({kind}) about {series}: gone, disabled or without address"
    ),
    "notice.not_sent": "a mail to users waits for the relay {relay}: {reason}",
    "notices.sent": "mails to users: {count}",
    "occurrence.missed": "the slot {slot} passed without a campaign that goes",
    "optouts.compacted": "opt-outs.jsonl is rewritten with {lines} lines",
    "optouts.not_compacted": "opt-outs.jsonl cannot be rewritten: {reason}",
    "optouts.taken": "the store has taken the opt-outs that were kept beside it",
    "optouts.unknown": "an opt-out names no known reader; its message: {message}",
    "optouts.unrecorded": "opt-outs.jsonl lacks a suppression: {reason}",
    "optouts.unmarked": "opt-outs.cursor cannot be written: {reason}",
    "optouts.unreadable": "opt-outs.jsonl cannot be read at octet {at_octet}: {reason}",
    "optouts.wait": "opt-outs are kept beside the store for now: {reason}",
    "page.fault": "a page failed: {reason}",
    "part.failed": "{part} failed and starts again in {again_in} s: {reason}",
    "process.fault": "a fault that nothing expected: {fault}: {reason} ({place})",
    "process.started": "started; {about}",
    "process.stopped": "stopped",
    "process.stopping": "{signal}: stopping, what is in flight is finished first",
    "record.cut": "old rows of the record were cut off: {rows}, up to row {through}",
    "record.not_cut": "old rows of the record stay, as it is faulty: {reason}",
    "record.not_anchored": "{reason}",
    "relay.away": "the relay {relay} is away: {reason}",
    "relay.pace_ended": "{domain} has no pace any more at the relay {relay}",
    "relay.back": "the relay {relay} works again {domain}",
    "relay.refuses": "the relay {relay} refuses messages {domain}: {said}",
    "relay.silent": "the relay {relay} is silent: {reason}",
    "series.unreadable": "the series {series} has a cadence that is no longer read:"
    " {reason}",
    "signin.link_not_mailed": "a link to sign in was not mailed: {reason}",
    "signin.begun": "{user} signed in ({route})",
    "signin.refused": "a sign-in of {user} was refused ({route}): {reason}",
    "site.goes_on": "the site sends again: {by} ended the stop",
    "site.halted": "nothing is sent: {reason}",
    "slot.event_dropped": "the event of the series {series} moved or is cancelled, and"
    " its slot {slot} is dropped",
    "slot.event_moved": "the event of the series {series} moved, and its slot with it,"
    " to {slot}",
    "slot.moved": "the slot {slot} of the series {series} moves from {before}"
    " to {after}",
    "slot.off_cadence": "the cadence of the series {series} no longer has its slot"
    " {slot}",
    "slot.open": "the series {series} has no letter for its slot {slot}: {reason}",
    "source.away": "the list {source} cannot be read: {reason}",
    "source.back": "the list {source} can be read again",
    "source.read": "the list {source} was read again, {state}: {counts}",
    "store.away": "{reason}; it is tried again until it works",
    "store.back": "the store works again",
    "store.older_than_seen": "an older copy has replaced the store: nothing is sent"
    " before `mailer resume-after-restore`",
    "store.seen_not_kept": "store.seen.json cannot be written: {reason}",
    "worker.killed": "a worker was killed by signal {signal}",
    "worker.orphaned": "the parent process {parent} is gone: stopping",
}


def sentence(line: Mapping[str, Any]) -> str:
    """Return a line of the log as a sentence; a value it lacks is left out."""
    event = str(line.get("event", ""))
    values = defaultdict(str, {key: _shown(value) for key, value in line.items()})
    if event not in SENTENCES:  # of a library that uses the same log
        return f"{event} {_shown({**line, 'event': ''})}"
    return " ".join(SENTENCES[event].format_map(values).split())


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{each} {key}" for key, each in value.items() if each)
    return "" if value is None else str(value)
