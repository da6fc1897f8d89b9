"""The fault of a text that does not have the form of its block type."""


class FormError(ValueError):
    """A text does not have its form; `line` is the line at fault, from 0."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        super().__init__(sentence)
