"""What relays and providers answer, and what it means: rows, the first match wins.

A row is a reply code, an enhanced status without its class, words of the text, and our
reading. Sources: RFC 5321 section 4.2, RFC 3463, RFC 5248 and its registry, RFC 7372,
RFC 7504, RFC 7505, and the codes that large providers publish. Words decide only where
the codes do not, or where a provider is known to use a code for something else.
"""

from enum import StrEnum


class Action(StrEnum):
    """What to do next."""

    ACCEPT = "accept"
    RETRY = "retry"
    REFUSE = "refuse"
    PAUSE = "pause"


class Permanence(StrEnum):
    """How lasting the fault is, and whose."""

    PERMANENT = "permanent"  # this mailbox will not take mail again
    TRANSIENT = "transient"  # it may later
    SENDER = "sender"  # the fault is ours
    UNKNOWN = "unknown"  # refused, and the reply does not say why


_RETRY, _REFUSE, _PAUSE = Action.RETRY, Action.REFUSE, Action.PAUSE
_T, _P, _S, _U = (
    Permanence.TRANSIENT,
    Permanence.PERMANENT,
    Permanence.SENDER,
    Permanence.UNKNOWN,
)

_WHO = r"(user|mailbox|recipient|address|account|mail ?box|email|destinataire)"
_NO_MAILBOX = (
    rf"\b{_WHO}\b[^.;]{{0,60}}\b(unknown|not found|does(n[o']t| not) exist|invalid"
    r"|unavailable|not available|disabled|discontinued|deactivated|inactive|suspended"
    r"|terminated|unrouteable|invalide|inconnu)"
    rf"|\b(unknown|no such|invalid|unrouteable|non-?existent)\b[^.;]{{0,30}}\b{_WHO}\b"
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
    r"|ask your postmaster|postmaster\.(gmx|web|mail)|transaction failed"
    r"|content rejected|not accepted due to)"
    r"|\b(SC|DY|OU|RP)-00\d\b|\b(DT|MI|HL|IS|RP|IB):[A-Z]{3}|\b(OFR|LPN)\d*_\d+"
    r"|\[(BL|TSS?|PH|CS)\d+\]"
)
_FULL = r"\b(quota|over ?quota|mailbox (is )?full|full mailbox|out of storage)\b"
_FULL += r"|inbox is full|insufficient (disk )?space|storage (allocation|limit)"
_SIZE = (
    r"message (size|is too|too)|too (large|big|long)|size (limit|exceed)|max\w* size"
)

_NOT_US = "it takes no mail from us"
_GONE, _NOBODY = "the domain takes no mail", "no such mailbox"
_LOGIN, _BLAMED = "our login was refused", "refused by policy: the fault is ours"
_OURS = "our sender address was refused"
_LARGE, _QUOTA = "the message is too large", "the mailbox is full"
_COMMAND = "the relay does not take our command"

RULES: tuple[tuple[str, str, str, Action, Permanence, str], ...] = (
    # 4yz: tried again, whatever it says (RFC 5321 section 4.2.1)
    (r"4..", r"", r"gr[ea]y ?-?list", _RETRY, _T, "greylisted"),
    (r"432|454", r"7\.(0|8|12)", r"", _RETRY, _S, "our login cannot be checked now"),
    (r"4..", r"7\..*", r"", _RETRY, _S, "we are slowed down by policy"),
    (r"4..", r"1\.[78]", r"", _RETRY, _S, "our sender address is not accepted now"),
    (r"4..", r"5\.3", r"", _RETRY, _T, "too many recipients at once"),
    (r"4..", r"2\.2", r"", _RETRY, _T, _QUOTA),
    (r"4..", r"", _OUR_ADDRESS, _RETRY, _S, "our sender address is not accepted now"),
    (r"4..", r"", _POLICY, _RETRY, _S, "we are slowed down by policy"),
    (r"421", r"", r"", _RETRY, _T, "the relay is closing"),
    (r"4..", r"", r"", _RETRY, _T, "not now"),
    # what RFC 821 called 552 is 452 (RFC 5321 section 4.5.3.1.10)
    (r"552", r"5\.3", r"", _RETRY, _T, "too many recipients at once"),
    # ourselves: login, sender, relaying
    (r"530|534|535|538", r"", r"", _PAUSE, _S, _LOGIN),
    (r"5..", r"7\.(8|11|12|13|139|57)", r"", _PAUSE, _S, _LOGIN),
    (r"5..", r"1\.(7|8|20|90)|2\.252|7\.60", r"", _PAUSE, _S, _OURS),
    (r"5..", r"", _OUR_ADDRESS, _PAUSE, _S, _OURS),
    (r"5..", r"", _RELAYING, _PAUSE, _S, "the relay does not relay for us"),
    (r"5..", r"4\.5", r"", _PAUSE, _S, "our sending limit is used up"),
    # the mailbox or its domain
    (r"556", r"", r"", _REFUSE, _P, _GONE),
    (r"5..", r"1\.10|4\.(4|310)", r"", _REFUSE, _P, _GONE),
    (r"5..", r"1\.(1|2|3|6|350|351)", r"", _REFUSE, _P, _NOBODY),
    (r"5..", r"7\.(17|18)", r"", _REFUSE, _P, "the mailbox has a new owner"),
    (r"5..", r"2\.2", r"", _REFUSE, _T, _QUOTA),
    (r"5..", r"2\.12[12]", r"", _REFUSE, _T, "the mailbox receives too much"),
    (r"5..", r"2\.3|3\.4", r"", _REFUSE, _S, _LARGE),
    (r"5..", r"2\.1", r"", _REFUSE, _P, "the mailbox is disabled"),
    (r"5..", r"7\.(2|12[349]|13[0-6])", r"", _REFUSE, _U, _NOT_US),
    (r"5..", r"6\.(7|9|10)", r"", _REFUSE, _U, "the address needs SMTPUTF8"),
    # enhanced codes that providers use for a missing mailbox
    (r"5..", r"4\.1", r"recipient address rejected", _REFUSE, _P, _NOBODY),
    (r"5..", r"[01345]\..*|7\.1", _NO_MAILBOX, _REFUSE, _P, _NOBODY),
    # policy: spam, authentication of our domain, reputation, limits
    (r"5..", r"7\.1", _POLICY, _PAUSE, _S, _BLAMED),
    (r"5..", r"7\.1", r"recipient address rejected", _REFUSE, _U, _NOT_US),
    (r"5..", r"7\..*", r"", _PAUSE, _S, _BLAMED),
    (r"5..", r"2\.0", _POLICY, _PAUSE, _S, _BLAMED),
    # the transport
    (r"50[0-9]|555", r"5\..*", r"", _PAUSE, _S, _COMMAND),
    (r"5..", r"4\.7", r"", _REFUSE, _T, "it could not be delivered in time"),
    (r"5..", r"6\..*", r"", _REFUSE, _S, "our message was not understood"),
    (r"5..", r"[345]\..*", _POLICY, _PAUSE, _S, _BLAMED),
    (r"5..", r"[345]\..*", r"", _REFUSE, _U, "refused for a technical reason"),
    # no enhanced code, or one that says nothing: words, then the code alone
    (r"55[0-4]", r"", _FULL, _REFUSE, _T, _QUOTA),
    (r"5..", r"", _SIZE, _REFUSE, _S, _LARGE),
    (r"55[0-4]|521", r"", _NO_MAILBOX, _REFUSE, _P, _NOBODY),
    (r"5..", r"", _POLICY, _PAUSE, _S, _BLAMED),
    (r"552", r"", r"", _RETRY, _T, "552 alone is a temporary refusal"),
    (r"50[0-9]|555", r"", r"", _PAUSE, _S, _COMMAND),
    (r"5..", r"", r"", _REFUSE, _U, "refused without a reason we know"),
)
