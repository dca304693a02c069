// Pure: pictures in flight, pictures kept while the socket is lost, pauses, and the shown numbers.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FlowStats, InFlight, LANDMARK_FLOW, LostBuffer, PICTURE_FLOW, SlowWatch, Thinning, backoffMs, quantile,
} from "../../formcheck/web/live/client/flow.js";

const flying = (t, sentAt = t) => ({ t, takenAt: t, sentAt, bytes: new ArrayBuffer(1), late: false });
const kept = (t, { flow = PICTURE_FLOW, before = null } = {}) => (
  { t, takenAt: t, bytes: new ArrayBuffer(1), flow, before });
const gapsOf = (frames) => frames.slice(1).map((frame, i) => frame.t - frames[i].t);

test("two pictures are in flight at most, and an answer frees a place", () => {
  const flight = new InFlight(2);
  flight.add(flying(1));
  assert.ok(flight.hasPlace);
  flight.add(flying(2));
  assert.ok(!flight.hasPlace);
  assert.equal(flight.answer(1).t, 1);
  assert.ok(flight.hasPlace);
});

test("an answer to a newer picture frees the older one's place as well", () => {
  const flight = new InFlight(2);
  flight.add(flying(1));
  flight.add(flying(2));
  flight.answer(2);
  assert.equal(flight.size, 0);
});

test("a picture that is still being encoded stays when answers come or the socket goes", () => {
  const flight = new InFlight(3);
  flight.add({ ...flying(1, null), bytes: null });
  flight.add(flying(2));
  flight.answer(2);
  assert.equal(flight.size, 1);
  assert.deepEqual(flight.takeUnanswered(), []);
  assert.equal(flight.size, 1);
});

test("what was sent and not answered is given back, and only that", () => {
  const flight = new InFlight(3);
  flight.add(flying(1));
  flight.add(flying(2));
  flight.answer(1);
  assert.deepEqual(flight.takeUnanswered().map(({ t }) => t), [2]);
});

test("a picture without an answer for too long is overdue, one that was not sent is not", () => {
  const flight = new InFlight(2);
  flight.add(flying(1, null));
  assert.ok(!flight.overdue(9999, 100));
  flight.add(flying(2, 50));
  assert.ok(!flight.overdue(150, 100));
  assert.ok(flight.overdue(151, 100));
});

test("ten seconds are kept whole", () => {
  const buffer = new LostBuffer();
  for (let i = 0; i < 150; i += 1) buffer.add(kept(i * 66.7));
  assert.equal(buffer.size, 150);
  assert.equal(buffer.thinned, 0);
});

test("after a minute the newest ten seconds are whole and the older ones evenly spaced", () => {
  const buffer = new LostBuffer();
  for (let i = 0; i < 900; i += 1) buffer.add(kept(i * 66.7));
  const newest = buffer.frames[buffer.size - 1].t;
  assert.equal(newest, 899 * 66.7);
  const whole = buffer.frames.filter(({ t }) => newest - t <= 10_000);
  assert.equal(whole.length, 150);
  const older = buffer.frames.filter(({ t }) => newest - t > 10_000);
  assert.ok(older.length <= 150 && older.length >= 60, `${older.length} older`);
  assert.equal(older[0].t, 0);
  const gaps = gapsOf(older);
  assert.ok(Math.max(...gaps) <= 2.1 * Math.min(...gaps), `${Math.min(...gaps)} to ${Math.max(...gaps)}`);
});

test("the buffer does not grow with the time that the socket is away", () => {
  const buffer = new LostBuffer();
  for (let i = 0; i < 3000; i += 1) buffer.add(kept(i * 66.7));
  assert.ok(buffer.size <= 301, String(buffer.size));
});

test("pictures that come late are put in their place, and twice the same is once", () => {
  const buffer = new LostBuffer();
  for (const t of [10, 30, 20, 30]) buffer.add(kept(t));
  assert.deepEqual(buffer.frames.map(({ t }) => t), [10, 20, 30]);
});

test("what the server has analysed is forgotten", () => {
  const buffer = new LostBuffer();
  for (const t of [10, 20, 30]) buffer.add(kept(t));
  buffer.forgetUpTo(20);
  assert.equal(buffer.shift().t, 30);
  buffer.add(kept(40));
  buffer.forgetUpTo(null);
  assert.equal(buffer.size, 1);
});

test("landmarks are kept for two minutes and then dropped, oldest first", () => {
  const buffer = new LostBuffer();
  for (let t = 0; t <= 121_000; t += 500) buffer.add(kept(t, { flow: LANDMARK_FLOW }));
  assert.equal(buffer.frames[0].t, 1000);
  assert.equal(buffer.size, 241);
});

test("pictures after landmarks are thinned, the landmarks are not", () => {
  const buffer = new LostBuffer();
  for (let i = 0; i < 900; i += 1) buffer.add(kept(i * 33.3, { flow: LANDMARK_FLOW }));
  for (let i = 900; i < 2000; i += 1) buffer.add(kept(i * 33.3, i === 900 ? { before: "step" } : {}));
  const of = (flow) => buffer.frames.filter((frame) => frame.flow === flow);
  assert.equal(of(LANDMARK_FLOW).length, 900);
  assert.ok(of(PICTURE_FLOW).length < 460, String(of(PICTURE_FLOW).length));
  assert.deepEqual(buffer.frames.map(({ t }) => t), buffer.frames.map(({ t }) => t).sort((a, b) => a - b));
  assert.deepEqual(buffer.frames.filter(({ before }) => before !== null), [of(PICTURE_FLOW)[0]]);
});

test("what has to be said before a frame that is dropped is said before the next one", () => {
  const buffer = new LostBuffer();
  buffer.add(kept(0, { flow: LANDMARK_FLOW, before: "step" }));
  buffer.add(kept(60_000, { flow: LANDMARK_FLOW }));
  buffer.add(kept(130_000, { flow: LANDMARK_FLOW }));
  assert.deepEqual(buffer.frames.map(({ t, before }) => [t, before]), [[60_000, "step"], [130_000, null]]);
});

test("pauses grow and then stay", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map(backoffMs), [250, 500, 1000, 2000, 4000, 4000, 4000]);
});

test("rate and round trips are of the last five seconds only", () => {
  const stats = new FlowStats();
  stats.begin(0);
  for (let at = 0; at < 5000; at += 100) stats.answer(at, 500, 99);
  for (let i = 0; i < 150; i += 1) stats.answer(5000 + (i * 5000) / 150 + 1, 20 + (i % 10), 17);
  stats.drop(100);
  stats.drop(9000);
  assert.deepEqual(stats.summary(10_000), { fps: 30, p50_ms: 24.5, p95_ms: 29, server_ms: 17, line_ms: null, dropped: 1 });
});

test("before five seconds are over the rate is of the time so far", () => {
  const stats = new FlowStats();
  stats.begin(1000);
  for (let i = 1; i <= 60; i += 1) stats.answer(1000 + (i * 2000) / 60, 30, 17);
  assert.equal(stats.summary(3000).fps, 30);
});

test("pictures that had waited for the socket count, but not as round trips", () => {
  const stats = new FlowStats();
  stats.begin(0);
  stats.answer(10, null, 17);
  assert.deepEqual(stats.summary(1000), { fps: 1, p50_ms: null, p95_ms: null, server_ms: 17, line_ms: null, dropped: 0 });
});

test("without results the numbers are not there", () => {
  assert.deepEqual(new FlowStats().summary(1000), { fps: 0, p50_ms: null, p95_ms: null, server_ms: null, line_ms: null, dropped: 0 });
});

test("what the server works, also at the picture before, is not time on the line", () => {
  const stats = new FlowStats();
  stats.begin(0);
  // Two are under way at any time, each takes the server 300 ms, and the line 40 ms there and back.
  for (let i = 1; i < 20; i += 1) stats.answer(40 + 300 * i, 640, 300, 300 * (i - 1) - 300);
  const summary = stats.summary(6000);
  assert.ok(summary.line_ms <= 40, String(summary.line_ms));
  // A line on which each takes 500 ms has that, however fast the server is.
  stats.begin(10_000);
  for (let i = 0; i < 20; i += 1) stats.answer(10_500 + 250 * i, 500, 20, 10_000 + 250 * i);
  assert.ok(stats.summary(15_500).line_ms >= 450);
});

test("a camera's pictures are thinned to the rate that is wanted, whatever the camera's own is", () => {
  for (const [camera, fps] of [[20, 12], [20, 14], [30, 12], [30, 14], [30, 25], [24, 10], [15, 25]]) {
    const thinning = new Thinning(fps);
    let taken = 0;
    for (let i = 0; i < 10 * camera; i += 1) {
      const t = 1e6 + (1000 * i) / camera;
      if (!thinning.isDue(t)) continue;
      thinning.taken(t);
      taken += 1;
    }
    assert.ok(Math.abs(taken / 10 - Math.min(camera, fps)) <= 0.2, `${camera} thinned to ${fps}: ${taken / 10}`);
  }
});

test("pictures that are fewer because no more are wanted are not slow", () => {
  const watch = new SlowWatch(12, 5000);
  assert.deepEqual([0, 5000, 10_000].map((at) => watch.isSlow(at, 8, 8)), [false, false, false]);
  assert.deepEqual([20_000, 25_000].map((at) => watch.isSlow(at, 6, 8)), [false, true]);
});

test("a quantile lies between its neighbours", () => {
  assert.equal(quantile([1, 2], 0.5), 1.5);
  assert.equal(quantile([7], 0.95), 7);
  assert.equal(quantile([], 0.5), null);
});

test("slow is what was slow for the whole span, once for each span", () => {
  const watch = new SlowWatch(12, 5000);
  assert.deepEqual([0, 1000, 2000, 3000, 4000, 5000, 6000].map((at) => watch.isSlow(at, 8)),
    [false, false, false, false, false, true, false]);
  assert.ok(watch.isSlow(10_000, 8));
});

test("one good second begins the span anew", () => {
  const watch = new SlowWatch(12, 5000);
  watch.isSlow(0, 8);
  watch.isSlow(3000, 20);
  watch.isSlow(4000, 8);
  assert.ok(!watch.isSlow(6000, 8));
  assert.ok(watch.isSlow(9000, 8));
});
