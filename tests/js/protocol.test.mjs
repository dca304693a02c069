// Pure: the bytes and the words of the live socket.
import assert from "node:assert/strict";
import { test } from "node:test";

import { encodeFrame, parseMessage, resumeMessage, setupMessage } from "../../formcheck/web/live/client/protocol.js";

const pose = () => Array.from({ length: 33 }, () => [0.5, 0.5, 1]);

test("a picture follows its kind and its capture time, which is a little-endian float64", () => {
  const bytes = encodeFrame(1234.5, new Uint8Array([0xff, 0xd8, 7]).buffer);
  assert.equal(bytes.byteLength, 12);
  assert.equal(new DataView(bytes).getFloat64(1, true), 1234.5);
  assert.deepEqual([...new Uint8Array(bytes, 0, 9)], [0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x4a, 0x93, 0x40]);
  assert.deepEqual([...new Uint8Array(bytes, 9)], [0xff, 0xd8, 7]);
});

test("the set-up says what was chosen and how large the pictures are", () => {
  const message = JSON.parse(setupMessage({ exercise: "squat", leg: "both", type: "x" }, 3, { width: 640, height: 360 }));
  assert.deepEqual(message, {
    exercise: "squat", leg: "both", type: "setup", version: 2, source: "picture", session_number: 3, width: 640,
    height: 360,
  });
});

test("a set is resumed by its id", () => {
  assert.deepEqual(JSON.parse(resumeMessage("abc")), { type: "resume", version: 2, set_id: "abc" });
});

test("what is left out of a result is not there, rather than undefined", () => {
  const frame = parseMessage('{"type":"frame","t":12}');
  assert.equal(frame.pose, null);
  assert.equal(frame.hold_s, null);
  assert.deepEqual(frame.measures, {});
  assert.equal(frame.notice, "");
});

test("a pose of 33 landmarks is taken, another one is none", () => {
  const read = (value) => parseMessage(JSON.stringify({ type: "frame", t: 1, pose: value })).pose;
  assert.equal(read(pose()).length, 33);
  assert.equal(read(pose().slice(1)), null);
  assert.equal(read("nobody"), null);
});

test("what is not understood is neither an exception nor a result", () => {
  for (const text of ["", "{", "null", "[]", "7", '{"type":"frame"}', '{"type":"ready"}', '{"type":"new"}', new ArrayBuffer(3)]) {
    assert.equal(parseMessage(text).type, "other");
  }
});

test("an error without words is still an error", () => {
  assert.deepEqual(parseMessage('{"type":"error"}'), { type: "error", code: "", reason: "", remedy: "" });
});
