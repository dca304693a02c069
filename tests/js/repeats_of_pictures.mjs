// Says which pictures repeat those before them. In: bytes on standard input, of each picture its width and height (u32,
// little-endian) and its pixels (RGBA); out: JSON.
import { readFileSync } from "node:fs";

import { RepeatWatch } from "../../formcheck/web/live/client/repeats.js";

const bytes = readFileSync(0);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const watch = new RepeatWatch();
const answers = [];
for (let at = 0; at < bytes.length;) {
  const [width, height] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
  const data = bytes.subarray(at + 8, at + 8 + 4 * width * height);
  answers.push(watch.isRepeated({ width, height, data }));
  at += 8 + data.length;
}
process.stdout.write(JSON.stringify(answers));
