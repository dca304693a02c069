/**
 * The live socket's messages, version 1: bytes out, plain objects in. Pure, no socket.
 *
 * @typedef {"setup"|"calibrate"|"countdown"|"set"|"paused"|"done"} Stage
 * @typedef {{value: number, error: number, band: "good"|"caution"|"fault"|null}} LiveValue
 * @typedef {{text: string, kind: "fix"|"praise"|"setup"|"safety"|"count", leg: string, spoken: boolean}} Cue
 * @typedef {{id: string, message: string, detail: string, figure: string, blocking: boolean}} Instruction
 * @typedef {{good: [number|null, number|null], caution: [number|null, number|null], measure?: string}} BandEdges
 * @typedef {{type: "ready", set_id: string, resumed: boolean, exercise_name: string, bilateral: boolean,
 *   model: string, target: {reps: number|null, hold_s: number|null, depth_deg: number|null},
 *   depth_band: [number, number]|null, alignment_band: BandEdges|null,
 *   limits: {max_bytes: number, max_fps: number, in_flight: number}, last_t: number|null}} Ready
 * @typedef {{type: "frame", t: number, server_ms: number, stage: Stage, pose: Array<Array<number|null>>|null,
 *   measures: Object<string, Object<string, LiveValue|null>>, not_measured: Object<string, string>,
 *   phase: string, depth_share: number|null, reps: number, hold_s: number|null, in_position: boolean,
 *   cue: Cue|null, setup: Instruction|null, progress: number, countdown: number|null,
 *   verdict: {kind: string, quality: string, reason: string, near_leg: string|null}|null, notice: string}} Frame
 * @typedef {{type: "finished", set_id: string, reps: number, summary_ready: boolean}} Finished
 * @typedef {{type: "error", code: string, reason: string, remedy: string}} ServerError
 * @typedef {Ready|Frame|Finished|ServerError|{type: "other"}} Message
 */

export const VERSION = 1;
/** Bytes before the picture: the capture time as a little-endian float64. */
export const HEADER_BYTES = 8;
export const LANDMARKS = 33;

/** Close codes of the socket. */
export const CLOSE = Object.freeze({
  MALFORMED: 4400, TOKEN: 4401, ORIGIN: 4403, IDLE: 4408, IN_USE: 4409, GONE: 4410, TOO_LARGE: 4413, TOO_FAST: 4429,
  FAULT: 4500, BUSY: 4503,
});

/**
 * One picture as the server wants it.
 * @param {number} captureMs time of capture, strictly increasing within a set
 * @param {ArrayBuffer} jpeg
 * @returns {ArrayBuffer}
 */
export function encodeFrame(captureMs, jpeg) {
  const bytes = new Uint8Array(HEADER_BYTES + jpeg.byteLength);
  new DataView(bytes.buffer).setFloat64(0, captureMs, true);
  bytes.set(new Uint8Array(jpeg), HEADER_BYTES);
  return bytes.buffer;
}

/**
 * The first message of a new set.
 * @param {Object} setup as the page chose it
 * @param {number} sessionNumber
 * @param {{width: number, height: number}} size of the pictures that will be sent
 */
export function setupMessage(setup, sessionNumber, size) {
  return JSON.stringify({
    ...setup, type: "setup", version: VERSION, session_number: sessionNumber, width: size.width, height: size.height,
  });
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
  progress: 0, countdown: null, verdict: null, notice: "",
});

/** A pose that is not 33 landmarks is no pose. */
function poseOf(pose) {
  return Array.isArray(pose) && pose.length === LANDMARKS && pose.every(Array.isArray) ? pose : null;
}
