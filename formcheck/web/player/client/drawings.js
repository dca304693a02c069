/** Angles, lines and texts on the picture: their geometry and how they look. */

import { COLOURS } from "./colours.js";

const { outline: INK, mark: PAINT } = COLOURS;
/** Of the arc that shows an angle, CSS px. */
const ARC = 26;

/** How many points each kind has. */
export const POINTS = Object.freeze({ angle: 3, line: 2, text: 1 });

/**
 * The angle at the second of three points, 0 to 180.
 * @param {{x: number, y: number}[]} points @returns {number} degrees; NaN where two of them are one
 */
export function angleDeg([a, vertex, b]) {
  const one = { x: a.x - vertex.x, y: a.y - vertex.y };
  const other = { x: b.x - vertex.x, y: b.y - vertex.y };
  if (Math.hypot(one.x, one.y) === 0 || Math.hypot(other.x, other.y) === 0) return NaN;
  const across = one.x * other.y - one.y * other.x;
  const along = one.x * other.x + one.y * other.y;
  return Math.abs(Math.atan2(across, along)) * (180 / Math.PI);
}

/** How far a line is off upright, 0 to 90 degrees; NaN for a point. @param {{x: number, y: number}[]} points */
export function offUprightDeg([a, b]) {
  const dx = Math.abs(b.x - a.x);
  const dy = Math.abs(b.y - a.y);
  return dx === 0 && dy === 0 ? NaN : Math.atan2(dx, dy) * (180 / Math.PI);
}

/** What is written beside a drawing. @param {{kind: string, points: {x: number, y: number}[], text: string}} drawing */
export function captionOf({ kind, points, text }) {
  if (kind === "text") return text;
  if (points.length < POINTS[kind]) return "";
  const deg = kind === "angle" ? angleDeg(points) : offUprightDeg(points);
  if (Number.isNaN(deg)) return "";
  return kind === "angle" ? `${deg.toFixed(0)}°` : `${deg.toFixed(0)}° off upright`;
}

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {{kind: string, points: {x: number, y: number}[], text: string}} drawing points in px of the picture
 * @param {(place: {x: number, y: number}) => {x: number, y: number}} toBox
 */
export function drawDrawing(context, drawing, toBox) {
  const points = drawing.points.map(toBox);
  if (points.length > 1) stroke(context, (path) => points.forEach(({ x, y }, i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y))));
  if (drawing.kind === "angle" && points.length === 3) drawArc(context, points);
  if (drawing.kind !== "text") for (const point of points) drawEnd(context, point);
  const caption = captionOf(drawing);
  const at = drawing.kind === "angle" ? points[1] : points[points.length - 1];
  if (caption !== "" && at !== undefined) drawWords(context, caption, at, drawing.kind === "text" ? 0 : 14);
}

function stroke(context, trace) {
  for (const [colour, width] of [[INK, 5], [PAINT, 2.5]]) {
    context.beginPath();
    trace(context);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.stroke();
  }
}

function drawArc(context, [a, vertex, b]) {
  const from = Math.atan2(a.y - vertex.y, a.x - vertex.x);
  const to = Math.atan2(b.y - vertex.y, b.x - vertex.x);
  const turn = ((to - from + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
  stroke(context, (path) => path.arc(vertex.x, vertex.y, ARC, from, to, turn < 0));
}

function drawEnd(context, { x, y }) {
  for (const [fill, r] of [[INK, 5.5], [PAINT, 4]]) {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
  }
}

/** Words on a dark plate, kept inside of the picture. */
function drawWords(context, words, { x, y }, away) {
  context.font = "600 15px system-ui, sans-serif";
  const { width } = context.measureText(words);
  const box = context.canvas.getBoundingClientRect();
  const left = Math.max(2, Math.min(x + away, box.width - width - 14));
  const top = Math.max(2, Math.min(y - 12, box.height - 26));
  context.fillStyle = INK;
  context.fillRect(left, top, width + 12, 24);
  context.fillStyle = PAINT;
  context.fillText(words, left + 6, top + 17);
}
