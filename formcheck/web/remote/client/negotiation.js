/**
 * The connection with one other person. The server names who makes the first offer: when both offered at once, a sixth of
 * the connections stayed dead without a word. Later changes go by perfect negotiation.
 *
 * `iceConnectionState` never says "failed" after a relay has died, and less than five seconds without a path give no event
 * at all: so `connectionState` and the decoded frames are watched.
 */

import { Timers } from "../../live/client/world.js";

/** After "disconnected" the path gets this long to come back by itself, ms. */
export const RESTART_AFTER_MS = 1500;
/** Then ICE is restarted each so many ms. */
export const RESTART_EACH_MS = 4000;
/** Without a connection for this long a fresh one is asked for, ms. */
export const FRESH_AFTER_MS = 8000;
/** Once a connection was there, ICE is restarted so many times before a fresh one. */
const RESTARTS = 3;
/** Without a connection for this long it is given up; measures and chat go on. */
export const GIVEN_UP_MS = 60_000;
/** No new picture for this long is seen by whoever looks at it, ms. */
export const STILL_MS = 1000;
/** The server takes no more candidates of one negotiation. */
const MOST_CANDIDATES = 40;

/**
 * @typedef {"idle"|"connecting"|"connected"|"disconnected"|"failed"|"given-up"} PeerState
 * @typedef {Object} Order how the server wants the connection made
 * @property {number} generation
 * @property {boolean} offer whether we make the first offer
 * @property {boolean} polite whether we give way when both renegotiate
 * @property {boolean} relay_only
 *
 * @typedef {Object} PeerHandlers
 * @property {(message: Object) => void} send a message to that person, by the server
 * @property {(state: PeerState) => void} onState
 * @property {(track: MediaStreamTrack) => void} onTrack
 * @property {(relayOnly: boolean) => void} askFresh a new connection is needed
 *
 * @typedef {import("../../live/client/world.js").World & {peer: (config: RTCConfiguration) => RTCPeerConnection}} PeerWorld
 */

export class Peer {
  /**
   * @param {{audio: MediaStreamTrack|null, video: MediaStreamTrack|null}} tracks of ours
   * @param {() => RTCIceServer[]} iceServers as they are now
   * @param {PeerHandlers} handlers
   * @param {PeerWorld} world
   */
  constructor(tracks, iceServers, handlers, world) {
    this.tracks = { ...tracks };
    this.iceServers = iceServers;
    this.handlers = handlers;
    this.world = world;
    this.timers = new Timers(world);
    /** @type {PeerState} */
    this.state = "idle";
    /** @type {RTCPeerConnection|null} */
    this.pc = null;
    /** @type {Order|null} */
    this.order = null;
    this.lostSince = null;
    this.wasConnected = false;
    this.connectedAt = Infinity;
  }

  /** How long it has been connected, ms; below 0 where it is not. */
  get connectedMs() {
    return this.state === "connected" ? this.world.clock() - this.connectedAt : -1;
  }

  /** Make the connection, or a fresh one in place of it. @param {Order} order */
  start(order) {
    if (this.order !== null && order.generation <= this.order.generation) return;
    this.#drop();
    this.order = order;
    this.lostSince ??= this.world.clock();
    this.wasConnected = false;
    this.restarts = 0;
    this.candidates = 0;
    this.isOffering = false;
    this.ignoresOffer = false;
    this.hasJoined = false;
    this.early = [];
    /** Descriptions are taken one after the other. */
    this.turn = Promise.resolve();
    const pc = this.world.peer({
      iceServers: this.iceServers(), bundlePolicy: "max-bundle", iceTransportPolicy: order.relay_only ? "relay" : "all",
    });
    this.pc = pc;
    pc.onicecandidate = ({ candidate }) => this.#candidate(candidate);
    pc.ontrack = ({ track }) => this.handlers.onTrack(track);
    pc.onconnectionstatechange = () => this.#changed(pc.connectionState);
    if (order.offer) {
      for (const kind of ["audio", "video"]) pc.addTransceiver(this.tracks[kind] ?? kind, { direction: "sendrecv" });
      pc.onnegotiationneeded = () => this.#offer();
    }
    this.#become("connecting");
    // Both ends see that there is none; the other one asks where the first cannot.
    this.timers.set("fresh", () => this.#fresh(), order.offer ? FRESH_AFTER_MS : FRESH_AFTER_MS + RESTART_EACH_MS);
  }

  /** A message of theirs: a description or a candidate. @param {Object} message */
  take(message) {
    if (message.generation !== this.order?.generation || this.pc === null) return;
    const { pc } = this;
    this.turn = this.turn.then(() => (pc !== this.pc ? null
      : message.type === "sdp" ? this.#description(message) : this.#theirCandidate(message))).catch(() => {});
  }

  /** Send another track, or none, from now on. @param {"audio"|"video"} kind @param {MediaStreamTrack|null} track */
  async replace(kind, track) {
    this.tracks[kind] = track;
    await this.sender(kind)?.replaceTrack(track);
  }

  /** @param {"audio"|"video"} kind @returns {RTCRtpSender|null} */
  sender(kind) {
    return this.#transceiver(kind)?.sender ?? null;
  }

  /** @param {"audio"|"video"} kind @returns {RTCRtpReceiver|null} */
  receiver(kind) {
    return this.#transceiver(kind)?.receiver ?? null;
  }

  /**
   * Fingerprints of each end's certificates, as the descriptions have them; null before both are there. All of them count:
   * a browser takes any one that a description names, so one that somebody added must change the words.
   */
  get fingerprints() {
    const both = [this.pc?.localDescription, this.pc?.remoteDescription].map((each) => fingerprintsOf(each?.sdp ?? ""));
    return both.every(Boolean) ? both : null;
  }

  /** The way is there again, or new credentials: try at once. */
  hurry() {
    if (this.pc === null || this.state === "connected" || this.order === null) return;
    if (this.state === "given-up") {
      this.lostSince = this.world.clock();
      this.#fresh();
    } else if (this.wasConnected) {
      this.#restart();
    }
  }

  /** Use new servers from the next restart on. */
  renew() {
    try {
      this.pc?.setConfiguration({ ...this.pc.getConfiguration(), iceServers: this.iceServers() });
    } catch {
      // The connection has been closed meanwhile.
    }
  }

  close() {
    this.#drop();
    this.#become("idle");
  }

  #transceiver(kind) {
    return this.pc?.getTransceivers().find((each) => each.receiver.track.kind === kind) ?? null;
  }

  async #offer() {
    const { pc, order } = this;
    try {
      this.isOffering = true;
      this.candidates = 0;
      await pc.setLocalDescription();
      if (pc === this.pc) this.#send("sdp", { kind: pc.localDescription.type, sdp: pc.localDescription.sdp }, order);
    } catch {
      // Another description came first; what it changes asks for a negotiation again.
    } finally {
      this.isOffering = false;
    }
  }

  async #description({ kind, sdp }) {
    const { pc, order } = this;
    const collides = kind === "offer" && (this.isOffering || pc.signalingState !== "stable");
    this.ignoresOffer = collides && !order.polite;
    if (this.ignoresOffer) return;
    await pc.setRemoteDescription({ type: kind, sdp });
    for (const candidate of this.early.splice(0)) await pc.addIceCandidate(candidate).catch(() => {});
    if (kind !== "offer") return;
    if (!order.offer && !this.hasJoined) await this.#join();
    this.candidates = 0;
    await pc.setLocalDescription();
    this.#send("sdp", { kind: "answer", sdp: pc.localDescription.sdp }, order);
  }

  /** Put our tracks into what was offered first; changes of ours are negotiated from then on. */
  async #join() {
    this.hasJoined = true;
    for (const transceiver of this.pc.getTransceivers()) {
      transceiver.direction = "sendrecv";
      await transceiver.sender.replaceTrack(this.tracks[transceiver.receiver.track.kind]);
    }
    this.pc.onnegotiationneeded = () => {
      if (this.pc.signalingState === "stable") this.#offer();
    };
  }

  async #theirCandidate({ candidate, mid, line }) {
    if (candidate === "") return;
    const given = { candidate, sdpMid: mid, sdpMLineIndex: line };
    if (this.pc.remoteDescription === null) {
      if (this.early.length < MOST_CANDIDATES) this.early.push(given);
      return;
    }
    try {
      await this.pc.addIceCandidate(given);
    } catch (error) {
      if (!this.ignoresOffer) throw error;
    }
  }

  #candidate(candidate) {
    if (candidate === null || candidate.candidate === "" || this.candidates >= MOST_CANDIDATES) return;
    this.candidates += 1;
    const { candidate: text, sdpMid: mid, sdpMLineIndex: line } = candidate;
    this.#send("ice", { candidate: text, mid, line }, this.order);
  }

  #send(type, content, { generation }) {
    this.handlers.send({ type, generation, ...content });
  }

  #changed(state) {
    if (state === "connected") {
      this.timers.clear();
      this.lostSince = null;
      this.wasConnected = true;
      this.connectedAt = this.world.clock();
      this.restarts = 0;
      this.#become("connected");
    } else if (state === "disconnected") {
      this.#lost("disconnected", RESTART_AFTER_MS);
    } else if (state === "failed") {
      this.#lost("failed", 0);
    }
  }

  #lost(state, restartAfterMs) {
    this.lostSince ??= this.world.clock();
    this.#become(state);
    if (this.wasConnected) this.timers.set("restart", () => this.#restart(), restartAfterMs);
  }

  /** Look for a path anew; who made the first offer does so, the other follows. */
  #restart() {
    if (this.#isGivenUp()) return;
    if (this.restarts >= RESTARTS) {
      this.#fresh();
      return;
    }
    this.restarts += 1;
    if (this.order.offer) {
      this.renew();
      // An offer that was never answered stands in the way of another one.
      if (this.pc.signalingState === "have-local-offer") this.pc.setLocalDescription({ type: "rollback" }).catch(() => {});
      this.pc.restartIce();
    }
    this.timers.set("restart", () => this.#restart(), RESTART_EACH_MS);
  }

  /** Ask for a fresh connection: by the relay alone, and by every path, in turn. */
  #fresh() {
    if (this.#isGivenUp()) return;
    this.handlers.askFresh(!this.order.relay_only);
    this.timers.set("fresh", () => this.#fresh(), FRESH_AFTER_MS);
  }

  #isGivenUp() {
    if (this.world.clock() - this.lostSince < GIVEN_UP_MS) return false;
    this.timers.clear();
    this.#become("given-up");
    return true;
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.handlers.onState(state);
  }

  #drop() {
    this.timers.clear();
    const { pc } = this;
    if (pc === null) return;
    this.pc = null;
    pc.onicecandidate = pc.ontrack = pc.onconnectionstatechange = pc.onnegotiationneeded = null;
    pc.close();
  }
}

/** Sorted, each once; empty where there is none. Read as leniently as any browser does. @param {string} sdp */
function fingerprintsOf(sdp) {
  const found = sdp.matchAll(/^\s*a\s*=\s*fingerprint\s*:\s*(\S+)\s+(\S+)/gim);
  return [...new Set(Array.from(found, ([, hash, value]) => `${hash.toLowerCase()} ${value.toUpperCase()}`))].sort().join(" ");
}

/** Tells from the count of decoded frames whether a picture moves: a path that is dead for seconds gives no event. */
export class PictureWatch {
  constructor() {
    this.frames = null;
    this.movedAt = -Infinity;
  }

  /** @param {number} frames decoded so far @param {number} now @returns {boolean} whether it moves */
  look(frames, now) {
    if (frames !== this.frames) this.movedAt = now;
    this.frames = frames;
    return now - this.movedAt < STILL_MS;
  }
}
