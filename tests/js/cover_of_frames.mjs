// Says which joints `cover.js` calls covered in frames that a Python test wrote: `node cover_of_frames.mjs FILE`.
// The file holds, little-endian: width, height and number of frames (u32); then of each frame a byte that says whether
// all is forgotten before it, its time (f64, s), 33 × x, y, visibility (f64), and the picture (RGBA).
import { readFileSync } from "node:fs";

import { CoverWatch } from "../../formcheck/web/live/client/cover.js";

const bytes = readFileSync(process.argv[2]);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const [width, height, frames] = [0, 4, 8].map((at) => view.getUint32(at, true));
const watch = new CoverWatch();
const result = [];
let at = 12;
for (let i = 0; i < frames; i += 1) {
  if (bytes[at]) watch.forget();
  const t = view.getFloat64(at + 1, true);
  at += 9;
  const values = Array.from({ length: 99 }, (_, j) => view.getFloat64(at + 8 * j, true));
  at += 8 * 99;
  const data = bytes.subarray(at, at + 4 * width * height);
  at += data.length;
  const points = Array.from({ length: 33 }, (_, j) => values.slice(3 * j, 3 * j + 2));
  result.push(watch.covered(t, { width, height, data }, points, points.map((_, j) => values[3 * j + 2])));
}
console.log(JSON.stringify(result));
