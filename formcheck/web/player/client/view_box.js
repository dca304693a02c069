/** How the picture lies in its box: whole, or magnified around a place. Pure; sizes in CSS pixels and picture pixels. */

export const LARGEST_ZOOM = 8;

export class ViewBox {
  /** @param {number} width of the picture, px @param {number} height px */
  constructor(width, height) {
    this.picture = { width, height };
    this.box = { width: 1, height: 1 };
    this.zoom = 1;
    /** The place of the picture that is in the middle of the box, px. */
    this.centre = { x: width / 2, y: height / 2 };
  }

  /** CSS pixels for a pixel of the picture. */
  get scale() {
    const { picture, box } = this;
    return Math.min(box.width / picture.width, box.height / picture.height) * this.zoom;
  }

  /** @param {number} width CSS px @param {number} height CSS px */
  resize(width, height) {
    this.box = { width: Math.max(1, width), height: Math.max(1, height) };
    this.#keepInside();
  }

  /** Another picture; what is looked at stays where the shape is the same. */
  setPicture(width, height) {
    if (this.picture.width === width && this.picture.height === height) return;
    this.picture = { width, height };
    this.fit();
  }

  fit() {
    this.zoom = 1;
    this.#keepInside();
  }

  /** @param {{x: number, y: number}} place px of the picture @returns {{x: number, y: number}} CSS px in the box */
  toBox({ x, y }) {
    const { scale, box, centre } = this;
    return { x: box.width / 2 + (x - centre.x) * scale, y: box.height / 2 + (y - centre.y) * scale };
  }

  /** @param {{x: number, y: number}} point CSS px in the box @returns {{x: number, y: number}} px of the picture */
  toPicture({ x, y }) {
    const { scale, box, centre } = this;
    return { x: centre.x + (x - box.width / 2) / scale, y: centre.y + (y - box.height / 2) / scale };
  }

  /** Magnify around a point of the box, which stays over the same place. */
  zoomAt(point, factor) {
    const place = this.toPicture(point);
    this.zoom = Math.min(LARGEST_ZOOM, Math.max(1, this.zoom * factor));
    const now = this.toBox(place);
    this.pan(point.x - now.x, point.y - now.y);
  }

  /** Move the picture. @param {number} dx CSS px @param {number} dy CSS px */
  pan(dx, dy) {
    this.centre = { x: this.centre.x - dx / this.scale, y: this.centre.y - dy / this.scale };
    this.#keepInside();
  }

  /** Where the whole picture lies in the box, CSS px. */
  get placed() {
    const { x: left, y: top } = this.toBox({ x: 0, y: 0 });
    return { left, top, width: this.picture.width * this.scale, height: this.picture.height * this.scale };
  }

  /** No empty room on a side while the other side is cut off. */
  #keepInside() {
    const { scale, box, picture } = this;
    const within = (at, size, room) => {
      const half = room / scale / 2;
      return half * 2 >= size ? size / 2 : Math.min(size - half, Math.max(half, at));
    };
    this.centre = {
      x: within(this.centre.x, picture.width, box.width),
      y: within(this.centre.y, picture.height, box.height),
    };
  }
}

/** A place held to the picture, to a tenth of a pixel. @param {{x: number, y: number}} place */
export function insidePicture({ x, y }, { width, height }) {
  const hold = (value, most) => Math.round(Math.min(most, Math.max(0, value)) * 10) / 10;
  return { x: hold(x, width), y: hold(y, height) };
}
