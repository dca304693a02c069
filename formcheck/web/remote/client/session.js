/**
 * The clinician's page of a remote session: who waits, the client's picture with what is measured on it, the set, cues,
 * moments, notes, stills. Everything is two clicks away at most.
 */

import { make, setAttribute, setText, show } from "../../live/client/dom.js";
import { Readings } from "../../live/client/measures.js";
import { Overlay } from "../../live/client/overlay.js";
import { Panel } from "../../live/client/panel.js";
import { StillDrawings } from "./angles.js";
import { Announcer } from "./announce.js";
import { CLOCK_MS, Call, pageClock, secret } from "./call.js";
import { answerTo, withAnswer } from "./consent.js";
import { CLOSE, MOST_DRAWINGS } from "./contract.js";
import { findingRow } from "./device_check.js";
import { Caption } from "./measured_set.js";
import {
  Chat, Questions, RECORD_CALL, RecordingSign, StillPicture, Switch, Tile, WORDS_CHANGED, button, field, keptWords, minutes, pageData,
} from "./parts.js";
import { findingsOf } from "./precheck.js";
import { CallRecorder } from "./recorder.js";
import { Answers, Fade, FrameClock, Waiting } from "./sync.js";

const BROWSER_KEY = "formcheck-browser";
const TICKET_KEY = "formcheck-room-ticket";
const SPOKEN_AFTER_MS = 2000;
const LOOK_MS = 100;
/** Measures that are later than this say by how much, ms. */
const SPOKEN_LATE_MS = 1000;
/** A still is there within this, ms. */
const STILL_MS = 10_000;
const MOMENTS = Object.freeze([["mark", "Mark"], ["good", "Good"], ["pain", "Pain"], ["look_again", "Look again"]]);
const LEGS = Object.freeze({ both: "Both", auto: "The camera finds it", left: "Left", right: "Right" });
const ROLES = Object.freeze({ owner: "clinician", clinician: "clinician", client: "client", guest: "guest" });
const STAGES = Object.freeze({
  none: "No set", starting: "The client's page is getting ready", running: "Set under way", finishing: "The set is being measured",
});

function kept(storage, key, make) {
  try {
    const found = storage.getItem(key) ?? make?.() ?? null;
    if (found !== null) storage.setItem(key, found);
    return found;
  } catch {
    return make?.() ?? null;
  }
}

/** Draws what is measured on the frame that it belongs to. */
class MeasuredPicture {
  /** @param {Tile} tile of the client @param {Call} call */
  constructor(tile, call) {
    this.tile = tile;
    this.call = call;
    this.canvas = make("canvas", { class: "fr-overlay", "aria-hidden": "true", "data-testid": "overlay" });
    tile.video.after(this.canvas);
    this.overlay = new Overlay(this.canvas);
    this.answers = new Answers();
    this.frames = new FrameClock();
    this.fade = new Fade();
    this.isShown = true;
    /** The server's time minus that of the client's page, ms. @type {number|null} */
    this.theirOffset = null;
    /** Capture time of the frame that is shown, by the client's clock. */
    this.shownT = null;
    this.bandsOf = () => ({});
    /** What belongs to the frame that is shown. */
    this.onFrame = () => {};
    tile.video.addEventListener("resize", () => this.fit());
    this.handle = tile.video.requestVideoFrameCallback?.(this.#next);
  }

  fit() {
    const { videoWidth, videoHeight } = this.tile.video;
    if (videoWidth === 0) return;
    this.tile.element.style.setProperty("--fr-shape", (videoWidth / videoHeight).toFixed(4));
    this.overlay.fit(videoWidth, videoHeight);
  }

  /** A set begins or is over. */
  clear() {
    this.answers.clear();
    this.overlay.put(null, {}, 0);
  }

  stop() {
    this.tile.video.cancelVideoFrameCallback?.(this.handle);
    this.canvas.remove();
  }

  /** A time of the client's clock by this page's; null before both are known. @param {number} t */
  ours(t) {
    const { offsetMs } = this.call;
    return offsetMs === null || this.theirOffset === null ? null : t + this.theirOffset - offsetMs;
  }

  #next = (now, metadata) => {
    this.handle = this.tile.video.requestVideoFrameCallback(this.#next);
    const ours = this.frames.captured(metadata, now, this.call.known.get(this.tile.id)?.delayMs ?? null);
    const { offsetMs } = this.call;
    if (ours === null || offsetMs === null || this.theirOffset === null) return;
    this.shownT = ours + CLOCK_MS + offsetMs - this.theirOffset;
    const found = this.answers.at(this.shownT);
    const alpha = this.isShown ? this.fade.alpha(found !== null, now) : 0;
    if (!this.isShown && found !== null) this.fade.alpha(true, now);
    this.overlay.put(found?.pose ?? null, found === null ? this.overlay.bands : this.bandsOf(found.frame), alpha);
    // What was drawn, for whoever holds the drawing against the picture.
    this.canvas.dataset.t = alpha > 0 && found !== null ? found.t.toFixed(1) : "";
    this.canvas.dataset.shown = this.shownT.toFixed(1);
    if (found !== null) this.onFrame(found.frame);
  };
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
    this.consents = [];
    this.me = null;
    this.tiles = new Map();
    this.stills = new Map();
    this.lastSet = { stage: "none", targets: null, started_at_ms: null };
    this.readings = new Readings();
    this.clocks = new Map();
    /** @type {MeasuredPicture|null} */
    this.measured = null;
    this.isIn = false;
    this.call = new Call(who, kept(window.localStorage, BROWSER_KEY, secret) ?? secret(), {
      onMessage: (message) => this.#message(message), onState: (...said) => this.#socket(...said),
      onStream: (person, stream) => this.#stream(person, stream), onPeer: (person, state) => this.#peer(person, state),
      onPicture: (person, moves) => this.tiles.get(person)?.picture(moves), onWords: (...said) => this.#words(...said),
      onGone: (person) => this.#gone(person), onStep: (_, words) => this.announcer.say(words), onDevices: () => this.#devices(),
      onTapNeeded: () => show(this.tap, true),
    });
    this.#build();
    this.look = setInterval(() => this.#each(), LOOK_MS);
  }

  // ----------------------------------------------------------------------------------------------- what there is to see

  #build() {
    this.said = make("p", { class: "fr-said", role: "status", "aria-live": "polite", "data-testid": "said" });
    this.announcer = new Announcer(this.said);
    this.questions = new Questions();
    this.recording = new RecordingSign((words) => this.announcer.say(words), this.questions, (item, yes) => this.#answerRecording(item, yes));
    this.recorder = new CallRecorder(() => this.#recorded(), (words) => this.#recordingFailed(words));
    /** One's own answer to being recorded. @type {string|null} */
    this.myAnswer = null;
    this.kept = make("p", { class: "fr-kept", "data-testid": "kept" });
    this.timer = make("p", { class: "fr-timer", "data-testid": "timer", role: "timer", "aria-label": "Time in the set" });
    this.trouble = make("p", { class: "fr-trouble", role: "alert", "data-testid": "trouble", hidden: true });
    this.end = button("end", "End session", () => this.#askEnd());
    this.over = make("section", { class: "fr-screen", "data-testid": "screen-over", hidden: true });
    this.tabs = new Tabs([
      ["set", "Set", this.#buildSet()], ["notes", "Notes", this.#buildNotes()], ["still", "Stills", this.#buildStill()],
      ["people", "People", this.#buildPeople()], ["chat", "Chat", this.#buildChat()],
    ]);
    this.room = make("section", { class: "fr-room", "data-testid": "screen-call" }, this.#buildStage(),
      make("div", { class: "fr-side" }, this.questions.element, this.knocks, this.score, this.tabs.element), this.#buildBar());
    this.element.dataset.screen = "call";
    this.element.replaceChildren(make("header", { class: "fr-head" }, make("h1", { class: "fr-brand", text: "Remote session" }),
      this.recording.element, this.kept, this.timer, this.said, this.end), this.trouble, this.room, this.over);
    document.addEventListener("keydown", (event) => this.#key(event));
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
    this.shownCue = make("p", { class: "fr-caption", "data-testid": "given-cue", hidden: true });
    this.stage = make("div", { class: "fr-stage" }, this.nobody, this.others, this.self, this.caption.element, this.tap);
    this.knocks = make("section", { class: "fr-knocks", "aria-label": "Waiting room", "data-testid": "queue" });
    this.panel = new Panel(this.data.measures);
    this.panel.reset();
    this.verdict = make("p", { class: "fr-verdict", "data-testid": "verdict", role: "status" });
    this.late = make("p", { class: "fr-late", "data-testid": "late", hidden: true });
    const { gauges, numbers } = this.panel.readouts;
    this.score = make("section", { class: "fr-score", "data-testid": "score", "aria-label": "Measures", hidden: true },
      this.verdict, this.late, this.panel.element, gauges, numbers);
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
    this.takeStill = button("take-still", "Take still", () => this.#takeStill(), { key: "T" });
    this.stop = button("stop", "Stop", () => call.send({ type: "stop" }), { kind: "fr-stop", key: "S" });
    show(this.stop, false);
    this.finishSet = button("finish-set", "Finish set", () => call.send({ type: "finish_set" }), { kind: "fc-primary", key: "F" });
    return make("div", { class: "fr-bar", role: "toolbar", "aria-label": "Call" }, this.stop, this.finishSet, this.begin, this.muteSwitch.element,
      this.cameraSwitch.element, this.overlaySwitch.element, this.pointSwitch.element, this.takeStill, this.askCamera, this.record);
  }

  #buildSet() {
    const { exercises, limits } = this.data;
    const select = (testId, label, options) => {
      const id = `fr-${testId}`;
      const element = make("select", { id, class: "fr-input", "data-testid": testId },
        ...options.map(([value, text]) => make("option", { value, text })));
      return { input: element, element: make("div", { class: "fr-field" }, make("label", { for: id, text: label }), element) };
    };
    const number = (name, label, step) => {
      const { least, most } = limits[name];
      return field(name, label, { type: "number", min: String(least), max: String(most), step: String(step), inputmode: "decimal" });
    };
    this.exercise = select("exercise", "Exercise", exercises.map(({ name, title }) => [name, title]));
    this.leg = select("leg", "Standing leg", []);
    this.numbers = {
      reps: number("reps", "Reps", 1), target_depth_deg: number("target_depth_deg", "Depth, °", 5),
      hold_s: number("hold_s", "Hold, s", 1), step_height_cm: number("step_height_cm", "Step, cm", 1),
    };
    this.exercise.input.addEventListener("change", () => this.#exercise());
    this.startSet = button("start-set", "Start set", () => this.#startSet(), { kind: "fc-primary" });
    this.setWords = make("p", { class: "fr-quiet", "data-testid": "set-words", role: "status" });
    this.cues = make("div", { class: "fr-cues", role: "group", "aria-label": "Cues" });
    const own = field("cue-text", "Cue in your own words", { maxlength: "80", autocomplete: "off" });
    const form = make("form", { class: "fr-row" }, own.element, button("cue-send", "Say it", () => {}));
    form.querySelector("button").type = "submit";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (own.input.value.trim() !== "") this.#cue(own.input.value.trim());
      own.input.value = "";
    });
    const targets = make("form", { class: "fr-targets" }, this.exercise.element, this.leg.element,
      ...Object.values(this.numbers).map(({ element }) => element));
    targets.addEventListener("submit", (event) => event.preventDefault());
    this.targets = targets;
    const section = make("div", { class: "fr-stack" }, targets, this.startSet, this.setWords, this.cues, form);
    this.#exercise();
    return section;
  }

  #buildNotes() {
    this.moments = make("ol", { class: "fr-log", "aria-label": "Moments", "data-testid": "moments" });
    const what = field("moment-text", "What was it? (may stay empty)", { maxlength: "300", autocomplete: "off" });
    this.momentText = what.input;
    const note = field("note-text", "Note", { rows: "4", maxlength: "4000" });
    this.forClient = make("input", { type: "checkbox", id: "fr-for-client", "data-testid": "note-for-client" });
    this.noted = make("p", { class: "fr-quiet", "data-testid": "noted", role: "status" });
    this.noteInput = note.input;
    return make("div", { class: "fr-stack" }, what.element,
      make("div", { class: "fr-row", role: "group", "aria-label": "Mark this moment" },
        ...MOMENTS.map(([kind, text]) => button(`moment-${kind}`, text, () => this.#moment(kind)))),
      this.moments, note.element,
      make("div", { class: "fr-row" }, make("span", { class: "fr-tick" }, this.forClient,
        make("label", { for: "fr-for-client", text: "The client may read it" })),
      button("note-send", "Keep note", () => this.#note(), { kind: "fc-primary" })), this.noted);
  }

  #buildStill() {
    this.drawing = new StillDrawings();
    this.still = new StillPicture();
    this.stillList = make("div", { class: "fr-row", role: "group", "aria-label": "Stills" });
    this.noStill = make("p", { class: "fr-quiet", text: "Take still gives the client's own camera picture of the moment that you see, if the client agreed to it." });
    this.kinds = Object.fromEntries([["angle", "Angle"], ["line", "Line"], ["text", "Text"]].map(([kind, text]) =>
      [kind, new Switch(`draw-${kind}`, text, () => this.#drawKind(kind))]));
    const words = field("draw-words", "Text to put down", { maxlength: "80", autocomplete: "off" });
    this.drawWords = words;
    show(words.element, false);
    this.shareSwitch = new Switch("share-still", "Show to client", (on) => this.#share(on));
    this.tools = make("div", { class: "fr-stack", hidden: true },
      make("div", { class: "fr-row", role: "toolbar", "aria-label": "Drawing" }, ...Object.values(this.kinds).map(({ element }) => element),
        button("draw-undo", "Undo", () => this.#undo()), this.shareSwitch.element), words.element,
      make("p", { class: "fr-quiet", "data-testid": "draw-help" }), this.still.element);
    this.drawHelp = this.tools.querySelector("[data-testid=draw-help]");
    this.still.element.addEventListener("pointerdown", (event) => this.#drawAt(event));
    this.#drawKind("angle");
    return make("div", { class: "fr-stack" }, this.noStill, this.stillList, this.tools);
  }

  #buildPeople() {
    this.peopleList = make("ul", { class: "fr-people", role: "list" });
    this.consentRows = make("ul", { class: "fr-people", role: "list", "data-testid": "consents" });
    this.wordsShown = make("p", { class: "fr-words", "data-testid": "words" });
    this.takeBack = button("recording-back", "Take my yes to the recording back: it is deleted", () => this.#takeBack());
    show(this.takeBack, false);
    return make("div", { class: "fr-stack" }, make("h2", { text: "Here" }), this.peopleList,
      make("h2", { text: "What the client agrees to" }), this.consentRows, this.takeBack, make("h2", { text: "Are we alone?" }), this.wordsShown,
      make("p", { class: "fr-quiet", text: "Read these words to each other once, and again when they change. If they differ, somebody stands between you: end the session." }));
  }

  #buildChat() {
    this.chat = new Chat((text) => this.call.send({ type: "chat", text }));
    return this.chat.element;
  }

  // ------------------------------------------------------------------------------------------------ what the server says

  #message(message) {
    const act = {
      welcome: () => this.#welcome(message), queue: () => this.#queue(message.people), people: () => this.#everybody(message),
      set: () => this.#set(message.set), result: () => this.#result(message.frame), set_finished: () => this.#finished(message),
      cue: () => this.#given(message), still: () => this.#stillCame(message), moment: () => this.#marked(message),
      recording: () => this.#recordingNow(message.recording),
      noted: () => setText(this.noted, "The note is in the records."), consent: () => this.#answered(message),
      chat: () => this.#chatted(message), stopped: () => this.#stopped(message), clock_of: () => this.#clockOf(message),
      waiting: () => this.#tell("You are not let in yet: the clinician whose room this is does that."),
      ended: () => this.#ended("The session is over", message.reason),
      refused: () => {
        clearTimeout(this.stillTimer);
        this.#tell(`${message.reason} ${message.remedy}`);
      },
    }[message.type];
    act?.();
  }

  #welcome(welcome) {
    this.me = welcome.you;
    this.role = welcome.role;
    this.consents = welcome.consents;
    this.#people(welcome.people);
    this.#recordingNow(welcome.recording);
    this.#showConsents();
    for (const still of welcome.stills) this.#keepStill(still);
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

  #queue(people) {
    const news = people.filter(({ person, state }) => state !== "checking" && !this.waited?.has(person));
    for (const { name } of news) this.announcer.say(`${name} is waiting`);
    this.waited = new Set(people.filter(({ state }) => state !== "checking").map(({ person }) => person));
    this.knocks.replaceChildren(...(people.length === 0 ? [] : [make("h2", { text: people.length === 1 ? "1 person is waiting" : `${people.length} people are waiting` }),
      make("ul", { class: "fr-people", role: "list" }, ...people.map((each) => this.#knocking(each)))]));
  }

  #knocking({ person, role, name, state, presence, since, check, callback, emergency }) {
    const words = { checking: "checks camera and sound", waiting: "is ready", replacing: "came with a link that is in use in another browser" }[state];
    const waited = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 60_000));
    const row = make("li", { class: "fr-person", "data-testid": `knock-${person}` },
      make("p", {}, make("b", { text: name }), make("span", { text: ` (${ROLES[role]}) ${presence === "asleep" ? "is asleep: the page rests or lost its connection" : words}, ${waited === 0 ? "just now" : `for ${waited} min`}` })));
    if (check !== null) row.append(checkDetails(check));
    for (const [label, text] of [["Call back", callback], ["Emergency", emergency]]) {
      if (text) row.append(make("p", { class: "fr-quiet", text: `${label}: ${text}` }));
    }
    const act = (testId, text, message, kind = "") => button(`${testId}-${person}`, text, () => this.call.send({ ...message, person }), { kind, label: `${text}: ${name}` });
    row.append(make("div", { class: "fr-row" }, ...(state === "replacing"
      ? [act("replace", "Yes, it is them", { type: "replace", allow: true }, "fc-primary"), act("refuse", "No", { type: "replace", allow: false })]
      : [act("admit", "Let in", { type: "admit" }, "fc-primary"), act("decline", "Not now", { type: "decline" })])));
    return row;
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
    this.askCamera.disabled = this.takeStill.disabled = client === undefined;
    this.peopleList.replaceChildren(...people.filter(({ presence }) => presence !== "left").map((person) => this.#here(person)));
    show(this.nobody, this.tiles.size === 0);
    this.element.dataset.people = String(this.tiles.size);
  }

  #here({ id, role, name }) {
    const row = make("li", { class: "fr-person" }, make("p", {}, make("b", { text: id === this.me ? `${name} (you)` : name }), make("span", { text: ` ${ROLES[role]}` })));
    if (id === this.me) return row;
    const pin = new Switch(`pin-${id}`, "Pin", (on) => this.#pin(id, on), { label: `Pin ${name} beside the client` });
    pin.set(this.tiles.get(id)?.element.hasAttribute("data-pinned") ?? false);
    row.append(make("div", { class: "fr-row" }, ...(role === "client" ? [] : [pin.element]),
      button(`back-${id}`, "Back to waiting", () => this.call.send({ type: "back_to_waiting", person: id }), { label: `Back to waiting: ${name}` }),
      button(`remove-${id}`, "Take out", () => this.call.send({ type: "remove", person: id }), { label: `Take out: ${name}` })));
    return row;
  }

  /** The client's picture is the large one, with what is measured on it. @param {string|null} id */
  #client(id) {
    if (this.measured?.tile.id === id) return;
    this.measured?.stop();
    this.measured = null;
    if (id === null) return;
    const tile = this.tiles.get(id);
    tile.element.toggleAttribute("data-main", true);
    this.measured = new MeasuredPicture(tile, this.call);
    this.measured.isShown = this.overlaySwitch.element.getAttribute("aria-pressed") === "true";
    this.measured.theirOffset = this.clocks.get(id) ?? null;
    this.measured.bandsOf = (frame) => {
      const knees = frame.measures[this.panel.readouts.alignmentMeasure] ?? {};
      return { left: knees.left?.band ?? null, right: knees.right?.band ?? null };
    };
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
    if (this.measured?.tile.id === person) {
      this.measured.stop();
      this.measured = null;
    }
    this.tiles.get(person)?.element.remove();
    this.tiles.delete(person);
    show(this.nobody, this.tiles.size === 0);
    this.element.dataset.people = String(this.tiles.size);
  }

  async #stream(person, stream) {
    const tile = this.#tile(person, this.#name(person));
    this.measured?.tile === tile && this.measured.frames.forget();
    if (!(await tile.play(stream))) show(this.tap, true);
    this.measured?.fit();
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
    setText(this.wordsShown, words.join(" "));
    if (haveChanged) this.announcer.say(WORDS_CHANGED);
  }

  #clockOf({ person, offset_ms: offset }) {
    this.clocks.set(person, offset);
    if (this.measured?.tile.id === person) this.measured.theirOffset = offset;
  }

  // --------------------------------------------------------------------------------------------------------------- the set

  #set(set) {
    const before = this.lastSet.stage;
    this.lastSet = set;
    const on = set.stage !== "none";
    this.element.toggleAttribute("data-on", on);
    show(this.stop, on);
    show(this.startSet, !on);
    show(this.finishSet, on);
    this.finishSet.disabled = set.stage !== "running";
    show(this.score, on);
    this.targets.toggleAttribute("inert", on);
    show(this.targets, !on);
    setText(this.setWords, `${STAGES[set.stage]}${set.targets === null ? "" : `: ${targetsWords(set.targets)}`}`);
    if (on && before === "none") this.waiting = new Waiting();
    this.call.buffer(on ? this.waiting.ms : 0);
    if (on && before === "none") {
      this.measured?.clear();
      this.panel.busy("The client is getting ready");
      this.isBegun = false;
      this.newest = null;
      this.readings.begin();
    }
    if (on && set.targets !== null && !this.isBegun) {
      this.isBegun = true;
      this.panel.target = { reps: set.targets.reps, hold_s: set.targets.hold_s, depth_deg: set.targets.target_depth_deg };
      this.panel.begin(this.#asReady(set.targets), set.targets.leg);
      this.measured?.overlay.score(set.targets.leg);
    }
    if (set.stage === "finishing") this.panel.measuring();
    if (!on) {
      this.measured?.clear();
      this.panel.reset();
    }
  }

  /** What the panel wants to know of a set, from the page's own exercises. */
  #asReady(targets) {
    const exercise = this.data.exercises.find(({ name }) => name === targets.exercise);
    return {
      target: { reps: targets.reps, hold_s: targets.hold_s, depth_deg: targets.target_depth_deg },
      depth_band: this.#depthBand(exercise, targets.target_depth_deg),
      alignment_band: exercise?.alignment_band ?? null, bilateral: exercise?.bilateral ?? true,
    };
  }

  /** The bands of a depth move with what is prescribed. */
  #depthBand(exercise, deg) {
    if (deg === null || !exercise?.depth_band) return null;
    return exercise.depth_band.map((edge) => edge - exercise.usual.target_depth_deg + deg);
  }

  #result(frame) {
    const now = performance.now();
    const apart = this.newest === null ? 0 : Math.max(0, frame.t - this.newest.frame.t);
    this.newest = { frame, at: now };
    this.measured?.answers.add(frame);
    const taken = this.measured?.ours(frame.t) ?? null;
    if (taken !== null && this.waiting.add(pageClock() - taken, apart)) this.call.buffer(this.waiting.ms);
    this.readings.take(frame, now, 0);
    this.panel.frame(frame, now);
    const { verdict } = frame;
    const coach = frame.setup === null ? "" : `Set-up: ${frame.setup.message}`;
    const view = verdict === null ? "" : `Seen from the ${verdict.kind}${verdict.quality === "ok" ? "" : `, ${verdict.reason}`}`;
    setText(this.verdict, [coach, view].filter(Boolean).join(" · "));
  }

  #finished({ reps, kept: isKept, record, why }) {
    const done = reps === null ? "The set is over." : `Set done: ${reps} whole ${reps === 1 ? "rep" : "reps"}${isKept ? ", kept" : ", not kept"}.`;
    setText(this.setWords, [done, why].filter(Boolean).join(" "));
    if (record !== null) this.setWords.append(" ", make("a", { href: record, target: "_blank", rel: "noopener", text: "Open its review" }));
    this.announcer.say(done);
  }

  #exercise() {
    const chosen = this.data.exercises.find(({ name }) => name === this.exercise.input.value) ?? this.data.exercises[0];
    this.leg.input.replaceChildren(...chosen.legs.map((leg) => make("option", { value: leg, text: LEGS[leg] })));
    show(this.leg.element, chosen.legs.length > 1);
    for (const [name, { input, element }] of Object.entries(this.numbers)) {
      const usual = chosen.usual[name];
      input.value = usual === null ? "" : String(usual);
      show(element, name === "hold_s" ? chosen.takes_hold : name === "step_height_cm" ? chosen.has_step : name !== "target_depth_deg" || usual !== null);
    }
    this.cues.replaceChildren(...chosen.cues.map((text, i) => button(`cue-${i}`, text, () => this.#cue(text), { kind: "fr-cue" })));
  }

  #startSet() {
    const value = ({ input, element }) => (element.hidden || input.value === "" ? null : Number(input.value));
    const wrong = Object.values(this.numbers).find(({ input, element }) => !element.hidden && !input.reportValidity());
    if (wrong !== undefined) return;
    const numbers = Object.fromEntries(Object.entries(this.numbers).map(([name, each]) => [name, value(each)]));
    this.call.send({ type: "targets", exercise: this.exercise.input.value, leg: this.leg.input.value, ...numbers, ball: false });
    this.call.send({ type: "start_set" });
  }

  #cue(text) {
    this.call.send({ type: "cue", text });
  }

  #given({ sender, text }) {
    this.caption.tell(sender === this.me ? `Said: ${text}` : `${this.#name(sender)} said: ${text}`, 3000);
  }

  #stopped({ sender }) {
    const words = `${sender === this.me ? "You" : this.#name(sender)} said stop`;
    this.caption.tell(words, 8000);
    this.announcer.say(words);
  }

  // ---------------------------------------------------------------------------------------------- moments, notes, stills

  #moment(kind) {
    this.call.send({ type: "moment", kind, text: this.momentText.value.trim(), t_ms: this.measured?.shownT ?? null });
    this.momentText.value = "";
  }

  #marked({ kind, text, t_s: t, by }) {
    const word = MOMENTS.find(([name]) => name === kind)?.[1] ?? kind;
    this.moments.append(make("li", {}, make("b", { text: t === null ? "" : `${minutes(1000 * t)} ` }),
      make("span", { text: [word, text, by].filter(Boolean).join(" · ") })));
  }

  #note() {
    const text = this.noteInput.value.trim();
    if (text === "") return;
    setText(this.noted, "Keeping it…");
    this.call.send({ type: "note", text, for_client: this.forClient.checked });
    this.noteInput.value = "";
  }

  #takeStill() {
    const t = this.measured?.shownT ?? null;
    if (t === null) {
      this.#tell("There is no picture of the client yet. Wait until it shows.");
      return;
    }
    this.call.send({ type: "take_still", t_ms: t });
    this.announcer.say("Asked for a still");
    show(this.trouble, false);
    clearTimeout(this.stillTimer);
    this.stillTimer = setTimeout(() => this.#tell("No still came. Take it again; the client must agree to it and have the page in view."), STILL_MS);
    this.tabs.choose("still");
  }

  #stillCame({ id, still }) {
    if (still === null) {
      this.stills.delete(id);
    } else {
      clearTimeout(this.stillTimer);
      const isNew = !this.stills.has(id);
      this.#keepStill(still);
      if (isNew) this.#openStill(id);
      else if (this.opened === id) this.#showStill(still);
    }
    this.#listStills();
  }

  #keepStill(still) {
    this.stills.set(still.still, still);
    this.#listStills();
  }

  #listStills() {
    show(this.noStill, this.stills.size === 0);
    this.stillList.replaceChildren(...[...this.stills.keys()].map((id, i) => {
      const open = button(`still-${i}`, `Still ${i + 1}`, () => this.#openStill(id));
      setAttribute(open, "aria-pressed", String(id === this.opened));
      return open;
    }));
  }

  #openStill(id) {
    this.opened = id;
    this.drawing = Object.assign(new StillDrawings(this.stills.get(id).drawings), { kind: this.drawing.kind });
    show(this.tools, true);
    this.#showStill(this.stills.get(id));
    this.#listStills();
    // Beside a set the list of measures stands above it.
    this.still.element.scrollIntoView({ block: "nearest" });
  }

  #showStill(still) {
    this.still.show(still);
    if (this.drawing.points.length === 0) this.drawing.take(still.drawings);
    this.shareSwitch.set(still.shared);
    this.still.draw(this.drawing.all);
  }

  #drawKind(kind) {
    this.drawing.choose(kind);
    for (const [each, one] of Object.entries(this.kinds)) one.set(each === kind);
    show(this.drawWords.element, kind === "text");
    setText(this.drawHelp, { angle: "Click three points; the second is the vertex.", line: "Click two points.", text: "Write the text, then click its place." }[kind]);
    this.still.draw(this.drawing.all);
  }

  #drawAt(event) {
    event.preventDefault();
    if (this.drawing.isFull) this.#tell(`A still takes ${MOST_DRAWINGS} drawings. Undo one to draw another.`);
    if (this.drawing.add(this.still.place(event), this.drawWords.input.value)) this.#sendDrawings();
    this.still.draw(this.drawing.all);
  }

  #undo() {
    if (this.drawing.undo()) this.#sendDrawings();
    this.still.draw(this.drawing.all);
  }

  #sendDrawings() {
    this.call.send({ type: "draw", still: this.opened, drawings: this.drawing.shown });
  }

  #share(on) {
    this.call.send({ type: "share_still", still: this.opened, shared: on });
  }

  // ----------------------------------------------------------------------------------------------------- consent and chat

  #answered({ person, what, answer }) {
    if (person === this.me && what === RECORD_CALL) {
      this.myAnswer = answer;
      show(this.takeBack, answer === "yes");
    }
    if (this.people.find(({ id }) => id === person)?.role !== "client") return;
    this.consents = withAnswer(this.consents, what, answer);
    this.#showConsents();
    const title = this.consents.find((item) => item.what === what)?.title ?? what;
    this.announcer.say(`${this.#name(person)}: ${title}, ${answer}`);
  }

  #showConsents() {
    setText(this.kept, keptWords(this.consents, this.recording.stage));
    this.consentRows.replaceChildren(...this.consents.map(({ what, title, answer }) => make("li", { class: "fr-person fr-row" },
      make("p", {}, make("span", { text: title }), make("b", { text: ` ${answer ?? "not answered"}` })),
      ...(answer === "yes" || what === RECORD_CALL ? [] : [button(`ask-${what}`, "Ask", () => this.call.send({ type: "ask_consent", what }), { label: `Ask: ${title}` })]))));
  }

  // --------------------------------------------------------------------------------------------------------- the recording

  get #recordItem() {
    return this.consents.find(({ what }) => what === RECORD_CALL);
  }

  #record() {
    if (this.recording.stage !== "off") {
      this.call.send({ type: "record", on: false });
      return;
    }
    const { title, words } = this.#recordItem;
    this.questions.ask("record-all", `${title}? ${words}`, ["I agree, and ask everybody", () => {
      this.call.send({ ...answerTo(this.#recordItem, true) });
      this.call.send({ type: "record", on: true });
    }], ["Not now", () => {}]);
  }

  #answerRecording(item, yes) {
    this.call.send({ ...answerTo(item, yes), answer: yes ? "yes" : "no" });
  }

  #takeBack() {
    this.call.send({ ...answerTo(this.#recordItem, false), answer: "withdrawn" });
  }

  #recordingNow(recording) {
    this.recording.take(recording, this.me, this.#recordItem);
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
      stream: tile.video.srcObject ?? new MediaStream(), isMain: tile === this.measured?.tile,
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
    if (this.measured !== null) this.measured.isShown = on;
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

  #each() {
    const now = performance.now();
    const on = this.lastSet.stage === "running" || this.lastSet.stage === "starting";
    const { offsetMs } = this.call;
    const began = this.lastSet.started_at_ms;
    setText(this.timer, began !== null && offsetMs !== null && on ? minutes(pageClock() + offsetMs - began) : "");
    if (!on) return;
    this.panel.readings(this.readings, now);
    const age = this.newest === null ? null : now - this.newest.at;
    const isBehind = this.newest !== null && this.measured !== null && this.measured.tile.moves && this.measured.fade.isLate(now);
    show(this.late, isBehind || age > SPOKEN_LATE_MS);
    setText(this.late, age > SPOKEN_LATE_MS ? `Measures are late: ${Math.round(age / 1000)} s` : "Measures are late");
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
      s: this.stop, m: this.muteSwitch.element, v: this.cameraSwitch.element, o: this.overlaySwitch.element,
      p: this.pointSwitch.element, t: this.takeStill, f: this.finishSet,
    }[event.key.toLowerCase()];
    if (press && !press.hidden && !press.disabled) press.click();
  }
}

/** One panel of several, by the keys that such lists have. */
class Tabs {
  /** @param {[string, string, HTMLElement][]} tabs id, name, panel */
  constructor(tabs) {
    this.tabs = new Map(tabs.map(([id, name, content]) => {
      const tab = make("button", { type: "button", role: "tab", id: `fr-tab-${id}`, class: "fr-tab", "aria-controls": `fr-panel-${id}`, "data-testid": `tab-${id}`, text: name });
      const panel = make("div", { role: "tabpanel", id: `fr-panel-${id}`, class: "fr-panel", "aria-labelledby": `fr-tab-${id}` }, content);
      tab.addEventListener("click", () => this.choose(id));
      return [id, { tab, panel }];
    }));
    const list = make("div", { role: "tablist", class: "fr-tabs", "aria-label": "Session" }, ...[...this.tabs.values()].map(({ tab }) => tab));
    list.addEventListener("keydown", (event) => this.#key(event));
    this.element = make("div", { class: "fr-tabbed" }, list, ...[...this.tabs.values()].map(({ panel }) => panel));
    this.choose(tabs[0][0]);
  }

  /** @param {string} id */
  choose(id) {
    this.chosen = id;
    for (const [each, { tab, panel }] of this.tabs) {
      setAttribute(tab, "aria-selected", String(each === id));
      tab.tabIndex = each === id ? 0 : -1;
      show(panel, each === id);
    }
    this.tabs.get(id).tab.removeAttribute("data-news");
  }

  /** Something is to be seen there. @param {string} id */
  news(id) {
    this.tabs.get(id).tab.toggleAttribute("data-news", true);
  }

  #key(event) {
    const ids = [...this.tabs.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const id = ids[(ids.indexOf(this.chosen) + step + ids.length) % ids.length];
    this.choose(id);
    this.tabs.get(id).tab.focus();
  }
}

function checkDetails(check) {
  const findings = findingsOf(check, check.browser);
  const troubled = findings.filter(({ state }) => state === "fault" || state === "caution");
  const words = troubled.length === 0 ? "Camera and sound work" : troubled.map(({ part, words: what }) => `${part}: ${what}`).join("; ");
  return make("details", { class: "fr-details" }, make("summary", { text: words }),
    make("ul", { class: "fr-findings", role: "list" }, ...findings.map((finding) => findingRow({ ...finding, remedy: "" }))));
}

/** @param {import("./contract.js").TargetsShown} targets */
function targetsWords(targets) {
  return [targets.exercise_name, targets.reps && `${targets.reps} reps`, targets.hold_s && `hold ${targets.hold_s} s`,
    targets.target_depth_deg && `${targets.target_depth_deg}° deep`].filter(Boolean).join(" · ");
}

new SessionPage(document.getElementById("page"), pageData());
