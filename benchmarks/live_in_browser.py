"""The whole way of a live frame in real Chromium: camera, pose, socket, measures, answer, drawing.

A sample clip is the camera. `--path picture` sends pictures to the server, which finds the poses; `full` and `lite`
find them in the browser, on its CPU, with that model, which has to be installed, whatever its self-test says of the
speed. The page's own numbers (`live-stats`) are read once a second while the set runs; CPU is that of the server's
process, divided by the frames it answered; kB/s are what the page sends over its socket.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import av
import psutil
from playwright.sync_api import Page, Route, WebSocket, expect, sync_playwright

from tests.browser.waiting import accept_safety

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LADDERS = {
    "picture": "PICTURES",
    "full": '{ source: "landmarks", model: "full", delegate: "CPU" }',
    "lite": '{ source: "landmarks", model: "lite", delegate: "CPU" }',
}
_STAND_S = 3.0
_SETTLED_S = 8.0
"""Statistics are of the last five seconds: from then on none of the start is in them."""


def film_of(clip: Path, out: Path, width: int, height: int) -> None:
    """Write a clip as the raw video that Chromium's fake camera plays, 30 frames a second."""
    with av.open(str(clip)) as video, out.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for k, frame in enumerate(video.decode(video=0)):
            planes = _letterboxed(frame, width, height)
            for _ in range(1 + (round(_STAND_S * 30) if k == 0 else 0)):
                film.write(b"FRAME\n" + planes)


def _letterboxed(frame: av.VideoFrame, width: int, height: int) -> bytes:
    """Return the planes of a frame cropped to the shape of the camera, around its middle."""
    scale = max(width / frame.width, height / frame.height)
    w, h = round(frame.width * scale / 2) * 2, round(frame.height * scale / 2) * 2
    planes = frame.reformat(width=w, height=h, format="yuv420p").to_ndarray()
    luma, chroma = planes[:h], planes[h:].reshape(2, h // 2, w // 2)
    x, y = (w - width) // 4 * 2, (h - height) // 4 * 2
    cut = luma[y : y + height, x : x + width].tobytes()
    for plane in chroma:
        cut += plane[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2].tobytes()
    return cut


def wait_for(address: str) -> None:
    """Wait until the app answers."""
    for _ in range(300):
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the app does not answer")


def take_path(page: Page, path: str) -> None:
    """Let the page know of this way alone, and find no speed too slow."""

    def only(route: Route) -> None:
        ladder = f"const LADDER = Object.freeze([{_LADDERS[path]}]);"
        text, found = re.subn(r"const LADDER = Object\.freeze\(\[.*?\n\]\);", ladder, route.fetch().text(), flags=re.S)
        for name in ("FAST_MS", "TOO_SLOW_MS"):
            text, more = re.subn(rf"const {name} = \d+;", f"const {name} = 10_000;", text)
            found += more
        if found != 3:
            raise RuntimeError("source_choice.js is not as it was")
        route.fulfill(body=text, content_type="text/javascript")

    page.route(re.compile("/source_choice[.]js$"), only)


class Sent:
    """Counts the bytes that a page sends over its sockets."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)

    def _sent(self, message: bytes | str) -> None:
        self.bytes += len(message)


def measure(clip: Path, path: str, address: str, server: psutil.Process, seconds: float, size: tuple[int, int]) -> str:
    """Do a set of so many seconds and return what it took, as a line of the table."""
    exercise = "step-down" if "step" in clip.stem else "wall-squat"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "camera.y4m"
        film_of(clip, film, *size)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("FORMCHECK_CHROMIUM") or shutil.which("chromium"),
            args=[*_FLAGS, f"--use-file-for-fake-video-capture={film}"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        take_path(page, path)
        sent = Sent(page)
        page.goto(f"{address}/check?exercise={exercise}&reps=20")
        accept_safety(page)
        where = "server" if path == "picture" else "here"
        expect(page.get_by_test_id("privacy")).to_have_attribute("data-source", where, timeout=120_000)
        page.get_by_test_id("start").click()
        page.wait_for_timeout(_SETTLED_S * 1000)
        cpu, begin, before, seen = server.cpu_times(), time.perf_counter(), sent.bytes, []
        while time.perf_counter() - begin < seconds:
            page.wait_for_timeout(1000)
            seen.append(json.loads(page.get_by_test_id("live-stats").text_content() or "{}"))
        took, after, up = time.perf_counter() - begin, server.cpu_times(), sent.bytes - before
        spent = after.user + after.system - cpu.user - cpu.system
        fps, p50, p95, in_server = (
            statistics.median(each[name] for each in seen) for name in ("fps", "p50_ms", "p95_ms", "server_ms")
        )
        reps = page.get_by_test_id("rep-count").inner_text()
        browser.close()
    worst = max(each["p95_ms"] for each in seen)
    return (
        f"| {clip.stem} | {path} | {fps:.1f} | {p50:.0f} | {p95:.0f} | {worst:.0f} | {in_server:.1f} "
        f"| {1000 * spent / took / fps:.1f} | {up / took / 1000:.0f} | {reps.strip()} |"
    )


def main() -> None:
    """Serve the app and measure each clip in each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--path", nargs="+", choices=_LADDERS, default=list(_LADDERS))
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--size", type=int, nargs=2, default=[640, 480], metavar=("WIDTH", "HEIGHT"))
    args = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "formcheck", "app", "--port", str(port), "--no-browser"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/formcheck-health")
        print(
            "| clip | path | frames/s | p50 ms | p95 ms | worst p95 | in server ms | server CPU ms | up kB/s | reps |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
        size = (args.size[0], args.size[1])
        for clip in args.clips:
            for path in args.path:
                print(measure(clip, path, address, psutil.Process(started.pid), args.seconds, size), flush=True)
    finally:
        started.terminate()
        started.wait()


if __name__ == "__main__":
    main()
