/** Axes and windows of the plots. Pure. */

/** No window is shorter than this, s. */
const SHORTEST_S = 0.5;

/**
 * Round steps over a range.
 * @param {number} low @param {number} high @param {number} about how many are wanted
 * @returns {number[]}
 */
export function ticks(low, high, about) {
  if (!(high > low)) return [];
  const rough = (high - low) / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((base) => base * power).find((each) => each >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const found = [];
  for (let i = first; i * step <= high + step * 1e-9; i += 1) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/**
 * The values that a plot must show: all its lines, what was judged with its error, and the edges of what is good.
 * @param {import("./set_data.js").Plot} plot
 * @returns {[number, number]}
 */
export function rangeOf(plot) {
  let low = Infinity;
  let high = -Infinity;
  const take = (value) => {
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { values, automatic } of plot.lines) {
    for (const value of values) take(value);
    if (automatic !== null) for (const value of automatic) take(value);
  }
  for (const { value, error } of plot.judged) {
    take(value - error);
    take(value + error);
  }
  const good = plot.judged.flatMap(({ zones }) => zones.filter(({ band }) => band === "good"));
  for (const edge of good.flatMap(({ low, high }) => [low, high])) if (edge !== null) take(edge);
  if (!(high >= low)) return [0, 1];
  const room = Math.max((high - low) * 0.06, 0.5 * 10 ** -plot.decimals);
  return [low - room, high + room];
}

/** A part of the time axis, all of it at first. */
export class TimeWindow {
  constructor() {
    this.whole = { from: 0, to: 1 };
    this.from = 0;
    this.to = 1;
  }

  /** @param {number} to end of the clip, s */
  setWhole(to) {
    const all = this.isWhole;
    this.whole = { from: 0, to: Math.max(to, SHORTEST_S) };
    if (all) this.showWhole();
    else this.show(this.from, this.to);
  }

  get isWhole() {
    return this.from <= this.whole.from && this.to >= this.whole.to;
  }

  showWhole() {
    ({ from: this.from, to: this.to } = this.whole);
  }

  /** Show a stretch, moved so that it lies within the clip. */
  show(from, to) {
    const length = Math.min(this.whole.to - this.whole.from, Math.max(SHORTEST_S, to - from));
    const start = Math.min(this.whole.to - length, Math.max(this.whole.from, from));
    this.from = start;
    this.to = start + length;
  }

  /** Magnify around a moment, which stays where it is. */
  zoomAt(at, factor) {
    const from = at - (at - this.from) / factor;
    this.show(from, from + (this.to - this.from) / factor);
  }

  /** Turn the page where a moment lies outside. @returns {boolean} whether it moved */
  follow(at) {
    if (at >= this.from && at <= this.to) return false;
    const length = this.to - this.from;
    this.show(at - length / 10, at - length / 10 + length);
    return true;
  }

  /** @param {number} at s @param {number} width of the plot, CSS px */
  toX(at, width) {
    return ((at - this.from) / (this.to - this.from)) * width;
  }

  /** @param {number} x CSS px */
  toTime(x, width) {
    return this.from + (x / width) * (this.to - this.from);
  }
}

/** A value as it is read out, with a true minus sign; a dash where it is not measured. */
export function valueText(value, { decimals, unit }) {
  if (!Number.isFinite(value)) return "–";
  const rounded = value.toFixed(decimals);
  return `${Number(rounded) === 0 ? rounded.replace("-", "") : rounded.replace("-", "−")}${unit}`;
}
