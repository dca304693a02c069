"""Remote sessions in two browsers on this computer: joins, a way that dies, the overlay's step, a narrow uplink.

    python -m benchmarks.remote_calls joins --times 50
    python -m benchmarks.remote_calls joins --times 50 --relay
    python -m benchmarks.remote_calls joins --times 50 --tls
    python -m benchmarks.remote_calls dead --seconds 3 8 20 45
    python -m benchmarks.remote_calls overlay --seconds 20
    python -m benchmarks.remote_calls overlay --seconds 20 --relay --delay-ms 50 --loss 0.01
    python -m benchmarks.remote_calls uplink --kbps 600 --seconds 40
    python -m benchmarks.remote_calls frames --seconds 20

Needs Chromium, and coturn for all but direct calls. There media pass a proxy in this process, before coturn, that
delays (in order), loses, narrows and stops them. A narrow uplink is that of the client alone, and everything of theirs
goes through it: pictures in the call, sound, and what is sent to be analysed. With `--tls` coturn is reached by TLS
alone, at a certificate of an authority that the browser was told to believe (needs certutil), beside a UDP address that
never answers. One result a line, as JSON. On a machine that is busy with other things the figures say nothing of the
product: the overlay's are held against its naive control of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.browser.camera_film import camera_film
from tests.browser.conftest import FLAGS, chromium, served
from tests.browser.remote.clip_poses import find_poses_of_a_clip
from tests.browser.remote.conftest import SEES_SOMEBODY, come_in
from tests.browser.remote.numbered_film import FILM_FRAMES, NUMBER_OF, numbered_film
from tests.browser.remote.rooms import CLINICIAN, Room, new_room
from tests.browser.waiting import until
from tests.remote.relay import SECRET, home_that_believes, relay, silent_port
from tests.serve.fake_server import Authority

_FPS: Final = 30
_NEAR_MS: Final = 50
_BRIDGED_MS: Final = 240
"""As the page's `NEAR_MS` and `BETWEEN_MS`."""
_WATCH: Final = """
(() => {
  window.pcs = [];
  window.opened = null;
  window.pictures = [];
  window.newest = null;
  window.answers = [];
  window.sent = { picture: 0, landmarks: 0, bytes: 0 };
  const Peer = window.RTCPeerConnection;
  const [from, to] = window.ownWay ?? [null, null];
  const byOwnWay = (config) => (
    from === null || !config ? config : JSON.parse(JSON.stringify(config).replaceAll(from, to)));
  window.RTCPeerConnection = class extends Peer {
    constructor(config) { super(byOwnWay(config)); window.pcs.push(this); }
    setConfiguration(config) { super.setConfiguration(byOwnWay(config)); }
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("open", () => { window.opened ??= Date.now(); });
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || !data.startsWith('{"type":"result"')) return;
        window.newest = JSON.parse(data).frame.t;
        window.answers.push([performance.now(), window.newest]);
      });
    }
    send(data) {
      if (typeof data !== "string") {
        window.sent[new Uint8Array(data)[0] === 1 ? "picture" : "landmarks"] += 1;
        window.sent.bytes += data.byteLength;
      }
      super.send(data);
    }
  };
  document.addEventListener("loadeddata", ({ target }) => {
    if (target.closest(".fr-others")) window.pictures.push(Date.now());
  }, true);
})();
"""
_READ_NUMBERS: Final = """
([selector, base]) => {
  const video = document.querySelector(selector);
  const numberOf = NUMBER_OF;
  const overlay = document.querySelector("[data-testid=overlay]");
  window.seen = [];
  const next = (now, metadata) => {
    video.requestVideoFrameCallback(next);
    const { videoWidth: w, videoHeight: h } = video;
    const number = numberOf(video, w, h);
    const t = (metadata.captureTime ?? now) + performance.timeOrigin - Date.UTC(2020, 0, 1);
    const [drawn, shown] = [overlay?.dataset.t, overlay?.dataset.shown].map((each) => Number(each) || null);
    window.seen.push([t, number, drawn, window.newest, shown, performance.now()]);
  };
  video.requestVideoFrameCallback(next);
}
""".replace("NUMBER_OF", NUMBER_OF.strip())
_LANDMARKS_ONLY: Final = 'localStorage.setItem("formcheck-pictures-stay", "yes")'
"""The person's own choice: with it landmarks are found in the browser where that takes 60 ms a picture, not 30."""
_QUEUE_S: Final = 0.5
"""What waits before a narrow line for longer than this is lost, or made to wait by its sender."""
_SOUND: Final = """
async () => {
  for (const pc of window.pcs.filter((each) => each.connectionState === "connected")) {
    for (const [, each] of await pc.getStats()) {
      if (each.type === "inbound-rtp" && each.kind === "audio") {
        return [each.totalSamplesReceived ?? 0, each.concealedSamples ?? 0, each.silentConcealedSamples ?? 0];
      }
    }
  }
  return null;
}
"""


_PICTURES: Final = """
async () => {
  for (const pc of window.pcs.filter((each) => each.connectionState === "connected")) {
    for (const [, each] of await pc.getStats()) {
      if (each.type === "inbound-rtp" && each.kind === "video") {
        const { framesReceived, framesDecoded, framesDropped, keyFramesDecoded, packetsLost, packetsReceived } = each;
        const { pliCount, nackCount } = each;
        return { framesReceived, framesDecoded, framesDropped, keyFramesDecoded, packetsLost, packetsReceived, pliCount,
          nackCount, bufferMs: Math.round(1000 * each.jitterBufferDelay / each.jitterBufferEmittedCount) };
      }
    }
  }
  return null;
}
"""
"""What the clinician's browser says of the pictures that came since the connection was made."""


_WAY: Final = """
async () => {
  for (const pc of window.pcs.filter((each) => each.connectionState === "connected")) {
    const stats = await pc.getStats();
    for (const [, each] of stats) {
      if (each.type === "candidate-pair" && each.nominated) {
        const { candidateType, relayProtocol } = stats.get(each.localCandidateId);
        return [candidateType, relayProtocol ?? null];
      }
    }
  }
  return null;
}
"""
"""By what a page's pictures go."""


@dataclass
class Way:
    """A proxy for UDP before a relay: what goes through is delayed in its order, lost, narrowed or stopped."""

    target: int
    delay_ms: float = 0.0
    loss: float = 0.0
    up_kbps: float | None = None
    """Of what goes to the relay, and through the door to the server."""
    dead: bool = False
    port: int = 0
    server: int | None = None
    """Port of a server that is reached by this way too, at `server_port`."""
    server_port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _free_at: float = 0.0

    def queued_s(self) -> float:
        """Return for how long what comes now waits before it goes up."""
        return max(0.0, self._free_at - self._loop.time())

    def goes_up(self, count: int) -> float:
        """Take so many bytes; return when they are through (s from now)."""
        if self.up_kbps is None:
            return 0.0
        now = self._loop.time()
        self._free_at = max(now, self._free_at) + 8 * count / (1000 * self.up_kbps)
        return self._free_at - now

    def start(self) -> None:
        """Run it in a thread of its own."""
        ready = threading.Event()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._open())
            ready.set()
            self._loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        ready.wait(10)

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _open(self) -> None:
        here, _ = await self._loop.create_datagram_endpoint(lambda: _Door(self), local_addr=("127.0.0.1", 0))
        self.port = here.get_extra_info("sockname")[1]
        if self.server is not None:
            door = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=4096)
            self.server_port = door.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on a connection to the server: what goes up takes its turn, what comes down comes at once."""
        answers, server = await asyncio.open_connection("127.0.0.1", self.server)

        async def up() -> None:
            while data := await reader.read(1400):
                while self.queued_s() > _QUEUE_S:
                    await asyncio.sleep(0.01)
                self._loop.call_later(self.goes_up(len(data)), server.write, data)
            await asyncio.sleep(self.queued_s())

        async def down() -> None:
            while data := await answers.read(65536):
                writer.write(data)
                await writer.drain()

        ways = [asyncio.ensure_future(up()), asyncio.ensure_future(down())]
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for each in ways:
            each.cancel()
        for end in (writer, server):
            end.close()


class _Door(asyncio.DatagramProtocol):
    """The side of the browsers: each of their ports gets one of its own towards the relay."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.towards: dict[Any, _Back] = {}
        self.waiting: dict[Any, deque[bytes]] = defaultdict(deque)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, sender: Any) -> None:
        if sender not in self.towards:
            self.waiting[sender].append(data)
            if len(self.waiting[sender]) == 1:
                self.way._loop.create_task(self._reach(sender))
            return
        self._pass_on(sender, data)

    async def _reach(self, sender: Any) -> None:
        _, back = await self.way._loop.create_datagram_endpoint(
            lambda: _Back(self, sender), remote_addr=("127.0.0.1", self.way.target)
        )
        self.towards[sender] = back
        for data in self.waiting.pop(sender):
            self._pass_on(sender, data)

    def _pass_on(self, sender: Any, data: bytes) -> None:
        way = self.way
        if way.up_kbps is not None and way.queued_s() > _QUEUE_S:
            return
        wait_s = way.delay_ms / 1000 + way.goes_up(len(data))
        self.go(lambda: self.towards[sender].transport.sendto(data), wait_s)

    def go(self, act: Any, wait_s: float) -> None:
        """Do something later, unless the way is dead or loses it."""
        if self.way.dead or random.random() < self.way.loss:
            return
        self.way._loop.call_later(wait_s, lambda: None if self.way.dead else act())


class _Back(asyncio.DatagramProtocol):
    def __init__(self, door: _Door, sender: Any) -> None:
        self.door, self.sender = door, sender

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, _: Any) -> None:
        wait_s = self.door.way.delay_ms / 1000
        self.door.go(lambda: self.door.transport.sendto(data, self.sender), wait_s)


@dataclass
class Call:
    """Two pages that see each other."""

    clinician: Page
    client: Page
    way: Way | None


@contextmanager
def call(
    *,
    relayed: bool = False,
    tls: bool = False,
    film: Callable[[Path], Path] | None = None,
    delay_ms: float = 0.0,
    loss: float = 0.0,
    landmarks: str = "none",
    own_way: bool = False,
) -> Iterator[Call]:
    """Serve the app, open a room, and bring both in.

    Parameters
    ----------
    relayed, tls
        By a relay that is reached by UDP, or by TLS.
    film
        Writes what the cameras show.
    delay_ms, loss
        Of the way to the relay.
    landmarks
        Whether the client's browser finds the poses: `none`, `own`, or `given`, as where that takes no time.
    own_way
        Whether the client has another way to the relay than the clinician, and gets to the server by it too.
    """
    with tempfile.TemporaryDirectory(prefix="remote-calls-") as name:
        folder = Path(name)
        with _relay_way(folder, relayed, delay_ms, loss) as way, _tls_way(folder, tls) as (urls, home):
            if way is not None:
                urls = f"turn:127.0.0.1:{way.port}?transport=udp"
            settings = {"FORMCHECK_USER_NAME": CLINICIAN}
            if urls:
                settings |= {
                    "FORMCHECK_TURN_URLS": urls,
                    "FORMCHECK_TURN_SECRET": SECRET,
                    "FORMCHECK_TURN_RELAY_ONLY": "1",
                }
            with served(folder / "server.log", **settings) as address, sync_playwright() as started:
                room = new_room(folder / "records", relay_only=bool(urls))
                flags = [*FLAGS, "--allow-loopback-in-peer-connection"]
                if film is not None:
                    flags.append(f"--use-file-for-fake-video-capture={film(folder / 'film.y4m')}")
                browser = started.chromium.launch(
                    executable_path=chromium(), args=flags, env={**os.environ, "HOME": str(home)} if home else None
                )
                theirs = None
                if own_way:
                    assert way is not None
                    theirs = Way(way.target, server=int(address.rpartition(":")[2]))
                    theirs.start()
                try:
                    yield _both_in(browser, address, room, way, theirs, landmarks)
                finally:
                    browser.close()
                    if theirs is not None:
                        theirs.stop()


@contextmanager
def _tls_way(folder: Path, tls: bool) -> Iterator[tuple[str, Path | None]]:
    """Give the addresses of a relay behind a firewall that lets nothing but TLS through, and the browser's home."""
    if not tls:
        yield "", None
        return
    authority = Authority()
    home = home_that_believes(folder / "home", authority.write(folder / "authority.pem"))
    certificate = authority.issue(folder / "relay.pem", "localhost")
    allowed = ("allow-loopback-peers", "allowed-peer-ip=127.0.0.1")
    with relay(folder, *allowed, certificate=certificate) as port, silent_port() as silent:
        yield f"turn:127.0.0.1:{silent}?transport=udp,turns:localhost:{port}?transport=tcp", home


@contextmanager
def _relay_way(folder: Path, relayed: bool, delay_ms: float, loss: float) -> Iterator[Way | None]:
    if not relayed:
        yield None
        return
    with relay(folder, "allow-loopback-peers", "allowed-peer-ip=127.0.0.1") as port:
        way = Way(port, delay_ms, loss)
        way.start()
        try:
            yield way
        finally:
            way.stop()


def _both_in(browser: Any, address: str, room: Room, way: Way | None, theirs: Way | None, landmarks: str) -> Call:
    pages = []
    for own in (None, theirs):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["camera", "microphone"])
        page = context.new_page()
        page.set_default_timeout(60_000)
        if own is not None and way is not None:
            page.add_init_script(f'window.ownWay = [":{way.port}?", ":{own.port}?"]')
        page.add_init_script(_WATCH)
        if landmarks == "own":
            page.add_init_script(_LANDMARKS_ONLY)
        elif landmarks == "given":
            find_poses_of_a_clip(page)
        else:  # another load: what is measured here is the call
            page.route("**/pose_source.js", lambda route: route.abort())
        pages.append(page)
    clinician, client = pages
    clinician.goto(address + room.clinician)
    client.goto((address if theirs is None else f"http://127.0.0.1:{theirs.server_port}") + room.client)
    come_in(client)
    clinician.get_by_role("button", name="Let in").click()
    for page in pages:
        until(page, SEES_SOMEBODY)
    return Call(clinician, client, theirs or way)


def joins(times: int, relayed: bool, tls: bool) -> dict[str, Any]:
    """Load the client's page anew, time and again: how long from its socket to pictures at both ends."""
    theirs, ours, failed = [], [], 0
    with call(relayed=relayed, tls=tls) as both:
        for _ in range(times):
            both.clinician.evaluate("window.pictures.length = 0")
            both.client.reload()
            try:
                for page in (both.client, both.clinician):
                    until_within(page, "window.pictures.length > 0", 15)
            except TimeoutError:
                failed += 1
                continue
            opened, at_client = both.client.evaluate("[window.opened, window.pictures[0]]")
            theirs.append(at_client - opened)
            ours.append(both.clinician.evaluate("window.pictures.at(-1)") - opened)
        ways = [page.evaluate(_WAY) for page in (both.client, both.clinician)]
    return {
        "what": "joins",
        "ways": ways,
        "times": times,
        "failed": failed,
        "client_ms": _spread(theirs),
        "clinician_ms": _spread(ours),
    }


def dead(seconds: float) -> dict[str, Any]:
    """Stop all media for a while: how long from mending to a picture at the clinician's."""
    with call(relayed=True) as both:
        way = both.way
        assert way is not None
        both.clinician.wait_for_timeout(3000)
        way.dead = True
        time.sleep(seconds)
        shown = "[...document.querySelectorAll('.fr-others video')][0].getVideoPlaybackQuality().totalVideoFrames"
        before, state = both.clinician.evaluate(f"[{shown}, window.pcs.map((each) => each.connectionState)]")
        way.dead = False
        mended = time.monotonic()
        until_within(both.clinician, f"{shown} > {before} || {shown} < {before} - 10", 60)
        back_s = time.monotonic() - mended
        made = both.clinician.evaluate("window.pcs.length")
    return {"what": "dead", "dead_s": seconds, "back_s": round(back_s, 2), "connections_made": made, "states": state}


def overlay(seconds: float, relayed: bool, delay_ms: float, loss: float, landmarks: str) -> dict[str, Any]:
    """Hold what is drawn, and the newest answer, against the number in the picture that is shown."""
    with call(relayed=relayed, film=numbered_film, delay_ms=delay_ms, loss=loss, landmarks=landmarks) as both:
        both.client.evaluate(_READ_NUMBERS, ["[data-testid=self] video", 0])
        both.clinician.evaluate(_READ_NUMBERS, [".fr-tile[data-main] video", 0])
        both.clinician.get_by_test_id("start-set").click()
        until(both.clinician, "window.newest !== null")
        both.clinician.wait_for_timeout(4000)
        both.clinician.evaluate("window.seen.length = window.answers.length = 0")
        both.clinician.wait_for_timeout(1000 * seconds)
        shown, answers = both.clinician.evaluate("[window.seen, window.answers]")
        pictures = both.clinician.evaluate(_PICTURES)
        taken = both.client.evaluate("window.seen")
    times = np.array([each[0] for each in taken])
    numbers = np.array([each[1] for each in taken])

    def off(number: int, t: float | None) -> int | None:
        if t is None:
            return None
        there = int(numbers[np.argmin(np.abs(times - t))])
        return int((number - there + FILM_FRAMES // 2) % FILM_FRAMES - FILM_FRAMES // 2)

    drawn = [off(number, t) for _, number, t, _, _, _ in shown]
    naive = [off(number, newest) for _, number, _, newest, _, _ in shown]
    return {
        "what": "overlay",
        "relayed": relayed,
        "delay_ms": delay_ms,
        "loss": loss,
        "frames": len(shown),
        "pictures": pictures,
        "answers_per_s": round(len(answers) / seconds, 1),
        "none_because": _why_none(shown, answers),
        "drawn": _within(drawn),
        "naive": _within(naive),
    }


def _why_none(shown: list[list[Any]], answers: list[list[Any]]) -> dict[str, int]:
    """Count why frames had nothing drawn on them: answers came after them, were too far apart, or no time was known."""
    found = {"late": 0, "apart": 0, "no_time": 0}
    times = sorted(t for _, t in answers)
    for _, _, drawn, _, at, now in shown:
        if drawn is not None:
            continue
        if at is None:
            found["no_time"] += 1
            continue
        known = [t for came, t in answers if came <= now]
        before, after = [t for t in times if t <= at], [t for t in times if t > at]
        bridged = bool(before and after) and after[0] - before[-1] <= _BRIDGED_MS
        near = any(abs(t - at) <= _NEAR_MS for t in times)
        found["late" if (bridged or near) and not any(t > at for t in known) else "apart"] += 1
    return found


def uplink(kbps: float, seconds: float, landmarks: str) -> dict[str, Any]:
    """Narrow the way to the relay: what becomes of the sound, and what the pages say."""
    with call(relayed=True, landmarks=landmarks, own_way=True, film=_somebody) as both:
        assert both.way is not None
        both.clinician.get_by_test_id("start-set").click()
        until(both.clinician, "window.newest !== null")
        both.way.up_kbps = kbps
        both.clinician.wait_for_timeout(10_000)
        both.clinician.evaluate("window.answers.length = 0")
        before, sent = both.clinician.evaluate(_SOUND), both.client.evaluate("({ ...window.sent })")
        said = set()
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            both.clinician.wait_for_timeout(250)
            said.add(both.client.get_by_test_id("said").inner_text())
        answers, after = both.clinician.evaluate("window.answers.length"), both.clinician.evaluate(_SOUND)
        sent = {name: count - sent[name] for name, count in both.client.evaluate("window.sent").items()}
    samples, concealed, silent = (b - a for a, b in zip(before, after, strict=True))
    return {
        "what": "uplink",
        "kbps": kbps,
        "concealed_pct": round(100 * (concealed - silent) / max(samples, 1), 2),
        "answers_per_s": round(answers / seconds, 1),
        "sent": sent,
        "said": sorted(said - {""}),
    }


def frames(seconds: float, landmarks: str) -> dict[str, Any]:
    """Count the pictures that each end decodes in a second while a set is measured."""
    with call(film=_somebody, landmarks=landmarks) as both:
        both.clinician.get_by_test_id("start-set").click()
        until(both.clinician, "window.newest !== null")
        both.clinician.wait_for_timeout(5000)
        both.clinician.evaluate("window.answers.length = 0")
        pages = {"client": both.client, "clinician": both.clinician}
        before = {name: page.evaluate(_PICTURES) for name, page in pages.items()}
        both.clinician.wait_for_timeout(1000 * seconds)
        after = {name: page.evaluate(_PICTURES) for name, page in pages.items()}
        answers, sent = both.clinician.evaluate("window.answers.length"), both.client.evaluate("window.sent")
    return {
        "what": "frames",
        "decoded_per_s": {
            name: round((after[name]["framesDecoded"] - before[name]["framesDecoded"]) / seconds, 1) for name in pages
        },
        "answers_per_s": round(answers / seconds, 1),
        "sent": sent,
    }


def _somebody(out: Path) -> Path:
    """Write somebody who squats, at a camera's rate."""
    return camera_film("wall_squat_front", out, rest_s=3.0, fps=_FPS)


def until_within(page: Page, condition: str, seconds: float) -> None:
    """Wait until a condition is true in a page; raises `TimeoutError`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    raise TimeoutError(condition)


def _spread(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {"p50": round(median(values)), "p95": round(float(np.quantile(values, 0.95))), "most": round(max(values))}


def _within(off: Sequence[int | None]) -> dict[str, float]:
    there = [each for each in off if each is not None]
    share = [100 * sum(abs(each) <= most for each in there) / max(len(off), 1) for most in (1, 2)]
    return {
        "within_1_pct": round(share[0], 1),
        "within_2_pct": round(share[1], 1),
        "none": len(off) - len(there),
        "median": float(median(there)) if there else float("nan"),
    }


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["joins", "dead", "overlay", "uplink", "frames"])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seconds", type=float, nargs="+", default=[20.0])
    parser.add_argument("--relay", action="store_true")
    parser.add_argument("--tls", action="store_true", help="by a relay that is reached by TLS alone")
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--loss", type=float, default=0.0)
    parser.add_argument(
        "--landmarks",
        choices=["none", "own", "given"],
        default="none",
        help="let the client's browser find the pose, or give it those of a clip, as on a device that is fast enough",
    )
    parser.add_argument("--kbps", type=float, default=600.0)
    asked = parser.parse_args()
    if asked.what == "joins":
        results = [joins(asked.times, asked.relay, asked.tls)]
    elif asked.what == "dead":
        results = [dead(seconds) for seconds in asked.seconds]
    elif asked.what == "overlay":
        results = [overlay(asked.seconds[0], asked.relay, asked.delay_ms, asked.loss, asked.landmarks)]
    elif asked.what == "frames":
        results = [frames(asked.seconds[0], asked.landmarks)]
    else:
        results = [uplink(asked.kbps, asked.seconds[0], asked.landmarks)]
    for each in results:
        print(json.dumps(each), flush=True)


if __name__ == "__main__":
    main()
