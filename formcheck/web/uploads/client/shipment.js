/** All files on their way: a few at a time, the others wait. They go on while the page shows something else. */

import { Transfer } from "./transfer.js";

const AT_A_TIME = 2;

export class Shipment {
  /** @param {import("./transfer.js").Office} office @param {import("./transfer.js").World} world */
  constructor(office, world) {
    this.office = office;
    this.world = world;
    /** @type {Transfer[]} */
    this.transfers = [];
    this.running = 0;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /** @param {Iterable<File>} files @param {{person_id: string|null, keep_video: boolean}} wishes */
  add(files, wishes) {
    for (const file of files) {
      if (this.#isUnderWay(file)) continue;
      this.transfers.push(new Transfer(file, { ...wishes }, this.office, this.world, () => this.#tell()));
    }
    this.#next();
    this.#tell();
  }

  /** Send a file that was refused once more. @param {Transfer} transfer */
  again(transfer) {
    this.remove(transfer);
    this.add([transfer.file], transfer.wishes);
  }

  /** @param {Transfer} transfer one that is over */
  remove(transfer) {
    this.transfers = this.transfers.filter((each) => each !== transfer);
    this.#tell();
  }

  /** Whether closing the window would interrupt something. */
  get busy() {
    return this.transfers.some((each) => !each.over);
  }

  #isUnderWay(file) {
    return this.transfers.some((each) => !each.over && each.file.name === file.name && each.file.size === file.size &&
      each.file.lastModified === file.lastModified);
  }

  #next() {
    while (this.running < AT_A_TIME) {
      const next = this.transfers.find((each) => each.state === "queued");
      if (next === undefined) return;
      next.state = "sending";
      this.running += 1;
      next.run().finally(() => {
        this.running -= 1;
        // What the server has an entry of is in the list below; who cancelled need not see it any more.
        if (next.state !== "refused" || next.listed) this.remove(next);
        this.#next();
      });
    }
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }
}
