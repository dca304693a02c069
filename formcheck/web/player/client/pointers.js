/** Fingers and mouse on the picture: one works the tool or moves the picture, two magnify it. */

/**
 * @typedef {Object} Hand
 * @property {{x: number, y: number}} place px of the picture
 * @property {{x: number, y: number}} point CSS px in the box
 * @property {number} scale CSS px for a pixel of the picture
 * @property {boolean} coarse a finger, which hides what it points at
 */

export class Pointers {
  /**
   * @param {HTMLElement} element
   * @param {import("./view_box.js").ViewBox} box
   * @param {{tool: () => import("./stage.js").Tool, onChange: () => void}} owner
   */
  constructor(element, box, owner) {
    this.element = element;
    this.box = box;
    this.owner = owner;
    /** @type {Map<number, {x: number, y: number}>} */
    this.down = new Map();
    this.held = false;
    element.addEventListener("pointerdown", this.#onDown);
    element.addEventListener("pointermove", this.#onMove);
    element.addEventListener("pointerup", this.#onUp);
    element.addEventListener("pointercancel", this.#onUp);
  }

  /** @returns {Hand} */
  #hand(event) {
    const { left, top } = this.element.getBoundingClientRect();
    const point = { x: event.clientX - left, y: event.clientY - top };
    return { point, place: this.box.toPicture(point), scale: this.box.scale, coarse: event.pointerType === "touch" };
  }

  #onDown = (event) => {
    if (event.button !== 0) return;
    const hand = this.#hand(event);
    this.down.set(event.pointerId, hand.point);
    this.element.setPointerCapture(event.pointerId);
    if (this.down.size > 1) {
      // The second finger: what the first one began was the beginning of this.
      if (this.held) this.owner.tool().up?.(hand);
      this.held = false;
      return;
    }
    this.held = this.owner.tool().down?.(hand) ?? false;
    if (this.held) event.preventDefault();
    this.owner.onChange();
  };

  #onMove = (event) => {
    const before = this.down.get(event.pointerId);
    if (before === undefined) return;
    const hand = this.#hand(event);
    if (this.down.size > 1) this.#pinch(event.pointerId, before, hand.point);
    else if (this.held) this.owner.tool().move?.(hand);
    else this.box.pan(hand.point.x - before.x, hand.point.y - before.y);
    this.down.set(event.pointerId, hand.point);
    this.owner.onChange();
  };

  #onUp = (event) => {
    if (!this.down.delete(event.pointerId)) return;
    if (this.held && this.down.size === 0) {
      this.held = false;
      this.owner.tool().up?.(this.#hand(event));
    }
    this.owner.onChange();
  };

  #pinch(id, before, now) {
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    if (other === undefined) return;
    const apart = (point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    this.box.zoomAt({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, apart(now) / apart(before));
    this.box.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }
}
