"""How many live sets of landmarks one core carries: clients send those of a sample clip, as browsers do that find them.

A server of the live socket runs in a process of its own, with `--core` on one core alone. Each client sends 30 frames a
second, one or two of them a message, fifteen in flight at most. `--sets 1 10 50` measures so many at once, `--workers`
with so many processes beside the server's own. `--soak 30` keeps the first of these numbers of sets going for so many
minutes, one set after the other, prints answer times, CPU and memory of each minute, and how far they drifted.
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
_SOAK_SET_S = 20.0
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

    async def run(self, frames: list[bytes], done: asyncio.Barrier | None = None) -> None:
        """Do a set of these frames, and finish it: when all have done theirs, where there are others."""
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
            if done is not None:
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


def spent_s(processes: list[psutil.Process]) -> float:
    """Return the CPU time of processes so far (s)."""
    times = [each.cpu_times() for each in processes]
    return float(sum(each.user + each.system for each in times))


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
        looks: list[tuple[float, float, float, int]] = []

        def look() -> None:
            own, others = spent_s([process]), spent_s(process.children())
            looks.append((time.perf_counter(), own, others, held_bytes(process)))

        look()
        asyncio.run(together(clients, frames, look))
        took, own, others, grown = (after - before for before, after in zip(*looks, strict=True))
    trips = np.concatenate([client.round_trips_ms for client in clients])
    sent = sum(client.frames for client in clients)
    p50, p95 = np.percentile(trips, (50, 95))
    engine_ms = np.mean([each for client in clients for each in client.server_ms])
    dropped = sum(client.dropped for client in clients)
    print(
        f"{sets} sets, {at_once} a message, {workers} workers: p50 {p50:6.1f} ms, p95 {p95:6.1f} ms, "
        f"{engine_ms:5.2f} ms a message at work, "
        f"CPU {1000 * (own + others) / sent:5.2f} ms a frame ({(own + others) / took:.2f} cores), "
        f"{1000 * others / sent:5.2f} of it in workers, "
        f"dropped {dropped} of {sent + dropped}, {grown / 2**20 / sets:.1f} MiB a set, "
        f"reps {sorted({client.reps for client in clients})}",
        flush=True,
    )


@dataclass(frozen=True)
class Minute:
    """What was measured in one minute of a soak."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    """A frame."""
    held_mib: float

    def print(self, number: int) -> None:
        """Print it as a line."""
        print(
            f"minute {number:3}: p50 {self.p50_ms:6.1f} ms, p95 {self.p95_ms:6.1f} ms, "
            f"CPU {self.cpu_ms:5.2f} ms a frame, {self.held_mib:7.1f} MiB",
            flush=True,
        )


def soak(minutes: int, sets: int, clip: str, at_once: int, core: int | None, workers: int) -> None:
    """Print what each minute came to while sets are done one after the other, and how far it drifted."""
    frames = frames_of(clip, _SOAK_SET_S)
    with server(sets, workers=workers) as (process, port, token):
        if core is not None:
            for thread in process.threads():
                psutil.Process(thread.id).cpu_affinity([core])
        newest: list[Client] = []
        past: list[Minute] = []

        async def one_after_the_other(i: int, until_s: float) -> None:
            await asyncio.sleep(i * _SOAK_SET_S / sets)  # so that not all finish at once
            while time.perf_counter() < until_s:
                address = f"127.0.0.1:{port}"
                client = Client(f"ws://{address}/live?token={token()}", f"http://{address}", clip, at_once)
                newest.append(client)
                await client.run(frames)

        async def look_each_minute() -> None:
            spent, sent = spent_s([process, *process.children()]), 0
            for number in range(1, minutes + 1):
                await asyncio.sleep(60)
                trips = [trip for client in newest for trip in client.round_trips_ms]
                frames_now = sum(client.frames for client in newest)
                spent_now = spent_s([process, *process.children()])
                p50, p95 = np.percentile(trips, (50, 95))
                cpu_ms = 1000 * (spent_now - spent) / (frames_now - sent)
                past.append(Minute(p50, p95, cpu_ms, held_bytes(process) / 2**20))
                past[-1].print(number)
                for client in newest:
                    client.round_trips_ms.clear()
                spent, sent = spent_now, frames_now

        async def whole() -> None:
            until_s = time.perf_counter() + 60 * minutes
            async with asyncio.TaskGroup() as group:
                group.create_task(look_each_minute())
                for i in range(sets):
                    group.create_task(one_after_the_other(i, until_s))

        asyncio.run(whole())
    # The results of the last 24 sets are kept: memory is flat only when so many have been done.
    third = max(1, len(past) // 3)
    first, last = past[third : 2 * third], past[-third:]
    for what in ("p50_ms", "p95_ms", "cpu_ms", "held_mib"):
        before, after = (float(np.mean([getattr(each, what) for each in part])) for part in (first, last))
        print(f"{what}: {before:.2f} in the second third, {after:.2f} in the last, {100 * (after / before - 1):+.1f} %")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--clip", choices=SAMPLE_TRACKS, default="wall_squat_front")
    parser.add_argument("--at-once", type=int, choices=(1, 2), nargs="+", default=[1, 2])
    parser.add_argument("--workers", type=int, nargs="+", default=[0], help="processes beside the server's own")
    parser.add_argument("--core", type=int, help="the number of the core that the server is kept to")
    parser.add_argument("--soak", type=int, metavar="MINUTES")
    args = parser.parse_args()
    if args.soak:
        soak(args.soak, args.sets[0], args.clip, args.at_once[-1], args.core, args.workers[0])
        return
    for sets in args.sets:
        for at_once in args.at_once:
            for workers in args.workers:
                measure(sets, args.seconds, args.clip, at_once, args.core, workers)


if __name__ == "__main__":
    main()
