/**
 * The clinician's page of a remote session: who waits, the client's picture with what is measured on it, the set, cues,
 * moments, notes, stills. Everything is two clicks away at most.
 */

import { make, setText, show } from "../../live/client/dom.js";
import { Announcer } from "./announce.js";
import { Call, secret } from "./call.js";
import { answerTo, withAnswer } from "./consent.js";
import { CLOSE } from "./contract.js";
import { Caption } from "./measured_set.js";
import {
  Chat, Questions, RECORD_CALL, RecordingSign, Switch, Tabs, Tile, WORDS_CHANGED, button, keptWords, pageData,
} from "./parts.js";
import { CallRecorder } from "./recorder.js";
import { Notes, Stills } from "./session_marks.js";
import { PeopleList, WaitingRoom } from "./session_people.js";
import { ClinicianSet, MeasuredPicture } from "./session_set.js";

const BROWSER_KEY = "formcheck-browser";
const TICKET_KEY = "formcheck-room-ticket";
const SPOKEN_AFTER_MS = 2000;
const LOOK_MS = 100;

function kept(storage, key, make) {
  try {
    const found = storage.getItem(key) ?? make?.() ?? null;
    if (found !== null) storage.setItem(key, found);
    return found;
  } catch {
    return make?.() ?? null;
  }
}

class SessionPage {
  /** @param {HTMLElement} element @param {Object} data */
  constructor(element, data) {
    this.element = element;
    this.data = data;
    const room = window.location.pathname.split("/").pop();
    const ticket = window.location.hash.slice(1);
    if (ticket !== "") history.replaceState(null, "", window.location.pathname);
    const who = { room, ticket: kept(window.sessionStorage, TICKET_KEY, () => ticket || null) ?? (ticket || null) };
    if (ticket !== "") who.ticket = ticket;
    this.people = [];
    this.me = null;
    this.tiles = new Map();
    this.clocks = new Map();
    this.isIn = false;
    this.call = new Call(who, kept(window.localStorage, BROWSER_KEY, secret) ?? secret(), {
      onMessage: (message) => this.#message(message), onState: (...said) => this.#socket(...said),
      onStream: (person, stream) => this.#stream(person, stream), onPeer: (person, state) => this.#peer(person, state),
      onPicture: (person, moves) => this.tiles.get(person)?.picture(moves), onWords: (...said) => this.#words(...said),
      onGone: (person) => this.#gone(person), onStep: (_, words) => this.announcer.say(words), onDevices: () => this.#devices(),
      onTapNeeded: () => show(this.tap, true),
    });
    this.#build();
    this.look = setInterval(() => this.set.look(), LOOK_MS);
  }

  // ----------------------------------------------------------------------------------------------- what there is to see

  #build() {
    this.said = make("p", { class: "fr-said", role: "status", "aria-live": "polite", "data-testid": "said" });
    this.announcer = new Announcer(this.said);
    this.questions = new Questions();
    this.recording = new RecordingSign((words) => this.announcer.say(words), this.questions, (item, yes) => this.#answerRecording(item, yes));
    this.recorder = new CallRecorder(() => this.#recorded(), (words) => this.#recordingFailed(words));
    this.kept = make("p", { class: "fr-kept", "data-testid": "kept" });
    this.trouble = make("p", { class: "fr-trouble", role: "alert", "data-testid": "trouble", hidden: true });
    this.end = button("end", "End session", () => this.#askEnd());
    this.over = make("section", { class: "fr-screen", "data-testid": "screen-over", hidden: true });
    this.#buildParts();
    this.tabs = new Tabs([
      ["set", "Set", this.set.element], ["notes", "Notes", this.notes.element], ["still", "Stills", this.stills.element],
      ["people", "People", this.list.element], ["chat", "Chat", this.chat.element],
    ]);
    this.room = make("section", { class: "fr-room", "data-testid": "screen-call" }, this.#buildStage(),
      make("div", { class: "fr-side" }, this.questions.element, this.waitingRoom.element, this.set.score, this.tabs.element), this.#buildBar());
    this.element.dataset.screen = "call";
    this.element.replaceChildren(make("header", { class: "fr-head" }, make("h1", { class: "fr-brand", text: "Remote session" }),
      this.recording.element, this.kept, this.set.timer, this.said, this.end), this.trouble, this.room, this.over);
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #buildParts() {
    const send = (message) => this.call.send(message);
    const shownT = () => this.set.picture?.shownT ?? null;
    this.set = new ClinicianSet(this.data, this.call, this.announcer);
    this.notes = new Notes(send, shownT);
    this.stills = new Stills({
      send, shownT, onTrouble: (words) => this.#tell(words), onAsked: () => {
        this.announcer.say("Asked for a still");
        show(this.trouble, false);
        this.tabs.choose("still");
      },
    });
    this.waitingRoom = new WaitingRoom(send, (words) => this.announcer.say(words));
    this.list = new PeopleList({
      send, onPin: (id, on) => this.#pin(id, on), isPinned: (id) => this.tiles.get(id)?.element.hasAttribute("data-pinned") ?? false,
    });
    this.chat = new Chat((text) => send({ type: "chat", text }));
  }

  #buildStage() {
    this.others = make("div", { class: "fr-others" });
    this.video = make("video", { class: "fr-video", playsinline: true, muted: true, "aria-label": "Your camera" });
    this.video.muted = true;
    this.self = make("figure", { class: "fr-tile fr-self fr-mirrored", "data-testid": "self", "data-off": true }, this.video,
      make("figcaption", {}, make("span", { class: "fr-name", text: "You" })));
    this.nobody = make("div", { class: "fr-nobody" }, make("p", { class: "fr-lead", text: "Nobody is here yet." }),
      make("p", { class: "fr-quiet", text: "Who opens your link appears in the list, and is let in by you alone." }));
    this.begin = button("start-devices", "Turn on camera and microphone", () => this.#openDevices(), { kind: "fc-primary" });
    this.tap = button("tap", "Tap to go on", () => this.#tapped(), { kind: "fc-primary fc-start fr-tap" });
    show(this.tap, false);
    this.caption = new Caption();
    this.stage = make("div", { class: "fr-stage" }, this.nobody, this.others, this.self, this.caption.element, this.tap);
    return this.stage;
  }

  #buildBar() {
    const { call } = this;
    this.muteSwitch = new Switch("mute", "Mute", (on) => call.mute(on), { key: "M" });
    this.cameraSwitch = new Switch("camera-off", "Camera off", (on) => call.turnCameraOff(on), { key: "V" });
    this.overlaySwitch = new Switch("overlay-switch", "Overlay", (on) => this.#overlay(on), { key: "O" });
    this.overlaySwitch.set(true);
    this.pointSwitch = new Switch("point", "Point", (on) => this.#point(on), { key: "P" });
    this.record = button("record", "Record", () => this.#record());
    this.askCamera = button("ask-camera", "Ask for rear camera", () => this.#askCamera());
    return make("div", { class: "fr-bar", role: "toolbar", "aria-label": "Call" }, this.set.stop, this.set.finish, this.begin, this.muteSwitch.element,
      this.cameraSwitch.element, this.overlaySwitch.element, this.pointSwitch.element, this.stills.takeStill, this.askCamera, this.record);
  }

  // ------------------------------------------------------------------------------------------------ what the server says

  #message(message) {
    const act = {
      welcome: () => this.#welcome(message), queue: () => this.waitingRoom.take(message.people), people: () => this.#everybody(message),
      set: () => this.#set(message.set), result: () => this.set.result(message.frame), set_finished: () => this.set.over(message),
      cue: () => this.#given(message), still: () => this.stills.came(message), moment: () => this.notes.marked(message),
      recording: () => this.#recordingNow(message.recording),
      noted: () => this.notes.noted(), consent: () => this.#answered(message),
      chat: () => this.#chatted(message), stopped: () => this.#stopped(message), clock_of: () => this.#clockOf(message),
      waiting: () => this.#tell("You are not let in yet: the clinician whose room this is does that."),
      ended: () => this.#ended("The session is over", message.reason),
      refused: () => {
        this.stills.refused();
        this.#tell(`${message.reason} ${message.remedy}`);
      },
    }[message.type];
    act?.();
  }

  #welcome(welcome) {
    this.me = welcome.you;
    this.role = welcome.role;
    this.list.consents = welcome.consents;
    this.#people(welcome.people);
    this.#recordingNow(welcome.recording);
    this.#showConsents();
    for (const still of welcome.stills) this.stills.keep(still);
    this.#set(welcome.set);
    if (!this.isIn) this.#openDevicesIfAllowed();
    this.isIn = true;
  }

  /** A page that was loaded anew has its devices again without a click, where the browser remembers the permission. */
  async #openDevicesIfAllowed() {
    try {
      const states = await Promise.all(["camera", "microphone"].map((name) => navigator.permissions.query({ name })));
      if (states.every(({ state }) => state === "granted")) await this.#openDevices();
    } catch {
      // Not every browser tells; then it takes the click.
    }
  }

  async #openDevices() {
    this.begin.disabled = true;
    try {
      await this.call.devices.open();
    } catch (trouble) {
      await this.call.devices.open({ audio: true }).catch(() => this.#tell(`${trouble.cause} ${trouble.next}`));
    }
    this.begin.disabled = false;
    this.#devices();
  }

  #everybody({ people, event, person }) {
    const before = this.people.find(({ id }) => id === person);
    this.#people(people);
    const now = people.find(({ id }) => id === person);
    const name = now?.name ?? before?.name;
    if (person === this.me || name === undefined) return;
    const words = { joined: "joined", left: "left", removed: "was taken out", asleep: "lost the connection; the place is kept", back: "is back", reloaded: "is back" }[event];
    if (words !== undefined) this.announcer.say(`${name} ${words}`);
    if (event !== "state" || !now || !before) return;
    if (now.muted !== before.muted) this.announcer.say(`${name} is ${now.muted ? "muted" : "no longer muted"}`);
    if (now.camera === "interrupted" && before.camera !== "interrupted") this.announcer.say(`${name}'s camera is interrupted, by a phone call perhaps`);
  }

  #people(people) {
    this.people = people;
    for (const person of people) {
      if (person.id !== this.me && person.presence !== "left") this.#tile(person.id, person.name).show(person);
    }
    for (const id of this.tiles.keys()) {
      if (!people.some((person) => person.id === id && person.presence !== "left")) this.#gone(id);
    }
    const client = people.find(({ role, presence }) => role === "client" && presence !== "left");
    this.#client(client?.id ?? null);
    const facing = client?.facing === "environment" ? "front" : "rear";
    setText(this.askCamera, `Ask for ${facing} camera`);
    this.askCamera.disabled = this.stills.takeStill.disabled = client === undefined;
    this.list.show(people, this.me);
    show(this.nobody, this.tiles.size === 0);
    this.element.dataset.people = String(this.tiles.size);
  }

  /** The client's picture is the large one, with what is measured on it. @param {string|null} id */
  #client(id) {
    if (this.set.picture?.tile.id === id) return;
    this.set.picture?.stop();
    this.set.picture = null;
    if (id === null) return;
    const tile = this.tiles.get(id);
    tile.element.toggleAttribute("data-main", true);
    this.set.picture = new MeasuredPicture(tile, this.call);
    this.set.picture.isShown = this.overlaySwitch.element.getAttribute("aria-pressed") === "true";
    this.set.picture.theirOffset = this.clocks.get(id) ?? null;
    this.set.picture.bandsOf = (frame) => this.set.bandsOf(frame);
    tile.video.addEventListener("pointerdown", (event) => this.#pointAt(event));
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
    if (this.set.picture?.tile.id === person) {
      this.set.picture.stop();
      this.set.picture = null;
    }
    this.tiles.get(person)?.element.remove();
    this.tiles.delete(person);
    show(this.nobody, this.tiles.size === 0);
    this.element.dataset.people = String(this.tiles.size);
  }

  async #stream(person, stream) {
    const tile = this.#tile(person, this.#name(person));
    this.set.picture?.tile === tile && this.set.picture.frames.forget();
    if (!(await tile.play(stream))) show(this.tap, true);
    this.set.picture?.fit();
  }

  #name(person) {
    return this.people.find(({ id }) => id === person)?.name ?? "";
  }

  #peer(person, state) {
    this.tiles.get(person)?.connection(state);
    if (state === "disconnected") this.announcer.say(`Connecting again to ${this.#name(person)}`);
    if (state === "given-up") this.announcer.say(`Picture and sound of ${this.#name(person)} cannot be connected. Measures and chat go on.`);
  }

  #words(person, words, haveChanged) {
    if (this.people.find(({ id }) => id === person)?.role !== "client") return;
    this.list.showWords(words);
    if (haveChanged) this.announcer.say(WORDS_CHANGED);
  }

  #clockOf({ person, offset_ms: offset }) {
    this.clocks.set(person, offset);
    if (this.set.picture?.tile.id === person) this.set.picture.theirOffset = offset;
  }

  // --------------------------------------------------------------------------------------------------------------- the set

  #set(set) {
    this.set.take(set);
    this.element.toggleAttribute("data-on", this.set.isOn);
  }

  #given({ sender, text }) {
    this.caption.tell(sender === this.me ? `Said: ${text}` : `${this.#name(sender)} said: ${text}`, 3000);
  }

  #stopped({ sender }) {
    const words = `${sender === this.me ? "You" : this.#name(sender)} said stop`;
    this.caption.tell(words, 8000);
    this.announcer.say(words);
  }

  // ----------------------------------------------------------------------------------------------------- consent and chat

  #answered({ person, what, answer }) {
    if (person === this.me && what === RECORD_CALL) this.list.answeredRecording(answer);
    if (this.people.find(({ id }) => id === person)?.role !== "client") return;
    this.list.consents = withAnswer(this.list.consents, what, answer);
    this.#showConsents();
    const title = this.list.consents.find((item) => item.what === what)?.title ?? what;
    this.announcer.say(`${this.#name(person)}: ${title}, ${answer}`);
  }

  #showConsents() {
    setText(this.kept, keptWords(this.list.consents, this.recording.stage));
    this.list.showConsents();
  }

  // --------------------------------------------------------------------------------------------------------- the recording

  #record() {
    if (this.recording.stage !== "off") {
      this.call.send({ type: "record", on: false });
      return;
    }
    const { title, words } = this.list.recordItem;
    this.questions.ask("record-all", `${title}? ${words}`, ["I agree, and ask everybody", () => {
      this.call.send({ ...answerTo(this.list.recordItem, true) });
      this.call.send({ type: "record", on: true });
    }], ["Not now", () => {}]);
  }

  #answerRecording(item, yes) {
    this.call.send({ ...answerTo(item, yes), answer: yes ? "yes" : "no" });
  }

  #recordingNow(recording) {
    this.recording.take(recording, this.me, this.list.recordItem);
    this.recorder.connection(true);
    if (this.role === "owner") this.recorder.take(recording);
    show(this.record, this.role === "owner");
    setText(this.record, recording.stage === "off" ? "Record" : "Stop recording");
    this.#showConsents();
  }

  /** Everybody as they are recorded, the client first. */
  #recorded() {
    const others = [...this.tiles.values()].map((tile) => ({
      name: tile.name.textContent, video: tile.video, hasPicture: !tile.element.hasAttribute("data-off"),
      stream: tile.video.srcObject ?? new MediaStream(), isMain: tile === this.set.picture?.tile,
    })).sort((a, b) => Number(b.isMain) - Number(a.isMain));
    const me = { name: this.#name(this.me), video: this.video, hasPicture: this.call.devices.camera === "on", stream: this.call.devices.stream };
    return [...others, me];
  }

  #recordingFailed(words) {
    this.#tell(words);
    this.call.send({ type: "record", on: false });
  }

  #chatted({ sender, text }) {
    const mine = sender === this.me;
    this.chat.add(this.#name(sender), text, mine);
    if (mine || this.tabs.chosen === "chat") return;
    this.announcer.say(`${this.#name(sender)} writes: ${text}`);
    this.tabs.news("chat");
  }

  // ----------------------------------------------------------------------------------------------------------- the devices

  #devices() {
    if (this.room === undefined) return;
    const { devices } = this.call;
    show(this.begin, devices.audio === null && devices.video === null);
    for (const { element } of [this.muteSwitch, this.cameraSwitch]) show(element, this.begin.hidden);
    this.muteSwitch.set(devices.muted);
    this.cameraSwitch.set(devices.cameraOff);
    if (devices.video !== null && this.video.srcObject !== devices.stream) {
      this.video.srcObject = devices.stream;
      this.video.play().catch(() => {});
    }
    this.self.toggleAttribute("data-off", devices.camera !== "on");
  }

  #tapped() {
    show(this.tap, false);
    for (const { video } of this.tiles.values()) video.play().catch(() => show(this.tap, true));
    if (this.call.devices.isInterrupted) this.call.devices.again();
  }

  #overlay(on) {
    this.overlaySwitch.set(on);
    if (this.set.picture !== null) this.set.picture.isShown = on;
  }

  #point(on) {
    this.pointSwitch.set(on);
    this.stage.toggleAttribute("data-points", on);
    if (!on) this.call.send({ type: "pointer", x: null, y: null });
  }

  #pointAt(event) {
    if (this.pointSwitch.element.getAttribute("aria-pressed") !== "true") return;
    const box = event.target.getBoundingClientRect();
    const share = (px, size) => Math.min(1, Math.max(0, px / size));
    this.call.send({ type: "pointer", x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) });
  }

  #askCamera() {
    const facing = this.people.find(({ role }) => role === "client")?.facing === "environment" ? "user" : "environment";
    this.call.send({ type: "ask_camera", facing });
    this.announcer.say("Asked for the other camera. The client has to agree.");
  }

  #pin(id, on) {
    this.tiles.get(id)?.element.toggleAttribute("data-pinned", on);
    this.#people(this.people);
  }

  // --------------------------------------------------------------------------------------------------------------- the rest

  #socket(state, closing) {
    clearTimeout(this.lostTimer);
    if (state !== "open") this.recorder.connection(false);
    if (state === "open") show(this.trouble, false);
    else if (state === "lost") this.lostTimer = setTimeout(() => this.#tell("Connecting again. The call goes on."), SPOKEN_AFTER_MS);
    else if (closing?.code === CLOSE.IN_USE) this.#ended("The session is open in another window", "Go on there, or load this page anew to go on here.");
    else this.#ended("This session cannot be opened", closing?.error ? `${closing.error.reason} ${closing.error.remedy}` : "Open it from the page Remote session.");
  }

  #tell(words) {
    setText(this.trouble, words);
    show(this.trouble, true);
    clearTimeout(this.untell);
    this.untell = setTimeout(() => show(this.trouble, false), 12_000);
  }

  #askEnd() {
    if (this.endAsked) {
      this.call.send({ type: "end" });
      return;
    }
    this.endAsked = true;
    setText(this.end, "End for all?");
    setTimeout(() => {
      this.endAsked = false;
      setText(this.end, "End session");
    }, 4000);
  }

  #ended(title, words) {
    clearInterval(this.look);
    this.recorder.close();
    this.call.close();
    this.over.replaceChildren(make("h1", { class: "fr-title", tabindex: "-1", text: title }), make("p", { class: "fr-lead", text: words }),
      make("p", {}, make("a", { href: this.data.home, text: "Back to formcheck" })));
    show(this.room, false);
    show(this.end, false);
    show(this.over, true);
    this.element.dataset.screen = "over";
    this.over.querySelector("h1").focus({ preventScroll: true });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest?.("input, textarea, select")) return;
    const press = {
      s: this.set.stop, m: this.muteSwitch.element, v: this.cameraSwitch.element, o: this.overlaySwitch.element,
      p: this.pointSwitch.element, t: this.stills.takeStill, f: this.set.finish,
    }[event.key.toLowerCase()];
    if (press && !press.hidden && !press.disabled) press.click();
  }
}

new SessionPage(document.getElementById("page"), pageData());
