/**
 * The room's socket: it comes back by itself to the same seat, and knows how far the server's clock is from ours.
 * Connections between people do not depend on it: while it is lost they go on.
 */

import { backoffMs } from "../../live/client/flow.js";
import { Timers } from "../../live/client/world.js";
import { CLOSE } from "./contract.js";
import { ClockOffset } from "./sync.js";

/** The server hears from us, and we from it, each so many ms. */
const CLOCK_MS = 5000;
/** The first round trips come faster: the clocks are needed soon. */
const FIRST_CLOCKS = 6;
const FIRST_CLOCK_MS = 400;
/** Nothing for this long tells that the socket is dead without having closed, ms. */
const SILENT_MS = 10_000;
/** What is said while the socket is lost is kept, up to so many messages. */
const MOST_KEPT = 200;
/** Of the moment and not to be said later. */
const PASSING = new Set(["clock", "pointer", "hello"]);

/** Codes after which coming back is of no use: another window has the seat, or one is not let in. */
const FINAL = new Set([
  CLOSE.MALFORMED, CLOSE.TOKEN, CLOSE.ORIGIN, CLOSE.IN_USE, CLOSE.GONE, CLOSE.VERSION, CLOSE.NOT_ADMITTED,
  CLOSE.REMOVED, CLOSE.ENDED,
].filter((code) => code !== undefined));

/**
 * @typedef {Object} SignallingHandlers
 * @property {(message: Object) => void} onMessage any message but those that belong to the socket itself
 * @property {(state: "open"|"lost"|"over", closing: {code: number, error: Object|null}|null) => void} onState
 */

export class Signalling {
  /**
   * @param {string} url
   * @param {() => Object} hello the first message of each socket
   * @param {SignallingHandlers} handlers
   * @param {import("../../live/client/world.js").World} world
   */
  constructor(url, hello, handlers, world) {
    this.url = url;
    this.hello = hello;
    this.handlers = handlers;
    this.world = world;
    this.timers = new Timers(world);
    this.clock = new ClockOffset();
    /** @type {"connecting"|"open"|"lost"|"over"} */
    this.state = "connecting";
    this.attempt = 0;
    this.kept = [];
    this.error = null;
    this.heardAt = 0;
    this.#connect();
  }

  /** Say something now, or when the socket is back. @param {Object} message */
  send(message) {
    if (this.state === "open") this.socket.send(JSON.stringify(message));
    else if (this.state !== "over" && !PASSING.has(message.type) && this.kept.length < MOST_KEPT) this.kept.push(message);
  }

  /** Try at once: the network is back, or the page. */
  hurry() {
    if (this.state === "lost" || this.state === "connecting") this.#connect();
    else if (this.state === "open") this.#tick();
  }

  close() {
    this.#drop();
    this.timers.clear();
    this.state = "over";
  }

  #connect() {
    this.#drop();
    const socket = this.world.open(this.url);
    this.socket = socket;
    this.error = null;
    this.isWelcome = false;
    socket.onopen = () => {
      this.heardAt = this.world.clock();
      socket.send(JSON.stringify(this.hello()));
    };
    socket.onmessage = ({ data }) => this.#message(data);
    socket.onclose = ({ code }) => this.#closed(code);
    this.timers.set("silent", () => this.#lost(null), SILENT_MS);
  }

  #message(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    this.heardAt = this.world.clock();
    this.timers.set("silent", () => this.#lost(null), SILENT_MS);
    if (message.type === "error") {
      this.error = message;
    } else if (message.type === "clock") {
      this.clock.add(message.c, message.s, this.heardAt);
      this.clocks += 1;
      return;
    }
    if (!this.isWelcome && message.type !== "error") this.#welcome();
    this.handlers.onMessage(message);
  }

  /** The server took us: what was kept is said, in its order. */
  #welcome() {
    this.isWelcome = true;
    this.state = "open";
    this.attempt = 0;
    this.clocks = 0;
    this.handlers.onState("open", null);
    for (const message of this.kept.splice(0)) this.send(message);
    this.#tick();
  }

  #tick() {
    if (this.state !== "open") return;
    const { ms, errorMs } = this.clock;
    this.send({ type: "clock", c: this.world.clock(), offset_ms: ms, round_trip_ms: errorMs === null ? null : 2 * errorMs });
    this.timers.set("clock", () => this.#tick(), this.clocks < FIRST_CLOCKS ? FIRST_CLOCK_MS : CLOCK_MS);
  }

  #closed(code) {
    const { error } = this;
    if (FINAL.has(code)) {
      this.close();
      this.handlers.onState("over", { code, error });
    } else {
      this.#lost({ code, error });
    }
  }

  #lost(closing) {
    this.#drop();
    this.timers.clear();
    const was = this.state;
    this.state = was === "connecting" ? was : "lost";
    this.timers.set("connect", () => this.#connect(), backoffMs(this.attempt));
    this.attempt += 1;
    if (was === "open") this.handlers.onState("lost", closing);
  }

  #drop() {
    this.timers.clear("silent", "connect", "clock");
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
}
