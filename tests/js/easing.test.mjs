// Pure: the overlay glides to each result, never past it, and goes when results stop.
import assert from "node:assert/strict";
import { test } from "node:test";

import { EasedPose, ease } from "../../formcheck/web/live/client/easing.js";

const poseAt = (x, y) => Array.from({ length: 33 }, () => [x, y, 1]);

test("easing converges on its target and never passes it", () => {
  let value = 0;
  for (let i = 0; i < 60; i += 1) {
    const next = ease(value, 1, 16);
    assert.ok(next >= value && next <= 1);
    value = next;
  }
  assert.ok(1 - value < 1e-6);
  assert.ok(ease(0, 1, 1e9) <= 1);
  assert.equal(ease(0.3, 1, 0), 0.3);
  assert.equal(ease(0.3, 1, -5), 0.3);
});

test("it takes a time constant to go two thirds of the way, however often it is stepped", () => {
  assert.ok(Math.abs(ease(0, 1, 60, 60) - (1 - Math.exp(-1))) < 1e-12);
  let value = 0;
  for (let i = 0; i < 6; i += 1) value = ease(value, 1, 10, 60);
  assert.ok(Math.abs(value - ease(0, 1, 60, 60)) < 1e-12);
});

test("the first result is drawn where it is, the next is glided to", () => {
  const pose = new EasedPose();
  pose.aim(poseAt(0.2, 0.4), 0);
  pose.step(0);
  assert.equal(pose.x[25], 0.2);
  pose.aim(poseAt(0.3, 0.4), 33);
  pose.step(49);
  assert.ok(pose.x[25] > 0.2 && pose.x[25] < 0.3);
});

test("a landmark that is not seen is not drawn, and comes back where it is", () => {
  const pose = new EasedPose();
  pose.aim(poseAt(0.1, 0.1), 0);
  const hidden = poseAt(0.1, 0.1);
  hidden[25] = [null, null, 0.1];
  pose.aim(hidden, 33);
  pose.step(40);
  assert.ok(Number.isNaN(pose.x[25]) && Number.isNaN(pose.y[25]));
  assert.equal(pose.x[26], 0.1);
  pose.aim(poseAt(0.15, 0.1), 66);
  pose.step(70);
  assert.equal(pose.x[25], 0.15);
});

test("someone else far away is not glided to", () => {
  const pose = new EasedPose();
  pose.aim(poseAt(0.1, 0.5), 0);
  pose.aim(poseAt(0.9, 0.5), 33);
  assert.equal(pose.x[0], 0.9);
});

test("the drawing is whole while results come and gone half a second after they stop", () => {
  const pose = new EasedPose();
  assert.equal(pose.alpha(0), 0);
  pose.aim(poseAt(0.5, 0.5), 0);
  assert.equal(pose.alpha(300), 1);
  const fading = pose.alpha(400);
  assert.ok(fading > 0 && fading < 1);
  assert.equal(pose.alpha(500), 0);
});

test("results without a person do not keep the old drawing up", () => {
  const pose = new EasedPose();
  pose.aim(poseAt(0.5, 0.5), 0);
  for (let at = 33; at < 600; at += 33) pose.aim(null, at);
  assert.equal(pose.alpha(600), 0);
});
