/**
 * Finds one person's landmarks in pictures, on the person's own device. One worker a page: it is ended, never opened
 * twice, since MediaPipe does not give memory back.
 *
 * In: `{type: "open", assets: {bundle, loader, wasm, model}, sizes: {wasm, model}, sha256: {wasm, model},
 * delegate}` once; then
 * `{type: "frame", id, picture, t, width, height, people}`, the picture a VideoFrame, an ImageBitmap or an ImageData of
 * that size, one at a time, `people` where those in view are to be counted; `{type: "check", picture, width, height}`, a
 * picture that is known and not of the camera; `{type: "forget"}` where another camera or set begins.
 * Out: `{type: "loading", share}`; `{type: "opened", balanced}`, `balanced` where it looks into the mirror once a second;
 * `{type: "pose", id, frame, ms}`, the frame as
 * `landmark_message.js` makes it, `ms` without the look into the mirror; `{type: "checked", points}`, x, y in pixels of the known picture, null where nobody is
 * found in it, undefined where what looks at single pictures is not open; or `{type: "failed", cause}`, after which the worker is of no more use.
 */

import { Belief } from "./belief.js";
import { CoverWatch } from "./cover.js";
import { landmarkFrame } from "./landmark_message.js";
import { MirrorSchedule, mirrored, nearest } from "./mirror.js";
import { PeopleLook, boxOf } from "./people.js";
import { RepeatWatch } from "./repeats.js";
import { foundOf, readLandmarks } from "./result_bytes.js";

/** MediaPipe is told that time runs this much faster, so that its smoothing has nothing to hold on to. */
const CLOCK_STRETCH = 10_000;
const IMAGE_STREAM = "normalized_landmarks";
const WORLD_STREAM = "world_landmarks";
/** Of each landmark of a stream: x, y, z, and in the picture visibility and presence. */
const NEEDED = Object.freeze({ [IMAGE_STREAM]: 5, [WORLD_STREAM]: 3 });
/** So many frames in a row whose numbers are none: it does not come right by itself. */
const MOST_NOT_FINITE = 10;
/** Brightness is taken from every so many-th pixel of every so many-th row. */
const LUMA_STRIDE = 8;
/** Enough to tell one person from several; each one costs time. */
const MOST_PEOPLE = 3;
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
/** How often the page is told how much is loaded: in so many steps. */
const LOADING_STEPS = 50;

/** @typedef {"bundle"|"wasm"|"model"|"hash"|"webgl"|"software"|"presence"|"not-finite"|"context-lost"|"estimate"|"open"} Cause */

const covers = new CoverWatch();
const belief = new Belief();
const repeated = new RepeatWatch();
let landmarker = null;
let raw = {};
let firstT = null;
let lastMs = -1;
let notFinite = 0;
let canvas = null;
let context = null;
let failed = false;
/** Opens a landmarker of this graph. @type {((options: Object) => Promise<Object>)|null} */
let openLandmarker = null;
/** Looks at single pictures and mirror images, for several people; null where it could not be opened. */
let peopleFinder = null;
/** @type {PeopleLook|null} */
let look = null;
/** People who were counted and not told of yet. */
let people = null;
const mirrorLooks = new MirrorSchedule();

/** @param {Cause} cause @param {unknown} [error] */
function fail(cause, error) {
  if (failed) return;
  failed = true;
  self.postMessage({ type: "failed", cause, detail: String(error?.message ?? error ?? "").slice(0, 300) });
}

/** Read a file and tell how much of it is there. */
async function bytesOf(address, onBytes) {
  const answer = await fetch(address, { mode: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const parts = [];
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    onBytes(value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Whether these bytes are what the server says they are, which is told of every set. @param {string} sha256 hexadecimal */
async function isRight(bytes, sha256) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}

/** Adds up what is loaded of files of these sizes, and tells the page. */
function loading({ wasm, model }) {
  let loaded = 0;
  let told = -1;
  return (bytes) => {
    loaded += bytes;
    const share = Math.min(1, loaded / (wasm + model));
    if (Math.floor(share * LOADING_STEPS) === told) return;
    told = Math.floor(share * LOADING_STEPS);
    self.postMessage({ type: "loading", share });
  };
}

async function open({ assets, sizes, sha256, delegate }) {
  let cause = "bundle";
  try {
    const onBytes = loading(sizes);
    // MediaPipe fetches its WebAssembly itself, and finds it in the browser's cache then.
    const wasm = bytesOf(assets.wasm, onBytes);
    const model = bytesOf(assets.model, onBytes);
    for (const each of [wasm, model]) each.catch(() => {});
    const [{ PoseLandmarker }, loader] = await Promise.all([import(assets.bundle), import(assets.loader)]);
    cause = "wasm";
    const wasmBytes = await wasm;
    cause = "model";
    const modelAssetBuffer = await model;
    cause = "hash";
    if (!await isRight(modelAssetBuffer, sha256.model)) throw new Error("another model");
    if (!await isRight(wasmBytes, sha256.wasm)) throw new Error("another WebAssembly");
    cause = "webgl";
    const graphics = new OffscreenCanvas(1, 1).getContext("webgl2");
    if (graphics === null) throw new Error("no WebGL");
    cause = "software";
    if (delegate === "GPU" && isSoftware(graphics)) throw new Error("no graphics card");
    cause = "open";
    let module = null;
    openLandmarker = (options) => {
      // MediaPipe forgets it with each one that is opened.
      self.ModuleFactory = async (given) => {
        module = await loader.default(given);
        return module;
      };
      // Without a context: MediaPipe makes its own.
      const canvas = new OffscreenCanvas(1, 1);
      canvas.addEventListener("webglcontextlost", () => fail("context-lost"));
      return PoseLandmarker.createFromOptions({ wasmBinaryPath: assets.wasm }, {
        baseOptions: { modelAssetBuffer: modelAssetBuffer.slice(), delegate }, canvas, ...options,
      });
    };
    landmarker = await openLandmarker({ runningMode: "VIDEO", numPoses: 1 });
    for (const stream of [IMAGE_STREAM, WORLD_STREAM]) listenTo(module.simpleListeners, stream);
    await openPeopleFinder();
    self.postMessage({ type: "opened", balanced: peopleFinder !== null });
  } catch (error) {
    fail(cause, error);
  }
}

/** Whether a program stands for the graphics card: right, but a hundred times slower than the CPU by itself. */
function isSoftware(graphics) {
  const names = graphics.getExtension("WEBGL_debug_renderer_info");
  const name = names === null ? "" : graphics.getParameter(names.UNMASKED_RENDERER_WEBGL);
  return SOFTWARE.test(String(name));
}

/**
 * Open what counts people. It holds everything up for a while, so it is done before the first frame. Where it cannot be
 * done nobody counts.
 */
async function openPeopleFinder() {
  try {
    peopleFinder = await openLandmarker({ runningMode: "IMAGE", numPoses: MOST_PEOPLE });
  } catch {
    // How many people are in view is then not known, as with a page that does not look.
  }
}

/** Read what a stream of MediaPipe's graph emits before MediaPipe does. */
function listenTo(listeners, stream) {
  const theirs = listeners[stream];
  listeners[stream] = (bytes, isEnd, time) => {
    if (!isEnd) raw[stream] ??= readLandmarks(bytes, NEEDED[stream]);
    theirs(bytes, isEnd, time);
  };
}

function pixels(picture, width, height) {
  if (picture instanceof ImageData) return picture;
  if (canvas === null || canvas.width !== width || canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height);
    context = canvas.getContext("2d", { alpha: false, colorSpace: "srgb", willReadFrequently: true });
  }
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

function estimate({ id, picture, t, width, height, people: isAsked }) {
  const began = performance.now();
  const image = pixels(picture, width, height);
  firstT ??= t;
  const ms = Math.max(Math.round(t - firstT), lastMs + 1);
  lastMs = ms;
  raw = {};
  landmarker.detectForVideo(image, ms * CLOCK_STRETCH);
  let covered = null;
  let points = null;
  const seen = raw[IMAGE_STREAM] !== undefined;
  if (seen && !(raw[IMAGE_STREAM] && raw[WORLD_STREAM])) {
    fail("presence");
    return;
  }
  const found = seen ? foundOf(raw[IMAGE_STREAM], raw[WORLD_STREAM]) : null;
  notFinite = seen && found === null ? notFinite + 1 : 0;
  if (notFinite >= MOST_NOT_FINITE) {
    fail("not-finite");
    return;
  }
  if (found === null) {
    belief.forget();
    covers.forget();
    mirrorLooks.reset();
  } else {
    points = Array.from(found.visibility, (_, i) => [
      found.image[2 * i] * width, found.image[2 * i + 1] * height]);
    covered = covers.covered(t / 1000, image, points, belief.of(found.visibility, found.presence));
  }
  const repeats = repeated.isRepeated(image);
  const took = performance.now() - began;
  const mirror = found !== null && peopleFinder !== null && mirrorLooks.isDue(t) ? lookIntoMirror(image, points) : null;
  const frame = landmarkFrame({ t, luma: lumaOf(image), people, covered, found, repeats, mirror }, { width, height });
  people = null;
  self.postMessage({ type: "pose", id, frame, ms: took }, [frame]);
  if (isAsked && peopleFinder !== null) look ??= new PeopleLook(image, points === null ? null : boxOf(points));
  if (look !== null) lookOn();
}

/** Find somebody in a picture that is known, beside the camera's: the graphics card may have gone wrong since the start. */
function check({ picture, width, height }) {
  let points;
  if (peopleFinder !== null) {
    const [person] = peopleFinder.detect(pixels(picture, width, height)).landmarks;
    points = person?.map(({ x, y }) => [x * width, y * height]) ?? null;
  }
  self.postMessage({ type: "checked", points });
}

/** What the mirror image of a picture shows of the person who is known; null where nobody is found in it. */
function lookIntoMirror(image, points) {
  const { landmarks, worldLandmarks } = peopleFinder.detect(new ImageData(mirrored(image), image.width, image.height));
  const at = nearest(landmarks, points, image);
  if (at === null) return null;
  return {
    image: Float32Array.from(landmarks[at].flatMap(({ x, y }) => [x, y])),
    world: Float32Array.from(worldLandmarks[at].flatMap(({ x, y, z }) => [x, y, z])),
  };
}

/** Look at one more part of the picture in which people are counted. */
function lookOn() {
  look.next(({ data, width, height }) => peopleFinder.detect(new ImageData(data, width, height)).landmarks
    .map((person) => person.map(({ x, y }) => [x, y])));
  if (!look.isOver) return;
  people = look.count;
  look = null;
}

/** Mean of all colours of some pixels, as the server takes it from pictures. */
function lumaOf({ width, height, data }) {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < height; row += LUMA_STRIDE) {
    for (let column = 0; column < width; column += LUMA_STRIDE) {
      const at = 4 * (row * width + column);
      sum += data[at] + data[at + 1] + data[at + 2];
      count += 3;
    }
  }
  return sum / count;
}

self.onmessage = ({ data }) => {
  if (failed) return;
  if (data.type === "open") {
    open(data);
  } else if (data.type === "forget") {
    belief.forget();
    covers.forget();
    repeated.forget();
    mirrorLooks.reset();
    look = people = null;
  } else if (landmarker !== null) {
    try {
      if (data.type === "check") check(data);
      else estimate(data);
    } catch (error) {
      fail("estimate", error);
    }
  }
};
