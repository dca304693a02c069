"""The camera view in a page of its own: a socket that answers what a test says, no server and no pose model."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from formcheck.web.live.camera_view import shown_measures

from .waiting import settled, until

WEB = Path(__file__).resolve().parents[2] / "formcheck" / "web"
READY: dict[str, Any] = {
    "type": "ready",
    "version": 2,
    "set_id": "a" * 24,
    "resumed": False,
    "exercise": "wall-squat",
    "exercise_name": "Wall squat",
    "bilateral": True,
    "model": "pose_landmarker_full",
    "target": {"reps": 10, "hold_s": 3, "depth_deg": 60},
    "depth_band": [50, 65],
    "alignment_band": {"good": [None, 6], "caution": [None, 8], "measure": "fppa_deg"},
    "limits": {"max_bytes": 600_000, "max_width": 1280, "max_height": 1280, "max_fps": 60, "in_flight": 2},
    "last_t": None,
    "sources": ["picture", "landmarks"],
    "backlog": 0,
}
FRAME: dict[str, Any] = {
    "type": "frame",
    "server_ms": 20,
    "stage": "set",
    "pose": None,
    "measures": {
        "fppa_deg": {
            "left": {"value": 9.4, "error": 3.1, "band": "fault"},
            "right": {"value": 2.0, "error": 3.0, "band": "good"},
        },
    },
    "not_measured": {"knee_flexion_deg": "only a camera at the side can measure it"},
    "phase": "stand",
    "depth_share": 0.4,
    "reps": 4,
    "hold_s": None,
    "in_position": False,
    "cue": None,
    "setup": None,
    "progress": 0,
    "countdown": None,
    "verdict": {"kind": "front", "quality": "ok", "reason": "", "near_leg": None},
    "notice": "",
    "ending": None,
}
_SETUP = {
    "exercise": "wall-squat",
    "leg": "both",
    "reps": 10,
    "hold_s": 3,
    "target_depth_deg": 60,
    "step_height_cm": None,
    "ball": False,
    "model": "auto",
    "keep_video": False,
}
_SCRIPT = """
window.said = [];
window.triggers = [];
window.WebSocket = class {
  constructor() { window.socket = this; setTimeout(() => this.onopen?.(), 0); }
  send(data) {
    const say = (message) => this.onmessage?.({ data: JSON.stringify(message) });
    const tell = (message) => setTimeout(() => say(message), window.answerMs ?? 0);
    if (typeof data !== "string") {
      const frame = window.frame;
      if (window.answers === false) return;
      tell({ ...frame, t: new DataView(data).getFloat64(1, true) });
      setTimeout(() => { window.answered = frame; }, window.answerMs ?? 0);
      return;
    }
    const message = JSON.parse(data);
    window.said.push(message);
    if (message.type === "setup") tell(window.ready);
  }
  close() {}
};
"""
_PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<body style="margin: 0; padding: 1rem; background: {background}"><div id="live"></div>
<script type="module">
import {{ mount }} from "/live/client/component.js";
mount({{ parentElement: document.getElementById("live"), data: {data},
  setTriggerValue: (name, value) => window.triggers.push([name, value]) }});
</script>"""


@contextmanager
def stage_server() -> Iterator[str]:
    """Serve the scripts of the camera view, and nothing else."""
    handler = functools.partial(_Quiet, directory=str(WEB))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def open_stage(page: Page, address: str, *, dark: bool = False, models: tuple[str, ...] = ("full",)) -> None:
    """Open the camera view; its frames are answered with `window.frame`."""
    data = {
        "socket_path": "/live",
        "pose": None,
        "token": "t",
        "owner": "o",
        "service_worker": None,
        "measures": shown_measures(),
        "models": models,
        "setup": _SETUP,
        "voice": True,
        "camera": "user",
        "theme": "dark" if dark else "light",
        "strings": {},
    }
    page.add_init_script(f"window.ready = {json.dumps(READY)}; window.frame = {json.dumps(FRAME)}; {_SCRIPT}")
    body = _PAGE.format(data=json.dumps(data), background="#10171d" if dark else "#ffffff")
    page.route(f"{address}/stage", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{address}/stage")


def answer_with(page: Page, **changes: Any) -> None:
    """Have frames answered so from here on, and wait until one was and the page has drawn it."""
    page.evaluate("(frame) => { window.frame = frame; }", FRAME | changes)
    until(page, "window.answered === window.frame")
    settled(page, 0)
