/**
 * A set within a call, at the clinician's: what is to be done, the client's picture with what is measured on it, the
 * measures, cues.
 */

import { make, setText, show } from "../../live/client/dom.js";
import { Readings } from "../../live/client/measures.js";
import { Overlay } from "../../live/client/overlay.js";
import { Panel } from "../../live/client/panel.js";
import { CLOCK_MS, pageClock } from "./call.js";
import { button, field, minutes } from "./parts.js";
import { Answers, Fade, FrameClock, Waiting } from "./sync.js";

/** Measures that are later than this say by how much, ms. */
const SPOKEN_LATE_MS = 1000;
const LEGS = Object.freeze({ both: "Both", auto: "The camera finds it", left: "Left", right: "Right" });
const STAGES = Object.freeze({
  none: "No set", starting: "The client's page is getting ready", running: "Set under way", finishing: "The set is being measured",
});

/** Draws what is measured on the frame that it belongs to. */
export class MeasuredPicture {
  /** @param {Tile} tile of the client @param {Call} call */
  constructor(tile, call) {
    this.tile = tile;
    this.call = call;
    this.canvas = make("canvas", { class: "fr-overlay", "aria-hidden": "true", "data-testid": "overlay" });
    tile.video.after(this.canvas);
    this.overlay = new Overlay(this.canvas);
    this.answers = new Answers();
    this.frames = new FrameClock();
    this.fade = new Fade();
    this.isShown = true;
    /** The server's time minus that of the client's page, ms. @type {number|null} */
    this.theirOffset = null;
    /** Capture time of the frame that is shown, by the client's clock. */
    this.shownT = null;
    this.bandsOf = () => ({});
    /** What belongs to the frame that is shown. */
    this.onFrame = () => {};
    tile.video.addEventListener("resize", () => this.fit());
    this.handle = tile.video.requestVideoFrameCallback?.(this.#next);
  }

  fit() {
    const { videoWidth, videoHeight } = this.tile.video;
    if (videoWidth === 0) return;
    this.tile.element.style.setProperty("--fr-shape", (videoWidth / videoHeight).toFixed(4));
    this.overlay.fit(videoWidth, videoHeight);
  }

  /** A set begins or is over. */
  clear() {
    this.answers.clear();
    this.overlay.put(null, {}, 0);
  }

  stop() {
    this.tile.video.cancelVideoFrameCallback?.(this.handle);
    this.canvas.remove();
  }

  /** A time of the client's clock by this page's; null before both are known. @param {number} t */
  ours(t) {
    const { offsetMs } = this.call;
    return offsetMs === null || this.theirOffset === null ? null : t + this.theirOffset - offsetMs;
  }

  #next = (now, metadata) => {
    this.handle = this.tile.video.requestVideoFrameCallback(this.#next);
    const ours = this.frames.captured(metadata, now, this.call.known.get(this.tile.id)?.delayMs ?? null);
    const { offsetMs } = this.call;
    if (ours === null || offsetMs === null || this.theirOffset === null) return;
    this.shownT = ours + CLOCK_MS + offsetMs - this.theirOffset;
    const found = this.answers.at(this.shownT);
    const alpha = this.isShown ? this.fade.alpha(found !== null, now) : 0;
    if (!this.isShown && found !== null) this.fade.alpha(true, now);
    this.overlay.put(found?.pose ?? null, found === null ? this.overlay.bands : this.bandsOf(found.frame), alpha);
    // What was drawn, for whoever holds the drawing against the picture.
    this.canvas.dataset.t = alpha > 0 && found !== null ? found.t.toFixed(1) : "";
    this.canvas.dataset.shown = this.shownT.toFixed(1);
    if (found !== null) this.onFrame(found.frame);
  };
}

export class ClinicianSet {
  /**
   * @param {Object} data of the page @param {import("./call.js").Call} call
   * @param {import("./announce.js").Announcer} announcer
   */
  constructor(data, call, announcer) {
    this.data = data;
    this.call = call;
    this.announcer = announcer;
    this.now = { stage: "none", targets: null, started_at_ms: null };
    this.readings = new Readings();
    /** The client's. @type {MeasuredPicture|null} */
    this.picture = null;
    this.timer = make("p", { class: "fr-timer", "data-testid": "timer", role: "timer", "aria-label": "Time in the set" });
    this.stop = button("stop", "Stop", () => call.send({ type: "stop" }), { kind: "fr-stop", key: "S" });
    show(this.stop, false);
    this.finish = button("finish-set", "Finish set", () => call.send({ type: "finish_set" }), { kind: "fc-primary", key: "F" });
    /** Beside the pictures. */
    this.score = this.#buildScore();
    /** What is to be done. */
    this.element = this.#buildTargets();
  }

  get isOn() {
    return this.now.stage !== "none";
  }

  // ----------------------------------------------------------------------------------------------- what there is to see

  #buildScore() {
    this.panel = new Panel(this.data.measures);
    this.panel.reset();
    this.verdict = make("p", { class: "fr-verdict", "data-testid": "verdict", role: "status" });
    this.late = make("p", { class: "fr-late", "data-testid": "late", hidden: true });
    const { gauges, numbers } = this.panel.readouts;
    return make("section", { class: "fr-score", "data-testid": "score", "aria-label": "Measures", hidden: true },
      this.verdict, this.late, this.panel.element, gauges, numbers);
  }

  #buildTargets() {
    const { exercises, limits } = this.data;
    const select = (testId, label, options) => {
      const id = `fr-${testId}`;
      const element = make("select", { id, class: "fr-input", "data-testid": testId },
        ...options.map(([value, text]) => make("option", { value, text })));
      return { input: element, element: make("div", { class: "fr-field" }, make("label", { for: id, text: label }), element) };
    };
    const number = (name, label, step) => {
      const { least, most } = limits[name];
      return field(name, label, { type: "number", min: String(least), max: String(most), step: String(step), inputmode: "decimal" });
    };
    this.exercise = select("exercise", "Exercise", exercises.map(({ name, title }) => [name, title]));
    this.leg = select("leg", "Standing leg", []);
    this.numbers = {
      reps: number("reps", "Reps", 1), target_depth_deg: number("target_depth_deg", "Depth, °", 5),
      hold_s: number("hold_s", "Hold, s", 1), step_height_cm: number("step_height_cm", "Step, cm", 1),
    };
    this.exercise.input.addEventListener("change", () => this.#exercise());
    this.startSet = button("start-set", "Start set", () => this.#startSet(), { kind: "fc-primary" });
    this.setWords = make("p", { class: "fr-quiet", "data-testid": "set-words", role: "status" });
    this.cues = make("div", { class: "fr-cues", role: "group", "aria-label": "Cues" });
    const own = field("cue-text", "Cue in your own words", { maxlength: "80", autocomplete: "off" });
    const form = make("form", { class: "fr-row" }, own.element, button("cue-send", "Say it", () => {}));
    form.querySelector("button").type = "submit";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (own.input.value.trim() !== "") this.#cue(own.input.value.trim());
      own.input.value = "";
    });
    const targets = make("form", { class: "fr-targets" }, this.exercise.element, this.leg.element,
      ...Object.values(this.numbers).map(({ element }) => element));
    targets.addEventListener("submit", (event) => event.preventDefault());
    this.targets = targets;
    this.#exercise();
    return make("div", { class: "fr-stack" }, targets, this.startSet, this.setWords, this.cues, form);
  }

  // ------------------------------------------------------------------------------------------------ what the server says

  /** What the server says of the set. @param {import("./contract.js").SetShown} set */
  take(set) {
    const before = this.now.stage;
    this.now = set;
    const on = set.stage !== "none";
    show(this.stop, on);
    show(this.startSet, !on);
    show(this.finish, on);
    this.finish.disabled = set.stage !== "running";
    show(this.score, on);
    this.targets.toggleAttribute("inert", on);
    show(this.targets, !on);
    setText(this.setWords, `${STAGES[set.stage]}${set.targets === null ? "" : `: ${targetsWords(set.targets)}`}`);
    if (on && before === "none") this.waiting = new Waiting();
    this.call.buffer(on ? this.waiting.ms : 0);
    if (on && before === "none") {
      this.picture?.clear();
      this.panel.busy("The client is getting ready");
      this.isBegun = false;
      this.newest = null;
      this.readings.begin();
    }
    if (on && set.targets !== null && !this.isBegun) {
      this.isBegun = true;
      this.panel.target = { reps: set.targets.reps, hold_s: set.targets.hold_s, depth_deg: set.targets.target_depth_deg };
      this.panel.begin(this.#asReady(set.targets), set.targets.leg);
      this.picture?.overlay.score(set.targets.leg);
    }
    if (set.stage === "finishing") this.panel.measuring();
    if (!on) {
      this.picture?.clear();
      this.panel.reset();
    }
  }

  /** What the panel wants to know of a set, from the page's own exercises. */
  #asReady(targets) {
    const exercise = this.data.exercises.find(({ name }) => name === targets.exercise);
    return {
      target: { reps: targets.reps, hold_s: targets.hold_s, depth_deg: targets.target_depth_deg },
      depth_band: this.#depthBand(exercise, targets.target_depth_deg),
      alignment_band: exercise?.alignment_band ?? null, bilateral: exercise?.bilateral ?? true,
    };
  }

  /** The bands of a depth move with what is prescribed. */
  #depthBand(exercise, deg) {
    if (deg === null || !exercise?.depth_band) return null;
    return exercise.depth_band.map((edge) => edge - exercise.usual.target_depth_deg + deg);
  }

  result(frame) {
    const now = performance.now();
    const apart = this.newest === null ? 0 : Math.max(0, frame.t - this.newest.frame.t);
    this.newest = { frame, at: now };
    this.picture?.answers.add(frame);
    const taken = this.picture?.ours(frame.t) ?? null;
    if (taken !== null && this.waiting.add(pageClock() - taken, apart)) this.call.buffer(this.waiting.ms);
    this.readings.take(frame, now, 0);
    this.panel.frame(frame, now);
    const { verdict } = frame;
    const coach = frame.setup === null ? "" : `Set-up: ${frame.setup.message}`;
    const view = verdict === null ? "" : `Seen from the ${verdict.kind}${verdict.quality === "ok" ? "" : `, ${verdict.reason}`}`;
    setText(this.verdict, [coach, view].filter(Boolean).join(" · "));
  }

  over({ reps, kept: isKept, record, why }) {
    const done = reps === null ? "The set is over." : `Set done: ${reps} whole ${reps === 1 ? "rep" : "reps"}${isKept ? ", kept" : ", not kept"}.`;
    setText(this.setWords, [done, why].filter(Boolean).join(" "));
    if (record !== null) this.setWords.append(" ", make("a", { href: record, target: "_blank", rel: "noopener", text: "Open its review" }));
    this.announcer.say(done);
  }

  /** How a knee is shown that is measured in a frame. */
  bandsOf(frame) {
    const knees = frame.measures[this.panel.readouts.alignmentMeasure] ?? {};
    return { left: knees.left?.band ?? null, right: knees.right?.band ?? null };
  }

  /** What changes with time. */
  look() {
    const nowMs = performance.now();
    const on = this.now.stage === "running" || this.now.stage === "starting";
    const { offsetMs } = this.call;
    const began = this.now.started_at_ms;
    setText(this.timer, began !== null && offsetMs !== null && on ? minutes(pageClock() + offsetMs - began) : "");
    if (!on) return;
    this.panel.readings(this.readings, nowMs);
    const age = this.newest === null ? null : nowMs - this.newest.at;
    const isBehind = this.newest !== null && this.picture !== null && this.picture.tile.moves && this.picture.fade.isLate(nowMs);
    show(this.late, isBehind || age > SPOKEN_LATE_MS);
    setText(this.late, age > SPOKEN_LATE_MS ? `Measures are late: ${Math.round(age / 1000)} s` : "Measures are late");
  }

  // -------------------------------------------------------------------------------------------- what the clinician does

  #exercise() {
    const chosen = this.data.exercises.find(({ name }) => name === this.exercise.input.value) ?? this.data.exercises[0];
    this.leg.input.replaceChildren(...chosen.legs.map((leg) => make("option", { value: leg, text: LEGS[leg] })));
    show(this.leg.element, chosen.legs.length > 1);
    for (const [name, { input, element }] of Object.entries(this.numbers)) {
      const usual = chosen.usual[name];
      input.value = usual === null ? "" : String(usual);
      show(element, name === "hold_s" ? chosen.takes_hold : name === "step_height_cm" ? chosen.has_step : name !== "target_depth_deg" || usual !== null);
    }
    this.cues.replaceChildren(...chosen.cues.map((text, i) => button(`cue-${i}`, text, () => this.#cue(text), { kind: "fr-cue" })));
  }

  #startSet() {
    const value = ({ input, element }) => (element.hidden || input.value === "" ? null : Number(input.value));
    const wrong = Object.values(this.numbers).find(({ input, element }) => !element.hidden && !input.reportValidity());
    if (wrong !== undefined) return;
    const numbers = Object.fromEntries(Object.entries(this.numbers).map(([name, each]) => [name, value(each)]));
    this.call.send({ type: "targets", exercise: this.exercise.input.value, leg: this.leg.input.value, ...numbers, ball: false });
    this.call.send({ type: "start_set" });
  }

  #cue(text) {
    this.call.send({ type: "cue", text });
  }
}

/** @param {import("./contract.js").TargetsShown} targets */
function targetsWords(targets) {
  return [targets.exercise_name, targets.reps && `${targets.reps} reps`, targets.hold_s && `hold ${targets.hold_s} s`,
    targets.target_depth_deg && `${targets.target_depth_deg}° deep`].filter(Boolean).join(" · ");
}
