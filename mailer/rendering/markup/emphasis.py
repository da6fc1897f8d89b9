"""Finds the asterisks and underscores that begin or end an emphasis.

CommonMark decides it by the characters on both sides, and takes spaces between words
for granted. So `**重要（草案）**请` and `**Note:**text` stay as typed there
(commonmark-spec#650). Here a Chinese, Japanese or Korean character on one side counts
as a space, and two asterisks between a letter and a punctuation mark end an emphasis
that is open, or else begin one. Asterisks between digits are a sign: 5*3*2.
"""

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from mailer.rendering.markup.east_asian import is_east_asian


def tokenize(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (a parser's rule)
    """Add each marker of a run as a token, and to the delimiters that are paired."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    end = state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    length = end - state.pos
    before = state.src[state.pos - 1] if state.pos > 0 else " "
    after = state.src[end] if end < state.posMax else " "
    opens, closes = _flanks(before, after, marker, length)
    for _ in range(length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=opens,
                close=closes,
            )
        )
    state.pos = end
    return True


def _flanks(before: str, after: str, marker: str, length: int) -> tuple[bool, bool]:
    """Return whether a run of markers can open and can close an emphasis."""
    if before.isdecimal() and after.isdecimal():
        return False, False
    punctuated = _is_punctuation(before), _is_punctuation(after)
    spaced = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    loose = marker == "*" and length > 1
    left = not spaced[1] and (
        loose or not punctuated[1] or spaced[0] or _is_any_mark(before)
    )
    right = not spaced[0] and (
        loose or not punctuated[0] or spaced[1] or _is_any_mark(after)
    )
    if marker == "*":
        return left, right
    return (
        left and (not right or punctuated[0]),
        right and (not left or punctuated[1]),
    )


def _is_any_mark(character: str) -> bool:
    return is_east_asian(character) or _is_punctuation(character)


def _is_punctuation(character: str) -> bool:
    """Return whether a character is punctuation that is not full-width."""
    if is_east_asian(character):
        return False
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)
