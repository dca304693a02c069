/**
 * The client's page of a remote session: check, waiting room, call, and the set within it. Its link has a code behind `#`,
 * which no server and no other page gets to see.
 */

import { make, setText, show } from "../../live/client/dom.js";
import { browserStorage } from "../../live/client/sessions.js";
import { watchPictures } from "../../live/client/capture.js";
import { StillDrawings } from "./angles.js";
import { Announcer } from "./announce.js";
import { CLOCK_MS, Call, secret } from "./call.js";
import { answerTo, consentList, isAgreed, withAnswer } from "./consent.js";
import { CLOSE, LINK_HEADER } from "./contract.js";
import { DeviceCheck } from "./device_check.js";
import { Caption, MeasuredSet } from "./measured_set.js";
import {
  Chat, Questions, RECORD_CALL, RecordingSign, StillPicture, Switch, Tile, WORDS_CHANGED, button, forgetCode, keptWords, pageData,
  readKept, takeCode,
} from "./parts.js";
import { isTooNarrowForPictures } from "./quality.js";
import { PictureRing } from "./still.js";

const BROWSER_KEY = "formcheck-browser";
/** A short loss of the socket is not spoken of, ms. */
const SPOKEN_AFTER_MS = 2000;
const STILL_REQUEST = Object.freeze({ method: "PUT", mode: "same-origin", redirect: "error" });
/** Said aloud and shown where somebody said stop. */
const STOPPED = "Stop. Rest now.";

/** This browser, for the server to know it again. */
export function browserSecret() {
  const storage = browserStorage();
  const kept = readKept(storage, BROWSER_KEY);
  if (kept !== null) return kept;
  const made = secret();
  try {
    storage?.setItem(BROWSER_KEY, made);
  } catch {
    // A private window is another browser each time.
  }
  return made;
}

class JoinPage {
  /** @param {HTMLElement} element @param {Object} data @param {string} code */
  constructor(element, data, code) {
    this.element = element;
    this.data = data;
    this.source = null;
    this.people = [];
    this.consents = [];
    this.me = null;
    this.lastSet = { stage: "none", targets: null, live: null };
    this.tiles = new Map();
    this.ring = new PictureRing();
    this.call = new Call({ code }, browserSecret(), {
      onMessage: (message) => this.#message(message), onState: (...said) => this.#socket(...said),
      onStream: (person, stream) => this.#stream(person, stream),
      onPeer: (person, state) => this.#peer(person, state),
      onPicture: (person, moves) => this.tiles.get(person)?.picture(moves),
      onWords: (...said) => this.#words(...said),
      onGone: (person) => this.#gone(person),
      onStep: (...said) => this.#step(...said),
      onDevices: () => this.#devices(),
      onTapNeeded: () => show(this.tap, true),
    });
    this.check = new DeviceCheck(this.call.devices, data, {
      tell: (check) => this.call.send({ type: "check", ...check }),
      knock: (said) => this.call.send({ type: "knock", ...said }),
      consent: (item, yes) => this.#consent(item, yes),
    });
    this.#build();
    this.#screen("opening");
    this.look = setInterval(() => this.#each(), 250);
  }

  #build() {
    const { call } = this;
    this.said = make("p", { class: "fr-said", role: "status", "aria-live": "polite", "data-testid": "said" });
    this.announcer = new Announcer(this.said);
    this.kept = make("p", { class: "fr-kept", "data-testid": "kept" });
    this.opening = make("section", { class: "fr-screen" }, make("p", { class: "fr-lead", text: "Connecting…" }));
    this.waiting = this.#buildWaiting();
    this.over = make("section", { class: "fr-screen", "data-testid": "screen-over" });
    this.trouble = make("p", { class: "fr-trouble", role: "alert", "data-testid": "trouble", hidden: true });

    this.video = make("video", { class: "fr-video", playsinline: true, muted: true, "aria-label": "Your camera" });
    this.video.muted = true;
    this.canvas = make("canvas", { class: "fr-overlay", "aria-hidden": "true" });
    this.spot = make("span", { class: "fr-spot", "aria-hidden": "true", hidden: true });
    this.self = make("figure", { class: "fr-tile fr-self", "data-testid": "self" }, this.video, this.canvas, this.spot,
      make("figcaption", {}, make("span", { class: "fr-name", text: "You" })));
    this.others = make("div", { class: "fr-others" });
    this.caption = new Caption();
    this.tap = button("tap", "Tap to go on", () => this.#tapped(), { kind: "fc-primary fc-start fr-tap" });
    show(this.tap, false);
    this.measured = new MeasuredSet(this.video, this.canvas, this.data.measures, {
      onStage: (stage) => { this.element.dataset.stage = stage; },
      onTrouble: (trouble) => this.#setTrouble(trouble), onOver: () => {},
      onLine: (ms) => { call.answerMs = ms; }, isVoiceHeard: () => call.isVoiceHeard,
    });
    this.result = make("p", { class: "fr-lead", "data-testid": "result", hidden: true });
    this.questions = new Questions();
    this.recording = new RecordingSign((words) => this.announcer.say(words), this.questions, (item, yes) => this.#consent(item, yes));
    this.still = new StillPicture();
    this.stillCard = make("section", { class: "fr-card", "aria-label": "Still picture", hidden: true },
      make("h2", { text: "Your clinician shows you a picture" }), this.still.element);
    this.chat = new Chat((text) => call.send({ type: "chat", text }));
    this.agreements = make("section", { class: "fr-stack", "aria-label": "What you agree to" });
    this.wordsShown = make("p", { class: "fr-words", "data-testid": "words" });
    this.more = make("aside", { class: "fr-drawer", hidden: true }, this.chat.element, this.agreements,
      make("section", { class: "fr-stack" }, make("h2", { text: "Are we alone?" }), this.wordsShown,
        make("p", { class: "fr-quiet", text: "Read these words to each other. If they differ, somebody stands between you: leave the call." })));

    this.stop = button("stop", "Stop", () => call.send({ type: "stop" }), { kind: "fr-stop", key: "S" });
    this.muteSwitch = new Switch("mute", "Mute", (on) => call.mute(on), { key: "M" });
    this.cameraSwitch = new Switch("camera-off", "Camera off", (on) => call.turnCameraOff(on), { key: "V" });
    this.flip = button("flip", "Switch camera", () => this.#flip(call.devices.facing === "user" ? "environment" : "user"));
    this.moreSwitch = new Switch("more", "Chat and more", (on) => this.#drawer(on), { key: "C" });
    this.leave = button("leave", "Leave", () => this.#leave());
    this.bar = make("div", { class: "fr-bar", role: "toolbar", "aria-label": "Call" }, this.stop, this.muteSwitch.element,
      this.cameraSwitch.element, this.flip, this.moreSwitch.element, this.leave);
    this.stage = make("div", { class: "fr-stage" }, this.others, this.self, this.caption.element, this.tap);
    this.room = make("section", { class: "fr-room", "data-testid": "screen-call" },
      this.stage, make("div", { class: "fr-side" }, this.questions.element, this.result, this.stillCard, this.measured.element, this.more), this.bar);
    this.element.replaceChildren(make("header", { class: "fr-head" }, make("span", { class: "fr-brand", text: "formcheck" }),
      this.recording.element, this.kept, this.said), this.trouble, this.opening, this.check.element, this.waiting, this.room, this.over);
    watchPictures(this.video, (captureMs) => this.#picture(captureMs));
    this.video.addEventListener("resize", () => this.#shape());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #buildWaiting() {
    this.waitTitle = make("h1", { class: "fr-title", tabindex: "-1" });
    this.waitWords = make("p", { class: "fr-lead", "data-testid": "waiting-words", role: "status" });
    this.waitVideo = make("video", { class: "fr-video fr-mirrored", playsinline: true, muted: true, "aria-label": "Your camera" });
    this.waitVideo.muted = true;
    return make("section", { class: "fr-screen", "data-testid": "screen-waiting" }, this.waitTitle, this.waitWords,
      make("div", { class: "fr-preview" }, this.waitVideo),
      make("p", { class: "fr-quiet", text: "Nobody sees or hears you yet. Keep this page open: you are let in from here." }),
      make("div", {}, button("check-again", "Check camera and sound again", () => this.#screen("check"))));
  }

  /** @param {"opening"|"check"|"waiting"|"call"|"over"} name */
  #screen(name) {
    if (this.element.dataset.screen === name) return;
    const before = this.element.dataset.screen;
    this.element.dataset.screen = name;
    const screens = { opening: this.opening, check: this.check.element, waiting: this.waiting, call: this.room, over: this.over };
    for (const [each, screen] of Object.entries(screens)) show(screen, each === name);
    show(this.kept, name === "call");
    if (name !== "call") show(this.recording.element, false);
    if (name === "waiting" && this.call.devices.video) this.#preview(this.waitVideo);
    if (name !== "check") this.check.close();
    if (before !== "opening") screens[name].querySelector("h1")?.focus({ preventScroll: true });
  }

  #preview(video) {
    video.srcObject = this.call.devices.stream;
    video.play().catch(() => {});
  }

  #message(message) {
    const act = {
      welcome: () => this.#welcome(message), waiting: () => this.#wait(message), people: () => this.#everybody(message),
      set: () => this.#set(message.set), set_finished: () => this.#finished(message), cue: () => this.#cue(message),
      pointer: () => this.#pointer(message), ask_camera: () => this.#askCamera(message),
      still_wanted: () => this.#sendStill(message), still: () => this.#still(message.still),
      consent: () => this.#answered(message), recording: () => this.#recorded(message.recording), asked: () => this.#asked(message.consent),
      chat: () => this.#chat(message), stopped: () => this.#stopped(message),
      ended: () => this.#end("The session is over", message.reason),
      refused: () => this.#tell(`${message.reason} ${message.remedy}`),
    }[message.type];
    act?.();
  }

  #wait(waiting) {
    this.consents = waiting.consents;
    this.check.update(waiting);
    if (waiting.state === "checking") {
      if (this.element.dataset.screen !== "check") this.#screen("check");
      return;
    }
    const replacing = waiting.state === "replacing";
    setText(this.waitTitle, replacing ? "This link is in use" : "You are in the waiting room");
    setText(this.waitWords, replacing ? "It was opened in another browser before. Your clinician is asked whether this is you." : waitingWords(waiting));
    if (this.element.dataset.screen !== "check" || this.wasState !== "waiting") this.#screen("waiting");
    this.wasState = waiting.state;
    this.#openSource();
  }

  async #welcome(welcome) {
    this.me = welcome.you;
    this.role = welcome.role;
    this.consents = welcome.consents;
    this.#agreements();
    this.#screen("call");
    this.#recorded(welcome.recording);
    this.#people(welcome.people);
    for (const still of welcome.stills) this.#still(still);
    this.#openSource();
    if (this.call.devices.video === null && this.call.devices.audio === null) {
      await this.call.devices.open().catch((trouble) => this.#tell(`${trouble.cause} ${trouble.next}`));
    }
    this.#devices();
    this.#set(welcome.set);
  }

  /** Look for a way to find poses here while there is time: a self-test takes the processor for a while. */
  async #openSource() {
    if (this.source !== null || this.data.pose === null) return;
    const found = await import("../../live/client/pose_source.js").catch(() => null);
    // Without it pictures are sent, as where no model is there; the next time it is tried again.
    if (found === null || this.source !== null) return;
    this.source = new found.PoseSource(this.data.pose, true, {
      storage: browserStorage(), userAgent: navigator.userAgent, now: () => Date.now(),
      isPatient: isTooNarrowForPictures(this.check.check.uplink_kbps),
    });
    this.source.begin();
  }

  #everybody({ people, event, person }) {
    const before = this.people.find(({ id }) => id === person);
    this.#people(people);
    const name = (people.find(({ id }) => id === person) ?? before)?.name;
    if (person === this.me || name === undefined) return;
    const words = {
      joined: "joined", left: "left", removed: "left", asleep: "lost the connection", back: "is back", reloaded: "is back",
    }[event];
    if (words !== undefined) this.announcer.say(`${name} ${words}`);
    const now = people.find(({ id }) => id === person);
    if (event === "state" && now && before && now.muted !== before.muted) {
      this.announcer.say(`${name} is ${now.muted ? "muted" : "no longer muted"}`);
    }
  }

  #people(people) {
    this.people = people;
    for (const person of people) {
      if (person.id === this.me) continue;
      this.#tile(person.id, person.name).show(person);
    }
    for (const id of this.tiles.keys()) if (!people.some((person) => person.id === id)) this.#gone(id);
    this.element.dataset.people = String(this.tiles.size);
  }

  #tile(id, name) {
    let tile = this.tiles.get(id);
    if (tile === undefined) {
      tile = new Tile(id, name);
      this.tiles.set(id, tile);
      this.others.append(tile.element);
    }
    return tile;
  }

  #gone(person) {
    this.tiles.get(person)?.element.remove();
    this.tiles.delete(person);
    this.element.dataset.people = String(this.tiles.size);
  }

  async #stream(person, stream) {
    if (!(await this.#tile(person, this.#name(person)).play(stream))) show(this.tap, true);
  }

  #name(person) {
    return this.people.find(({ id }) => id === person)?.name ?? "";
  }

  #peer(person, state) {
    this.tiles.get(person)?.connection(state);
    if (state === "disconnected") this.announcer.say(`Connecting again to ${this.#name(person)}`);
    if (state === "given-up") {
      this.announcer.say("Picture and sound cannot be connected. Measures and chat go on. Try another network, or wait for a phone call.");
    }
  }

  #words(person, words, haveChanged) {
    const role = this.people.find(({ id }) => id === person)?.role;
    if (role !== "owner" && role !== "clinician") return;
    setText(this.wordsShown, words.join(" "));
    if (haveChanged) this.announcer.say(WORDS_CHANGED);
  }

  /** What one's devices do, shown on their buttons; the picture of oneself is the call's. */
  #devices() {
    if (this.room === undefined) return;
    const { devices } = this.call;
    this.muteSwitch.set(devices.muted);
    this.cameraSwitch.set(devices.cameraOff);
    if (devices.video !== null && this.video.srcObject !== devices.stream) {
      this.video.srcObject = devices.stream;
      this.video.play().catch(() => {});
    }
    const facing = devices.video?.getSettings?.().facingMode;
    this.self.classList.toggle("fr-mirrored", (facing ?? devices.facing) !== "environment");
    this.self.toggleAttribute("data-off", devices.camera !== "on");
    if (devices.camera === "on" && devices.video?.readyState !== "ended") show(this.tap, false);
  }

  #tapped() {
    show(this.tap, false);
    for (const { video } of this.tiles.values()) video.play().catch(() => show(this.tap, true));
    if (this.call.devices.isInterrupted || this.call.devices.video === null) this.call.devices.again();
  }

  async #flip(facing) {
    this.flip.disabled = true;
    if (!(await this.call.devices.flip(facing))) this.announcer.say("There is no other camera");
    this.flip.disabled = false;
  }

  #set(set) {
    this.lastSet = set;
    const on = set.stage === "starting" || set.stage === "running" || set.stage === "finishing";
    this.element.toggleAttribute("data-on", on);
    show(this.stop, on);
    if (set.stage === "finishing") this.measured.finish();
    if (!on) {
      if (this.measured.isOn && set.stage === "none") this.measured.close(false);
      return;
    }
    if (set.live !== null && !this.measured.isOn && set.stage !== "finishing") this.#begin(set);
    else if (set.live !== null) this.measured.renew(set.live);
  }

  async #begin(set) {
    this.measured.speaker.unlock();
    this.#drawer(false);
    show(this.result, false);
    // The way that poses are found is chosen once it is known, or pictures are sent; a set does not wait for it long.
    await Promise.race([this.source?.begin(), new Promise((done) => { setTimeout(done, this.data.pose_patience_ms); })]);
    if (this.lastSet.live !== set.live || this.measured.isOn) return;
    this.announcer.say("A set begins. Follow the words on the screen.");
    this.measured.begin(this.call.devices.stream, set.live, set.targets, this.source);
    this.measured.pace(this.call.ladder.step);
  }

  #setTrouble(trouble) {
    this.announcer.say(`${trouble.cause} ${trouble.next}`.trim());
    if (trouble.over) this.call.send({ type: "set_failed", reason: trouble.cause });
  }

  #finished({ reps, why }) {
    this.measured.close(false);
    const done = reps === null ? "The set is over." : `The set is done: ${reps} whole ${reps === 1 ? "rep" : "reps"}.`;
    const words = [done, why].filter(Boolean).join(" ");
    this.caption.tell(words, 8000);
    // What is told passes; this stays until the next set.
    setText(this.result, words);
    show(this.result, true);
    this.element.dataset.stage = "idle";
  }

  #cue({ text }) {
    if (this.measured.isOn) this.measured.cue(text);
    else this.measured.say(text, "cue");
    this.caption.tell(text);
  }

  #stopped({ sender }) {
    this.measured.say(STOPPED, "safety");
    this.caption.tell(STOPPED, 8000);
    this.announcer.say(`${sender === this.me ? "You" : this.#name(sender)} said stop`);
  }

  #pointer({ x, y }) {
    show(this.spot, x !== null);
    if (x === null) return;
    this.spot.style.left = `${100 * x}%`;
    this.spot.style.top = `${100 * y}%`;
  }

  #askCamera({ facing }) {
    const words = facing === "environment" ? "rear camera" : "front camera";
    this.questions.ask("ask-camera", `Your clinician asks you to use the ${words}.`, ["Use it", () => this.#flip(facing)], ["Not now", () => {}]);
  }

  #asked(item) {
    this.consents = this.consents.some(({ what }) => what === item.what)
      ? this.consents.map((each) => (each.what === item.what ? item : each)) : [...this.consents, item];
    this.questions.ask(`ask-${item.what}`, `${item.title}? ${item.words}`, ["Yes, I agree", () => this.#consent(item, true)], ["No", () => this.#consent(item, false)]);
  }

  #consent(item, yes) {
    const now = this.consents.find(({ what }) => what === item.what) ?? item;
    this.call.send(answerTo(now, yes));
  }

  #answered({ person, what, answer }) {
    if (this.me !== null && person !== this.me) return;
    this.consents = withAnswer(this.consents, what, answer);
    if (this.me === null) return;
    if (!isAgreed(this.consents, "still")) this.ring.clear();
    this.#keptNow();
    this.#agreements();
  }

  #recorded(recording) {
    this.recording.take(recording, this.me, this.consents.find(({ what }) => what === RECORD_CALL));
    this.#keptNow();
  }

  #keptNow() {
    setText(this.kept, keptWords(this.consents, this.recording.stage));
  }

  #agreements() {
    this.agreements.replaceChildren(make("h2", { text: "What you agree to" }), consentList(
      // The others are the client's to answer.
      this.consents.filter(({ what }) => this.role === "client" || what === RECORD_CALL), (item, yes) => this.#consent(item, yes)));
  }

  #picture(captureMs) {
    if (isAgreed(this.consents, "still") && this.element.dataset.screen === "call") this.ring.take(this.video, captureMs + CLOCK_MS);
  }

  #shape() {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) return;
    this.self.style.setProperty("--fr-shape", (videoWidth / videoHeight).toFixed(4));
    this.measured.overlay.fit(videoWidth, videoHeight);
  }

  async #sendStill({ t_ms: t, put, token }) {
    const still = isAgreed(this.consents, "still") ? await this.ring.still(t) : null;
    if (still === null) return;
    this.announcer.say("A picture was taken");
    const headers = { "content-type": "image/jpeg", [LINK_HEADER]: token };
    await fetch(put, { ...STILL_REQUEST, body: still.jpeg, headers });
  }

  #still(still) {
    show(this.stillCard, still !== null && still.shared);
    if (still === null || !still.shared) return;
    this.still.show(still);
    this.still.draw(new StillDrawings(still.drawings).drawings);
  }

  #chat({ sender, text }) {
    const mine = sender === this.me;
    this.chat.add(this.#name(sender), text, mine);
    if (mine || !this.more.hidden) return;
    this.announcer.say(`${this.#name(sender)} writes: ${text}`);
    this.moreSwitch.element.toggleAttribute("data-news", true);
  }

  #drawer(on) {
    show(this.more, on);
    this.moreSwitch.set(on);
    if (on) this.moreSwitch.element.removeAttribute("data-news");
  }

  #step(step, words) {
    this.measured.pace(step);
    this.announcer.say(words);
  }

  #socket(state, closing) {
    clearTimeout(this.lostTimer);
    if (state === "open") {
      show(this.trouble, false);
    } else if (state === "lost") {
      this.lostTimer = setTimeout(() => this.#tell("Connecting again. The call goes on."), SPOKEN_AFTER_MS);
    } else {
      const [title, words] = endingOf(closing);
      this.#end(title, words);
    }
  }

  #tell(words) {
    setText(this.trouble, words);
    show(this.trouble, true);
    clearTimeout(this.untell);
    this.untell = setTimeout(() => show(this.trouble, false), 12_000);
  }

  #each() {
    if (this.source?.ready && this.check.check.pose_ms === null && this.element.dataset.screen !== "call") {
      this.check.pose(this.source.ready.estimator.self_test.ms_p50);
    }
  }

  #leave() {
    // Whoever has this computer next does not come in by loading the page anew.
    forgetCode();
    this.call.send({ type: "leave" });
    this.#end("You have left", "Open the link again to come back.");
  }

  #end(title, words) {
    clearInterval(this.look);
    this.measured.close(false);
    this.source?.close();
    this.call.close();
    const result = this.result.cloneNode(true);
    this.over.replaceChildren(make("h1", { class: "fr-title", tabindex: "-1", text: title }), make("p", { class: "fr-lead", text: words }), result);
    this.#screen("over");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest?.("input, textarea, select")) return;
    if (this.element.dataset.screen !== "call") return;
    const press = { s: this.stop, m: this.muteSwitch.element, v: this.cameraSwitch.element, c: this.moreSwitch.element }[event.key.toLowerCase()];
    if (press && !press.hidden) press.click();
  }
}

/** @param {import("./contract.js").Waiting} waiting */
function waitingWords({ clinician, place, opens_at: opensAt }) {
  const first = {
    there: "Your clinician is there and lets you in soon.",
    busy: "Your clinician is with somebody else. You are let in afterwards.",
    away: "Your clinician is not there yet.",
  }[clinician];
  const when = clinician === "away" && opensAt ? `The session is planned for ${new Date(opensAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.` : "";
  const before = place > 1 ? `${place - 1} ${place === 2 ? "person is" : "people are"} before you.` : "";
  return [first, when, before].filter(Boolean).join(" ");
}

/** What a closed socket means to the client. @param {{code: number, error: {reason: string, remedy: string}|null}|null} closing */
function endingOf(closing) {
  const { code, error } = closing ?? {};
  const words = error === null || error === undefined ? "" : `${error.reason} ${error.remedy}`;
  if (code === CLOSE.IN_USE) return ["Your session is open in another window", "Go on there, or load this page anew to go on here."];
  if (code === CLOSE.NOT_ADMITTED) return ["You were not let in", words || "Your clinician cannot see you now. Open the link again later, or call the clinic."];
  if (code === CLOSE.REMOVED) return ["You were taken out of the session", words || "This link is of no more use. Ask the clinic for another one."];
  if (code === CLOSE.VERSION) return ["This page is out of date", "Load it anew."];
  return ["This link cannot be used", words || "See that you opened the whole link, or ask the clinic for another one."];
}

const element = document.getElementById("page");
const code = takeCode();
if (code === null || code === "") {
  element.dataset.screen = "over";
  element.replaceChildren(make("section", { class: "fr-screen", "data-testid": "screen-over" },
    make("h1", { class: "fr-title", text: "This link is not whole" }),
    make("p", { class: "fr-lead", text: "Open the link of your invitation once more, all of it, up to its last letter." })));
} else {
  new JoinPage(element, pageData(), code);
}
