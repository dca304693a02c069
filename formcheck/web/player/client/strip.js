/** The whole set as one strip below the picture: reps with their phases, flagged moments, drawings, and where we are. */

import { fitCanvas, make, setAttribute } from "./dom.js";
import { inksOf } from "./plot_paint.js";
import { clock } from "./moments.js";

const HEIGHT = 34;
/** Of the row with numbers and signs above the phases, CSS px. */
const SIGNS = 15;
const PHASE_SIGNS = Object.freeze({ descent: "↓", hold: "–", stand: "–", ascent: "↑" });

export class Strip {
  /** @param {{scrub: (at: number) => void, within: () => import("./trim_tool.js").Within}} owner */
  constructor(owner) {
    this.owner = owner;
    this.canvas = make("canvas", { class: "fcr-strip-canvas" });
    this.cursor = make("div", { class: "fcr-cursor" });
    this.element = make(
      "div", { class: "fcr-strip", role: "slider", tabindex: "0", "aria-label": "Time", "data-testid": "player-strip" }, this.canvas, this.cursor,
    );
    this.set = null;
    this.end = 1;
    this.width = 1;
    this.at = 0;
    this.held = false;
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.held = true;
      this.element.setPointerCapture(event.pointerId);
      this.#scrub(event);
    });
    this.element.addEventListener("pointermove", (event) => this.held && this.#scrub(event));
    for (const name of ["pointerup", "pointercancel"]) this.element.addEventListener(name, () => { this.held = false; });
    this.sizes = new ResizeObserver(() => this.paint());
    this.sizes.observe(this.element);
  }

  destroy() {
    this.sizes.disconnect();
  }

  setSet(set, end) {
    this.set = set;
    this.end = Math.max(end, 0.01);
    setAttribute(this.element, "aria-valuemin", "0");
    setAttribute(this.element, "aria-valuemax", end.toFixed(3));
    this.paint();
  }

  moveCursor(at) {
    this.at = at;
    this.cursor.style.transform = `translateX(${(at / this.end) * this.width}px)`;
    setAttribute(this.element, "aria-valuenow", at.toFixed(3));
    setAttribute(this.element, "aria-valuetext", clock(at));
  }

  paint() {
    if (this.set === null) return;
    const width = this.element.clientWidth;
    this.width = width;
    const ratio = fitCanvas(this.canvas, width, HEIGHT);
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    const inks = inksOf(this.element);
    const x = (at) => (at / this.end) * width;
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    for (const phase of this.set.phases) this.#paintPhase(context, phase, x, inks);
    for (const rep of this.set.reps) this.#paintRep(context, rep, x, inks);
    context.fillStyle = inks.edge;
    this.#paintOutside(context, x, width, inks);
    for (const { t_s: at } of [...this.set.annotations]) context.fillRect(x(at) - 1.5, HEIGHT - 5, 3, 5);
    this.moveCursor(this.at);
  }

  /** What of the recording does not belong to the set. */
  #paintOutside(context, x, width, inks) {
    const { start_s: start, end_s: end } = this.owner.within();
    context.fillStyle = inks.ink;
    context.globalAlpha = 0.28;
    if (start !== null) context.fillRect(0, 0, x(start), HEIGHT);
    if (end !== null) context.fillRect(x(end), 0, width - x(end), HEIGHT);
    context.globalAlpha = 1;
    for (const at of [start, end]) if (at !== null) context.fillRect(x(at) - 1, 0, 2, HEIGHT);
  }

  #paintPhase(context, { phase, from_s: from, to_s: to }, x, inks) {
    const wide = x(to) - x(from);
    context.fillStyle = phase === "hold" ? inks.bottom : inks.rep;
    context.fillRect(x(from), SIGNS, Math.max(1, wide - 1), HEIGHT - SIGNS);
    if (wide < 12) return;
    context.fillStyle = inks.ink;
    context.fillText(PHASE_SIGNS[phase] ?? "", (x(from) + x(to)) / 2, HEIGHT - 6);
  }

  #paintRep(context, rep, x, inks) {
    const middle = x((rep.start_s + rep.end_s) / 2);
    const worst = rep.findings.find(({ band }) => band === "fault") ?? rep.findings[0];
    const sign = rep.excluded ? " ✕" : worst === undefined ? "" : ` ${worst.sign}`;
    context.fillStyle = inks.ink;
    context.fillText(`${rep.index}${sign}`, middle, SIGNS - 4);
  }

  #scrub(event) {
    const { left, width } = this.element.getBoundingClientRect();
    this.owner.scrub(Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.end);
  }
}
