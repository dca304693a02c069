/** A set within a call, at the client's: the call's camera, found poses, what the server says of them, cues. */

import { make, setText, show } from "../../live/client/dom.js";
import { PAST_MS, NO_CONNECTION, Readings } from "../../live/client/measures.js";
import { Overlay } from "../../live/client/overlay.js";
import { Panel } from "../../live/client/panel.js";
import { ScreenLight } from "../../live/client/screen.js";
import { SetRun } from "../../live/client/set_run.js";
import { Speaker } from "../../live/client/speaker.js";
import { Narrator } from "../../live/client/speech.js";
import { SLOW } from "../../live/client/troubles.js";
import { CLOCK_MS } from "./call.js";
import { SOCKET_PATH } from "./contract.js";

const LOOK_MS = 50;
/** What is about a picture older than this is not said any more, ms. */
const UNSAID_MS = 2000;
/** While the clinician speaks, and for this long after, the page's voice is silent: captions remain, ms. */
const QUIET_MS = 600;

/** Where landmarks are kept to be sent anew when the server was started anew: this page alone, as long as it is open. */
const IN_MEMORY = Object.freeze({ put: async () => {}, addPiece: async () => {}, remove: async () => {} });
/** Nobody has anything to do about these in a call: the set goes on by itself, and the clinician ends it. */
const BY_ITSELF = new Set(["offline", "offline-done", "socket-lost"]);

/**
 * @typedef {Object} SetHandlers
 * @property {(stage: string) => void} onStage
 * @property {(trouble: import("../../live/client/troubles.js").Trouble) => void} onTrouble
 * @property {() => void} onOver
 * @property {(ms: number|null) => void} onLine how long pictures and their answers are on their way; null where none are
 * @property {() => boolean} isVoiceHeard
 */

export class MeasuredSet {
  /**
   * @param {HTMLVideoElement} video that shows one's own camera
   * @param {HTMLCanvasElement} canvas over it
   * @param {import("../../live/client/measures.js").Shown[]} measures
   * @param {SetHandlers} handlers
   */
  constructor(video, canvas, measures, handlers) {
    this.video = video;
    this.handlers = handlers;
    this.panel = new Panel(measures, { goOn: () => this.run?.goOn() });
    this.overlay = new Overlay(canvas);
    this.readings = new Readings();
    this.narrator = new Narrator();
    this.speaker = new Speaker(window.speechSynthesis, window.SpeechSynthesisUtterance);
    this.light = new ScreenLight();
    const { gauges, numbers } = this.panel.readouts;
    this.element = make("div", { class: "fr-set" }, this.panel.element, gauges, numbers);
    /** @type {SetRun|null} */
    this.run = null;
    this.isFoundHere = false;
    /** @type {Object<string, string|null>} */
    this.bands = {};
    this.heardAt = -Infinity;
    this.panel.reset();
  }

  /**
   * Begin a set, or go on with one.
   * @param {MediaStream} stream of the call
   * @param {{token: string, set_id: string|null}} live
   * @param {import("./contract.js").TargetsShown} targets
   * @param {import("../../live/client/pose_source.js").PoseSource|null} source
   */
  begin(stream, live, targets, source) {
    this.close(false);
    const { exercise_name: _, ...asked } = targets;
    const setup = { ...asked, model: "auto", keep_video: false };
    this.leg = targets.leg;
    this.slowTold = new Set();
    this.light.hold();
    this.panel.busy("Getting ready");
    this.run = new SetRun(this.video, {
      socket_path: SOCKET_PATH, token: live.token, set_id: live.set_id, setup, clock_ms: CLOCK_MS,
    }, 1, {
      onCamera: () => {},
      onShape: (width, height) => {
        this.overlay.fit(width, height);
        this.overlay.score(this.leg);
        this.narrator.reset();
      },
      onReady: (ready) => {
        this.panel.begin(ready, this.leg);
        if (!ready.resumed) this.readings.begin();
      },
      onFrame: (frame, ageMs) => this.#frame(frame, ageMs),
      onPose: (pose) => this.overlay.aim(pose, this.bands),
      onSource: (here) => { this.isFoundHere = here; },
      onFinished: () => {
        this.close(false);
        this.handlers.onOver();
      },
      onTrouble: (trouble) => this.#trouble(trouble), onAway: () => {},
      // Landmarks are a few bytes: where their answers are late, a smaller picture in the call would not bring them sooner.
      onStats: (stats) => this.handlers.onLine(this.isFoundHere ? null : stats.line_ms),
    }, source, IN_MEMORY);
    this.look = setInterval(() => this.#look(), LOOK_MS);
    this.run.open(stream);
  }

  get isOn() {
    return this.run !== null;
  }

  /** Go on with a fresh token. @param {{token: string}} live */
  renew(live) {
    this.run?.renew({ token: live.token });
  }

  finish() {
    if (this.run === null) return;
    this.panel.measuring();
    this.run.finish();
  }

  /** @param {import("./quality.js").Step} step */
  pace(step) {
    this.run?.sendAtMost(step.picturesLongSide, step.picturesFps);
  }

  /** What the clinician says to do: spoken and shown. @param {string} text */
  cue(text) {
    this.say(text, "cue");
    this.panel.tell({ text, kind: "fix", lead: "Your clinician" }, performance.now());
  }

  /** @param {string} text @param {"cue"|"safety"|"count"} rank */
  say(text, rank) {
    if (!this.#isQuiet() || rank === "safety") this.speaker.say({ text, rank, at: performance.now() });
  }

  /** @param {boolean} drop the set in the server too */
  close(drop) {
    clearInterval(this.look);
    this.run?.close(drop);
    this.run = null;
    this.overlay.stop();
    this.light.release();
    this.readings.stop(NO_CONNECTION);
    this.panel.reset();
    this.handlers.onLine(null);
  }

  #isQuiet() {
    const now = performance.now();
    if (this.handlers.isVoiceHeard()) this.heardAt = now;
    return now - this.heardAt < QUIET_MS;
  }

  #frame(frame, ageMs) {
    const now = performance.now();
    this.handlers.onStage(frame.stage);
    this.readings.take(frame, now, ageMs);
    const knees = frame.measures[this.panel.readouts.alignmentMeasure] ?? {};
    this.bands = { left: knees.left?.band ?? null, right: knees.right?.band ?? null };
    // A pose of the past would lie beside the person; one that was found here is drawn without waiting for the server.
    if (!this.isFoundHere && ageMs < PAST_MS) this.overlay.aim(frame.pose, this.bands);
    this.panel.frame(frame, now);
    const said = this.narrator.utterances(frame, now, this.panel.target);
    if (ageMs < UNSAID_MS) for (const { text, rank } of said) this.say(text, rank);
  }

  #look() {
    this.panel.readings(this.readings, performance.now());
  }

  #trouble(trouble) {
    this.readings.stop(NO_CONNECTION);
    // Of what makes it slow once each.
    if (SLOW.has(trouble.code)) {
      if (this.slowTold.has(trouble.code)) return;
      this.slowTold.add(trouble.code);
    }
    if (BY_ITSELF.has(trouble.code)) return;
    if (trouble.over) this.close(false);
    else this.panel.note(`${trouble.cause} ${trouble.next}`.trim(), performance.now());
    this.handlers.onTrouble(trouble);
  }
}

/** A line of text that comes and goes: a cue outside of a set. */
export class Caption {
  constructor() {
    this.element = make("p", { class: "fr-caption", "data-testid": "caption", "aria-live": "assertive", hidden: true });
    this.timer = 0;
  }

  /** @param {string} text @param {number} ms */
  tell(text, ms = 5000) {
    clearTimeout(this.timer);
    setText(this.element, text);
    show(this.element, true);
    this.timer = setTimeout(() => show(this.element, false), ms);
  }
}
