/**
 * Landmarks between two results: each moves towards its newest place exponentially, so that the drawing glides at the
 * screen's rate while results come at the camera's. Pure.
 */

import { LANDMARKS } from "./contract.js";

/** Time constant, ms: two results at 30 a second. Shorter stutters, longer trails behind the picture. */
export const EASE_MS = 60;
/** Without a result for this long the drawing fades, ms. */
export const STALE_MS = 300;
/** How long the fading takes, ms. */
export const FADE_MS = 200;
/** A landmark that jumps further than this share of the picture is set down there: it was someone else's. */
const JUMP = 0.3;

/**
 * A value `dtMs` later on its way to `target`. Never passes it.
 * @param {number} value
 * @param {number} target
 * @param {number} dtMs
 */
export function ease(value, target, dtMs, easeMs = EASE_MS) {
  if (dtMs <= 0) return value;
  return value + (target - value) * (1 - Math.exp(-dtMs / easeMs));
}

/** The pose to draw now. Coordinates are shares of the picture; NaN is not drawn. */
export class EasedPose {
  constructor() {
    this.x = new Float64Array(LANDMARKS).fill(NaN);
    this.y = new Float64Array(LANDMARKS).fill(NaN);
    this.targetX = new Float64Array(LANDMARKS).fill(NaN);
    this.targetY = new Float64Array(LANDMARKS).fill(NaN);
    this.seenAt = -Infinity;
    this.steppedAt = -Infinity;
  }

  /**
   * A new result.
   * @param {Array<Array<number|null>>|null} pose null when nobody was found
   * @param {number} now
   */
  aim(pose, now) {
    if (pose === null) return;
    const faded = this.alpha(now) === 0;
    for (let i = 0; i < LANDMARKS; i += 1) {
      const [x, y] = pose[i];
      const seen = Number.isFinite(x) && Number.isFinite(y);
      this.targetX[i] = seen ? x : NaN;
      this.targetY[i] = seen ? y : NaN;
      const fresh = faded || Number.isNaN(this.x[i]) || Math.hypot(x - this.x[i], y - this.y[i]) > JUMP;
      if (!seen || fresh) {
        this.x[i] = this.targetX[i];
        this.y[i] = this.targetY[i];
      }
    }
    this.seenAt = now;
  }

  /** Set every landmark down where it is. @param {Array<Array<number|null>>} pose */
  put(pose) {
    pose.forEach(([x, y], i) => {
      const seen = Number.isFinite(x) && Number.isFinite(y);
      this.x[i] = seen ? x : NaN;
      this.y[i] = seen ? y : NaN;
    });
  }

  /**
   * Move on to `now`.
   * @returns {number} the largest remaining way of any landmark, a share of the picture
   */
  step(now) {
    const dtMs = Number.isFinite(this.steppedAt) ? now - this.steppedAt : 0;
    this.steppedAt = now;
    let furthest = 0;
    for (let i = 0; i < LANDMARKS; i += 1) {
      if (Number.isNaN(this.targetX[i])) continue;
      this.x[i] = ease(this.x[i], this.targetX[i], dtMs);
      this.y[i] = ease(this.y[i], this.targetY[i], dtMs);
      furthest = Math.max(furthest, Math.abs(this.targetX[i] - this.x[i]), Math.abs(this.targetY[i] - this.y[i]));
    }
    return furthest;
  }

  /** How strongly to draw, 1 to 0: it fades when results stop. */
  alpha(now) {
    return Math.min(1, Math.max(0, 1 - (now - this.seenAt - STALE_MS) / FADE_MS));
  }
}
