"""What enhanced status codes mean, without their first digit.

Source: the registry of RFC 5248, with RFC 3463, 3886, 4468, 4865, 4954, 5248, 5321,
6531, 6710, 7293, 7372, 7504 and 7505; the rows marked “provider” are published by
Microsoft and Google and are not registered.
"""

from mailer.delivery.smtp.fault_classes import ReplyFault

# These decide before the general words of the text.
EXACT: dict[str, ReplyFault] = {
    # 1: address
    "1.1": ReplyFault.GONE,
    "1.2": ReplyFault.NO_DOMAIN,
    "1.3": ReplyFault.GONE,
    "1.6": ReplyFault.GONE,
    "1.7": ReplyFault.OUR_ADDRESS,
    "1.8": ReplyFault.OUR_ADDRESS,
    "1.10": ReplyFault.NO_DOMAIN,
    "1.20": ReplyFault.OUR_ADDRESS,  # provider
    "1.90": ReplyFault.OUR_LIMIT,  # provider
    "1.350": ReplyFault.GONE,  # provider
    "1.351": ReplyFault.GONE,  # provider
    # 2: mailbox
    "2.1": ReplyFault.DISABLED,
    "2.2": ReplyFault.FULL,
    "2.3": ReplyFault.LARGE,
    "2.121": ReplyFault.BUSY,  # provider
    "2.122": ReplyFault.BUSY,  # provider
    "2.252": ReplyFault.OUR_ADDRESS,  # provider
    # 3: system
    "3.1": ReplyFault.SYSTEM,
    "3.4": ReplyFault.LARGE,
    # 4: network and routing
    "4.1": ReplyFault.NETWORK,
    "4.2": ReplyFault.NETWORK,
    "4.3": ReplyFault.NETWORK,
    "4.4": ReplyFault.NO_DOMAIN,
    "4.5": ReplyFault.NETWORK,
    "4.6": ReplyFault.LOOP,
    "4.7": ReplyFault.EXPIRED,
    "4.14": ReplyFault.LOOP,  # provider
    "4.310": ReplyFault.NO_DOMAIN,  # provider
    "4.312": ReplyFault.NETWORK,  # provider
    "4.316": ReplyFault.EXPIRED,  # provider
    "4.317": ReplyFault.NETWORK,  # provider
    # 5: protocol
    "5.3": ReplyFault.MANY_RECIPIENTS,
    # 6: content
    "6.0": ReplyFault.FORM,
    "6.1": ReplyFault.FORM,
    "6.2": ReplyFault.FORM,
    "6.3": ReplyFault.FORM,
    "6.4": ReplyFault.FORM,
    "6.5": ReplyFault.FORM,
    "6.6": ReplyFault.FORM,
    "6.7": ReplyFault.NEEDS_UTF8,
    "6.8": ReplyFault.NEEDS_UTF8,
    "6.9": ReplyFault.NEEDS_UTF8,
    "6.10": ReplyFault.NEEDS_UTF8,
    # 7: security and policy
    "7.2": ReplyFault.NOT_US,
    "7.3": ReplyFault.LOGIN,
    "7.4": ReplyFault.LOGIN,
    "7.5": ReplyFault.POLICY,
    "7.6": ReplyFault.LOGIN,
    "7.7": ReplyFault.FORM,
    "7.8": ReplyFault.LOGIN,
    "7.9": ReplyFault.LOGIN,
    "7.10": ReplyFault.LOGIN,
    "7.11": ReplyFault.LOGIN,
    "7.12": ReplyFault.LOGIN,
    "7.13": ReplyFault.LOGIN,
    "7.14": ReplyFault.LOGIN,
    "7.15": ReplyFault.POLICY,
    "7.16": ReplyFault.LARGE,
    "7.17": ReplyFault.MOVED,
    "7.18": ReplyFault.MOVED,
    "7.19": ReplyFault.POLICY,
    "7.57": ReplyFault.LOGIN,  # provider
    "7.60": ReplyFault.OUR_ADDRESS,  # provider
    "7.64": ReplyFault.RELAYING,  # provider
    "7.123": ReplyFault.NOT_US,  # provider
    "7.124": ReplyFault.NOT_US,  # provider
    "7.129": ReplyFault.NOT_US,  # provider
    "7.133": ReplyFault.NOT_US,  # provider
    "7.134": ReplyFault.NOT_US,  # provider
    "7.136": ReplyFault.NOT_US,  # provider
    "7.139": ReplyFault.LOGIN,  # provider
    "7.193": ReplyFault.NOT_US,  # provider
}

# These decide only if the text says nothing.
VAGUE: dict[str, ReplyFault] = {
    "1.0": ReplyFault.GONE,  # other address status
    "1.4": ReplyFault.UNCLEAR,  # ambiguous
    "1.9": ReplyFault.UNCLEAR,
    "2.0": ReplyFault.UNCLEAR,
    "2.4": ReplyFault.UNCLEAR,  # of a list behind the address
    "3.2": ReplyFault.TECHNICAL,
    "3.5": ReplyFault.SYSTEM,
    "3.0": ReplyFault.TECHNICAL,
    "3.3": ReplyFault.TECHNICAL,
    "3.6": ReplyFault.TECHNICAL,
    "4.0": ReplyFault.TECHNICAL,
    "5.0": ReplyFault.TECHNICAL,
    "5.1": ReplyFault.COMMAND,
    "5.2": ReplyFault.COMMAND,
    "5.4": ReplyFault.COMMAND,
    "5.5": ReplyFault.COMMAND,
    "5.6": ReplyFault.COMMAND,
    "7.0": ReplyFault.POLICY,
    "7.1": ReplyFault.POLICY,
}

# A subject with an unknown detail means what the subject means (RFC 3463 section 2).
SUBJECTS: dict[str, ReplyFault] = {
    "1": ReplyFault.UNCLEAR,
    "2": ReplyFault.UNCLEAR,
    "3": ReplyFault.TECHNICAL,
    "4": ReplyFault.TECHNICAL,
    "5": ReplyFault.TECHNICAL,
    "6": ReplyFault.FORM,
    "7": ReplyFault.POLICY,
}

# The reply code alone: RFC 5321 section 4.2.2, RFC 4954, RFC 7504, RFC 5336.
CODES: dict[int, ReplyFault] = {
    421: ReplyFault.CLOSING,
    500: ReplyFault.COMMAND,
    501: ReplyFault.COMMAND,
    502: ReplyFault.COMMAND,
    503: ReplyFault.COMMAND,
    504: ReplyFault.COMMAND,
    530: ReplyFault.LOGIN,
    534: ReplyFault.LOGIN,
    535: ReplyFault.LOGIN,
    538: ReplyFault.LOGIN,
    552: ReplyFault.OLD_552,
    555: ReplyFault.COMMAND,
    556: ReplyFault.NO_DOMAIN,
}
LOGIN_CODES = frozenset({530, 534, 535, 538})
COMMAND_CODES = frozenset({500, 502, 503, 504, 555})
