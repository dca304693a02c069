/** Who waits for a session and who is in it, and what the client agrees to, at the clinician's. */

import { make, setText, show } from "../../live/client/dom.js";
import { answerTo } from "./consent.js";
import { findingRow } from "./device_check.js";
import { RECORD_CALL, Switch, button } from "./parts.js";
import { findingsOf } from "./precheck.js";

const ROLES = Object.freeze({ owner: "clinician", clinician: "clinician", client: "client", guest: "guest" });

/** Those who wait, with what their check found. */
export class WaitingRoom {
  /** @param {(message: Object) => void} send @param {(words: string) => void} say aloud */
  constructor(send, say) {
    this.send = send;
    this.say = say;
    this.element = make("section", { class: "fr-knocks", "aria-label": "Waiting room", "data-testid": "queue" });
  }

  /** @param {import("./contract.js").WaitingPerson[]} people */
  take(people) {
    const news = people.filter(({ person, state }) => state !== "checking" && !this.waited?.has(person));
    for (const { name } of news) this.say(`${name} is waiting`);
    this.waited = new Set(people.filter(({ state }) => state !== "checking").map(({ person }) => person));
    this.element.replaceChildren(...(people.length === 0 ? [] : [make("h2", { text: people.length === 1 ? "1 person is waiting" : `${people.length} people are waiting` }),
      make("ul", { class: "fr-people", role: "list" }, ...people.map((each) => this.#knocking(each)))]));
  }

  #knocking({ person, role, name, state, presence, since, check, callback, emergency }) {
    const words = { checking: "checks camera and sound", waiting: "is ready", replacing: "came with a link that is in use in another browser" }[state];
    const waited = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 60_000));
    const row = make("li", { class: "fr-person", "data-testid": `knock-${person}` },
      make("p", {}, make("b", { text: name }), make("span", { text: ` (${ROLES[role]}) ${presence === "asleep" ? "is asleep: the page rests or lost its connection" : words}, ${waitedWords(waited)}` })));
    if (check !== null) row.append(checkDetails(check));
    for (const [label, text] of [["Call back", callback], ["Emergency", emergency]]) {
      if (text) row.append(make("p", { class: "fr-quiet", text: `${label}: ${text}` }));
    }
    const act = (testId, text, message, kind = "") => button(`${testId}-${person}`, text, () => this.send({ ...message, person }), { kind, label: `${text}: ${name}` });
    row.append(make("div", { class: "fr-row" }, ...(state === "replacing"
      ? [act("replace", "Yes, it is them", { type: "replace", allow: true }, "fc-primary"), act("refuse", "No", { type: "replace", allow: false })]
      : [act("admit", "Let in", { type: "admit" }, "fc-primary"), act("decline", "Not now", { type: "decline" })])));
    return row;
  }
}

function checkDetails(check) {
  const findings = findingsOf(check, check.browser);
  const troubled = findings.filter(({ state }) => state === "fault" || state === "caution");
  const words = troubled.length === 0 ? "Camera and sound work" : troubled.map(({ part, words: what }) => `${part}: ${what}`).join("; ");
  return make("details", { class: "fr-details" }, make("summary", { text: words }),
    make("ul", { class: "fr-findings", role: "list" }, ...findings.map((finding) => findingRow({ ...finding, remedy: "" }))));
}

/**
 * @typedef {Object} PeopleHandlers
 * @property {(message: Object) => void} send
 * @property {(id: string, on: boolean) => void} onPin
 * @property {(id: string) => boolean} isPinned
 */

/** Those who are in, what the client agrees to, and the words that show that nobody stands between. */
export class PeopleList {
  /** @param {PeopleHandlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    /** The client's. @type {import("./contract.js").ConsentShown[]} */
    this.consents = [];
    this.peopleList = make("ul", { class: "fr-people", role: "list" });
    this.consentRows = make("ul", { class: "fr-people", role: "list", "data-testid": "consents" });
    this.wordsShown = make("p", { class: "fr-words", "data-testid": "words" });
    this.takeBack = button("recording-back", "Take my yes to the recording back: it is deleted", () => handlers.send({ ...answerTo(this.recordItem, false), answer: "withdrawn" }));
    show(this.takeBack, false);
    this.element = make("div", { class: "fr-stack" }, make("h2", { text: "Here" }), this.peopleList,
      make("h2", { text: "What the client agrees to" }), this.consentRows, this.takeBack, make("h2", { text: "Are we alone?" }), this.wordsShown,
      make("p", { class: "fr-quiet", text: "Read these words to each other once, and again when they change. If they differ, somebody stands between you: end the session." }));
  }

  /** @param {import("./contract.js").PersonShown[]} people @param {string} me */
  show(people, me) {
    this.peopleList.replaceChildren(...people.filter(({ presence }) => presence !== "left").map((person) => this.#row(person, me)));
  }

  #row({ id, role, name }, me) {
    const row = make("li", { class: "fr-person" }, make("p", {}, make("b", { text: id === me ? `${name} (you)` : name }), make("span", { text: ` ${ROLES[role]}` })));
    if (id === me) return row;
    const pin = new Switch(`pin-${id}`, "Pin", (on) => this.handlers.onPin(id, on), { label: `Pin ${name} beside the client` });
    pin.set(this.handlers.isPinned(id));
    row.append(make("div", { class: "fr-row" }, ...(role === "client" ? [] : [pin.element]),
      button(`back-${id}`, "Back to waiting", () => this.handlers.send({ type: "back_to_waiting", person: id }), { label: `Back to waiting: ${name}` }),
      button(`remove-${id}`, "Take out", () => this.handlers.send({ type: "remove", person: id }), { label: `Take out: ${name}` })));
    return row;
  }

  /** The item of consent to a recording. */
  get recordItem() {
    return this.consents.find(({ what }) => what === RECORD_CALL);
  }

  showConsents() {
    this.consentRows.replaceChildren(...this.consents.map(({ what, title, answer }) => make("li", { class: "fr-person fr-row" },
      make("p", {}, make("span", { text: title }), make("b", { text: ` ${answer ?? "not answered"}` })),
      ...(answer === "yes" || what === RECORD_CALL ? [] : [button(`ask-${what}`, "Ask", () => this.handlers.send({ type: "ask_consent", what }), { label: `Ask: ${title}` })]))));
  }

  /** One's own answer to the recording can be taken back while it is yes. @param {string} answer */
  answeredRecording(answer) {
    show(this.takeBack, answer === "yes");
  }

  /** @param {string[]} words */
  showWords(words) {
    setText(this.wordsShown, words.join(" "));
  }
}

/** @param {number} min for which somebody waits */
function waitedWords(min) {
  if (min === 0) return "just now";
  return min < 60 ? `for ${min} min` : `for ${Math.floor(min / 60)} h`;
}
