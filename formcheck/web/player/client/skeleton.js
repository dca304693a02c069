/** The skeleton over the picture: scored legs strong, the rest faint, and where the review changed it, both. */

import { COLOURS } from "./colours.js";
import { BODY_BONES, LEGS, bonesOf } from "./body.js";

const { outline: INK, skeleton: FAINT } = COLOURS;
const MEASURED = COLOURS.pictureOn;
/** A change by less than this is rounding, px of the picture. */
const SAME_PX = 0.15;

/**
 * @typedef {{x: number, y: number}} Point
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {(landmark: number) => Point|null} placeOf CSS px, null where not seen
 * @param {{legs: string[], kneeLine: boolean, thick: number}} look
 */
export function drawSkeleton(context, placeOf, { legs, kneeLine, thick }) {
  const scored = LEGS.filter(({ side }) => legs.includes(side));
  const others = LEGS.filter((leg) => !scored.includes(leg));
  for (const bone of [...BODY_BONES, ...others.flatMap(bonesOf)]) drawBone(context, bone.map(placeOf), FAINT, thick / 2, []);
  for (const leg of scored) {
    if (kneeLine) drawBone(context, [placeOf(leg.hip), placeOf(leg.ankle)], COLOURS.pictureOn, 1, []);
    for (const bone of bonesOf(leg)) drawBone(context, bone.map(placeOf), leg.colour, thick, leg.dash);
    for (const joint of [leg.hip, leg.knee, leg.ankle, leg.toe]) drawJoint(context, placeOf(joint), leg, 1.5 * thick);
  }
}

/**
 * The landmarks as they were measured, where the review has put them elsewhere: hollow rings with a thin dotted line to
 * where they are now.
 * @param {Map<number, {was: Point, now: Point|null}>} changed CSS px
 */
export function drawMeasured(context, changed) {
  context.save();
  context.lineWidth = 1.5;
  for (const { was, now } of changed.values()) {
    if (now !== null) drawBone(context, [was, now], MEASURED, 1.5, [2, 3]);
    for (const [colour, width] of [[INK, 4], [MEASURED, 2]]) {
      context.beginPath();
      context.arc(was.x, was.y, 6, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
  context.restore();
}

/** Whether two places, px of the picture or null, are not the same. */
export function differs(one, other) {
  if (one === null || other === null) return one !== other;
  return Math.hypot(one.x - other.x, one.y - other.y) > SAME_PX;
}

function drawBone(context, [a, b], colour, width, dash) {
  if (a === null || b === null) return;
  for (const [stroke, wide, dashes] of [[INK, width + 2, []], [colour, width, dash]]) {
    context.beginPath();
    context.setLineDash(dashes);
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.strokeStyle = stroke;
    context.lineWidth = wide;
    context.lineCap = dashes.length > 0 ? "butt" : "round";
    context.stroke();
  }
  context.setLineDash([]);
}

function drawJoint(context, place, { colour, square }, radius) {
  if (place === null) return;
  for (const [fill, r] of [[INK, radius + 1.5], [colour, radius]]) {
    context.beginPath();
    if (square) context.rect(place.x - r, place.y - r, 2 * r, 2 * r);
    else context.arc(place.x, place.y, r, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
  }
}
