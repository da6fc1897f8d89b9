"""Writes a file as a whole or not at all."""

import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

import click

from audiences.export import formats
from audiences.export.formats import Form, Write
from mailer.errors import NO_ROOM, RefusedError

out_option = click.option(
    "--out", type=click.Path(path_type=Path), help="The file to write; else stdout."
)


@contextmanager
def saving(out: Path | None, *, binary: bool = False) -> Iterator[BinaryIO]:
    """Give a file to write; it gets its name at the end of the block.

    Without a name, stdout gets what is written: at once, or at the end if it is
    `binary`, which a terminal does not get. So does a pipe or a device. If the block
    fails or the disk is full, no file is left and a former one stays; a link stays a
    link. Raises RefusedError for a file that cannot be written.
    """
    if out is None:
        sys.stdout.flush()
        yield from _streaming(sys.stdout.buffer, binary=binary)
        return
    if out.is_dir():
        raise RefusedError(f"{out} is a folder; name a file in it")
    try:
        file = out.resolve()
        if file.exists() and not file.is_file():
            with file.open("wb") as device:
                yield from _streaming(device, binary=binary)
            return
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    except OSError as fault:
        raise _refused(out, fault) from None
    try:
        with os.fdopen(number, "w+b") as written:
            yield cast(BinaryIO, written)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except OSError as fault:
        raise _refused(out, fault) from None
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


@contextmanager
def saving_table(
    out: Path | None,
    form: str,
    columns: Sequence[str],
    *,
    sets: Collection[str] = (),
) -> Iterator[Write]:
    """Give a function that writes rows of a form to a file, as `saving` writes it.

    `sets` are the columns with several codes.
    """
    with (
        saving(out, binary=form == Form.XLSX) as file,
        formats.opened(Form(form), file, columns, sets=sets) as write,
    ):
        yield write


def _streaming(stream: BinaryIO, *, binary: bool) -> Iterator[BinaryIO]:
    if not binary:
        yield stream
        return
    if stream.isatty():
        raise RefusedError("this form is not for a terminal; name a file with --out")
    with tempfile.TemporaryFile() as file:
        yield cast(BinaryIO, file)
        file.seek(0)
        shutil.copyfileobj(file, stream)


def _refused(out: Path, fault: OSError) -> RefusedError:
    if fault.errno in NO_ROOM:
        return RefusedError(
            f"{out} was not written: the disk is full; make room, then try again"
        )
    if not out.parent.exists():
        return RefusedError(
            f"{out} was not written: there is no folder {out.parent}; make it, or name"
            " another"
        )
    return RefusedError(f"{out} was not written: {fault.strerror or fault}")
