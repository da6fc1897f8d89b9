"""Why a connection to a relay failed, in words for an operator."""

import errno
import os
import ssl

from aiosmtplib import SMTPResponseException, SMTPServerDisconnected

NO_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
_LIBRARY = "Malformed SMTP response line: "  # before what it could not read
_GONE = "Unexpected EOF received"
SHOWN = 80  # characters of an answer that is no reply


def of_connection(fault: BaseException, security: str) -> str:
    """Return why a connection could not be made; `security` is the relay's setting."""
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
    if isinstance(fault.__cause__, SMTPServerDisconnected):
        fault = fault.__cause__
    elif isinstance(cause, OSError) and cause.errno in errno.errorcode:
        return os.strerror(cause.errno or 0).lower()
    return _said(fault)


def _said(fault: BaseException) -> str:
    """Return what the relay said, or did."""
    if isinstance(fault, SMTPResponseException):
        said = fault.message.strip()
        if fault.code < 0:  # the library found no code
            said = said.removeprefix(_LIBRARY)[:SHOWN]
            return f"it does not speak SMTP ({said}); check its host and port"
        return f"{fault.code} {said}"
    if str(fault) == _GONE:
        return "it closed the connection"
    return str(fault) or type(fault).__name__
