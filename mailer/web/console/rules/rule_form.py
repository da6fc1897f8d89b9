"""A rule as a form: its rows or its text, the contacts it picks, and its words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, directory
from audiences.errors import RuleError
from audiences.languages import name_in
from audiences.segments import (
    compiler,
    explanation,
    grammar,
    named,
    resolve,
    vocabularies,
)
from audiences.segments.compiler import Context
from audiences.segments.explanation import Explanation
from audiences.segments.resolve import Counted, Member
from audiences.segments.vocabularies import Vocabulary
from mailer.reports.figures.kept import Kept
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.rules import sentence, value_names
from mailer.web.console.rules.naming import NameLookup
from mailer.web.console.rules.sentence import Row
from mailer.web.console.rules.value_names import ValueNames

SHOWN = 20  # readers by name
MOST_OFFERED = 300  # codes without names that a field offers
KINDS = {
    "ngo": "NGOs",
    "delegation": "permanent delegations",
    "natcom": "National Commissions",
    "field_office": "field offices",
    "sector": "desks of the Secretariat",
    "liaison_committee": "the liaison committee",
    "observer": "observers",
}
LEFT_OUT = {
    "no_address": "have no address",
    "suppressed": "must not be written to",
    "stopped": "asked for no more letters",
    "unsubscribed": "left this topic",
    "paused": "asked for a break",
    "unconfirmed": "have not confirmed their wish yet",
    "not_subscribed": "never asked for this topic",
}
Keep = Callable[[Callable[[], Awaitable[Counted]]], Awaitable[Kept[Counted] | None]]
EMPTY = Row(part=sentence.ALL, fact="", sign="=", values="")
STRINGS = (*KINDS.values(), *LEFT_OUT.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedRule:
    """A rule that a page shows: as rows, or as a text."""

    rule: str
    given: list[Row] | None = None  # as they were typed; None: those of the rule
    as_text: bool = False
    more: bool = False  # with one more row

    def rows(self) -> list[Row] | None:
        """Return the rows of the form; None for a text.

        Raises RuleError for a rule that cannot be read, unless its rows were typed.
        """
        rows = self.given
        if rows is None and not self.as_text:
            rows = sentence.rows(grammar.parse(self.rule))
        return [*rows, EMPTY] if self.more and rows is not None else rows


async def tried(asked: Visit, form: FormMultiDict) -> TriedRule:
    """Return the rule of a form, and how its page shows it by what was pressed."""
    act, given = str(form.get("act") or "try"), _given(form)
    if given is not None:
        async with asked.site.database.reading() as session:
            names = await _value_names(asked, session, await vocabularies.load(session))
        given = [names.read(each) for each in given]
    rule = str(form.get("rule") or "") if given is None else sentence.text(given)
    return TriedRule(
        rule=" ".join(rule.split()),
        given=given if act in {"add", "try", "save"} else None,
        as_text=act == "text",
        more=act == "add",
    )


def _given(form: FormMultiDict) -> list[Row] | None:
    """Return the rows of a form; None if it has a text."""
    keys = ("part", "fact", "sign", "values")
    columns = [[str(each) for each in form.getall(key, [])] for key in keys]
    if not columns[0]:
        return None
    return [
        Row(part=part, fact=fact, sign=sign, values=values)
        for part, fact, sign, values in list(zip(*columns, strict=False))[
            : sentence.MOST_ROWS
        ]
    ]


def said(wrong: Exception, rows: list[Row] | None, fault: str) -> str:
    """Return what is wrong with a rule; its place in the text only beside the text."""
    if isinstance(wrong, RuleError) and rows is not None:
        return wrong.sentence
    return fault or str(wrong)


def nothing() -> dict[str, Any]:
    """Return what a page shows of a rule that is not understood."""
    return {"people": [], "called": {}, "why": None, "counted": None}


async def found(
    asked: Visit,
    session: AsyncSession,
    rule: str,
    context: Context,
    keep: Keep | None,
    address: str = "",
) -> dict[str, Any]:
    """Return some readers of a rule and their number, and why a person is one of them.

    With `keep` the number is what it has, or None while they are counted at first.
    """
    await named.require_known(session, [rule], context.vocabulary)
    compiler.condition(rule, context)
    people, why = list[Member](), None
    if asked.could(Right.NAMES):
        async for each in resolve.members(session, rule, context):
            people.append(each)
            if len(people) == SHOWN:
                break
        if address:
            contact = await contacts.find(session, address, key=asked.site.address_key)
            why = await explanation.explain(session, rule, contact, context)
    called = await _called(asked, session, people, why)
    number = await _counted(asked, rule, context, keep)
    return {"people": people, "called": called, "why": why, **number}


async def _called(
    asked: Visit,
    session: AsyncSession,
    people: Sequence[Member],
    why: Explanation | None,
) -> dict[str, str]:
    """Return the names of the organisations that a page shows, by their codes."""
    codes = {
        *(each.organisation for each in people),
        *([why.organisation] if why else []),
    }
    found = await directory.body_names(session, codes)
    return {each: name_in(found.get(each, {}), asked.language, each) for each in codes}


async def _counted(
    asked: Visit, rule: str, context: Context, keep: Keep | None
) -> dict[str, Any]:

    async def count() -> Counted:
        async with asked.site.database.reading() as session:
            return await resolve.count(session, rule, context)

    if keep is None:
        return {"counted": await count()}
    kept = await keep(count)
    return {
        "counted": kept.value if kept else None,
        "kept": kept,
        "counted_at": showing.earlier(asked, kept.at if kept else None),
        "pending": kept is None,
    }


async def _value_names(
    asked: Visit, session: AsyncSession, vocabulary: Vocabulary
) -> ValueNames:
    named = NameLookup(asked.site, session, asked.language)
    return await value_names.load(named, vocabulary)


async def words(
    asked: Visit, session: AsyncSession, context: Context, rows: Sequence[Row] | None
) -> dict[str, Any]:
    """Return the rows of a form and what its page calls things, all by name."""
    names = await _value_names(asked, session, context.vocabulary)
    text = asked.words.text
    parts = {
        part: text(said, number=part.removeprefix("group-"))
        if "%(number)s" in said
        else text(said)
        for part, said in sentence.PARTS.items()
    }
    offered = {
        fact: names.offered(fact)
        or sorted(map(str, context.vocabulary.offered(values)))[:MOST_OFFERED]
        for fact, values in value_names.KINDS.items()
    }
    return {
        "rows": None if rows is None else [names.shown(each) for each in rows],
        "parts_named": parts,
        "facts_named": {k: text(v) for k, v in sentence.FACTS.items()},
        "signs_named": {str(k): text(v) for k, v in sentence.SIGNS.items()},
        "kinds_named": {k: text(v) for k, v in KINDS.items()},
        "left_out_named": {k: text(v) for k, v in LEFT_OUT.items()},
        "vocabulary": offered,
    }
