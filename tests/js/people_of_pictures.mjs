// Says how many people are in pictures, with a finder of people that is made up. In: bytes on standard input; out: JSON.
import { readFileSync } from "node:fs";

import { PeopleLook } from "../../formcheck/web/live/client/people.js";

const bytes = readFileSync(0);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const answers = [];
let at = 0;
while (at < bytes.length) {
  const width = view.getUint32(at, true);
  const height = view.getUint32(at + 4, true);
  const [left, top, right, bottom] = [0, 1, 2, 3].map((i) => view.getFloat64(at + 8 + 8 * i, true));
  at += 40;
  const data = new Uint8ClampedArray(bytes.subarray(at, at + 4 * width * height));
  at += data.length;
  const looked = [];
  const look = new PeopleLook({ data, width, height }, Number.isNaN(left) ? null : { left, top, right, bottom });
  while (!look.isOver) look.next((part) => madeUp(part, looked));
  answers.push({ looked, count: look.count });
}
process.stdout.write(JSON.stringify(answers));

/** Somebody for each of a few bits of the sum of all colours; tests/pose/test_people_js.py has the same. */
function madeUp({ data, width, height }, looked) {
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i] + 2 * data[i + 1] + 3 * data[i + 2];
  looked.push([width, height, sum]);
  return [0, 1, 2].filter((who) => (sum >> who) & 1).map((who) => {
    const x = ((sum >> (3 + who)) % 7) / 8;
    return [[x, 0.1], [x + 0.2, 0.4 + ((sum >> who) % 5) / 10]];
  });
}
