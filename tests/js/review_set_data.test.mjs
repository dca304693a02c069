// Pure: what the server sends of a set, unpacked.
import assert from "node:assert/strict";
import { test } from "node:test";

import { flaggedMoments, placeOf, readSet, unpack } from "../../formcheck/web/player/client/set_data.js";

const document = () => ({
  schema: "formcheck.player/1",
  time: { step: 1e-6, values: [0, 33_333, 33_334] },
  landmarks: {
    step: 0.1,
    current: { 25: { x: [1000, null, 5], y: [2000, null, -5] } },
    automatic: {},
    head: { 0: { x: [900], y: [300] } },
  },
  plots: [{ name: "fppa_deg", step: 0.1, lines: [{ id: "fppa_deg:left", leg: "left", values: [10, 1, null], automatic: null }], judged: [] }],
  reps: [],
});

test("counts add up, and a gap does not lose the place", () => {
  assert.deepEqual([...unpack([10, -3, null, 2], 0.5, Float64Array)], [5, 3.5, NaN, 4.5]);
});

test("what is not known is not a number, never zero", () => {
  const set = readSet(document());
  assert.ok(Number.isNaN(set.current.get(25).x[1]));
  assert.ok(Number.isNaN(set.plots[0].lines[0].values[2]));
});

test("a joint that is not seen has no place", () => {
  const { current } = readSet(document());
  assert.equal(placeOf(current, 25, 1), null);
  assert.equal(placeOf(current, 26, 0), null);
  assert.deepEqual(placeOf(current, 25, 2), { x: 100.5, y: 199.5 });
});

test("times are those of the frames", () => {
  const { t } = readSet(document());
  for (const [i, at] of [0, 0.033333, 0.066667].entries()) assert.ok(Math.abs(t[i] - at) < 1e-9);
});

test("data of another kind are refused", () => {
  assert.throws(() => readSet({ ...document(), schema: "formcheck.player/2" }), /expected formcheck\.player\/1/);
  assert.throws(() => readSet(null));
});

test("a flagged moment is visited once, however many findings it has", () => {
  const reps = [{ findings: [{ at_s: 4 }, { at_s: 4 }, { at_s: null }] }, { findings: [{ at_s: 2 }] }];
  assert.deepEqual(flaggedMoments(reps), [2, 4]);
});
