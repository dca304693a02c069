/** What is asked, item by item, in the server's words; no answer is no, and a yes can be taken back at any moment. */

import { make } from "../../live/client/dom.js";

/**
 * @typedef {import("./contract.js").ConsentShown} ConsentShown
 */

/** The message of an answer. @param {ConsentShown} item @param {boolean} yes */
export function answerTo(item, yes) {
  const answer = yes ? "yes" : item.answer === "yes" ? "withdrawn" : "no";
  return { type: "consent", what: item.what, answer, text_sha256: item.text_sha256 };
}

/** The items with an answer taken in. @param {ConsentShown[]} items @param {string} what @param {string} answer */
export function withAnswer(items, what, answer) {
  return items.map((item) => (item.what === what ? { ...item, answer } : item));
}

/** @param {ConsentShown[]} items @param {string} what */
export function isAgreed(items, what) {
  return items.some((item) => item.what === what && item.answer === "yes");
}

/**
 * A list of switches, one for each item.
 * @param {ConsentShown[]} items
 * @param {(item: ConsentShown, yes: boolean) => void} onAnswer
 */
export function consentList(items, onAnswer) {
  return make("ul", { class: "fr-consents", role: "list" }, ...items.map((item) => consentRow(item, onAnswer)));
}

function consentRow(item, onAnswer) {
  const id = `fr-consent-${item.what}`;
  const box = make("input", { type: "checkbox", id, "data-testid": `consent-${item.what}`, "aria-describedby": `${id}-words` });
  box.checked = item.answer === "yes";
  box.addEventListener("change", () => onAnswer(item, box.checked));
  return make("li", { class: "fr-consent" }, box,
    make("div", {}, make("label", { for: id, text: item.title }),
      make("p", { id: `${id}-words`, class: "fr-quiet", text: item.words })));
}
