/** The picture: video, or a drawn figure where there is none, skeleton and drawings over it, magnified or whole, and the pointer for the tool in hand. */

import { fitCanvas, make, setAttribute } from "./dom.js";
import { drawDrawing } from "./drawings.js";
import { buildOf, drawFigure } from "./figure.js";
import { Loupe } from "./loupe.js";
import { Pointers } from "./pointers.js";
import { placeOf } from "./set_data.js";
import { differs, drawMeasured, drawSkeleton } from "./skeleton.js";
import { shadeOutside } from "./trim_tool.js";
import { ViewBox } from "./view_box.js";

/** A turn of the wheel by one notch magnifies by this. */
const WHEEL = 1.2;

/**
 * @typedef {Object} Tool what the pointer does; every part may be missing
 * @property {(hand: import("./pointers.js").Hand) => boolean} [down] whether it takes this touch
 * @property {(hand: import("./pointers.js").Hand) => void} [move]
 * @property {(hand: import("./pointers.js").Hand) => void} [up]
 * @property {(context: CanvasRenderingContext2D, stage: Stage) => void} [draw]
 * @property {(landmark: number, frame: number, place: Object|null) => Object|null} [override]
 * @property {{x: number, y: number}|null} [loupeAt] px of the picture
 */

export class Stage {
  /** @param {() => void} onChange something is to be drawn anew */
  constructor(onChange) {
    this.onChange = onChange;
    this.video = make("video", { class: "fcr-video", muted: true, playsinline: true, preload: "auto", disablepictureinpicture: true });
    this.video.muted = true;
    this.canvas = make("canvas", { class: "fcr-overlay" });
    this.context = this.canvas.getContext("2d");
    this.loupe = new Loupe();
    this.element = make(
      "div", { class: "fcr-stage", tabindex: "-1", "data-testid": "player-stage" }, this.video, this.canvas, this.loupe.element,
    );
    this.box = new ViewBox(16, 9);
    this.set = null;
    this.frame = 0;
    this.showsSkeleton = true;
    this.showsMeasured = true;
    /** Whether a figure stands in for the video. */
    this.showsFigure = false;
    /** @type {Tool} */
    this.tool = {};
    /** Drawings that the server has not confirmed yet. @type {Object[]} */
    this.sent = [];
    this.draws = 0;
    this.pointers = new Pointers(this.element, this.box, {
      tool: () => this.tool,
      onChange: () => this.#placed(),
    });
    this.element.addEventListener("wheel", this.#onWheel, { passive: false });
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(this.element);
  }

  destroy() {
    this.sizes.disconnect();
    this.video.removeAttribute("src");
    this.video.load();
  }

  setSet(set) {
    this.set = set;
    this.sent = [];
    this.build = buildOf(set.current, set.picture);
    const { width, height } = set.picture;
    this.box.setPicture(width, height);
    this.element.style.setProperty("--fcr-ratio", String(width / height));
    this.#placed();
  }

  /** @param {number} factor around the middle */
  zoom(factor) {
    this.box.zoomAt({ x: this.box.box.width / 2, y: this.box.box.height / 2 }, factor);
    this.#placed();
  }

  fit() {
    this.box.fit();
    this.#placed();
  }

  /** Where a landmark is shown on the frame under the cursor, px of the picture, the tool's own idea first. */
  place(landmark) {
    const known = placeOf(this.set.current, landmark, this.frame);
    return this.tool.override?.(landmark, this.frame, known) ?? known;
  }

  /** @param {number} frame */
  draw(frame) {
    if (this.set === null) return;
    this.frame = frame;
    const { context, box } = this;
    const ratio = fitCanvas(this.canvas, box.box.width, box.box.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, box.box.width, box.box.height);
    if (this.showsFigure) this.drawFigure(context, { scale: box.scale, toBox: (place) => box.toBox(place), ...box.box });
    if (this.showsSkeleton) this.#drawBody();
    if (this.tool.within === undefined && this.set.within !== null) shadeOutside(context, this.set.within, this);
    for (const drawing of this.#drawingsHere()) drawDrawing(context, drawing, (place) => box.toBox(place));
    this.tool.draw?.(context, this);
    this.loupe.show(this.tool.loupeAt ?? null, this);
    this.draws += 1;
    this.element.dataset.draws = String(this.draws);
  }

  /** The figure on the frame under the cursor. @param {Object} box where it is drawn, see `figure.js` */
  drawFigure(context, box) {
    const at = (landmark) => {
      const place = this.place(landmark) ?? placeOf(this.set.head, landmark, this.frame);
      return place === null ? null : box.toBox(place);
    };
    drawFigure(context, at, this.build, box);
  }

  #drawBody() {
    const toBox = (landmark) => {
      const place = this.place(landmark);
      return place === null ? null : this.box.toBox(place);
    };
    const thick = Math.min(5, Math.max(2.5, this.box.box.height / 150));
    drawSkeleton(this.context, toBox, { legs: this.set.legs, kneeLine: this.set.view === "front", thick });
    if (!this.showsMeasured) return;
    const changed = new Map();
    for (const landmark of this.set.automatic.keys()) {
      const was = placeOf(this.set.automatic, landmark, this.frame);
      if (was !== null && differs(was, placeOf(this.set.current, landmark, this.frame))) {
        changed.set(landmark, { was: this.box.toBox(was), now: toBox(landmark) });
      }
    }
    drawMeasured(this.context, changed);
  }

  /** @returns {{kind: string, points: {x: number, y: number}[], text: string}[]} those of the frame under the cursor */
  #drawingsHere() {
    return [...this.set.annotations, ...this.sent]
      .filter((each) => this.isHere(each.t_s))
      .map(({ kind, points_px: points, text }) => ({ kind, text, points: points.map(([x, y]) => ({ x, y })) }));
  }

  /** Whether a moment belongs to the frame under the cursor: what is drawn on it is nowhere else. */
  isHere(at) {
    const { t } = this.set;
    const before = this.frame > 0 ? (t[this.frame] + t[this.frame - 1]) / 2 : -Infinity;
    const after = this.frame + 1 < t.length ? (t[this.frame] + t[this.frame + 1]) / 2 : Infinity;
    return before <= at && at < after;
  }

  #onWheel = (event) => {
    // Without a modifier the wheel scrolls the page, as everywhere; a pinch on a touchpad comes with Ctrl.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = this.element.getBoundingClientRect();
    this.box.zoomAt({ x: event.clientX - left, y: event.clientY - top }, WHEEL ** -Math.sign(event.deltaY));
    this.#placed();
  };

  #resized() {
    this.box.resize(this.element.clientWidth, this.element.clientHeight);
    this.#placed();
  }

  #placed() {
    const { left, top, width, height } = this.box.placed;
    Object.assign(this.video.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    setAttribute(this.element, "data-zoomed", this.box.zoom > 1 ? "" : null);
    this.onChange();
  }
}
