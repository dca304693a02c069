/**
 * Where this page finds poses: goes down the ladder of `source_choice.js` while the person reads the page, with a
 * self-test on each step. Until it is through, and where nothing passes, pictures go to the server as ever.
 *
 * @typedef {{finder: import("./pose_finder.js").PoseFinder, estimator: Object}} Finding a finder that passed, and what
 *   the set-up message says of it
 */

import { PoseFinder } from "./pose_finder.js";
import { selfTest } from "./self_test.js";
import { FILM } from "./self_test_film.js";
import { SourceChoice, recalled, remember, stepsOf } from "./source_choice.js";

const KEY = "formcheck-pose-step";
/** The server takes so much of a browser's name. */
const LONGEST_NAME = 300;

export class PoseSource {
  /**
   * @param {Object|null} pose what the server says of its files; null where it has none
   * @param {boolean} landmarks whether the server takes landmarks
   * @param {{storage: Storage|null, userAgent: string, now: () => number,
   *   finder?: (pose: Object, step: Object) => PoseFinder, picture?: (i: number) => Promise<unknown>}} world
   */
  constructor(pose, landmarks, world) {
    this.pose = pose;
    this.world = { finder: (...given) => new PoseFinder(...given), picture: filmPicture, ...world };
    this.runtime = `${pose?.wasm_sha256} ${world.userAgent}`;
    const steps = pose === null ? [] : stepsOf({ models: Object.keys(pose.models), pictures: true, landmarks });
    this.choice = new SourceChoice(steps, recalled(read(world.storage), this.runtime, world.now()));
    /** @type {Finding|null} */
    this.ready = null;
    this.isOver = false;
    this.finder = null;
  }

  /** Choose; resolves when that is done. */
  begin() {
    this.choosing ??= this.#choose();
    return this.choosing;
  }

  /** The finder failed or is too slow: the next set goes on with the next step. @param {string} why */
  leave(why) {
    if (this.ready === null) return;
    this.ready = null;
    this.#closeFinder();
    this.choice.down(why);
    this.choosing = this.#choose();
  }

  close() {
    this.isOver = true;
    this.ready = null;
    this.#closeFinder();
  }

  async #choose() {
    while (!this.isOver && this.choice.step?.source === "landmarks") {
      const { step } = this.choice;
      try {
        this.finder = this.world.finder(this.pose, step);
        await this.finder.opened;
        const result = await selfTest(FILM, async (i, t) => this.finder.find(await this.world.picture(i), t, FILM));
        if (this.choice.tested(result)) {
          this.finder.forget();
          this.ready = { finder: this.finder, estimator: this.#estimator(step, result) };
        }
      } catch (error) {
        this.choice.down(error.message);
      }
      if (this.ready !== null) break;
      this.#closeFinder();
    }
    const { step } = this.choice;
    if (!this.isOver && step) write(this.world.storage, remember(step, this.runtime, this.world.now()));
  }

  #estimator({ model, delegate }, result) {
    const { package: name, version, wasm_sha256, models } = this.pose;
    return {
      package: name, version, wasm_sha256, model, model_sha256: models[model].sha256, delegate,
      user_agent: this.world.userAgent.slice(0, LONGEST_NAME), self_test: result,
    };
  }

  #closeFinder() {
    this.finder?.close();
    this.finder = null;
  }
}

function filmPicture(i) {
  const jpeg = Uint8Array.from(atob(FILM.jpegs[i]), (each) => each.charCodeAt(0));
  return createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
}

function read(storage) {
  try {
    return storage?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}

function write(storage, text) {
  try {
    storage?.setItem(KEY, text);
  } catch {
    // Where nothing may be kept the test is made again.
  }
}
