// Pure: when what was prescribed is done, and how long an offered end has left.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ENDINGS, HOW_TO_END, doneOf, secondsLeft } from "../../formcheck/web/live/client/done.js";

const frame = (changes) => ({ stage: "set", reps: 0, hold_s: null, ...changes });

test("a set is done at its number of reps, and stays so", () => {
  const target = { reps: 5, hold_s: null };
  assert.equal(doneOf(frame({ reps: 4 }), target), null);
  assert.equal(doneOf(frame({ reps: 5 }), target), "reps");
  assert.equal(doneOf(frame({ reps: 7 }), target), "reps");
});

test("a wall sit is done at its hold", () => {
  assert.equal(doneOf(frame({ hold_s: 29 }), { reps: null, hold_s: 30 }), null);
  assert.equal(doneOf(frame({ hold_s: 30 }), { reps: null, hold_s: 30 }), "hold");
  assert.equal(doneOf(frame({ hold_s: 30 }), { reps: 1, hold_s: 30 }), "hold");
  assert.equal(doneOf(frame({ hold_s: 30 }), { reps: 2, hold_s: 30 }), null);
});

test("without a target nothing is ever done, nor while the set rests", () => {
  assert.equal(doneOf(frame({ reps: 50, hold_s: 99 }), { reps: null, hold_s: null }), null);
  assert.equal(doneOf(frame({ stage: "paused", reps: 5 }), { reps: 5, hold_s: null }), null);
});

test("each way to end says what to do, and the last second is one", () => {
  for (const text of Object.values(HOW_TO_END)) assert.match(text, /^[A-Z].*[.]$/);
  for (const { why, goOn } of Object.values(ENDINGS)) assert.match(`${why} ${goOn}`, /Go on/);
  assert.equal(secondsLeft({ left_s: 3.2 }), 4);
  assert.equal(secondsLeft({ left_s: 0.01 }), 1);
  assert.equal(secondsLeft({ left_s: 0 }), 1);
});
