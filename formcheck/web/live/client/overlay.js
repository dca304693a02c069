/**
 * The skeleton over the video. It is drawn un-mirrored and mirrored by the same CSS as the video, so that both always
 * agree; nothing is written on it.
 */

import { COLOURS } from "./colours.js";
import { EasedPose } from "./easing.js";

/** The colours of Okabe and Ito that the reports use for the legs; line style and joint shape tell them apart too. */
const LEGS = Object.freeze([
  { side: "left", colour: COLOURS.pictureLeft, dash: [], square: false, hip: 23, knee: 25, ankle: 27, heel: 29, toe: 31 },
  { side: "right", colour: COLOURS.pictureRight, dash: [12, 6], square: true, hip: 24, knee: 26, ankle: 28, heel: 30, toe: 32 },
]);
const BODY = Object.freeze([[11, 12], [23, 24], [11, 13], [13, 15], [12, 14], [14, 16], [11, 23], [12, 24]]);
const { outline: INK, skeleton: FAINT } = COLOURS;
/** Wider is not seen and costs time. */
const MAX_WIDTH = 960;
/** The video under it changes every 33 ms: drawing at every refresh of a 60 Hz screen would not look better, and costs a
 * tenth of a core where there is no GPU. */
const DRAW_MS = 24;
/** Below this way, a share of the picture, another drawing would look the same. */
const STILL = 0.0004;

export class Overlay {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.pose = new EasedPose();
    this.legs = LEGS;
    /** Least width of a bone, canvas pixels. */
    this.thick = 3;
    /** @type {Object<string, string|null>} */
    this.bands = {};
    this.handle = 0;
    this.drawn = false;
    this.drawnAt = -Infinity;
  }

  /** @param {"left"|"right"|"both"|"auto"} leg the scored one */
  score(leg) {
    this.legs = LEGS.filter(({ side }) => leg !== "left" && leg !== "right" ? true : side === leg);
  }

  /** @param {number} width of the video @param {number} height */
  fit(width, height) {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    this.thick = 3 * ratio;
    const shown = this.canvas.clientWidth || width;
    const wide = Math.round(Math.min(MAX_WIDTH, shown * ratio));
    const high = Math.round((wide * height) / width);
    if (this.canvas.width === wide && this.canvas.height === high) return;
    this.canvas.width = wide;
    this.canvas.height = high;
    this.drawn = false;
  }

  /** @param {Array<Array<number|null>>|null} pose @param {Object<string, string|null>} bands of the knees */
  aim(pose, bands) {
    const now = performance.now();
    this.pose.aim(pose, now);
    this.bands = bands;
    if (this.handle === 0) this.handle = requestAnimationFrame(this.#frame);
  }

  /**
   * Draw a pose as it is, on the frame that it belongs to.
   * @param {Array<Array<number|null>>|null} pose @param {Object<string, string|null>} bands of the knees
   * @param {number} alpha 0 to 1
   */
  put(pose, bands, alpha) {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (pose !== null) this.pose.put(pose);
    this.bands = bands;
    if (alpha > 0) this.#draw(alpha);
  }

  stop() {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Runs only while there is something to draw: results start it, and it ends when they have faded. */
  #frame = () => {
    const now = performance.now();
    if (now - this.drawnAt < DRAW_MS) {
      this.handle = requestAnimationFrame(this.#frame);
      return;
    }
    const alpha = this.pose.alpha(now);
    const way = this.pose.step(now);
    if (alpha === 0) {
      this.stop();
      return;
    }
    this.handle = requestAnimationFrame(this.#frame);
    if (way < STILL && alpha === 1 && this.drawn) return;
    this.#draw(alpha);
    this.drawnAt = now;
    this.drawn = way < STILL && alpha === 1;
  };

  #draw(alpha) {
    const { context, canvas } = this;
    const thick = Math.max(this.thick, canvas.width / 150);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.globalAlpha = alpha;
    context.lineCap = "round";
    context.lineJoin = "round";
    const faint = LEGS.filter((leg) => !this.legs.includes(leg)).flatMap(bonesOf);
    this.#bones([...BODY, ...faint], FAINT, thick * 0.6, []);
    for (const leg of this.legs) {
      this.#bones([[leg.hip, leg.ankle]], COLOURS.pictureOn, thick * 0.3, []);
      this.#bones(bonesOf(leg), leg.colour, thick, leg.dash);
      for (const joint of [leg.hip, leg.knee, leg.ankle, leg.toe]) this.#joint(joint, leg, thick);
      this.#knee(leg, thick);
    }
    context.globalAlpha = 1;
  }

  #bones(bones, colour, width, dash) {
    const { context, canvas, pose } = this;
    context.beginPath();
    for (const [a, b] of bones) {
      // A coordinate that is NaN would be skipped by the canvas, but joins the line to the wrong joint.
      if (Number.isNaN(pose.x[a] + pose.x[b])) continue;
      context.moveTo(pose.x[a] * canvas.width, pose.y[a] * canvas.height);
      context.lineTo(pose.x[b] * canvas.width, pose.y[b] * canvas.height);
    }
    context.setLineDash([]);
    context.strokeStyle = INK;
    context.lineWidth = width + 3;
    context.stroke();
    context.setLineDash(dash.map((px) => (px * width) / 6));
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    context.setLineDash([]);
  }

  #joint(joint, { colour, square }, thick) {
    const { context, canvas, pose } = this;
    if (Number.isNaN(pose.x[joint])) return;
    const [x, y, r] = [pose.x[joint] * canvas.width, pose.y[joint] * canvas.height, thick * 1.2];
    context.beginPath();
    if (square) context.rect(x - r, y - r, 2 * r, 2 * r);
    else context.arc(x, y, r, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = INK;
    context.lineWidth = 2;
    context.stroke();
  }

  /** Around a knee that is not in line: a diamond for a little, a triangle for too far. */
  #knee({ side, knee }, thick) {
    const { context, canvas, pose } = this;
    const corners = { caution: 4, fault: 3 }[this.bands[side]];
    if (corners === undefined || Number.isNaN(pose.x[knee])) return;
    const [x, y, r] = [pose.x[knee] * canvas.width, pose.y[knee] * canvas.height, thick * 3.6];
    context.beginPath();
    for (let i = 0; i < corners; i += 1) {
      const turn = -Math.PI / 2 + (2 * Math.PI * i) / corners;
      context.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn));
    }
    context.closePath();
    context.strokeStyle = INK;
    context.lineWidth = thick + 3;
    context.stroke();
    context.strokeStyle = corners === 3 ? COLOURS.pictureFault : COLOURS.pictureCaution;
    context.lineWidth = thick;
    context.stroke();
  }
}

function bonesOf({ hip, knee, ankle, heel, toe }) {
  return [[hip, knee], [knee, ankle], [ankle, heel], [heel, toe], [ankle, toe]];
}
