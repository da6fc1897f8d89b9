"""A rule as sentences: who the readers are, and what a change makes of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiences.segments import rules
from audiences.segments.rules import All, Any, Comparison, Not, Operator, Rule
from mailer.web.console.rules import clauses
from mailer.web.console.rules.clauses import RuleWords

ALL = "Readers: %(who)s."
GROUPS = "Readers: everybody in one of these groups."
ONLY = "Of these people, only %(who)s."
NOT = "Of these people, not those %(but)s."
WHO = "those %(what)s"
WHO_BUT = "those %(what)s, but not those %(but)s"
ALL_BUT = "all contacts, but not those %(but)s"
AND = "%(first)s, and %(second)s"
OR = "%(first)s, or those %(second)s"
AMONG = "who are among these: %(list)s"
NOW_ALSO, NO_LONGER = "Now also: %(who)s.", "No longer: %(who)s."
NOW_ONLY, NO_LONGER_ONLY = "Now only %(who)s.", "No longer only %(who)s."
LEFT_OUT = "Now left out: those %(but)s."
BACK_IN = "No longer left out: those %(but)s."
STRINGS = (
    *(ALL, GROUPS, ONLY, NOT, WHO, WHO_BUT, ALL_BUT, AND, OR, AMONG),
    *(NOW_ALSO, NO_LONGER, NOW_ONLY, NO_LONGER_ONLY, LEFT_OUT, BACK_IN),
)
_WIDENED = frozenset({Operator.EQUAL, Operator.IN, Operator.HAS})


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldRule:
    """A rule in words: a sentence, the groups it names, and what holds for all."""

    lead: str
    groups: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleParts:
    """What a rule asks of people: of each group, of all, and who is left out."""

    groups: tuple[Rule, ...]
    every: tuple[Rule, ...]
    but: tuple[Rule, ...]


def told(rule: Rule, known: RuleWords) -> ToldRule:
    """Return a rule in words."""
    parts, text = parts_of(rule), known.words.text
    if not parts.groups:
        who = _joined(parts.every, parts.but, known)
        return ToldRule(lead=text(ALL, who=who))
    rest = []
    if parts.every:
        rest.append(text(ONLY, who=_joined(parts.every, parts.but, known)))
    elif parts.but:
        rest.append(text(NOT, but=_chained(OR, parts.but, known)))
    groups = tuple(people_of(each, known) for each in parts.groups)
    return ToldRule(lead=text(GROUPS), groups=groups, rest=tuple(rest))


def changes(before: Rule, after: Rule, known: RuleWords) -> list[str]:
    """Return in sentences what a change of a rule makes of its readers."""
    text = known.words.text
    old, new = _alike(parts_of(before), parts_of(after))
    come, gone, _ = _changed(old.groups, new.groups)
    who = [(NOW_ALSO, come), (NO_LONGER, gone)]
    come, gone, by_value = _changed(old.every, new.every)
    if by_value:
        who += [(NOW_ALSO, come), (NO_LONGER, gone)]
    else:
        who += [(NO_LONGER_ONLY, gone), (NOW_ONLY, come)]
    come, gone, _ = _changed(old.but, new.but)
    left = [(LEFT_OUT, come), (BACK_IN, gone)]
    return [text(s, who=people_of(x, known)) for s, each in who for x in each] + [
        text(s, but=_what(x, known)) for s, each in left for x in each
    ]


def parts_of(rule: Rule) -> RuleParts:
    """Return what a rule asks; a person must be in a group, if there are some."""
    groups: tuple[Rule, ...] = ()
    every: list[Rule] = []
    but: list[Rule] = []
    for part in rule.rules if isinstance(rule, All) else (rule,):
        plain, denied = _affirmed(part)
        if denied:
            but += plain.rules if isinstance(plain, Any) else (plain,)
        elif isinstance(plain, Any) and not groups:
            groups = plain.rules
        else:
            every.append(plain)
    return RuleParts(groups=groups, every=tuple(every), but=tuple(but))


def _affirmed(rule: Rule) -> tuple[Rule, bool]:
    """Return a rule without its denial, and whether it had one."""
    if isinstance(rule, Not):
        inner, denied = _affirmed(rule.rule)
        return inner, not denied
    if isinstance(rule, All | Any):
        return rule, False
    return clauses.affirmed(rule)


def _alike(old: RuleParts, new: RuleParts) -> tuple[RuleParts, RuleParts]:
    """Return both with groups, where one has some: its people are one group then."""
    if bool(old.groups) == bool(new.groups):
        return old, new
    return (_as_group(old, new), new) if new.groups else (old, _as_group(new, old))


def _as_group(plain: RuleParts, grouped: RuleParts) -> RuleParts:
    shared = {rules.write(each) for each in grouped.every}
    own = tuple(each for each in plain.every if rules.write(each) not in shared)
    kept = tuple(each for each in plain.every if rules.write(each) in shared)
    if not own:
        return plain
    group = own[0] if len(own) == 1 else All(rules=own)
    return replace(plain, groups=(group,), every=kept)


def _differing(
    old: Sequence[Rule], new: Sequence[Rule]
) -> tuple[list[Rule], list[Rule]]:
    """Return what only the first has, and what only the second has."""
    before, after = ({rules.write(each) for each in side} for side in (old, new))
    return (
        [each for each in old if rules.write(each) not in after],
        [each for each in new if rules.write(each) not in before],
    )


def _changed(
    old: Sequence[Rule], new: Sequence[Rule]
) -> tuple[list[Rule], list[Rule], bool]:
    """Return what came and what went, and whether these are values of a comparison."""
    gone, come = _differing(old, new)
    more, fewer = _values(gone, come)
    return (more, fewer, True) if more or fewer else (come, gone, False)


def _values(
    gone: Sequence[Rule], come: Sequence[Rule]
) -> tuple[list[Rule], list[Rule]]:
    """Return rules with the added and with the removed values of a comparison.

    Both are empty unless the only difference is one comparison with other values.
    """
    if len(gone) != 1 or len(come) != 1:
        return [], []
    olds, news = (
        each.rules if isinstance(each, All) else (each,) for each in (gone[0], come[0])
    )
    old, new = _differing(olds, news)
    if len(old) != 1 or len(new) != 1:
        return [], []
    (one,), (other,) = old, new
    if not (
        isinstance(one, Comparison)
        and isinstance(other, Comparison)
        and one.fact == other.fact
        and {one.operator, other.operator} <= _WIDENED
    ):
        return [], []
    more = _with_values(news, other, _minus(other, one))
    fewer = _with_values(olds, one, _minus(one, other))
    return more, fewer


def _minus(one: Comparison, other: Comparison) -> Comparison:
    """Return a comparison with the values that another one lacks."""

    def key(value: rules.Word | rules.Collection) -> object:
        if isinstance(value, rules.Word):
            return value.text
        return value.function, tuple(each.text for each in value.arguments)

    lacked = {key(each) for each in other.values}
    kept = tuple(each for each in one.values if key(each) not in lacked)
    return replace(one, operator=Operator.IN, values=kept)


def _with_values(
    parts: Sequence[Rule], former: Comparison, present: Comparison
) -> list[Rule]:
    if not present.values:
        return []
    made = tuple(present if each is former else each for each in parts)
    return [made[0] if len(made) == 1 else All(rules=made)]


def people_of(rule: Rule, known: RuleWords) -> str:
    """Return the people for whom a rule is true: “those who …, but not those who …”."""
    return _joined(*_asked(rule), known)


def _asked(rule: Rule) -> tuple[list[Rule], list[Rule]]:
    """Return what a rule asks, and what it excludes."""
    every: list[Rule] = []
    but: list[Rule] = []
    for part in rule.rules if isinstance(rule, All) else (rule,):
        plain, denied = _affirmed(part)
        (but if denied else every).append(plain)
    return every, but


def _joined(every: Sequence[Rule], but: Sequence[Rule], known: RuleWords) -> str:
    text = known.words.text
    if not every:
        return text(ALL_BUT, but=_chained(OR, but, known))
    what = _chained(AND, every, known)
    if not but:
        return text(WHO, what=what)
    return text(WHO_BUT, what=what, but=_chained(OR, but, known))


def _chained(link: str, parts: Sequence[Rule], known: RuleWords) -> str:
    """Return parts of a rule in words, each linked to those before: AND or OR."""
    said, *others = [_what(each, known) for each in parts]
    for other in others:
        said = known.words.text(link, first=said, second=other)
    return said


def _what(rule: Rule, known: RuleWords) -> str:
    """Return what a part of a rule says of a person: “who …, and whose …”."""
    match rule:
        case rules.Comparison() | rules.Test():
            leaf, denied = clauses.affirmed(rule)
            if not denied:
                return clauses.told(leaf, known)
        case All():
            every, but = _asked(rule)
            if not but:
                return _chained(AND, every, known)
        case _:
            pass
    parts = rule.rules if isinstance(rule, Any) else (rule,)
    within = known.words.enumerated([f"({people_of(each, known)})" for each in parts])
    return known.words.text(AMONG, list=within)
