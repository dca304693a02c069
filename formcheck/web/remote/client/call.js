/**
 * The call of one page: the room's socket, the connections with the others, one's own devices, and what is to be known of
 * them. It shows nothing: pages do.
 */

import { browserWorld } from "../../live/client/world.js";
import { ROOM_PATH, VERSION } from "./contract.js";
import { Devices, EnergyWatch } from "./devices.js";
import { wordsOf } from "./fingerprint.js";
import { Mesh, withPeers } from "./mesh.js";
import { PictureWatch } from "./negotiation.js";
import { Ladder, SETTLES_MS, encodingOf, isLimited, stepWords } from "./quality.js";
import { Signalling } from "./signalling.js";

/** How often the connections are looked at, ms. */
const LOOK_MS = 500;
/** The line is judged by what changed over so many looks. */
const LINE_LOOKS = 2;
/** A voice is louder than this, 0 to 1. */
const VOICE_LEVEL = 0.03;
/** The page's clock counts from here: like one since 1970 it goes on when the page is loaded anew, but live sets take no
 * times so large. */
const SINCE = Date.UTC(2020, 0, 1);
/** What the page's own times are behind its clock, ms. */
export const CLOCK_MS = performance.timeOrigin - SINCE;

/** @returns {number} ms */
export function pageClock() {
  return CLOCK_MS + performance.now();
}

/** 128 bits for addresses and messages. */
export function secret() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** This load of the page, for others to drop what they had with the one before. */
const INSTANCE = secret();

/**
 * @typedef {Object} CallHandlers
 * @property {(message: Object) => void} onMessage what the call itself does not deal with
 * @property {(state: "open"|"lost"|"over", closing: Object|null) => void} onState of the socket
 * @property {(person: string, stream: MediaStream) => void} onStream
 * @property {(person: string, state: import("./negotiation.js").PeerState) => void} onPeer
 * @property {(person: string, moves: boolean) => void} onPicture whether their picture moves
 * @property {(person: string, words: string[], haveChanged: boolean) => void} onWords `haveChanged`: others were there to be
 *   read before
 * @property {(person: string) => void} onGone
 * @property {(step: import("./quality.js").Step, words: string) => void} onStep
 * @property {() => void} onDevices one's own camera, microphone or what they do has changed
 * @property {() => void} onTapNeeded
 */

export class Call {
  /**
   * @param {Object} who the fields of `hello` that say who this is
   * @param {string} browser kept by this browser
   * @param {CallHandlers} handlers
   */
  constructor(who, browser, handlers) {
    this.handlers = handlers;
    this.devices = new Devices(navigator, new MediaStream(), {
      onTracks: () => this.#tracks(), onCamera: () => this.#devicesChanged(), onTapNeeded: () => handlers.onTapNeeded(),
    });
    this.ladder = new Ladder();
    this.energy = new EnergyWatch();
    /** How long pictures of a set and their answers are on their way, set by who does one, ms. @type {number|null} */
    this.answerMs = null;
    /** How long pictures wait at this end, ms. */
    this.bufferMs = 0;
    this.isIn = false;
    this.saidState = "";
    this.captions = false;
    /** @type {Map<string, {picture: PictureWatch, last: Object|null}>} */
    this.known = new Map();
    /** What the words that were last given of each person are made from; kept while they are gone. @type {Map<string, string>} */
    this.worded = new Map();
    this.looks = 0;
    const world = { ...browserWorld(), clock: pageClock };
    const url = new URL(ROOM_PATH, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.signalling = new Signalling(url.href, () => ({ type: "hello", version: VERSION, instance: INSTANCE, browser, ...who }), {
      onMessage: (message) => this.#message(message), onState: (...said) => this.#state(...said),
    }, world);
    this.mesh = new Mesh({ audio: null, video: null }, {
      send: (message) => this.send(message),
      onStream: (person, stream) => this.#stream(person, stream),
      onState: (person, state, peer) => this.#peer(person, state, peer),
      onGone: (person) => {
        this.known.delete(person);
        handlers.onGone(person);
      },
    }, withPeers(world));
    this.watch = setInterval(() => this.#look(), LOOK_MS);
    window.addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#visibility);
  }

  /** Server's time minus the page's; null before it is known. */
  get offsetMs() {
    return this.signalling.clock.ms;
  }

  /** @param {Object} message */
  send(message) {
    this.signalling.send(message);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.devices.mute(muted);
    this.energy.forget();
    this.#devicesChanged();
  }

  /** @param {boolean} off */
  turnCameraOff(off) {
    this.devices.turnCameraOff(off);
  }

  /** How long pictures wait at this end, so that what belongs to them is there before. @param {number} ms */
  buffer(ms) {
    this.bufferMs = ms;
    for (const { peer } of this.mesh.links.values()) this.#bufferOf(peer);
  }

  /** Whether somebody's voice is heard now. */
  get isVoiceHeard() {
    return [...this.mesh.links.values()].some(({ peer }) =>
      (peer.receiver("audio")?.getSynchronizationSources?.() ?? []).some(({ audioLevel }) => audioLevel > VOICE_LEVEL));
  }

  close() {
    clearInterval(this.watch);
    window.removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#visibility);
    this.signalling.close();
    this.mesh.close();
    this.devices.close();
  }

  #message(message) {
    switch (message.type) {
      case "welcome":
        this.isIn = true;
        this.saidState = "";
        this.mesh.use(message.ice);
        this.handlers.onMessage(message);
        this.#devicesChanged();
        this.mesh.expect(message.people.filter(({ id, presence }) => id !== message.you && presence === "here").map(({ id }) => id));
        break;
      case "waiting":
        this.isIn = false;
        this.handlers.onMessage(message);
        break;
      case "connect":
        this.mesh.connect(message);
        break;
      case "disconnect":
        this.mesh.disconnect(message.peer);
        break;
      case "sdp":
      case "ice":
        this.mesh.take(message);
        break;
      case "ice_servers":
        this.mesh.use(message.ice);
        this.mesh.hurry();
        break;
      default:
        this.handlers.onMessage(message);
    }
  }

  #state(state, closing) {
    // A socket that comes back is welcomed anew, and the server hears of the devices again.
    if (state === "lost") this.saidState = "";
    this.handlers.onState(state, closing);
  }

  #stream(person, stream) {
    this.known.set(person, { picture: new PictureWatch(), last: null });
    this.handlers.onStream(person, stream);
  }

  #peer(person, state, peer) {
    this.handlers.onPeer(person, state);
    if (state !== "connected") return;
    this.#encode(peer);
    this.#bufferOf(peer);
    this.#tellWords(person, peer);
  }

  /** Descriptions may also change in a connection that stands: words that were read before are then of another one. */
  async #tellWords(person, { fingerprints }) {
    if (fingerprints === null) return;
    const these = fingerprints.join("\n");
    const before = this.worded.get(person);
    if (these === before) return;
    this.worded.set(person, these);
    const words = await wordsOf(fingerprints);
    if (this.worded.get(person) === these) this.handlers.onWords(person, words, before !== undefined);
  }

  async #encode(peer) {
    const sender = peer.sender("video");
    const { width = 640, height = 0 } = this.devices.video?.getSettings?.() ?? {};
    const parameters = sender?.getParameters();
    if (!parameters?.encodings?.length) return;
    Object.assign(parameters.encodings[0], encodingOf(this.ladder.step, Math.max(width, height)));
    await sender.setParameters(parameters).catch(() => {});
  }

  #bufferOf(peer) {
    for (const kind of ["audio", "video"]) {
      const receiver = peer.receiver(kind);
      if (receiver !== null && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = this.bufferMs || null;
    }
  }

  #tracks() {
    this.energy.forget();
    this.mesh.replace("audio", this.devices.audio);
    this.mesh.replace("video", this.devices.video);
    for (const { peer } of this.mesh.links.values()) this.#encode(peer);
    this.#devicesChanged();
  }

  #devicesChanged() {
    this.handlers.onDevices();
    if (!this.isIn) return;
    const { muted, camera, facing, video } = this.devices;
    const said = video?.getSettings?.().facingMode;
    const state = {
      type: "state", muted: muted || this.devices.audio === null, camera, captions: this.captions,
      away: document.visibilityState === "hidden", facing: said === "user" || said === "environment" ? said : video ? facing : "unknown",
    };
    if (JSON.stringify(state) === this.saidState) return;
    this.saidState = JSON.stringify(state);
    this.send(state);
  }

  #hurry = () => {
    this.signalling.hurry();
    this.mesh.hurry();
  };

  #visibility = () => {
    if (this.isIn) this.#devicesChanged();
    if (document.visibilityState !== "visible") return;
    this.#hurry();
    // A phone that was asleep or in a call may have given dead tracks back: they say that they are live.
    if (this.devices.isInterrupted) this.devices.again();
  };

  /** See how the connections do: each picture every time, the line less often. */
  async #look() {
    const now = performance.now();
    const isLine = (this.looks += 1) % LINE_LOOKS === 0;
    let worst = null;
    let energy = null;
    for (const [person, { peer }] of this.mesh.links) {
      const known = this.known.get(person);
      if (known === undefined || peer.pc === null) continue;
      const reading = readingOf(await peer.pc.getStats());
      this.handlers.onPicture(person, known.picture.look(reading.framesDecoded, now));
      energy = reading.energy ?? energy;
      if (peer.state !== "connected") continue;
      this.#tellWords(person, peer);
      known.delayMs = reading.delayMs;
      if (peer.connectedMs < SETTLES_MS) continue;
      worst = {
        limited: (worst?.limited ?? false) || isLimited(reading.encoder, this.ladder.step),
        concealed: Math.max(worst?.concealed ?? 0, reading.lost ?? 0), answerMs: this.answerMs,
      };
    }
    if (!this.devices.muted && this.energy.isDead(energy, now)) this.devices.again();
    if (isLine && worst !== null) this.#judge(worst, now);
  }

  #judge(line, now) {
    if (this.ladder.look(line, now) === null) return;
    for (const { peer } of this.mesh.links.values()) this.#encode(peer);
    this.handlers.onStep(this.ladder.step, stepWords(this.ladder.step, this.ladder.narrowBy));
  }
}

/**
 * What we go by, of a connection's statistics.
 * @param {Iterable<[string, Object]>} stats
 * @returns {{framesDecoded: number|null, lost: number|null, energy: number|null, delayMs: number|null,
 *   encoder: {reason: string|null, targetKbps: number|null}}}
 *   `lost`: share of our sound that did not arrive; `delayMs`: how long pictures wait at this end
 */
export function readingOf(stats) {
  const reading = { framesDecoded: null, lost: null, energy: null, delayMs: null, encoder: { reason: null, targetKbps: null } };
  for (const [, each] of stats) {
    if (each.type === "inbound-rtp" && each.kind === "video") {
      reading.framesDecoded = each.framesDecoded ?? null;
      if (each.jitterBufferEmittedCount > 0) reading.delayMs = (1000 * each.jitterBufferDelay) / each.jitterBufferEmittedCount;
    } else if (each.type === "outbound-rtp" && each.kind === "video") {
      if (each.active === false) continue;
      reading.encoder = { reason: each.qualityLimitationReason ?? null, targetKbps: each.targetBitrate === undefined ? null : each.targetBitrate / 1000 };
    } else if (each.type === "remote-inbound-rtp" && each.kind === "audio") {
      reading.lost = each.fractionLost ?? null;
    } else if (each.type === "media-source" && each.kind === "audio") {
      reading.energy = each.totalAudioEnergy ?? null;
    }
  }
  return reading;
}
