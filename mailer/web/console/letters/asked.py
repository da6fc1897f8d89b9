"""/approve: the page of an approver, opened by a link in their mail, on any device.

The link reads. To act, the approver is signed in, or types a code that is mailed to
them: a forwarded link decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie, FormMultiDict
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.asking import mailed_codes, requests
from mailer.campaigns.asking.models import ApprovalRequest
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import gate
from mailer.campaigns.writing.drafting import desk
from mailer.delivery.direct import approval_letters
from mailer.errors import NotFoundError, RefusedError
from mailer.outbox.message_states import MessageState
from mailer.rendering.language.catalogues import Catalogue
from mailer.signin import tokens
from mailer.sites.site import Site
from mailer.users import guard, shown_names
from mailer.users.models import User
from mailer.web import forms
from mailer.web.console import showing, strings
from mailer.web.console.guard import (
    FIELD,
    NUMBER_AFTER,
    PUBLIC,
    STALE,
    called,
    is_secure,
    language_of,
    signed_in,
)
from mailer.web.console.letters import letter_frames, returning
from mailer.web.console.letters.versions import seen_of
from mailer.web.console.names.state_names import named
from mailer.web.console.remarks import places
from mailer.web.console.rules import differing, naming

PATH = "/approve"
OLD = "This link has ended: it is older than seven days, or its request was taken back."
NO_LINK = "This link does not work. Copy it whole from the newest letter, or sign in."
CODE_SENT = "A code is on its way to your address. It is valid for ten minutes."
CODE_WRONG = "This code is not right, or it has ended. Have another one mailed."
NOT_MAILED = "The mail server did not take the letter with the code: %(reply)s"
NO_DECISION = "Nothing was decided: choose to approve, or to ask for changes."
BOTH = (
    "Nothing was decided: you chose to approve, and wrote what is to be changed. Choose"
    " to ask for changes, or empty that field."
)
STRINGS = (OLD, NO_LINK, CODE_SENT, CODE_WRONG, NOT_MAILED, NO_DECISION, BOTH)
APPROVE, RETURN = "approve", "return"  # decisions
Asking = Request[Any, Any, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opened:
    """A request that a browser has opened by its link."""

    site: Site
    token: str
    request: ApprovalRequest
    campaign: Campaign
    approver: User
    signed_in: bool  # as the approver
    language: str
    now: datetime


@get("/{token:str}", right=PUBLIC)
async def arrive(
    request: Asking, mail_site: NamedDependency[Site], token: FromPath[str]
) -> Response[Any]:
    """Take the token out of the address, and lead to the page."""
    answer = showing.to(mail_site, PATH)
    answer.cookies.append(_cookie(mail_site, token[:100]))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@get("/", right=PUBLIC)
async def page(request: Asking, mail_site: NamedDependency[Site]) -> Response[Any]:
    """Show the letter, its readers, what changed, and what was found."""
    return await _page(await _opened(request, mail_site))


@get("/letter", right=PUBLIC)
async def letter(request: Asking, mail_site: NamedDependency[Site]) -> Response[bytes]:
    """Return the HTML of the letter in one variant."""
    opened = await _opened(request, mail_site)
    html = await letter_frames.html_of(
        mail_site, opened.campaign.id, request.query_params.get("example", "0")
    )
    return Response(html, media_type=MediaType.HTML, headers=letter_frames.FRAME)


@post("/code", right=PUBLIC, status_code=200)
async def code(request: Asking, mail_site: NamedDependency[Site]) -> Response[Any]:
    """Mail the approver a code."""
    opened = await _acting(request, mail_site)
    if opened.request.answer is not None:
        return showing.to(mail_site, PATH)
    async with mail_site.database.writing() as session:
        made = await mailed_codes.make(
            session, opened.request, opened.token, now=opened.now
        )
    state, reply = await approval_letters.code(
        mail_site, opened.campaign, opened.approver, made, now=opened.now
    )
    words = strings.of(mail_site, opened.language)
    if state is not MessageState.ACCEPTED:
        return await _page(opened, fault=words.text(NOT_MAILED, reply=reply))
    return await _page(opened, said=words.text(CODE_SENT))


@post("/decide", right=PUBLIC, status_code=200)
async def decide(request: Asking, mail_site: NamedDependency[Site]) -> Response[Any]:
    """Approve the letter, or send it back with a reason.

    A code stays valid while the decision is refused, and ends with the request.
    """
    opened = await _acting(request, mail_site)
    if opened.request.answer is not None:  # the page says which, and when
        return showing.to(mail_site, PATH)
    form = await forms.form_of(request)
    words, given = strings.of(mail_site, opened.language), str(form.get("code") or "")
    if not opened.signed_in and not await _is_right(opened, given):
        return await _page(
            opened, fault=words.text(CODE_WRONG), form={**form, "code": ""}
        )
    try:
        await _decide(opened, form, words)
    except RefusedError as refused:
        return await _page(opened, fault=str(refused), form=form)
    return showing.to(mail_site, PATH)


async def _decide(opened: _Opened, form: FormMultiDict, words: Catalogue) -> None:
    """Approve or send back; raise RefusedError for no decision, or for both."""
    chosen, reason = (str(form.get(key) or "") for key in ("decision", "reason"))
    if chosen not in {APPROVE, RETURN}:
        raise RefusedError(words.text(NO_DECISION))
    if chosen == APPROVE and reason.strip():
        raise RefusedError(words.text(BOTH))
    number, by, seen = opened.campaign.id, opened.approver, seen_of(form)
    if chosen == APPROVE:
        await requests.approve(
            opened.site, number, by=by.name, seen=seen, now=opened.now
        )
        return
    await returning.send_back(
        opened.site,
        number,
        by=by,
        seen=seen,
        reason=reason,
        block=str(form.get("block") or ""),
        now=opened.now,
    )


async def _is_right(opened: _Opened, code: str) -> bool:
    async with opened.site.database.writing() as session:
        return await mailed_codes.fits(
            session, opened.request, opened.token, code, now=opened.now
        )


async def _acting(request: Asking, site: Site) -> _Opened:
    """Return the request, for a form of its own page; raise for another's."""
    opened = await _opened(request, site)
    form = await forms.form_of(request)
    given = form.get(FIELD)
    token = given.partition(NUMBER_AFTER)[0] if isinstance(given, str) else ""
    if not tokens.same(token, tokens.form_token(opened.token)):
        raise PermissionDeniedException(detail=STALE)
    return opened


async def _opened(request: Asking, site: Site) -> _Opened:
    """Return the request whose link a browser opened, or raise why there is none."""
    now = clock.now()
    token = request.cookies.get(_cookie_name(site), "")
    async with site.database.reading() as session:
        found = await requests.find(session, token) if token else None
        if found is None:
            raise NotFoundError(NO_LINK)
        campaign = await lookup.get(session, found.campaign_id)
        approver = await guard.find(session, found.approver)
    over = found.answer == requests.RequestAnswer.WITHDRAWN or found.ends_at <= now
    if over or approver is None or approver.disabled_at is not None:
        raise NotFoundError(OLD)
    signed = await signed_in(request, site)
    return _Opened(
        site=site,
        token=token,
        request=found,
        campaign=campaign,
        approver=approver,
        signed_in=signed is not None and signed.user.name == approver.name,
        language=language_of(site, request, approver.language),
        now=now,
    )


async def _page(
    opened: _Opened,
    *,
    fault: str = "",
    said: str = "",
    form: Mapping[str, Any] | None = None,
) -> Response[Any]:
    site, campaign, language = opened.site, opened.campaign, opened.language
    words = strings.of(site, language)
    async with site.database.reading() as session:
        names = await shown_names.load(session)
        given = await lookup.current_approval(session, campaign)
        written = await desk.read(session, campaign, site.templates)
        changes = await differing.since_decision(session, site, campaign)
        rules = (campaign.audience, *differing.rules_in(changes))
        teller = await naming.teller(site, session, rules, language, opened.now.date())
        placed = await places.of_letter(session, written, words)
    found = await gate.check(site, campaign.id, now=opened.now, scored=False)
    return showing.render(
        site,
        "asked.html",
        language=opened.language,
        status=409 if fault else 200,
        fault=fault,
        said=said,
        given_form=form or {},
        places=places.named(written, words),
        placed=placed.of,
        **_asked_of(opened),
        asked_by=called(words, names, opened.request.asked_by),
        given=given,
        found=found,
        readers=sum(found.readers.values()),
        examples=await letter_frames.examples(
            site, campaign.id, language, now=opened.now
        ),
        teller=teller,
        changes=differing.shown(changes, words, teller, placed.names),
        states=named(words),
    )


def _asked_of(opened: _Opened) -> dict[str, Any]:
    """Return who is asked for what, and what the form carries."""
    return {
        "form_token": showing.numbered(tokens.form_token(opened.token)),
        "version": opened.campaign.updated_at.isoformat(),
        "request": opened.request,
        "campaign": opened.campaign,
        "is_open": requests.is_open(opened.campaign),
        "approver": opened.approver,
        "signed_in": opened.signed_in,
    }


def _cookie_name(site: Site) -> str:
    return "__Host-liaison-approve" if is_secure(site) else "liaison-approve"


def _cookie(site: Site, token: str) -> Cookie:
    return Cookie(
        key=_cookie_name(site),
        value=token,
        path="/",
        secure=is_secure(site),
        httponly=True,
        samesite="lax",
        max_age=int(requests.LASTS.total_seconds()),
    )


HANDLERS = (arrive, page, letter, code, decide)
