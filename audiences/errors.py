"""Errors of audiences. Each message is a sentence for an operator."""


class CodedError(Exception):
    """An error with a sentence, a code and facts.

    The sentence does not say what to do, because that differs between a terminal and a
    page: each adds the remedy from the code and the facts.
    """

    def __init__(self, sentence: str, *, code: str = "", **facts: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.facts = facts


class AudienceError(CodedError):
    """A request about organisations, contacts or segments was refused."""


class AddressRefusedError(AudienceError):
    """The text is not a valid e-mail address; `reason` says why."""

    def __init__(self, value: str, reason: str) -> None:
        super().__init__(f"{value[:80]!r} is not a valid e-mail address: {reason}")
        self.reason = reason


class FileRefusedError(AudienceError):
    """The file cannot be read; none of its rows was applied."""


class UnknownNameError(AudienceError):
    """No object has the name, number or address given."""


class RuleError(AudienceError):
    """A rule cannot be read; `column` is the place, counted from 1.

    The message shows the line of the rule, with a caret below the place.
    """

    def __init__(self, rule: str, column: int, sentence: str) -> None:
        line_start = rule.rfind("\n", 0, column - 1) + 1
        line_end = rule.find("\n", column - 1)
        line = rule[line_start : line_end if line_end >= 0 else None]
        caret = " " * (column - 1 - line_start) + "^"
        super().__init__(f"column {column}: {sentence}\n  {line}\n  {caret}")
        self.column = column
        self.sentence = sentence
