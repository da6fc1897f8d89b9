"""Reads the bodies of requests; a body that cannot be read is the client's fault."""

import asyncio
from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import ClientException, HTTPException

from audiences import characters

BEGINNING = 8 * 1024  # octets
PATIENCE = 2.0  # seconds
LARGEST = 2**31 - 1  # number of most rows
LARGEST_MESSAGE = 2**63 - 1  # of messages and their readers
_DIGITS = 19  # of the largest of them


def number(given: object, *, otherwise: int = 0, largest: int = LARGEST) -> int:
    """Return the whole number that a field or a parameter has; else `otherwise`.

    So it is for a larger number, too: a part of it would name another row.
    """
    text = characters.ascii_digits(str(given or "").strip())
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        return otherwise
    return int(text) if int(text) <= largest else otherwise


async def form_of(request: Request[Any, Any, Any]) -> FormMultiDict:
    """Return the form of a request; raise ClientException if it is not a form."""
    try:
        return await request.form()
    except HTTPException:
        raise
    except (ValueError, LookupError) as fault:  # such as an unknown character set
        raise ClientException("the body is not a form") from fault


async def file_of(form: FormMultiDict, field: str) -> tuple[str, bytes]:
    """Return the name and the content of an uploaded file; both empty without one."""
    given = form.get(field)
    if not isinstance(given, UploadFile):
        return "", b""
    return given.filename, await given.read()


async def beginning_of(request: Request[Any, Any, Any]) -> bytes:
    """Return the beginning of a body, whatever it is and however it ends.

    At most BEGINNING octets, and what arrives within PATIENCE seconds.
    """
    body = b""
    try:
        async with asyncio.timeout(PATIENCE):
            while len(body) < BEGINNING:
                message = await request.receive()
                if message["type"] != "http.request":
                    break
                body += message["body"]
                if not message["more_body"]:
                    break
    except TimeoutError:
        pass
    return body[:BEGINNING]
