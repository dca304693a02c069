// Pure parts of camera and capture: what is asked for, how large, and when it was taken.
import assert from "node:assert/strict";
import { test } from "node:test";

import { captureTime, newPictures, sentSize } from "../../formcheck/web/live/client/capture.js";
import { constraintsFor, openCamera } from "../../formcheck/web/live/client/camera.js";

test("pictures are sent no larger than asked, in their own shape", () => {
  assert.deepEqual(sentSize(1280, 720, 640), { width: 640, height: 360 });
  assert.deepEqual(sentSize(480, 640, 640), { width: 480, height: 640 });
  assert.deepEqual(sentSize(1080, 1920, 480), { width: 270, height: 480 });
  assert.deepEqual(sentSize(320, 240, 640), { width: 320, height: 240 });
});

test("the camera's own time is believed only when it can be right", () => {
  assert.equal(captureTime(1000, { captureTime: 980 }), 980);
  assert.equal(captureTime(1000, { captureTime: 1010 }), 1000);
  assert.equal(captureTime(1000, { captureTime: 10 }), 1000);
  assert.equal(captureTime(1000, {}), 1000);
  assert.equal(captureTime(1000, undefined), 1000);
});

test("a picture is taken once, by the browser's count of them", () => {
  const isNew = newPictures();
  assert.deepEqual([[1, 0], [1, 16], [2, 33], [2, 50], [4, 66]].map(([count, at]) => isNew(count, at)),
    [true, false, true, false, true]);
});

test("where pictures are not counted they are taken at a camera's pace", () => {
  const isNew = newPictures();
  assert.deepEqual([0, 16, 33, 50, 66].map((at) => isNew(0, at)), [true, false, true, false, true]);
});

test("front and rear are wishes, a named camera is an order", () => {
  assert.equal(constraintsFor("environment").video.facingMode, "environment");
  assert.deepEqual(constraintsFor("abc123").video.deviceId, { exact: "abc123" });
  assert.equal(constraintsFor("user").audio, false);
  assert.deepEqual(constraintsFor("user").video.frameRate, { ideal: 30 });
});

test("a camera that cannot be opened is a trouble with a name", async () => {
  const refusing = (name) => ({ mediaDevices: { getUserMedia: async () => { throw Object.assign(new Error(), { name }); } } });
  await assert.rejects(openCamera(refusing("NotReadableError"), "user", true), { code: "camera-busy" });
  await assert.rejects(openCamera(refusing("NotAllowedError"), "user", true), { code: "camera-denied" });
  await assert.rejects(openCamera({}, "user", false), { code: "insecure-origin" });
});
