// A set on this device while there is no network: what is kept, and what is sent when the server is reached.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../formcheck/web/live/client/connection.js";
import { MOST_SET_FRAMES } from "../../formcheck/web/live/client/contract.js";
import { KEPT_FLOW, LANDMARK_FLOW } from "../../formcheck/web/live/client/flow.js";
import { KeptRun, SetKeeper, framesOf, entriesOf } from "../../formcheck/web/live/client/kept_set.js";
import { framesIn, landmarkFrame, timeOf } from "../../formcheck/web/live/client/landmark_message.js";

const SETUP = JSON.stringify({ type: "setup", version: 1, source: "landmarks", session_number: 4 });
const frameAt = (t) => landmarkFrame({ t, luma: 90, people: null, covered: null, found: null }, { width: 640, height: 480 });

/** A store in memory with what a keeper uses of it. */
class Store {
  constructor() {
    this.sets = new Map();
    this.stored = new Map();
  }

  async put(_kind, set) {
    this.sets.set(set.id, set);
  }

  async addPiece(_kind, id, n, bytes) {
    this.stored.set(`${id} ${n}`, bytes);
  }

  async pieces(_kind, id) {
    return [...this.stored].filter(([key]) => key.startsWith(`${id} `)).map(([, bytes]) => bytes);
  }

  async remove(_kind, id) {
    this.sets.delete(id);
    for (const key of this.stored.keys()) if (key.startsWith(`${id} `)) this.stored.delete(key);
  }
}

function keeper(store, held = []) {
  return new SetKeeper(store, { id: "a", owner: "me", made_at: 5, setup: SETUP }, (id) => { held.push(id); return () => held.splice(held.indexOf(id), 1); });
}

test("a set that has begun is in the store within a second, from its set-up on", async () => {
  const [store, held] = [new Store(), []];
  const kept = keeper(store, held);
  for (let i = 0; i < 45; i += 1) kept.add(frameAt(10 * i));
  await kept.work;
  assert.equal(store.sets.size, 0, "nobody would miss a set-up");
  kept.begin();
  for (let i = 45; i < 100; i += 1) kept.add(frameAt(10 * i));
  await kept.work;
  assert.deepEqual(held, ["a"]);
  const there = await framesOf(store, "a");
  assert.ok(there.length >= 75, `${there.length} of 100 are written`);
  assert.deepEqual(there.map(timeOf), Array.from({ length: there.length }, (_, i) => 10 * i));
  kept.finish();
  kept.leave();
  assert.deepEqual(held, [], "this window, too, may offer it now");
  await kept.work;
  assert.equal((await framesOf(store, "a")).length, 100);
  assert.equal(store.sets.get("a").finished, true);
});

test("a set that is measured is nowhere on the device", async () => {
  const store = new Store();
  const kept = keeper(store);
  for (let i = 0; i < 40; i += 1) kept.add(frameAt(10 * i));
  kept.begin();
  await kept.drop();
  kept.add(frameAt(900));
  kept.write();
  await kept.work;
  assert.equal(store.sets.size + store.stored.size, 0);
});

test("a browser that keeps nothing loses nothing of the set that is open", async () => {
  const refuses = { put: () => Promise.reject(new Error("no")), addPiece: () => Promise.reject(new Error("no")) };
  const kept = keeper(refuses);
  kept.begin();
  for (let i = 0; i < 40; i += 1) kept.add(frameAt(10 * i));
  await kept.work;
  assert.equal(kept.frames.length, 40);
});

/** Time and sockets that move only when told to. */
function world() {
  const stage = { now: 0, timers: new Map(), sockets: [], heard: { finished: [], troubles: [] } };
  stage.world = {
    clock: () => stage.now,
    later: (act, ms) => {
      const handle = Symbol("timer");
      stage.timers.set(handle, { act, at: stage.now + ms });
      return handle;
    },
    cancel: (handle) => stage.timers.delete(handle),
    open: (url) => {
      const socket = { url, texts: [], times: [], send: (data) => {
        if (typeof data === "string") socket.texts.push(JSON.parse(data));
        else socket.times.push(...framesIn(data.slice(2)).map(timeOf));
      }, close: () => {} };
      stage.sockets.push(socket);
      return socket;
    },
  };
  stage.handlers = {
    onReady: () => {}, onFrame: () => {}, onPlace: () => {}, onFinished: (each) => stage.heard.finished.push(each),
    onTrouble: ({ code }) => stage.heard.troubles.push(code),
  };
  stage.pass = (ms) => {
    const until = stage.now + ms;
    for (;;) {
      const [due] = [...stage.timers].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at);
      if (due === undefined) break;
      stage.timers.delete(due[0]);
      stage.now = Math.max(stage.now, due[1].at);
      due[1].act();
    }
    stage.now = until;
  };
  stage.tell = (message) => stage.sockets.at(-1).onmessage({ data: JSON.stringify(message) });
  stage.ready = (changes = {}) => {
    stage.sockets.at(-1).onopen();
    stage.tell({ type: "ready", set_id: "set-1", limits: { max_fps: 240, in_flight: 15 }, last_t: null, ...changes });
  };
  /** The server answers to all that it was sent. */
  stage.answer = () => {
    const socket = stage.sockets.at(-1);
    if (socket.times.length > 0) stage.tell({ type: "frame", t: socket.times.at(-1) });
  };
  return stage;
}

test("a set of another visit is sent whole, as fast as the server lets it, and then ended", () => {
  const stage = world();
  const frames = Array.from({ length: 600 }, (_, i) => frameAt(1000 + 33 * i));
  const run = new KeptRun({ id: "a", setup: SETUP, steps: [] }, frames, (setup) => ({ url: "ws://here", setup }), stage.handlers, stage.world);
  assert.equal(run.sessionNumber, 4);
  stage.ready();
  const [socket] = stage.sockets;
  assert.deepEqual([socket.texts[0].kept, socket.texts[0].version], [true, 2], "an older page's set is told anew");
  let passed = 0;
  while (socket.texts.at(-1).type !== "finish" && passed < 60_000) {
    stage.pass(5);
    passed += 5;
    stage.answer();
  }
  assert.deepEqual(socket.times, frames.map(timeOf));
  assert.ok(passed >= 600 / 240 * 1000 && passed < 6000, `it takes ${passed} ms of the 20 s that it was done in`);
  stage.tell({ type: "finished", set_id: "set-1", reps: 3, summary_ready: true });
  assert.equal(stage.heard.finished.length, 1);
});

test("another finder is told of where it took over", () => {
  const stage = world();
  const set = { id: "a", setup: SETUP, steps: [[2, '{"type":"step_down"}']] };
  new KeptRun(set, [10, 20, 30].map(frameAt), (setup) => ({ url: "ws://here", setup }), stage.handlers, stage.world);
  stage.ready();
  const sent = [];
  const [socket] = stage.sockets;
  const { send } = socket;
  socket.send = (data) => { sent.push(typeof data === "string" ? JSON.parse(data).type : "frames"); send(data); };
  for (let i = 0; i < 20; i += 1) {
    stage.pass(20);
    stage.answer();
  }
  assert.deepEqual(sent, ["frames", "step_down", "frames", "finish"]);
});

test("a kept set waits for the network as long as it takes, and says so", () => {
  const stage = world();
  const connection = new Connection({ url: "ws://here", setup: SETUP }, stage.handlers, stage.world, KEPT_FLOW, entriesOf([frameAt(10)]));
  for (let i = 0; i < 300; i += 1) {
    stage.sockets.at(-1).onclose({ code: 1006 });
    stage.pass(4000);
  }
  assert.deepEqual([...new Set(stage.heard.troubles)], ["offline"]);
  connection.finish();
  stage.sockets.at(-1).onclose({ code: 1006 });
  stage.pass(200_000);
  assert.equal(stage.heard.troubles.at(-1), "offline-done");
  stage.ready();
  stage.pass(10);
  assert.deepEqual(stage.sockets.at(-1).times, [10]);
});

test("what is taken while a kept set is being sent comes behind it", () => {
  const stage = world();
  const connection = new Connection({ url: "ws://here", setup: SETUP }, stage.handlers, stage.world, KEPT_FLOW, entriesOf([10, 20, 30].map(frameAt)));
  assert.ok(connection.wantsPicture());
  connection.taken(40);
  connection.encoded(40, frameAt(40));
  stage.ready();
  for (let i = 0; i < 20; i += 1) {
    stage.pass(10);
    stage.answer();
  }
  assert.deepEqual(stage.sockets.at(-1).times, [10, 20, 30, 40]);
});

test("a set that was measured without what is still here is not taken for the whole", () => {
  const stage = world();
  const connection = new Connection({ url: "ws://here", setup: SETUP }, stage.handlers, stage.world, LANDMARK_FLOW);
  stage.ready();
  connection.keepsPictures = true;
  stage.sockets.at(-1).onclose({ code: 1006 });
  connection.taken(10);
  connection.encoded(10, frameAt(10));
  stage.pass(300);
  stage.sockets.at(-1).onopen();
  stage.tell({ type: "finished", set_id: "set-1", reps: 1, summary_ready: true });
  assert.deepEqual(stage.heard.finished, []);
  assert.equal(stage.heard.troubles.at(-1), "set-gone");
});

test("no more is kept of a set than the server takes", () => {
  const kept = keeper(new Store());
  const frame = frameAt(10);
  for (let i = 0; i < MOST_SET_FRAMES + 5; i += 1) kept.add(frame);
  assert.equal(kept.frames.length, MOST_SET_FRAMES);
});

test("frames that were looked at in the mirror are kept whole", async () => {
  const store = new Store();
  const kept = keeper(store);
  const marks = { image: new Float32Array(66).fill(0.5), world: new Float32Array(99), visibility: new Float32Array(33), presence: new Float32Array(33) };
  const frames = Array.from({ length: 31 }, (_, i) => landmarkFrame({ t: i, luma: 90, people: null, covered: null, found: marks,
    mirror: i % 30 === 0 ? marks : null }, { width: 640, height: 480 }));
  frames.forEach((frame) => kept.add(frame));
  kept.begin();
  kept.finish();
  kept.leave();
  await kept.work;
  assert.deepEqual(await framesOf(store, "a"), frames);
});
