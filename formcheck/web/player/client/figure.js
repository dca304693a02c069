/**
 * The figure that stands where there is no video: a body drawn around the landmarks, and the floor it stands on. What
 * was not seen is not drawn. It shows nothing that was not measured: no face, no clothes, no room.
 */

import { COLOURS } from "./colours.js";
import { LEGS } from "./body.js";
import { placeOf } from "./set_data.js";

const { figure: BODY, figureTrunk: TRUNK, picture: EDGE, floor: FLOOR, floorLine: FLOOR_LINE } = COLOURS;
const HEAD = Object.freeze({ nose: 0, ears: [7, 8] });
const SHOULDERS = Object.freeze([11, 12]);
const HIPS = Object.freeze([23, 24]);
const ARMS = Object.freeze([[11, 13, 15], [12, 14, 16]]);
/** Half widths as shares of the trunk's length, of drawn people of a usual build. */
const WIDE = Object.freeze({
  shoulder: 0.1, elbow: 0.075, wrist: 0.055, hip: 0.15, knee: 0.105, ankle: 0.065, foot: 0.055, trunk: 0.11, neck: 0.085, head: 0.19,
});
const FOOT_MARKS = Object.freeze(LEGS.flatMap(({ heel, toe }) => [heel, toe]));
/** Of the heights of feet, from above: a single frame that errs must not carry the floor away. */
const LOW_SHARE = 0.95;

/**
 * @typedef {{x: number, y: number}} Point
 * @typedef {{floor: number|null, trunk: number}} Build where the feet stand and how long the trunk is, px of the picture
 */

/**
 * What holds for a whole set. Pure.
 * @param {Map<number, import("./set_data.js").Path>} paths
 * @param {{height: number}} picture
 * @returns {Build}
 */
export function buildOf(paths, { height }) {
  const lows = FOOT_MARKS.flatMap((mark) => known(paths.get(mark)?.y ?? []));
  const frames = paths.get(HIPS[0])?.x.length ?? 0;
  const trunks = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const at = (mark) => placeOf(paths, mark, frame);
    const [top, bottom] = [between(...SHOULDERS.map(at)), between(...HIPS.map(at))];
    if (top !== null && bottom !== null) trunks.push(distance(top, bottom));
  }
  return { floor: quantile(lows, LOW_SHARE), trunk: quantile(trunks, 0.5) ?? height / 4 };
}

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {(landmark: number) => Point|null} at CSS px, null where not seen
 * @param {Build} build
 * @param {{scale: number, toBox: (place: Point) => Point, width: number, height: number}} box where it is drawn
 */
export function drawFigure(context, at, build, box) {
  context.save();
  drawFloor(context, build, box);
  const unit = build.trunk * box.scale;
  const limb = (marks, widths) => drawLimb(context, marks.map(at), widths.map((name) => WIDE[name] * unit));
  for (const { hip, knee, ankle, heel, toe } of LEGS) {
    limb([heel, toe], ["foot", "foot"]);
    limb([hip, knee, ankle], ["hip", "knee", "ankle"]);
    limb([ankle, heel], ["ankle", "foot"]);
    limb([ankle, toe], ["ankle", "foot"]);
  }
  drawTrunk(context, [...SHOULDERS, HIPS[1], HIPS[0]].map(at), WIDE.trunk * unit);
  drawHead(context, at, unit);
  for (const arm of ARMS) limb(arm, ["shoulder", "elbow", "wrist"]);
  context.restore();
}

function drawFloor(context, { floor }, { toBox, width, height }) {
  if (floor === null) return;
  const { y } = toBox({ x: 0, y: floor });
  context.fillStyle = FLOOR;
  context.fillRect(0, y, width, Math.max(0, height - y));
  context.fillStyle = FLOOR_LINE;
  context.fillRect(0, y, width, 1);
}

/** A chain of joints, each as wide as said, its edge dark so that limbs before each other are told apart. */
function drawLimb(context, joints, widths) {
  for (const [grown, colour] of [[1.5, EDGE], [0, BODY]]) {
    context.fillStyle = colour;
    joints.forEach((joint, i) => {
      if (joint === null) return;
      disc(context, joint, widths[i] + grown);
      const next = joints[i + 1] ?? null;
      if (next !== null) tube(context, joint, next, widths[i] + grown, widths[i + 1] + grown);
    });
  }
}

function drawTrunk(context, corners, wide) {
  const seen = corners.filter((corner) => corner !== null);
  if (seen.length < 2) return;
  context.lineJoin = context.lineCap = "round";
  for (const [colour, grown] of [[EDGE, 3], [TRUNK, 0]]) {
    context.beginPath();
    seen.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.closePath();
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = 2 * wide + grown;
    context.stroke();
    context.fill();
  }
}

function drawHead(context, at, unit) {
  const ears = between(...HEAD.ears.map(at));
  const middle = ears ?? at(HEAD.nose);
  if (middle === null) return;
  const neck = between(...SHOULDERS.map(at));
  if (neck !== null) drawLimb(context, [neck, middle], [WIDE.neck * unit, WIDE.neck * unit]);
  for (const [grown, colour] of [[1.5, EDGE], [0, BODY]]) {
    context.fillStyle = colour;
    context.beginPath();
    context.ellipse(middle.x, middle.y, (0.82 * WIDE.head * unit) + grown, (1.1 * WIDE.head * unit) + grown, 0, 0, 2 * Math.PI);
    context.fill();
  }
}

function disc(context, { x, y }, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function tube(context, a, b, wideA, wideB) {
  const long = distance(a, b);
  if (long === 0) return;
  const [nx, ny] = [(b.y - a.y) / long, (a.x - b.x) / long];
  context.beginPath();
  context.moveTo(a.x + nx * wideA, a.y + ny * wideA);
  context.lineTo(b.x + nx * wideB, b.y + ny * wideB);
  context.lineTo(b.x - nx * wideB, b.y - ny * wideB);
  context.lineTo(a.x - nx * wideA, a.y - ny * wideA);
  context.fill();
}

function known(values) {
  return Array.from(values).filter((value) => !Number.isNaN(value));
}

/** The middle of two places; the one there is where the other is not seen. */
function between(a, b) {
  if (a === null || b === null) return a ?? b;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function quantile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
