"""Whether one rule can only hold where another holds.

The answer is sound and not complete: a rule that is refused may still be narrow enough,
but one that is allowed stays so whatever contacts are added. So a field office whose
scope is `served_by = dakar` writes this clause into the rule of each letter.
"""

from collections.abc import Mapping

from audiences.segments import grammar, rules
from audiences.segments.rules import All, Any, Comparison, Operator, Rule, Word

MAX_DEPTH = 20  # of saved rules that name each other
_POSITIVE = (Operator.EQUAL, Operator.IN, Operator.HAS)


def implies(rule: str, scope: str, segments: Mapping[str, str]) -> bool:
    """Whether every reader of a rule is within a scope.

    `segments` are the saved rules by name. Raises RuleError for a faulty rule.
    """
    narrow, wide = parsed(rule, segments), parsed(scope, segments)
    return narrow is not None and wide is not None and _implies(narrow, wide)


def parsed(text: str, segments: Mapping[str, str], depth: int = 0) -> Rule | None:
    """Return a rule with its saved rules in their places; None if it is too deep."""
    if depth > MAX_DEPTH:
        return None
    return _expanded(grammar.parse(segments.get(text.strip(), text)), segments, depth)


def _expanded(rule: Rule, segments: Mapping[str, str], depth: int) -> Rule | None:
    match rule:
        case All(rules=parts) | Any(rules=parts):
            inner = [_expanded(each, segments, depth) for each in parts]
            whole = tuple(each for each in inner if each is not None)
            return type(rule)(rules=whole) if len(whole) == len(parts) else None
        case rules.Test(name="segment", argument=argument):
            saved = {name.casefold(): text for name, text in segments.items()}
            text = saved.get(argument.text.casefold())
            return None if text is None else parsed(text, segments, depth + 1)
        case _:
            return rule


def _implies(rule: Rule, scope: Rule) -> bool:
    if isinstance(scope, All):
        return all(_implies(rule, each) for each in scope.rules)
    if isinstance(rule, Any):
        return all(_implies(each, scope) for each in rule.rules)
    if isinstance(rule, All) and any(_implies(each, scope) for each in rule.rules):
        return True
    if isinstance(scope, Any):
        return any(_implies(rule, each) for each in scope.rules)
    return not isinstance(rule, All) and _clause(rule, scope)


def _clause(rule: Rule, scope: Rule) -> bool:
    """Whether one clause holds only where another does."""
    if isinstance(rule, Comparison) and isinstance(scope, Comparison):
        if rule.fact != scope.fact:
            return False
        values, allowed = _values(rule), _values(scope)
        if rule.operator in _POSITIVE and scope.operator in _POSITIVE:
            return bool(values) and values <= allowed
        same = rule.operator == scope.operator and rule.day == scope.day
        return same and values == allowed
    if isinstance(rule, rules.Test) and isinstance(scope, rules.Test):
        same_argument = _folded(rule.argument) == _folded(scope.argument)
        return rule.name == scope.name and same_argument and _narrower(rule, scope)
    if isinstance(rule, rules.Not) and isinstance(scope, rules.Not):
        return _implies(scope.rule, rule.rule)
    return False


def _narrower(rule: rules.Test, scope: rules.Test) -> bool:
    """Whether the second value of a question is that of another, or not limited."""
    if scope.second is None:
        return True
    return rule.second is not None and _folded(rule.second) == _folded(scope.second)


def _values(rule: Comparison) -> frozenset[tuple[str, ...]]:
    return frozenset(
        (_folded(each),)
        if isinstance(each, Word)
        else (each.function, *(_folded(argument) for argument in each.arguments))
        for each in rule.values
    )


def _folded(word: Word) -> str:
    return word.text.casefold()
