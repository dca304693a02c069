// Pure: what the figure without a video goes by, and that it draws nothing that was not seen.
import assert from "node:assert/strict";
import { test } from "node:test";

import { buildOf, drawFigure } from "../../formcheck/web/player/client/figure.js";

const FRAMES = 40;
const path = (x, y) => ({ x: Float32Array.from({ length: FRAMES }, () => x), y: Float32Array.from({ length: FRAMES }, () => y) });
const body = new Map([[11, path(90, 100)], [12, path(110, 100)], [23, path(95, 180)], [24, path(105, 180)], [29, path(95, 300)], [31, path(95, 304)]]);

/** Notes where it is told to draw. */
function sheet() {
  const places = [];
  const note = (x, y) => places.push([x, y]);
  const ignore = () => {};
  return { places, save: ignore, restore: ignore, beginPath: ignore, closePath: ignore, fill: ignore, stroke: ignore, fillRect: ignore,
    arc: note, moveTo: note, lineTo: note, ellipse: note };
}

const box = { scale: 1, toBox: (place) => place, width: 200, height: 400 };

test("the floor is where the feet stand, whatever one frame says", () => {
  const feet = path(95, 304);
  feet.y[7] = 395;
  const { floor, trunk } = buildOf(new Map([...body, [31, feet]]), { height: 400 });
  assert.equal(floor, 304);
  assert.equal(trunk, 80);
});

test("of somebody whose feet and shoulders are never seen there is no floor, and a usual size", () => {
  assert.deepEqual(buildOf(new Map(), { height: 400 }), { floor: null, trunk: 100 });
});

test("what is not seen is not drawn", () => {
  const context = sheet();
  drawFigure(context, () => null, { floor: null, trunk: 80 }, box);
  assert.deepEqual(context.places, []);
  drawFigure(context, (mark) => (mark === 25 ? { x: 60, y: 240 } : null), { floor: null, trunk: 80 }, box);
  assert.ok(context.places.length > 0 && context.places.every(([x, y]) => x === 60 && y === 240), "one knee, and no bone to it");
});
