/** Drawing an angle, a line or a text on the frame under the cursor. */

import { LANDMARKS } from "./body.js";
import { POINTS, drawDrawing } from "./drawings.js";
import { insidePicture } from "./view_box.js";

/** A point this near to a joint is put on it, CSS px. */
const SNAPS = 10;
/** A hand that moves further than this draws a line in one go, CSS px. */
const DRAWS = 8;

export class DrawingTool {
  /**
   * @param {"angle"|"line"|"text"} kind
   * @param {import("./stage.js").Stage} stage
   * @param {{post: (message: import("./contract.js").PlayerEvent) => void, onChange: () => void, stop: () => void}} owner
   */
  constructor(kind, stage, owner) {
    this.kind = kind;
    this.stage = stage;
    this.owner = owner;
    /** @type {{x: number, y: number}[]} px of the picture */
    this.points = [];
    this.frame = 0;
    this.begun = null;
    this.loupeAt = null;
  }

  /** A text has its place and waits for its words. */
  get waitsForWords() {
    return this.kind === "text" && this.points.length === 1;
  }

  get pending() {
    return this.points.length > 0;
  }

  down(hand) {
    this.owner.stop();
    if (this.frame !== this.stage.frame || this.kind === "text") this.points = [];
    this.frame = this.stage.frame;
    this.points.push(this.#snapped(hand));
    this.begun = hand.point;
    this.loupeAt = this.points[this.points.length - 1];
    this.owner.onChange();
    return true;
  }

  move(hand) {
    const far = Math.hypot(hand.point.x - this.begun.x, hand.point.y - this.begun.y) > DRAWS;
    if (this.kind === "line" && this.points.length === 1 && far) this.points.push(this.points[0]);
    this.points[this.points.length - 1] = this.#snapped(hand);
    this.loupeAt = this.points[this.points.length - 1];
    this.owner.onChange();
  }

  up() {
    this.loupeAt = null;
    if (this.kind !== "text" && this.points.length === POINTS[this.kind]) this.#keep("");
    this.owner.onChange();
  }

  /** @param {string} text */
  write(text) {
    if (this.waitsForWords && text.trim() !== "") this.#keep(text.trim());
    this.owner.onChange();
  }

  discard() {
    this.points = [];
    this.loupeAt = null;
    this.owner.onChange();
  }

  draw(context, stage) {
    if (this.points.length === 0 || this.frame !== stage.frame) return;
    const drawing = { kind: this.kind, points: this.points, text: this.kind === "text" ? "…" : "" };
    drawDrawing(context, drawing, (place) => stage.box.toBox(place));
  }

  #keep(text) {
    const drawing = { kind: this.kind, points_px: this.points.map(({ x, y }) => [x, y]), text };
    const at = Math.round(this.stage.set.t[this.frame] * 1e6) / 1e6;
    this.stage.sent.push({ ...drawing, t_s: at });
    this.owner.post({ kind: "annotate", t_s: at, drawing });
    this.points = [];
  }

  #snapped({ place, point }) {
    for (const landmark of LANDMARKS.keys()) {
      const joint = this.stage.place(landmark);
      if (joint === null) continue;
      const at = this.stage.box.toBox(joint);
      if (Math.hypot(at.x - point.x, at.y - point.y) < SNAPS) return insidePicture(joint, this.stage.set.picture);
    }
    return insidePicture(place, this.stage.set.picture);
  }
}
