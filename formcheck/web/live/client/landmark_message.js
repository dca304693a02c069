/**
 * The landmarks of one or two frames as the live socket carries them: little-endian, 806 bytes a frame behind a kind
 * and a count, and 660 more of a frame that was looked at in the mirror too. Landmarks are as MediaPipe gives them: their lag is undone, and visibility and presence are taken
 * together, by the server. Pure.
 *
 * @typedef {Object} Found what MediaPipe gives of one person
 * @property {Float32Array} image 33 × x, y, shares of the picture
 * @property {Float32Array} world 33 × x, y, z, m
 * @property {Float32Array} visibility 33
 * @property {Float32Array} presence 33
 *
 * @typedef {Object} FrameFacts
 * @property {number} t capture time, ms
 * @property {number} luma mean brightness, 0 to 255
 * @property {number|null} people in view; null where nobody looked
 * @property {boolean[]|null} covered of each in `cover.WATCHED`; null where nobody watched
 * @property {Found|null} found null where nobody is seen
 * @property {boolean} [repeats] whether it is the picture before it again
 * @property {{image: Float32Array, world: Float32Array}|null} [mirror] what was found in its mirror image, as it was found
 *   there; null where nobody looked
 */

import { LANDMARKS } from "./contract.js";

/** First byte of the message. */
const KIND = 2;
export const MOST_FRAMES = 2;
const HEAD_BYTES = 14;
const LANDMARK_BYTES = 24;
const FRAME_BYTES = HEAD_BYTES + LANDMARKS * LANDMARK_BYTES;
const MIRROR_LANDMARK_BYTES = 20;
const MIRROR_BYTES = LANDMARKS * MIRROR_LANDMARK_BYTES;
const FLAG = Object.freeze({ found: 1, people: 2, covered: 4, repeats: 8, mirror: 16 });
const SHARE = 65_535;
/** What the server takes: shares of the picture, and metres. Further off is a guess that nobody believes in. */
const FARTHEST = Object.freeze([-1, 2]);
const FARTHEST_M = Object.freeze([-3, 3]);
const MOST_PEOPLE = 255;

/**
 * One frame's bytes.
 * @param {FrameFacts} facts
 * @param {{width: number, height: number}} size of the picture that was estimated
 * @returns {ArrayBuffer}
 */
export function landmarkFrame({ t, luma, people, covered, found, repeats = false, mirror = null }, { width, height }) {
  const isMirrored = found !== null && mirror !== null;
  const bytes = new ArrayBuffer(FRAME_BYTES + (isMirrored ? MIRROR_BYTES : 0));
  const view = new DataView(bytes);
  view.setUint8(0, (found ? FLAG.found : 0) | (people === null ? 0 : FLAG.people) | (covered ? FLAG.covered : 0)
    | (repeats ? FLAG.repeats : 0) | (isMirrored ? FLAG.mirror : 0));
  view.setUint8(1, Math.round(within(luma, [0, 255])));
  view.setUint8(2, Math.min(people ?? 0, MOST_PEOPLE));
  view.setFloat64(4, t, true);
  view.setUint16(12, (covered ?? []).reduce((bits, each, i) => (each ? bits | (1 << i) : bits), 0), true);
  if (found === null) return bytes;
  for (let i = 0; i < LANDMARKS; i += 1) {
    const at = HEAD_BYTES + i * LANDMARK_BYTES;
    setPlaces(view, at, found, i, { width, height });
    if (isMirrored) setPlaces(view, FRAME_BYTES + i * MIRROR_LANDMARK_BYTES, mirror, i, { width, height });
    view.setUint16(at + 20, shareOf(found.visibility[i]), true);
    view.setUint16(at + 22, shareOf(found.presence[i]), true);
  }
  return bytes;
}

/** Where one landmark is, in the picture and in space. */
function setPlaces(view, at, { image, world }, i, { width, height }) {
  view.setFloat32(at, within(image[2 * i], FARTHEST) * width, true);
  view.setFloat32(at + 4, within(image[2 * i + 1], FARTHEST) * height, true);
  for (let axis = 0; axis < 3; axis += 1) {
    view.setFloat32(at + 8 + 4 * axis, within(world[3 * i + axis], FARTHEST_M), true);
  }
}

/**
 * The message of one or two frames, older first.
 * @param {ArrayBuffer[]} frames
 * @returns {ArrayBuffer}
 */
export function landmarkMessage(frames) {
  if (frames.length < 1 || frames.length > MOST_FRAMES) throw new RangeError(`${frames.length} frames in a message`);
  return joined([new Uint8Array([KIND, frames.length]).buffer, ...frames]);
}

/** Bytes one behind the other. @param {ArrayBuffer[]} parts @returns {ArrayBuffer} */
export function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return bytes.buffer;
}

/** Frames that lie one behind the other. @param {ArrayBuffer} bytes @returns {ArrayBuffer[]} */
export function framesIn(bytes) {
  const view = new DataView(bytes);
  const frames = [];
  for (let at = 0; at < bytes.byteLength;) {
    const end = at + FRAME_BYTES + ((view.getUint8(at) & FLAG.mirror) === 0 ? 0 : MIRROR_BYTES);
    frames.push(bytes.slice(at, end));
    at = end;
  }
  return frames;
}

/** Capture time of a frame's bytes, ms. @param {ArrayBuffer} frame */
export function timeOf(frame) {
  return new DataView(frame).getFloat64(4, true);
}

/** Where the landmarks of a frame's bytes are: x, y in pixels and visibility of each; null where nobody is. */
export function pointsOf(frame) {
  const view = new DataView(frame);
  if ((view.getUint8(0) & FLAG.found) === 0) return null;
  return Array.from({ length: LANDMARKS }, (_, i) => {
    const at = HEAD_BYTES + i * LANDMARK_BYTES;
    return [view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getUint16(at + 20, true) / SHARE];
  });
}

/** All that a frame's bytes say of each landmark: x, y in pixels, visibility, presence, x, y, z in m; null where nobody is. */
export function marksOf(frame) {
  const view = new DataView(frame);
  return pointsOf(frame)?.map(([x, y, seen], i) => {
    const at = HEAD_BYTES + i * LANDMARK_BYTES;
    const world = [8, 12, 16].map((offset) => view.getFloat32(at + offset, true));
    return [x, y, seen, view.getUint16(at + 22, true) / SHARE, ...world];
  }) ?? null;
}

function within(value, [least, most]) {
  return Math.min(Math.max(value, least), most);
}

function shareOf(value) {
  return Math.round(within(value, [0, 1]) * SHARE);
}
