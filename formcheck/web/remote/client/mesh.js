/** The connections with all others in the room, up to three: what happens to one touches no other. */

import { Timers } from "../../live/client/world.js";
import { Peer } from "./negotiation.js";

/** The server's own orders come before this has passed after a welcome, ms. */
export const EXPECTED_MS = 2000;

/**
 * @typedef {Object} MeshHandlers
 * @property {(message: Object) => void} send to the server
 * @property {(person: string, stream: MediaStream) => void} onStream their picture and sound, or another one of these
 * @property {(person: string, state: import("./negotiation.js").PeerState, peer: Peer) => void} onState
 * @property {(person: string) => void} onGone
 */

export class Mesh {
  /**
   * @param {{audio: MediaStreamTrack|null, video: MediaStreamTrack|null}} tracks of ours
   * @param {MeshHandlers} handlers
   * @param {import("./negotiation.js").PeerWorld & {stream: () => MediaStream}} world
   */
  constructor(tracks, handlers, world) {
    this.tracks = { ...tracks };
    this.handlers = handlers;
    this.world = world;
    /** @type {RTCIceServer[]} */
    this.servers = [];
    this.relayOnly = false;
    /** @type {Map<string, {peer: Peer, instance: string, stream: MediaStream}>} */
    this.links = new Map();
    this.timers = new Timers(world);
    /** @type {Set<string>} */
    this.expected = new Set();
  }

  /** @param {import("./contract.js").IceShown} ice */
  use(ice) {
    this.servers = ice.servers;
    this.hasRelay = ice.has_relay;
    this.relayOnly = ice.policy === "relay";
    for (const { peer } of this.links.values()) peer.renew();
  }

  /** @param {import("./contract.js").Connect} order */
  connect(order) {
    let link = this.links.get(order.peer);
    // What was with a page that is gone is dropped at once: waiting for it to fail takes seconds.
    if (link !== undefined && link.instance !== order.instance) {
      link.peer.close();
      link = undefined;
    }
    link ??= this.#link(order);
    link.peer.start({ ...order, relay_only: order.relay_only || this.relayOnly });
  }

  /**
   * Who is there, as a welcome says. Whoever was let in while their page slept, or was away for long, may have missed the
   * order to connect, or have a connection that was given up: such ones are asked for anew.
   * @param {string[]} people
   */
  expect(people) {
    this.expected = new Set(people);
    this.timers.set("expect", () => this.#seek(), EXPECTED_MS);
  }

  /** A description or a candidate of somebody. @param {import("./contract.js").PassedSdp|import("./contract.js").PassedIce} message */
  take(message) {
    this.links.get(message.sender)?.peer.take(message);
  }

  /** @param {string} person */
  disconnect(person) {
    this.expected.delete(person);
    const link = this.links.get(person);
    if (link === undefined) return;
    this.links.delete(person);
    link.peer.close();
    this.handlers.onGone(person);
  }

  /** Send another track to everybody. @param {"audio"|"video"} kind @param {MediaStreamTrack|null} track */
  async replace(kind, track) {
    this.tracks[kind] = track;
    await Promise.all([...this.links.values()].map(({ peer }) => peer.replace(kind, track)));
  }

  hurry() {
    for (const { peer } of this.links.values()) peer.hurry();
  }

  close() {
    this.timers.clear();
    for (const { peer } of this.links.values()) peer.close();
    this.links.clear();
  }

  #seek() {
    for (const person of this.expected) if (!this.links.has(person)) this.#askFresh(person, false);
    this.hurry();
  }

  #askFresh(person, relayOnly) {
    this.handlers.send({ type: "fresh", to: person, relay_only: this.relayOnly || (relayOnly && this.hasRelay) });
  }

  #link({ peer: person, instance }) {
    const stream = this.world.stream();
    const peer = new Peer(this.tracks, () => this.servers, {
      send: (message) => this.handlers.send({ ...message, to: person }),
      askFresh: (relayOnly) => this.#askFresh(person, relayOnly),
      onState: (state) => this.handlers.onState(person, state, peer),
      onTrack: (track) => {
        for (const old of stream.getTracks()) if (old.kind === track.kind) stream.removeTrack(old);
        stream.addTrack(track);
        this.handlers.onStream(person, stream);
      },
    }, this.world);
    const link = { peer, instance, stream };
    this.links.set(person, link);
    return link;
  }
}

/** @returns {import("./negotiation.js").PeerWorld & {stream: () => MediaStream}} */
export function withPeers(world) {
  return { ...world, peer: (config) => new RTCPeerConnection(config), stream: () => new MediaStream() };
}
