/**
 * Which session this is, for feedback that fades from session to session. A session is a day, by the local calendar,
 * on which at least one set was finished. Kept in the browser only.
 */

export const STORE_KEY = "formcheck.sessions";
/** Days remembered: feedback has faded long before. */
const MAX_DAYS = 400;

/** The local date as `2026-03-09`. @param {Date} date */
export function dayOf(date) {
  const two = (n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The days on record; an unreadable record is none.
 * @param {string|null} text
 * @returns {string[]}
 */
export function readDays(text) {
  try {
    const days = JSON.parse(text ?? "[]");
    return Array.isArray(days) ? days.filter((day) => /^\d{4}-\d\d-\d\d$/.test(day)) : [];
  } catch {
    return [];
  }
}

/** 1 in the first session. @param {string[]} days @param {string} today */
export function sessionNumber(days, today) {
  return new Set(days.filter((day) => day < today)).size + 1;
}

/** The days with today among them. @param {string[]} days @param {string} today */
export function withDay(days, today) {
  return [...new Set([...days, today])].sort().slice(-MAX_DAYS);
}

/**
 * The browser's record. Private windows may refuse it; then every session is the first.
 * @param {Storage|undefined} storage
 */
export function sessionStore(storage) {
  const read = () => {
    try {
      return readDays(storage?.getItem(STORE_KEY) ?? null);
    } catch {
      return [];
    }
  };
  return {
    number: (now = new Date()) => sessionNumber(read(), dayOf(now)),
    finished: (now = new Date()) => {
      try {
        storage?.setItem(STORE_KEY, JSON.stringify(withDay(read(), dayOf(now))));
      } catch {
        // Nothing is lost but the fading.
      }
    },
  };
}

/** The browser's storage; reading the name alone may be refused. @returns {Storage|undefined} */
export function browserStorage() {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
