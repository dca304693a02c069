/** One set from the camera's opening to its end: pictures go from the video through the encoder to the socket. */

import { Encoder, LONG_SIDES, sentSize, watchPictures } from "./capture.js";
import { closeCamera, openCamera, showCamera, watchCamera } from "./camera.js";
import { Connection } from "./connection.js";
import { SlowWatch } from "./flow.js";
import { setupMessage } from "./protocol.js";
import { TROUBLES } from "./troubles.js";
import { browserWorld } from "./world.js";

const STATS_EVERY_MS = 1000;
/** How often the socket is looked after, ms. */
const WATCH_MS = 250;
/** So many pictures in a row that could not be encoded: the browser will not do it. */
const UNREADABLE = 30;
/** Two shapes of a picture that differ by more than this share are not the same. */
const SHAPE_TOLERANCE = 0.02;
/** In these stages a lost socket must not lose pictures. */
const KEEPING = new Set(["calibrate", "countdown", "set", "paused"]);

/**
 * @typedef {Object} RunHandlers
 * @property {(camera: import("./camera.js").OpenCamera) => void} onCamera it is on and shows
 * @property {(width: number, height: number) => void} onShape a set begins with pictures of this shape
 * @property {(ready: import("./contract.js").Ready) => void} onReady
 * @property {(frame: import("./contract.js").Frame, ageMs: number) => void} onFrame
 * @property {(finished: import("./contract.js").Finished) => void} onFinished
 * @property {(trouble: import("./troubles.js").Trouble) => void} onTrouble
 * @property {(stats: Object) => void} onStats
 */

export class SetRun {
  /**
   * @param {HTMLVideoElement} video
   * @param {import("./component.js").Component["data"]} data
   * @param {number} sessionNumber
   * @param {RunHandlers} handlers
   */
  constructor(video, data, sessionNumber, handlers) {
    this.video = video;
    this.data = data;
    this.sessionNumber = sessionNumber;
    this.handlers = handlers;
    this.offs = [];
    this.over = false;
    this.camera = null;
    this.connection = null;
    this.encoder = null;
    this.longSide = LONG_SIDES[0];
    this.unreadable = 0;
    this.slow = new SlowWatch();
    this.stage = "setup";
  }

  /** @param {string} choice of the camera */
  async open(choice) {
    try {
      const camera = await openCamera(navigator, choice, window.isSecureContext);
      if (this.over) {
        closeCamera(camera);
        return;
      }
      this.camera = camera;
      this.offs.push(watchCamera(camera, () => this.handlers.onTrouble(TROUBLES["camera-unplugged"])));
      await showCamera(this.video, camera);
    } catch (trouble) {
      if (!this.over) this.handlers.onTrouble("cause" in trouble ? trouble : TROUBLES["camera-unknown"]);
      return;
    }
    if (this.over) return;
    this.encoder = new Encoder();
    this.handlers.onCamera(this.camera);
    this.#connect();
    const watch = setInterval(() => this.connection.watch(), WATCH_MS);
    const count = setInterval(() => this.#count(), STATS_EVERY_MS);
    this.offs.push(watchPictures(this.video, (captureMs, now) => this.#picture(captureMs, now)),
      () => clearInterval(watch), () => clearInterval(count));
  }

  finish() {
    this.connection?.finish();
  }

  /** Go on with a fresh token. @param {import("./component.js").Component["data"]} data */
  renew(data) {
    this.data = { ...this.data, token: data.token };
    this.connection?.renew(this.#set());
  }

  hurry() {
    this.connection?.hurry();
  }

  /** Let go of camera, socket and everything that runs. @param {boolean} cancel also drop the set in the server */
  close(cancel) {
    if (this.over) return;
    this.over = true;
    for (const off of this.offs.splice(0)) off();
    this.connection?.close(cancel);
    this.encoder?.close();
    closeCamera(this.camera);
    this.video.srcObject = null;
  }

  /** Begin a set with pictures of the shape that the camera gives now. */
  #connect() {
    const { videoWidth, videoHeight } = this.video;
    this.shape = videoWidth / videoHeight;
    this.pending = null;
    this.lastT = 0;
    this.stage = "setup";
    this.slow.reset();
    this.handlers.onShape(videoWidth, videoHeight);
    const { onReady, onFinished, onTrouble } = this.handlers;
    this.connection = new Connection(this.#set(), {
      onReady, onFinished, onTrouble,
      onFrame: (frame, ageMs) => this.#frame(frame, ageMs),
      onPlace: () => {
        if (this.pending !== null) this.#take(this.pending);
      },
    }, browserWorld());
  }

  #set() {
    const url = new URL(this.data.socket_path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("token", this.data.token);
    return { url: url.href, setup: setupMessage(this.data.setup, this.sessionNumber, this.#size()) };
  }

  #size() {
    return sentSize(this.video.videoWidth, this.video.videoHeight, this.longSide);
  }

  /** The camera has a new picture: it is taken if there is a place, else kept in mind until there is or a newer comes. */
  #picture(captureMs, now) {
    if (Math.abs(this.video.videoWidth / this.video.videoHeight / this.shape - 1) > SHAPE_TOLERANCE) {
      this.#turned();
      return;
    }
    const t = Math.max(captureMs, this.lastT + 0.5);
    if (this.connection.wantsPicture()) {
      this.#take(t);
      return;
    }
    if (this.pending !== null && this.connection.state === "open") this.connection.stats.drop(now);
    this.pending = t;
  }

  async #take(t) {
    const { connection } = this;
    this.pending = null;
    this.lastT = t;
    connection.taken(t);
    let jpeg = null;
    try {
      jpeg = await this.encoder.encode(this.video, this.#size());
    } catch {
      // Counted below: one picture is nothing, many are a trouble.
    }
    if (this.over) return;
    this.unreadable = jpeg === null ? this.unreadable + 1 : 0;
    if (this.unreadable >= UNREADABLE) this.handlers.onTrouble(TROUBLES["picture-unreadable"]);
    else connection.encoded(t, jpeg);
  }

  /** The phone was turned: before the set it begins anew, in the set the phone must be turned back. */
  #turned() {
    if (this.stage === "setup") {
      this.connection.close(true);
      this.#connect();
    } else {
      this.handlers.onTrouble(TROUBLES.turned);
    }
  }

  #frame(frame, ageMs) {
    this.stage = frame.stage;
    this.connection.keepsPictures = KEEPING.has(frame.stage);
    this.handlers.onFrame(frame, ageMs);
    if (frame.stage === "done") this.finish();
  }

  #count() {
    const now = performance.now();
    const { stats, state } = this.connection;
    const summary = stats.summary(now);
    this.handlers.onStats(summary);
    if (state !== "open" || document.visibilityState !== "visible" || now - stats.beganAt < 2 * STATS_EVERY_MS) {
      this.slow.reset();
    } else if (this.slow.isSlow(now, summary.fps)) {
      const smallest = LONG_SIDES[LONG_SIDES.length - 1];
      const trouble = TROUBLES[this.longSide === smallest ? "still-slow" : "too-slow"];
      this.longSide = smallest;
      this.handlers.onTrouble(trouble);
    }
  }
}
