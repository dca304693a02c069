"""Sets of landmarks in processes of their own: over real sockets to real processes."""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from starlette.testclient import WebSocketTestSession

from formcheck.report.document import assessment_document
from formcheck.web.live.lanes import Here, Lanes
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.live_set_runner import LiveSetRunner
from formcheck.web.live.messages import SetupMessage, parse_client_text
from formcheck.web.live.outgoing import Outgoing, goodbye
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.live.refusal import our_fault
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.live.set_work import Answer, Drop, Ending, Measure, Said
from formcheck.web.live.workers import LiveWorker, LiveWorkers
from tests.sample_tracks import sample_track

from ...waiting import until
from .landmark_bytes import LANDMARKS, message, page_frames, somebody_bytes
from .world import SETUP, World, begin, farewell, resume

_LIMITS = LiveLimits(max_sets=3, frames_per_s=1e6)
"""A set goes as fast as the machine does."""
_SIZE = {"width": 1280, "height": 720}


def served(world: World, processes: int) -> World:
    world.registry = LiveRegistry(LiveParts(), _LIMITS, world.epoch, LiveWorkers(processes, _LIMITS))
    return world


@pytest.fixture
def two(world: World) -> Iterator[World]:
    """Give a server whose sets of landmarks are worked on by two processes."""
    yield served(world, 2)
    pids = world.registry.worker_pids
    world.registry.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def setup_of_landmarks() -> SetupMessage:
    setup = parse_client_text(json.dumps(SETUP | LANDMARKS))
    assert isinstance(setup, SetupMessage)
    return setup


def do(socket: WebSocketTestSession, frames: Sequence[bytes]) -> int:
    reps = 0
    for i in range(0, len(frames), 2):
        socket.send_bytes(message(*frames[i : i + 2]))
        answer = socket.receive_json()
        assert answer["type"] == "frame", answer
        reps = answer["reps"]
    return reps


def whole_set(world: World) -> FinishedSet:
    with world.socket() as socket:
        set_id = begin(socket, reps=3, **_SIZE, **LANDMARKS)["set_id"]
        do(socket, page_frames(sample_track("wall_squat_front"), 0.0))
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["reps"] == 3
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    return finished


def test_a_process_measures_to_the_bit_what_a_thread_does(two: World) -> None:
    far = whole_set(two)
    assert len(two.registry.worker_pids) == 1
    two.registry.close()
    near = whole_set(served(two, 0))
    assert two.registry.worker_pids == []
    for name in ("t_s", "image_px", "visibility", "world_m"):
        a, b = (getattr(each.pose_track, name) for each in (far, near))
        assert a.tobytes() == b.tobytes(), name
    a, b = (json.dumps(assessment_document(each.assessment)) for each in (far, near))
    assert a == b


def test_a_set_whose_process_dies_goes_on_in_another_to_the_bit(world: World) -> None:
    served(world, 1)
    frames = page_frames(sample_track("wall_squat_front"), 0.0)
    reps: tuple[list[int], list[int]] = [], []
    results: list[FinishedSet] = []
    for cut in (False, True):
        with world.socket() as socket, world.socket(session="other") as other:
            set_id = begin(socket, reps=3, **_SIZE, **LANDMARKS)["set_id"]
            begin(other, **LANDMARKS)
            for k in range(0, len(frames), 2):
                if cut and k == 330:
                    (pid,) = world.registry.worker_pids
                    os.kill(pid, signal.SIGKILL)
                reps[cut].append(do(socket, frames[k : k + 2]))
            assert do(other, [somebody_bytes(33.0 * i) for i in range(4)]) == 0
            socket.send_json({"type": "finish"})
            assert socket.receive_json()["type"] == "finished"
            other.send_json({"type": "cancel"})
            assert farewell(other) == ("", 1000)
        finished = world.registry.finished_set(set_id, "somebody")
        assert finished is not None
        results.append(finished)
    assert reps[True] == reps[False]
    assert max(reps[True]) == 3
    for name in ("t_s", "image_px", "visibility", "world_m"):
        a, b = (getattr(each.pose_track, name) for each in results)
        assert a.tobytes() == b.tobytes(), name
    a, b = (json.dumps(assessment_document(each.assessment)) for each in results)
    assert a == b
    world.registry.close()


def test_a_set_of_which_its_processes_die_is_lost_at_last(world: World) -> None:
    limits = replace(_LIMITS, max_done_again=1)
    world.registry = LiveRegistry(LiveParts(), limits, world.epoch, LiveWorkers(1, limits))
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        for k in range(2):
            assert do(socket, [somebody_bytes(33.0 * k)]) == 0
            (pid,) = world.registry.worker_pids
            os.kill(pid, signal.SIGKILL)
        error = socket.receive_json()
        assert "has stopped" in error["reason"]
        assert farewell(socket) == ("", 4500)
    assert world.registry.active_count == 0
    world.registry.close()


def test_a_set_that_is_too_long_to_be_done_again_ends_with_its_process(world: World) -> None:
    limits = replace(_LIMITS, done_again_frames=4)
    world.registry = LiveRegistry(LiveParts(), limits, world.epoch, LiveWorkers(1, limits))
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        assert do(socket, [somebody_bytes(33.0 * i) for i in range(6)]) == 0
        (pid,) = world.registry.worker_pids
        os.kill(pid, signal.SIGKILL)
        assert farewell(socket) == ("worker-gone", 4500)
    world.registry.close()


def test_what_a_process_refuses_reaches_the_page(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", "there is none.task")
    with two.socket() as socket:
        set_id = begin(socket, **LANDMARKS)["set_id"]
        do(socket, [somebody_bytes(0.0)])
        socket.send_json({"type": "step_down", "source": "picture", "why": "slow"})
        assert farewell(socket) == ("no-pictures", 4503)
    with two.socket() as socket:
        assert resume(socket, set_id)["last_t"] == 0.0
        socket.send_bytes(message(somebody_bytes(33.0, at_px=(9000.0, 0.0))))
        assert farewell(socket) == ("landmarks", 4400)
    with two.socket() as socket:
        assert resume(socket, set_id)["last_t"] == 33.0
        socket.send_json({"type": "cancel"})
        assert farewell(socket) == ("", 1000)
    until(lambda: two.registry.active_count == 0)


def test_without_a_process_a_thread_does_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more_processes(*_: object, **__: object) -> None:
        raise OSError("none left")

    monkeypatch.setattr("formcheck.web.live.workers.started", no_more_processes)
    served(world, 2)
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        assert do(socket, [somebody_bytes(0.0)]) == 0
    assert world.registry.worker_pids == []


def test_a_killed_server_leaves_no_process_behind(tmp_path: Path) -> None:
    server = tmp_path / "server.py"
    server.write_text(
        "import time\n"
        "from formcheck.web.live.limits import LiveLimits\n"
        "from formcheck.web.live.workers import LiveWorkers\n"
        "workers = LiveWorkers(1, LiveLimits())\n"
        "workers.warm()\n"
        "print(workers.pids[0], flush=True)\n"
        "time.sleep(60)\n",
        encoding="utf-8",
    )
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, str(server)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    ) as process:
        assert process.stdout is not None
        worker = psutil.Process(int(process.stdout.readline()))
        process.kill()
    with suppress(psutil.NoSuchProcess):
        worker.wait(30)
    assert not worker.is_running()


def test_a_process_that_cannot_start_ends_its_set_with_a_reason(world: World) -> None:
    workers = LiveWorkers(1, _LIMITS, [sys.executable, "-c", "raise SystemExit(3)"])
    world.registry = LiveRegistry(LiveParts(), _LIMITS, world.epoch, workers)
    with world.socket() as socket:
        socket.send_json({"type": "setup", "version": 2, "exercise": "squat", **_SIZE, **LANDMARKS})
        assert farewell(socket) == ("worker-gone", 4500)


ECHO = """
import os, pickle, sys, time
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
limits = pickle.load(sys.stdin.buffer)
while True:
    for set_id, asked in pickle.load(sys.stdin.buffer):
        if hasattr(asked, "to"):
            sys.stdout.buffer.write(pickle.dumps([(set_id, asked)]))
            sys.stdout.buffer.flush()
"""


def test_a_process_that_is_slow_to_read_holds_nobody_up_and_misses_nothing(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    worker = LiveWorker([sys.executable, "-c", ECHO, str(gate)], _LIMITS)
    heard: list[int] = []
    hand = worker.open(
        "a set", setup_of_landmarks(), lambda said: heard.append(said.to if isinstance(said, Measure) else -1)
    )
    for i in range(500):  # 0.8 MB, of which a pipe takes 0.06
        hand.put(Measure(i, "landmarks", bytes(1614), 2, 33.0 * i))
    assert heard == []
    gate.touch()
    until(lambda: len(heard) == 500)
    assert heard == list(range(500))
    worker.close(10.0)


def test_the_first_process_is_ready_before_the_first_set(two: World) -> None:
    two.registry.issue_token("somebody", "an account")
    assert two.registry.worker_pids == []
    two.registry.expect_landmarks()
    (ready,) = two.registry.worker_pids
    two.registry.expect_landmarks()
    with two.socket() as socket:
        begin(socket, **LANDMARKS)
        assert two.registry.worker_pids == [ready]


GARBLED = """
import pickle, sys
pickle.load(sys.stdin.buffer)
pickle.load(sys.stdin.buffer)
sys.stdout.buffer.write(b"cno_such_module\\nnothing\\n.")
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""


def test_a_process_that_cannot_be_understood_is_ended_and_every_set_is_told() -> None:
    worker = LiveWorker([sys.executable, "-c", GARBLED], _LIMITS)
    heard: list[Said] = []

    def fail(_: Said) -> None:
        raise RuntimeError("whoever hears it fails")

    worker.open("the first", setup_of_landmarks(), fail)
    worker.open("the second", setup_of_landmarks(), heard.append)
    until(lambda: len(heard) == 1)
    assert isinstance(heard[0], Ending)
    assert worker.gone
    assert not psutil.pid_exists(worker.pid)


def test_what_cannot_be_written_ends_its_own_set_alone() -> None:
    code = (
        "from formcheck.web.live.worker import _Output\n"
        "from formcheck.web.live.outgoing import Outgoing\n"
        "from formcheck.web.live.set_work import Answer, Ending\n"
        "output = _Output()\n"
        "output.say('one', Answer(1, Outgoing('fine')))\n"
        "output.say('two', Ending(Outgoing('not to be written'), lambda: None))\n"
        "output.flush()\n"
        "assert output.ended == {'two'}\n"
    )
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    stream = io.BytesIO(ran.stdout)
    ((one, first),) = pickle.load(stream)
    ((two, second),) = pickle.load(stream)
    assert (one, first) == ("one", Answer(1, Outgoing("fine")))
    assert (two, second) == ("two", Ending(goodbye(our_fault())))
    assert b"cannot be told" in ran.stderr


def test_a_set_whose_end_was_not_taken_is_told_that_it_ended() -> None:
    heard: list[Said] = []

    def say(said: Said) -> None:
        heard.append(said)
        if len(heard) == 1:
            raise RuntimeError("whoever hears it fails")

    hand = Lanes(LiveParts(), _LIMITS, shared=Here()).open("a set", setup_of_landmarks(), say)
    hand.put(Drop(Outgoing("gone")))
    assert heard == [Ending(Outgoing("gone")), Ending(goodbye(our_fault()))]


@pytest.mark.skipif(os.name != "posix", reason="a process can be stopped there alone")
def test_a_process_that_hangs_is_ended_and_gets_no_more_sets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.web.live.workers._LOOK_EVERY_S", 1e6)
    workers = LiveWorkers(1, _LIMITS)
    world.registry = LiveRegistry(LiveParts(), _LIMITS, world.epoch, workers)
    with world.socket(session="one") as one, world.socket(session="two") as two:
        begin(one, **LANDMARKS)
        (hung,) = world.registry.worker_pids
        workers.look()
        assert do(one, [somebody_bytes(0.0)]) == 0
        os.kill(hung, signal.SIGSTOP)
        workers.look()
        workers.look()
        begin(two, **LANDMARKS)
        for _ in range(4):
            workers.look()
        assert do(one, [somebody_bytes(33.0)]) == 0  # in another
        assert do(two, [somebody_bytes(0.0)]) == 0
        until(lambda: hung not in world.registry.worker_pids)
    world.registry.close()


@pytest.mark.skipif(os.name != "posix", reason="a process can be stopped there alone")
def test_a_process_that_hangs_does_not_hold_up_the_end_for_each_of_its_sets(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("formcheck.web.live.registry._JOIN_S", 1.0)
    served(world, 1)
    waited: list[float] = []

    def join(_: LiveSetRunner, timeout_s: float) -> None:
        waited.append(timeout_s)
        time.sleep(timeout_s)

    with ExitStack() as stack:
        for i in range(2):
            begin(stack.enter_context(world.socket(session=f"{i}")), **LANDMARKS)
        (hung,) = world.registry.worker_pids
        os.kill(hung, signal.SIGSTOP)
        monkeypatch.setattr(LiveSetRunner, "join", join)
        world.registry.close()
    assert sum(waited) <= 1.01
    assert not psutil.pid_exists(hung)
