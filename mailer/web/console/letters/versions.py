"""Which version of a letter a form was filled in for."""

from datetime import datetime

from litestar.datastructures import FormMultiDict

from mailer.errors import RefusedError


def seen_of(form: FormMultiDict) -> datetime:
    """Return when the letter that a form was about was changed last."""
    try:
        return datetime.fromisoformat(str(form.get("version")))
    except ValueError:
        raise RefusedError(
            "the form does not say which version it is about; open the page again"
        ) from None
