/**
 * Leading somebody through exercises that nobody measures: clock, counts, ring of the hold, timer of the rest. By voice, by
 * keys, by touch, and hands-free from the first press to the end.
 *
 * @typedef {Object} Component
 * @property {HTMLElement|ShadowRoot} parentElement
 * @property {{items: (import("./guided_run.js").Item & {figures: string[], dose: string, not_measured: string})[], run: string,
 *   rules: {ready_s: number, answer_s: number, stop_from: number}, voice: boolean, theme: "light"|"dark"|null}} data
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

import { draw, make, setAttribute, setText, show } from "./dom.js";
import { GuidedRun, QUESTION, durationOf } from "./guided_run.js";
import { listenForKeys } from "./keys.js";
import { ScreenLight } from "./screen.js";
import { Speaker } from "./speaker.js";

const TICK_MS = 100;
const RADIUS = 46;
const AROUND = 2 * Math.PI * RADIUS;
/** So long each drawing of an exercise is shown, s. */
const FIGURE_S = 3;
const KINDS = { ready: "Get ready", rest: "Rest", out: "Go", hold: "Hold", back: "Back" };
const MOST_PAIN = 10;

/** @type {WeakMap<Node, {view: GuidedView, calls: number}>} */
const mounted = new WeakMap();

/** @param {Component} component @returns {() => void} clean-up */
export function mount(component) {
  const { parentElement } = component;
  let own = mounted.get(parentElement);
  if (own === undefined) {
    own = { view: new GuidedView(), calls: 0 };
    for (const name of ["./live.css", "./guided.css"]) {
      parentElement.append(make("link", { rel: "stylesheet", href: new URL(name, import.meta.url).href }));
    }
    parentElement.append(own.view.element);
    mounted.set(parentElement, own);
  }
  own.view.update(component);
  const call = (own.calls += 1);
  return () => {
    if (mounted.get(parentElement) !== own || own.calls !== call) return;
    mounted.delete(parentElement);
    own.view.destroy();
  };
}

function button(testId, text, key, act, more = {}) {
  const element = make("button", { type: "button", "data-testid": testId, ...more },
    make("span", { text }), ...(key === "" ? [] : [make("kbd", { text: key, "aria-hidden": "true" })]));
  element.addEventListener("click", act);
  return element;
}

export class GuidedView {
  constructor() {
    this.speaker = new Speaker(window.speechSynthesis, window.SpeechSynthesisUtterance);
    this.light = new ScreenLight();
    /** @type {GuidedRun|null} */
    this.run = null;
    this.reported = 0;
    this.timer = undefined;
    this.lastAt = 0;
    this.shownFigure = "";
    this.#build();
    this.stopKeys = listenForKeys({
      " ": () => this.#onSpace(), enter: () => this.#unlessOnButton(() => this.run?.next()), n: () => this.#do(() => this.run?.next()),
      c: () => this.#do(() => this.run?.countOwn()), m: () => this.#mute(), s: () => this.#do(() => this.run?.stop()),
      escape: () => this.#do(() => this.run?.stop()),
      ...Object.fromEntries(Array.from({ length: 10 }, (_, pain) => [String(pain), () => this.#answer(pain)])),
      x: () => this.#answer(MOST_PAIN),
    });
    this.onShown = () => this.light.renew();
    document.addEventListener("visibilitychange", this.onShown);
  }

  /** @param {Component} component */
  update({ data, setTriggerValue }) {
    this.report = (value) => setTriggerValue("report", value);
    if (data.theme) setAttribute(this.element, "data-theme", data.theme);
    if (this.run !== null) return; // what is being done is not changed under anybody's feet
    this.data = data;
    this.speaker.mute(!data.voice);
    this.#showIdle();
  }

  destroy() {
    clearInterval(this.timer);
    this.stopKeys();
    document.removeEventListener("visibilitychange", this.onShown);
    this.speaker.stop();
    this.light.release();
  }

  #build() {
    this.start = button("guided-start", "Start", "Space", () => this.#begin(), { class: "fc-guided-start" });
    this.about = make("p", { class: "fc-guided-about" });
    this.idle = make("div", { class: "fc-guided-idle" }, this.start, this.about);
    this.title = make("h2", { "data-testid": "guided-title" });
    this.where = make("p", { class: "fc-guided-where", "data-testid": "guided-where" });
    this.badge = make("p", { class: "fc-guided-badge", "data-testid": "not-measured" }, make("span", { text: "–", "aria-hidden": "true" }), " Not measured");
    this.ring = draw("circle", { cx: 50, cy: 50, r: RADIUS, class: "fc-guided-share", "stroke-dasharray": AROUND, transform: "rotate(-90 50 50)" });
    this.number = make("p", { class: "fc-guided-number", "data-testid": "guided-number" });
    this.label = make("p", { class: "fc-guided-label", "data-testid": "guided-label" });
    const svg = draw("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" },
      draw("circle", { cx: 50, cy: 50, r: RADIUS, class: "fc-guided-whole" }), this.ring);
    this.circle = make("div", { class: "fc-guided-circle", "data-testid": "guided-circle" }, svg, make("div", { class: "fc-guided-inside" }, this.number, this.label));
    this.circle.addEventListener("click", () => this.#do(() => this.run?.next()));
    this.words = make("p", { class: "fc-guided-words", role: "status", "aria-live": "polite", "data-testid": "guided-words" });
    this.figure = make("div", { class: "fc-guided-figure" });
    this.beside = make("div", { class: "fc-guided-beside" }, this.words, this.figure);
    this.pauseButton = button("guided-pause", "Pause", "Space", () => this.#do(() => this.run?.pause()));
    this.nextButton = button("guided-next", "Skip", "Enter", () => this.#do(() => this.run?.next()));
    this.ownButton = button("guided-own", "I count", "C", () => this.#do(() => this.run?.countOwn()), { "aria-pressed": "false" });
    this.muteButton = button("guided-mute", "Voice off", "M", () => this.#mute(), { "aria-pressed": "false" });
    this.stopButton = button("guided-stop", "Stop", "S", () => this.#do(() => this.run?.stop()), { class: "fc-guided-stop" });
    this.bar = make("div", { class: "fc-guided-bar" }, this.pauseButton, this.nextButton, this.ownButton, this.muteButton, this.stopButton);
    const answers = Array.from({ length: MOST_PAIN + 1 }, (_, pain) =>
      button(`guided-pain-${pain}`, String(pain), "", () => this.#answer(pain), { "aria-label": `Pain ${pain} of 10` }));
    this.question = make("div", { class: "fc-guided-question", "data-testid": "guided-question" },
      make("h2", { text: QUESTION }), make("p", { text: "The worst in this exercise. 0 is none, 10 the worst there is. Keys 0 to 9, X for 10." }),
      make("div", { class: "fc-guided-answers" }, ...answers), button("guided-no-answer", "No answer", "Enter", () => this.#do(() => this.run?.next())));
    this.stage = make("div", { class: "fc-guided-stage" },
      make("div", { class: "fc-guided-head" }, this.title, this.badge, this.where), this.circle,
      this.beside, this.question, this.bar);
    this.element = make("section", { class: "fc-live fc-guided", "data-testid": "guided", "aria-label": "Exercises by the clock" }, this.idle, this.stage);
  }

  #showIdle() {
    const { items, rules } = this.data;
    this.element.removeAttribute("data-on");
    this.element.hidden = items.length === 0;
    show(this.stage, false);
    show(this.idle, true);
    const minutes = Math.max(1, Math.round(items.reduce((sum, item) => sum + durationOf(item, rules.ready_s), 0) / 60));
    setText(this.about, `${items.map((item) => item.title).join(", ")}: about ${minutes} min, by voice, without a camera. Not measured: counted by the clock and by you.`);
  }

  #onSpace() {
    if (this.run === null) {
      // Space on a button of the page is a press of that button.
      const focused = document.activeElement;
      if (this.data?.items.length && (focused === document.body || focused === null)) this.#begin();
    } else {
      this.#unlessOnButton(() => this.run.pause());
    }
  }

  /** A key that presses the button which has the focus does nothing else. */
  #unlessOnButton(act) {
    if (!(document.activeElement instanceof HTMLButtonElement)) this.#do(act);
  }

  #begin() {
    if (this.run !== null || this.data.items.length === 0) return;
    const { rules, items } = this.data;
    this.speaker.unlock();
    this.runId = crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
    this.run = new GuidedRun(items, { readyS: rules.ready_s, answerS: rules.answer_s, stopFrom: rules.stop_from });
    this.reported = 0;
    this.lastAt = performance.now();
    this.light.hold();
    setAttribute(this.element, "data-on", "");
    show(this.idle, false);
    show(this.stage, true);
    this.timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
    this.element.scrollIntoView?.({ block: "start" });
    this.start.blur();
  }

  #do(act) {
    if (this.run === null) return;
    act();
    this.#tick();
  }

  #answer(pain) {
    if (this.run?.stage === "asking") this.#do(() => this.run.answer(pain));
  }

  #mute() {
    if (this.run === null) return;
    this.speaker.mute(!this.speaker.muted);
    setAttribute(this.muteButton, "aria-pressed", String(this.speaker.muted));
  }

  #tick() {
    const now = performance.now();
    const said = this.run.tick(now - this.lastAt);
    this.lastAt = now;
    for (const { text, rank } of said) {
      this.speaker.say({ text, rank, at: now });
      if (rank === "cue") setText(this.words, text);
    }
    if (this.run.done.length > this.reported || this.run.stage === "over") this.#report();
    if (this.run !== null) this.#paint();
  }

  #report() {
    const over = this.run.stage === "over";
    this.reported = this.run.done.length;
    this.report({ run: this.runId, items: this.run.done, over });
    if (!over) return;
    clearInterval(this.timer);
    this.light.release();
    this.run = null;
    // The page says what comes next; until it does, there is nothing to start twice.
    this.data = { ...this.data, items: [] };
    this.#showIdle();
  }

  #paint() {
    const { run } = this;
    const isAsking = run.stage === "asking";
    const { segment, item } = run;
    show(this.question, isAsking);
    show(this.circle, !isAsking);
    show(this.bar, !isAsking);
    show(this.beside, !isAsking);
    setAttribute(this.element, "data-kind", isAsking ? "asking" : segment.kind);
    setText(this.title, item.title);
    if (isAsking) {
      setText(this.where, `Goes on by itself in ${Math.ceil(run.leftS)} s`);
      return;
    }
    const parts = [run.items.length > 1 ? `Exercise ${run.at + 1} of ${run.items.length}` : "", `Set ${segment.set} of ${item.sets}`,
      segment.leg === null ? "" : `${segment.leg} leg`];
    setText(this.where, parts.filter((part) => part !== "").join(" · "));
    const inSeconds = run.waits || segment.kind === "hold";
    setText(this.number, inSeconds ? String(Math.ceil(run.leftS)) : String(segment.rep));
    setText(this.label, run.paused ? "Paused" : this.#label(segment, item));
    this.ring.setAttribute("stroke-dashoffset", String(AROUND * (run.waits ? run.share : 1 - run.share)));
    setText(this.pauseButton.firstChild, run.paused ? "Go on" : "Pause");
    setText(this.nextButton.firstChild, run.waits ? "Skip the wait" : run.own && segment.kind === "out" ? "Next rep" : "Skip");
    this.nextButton.disabled = !(run.waits || segment.kind === "hold" || run.own);
    setAttribute(this.ownButton, "aria-pressed", String(run.own));
    this.#paintFigure(item);
  }

  #label(segment, item) {
    if (segment.kind === "hold") return item.reps > 1 ? `Hold · rep ${segment.rep} of ${item.reps}` : "Hold";
    if (this.run.waits) return KINDS[segment.kind];
    return `of ${item.reps} reps`;
  }

  #paintFigure(item) {
    const figures = item.figures;
    if (figures.length === 0) {
      show(this.figure, false);
      return;
    }
    const shown = figures[Math.floor(performance.now() / 1000 / FIGURE_S) % figures.length];
    if (shown === this.shownFigure) return;
    this.shownFigure = shown;
    this.figure.innerHTML = shown; // drawings of our own, read and checked by the server
  }
}
