/**
 * The socket of one set: it carries pictures out and results in, and outlives a lost connection.
 *
 * While the socket is lost in mid-set, pictures go into a buffer. When it is back, what the server has not analysed is
 * sent in order of time before anything newer, so that no rep is lost.
 */

import { afterClosing } from "./closing.js";
import { CLOSE } from "./contract.js";
import { FlowStats, InFlight, LostBuffer, PICTURE_FLOW, RESUMABLE_MS, backoffMs } from "./flow.js";
import { landmarkMessage } from "./landmark_message.js";
import { encodeFrame, parseMessage, resumeMessage } from "./protocol.js";
import { TROUBLES } from "./troubles.js";
import { Timers } from "./world.js";

/** A picture that is not answered for this long tells that the socket is dead, ms. */
const ANSWER_MS = 5000;
/** Starting a set takes the server this long at most: it may have to load its model, ms. */
const READY_MS = 25_000;
/** Attempts to begin a set before giving up. */
const FIRST_ATTEMPTS = 4;
/** Assessing a set takes the server this long at most, from when it is asked for, ms. */
const FINISH_MS = 60_000;
/** Without a picture for this long the server is told that we are still there, ms. */
const PING_MS = 10_000;
/** Room left below the server's limit of pictures a second when catching up. */
const PACE = 0.85;
/** Frames that come this close to each other go together: the first waits for the second no longer than this, ms. */
const TOGETHER_MS = 36;

/**
 * @typedef {Object} Handlers
 * @property {(ready: import("./contract.js").Ready) => void} onReady
 * @property {(frame: import("./contract.js").Frame, ageMs: number) => void} onFrame
 * @property {(finished: import("./contract.js").Finished) => void} onFinished
 * @property {(trouble: import("./troubles.js").Trouble) => void} onTrouble
 * @property {() => void} onPlace a picture can be taken now
 * @property {() => void} onNoPictures pictures were to be sent from here on, and the server takes none: those that wait
 *   are dropped, and it goes on with landmarks or not at all
 */

export class Connection {
  /**
   * @param {{url: string, setup: string, setId?: string|null}} set address with the token, the first message, and the id
   *   of a set that another page began and this one goes on with
   * @param {Handlers} handlers
   * @param {import("./world.js").World} world
   * @param {import("./flow.js").Flow} flow of pictures, or of landmarks
   * @param {import("./flow.js").InFlightFrame[]} kept landmarks to begin with, in order of time
   */
  constructor(set, handlers, world, flow = PICTURE_FLOW, kept = []) {
    this.flow = flow;
    this.set = set;
    this.handlers = handlers;
    this.world = world;
    this.timers = new Timers(world);
    /** @type {"connecting"|"open"|"lost"|"closed"} */
    this.state = "connecting";
    this.setId = set.setId ?? null;
    this.inFlight = new InFlight(Math.min(flow.inFlight, 2));
    this.buffer = new LostBuffer();
    this.buffer.fill(kept);
    /** Landmarks that wait for those after them. */
    this.waiting = null;
    /** What has to be sent before the next frame that is. */
    this.before = null;
    this.serverInFlight = 2;
    this.stats = new FlowStats();
    this.maxFps = Infinity;
    /** From what was sent last to what may be sent next when catching up, ms. */
    this.pauseMs = 0;
    /** So many of what was kept the server takes at once, whatever its limit a second. */
    this.granted = 0;
    this.attempt = 0;
    this.refusals = 0;
    this.lostAt = null;
    this.lastT = kept.at(-1)?.t ?? -Infinity;
    this.lastSentAt = -Infinity;
    /** Whether a lost socket must not lose pictures; of a set that has not begun they are worth nothing. */
    this.keepsPictures = flow.isKept;
    this.skip = false;
    this.finishing = false;
    this.finishSentOver = null;
    this.serverError = null;
    this.#connect();
  }

  /** Whether to take a picture now. When behind or not connected, every second one is enough. */
  wantsPicture() {
    if (this.finishing || this.state === "closed") return false;
    if (this.state === "open" && this.buffer.size === 0) return this.inFlight.hasPlace;
    if (!this.#keeps) return false;
    this.skip = this.flow.halfWhenLost && !this.skip;
    return !this.skip;
  }

  /** A picture was taken and is being encoded. @param {number} t */
  taken(t) {
    this.inFlight.add({
      t, takenAt: this.world.clock(), sentAt: null, bytes: null, late: false, flow: this.flow, before: null,
    });
  }

  /** Its bytes are there, or null when there is none. @param {number} t @param {ArrayBuffer|null} bytes */
  encoded(t, bytes) {
    const frame = this.inFlight.get(t);
    if (frame === undefined || this.state === "closed") return;
    if (bytes === null || t <= this.lastT || frame.flow !== this.flow) {
      this.inFlight.abandon(t);
    } else {
      const apartMs = t - this.lastT;
      this.lastT = t;
      frame.bytes = frame.flow === PICTURE_FLOW ? encodeFrame(t, bytes) : bytes;
      frame.before = this.before;
      this.before = null;
      if (this.state === "open" && this.buffer.size === 0) {
        this.#sendOrWait(frame, apartMs);
        return;
      }
      this.inFlight.abandon(t);
      if (this.#keeps) this.buffer.add(frame);
      else this.before = frame.before;
    }
    this.#drain();
    this.#place();
  }

  /**
   * From the next frame on it is another flow, which the server is told right before it: also where both are sent again,
   * and where they wait for a lost socket.
   * @param {string} text @param {import("./flow.js").Flow} flow
   */
  goOnWith(text, flow) {
    this.#sendWaiting();
    this.before = text;
    this.flow = flow;
    this.inFlight.limit = this.#limit;
  }

  /** Say something that is not answered; it is lost where the socket is. @param {string} text */
  say(text) {
    if (this.state === "open" && !this.finishing) this.socket.send(text);
  }

  /** End the set: everything kept is sent first. */
  finish() {
    if (this.finishing) return;
    this.finishing = true;
    this.#awaitEnd();
    this.#sendWaiting();
    this.#drain();
  }

  /** Go on with a fresh token. @param {{url: string, setup: string}} set */
  renew(set) {
    this.set = set;
    this.hurry();
  }

  /** Try at once, when the network is back. */
  hurry() {
    const waits = this.flow.isKept && this.state === "connecting" && this.socket === null;
    if (this.state === "lost" || waits) this.#connect();
  }

  /** @param {boolean} cancel also drop the set in the server */
  close(cancel) {
    if (cancel && this.state === "open") this.socket.send(JSON.stringify({ type: "cancel" }));
    this.#end();
  }

  /** To be called a few times a second: finds a socket that is dead without having closed, and keeps an idle one. */
  watch() {
    if (this.state !== "open") return;
    const now = this.world.clock();
    if (this.inFlight.overdue(now, ANSWER_MS)) {
      this.#lost();
    } else if (now - this.lastSentAt > PING_MS) {
      this.lastSentAt = now;
      this.socket.send(JSON.stringify({ type: "ping" }));
    }
  }

  #connect() {
    this.#drop();
    this.serverError = null;
    const socket = this.world.open(this.set.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(this.setId === null ? this.set.setup : resumeMessage(this.setId));
    socket.onmessage = ({ data }) => this.#message(parseMessage(data));
    socket.onclose = ({ code }) => this.#closed(code);
    this.timers.set("ready", () => this.#lost(), READY_MS);
  }

  #message(message) {
    if (message.type === "ready") {
      this.#ready(message);
    } else if (message.type === "frame") {
      this.#answered(message);
    } else if (message.type === "finished") {
      // Measured without what is still here, because nobody came back in time: it is sent whole.
      const lacks = this.flow !== PICTURE_FLOW && this.state === "lost" && this.buffer.size > 0;
      if (lacks) {
        this.#fail(TROUBLES["set-gone"]);
        return;
      }
      this.#end();
      this.handlers.onFinished(message);
    } else if (message.type === "error") {
      this.serverError = message;
    }
  }

  #ready(ready) {
    this.timers.clear("ready");
    if (this.finishing) this.#awaitEnd();
    const resumed = this.setId !== null;
    this.setId = ready.set_id;
    this.state = "open";
    this.attempt = 0;
    this.lostAt = null;
    this.serverInFlight = ready.limits.in_flight ?? 2;
    this.inFlight.limit = this.#limit;
    this.maxFps = Math.min(this.maxFps, ready.limits.max_fps ?? Infinity);
    this.pauseMs = 1000 / (PACE * this.maxFps);
    this.granted = ready.backlog ?? 0;
    this.lastSentAt = this.world.clock();
    if (resumed) this.buffer.forgetUpTo(ready.last_t);
    if (!resumed || this.stats.beganAt === 0) this.stats.begin(this.world.clock());
    this.handlers.onReady(ready);
    this.#drain();
    this.#place();
  }

  #answered(message) {
    const now = this.world.clock();
    for (const { t, late, takenAt, sentAt } of this.inFlight.sentUpTo(message.t)) {
      // Landmarks that go together have one answer, whose work is counted once.
      const isNewest = t === message.t;
      this.stats.answer(now, late ? null : now - takenAt, message.server_ms, late || !isNewest ? null : sentAt);
    }
    const frame = this.inFlight.answer(message.t);
    if (this.finishing) this.#awaitEnd();
    this.refusals = 0;
    this.handlers.onFrame(message, frame === undefined ? 0 : now - frame.takenAt);
    this.#drain();
    this.#place();
  }

  get #limit() {
    return Math.max(1, Math.min(this.serverInFlight, this.flow.inFlight));
  }

  /** Whether what cannot be sent now is kept for later. */
  get #keeps() {
    return this.keepsPictures && (this.setId !== null || this.flow.isKept);
  }

  /** Send a new frame, or let it wait for the next one where they come close to each other. */
  #sendOrWait(frame, apartMs) {
    const { waiting } = this;
    if (waiting === null && frame.flow.together > 1 && frame.before === null && apartMs <= TOGETHER_MS) {
      this.waiting = frame;
      this.timers.set("together", () => this.#sendWaiting(), TOGETHER_MS);
      return;
    }
    if (waiting !== null && frame.before === null) {
      this.waiting = null;
      this.timers.clear("together");
      this.#send([waiting, frame]);
      return;
    }
    this.#sendWaiting();
    this.#send([frame]);
  }

  #sendWaiting() {
    const { waiting } = this;
    this.timers.clear("together");
    this.waiting = null;
    if (waiting !== null && this.state === "open") this.#send([waiting]);
  }

  /** Send frames in one message. @param {import("./flow.js").InFlightFrame[]} frames of one flow */
  #send(frames) {
    const now = this.world.clock();
    for (const frame of frames) frame.sentAt = now;
    this.lastSentAt = now;
    const [{ before, bytes, flow }] = frames;
    if (before !== null) this.socket.send(before);
    this.socket.send(flow === PICTURE_FLOW ? bytes : landmarkMessage(frames.map((frame) => frame.bytes)));
  }

  /** Take the oldest frames that were kept and go together. */
  #kept() {
    const frames = [{ ...this.buffer.shift(), sentAt: null, late: true }];
    const [{ flow }] = frames;
    while (frames.length < flow.together && this.buffer.size > 0) {
      const [next] = this.buffer.frames;
      if (next.flow !== flow || next.before !== null) break;
      frames.push({ ...this.buffer.shift(), sentAt: null, late: true });
    }
    return frames;
  }

  /** Send what was kept, oldest first and not faster than the server allows; then finish if that was asked for. */
  #drain() {
    if (this.state !== "open") return;
    while (this.buffer.size > 0 && this.inFlight.hasPlace) {
      const waitMs = this.pauseMs - (this.world.clock() - this.lastSentAt);
      if (waitMs > 1 && this.granted < this.flow.together) {
        this.timers.set("drain", () => this.#drain(), waitMs);
        return;
      }
      const frames = this.#kept();
      this.granted = Math.max(0, this.granted - frames.length);
      this.pauseMs = (1000 * frames.length) / (PACE * this.maxFps);
      for (const frame of frames) this.inFlight.add(frame);
      this.#send(frames);
    }
    const outstanding = this.buffer.size + this.inFlight.size;
    if (!this.finishing || outstanding > 0 || this.finishSentOver === this.socket) return;
    this.finishSentOver = this.socket;
    this.#awaitEnd();
    this.socket.send(JSON.stringify({ type: "finish" }));
  }

  #place() {
    if (this.state === "open" && this.buffer.size === 0 && this.inFlight.hasPlace && !this.finishing) {
      this.handlers.onPlace();
    }
  }

  /**
   * The end comes in time from the newest answer on, or from when it is asked for. A set of landmarks that waits for the
   * network has all the time, one of pictures as long as the server keeps it.
   */
  #awaitEnd() {
    this.timers.set("finish", () => {
      const isKept = this.lostAt !== null && this.world.clock() - this.lostAt <= RESUMABLE_MS;
      if (this.state !== "open" && (this.flow !== PICTURE_FLOW || isKept)) this.#awaitEnd();
      else this.#fail(TROUBLES["no-answer"]);
    }, FINISH_MS);
  }

  #closed(code) {
    const { act, trouble, refused } = afterClosing({
      code, error: this.serverError, begun: this.setId !== null, finishing: this.finishing, inSet: this.keepsPictures,
      lostMs: this.lostAt === null ? null : this.world.clock() - this.lostAt, refusals: this.refusals,
    });
    if (refused) this.refusals += 1;
    if (code === CLOSE.BUSY && this.setId !== null) this.#noPictures();
    if (code === CLOSE.TOO_FAST) this.maxFps = Math.max(5, Math.min(this.maxFps, 30) / 2);
    if (act === "give-up") {
      this.#fail(trouble);
      return;
    }
    this.#lost({ retry: act === "retry" });
    if (act === "renew") this.handlers.onTrouble(trouble);
  }

  /** The server has no place for pictures: what was to be sent so is forgotten. */
  #noPictures() {
    if (this.flow !== PICTURE_FLOW) return;
    for (const frame of this.inFlight.takeUnanswered()) if (frame.flow !== PICTURE_FLOW) this.buffer.add(frame);
    this.buffer.forgetKind(PICTURE_FLOW);
    this.before = null;
    this.handlers.onNoPictures();
  }

  #lost({ retry = true } = {}) {
    this.#drop();
    const now = this.world.clock();
    const begun = this.setId !== null;
    this.state = begun ? "lost" : "connecting";
    this.waiting = null;
    for (const frame of this.inFlight.takeUnanswered()) {
      if (this.keepsPictures) this.buffer.add(frame);
      else this.before ??= frame.before;
    }
    this.lostAt ??= now;
    if (begun ? now - this.lostAt > RESUMABLE_MS : !this.flow.isKept && this.attempt >= FIRST_ATTEMPTS) {
      this.#fail(TROUBLES[begun ? "socket-gone" : "socket-refused"]);
      return;
    }
    // A token that has run out is waited for in the state in which a new one lets us go on.
    if (!retry) this.state = "lost";
    else this.timers.set("connect", () => this.#connect(), backoffMs(this.attempt));
    this.attempt += 1;
    if (!retry) return;
    if (this.flow.isKept) this.handlers.onTrouble(TROUBLES[this.finishing ? "offline-done" : "offline"]);
    else if (begun) this.handlers.onTrouble(TROUBLES["socket-lost"]);
  }

  #fail(trouble) {
    this.#end();
    this.handlers.onTrouble(trouble);
  }

  #end() {
    this.#drop();
    this.state = "closed";
    this.buffer.clear();
    this.timers.clear();
  }

  /** Let go of the socket without hearing of it again. */
  #drop() {
    this.timers.clear("ready", "connect", "drain", "together");
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
}
