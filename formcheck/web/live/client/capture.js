/** From a playing video to JPEG pictures, un-mirrored, at the camera's rate. */

/** JPEG quality: lower costs landmarks their steadiness, higher costs time on the way. */
export const QUALITY = 0.75;
/** Longest sides of a sent picture, px, from the first choice to the last. */
export const LONG_SIDES = Object.freeze([640, 480]);

/** Cameras give a picture in this time; a little less, so that none is missed, ms. */
const PICTURE_MS = 30;

/**
 * The size to send a picture in: at most `longSide`, its shape kept, even numbers.
 * @param {number} width
 * @param {number} height
 * @param {number} longSide
 */
export function sentSize(width, height, longSide) {
  const share = Math.min(1, longSide / Math.max(width, height));
  const even = (px) => Math.max(2, 2 * Math.round((px * share) / 2));
  return { width: even(width), height: even(height) };
}

/**
 * When a picture was captured, on the page's clock. Local cameras say so in newer browsers; a time that cannot be
 * right is not believed.
 * @param {number} now
 * @param {{captureTime?: number}|undefined} metadata
 */
export function captureTime(now, metadata) {
  const said = metadata?.captureTime;
  return Number.isFinite(said) && said <= now && now - said < 500 ? said : now;
}

/**
 * Call back for every new picture of a video.
 * @param {HTMLVideoElement} video
 * @param {(captureMs: number, now: number) => void} onPicture
 * @returns {() => void} stop
 */
export function watchPictures(video, onPicture) {
  let stopped = false;
  if ("requestVideoFrameCallback" in HTMLVideoElement.prototype) {
    let handle = 0;
    const next = (_, metadata) => {
      if (stopped) return;
      handle = video.requestVideoFrameCallback(next);
      const now = performance.now();
      onPicture(captureTime(now, metadata), now);
    };
    handle = video.requestVideoFrameCallback(next);
    return () => {
      stopped = true;
      video.cancelVideoFrameCallback(handle);
    };
  }
  const isNew = newPictures();
  const look = () => {
    if (stopped) return;
    requestAnimationFrame(look);
    const now = performance.now();
    if (isNew(video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0, now)) onPicture(now, now);
  };
  requestAnimationFrame(look);
  return () => {
    stopped = true;
  };
}

/**
 * Tells new pictures from ones already seen by the browser's count of them; where there is none, by time.
 * @returns {(count: number, now: number) => boolean}
 */
export function newPictures() {
  let seen = 0;
  let takenAt = -Infinity;
  return (count, now) => {
    const isNew = count > 0 ? count !== seen : now - takenAt >= PICTURE_MS;
    seen = count;
    if (isNew) takenAt = now;
    return isNew;
  };
}

/** Encodes the picture that a video shows now, in a worker where the browser can, else on the page. */
export class Encoder {
  constructor() {
    this.worker = null;
    /** @type {Map<number, (jpeg: ArrayBuffer|null) => void>} */
    this.waiting = new Map();
    this.id = 0;
    this.canvas = null;
    this.context = null;
    if (canEncodeInWorker()) this.#startWorker();
  }

  /**
   * @param {HTMLVideoElement|ImageBitmap} source a video that shows a picture, or one that was taken of it
   * @param {{width: number, height: number}} size
   * @returns {Promise<ArrayBuffer|null>} null when the browser gave no picture
   */
  async encode(source, size) {
    if (this.worker === null) return this.#encodeHere(source, size);
    const picture = isBitmap(source) ? source : await pictureOf(source);
    if (picture === null || this.worker === null) return this.#encodeHere(source, size);
    const id = (this.id += 1);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, picture, ...size, quality: QUALITY }, [picture]);
    });
  }

  close() {
    this.#stopWorker();
    this.canvas = null;
  }

  #startWorker() {
    try {
      this.worker = new Worker(new URL("./encoder_worker.js", import.meta.url));
    } catch {
      return;
    }
    this.worker.onmessage = ({ data }) => {
      this.waiting.get(data.id)?.(data.jpeg);
      this.waiting.delete(data.id);
      if (data.jpeg === null) this.#stopWorker();
    };
    this.worker.onerror = () => this.#stopWorker();
  }

  /** From here on pictures are encoded on the page; those under way are lost. */
  #stopWorker() {
    this.worker?.terminate();
    this.worker = null;
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
  }

  #encodeHere(source, { width, height }) {
    this.canvas ??= document.createElement("canvas");
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.context = this.canvas.getContext("2d", { alpha: false });
    }
    this.context.drawImage(source, 0, 0, width, height);
    return new Promise((resolve) => {
      this.canvas.toBlob((blob) => resolve(blob === null ? null : blob.arrayBuffer()), "image/jpeg", QUALITY);
    });
  }
}

function isBitmap(source) {
  return typeof ImageBitmap === "function" && source instanceof ImageBitmap;
}

/**
 * A copy of the picture that the video shows now, in this size: it can be kept, other than the video's own.
 * @param {HTMLVideoElement} video @param {{width: number, height: number}} size
 * @returns {Promise<ImageBitmap|null>}
 */
export async function copyOf(video, { width, height }) {
  try {
    return await createImageBitmap(video, { resizeWidth: width, resizeHeight: height });
  } catch {
    return null;
  }
}

function canEncodeInWorker() {
  return typeof Worker === "function" && typeof OffscreenCanvas === "function"
    && typeof OffscreenCanvas.prototype.convertToBlob === "function"
    && (typeof VideoFrame === "function" || typeof createImageBitmap === "function");
}

/** The picture that the video shows now, as something that can be handed to a worker. */
export async function pictureOf(video) {
  if (typeof VideoFrame === "function") {
    try {
      return new VideoFrame(video);
    } catch {
      // Some browsers have it and do not take a video: the other way is tried.
    }
  }
  try {
    return await createImageBitmap(video);
  } catch {
    return null;
  }
}
