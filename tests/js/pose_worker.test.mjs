// The worker with a stand-in for MediaPipe: what becomes of what its graph emits.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";

const module = (text) => `data:text/javascript,${encodeURIComponent(text)}`;
/** Of each worker its own, as modules are made once. */
const assetsOf = (run) => ({
  bundle: module(`export const PoseLandmarker = globalThis.madeUp.PoseLandmarker; // ${run}`),
  loader: module(`export default async () => globalThis.madeUp.module; // ${run}`),
  wasm: "/w", model: "/m",
});
const FILES = { "/w": Buffer.from("wasm"), "/m": Buffer.from("model") };
const SIZE = { width: 64, height: 36 };
let heard = [];
let emits = null;
let runs = 0;

class Picture {
  constructor() {
    Object.assign(this, SIZE, { data: new Uint8ClampedArray(4 * SIZE.width * SIZE.height).fill(100) });
  }
}

/** What MediaPipe emits of a person whose numbers all are this one. */
function list(value, fields) {
  const size = 5 * fields;
  const bytes = new Uint8Array(33 * (2 + size));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 33; i += 1) {
    bytes.set([0x0a, size], i * (2 + size));
    for (let field = 0; field < fields; field += 1) {
      const at = i * (2 + size) + 2 + 5 * field;
      bytes[at] = ((field + 1) << 3) | 5;
      view.setFloat32(at + 1, value, true);
    }
  }
  return bytes;
}

/** A worker of its own, which was asked to open. */
async function opened(sha256 = {}) {
  heard = [];
  const listeners = { normalized_landmarks() {}, world_landmarks() {} };
  globalThis.madeUp = {
    inMirror: { landmarks: [], worldLandmarks: [] },
    module: { simpleListeners: listeners },
    PoseLandmarker: {
      createFromOptions: async () => {
        await self.ModuleFactory({});
        return {
          detect: () => madeUp.inMirror,
          detectForVideo() {
            if (emits === null) return;
            listeners.normalized_landmarks(list(emits.value, emits.fields ?? 5), false, 0);
            listeners.world_landmarks(list(emits.value, 3), false, 0);
          },
        };
      },
    },
  };
  globalThis.self = { postMessage: (said) => heard.push(said) };
  await import(`../../formcheck/web/live/client/pose_worker.js?${(runs += 1)}`);
  const sizes = { wasm: FILES["/w"].length, model: FILES["/m"].length };
  const hashes = {
    wasm: createHash("sha256").update(FILES["/w"]).digest("hex"),
    model: createHash("sha256").update(FILES["/m"]).digest("hex"), ...sha256,
  };
  self.onmessage({ data: { type: "open", assets: assetsOf(runs), sizes, sha256: hashes, delegate: "CPU" } });
  for (let i = 0; i < 200 && !heard.some(({ type }) => type === "opened" || type === "failed"); i += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

function look(t) {
  self.onmessage({ data: { type: "frame", id: t, picture: new Picture(), t, ...SIZE, people: false } });
  return heard.at(-1);
}

const isFound = ({ frame }) => (new DataView(frame).getUint8(0) & 1) === 1;

beforeEach(() => {
  emits = { value: 0.5 };
  Object.assign(globalThis, {
    ImageData: Picture,
    fetch: async (address) => new Response(FILES[address]),
    OffscreenCanvas: class {
      getContext() {
        return { getExtension: () => null };
      }

      addEventListener() {}
    },
  });
});

test("a person is found, and a frame without one is a frame of nobody", async () => {
  await opened();
  assert.equal(heard.at(-1).type, "opened");
  assert.ok(isFound(look(1)));
  emits = null;
  assert.ok(!isFound(look(34)));
});

test("a frame whose numbers are none is a frame of nobody, ten in a row end the worker", async () => {
  await opened();
  for (let i = 0; i < 30; i += 1) {
    emits = { value: i % 10 === 0 ? 0.5 : NaN };
    assert.equal(isFound(look(33 * i)), i % 10 === 0);
  }
  emits = { value: NaN };
  assert.equal(look(1000).cause, "not-finite");
});

test("once a second the person is looked for in the mirror image, too, among those who are in it", async () => {
  await opened();
  assert.equal(heard.at(-1).balanced, true);
  const somebody = (at) => Array.from({ length: 33 }, () => ({ x: at, y: at, z: at }));
  madeUp.inMirror = { landmarks: [somebody(0.1), somebody(0.4)], worldLandmarks: [somebody(1), somebody(2)] };
  const looked = [];
  for (let i = 0; i < 70; i += 1) if (look(33 * i).frame.byteLength > 806) looked.push(i);
  assert.deepEqual(looked, [0, 30, 60]);
  emits = null;
  assert.equal(look(3000).frame.byteLength, 806);
  emits = { value: 0.5 };
  const view = new DataView(look(3033).frame);
  assert.equal(view.byteLength, 806 + 660);
  assert.equal(view.getFloat32(806, true), Math.fround(Math.fround(0.4) * SIZE.width));
  assert.equal(view.getFloat32(806 + 8, true), 2);
  madeUp.inMirror = { landmarks: [], worldLandmarks: [] };
  for (let i = 1; i < 40; i += 1) assert.equal(look(3033 + 33 * i).frame.byteLength, 806);
});

test("without presence the worker refuses at once", async () => {
  await opened();
  emits = { value: 0.5, fields: 4 };
  assert.equal(look(1).cause, "presence");
});

for (const file of ["wasm", "model"]) {
  test(`another ${file} than the server says is refused`, async () => {
    await opened({ [file]: "0".repeat(64) });
    assert.deepEqual([heard.at(-1).type, heard.at(-1).cause], ["failed", "hash"]);
  });
}
