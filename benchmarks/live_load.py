"""How many live sets one process serves, and whether a long run stays flat.

A server of the live socket runs in a process of its own. Clients play a sample clip to it as browsers do: 30 pictures a
second, two in flight at most, newest wins. `--sets 1 2 3` measures round trips with so many at once; `--soak 30` runs
one set after the other for so many minutes and prints memory and threads. `--gate` measures each number of sets
twice, without and with the gate that stands before all routes of the app, one right after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import psutil
import websockets

from formcheck.video.reader import open_video

_FPS = 30
_IN_FLIGHT = 2
_STAND_S = 3.0
_SET_S = 40.0
"""In a soak a set lasts so long. The results of the last 24 sets are kept for their pages: whether memory is flat shows
in what comes after those."""


def jpegs_of(clip: Path, width: int) -> list[bytes]:
    """Return the pictures of a clip as a browser sends them, the first one for three seconds."""
    pictures = []
    with open_video(clip) as video:
        for frame in video:
            height = round(frame.rgb.shape[0] * width / frame.rgb.shape[1])
            small = cv2.resize(frame.rgb, (width, height), interpolation=cv2.INTER_AREA)
            done, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])
            if done:
                pictures.append(data.tobytes())
    return [pictures[0]] * round(_STAND_S * _FPS) + pictures


@contextmanager
def server(
    sets: int, *, gated: bool = False, workers: int = 0
) -> Iterator[tuple[psutil.Process, int, Callable[[], str]]]:
    """Run the server, with so many workers, and give its process, its port and what asks it for a token."""
    command = [sys.executable, str(Path(__file__).with_name("live_server.py")), *(["--gate"] if gated else [])]
    started = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "FORMCHECK_LIVE_SESSIONS": str(sets), "FORMCHECK_LIVE_WORKERS": str(workers)},
    )
    try:
        ask, told = started.stdin, started.stdout
        if ask is None or told is None:
            raise RuntimeError("the server has no input and output")
        port = int(told.readline())

        def token() -> str:
            ask.write("\n")
            ask.flush()
            return told.readline().strip()

        time.sleep(2)
        yield psutil.Process(started.pid), port, token
    finally:
        started.terminate()
        started.wait()


class Client:
    """One browser's worth of traffic."""

    def __init__(self, port: int, token: str, pictures: list[bytes], size: tuple[int, int]) -> None:
        self._address = f"ws://127.0.0.1:{port}/live?token={token}"
        self._origin = f"http://127.0.0.1:{port}"
        self._pictures = pictures
        self._size = size
        self.round_trips_ms: list[float] = []
        self.server_ms: list[float] = []
        self.reps = 0
        self.dropped = 0

    async def run(self, seconds: float, *, measured_from_s: float = 0.0) -> None:
        """Do a set of so many seconds and finish it."""
        async with websockets.connect(self._address, origin=self._origin, max_size=None) as link:  # type: ignore[arg-type]
            setup = {
                "type": "setup", "version": 2, "source": "picture", "exercise": "wall-squat", "leg": "both",
                "reps": 10, "hold_s": None, "target_depth_deg": None, "step_height_cm": None, "ball": False,
                "model": "full", "session_number": 1, "keep_video": False,
                "width": self._size[0], "height": self._size[1],
            }  # fmt: skip
            await link.send(json.dumps(setup))
            ready = json.loads(await link.recv())
            if ready["type"] != "ready":
                raise RuntimeError(f"the server refused: {ready}")
            sent: dict[float, float] = {}
            begin = time.perf_counter()
            reader = asyncio.create_task(self._read(link, sent, begin + measured_from_s))
            next_at, k = begin, 0
            while time.perf_counter() - begin < seconds:
                next_at += 1 / _FPS
                await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
                k += 1
                if len(sent) >= _IN_FLIGHT:
                    self.dropped += 1
                    continue
                now = time.perf_counter()
                t_ms = (now - begin) * 1000
                sent[t_ms] = now
                await link.send(struct.pack("<Bd", 1, t_ms) + self._pictures[k % len(self._pictures)])
            await link.send('{"type":"finish"}')
            await asyncio.wait_for(reader, 30)

    async def _read(self, link: websockets.ClientConnection, sent: dict[float, float], from_s: float) -> None:
        async for text in link:
            message = json.loads(text)
            if message["type"] == "frame":
                now = time.perf_counter()
                at = sent.pop(message["t"], None)
                if at is not None and now >= from_s:
                    self.round_trips_ms.append((now - at) * 1000)
                    self.server_ms.append(message["server_ms"])
                self.reps = message["reps"]
            elif message["type"] == "finished" or message.get("code") == "not-assessable":
                return
            elif message["type"] == "error":
                raise RuntimeError(message["reason"])


async def together(clients: list[Client], seconds: float) -> None:
    """Run clients at once, each begun a little after the other."""

    async def later(i: int, client: Client) -> None:
        await asyncio.sleep(0.7 * i)
        await client.run(seconds, measured_from_s=3.0)

    await asyncio.gather(*(later(i, client) for i, client in enumerate(clients)))


def by_number(
    numbers: list[int], pictures: list[bytes], size: tuple[int, int], seconds: float, gates: tuple[bool, ...]
) -> None:
    """Print round trips and CPU for each number of sets at once, with and without the gate as `gates` says."""
    for n, gated in itertools.product(numbers, gates):
        with server(n, gated=gated) as (process, port, token):
            clients = [Client(port, token(), pictures, size) for _ in range(n)]
            before, begin = process.cpu_times(), time.perf_counter()
            asyncio.run(together(clients, seconds))
            after, took = process.cpu_times(), time.perf_counter() - begin
        trips = np.concatenate([client.round_trips_ms for client in clients])
        cpu = after.user + after.system - before.user - before.system
        frames = len(trips) / (seconds - 3.0) * seconds
        print(
            f"{n} sets{', gate' if gated else ''}: {len(trips) / (seconds - 3.0) / n:5.1f} frames/s each, "
            f"p50 {np.percentile(trips, 50):6.1f} ms, p95 {np.percentile(trips, 95):6.1f} ms, "
            f"in the server {np.mean([m for c in clients for m in c.server_ms]):5.1f} ms, "
            f"CPU {1000 * cpu / frames:5.1f} ms a frame ({cpu / took:.2f} cores), reps {[c.reps for c in clients]}",
            flush=True,
        )


def soak(minutes: float, pictures: list[bytes], size: tuple[int, int]) -> None:
    """Run one set after the other and print memory and threads after each."""
    with server(2) as (process, port, token):
        begin = time.perf_counter()
        while time.perf_counter() - begin < 60 * minutes:
            client = Client(port, token(), pictures, size)
            asyncio.run(client.run(_SET_S))
            trips = client.round_trips_ms
            print(
                f"{(time.perf_counter() - begin) / 60:5.1f} min: {process.memory_info().rss / 2**20:6.0f} MiB, "
                f"{process.num_threads()} threads, {client.reps} reps, p95 {np.percentile(trips, 95):5.1f} ms",
                flush=True,
            )


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--soak", type=float, metavar="MINUTES")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--gate", action="store_true", help="measure with the gate as well")
    args = parser.parse_args()
    pictures = jpegs_of(args.clip, args.width)
    first = cv2.imdecode(np.frombuffer(pictures[0], np.uint8), cv2.IMREAD_COLOR)
    if first is None:
        raise RuntimeError("the clip's first picture cannot be encoded")
    height, width = first.shape[:2]
    if args.soak is not None:
        soak(args.soak, pictures, (width, height))
    else:
        by_number(args.sets, pictures, (width, height), args.seconds, (False, True) if args.gate else (False,))


if __name__ == "__main__":
    main()
