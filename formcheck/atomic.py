"""Files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a name to write to; the file takes its real name only when the block ends without an exception.

    Whatever was at `target` stays as it was until then. The file written so far is removed when the block is left by
    an exception, Ctrl-C included.

    Parameters
    ----------
    target
        Where the file shall be in the end. Its folder must exist.

    Yields
    ------
    Path
        A name in the same folder, with the same suffix, that no other process uses. Nothing exists there yet, so that
        the file gets the permissions that the user's umask asks for.
    """
    partial = target.with_name(f".{target.stem}.{uuid4().hex}{target.suffix}")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
