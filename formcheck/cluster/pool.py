"""The workers that videos are measured on: processes of this computer, or those of a Dask scheduler elsewhere.

The local cluster is closed to everybody else. Its scheduler and its workers listen on the loopback address alone, and
speak TLS with a certificate that is made for the one run: whoever can reach a Dask scheduler can have it run any code.
No dashboard is started. Dask's own HTTP servers cannot be left out; they listen on loopback and answer nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.resource_tracker import ensure_running
from typing import Any, Final

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, Security
from distributed.system import MEMORY_LIMIT

from formcheck.errors import FormcheckError

ALLOWED_FAILURES: Final = 1
"""How many workers a video may take down on the local cluster before it is set aside: one can be an accident. Videos
that were set aside get one more such chance on their own; see `formcheck.cluster.run`. A scheduler elsewhere has a
setting of its own, `distributed.scheduler.allowed-failures`."""

_WORKER_BYTES: Final = 900 * 2**20
"""Peak memory of an analysis with overlay and report, with room to spare; flat in the length of the video."""
_LOOPBACK: Final = "127.0.0.1"
_CONNECT_S: Final = 10
_CLOSE_S: Final = 15
_THREAD_VARIABLES: Final = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_LOCAL_SETTINGS: Final[dict[str, object]] = {
    "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
    # One video at a time is sent to a worker, so that it takes no other down with it.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.work-stealing": True,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.preload": [],
    "distributed.worker.preload": [],
    "distributed.scheduler.preload": [],
    "distributed.worker.profile.enabled": False,
    # A worker that died is started again by who watches over it, who would be sent home after 15 s: on a computer that
    # is busy the new one is not there by then, and soon there would be none.
    "distributed.deploy.lost-worker-timeout": "1 hour",
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(_THREAD_VARIABLES, "1"),
}
_SCHEMES: Final = ("tcp://", "tls://")


class ClusterError(FormcheckError):
    """Workers that cannot be had, or cannot do the work."""


@dataclass(frozen=True)
class Pool:
    """Workers to measure videos on."""

    client: Any
    """A `distributed.Client`."""
    slots: int
    """How many videos are measured at the same time."""
    is_local: bool


def default_workers(videos: int) -> int:
    """Return how many local workers to start: one for each core, no more than there is memory or work for.

    Parameters
    ----------
    videos
        How many there are to measure.
    """
    by_memory = int(MEMORY_LIMIT // _WORKER_BYTES)
    return max(1, min(int(CPU_COUNT), by_memory, videos))


@contextmanager
def local_pool(workers: int) -> Iterator[Pool]:
    """Start worker processes of one thread each on this computer; they are gone when the block ends, however it ends.

    A worker that dies is started again. Ctrl-C reaches this process only, which then ends the workers.

    Raises
    ------
    ClusterError
        If they cannot be started.
    """
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="formcheck-", ignore_cleanup_errors=True))
        # Dask makes a folder for each of its servers, wherever it is told to or else in the system's own.
        stack.enter_context(dask.config.set({**_LOCAL_SETTINGS, "temporary-directory": scratch}))
        try:
            with _without_interrupts():
                security = Security.temporary()
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host=_LOOPBACK,
                    protocol="tls://",
                    security=security,
                    dashboard_address=f"{_LOOPBACK}:0",
                    scheduler_kwargs={"dashboard": False},
                    memory_limit=0,
                    local_directory=scratch,
                    silence_logs=logging.CRITICAL,
                )
                stack.callback(cluster.close, timeout=_CLOSE_S)
                client = stack.enter_context(Client(cluster, security=security, set_as_default=False))
        except (OSError, RuntimeError) as error:
            raise ClusterError(
                "The worker processes could not be started.", "Try fewer with --workers 1, or use `analyze`."
            ) from error
        yield Pool(client, workers, is_local=True)


@contextmanager
def remote_pool(address: str) -> Iterator[Pool]:
    """Connect to a Dask scheduler that runs already; its workers stay when the block ends.

    Certificates for `tls://` are taken from Dask's own configuration.

    Raises
    ------
    ClusterError
        If nothing answers there, it has no workers, or a worker has another version of formcheck or none.
    """
    if not address.startswith(_SCHEMES):
        raise ClusterError(
            f'"{address}" is not the address of a Dask scheduler.', "Give one such as tcp://192.168.1.5:8786."
        )
    with ExitStack() as stack:
        log = logging.getLogger("distributed")
        stack.callback(log.setLevel, log.level)
        log.setLevel(logging.CRITICAL)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", category=UserWarning)  # Dask's words on versions; ours are `_need_same_version`
        try:
            client = stack.enter_context(Client(address, timeout=_CONNECT_S, set_as_default=False))
            threads = client.nthreads()
            versions = client.get_versions(packages=["formcheck", "mediapipe"])
        except (OSError, ValueError, RuntimeError) as error:
            raise ClusterError(
                f"No Dask scheduler answers at {address}.", "Check the address, and that the scheduler runs."
            ) from error
        if not threads:
            raise ClusterError(f"The scheduler at {address} has no workers.", "Start some with `dask worker`.")
        _need_same_version(versions)
        yield Pool(client, sum(threads.values()), is_local=False)


def _need_same_version(versions: dict[str, Any]) -> None:
    """Refuse workers on which the numbers would be others."""
    here = versions["client"]["packages"]
    for address, told in sorted(versions["workers"].items()):
        for package in ("formcheck", "mediapipe"):
            there = (told or {}).get("packages", {}).get(package)
            if there == here[package]:
                continue
            has = f"has {package} {there}" if there else f"has no {package}"
            raise ClusterError(
                f"The worker {address} {has}, and here it is {here[package]}.",
                f"Install formcheck {here['formcheck']} in the environment of every worker.",
            )


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start threads and processes that Ctrl-C does not reach: they inherit what this thread blocks, for good.

    A Ctrl-C meanwhile is raised when the block ends.
    """
    if os.name == "nt":
        yield
        return
    # Started with the first process otherwise, and whatever thread starts it then has Ctrl-C unblocked.
    ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
