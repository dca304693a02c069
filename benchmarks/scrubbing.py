"""Scrubbing in real Chromium: how often plots and overlay follow the hand, and how often the video does.

A mouse is held down in the plots and moved to and fro, 125 times a second as mice report themselves. Counted are the
player's own drawings (skeleton, the plots' cursor and numbers, all in one) and the video frames that the browser has
put on the screen, with how far each lags behind the hand. The copy that is made for reviewing is set beside the file as
it came.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright
from starlette.applications import Starlette
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

from formcheck.pose.models import ensure_model
from formcheck.session.corrections import ReviewedSet
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.proxy import write_proxy
from formcheck.web.player.payload import payload_bytes, player_payload
from formcheck.web.player.routes import data_response, player_routes
from formcheck.web.shared.addresses import PLAYER_CLIENT_PATH

_PAGE = f"""<!doctype html><div id="place"></div><script type="module">
import {{ mount }} from "{PLAYER_CLIENT_PATH}/component.js";
mount({{
  parentElement: document.getElementById("place"), setTriggerValue() {{}},
  data: {{ video_url: location.hash.slice(1), data_url: "/data", version: "0", editable: true, answered: 0 }},
}});
</script>"""
_SCRUB = """
([lasts, sweep]) => {
  const video = document.querySelector("video"), clock = document.querySelector(".fcr-clock");
  window.shown = [];
  const note = (_, { mediaTime }) => {
    window.shown.push(Math.abs(mediaTime - Number(clock.dataset.at)));
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  window.drawnBefore = Number(document.querySelector(".fcr-stage").dataset.draws);
  const begun = performance.now(), area = document.querySelector(".fcr-plot-area");
  const { left, width, top } = area.getBoundingClientRect();
  return new Promise((done) => {
    let moves = 0;
    const timer = setInterval(() => {
      const seconds = (performance.now() - begun) / 1000;
      if (seconds >= lasts) {
        clearInterval(timer);
        const drawn = Number(document.querySelector(".fcr-stage").dataset.draws) - window.drawnBefore;
        done({ seconds, moves, drawn, shown: window.shown });
        return;
      }
      const along = (seconds / sweep) % 2;
      const clientX = left + 45 + (width - 50) * (along < 1 ? along : 2 - along);
      area.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, clientX, clientY: top + 80, bubbles: true }));
      moves += 1;
    }, 8);
  });
}
"""
_SWEEP_S = 4.0
"""From one end of the plots to the other."""


@contextmanager
def served(videos: dict[str, Path], data: bytes) -> Iterator[str]:
    """Serve the player with some videos and give its address."""
    app = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(_PAGE)),
            Route("/data", lambda request: data_response(data, request.headers.get("accept-encoding"))),
            Route("/video/{name}", lambda request: FileResponse(videos[request.path_params["name"]])),
            *player_routes(),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def measure(page: Page, address: str, name: str, seconds: float, clip_s: float) -> None:
    """Open the player with a video, scrub, and print what came of it."""
    page.goto("about:blank")
    page.goto(f"{address}/#/video/{name}")
    page.wait_for_selector("[data-ready]")
    page.wait_for_function("document.querySelector('video').readyState >= 3")
    page.wait_for_timeout(1000)
    box = page.get_by_test_id("player-plots").bounding_box()
    if box is None:
        raise RuntimeError("there are no plots")
    page.mouse.move(box["x"] + 45, box["y"] + 80)
    page.mouse.down()
    result = page.evaluate(_SCRUB, [seconds, _SWEEP_S])
    page.mouse.up()
    took = result["seconds"]
    late_ms = sorted(1000 * behind_s * _SWEEP_S / clip_s for behind_s in result["shown"])
    print(
        f"  {name:7} mouse {result['moves'] / took:4.0f}/s   plots and overlay {result['drawn'] / took:5.1f}/s   "
        f"video {len(late_ms) / took:5.1f} frames/s, behind the hand by {statistics.median(late_ms):4.0f} ms "
        f"(p95 {late_ms[int(0.95 * len(late_ms))]:4.0f})",
        flush=True,
    )


def main() -> None:
    """Analyse each clip, copy it, and scrub in both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--exercise", default="wall-squat")
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("FORMCHECK_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for clip in args.clips:
            copy = Path(folder) / "copy.mp4"
            begin = time.perf_counter()
            proxy = write_proxy(clip, copy)
            took = time.perf_counter() - begin
            track = read_track(clip, ensure_model())
            assessment = assess(track, SetRequest(args.exercise))
            data = payload_bytes(player_payload(ReviewedSet(assessment, None)))
            print(
                f"{clip.name}: {proxy.frames} frames, copied in {took:.1f} s to {copy.stat().st_size / 1e6:.1f} MB "
                f"({proxy.width}x{proxy.height}), data {len(data) / 1e3:.0f} kB; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            with served({"copy": copy, "source": clip}, data) as address:
                for name in ("copy", "source"):
                    measure(page, address, name, args.seconds, proxy.last_s)
        browser.close()


if __name__ == "__main__":
    main()
