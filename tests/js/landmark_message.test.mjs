// Pure: the bytes of landmarks on the live socket, and those that MediaPipe emits.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Belief } from "../../formcheck/web/live/client/belief.js";
import { framesIn, landmarkFrame, landmarkMessage, pointsOf, timeOf } from "../../formcheck/web/live/client/landmark_message.js";
import { foundOf, readLandmarks } from "../../formcheck/web/live/client/result_bytes.js";

const SIZE = { width: 640, height: 360 };
const found = () => ({
  image: Float32Array.from({ length: 66 }, (_, i) => i / 64),
  world: Float32Array.from({ length: 99 }, (_, i) => i / 128 - 0.5),
  visibility: Float32Array.from({ length: 33 }, (_, i) => i / 32),
  presence: Float32Array.from({ length: 33 }, (_, i) => 1 - i / 32),
});
const nobody = { t: 1234.5, luma: 99.6, people: null, covered: null, found: null };

test("a frame without a person is 806 bytes with its time and its brightness, and nothing else", () => {
  const frame = landmarkFrame(nobody, SIZE);
  assert.equal(frame.byteLength, 806);
  const view = new DataView(frame);
  assert.deepEqual([view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3)], [0, 100, 0, 0]);
  assert.equal(view.getFloat64(4, true), 1234.5);
  assert.equal(timeOf(frame), 1234.5);
  assert.ok(new Uint8Array(frame, 12).every((byte) => byte === 0));
  assert.equal(pointsOf(frame), null);
});

test("a picture that is shown again says so", () => {
  assert.equal(new DataView(landmarkFrame({ ...nobody, repeats: true }, SIZE)).getUint8(0), 8);
});

test("a person's landmarks are pixels, metres and shares, 24 bytes each", () => {
  const covered = Array.from({ length: 10 }, (_, i) => i === 0 || i === 9);
  const view = new DataView(landmarkFrame({ ...nobody, people: 2, covered, found: found() }, SIZE));
  assert.deepEqual([view.getUint8(0), view.getUint8(2), view.getUint16(12, true)], [7, 2, 0b1000000001]);
  const at = 14 + 24 * 10;
  assert.equal(view.getFloat32(at, true), (20 / 64) * 640);
  assert.equal(view.getFloat32(at + 4, true), (21 / 64) * 360);
  assert.deepEqual([8, 12, 16].map((offset) => view.getFloat32(at + offset, true)), [30, 31, 32].map((i) => i / 128 - 0.5));
  assert.equal(view.getUint16(at + 20, true), Math.round((10 / 32) * 65535));
  assert.equal(view.getUint16(at + 22, true), Math.round((22 / 32) * 65535));
});

test("the page draws what it sends", () => {
  const points = pointsOf(landmarkFrame({ ...nobody, found: found() }, SIZE));
  assert.equal(points.length, 33);
  assert.deepEqual(points[32], [640, (65 / 64) * 360, 1]);
});

test("values past their ends are at their ends", () => {
  const view = new DataView(landmarkFrame({ ...nobody, luma: 300, people: 1000,
    found: { ...found(), visibility: new Float32Array(33).fill(1.2), presence: new Float32Array(33).fill(-0.1) } }, SIZE));
  assert.deepEqual([view.getUint8(1), view.getUint8(2)], [255, 255]);
  assert.deepEqual([view.getUint16(34, true), view.getUint16(36, true)], [65535, 0]);
});

test("a landmark far outside of the picture does not cost the set", () => {
  const far = { ...found(), image: new Float32Array(66).fill(-4), world: new Float32Array(99).fill(7) };
  const view = new DataView(landmarkFrame({ ...nobody, found: far }, SIZE));
  assert.deepEqual([14, 18, 22, 26, 30].map((at) => view.getFloat32(at, true)), [-640, -360, 3, 3, 3]);
});

test("one or two frames follow a kind and a count", () => {
  const older = landmarkFrame(nobody, SIZE);
  const newer = landmarkFrame({ ...nobody, t: 1300 }, SIZE);
  const message = new Uint8Array(landmarkMessage([older, newer]));
  assert.deepEqual([message[0], message[1], message.length], [2, 2, 2 + 2 * 806]);
  assert.deepEqual(message.slice(2, 808), new Uint8Array(older));
  assert.deepEqual(message.slice(808), new Uint8Array(newer));
  assert.equal(landmarkMessage([older]).byteLength, 808);
  assert.throws(() => landmarkMessage([]), RangeError);
  assert.throws(() => landmarkMessage([older, newer, older]), RangeError);
});

/** A list as MediaPipe writes it. */
function emitted(landmarks, floats = 5) {
  const bytes = new Uint8Array(landmarks * (2 + 5 * floats));
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < landmarks; i += 1) {
    bytes.set([0x0a, 5 * floats], at);
    at += 2;
    for (let field = 1; field <= floats; field += 1, at += 5) {
      bytes[at] = (field << 3) | 5;
      view.setFloat32(at + 1, i + field / 8, true);
    }
  }
  return bytes;
}

test("all five numbers are read from what MediaPipe emits, wherever it lies in memory", () => {
  const memory = new Uint8Array(2000);
  memory.set(emitted(33), 100);
  const values = readLandmarks(new Uint8Array(memory.buffer, 100, 891));
  assert.deepEqual([...values.slice(160)], [32.125, 32.25, 32.375, 32.5, 32.625]);
  const one = foundOf(values, values);
  assert.deepEqual([...one.image.slice(64)], [32.125, 32.25]);
  assert.deepEqual([...one.world.slice(96)], [32.125, 32.25, 32.375]);
  assert.deepEqual([one.visibility[32], one.presence[32]], [32.5, 32.625]);
});

test("without presence nobody is taken for found", () => {
  assert.equal(readLandmarks(emitted(33, 4)), null);
  assert.notEqual(readLandmarks(emitted(33, 4), 3), null);
  assert.equal(readLandmarks(emitted(33, 2), 3), null);
});

test("a number that is none is told from one that is missing", () => {
  const bytes = emitted(33);
  new DataView(bytes.buffer).setFloat32(2 + 1, NaN, true);
  const values = readLandmarks(bytes);
  assert.ok(Number.isNaN(values[0]));
  assert.equal(foundOf(values, readLandmarks(emitted(33))), null);
});

test("what is no list of 33 landmarks is none", () => {
  const whole = emitted(33);
  const other = whole.slice();
  other[0] = 0x12;
  const wide = whole.slice();
  wide[2] = (1 << 3) | 1;
  for (const bytes of [new Uint8Array(0), whole.slice(0, 890), emitted(32), emitted(34), other, wide]) {
    assert.equal(readLandmarks(bytes), null);
  }
});

test("the lag of visibility is undone, and it starts anew with whoever comes", () => {
  const belief = new Belief();
  assert.deepEqual(belief.of([0.5, 0.5], [1, 0.25]), [0.5, 0.25]);
  const [now, hidden] = belief.of([0.45, 0.55], [1, 1]);
  assert.ok(Math.abs(now) < 1e-9 && hidden === 1);
  belief.forget();
  assert.deepEqual(belief.of([0.45, 0.55], [1, 1]), [0.45, 0.55]);
});

test("what the mirror image shows lies behind its frame, as it was found there", () => {
  const mirror = { image: found().image.map((share) => 1 - share), world: found().world.map((m) => -m) };
  const plain = landmarkFrame({ ...nobody, found: found() }, SIZE);
  const frame = landmarkFrame({ ...nobody, found: found(), mirror }, SIZE);
  assert.equal(frame.byteLength, 806 + 660);
  const view = new DataView(frame);
  assert.equal(view.getUint8(0), 17);
  assert.deepEqual(new Uint8Array(frame, 1, 805), new Uint8Array(plain, 1));
  const at = 806 + 20 * 10;
  assert.deepEqual([0, 4].map((offset) => view.getFloat32(at + offset, true)), [(44 / 64) * 640, (43 / 64) * 360]);
  assert.deepEqual([8, 12, 16].map((offset) => view.getFloat32(at + offset, true)), [30, 31, 32].map((i) => 0.5 - i / 128));
  const message = landmarkMessage([frame, plain]);
  assert.equal(message.byteLength, 2 + 806 + 660 + 806);
  assert.deepEqual(framesIn(message.slice(2)), [frame, plain]);
});

test("nobody has no mirror image", () => {
  assert.equal(landmarkFrame({ ...nobody, mirror: found() }, SIZE).byteLength, 806);
});
