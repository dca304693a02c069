// Pure: moving the boundaries of a rep.
import assert from "node:assert/strict";
import { test } from "node:test";

import { momentNear, newRep, repTimesMessage, roomOf, withMoment } from "../../formcheck/web/player/client/rep_edges.js";

const rep = { index: 2, start_s: 5, bottom_start_s: 6, bottom_end_s: 7, end_s: 8, leg: "both" };
const room = { from: 4, to: 9 };

test("a moment goes where it is put", () => {
  assert.deepEqual(withMoment(rep, "end_s", 8.5, room), { start_s: 5, bottom_start_s: 6, bottom_end_s: 7, end_s: 8.5 });
});

test("moments stay in their order", () => {
  assert.ok(withMoment(rep, "start_s", 7.5, room).start_s < 6);
  assert.ok(withMoment(rep, "end_s", 1, room).end_s > 7);
  assert.equal(withMoment(rep, "bottom_start_s", 9, room).bottom_start_s, 7);
});

test("a rep does not grow into its neighbours", () => {
  assert.equal(withMoment(rep, "start_s", 0, room).start_s, 4);
  assert.equal(withMoment(rep, "end_s", 20, room).end_s, 9);
});

test("the room of a rep ends where its neighbours begin, or with the clip", () => {
  const reps = [{ start_s: 1, end_s: 3 }, rep, { start_s: 9.5, end_s: 11 }];
  assert.deepEqual(roomOf(reps, rep, 12), { from: 3, to: 9.5 });
  assert.deepEqual(roomOf([rep], rep, 12), { from: 0, to: 12 });
});

test("a rep that was missed is proposed between its neighbours", () => {
  const reps = [{ start_s: 1, end_s: 3 }, rep];
  const proposed = newRep(reps, 4, 12);
  assert.ok(proposed.start_s >= 3 && proposed.end_s <= 5, JSON.stringify(proposed));
  assert.equal((proposed.bottom_start_s + proposed.bottom_end_s) / 2, 4);
  assert.equal(newRep(reps, 2, 12), null, "inside of a rep there is one already");
  assert.equal(newRep(reps, 3.05, 12), null, "where there is no room there is none");
});

test("the nearest line is taken, and none from afar", () => {
  const toX = (at) => at * 100;
  assert.equal(momentNear(rep, 610, toX, 12), "bottom_start_s");
  assert.equal(momentNear(rep, 650, toX, 12), null);
});

test("the server finds the rep by a moment inside of it as it was", () => {
  const message = repTimesMessage(rep, withMoment(rep, "bottom_start_s", 6.87654321, room));
  assert.deepEqual(message, { kind: "rep-times", at_s: 6.5, start_s: 5, bottom_start_s: 6.8765, bottom_end_s: 7, end_s: 8 });
});
