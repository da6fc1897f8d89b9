"""The meaning of SMTP replies as a table; the first row that matches decides.

A row has patterns for the reply code, the enhanced status without its class, and the
text, and then our verdict. Sources: RFC 5321 section 4.2, RFC 3463, RFC 5248 and its
registry, RFC 7372, RFC 7504, RFC 7505, and the codes that large providers publish. The
text decides only if the codes do not, or if a provider uses a code in its own way.
"""

from enum import StrEnum


class Action(StrEnum):
    """What to do after a reply."""

    ACCEPT = "accept"
    RETRY = "retry"
    REFUSE = "refuse"
    PAUSE = "pause"


class Permanence(StrEnum):
    """Whether a fault lasts, and whose it is."""

    PERMANENT = "permanent"  # the mailbox will never take mail
    TRANSIENT = "transient"  # the mailbox may take mail later
    SENDER = "sender"  # the fault is ours
    UNKNOWN = "unknown"  # the reply does not show the reason


_RETRY, _REFUSE, _PAUSE = Action.RETRY, Action.REFUSE, Action.PAUSE
_T, _P, _S, _U = (
    Permanence.TRANSIENT,
    Permanence.PERMANENT,
    Permanence.SENDER,
    Permanence.UNKNOWN,
)

_BOX = r"(user|mailbox|recipient|address|account|mail ?box|email|destinataire)"
_NO_MAILBOX = (
    rf"\b{_BOX}\b[^.;]{{0,60}}\b(unknown|not found|does(n[o']t| not) exist|invalid"
    r"|unavailable|not available|disabled|discontinued|deactivated|inactive|suspended"
    r"|terminated|unrouteable|invalide|inconnu)"
    rf"|\b(unknown|no such|invalid|unrouteable|non-?existent)\b[^.;]{{0,30}}\b{_BOX}\b"
    r"|doesn'?t have an? \S+ account|no mailbox here|not a valid (mailbox|user)"
    r"|not our customer"
)
_OUR_ADDRESS = (
    r"sender (address )?(rejected|denied|verif|unknown|blocked)|sendasdenied"
    r"|(sender|return-?path|mail from)\b[^.;]{0,40}\b(rejected|refused|invalid|fail"
    r"|not (allowed|permitted|exist))|verification failed for|callout verification"
    r"|send as this sender"
)
_RELAYING = r"relay(ing)?\b[^.;]{0,30}\b(denied|not (permitted|allowed)|prohibited)"
_RELAYING += r"|unable to relay|not (authori[sz]ed|permitted) to relay|rcpthosts"
_POLICY = (
    r"\b(spam|unsolicited|junk|bulk mail|virus|phish\w*|policy|polic(ies|y reasons)"
    r"|reputation|black ?list\w*|block ?list\w*|blocked|banned|dnsbl|rbl|spamhaus"
    r"|spamcop|barracuda|proofpoint|mimecast|dmarc|dkim|spf|reverse dns|ptr"
    r"|administrative prohibition|too many (connections|messages)|rate limit\w*"
    r"|(sending|daily|hourly) (limit|quota)|mail reject|classified as"
    r"|ask your postmaster|postmaster\.(gmx|web|mail)"
    r"|content rejected|not accepted due to)"
    r"|\b(SC|DY|OU|RP)-00\d\b|\b(DT|MI|HL|IS|RP|IB):[A-Z]{3}|\b(OFR|LPN)\d*_\d+"
    r"|\[(BL|TSS?|PH|CS)\d+\]"
)
_FULL = r"\b(quota|over ?quota|mailbox (is )?full|full mailbox|out of storage)\b"
_FULL += r"|inbox is full|insufficient (disk )?space|storage (allocation|limit)"
_SIZE = (
    r"message (size|is too|too)|too (large|big|long)|size (limit|exceed)|max\w* size"
)
_OUR_RATE = (
    r"you have (reached|exceeded)[^.;]{0,40}\b(limit|quota)\b|limit for sending"
    r"|\b(sending|sender'?s?) (rate|limit|quota)|\bsent too (many|much)"
    r"|\b(sending|sends?)\b[^.;]{0,30}\btoo (quickly|fast|frequently|many)"
)
_THEIR_RATE = r"receiv(ing|es?)\b[^.;]{0,40}\b(at a rate|too (quickly|many|much))"
_LOOKUP = r"(lookup|look-up)[^.;]{0,10} (fail|error|timed)|(ldap|resolver) error"
_LISTED = r"suppression.?list|inactive recipient"
_BLOCKED = rf"\b{_BOX}\b[^.;]{{0,20}}\b(blocked|locked)\b|\b(blocked|locked) {_BOX}\b"
_DISABLED = r"disabled (recipient|mailbox)|(recipient|mailbox)\b[^.;]{0,20} disabled"

_NOT_US = "it takes no mail from us"
_NO_DOMAIN, _NO_SUCH = "the domain takes no mail", "no such mailbox"
_LOGIN, _BY_POLICY = "our login was refused", "refused by policy: the fault is ours"
_OURS = "our sender address was refused"
_LARGE, _QUOTA = "the message is too large", "the mailbox is full"
_LIMIT = "our sending limit is used up"
_COMMAND = "the relay does not accept our command"

RULES: tuple[tuple[str, str, str, Action, Permanence, str], ...] = (
    # 4yz: always tried again (RFC 5321 section 4.2.1)
    (r"4..", r"", r"gr[ea]y ?-?list", _RETRY, _T, "greylisted"),
    (r"432|454", r"7\.(0|8|12)", r"", _RETRY, _S, "our login cannot be checked now"),
    (r"4..", r"7\..*", r"", _RETRY, _S, "we are slowed down by policy"),
    (r"4..", r"1\.[78]", r"", _RETRY, _S, "our sender address is not accepted now"),
    (r"4..", r"5\.3", r"", _RETRY, _T, "too many recipients at once"),
    (r"4..", r"2\.2", r"", _RETRY, _T, _QUOTA),
    (r"4..", r"", _OUR_ADDRESS, _RETRY, _S, "our sender address is not accepted now"),
    (r"4..", r"", _POLICY, _RETRY, _S, "we are slowed down by policy"),
    (r"421", r"", r"", _RETRY, _T, "the relay is closing"),
    (r"4..", r"", r"", _RETRY, _T, "refused for now"),
    # 552 of RFC 821 means 452 here (RFC 5321 section 4.5.3.1.10)
    (r"552", r"5\.3", r"", _RETRY, _T, "too many recipients at once"),
    # faults of ours: login, sender, relaying
    (r"530|534|535|538", r"", r"", _PAUSE, _S, _LOGIN),
    (r"5..", r"7\.13", _DISABLED, _REFUSE, _P, "the mailbox is disabled"),
    (r"5..", r"7\.(8|11|12|13|139|57)", r"", _PAUSE, _S, _LOGIN),
    (r"5..", r"1\.(7|8|20|90)|2\.252|7\.60", r"", _PAUSE, _S, _OURS),
    (r"5..", r"", _OUR_ADDRESS, _PAUSE, _S, _OURS),
    (r"5..", r"", _RELAYING, _PAUSE, _S, "the relay does not relay for us"),
    (r"5..", r"4\.5", r"", _PAUSE, _S, _LIMIT),
    (r"5..", r"", _OUR_RATE, _PAUSE, _S, _LIMIT),
    # the relay, or a filter, refuses this reader's message
    (r"5..", r"", _LOOKUP, _REFUSE, _U, "the relay could not look up the address"),
    (
        r"5..",
        r"(7\.1)?",
        _LISTED,
        _REFUSE,
        _U,
        "the relay itself suppresses the address",
    ),
    (r"5..", r"7\..*", r"content.?filter", _REFUSE, _S, _BY_POLICY),
    # the mailbox or its domain
    (r"556", r"", r"", _REFUSE, _P, _NO_DOMAIN),
    (r"5..", r"1\.10|4\.(4|310)", r"", _REFUSE, _P, _NO_DOMAIN),
    (r"5..", r"1\.(1|2|3|6|350|351)", r"", _REFUSE, _P, _NO_SUCH),
    (r"5..", r"7\.(17|18)", r"", _REFUSE, _P, "the mailbox has a new owner"),
    (r"5..", r"2\.2", r"", _REFUSE, _T, _QUOTA),
    (r"5..", r"2\.12[12]", r"", _REFUSE, _T, "the mailbox receives too much"),
    (r"5..", r"2\.3|3\.4", r"", _REFUSE, _S, _LARGE),
    (r"5..", r"2\.1", _THEIR_RATE, _REFUSE, _T, "the mailbox receives too much"),
    (r"5..", r"2\.1", r"", _REFUSE, _P, "the mailbox is disabled"),
    (r"5..", r"7\.(2|12[349]|13[0-6])", r"", _REFUSE, _U, _NOT_US),
    (r"5..", r"6\.(7|9|10)", r"", _REFUSE, _U, "the address needs SMTPUTF8"),
    # enhanced codes that providers use for a missing mailbox
    (r"5..", r"4\.1", r"recipient address rejected", _REFUSE, _P, _NO_SUCH),
    (r"5..", r"5\.0", _BLOCKED, _REFUSE, _T, "the mailbox is blocked"),
    (r"5..", r"[01345]\..*|7\.1", _NO_MAILBOX, _REFUSE, _P, _NO_SUCH),
    # policy: spam, authentication of our domain, reputation, limits
    (r"5..", r"7\.1", _POLICY, _PAUSE, _S, _BY_POLICY),
    (r"5..", r"7\.1", r"recipient address rejected", _REFUSE, _U, _NOT_US),
    (r"5..", r"7\..*", r"", _PAUSE, _S, _BY_POLICY),
    (r"5..", r"2\.0", _POLICY, _PAUSE, _S, _BY_POLICY),
    # the transport
    (r"50[0-9]|555", r"5\..*", r"", _PAUSE, _S, _COMMAND),
    (r"5..", r"4\.7", r"", _REFUSE, _T, "it could not be delivered in time"),
    (r"5..", r"6\..*", r"", _REFUSE, _S, "our message was not understood"),
    (r"5..", r"[345]\..*", _POLICY, _PAUSE, _S, _BY_POLICY),
    (r"5..", r"[345]\..*", r"", _REFUSE, _U, "refused for a technical reason"),
    # no enhanced code, or one without meaning: the text, then the code alone
    (r"55[0-4]", r"", _FULL, _REFUSE, _T, _QUOTA),
    (r"5..", r"", _SIZE, _REFUSE, _S, _LARGE),
    (r"501|521|55[0-4]", r"", _NO_MAILBOX, _REFUSE, _P, _NO_SUCH),
    (r"5..", r"", _POLICY, _PAUSE, _S, _BY_POLICY),
    (r"552", r"", r"", _RETRY, _T, "552 alone is a temporary refusal"),
    (r"50[0-9]|555", r"", r"", _PAUSE, _S, _COMMAND),
    (r"5..", r"", r"", _REFUSE, _U, "refused without a known reason"),
)
