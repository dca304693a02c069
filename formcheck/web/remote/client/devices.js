/**
 * One's own camera and microphone, in one stream that stays the same while its tracks change: the call, the estimator and
 * the picture on the page all have that stream.
 *
 * Phones take devices away, for a call or when the page goes out of sight, and their tracks may go on saying that they are
 * live. So nothing that a track says of itself is believed: what is sent is watched, and both devices are taken anew, in
 * one request, since a second one would silence the first.
 */

import { originTrouble, cameraTrouble } from "../../live/client/troubles.js";

/** What the camera is asked for: its own size is for stills, smaller ones are made of it. */
const PICTURE = Object.freeze({ width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } });
const SOUND = Object.freeze({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
/** Some phones free a camera a moment after it was stopped, ms. */
const AGAIN_MS = 600;
/** Without any sound energy for so long a microphone is dead: a quiet room is never wholly silent, ms. */
export const DEAD_MS = 5000;

/** @typedef {"user"|"environment"} Facing */

/**
 * @typedef {Object} DeviceHandlers
 * @property {() => void} onTracks other tracks than before
 * @property {(state: "on"|"off"|"interrupted") => void} onCamera
 * @property {() => void} onTapNeeded the browser gives devices only upon a tap
 */

export class Devices {
  /**
   * @param {Navigator} nav
   * @param {MediaStream} stream empty
   * @param {DeviceHandlers} handlers
   * @param {(ms: number) => Promise<void>} pause
   */
  constructor(nav, stream, handlers, pause = (ms) => new Promise((done) => { setTimeout(done, ms); })) {
    this.nav = nav;
    this.stream = stream;
    this.handlers = handlers;
    this.pause = pause;
    /** @type {Facing} */
    this.facing = "user";
    this.muted = false;
    this.cameraOff = false;
    this.isInterrupted = false;
    this.isTaking = false;
    /** What the browser gives after that is stopped at once. */
    this.isClosed = false;
    this.wanted = { audio: true, video: true };
  }

  get audio() {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get video() {
    return this.stream.getVideoTracks()[0] ?? null;
  }

  /** `on`, `off` as the person wants it, or `interrupted`. */
  get camera() {
    return this.cameraOff || this.video === null ? "off" : this.isInterrupted ? "interrupted" : "on";
  }

  /**
   * Take camera and microphone. Throws a `Trouble`.
   * @param {{audio?: boolean, video?: boolean}} wanted
   * @param {boolean} isSecure
   */
  async open(wanted = { audio: true, video: true }, isSecure = window.isSecureContext) {
    const trouble = originTrouble(this.nav, isSecure);
    if (trouble !== null) throw trouble;
    this.wanted = { audio: Boolean(wanted.audio), video: Boolean(wanted.video) };
    try {
      await this.#take();
    } catch (exception) {
      throw cameraTrouble(exception);
    }
  }

  /**
   * Go over to the other camera; back to the one before where the other cannot be had.
   * @param {Facing} facing
   * @returns {Promise<boolean>} whether it is the other one now
   */
  async flip(facing) {
    const before = this.facing;
    this.facing = facing;
    try {
      await this.#takeAgain();
      return true;
    } catch {
      this.facing = before;
      await this.#takeAgain().catch(() => this.#interrupted());
      return false;
    }
  }

  /** Take both anew: after a phone call, a sleep, a track that ended. */
  async again() {
    if (this.isTaking || this.isClosed) return;
    try {
      await this.#takeAgain();
    } catch {
      if (this.isClosed) return;
      this.#interrupted();
      this.handlers.onTapNeeded();
    }
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (this.audio !== null) this.audio.enabled = !muted;
  }

  /** @param {boolean} off */
  turnCameraOff(off) {
    this.cameraOff = off;
    if (this.video !== null) this.video.enabled = !off;
    this.handlers.onCamera(this.camera);
  }

  close() {
    this.isClosed = true;
    for (const track of this.stream.getTracks()) this.#drop(track);
  }

  async #takeAgain() {
    // Two cameras are never open at once: phones refuse the second.
    for (const track of this.stream.getTracks()) this.#drop(track);
    try {
      await this.#take();
    } catch (exception) {
      if (exception?.name !== "NotReadableError") throw exception;
      await this.pause(AGAIN_MS);
      await this.#take();
    }
  }

  async #take() {
    if (this.isClosed) return;
    const { audio, video } = this.wanted;
    this.isTaking = true;
    try {
      const taken = await this.nav.mediaDevices.getUserMedia({
        audio: audio && SOUND, video: video && { ...PICTURE, facingMode: this.facing },
      });
      if (this.isClosed) {
        for (const track of taken.getTracks()) track.stop();
        return;
      }
      for (const track of this.stream.getTracks()) this.#drop(track);
      for (const track of taken.getTracks()) this.#add(track);
    } finally {
      this.isTaking = false;
    }
    this.isInterrupted = false;
    this.handlers.onTracks();
    this.handlers.onCamera(this.camera);
  }

  #add(track) {
    track.enabled = track.kind === "audio" ? !this.muted : !this.cameraOff;
    track.onended = () => this.again();
    track.onmute = () => track.kind === "video" && this.#interrupted();
    track.onunmute = () => this.isInterrupted && this.again();
    this.stream.addTrack(track);
  }

  #drop(track) {
    track.onended = track.onmute = track.onunmute = null;
    track.stop();
    this.stream.removeTrack(track);
  }

  #interrupted() {
    if (this.isClosed) return;
    this.isInterrupted = true;
    this.handlers.onCamera(this.camera);
  }
}

/** Tells from the energy that was sent that a microphone is dead. Once: one that is silent by itself stays so. Pure. */
export class EnergyWatch {
  constructor() {
    this.forget();
    this.hasTold = false;
  }

  /** Another track, or the person muted themselves. */
  forget() {
    this.energy = null;
    this.movedAt = null;
  }

  /** @param {number|null} energy sent so far @param {number} now @returns {boolean} true once when it has died */
  isDead(energy, now) {
    if (energy === null) return false;
    if (this.energy === null || energy > this.energy) {
      this.hasTold = this.hasTold && this.energy === null;
      this.movedAt = now;
      this.energy = energy;
      return false;
    }
    if (this.hasTold || now - this.movedAt < DEAD_MS) return false;
    this.hasTold = true;
    return true;
  }
}
