// Pure: where poses are found, and what leads from one place to the next.
import assert from "node:assert/strict";
import { test } from "node:test";

import { expectedFrame } from "./film_frames.mjs";
import { landmarkFrame } from "../../formcheck/web/live/client/landmark_message.js";
import { PoseFinder } from "../../formcheck/web/live/client/pose_finder.js";
import { NOBODY_PX, pictureOf, selfTest } from "../../formcheck/web/live/client/self_test.js";
import {
  PaceWatch, REMEMBERED_MS, SourceChoice, nameOf, recalled, remember, stepsOf,
} from "../../formcheck/web/live/client/source_choice.js";

const ALL = { models: ["full", "lite"], pictures: true, landmarks: true };
const RIGHT = { runs: 30, ms_p50: 15, ms_p90: 20, worst_px: 0.8, worst_share: 0.01, worst_m: 0.01 };
const names = (available) => stepsOf({ ...ALL, ...available }).map(nameOf);

const film = {
  pictures: 4, width: 640, height: 360, marks: [11, 12, 27],
  expected: {
    full: Array.from({ length: 30 }, () => new Array(3).fill([100, 100, 0.9, 0.8, 0.1, 0.2, 0.3]).flat()),
    lite: Array.from({ length: 30 }, () => new Array(3).fill([106, 100, 0.9, 0.8, 0.1, 0.2, 0.3]).flat()),
  },
};
const nobody = () => landmarkFrame({ t: 1, luma: 1, people: null, covered: null, found: null }, film);
const off = (by = {}) => expectedFrame(film, "full", 0, by);
const tested = (answer, model = "full") => selfTest(film, model, async (picture, t) => answer(t / 100, picture));

test("the steps go from the graphics card to what is left", () => {
  assert.deepEqual(names({}), ["full GPU", "full CPU", "picture", "lite CPU"]);
  assert.deepEqual(names({ models: ["full"] }), ["full GPU", "full CPU", "picture"]);
  assert.deepEqual(names({ pictures: false }), ["full GPU", "full CPU", "lite CPU"]);
  assert.deepEqual(names({ landmarks: false }), ["picture"]);
  assert.deepEqual(names({ landmarks: false, pictures: false }), []);
});

test("a browser that is right and fast stays on the first step", () => {
  const choice = new SourceChoice(stepsOf(ALL));
  assert.equal(choice.tested(RIGHT), true);
  assert.equal(nameOf(choice.step), "full GPU");
  assert.deepEqual(choice.left, []);
});

test("one that is wrong, or slow, goes down step by step and says why", () => {
  const choice = new SourceChoice(stepsOf(ALL));
  assert.equal(choice.tested({ ...RIGHT, worst_px: 3.01 }), false);
  assert.equal(choice.tested({ ...RIGHT, ms_p90: 31 }), false);
  assert.equal(nameOf(choice.step), "picture");
  assert.deepEqual(choice.left, [
    { step: "full GPU", why: "landmarks are 3.01 px off" }, { step: "full CPU", why: "a picture takes 31 ms" }]);
});

test("a result that is no number does not pass", () => {
  for (const wrong of [{ worst_px: NaN }, { ms_p90: NaN }, { worst_px: undefined }, { worst_m: NaN }, { worst_share: NaN }]) {
    assert.equal(new SourceChoice(stepsOf(ALL)).tested({ ...RIGHT, ...wrong }), false);
  }
});

test("where pictures may not leave the device half the rate is enough", () => {
  const choice = new SourceChoice(stepsOf({ ...ALL, pictures: false }));
  assert.equal(choice.tested({ ...RIGHT, ms_p90: 59 }), true);
  assert.equal(choice.tested({ ...RIGHT, ms_p90: 61 }), false);
  assert.equal(nameOf(choice.step), "full CPU");
  choice.down("the graphics card was lost");
  choice.down("it is too slow");
  assert.equal(choice.step, null);
});

test("where pictures would hardly get through half the rate is enough too, and in the set", () => {
  const choice = new SourceChoice(stepsOf(ALL), "picture", true);
  assert.equal(nameOf(choice.step), "full GPU", "that pictures did better on another line tells nothing of this one");
  choice.down("no graphics card");
  assert.equal(choice.tested({ ...RIGHT, ms_p90: 59 }), true);
  assert.equal(choice.tested({ ...RIGHT, ms_p90: 61 }), false);
  assert.equal(nameOf(choice.step), "picture");
  for (const [ms, slow] of [[60, false], [90, true]]) {
    const watch = new PaceWatch(true);
    const said = [];
    for (let now = 0; now <= 6000; now += ms) said.push(watch.isTooSlow(now, ms));
    assert.equal(said.includes(true), slow, String(ms));
  }
});

test("in the set three seconds spent on pictures of more than 40 ms are too slow, a single long picture is not", () => {
  const watch = new PaceWatch();
  const at = (ms, from, to) => {
    for (let now = from; now <= to; now += 50) if (watch.isTooSlow(now, ms)) return now;
    return null;
  };
  assert.equal(at(30, 0, 5000), null);
  assert.equal(watch.isTooSlow(5050, 500), false);
  const since = at(80, 5100, 12_000);
  assert.ok(since > 5100 && since <= 5100 + 3000, String(since));
  watch.reset();
  assert.equal(at(80, 20_000, 22_900), null);
  assert.notEqual(at(80, 22_950, 23_100), null);
});

test("a page that was hidden for a while is not called slow by the one picture after it", () => {
  const watch = new PaceWatch();
  for (let now = 0; now <= 4000; now += 50) watch.isTooSlow(now, 20);
  assert.equal(watch.isTooSlow(60_000, 900), false);
});

for (const ms of [45, 80, 150, 400, 900, 1500, 2500, 3000]) {
  test(`${ms} ms a picture are too slow, however few pictures that are`, () => {
    const watch = new PaceWatch();
    let said = null;
    for (let now = ms; now < 12_000 && said === null; now += Math.max(ms, 33)) {
      if (watch.isTooSlow(now, ms)) said = now;
    }
    assert.ok(said !== null && said <= 9000, String(said));
  });
}

test("one picture that hangs in a fast stream is not slowness, nor is a finder that is seldom asked", () => {
  const watch = new PaceWatch();
  let now = 0;
  for (const stop of [1000, 2500]) {
    for (const end = now + 5000; now < end; now += 33) assert.equal(watch.isTooSlow(now, 30), false);
    now += stop;
    assert.equal(watch.isTooSlow(now, stop), false);
  }
  watch.reset();
  for (; now < 30_000; now += 500) assert.equal(watch.isTooSlow(now, 200), false);
});

test("a step is remembered for a week, by the same browser with the same files", () => {
  const kept = remember({ source: "landmarks", model: "full", delegate: "CPU" }, "abc", 1000);
  assert.equal(recalled(kept, "abc", 1000 + REMEMBERED_MS)?.step, "full CPU");
  assert.equal(recalled(kept, "abc", 2000)?.at, 1000);
  assert.equal(recalled(kept, "abc", 1001 + REMEMBERED_MS), null);
  assert.equal(recalled(kept, "abc", 999), null);
  assert.equal(recalled(kept, "abd", 1000), null);
  for (const text of [null, "", "{", "7", "[]", '{"step":7,"runtime":"abc","at":1000}', '{"runtime":"abc"}']) {
    assert.equal(recalled(text, "abc", 1000), null);
  }
  assert.equal(nameOf(new SourceChoice(stepsOf(ALL), "full CPU").step), "full CPU");
  assert.equal(nameOf(new SourceChoice(stepsOf(ALL), "something else").step), "full GPU");
});

test("the known film goes forth and back", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map((run) => pictureOf(run, 4)), [0, 1, 2, 3, 2, 1, 0, 1]);
});

test("thirty runs are held to what is known, and timed once they are warm", async () => {
  const result = await tested((run) => ({ frame: off({ px: 1 }), ms: run < 5 ? 900 : 10 + run }));
  assert.deepEqual(result, { runs: 30, ms_p50: 27, ms_p90: 36.6, worst_px: 1, worst_share: 0, worst_m: 0 });
});

test("a single run that is off, or finds nobody, is the worst", async () => {
  const worst = async (frameOf) => (await tested((run) => ({ frame: frameOf(run), ms: 1 }))).worst_px;
  assert.equal(await worst((run) => off(run === 29 ? { px: 4 } : {})), 4);
  assert.equal(await worst((run) => off(run > 0 ? { px: 50, mark: 12 } : {})), 50);
  assert.equal(await worst((run) => (run === 7 ? nobody() : off())), NOBODY_PX);
  assert.equal(await worst(() => off({ px: NaN })), NOBODY_PX);
});

test("visibility, presence and places in space are held to what is known as well", async () => {
  const result = async (by) => tested((run) => ({ frame: off(run === 3 ? { ...by, mark: 27 } : {}), ms: 1 }));
  assert.equal((await result({ seen: 0.2 })).worst_share, 0.2);
  assert.equal((await result({ present: 0.3 })).worst_share, 0.3);
  assert.equal((await result({ m: 0.07 })).worst_m, 0.07);
  for (const [by, why] of [[{ seen: 0.2 }, "visibility is 0.2 off"], [{ m: 0.07 }, "landmarks are 0.07 m off in space"]]) {
    const choice = new SourceChoice(stepsOf(ALL));
    assert.equal(choice.tested(await result(by)), false);
    assert.equal(choice.left[0].why, why);
  }
});

test("each model is held to its own places", async () => {
  const lite = () => ({ frame: expectedFrame(film, "lite", 0), ms: 1 });
  assert.equal((await tested(lite, "lite")).worst_px, 0);
  assert.equal((await tested(lite, "full")).worst_px, 6);
});

/** A worker that answers as it is told. */
class MadeUpWorker {
  constructor(answer) {
    this.answer = answer;
    this.heard = [];
    this.isOver = false;
  }

  postMessage(message, handedOver) {
    this.heard.push({ ...message, handedOver });
    const said = this.answer(message);
    if (said !== null) queueMicrotask(() => this.onmessage({ data: said }));
  }

  terminate() {
    this.isOver = true;
  }
}

const POSE = { wasm_sha256: "h", assets: { bundle: "b", loader: "l", wasm: "w" }, models: { full: { address: "m", sha256: "s" } } };
const STEP = { source: "landmarks", model: "full", delegate: "CPU" };
const frame = () => landmarkFrame({ t: 5, luma: 1, people: null, covered: null, found: null }, { width: 2, height: 2 });

function finderOf(answer) {
  const worker = new MadeUpWorker(answer);
  return { worker, finder: new PoseFinder(POSE, STEP, () => worker) };
}

test("the worker is told where its files are, and gives a frame for each picture", async () => {
  const { worker, finder } = finderOf((message) => (message.type === "open" ? { type: "opened" }
    : { type: "pose", id: message.id, frame: frame(), ms: 12 }));
  await finder.opened;
  assert.deepEqual(worker.heard[0].assets, { bundle: "b", loader: "l", wasm: "w", model: "m" });
  assert.deepEqual(worker.heard[0].sha256, { wasm: "h", model: "s" });
  const picture = {};
  const found = await finder.find(picture, 5, { width: 2, height: 2 });
  assert.deepEqual([found.points, found.ms, found.frame.byteLength], [null, 12, 806]);
  assert.deepEqual(worker.heard[1].handedOver, [picture]);
  assert.equal(finder.isBusy, false);
  finder.close();
  assert.ok(worker.isOver);
});

test("a worker that fails is ended, and everything that is asked of it is refused with the cause", async () => {
  const { worker, finder } = finderOf((message) => (message.type === "open" ? { type: "opened" }
    : { type: "failed", cause: "context-lost" }));
  await finder.opened;
  await assert.rejects(finder.find({}, 5, { width: 2, height: 2 }), /context-lost/);
  assert.ok(worker.isOver);
  let closed = 0;
  const picture = { close: () => { closed += 1; } };
  await assert.rejects(finder.find(picture, 6, { width: 2, height: 2 }), /context-lost/);
  assert.equal(closed, 1);
});

test("what is loaded is told while it loads", async () => {
  const { worker, finder } = finderOf(() => null);
  const shares = [];
  finder.onLoading = (share) => shares.push(share);
  for (const share of [0.1, 0.6]) worker.onmessage({ data: { type: "loading", share } });
  worker.onmessage({ data: { type: "opened" } });
  await finder.opened;
  assert.deepEqual(shares, [0.1, 0.6]);
});

test("steps that come and go: it stays, goes down, or back up to pictures", () => {
  const all = stepsOf(ALL);
  const without = stepsOf({ ...ALL, pictures: false });
  const at = (name, before, after) => {
    const choice = new SourceChoice(before, name);
    choice.change(after);
    return choice.step === null ? null : nameOf(choice.step);
  };
  assert.equal(at("full CPU", all, without), "full CPU");
  assert.equal(at("picture", all, without), "lite CPU");
  assert.equal(at("picture", all, stepsOf({ ...ALL, models: ["full"], pictures: false })), null);
  assert.equal(at("lite CPU", without, all), "picture");
  assert.equal(at("full CPU", without, all), "full CPU");
});

test("one picture at a time, and none for a worker that could not be opened", async () => {
  const { finder } = finderOf((message) => (message.type === "open" ? { type: "opened" } : null));
  await finder.opened;
  const first = finder.find({}, 5, { width: 2, height: 2 });
  let closed = 0;
  const picture = { close: () => { closed += 1; } };
  await assert.rejects(finder.find(picture, 6, { width: 2, height: 2 }), /busy/);
  await assert.rejects(finder.check(picture, { width: 2, height: 2 }), /busy/);
  assert.equal(closed, 2, "a camera has few pictures");
  finder.close();
  await assert.rejects(first, /closed/);
  const { finder: broken } = finderOf(() => ({ type: "failed", cause: "webgl" }));
  await assert.rejects(broken.opened, /webgl/);
});
