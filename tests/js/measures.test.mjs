// Pure: numbers are shown while they are true and not longer.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Readings, gapsText, lineText, readingText } from "../../formcheck/web/live/client/measures.js";

const KNEES = { name: "knee_flexion_deg", label: "Knee bend", unit: "°", sides: ["left", "right"], view: "side" };
const TRUNK = { name: "trunk_lean_deg", label: "Trunk sideways", unit: "°", sides: ["both"], view: "front" };
const good = (value) => ({ value, error: 1.5, band: "good" });
const frame = (left, reasons = {}, depth = 0.5) => ({
  measures: { kmf_pct: { left, right: null } }, not_measured: reasons, depth_share: depth,
});
const stateAt = (readings, now) => readings.reading("kmf_pct", "left", now).state;

test("a number is shown with its error and its band", () => {
  const readings = new Readings();
  readings.take(frame(good(1.2)), 0, 30);
  assert.deepEqual(readings.reading("kmf_pct", "left", 10), { state: "value", value: 1.2, error: 1.5, band: "good" });
  assert.equal(readings.reading("kmf_pct", "right", 10).state, "none");
});

test("a flicker of a frame or two is bridged, a longer gap is not", () => {
  const readings = new Readings();
  readings.take(frame(good(1)), 0, 30);
  for (const at of [33, 66, 100, 133]) {
    readings.take(frame(null, { kmf_pct: "the knee is hidden" }), at, 30);
    assert.equal(stateAt(readings, at), "value");
  }
  readings.take(frame(null, { kmf_pct: "the knee is hidden" }), 166, 30);
  assert.deepEqual(readings.reading("kmf_pct", "left", 166), { state: "none", reason: "the knee is hidden" });
});

test("no number is left 0.2 s after its last good frame, also when messages stop", () => {
  const readings = new Readings();
  readings.take(frame(good(1)), 1000, 30);
  assert.equal(stateAt(readings, 1150), "value");
  assert.equal(stateAt(readings, 1151), "none");
  assert.equal(readings.depth(1201), null);
  assert.equal(readings.reading("kmf_pct", "left", 1201).reason, "waiting for the next picture");
});

test("without a connection everything is not measured at once, and says why", () => {
  const readings = new Readings();
  readings.take(frame(good(1)), 0, 30);
  readings.stop("no connection");
  assert.deepEqual(readings.reading("kmf_pct", "left", 1), { state: "none", reason: "no connection" });
  assert.equal(readings.depth(1), null);
});

test("results about the past are not shown as now", () => {
  const readings = new Readings();
  readings.take(frame(good(1)), 0, 4000);
  assert.deepEqual(readings.reading("kmf_pct", "left", 1), { state: "none", reason: "catching up" });
});

test("a number that is not finite is not measured", () => {
  const readings = new Readings();
  readings.take(frame({ value: null, error: 1, band: null }), 0, 30);
  assert.equal(stateAt(readings, 1), "none");
});

test("texts say not measured and why, and never a zero in its place", () => {
  assert.equal(readingText({ state: "none", reason: "no connection" }, "°"), "not measured: no connection");
  assert.equal(readingText({ state: "value", value: 58.4, error: 3.6, band: null }, "°"), "58° ± 4");
  assert.equal(readingText({ state: "value", value: -2.04, error: 1.5, band: null }, " %"), "−2.0 % ± 1.5");
  assert.equal(readingText({ state: "value", value: -0.01, error: 1, band: null }, " %"), "0.0 % ± 1.0");
});

test("a reason that both legs share is said once", () => {
  const none = { state: "none", reason: "only a camera at the side can measure it" };
  const value = { state: "value", value: 60, error: 4, band: null };
  assert.equal(lineText(KNEES, [none, none]), "not measured: only a camera at the side can measure it");
  assert.equal(lineText(KNEES, [value, none]), "L 60° ± 4 · R not measured: only a camera at the side can measure it");
  assert.equal(lineText(TRUNK, [value]), "60° ± 4");
});

test("of two legs the one that does not count is not spoken of while the other is measured", () => {
  const none = { state: "none", reason: "not seen just now" };
  const value = { state: "value", value: 60, error: 4, band: null };
  assert.equal(lineText(KNEES, [value, none], [true, false]), "L 60° ± 4");
  assert.equal(lineText(KNEES, [none, none], [true, false]), "not measured: not seen just now");
});

test("what this camera cannot measure is one line with each reason once", () => {
  const side = "only a camera at the side can measure it";
  const gaps = [{ label: "Knee bend", reason: side }, { label: "Trunk forward", reason: side }];
  assert.equal(gapsText(gaps), `Knee bend, trunk forward not measured: ${side}`);
  const other = { label: "Knee line (FPPA)", reason: "nobody is in view" };
  assert.equal(gapsText([gaps[0], other]),
    `Knee bend not measured: ${side} · Knee line (FPPA) not measured: nobody is in view`);
  assert.equal(gapsText([]), "");
});

test("which leg is measured is forgotten with the set", () => {
  const readings = new Readings();
  readings.take(frame(good(1)), 100, 30);
  readings.take(frame(null), 200, 30);
  assert.equal(readings.measuredAt("kmf_pct", "left"), 100);
  assert.equal(readings.measuredAt("kmf_pct", "right"), -Infinity);
  readings.begin();
  assert.equal(readings.measuredAt("kmf_pct", "left"), -Infinity);
});
