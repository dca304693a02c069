// Exercises by the clock: what follows what, what is said, what counts as done.
import assert from "node:assert/strict";
import { test } from "node:test";

import { GuidedRun, durationOf, segmentsOf } from "../../formcheck/web/live/client/guided_run.js";

const SPOKEN = { begin: "Squeeze", hold: "Hold", back: "Let go" };
const item = (changes = {}) => ({
  index: 0, title: "Bridge", sets: 1, reps: 2, hold_s: 3, rest_s: 30, move_s: 4, legs: [null], spoken: SPOKEN, ...changes,
});
const RULES = { readyS: 5, answerS: 20, stopFrom: 5 };
const begin = (...items) => new GuidedRun(items, RULES);
/** Let time go by in steps of a tenth of a second; return what was said with its second. */
function wait(run, s) {
  const said = [];
  for (let i = 0; i < Math.round(s * 10); i += 1) said.push(...run.tick(100).map(({ text }) => text));
  return said;
}
const kinds = (segments) => segments.map(({ kind }) => kind).join(" ");

test("a set is getting ready and reps of out, hold and back", () => {
  assert.equal(kinds(segmentsOf(item(), 5)), "ready out hold back out hold back");
  assert.equal(kinds(segmentsOf(item({ hold_s: 0, reps: 1 }), 5)), "ready out back");
  assert.equal(durationOf(item(), 5), 5 + 2 * 7);
});

test("between sets is the rest, between legs only getting ready", () => {
  const segments = segmentsOf(item({ sets: 2, reps: 1, hold_s: 0, legs: ["left", "right"] }), 5);
  assert.equal(kinds(segments), "ready out back ready out back rest out back ready out back");
  assert.deepEqual(segments.filter(({ kind }) => kind === "out").map(({ leg, set }) => `${leg}${set}`), ["left1", "right1", "left2", "right2"]);
  // A rest that is shorter than getting ready is no rest.
  assert.equal(kinds(segmentsOf(item({ sets: 2, reps: 1, hold_s: 0, rest_s: 2 }), 5)), "ready out back ready out back");
});

test("hands-free from the start to the end: all is said, all counts, nobody presses anything", () => {
  const run = begin(item());
  const said = wait(run, durationOf(item(), 5) + 1);
  assert.deepEqual(said, [
    "Bridge. Get ready", "3", "2", "1", "Squeeze", "Hold", "Let go", "1", "Hold", "2. Done", "How much did it hurt, from 0 to 10?",
  ]);
  assert.equal(run.stage, "asking");
  assert.deepEqual(wait(run, 20.2), ["Done"]);
  assert.equal(run.stage, "over");
  assert.deepEqual(run.done, [{ index: 0, sets: [{ leg: null, reps: 2, held_s: 6, whole: true }], pain: null }]);
});

test("a rest is said, and its end; a long hold is counted by tens", () => {
  const run = begin(item({ sets: 2, reps: 1, hold_s: 30 }));
  const said = wait(run, 5 + 34 + 30 + 34 + 1);
  assert.deepEqual(said.filter((text) => /seconds|Rest/.test(text)),
    ["10 seconds", "20 seconds", "Rest. 30 seconds", "10 seconds", "10 seconds", "20 seconds"]);
  assert.equal(said.filter((text) => text === "Let go").length, 2);
  assert.equal(run.sets.length, 2);
});

test("the second exercise follows the answer, with its own index", () => {
  const run = begin(item({ index: 3, reps: 1 }), item({ index: 5, title: "Clamshell", reps: 1, legs: ["left"] }));
  wait(run, 13);
  run.answer(1);
  assert.ok(wait(run, 0.2).includes("Clamshell. Left leg. Get ready"));
  wait(run, 13);
  run.answer(0);
  assert.equal(run.stage, "over");
  assert.deepEqual(run.done.map(({ index, pain }) => [index, pain]), [[3, 1], [5, 0]]);
});

test("pain at the limit ends it all", () => {
  const run = begin(item({ reps: 1 }), item({ index: 1 }));
  wait(run, 13);
  run.answer(5);
  assert.equal(run.stage, "over");
  assert.deepEqual(wait(run, 0.1).at(-1), "Stop for today");
  assert.equal(run.done.length, 1);
});

test("in a pause no time goes by, and a page that slept goes on where it was", () => {
  const run = begin(item());
  run.pause();
  wait(run, 60);
  assert.equal(run.leftS, 5);
  run.pause();
  run.tick(60_000);
  assert.ok(run.leftS >= 4.5);
});

test("the person may count: a rep begins when they say so, the hold goes by the clock", () => {
  const run = begin(item({ reps: 2 }));
  wait(run, 5.1);
  run.countOwn();
  wait(run, 60);
  assert.equal(run.segment.kind, "out");
  run.next();
  assert.equal(run.segment.kind, "hold");
  wait(run, 3.1);
  assert.equal(run.segment.kind, "back");
  run.next();
  assert.deepEqual([run.segment.kind, run.segment.rep, run.reps], ["out", 2, 1]);
});

test("a wait is skipped and a hold left early; what was held counts", () => {
  const run = begin(item({ reps: 1, hold_s: 10 }));
  run.next();
  assert.equal(run.segment.kind, "out");
  run.next(); // the clock counts: nothing to skip
  assert.equal(run.segment.kind, "out");
  wait(run, 2.1 + 4);
  run.next();
  wait(run, 2.2);
  assert.equal(run.stage, "asking");
  assert.ok(Math.abs(run.sets[0].held_s - 4.1) <= 0.2, String(run.sets[0].held_s));
});

test("stopped in the middle: what was done is told as not whole, then it is over", () => {
  const run = begin(item({ reps: 5 }), item({ index: 1 }));
  wait(run, 5 + 7 + 3.5);
  run.stop();
  assert.equal(run.stage, "asking");
  run.answer(null);
  assert.equal(run.stage, "over");
  const [{ sets }] = run.done;
  assert.equal(sets.length, 1);
  assert.deepEqual([sets[0].reps, sets[0].whole], [1, false]);
});

test("stopped before the first rep: nothing was done", () => {
  const run = begin(item());
  wait(run, 2);
  run.stop();
  run.answer(null);
  assert.deepEqual(run.done, [{ index: 0, sets: [], pain: null }]);
});
