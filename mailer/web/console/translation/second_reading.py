"""…/translate/{language}/sign-off: a second translator finds a translation right."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import EVERY
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import SignOff
from mailer.campaigns.writing.translation import signing_off
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters.versions import seen_of
from mailer.web.console.names.languages import tag_of
from mailer.web.console.showing import HOME

Asking = Request[Visit, Any, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondReading:
    """Where the sign-off of one translation stands."""

    wanted: bool  # the letter type asks for it
    signed: SignOff | None  # the one that holds
    refusal: str  # why the user may not sign it off now; empty: they may


@post(
    "/campaigns/{number:int}/translate/{language:str}/sign-off",
    right=Right.SIGN_OFF,
    status_code=200,
)
async def sign_off(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[Any]:
    """Sign a translation off as the page showed it, and lead to all translations."""
    asked, form = request.user, await forms.form_of(request)
    tag, seen = tag_of(asked, language), seen_of(form)
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await signing_off.sign_off(
            session, campaign, tag, by=asked.user.name, now=asked.now, seen=seen
        )
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/translate?signed={tag}")


async def standing(
    session: AsyncSession, asked: Visit, campaign: Campaign, tag: str
) -> SecondReading:
    """Return where the sign-off of a translation stands, for a user."""
    refusal = ""
    try:
        await signing_off.require_able(session, campaign, tag, by=asked.user.name)
    except RefusedError as refused:
        refusal = str(refused)
    kind = letter_types.load(asked.site.templates, campaign.template)
    return SecondReading(
        wanted=tag in kind.sign_off or EVERY in kind.sign_off,
        signed=(await signing_off.signed(session, campaign)).get(tag),
        refusal=refusal,
    )


HANDLERS = (sign_off,)
