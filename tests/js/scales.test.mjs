// Pure: where needles and bands lie on the gauges, and the words beside them.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BANDS, bandScale, depthOnBar, depthTarget, depthWord, kneeWord, ringDash,
} from "../../formcheck/web/static/live/scales.js";

const knee = () => bandScale({ good: [-3, 2], caution: [null, 4] });

test("zones cover the scale without gaps, in the order of the bands", () => {
  const { zones } = knee();
  assert.deepEqual(zones.map(({ band }) => band), ["caution", "good", "caution", "fault"]);
  assert.equal(zones[0].from, 0);
  assert.equal(zones[zones.length - 1].to, 1);
  zones.slice(1).forEach((zone, i) => assert.equal(zone.from, zones[i].to));
});

test("each value's needle lies in the zone of its band", () => {
  const scale = knee();
  const bandAt = (value) => scale.zones.find(({ from, to }) => scale.share(value) >= from && scale.share(value) < to).band;
  assert.equal(bandAt(-4), "caution");
  assert.equal(bandAt(0), "good");
  assert.equal(bandAt(3), "caution");
  assert.equal(bandAt(5), "fault");
});

test("values beyond the scale lie at its ends", () => {
  assert.equal(knee().share(99), 1);
  assert.equal(knee().share(-99), 0);
});

test("a check that is open below has no zone below good", () => {
  assert.deepEqual(bandScale({ good: [null, 5], caution: [null, 10] }).zones.map(({ band }) => band),
    ["good", "caution", "fault"]);
});

test("a knee that has not moved lies well inside of an open good zone", () => {
  const scale = bandScale({ good: [null, 2], caution: [null, 4] });
  const { from, to } = scale.zones[0];
  assert.ok(scale.share(0) > from + 0.1 && scale.share(0) < to - 0.1);
  assert.equal(scale.zones[0].band, "good");
});

test("a check with faults on both sides shows both", () => {
  assert.deepEqual(bandScale({ good: [-3, 3], caution: [-6, 6] }).zones.map(({ band }) => band),
    ["fault", "caution", "good", "caution", "fault"]);
});

test("bands differ by word and sign, not by colour alone", () => {
  const all = Object.values(BANDS);
  assert.equal(new Set(all.map(({ word }) => word)).size, 3);
  assert.equal(new Set(all.map(({ sign }) => sign)).size, 3);
});

test("a knee outward of the foot is not called too far in", () => {
  assert.equal(kneeWord(0, "good").word, "in line");
  assert.equal(kneeWord(3, "caution").word, "a little in");
  assert.equal(kneeWord(-4, "caution").word, "a little out");
  assert.equal(kneeWord(6, "fault").word, "too far in");
  assert.equal(kneeWord(6, null).word, "not judged");
});

test("the target lies around the prescribed depth, and only where depth is judged", () => {
  assert.deepEqual(depthTarget([50, 65], 60), { from: 50 / 60, to: 65 / 60 });
  assert.equal(depthTarget(null, 60), null);
  assert.equal(depthTarget([50, 65], null), null);
  assert.equal(depthTarget([null, 65], 60), null);
});

test("the depth's word follows the mark", () => {
  const target = depthTarget([50, 65], 60);
  assert.equal(depthWord(0.02, target), "standing");
  assert.equal(depthWord(0.5, target), "above your mark");
  assert.equal(depthWord(1, target), "at your mark");
  assert.equal(depthWord(1.2, target), "deeper than your mark");
  assert.equal(depthWord(null, target), "not seen");
  assert.equal(depthWord(1, null), "down");
});

test("the depth bar has room for too deep, and an end", () => {
  assert.equal(depthOnBar(0), 0);
  assert.ok(depthOnBar(1) < 1 && depthOnBar(1) > 0.6);
  assert.equal(depthOnBar(9), 1);
});

test("a ring is drawn in proportion and never beyond its round", () => {
  const [half, round] = ringDash(0.5, 42).split(" ").map(Number);
  assert.ok(Math.abs(half - round / 2) < 0.1);
  assert.equal(ringDash(7, 42).split(" ")[0], ringDash(1, 42).split(" ")[0]);
  assert.equal(ringDash(-1, 42).split(" ")[0], "0.0");
});
