/**
 * The recording of a call, made in the clinician's page: one picture of everybody and one sound. A recorder ends with any
 * track that comes or goes in what it records, and in a call tracks come and go: people join, connections are made anew,
 * cameras change. A canvas and a mix of sounds stay the same.
 */

import { COLOURS } from "../../live/client/colours.js";
import { LINK_HEADER } from "./contract.js";

/** A part comes this often: what a reload may lose, ms. */
export const PART_MS = 2000;
/** Of the picture, px and a second. */
const SIZE = Object.freeze({ width: 960, height: 540, fps: 15 });
/** What an encoder may take, bits a second. */
const BITS = Object.freeze({ videoBitsPerSecond: 500_000, audioBitsPerSecond: 48_000 });
const TYPES = Object.freeze(["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"]);
/** Between tries to send, ms. */
const RETRY_MS = Object.freeze([500, 1000, 2000, 4000]);
/** A request takes no more, bytes. */
const MOST_BYTES = 1_000_000;
/** What waits to be sent while the line is away, bytes: ten minutes. */
export const MOST_WAITING = 45_000_000;
const GONE = 404;
const FULL = 507;

/** Sends what is recorded, in order, over and over until it has come. */
export class PartSender {
  /**
   * @param {import("./contract.js").RecordingDoor} door
   * @param {{fetch: typeof fetch, wait: (ms: number) => Promise<void>}} world
   * @param {(words: string) => void} onTrouble it can go on no more
   */
  constructor(door, world, onTrouble) {
    this.door = door;
    this.world = world;
    this.onTrouble = onTrouble;
    /** @type {{at: number, data: Blob}[]} not known to have come */
    this.parts = [];
    this.end = 0;
    this.isOver = false;
    this.isDone = false;
    this.isDropped = false;
    this.sending = null;
  }

  /** Go on with a fresh token. @param {import("./contract.js").RecordingDoor} door */
  renew(door) {
    this.door = door;
  }

  /** @param {Blob} data */
  add(data) {
    if (this.isDropped || data.size === 0) return;
    this.parts.push({ at: this.end, data });
    this.end += data.size;
    if (this.parts.reduce((sum, part) => sum + part.data.size, 0) > MOST_WAITING) this.#drop("The recording could not be sent for long. It ends here.");
    this.#go();
  }

  /** There is no more: once all has come, the server makes it whole. @returns {Promise<void>} */
  async close() {
    this.isOver = true;
    this.#go();
    await this.sending;
  }

  #go() {
    this.sending ??= this.#send().finally(() => {
      this.sending = null;
      // Something may have come while the last answer was looked at.
      if (!this.isDropped && !this.isDone && (this.parts.length > 0 || this.isOver)) this.#go();
    });
  }

  async #send() {
    for (let tries = 0; !this.isDropped;) {
      const [part] = this.parts;
      if (part === undefined && !this.isOver) return;
      try {
        const answer = part === undefined ? await this.#ask("POST", this.door.put) : await this.#ask("PUT", `${this.door.put}?at=${part.at}`, part.data.slice(0, MOST_BYTES));
        if (answer.status === GONE || answer.status === FULL) {
          this.#drop(answer.status === FULL ? await answer.text() : "");
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        if (part === undefined) {
          this.isDone = true;
          return;
        }
        this.#come((await answer.json()).at);
        tries = 0;
      } catch {
        await this.world.wait(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
        tries += 1;
      }
    }
  }

  #ask(method, address, body) {
    return this.world.fetch(address, { method, body, mode: "same-origin", redirect: "error", headers: { [LINK_HEADER]: this.door.token } });
  }

  /** So much has come. @param {number} bytes */
  #come(bytes) {
    while (this.parts.length > 0 && this.parts[0].at + this.parts[0].data.size <= bytes) this.parts.shift();
    const [part] = this.parts;
    if (part === undefined) return;
    if (bytes < part.at) this.#drop("A part of the recording was lost. It ends here.");
    else if (bytes > part.at) this.parts[0] = { at: bytes, data: part.data.slice(bytes - part.at) };
  }

  #drop(words) {
    this.isDropped = true;
    this.parts = [];
    if (words !== "") this.onTrouble(words.trim());
  }
}

/**
 * Where each picture goes: the first, the client's, is large; the others stand beside it.
 * @param {number} count @param {{width: number, height: number}} [size]
 * @returns {{x: number, y: number, width: number, height: number}[]}
 */
export function places(count, { width, height } = SIZE) {
  if (count < 2) return [{ x: 0, y: 0, width, height }];
  const side = Math.round(width / 4);
  const each = Math.round(Math.min(height / (count - 1), (side * 3) / 4));
  return [{ x: 0, y: 0, width: width - side, height },
    ...Array.from({ length: count - 1 }, (_, i) => ({ x: width - side, y: i * each, width: side, height: each }))];
}

/**
 * @typedef {Object} Shown
 * @property {string} name
 * @property {HTMLVideoElement} video
 * @property {boolean} hasPicture
 * @property {MediaStream} stream whose sound is heard
 */

/** One picture of all, and one sound. */
class Mix {
  /** @param {() => Shown[]} shown the client first */
  constructor(shown) {
    this.shown = shown;
    this.canvas = Object.assign(document.createElement("canvas"), { width: SIZE.width, height: SIZE.height });
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.audio = new AudioContext();
    // After a reload a browser may wait for a touch before it lets a page make sounds, also such as nobody hears.
    document.addEventListener("pointerdown", this.#wake);
    this.out = this.audio.createMediaStreamDestination();
    /** @type {Map<string, MediaStreamAudioSourceNode>} by track */
    this.heard = new Map();
    this.timer = setInterval(() => this.#draw(), 1000 / SIZE.fps);
    this.#draw();
    this.stream = new MediaStream([...this.canvas.captureStream(SIZE.fps).getVideoTracks(), ...this.out.stream.getAudioTracks()]);
  }

  #wake = () => this.audio.resume();

  close() {
    document.removeEventListener("pointerdown", this.#wake);
    clearInterval(this.timer);
    for (const track of this.stream.getTracks()) track.stop();
    this.audio.close();
  }

  #draw() {
    const shown = this.shown();
    this.#listen(shown);
    const { context } = this;
    context.fillStyle = COLOURS.picture;
    context.fillRect(0, 0, SIZE.width, SIZE.height);
    places(shown.length).forEach((place, i) => {
      if (shown[i] !== undefined) drawIn(context, shown[i], place);
    });
  }

  #listen(shown) {
    const tracks = new Map(shown.flatMap(({ stream }) => stream.getAudioTracks()).filter(({ readyState }) => readyState === "live").map((track) => [track.id, track]));
    for (const [id, node] of this.heard) {
      if (tracks.has(id)) continue;
      node.disconnect();
      this.heard.delete(id);
    }
    for (const [id, track] of tracks) {
      if (this.heard.has(id)) continue;
      const node = this.audio.createMediaStreamSource(new MediaStream([track]));
      node.connect(this.out);
      this.heard.set(id, node);
    }
  }
}

function drawIn(context, { name, video, hasPicture }, { x, y, width, height }) {
  const { videoWidth, videoHeight } = video;
  if (hasPicture && videoWidth > 0) {
    const scale = Math.min(width / videoWidth, height / videoHeight);
    const [w, h] = [videoWidth * scale, videoHeight * scale];
    context.drawImage(video, x + (width - w) / 2, y + (height - h) / 2, w, h);
  }
  context.font = "16px sans-serif";
  context.fillStyle = COLOURS.plate;
  context.fillRect(x + 6, y + height - 28, Math.min(width - 12, context.measureText(name).width + 12), 22);
  context.fillStyle = COLOURS.pictureOn;
  context.fillText(name, x + 12, y + height - 12, width - 24);
}

/** Records when the server says so, and only then. */
export class CallRecorder {
  /**
   * @param {() => Shown[]} shown
   * @param {(words: string) => void} onTrouble it cannot be recorded, or no more of it be sent
   */
  constructor(shown, onTrouble) {
    this.shown = shown;
    this.onTrouble = onTrouble;
    /** @type {{mix: Mix, recorder: MediaRecorder, sender: PartSender}|null} */
    this.now = null;
    this.isConnected = true;
    this.stage = "off";
  }

  /** @param {import("./contract.js").RecordingShown} recording */
  take({ stage, door }) {
    this.stage = stage;
    if (this.now !== null && (stage === "off" || (door !== null && door.recording !== this.now.sender.door.recording))) this.#stop();
    if (stage === "on" && door !== null && this.now === null) this.#begin(door);
    else if (door !== null) this.now?.sender.renew(door);
    this.#pause();
  }

  /** Without the room nobody could say no: it rests until the room is back. @param {boolean} isConnected */
  connection(isConnected) {
    this.isConnected = isConnected;
    if (!isConnected) this.#pause();
  }

  #pause() {
    const recorder = this.now?.recorder;
    const goesOn = this.stage === "on" && this.isConnected;
    if (recorder?.state === "recording" && !goesOn) recorder.pause();
    if (recorder?.state === "paused" && goesOn) recorder.resume();
  }

  #begin(door) {
    const mimeType = TYPES.find((type) => globalThis.MediaRecorder?.isTypeSupported(type));
    if (mimeType === undefined) {
      this.onTrouble("This browser cannot record. Use a current Chrome, Edge, Firefox or Safari.");
      return;
    }
    const sender = new PartSender(door, { fetch: (...asked) => fetch(...asked), wait: (ms) => new Promise((done) => { setTimeout(done, ms); }) }, this.onTrouble);
    const mix = new Mix(this.shown);
    const recorder = new MediaRecorder(mix.stream, { mimeType, ...BITS });
    recorder.addEventListener("dataavailable", ({ data }) => sender.add(data));
    recorder.addEventListener("stop", () => {
      mix.close();
      sender.close();
    });
    recorder.start(PART_MS);
    this.now = { mix, recorder, sender };
  }

  #stop() {
    if (this.now.recorder.state !== "inactive") this.now.recorder.stop();
    this.now = null;
  }

  /** The page is done with the room; what was recorded is still sent. */
  close() {
    this.take({ stage: "off", door: null });
  }
}
