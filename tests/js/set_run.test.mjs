// A whole set with stand-ins for camera, socket, clock and worker: what a finder that fails does to it.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { pointsOf, timeOf } from "../../formcheck/web/live/client/landmark_message.js";
import { PoseSource } from "../../formcheck/web/live/client/pose_source.js";
import { SetRun } from "../../formcheck/web/live/client/set_run.js";
import { framesOf } from "./film_frames.mjs";

const POSE = {
  package: "@mediapipe/tasks-vision", version: "0.10.35", wasm_sha256: "ab", assets: {},
  models: { full: { address: "/f", sha256: "cd" }, lite: { address: "/l", sha256: "ef" } },
};
const FRAME_MS = 33;

let stage;

class Bitmap {
  constructor() {
    stage.bitmaps += 1;
  }

  close() {
    stage.bitmaps -= 1;
  }
}

class Socket {
  constructor() {
    stage.sockets.push(this);
    this.all = [];
    queueMicrotask(() => this.onopen());
  }

  send(data) {
    if (typeof data !== "string") {
      const view = new DataView(data);
      const kind = view.getUint8(0);
      const t = kind === 1 ? [view.getFloat64(1, true)]
        : Array.from({ length: view.getUint8(1) }, (_, i) => timeOf(data.slice(2 + 806 * i, 2 + 806 * (i + 1))));
      this.all.push({ kind: kind === 1 ? "picture" : "landmarks", t });
      queueMicrotask(() => this.onmessage?.({ data: JSON.stringify({ type: "frame", t: t.at(-1), stage: stage.is }) }));
      return;
    }
    const message = JSON.parse(data);
    this.all.push({ kind: message.type, ...message });
    if (message.type === "setup" || message.type === "resume") {
      const ready = { type: "ready", set_id: "set-1", resumed: message.type === "resume", last_t: stage.last };
      queueMicrotask(() => this.onmessage({ data: JSON.stringify({ ...ready, limits: { max_fps: 66, in_flight: 30 } }) }));
    }
    if (message.type === "step_down" && message.source === "picture" && stage.refuses) {
      this.onmessage({ data: JSON.stringify({ type: "error", code: "busy", reason: "No place.", remedy: "-" }) });
      queueMicrotask(() => this.onclose?.({ code: 4503 }));
    }
  }

  close() {}
}

/** A finder whose self-test goes as it is told, and that fails in the set when it is told to. */
class Finder {
  constructor(step, { px = 0.5, ms = 20, opens = true } = {}) {
    Object.assign(this, { step, px, ms, runs: 0, cause: null, isBusy: false, looked: [], onLoading: () => {} });
    this.opened = opens === true ? Promise.resolve() : opens === false ? Promise.reject(new Error("wasm")) : opens;
    this.opened.catch(() => {});
    stage.finders.push(this);
  }

  async find(picture, t, size, people) {
    if (picture instanceof Bitmap) picture.close();
    if (this.cause !== null) throw new Error(this.cause);
    this.looked.push({ t, people });
    const px = typeof this.px === "function" ? this.px(this.runs) : this.px;
    const frame = framesOf(this.step.model, this.runs, { px });
    new DataView(frame).setFloat64(4, t, true);
    this.runs += 1;
    return { frame, points: pointsOf(frame), ms: this.ms };
  }

  async check() {
    if (this.cause !== null) throw new Error(this.cause);
    return pointsOf(framesOf(this.step.model, 0, { px: this.px }));
  }

  forget() {}

  close() {
    this.cause ??= "closed";
  }
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  stage = { sockets: [], finders: [], bitmaps: 0, now: 1000, is: "set", last: null, refuses: false };
  Object.assign(globalThis, {
    window: { isSecureContext: true, location: { href: "http://here/check" } },
    document: { visibilityState: "visible", createElement: () => canvas() },
    HTMLVideoElement: class { requestVideoFrameCallback() {} },
    WebSocket: Socket, ImageBitmap: Bitmap, createImageBitmap: async () => new Bitmap(),
  });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: {
    getUserMedia: async () => ({ getVideoTracks: () => [track], getTracks: () => [track] }),
  } } });
  mock.method(performance, "now", () => stage.now);
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

const track = { getSettings: () => ({}), addEventListener() {}, removeEventListener() {}, stop() {} };

function canvas() {
  return {
    getContext: () => ({ drawImage: () => {} }),
    toBlob: (done) => done({ arrayBuffer: async () => new ArrayBuffer(8) }),
  };
}

const settled = async () => { for (let i = 0; i < 200; i += 1) await null; };

/** A set that is under way. @param {Object<string, Object>} steps how finders do, by model and delegate */
async function begun(steps, { stays = false, setup = {}, device = null } = {}) {
  const heard = { troubles: [], here: [], poses: 0 };
  const source = new PoseSource(POSE, true, {
    storage: null, userAgent: "a browser", now: () => 0, picture: async () => ({}),
    finder: (_, step) => new Finder(step, steps[`${step.model} ${step.delegate}`]),
  });
  if (stays) source.allow(false);
  await source.begin();
  const video = {
    videoWidth: 640, videoHeight: 360, readyState: 4, play: async () => {},
    requestVideoFrameCallback: (callback) => { stage.callback = callback; }, cancelVideoFrameCallback() {},
  };
  const nothing = () => {};
  const run = new SetRun(video, { socket_path: "/live", token: "a", owner: "me", setup }, 1, {
    onCamera: nothing, onShape: nothing, onReady: nothing, onFrame: nothing, onFinished: nothing, onStats: nothing,
    onTrouble: ({ code }) => heard.troubles.push(code), onSource: (here) => heard.here.push(here),
    onPose: () => { heard.poses += 1; },
    onAway: nothing,
  }, source, device);
  const opening = run.open("user");
  await settled();
  await opening;
  await settled();
  return { run, source, heard };
}

/** The camera gives pictures for so long. */
async function film(ms) {
  for (const end = stage.now + ms; stage.now < end;) {
    stage.now += FRAME_MS;
    mock.timers.tick(FRAME_MS);
    stage.callback(0, {});
    await settled();
  }
}

const sent = () => stage.sockets.flatMap(({ all }) => all);
const timesOf = (messages) => messages.flatMap(({ kind, t }) => (kind === "landmarks" || kind === "picture" ? t : []));
const gapsOf = (times) => times.slice(1).map((t, i) => t - times[i]);
const stepOf = () => sent().find(({ kind }) => kind === "step_down");

test("a set of landmarks sends two frames a message, draws each at once and looks for people now and then", async () => {
  const { run, heard } = await begun({});
  await film(2000);
  const [setup, ...rest] = sent();
  assert.deepEqual([setup.source, setup.pictures_allowed, setup.estimator.delegate], ["landmarks", true, "GPU"]);
  assert.deepEqual(heard.here, [true]);
  assert.ok(rest.filter(({ t }) => t.length === 2).length >= 25);
  assert.ok(heard.poses >= 55, String(heard.poses));
  const asked = stage.finders[0].looked.filter(({ people }) => people).length;
  assert.ok(asked >= 1 && asked <= 3, String(asked));
  run.close(false);
});

for (const [fault, break_, why] of [
  ["that hangs", (finder) => { finder.cause = "too-long"; }, "failed"],
  ["that breaks", (finder) => { finder.cause = "estimate"; }, "failed"],
  ["that takes 80 ms a picture", (finder) => { finder.ms = 80; }, "slow"],
]) {
  test(`a finder ${fault} gives way within 5 s, and no picture of the set is lost`, async () => {
    const { run, heard } = await begun({});
    await film(1000);
    break_(stage.finders[0]);
    const began = stage.now;
    await film(5000);
    const step = stepOf();
    assert.deepEqual([step.source, step.estimator.delegate, step.why], ["landmarks", "CPU", why]);
    const messages = sent();
    const after = timesOf(messages.slice(messages.indexOf(step)));
    assert.ok(after[0] - began <= 5000, String(after[0] - began));
    const times = timesOf(messages);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    assert.ok(Math.max(...gapsOf(times)) <= 150, String(Math.max(...gapsOf(times))));
    assert.deepEqual(heard.here, [true, true]);
    assert.equal(stage.bitmaps, 0);
    assert.deepEqual(heard.troubles, []);
    run.close(false);
  });
}

test("a finder that goes wrong in the set is found out by a picture that is known, and left", async () => {
  const { run } = await begun({});
  await film(11_000);
  assert.equal(stepOf(), undefined);
  stage.finders[0].px = 4;
  await film(11_000);
  assert.deepEqual([stepOf().estimator.delegate, stepOf().why], ["CPU", "wrong"]);
  run.close(false);
});

test("a lost context is tried anew on the same step", async () => {
  const { run } = await begun({});
  await film(500);
  stage.finders[0].cause = "context-lost";
  await film(1000);
  const step = stepOf();
  assert.deepEqual([step.estimator.delegate, step.why], ["GPU", "context-lost"]);
  run.close(false);
});

for (const [fault, next] of Object.entries({
  "4 px off": { px: 4 }, "right only in the first run": { px: (run) => (run === 0 ? 0 : 40) }, "80 ms a picture": { ms: 80 },
  "without WebGL or its WebAssembly": { opens: false },
})) {
  test(`where the next step is ${fault} pictures go to the server`, async () => {
    const { run, heard } = await begun({ "full CPU": next });
    await film(500);
    stage.finders[0].cause = "estimate";
    await film(1500);
    const step = stepOf();
    assert.deepEqual([step.source, step.estimator], ["picture", null]);
    assert.ok(sent().at(-1).kind === "picture");
    assert.deepEqual(heard.here, [true, false]);
    assert.ok(Math.max(...gapsOf(timesOf(sent()))) <= 150);
    run.close(false);
  });
}

test("a next step that takes long to load is waited for 4 s, and then what waited goes as pictures", async () => {
  const { run } = await begun({ "full CPU": { opens: new Promise(() => {}) } });
  await film(500);
  stage.finders[0].cause = "estimate";
  const began = stage.now;
  await film(8000);
  const messages = sent();
  const at = messages.indexOf(stepOf());
  assert.equal(messages[at].source, "picture");
  const [first] = timesOf(messages.slice(at));
  assert.ok(first - began < 150, String(first - began));
  assert.ok(Math.max(...gapsOf(timesOf(messages))) <= 150);
  assert.ok(stage.now - timesOf(messages).at(-1) < 200, "it has caught up");
  run.close(false);
});

test("where pictures may not leave, those that wait long for a finder are evenly spaced and not too many", async () => {
  let open;
  const opens = new Promise((resolve) => { open = resolve; });
  const { run } = await begun({ "full CPU": { opens } }, { stays: true });
  await film(500);
  stage.finders[0].cause = "estimate";
  await film(20_000);
  assert.ok(stage.bitmaps <= 91, String(stage.bitmaps));
  open();
  await film(3000);
  assert.equal(stepOf().estimator.delegate, "CPU");
  assert.ok(Math.max(...gapsOf(timesOf(sent()))) <= 300, String(Math.max(...gapsOf(timesOf(sent())))));
  assert.equal(stage.bitmaps, 0);
  run.close(false);
});

test("pictures that may not leave the device do not, whatever fails", async () => {
  const { run, heard } = await begun({ "full CPU": { px: 4 } }, { stays: true });
  await film(500);
  assert.equal(sent()[0].pictures_allowed, false);
  stage.finders[0].cause = "estimate";
  await film(1500);
  assert.deepEqual([stepOf().source, stepOf().estimator.model], ["landmarks", "lite"]);
  stage.finders.at(-1).cause = "estimate";
  await film(1500);
  assert.ok(heard.troubles.includes("no-way-on"));
  assert.ok(!sent().some(({ kind }) => kind === "picture"));
  assert.equal(stage.bitmaps, 0);
  run.close(false);
});

test("the last step stays although it is slow", async () => {
  const { run } = await begun({ "full GPU": { opens: false }, "full CPU": { opens: false } }, { stays: true });
  stage.finders.at(-1).ms = 80;
  await film(5000);
  assert.equal(stepOf(), undefined);
  assert.equal(sent().at(-1).kind, "landmarks");
  run.close(false);
});

test("where nothing may be done the set does not begin, and says why", async () => {
  const none = { opens: false };
  const { heard } = await begun({ "full GPU": none, "full CPU": none, "lite CPU": none }, { stays: true });
  assert.deepEqual(heard.troubles, ["no-way"]);
  assert.equal(stage.sockets.length, 0);
});

test("a server without a place for pictures gets the landmarks of the lite model", async () => {
  const { run } = await begun({ "full CPU": { px: 4 } });
  await film(500);
  stage.refuses = true;
  stage.last = stage.now;
  stage.finders[0].cause = "estimate";
  await film(4000);
  const steps = sent().filter(({ kind }) => kind === "step_down");
  assert.deepEqual(steps.map(({ source, estimator }) => estimator?.model ?? source), ["picture", "lite"]);
  assert.equal(sent().at(-1).kind, "landmarks");
  run.close(false);
});

test("while a picture is being made ready for the finder no other one is taken, and none stays open", async () => {
  const { run } = await begun({});
  await film(500);
  const ready = [];
  let asked = 0;
  globalThis.createImageBitmap = () => new Promise((resolve) => {
    asked += 1;
    ready.push(() => resolve(new Bitmap()));
  });
  await film(300);
  assert.equal(asked, 1);
  const before = stage.finders[0].looked.length;
  for (; ready.length > 0; await settled()) ready.shift()();
  assert.ok(stage.finders[0].looked.length > before);
  assert.equal(stage.bitmaps, 0);
  run.close(false);
});

test("a set of landmarks of which the video is to be kept begins: the server is not asked for one that it cannot have", async () => {
  const { run } = await begun({}, { setup: { keep_video: true } });
  await film(500);
  const [setup, first] = sent();
  assert.deepEqual([setup.source, setup.keep_video, first.kind], ["landmarks", false, "landmarks"]);
  run.close(false);
});

test("a set of pictures of which the video is to be kept asks the server for it", async () => {
  const { run } = await begun({ "full GPU": { px: 4 }, "full CPU": { px: 4 } }, { setup: { keep_video: true } });
  await film(500);
  const [setup] = sent();
  assert.deepEqual([setup.source, setup.keep_video], ["picture", true]);
  run.close(false);
});

test("a phone that is turned while a finder is missing sends no pictures that may not leave", async () => {
  stage.is = "setup";
  let open;
  const opens = new Promise((resolve) => { open = resolve; });
  const { run, heard } = await begun({ "full CPU": { opens } }, { stays: true });
  await film(500);
  stage.finders[0].cause = "estimate";
  await film(300);
  Object.assign(run.video, { videoWidth: 360, videoHeight: 640 });
  await film(1000);
  const setups = () => sent().filter(({ kind }) => kind === "setup").map(({ source, pictures_allowed: allowed }) => [source, allowed]);
  assert.deepEqual(setups(), [["landmarks", false]]);
  assert.ok(heard.troubles.includes("turned"));
  open();
  await film(1000);
  assert.deepEqual(setups(), [["landmarks", false], ["landmarks", false]], "it begins anew as soon as there is a finder");
  assert.ok(!sent().some(({ kind }) => kind === "picture"));
  run.close(false);
});

test("a phone that is turned where no way is left stays as it is", async () => {
  stage.is = "setup";
  const { run, heard } = await begun({ "full CPU": { px: 4 }, "lite CPU": { opens: false } }, { stays: true });
  stage.finders[0].cause = "estimate";
  await film(1000);
  assert.ok(heard.troubles.includes("no-way-on"));
  Object.assign(run.video, { videoWidth: 360, videoHeight: 640 });
  await film(1000);
  assert.equal(sent().filter(({ kind }) => kind === "setup").length, 1);
  assert.equal(heard.troubles.at(-1), "no-way-on");
  run.close(false);
});

test("pictures that are forbidden while the camera is being opened do not leave", async () => {
  const { run, source, heard } = await begun({ "full GPU": { px: 4 }, "full CPU": { px: 4 } });
  const asked = stage.sockets.length;
  run.close(true);
  const again = new SetRun(run.video, run.data, 2, run.handlers, source);
  const { getUserMedia } = globalThis.navigator.mediaDevices;
  globalThis.navigator.mediaDevices.getUserMedia = async () => {
    source.allow(false);
    return getUserMedia();
  };
  await again.open("user");
  await settled();
  assert.deepEqual(heard.troubles, ["no-way"]);
  assert.equal(stage.sockets.length, asked);
  again.close(false);
});

/** A device that keeps what it is given. */
class Device {
  constructor() {
    this.sets = new Map();
    this.pieces = 0;
  }

  async put(_kind, set) {
    this.sets.set(set.id, set);
  }

  async addPiece() {
    this.pieces += 1;
  }

  async remove(_kind, id) {
    this.sets.delete(id);
  }
}

test("a set at which the server's worker ends each time is sent three times in all, and then stays on the device", async () => {
  const end = (socket, error, code) => queueMicrotask(() => {
    socket.onmessage?.({ data: JSON.stringify({ type: "error", code: error, reason: "Gone.", remedy: "-" }) });
    socket.onclose?.({ code });
  });
  const device = new Device();
  const { send } = Socket.prototype;
  mock.method(Socket.prototype, "send", function sendAndLose(data) {
    if (typeof data === "string" && JSON.parse(data).type === "resume") {
      end(this, "set-gone", 4410);
      return;
    }
    send.call(this, data);
    this.frames = (this.frames ?? 0) + (typeof data === "string" ? 0 : 1);
    if (this.frames === 20) end(this, "worker-gone", 4500);
  });
  const { run, heard } = await begun({}, { device });
  await film(20_000);
  assert.equal(sent().filter(({ kind }) => kind === "setup").length, 3);
  assert.equal(heard.troubles.at(-1), "set-unmeasured");
  await run.close(false);
  assert.equal(device.sets.size, 1);
  assert.ok(device.pieces > 0);
});

for (const [fault, next, fps, apart] of [
  ["fails", { px: 4 }, null, [FRAME_MS]],
  ["takes long to load", { opens: new Promise(() => {}) }, null, [FRAME_MS]],
  ["takes long to load, at no more than 10 a second", { opens: new Promise(() => {}) }, 10, [3 * FRAME_MS, 4 * FRAME_MS]],
]) {
  test(`pictures that go to the server because the next finder ${fault} come as often as they may`, async () => {
    const { run } = await begun({ "full CPU": next });
    if (fps !== null) run.sendAtMost(640, fps);
    await film(500);
    stage.finders[0].cause = "estimate";
    await film(8000);
    const gaps = gapsOf(timesOf(sent())).slice(-18);
    assert.deepEqual([...new Set(gaps.map(Math.round))].sort((a, b) => a - b), apart);
    const wanted = 1000 / (fps ?? 1000 / FRAME_MS);
    assert.ok(Math.abs(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length / wanted - 1) < 0.03);
    run.close(false);
  });
}
