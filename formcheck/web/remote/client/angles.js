/** Drawing on a still: angle of three points, line, text, in pixels of the picture. Pure. */

import { POINTS } from "../../player/client/drawings.js";
import { MOST_DRAWINGS } from "./contract.js";

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{kind: "angle"|"line"|"text", points: Point[], text: string}} Drawing */

/** Characters of a text on a still. */
export const LONGEST_TEXT = 80;

/** What is drawn on one still, point by point. */
export class StillDrawings {
  /** @param {import("./contract.js").DrawingShown[]} shown as the server has them */
  constructor(shown = []) {
    /** @type {"angle"|"line"|"text"} */
    this.kind = "angle";
    /** @type {Point[]} of the drawing that is being made */
    this.points = [];
    this.take(shown);
  }

  /** @param {import("./contract.js").DrawingShown[]} shown */
  take(shown) {
    /** @type {Drawing[]} */
    this.drawings = shown.map(({ kind, points_px: points, text }) =>
      ({ kind, points: points.map(([x, y]) => ({ x, y })), text }));
  }

  get isFull() {
    return this.drawings.length >= MOST_DRAWINGS;
  }

  /** @param {"angle"|"line"|"text"} kind */
  choose(kind) {
    this.kind = kind;
    this.points = [];
  }

  /**
   * Put down the next point; none where there are as many drawings as may be.
   * @param {Point} point @param {string} text of a text
   * @returns {boolean} whether a drawing is whole with it
   */
  add(point, text = "") {
    if (this.isFull) return false;
    const words = text.trim().slice(0, LONGEST_TEXT);
    if (this.kind === "text" && words === "") return false;
    const last = this.points[this.points.length - 1];
    if (last !== undefined && last.x === point.x && last.y === point.y) return false;
    this.points.push(point);
    if (this.points.length < POINTS[this.kind]) return false;
    this.drawings.push({ kind: this.kind, points: this.points, text: this.kind === "text" ? words : "" });
    this.points = [];
    return true;
  }

  /** Take back the last point, else the last drawing. @returns {boolean} whether a drawing went */
  undo() {
    if (this.points.pop() !== undefined) return false;
    return this.drawings.pop() !== undefined;
  }

  /** As messages have them. @returns {import("./contract.js").DrawingShown[]} */
  get shown() {
    return this.drawings.map(({ kind, points, text }) => ({ kind, points_px: points.map(({ x, y }) => [x, y]), text }));
  }

  /** All there is to draw now, what is being made among it. @returns {Drawing[]} */
  get all() {
    return this.points.length === 0 ? this.drawings : [...this.drawings, { kind: this.kind, points: this.points, text: "" }];
  }
}
