"""Layer: real worker processes of a local cluster, with made-up work. What becomes of it when workers die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import dask
import psutil
import pytest
from dask.utils import parse_timedelta

from formcheck.cluster import run as run_module
from formcheck.cluster.pool import ALLOWED_FAILURES, ClusterError, Pool, local_pool, remote_pool
from formcheck.cluster.run import Finished, run_each

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes by signals")

Piece = tuple[str, str]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with local_pool(2) as pool:
        yield pool


def unwatched(_number: int, _share: float) -> None:
    pass


def made_up_work() -> Callable[[Piece, Callable[[float], None]], tuple[str, int]]:
    """Return work that travels by value: workers cannot import tests."""

    def work(piece: Piece, tell: Callable[[float], None]) -> tuple[str, int]:
        import os
        import signal
        import time
        from pathlib import Path

        what, folder = piece
        (Path(folder) / f"{what}-{os.getpid()}-{time.monotonic_ns()}").touch()
        for i in range(4):
            time.sleep(0.1)
            tell(i / 4)
        if what.startswith("killer"):
            os.kill(os.getpid(), signal.SIGKILL)
        if what.startswith("broken"):
            raise KeyError(what)
        if what.startswith("patient"):
            waited_from = time.monotonic()
            while not (Path(folder) / "go").exists() and time.monotonic() - waited_from < 60:
                time.sleep(0.05)
        return what, os.getpid()

    return work


def run(pool: Pool, folder: Path, *names: str) -> dict[str, Finished]:
    pieces = [(name, str(folder)) for name in names]
    return {names[each.number]: each for each in run_each(pool, made_up_work(), pieces, unwatched)}


def test_every_piece_is_done_once_by_both_workers(pool: Pool, tmp_path: Path) -> None:
    names = ["a", "b", "c", "d"]
    done = run(pool, tmp_path, *names)
    assert [done[name].result[0] for name in names] == names
    assert len({done[name].result[1] for name in names}) == 2
    assert len(list(tmp_path.iterdir())) == 4


def test_what_takes_down_every_worker_is_given_up_and_the_rest_is_done(pool: Pool, tmp_path: Path) -> None:
    done = run(pool, tmp_path, "a", "killer", "b", "c")
    assert done["killer"].killed
    assert [done[name].result[0] for name in "abc"] == ["a", "b", "c"]
    tries = len(list(tmp_path.glob("killer-*")))
    assert tries == 2 * (ALLOWED_FAILURES + 1), "in company and alone"


def test_whoever_takes_long_to_come_back_is_waited_for(pool: Pool) -> None:
    assert pool.is_local
    assert parse_timedelta(dask.config.get("distributed.deploy.lost-worker-timeout")) > run_module._NO_WORKERS_S


def test_a_fault_in_one_piece_stops_nothing(pool: Pool, tmp_path: Path) -> None:
    done = run(pool, tmp_path, "broken", "a")
    assert isinstance(done["broken"].fault, KeyError)
    assert "KeyError" in done["broken"].trace
    assert done["a"].result[0] == "a"


def test_a_dead_workers_piece_is_done_elsewhere(pool: Pool, tmp_path: Path) -> None:
    pieces = [("patient", str(tmp_path)), ("b", str(tmp_path))]
    killed: list[int] = []

    def kill_the_patient_one(_number: int, _share: float) -> None:
        for mark in tmp_path.glob("patient-*"):
            pid = int(mark.name.split("-")[1])
            if not killed:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
            elif pid not in killed:
                (tmp_path / "go").touch()

    done = {each.number: each for each in run_each(pool, made_up_work(), pieces, kill_the_patient_one)}
    assert done[0].result[0] == "patient"
    assert killed
    assert done[0].result[1] not in killed
    assert done[1].result[0] == "b"


def test_what_workers_tell_is_heard(pool: Pool, tmp_path: Path) -> None:
    heard: list[tuple[int, float]] = []
    list(run_each(pool, made_up_work(), [("a", str(tmp_path))], lambda number, share: heard.append((number, share))))
    assert (0, 0.0) in heard
    assert all(number == 0 and 0 <= share < 1 for number, share in heard)


def test_leaving_early_takes_back_what_was_not_begun(pool: Pool, tmp_path: Path) -> None:
    pieces = [(str(i), str(tmp_path)) for i in range(20)]
    running = run_each(pool, made_up_work(), pieces, unwatched)
    next(running)
    running.close()
    until = time.monotonic() + 120
    while any(pool.client.processing().values()):
        assert time.monotonic() < until, "it goes on with what was taken back"
        time.sleep(0.1)
    assert len(list(tmp_path.iterdir())) < 8


def test_nothing_listens_but_on_loopback(pool: Pool) -> None:
    pool.client.wait_for_workers(pool.slots, timeout=240)  # one that was killed is started again
    ports = listening()
    assert len(ports) >= 1 + pool.slots
    assert {each.laddr.ip for each in ports} == {"127.0.0.1"}


def listening() -> list[Any]:
    """Return where this process and those under it listen."""
    process = psutil.Process()
    processes = [process, *process.children(recursive=True)]
    return [each for one in processes for each in connections(one) if each.status == psutil.CONN_LISTEN]


def connections(process: psutil.Process) -> list[Any]:
    try:
        return list(process.net_connections())
    except psutil.NoSuchProcess:
        return []


def test_nobody_gets_in_without_the_certificate_of_the_run(pool: Pool) -> None:
    address = pool.client.scheduler.address.replace("tls://", "tcp://")
    with pytest.raises(ClusterError, match="No Dask scheduler answers"), remote_pool(address):
        pass


_START_AND_END: Final = """
from formcheck.cluster.pool import local_pool
if __name__ == "__main__":
    with local_pool(1):
        pass
"""


def test_no_folder_is_left_where_it_was_started_nor_where_temporary_files_go(tmp_path: Path) -> None:
    started, temporary = tmp_path / "started", tmp_path / "temporary"
    script = tmp_path / "start_and_end.py"
    script.write_text(_START_AND_END)
    for folder in (started, temporary):
        folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    subprocess.run([sys.executable, str(script)], check=True, cwd=started, env=environment)
    assert [path for folder in (started, temporary) for path in folder.iterdir()] == []


@pytest.mark.parametrize("address", ["localhost:8786", "http://127.0.0.1:8786", ""])
def test_what_is_no_address_says_so(address: str) -> None:
    with pytest.raises(ClusterError, match="is not the address"), remote_pool(address):
        pass
