"""Many pieces of work on a pool of workers: handed out, watched, done again where a worker dies, and collected.

Dask does a dead worker's work again elsewhere, and gives up on what has taken down too many workers. Which of several
pieces brought a worker down is not always to be seen from outside, and a computer may run out of memory because of all
of them together. So whatever Dask gives up on is tried once more in the end, with nothing beside it: what fails then
has failed on its own.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from distributed import CancelledError, Client, KilledWorker, get_worker, wait

from formcheck.cluster.pool import ClusterError, Pool

Tell = Callable[[float], None]
"""Told the share of a piece of work that is done, from 0 to 1."""
Work = Callable[[Any, Tell], Any]
"""What a worker does: gets one piece and a `Tell`; what it returns travels back. Both must be picklable."""
Watch = Callable[[int, float], None]
"""Told the number of a piece and the share of it that is done; called from another thread."""

_LOOK_EVERY_S: Final = 1.0
_TELL_EVERY_S: Final = 0.25
_NO_WORKERS_S: Final = 60.0
"""A worker that died is back within seconds; a scheduler without any for this long will not get one by itself."""


@dataclass(frozen=True)
class Finished:
    """What became of one piece of work."""

    number: int
    """Its place in the sequence, from 0."""
    result: Any = None
    killed: bool = False
    """Whether its workers died, on its own too."""
    fault: BaseException | None = None
    """What it raised; it should not have."""
    trace: str = ""
    """Stack trace of the fault."""


def run_each(pool: Pool, work: Work, pieces: Sequence[Any], watch: Watch) -> Generator[Finished]:
    """Do pieces of work on the workers of a pool, as many at a time as it has room for.

    Parameters
    ----------
    pool
        The workers.
    work
        What to do with each piece.
    pieces
        In the order in which they are begun.
    watch
        Told how far each is.

    Yields
    ------
    Finished
        For each piece, as soon as it is done. Leaving early takes back what was not begun.

    Raises
    ------
    ClusterError
        If the scheduler is lost, or has no workers any more.
    """
    alone: list[int] = []
    with _topic(pool.client, watch) as topic:
        for finished in _in_company(pool, work, pieces, range(len(pieces)), topic, pool.slots):
            if finished.killed and min(pool.slots, len(pieces)) > 1:
                alone.append(finished.number)
            else:
                yield finished
        yield from _in_company(pool, work, pieces, alone, topic, 1)


def _in_company(
    pool: Pool, work: Work, pieces: Sequence[Any], numbers: Sequence[int], topic: str, at_once: int
) -> Generator[Finished]:
    """Keep `at_once` pieces under way until the pieces of these numbers are done."""
    waiting = deque(numbers)
    under_way: dict[Any, int] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < at_once:
                number = waiting.popleft()
                future = pool.client.submit(
                    _carry_out, work, pieces[number], number, topic, pure=False, key=f"formcheck-{uuid4().hex}"
                )
                under_way[future] = number
            for future in _next_done(pool, list(under_way)):
                yield _finished(future, under_way.pop(future))
    finally:
        if under_way:
            with suppress(OSError, RuntimeError):  # a scheduler that is lost has nothing to take back
                pool.client.cancel(list(under_way), force=True)


def _next_done(pool: Pool, futures: list[Any]) -> set[Any]:
    """Wait until some of the futures are done; look now and then whether anybody is left to do them."""
    without_workers_since: float | None = None
    while True:
        try:
            with pool.client.as_current():
                done: set[Any] = wait(futures, timeout=_LOOK_EVERY_S, return_when="FIRST_COMPLETED").done
            return done
        except TimeoutError:
            pass
        except CancelledError:
            return {each for each in futures if each.status == "cancelled"}
        if pool.client.status not in ("running", "connecting"):
            raise _lost()
        if pool.client.scheduler_info()["workers"]:
            without_workers_since = None
        elif without_workers_since is None:
            without_workers_since = time.monotonic()
        elif time.monotonic() - without_workers_since > _NO_WORKERS_S:
            raise ClusterError(
                f"No worker has been there for {_NO_WORKERS_S:.0f} seconds.",
                "Start the workers again, then give the same command: what is done is kept.",
            )


def _finished(future: Any, number: int) -> Finished:
    if future.status in ("cancelled", "lost"):
        raise _lost()
    if future.status == "error":
        error = future.exception()
        if isinstance(error, KilledWorker):
            return Finished(number, killed=True)
        trace = "".join(traceback.format_exception(type(error), error, future.traceback()))
        return Finished(number, fault=error, trace=trace)
    return Finished(number, result=future.result())


def _lost() -> ClusterError:
    return ClusterError(
        "The connection to the scheduler was lost.", "Give the same command again: what is done is kept."
    )


@contextmanager
def _topic(client: Client, watch: Watch) -> Iterator[str]:
    """Listen to what workers tell; give the name under which they shall."""
    topic = f"formcheck-{uuid4().hex}"

    def heard(event: tuple[float, tuple[int, float]]) -> None:
        number, share = event[1]
        watch(number, share)

    client.subscribe_topic(topic, heard)
    try:
        yield topic
    finally:
        with suppress(OSError, RuntimeError, ValueError):  # nothing to end where the scheduler is lost
            client.unsubscribe_topic(topic)


def _carry_out(work: Work, piece: Any, number: int, topic: str) -> Any:
    """Do one piece of work in a worker, which tells now and then how far it is."""
    worker = get_worker()
    told_s = -_TELL_EVERY_S

    def tell(share: float) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s >= _TELL_EVERY_S:
            told_s = now_s
            worker.log_event(topic, (number, float(share)))

    return work(piece, tell)
