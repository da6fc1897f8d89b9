"""The facts, questions and sets of the rule language, with their meanings."""

from dataclasses import dataclass

from audiences.naming.values import Values
from audiences.segments.rules import Operator

ONE = (Operator.EQUAL, Operator.UNEQUAL, Operator.IN, Operator.NOT_IN)
MANY = (Operator.HAS, Operator.IN, Operator.NOT_IN)
EITHER = (*ONE, Operator.HAS)
ORDERED = (Operator.BEFORE, Operator.UNTIL, Operator.AFTER, Operator.SINCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A fact about a contact or its organisation, which a rule can compare."""

    name: str
    values: Values
    operators: tuple[Operator, ...]
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A question such as sub(topic), or a set of values such as region(AFR)."""

    name: str
    takes: Values
    gives: Values | None  # None for a question, which is true or false
    meaning: str
    then: Values | None = None  # of a second argument, which may be left out


def _fact(
    name: str, values: Values, operators: tuple[Operator, ...], meaning: str
) -> Fact:
    return Fact(name=name, values=values, operators=operators, meaning=meaning)


FACTS = {
    fact.name: fact
    for fact in (
        _fact("kind", Values.KIND, ONE, "the kind of the organisation"),
        _fact(
            "status", Values.STATUS, ONE, "the NGO's official status at the institution"
        ),
        _fact("level", Values.LEVEL, ONE, "the NGO's geographical reach"),
        _fact("organisation", Values.ORGANISATION, ONE, "the organisation's code"),
        _fact("country", Values.COUNTRY, ONE, "where the organisation has its seat"),
        _fact("region", Values.REGION, ONE, "the region of that country"),
        _fact("group", Values.GROUP, ONE, "the electoral group of that country"),
        _fact("fields", Values.FIELD, MANY, "what the organisation works on"),
        _fact("acts_in", Values.COUNTRY, MANY, "countries it has activities in"),
        _fact("serves", Values.COUNTRY, MANY, "countries a field office covers"),
        _fact("served_by", Values.OFFICE, ONE, "an office that covers its countries"),
        _fact("desk", Values.SECTOR, ONE, "the sector a Secretariat desk belongs to"),
        _fact("role", Values.ROLE, EITHER, "what the contact does at the organisation"),
        _fact("tags", Values.TAG, MANY, "the tags of the contact"),
        _fact("lang", Values.LANGUAGE, ONE, "the first of the reader's languages"),
        _fact(
            "last_confirmed",
            Values.DAY,
            ORDERED,
            "the day the entry was last confirmed",
        ),
        _fact(
            "reached",
            Values.DAY,
            (Operator.SINCE,),
            "whether a letter was taken since a day, and did not come back",
        ),
    )
}

TESTS = {
    test.name: test
    for test in (
        Function(
            name="sub",
            takes=Values.TOPIC,
            gives=None,
            meaning="the contact subscribes to the topic and has not paused it",
        ),
        Function(
            name="speaks",
            takes=Values.LANGUAGE,
            gives=None,
            meaning="the language is one of the reader's languages",
        ),
        Function(
            name="segment",
            takes=Values.SEGMENT,
            gives=None,
            meaning="the saved rule of that name holds",
        ),
        Function(
            name="kept",
            takes=Values.KEPT,
            gives=None,
            meaning="the contact is on the list that an erratum keeps",
        ),
        Function(
            name="reached_in",
            takes=Values.CAMPAIGN,
            gives=None,
            meaning="a letter of the campaign was taken, and did not come back",
        ),
        Function(
            name="bounced_in",
            takes=Values.CAMPAIGN,
            gives=None,
            meaning="a letter of the campaign came back, or was refused",
        ),
        Function(
            name="replied",
            takes=Values.CAMPAIGN,
            gives=None,
            meaning="the contact wrote back to the campaign",
        ),
        Function(
            name="answered",
            takes=Values.EVENT,
            gives=None,
            meaning="the contact answered the invitation: yes, no, perhaps, delegated,"
            " or anyhow",
            then=Values.ANSWER,
        ),
    )
}

COLLECTIONS = {
    collection.name: collection
    for collection in (
        Function(
            name="region",
            takes=Values.REGION,
            gives=Values.COUNTRY,
            meaning="the countries of a region",
        ),
        Function(
            name="group",
            takes=Values.GROUP,
            gives=Values.COUNTRY,
            meaning="the countries of an electoral group",
        ),
        Function(
            name="sectors",
            takes=Values.THEME,
            gives=Values.SECTOR,
            meaning="the sectors of themes; sectors(themes) takes the campaign's",
        ),
    )
}
