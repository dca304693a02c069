// Pure: the cursor and the video, with a video that only notes what it is told.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Playback } from "../../formcheck/web/player/client/playback.js";

const t = Float64Array.from({ length: 100 }, (_, i) => i / 10);
const reps = [
  { index: 1, start_s: 1, bottom_start_s: 1.8, bottom_end_s: 2.2, end_s: 3, bottom_s: 2 },
  { index: 2, start_s: 5, bottom_start_s: 5.8, bottom_end_s: 6.2, end_s: 7, bottom_s: 6.1 },
];
const set = { t, reps, flagged: [2, 6.1] };

function player() {
  const told = [];
  const playback = new Playback(() => {});
  playback.setSet(set);
  playback.setFilm({
    seek: (at) => told.push(["seek", at]), play: (rate) => told.push(["play", rate]), pause: () => told.push(["pause"]), setRate: (rate) => told.push(["rate", rate]),
  });
  told.length = 0;
  return { playback, told };
}

test("a step is one frame, and the video is sent inside of it", () => {
  const { playback, told } = player();
  playback.goTo(2);
  playback.step(1);
  assert.equal(playback.frame, 21);
  assert.equal(told.at(-1)[0], "seek");
  assert.ok(told.at(-1)[1] > t[21] && told.at(-1)[1] < t[22]);
  playback.step(-10);
  assert.equal(playback.frame, 11);
});

test("the clip has two ends", () => {
  const { playback } = player();
  playback.step(-1);
  assert.equal(playback.frame, 0);
  playback.goToFrame(Infinity);
  assert.equal(playback.frame, 99);
});

test("going where one is sends the video nowhere", () => {
  const { playback, told } = player();
  playback.goTo(0.02);
  assert.deepEqual(told, []);
});

test("while it plays the cursor follows the video", () => {
  const { playback } = player();
  playback.play();
  playback.shown(3.1999);
  assert.equal(playback.frame, 32);
});

test("while it stands a late frame of the video moves nothing", () => {
  const { playback } = player();
  playback.goTo(4);
  playback.shown(1);
  assert.equal(playback.at, 4);
});

test("pressing play at the end begins anew", () => {
  const { playback } = player();
  playback.goToFrame(99);
  playback.play();
  assert.equal(playback.frame, 0);
});

test("a looped rep starts again at its end", () => {
  const { playback, told } = player();
  playback.goTo(6);
  playback.toggleLoop();
  playback.play();
  playback.shown(7.02);
  assert.equal(playback.at, 5);
  const seeks = told.filter(([what]) => what === "seek").length;
  playback.shown(7.05);
  assert.equal(told.filter(([what]) => what === "seek").length, seeks, "one way back is enough");
});

test("reps, bottoms and flagged moments are one press away", () => {
  const { playback } = player();
  playback.toNextRep();
  assert.equal(playback.at, 1);
  playback.toNextRep();
  playback.toBottom();
  assert.equal(playback.at, t[61]);
  playback.toFlagged(-1);
  assert.equal(playback.at, 2);
});

test("new data of the set leave the time as it is", () => {
  const { playback } = player();
  playback.goTo(4.2);
  playback.setSet({ ...set, t: t.slice(0, 80) });
  assert.ok(Math.abs(playback.at - 4.2) < 1e-9);
});
