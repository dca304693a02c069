/**
 * The video of a set of landmarks, kept on this device and nowhere else until the person gives it away: written as it is
 * recorded under the id of the set as this device knows it, a second at a time, so that a crash loses a second. As the camera saw it: not mirrored, as landmarks are.
 *
 * @typedef {import("./device_store.js").Kept & {set_id: string|null, record_id: string|null, type: string, began_ms: number,
 *   bytes: number, full: boolean, exercise: string, given?: string|null}} KeptVideo
 *   `set_id` is the live set's, once it is measured; `record_id` that of the set in the records; `began_ms` when the first
 *   picture was taken, by the clock of the landmarks; `full`: it ends before the set; `given`: the upload
 *   that takes it to the record, of which it is not known yet what became of it
 */

/** No longer than this: eleven minutes of a set. */
export const MOST_BYTES = 200_000_000;
/** Enough to see a knee by, bits/s. */
const BITS_PER_S = 2_500_000;
const PIECE_MS = 1000;
/** What is left to everything else on a device. */
const ROOM_LEFT_BYTES = 100_000_000;
const TYPES = Object.freeze(["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"]);

/** What this browser can record, or null. @param {{isTypeSupported: (type: string) => boolean}|undefined} recorder */
export function typeOf(recorder) {
  return TYPES.find((type) => recorder?.isTypeSupported(type)) ?? null;
}

export class LocalVideo {
  /**
   * @param {MediaStream} stream
   * @param {import("./device_store.js").DeviceStore} store
   * @param {{id: string, owner: string, made_at: number, exercise: string}} video
   * @param {{recorder: (stream: MediaStream, type: string) => MediaRecorder, type: string, clock: () => number,
   *   room: () => Promise<number>}} world
   * @param {(why: "full"|"refused") => void} onEnd it cannot be kept, or no longer
   */
  constructor(stream, store, video, world, onEnd) {
    this.stream = stream;
    this.store = store;
    this.world = world;
    this.onEnd = onEnd;
    /** @type {KeptVideo} */
    this.video = { ...video, set_id: null, record_id: null, type: world.type, began_ms: 0, bytes: 0, full: false };
    this.pieces = 0;
    this.most = MOST_BYTES;
    this.dropped = false;
    this.stopped = false;
    this.work = Promise.resolve();
    this.recorder = null;
    this.hasEnded = false;
  }

  async start() {
    this.most = Math.min(MOST_BYTES, (await this.world.room()) - ROOM_LEFT_BYTES);
    if (this.dropped || this.stopped || this.most <= 0) {
      if (!this.dropped && !this.stopped) this.#end("full");
      return;
    }
    try {
      this.recorder = this.world.recorder(this.stream, this.world.type);
      this.recorder.ondataavailable = ({ data }) => this.#take(data);
      // The first picture is the next one after this.
      this.video.began_ms = this.world.clock();
      this.recorder.start(PIECE_MS);
    } catch {
      this.#end("refused");
    }
  }

  /** The set is over. @returns {Promise<void>} when all of it is written */
  stop() {
    this.stopped = true;
    const { recorder } = this;
    if (recorder === null || recorder.state === "inactive") return this.work;
    return new Promise((resolve) => {
      recorder.onstop = () => resolve(this.work);
      recorder.stop();
    });
  }

  /** The set is measured. @param {string} setId */
  async belongsTo(setId) {
    await this.stop();
    this.video.set_id = setId;
    await this.#next(() => this.store.put("videos", this.video));
  }

  /** It is not wanted. */
  async drop() {
    this.dropped = true;
    await this.stop();
    await this.#next(() => this.store.remove("videos", this.video.id));
  }

  #take(data) {
    if (this.dropped || this.video.full || data.size === 0) return;
    if (this.video.bytes + data.size > this.most) {
      this.video.full = true;
      this.#end("full");
      this.stop();
      return;
    }
    this.video.bytes += data.size;
    const [n, video] = [this.pieces, { ...this.video }];
    this.pieces += 1;
    this.#next(async () => {
      await this.store.addPiece("videos", video.id, n, await data.arrayBuffer());
      await this.store.put("videos", video);
    });
  }

  #next(act) {
    this.work = this.work.then(act).catch(() => this.#end("refused"));
    return this.work;
  }

  #end(why) {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onEnd(why);
  }
}

/** What a recording needs of this browser; null where it cannot record. */
export function recordingWorld() {
  const type = typeOf(window.MediaRecorder);
  if (type === null) return null;
  return {
    type, clock: () => performance.now(),
    recorder: (stream) => new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS_PER_S }),
    room: async () => {
      const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      return quota - usage;
    },
  };
}

/** The set that a video shows is measured. @param {import("./device_store.js").DeviceStore} store @param {string} owner @param {string} id @param {string} setId */
export async function noteMeasured(store, owner, id, setId) {
  const video = (await store.listed("videos", owner, Date.now())).find((each) => each.id === id);
  if (video !== undefined) await store.put("videos", { ...video, set_id: setId });
}

/** The file of a video. @param {import("./device_store.js").DeviceStore} store @param {KeptVideo} video */
export async function fileOf(store, video) {
  const [type] = video.type.split(";");
  const at = new Date(video.made_at);
  const two = (n) => String(n).padStart(2, "0");
  const when = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}-${two(at.getHours())}${two(at.getMinutes())}`;
  const name = `${video.exercise}-${when}.${type === "video/mp4" ? "mp4" : "webm"}`;
  return new File(await store.pieces("videos", video.id), name, { type, lastModified: video.made_at });
}
