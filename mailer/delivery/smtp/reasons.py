"""Why a connection to a relay failed, in words for an operator."""

import errno
import os
import socket
import ssl

NO_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
_LIBRARY = "Malformed SMTP response line: "  # before what it could not read
_GONE = "Unexpected EOF received"
SHOWN = 80  # characters of an answer that is no reply


def of_connection(
    fault: BaseException, security: str, answer: tuple[int, str] | None
) -> str:
    """Return why a connection could not be made.

    `security` is the relay's setting, `answer` the code and text that ended it; a code
    below 0 is that of an answer without one.
    """
    cause = fault
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        reason = f"TLS failed: {cause.reason or cause}"
        if cause.reason in NO_TLS and security == "tls":
            reason += '; this port does not begin with TLS: set security = "starttls"'
        return reason
    if isinstance(cause, socket.gaierror):
        return f"its name cannot be looked up: {(cause.strerror or '').lower()}"
    if isinstance(cause, OSError) and cause.errno in errno.errorcode:
        return os.strerror(cause.errno or 0).lower()
    return _said(*answer) if answer else _plain(fault)


def _said(code: int, text: str) -> str:
    """Return what the relay answered."""
    if code < 0:
        shown = text.strip().removeprefix(_LIBRARY).strip()[:SHOWN]
        return f"it does not speak SMTP ({shown}); check its host and port"
    return f"{code} {text.strip()}"


def _plain(fault: BaseException) -> str:
    text = str(fault) or type(fault).__name__
    return "it closed the connection" if text == _GONE else text
