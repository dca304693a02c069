/** What to do, how many reps, which phase, the hold and the cue. */

import { ENDINGS, HOW_TO_END, LONG_HOLD_S, doneOf, secondsLeft } from "./done.js";
import { make, setAttribute, setText, show } from "./dom.js";
import { figureMarkup } from "./figures.js";
import { Ring } from "./gauges.js";
import { Readouts } from "./readouts.js";

/** A cue's caption stays this long, ms: eight words are read twice in it. */
const CUE_MS = 4000;
/** A cue that is given again while it stands is gone for so long, so that it is seen, and read out, anew, ms. */
const AGAIN_MS = 120;
/** A notice stays this long, ms. */
const NOTICE_MS = 6000;

const PHASES = Object.freeze({ stand: "Stand", descent: "Down", hold: "Hold", bottom: "Bottom", ascent: "Up", sit: "Sit" });

/** Without network, and so without anybody who counts. */
const AWAY = Object.freeze({
  begins: ["Have your whole body in view and stand still for three seconds. Do your reps, stand still again, then press Finish.",
    "stand-still"],
  "goes-on": ["Go on: your reps are counted when the network is back. Press Finish after the last one.", "ready"],
  done: ["It is measured when the network is back. The camera is off.", "ready"],
});

const INTRO = Object.freeze([
  ["step-back", "The camera comes on, and you are told where to stand."],
  ["stand-still", "Stand still for two seconds; after 3-2-1 you begin."],
  ["ready", "Do your reps: they are counted and you get one cue at a time. Raise a hand when you are done, or walk out of the picture."],
]);

export class Panel {
  /** @param {import("./measures.js").Shown[]} measures @param {{goOn?: () => void}} [actions] */
  constructor(measures, { goOn } = {}) {
    this.figure = make("div", { class: "fc-message-figure" });
    this.message = make("h2", { class: "fc-message-text", "data-testid": "setup-message" });
    this.detail = make("p", { class: "fc-message-detail" });
    this.instruction = make("section", { class: "fc-message", "aria-live": "polite", hidden: true },
      this.figure, this.message, this.detail);
    this.calibration = new Ring("fc-calibration", "", "");
    this.countdown = make("p", { class: "fc-countdown", "data-testid": "countdown", hidden: true });
    this.reps = make("span", { class: "fc-rep-count", "data-testid": "rep-count", text: "0" });
    this.ofReps = make("span", { class: "fc-of-reps" });
    this.phase = make("p", { class: "fc-phase", "data-testid": "phase" });
    this.count = make("section", { class: "fc-count", "aria-label": "Reps", hidden: true },
      make("p", { class: "fc-reps-line" }, this.reps, this.ofReps), this.phase);
    this.hold = new Ring("fc-hold", "hold", "");
    this.cue = make("p", { class: "fc-cue", "data-testid": "cue", "aria-live": "assertive" });
    this.notice = make("p", { class: "fc-notice", "data-testid": "notice", "aria-live": "polite" });
    this.done = make("section", { class: "fc-done", hidden: true });
    this.howToEnd = make("p", { class: "fc-message-detail" });
    this.enough = make("section", { class: "fc-enough", "data-testid": "enough", "aria-live": "polite", hidden: true },
      make("h2", { class: "fc-message-text", text: "Done" }), this.howToEnd);
    this.endingIn = make("h2", { class: "fc-message-text" });
    this.endingWhy = make("p", { class: "fc-message-detail" });
    this.ending = make("section", { class: "fc-ending", "data-testid": "ending", role: "status", hidden: true },
      this.endingIn, this.endingWhy);
    // Who only watches has nothing to take back.
    if (goOn !== undefined) this.ending.append(goOnButton(goOn));
    this.intro = make("ol", { class: "fc-intro" }, ...INTRO.map(([figure, text]) => introStep(figure, text)));
    this.element = make("div", { class: "fc-panel" }, this.intro,
      make("div", { class: "fc-score" }, this.count, this.hold.element), this.instruction, this.calibration.element,
      this.countdown, this.ending, this.enough, this.cue, this.notice, this.done);
    this.readouts = new Readouts(measures);
    this.shownInstruction = null;
    this.target = { reps: null, hold_s: null, depth_deg: null };
    this.cueUntil = 0;
    this.nextCue = null;
    this.noticeUntil = 0;
    this.closing = false;
  }

  get repsShown() {
    return Number(this.reps.textContent);
  }

  /** Before a set. */
  reset() {
    for (const element of [this.instruction, this.calibration.element, this.countdown, this.count, this.hold.element,
      this.done, this.intro, this.enough, this.ending]) show(element, false);
    this.readouts.show(false);
    this.closing = false;
    setText(this.reps, "0");
    setText(this.cue, "");
    this.nextCue = null;
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

  /** @param {import("./contract.js").Ready} ready @param {string} leg the scored one */
  begin(ready, leg) {
    this.target = ready.target;
    setText(this.ofReps, ready.target.reps ? ` / ${ready.target.reps}` : "");
    this.readouts.begin(ready, leg);
  }

  /** @param {import("./contract.js").Frame} frame @param {number} now */
  frame(frame, now) {
    setText(this.reps, String(frame.reps));
    if (this.closing) return;
    const inSet = frame.stage === "set" || frame.stage === "paused" || frame.stage === "done";
    this.#instruct(frame.stage === "countdown" || frame.ending ? null : frame.setup);
    this.#end(frame);
    show(this.calibration.element, frame.stage === "calibrate");
    if (frame.stage === "calibrate") {
      this.calibration.update(frame.progress, `${Math.round(100 * frame.progress)}`, "%");
    }
    show(this.countdown, frame.countdown !== null);
    if (frame.countdown !== null) setText(this.countdown, String(frame.countdown));
    show(this.count, inSet);
    this.readouts.show(inSet || frame.stage === "countdown");
    this.readouts.frame(frame);
    // Who is to tap the heel and rise again is not told to hold.
    const phase = frame.phase === "hold" && !this.#isHold(frame) ? "bottom" : frame.phase;
    setText(this.phase, frame.stage === "paused" ? "Paused" : PHASES[phase] ?? phase);
    setAttribute(this.phase, "data-phase", frame.phase);
    this.#hold(frame, inSet);
    if (frame.cue !== null && frame.cue.text !== "") {
      this.tell({ text: frame.cue.text, kind: frame.cue.kind, lead: leadOf(frame) }, now);
    }
    if (frame.notice !== "") this.note(frame.notice, now);
  }

  /** Show a cue. @param {{text: string, kind: string, lead: string}} cue @param {number} now */
  tell(cue, now) {
    const again = this.cue.textContent === cue.text;
    if (again) setText(this.cue, "");
    this.nextCue = { ...cue, at: again ? now + AGAIN_MS : now };
    this.#cue(now);
  }

  /** @param {string} sentence @param {number} now */
  note(sentence, now) {
    setText(this.notice, sentence);
    this.noticeUntil = now + NOTICE_MS;
  }

  /** @param {import("./measures.js").Readings} readings @param {number} now */
  readings(readings, now) {
    if (now > this.cueUntil) setText(this.cue, "");
    this.#cue(now);
    if (now > this.noticeUntil) setText(this.notice, "");
    this.readouts.update(readings, now);
  }

  #cue(now) {
    if (this.nextCue === null || now < this.nextCue.at) return;
    const { text, kind, lead } = this.nextCue;
    this.nextCue = null;
    setAttribute(this.cue, "data-kind", kind);
    setAttribute(this.cue, "data-lead", lead);
    setText(this.cue, text);
    this.cueUntil = now + CUE_MS;
  }

  /** The set has ended and is being measured: only the reps are shown beside that until its end comes. */
  measuring() {
    const reps = this.reps.textContent;
    this.reset();
    setText(this.reps, reps);
    show(this.count, true);
    this.closing = true;
    this.#instruct({ message: "Well done. Your set is being measured", detail: "This takes a few seconds.", figure: "ready" });
  }

  /** There is no network: what to do without being told. @param {"begins"|"goes-on"|"done"} when */
  away(when) {
    if (when !== "goes-on") this.reset();
    this.closing = when === "done";
    const [detail, figure] = AWAY[when];
    this.#instruct({ message: "Your set is kept on this device", detail, figure });
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

  /** What is done, and the end that is offered. */
  #end(frame) {
    const ending = frame.ending ?? null;
    const done = ending === null ? doneOf(frame, this.target) : null;
    show(this.enough, done !== null);
    if (done !== null) setText(this.howToEnd, HOW_TO_END[done]);
    show(this.ending, ending !== null);
    if (ending === null) return;
    const { why, goOn } = ENDINGS[ending.why];
    setText(this.endingIn, `Finishing in ${secondsLeft(ending)}`);
    setText(this.endingWhy, `${why} ${goOn}`);
  }

  /** Whether the stillness at the bottom is a hold: one that is prescribed, or a long one as in a wall sit. */
  #isHold({ hold_s: held }) {
    return Boolean(this.target.hold_s) || (held !== null && held >= LONG_HOLD_S);
  }

  /** A prescribed one keeps its place throughout the set, so that nothing jumps when a hold begins. */
  #hold(frame, inSet) {
    const target = this.target.hold_s;
    show(this.hold.element, inSet && frame.stage !== "paused" && this.#isHold(frame));
    setAttribute(this.hold.element, "data-state", frame.hold_s === null ? "waits" : frame.in_position ? "counts" : "rests");
    const held = target && frame.hold_s !== null && frame.hold_s >= target;
    setAttribute(this.hold.element, "data-held", String(Boolean(held)));
    if (frame.hold_s === null) {
      this.hold.update(0, "", target ? `hold ${target} s` : "hold");
      return;
    }
    const whole = target ? `of ${target} s` : "s held";
    const unit = held ? "s held" : !frame.in_position && frame.phase === "hold" ? "not counting" : whole;
    // Without a target the ring goes round once a minute.
    this.hold.update(target ? frame.hold_s / target : (frame.hold_s % 60) / 60, frame.hold_s.toFixed(frame.hold_s < 10 ? 1 : 0), unit);
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

/** What stands above a cue: what it is about and when. @param {import("./contract.js").Frame} frame */
function leadOf({ cue, phase }) {
  if (cue.kind === "safety") return "Careful";
  if (cue.kind === "praise") return "Good";
  return cue.kind === "fix" && phase === "stand" ? "Next rep" : "Now";
}

function goOnButton(act) {
  const button = make("button", { type: "button", class: "fc-button fc-primary", "data-testid": "go-on", text: "Go on" });
  button.addEventListener("click", act);
  return button;
}

function introStep(figure, text) {
  const step = make("li", {}, make("span", { text }));
  step.insertAdjacentHTML("afterbegin", figureMarkup(figure));
  return step;
}
