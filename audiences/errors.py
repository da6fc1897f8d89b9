"""What audiences refuses, each error a sentence an operator can act on."""


class CodedError(Exception):
    """A refusal: a sentence, and a code with facts from which an edge adds a remedy.

    What to do about it differs between a terminal and a page, so that the sentence
    does not say it.
    """

    def __init__(self, sentence: str, *, code: str = "", **facts: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.facts = facts


class AudienceError(CodedError):
    """The request about organisations, contacts or segments was refused."""


class AddressRefusedError(AudienceError):
    """The address cannot be written to; `reason` says why."""

    def __init__(self, value: str, reason: str) -> None:
        super().__init__(f"{value[:80]!r} is not an address to write to: {reason}")
        self.reason = reason


class FileRefusedError(AudienceError):
    """The file as a whole cannot be read; nothing of it was applied."""


class UnknownNameError(AudienceError):
    """The thing named does not exist."""


class RuleError(AudienceError):
    """A segment rule cannot be read; `column` (from 1) is where.

    The message shows the rule with a caret below the fault.
    """

    def __init__(self, rule: str, column: int, sentence: str) -> None:
        line_start = rule.rfind("\n", 0, column - 1) + 1
        line_end = rule.find("\n", column - 1)
        line = rule[line_start : line_end if line_end >= 0 else None]
        caret = " " * (column - 1 - line_start) + "^"
        super().__init__(f"column {column}: {sentence}\n  {line}\n  {caret}")
        self.column = column
        self.sentence = sentence
