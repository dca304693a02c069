// Pure: why few pictures are looked at, from the rates of camera and answers, brightness and exposure.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CameraRate, exposureMs, slowBecause } from "../../formcheck/web/live/client/pace.js";
import { SLOW, TROUBLES, withLite } from "../../formcheck/web/live/client/troubles.js";

const pace = (changes) => ({ cameraFps: 30, answersFps: 8, luma: 120, exposureMs: null, isFoundHere: true, workMs: 5, lineMs: 300, ...changes });

test("a camera that gives enough pictures is not blamed, however dark it is", () => {
  assert.equal(slowBecause(pace({})), "slow-computer");
  assert.equal(slowBecause(pace({ luma: 20 })), "slow-computer");
  assert.equal(slowBecause(pace({ isFoundHere: false, workMs: 110 })), "slow-server");
  assert.equal(slowBecause(pace({ isFoundHere: false, workMs: 20 })), "slow-line");
  assert.equal(slowBecause(pace({ isFoundHere: false, workMs: 20, lineMs: null })), "slow-line");
  assert.equal(slowBecause(pace({ isFoundHere: false, workMs: 20, lineMs: 30 })), "slow-computer", "it cannot make them in time");
});

test("a slow camera is told from poor light by the brightness", () => {
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 40 })), "poor-light");
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 130 })), "slow-camera");
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: null })), "slow-camera");
});

test("a computer that is late with everything is slow, and not its camera", () => {
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 130, workMs: 90 })), "slow-computer");
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 130, isFoundHere: false, workMs: 90 })), "slow-server");
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 40, workMs: 90 })), "poor-light");
});

test("the exposure tells more than the brightness, which a camera puts right", () => {
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 130, exposureMs: 95 })), "poor-light");
  assert.equal(slowBecause(pace({ cameraFps: 10, luma: 40, exposureMs: 4 })), "slow-camera");
  assert.equal(exposureMs({ exposureTime: 330 }), 33);
  assert.equal(exposureMs({}), null);
  assert.equal(exposureMs(undefined), null);
});

test("while the rate of the camera is not known it is the computer that is looked at", () => {
  assert.equal(slowBecause(pace({ cameraFps: null, luma: 20 })), "slow-computer");
});

test("each cause has its own words, and none speaks of a model that may not be there", () => {
  const texts = [...SLOW].map((code) => TROUBLES[code]);
  assert.equal(new Set(texts.map(({ cause }) => cause)).size, SLOW.size);
  for (const { cause, next, over } of texts) {
    assert.doesNotMatch(cause + next, /lite/);
    assert.equal(over, false);
  }
  const offered = withLite(TROUBLES["slow-server"]);
  assert.match(offered.next, /lite model/);
  assert.equal(offered.action, "lite");
});

test("the rate of the camera is that of the last seconds, by the browser's count", () => {
  const rate = new CameraRate();
  assert.equal(rate.fps, null);
  for (let s = 0; s <= 5; s += 1) rate.add(1000 * s, 30 * s);
  assert.equal(rate.fps, 30);
  for (let s = 6; s <= 10; s += 1) rate.add(1000 * s, 150 + 10 * (s - 5));
  assert.equal(rate.fps, 10);
  rate.add(11_000, 3);
  assert.equal(rate.fps, null);
});
