/**
 * The page's side of `pose_worker.js`: one worker, one picture at a time. A worker that has failed is ended; whoever
 * holds it opens another one, or goes down the ladder.
 */

import { pointsOf } from "./landmark_message.js";

/** Loading and compiling takes this long at most: megabytes over a slow line, ms. */
const OPEN_MS = 60_000;
/** A picture that takes longer than this tells that the worker hangs, ms. */
const ESTIMATE_MS = 3000;
/** The first one makes caches and compiles. */
const FIRST_MS = 15_000;

export class PoseFinder {
  /**
   * @param {Object} pose what the server says of its files (`web/live/browser_pose.py`)
   * @param {{model: string, delegate: string}} step
   * @param {() => Worker} [open] for tests
   */
  constructor(pose, step, open = openWorker) {
    this.step = step;
    this.waiting = null;
    this.id = 0;
    this.cause = null;
    this.hasFound = false;
    /** Told the share that is loaded. @type {(share: number) => void} */
    this.onLoading = () => {};
    this.worker = open();
    this.worker.onmessage = ({ data }) => this.#said(data);
    this.worker.onerror = () => this.#end("worker");
    const model = pose.models[step.model].address;
    /** Resolves when it may be used, with whether it looks into the mirror too (`balanced`); rejects with a cause. */
    const sizes = { wasm: pose.wasm_bytes, model: pose.models[step.model].bytes };
    const sha256 = { wasm: pose.wasm_sha256, model: pose.models[step.model].sha256 };
    const assets = { ...pose.assets, model };
    this.opened = this.#ask({ type: "open", assets, sizes, sha256, delegate: step.delegate }, [], OPEN_MS);
    this.opened.catch(() => {});
  }

  /** Whether a picture is being looked at. */
  get isBusy() {
    return this.waiting !== null;
  }

  /**
   * @param {VideoFrame|ImageBitmap|ImageData} picture handed over, unless it is an ImageData
   * @param {number} t capture time, ms @param {{width: number, height: number}} size to look at it in
   * @param {boolean} [people] whether to count the people in view from this picture on; a later frame says how many
   * @returns {Promise<{frame: ArrayBuffer, points: number[][]|null, ms: number}>} rejects with a cause
   */
  async find(picture, t, { width, height }, people = false) {
    this.id += 1;
    const message = { type: "frame", id: this.id, picture, t, width, height, people };
    const isHandedOver = typeof ImageData === "undefined" || !(picture instanceof ImageData);
    const { frame, ms } = await this.#ask(message, isHandedOver ? [picture] : [],
      this.hasFound ? ESTIMATE_MS : FIRST_MS);
    this.hasFound = true;
    return { frame, points: pointsOf(frame), ms };
  }

  /**
   * Look at a picture that is known, beside those of the camera.
   * @param {ImageBitmap} picture handed over @param {{width: number, height: number}} size
   * @returns {Promise<number[][]|null|undefined>} x, y in pixels; null where nobody is found, undefined where it cannot be
   *   looked at now; rejects with a cause
   */
  async check(picture, { width, height }) {
    const { points } = await this.#ask({ type: "check", picture, width, height }, [picture], ESTIMATE_MS);
    return points;
  }

  /** Another set begins. */
  forget() {
    if (this.cause === null) this.worker.postMessage({ type: "forget" });
  }

  close() {
    this.#end("closed");
  }

  #ask(message, handedOver, withinMs) {
    const refusal = this.cause ?? (this.waiting === null ? null : "busy");
    if (refusal !== null) {
      // What is not handed over is let go of: a camera has few pictures.
      message.picture?.close?.();
      return Promise.reject(new Error(refusal));
    }
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, timer: setTimeout(() => this.#end("too-long"), withinMs) };
      this.worker.postMessage(message, handedOver);
    });
  }

  #said(data) {
    if (data.type === "failed") {
      this.#end(data.cause);
      return;
    }
    if (data.type === "loading") {
      this.onLoading(data.share);
      return;
    }
    const { waiting } = this;
    this.waiting = null;
    if (waiting === null) return;
    clearTimeout(waiting.timer);
    waiting.resolve(data);
  }

  #end(cause) {
    this.cause ??= cause;
    this.worker.terminate();
    const { waiting } = this;
    this.waiting = null;
    if (waiting === null) return;
    clearTimeout(waiting.timer);
    waiting.reject(new Error(this.cause));
  }
}

function openWorker() {
  return new Worker(new URL("./pose_worker.js", import.meta.url), { type: "module" });
}
