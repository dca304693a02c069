// Pure: which finder of poses a page ends up with.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PoseSource } from "../../formcheck/web/live/client/pose_source.js";
import { nameOf, whyOf } from "../../formcheck/web/live/client/source_choice.js";
import { framesOf } from "./film_frames.mjs";

const POSE = {
  package: "@mediapipe/tasks-vision", version: "0.10.35", wasm_sha256: "ab", assets: {},
  models: { full: { address: "/f", sha256: "cd" }, lite: { address: "/l", sha256: "ef" } },
};

/** A finder that is so far off and takes so long, or fails in a run. */
class MadeUpFinder {
  constructor(step, { px = 0.5, ms = 20, fails = null, cause = "webgl", off = {}, balanced = false }) {
    Object.assign(this, { step, px, ms, fails, off, runs: 0, isOver: false, forgot: 0 });
    this.opened = fails === "open" ? Promise.reject(new Error(cause)) : Promise.resolve({ balanced });
    this.opened.catch(() => {});
  }

  async find() {
    if (this.fails === this.runs) throw new Error("context-lost");
    const px = typeof this.px === "function" ? this.px(this.runs) : this.px;
    const frame = framesOf(this.step.model, this.runs, { px, ...this.off });
    this.runs += 1;
    return { frame, ms: this.ms };
  }

  forget() {
    this.forgot += 1;
  }

  close() {
    this.isOver = true;
  }
}

function sourceOf(finders, { landmarks = true, pose = POSE, storage = null, now = () => 1000 } = {}) {
  const opened = [];
  const source = new PoseSource(pose, landmarks, {
    storage, userAgent: "a browser".repeat(50), now, picture: async () => ({}),
    finder: (_, step) => {
      const finder = new MadeUpFinder(step, finders[`${step.model} ${step.delegate}`] ?? {});
      opened.push({ step, finder });
      return finder;
    },
  });
  return { source, opened };
}

test("a browser that does well on its graphics card says so in the set-up message", async () => {
  const { source, opened } = sourceOf({});
  assert.equal(source.ready, null);
  await source.begin();
  assert.equal(opened.length, 1);
  assert.equal(opened[0].finder.forgot, 1);
  assert.deepEqual(source.ready.estimator, {
    package: "@mediapipe/tasks-vision", version: "0.10.35", wasm_sha256: "ab", model: "full", model_sha256: "cd",
    delegate: "GPU", user_agent: "a browser".repeat(50).slice(0, 300),
    self_test: { runs: 30, ms_p50: 20, ms_p90: 20, worst_px: 0.5 }, balanced: false,
  });
});

test("a worker that looks into the mirror says so in the set-up message", async () => {
  const { source } = sourceOf({ "full GPU": { balanced: true } });
  await source.begin();
  assert.equal(source.ready.estimator.balanced, true);
});

for (const [fault, what] of Object.entries({
  "a shoulder off": { off: { px: 4, mark: 12 } }, "a hidden ankle called visible": { off: { seen: 0.2, mark: 27 } },
  "presence off": { off: { present: 0.1 } }, "a knee 8 cm off in space": { off: { m: 0.08, mark: 25 } },
  "4 px off": { px: 4 }, "right only in the first run": { px: (run) => (run === 0 ? 0 : 40) }, "80 ms a picture": { ms: 80 },
  "context lost": { fails: 12 }, "no WebGL": { fails: "open" },
})) {
  test(`${fault}: the next step is taken, and the worker is ended`, async () => {
    const { source, opened } = sourceOf({ "full GPU": what });
    await source.begin();
    assert.equal(source.ready.estimator.delegate, "CPU");
    assert.deepEqual(opened.map(({ finder }) => finder.isOver), [true, false]);
    assert.equal(source.choice.left[0].step, "full GPU");
  });
}

test("a step that takes seconds a picture is not waited for", async () => {
  const { source, opened } = sourceOf({ "full GPU": { ms: 2400 } });
  await source.begin();
  assert.ok(opened[0].finder.runs <= 8, String(opened[0].finder.runs));
  assert.equal(source.ready.estimator.delegate, "CPU");
});

test("where nothing does well pictures go to the server", async () => {
  const { source } = sourceOf({ "full GPU": { px: 4 }, "full CPU": { ms: 45 } });
  await source.begin();
  assert.equal(source.ready, null);
  assert.equal(source.choice.step.source, "picture");
});

test("nothing is opened where the server takes no landmarks or has no files", async () => {
  for (const given of [{ landmarks: false }, { pose: null }]) {
    const { source, opened } = sourceOf({}, given);
    await source.begin();
    assert.equal(source.ready, null);
    assert.equal(opened.length, 0);
  }
});

test("a finder that is left gives way to the next step, tried in fewer runs", async () => {
  const { source, opened } = sourceOf({});
  await source.begin();
  const left = source.leave("slow");
  assert.equal(source.ready, null);
  await left;
  assert.equal(source.ready.estimator.delegate, "CPU");
  assert.equal(source.ready.estimator.self_test.runs, 12);
  assert.deepEqual(source.choice.left, [{ step: "full GPU", why: "slow" }]);
  source.close();
  assert.ok(opened.every(({ finder }) => finder.isOver));
});

test("a lost context is tried once anew on the same step, then the next one is taken", async () => {
  const { source, opened } = sourceOf({});
  await source.begin();
  await source.leave("context-lost");
  assert.deepEqual(opened.map(({ step }) => step.delegate), ["GPU", "GPU"]);
  assert.equal(source.ready.estimator.delegate, "GPU");
  await source.leave("context-lost");
  assert.equal(source.ready.estimator.delegate, "CPU");
});

for (const [fault, what] of Object.entries({
  "4 px off": { px: 4 }, "right only in the first run": { px: (run) => (run === 0 ? 0 : 40) }, "80 ms a picture": { ms: 80 },
  "context lost again": { fails: 3 }, "no WebGL any more": { fails: "open" },
})) {
  test(`in the set, ${fault} on the next step too: pictures go at once`, async () => {
    const { source } = sourceOf({ "full CPU": what });
    await source.begin();
    await source.leave("failed");
    assert.equal(source.ready, null);
    assert.equal(source.choice.step.source, "picture");
    assert.ok(!source.isStuck);
  });
}

test("where pictures may not leave the lite model follows, and then nothing", async () => {
  const { source } = sourceOf({ "full GPU": { fails: "open" }, "full CPU": { px: 4 } });
  source.allow(false);
  await source.begin();
  assert.equal(source.ready.estimator.model, "lite");
  assert.equal(source.choice.hasNext, false);
  await source.leave("failed");
  assert.ok(source.isStuck);
  source.allow(true);
  assert.equal(source.choice.step.source, "picture");
  assert.ok(!source.isStuck);
});

test("a person who forbids pictures is remembered, and a set that only pictures served goes over to lite", async () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const bad = { "full GPU": { px: 4 }, "full CPU": { px: 4 } };
  const { source } = sourceOf(bad, { storage });
  await source.begin();
  assert.ok(source.picturesCanGo);
  source.allow(false);
  await source.begin();
  assert.equal(source.ready.estimator.model, "lite");
  const { source: another } = sourceOf(bad, { storage });
  assert.ok(!another.allowed);
  assert.ok(!another.choice.steps.some(({ source: from }) => from === "picture"));
});

test("forbidding pictures leaves a finder that works alone", async () => {
  const { source, opened } = sourceOf({});
  await source.begin();
  source.allow(false);
  await source.begin();
  assert.equal(opened.length, 1);
  assert.ok(source.ready !== null);
});

test("a server without a place leads to lite, and the next set hopes for a place again", async () => {
  const { source } = sourceOf({ "full GPU": { px: 4 }, "full CPU": { px: 4 } });
  await source.begin();
  await source.takesNoPictures();
  assert.equal(source.ready.estimator.model, "lite");
  assert.ok(source.allowed);
  source.hopeForPlace();
  assert.equal(nameOf(source.choice.step), "picture");
});

test("a choice that was overtaken changes nothing any more", async () => {
  const { source, opened } = sourceOf({});
  const first = source.begin();
  source.allow(false);
  source.close();
  await first;
  assert.equal(source.ready, null);
  assert.ok(opened.every(({ finder }) => finder.isOver));
});

test("the server is told why in one of its words", () => {
  assert.deepEqual(["slow", "context-lost", "wrong", "too-long", "estimate", "worker"].map(whyOf),
    ["slow", "context-lost", "wrong", "failed", "failed", "failed"]);
});

test("the step of another day is where the next day begins", async () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  await sourceOf({ "full GPU": { px: 4 } }, { storage }).source.begin();
  const { source, opened } = sourceOf({}, { storage });
  await source.begin();
  assert.equal(opened[0].step.delegate, "CPU");
  assert.equal(source.ready.estimator.self_test.runs, 30);
});

const storageOf = (kept = new Map()) => ({
  kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value),
});

for (const cause of ["bundle", "wasm", "model", "too-long", "worker", "open"]) {
  test(`a download that failed (${cause}) is nothing that another day begins with`, async () => {
    const storage = storageOf();
    const fails = { fails: "open", cause };
    const { source } = sourceOf({ "full GPU": fails, "full CPU": fails }, { storage });
    await source.begin();
    assert.equal(nameOf(source.choice.step), "picture");
    assert.equal(sourceOf({}, { storage }).source.choice.step.delegate, "GPU");
    const { source: half } = sourceOf({ "full GPU": fails }, { storage });
    await half.begin();
    assert.equal(half.ready.estimator.delegate, "CPU");
    assert.equal(sourceOf({}, { storage }).source.choice.step.delegate, "GPU");
  });
}

test("a step of another day stays that old: after a week the better ones are tried again", async () => {
  const storage = storageOf();
  const day = 24 * 3600 * 1000;
  const bad = { "full GPU": { px: 4 }, "full CPU": { px: 4 } };
  for (const at of [0, 3, 6]) {
    const { source } = sourceOf(at < 6 ? { "full GPU": { px: 4 } } : bad, { storage, now: () => at * day });
    await source.begin();
  }
  assert.equal(nameOf(sourceOf({}, { storage, now: () => 7 * day }).source.choice.step), "picture");
  assert.equal(nameOf(sourceOf({}, { storage, now: () => 8 * day }).source.choice.step), "full GPU");
});

test("what a server without a place leads to is not where another day begins", async () => {
  const storage = storageOf();
  const { source } = sourceOf({ "full GPU": { px: 4 }, "full CPU": { px: 4 } }, { storage });
  await source.begin();
  await source.takesNoPictures();
  assert.equal(nameOf(source.choice.step), "lite CPU");
  assert.equal(nameOf(sourceOf({}, { storage }).source.choice.step), "picture");
});
