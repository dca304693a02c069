/**
 * The video as something that shows a frame. Seeking takes a browser several milliseconds, so while it is at it only the
 * newest wish is kept: the picture follows the hand as fast as it can and never works off a queue.
 */

/** @typedef {{onShown: (at: number) => void, onStopped: () => void, onFailed: () => void}} FilmReports */

export class Film {
  /** @param {HTMLVideoElement} video @param {FilmReports} reports */
  constructor(video, reports) {
    this.video = video;
    this.reports = reports;
    /** @type {number|null} */
    this.wish = null;
    this.frames = 0;
    video.addEventListener("seeked", () => this.#seekOn());
    video.addEventListener("loadedmetadata", () => this.#seekOn());
    video.addEventListener("ended", () => reports.onStopped());
    video.addEventListener("error", () => reports.onFailed());
    if (typeof video.requestVideoFrameCallback === "function") this.#watchFrames();
    else video.addEventListener("seeked", () => this.#shown(video.currentTime));
  }

  get playing() {
    return !this.video.paused && !this.video.ended;
  }

  /** @param {number} at s, inside of the frame that is wanted */
  seek(at) {
    this.wish = at;
    if (!this.video.seeking && this.video.readyState >= HTMLMediaElement.HAVE_METADATA) this.#seekOn();
  }

  /** @param {number} rate times real speed */
  async play(rate) {
    this.video.playbackRate = rate;
    try {
      await this.video.play();
    } catch (error) {
      // A pause that comes before it has begun is none of anybody's business.
      if (error.name !== "AbortError") this.reports.onFailed();
    }
    if (typeof this.video.requestVideoFrameCallback !== "function") this.#followClock();
  }

  setRate(rate) {
    this.video.playbackRate = rate;
  }

  pause() {
    this.video.pause();
  }

  #seekOn() {
    if (this.wish === null) return;
    const to = this.wish;
    this.wish = null;
    if (Math.abs(this.video.currentTime - to) > 1e-4) this.video.currentTime = to;
  }

  #watchFrames() {
    this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
      this.#shown(mediaTime);
      this.#watchFrames();
    });
  }

  /** For browsers that do not say which frame they show. */
  #followClock() {
    if (!this.playing) return;
    this.#shown(this.video.currentTime);
    requestAnimationFrame(() => this.#followClock());
  }

  #shown(at) {
    this.frames += 1;
    this.reports.onShown(at);
  }
}

/** Plays where there is no video: time passes, and the drawn figure goes by it. */
export class BlankFilm {
  /** @param {FilmReports} reports @param {number} end s */
  constructor(reports, end) {
    this.reports = reports;
    this.end = end;
    this.at = 0;
    this.rate = 1;
    this.playing = false;
    this.frames = 0;
  }

  seek(at) {
    this.at = at;
  }

  async play(rate) {
    this.rate = rate;
    if (this.playing) return;
    this.playing = true;
    let last = performance.now();
    const step = (now) => {
      if (!this.playing) return;
      this.at += ((now - last) / 1000) * this.rate;
      last = now;
      if (this.at >= this.end) {
        this.playing = false;
        this.reports.onStopped();
        return;
      }
      this.reports.onShown(this.at);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  setRate(rate) {
    this.rate = rate;
  }

  pause() {
    this.playing = false;
  }
}
