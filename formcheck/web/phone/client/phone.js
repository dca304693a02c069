/**
 * The page on the phone: brings the code, takes a video with the phone's own camera app, sends it, shows the result.
 *
 * The code stands behind `#` and is used up at once; the key that is made for it stays in this tab, so that a page that the
 * camera app pushed out of memory goes on.
 *
 * @typedef {{stage: string, share: number|null, reason: string, remedy: string, said: string, person: string,
 *   live: boolean, result: string|null}} Told
 */

import { make, setText } from "../../uploads/client/dom.js";
import { Transfer } from "../../uploads/client/transfer.js";
import { inBytes, inPercent, inTime } from "../../uploads/client/words.js";
import { browserWorld } from "../../uploads/client/world.js";

const KEY = "formcheck-phone-key";
const KEY_HEADER = "x-formcheck-link";
const BASE = "/phone";
const LOOK_EVERY_MS = 1500;
const SLOW_LOOK_MS = 5000;

const page = document.getElementById("page");
const world = browserWorld();
const never = new AbortController().signal;
let key = sessionStorage.getItem(KEY) ?? "";
/** @type {Transfer|null} */
let transfer = null;
/** Why the last try came to nothing, until the next one: the computer may know nothing of it.
 * @type {{reason: string, remedy: string}|null} */
let refusal = null;
/** What is drawn now, by name: a page that says the same is not drawn anew. */
let drawn = "";

window.addEventListener("beforeunload", (event) => {
  if (transfer !== null && !transfer.over) event.preventDefault();
});

begin();

async function begin() {
  const code = location.hash.slice(1);
  // Out of the address line and the history: what is used up helps nobody, and a reload goes on by the key.
  if (code !== "") history.replaceState(null, "", location.pathname);
  const told = code === "" ? await look() : await claim(code);
  if (told !== null) follow(told);
}

/** @param {string} code @returns {Promise<Told|null>} */
async function claim(code) {
  drawWords("Connecting", "Connecting …", "This takes a moment.");
  const own = newKey();  // one for all tries: when an answer is lost, the code was used by this phone
  for (;;) {
    const answer = await ask("POST", `${BASE}/claim`, { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code, key: own }) });
    if (answer === null) {
      drawTrouble("The computer cannot be reached.", "Is the phone in the same Wi-Fi as the computer? It is tried again.");
      await world.sleep(SLOW_LOOK_MS, never);
      continue;
    }
    if (answer.status === 200) {
      key = own;
      sessionStorage.setItem(KEY, key);
      return answer.body;
    }
    drawOver(answer.body.reason, answer.body.remedy);
    return null;
  }
}

/** @returns {string} 256 bits at random, in letters of an address */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns {Promise<Told|null>} what the computer says; null once it is over, or while there is no answer */
async function look() {
  if (key === "") {
    drawOver("This page needs a code.", "Show one on the computer, and scan it with the phone’s camera.");
    return null;
  }
  const answer = await ask("GET", `${BASE}/state`, { headers: { [KEY_HEADER]: key } });
  if (answer === null || answer.status >= 500) return null;
  if (answer.status === 200) return answer.body;
  over(answer.body);
  return null;
}

function over({ reason, remedy }) {
  sessionStorage.removeItem(KEY);
  key = "";
  drawOver(reason, remedy);
}

/** @returns {Promise<{status: number, body: any}|null>} null without an answer of ours */
async function ask(method, url, more) {
  try {
    const answer = await world.request({ method, url, signal: never, headers: {}, ...more });
    return answer.body === null ? null : answer;
  } catch {
    return null;
  }
}

/** Show what is to be done, until there is a result. @param {Told} first */
async function follow(first) {
  let told = first;
  while (key !== "") {
    // What is under way here is nearer than what was asked before it began.
    if (told !== null && !isBusy()) draw(told);
    if (told?.stage === "done") return;
    await world.sleep(LOOK_EVERY_MS, never);
    told = isBusy() ? null : await look();
  }
}

/** Whether the page shows a live set, or a video on its way. */
function isBusy() {
  return drawn === "live" || (transfer !== null && !transfer.over);
}

/** @param {Told} told */
function draw(told) {
  if (told.stage === "done") drawResult(told);
  else if (told.stage === "waiting" || told.stage === "measuring") drawMeasuring(told);
  else if (told.stage === "failed") drawFilm(told, told);
  else if (told.stage === "sending") drawFilm(told, refusal ?? { reason: `${inPercent(told.share ?? 0, 1)} % of a video is here.`, remedy: "Choose the same one again, and it goes on from there." });
  else drawFilm(told, refusal);
}

function drawFilm(told, trouble) {
  put(`film ${trouble?.reason ?? ""}`, "Record your set", () => [
    make("p", { class: "fp-said", text: told.said }),
    ...(told.person === "" ? [] : [make("p", { text: `For ${told.person}` })]),
    ...(trouble === null ? [] : [troubleOf(trouble)]),
    make("ol", {},
      make("li", { text: "Lean the phone so that all of you is in the picture, from the front or the side." }),
      make("li", { text: "Press the button, start the video, do the set, and end the video." }),
      make("li", { text: "Press “Use video”. It is sent by itself." })),
    ...(told.live && location.protocol === "https:" && navigator.mediaDevices ? [liveButton(told)] : []),
    fileButton("Record the set", "fp-press", { capture: "environment" }, told),
    fileButton("Choose a video that is there already", "fp-press fp-second", {}, told),
    make("p", { class: "fp-quiet", text: "The video goes to the computer that showed the code, and nowhere else." }),
  ]);
}

function fileButton(text, look, more, told) {
  const input = make("input", { type: "file", accept: "video/*", ...more });
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file !== undefined) send(file, told);
    input.value = "";
  });
  return make("label", { class: look }, input, make("span", { text }));
}

function liveButton(told) {
  const button = make("button", { type: "button", class: "fp-press", text: "Do the set live" });
  button.addEventListener("click", () => doLive(told));
  return button;
}

/** Show the camera view in the page's place until the set is done. @param {Told} told */
async function doLive(told) {
  const given = await ask("GET", `${BASE}/live`, { headers: { [KEY_HEADER]: key } });
  if (given?.status !== 200) {
    refuse(told, given?.body ?? { reason: "The computer cannot be reached.", remedy: "Try again." });
    return;
  }
  refusal = null;
  const { mount } = await import("../../live/client/component.js");
  const host = make("div", { class: "fp-live" });
  drawn = "live";
  page.replaceChildren(host);
  page.classList.add("fp-wide");
  const component = { parentElement: host, data: given.body, setTriggerValue };
  let end = mount(component);

  async function setTriggerValue(name, value) {
    if (name === "new_token") {
      const fresh = await ask("GET", `${BASE}/live`, { headers: { [KEY_HEADER]: key } });
      if (fresh?.status === 200) end = mount({ ...component, data: fresh.body });
    }
    if (name !== "finished") return;
    const kept = await keep(value.set_id);
    end();
    page.classList.remove("fp-wide");
    if (kept.status === 200) draw(kept.body);
    else refuse(told, kept.body);
  }
}

/** Have a live set kept; asked until there is an answer, for the set is done. @param {string} setId */
async function keep(setId) {
  for (;;) {
    const answer = await ask("POST", `${BASE}/live`, {
      headers: { [KEY_HEADER]: key, "Content-Type": "application/json" }, body: JSON.stringify({ set_id: setId }),
    });
    if (answer !== null) return answer;
    await world.sleep(SLOW_LOOK_MS, never);
  }
}

function refuse(told, { reason, remedy }) {
  refusal = { reason, remedy };
  drawFilm(told, refusal);
}

/** @param {File} file @param {Told} told */
async function send(file, told) {
  const office = {
    path: new URL(`${BASE}/uploads`, location.href).href,
    linkHeader: KEY_HEADER,
    link: () => key,
    renewLink: async () => {
      const now = await look();
      if (now === null && key === "") transfer.ending.abort();
    },
  };
  refusal = null;
  transfer = new Transfer(file, {}, office, world, drawSending);
  await transfer.run();
  if (key === "") return;
  const { state, reason, remedy } = transfer;
  transfer = null;
  if (state === "refused") refuse(told, { reason, remedy });
  else drawMeasuring(told);
}

function drawSending(sent) {
  const { bar, line } = put("sending", "Sending your video", () => {
    const parts = { bar: make("progress", { max: "100", "aria-label": "Sent" }), line: make("p", { role: "status", "data-testid": "sending" }) };
    return Object.assign([parts.bar, parts.line, make("p", { class: "fp-quiet", text: "Leave this page open. After a cut it goes on from where it was." })], parts);
  });
  const share = inPercent(sent.sent, sent.file.size);
  const left = sent.pace.left(sent.file.size);
  bar.value = share;
  const words = {
    lost: "The computer cannot be reached. It goes on by itself.",
    checking: "Sent. The computer looks at it …",
  };
  setText(line, words[sent.state] ?? `${share} % of ${inBytes(sent.file.size)}${left === null ? "" : `, ${inTime(left)} left`}`);
}

function drawMeasuring(told) {
  const { bar, line } = put("measuring", "Your set is being measured", () => {
    const parts = { bar: make("progress", { max: "100", "aria-label": "Measured" }), line: make("p", { role: "status" }) };
    return Object.assign([parts.bar, parts.line, make("p", { class: "fp-quiet", text: "The result appears here and on the computer." })], parts);
  });
  if (told.stage === "measuring" && told.share !== null) bar.value = inPercent(told.share, 1);
  else bar.removeAttribute("value");
  setText(line, told.stage === "measuring" ? "This takes about as long as the video." : "It waits for its turn.");
}

/** The markup is made by our server, where everything in it is escaped. @param {Told} told */
function drawResult(told) {
  put("result", "Your result", () => {
    const result = make("div", { "data-testid": "result" });
    result.innerHTML = told.result ?? "";
    return [
      make("p", { class: "fp-quiet", text: [told.said, told.person].filter(Boolean).join(" · ") }),
      result,
      make("p", { text: told.result === null ? "Your set is measured. Look at it on the computer." : "More of it is on the computer. For the next set, show a new code there and scan it." }),
    ];
  });
}

function drawOver(reason, remedy) {
  drawTrouble(reason, remedy);
}

function drawTrouble(reason, remedy) {
  put(`trouble ${reason}`, "Record your set", () => [troubleOf({ reason, remedy })]);
}

function troubleOf({ reason, remedy }) {
  return make("p", { class: "fp-trouble", role: "alert" }, make("strong", { text: reason }), ` ${remedy}`);
}

function drawWords(name, title, words) {
  put(name, title, () => [make("p", { text: words })]);
}

/** Draw a page unless it is there already. @returns what `parts` returned when it was drawn */
function put(name, title, parts) {
  if (drawn !== name) {
    drawn = name;
    put.parts = parts();
    const heading = make("h1", { text: title, tabindex: "-1" });
    page.replaceChildren(make("p", { class: "fp-brand", text: "formcheck" }), heading, ...put.parts);
    document.title = `${title} · formcheck`;
    heading.focus({ preventScroll: true });
  }
  return put.parts;
}
