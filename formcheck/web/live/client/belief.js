/**
 * How far the model believes in each landmark of one frame, for the watch over covers alone: the server makes its own
 * from what is sent. As `formcheck/pose/estimator.py` has it, which says why. Pure.
 */

/** MediaPipe low-passes visibility with this share of the new frame. */
const VISIBILITY_SHARE = 0.1;

export class Belief {
  constructor() {
    this.smoothed = null;
  }

  /** Nobody was found: the filter starts anew with whoever comes. */
  forget() {
    this.smoothed = null;
  }

  /**
   * @param {ArrayLike<number>} smoothed visibility as MediaPipe gives it
   * @param {ArrayLike<number>} presence
   * @returns {number[]}
   */
  of(smoothed, presence) {
    const last = this.smoothed;
    this.smoothed = Array.from(smoothed);
    return this.smoothed.map((value, i) => {
      const now = last === null ? value : last[i] + (value - last[i]) / VISIBILITY_SHARE;
      return Math.min(Math.max(Math.min(now, presence[i]), 0), 1);
    });
  }
}
