/** What the person sees and presses: it shows, says and starts what a `SetRun` does. */

import { listCameras } from "./camera.js";
import { VERSION } from "./contract.js";
import { Controls } from "./controls.js";
import { deviceStore, heldByWindows } from "./device_store.js";
import { make, setText } from "./dom.js";
import { KeptRun, framesOf } from "./kept_set.js";
import { listenForKeys } from "./keys.js";
import { noteMeasured } from "./local_video.js";
import { NO_CONNECTION, PAST_MS, Readings } from "./measures.js";
import { keepForOffline } from "./offline.js";
import { Overlay } from "./overlay.js";
import { Panel } from "./panel.js";
import { PoseSource } from "./pose_source.js";
import { privacySentence } from "./privacy.js";
import { ScreenLight, closeConnectionBox, leaveFullScreen, toggleFullScreen } from "./screen.js";
import { browserStorage, interruptedStore, interruptedText, sessionStore, windowStorage } from "./sessions.js";
import { SetRun } from "./set_run.js";
import { Speaker } from "./speaker.js";
import { Narrator } from "./speech.js";
import { SLOW, TROUBLES, withLite } from "./troubles.js";
import { browserWorld } from "./world.js";

/** Often enough that a number is gone within 0.2 s of its last good frame, ms. */
const LOOK_MS = 50;
/** Streamlit's answer with a fresh token takes this long at most, ms; longer where its own socket is only coming back. */
const TOKEN_MS = 10_000;
const TOKEN_AFTER_AWAY_MS = 120_000;
/** What is asked for while Streamlit has no socket gets lost, and is asked for again, ms. */
const ASK_AGAIN_MS = 4000;
/** What is about a picture older than this is not said any more, ms. */
const UNSAID_MS = 2000;
/** Troubles that no single result ends stay this long, ms. */
const PASSING_MS = 10_000;
/** In these stages something is lost with the page. */
const IN_SET = new Set(["set", "paused", "done"]);
const LASTING = new Set([...SLOW, "video-full", "video-refused"]);
/** A slow computer looks at pictures faster with another model; the set begins anew with it, so not in mid-set. */
const EASED_BY_LITE = new Set(["slow-server"]);
const BEFORE_SET = new Set(["setup", "calibrate"]);
/** From this version of the socket on the server takes landmarks. */
const TAKES_LANDMARKS = 2;
const NO_STATS = Object.freeze({ fps: 0, p50_ms: null, p95_ms: null, server_ms: null, line_ms: null, dropped: 0 });

export class LiveView {
  /** @param {import("./component.js").Component} component */
  constructor(component) {
    this.component = component;
    this.controls = new Controls({
      start: () => this.start(), finish: () => this.finish(), mute: () => this.mute(!this.speaker.muted),
      fill: () => toggleFullScreen(this.element), cancel: () => this.cancel(), retry: () => this.start(),
      reload: () => window.location.reload(), lite: () => this.useLite(), camera: (id) => this.changeCamera(id),
      stay: (stay) => this.source.allow(!stay),
      measureKept: () => this.measureKept(), deleteKept: () => this.deleteKept(),
    });
    this.device = deviceStore();
    /** Until what the run before had on this device is there, or gone. @type {Promise<void>|undefined} */
    this.closing = undefined;
    /** One that an earlier visit left on this device. @type {import("./kept_set.js").KeptSet|null} */
    this.keptSet = null;
    this.panel = new Panel(component.data.measures, { goOn: () => this.run?.goOn() });
    /** The pose model that the person chose since, in place of the page's. @type {string|null} */
    this.model = null;
    this.stats = make("p", { class: "fc-stats", "data-testid": "live-stats", "aria-hidden": "true" });
    const { gauges, numbers } = this.panel.readouts;
    this.element = make("div", { class: "fc-live" }, make("div", { class: "fc-grid" },
      make("div", { class: "fc-picture" }, this.controls.view, this.controls.privacy, this.controls.bar, numbers),
      this.controls.trouble, this.panel.element, gauges, this.stats));
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
    this.source.begin().then(() => keepForOffline(component.data.service_worker, this.source.files));
    /** @type {SetRun|null} */
    this.run = null;
    /** Where the set under way finds poses. @type {"here"|"server"|null} */
    this.where = null;
    this.source.begin();
    this.#tellPrivacy();
    this.chosenCamera = null;
    this.modelNow = null;
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
    if (data.setup.model !== before.setup.model) this.model = null;
    this.#theme();
    if (data.token === before.token || this.awaitsToken === null) return;
    this.#tokenIsHere();
    this.run?.renew(data);
  }

  destroy() {
    this.#leave();
    this.#stop(true, true);
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
    const data = this.#data();
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
      onAway: (when) => this.#away(when),
    }, this.source, this.device);
    this.look = setInterval(() => this.#look(), LOOK_MS);
    this.run.open(this.chosenCamera ?? data.camera);
  }

  finish() {
    if (this.run === null || this.controls.finish.hidden || this.controls.finish.disabled) return;
    this.controls.finish.disabled = true;
    this.panel.measuring();
    this.run.finish();
  }

  /** Have a set measured that an earlier visit left on this device. */
  async measureKept() {
    const { keptSet } = this;
    if (keptSet === null || this.run !== null) return;
    let frames;
    try {
      frames = await framesOf(this.device, keptSet.id);
    } catch {
      frames = [];
    }
    if (this.run !== null) return;
    if (frames.length === 0) {
      await this.deleteKept();
      return;
    }
    this.controls.running(true);
    this.panel.measuring();
    this.#stage("measuring");
    this.run = new KeptRun(keptSet, frames, (setup) => this.#addressed(setup), {
      onReady: (ready) => {
        this.exercise = ready.exercise_name;
        this.controls.tell(null);
      },
      onFrame: (frame) => this.panel.frame(frame, performance.now()),
      onFinished: async (finished) => {
        try {
          await noteMeasured(this.device, keptSet.owner, keptSet.id, finished.set_id);
          await this.device.remove("sets", keptSet.id);
        } catch {
          // It is measured; what is left of it here goes by itself after some days.
        }
        this.#finished(finished);
      },
      onTrouble: (trouble) => {
        if (trouble.code === "not-assessable") this.device.remove("sets", keptSet.id).catch(() => {});
        this.#trouble(trouble);
      },
      onPlace: () => {},
    }, browserWorld());
    this.look = setInterval(() => this.#look(), LOOK_MS);
  }

  async deleteKept() {
    const { keptSet } = this;
    if (keptSet === null) return;
    try {
      await this.device.remove("sets", keptSet.id);
    } catch {
      // It goes by itself after some days.
    }
    await this.#offerKept();
  }

  cancel() {
    this.#stop(true);
    this.controls.tell(null);
    this.#idle(false);
    this.controls.start.focus({ preventScroll: true });
  }

  /** Begin anew with the lite model. */
  useLite() {
    this.model = "lite";
    this.start();
  }

  /** What a set begins with. */
  #data() {
    const { data } = this.component;
    return this.model === null ? data : { ...data, setup: { ...data.setup, model: this.model } };
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
    this.modelNow = ready.model;
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
    const said = this.narrator.utterances(frame, now, this.panel.target);
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

  /** Whether there is a lite model to go over to, which is not at work yet. */
  get #canUseLite() {
    const { models = [] } = this.component.data;
    const isAtWork = this.modelNow?.endsWith("lite") ?? false;
    return this.where === "server" && models.includes("lite") && !isAtWork && BEFORE_SET.has(this.element.dataset.stage);
  }

  #trouble(trouble) {
    if (EASED_BY_LITE.has(trouble.code) && this.#canUseLite) trouble = withLite(trouble);
    this.controls.tell(trouble);
    // 0: until the next result, which shows that it is over.
    this.tellUntil = LASTING.has(trouble.code) ? performance.now() + PASSING_MS : 0;
    if (trouble.code === "token-renewing") this.#askForToken();
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

  #askForToken() {
    this.#tokenIsHere();
    const until = performance.now() + (this.run?.isKept ? TOKEN_AFTER_AWAY_MS : TOKEN_MS);
    const ask = () => {
      if (performance.now() >= until) {
        this.#trouble(TROUBLES.token);
        return;
      }
      this.awaitsToken = setTimeout(ask, ASK_AGAIN_MS);
      this.component.setTriggerValue("new_token", true);
    };
    ask();
  }

  #tokenIsHere() {
    clearTimeout(this.awaitsToken);
    this.awaitsToken = null;
  }

  /** The socket's address with the newest token. @param {string} setup the first message */
  #addressed(setup) {
    const { socket_path: path, token } = this.component.data;
    const url = new URL(path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("token", token);
    return { url: url.href, setup };
  }

  /** Without network nobody counts, and the person says when the set is over. */
  #away(when) {
    this.#stage("set");
    this.controls.stage("set");
    this.panel.away(when);
  }

  async #offerKept() {
    try {
      await this.closing;
      const [sets, held] = [await this.device.listed("sets", this.component.data.owner, Date.now()), await heldByWindows()];
      this.keptSet = sets.find(({ id }) => !held.has(id)) ?? null;
    } catch {
      this.keptSet = null;
    }
    this.controls.keptSet(this.keptSet === null ? "" : keptText(this.keptSet));
  }

  #look() {
    const now = performance.now();
    if (this.tellUntil > 0 && now > this.tellUntil) this.#untell();
    this.panel.readings(this.readings, now);
    closeConnectionBox();
  }

  #showStats(stats) {
    setText(this.stats, JSON.stringify(stats));
  }

  /** @param {boolean} cancel the set in the server @param {boolean} keeps what is on this device of it */
  #stop(cancel, keeps = !cancel) {
    this.closing = this.run?.close(cancel, keeps) ?? this.closing;
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
    this.#offerKept();
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
    this.#stop(true, true);
    this.cancel();
  }

  /** Keep in mind that a set under way ends with its page. */
  #leave() {
    if (this.run !== null && !this.run.isOnDevice && IN_SET.has(this.element.dataset.stage)) this.interrupted.leave(this.panel.repsShown);
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

/** What is said of a set that waits on this device. @param {import("./kept_set.js").KeptSet} set */
function keptText(set) {
  const when = new Date(set.made_at).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  return `A set of ${when} is kept on this device: ${set.lasts_s} s of landmarks that were not measured yet.`;
}
