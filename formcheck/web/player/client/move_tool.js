/**
 * Putting joints where they are. What was moved is only proposed until it is kept: then each joint goes to the server
 * as one correction, of this frame or of a run of frames.
 */

import { COLOURS } from "./colours.js";
import { LANDMARKS } from "./body.js";
import { insidePicture } from "./view_box.js";
import { placeOf } from "./set_data.js";

/** Hit from this far, CSS px; more than 44 px across for a finger. */
const REACH = 18;
const COARSE_REACH = 28;
const INK = COLOURS.outline;

/** @typedef {{landmark: number, x: number, y: number, was: {x: number, y: number}|null}} Proposed */

export class MoveTool {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {{post: (message: import("./contract.js").PlayerEvent) => void, onChange: () => void, stop: () => void}} owner
   */
  constructor(stage, owner) {
    this.stage = stage;
    this.owner = owner;
    /** @type {Map<number, Proposed>} */
    this.proposed = new Map();
    /** The frame that they were moved on. */
    this.frame = 0;
    /** @type {{from: number, to: number}|null} s; null is this frame alone */
    this.run = null;
    /** @type {number|null} */
    this.selected = null;
    this.grip = null;
    this.loupeAt = null;
  }

  get pending() {
    return this.proposed.size > 0;
  }

  /** @param {import("./pointers.js").Hand} hand */
  down(hand) {
    this.owner.stop();
    this.#turnToThisFrame();
    const near = this.#near(hand);
    if (near !== null) this.selected = near;
    else if (this.selected === null || this.stage.place(this.selected) !== null) return false;
    const at = this.stage.place(this.selected) ?? hand.place;
    this.grip = { dx: at.x - hand.place.x, dy: at.y - hand.place.y };
    this.loupeAt = at;
    if (near === null) this.#put(hand.place);
    this.owner.onChange();
    return true;
  }

  move(hand) {
    if (this.grip === null) return;
    this.#put({ x: hand.place.x + this.grip.dx, y: hand.place.y + this.grip.dy });
  }

  up() {
    this.grip = null;
    this.loupeAt = null;
    this.owner.onChange();
  }

  /** @param {number} dx px of the picture @returns {boolean} whether there was something to move */
  nudge(dx, dy) {
    if (this.selected === null) return false;
    const at = this.stage.place(this.selected);
    if (at === null) return false;
    this.owner.stop();
    this.#turnToThisFrame();
    this.#put({ x: at.x + dx, y: at.y + dy });
    return true;
  }

  select(landmark) {
    this.selected = landmark;
    this.owner.onChange();
  }

  /** One end of the run is the frame under the cursor. @param {"from"|"to"} end @param {number} at s */
  setRun(end, at) {
    const placed = this.stage.set.t[this.frame];
    const run = { from: placed, to: placed, ...this.run, [end]: at };
    this.run = { from: Math.min(run.from, placed), to: Math.max(run.to, placed) };
    this.owner.onChange();
  }

  onlyThisFrame() {
    this.run = null;
    this.owner.onChange();
  }

  keep() {
    const at = this.stage.set.t[this.frame];
    const { from, to } = this.run ?? { from: at, to: at };
    const round = (time) => Math.round(time * 1e6) / 1e6;
    for (const { landmark, x, y } of this.proposed.values()) {
      this.owner.post({
        kind: "move-landmark", landmark, at_s: round(at), x_px: x, y_px: y, from_s: round(from), to_s: round(to),
      });
    }
    this.discard();
  }

  discard() {
    this.proposed.clear();
    this.run = null;
    this.grip = null;
    this.loupeAt = null;
    this.owner.onChange();
  }

  /** Where a landmark is proposed to be: moved by as much on every frame of the run. */
  override(landmark, frame, known) {
    const proposed = this.proposed.get(landmark);
    if (proposed === undefined) return null;
    if (frame === this.frame) return { x: proposed.x, y: proposed.y };
    const at = this.stage.set.t[frame];
    if (this.run === null || at < this.run.from || at > this.run.to) return null;
    if (known === null || proposed.was === null) return { x: proposed.x, y: proposed.y };
    return { x: known.x + proposed.x - proposed.was.x, y: known.y + proposed.y - proposed.was.y };
  }

  draw(context, stage) {
    for (const landmark of LANDMARKS.keys()) {
      const place = stage.place(landmark);
      if (place === null) continue;
      const { x, y } = stage.box.toBox(place);
      const chosen = landmark === this.selected;
      // Smaller on a small picture, where the rings of the feet would cover each other.
      const radius = Math.min(9, Math.max(5.5, stage.box.box.height / 40)) + (chosen ? 4 : 0);
      for (const [colour, width] of [[INK, 5], [chosen ? COLOURS.mark : COLOURS.pictureOn, chosen ? 3 : 1.5]]) {
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke();
      }
    }
  }

  /** What was moved on another frame is kept before something is moved on this one: nothing is lost on the way. */
  #turnToThisFrame() {
    if (this.pending && this.frame !== this.stage.frame) this.keep();
    this.frame = this.stage.frame;
  }

  #put(place) {
    const { x, y } = insidePicture(place, this.stage.set.picture);
    const was = placeOf(this.stage.set.current, this.selected, this.frame);
    this.proposed.set(this.selected, { landmark: this.selected, x, y, was });
    if (this.grip !== null) this.loupeAt = { x, y };
    this.owner.onChange();
  }

  /** The landmark under a hand; of several the nearest. */
  #near({ point, coarse }) {
    let best = null;
    let least = coarse ? COARSE_REACH : REACH;
    for (const landmark of LANDMARKS.keys()) {
      const place = this.stage.place(landmark);
      if (place === null) continue;
      const at = this.stage.box.toBox(place);
      const away = Math.hypot(at.x - point.x, at.y - point.y);
      if (away < least) [best, least] = [landmark, away];
    }
    return best;
  }
}
