// Pure: clocks, capture times of remote frames, and which answer belongs to which frame.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Answers, ClockOffset, FADE_MS, Fade, FrameClock, KEPT_MS, LONGEST_BUFFER_MS, MEASURED_BUFFER_MS, NEAR_MS, Waiting,
} from "../../formcheck/web/remote/client/sync.js";

const AHEAD = 5000;

test("the offset is that of the ping of least round trip", () => {
  const clock = new ClockOffset();
  assert.equal(clock.ms, null);
  clock.add(0, AHEAD + 90, 100);
  clock.add(200, AHEAD + 205, 210);
  clock.add(300, AHEAD + 480, 500);
  assert.equal(clock.ms, AHEAD);
  assert.equal(clock.errorMs, 5);
});

test("a best ping that is long past gives way to the last forty", () => {
  const clock = new ClockOffset();
  clock.add(0, AHEAD + 1, 2);
  for (let i = 0; i < 40; i += 1) clock.add(1000 * i, AHEAD + 7 + 1000 * i + 10, 1000 * i + 20);
  assert.equal(clock.ms, AHEAD + 7);
});

test("a ping that was answered before it was asked is none", () => {
  const clock = new ClockOffset();
  clock.add(100, 0, 50);
  clock.add(100, NaN, 150);
  assert.equal(clock.ms, null);
});

test("capture times that tremble are steadied by the stream's own time", () => {
  const clock = new FrameClock();
  const off = [];
  for (let i = 0; i < 120; i += 1) {
    const true_ms = 10_000 + 33.3 * i;
    const trembling = true_ms + (i % 3 === 0 ? 12 : i % 3 === 1 ? -12 : 0);
    const said = clock.captured({ captureTime: trembling, rtpTimestamp: Math.round(90 * 33.3 * i) + 777 }, true_ms + 200);
    if (i > 60) off.push(Math.abs(said - true_ms));
  }
  assert.ok(Math.max(...off) < 1, String(Math.max(...off)));
});

test("where the capture time is left out the stream's own time stands in", () => {
  const clock = new FrameClock();
  for (let i = 0; i < 10; i += 1) clock.captured({ captureTime: 1000 + 40 * i, rtpTimestamp: 3600 * i }, 2000 + 40 * i);
  assert.equal(clock.captured({ rtpTimestamp: 3600 * 10 }, 2400), 1400);
  assert.equal(clock.isApproximate, false);
});

test("the stream's time goes on where its counter begins anew", () => {
  const clock = new FrameClock();
  const near = 2 ** 32 - 3600 * 5;
  let said = 0;
  for (let i = 0; i < 12; i += 1) {
    const rtpTimestamp = (near + 3600 * i) % 2 ** 32;
    said = clock.captured({ captureTime: i < 5 ? 1000 + 40 * i : undefined, rtpTimestamp }, 2000 + 40 * i);
  }
  assert.equal(said, 1000 + 40 * 11);
});

test("a stream that begins anew is found again within some frames", () => {
  const clock = new FrameClock();
  for (let i = 0; i < 30; i += 1) clock.captured({ captureTime: 1000 + 40 * i, rtpTimestamp: 3600 * i }, 3000 + 40 * i);
  let said = 0;
  for (let i = 30; i < 40; i += 1) {
    said = clock.captured({ captureTime: 1000 + 40 * i, rtpTimestamp: 900_000_000 + 3600 * i }, 3000 + 40 * i);
  }
  assert.equal(said, 1000 + 40 * 39);
});

test("without either the delay of pictures is all that is known, and that is said", () => {
  const clock = new FrameClock();
  assert.equal(clock.captured({}, 1000), null);
  assert.equal(clock.captured({}, 1000, 180), 820);
  assert.equal(clock.isApproximate, true);
});

const poseAt = (x) => Array.from({ length: 33 }, () => [x, 0.5, 1]);
const answer = (t, x = t / 1000) => ({ t, pose: poseAt(x), reps: t });

test("the answer of the frame itself is the one that is drawn", () => {
  const answers = new Answers();
  for (const t of [0, 33, 66, 99]) answers.add(answer(t));
  const found = answers.at(66);
  assert.equal(found.frame.reps, 66);
  assert.ok(Math.abs(found.pose[0][0] - 0.066) < 1e-9);
});

test("between two answers the pose lies between theirs", () => {
  const answers = new Answers();
  answers.add(answer(0, 0));
  answers.add(answer(100, 1));
  assert.ok(Math.abs(answers.at(25).pose[5][0] - 0.25) < 1e-9);
});

test("a frame that no answer is near to gets none", () => {
  const answers = new Answers();
  answers.add(answer(1000));
  assert.notEqual(answers.at(1000 + NEAR_MS), null);
  assert.equal(answers.at(1001 + NEAR_MS), null);
  assert.equal(answers.at(1000 - NEAR_MS - 1), null);
  answers.add(answer(2000));
  assert.equal(answers.at(1500), null);
});

test("answers that come out of order are put in order, and old ones are forgotten", () => {
  const answers = new Answers();
  for (const t of [100, 0, 50]) answers.add(answer(t));
  assert.deepEqual(answers.kept.map(({ t }) => t), [0, 50, 100]);
  answers.add(answer(KEPT_MS + 60));
  assert.deepEqual(answers.kept.map(({ t }) => t), [100, KEPT_MS + 60]);
});

test("a joint that is missing in one of two answers is not drawn between them", () => {
  const answers = new Answers();
  answers.add(answer(0));
  const second = answer(60);
  second.pose[7] = [null, null, 0];
  answers.add(second);
  assert.equal(answers.at(20).pose[7][0], null);
});

test("the overlay is gone soon after answers stop, and its numbers are late", () => {
  const fade = new Fade();
  assert.equal(fade.alpha(true, 1000), 1);
  assert.ok(fade.alpha(false, 1000 + FADE_MS / 2) < 0.6);
  assert.equal(fade.alpha(false, 1000 + FADE_MS), 0);
  assert.ok(FADE_MS <= 100);
  assert.equal(fade.isLate(1000 + FADE_MS + 1), true);
});

test("pictures wait for as long as answers take, within bounds, and are not made to wander", () => {
  const waiting = new Waiting();
  const take = (lag, times = 60) => Array.from({ length: times }, () => waiting.add(lag)).filter(Boolean).length;
  assert.equal(take(120), 0);
  assert.equal(waiting.ms, MEASURED_BUFFER_MS);
  assert.equal(take(310), 1);
  assert.equal(waiting.ms, 350);
  assert.equal(take(290), 0, "a little less is no reason");
  assert.equal(take(180), 1);
  assert.equal(waiting.ms, MEASURED_BUFFER_MS);
  take(5000);
  assert.equal(waiting.ms, LONGEST_BUFFER_MS);
});

/** Answers every `apart` ms that take `lag` and a little; the share of frames that have one when they are shown. */
function metAt(apart, lag, seconds = 30) {
  const waiting = new Waiting();
  const answers = new Answers();
  const coming = [];
  let seed = 1;
  const random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
  for (let t = 0; t < 1000 * seconds; t += apart * (0.85 + 0.3 * random())) coming.push({ t, at: t + lag * (0.9 + 0.2 * random()) });
  let [met, all, before] = [0, 0, null];
  // A frame is shown once it has waited as long as pictures do then.
  for (let t = 0; t + LONGEST_BUFFER_MS < 1000 * seconds; t += 1000 / 30) {
    const shownAt = t + waiting.ms;
    while (coming.length > 0 && coming[0].at <= shownAt) {
      const { t: taken, at } = coming.shift();
      answers.add({ t: taken, pose: null });
      waiting.add(at - taken, before === null ? 0 : taken - before);
      before = taken;
    }
    if (t < 8000) continue;
    all += 1;
    met += answers.at(t) === null ? 0 : 1;
  }
  return met / all;
}

test("frames between answers have theirs too, at every rate down to eight answers a second", () => {
  for (const [apart, lag] of [[33, 120], [66, 180], [80, 220], [100, 250], [125, 300]]) {
    const share = metAt(apart, lag);
    assert.ok(share > 0.98, `${apart} ms apart, ${lag} ms late: ${share}`);
  }
});
