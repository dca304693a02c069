/**
 * What stays on this device until it is measured, given away or deleted: sets that were done without network, and
 * videos. In the browser's own database, in pieces that are there as soon as they are written, so that neither a reload
 * nor a crash loses what came before. Where a browser keeps nothing (a private window), nothing is kept.
 *
 * @typedef {"sets"|"videos"} Kind
 * @typedef {{id: string, owner: string, made_at: number}} Kept `owner` is the login, `made_at` epoch ms
 */

const NAME = "formcheck-device";
const VERSION = 1;
const LOCK = "formcheck-kept-";
const PIECES = Object.freeze({ sets: "set-pieces", videos: "video-pieces" });
/** What nobody asked for is deleted after so many days. */
export const KEPT_DAYS = 7;
const DAY_MS = 24 * 3600 * 1000;

export class DeviceStore {
  /** @param {IDBFactory|undefined} factory */
  constructor(factory) {
    this.factory = factory;
    /** @type {Promise<IDBDatabase>|null} */
    this.opened = null;
  }

  /** Add or replace. @param {Kind} kind @param {Kept} kept */
  put(kind, kept) {
    return this.#do([kind], "readwrite", (of) => of(kind).put(kept));
  }

  /** @param {Kind} kind @param {string} id @param {number} n its number, from 0 @param {ArrayBuffer} bytes */
  addPiece(kind, id, n, bytes) {
    return this.#do([PIECES[kind]], "readwrite", (of) => of(PIECES[kind]).put(bytes, [id, n]));
  }

  /** @param {Kind} kind @param {string} id @returns {Promise<ArrayBuffer[]>} in order */
  pieces(kind, id) {
    return this.#do([PIECES[kind]], "readonly", (of) => of(PIECES[kind]).getAll(piecesOf(id)));
  }

  /** @param {Kind} kind @param {string} id */
  remove(kind, id) {
    return this.#do([kind, PIECES[kind]], "readwrite", (of) => {
      of(PIECES[kind]).delete(piecesOf(id));
      return of(kind).delete(id);
    });
  }

  /** How many there are, of whomever. @param {Kind} kind @returns {Promise<number>} */
  count(kind) {
    return this.#do([kind], "readonly", (of) => of(kind).count());
  }

  /** What somebody has here, oldest first; what is too old, of whomever, is deleted. @param {Kind} kind @param {string} owner @param {number} now epoch, ms */
  async listed(kind, owner, now) {
    const all = await this.#do([kind], "readonly", (of) => of(kind).getAll());
    const isOld = ({ made_at: madeAt }) => !(now - madeAt < KEPT_DAYS * DAY_MS);
    await Promise.all(all.filter(isOld).map(({ id }) => this.remove(kind, id)));
    return all.filter((kept) => !isOld(kept) && kept.owner === owner).sort((a, b) => a.made_at - b.made_at);
  }

  /** Delete what is too old, of whomever. @param {number} now epoch, ms */
  async clean(now) {
    for (const kind of /** @type {Kind[]} */ (Object.keys(PIECES))) await this.listed(kind, "", now);
  }

  /** @template T @param {string[]} names @param {IDBTransactionMode} mode @param {(of: (name: string) => IDBObjectStore) => IDBRequest<T>} act */
  async #do(names, mode, act) {
    this.opened ??= opened(this.factory);
    const database = await this.opened;
    return new Promise((resolve, reject) => {
      const work = database.transaction(names, mode);
      const asked = act((name) => work.objectStore(name));
      work.oncomplete = () => resolve(asked.result);
      work.onabort = work.onerror = () => reject(work.error ?? asked.error);
    });
  }
}

function piecesOf(id) {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}

function opened(factory) {
  return new Promise((resolve, reject) => {
    if (!factory) {
      reject(new Error("this browser keeps nothing"));
      return;
    }
    const asked = factory.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const [kind, pieces] of Object.entries(PIECES)) {
        asked.result.createObjectStore(kind, { keyPath: "id" });
        asked.result.createObjectStore(pieces);
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** Note that this window is at work on something. @param {string} id @returns {() => void} no longer; else until the window is gone */
export function holdHere(id) {
  let release = () => {};
  const over = new Promise((resolve) => {
    release = resolve;
  });
  navigator.locks?.request(LOCK + id, () => over).catch(() => {});
  return release;
}

/** What windows, this one too, are at work on. @returns {Promise<Set<string>>} ids */
export async function heldByWindows() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.filter(({ name }) => name.startsWith(LOCK)).map(({ name }) => name.slice(LOCK.length)));
}

/** The store of this browser. */
export function deviceStore() {
  try {
    return new DeviceStore(window.indexedDB);
  } catch {
    return new DeviceStore(undefined);
  }
}
