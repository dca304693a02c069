// A video that stays on this device: what is written when, how much of it, and that nothing is left of what is not wanted.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LocalVideo, MOST_BYTES, fileOf, typeOf } from "../../formcheck/web/live/client/local_video.js";

function stage({ room = 1e9, fails = false } = {}) {
  const told = { rows: new Map(), pieces: new Map(), ends: [] };
  const store = {
    put: async (_kind, row) => { told.rows.set(row.id, row); },
    addPiece: async (_kind, id, n, bytes) => { told.pieces.set(`${id} ${n}`, bytes); },
    pieces: async (_kind, id) => [...told.pieces].filter(([key]) => key.startsWith(`${id} `)).map(([, bytes]) => bytes),
    remove: async (_kind, id) => {
      told.rows.delete(id);
      for (const key of told.pieces.keys()) if (key.startsWith(`${id} `)) told.pieces.delete(key);
    },
  };
  const recorder = { state: "recording", start: () => {}, stop: () => {
    recorder.state = "inactive";
    recorder.give(3);
    recorder.onstop?.();
  }, give: (size) => recorder.ondataavailable({ data: { size, arrayBuffer: async () => new ArrayBuffer(Math.min(size, 8)) } }) };
  const world = { type: "video/webm;codecs=vp9", clock: () => 4321, room: async () => room, recorder: () => {
    if (fails) throw new Error("no");
    return recorder;
  } };
  const kept = { id: "v", owner: "me", made_at: 5, exercise: "wall-squat" };
  const video = new LocalVideo({}, store, kept, world, (why) => told.ends.push(why));
  return { told, store, recorder, video };
}

test("each second is there as soon as it is recorded", async () => {
  const { told, recorder, video } = stage();
  await video.start();
  recorder.give(100);
  recorder.give(50);
  await video.work;
  assert.equal(told.pieces.size, 2);
  assert.deepEqual([told.rows.get("v").bytes, told.rows.get("v").began_ms, told.rows.get("v").set_id], [150, 4321, null]);
  await video.belongsTo("set-1");
  assert.deepEqual([told.rows.get("v").bytes, told.rows.get("v").set_id], [153, "set-1"]);
});

test("it is bounded, and what there is stays", async () => {
  const { told, recorder, video } = stage();
  await video.start();
  recorder.give(MOST_BYTES - 10);
  recorder.give(100);
  await video.work;
  assert.deepEqual(told.ends, ["full"]);
  assert.equal(told.pieces.size, 1);
  await video.belongsTo("set-1");
  assert.equal(told.rows.get("v").full, true);
});

test("a device without room keeps none, and a browser that cannot record says so", async () => {
  const full = stage({ room: 50_000_000 });
  await full.video.start();
  assert.deepEqual(full.told.ends, ["full"]);
  const refused = stage({ fails: true });
  await refused.video.start();
  assert.deepEqual(refused.told.ends, ["refused"]);
});

test("of a set that was cancelled nothing is left", async () => {
  const { told, recorder, video } = stage();
  await video.start();
  recorder.give(100);
  await video.drop();
  assert.equal(told.rows.size + told.pieces.size, 0);
});

test("what browsers play elsewhere is preferred, and the file is named by it", async () => {
  assert.equal(typeOf({ isTypeSupported: () => true }), "video/mp4;codecs=avc1.42E01F");
  assert.equal(typeOf({ isTypeSupported: (type) => type.includes("vp8") }), "video/webm;codecs=vp8");
  assert.equal(typeOf(undefined), null);
  const { store, recorder, video } = stage();
  await video.start();
  recorder.give(8);
  await video.work;
  const file = await fileOf(store, video.video);
  assert.deepEqual([file.size, file.type], [8, "video/webm"]);
  assert.match(file.name, /^wall-squat-\d{4}-\d\d-\d\d-\d{4}\.webm$/);
});

test("a set that ends before it is known how much room there is records nothing afterwards", async () => {
  const { told, video } = stage();
  const starting = video.start();
  await video.stop();
  await starting;
  assert.equal(video.recorder, null);
  assert.deepEqual(told.ends, []);
});
