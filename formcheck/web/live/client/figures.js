/**
 * Line figures for the instructions, drawn here and in the text's colour. Pure: markup out.
 *
 * They show what the person sees in the mirrored picture: `move-left` points to the left of the screen, which is the
 * person's own left.
 */

const line = (...points) => `<polyline points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(" ")}"/>`;
const circle = (x, y, r, more = "") => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" ${more}/>`;
const path = (d, more = "") => `<path d="${d}" ${more}/>`;
const faint = (...shapes) => `<g opacity="0.45" stroke-dasharray="1 7">${shapes.join("")}</g>`;
const accent = (...shapes) => `<g class="fc-figure-accent">${shapes.join("")}</g>`;

function n(value) {
  return String(Math.round(value * 10) / 10);
}

/** Someone seen from the front: middle, top of the head, height. */
function front(x, top, h) {
  const at = (dx, dy) => [x + dx * h, top + dy * h];
  return [
    circle(x, top + 0.09 * h, 0.085 * h),
    line(at(-0.17, 0.52), at(-0.13, 0.25), at(0.13, 0.25), at(0.17, 0.52)),
    line(at(-0.1, 0.25), at(-0.08, 0.54), at(0.08, 0.54), at(0.1, 0.25)),
    line(at(-0.08, 0.54), at(-0.09, 0.76), at(-0.09, 0.98), at(-0.13, 1)),
    line(at(0.08, 0.54), at(0.09, 0.76), at(0.09, 0.98), at(0.13, 1)),
  ].join("");
}

/** Someone seen from the side, looking to the right (`way` 1) or to the left (-1). */
function side(x, top, h, way) {
  const at = (dx, dy) => [x + way * dx * h, top + dy * h];
  const [noseX, noseY] = at(0.085, 0.1);
  return [
    circle(x, top + 0.09 * h, 0.085 * h),
    line([noseX, noseY - 2], [noseX + way * 4, noseY + 2], [noseX, noseY + 3]),
    line(at(0, 0.2), at(-0.01, 0.54), at(0.02, 0.76), at(0, 0.98), at(0.1, 1)),
    line(at(0, 0.26), at(0.01, 0.4), at(0.06, 0.52)),
  ].join("");
}

/** A camera on a stand, looking to the right. */
function stand(x, y, foot) {
  return [
    `<rect x="${n(x - 11)}" y="${n(y - 8)}" width="18" height="16" rx="3"/>`,
    line([x + 7, y - 3], [x + 13, y - 7], [x + 13, y + 7], [x + 7, y + 3]),
    line([x - 2, y + 8], [x - 2, foot - 12]),
    line([x - 10, foot], [x - 2, foot - 12], [x + 6, foot]),
  ].join("");
}

/** An arrow from one point to another. */
function arrow([x1, y1], [x2, y2]) {
  const way = Math.atan2(y2 - y1, x2 - x1);
  const wing = (turn) => [x2 - 11 * Math.cos(way + turn), y2 - 11 * Math.sin(way + turn)];
  return accent(line([x1, y1], [x2, y2]), line(wing(0.6), [x2, y2], wing(-0.6)));
}

const frame = (x = 34, y = 8, w = 60, h = 104) =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" stroke-width="3"/>`;
const floor = (from = 6, to = 122, y = 112) => line([from, y], [to, y]);
const lamp = (x, y) => [circle(x, y, 11), ...Array.from({ length: 8 }, (_, i) => {
  const turn = (i * Math.PI) / 4;
  return line([x + 17 * Math.cos(turn), y + 17 * Math.sin(turn)], [x + 24 * Math.cos(turn), y + 24 * Math.sin(turn)]);
})].join("");
const curve = (d, tip, from) => accent(path(d)) + arrow(from, tip);

/** @type {Readonly<Object<string, string>>} drawing by name, 128 wide and 120 high */
const DRAWINGS = Object.freeze({
  "step-into-view": frame(58, 8, 62, 104) + front(22, 30, 76) + arrow([42, 66], [84, 66]),
  "step-back": stand(18, 62, 112) + side(72, 30, 82, -1) + floor() + arrow([86, 66], [118, 66]),
  "come-closer": stand(18, 62, 112) + side(106, 30, 82, -1) + floor() + arrow([88, 66], [50, 66]),
  "show-feet": frame(24, 6, 80, 86) + front(64, 14, 100) + arrow([18 + 94, 70], [112, 108]),
  "show-head": frame(24, 28, 80, 86) + front(64, 8, 100) + arrow([112, 50], [112, 12]),
  "one-person": frame(14, 8, 66, 104) + front(46, 24, 80) + faint(front(98, 24, 80)) + arrow([92, 14], [122, 14]),
  "more-light": front(38, 30, 82) + floor() + lamp(92, 36) + accent(line([92, 74], [92, 98]), line([80, 86], [104, 86])),
  "less-light": front(38, 30, 82) + floor() + lamp(92, 36) + accent(line([80, 86], [104, 86])),
  "level-camera": `<g opacity="0.45" transform="rotate(-20 64 56)"><rect x="26" y="32" width="76" height="48" rx="6"/></g>`
    + `<rect x="26" y="32" width="76" height="48" rx="6"/>` + circle(64, 56, 11)
    + accent(line([16, 98], [112, 98]), circle(64, 98, 4)),
  "raise-camera": stand(26, 84, 112) + side(96, 22, 90, -1) + floor() + faint(line([30, 70], [90, 70]))
    + arrow([52, 92], [52, 54]),
  "lower-camera": stand(26, 30, 112) + side(96, 22, 90, -1) + floor() + faint(line([30, 70], [90, 70]))
    + arrow([52, 36], [52, 74]),
  "face-camera": front(64, 6, 74) + faint(line([64, 86], [64, 96])) + `<rect x="46" y="99" width="36" height="16" rx="4"/>`
    + accent(circle(64, 107, 5)),
  "turn-sideways": side(64, 8, 90, 1) + curve("M 24 84 A 42 16 0 0 0 98 96", [106, 84], [98, 96]),
  "turn-other-side": faint(side(34, 14, 88, -1)) + side(94, 14, 88, 1) + curve("M 40 12 A 34 22 0 0 1 80 8", [90, 16], [80, 8]),
  "keep-camera-still": stand(64, 44, 112) + floor(30, 98, 112) + accent(line([34, 22], [34, 100]), line([96, 22], [96, 100])),
  "stand-still": front(64, 16, 92) + floor(30, 98, 110) + accent(line([32, 22], [32, 100]), line([96, 22], [96, 100])),
  "move-left": frame(14, 8, 100, 104) + front(86, 24, 80) + arrow([66, 64], [26, 64]),
  "move-right": frame(14, 8, 100, 104) + front(42, 24, 80) + arrow([62, 64], [102, 64]),
  "return-to-place": front(32, 26, 80) + faint(front(94, 26, 80)) + accent(`<ellipse cx="94" cy="108" rx="22" ry="6"/>`)
    + arrow([50, 66], [82, 66]),
  "ready": front(44, 14, 96) + floor(16, 74, 112) + accent(line([82, 60], [94, 74], [118, 42])),
});

/** Every figure's name. */
export const FIGURES = Object.freeze(Object.keys(DRAWINGS));

/**
 * A figure as SVG, decorative: the instruction's words say the same.
 * @param {string} name
 * @returns {string} empty for a name that is not known
 */
export function figureMarkup(name) {
  const drawing = Object.hasOwn(DRAWINGS, name) ? DRAWINGS[name] : "";
  if (drawing === "") return "";
  return `<svg class="fc-figure" viewBox="0 0 128 120" aria-hidden="true" focusable="false" fill="none"`
    + ` stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round">${drawing}</svg>`;
}
