/**
 * The live socket's messages, version 2: bytes out, plain objects in. Pure, no socket. What a message holds is written
 * in formcheck/web/live/messages.py and replies.py, from which contract.js is made.
 *
 * @typedef {import("./contract.js").Message|{type: "other"}} Message
 */

import { HEADER_BYTES, KIND, LANDMARKS, VERSION } from "./contract.js";

/**
 * One picture as the server wants it.
 * @param {number} captureMs time of capture, strictly increasing within a set
 * @param {ArrayBuffer} jpeg
 * @returns {ArrayBuffer}
 */
export function encodeFrame(captureMs, jpeg) {
  const bytes = new Uint8Array(HEADER_BYTES + jpeg.byteLength);
  const header = new DataView(bytes.buffer);
  header.setUint8(0, KIND.PICTURE);
  header.setFloat64(1, captureMs, true);
  bytes.set(new Uint8Array(jpeg), HEADER_BYTES);
  return bytes.buffer;
}

/**
 * The first message of a new set of pictures.
 * @param {Object} setup as the page chose it
 * @param {number} sessionNumber
 * @param {{width: number, height: number}} size of the pictures that will be sent
 */
export function setupMessage(setup, sessionNumber, size) {
  return JSON.stringify({
    ...setup, type: "setup", version: VERSION, source: "picture", session_number: sessionNumber,
    width: size.width, height: size.height,
  });
}

/**
 * The first message of a new set of landmarks.
 * @param {Object} setup as the page chose it
 * @param {number} sessionNumber
 * @param {{width: number, height: number}} size of the pictures that poses are found in
 * @param {Object} estimator what finds them
 * @param {boolean} picturesAllowed whether the set may go on with pictures
 */
export function landmarkSetupMessage(setup, sessionNumber, size, estimator, picturesAllowed) {
  // A video of such a set stays on this device (`local_video.js`).
  return JSON.stringify({
    ...JSON.parse(setupMessage(setup, sessionNumber, size)), source: "landmarks", estimator, keep_video: false,
    pictures_allowed: picturesAllowed,
  });
}

/**
 * Says that frames come in another way from here on.
 * @param {Object|null} estimator what finds the landmarks from here on; null where pictures come
 * @param {"slow"|"failed"|"context-lost"|"wrong"} why the way before is given up
 */
export function stepDownMessage(estimator, why) {
  return JSON.stringify({ type: "step_down", source: estimator === null ? "picture" : "landmarks", estimator, why });
}

/**
 * The first message of a set that was kept while there was no network; what was kept by an older page is told anew.
 * @param {string} setup as `landmarkSetupMessage` made it
 */
export function keptSetupMessage(setup) {
  return JSON.stringify({ ...JSON.parse(setup), version: VERSION, kept: true });
}

/** Takes back the end of the set that is offered. */
export function goOnMessage() {
  return JSON.stringify({ type: "go_on" });
}

/** Says how the camera does. @param {number} fps @param {number|null} exposureMs */
export function cameraMessage(fps, exposureMs) {
  return JSON.stringify({ type: "camera", fps, exposure_ms: exposureMs });
}

/** The first message after a lost socket. @param {string} setId */
export function resumeMessage(setId) {
  return JSON.stringify({ type: "resume", version: VERSION, set_id: setId });
}

/**
 * Read a message of the server. What is not understood is `other`: a newer server may say more than we know.
 * @param {unknown} text
 * @returns {Message}
 */
export function parseMessage(text) {
  if (typeof text !== "string") return { type: "other" };
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return { type: "other" };
  }
  if (message === null || typeof message !== "object") return { type: "other" };
  switch (message.type) {
    case "ready":
      return typeof message.set_id === "string" ? { ...READY, ...message } : { type: "other" };
    case "frame":
      return Number.isFinite(message.t) ? { ...FRAME, ...message, pose: poseOf(message.pose) } : { type: "other" };
    case "finished":
      return message;
    case "error":
      return { ...message, code: String(message.code ?? ""), reason: String(message.reason ?? ""),
        remedy: String(message.remedy ?? "") };
    default:
      return { type: "other" };
  }
}

const READY = Object.freeze({
  resumed: false, exercise_name: "", bilateral: true, model: "",
  target: Object.freeze({ reps: null, hold_s: null, depth_deg: null }),
  depth_band: null, alignment_band: null,
  limits: Object.freeze({ max_bytes: 1_000_000, max_fps: 60, in_flight: 2 }), last_t: null,
});

const FRAME = Object.freeze({
  server_ms: 0, stage: "setup", pose: null, measures: Object.freeze({}), not_measured: Object.freeze({}),
  phase: "stand", depth_share: null, reps: 0, hold_s: null, in_position: false, cue: null, setup: null,
  progress: 0, countdown: null, verdict: null, notice: "", ending: null,
});

/** A pose that is not 33 landmarks is no pose. */
function poseOf(pose) {
  return Array.isArray(pose) && pose.length === LANDMARKS && pose.every(Array.isArray) ? pose : null;
}
