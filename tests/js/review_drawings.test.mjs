// Pure: what drawings say, what the table and the list of changes are made of, and the names of keys.
import assert from "node:assert/strict";
import { test } from "node:test";

import { changesOf } from "../../formcheck/web/player/client/changes.js";
import { angleDeg, captionOf, offUprightDeg } from "../../formcheck/web/player/client/drawings.js";
import { nameOf } from "../../formcheck/web/player/client/keys.js";
import { instantsOf } from "../../formcheck/web/player/client/plot_paint.js";
import { groups } from "../../formcheck/web/player/client/rep_table.js";

const at = (x, y) => ({ x, y });

test("an angle is that between its two legs, whichever way round", () => {
  assert.ok(Math.abs(angleDeg([at(10, 0), at(0, 0), at(0, 10)]) - 90) < 1e-9);
  assert.ok(Math.abs(angleDeg([at(0, 10), at(0, 0), at(10, 0)]) - 90) < 1e-9);
  assert.ok(Math.abs(angleDeg([at(0, -5), at(0, 0), at(0, 8)]) - 180) < 1e-9);
});

test("an angle with two points in one place is none", () => {
  assert.ok(Number.isNaN(angleDeg([at(1, 1), at(1, 1), at(2, 2)])));
  assert.equal(captionOf({ kind: "angle", points: [at(1, 1), at(1, 1), at(2, 2)], text: "" }), "");
});

test("a rep is drawn between the instants of its times, and by its moments while they are moved", () => {
  const moments = { start_s: 1.2, bottom_start_s: 2, bottom_end_s: 3, end_s: 3.8 };
  const rep = { ...moments, automatic: null, movement: { down_s: 1, still_s: 2.2, up_s: 2.8, done_s: 4 } };
  assert.deepEqual(instantsOf(rep, null), [1, 2.2, 2.8, 4]);
  assert.deepEqual(instantsOf(rep, { ...moments, end_s: 5 }), [1.2, 2, 3, 5]);
  assert.deepEqual(instantsOf({ ...rep, automatic: moments }, null), [1.2, 2, 3, 3.8]);
  assert.deepEqual(instantsOf({ ...rep, movement: null }, null), [1.2, 2, 3, 3.8]);
});

test("a line says how far it is off upright", () => {
  assert.equal(captionOf({ kind: "line", points: [at(0, 0), at(10, 10)], text: "" }), "45° off upright");
  assert.equal(offUprightDeg([at(3, 0), at(3, 9)]), 0);
});

test("a drawing that is not finished says nothing", () => {
  assert.equal(captionOf({ kind: "angle", points: [at(0, 0), at(1, 1)], text: "" }), "");
});

test("one check on both legs is one note, faults before cautions as they come", () => {
  const finding = (band, name, leg) => ({ band, sign: band[0], word: band, name, leg, value: "1", cue: "", note: "", at_s: 2 });
  const found = groups([finding("fault", "knee", "left"), finding("caution", "toe", "left"), finding("caution", "toe", "right"), finding("caution", "down", "both")]);
  assert.deepEqual(found.map(({ band }) => band), ["fault", "caution"]);
  assert.deepEqual(found[1].notes.map(({ name, legs }) => [name, legs]), [["toe", "L, R"], ["down", ""]]);
});

test("changes are listed newest first, whatever they are", () => {
  const set = {
    corrections: [{ id: "c", text: "moved", made_by: "A", made_at: "2026-01-01T10:00:00+00:00", at_s: 1 }],
    annotations: [{ id: "a", t_s: 2, kind: "text", points_px: [[1, 1]], text: "look", made_by: "A", made_at: "2026-01-01T12:00:00+01:00" }],
  };
  assert.deepEqual(changesOf(set).map(({ id, kind }) => [id, kind]), [["a", "remove-annotation"], ["c", "take-back"]]);
});

test("a sign is the same key whatever it takes to type it", () => {
  const press = (key, more = {}) => nameOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, ...more });
  assert.equal(press("?", { shiftKey: true }), "?");
  assert.equal(press("F", { shiftKey: true }), "Shift+f");
  assert.equal(press("ArrowLeft", { shiftKey: true }), "Shift+ArrowLeft");
  assert.equal(press("z", { metaKey: true }), "ctrl+z");
  assert.equal(press(" "), "Space");
});
