/** The plots, one below the other over the same stretch of time, with one cursor through all of them. */

import { fitCanvas, make, setText, show } from "./dom.js";
import { LEGS } from "./body.js";
import { PlotMenu } from "./plot_menu.js";
import { inksOf, paintZones, paintGrid, paintJudged, paintLine, paintReps } from "./plot_paint.js";
import { momentNear } from "./rep_edges.js";
import { TimeWindow, rangeOf, ticks, valueText } from "./scale.js";
import { nearestRep } from "./moments.js";

/** Room for the numbers at the left of a plot, CSS px; the same in review.css. */
const GUTTER = 40;
const EDGE_REACH = 12;
const COARSE_EDGE_REACH = 24;
const WHEEL = 1.25;

export class Plots {
  /**
   * @param {{scrub: (at: number) => void, edges: import("./times_tool.js").TimesTool, editsTimes: () => boolean,
   *   showsMeasured: () => boolean}} owner
   */
  constructor(owner) {
    this.owner = owner;
    this.window = new TimeWindow();
    this.menu = new PlotMenu({
      onChoice: () => this.#arrange(),
      onZoom: (factor) => this.#zoom(factor),
      onWhole: () => this.#look(() => this.window.showWhole()),
      onRep: () => this.#lookAtRep(),
    });
    this.rows = make("div", { class: "fcr-plot-rows" });
    this.axis = make("canvas", { class: "fcr-axis" });
    this.cursor = make("div", { class: "fcr-cursor", "data-testid": "player-cursor" });
    this.area = make("div", { class: "fcr-plot-area", "data-testid": "player-plots" }, this.rows, this.axis, this.cursor);
    this.element = make("section", { class: "fcr-plots", "aria-label": "Plots" }, this.menu.element, this.area);
    this.set = null;
    /** @type {{plot: import("./set_data.js").Plot, canvas: HTMLCanvasElement, values: HTMLElement}[]} */
    this.shown = [];
    /** Of the plotted area, CSS px. Kept, since asking for it while drawing makes the browser lay out the page. */
    this.width = 1;
    this.at = 0;
    this.held = null;
    this.area.addEventListener("pointerdown", this.#onDown);
    this.area.addEventListener("pointermove", this.#onMove);
    this.area.addEventListener("pointerup", this.#onUp);
    this.area.addEventListener("pointercancel", this.#onUp);
    this.area.addEventListener("wheel", this.#onWheel, { passive: false });
    this.sizes = new ResizeObserver(() => this.paint());
    this.sizes.observe(this.area);
  }

  destroy() {
    this.sizes.disconnect();
  }

  /** @param {Object} set @param {number} end s */
  setSet(set, end) {
    this.set = set;
    this.window.setWhole(end);
    this.menu.setPlots(set.plots);
    this.#arrange();
  }


  /** @param {number} frame @param {number} at s */
  moveCursor(frame, at) {
    this.at = at;
    if (this.held === null && this.window.follow(at)) this.paint();
    this.cursor.style.transform = `translateX(${GUTTER + this.window.toX(at, this.width)}px)`;
    for (const { plot, values } of this.shown) {
      for (const [i, line] of plot.lines.entries()) setText(values.children[i].lastChild, valueText(line.values[frame], plot));
    }
  }

  paint() {
    if (this.set === null) return;
    const inks = inksOf(this.element);
    const width = Math.max(1, this.area.clientWidth - GUTTER);
    this.width = width;
    for (const { plot, canvas } of this.shown) this.#paintPlot(plot, canvas, width, inks);
    this.#paintAxis(width, inks);
    this.cursor.style.transform = `translateX(${GUTTER + this.window.toX(this.at, width)}px)`;
  }

  #paintPlot(plot, canvas, width, inks) {
    const height = canvas.clientHeight;
    const context = sheetOf(canvas, width, height);
    const range = rangeOf(plot);
    const sheet = {
      context, width, height, inks, x: (at) => this.window.toX(at, width),
      y: (value) => height - ((value - range[0]) / (range[1] - range[0])) * height,
    };
    paintGrid(sheet, range);
    context.save();
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    paintReps(sheet, this.set.reps, this.owner.editsTimes() ? this.owner.edges.edited : null);
    paintZones(sheet, plot.judged);
    paintJudged(sheet, plot.judged, new Set(this.set.reps.filter(({ excluded }) => excluded).map(({ index }) => index)));
    for (const line of plot.lines) paintLine(sheet, line, this.set.t, this.owner.showsMeasured());
    context.restore();
  }

  #paintAxis(width, inks) {
    const context = sheetOf(this.axis, width, 18);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = inks.quiet;
    context.textAlign = "center";
    for (const at of ticks(this.window.from, this.window.to, width / 80)) {
      context.fillText(`${Number(at.toFixed(2))} s`, Math.min(width - 14, Math.max(4, this.window.toX(at, width))), 13);
    }
  }

  /** Make a row for each plot that is chosen. */
  #arrange() {
    this.shown = this.set.plots.filter(({ name }) => this.menu.chosen.has(name)).map((plot) => {
      const canvas = make("canvas", { class: "fcr-plot-canvas", role: "img", "aria-label": plot.label });
      const values = make("span", { class: "fcr-plot-values" }, ...plot.lines.map(valueOf));
      const head = make(
        "div", { class: "fcr-plot-head" }, make("span", { class: "fcr-plot-name", text: plot.label, title: plot.direction }), values,
      );
      return { plot, canvas, values, row: make("div", { class: "fcr-plot", "data-plot": plot.name }, head, canvas) };
    });
    this.rows.replaceChildren(...this.shown.map(({ row }) => row));
    show(this.area, this.shown.length > 0);
    this.paint();
    this.owner.scrub(null);
  }

  #look(change) {
    change();
    this.paint();
  }

  #zoom(factor) {
    this.#look(() => this.window.zoomAt(this.at, factor));
  }

  #lookAtRep() {
    const rep = nearestRep(this.set.reps, this.at);
    if (rep !== null) this.#look(() => this.window.show(rep.start_s - 0.4, rep.end_s + 0.4));
  }

  #timeAt(event) {
    const x = event.clientX - this.area.getBoundingClientRect().left - GUTTER;
    return { x, at: this.window.toTime(Math.min(this.width, Math.max(0, x)), this.width) };
  }

  #onDown = (event) => {
    if (event.button !== 0) return;
    const { x, at } = this.#timeAt(event);
    this.area.setPointerCapture(event.pointerId);
    const edited = this.owner.editsTimes() ? this.owner.edges.edited : null;
    const reach = event.pointerType === "touch" ? COARSE_EDGE_REACH : EDGE_REACH;
    const moment = edited === null ? null : momentNear(edited.times, x, (time) => this.window.toX(time, this.width), reach);
    this.held = { moment };
    if (moment === null) this.owner.scrub(at);
    event.preventDefault();
  };

  #onMove = (event) => {
    if (this.held === null) return;
    const { at } = this.#timeAt(event);
    if (this.held.moment !== null) this.owner.edges.put(this.held.moment, at);
    this.owner.scrub(at);
  };

  #onUp = () => {
    this.held = null;
  };

  #onWheel = (event) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.ctrlKey && !event.metaKey && !sideways) return;
    event.preventDefault();
    this.#look(() => {
      const { window: time, width } = this;
      const way = (event.deltaX / width) * (time.to - time.from);
      if (sideways) time.show(time.from + way, time.to + way);
      else time.zoomAt(this.#timeAt(event).at, WHEEL ** -Math.sign(event.deltaY));
    });
  };
}

/** The value of a line under the cursor, with the leg's letter and a piece of its line. */
function valueOf({ leg }) {
  const look = LEGS.find(({ side }) => side === leg);
  return make(
    "span", { class: `fcr-value fcr-value-${leg ?? "body"}` }, make("span", { class: "fcr-value-leg", text: look?.letter ?? "" }),
    make("span", { class: "fcr-value-number", text: "–" }),
  );
}

function sheetOf(canvas, width, height) {
  const ratio = fitCanvas(canvas, width + GUTTER, height);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width + GUTTER, height);
  context.setTransform(ratio, 0, 0, ratio, GUTTER * ratio, 0);
  return context;
}
