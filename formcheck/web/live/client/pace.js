/**
 * Why few pictures a second are looked at: too little light, a slow camera, a slow computer or a slow line. It takes the
 * rate of the camera and that of the answers, measured side by side, to tell them apart. Pure, but for `brightnessOf`.
 *
 * @typedef {Object} Pace
 * @property {number|null} cameraFps pictures that the camera gives in a second; null while it is not known
 * @property {number} answersFps pictures that are answered in a second
 * @property {number|null} luma mean brightness of the picture, 0 to 255
 * @property {number|null} exposureMs for how long a picture is exposed; few browsers say
 * @property {boolean} isFoundHere whether this device finds the poses
 * @property {number|null} workMs that this device, or else the server, takes to find the pose in a picture
 * @property {number|null} lineMs that pictures and their answers are on their way, 95th of a hundred; null where not known
 */

/** From this on a camera is fast enough for exact times. */
export const CAMERA_FPS = 18;
/** Darker than this a camera may expose for so long that it gives fewer pictures. */
const DIM_LUMA = 80;
/** A camera that exposes for this share of the time between two pictures gives no more of them for want of light. */
const EXPOSED_SHARE = 0.7;
/** Who takes longer than this for a picture is slow, ms. */
const WORK_MS = 55;
/** A line on which they are for less than this is not what makes few of them, ms. */
const LINE_MS = 100;
/** The rate of the camera is taken over this time, ms. */
const SPAN_MS = 3000;

/** @param {Pace} pace @returns {"poor-light"|"slow-camera"|"slow-computer"|"slow-server"|"slow-line"} */
export function slowBecause({ cameraFps, luma, exposureMs, isFoundHere, workMs, lineMs }) {
  const isWorkSlow = workMs !== null && workMs > WORK_MS;
  if (cameraFps !== null && cameraFps < CAMERA_FPS) {
    const isDark = exposureMs === null ? luma !== null && luma < DIM_LUMA : exposureMs * cameraFps >= 1000 * EXPOSED_SHARE;
    if (isDark) return "poor-light";
    // A computer that is overloaded is late with the camera's pictures, too.
    if (!isWorkSlow) return "slow-camera";
  }
  if (isFoundHere) return "slow-computer";
  if (workMs === null || isWorkSlow) return "slow-server";
  return lineMs !== null && lineMs < LINE_MS ? "slow-computer" : "slow-line";
}

/** How many pictures a camera gives, by the browser's count of them: a page that is busy is not called for each. */
export class CameraRate {
  constructor() {
    /** @type {{at: number, count: number}[]} */
    this.counts = [];
  }

  /** @param {number} now ms @param {number} count of the pictures since the camera is on */
  add(now, count) {
    const last = this.counts.at(-1);
    // Another camera begins to count anew.
    if (last !== undefined && count < last.count) this.counts = [];
    this.counts.push({ at: now, count });
    while (now - this.counts[0].at > SPAN_MS) this.counts.shift();
  }

  forget() {
    this.counts = [];
  }

  /** Pictures in a second; null before there is a second of them. @returns {number|null} */
  get fps() {
    const [first, last] = [this.counts[0], this.counts.at(-1)];
    if (first === undefined || last.at - first.at < 1000) return null;
    return Math.round((10_000 * (last.count - first.count)) / (last.at - first.at)) / 10;
  }
}

/** For how long the camera exposes a picture, ms; null where the browser does not say. @param {Object} settings */
export function exposureMs(settings) {
  // The unit is 100 µs (Media Capture and Streams, image capture).
  return Number.isFinite(settings?.exposureTime) ? settings.exposureTime / 10 : null;
}

const SIDE_PX = 16;
let small = null;

/** Mean brightness of what a video shows, 0 to 255; null where it cannot be read. @param {HTMLVideoElement} video */
export function brightnessOf(video) {
  try {
    if (small === null) {
      const canvas = Object.assign(document.createElement("canvas"), { width: SIDE_PX, height: SIDE_PX });
      small = canvas.getContext("2d", { willReadFrequently: true });
    }
    small.drawImage(video, 0, 0, SIDE_PX, SIDE_PX);
    const { data } = small.getImageData(0, 0, SIDE_PX, SIDE_PX);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
    return Math.round(sum / (data.length / 4));
  } catch {
    return null;
  }
}
