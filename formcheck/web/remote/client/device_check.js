/** The screen before the waiting room: camera, microphone, loudspeaker, way and speed, what one agrees to, whom to call. */

import { make, setAttribute, setText, show } from "../../live/client/dom.js";
import { consentList } from "./consent.js";
import { RECORD_CALL, button, field } from "./parts.js";
import { VOICE_MS, HEARD_LEVEL, deviceOf, findingsOf, recordVoice, relayAnswers, uplinkSpeed, watchLevel } from "./precheck.js";

const SIGNS = Object.freeze({ good: "●", caution: "◆", fault: "▲", unknown: "○" });

/**
 * @typedef {Object} CheckActions
 * @property {(check: Object) => void} tell what was found so far
 * @property {(said: {callback: string, emergency: string}) => void} knock
 * @property {(item: import("./contract.js").ConsentShown, yes: boolean) => void} consent
 */

export class DeviceCheck {
  /**
   * @param {import("./devices.js").Devices} devices
   * @param {{relay_urls: string[], uplink: string}} data
   * @param {CheckActions} actions
   */
  constructor(devices, data, actions) {
    this.devices = devices;
    this.data = data;
    this.actions = actions;
    this.check = {
      camera: "not_tried", microphone: "not_tried", speaker: "not_tried", relay: "not_tried", uplink_kbps: null, pose_ms: null,
      browser: navigator.userAgent.slice(0, 300),
    };
    this.title = make("h1", { class: "fr-title", tabindex: "-1" });
    this.lead = make("p", { class: "fr-lead" });
    this.start = button("check-start", "Check camera and sound", () => this.open(), { kind: "fc-primary fc-start" });
    this.video = make("video", { class: "fr-video fr-mirrored", playsinline: true, muted: true, "aria-label": "Your camera" });
    this.video.muted = true;
    this.level = make("div", { class: "fr-level-bar" });
    this.hear = button("hear", "Hear yourself", () => this.hearVoice());
    this.heard = button("heard-yes", "Yes, I heard myself", () => this.#heard("heard"), { kind: "fc-primary" });
    this.unheard = button("heard-no", "No", () => this.#heard("not_heard"));
    this.ask = make("div", { class: "fr-row", role: "group", "aria-label": "Did you hear yourself?", hidden: true },
      make("p", { text: "Did you hear yourself?" }), this.heard, this.unheard);
    this.findings = make("ul", { class: "fr-findings", role: "list", "data-testid": "findings", "aria-live": "polite" });
    this.retry = button("check-retry", "Try again", () => this.open(), { kind: "fc-primary" });
    this.picture = make("div", { class: "fr-preview" }, this.video,
      make("div", { class: "fr-level", "aria-hidden": "true" }, this.level));
    this.callback = field("callback", "Phone number to call you back on, if the connection is lost",
      { type: "tel", maxlength: "40", autocomplete: "tel" });
    this.emergency = field("emergency", "Where you are now, and whom to call if you need help",
      { maxlength: "200", autocomplete: "off" });
    this.consents = make("div");
    this.knock = button("knock", "I am ready", () => this.#knock(), { kind: "fc-primary fc-start" });
    this.results = make("div", { class: "fr-check" },
      make("div", { class: "fr-stack" }, this.picture, make("div", { class: "fr-row" }, this.hear, this.retry), this.ask, this.findings),
      make("form", { class: "fr-stack", "data-testid": "about-you" },
        make("fieldset", { class: "fr-stack" }, make("legend", { text: "What you agree to" }), this.consents,
          make("p", { class: "fr-quiet", text: "No answer is no. You can change each of these at any moment." })),
        make("fieldset", { class: "fr-stack" }, make("legend", { text: "For your safety" }), this.callback.element, this.emergency.element,
          make("p", { class: "fr-quiet", text: "Your clinician sees this during the session. It is not kept." })),
        make("div", {}, this.knock)));
    show(this.results, false);
    this.element = make("section", { class: "fr-screen", "data-testid": "screen-check" }, this.title, this.lead, this.start, this.results);
    this.results.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  }

  /** @param {import("./contract.js").Waiting} waiting */
  update(waiting) {
    setText(this.title, `Hello ${waiting.name}`);
    setText(this.lead, "Before your session, see that your camera and your sound work. It takes a minute, and nobody sees or hears you yet.");
    if (this.consents.childElementCount === 0) this.consents.replaceChildren(consentList(waiting.consents.filter(({ what }) => what !== RECORD_CALL), this.actions.consent));
  }

  /** Upon a tap, so that the browser lets us play sound later. */
  async open() {
    this.start.disabled = true;
    try {
      await this.#take();
    } finally {
      this.start.disabled = false;
    }
    show(this.start, false);
    show(this.results, true);
    setText(this.lead, "Nobody sees or hears you yet.");
    this.#show();
    if (this.check.relay === "not_tried") this.#line();
  }

  /** Let the voice be heard back; nothing of it is kept. */
  async hearVoice() {
    this.hear.disabled = true;
    show(this.ask, false);
    setText(this.hear, "Say a few words…");
    this.loudest = 0;
    const voice = await recordVoice(this.devices.stream, VOICE_MS);
    setText(this.hear, "Listen…");
    const player = new Audio(URL.createObjectURL(voice));
    player.onended = player.onerror = () => {
      URL.revokeObjectURL(player.src);
      setText(this.hear, "Hear yourself again");
      this.hear.disabled = false;
      show(this.ask, true);
      this.heard.focus({ preventScroll: true });
    };
    player.play().catch(player.onerror);
  }

  /** How long the estimator takes, once it is known. @param {number} ms */
  pose(ms) {
    this.check.pose_ms = Math.round(10 * ms) / 10;
    this.actions.tell(this.check);
  }

  close() {
    this.stopLevel?.();
    this.stopLevel = undefined;
    this.video.srcObject = null;
    // The call has a list of the same.
    this.consents.replaceChildren();
  }

  async #take() {
    this.check.camera = this.check.microphone = "ok";
    try {
      await this.devices.open({ audio: true, video: true });
    } catch (trouble) {
      await this.#takeWhatIsThere(trouble);
    }
    if (this.devices.video !== null) {
      this.video.srcObject = this.devices.stream;
      this.video.play().catch(() => {});
    }
    this.stopLevel?.();
    this.stopLevel = this.devices.audio === null ? undefined : watchLevel(this.devices.stream, (level) => this.#level(level));
    show(this.picture, this.devices.video !== null);
    show(this.hear, this.devices.audio !== null);
    show(this.retry, this.check.camera !== "ok" || this.check.microphone !== "ok");
  }

  /** Both at once did not go: one of them may. */
  async #takeWhatIsThere(trouble) {
    this.check.camera = this.check.microphone = deviceOf(trouble);
    if (trouble.code === "camera-denied") return;
    for (const [part, wanted] of [["microphone", { audio: true }], ["camera", { video: true }]]) {
      try {
        await this.devices.open(wanted);
        this.check[part] = "ok";
        return;
      } catch (why) {
        this.check[part] = deviceOf(why);
      }
    }
  }

  async #line() {
    const [relay, kbps] = await Promise.all([relayAnswers(this.data.relay_urls), uplinkSpeed((bytes) => upload(this.data.uplink, bytes))]);
    this.check.relay = relay;
    this.check.uplink_kbps = kbps === null ? null : Math.round(kbps);
    this.#show();
  }

  #level(level) {
    this.loudest = Math.max(this.loudest ?? 0, level);
    this.level.style.transform = `scaleX(${Math.min(1, level * 6).toFixed(2)})`;
    setAttribute(this.picture, "data-heard", String(this.loudest > HEARD_LEVEL));
  }

  #heard(answer) {
    this.check.speaker = answer;
    show(this.ask, false);
    this.hear.focus({ preventScroll: true });
    this.#show();
  }

  #show() {
    this.actions.tell(this.check);
    this.findings.replaceChildren(...findingsOf(this.check, navigator.userAgent).map(findingRow));
  }

  #knock() {
    this.actions.tell(this.check);
    this.actions.knock({ callback: this.callback.input.value.trim(), emergency: this.emergency.input.value.trim() });
  }
}

/** One line of the check. @param {import("./precheck.js").Finding} finding */
export function findingRow({ part, state, words, remedy }) {
  return make("li", { class: "fr-finding", "data-state": state },
    make("span", { class: "fr-sign", "aria-hidden": "true", text: SIGNS[state] }),
    make("div", {}, make("b", { text: `${part}: ` }), make("span", { text: words }),
      ...(remedy === "" ? [] : [make("p", { class: "fr-quiet", text: remedy })])));
}

async function upload(address, body) {
  const answer = await fetch(address, { method: "POST", body, mode: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status}`);
}
