/** Painting one measure over time: lines, reps, what was judged, the zones that it was judged by. */

import { LEGS } from "./body.js";
import { ticks, valueText } from "./scale.js";
import { frameAt } from "./moments.js";

/** A zone this high has room for its name, CSS px. */
const NAMED = 13;
const ZONE_WORDS = { good: "good", caution: "caution", fault: "fault", not_judged: "unclear" };
const FONT = "11px system-ui, sans-serif";

/** The colours of the theme, read once for each painting. @param {Element} element */
export function inksOf(element) {
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    ink: of("--fcr-ink"), quiet: of("--fcr-quiet"), rule: of("--fcr-line"), rep: of("--fcr-rep"), bottom: of("--fcr-bottom"),
    left: of("--fcr-left"), right: of("--fcr-right"), body: of("--fcr-ink"), measured: of("--fcr-quiet"), edge: of("--fcr-accent"),
    good: of("--fcr-good-fill"), caution: of("--fcr-caution-fill"), fault: of("--fcr-fault-fill"), page: of("--fcr-bg"),
  };
}

/**
 * @typedef {Object} Sheet
 * @property {CanvasRenderingContext2D} context in CSS px
 * @property {number} width of the plotted area @property {number} height
 * @property {(at: number) => number} x @property {(value: number) => number} y
 * @property {ReturnType<typeof inksOf>} inks
 */

/**
 * Reps as shaded stretches, their bottoms darker; those left out hatched. They go from and to the instants that their
 * times in the table are taken between; one that is edited or was, by the moments that can be moved. @param {Sheet} sheet
 */
export function paintReps(sheet, reps, edited) {
  const { context, height, x, inks } = sheet;
  for (const rep of reps) {
    const [start, down, up, end] = instantsOf(rep, edited?.rep === rep ? edited.times : null).map(x);
    context.fillStyle = inks.rep;
    context.fillRect(start, 0, end - start, height);
    if (rep.excluded || !rep.complete) hatch(sheet, start, end);
    else {
      context.fillStyle = inks.bottom;
      context.fillRect(down, 0, up - down, height);
    }
    if (rep.automatic !== null && edited?.rep !== rep) {
      for (const at of Object.values(rep.automatic)) vertical(sheet, x(at), inks.measured, [2, 3], 1);
    }
  }
  if (edited !== null) for (const at of Object.values(edited.times)) vertical(sheet, x(at), inks.edge, [], 2);
}

/** @param {import("./set_data.js").Rep} rep @param {Object|null} times that are being edited @returns {number[]} s */
export function instantsOf(rep, times) {
  if (times === null && rep.automatic === null && rep.movement !== null) {
    const { down_s: down, still_s: still, up_s: up, done_s: done } = rep.movement;
    return [down, still, up, done];
  }
  const { start_s: start, bottom_start_s: bottom, bottom_end_s: leave, end_s: end } = times ?? rep;
  return [start, bottom, leave, end];
}

function hatch({ context, height, inks }, from, to) {
  context.save();
  context.beginPath();
  context.rect(from, 0, to - from, height);
  context.clip();
  context.strokeStyle = inks.rule;
  context.lineWidth = 1;
  for (let x = from - height; x < to; x += 8) {
    context.beginPath();
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
    context.stroke();
  }
  context.restore();
}

function vertical({ context, height }, x, colour, dash, width) {
  context.beginPath();
  context.setLineDash(dash);
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

/**
 * What each rep was judged by, over its bottom: left and right share it. Named beside the last one, where there is room.
 * @param {Sheet} sheet @param {import("./set_data.js").Judged[]} judged
 */
export function paintZones(sheet, judged) {
  const { context, width, height, x, y, inks } = sheet;
  const legs = ["left", "right"].filter((leg) => judged.some((each) => each.leg === leg && each.zones.length > 0));
  context.font = FONT;
  for (const { leg, from_s: from, to_s: to, zones } of judged) {
    const [start, end] = [x(from), x(to)];
    const share = (end - start) / Math.max(1, leg === null ? 1 : legs.length);
    const left = start + share * Math.max(0, legs.indexOf(leg));
    for (const { band, low, high } of zones) {
      const top = Math.max(0, y(high ?? Infinity));
      const bottom = Math.min(height, y(low ?? -Infinity));
      if (!(bottom > top)) continue;
      context.globalAlpha = 0.4;
      context.fillStyle = inks[band] ?? inks.rule;
      context.fillRect(left, top, share, bottom - top);
      context.globalAlpha = 1;
    }
  }
  context.fillStyle = inks.quiet;
  context.textAlign = "right";
  for (const { band, low, high } of judged.at(-1)?.zones ?? []) {
    const top = Math.max(0, y(high ?? Infinity));
    const bottom = Math.min(height, y(low ?? -Infinity));
    if (bottom - top >= NAMED) context.fillText(ZONE_WORDS[band], width - 4, (top + bottom) / 2 + 4);
  }
}

/** @param {Sheet} sheet @param {[number, number]} range */
export function paintGrid(sheet, [low, high]) {
  const { context, width, height, y, inks } = sheet;
  context.font = FONT;
  context.textAlign = "right";
  for (const value of ticks(low, high, Math.max(1, Math.floor(height / 27)))) {
    const at = Math.round(y(value)) + 0.5;
    context.beginPath();
    context.moveTo(0, at);
    context.lineTo(width, at);
    context.strokeStyle = value === 0 ? inks.quiet : inks.rule;
    context.lineWidth = 1;
    context.stroke();
    context.fillStyle = inks.quiet;
    context.fillText(valueText(value, { decimals: Number.isInteger(value) ? 0 : 1, unit: "" }), -5, Math.min(height - 2, Math.max(9, at + 4)));
  }
}

/** What each rep was judged by: the value, and as a box the interval that it lies in. @param {Sheet} sheet */
export function paintJudged(sheet, judged, excluded) {
  const { context, x, y, inks } = sheet;
  for (const { rep, leg, from_s: from, to_s: to, value, error } of judged) {
    if (excluded.has(rep)) continue;
    const left = x(from);
    const wide = Math.max(3, x(to) - left);
    context.fillStyle = context.strokeStyle = inks[leg ?? "body"];
    const [top, bottom] = [y(value + error), y(value - error)];
    context.globalAlpha = 0.1;
    context.fillRect(left, top, wide, bottom - top);
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.setLineDash(leg === "right" ? [4, 2] : []);
    context.strokeRect(left, top, wide, bottom - top);
    context.setLineDash([]);
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(left, y(value));
    context.lineTo(left + wide, y(value));
    context.stroke();
  }
}

/** @param {Sheet} sheet @param {import("./set_data.js").Line} line @param {Float64Array} t @param {boolean} measured too */
export function paintLine(sheet, line, t, measured) {
  const { inks } = sheet;
  if (measured && line.automatic !== null) trace(sheet, line.automatic, t, inks.measured, [1.5, 3], 1.5);
  const dash = LEGS.find(({ side }) => side === line.leg)?.dash ?? [];
  trace(sheet, line.values, t, inks[line.leg ?? "body"], dash.map((each) => each * 0.7), 2);
}

/** Broken where nothing was measured. Where many frames share a pixel, their lowest and highest are drawn. */
function trace({ context, width, x, y }, values, t, colour, dash, thick) {
  context.beginPath();
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.lineJoin = "round";
  let pen = false;
  let column = NaN;
  let low = 0;
  let high = 0;
  // The time at the left edge, by the same straight scale.
  const first = Math.max(0, frameAt(t, -x(0) / (x(1) - x(0))) - 1);
  for (let i = first; i < t.length; i += 1) {
    const here = x(t[i]);
    if (Number.isNaN(values[i])) {
      pen = false;
    } else if (pen && Math.floor(here) === column) {
      const at = y(values[i]);
      if (at < low || at > high) context.lineTo(here, at);
      [low, high] = [Math.min(low, at), Math.max(high, at)];
    } else {
      if (pen) context.lineTo(here, y(values[i]));
      else context.moveTo(here, y(values[i]));
      low = high = y(values[i]);
      column = Math.floor(here);
      pen = true;
    }
    if (here > width) break;
  }
  context.stroke();
  context.setLineDash([]);
}
