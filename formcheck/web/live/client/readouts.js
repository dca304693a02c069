/**
 * Gauges and numbers. What the camera's place lets us judge is shown big: the knees from the front, the bend of the knee
 * from the side. The rest is one quiet line.
 */

import { make, setAttribute, setText, show } from "./dom.js";
import { DepthGauge, KneeGauge, MovementBar } from "./gauges.js";
import { gapsText, lineText, readingText } from "./measures.js";

/** Numbers change at most this often, ms; faster is not read. They vanish at once. */
const NUMBER_MS = 200;
/** A leg that was not measured for so long, while the other was, is not the one that stands, ms. */
const OTHER_LEG_MS = 1500;

export class Readouts {
  /** @param {import("./measures.js").Shown[]} measures */
  constructor(measures) {
    const ofKnee = (view) => measures.find((each) => each.view === view && each.sides.length === 2).name;
    this.bend = ofKnee("side");
    /** What the gauges of the knees show where the exercise judges no measure of them. */
    this.alignment = ofKnee("front");
    this.units = new Map(measures.map(({ name, unit }) => [name, unit]));
    this.knees = { left: new KneeGauge("left"), right: new KneeGauge("right") };
    this.depth = new DepthGauge();
    this.movement = new MovementBar();
    this.gauges = make("div", { class: "fc-gauges", hidden: true },
      this.knees.left.element, this.knees.right.element, this.depth.element, this.movement.element);
    this.lines = measures.map((measure) => ({ measure, text: make("dd"), row: null, state: "", at: 0 }));
    for (const line of this.lines) {
      line.row = make("div", { "data-testid": `measure-${line.measure.name}` },
        make("dt", { text: line.measure.label }), line.text);
    }
    this.gaps = make("p", { class: "fc-gaps", "data-testid": "gaps" });
    this.numbers = make("div", { class: "fc-numbers", hidden: true },
      make("dl", {}, ...this.lines.map(({ row }) => row)), this.gaps);
    this.alignmentMeasure = this.alignment;
    this.scored = [];
    this.bilateral = true;
    this.view = null;
  }

  /** @param {import("./contract.js").Ready} ready @param {string} leg the scored one */
  begin(ready, leg) {
    const alignment = ready.alignment_band;
    this.alignmentMeasure = alignment?.measure ?? this.alignment;
    this.bilateral = ready.bilateral;
    this.scored = alignment === null ? [] : ["left", "right"].filter((side) => !isOther(leg, side));
    for (const gauge of Object.values(this.knees)) gauge.setBands(alignment);
    this.depth.setTarget(ready.depth_band, ready.target.depth_deg);
    this.#look("front");
  }

  /** @param {boolean} shown */
  show(shown) {
    show(this.gauges, shown);
    show(this.numbers, shown);
  }

  /** @param {import("./contract.js").Frame} frame */
  frame(frame) {
    if (frame.verdict !== null) this.#look(frame.verdict.kind === "side" ? "side" : "front");
  }

  /** @param {import("./measures.js").Readings} readings @param {number} now */
  update(readings, now) {
    if (this.gauges.hidden) return;
    if (this.view === "side") this.#bend(readings, now);
    else this.#alignment(readings, now);
    for (const line of this.lines) this.#line(line, readings, now);
    const gaps = this.lines.filter(({ measure }) => measure.view !== this.view).map(({ measure }) =>
      ({ label: measure.label, reason: readings.reading(measure.name, measure.sides[0], now).reason }));
    setText(this.gaps, gapsText(gaps));
  }

  /** @param {"front"|"side"} view */
  #look(view) {
    if (view === this.view) return;
    this.view = view;
    setAttribute(this.gauges, "data-view", view);
    const inGauge = view === "side" ? this.bend : this.alignmentMeasure;
    for (const { measure, row } of this.lines) show(row, measure.view === view && measure.name !== inGauge);
    show(this.depth.element, view === "side");
    show(this.movement.element, view === "front");
    for (const [side, { element }] of Object.entries(this.knees)) {
      show(element, view === "front" && this.scored.includes(side));
    }
  }

  #alignment(readings, now) {
    const measure = this.alignmentMeasure;
    const shown = this.scored.filter((side) => this.#counts(readings, measure, side));
    const unit = this.units.get(measure);
    for (const side of this.scored) {
      const gauge = this.knees[side];
      const reading = readings.reading(measure, side, now);
      show(gauge.element, shown.includes(side));
      gauge.update(reading, readingText(reading, unit));
    }
    setAttribute(this.gauges, "data-knees", String(shown.length));
    this.movement.update(readings.depth(now));
  }

  #bend(readings, now) {
    const near = readings.measuredAt(this.bend, "right") > readings.measuredAt(this.bend, "left") ? "right" : "left";
    this.depth.update(readings.reading(this.bend, near, now), near);
  }

  /** Of a step-down whose leg the camera finds, only the standing leg is measured: the other has nothing to show. */
  #counts(readings, name, side) {
    if (this.bilateral || side === "both") return true;
    const other = side === "left" ? "right" : "left";
    return readings.measuredAt(name, side) >= readings.measuredAt(name, other) - OTHER_LEG_MS;
  }

  #line(line, readings, now) {
    const { measure } = line;
    if (measure.view !== this.view) return;
    const each = measure.sides.map((side) => readings.reading(measure.name, side, now));
    const state = each.map((reading) => (reading.state === "value" ? "+" : reading.reason)).join("|");
    if (state === line.state && now - line.at < NUMBER_MS) return;
    line.state = state;
    line.at = now;
    setText(line.text, lineText(measure, each, measure.sides.map((side) => this.#counts(readings, measure.name, side))));
    setAttribute(line.text, "data-measured", String(each.some((reading) => reading.state === "value")));
  }
}

/** Whether a leg was named and it is not this one. */
function isOther(leg, side) {
  return (leg === "left" || leg === "right") && leg !== side;
}
