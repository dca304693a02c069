/** Everything beside the picture: what to do, how many reps, which phase, the hold, the cue and the gauges. */

import { make, setAttribute, setText, show } from "./dom.js";
import { figureMarkup } from "./figures.js";
import { DepthGauge, KneeGauge, Ring } from "./gauges.js";
import { MEASURES, lineText, readingText } from "./measures.js";

/** A cue's caption stays this long, ms: eight words are read twice in it. */
const CUE_MS = 4000;
/** So does a notice, ms. */
const NOTICE_MS = 6000;
/** Numbers change at most this often, ms; faster is not read. They vanish at once. */
const NUMBER_MS = 200;

const PHASES = Object.freeze({ stand: "Stand", descent: "Down", hold: "Hold", ascent: "Up" });

const INTRO = Object.freeze([
  ["step-back", "The camera comes on, and you are told where to stand."],
  ["stand-still", "Stand still for two seconds; after 3-2-1 you begin."],
  ["ready", "Do your reps: they are counted and you get one cue at a time. Finish, or walk out of view after the last."],
]);

export class Panel {
  constructor() {
    this.figure = make("div", { class: "fc-message-figure" });
    this.message = make("h2", { class: "fc-message-text", "data-testid": "setup-message" });
    this.detail = make("p", { class: "fc-message-detail" });
    this.instruction = make("section", { class: "fc-message", "aria-live": "polite", hidden: true },
      this.figure, this.message, this.detail);
    this.calibration = new Ring("fc-calibration", "", "");
    this.countdown = make("p", { class: "fc-countdown", "data-testid": "countdown", hidden: true });
    this.reps = make("span", { class: "fc-reps", "data-testid": "rep-count", text: "0" });
    this.ofReps = make("span", { class: "fc-of-reps" });
    this.phase = make("p", { class: "fc-phase", "data-testid": "phase" });
    this.count = make("section", { class: "fc-count", "aria-label": "Reps", hidden: true },
      make("p", { class: "fc-reps-line" }, this.reps, this.ofReps), this.phase);
    this.hold = new Ring("fc-hold", "hold", "");
    this.cue = make("p", { class: "fc-cue", "data-testid": "cue", "aria-live": "assertive" });
    this.notice = make("p", { class: "fc-notice", "data-testid": "notice", "aria-live": "polite" });
    this.done = make("section", { class: "fc-done", hidden: true });
    this.intro = make("ol", { class: "fc-intro" }, ...INTRO.map(([figure, text]) => introStep(figure, text)));
    this.element = make("div", { class: "fc-panel" }, this.intro,
      make("div", { class: "fc-score" }, this.count, this.hold.element), this.instruction, this.calibration.element,
      this.countdown, this.cue, this.notice, this.done);
    this.knees = { left: new KneeGauge("left"), right: new KneeGauge("right") };
    this.depth = new DepthGauge();
    this.gauges = make("div", { class: "fc-gauges", hidden: true }, this.knees.left.element, this.depth.element,
      this.knees.right.element);
    this.lines = MEASURES.map((measure) => ({ measure, text: make("dd"), state: "", at: 0 }));
    this.numbers = make("dl", { class: "fc-numbers", hidden: true }, ...this.lines.map(({ measure, text }) =>
      make("div", { "data-testid": `measure-${measure.name}` }, make("dt", { text: measure.label }), text)));
    this.shownInstruction = null;
    this.target = { reps: null, hold_s: null, depth_deg: null };
    this.cueUntil = 0;
    this.noticeUntil = 0;
    this.alignment = null;
  }

  /** Before a set. */
  reset() {
    for (const element of [this.instruction, this.calibration.element, this.countdown, this.count, this.hold.element,
      this.gauges, this.numbers, this.done, this.intro]) show(element, false);
    setText(this.reps, "0");
    setText(this.cue, "");
    setText(this.notice, "");
    setText(this.phase, "");
    setText(this.message, "");
    this.shownInstruction = null;
  }

  /** What will happen, before the first set. */
  introduce() {
    this.reset();
    show(this.intro, true);
  }

  /** While camera and server are being opened. @param {string} text */
  busy(text) {
    this.reset();
    this.#instruct({ message: text, detail: "", figure: "" });
  }

  /** @param {import("./protocol.js").Ready} ready @param {string} leg the scored one */
  begin(ready, leg) {
    this.target = ready.target;
    setText(this.ofReps, ready.target.reps ? ` / ${ready.target.reps}` : "");
    this.alignment = ready.alignment_band ?? ready.fppa_band;
    this.alignmentMeasure = this.alignment?.measure ?? (ready.alignment_band ? "kmf_change_pct" : "fppa_deg");
    for (const [side, gauge] of Object.entries(this.knees)) {
      const scored = leg === side || (leg !== "left" && leg !== "right");
      gauge.setBands(scored ? this.alignment : null);
    }
    this.depth.setTarget(ready.depth_band, ready.target.depth_deg);
  }

  /** @param {import("./protocol.js").Frame} frame @param {number} now */
  frame(frame, now) {
    const inSet = frame.stage === "set" || frame.stage === "paused" || frame.stage === "done";
    this.#instruct(frame.stage === "countdown" ? null : frame.setup);
    show(this.calibration.element, frame.stage === "calibrate");
    if (frame.stage === "calibrate") {
      this.calibration.update(frame.progress, `${Math.round(100 * frame.progress)}`, "%");
    }
    show(this.countdown, frame.countdown !== null);
    if (frame.countdown !== null) setText(this.countdown, String(frame.countdown));
    show(this.count, inSet);
    show(this.gauges, inSet || frame.stage === "countdown");
    show(this.numbers, inSet || frame.stage === "countdown");
    setText(this.reps, String(frame.reps));
    setText(this.phase, frame.stage === "paused" ? "Paused" : PHASES[frame.phase] ?? frame.phase);
    setAttribute(this.phase, "data-phase", frame.phase);
    this.#hold(frame, inSet);
    if (frame.cue !== null && frame.cue.text !== "") {
      setText(this.cue, frame.cue.text);
      setAttribute(this.cue, "data-kind", frame.cue.kind);
      this.cueUntil = now + CUE_MS;
    }
    if (frame.notice !== "") this.note(frame.notice, now);
  }

  /** @param {string} sentence @param {number} now */
  note(sentence, now) {
    setText(this.notice, sentence);
    this.noticeUntil = now + NOTICE_MS;
  }

  /** Whether depth is judged shows in whether the bend is measured: from the front it is not. */
  readings(readings, now) {
    if (now > this.cueUntil) setText(this.cue, "");
    if (now > this.noticeUntil) setText(this.notice, "");
    if (this.gauges.hidden) return;
    const unit = this.alignmentMeasure.endsWith("_pct") ? " %" : "°";
    for (const [side, gauge] of Object.entries(this.knees)) {
      const reading = readings.reading(this.alignmentMeasure, side, now);
      gauge.update(reading, readingText(reading, unit));
    }
    const bend = ["left", "right"].some((side) => readings.reading("knee_flexion_deg", side, now).state === "value");
    this.depth.update(readings.depth(now), bend);
    for (const line of this.lines) this.#line(line, readings, now);
  }

  /** @param {number} reps @param {string} exercise */
  finished(reps, exercise) {
    this.reset();
    this.done.replaceChildren(
      make("h2", { class: "fc-message-text", text: "Set finished" }),
      make("p", { class: "fc-message-detail",
        text: `${reps} whole ${reps === 1 ? "rep" : "reps"}${exercise ? `, ${exercise.toLowerCase()}` : ""}. Your summary is on this page.` }));
    show(this.done, true);
  }

  #line(line, readings, now) {
    const each = line.measure.sides.map((side) => readings.reading(line.measure.name, side, now));
    const state = each.map((reading) => (reading.state === "value" ? "+" : reading.reason)).join("|");
    if (state === line.state && now - line.at < NUMBER_MS) return;
    line.state = state;
    line.at = now;
    setText(line.text, lineText(line.measure, each));
    setAttribute(line.text, "data-measured", String(each.some((reading) => reading.state === "value")));
  }

  #hold(frame, inSet) {
    const target = this.target.hold_s;
    show(this.hold.element, inSet && frame.stage !== "paused" && (frame.hold_s !== null || frame.phase === "hold"));
    if (frame.hold_s === null) {
      setText(this.hold.text, "");
      return;
    }
    const share = target ? frame.hold_s / target : 0;
    const held = target && frame.hold_s >= target;
    this.hold.update(share, frame.hold_s.toFixed(1), held ? "held" : target ? `of ${target} s` : "s");
    setAttribute(this.hold.element, "data-counts", String(frame.in_position));
  }

  #instruct(instruction) {
    const shown = instruction === null ? null : `${instruction.figure}|${instruction.message}|${instruction.detail}`;
    if (shown === this.shownInstruction) return;
    this.shownInstruction = shown;
    show(this.instruction, instruction !== null);
    setText(this.message, instruction?.message ?? "");
    setText(this.detail, instruction?.detail ?? "");
    // The figures' markup is ours and takes nothing from a message but a known name.
    this.figure.innerHTML = instruction === null ? "" : figureMarkup(instruction.figure);
  }
}

function introStep(figure, text) {
  const step = make("li", {}, make("span", { text }));
  step.insertAdjacentHTML("afterbegin", figureMarkup(figure));
  return step;
}
