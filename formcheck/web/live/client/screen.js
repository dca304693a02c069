/** Full screen and a screen that stays lit, where the browser can; the page works without both. */

const FILLED = "fc-filled";

/**
 * Full screen for an element. Phones without it get the whole window instead.
 * @param {HTMLElement} element
 */
export async function toggleFullScreen(element) {
  if (leaveFullScreen(element)) return;
  const enter = element.requestFullscreen ?? element.webkitRequestFullscreen;
  try {
    if (enter === undefined) throw new Error("no full screen here");
    await enter.call(element);
  } catch {
    element.classList.add(FILLED);
  }
}

/**
 * @param {HTMLElement} element
 * @returns {boolean} whether there was something to leave
 */
export function leaveFullScreen(element) {
  const filled = element.classList.contains(FILLED);
  element.classList.remove(FILLED);
  if (!document.fullscreenElement && !document.webkitFullscreenElement) return filled;
  (document.exitFullscreen ?? document.webkitExitFullscreen).call(document)?.catch?.(() => {});
  return true;
}

/** Keeps the screen lit between `hold` and `release`. */
export class ScreenLight {
  constructor(nav = navigator) {
    this.nav = nav;
    this.lock = null;
    this.wanted = false;
  }

  async hold() {
    this.wanted = true;
    if (this.lock !== null || document.visibilityState !== "visible") return;
    try {
      this.lock = (await this.nav.wakeLock?.request("screen")) ?? null;
      this.lock?.addEventListener("release", () => {
        this.lock = null;
      });
      if (!this.wanted) this.release();
    } catch {
      // A battery that is low may forbid it; the set goes on.
    }
  }

  /** Locks end when a page is hidden. */
  renew() {
    if (this.wanted) this.hold();
  }

  release() {
    this.wanted = false;
    this.lock?.release().catch(() => {});
    this.lock = null;
  }
}

/**
 * Streamlit lays a box over its page when its own socket is lost, and nothing below can be pressed any more. In a set we
 * say in our own words what that means, and Finish must stay within reach: so the box is closed as a person closes it.
 */
export function closeConnectionBox() {
  for (const dialog of document.querySelectorAll("[role=dialog]")) {
    if (!dialog.textContent.trim().startsWith("Connection error")) continue;
    (dialog.querySelector("button[aria-label=Close]") ?? dialog.querySelector("button"))?.click();
  }
}
