/**
 * Where this page finds poses: goes down the ladder of `source_choice.js` while the person reads the page, with a
 * self-test on each step. Until it is through, and where nothing passes, pictures go to the server as ever, unless the
 * person forbids that.
 *
 * @typedef {{finder: import("./pose_finder.js").PoseFinder, estimator: Object}} Finding a finder that passed, and what
 *   the set-up message says of it
 * @typedef {Object} PoseWorld
 * @property {Storage|null} storage
 * @property {string} userAgent
 * @property {() => number} now
 * @property {(pose: Object, step: Object) => PoseFinder} [finder]
 * @property {(i: number) => Promise<unknown>} [picture] of the film
 */

import { PoseFinder } from "./pose_finder.js";
import { RUNS_IN_SET, offInFirst, selfTest } from "./self_test.js";
import { FILM } from "./self_test_film.js";
import { MOST_PX, SourceChoice, nameOf, recalled, remember, stepsOf } from "./source_choice.js";

const KEY = "formcheck-pose-step";
const PICTURES_KEY = "formcheck-pictures-stay";
/** What a finder that failed says of this browser. All else may be the line's fault, or that of a moment. */
const OF_BROWSER = new Set(["webgl", "software", "presence", "not-finite", "context-lost", "estimate", "wrong", "slow"]);
/** The server takes so much of a browser's name. */
const LONGEST_NAME = 300;

export class PoseSource {
  /**
   * @param {Object|null} pose what the server says of its files; null where it has none
   * @param {boolean} landmarks whether the server takes landmarks
   * @param {PoseWorld} world
   */
  constructor(pose, landmarks, world) {
    this.pose = pose;
    this.landmarks = landmarks;
    this.world = { finder: (...given) => new PoseFinder(...given), picture: filmPicture, ...world };
    this.runtime = `${pose?.wasm_sha256} ${world.userAgent}`;
    /** Whether the person lets pictures leave the device. */
    this.allowed = read(world.storage, PICTURES_KEY) !== "yes";
    /** Whether the server has a place for them, as far as is known. */
    this.hasPlace = true;
    /** What is kept of another day. */
    this.kept = recalled(read(world.storage, KEY), this.runtime, world.now());
    this.choice = new SourceChoice(this.#steps, this.kept?.step, world.isPatient ?? false);
    /** Whether every step that was left did badly, rather than that it could not be tried. */
    this.isTried = true;
    /** @type {Finding|null} */
    this.ready = null;
    this.isOver = false;
    this.finder = null;
    /** A lost context is asked for anew once. */
    this.hasRenewed = false;
    /** Counts what is begun, so that what was overtaken ends. */
    this.attempt = 0;
    /** Share of what has to be loaded that is there; null where nothing is being loaded. */
    this.loaded = null;
    /** Told when `ready`, `step` or `loaded` may have changed. */
    this.onChange = () => {};
  }

  get #steps() {
    const { pose, landmarks } = this;
    const models = pose === null ? [] : Object.keys(pose.models);
    return stepsOf({ models, pictures: this.picturesCanGo, landmarks });
  }

  /** Whether pictures may leave the device, and the server takes them. */
  get picturesCanGo() {
    return this.allowed && this.hasPlace;
  }

  /** Whether nothing is left: neither can poses be found here, nor may pictures leave. */
  get isStuck() {
    return this.ready === null && this.choice.step === null;
  }

  /** Whether it is known where poses will be found. */
  get isSettled() {
    return this.ready !== null || this.choice.step?.source !== "landmarks";
  }

  /** Choose; resolves when that is done. */
  begin() {
    this.choosing ??= this.#choose();
    return this.choosing;
  }

  /** The addresses of what was loaded for the step that was chosen. @returns {string[]} */
  get files() {
    if (this.ready === null) return [];
    return [...Object.values(this.pose.assets), this.pose.models[this.ready.estimator.model].address];
  }

  /** Let pictures leave the device or not, from now on and another day. @param {boolean} allowed */
  allow(allowed) {
    write(this.world.storage, PICTURES_KEY, allowed ? "no" : "yes");
    if (allowed === this.allowed) return;
    this.allowed = allowed;
    this.#changed();
  }

  /** Another set begins: the server may have a place again. */
  hopeForPlace() {
    this.hasPlace = true;
    this.#changed();
  }

  /** The server has no place for pictures. @returns {Promise<void>} when it is known what is done instead */
  takesNoPictures() {
    this.hasPlace = false;
    this.#changed();
    return this.begin();
  }

  /** Whether the finder still finds what is known. @returns {Promise<boolean>} */
  async isStillRight() {
    const { finder } = this;
    try {
      const points = await finder.check(await this.world.picture(0), FILM);
      return points === undefined || offInFirst(points, FILM, finder.step.model) <= MOST_PX;
    } catch {
      // It has failed, which its cause says, or is busy.
      return true;
    }
  }

  /**
   * The finder failed or is too slow: it goes on with the next step, or once more with this one where its WebGL context
   * was lost.
   * @param {string} cause
   * @returns {Promise<void>} when it is known what comes next
   */
  leave(cause) {
    if (this.ready === null) return this.begin();
    const again = cause === "context-lost" && !this.hasRenewed;
    this.hasRenewed ||= again;
    this.#closeFinder();
    if (!again) this.#down(cause);
    this.choosing = this.#choose(RUNS_IN_SET);
    return this.choosing;
  }

  close() {
    this.isOver = true;
    this.#closeFinder();
  }

  /** There are other steps now: it stays where it is if that is one of them. */
  #changed() {
    const before = this.choice.step;
    this.choice.change(this.#steps);
    if (this.choice.step === before) return;
    this.#closeFinder();
    this.choosing = this.#choose();
  }

  async #choose(runs) {
    const attempt = (this.attempt += 1);
    const goesOn = () => !this.isOver && attempt === this.attempt;
    while (goesOn() && this.ready === null && this.choice.step?.source === "landmarks") {
      const { step } = this.choice;
      let result = null;
      let opened = null;
      let cause = "failed";
      try {
        const finder = this.world.finder(this.pose, step);
        this.finder = finder;
        finder.onLoading = (share) => goesOn() && this.#loading(share);
        opened = await finder.opened;
        this.#loading(null);
        result = await selfTest(FILM, step.model, async (i, t) => finder.find(await this.world.picture(i), t, FILM), runs);
      } catch (error) {
        cause = error.message;
      }
      if (!goesOn()) return;
      if (result === null) this.#down(cause);
      else if (this.choice.tested(result)) this.#found(step, result, opened?.balanced === true);
      if (this.ready === null) this.#closeFinder();
    }
    if (!goesOn()) return;
    this.#remember();
    this.onChange();
  }

  /** Leave a step that failed. @param {string} cause */
  #down(cause) {
    this.isTried &&= OF_BROWSER.has(cause);
    this.choice.down(cause);
  }

  /** Keep what another day need not find out again: since when it is known, so that the better steps get their turn. */
  #remember() {
    const { step } = this.choice;
    // The first step is tried anyway, and what a full server leads to is no word on this browser.
    if (!step || !this.choice.hasBefore || !this.isTried || !this.hasPlace) return;
    if (nameOf(step) === this.kept?.step) return;
    this.kept = { step: nameOf(step), at: this.kept?.at ?? this.world.now() };
    write(this.world.storage, KEY, remember(step, this.runtime, this.kept.at));
  }

  #found(step, result, balanced) {
    this.finder.forget();
    this.ready = { finder: this.finder, estimator: this.#estimator(step, result, balanced) };
  }

  #loading(share) {
    this.loaded = share;
    this.onChange();
  }

  #estimator({ model, delegate }, { runs, ms_p50, ms_p90, worst_px }, balanced) {
    const { package: name, version, wasm_sha256, models } = this.pose;
    return {
      package: name, version, wasm_sha256, model, model_sha256: models[model].sha256, delegate,
      user_agent: this.world.userAgent.slice(0, LONGEST_NAME),
      self_test: { runs, ms_p50, ms_p90, worst_px }, balanced,
    };
  }

  #closeFinder() {
    this.finder?.close();
    this.finder = null;
    this.ready = null;
    this.loaded = null;
  }
}

/** Begin at the best step again, whatever another day found. @param {Storage|null} storage */
export function forgetStep(storage) {
  try {
    storage?.removeItem(KEY);
  } catch {
    // Where nothing may be kept there is nothing to forget.
  }
}

/**
 * A picture of the film, handed over in the way in which the camera's are.
 * @param {number} i @returns {Promise<VideoFrame|ImageBitmap>}
 */
export async function filmPicture(i) {
  const jpeg = Uint8Array.from(atob(FILM.jpegs[i]), (each) => each.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  if (typeof VideoFrame !== "function") return bitmap;
  try {
    const frame = new VideoFrame(bitmap, { timestamp: 0 });
    bitmap.close();
    return frame;
  } catch {
    return bitmap;
  }
}

function read(storage, key) {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function write(storage, key, text) {
  try {
    storage?.setItem(key, text);
  } catch {
    // Where nothing may be kept the test is made again, and the person asked again.
  }
}
