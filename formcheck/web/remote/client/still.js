/**
 * The camera's pictures of the last seconds, whole, so that a still is of the moment that somebody saw and not of when
 * they had clicked. They never leave the page unless one is asked for and allowed.
 */

/** As long as a picture is on its way and somebody clicks, ms. */
export const RING_MS = 3000;
/** Memory for it, bytes: 640x480 fits in at a camera's full rate. */
export const RING_BYTES = 64e6;
/** A still must be of a moment no further from the one asked for, ms. */
export const NEAREST_MS = 100;
/** JPEG quality of a still: it is measured on. */
const QUALITY = 0.92;

/** Bytes of a picture's pixels: a byte of brightness each, and half as much again of colour. */
const bytesOf = ({ width, height }) => 1.5 * width * height;

/** Keeps what it is given, by time. Pure. */
export class Ring {
  constructor(spanMs = RING_MS, mostBytes = RING_BYTES) {
    this.spanMs = spanMs;
    this.mostBytes = mostBytes;
    /** @type {{t: number, picture: unknown}[]} */
    this.kept = [];
  }

  /** Whether a picture of this time is to be kept: larger ones are kept at a lower rate. */
  wants(t, size) {
    const newest = this.kept[this.kept.length - 1];
    if (newest === undefined) return true;
    // A fifth less, since a camera's times are not exact.
    return t - newest.t >= 0.8 * (this.spanMs * bytesOf(size)) / this.mostBytes && t > newest.t;
  }

  /** @param {number} t @param {unknown} picture */
  add(t, picture) {
    this.kept.push({ t, picture });
    while (t - this.kept[0].t > this.spanMs) this.kept.shift();
  }

  /** The picture nearest to a moment; null where none is near. @param {number} t */
  nearest(t, withinMs = NEAREST_MS) {
    const best = this.kept.reduce((a, b) => (a === null || Math.abs(b.t - t) < Math.abs(a.t - t) ? b : a), null);
    return best !== null && Math.abs(best.t - t) <= withinMs ? best : null;
  }

  clear() {
    this.kept = [];
  }
}

/** Copies a video's pictures into a ring and makes a JPEG of one. */
export class PictureRing {
  constructor() {
    this.ring = new Ring();
    this.isCopying = false;
  }

  /** The video shows a new picture. @param {HTMLVideoElement} video @param {number} t capture time */
  async take(video, t) {
    const size = { width: video.videoWidth, height: video.videoHeight };
    if (this.isCopying || size.width === 0 || !this.ring.wants(t, size)) return;
    this.isCopying = true;
    try {
      this.ring.add(t, await copyOf(video));
    } catch {
      // One picture less.
    } finally {
      this.isCopying = false;
    }
  }

  /**
   * @param {number} t
   * @returns {Promise<{t: number, width: number, height: number, jpeg: Blob}|null>} null where there is no such moment
   */
  async still(t) {
    const found = this.ring.nearest(t);
    if (found === null) return null;
    const picture = found.picture instanceof Copy ? found.picture.frame() : found.picture;
    const [width, height] = [picture.displayWidth ?? picture.width, picture.displayHeight ?? picture.height];
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0, width, height);
    if (found.picture instanceof Copy) picture.close();
    const jpeg = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    return jpeg === null ? null : { t: found.t, width, height, jpeg };
  }

  clear() {
    this.ring.clear();
  }
}

/** A frame's own bytes: a frame that is held keeps the camera from giving new ones. */
class Copy {
  constructor(bytes, layout, frame) {
    this.bytes = bytes;
    this.how = {
      format: frame.format, codedWidth: frame.visibleRect.width, codedHeight: frame.visibleRect.height, layout,
      timestamp: 0, colorSpace: frame.colorSpace.toJSON(),
    };
  }

  frame() {
    return new VideoFrame(this.bytes, this.how);
  }
}

async function copyOf(video) {
  if (typeof VideoFrame !== "function") return createImageBitmap(video);
  const frame = new VideoFrame(video);
  try {
    if (frame.format === null) return await createImageBitmap(frame);
    const bytes = new Uint8Array(frame.allocationSize());
    const layout = await frame.copyTo(bytes);
    return new Copy(bytes, layout, frame);
  } finally {
    frame.close();
  }
}
