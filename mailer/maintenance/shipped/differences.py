"""What differs in a template file, as lines for people."""

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from mailer.maintenance.shipped.comparing import ComparedFile, FileStanding

SHIPPED, OURS, THEIRS = "as shipped before", "ours, this version", "theirs, the site"


def lines(file: ComparedFile) -> Sequence[str]:
    """Return the differences of a file, in the form of `diff -u`.

    Of a file that both changed, first what this version changed and then what the site
    changed; without a record of what was shipped, what differs between the two.
    """
    if file.unread is not None:
        return [f"{file.path} is not read: {file.unread}"]
    return list(_lines(file))


def _lines(file: ComparedFile) -> Iterator[str]:
    before, ours, theirs = file.shipped, file.ours, file.theirs
    match file.standing:
        case FileStanding.SAME:
            return
        case FileStanding.OURS:
            yield from _between(file.path, (theirs, THEIRS), (ours, OURS))
        case FileStanding.THEIRS:
            yield from _between(file.path, (ours, OURS), (theirs, THEIRS))
        case FileStanding.BOTH if before is None:
            yield from _between(file.path, (ours, OURS), (theirs, THEIRS))
        case FileStanding.BOTH:
            yield from _between(file.path, (before, SHIPPED), (ours, OURS))
            yield from _between(file.path, (before, SHIPPED), (theirs, THEIRS))


def _between(
    path: str, before: tuple[bytes | None, str], after: tuple[bytes | None, str]
) -> Iterator[str]:
    """Yield the lines that differ between two contents, each with its name."""
    (old, old_name), (new, new_name) = before, after
    texts = [text(each) for each in (old, new)]
    if None in texts:
        sizes = [f"{len(each or b''):,} octets" for each in (old, new)]
        yield f"{path}: {old_name} {sizes[0]}, {new_name} {sizes[1]}; not a text"
        return
    first, second = ((each or "").splitlines() for each in texts)
    old_file, new_file = (
        f"{path} ({name}{'' if each is not None else ': no file'})"
        for each, name in (before, after)
    )
    yield from unified_diff(first, second, old_file, new_file, lineterm="")


def text(content: bytes | None) -> str | None:
    """Return a content as text, empty where there is no file; None if it is no text."""
    try:
        return (content or b"").decode("utf-8")
    except UnicodeError:
        return None
