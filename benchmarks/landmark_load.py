"""How many live sets of landmarks one core carries: clients send those of a sample clip, as browsers do that find them.

A server of the live socket runs in a process of its own, with `--core` on one core alone. Each client sends 30 frames a
second, one or two of them a message, fifteen in flight at most. `--sets 1 10 50` measures so many at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import psutil
import websockets
from live_load import server

from tests.sample_tracks import SAMPLE_TRACKS, sample_track
from tests.web.live.landmark_bytes import LANDMARKS, Page, message

_FPS = 30
_IN_FLIGHT = 15
_STAND_S = 3.0
_WARM_S = 3.0
_APART_S = 0.21


def frames_of(clip: str, seconds: float) -> list[bytes]:
    """Return the frames of a set, made once for all clients: the first pose of the clip for a while, then the clip."""
    track, page, stands = sample_track(clip), Page(), round(_STAND_S * _FPS)
    return [page.frame(track[max(0, k - stands) % len(track)], 1000 * k / _FPS) for k in range(round(seconds * _FPS))]


@dataclass
class Client:
    """One browser's worth of traffic."""

    address: str
    origin: str
    clip: str
    at_once: int
    round_trips_ms: list[float] = field(default_factory=list)
    """From the newest frame of a message to the answer."""
    server_ms: list[float] = field(default_factory=list)
    frames: int = 0
    dropped: int = 0
    reps: int = 0

    async def run(self, frames: list[bytes], done: asyncio.Barrier) -> None:
        """Do a set of these frames, and finish it when all have done theirs."""
        source = sample_track(self.clip).source
        async with websockets.connect(self.address, origin=self.origin, max_size=None) as link:  # type: ignore[arg-type]
            size = {"width": source.width, "height": source.height}
            exercise = "step-down" if "step" in self.clip else "wall-squat"
            await link.send(json.dumps({"type": "setup", "version": 2, "exercise": exercise, **LANDMARKS, **size}))
            if json.loads(await link.recv())["type"] != "ready":
                raise RuntimeError("the server refused")
            sent: dict[float, float] = {}
            begin = time.perf_counter()
            reader = asyncio.create_task(self._read(link, sent, begin + _WARM_S))
            waiting: list[bytes] = []
            for k, frame in enumerate(frames):
                await asyncio.sleep(max(0.0, begin + k / _FPS - time.perf_counter()))
                t_ms = 1000 * k / _FPS
                waiting.append(frame)
                if len(waiting) < self.at_once:
                    continue
                if self.at_once * (len(sent) + 1) > _IN_FLIGHT:
                    self.dropped += len(waiting)
                else:
                    sent[t_ms] = time.perf_counter()
                    self.frames += len(waiting)
                    await link.send(message(*waiting))
                waiting.clear()
            await done.wait()
            await done.wait()
            await link.send('{"type":"finish"}')
            await asyncio.wait_for(reader, 120)

    async def _read(self, link: websockets.ClientConnection, sent: dict[float, float], from_s: float) -> None:
        async for text in link:
            told = json.loads(text)
            if told["type"] == "frame":
                now = time.perf_counter()
                at = sent.pop(told["t"], None)
                if at is not None and now >= from_s:
                    self.round_trips_ms.append((now - at) * 1000)
                    self.server_ms.append(told["server_ms"])
                self.reps = told["reps"]
            elif told["type"] == "finished" or told.get("code") == "not-assessable":
                return
            elif told["type"] == "error":
                raise RuntimeError(told["reason"])


async def together(clients: list[Client], frames: list[bytes], look: Callable[[], None] = lambda: None) -> None:
    """Run clients at once, each begun a little after the other; `look` when the last has sent its last frame."""
    done = asyncio.Barrier(len(clients) + 1)

    async def later(i: int, client: Client) -> None:
        await asyncio.sleep(_APART_S * i)
        await client.run(frames, done)

    async with asyncio.TaskGroup() as group:
        for i, client in enumerate(clients):
            group.create_task(later(i, client))
        await done.wait()
        look()
        await done.wait()


def spent_s(server_process: psutil.Process) -> float:
    """Return the CPU time of a server and its workers so far (s)."""
    times = [each.cpu_times() for each in (server_process, *server_process.children())]
    return sum(each.user + each.system for each in times)


def held_bytes(server_process: psutil.Process) -> int:
    """Return the memory of a server and its workers; what they share is counted for each."""
    return sum(each.memory_info().rss for each in (server_process, *server_process.children()))


def measure(sets: int, seconds: float, clip: str, at_once: int, core: int | None, workers: int) -> None:
    """Print round trips, CPU and memory of so many sets at once."""
    frames = frames_of(clip, seconds)
    with server(sets, workers=workers) as (process, port, token):
        if core is not None:
            for thread in process.threads():
                psutil.Process(thread.id).cpu_affinity([core])

        def client() -> Client:
            address = f"127.0.0.1:{port}"
            return Client(f"ws://{address}/live?token={token()}", f"http://{address}", clip, at_once)

        # Every worker is started by then, and has loaded what it needs.
        asyncio.run(together([client() for _ in range(max(1, workers))], frames[: round(_WARM_S * _FPS)]))
        clients = [client() for _ in range(sets)]
        looks: list[tuple[float, float, int]] = []

        def look() -> None:
            looks.append((time.perf_counter(), spent_s(process), held_bytes(process)))

        look()
        asyncio.run(together(clients, frames, look))
        (begun_s, spent_first_s, at_first), (over_s, spent_last_s, at_last) = looks
        cpu, took, grown = spent_last_s - spent_first_s, over_s - begun_s, (at_last - at_first) / 2**20
    trips = np.concatenate([client.round_trips_ms for client in clients])
    sent = sum(client.frames for client in clients)
    p50, p95 = np.percentile(trips, (50, 95))
    engine_ms = np.mean([each for client in clients for each in client.server_ms])
    dropped = sum(client.dropped for client in clients)
    print(
        f"{sets} sets, {at_once} a message, {workers} workers: p50 {p50:6.1f} ms, p95 {p95:6.1f} ms, "
        f"{engine_ms:5.2f} ms a message at work, CPU {1000 * cpu / sent:5.2f} ms a frame ({cpu / took:.2f} cores), "
        f"dropped {dropped} of {sent + dropped}, {grown / sets:.1f} MiB a set, "
        f"reps {sorted({client.reps for client in clients})}",
        flush=True,
    )


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--clip", choices=SAMPLE_TRACKS, default="wall_squat_front")
    parser.add_argument("--at-once", type=int, choices=(1, 2), nargs="+", default=[1, 2])
    parser.add_argument("--workers", type=int, nargs="+", default=[0], help="processes beside the server's own")
    parser.add_argument("--core", type=int, help="the number of the core that the server is kept to")
    args = parser.parse_args()
    for sets in args.sets:
        for at_once in args.at_once:
            for workers in args.workers:
                measure(sets, args.seconds, args.clip, at_once, args.core, workers)


if __name__ == "__main__":
    main()
