// Pure: where needles and bands lie on the gauges, and the words beside them.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BANDS, bandScale, bendOnBar, bendWord, depthTarget, kneeWord, ringDash,
} from "../../formcheck/web/live/client/scales.js";

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

test("the target is the band of the prescribed depth in degrees, and none where none is prescribed", () => {
  assert.deepEqual(depthTarget([50, 65]), { from: 50, to: 65 });
  assert.equal(depthTarget(null), null);
  assert.equal(depthTarget([null, 65]), null);
});

test("the word for a knee bend follows the mark, and its edges belong to it", () => {
  const target = depthTarget([50, 65]);
  assert.equal(bendWord(5, target), "standing");
  assert.equal(bendWord(49.9, target), "above your mark");
  assert.equal(bendWord(50, target), "● at your mark");
  assert.equal(bendWord(65, target), "● at your mark");
  assert.equal(bendWord(65.1, target), "▲ too deep");
  assert.equal(bendWord(60, null), "");
});

test("the depth bar goes on beyond where a squat is stopped, and has an end", () => {
  assert.equal(bendOnBar(-5), 0);
  assert.ok(bendOnBar(90) < 1);
  assert.equal(bendOnBar(150), 1);
});

test("a ring is drawn in proportion and never beyond its round", () => {
  const [half, round] = ringDash(0.5, 42).split(" ").map(Number);
  assert.ok(Math.abs(half - round / 2) < 0.1);
  assert.equal(ringDash(7, 42).split(" ")[0], ringDash(1, 42).split(" ")[0]);
  assert.equal(ringDash(-1, 42).split(" ")[0], "0.0");
});
