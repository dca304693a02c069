// A camera that belongs to a call, and a set that goes on after its page was loaded anew.
import assert from "node:assert/strict";
import { test } from "node:test";

import { closeCamera, openCamera, watchCamera } from "../../formcheck/web/live/client/camera.js";
import { Connection } from "../../formcheck/web/live/client/connection.js";
import { EasedPose } from "../../formcheck/web/live/client/easing.js";
import { MadeUpStream, MadeUpWorld } from "./remote_world.mjs";

const SET = { url: "ws://here/live?token=a", setup: '{"type":"setup"}' };
const NOTHING = { onReady: () => {}, onFrame: () => {}, onFinished: () => {}, onTrouble: () => {}, onPlace: () => {} };

test("a stream that is lent is taken as it is, and neither stopped nor watched", async () => {
  const listeners = [];
  const track = {
    kind: "video", stopped: 0, stop() { this.stopped += 1; }, addEventListener: (name) => listeners.push(name),
    getSettings: () => ({ deviceId: "front", facingMode: "user" }),
  };
  const nav = { mediaDevices: { getUserMedia: () => assert.fail("no camera is asked for") } };
  const camera = await openCamera(nav, new MadeUpStream([track]), true);
  assert.equal(camera.deviceId, "front");
  watchCamera(camera, () => {});
  closeCamera(camera);
  assert.equal(track.stopped, 0);
  assert.deepEqual(listeners, []);
});

test("a lent stream without a picture is a missing camera", async () => {
  await assert.rejects(openCamera({}, new MadeUpStream(), true), ({ code }) => code === "camera-missing");
});

test("a set that another page began is gone on with", () => {
  const made = new MadeUpWorld();
  const connection = new Connection({ ...SET, setId: "set-7" }, NOTHING, made.world);
  made.socket.onopen();
  assert.deepEqual(made.socket.sent, [{ type: "resume", version: 2, set_id: "set-7" }]);
  made.now = 5000;
  made.socket.says({ type: "ready", set_id: "set-7", resumed: true, limits: {}, last_t: 100 });
  assert.equal(connection.stats.beganAt, 5000, "its rate is counted from here");
});

test("a pose that belongs to a frame is set down at once", () => {
  const eased = new EasedPose();
  const at = (x) => Array.from({ length: 33 }, () => [x, 0.5, 1]);
  eased.aim(at(0.1), 0);
  eased.put(at(0.3));
  assert.equal(eased.x[4], 0.3);
  eased.put(at(0.3).map((mark, i) => (i === 4 ? [null, null, 0] : mark)));
  assert.ok(Number.isNaN(eased.x[4]));
});
