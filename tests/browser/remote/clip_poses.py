"""A page whose device finds poses in no time: those of a sample clip, whatever its camera shows."""

from __future__ import annotations

import json
from base64 import b64encode

import numpy as np
from playwright.sync_api import Page

from tests.sample_tracks import sample_track
from tests.web.live.landmark_bytes import ESTIMATOR, page_frames

_TRACK_PX = (1280, 720)
_FOUND = """
const frames = Uint8Array.from(atob("FRAMES"), (each) => each.charCodeAt(0));
const [BYTES, COUNT, STANDS_MS, APART_MS] = [806, frames.length / 806, 8000, EVERY_MS];
const finder = {
  isBusy: false, cause: null, began: null, forget() {},
  async find(picture, t, size) {
    picture.close();
    this.began ??= t - Number(sessionStorage.getItem("done"));
    sessionStorage.setItem("done", t - this.began);
    const k = Math.min(COUNT - 1, Math.max(0, Math.floor((t - this.began - STANDS_MS) / APART_MS)));
    const frame = frames.slice(k * BYTES, (k + 1) * BYTES).buffer;
    const view = new DataView(frame);
    view.setFloat64(4, t, true);
    const points = [];
    for (let at = 14; at < BYTES; at += 24) {
      for (const each of [at, at + 4]) view.setFloat32(each, view.getFloat32(each, true) * size.width / WIDTH, true);
      points.push([view.getFloat32(at, true), view.getFloat32(at + 4, true), 1]);
    }
    return { frame, points, ms: 10 };
  },
};
export class PoseSource {
  constructor() {
    Object.assign(this, { allowed: true, picturesCanGo: true, isStuck: false, ready: null });
    this.choice = { hasNext: false };
  }
  async begin() { this.ready = { finder, estimator: ESTIMATOR }; }
  async isStillRight() { return true; }
  hopeForPlace() {}
  close() {}
}
"""
"""Stands in for what finds poses: somebody stands for eight seconds, does the set of a sample clip, and stands.

While the page is loaded anew they wait.
"""


def find_poses_of_a_clip(page: Page) -> None:
    """Have a page find what was found in a sample clip, as fast as it was done, whatever its camera shows."""
    track = sample_track("wall_squat_front")
    told = {
        "FRAMES": b64encode(b"".join(page_frames(track, 0.0))).decode(),
        "EVERY_MS": str(1000 * float(np.median(np.diff(track.t_s)))),
        "WIDTH": str(_TRACK_PX[0]),
        "ESTIMATOR": json.dumps(ESTIMATOR),
    }
    module = _FOUND
    for name, value in told.items():
        module = module.replace(name, value)
    page.route("**/pose_source.js", lambda route: route.fulfill(body=module, content_type="text/javascript"))
