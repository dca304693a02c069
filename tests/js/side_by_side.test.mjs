// Pure: two reps in step by their phases.
import assert from "node:assert/strict";
import { test } from "node:test";

import { placeAt, rateAt, sharedPhases, timeAt } from "../../formcheck/web/pages/compare/side_by_side.js";

const SLOW = [10, 13, 16, 19];
const FAST = [5, 6, 8, 9];

test("the slower one sets the time of each phase", () => {
  assert.deepEqual(sharedPhases(SLOW, FAST), [3, 3, 3]);
  assert.deepEqual(sharedPhases(FAST, SLOW), [3, 3, 3]);
  assert.deepEqual(sharedPhases([0, 1, 1, 2], [0, 1, 1, 2]), [1, 0.2, 1]);
});

test("both are at the same place of their phases at each moment", () => {
  const phases = sharedPhases(SLOW, FAST);
  for (const [elapsed, slow, fast] of [[0, 10, 5], [1.5, 11.5, 5.5], [3, 13, 6], [4.5, 14.5, 7], [9, 19, 9], [20, 19, 9]]) {
    const place = placeAt(phases, elapsed);
    assert.ok(Math.abs(timeAt(SLOW, place) - slow) < 1e-9, `${elapsed}`);
    assert.ok(Math.abs(timeAt(FAST, place) - fast) < 1e-9, `${elapsed}`);
  }
});

test("a video goes as fast as its own phase needs, within what browsers play", () => {
  const phases = sharedPhases(SLOW, FAST);
  assert.equal(rateAt(SLOW, phases, 0.5), 1);
  assert.ok(Math.abs(rateAt(FAST, phases, 0.5) - 1 / 3) < 1e-9);
  assert.equal(rateAt([0, 0, 1, 2], [0.2, 1, 1], 0), 0.1);
  // A clock that runs back a little, as that of the first frame may, leads nowhere else.
  assert.equal(rateAt(SLOW, phases, -0.01), 1);
  assert.equal(rateAt(SLOW, phases, 3), 1);
});
