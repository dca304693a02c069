/** A magnified round piece of the video around a place: a finger hides just what it is to hit. */

import { COLOURS } from "./colours.js";
import { fitCanvas, make, show } from "./dom.js";

/** CSS px. */
const SIZE = 136;
/** How much larger than on the picture. */
const MAGNIFIES = 3;

export class Loupe {
  constructor() {
    this.canvas = make("canvas", { class: "fcr-loupe-picture" });
    this.element = make("div", { class: "fcr-loupe", hidden: true, "data-testid": "player-loupe" }, this.canvas);
  }

  /**
   * @param {{x: number, y: number}|null} place px of the picture
   * @param {import("./stage.js").Stage} stage
   */
  show(place, stage) {
    const { box, video } = stage;
    show(this.element, place !== null);
    if (place === null) return;
    const ratio = fitCanvas(this.canvas, SIZE, SIZE);
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = COLOURS.picture;
    context.fillRect(0, 0, SIZE, SIZE);
    const wide = SIZE / (box.scale * MAGNIFIES);
    if (video.videoWidth > 0) {
      const x = video.videoWidth / box.picture.width;
      const y = video.videoHeight / box.picture.height;
      context.drawImage(video, (place.x - wide / 2) * x, (place.y - wide / 2) * y, wide * x, wide * y, 0, 0, SIZE, SIZE);
    } else if (stage.showsFigure) {
      const scale = box.scale * MAGNIFIES;
      const toBox = ({ x, y }) => ({ x: SIZE / 2 + (x - place.x) * scale, y: SIZE / 2 + (y - place.y) * scale });
      stage.drawFigure(context, { scale, toBox, width: SIZE, height: SIZE });
    }
    cross(context);
    const at = box.toBox(place);
    // In the upper corner away from the hand.
    this.element.classList.toggle("fcr-loupe-right", at.x < box.box.width / 2);
  }
}

function cross(context) {
  const middle = SIZE / 2;
  for (const [colour, width] of [[COLOURS.outline, 3.5], [COLOURS.mark, 1.5]]) {
    context.beginPath();
    for (const [from, to] of [[14, middle - 7], [middle + 7, SIZE - 14]]) {
      context.moveTo(from, middle);
      context.lineTo(to, middle);
      context.moveTo(middle, from);
      context.lineTo(middle, to);
    }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
