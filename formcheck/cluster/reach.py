"""Whether the workers of a scheduler elsewhere see the same files as the computer that a run is started on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from formcheck.cluster.pool import ClusterError, Pool

_ON_A_SHARED_DISK = "Put videos and results on a disk that this computer and all workers see under the same path."


def need_shared_disk(pool: Pool, folder: Path, files: Sequence[Path]) -> None:
    """Make sure that every worker can read the videos and write where the results go.

    Parameters
    ----------
    pool
        The workers.
    folder
        Of the run; the workers write into it.
    files
        The videos.

    Raises
    ------
    ClusterError
        If a worker cannot; names it and what it cannot do.
    """
    sizes = {str(path): path.stat().st_size for path in files if path.is_file()}
    asked = uuid4().hex
    answers = pool.client.run(look_around, str(folder), sizes, asked)
    for worker, (missing, written) in sorted(answers.items()):
        if missing is not None:
            raise ClusterError(f'The worker {worker} cannot read "{missing}".', _ON_A_SHARED_DISK)
        if written is None or not (folder / written).is_file():
            raise ClusterError(f'The worker {worker} cannot write into "{folder.parent}".', _ON_A_SHARED_DISK)


def look_around(folder: str, sizes: dict[str, int], asked: str) -> tuple[str | None, str | None]:
    """Look, on a worker, for files and for a folder to write to.

    Parameters
    ----------
    folder
        Where to write a file.
    sizes
        By path of a file its size, bytes.
    asked
        Part of the name of the file to write.

    Returns
    -------
    tuple
        The first file that cannot be read or has another size, None if there is none; the name of what was written,
        None if nothing could be.
    """
    for path, size in sizes.items():
        try:
            with Path(path).open("rb") as file:
                same = file.seek(0, 2) == size
        except OSError:
            same = False
        if not same:
            return path, None
    name = f"{asked}-{uuid4().hex}"
    try:
        with (Path(folder) / name).open("x"):
            return None, name
    except OSError:
        return None, None
