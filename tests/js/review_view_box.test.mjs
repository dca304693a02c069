// Pure: where the picture lies in its box.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LARGEST_ZOOM, ViewBox, insidePicture } from "../../formcheck/web/player/client/view_box.js";

const near = (one, other) => assert.ok(Math.abs(one.x - other.x) < 1e-9 && Math.abs(one.y - other.y) < 1e-9, JSON.stringify([one, other]));

function shown(width, height) {
  const box = new ViewBox(1280, 720);
  box.resize(width, height);
  return box;
}

test("the whole picture is shown, undistorted, in the middle", () => {
  const box = shown(640, 480);
  assert.deepEqual(box.placed, { left: 0, top: 60, width: 640, height: 360 });
  near(box.toBox({ x: 1280, y: 720 }), { x: 640, y: 420 });
});

test("a place on the screen and back is the same place, at every size and zoom", () => {
  for (const [width, height, zoom] of [[640, 360, 1], [390, 219, 3], [300, 600, 8], [1000, 200, 2.5]]) {
    const box = shown(width, height);
    box.zoomAt({ x: width * 0.3, y: height * 0.8 }, zoom);
    near(box.toPicture(box.toBox({ x: 700.5, y: 410.2 })), { x: 700.5, y: 410.2 });
  }
});

test("what is under the hand stays under it while magnified", () => {
  const box = shown(640, 360);
  const hand = { x: 320, y: 200 };
  const place = box.toPicture(hand);
  box.zoomAt(hand, 4);
  near(box.toPicture(hand), place);
});

test("a magnified picture cannot be pushed out of its box", () => {
  const box = shown(640, 360);
  box.zoomAt({ x: 320, y: 180 }, 2);
  box.pan(10_000, -10_000);
  near(box.toPicture({ x: 0, y: 360 }), { x: 0, y: 720 });
});

test("zoom has an end in both directions", () => {
  const box = shown(640, 360);
  box.zoomAt({ x: 0, y: 0 }, 1000);
  assert.equal(box.zoom, LARGEST_ZOOM);
  box.zoomAt({ x: 0, y: 0 }, 1e-6);
  assert.equal(box.zoom, 1);
});

test("new data of the same picture keep the zoom", () => {
  const box = shown(640, 360);
  box.zoomAt({ x: 100, y: 100 }, 3);
  const centre = { ...box.centre };
  box.setPicture(1280, 720);
  assert.equal(box.zoom, 3);
  assert.deepEqual(box.centre, centre);
});

test("a joint is put into the picture, to a tenth of a pixel", () => {
  assert.deepEqual(insidePicture({ x: -3, y: 719.96 }, { width: 1280, height: 720 }), { x: 0, y: 720 });
  assert.deepEqual(insidePicture({ x: 12.34, y: 5.06 }, { width: 1280, height: 720 }), { x: 12.3, y: 5.1 });
});
