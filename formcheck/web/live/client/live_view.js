/** What the person sees and presses: it shows, says and starts what a `SetRun` does. */

import { listCameras } from "./camera.js";
import { VERSION } from "./contract.js";
import { Controls } from "./controls.js";
import { make, setText } from "./dom.js";
import { listenForKeys } from "./keys.js";
import { NO_CONNECTION, PAST_MS, Readings } from "./measures.js";
import { Overlay } from "./overlay.js";
import { Panel } from "./panel.js";
import { PoseSource } from "./pose_source.js";
import { privacySentence } from "./privacy.js";
import { ScreenLight, leaveFullScreen, toggleFullScreen } from "./screen.js";
import { browserStorage, interruptedStore, interruptedText, sessionStore, windowStorage } from "./sessions.js";
import { SetRun } from "./set_run.js";
import { Speaker } from "./speaker.js";
import { Narrator } from "./speech.js";
import { TROUBLES } from "./troubles.js";

/** Often enough that a number is gone within 0.2 s of its last good frame, ms. */
const LOOK_MS = 50;
/** Streamlit's answer with a fresh token takes this long at most, ms. */
const TOKEN_MS = 10_000;
/** What is about a picture older than this is not said any more, ms. */
const UNSAID_MS = 2000;
/** Troubles that no single result ends stay this long, ms. */
const PASSING_MS = 10_000;
/** In these stages something is lost with the page. */
const IN_SET = new Set(["set", "paused", "done"]);
const LASTING = new Set(["too-slow", "still-slow"]);
/** From this version of the socket on the server takes landmarks. */
const TAKES_LANDMARKS = 2;
const NO_STATS = Object.freeze({ fps: 0, p50_ms: null, p95_ms: null, server_ms: null, dropped: 0 });

export class LiveView {
  /** @param {import("./component.js").Component} component */
  constructor(component) {
    this.component = component;
    this.controls = new Controls({
      start: () => this.start(), finish: () => this.finish(), mute: () => this.mute(!this.speaker.muted),
      fill: () => toggleFullScreen(this.element), cancel: () => this.cancel(), retry: () => this.start(),
      reload: () => window.location.reload(), camera: (id) => this.changeCamera(id),
      stay: (stay) => this.source.allow(!stay),
    });
    this.panel = new Panel(component.data.measures);
    this.stats = make("p", { class: "fc-stats", "data-testid": "live-stats", "aria-hidden": "true" });
    const { gauges, numbers } = this.panel.readouts;
    this.element = make("div", { class: "fc-live" }, make("div", { class: "fc-grid" },
      make("div", { class: "fc-picture" }, this.controls.view, this.controls.bar, numbers),
      this.panel.element, gauges, this.stats));
    this.overlay = new Overlay(this.controls.canvas);
    this.readings = new Readings();
    this.narrator = new Narrator();
    this.speaker = new Speaker(window.speechSynthesis, window.SpeechSynthesisUtterance);
    this.light = new ScreenLight();
    this.sessions = sessionStore(browserStorage());
    this.interrupted = interruptedStore(windowStorage());
    this.source = new PoseSource(component.data.pose ?? null, VERSION >= TAKES_LANDMARKS, {
      storage: browserStorage(), userAgent: navigator.userAgent, now: () => Date.now(),
    });
    this.controls.stay.checked = !this.source.allowed;
    this.source.onChange = () => this.#tellPrivacy();
    /** @type {SetRun|null} */
    this.run = null;
    /** Where the set under way finds poses. @type {"here"|"server"|null} */
    this.where = null;
    this.source.begin();
    this.#tellPrivacy();
    this.chosenCamera = null;
    this.tellUntil = Infinity;
    this.awaitsToken = null;
    this.exercise = "";
    this.#showStats(NO_STATS);
    this.#idle(false);
    this.#tellInterrupted();
    this.mute(!component.data.voice);
    this.#theme();
    this.#listen();
  }

  /** Take new data; a set under way goes on with what it began with. @param {import("./component.js").Component} component */
  update(component) {
    const before = this.component.data;
    this.component = component;
    const { data } = component;
    if (data.voice !== before.voice) this.mute(!data.voice);
    if (data.camera !== before.camera) this.chosenCamera = null;
    this.#theme();
    if (data.token === before.token || this.awaitsToken === null) return;
    this.#tokenIsHere();
    this.run?.renew(data);
  }

  destroy() {
    this.#leave();
    this.#stop(true);
    this.source.close();
    for (const off of this.listening) off();
    this.element.remove();
  }

  /** From the person's own click, so that the browser lets us speak. */
  start() {
    this.#stop(true);
    this.speaker.unlock();
    this.light.hold();
    this.controls.tell(null);
    this.controls.interruptedSet("");
    this.controls.running(true);
    this.panel.busy("Opening the camera");
    this.#stage("opening");
    this.bands = {};
    this.element.scrollIntoView({ block: "start" });
    // The pressed button is gone: without this a keyboard would begin at the top of the page again.
    this.controls.view.focus({ preventScroll: true });
    const { data } = this.component;
    this.run = new SetRun(this.controls.video, data, this.sessions.number(), {
      onCamera: (camera) => this.#cameraIsOn(camera),
      onShape: (width, height) => this.#shape(width, height),
      onReady: (ready) => this.#ready(ready),
      onFrame: (frame, ageMs) => this.#frame(frame, ageMs),
      onPose: (pose) => this.overlay.aim(pose, this.bands),
      onSource: (here) => this.#foundNow(here ? "here" : "server"),
      onFinished: (finished) => this.#finished(finished),
      onTrouble: (trouble) => this.#trouble(trouble),
      onStats: (stats) => this.#showStats(stats),
    }, this.source);
    this.look = setInterval(() => this.#look(), LOOK_MS);
    this.run.open(this.chosenCamera ?? data.camera);
  }

  finish() {
    if (this.run === null || this.controls.finish.hidden || this.controls.finish.disabled) return;
    this.controls.finish.disabled = true;
    this.panel.measuring();
    this.run.finish();
  }

  cancel() {
    this.#stop(true);
    this.controls.tell(null);
    this.#idle(false);
    this.controls.start.focus({ preventScroll: true });
  }

  /** @param {string} id */
  changeCamera(id) {
    this.chosenCamera = id;
    if (this.run !== null) this.start();
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.speaker.mute(muted);
    this.controls.voice(muted, this.speaker.available);
  }

  async #cameraIsOn(camera) {
    this.controls.mirror(camera.mirrored);
    this.controls.listCameras(await listCameras(navigator), camera.deviceId);
  }

  #shape(width, height) {
    this.controls.shape(width, height);
    this.overlay.fit(width, height);
    this.overlay.score(this.component.data.setup.leg);
    this.narrator.reset();
    this.panel.busy("Getting ready");
  }

  #ready(ready) {
    this.exercise = ready.exercise_name;
    this.controls.tell(null);
    this.panel.begin(ready, this.component.data.setup.leg);
    if (!ready.resumed) this.readings.begin();
  }

  #frame(frame, ageMs) {
    const now = performance.now();
    this.#stage(frame.stage);
    this.controls.stage(frame.stage);
    if (this.tellUntil === 0) this.#untell();
    this.readings.take(frame, now, ageMs);
    const knees = frame.measures[this.panel.readouts.alignmentMeasure] ?? {};
    // A pose of the past would lie beside the person: the video is always now.
    this.bands = { left: knees.left?.band ?? null, right: knees.right?.band ?? null };
    // Of what is found here the overlay hears at once.
    if (this.where === "server" && ageMs < PAST_MS) this.overlay.aim(frame.pose, this.bands);
    this.panel.frame(frame, now);
    const said = this.narrator.utterances(frame, now, { holds: Boolean(this.panel.target.hold_s) });
    if (ageMs < UNSAID_MS) for (const utterance of said) this.speaker.say(utterance);
    if (frame.stage === "done") this.finish();
  }

  /** @param {"here"|"server"|null} where the set under way finds poses; null without one */
  #foundNow(where) {
    this.where = where;
    this.#tellPrivacy();
  }

  #tellPrivacy() {
    const { source } = this;
    const { picturesCanGo, loaded } = source;
    const settled = source.ready !== null ? "here" : source.isStuck ? "nowhere" : "server";
    const where = this.where ?? (source.isSettled ? settled : "choosing");
    const keepsVideo = Boolean(this.component.data.setup.keep_video);
    const more = { loaded, picturesCanGo, keepsVideo, inSet: this.where !== null };
    this.controls.tellPrivacy({ source: where, sentence: privacySentence(where, more) });
  }

  #finished({ set_id: setId, reps }) {
    const { sessionNumber } = this.run;
    if (reps > 0) this.sessions.finished();
    this.#stop(false);
    this.#idle(true);
    this.panel.finished(reps, this.exercise);
    this.component.setTriggerValue("finished", { set_id: setId, reps, session_number: sessionNumber });
  }

  #trouble(trouble) {
    this.controls.tell(trouble);
    // 0: until the next result, which shows that it is over.
    this.tellUntil = LASTING.has(trouble.code) ? performance.now() + PASSING_MS : 0;
    if (trouble.code === "token-renewing") {
      this.awaitsToken = setTimeout(() => this.#trouble(TROUBLES.token), TOKEN_MS);
      this.component.setTriggerValue("new_token", true);
    }
    if (!LASTING.has(trouble.code)) this.readings.stop(NO_CONNECTION);
    if (!trouble.over) return;
    this.#stop(false);
    this.#idle(false);
    this.controls.tell(trouble);
    this.#stage("failed");
    this.component.setTriggerValue("failed", { code: trouble.code });
  }

  #untell() {
    this.tellUntil = Infinity;
    this.controls.tell(null);
  }

  #tokenIsHere() {
    clearTimeout(this.awaitsToken);
    this.awaitsToken = null;
  }

  #look() {
    const now = performance.now();
    if (this.tellUntil > 0 && now > this.tellUntil) this.#untell();
    this.panel.readings(this.readings, now);
  }

  #showStats(stats) {
    setText(this.stats, JSON.stringify(stats));
  }

  /** @param {boolean} cancel the set in the server */
  #stop(cancel) {
    this.run?.close(cancel);
    this.run = null;
    this.#foundNow(null);
    this.#tokenIsHere();
    clearInterval(this.look);
    this.tellUntil = Infinity;
    this.overlay.stop();
    this.speaker.stop();
    this.light.release();
    this.readings.stop(NO_CONNECTION);
  }

  /** @param {boolean} again whether a set was finished before */
  #idle(again) {
    this.panel.introduce();
    this.controls.idle(again);
    this.#stage("idle");
  }

  #stage(stage) {
    if (this.element.dataset.stage === stage) return;
    this.element.dataset.stage = stage;
    this.element.toggleAttribute("data-on", stage !== "idle" && stage !== "failed");
  }

  #theme() {
    const { theme } = this.component.data;
    if (theme) this.element.dataset.theme = theme;
    else delete this.element.dataset.theme;
  }

  #listen() {
    const on = (target, name, act) => {
      target.addEventListener(name, act);
      return () => target.removeEventListener(name, act);
    };
    this.listening = [
      listenForKeys({
        m: () => this.mute(!this.speaker.muted), f: () => this.finish(), escape: () => leaveFullScreen(this.element),
      }),
      on(window, "online", () => this.run?.hurry()),
      on(window, "pagehide", () => this.#pageGoes()),
      on(window, "pageshow", ({ persisted }) => persisted && this.#tellInterrupted()),
      on(window, "resize", () => this.#fit()),
      on(document, "fullscreenchange", () => this.#fit()),
      on(document, "visibilitychange", () => this.#visibility()),
    ];
  }

  #pageGoes() {
    if (this.run === null) return;
    this.#leave();
    this.cancel();
  }

  /** Keep in mind that a set under way ends with its page. */
  #leave() {
    if (this.run !== null && IN_SET.has(this.element.dataset.stage)) this.interrupted.leave(this.panel.repsShown);
  }

  #tellInterrupted() {
    const reps = this.interrupted.take();
    if (reps !== null) this.controls.interruptedSet(interruptedText(reps));
  }

  #fit() {
    const { videoWidth, videoHeight } = this.controls.video;
    if (videoWidth > 0) this.overlay.fit(videoWidth, videoHeight);
  }

  #visibility() {
    this.light.renew();
    if (this.run === null || document.visibilityState !== "visible") return;
    const { cause, next } = TROUBLES["page-hidden"];
    this.panel.note(`${cause} ${next}`, performance.now());
    this.run.hurry();
  }
}
