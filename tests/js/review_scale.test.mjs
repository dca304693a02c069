// Pure: axes, windows of time, and values as they are read out.
import assert from "node:assert/strict";
import { test } from "node:test";

import { TimeWindow, rangeOf, ticks, valueText } from "../../formcheck/web/player/client/scale.js";

test("an axis has round numbers", () => {
  assert.deepEqual(ticks(-7, 12, 4), [-5, 0, 5, 10]);
  assert.deepEqual(ticks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticks(3, 3, 3), []);
});

test("a plot shows its values, its errors and the edges of what is good", () => {
  const plot = {
    decimals: 0, lines: [{ values: Float32Array.from([1, NaN, 4]), automatic: Float32Array.from([-2, 0, 0]) }],
    judged: [{ value: 4, error: 6, zones: [{ band: "good", low: null, high: 12 }] }],
  };
  const [low, high] = rangeOf(plot);
  assert.ok(low < -2 && low > -4 && high > 12 && high < 14, `${low} ${high}`);
});

test("a plot without any value has an axis all the same", () => {
  assert.deepEqual(rangeOf({ decimals: 0, lines: [{ values: Float32Array.from([NaN]), automatic: null }], judged: [] }), [0, 1]);
});

function window(from, to) {
  const time = new TimeWindow();
  time.setWhole(10);
  if (from !== undefined) time.show(from, to);
  return time;
}

test("a place in a plot and its moment agree", () => {
  const time = window(2, 6);
  assert.equal(time.toX(4, 500), 250);
  assert.equal(time.toTime(250, 500), 4);
});

test("a window stays within the clip and never closes", () => {
  const time = window(-5, 1);
  assert.deepEqual([time.from, time.to], [0, 6]);
  time.zoomAt(3, 1e6);
  assert.ok(time.to - time.from >= 0.5);
});

test("the page turns when the cursor leaves it, and not before", () => {
  const time = window(2, 4);
  assert.equal(time.follow(3.9), false);
  assert.equal(time.follow(4.5), true);
  assert.ok(time.from < 4.5 && 4.5 < time.to);
  assert.equal(time.to - time.from, 2);
});

test("another length of the clip keeps a window, and keeps showing the whole", () => {
  const whole = window();
  whole.setWhole(20);
  assert.equal(whole.to, 20);
  const part = window(2, 4);
  part.setWhole(20);
  assert.deepEqual([part.from, part.to], [2, 4]);
});

test("values are written with a true minus, no minus zero, and a dash where not measured", () => {
  assert.equal(valueText(-3.4, { decimals: 0, unit: "°" }), "−3°");
  assert.equal(valueText(-0.2, { decimals: 0, unit: "°" }), "0°");
  assert.equal(valueText(NaN, { decimals: 1, unit: " %" }), "–");
});
