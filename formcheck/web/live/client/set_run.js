/** One set from the camera's opening to its end: pictures go from the video through the encoder to the socket. */

import { Encoder, LONG_SIDES, pictureOf, sentSize, watchPictures } from "./capture.js";
import { closeCamera, openCamera, showCamera, watchCamera } from "./camera.js";
import { Connection } from "./connection.js";
import { LANDMARK_FLOW, PICTURE_FLOW, SlowWatch } from "./flow.js";
import { landmarkMessage } from "./landmark_message.js";
import { landmarkSetupMessage, setupMessage } from "./protocol.js";
import { PaceWatch } from "./source_choice.js";
import { TROUBLES } from "./troubles.js";
import { browserWorld } from "./world.js";

const STATS_EVERY_MS = 1000;
/** How often the socket is looked after, ms. */
const WATCH_MS = 250;
/** So many pictures in a row that could not be encoded: the browser will not do it. */
const UNREADABLE = 30;
/** Cameras that give 60 pictures a second: every second one is enough to find poses in, ms. */
const LEAST_APART_MS = 25;
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
   * @param {import("./pose_source.js").PoseSource|null} source of poses in this browser
   */
  constructor(video, data, sessionNumber, handlers, source = null) {
    this.source = source;
    /** @type {import("./pose_source.js").Finding|null} */
    this.finding = null;
    this.pace = new PaceWatch();
    /** Landmarks on their way, by time: the overlay draws them with what the server says of them. */
    this.found = new Map();
    this.isTooSlow = false;
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
    this.finding = this.source?.ready ?? null;
    this.finding?.finder.forget();
    /** Landmarks of a set are in pixels of one size, which its set-up says. */
    this.foundIn = this.#size();
    this.found.clear();
    this.pace.reset();
    this.connection = new Connection(this.#set(), {
      onReady, onFinished, onTrouble,
      onFrame: (frame, ageMs) => this.#frame(frame, ageMs),
      onPlace: () => {
        if (this.pending !== null && !this.#isBusy) this.#take(this.pending);
      },
    }, browserWorld(), this.finding === null ? PICTURE_FLOW : LANDMARK_FLOW);
  }

  #set() {
    const url = new URL(this.data.socket_path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("token", this.data.token);
    const { setup } = this.data;
    const said = this.finding === null ? setupMessage(setup, this.sessionNumber, this.#size())
      : landmarkSetupMessage(setup, this.sessionNumber, this.foundIn, this.finding.estimator);
    return { url: url.href, setup: said };
  }

  /** The finder looks at one picture at a time; pictures that are sent are bounded by the connection alone. */
  get #isBusy() {
    return this.finding !== null && this.finding.finder.isBusy;
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
    if (this.finding !== null && captureMs - this.lastT < LEAST_APART_MS) return;
    const t = Math.max(captureMs, this.lastT + 0.5);
    if (!this.#isBusy && this.connection.wantsPicture()) {
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
    let bytes = null;
    try {
      bytes = this.finding === null ? await this.encoder.encode(this.video, this.#size()) : await this.#find(t);
    } catch {
      // Counted below: one picture is nothing, many are a trouble.
    }
    if (this.over || connection !== this.connection) return;
    this.unreadable = bytes === null ? this.unreadable + 1 : 0;
    if (this.unreadable >= UNREADABLE) this.handlers.onTrouble(TROUBLES["picture-unreadable"]);
    else connection.encoded(t, bytes);
    this.#watchFinder();
  }

  /** The message of the landmarks in the picture that the video shows now. */
  async #find(t) {
    const size = this.foundIn;
    const picture = await pictureOf(this.video);
    if (picture === null) return null;
    const { frame, points, ms } = await this.finding.finder.find(picture, t, size);
    const now = performance.now();
    this.isTooSlow = document.visibilityState === "visible" && this.pace.isTooSlow(now, ms);
    this.found.set(t, points?.map(([x, y, visibility]) => [x / size.width, y / size.height, visibility]) ?? null);
    return landmarkMessage([frame]);
  }

  /** A finder that failed, or got too slow, is left for the next step: before the set begins, it begins anew so. */
  #watchFinder() {
    if (this.finding === null) return;
    const { cause } = this.finding.finder;
    if (cause === null && !this.isTooSlow) return;
    if (this.stage !== "setup") return;
    this.isTooSlow = false;
    this.source.leave(cause ?? "too slow");
    this.connection.close(true);
    this.#connect();
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
    this.handlers.onFrame(this.#withPose(frame), ageMs);
    if (frame.stage === "done") this.finish();
  }

  /** An answer to landmarks need not repeat them. */
  #withPose(frame) {
    if (this.finding === null) return frame;
    const pose = frame.pose ?? this.found.get(frame.t) ?? null;
    for (const t of this.found.keys()) if (t <= frame.t) this.found.delete(t);
    return { ...frame, pose };
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
      // Smaller pictures are less to send, but no less work for a finder here.
      const isSmallest = this.finding !== null || this.longSide === smallest;
      if (this.finding === null) this.longSide = smallest;
      this.handlers.onTrouble(TROUBLES[isSmallest ? "still-slow" : "too-slow"]);
    }
  }
}
