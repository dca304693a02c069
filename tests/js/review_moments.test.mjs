// Pure: frames of an uneven clock, and the way from moment to moment.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clock, endOf, frameAt, insideFrame, nearestFrame, nearestRep, nextMoment, nextRep, phaseAt, previousRep, repAt,
} from "../../formcheck/web/player/client/moments.js";

const t = Float64Array.from([0, 0.033, 0.1, 0.5, 0.533]);
const reps = [{ index: 1, start_s: 1, end_s: 3 }, { index: 2, start_s: 5, end_s: 8 }];

test("a frame is shown until the next one begins", () => {
  assert.equal(frameAt(t, 0.09), 1);
  assert.equal(frameAt(t, 0.1), 2);
  assert.equal(frameAt(t, 0.4999), 2);
  assert.equal(frameAt(t, -1), 0);
  assert.equal(frameAt(t, 9), 4);
});

test("a hand means the nearest frame", () => {
  assert.equal(nearestFrame(t, 0.31), 3);
  assert.equal(nearestFrame(t, 0.29), 2);
});

test("every frame has a moment of its own, however uneven the clock", () => {
  for (const [i] of t.entries()) assert.equal(frameAt(t, insideFrame(t, i)), i);
});

test("a clip ends after its last frame", () => {
  assert.ok(Math.abs(endOf(t) - 0.566) < 1e-9);
  assert.equal(endOf(new Float64Array()), 0);
});

test("between reps there is no rep, but a nearest one", () => {
  assert.equal(repAt(reps, 4), null);
  assert.equal(repAt(reps, 2).index, 1);
  assert.equal(nearestRep(reps, 3.9).index, 1);
  assert.equal(nearestRep(reps, 4.5).index, 2);
  assert.equal(nearestRep([], 1), null);
});

test("back goes to the start of this rep first, then to the rep before", () => {
  assert.equal(previousRep(reps, 6).index, 2);
  assert.equal(previousRep(reps, 5.1).index, 1);
  assert.equal(previousRep(reps, 1.1), null);
});

test("on goes to the next start, and nowhere after the last", () => {
  const tenths = Float64Array.from({ length: 90 }, (_, i) => i / 10 + 0.04);
  assert.equal(nextRep(tenths, reps, 0).index, 1);
  assert.equal(nextRep(tenths, reps, nearestFrame(tenths, 1)).index, 2, "its own start is not the next one");
  assert.equal(nextRep(tenths, reps, 55), null);
});

test("flagged moments are passed one by one in both directions", () => {
  const tenths = Float64Array.from({ length: 90 }, (_, i) => i / 10);
  assert.equal(nextMoment(tenths, [2.04, 4], 20, 1), 4);
  assert.equal(nextMoment(tenths, [2.04, 4], 40, 1), null);
  assert.equal(nextMoment(tenths, [2.04, 4], 40, -1), 2.04);
});

test("between reps somebody stands", () => {
  const phases = [{ phase: "descent", from_s: 1, to_s: 2 }, { phase: "hold", from_s: 2, to_s: 3 }];
  assert.equal(phaseAt(phases, 2), "hold");
  assert.equal(phaseAt(phases, 3), "stand");
});

test("a clock rounds up to the next minute, not to 60 seconds", () => {
  assert.equal(clock(59.9996), "1:00.000");
  assert.equal(clock(4.0333), "0:04.033");
});
