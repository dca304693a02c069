/** The gauges: drawn once, then only moved. Geometry and words come from `scales.js`. */

import { draw, make, setAttribute, setText } from "./dom.js";
import { BANDS, bandScale, bendOnBar, bendWord, depthTarget, kneeWord, ringDash } from "./scales.js";
import { readingText } from "./measures.js";

const WIDTH = 240;
const TOP = 22;
const ZONE_HEIGHT = { good: 22, caution: 14, fault: 8 };

/**
 * A knee's gauge: a needle over zones. The zones differ by height, sign and colour. Inward points to the other leg:
 * to the right on the gauge of the left knee, which lies at the left of the mirrored picture.
 */
export class KneeGauge {
  /** @param {"left"|"right"} side */
  constructor(side) {
    this.side = side;
    this.zones = draw("g");
    this.needle = draw("g", { class: "fc-needle" },
      draw("path", { d: `M 0 ${TOP - 2} L -9 ${TOP - 18} L 9 ${TOP - 18} Z` }),
      draw("line", { x1: 0, x2: 0, y1: TOP - 4, y2: TOP + 24 }));
    this.svg = draw("svg", { viewBox: `0 0 ${WIDTH} 48`, "aria-hidden": "true", class: "fc-knee-scale" },
      this.zones, this.needle);
    this.word = make("span", { class: "fc-knee-word" });
    this.number = make("span", { class: "fc-knee-number" });
    const [near, far] = side === "left" ? ["out", "in"] : ["in", "out"];
    this.element = make("section", { class: `fc-knee fc-knee-${side}`, "data-testid": `knee-${side}` },
      make("h3", { class: "fc-gauge-name", text: side === "left" ? "Left knee" : "Right knee" }),
      this.svg,
      make("div", { class: "fc-knee-ends", "aria-hidden": "true" },
        make("span", { text: near }), make("span", { text: far })),
      make("p", { class: "fc-knee-text" }, this.word, this.number));
    this.scale = null;
  }

  /** @param {import("./contract.js").BandEdges|null} edges null when the exercise does not judge it */
  setBands(edges) {
    this.scale = edges === null ? null : bandScale(edges);
    this.zones.replaceChildren(...(this.scale?.zones ?? []).map((zone) => this.#zone(zone)));
  }

  #zone({ band, from, to }) {
    const [a, b] = [this.#x(from), this.#x(to)].sort((p, q) => p - q);
    const height = ZONE_HEIGHT[band];
    const parts = [draw("rect", {
      x: (a + 1).toFixed(1), y: TOP, width: Math.max(1, b - a - 2).toFixed(1), height, rx: 3, class: `fc-zone-${band}`,
    })];
    if (b - a > 14) {
      parts.push(draw("text", { x: ((a + b) / 2).toFixed(1), y: TOP + height + 11, class: "fc-zone-sign" },
        BANDS[band].sign));
    }
    return draw("g", {}, ...parts);
  }

  /** Where a share of the scale lies on the drawing. */
  #x(share) {
    return WIDTH * (this.side === "left" ? share : 1 - share);
  }

  /** @param {import("./measures.js").Reading} reading @param {string} text of the number, or why there is none */
  update(reading, text) {
    if (this.scale === null) return;
    const measured = reading.state === "value";
    setAttribute(this.element, "data-band", measured ? reading.band ?? "none" : "unmeasured");
    if (measured) {
      const x = this.#x(this.scale.share(reading.value));
      setAttribute(this.needle, "transform", `translate(${x.toFixed(0)} 0)`);
    }
    const { sign, word } = measured ? kneeWord(reading.value, reading.band) : { sign: "", word: "" };
    setText(this.word, `${sign} ${word}`.trim());
    setText(this.number, text);
  }
}

/** From the side: how far the knee is bent, as a number beside a bar with the target band on it. */
export class DepthGauge {
  constructor() {
    this.bar = make("div", { class: "fc-depth-bar" });
    this.target = make("div", { class: "fc-depth-target", hidden: true });
    this.marker = make("div", { class: "fc-depth-marker", hidden: true });
    this.number = make("span", { class: "fc-depth-number" });
    this.error = make("span", { class: "fc-depth-error" });
    this.word = make("span", { class: "fc-depth-word" });
    this.mark = make("span", { class: "fc-depth-mark" });
    this.name = make("h3", { class: "fc-gauge-name", text: "Knee bend" });
    this.element = make("section", { class: "fc-depth", "data-testid": "depth", hidden: true },
      make("div", { class: "fc-depth-track", "aria-hidden": "true" }, this.bar, this.target, this.marker),
      make("div", { class: "fc-depth-words" }, this.name,
        make("p", { class: "fc-depth-reading" }, this.number, this.error), this.word, this.mark));
    this.band = null;
  }

  /** @param {[number, number]|null} depthBand degrees @param {number|null} targetDeg */
  setTarget(depthBand, targetDeg) {
    this.band = depthTarget(depthBand);
    this.target.hidden = this.band === null;
    setText(this.mark, this.band === null ? "" : `Your mark: ${targetDeg ?? Math.round(this.band.to)}°`);
    if (this.band === null) return;
    const [from, to] = [bendOnBar(this.band.from), bendOnBar(this.band.to)];
    this.target.style.top = `${(100 * from).toFixed(1)}%`;
    this.target.style.height = `${(100 * (to - from)).toFixed(1)}%`;
  }

  /** @param {import("./measures.js").Reading} reading of the near knee's bend @param {"left"|"right"} side */
  update(reading, side) {
    const measured = reading.state === "value";
    setText(this.name, `Knee bend, ${side} leg`);
    this.marker.hidden = !measured;
    const share = measured ? bendOnBar(reading.value) : 0;
    this.marker.style.transform = `translateY(${(100 * share).toFixed(1)}%)`;
    this.bar.style.transform = `scaleY(${share.toFixed(3)})`;
    setAttribute(this.element, "data-measured", String(measured));
    const inside = measured && this.band !== null && reading.value >= this.band.from && reading.value <= this.band.to;
    setAttribute(this.element, "data-inside", String(inside));
    const [number, error = ""] = measured ? readingText(reading, "°").split(" ± ") : [readingText(reading, "°")];
    setText(this.number, number);
    setText(this.error, error && ` ± ${error}`);
    setText(this.word, measured ? bendWord(reading.value, this.band) : "");
  }
}

/** From the front: how the trunk goes down and up. It measures nothing, so it has neither number nor mark. */
export class MovementBar {
  constructor() {
    this.bar = make("div", { class: "fc-movement-bar" });
    this.element = make("section", { class: "fc-movement", "data-testid": "movement", "aria-hidden": "true" },
      make("span", { text: "up" }), make("div", { class: "fc-movement-track" }, this.bar), make("span", { text: "down" }));
  }

  /** @param {number|null} share 0 standing, 1 at the deepest of this set; null when not seen */
  update(share) {
    this.bar.style.transform = `scaleX(${Math.min(1, Math.max(0, share ?? 0)).toFixed(3)})`;
  }
}

/** A ring that fills, with a text in its middle. */
export class Ring {
  /** @param {string} className @param {string} testId of the text in the middle @param {string} unit */
  constructor(className, testId, unit) {
    this.arc = draw("circle", { cx: 50, cy: 50, r: RING_RADIUS, class: "fc-ring-arc", "stroke-dasharray": "0 999" });
    this.text = make("span", { class: "fc-ring-text", ...(testId ? { "data-testid": testId } : {}) });
    this.unit = make("span", { class: "fc-ring-unit", text: unit });
    this.element = make("div", { class: `fc-ring ${className}` },
      draw("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" },
        draw("circle", { cx: 50, cy: 50, r: RING_RADIUS, class: "fc-ring-track" }), this.arc),
      make("div", { class: "fc-ring-middle" }, this.text, this.unit));
  }

  /** @param {number} share @param {string} text @param {string} unit */
  update(share, text, unit = "") {
    setAttribute(this.arc, "stroke-dasharray", ringDash(share, RING_RADIUS));
    setText(this.text, text);
    setText(this.unit, unit);
  }
}

const RING_RADIUS = 42;
