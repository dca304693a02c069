/**
 * One set from the camera's opening to its end: pictures go from the video through the encoder to the socket, or their
 * landmarks do. A finder of poses that fails in mid-set gives way to the next one: the pictures that the camera gives
 * until that is there wait on this device, so that nothing of the set is lost.
 */

import { Encoder, LONG_SIDES, copyOf, pictureOf, sentSize, watchPictures } from "./capture.js";
import { closeCamera, openCamera, showCamera, watchCamera } from "./camera.js";
import { Connection } from "./connection.js";
import { holdHere } from "./device_store.js";
import { KEPT_FLOW, LANDMARK_FLOW, PICTURE_FLOW, SlowWatch, Thinning } from "./flow.js";
import { SetKeeper, entriesOf } from "./kept_set.js";
import { LocalVideo, recordingWorld } from "./local_video.js";
import { CameraRate, brightnessOf, exposureMs, slowBecause } from "./pace.js";
import { PeopleSchedule } from "./people.js";
import {
  cameraMessage, goOnMessage, keptSetupMessage, landmarkSetupMessage, setupMessage, stepDownMessage,
} from "./protocol.js";
import { PaceWatch, whyOf } from "./source_choice.js";
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
/** In the set the finder is held to a picture that is known this often, ms. */
const CHECK_MS = 10_000;
/** Where pictures may leave the device they are sent after this time without a finder, ms. */
const WITHOUT_FINDER_MS = 4000;
/** Pictures that wait for a finder are this far apart, ms, and further where they become too many: they are 1 MB each. */
const WAITING_APART_MS = 60;
const MOST_WAITING = 90;
/** In these stages a lost socket must not lose pictures. */
const KEEPING = new Set(["calibrate", "countdown", "set", "paused"]);
/** In these the set-up is put right. */
const BEFORE = new Set(["setup", "calibrate"]);

/** The network, or the set in the server, is gone: landmarks are kept here, and the set is sent anew. */
const AWAY = new Set(["socket-gone", "socket-refused", "set-gone"]);

/** A set that the server loses is sent anew so many times: one at which its worker ends would be so for ever. */
const MOST_RESENT = 2;

/**
 * @typedef {Object} RunHandlers
 * @property {(camera: import("./camera.js").OpenCamera) => void} onCamera it is on and shows
 * @property {(width: number, height: number) => void} onShape a set begins with pictures of this shape
 * @property {(ready: import("./contract.js").Ready) => void} onReady
 * @property {(frame: import("./contract.js").Frame, ageMs: number) => void} onFrame
 * @property {(finished: import("./contract.js").Finished) => void} onFinished
 * @property {(trouble: import("./troubles.js").Trouble) => void} onTrouble
 * @property {(pose: number[][]|null) => void} onPose it was found here: x, y as shares of the picture, and visibility
 * @property {(here: boolean) => void} onSource poses are found here from now on, or pictures go to the server
 * @property {(stats: Object) => void} onStats
 * @property {(when: "begins"|"goes-on"|"done") => void} onAway there is no network: the set is on this device alone
 */

export class SetRun {
  /**
   * @param {HTMLVideoElement} video
   * @param {import("./component.js").Component["data"]} data
   * @param {number} sessionNumber
   * @param {RunHandlers} handlers
   * @param {import("./pose_source.js").PoseSource|null} source of poses in this browser
   * @param {import("./device_store.js").DeviceStore|null} device where sets are kept while there is no network
   */
  constructor(video, data, sessionNumber, handlers, source = null, device = null) {
    this.source = source;
    this.device = device;
    /** @type {SetKeeper|null} */
    this.keeper = null;
    this.isKept = false;
    /** How often the server has lost the set that is under way. */
    this.timesGone = 0;
    /** @type {LocalVideo|null} */
    this.recording = null;
    /** @type {import("./pose_source.js").Finding|null} */
    this.finding = null;
    this.pace = new PaceWatch(source?.choice.isPatient);
    this.people = new PeopleSchedule();
    this.isTooSlow = false;
    /** Whether a finder was left and the next one is not there yet. */
    this.isStepping = false;
    this.isStuck = false;
    /** The finding for which a picture is being taken, until it is dealt with. @type {import("./pose_source.js").Finding|null} */
    this.taking = null;
    this.waitedT = -Infinity;
    /** Pictures that wait are no closer together, ms. */
    this.waitApartMs = WAITING_APART_MS;
    /** Pictures that wait for it. @type {{t: number, picture: ImageBitmap}[]} */
    this.waiting = [];
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
    /** Of pictures that are sent no more are taken than this lets through. */
    this.thinning = new Thinning();
    this.slow = new SlowWatch();
    this.cameraRate = new CameraRate();
    /** Pictures that the page was told of. */
    this.pictures = 0;
    this.stage = "setup";
  }

  /** @param {string|MediaStream} choice of the camera, or the stream of one */
  async open(choice) {
    this.source?.hopeForPlace();
    // Where pictures may not leave there is nothing to begin with before it is known that poses can be found here.
    if (this.source !== null && !this.source.picturesCanGo) await this.source.begin();
    if (this.over) return;
    if (this.source?.isStuck) {
      this.handlers.onTrouble(TROUBLES["no-way"]);
      return;
    }
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
    if (this.over || this.connection === null) return;
    const watch = setInterval(() => this.connection.watch(), WATCH_MS);
    const count = setInterval(() => this.#count(), STATS_EVERY_MS);
    this.offs.push(watchPictures(this.video, (captureMs, now) => this.#picture(captureMs, now)),
      () => clearInterval(watch), () => clearInterval(count));
  }

  finish() {
    if (this.connection === null) return;
    this.keeper?.finish();
    this.recording?.stop();
    this.connection.finish();
    if (this.keeper !== null && this.connection.state !== "open") this.#rest();
  }

  /** Take back the end of the set that is offered. */
  goOn() {
    this.connection?.say(goOnMessage());
  }

  /** Whether the set is on this device, so that it outlives its page. */
  get isOnDevice() {
    return this.keeper !== null && this.keeper.set.begun;
  }

  /** Go on with a fresh token. @param {import("./component.js").Component["data"]} data */
  renew(data) {
    this.data = { ...this.data, token: data.token };
    this.connection?.renew(this.#set());
  }

  hurry() {
    this.connection?.hurry();
  }

  /**
   * Send pictures no larger and no more of them than this; landmarks are small as they are.
   * @param {number} longSide px @param {number} fps
   */
  sendAtMost(longSide, fps) {
    this.longSide = longSide;
    this.thinning.fps = fps;
  }

  /**
   * Let go of camera, socket and everything that runs.
   * @param {boolean} cancel also drop the set in the server
   * @param {boolean} keeps whether what is on this device of it stays there
   * @returns {Promise<void>} when the device has done so
   */
  close(cancel, keeps = !cancel) {
    const work = () => this.keeper?.work ?? Promise.resolve();
    if (this.over) return work();
    this.over = true;
    if (keeps) this.keeper?.leave();
    else this.keeper?.drop();
    if (keeps) this.recording?.stop();
    else this.recording?.drop();
    for (const off of this.offs.splice(0)) off();
    this.connection?.close(cancel);
    this.encoder?.close();
    this.#forgetWaiting();
    closeCamera(this.camera);
    if (!this.camera?.isLent) this.video.srcObject = null;
    return work();
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
    this.isStepping = this.isStuck = false;
    this.#forgetWaiting();
    /** Landmarks of a set are in pixels of one size, which its set-up says. */
    this.foundIn = this.#size();
    this.#findWith(this.source?.ready ?? null);
    this.isKept = false;
    this.timesGone = 0;
    this.recording?.drop();
    this.recording = null;
    this.keeper?.drop();
    this.keeper = this.#newKeeper();
    this.#open(this.finding === null ? PICTURE_FLOW : LANDMARK_FLOW, []);
  }

  get #picturesCanGo() {
    return this.source === null || this.source.picturesCanGo;
  }

  #open(flow, kept) {
    if (flow === PICTURE_FLOW && !this.#picturesCanGo) {
      this.isStuck = true;
      this.handlers.onTrouble(TROUBLES["no-way"]);
      return;
    }
    this.connection = new Connection(this.#set(), {
      onReady: this.handlers.onReady,
      onFinished: (finished) => {
        this.keeper?.drop();
        this.#hasVideo(finished);
      },
      onTrouble: (trouble) => this.#trouble(trouble),
      onFrame: (frame, ageMs) => this.#frame(frame, ageMs),
      onPlace: () => this.#next(),
      onNoPictures: () => this.#step(() => this.source.takesNoPictures(), "failed"),
    }, browserWorld(), flow, kept);
  }

  #newKeeper() {
    if (this.finding === null || this.device === null) return null;
    const set = { id: crypto.randomUUID(), owner: this.data.owner, made_at: Date.now(), setup: this.#set().setup };
    return new SetKeeper(this.device, set, holdHere);
  }

  /** What waits for the result waits for its video, too: the page asks for it by the set's id. */
  async #hasVideo(finished) {
    await this.recording?.belongsTo(finished.set_id);
    this.handlers.onFinished(finished);
  }

  /** Keep the video on this device, as the person asked for, from where the set may begin. */
  #record() {
    if (this.recording !== null || this.keeper === null || !this.data.setup.keep_video) return;
    const world = recordingWorld();
    if (world === null) {
      this.handlers.onTrouble(TROUBLES["video-refused"]);
      return;
    }
    const { exercise } = this.data.setup;
    const { id } = this.keeper.set;
    const video = { id, owner: this.data.owner, made_at: Date.now(), exercise };
    this.recording = new LocalVideo(this.camera.stream, this.device, video, world, (why) => {
      this.handlers.onTrouble(TROUBLES[`video-${why}`]);
    });
    this.recording.start();
  }

  #trouble(trouble) {
    if (this.keeper !== null && AWAY.has(trouble.code)) {
      if (trouble.code === "set-gone") this.timesGone += 1;
      if (this.timesGone <= MOST_RESENT) this.#keepOn();
      else this.handlers.onTrouble(TROUBLES["set-unmeasured"]);
      return;
    }
    // The server has looked at all of it.
    if (trouble.code === "not-assessable") this.keeper?.drop();
    this.handlers.onTrouble(trouble);
  }

  /** The set goes on without network; all of it is sent when that is back, and then what is taken meanwhile. */
  #keepOn() {
    const { finishing } = this.connection;
    this.isKept = true;
    this.keeper.begin();
    if (!finishing) this.#record();
    this.#open(KEPT_FLOW, entriesOf(this.keeper.frames, this.keeper.set.steps));
    if (finishing) this.connection.finish();
    this.handlers.onTrouble(TROUBLES[finishing ? "offline-done" : "offline"]);
    this.handlers.onAway(finishing ? "done" : KEEPING.has(this.stage) ? "goes-on" : "begins");
  }

  /** Done, but not measured: nothing more is looked at. */
  #rest() {
    closeCamera(this.camera);
    if (!this.camera?.isLent) this.video.srcObject = null;
    this.handlers.onTrouble(TROUBLES["offline-done"]);
    this.handlers.onAway("done");
  }

  #set() {
    const url = new URL(this.data.socket_path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("token", this.data.token);
    const { setup } = this.data;
    if (this.isKept) return { url: url.href, setup: keptSetupMessage(this.keeper.set.setup) };
    const said = this.finding === null ? setupMessage(setup, this.sessionNumber, this.#size())
      : landmarkSetupMessage(setup, this.sessionNumber, this.foundIn, this.finding.estimator, this.source.allowed);
    return { url: url.href, setup: said, setId: this.data.set_id ?? null };
  }

  /** From now on these find the poses. @param {import("./pose_source.js").Finding|null} finding null: pictures go */
  #findWith(finding) {
    this.finding = finding;
    finding?.finder.forget();
    this.pace.reset();
    this.people.reset();
    this.checkedAt = null;
    this.isTooSlow = false;
    this.handlers.onSource(finding !== null);
  }

  /** The finder looks at one picture at a time; pictures that are sent are bounded by the connection alone. */
  get #isBusy() {
    return this.finding !== null && (this.taking === this.finding || this.finding.finder.isBusy);
  }

  #size() {
    return sentSize(this.video.videoWidth, this.video.videoHeight, this.longSide);
  }

  /** The camera has a new picture: it is taken if there is a place, else kept in mind until there is or a newer comes. */
  #picture(captureMs, now) {
    this.pictures += 1;
    if (this.isStuck) return;
    if (Math.abs(this.video.videoWidth / this.video.videoHeight / this.shape - 1) > SHAPE_TOLERANCE) {
      this.#turned();
      return;
    }
    const taken = captureMs + (this.data.clock_ms ?? 0);
    if (this.finding === null ? !this.thinning.isDue(taken) : taken - this.lastT < LEAST_APART_MS) return;
    const t = Math.max(taken, this.lastT + 0.5);
    if (this.isStepping || this.waiting.length > 0) {
      this.#wait(t);
      return;
    }
    if (!this.#isBusy && this.connection.wantsPicture()) {
      this.#take(t, this.video);
      return;
    }
    if (this.pending !== null && this.connection.state === "open") this.connection.stats.drop(now);
    this.pending = t;
  }

  /** There may be a place: what waits goes first. */
  #next() {
    if (this.isStepping || this.#isBusy || (this.waiting.length === 0 && this.pending === null)) return;
    if (!this.connection.wantsPicture()) return;
    const { t, picture } = this.waiting.shift() ?? { t: this.pending, picture: this.video };
    this.#take(t, picture);
  }

  /** @param {number} t @param {HTMLVideoElement|ImageBitmap} from what shows the picture */
  async #take(t, from) {
    const { connection, finding } = this;
    this.pending = null;
    this.lastT = t;
    if (finding === null) this.thinning.taken(t);
    connection.taken(t);
    this.taking = finding;
    await this.#dealWith(t, from, connection, finding);
    if (this.taking === finding) this.taking = null;
    if (!this.over && connection === this.connection) this.#next();
  }

  /** Have a picture encoded, or its landmarks found, and sent. */
  async #dealWith(t, from, connection, finding) {
    let bytes = null;
    try {
      bytes = finding === null ? await this.encoder.encode(from, this.#size()) : await this.#find(t, from);
    } catch {
      // Counted below: one picture is nothing, many are a trouble.
    }
    if (this.over) return;
    if (connection !== this.connection) {
      // What was being found when the network was given up is part of the set all the same.
      if (!this.isKept || bytes === null) return;
      this.connection.taken(t);
      this.connection.encoded(t, bytes);
      return;
    }
    this.unreadable = bytes === null ? this.unreadable + 1 : 0;
    if (this.unreadable >= UNREADABLE) this.handlers.onTrouble(TROUBLES["picture-unreadable"]);
    else connection.encoded(t, bytes);
    if (finding === this.finding) {
      await this.#checkFinder(t);
      this.#watchFinder();
    }
  }

  /** The landmarks in a picture. */
  async #find(t, from) {
    const size = this.foundIn;
    const picture = from === this.video ? await pictureOf(this.video) : from;
    if (picture === null) return null;
    const { frame, points, ms } = await this.finding.finder.find(picture, t, size, this.people.isDue(t, this.stage));
    this.keeper?.add(frame);
    this.isTooSlow = document.visibilityState === "visible" && this.pace.isTooSlow(performance.now(), ms);
    if (from === this.video && !this.over) {
      this.handlers.onPose(points?.map(([x, y, seen]) => [x / size.width, y / size.height, seen]) ?? null);
    }
    return frame;
  }

  /** Some graphics cards go wrong without a word. @param {number} t capture time of the last picture, ms */
  async #checkFinder(t) {
    const { finding } = this;
    if (finding === null || this.isStepping || this.stage !== "set") return;
    // Not at the pictures in which people are looked for: each costs a frame's time.
    this.checkedAt ??= t - CHECK_MS / 2;
    if (t - this.checkedAt < CHECK_MS) return;
    this.checkedAt = t;
    const isRight = await this.source.isStillRight();
    if (!isRight && !this.over && finding === this.finding && !this.isStepping) {
      this.#step(() => this.source.leave("wrong"), "wrong");
    }
  }

  /** A finder that failed, or got too slow, is left for the next step. */
  #watchFinder() {
    if (this.finding === null || this.isStepping) return;
    const { cause } = this.finding.finder;
    if (cause === null && !(this.isTooSlow && this.source.choice.hasNext)) return;
    this.#step(() => this.source.leave(cause ?? "slow"), whyOf(cause ?? "slow"));
  }

  /**
   * Go on in another way as soon as it is known in which.
   * @param {() => Promise<void>} leave @param {import("./contract.js").StepDown["why"]} why
   */
  async #step(leave, why) {
    const { connection, source } = this;
    this.isStepping = true;
    this.waitApartMs = WAITING_APART_MS;
    this.pending = null;
    const known = leave();
    const late = new Promise((resolve) => { setTimeout(resolve, WITHOUT_FINDER_MS); });
    await (source.picturesCanGo ? Promise.race([known, late]) : known);
    if (this.over || connection !== this.connection) return;
    // Pictures are not kept on this device: without network there is no other way on.
    if (source.isStuck || (this.isKept && source.ready === null)) {
      this.isStuck = true;
      this.#forgetWaiting();
      this.handlers.onTrouble(TROUBLES["no-way-on"]);
      return;
    }
    this.isStepping = false;
    this.#findWith(source.ready);
    const { finding } = this;
    const said = stepDownMessage(finding?.estimator ?? null, why);
    connection.goOnWith(said, finding === null ? PICTURE_FLOW : this.isKept ? KEPT_FLOW : LANDMARK_FLOW);
    this.#keepStep(said);
    this.#next();
  }

  /** Whoever sends the set anew says the same; one that goes on with pictures is not on this device any more. */
  #keepStep(said) {
    if (this.finding !== null) {
      this.keeper?.step(said);
      return;
    }
    this.keeper?.drop();
    this.keeper = null;
  }

  /** Keep the picture that the video shows now; of too many, every second one, so that they stay evenly spaced. */
  async #wait(t) {
    if (!KEEPING.has(this.stage) || t - this.waitedT < this.waitApartMs) return;
    this.waitedT = t;
    const picture = await copyOf(this.video, this.foundIn);
    if (picture === null) return;
    this.waiting.push({ t, picture });
    if (this.waiting.length > MOST_WAITING) {
      this.waiting = this.waiting.filter((each, i) => i % 2 === 0 || each.picture.close());
      this.waitApartMs *= 2;
    }
    this.#next();
  }

  #forgetWaiting() {
    for (const { picture } of this.waiting.splice(0)) picture.close();
  }

  /** The phone was turned: before the set it begins anew, in the set the phone must be turned back. */
  #turned() {
    const hasWay = this.#picturesCanGo || this.source.ready !== null;
    if (this.stage === "setup" && !this.isKept && !this.isStepping && hasWay) {
      this.connection.close(true);
      this.#connect();
    } else {
      this.handlers.onTrouble(TROUBLES.turned);
    }
  }

  #frame(frame, ageMs) {
    this.stage = frame.stage;
    this.connection.keepsPictures = KEEPING.has(frame.stage) || this.isKept;
    if (KEEPING.has(frame.stage)) {
      this.keeper?.begin();
      this.#record();
    }
    this.handlers.onFrame(frame, ageMs);
    if (frame.stage === "done") this.finish();
  }

  #count() {
    const now = performance.now();
    const { stats, state } = this.connection;
    const summary = stats.summary(now);
    this.handlers.onStats(summary);
    const camera = this.#camera(now);
    if (state !== "open" || document.visibilityState !== "visible" || now - stats.beganAt < 2 * STATS_EVERY_MS) {
      this.slow.reset();
    } else if (this.slow.isSlow(now, summary.fps, this.finding === null ? this.thinning.fps : Infinity)) {
      const because = slowBecause({
        ...camera, luma: brightnessOf(this.video), isFoundHere: this.finding !== null,
        workMs: this.finding === null ? summary.server_ms : this.pace.lastMs, lineMs: summary.line_ms,
      });
      // Smaller pictures are less to send and to read, but no less work for a finder here, and no help against the dark.
      if (because === "slow-server" || because === "slow-line") this.longSide = LONG_SIDES[LONG_SIDES.length - 1];
      this.handlers.onTrouble(TROUBLES[because]);
    }
  }

  /** Look at how the camera does, and tell the server until the set begins: it says what to do about few pictures. */
  #camera(now) {
    this.cameraRate.add(now, this.video.getVideoPlaybackQuality?.().totalVideoFrames || this.pictures);
    const cameraFps = document.visibilityState === "visible" ? this.cameraRate.fps : null;
    const exposure = exposureMs(this.camera?.track.getSettings?.());
    if (cameraFps !== null && BEFORE.has(this.stage)) this.connection.say(cameraMessage(cameraFps, exposure));
    return { cameraFps, exposureMs: exposure };
  }
}
