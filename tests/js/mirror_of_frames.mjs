// Says at which frames it is looked into the mirror, and what is seen there. In: JSON on standard input, `times` of frames
// in ms, null where nobody is found, and `picture` {width, data}, RGBA; out: JSON.
import { readFileSync } from "node:fs";

import { MirrorSchedule, mirrored } from "../../formcheck/web/live/client/mirror.js";

const { times, picture } = JSON.parse(readFileSync(0, "utf8"));
const schedule = new MirrorSchedule();
const looks = times.map((t) => {
  if (t !== null) return schedule.isDue(t);
  schedule.reset();
  return false;
});
const data = mirrored({ width: picture.width, data: Uint8ClampedArray.from(picture.data) });
process.stdout.write(JSON.stringify({ looks, data: [...data] }));
