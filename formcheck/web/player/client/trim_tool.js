/**
 * Which part of the recording the set is: its start and end, and a rectangle of the picture. Proposed first, kept as one
 * correction; nothing is cut off. Here too a set is cut into two.
 */

import { COLOURS } from "./colours.js";
import { insidePicture } from "./view_box.js";

/** A rectangle smaller than this share of the picture is a press that slipped. */
const LEAST_SHARE = 0.05;
/** Nobody does a rep in less, s. */
const SHORTEST_S = 1;
/** Who rests for longer between two reps has most likely done two sets, s. */
const LONG_PAUSE_S = 12;
const { plate: SHADE, mark: EDGE } = COLOURS;

/** @typedef {{start_s: number|null, end_s: number|null, left_px: number|null, top_px: number|null, right_px: number|null, bottom_px: number|null}} Within */

/** @type {Within} */
export const WHOLE = Object.freeze({ start_s: null, end_s: null, left_px: null, top_px: null, right_px: null, bottom_px: null });

/** Whether two parts are the same. @param {Within} one @param {Within} other */
export function samePart(one, other) {
  return Object.keys(WHOLE).every((name) => one[name] === other[name]);
}

/** The middle of the longest pause between two reps, s; null where none is long. @param {{start_s: number, end_s: number}[]} reps */
export function longestPause(reps) {
  let longest = LONG_PAUSE_S;
  let middle = null;
  for (let i = 1; i < reps.length; i += 1) {
    const pause = reps[i].start_s - reps[i - 1].end_s;
    if (pause > longest) [longest, middle] = [pause, (reps[i].start_s + reps[i - 1].end_s) / 2];
  }
  return middle;
}

/** Left, top, right and bottom of a rectangle between two corners, null where it is next to nothing. */
export function boxBetween(one, other, { width, height }) {
  const [a, b] = [insidePicture(one, { width, height }), insidePicture(other, { width, height })];
  const box = { left_px: Math.min(a.x, b.x), top_px: Math.min(a.y, b.y), right_px: Math.max(a.x, b.x), bottom_px: Math.max(a.y, b.y) };
  const large = box.right_px - box.left_px >= LEAST_SHARE * width && box.bottom_px - box.top_px >= LEAST_SHARE * height;
  return large ? box : null;
}

/** Shade what of the picture lies outside of a rectangle. @param {CanvasRenderingContext2D} context @param {Within} within */
export function shadeOutside(context, within, stage) {
  if (within.left_px === null) return;
  const { width, height } = stage.box.box;
  const from = stage.box.toBox({ x: within.left_px, y: within.top_px });
  const to = stage.box.toBox({ x: within.right_px, y: within.bottom_px });
  context.beginPath();
  context.rect(0, 0, width, height);
  context.rect(from.x, from.y, to.x - from.x, to.y - from.y);
  context.fillStyle = SHADE;
  context.fill("evenodd");
  context.strokeStyle = EDGE;
  context.lineWidth = 1.5;
  context.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
}

export class TrimTool {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {{post: (message: import("./contract.js").PlayerEvent) => void, onChange: () => void, stop: () => void}} owner
   */
  constructor(stage, owner) {
    this.stage = stage;
    this.owner = owner;
    /** @type {Within|null} */
    this.proposed = null;
    this.corner = null;
    this.end = 0;
  }

  /** As it is kept. @returns {Within} */
  get kept() {
    return this.stage.set?.within ?? WHOLE;
  }

  /** As it would be. @returns {Within} */
  get within() {
    return this.proposed ?? this.kept;
  }

  get pending() {
    return this.proposed !== null && !samePart(this.proposed, this.kept);
  }

  /** @param {number} end s */
  setSet(end) {
    this.end = end;
    this.proposed = null;
  }

  /** One end of the set is the frame under the cursor. @param {"start_s"|"end_s"} edge @param {number} at s */
  put(edge, at) {
    const moved = { ...this.within, [edge]: Math.round(at * 1e3) / 1e3 };
    // Who puts the start behind the end means the rest of the recording.
    if (moved.start_s !== null && (moved.end_s ?? this.end) - moved.start_s < SHORTEST_S) moved[edge === "start_s" ? "end_s" : "start_s"] = null;
    this.#propose(moved);
  }

  /** Where the set is most likely to be cut, s; null where nothing speaks for it. */
  get pauseAt() {
    return this.stage.set === null ? null : longestPause(this.stage.set.reps ?? []);
  }

  whole() {
    this.#propose(WHOLE);
  }

  /** Two sets of one. @param {number} at s */
  cut(at) {
    this.owner.stop();
    this.owner.post({ kind: "cut", at_s: Math.round(at * 1e3) / 1e3 });
    this.discard();
  }

  keep() {
    if (this.pending) this.owner.post({ kind: "within", ...this.proposed });
    this.discard();
  }

  discard() {
    this.proposed = null;
    this.corner = null;
    this.owner.onChange();
  }

  down({ place }) {
    this.owner.stop();
    this.corner = place;
    return true;
  }

  move({ place }) {
    if (this.corner === null) return;
    const box = boxBetween(this.corner, place, this.stage.set.picture);
    if (box !== null) this.#propose({ ...this.within, ...box });
  }

  up() {
    this.corner = null;
  }

  draw(context, stage) {
    shadeOutside(context, this.within, stage);
  }

  #propose(within) {
    this.proposed = within;
    this.owner.onChange();
  }
}
